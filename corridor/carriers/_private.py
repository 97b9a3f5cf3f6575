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
# Without a colon only what looks like a name, so that 联系人才服务站 stays: one of the hundred commonest surnames and one
# or two letters, then an end.
_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田"
    "任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
_NAMED = re.compile(
    rf"(?:联系人|负责人|经办人|法定代表人|法人代表|填报人)\s*[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}(?![\u4e00-\u9fff])"
)
_PAPERS = re.compile(rf"(?:身份证|证件|护照)(?:号码|号)?\s*:?\s*[A-Za-z]{{0,2}}\d{{6,17}}[\dXx]{_END}")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_IDENTITY = re.compile(rf"{_DIGITS}\d{{6}}(\d{{8}})\d{{3}}[\dXx]{_END}")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def masked(text: str) -> str:
    """Return `text` with what is private replaced; the very same text where nothing is."""
    plain = unicodedata.normalize("NFKC", text)
    found = _IDENTITY.sub(_identity, plain)
    for pattern in (_MAIL, _PERSON, _NAMED, _PAPERS, _LABELLED, _MOBILE, _LANDLINE):
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
