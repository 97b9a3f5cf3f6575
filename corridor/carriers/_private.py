"""Telephone numbers, identity numbers, addresses of mail and named contacts inside cells: found and taken out.

A private column is known by its header (`private_headers` of `records.yaml`); this is for what stands in other columns.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

MASK = "＊＊＊"

_DIGITS = r"(?<![0-9A-Za-z])"
_END = r"(?![0-9A-Za-z])"
_MOBILE = re.compile(rf"{_DIGITS}(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{{4}}[- ]?\d{{4}}{_END}")
_LANDLINE = re.compile(rf"{_DIGITS}(?:\(0\d{{2,3}}\) ?|0\d{{2,3}}[- ])\d{{7,8}}(?:-\d{{1,5}})?{_END}")
_LABELLED = re.compile(
    r"(?:电话|手机|座机|传真|联系方式|微信|qq|tel(?:ephone)?|phone|mobile|fax)\s*[:.]?\s*[+\d][\d\- ]{5,}\d",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"(?:联系人|负责人|经办人|法定代表人|法人代表|contact(?: person)?)\s*:\s*[^\s,;、。|/]+", re.IGNORECASE
)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_IDENTITY = re.compile(rf"{_DIGITS}\d{{6}}(\d{{8}})\d{{3}}[\dXx]{_END}")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def masked(text: str) -> str:
    """Return `text` with what is private replaced; the very same text where nothing is."""
    plain = unicodedata.normalize("NFKC", text)
    found = _IDENTITY.sub(_identity, plain)
    for pattern in (_MAIL, _PERSON, _LABELLED, _MOBILE, _LANDLINE):
        found = pattern.sub(MASK, found)
    return text if found == plain else found


def _identity(match: re.Match[str]) -> str:
    """Replace a number only if it is one of identity: a day of birth that was, and the check digit of GB 11643."""
    number, born = match[0], match[1]
    try:
        dt.date(int(born[:4]), int(born[4:6]), int(born[6:]))
    except ValueError:
        return number
    rest = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False)) % 11
    return MASK if "10X98765432"[rest] == number[-1].upper() else number
