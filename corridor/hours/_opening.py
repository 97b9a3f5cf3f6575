"""Opening hours: OSM's and Chinese ones, asked at a moment. What is not understood is unknown, never open or closed.

OSM's `opening_hours` is read by the library opening-hours-py. Hours as district offices write them (周一至周五
9:00-17:30, 每日8:00—22:00, 早9点到晚6点, 午休12:00-13:30, 节假日休息 …) are first put into OSM's words.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

__all__ = ["in_osm_words", "is_open", "is_understood"]

_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_DAY = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6, "末": 5}
_HOLIDAYS = "PH"
_NOON, _DAY_END = 12 * 60, 24 * 60
# Hours that end before they begin run past midnight only if they look like it: from late morning to before dawn.
_LATE_START, _EARLY_END = 11 * 60, 6 * 60

_TIME = (
    r"(?:(?P<{0}part>次日凌晨|次日|第二天|翌日|凌晨|清晨|早上|早|上午|中午|下午|傍晚|晚上|晚间|晚|夜间|夜))?"
    r"(?P<{0}hour>\d{{1,2}})"
    r"(?::(?P<{0}minute>[0-5]\d)(?!\d)|[点时](?:(?P<{0}half>半)|(?P<{0}quarter>[一三]刻)|(?P<{0}past>[0-5]?\d)分?|整)?)?"
)
_TOKEN = re.compile(
    r"(?P<range>" + _TIME.format("a") + r"(?:-|(?=早|上午|中午|下午|傍晚|晚|夜|次日|凌晨))" + _TIME.format("b") + r")"
    r"|(?P<week>(?:周|星期|礼拜)[一二三四五六日天末](?:[-、,和及与]?(?:周|星期|礼拜)?[一二三四五六日天末])*)"
    r"|(?P<every>每日|每天|天天|全周|全年无休|年中无休|全年|无休)"
    r"|(?P<weekend>双休日|休息日|周末)"
    r"|(?P<workdays>工作日)"
    r"|(?P<holidays>法定节假日|国定节假日|节假日|法定假日|节日)"
    r"|(?P<allday>24小时|二十四小时|全天候|全天|24h)"
    r"|(?P<pause>午间休息|午休)"
    r"|(?P<usual>照常|不休|正常)"
    r"|(?P<off>休息|闭馆|闭店|不营业|不开放|不办公|不对外|关门|除外|休)"
    r"|(?P<filler>营业时间|开放时间|服务时间|办公时间|工作时间|接待时间|对外开放|营业|开放|服务|办公|时间|每(?=周|星期)|[ :;,、。()\[\]/|及和])"
)  # fmt: skip
_NUMBERED = re.compile(r"(?:周|星期|礼拜)([1-7])(?![\d:点时])")
_DASHES = str.maketrans(dict.fromkeys("~-‐‑‒–—―−至到〜～", "-"))


@dataclass
class _Rule:
    """Days (0 Monday … 6 Sunday, "PH") and the minutes of the day they are open."""

    days: list[int | str]
    spans: list[tuple[int, int]] = field(default_factory=list)


def in_osm_words(text: str) -> str | None:
    """Return Chinese opening hours in OSM's syntax, None where any part of them is not understood.

    Understood are days (周一至周五, 周六、日, 周末, 工作日, 每日, 节假日), times (9:00-17:30, 早9点到晚6点, 下午1点半-5点,
    24小时, 全天), breaks (午休12:00-13:30) and days off (周一闭馆, 节假日休息). 工作日 leaves out public holidays. Hours
    that end before they begin run past midnight only where the text says so (次日2:00) or they begin after 11 and
    end by 6; else they are not understood, as are seasons and appointments.

    Parameters
    ----------
    text : str

    Returns
    -------
    str or None

    Examples
    --------
    >>> in_osm_words("每日8:00—22:00（周一闭馆）")
    'Mo,Tu,We,Th,Fr,Sa,Su 08:00-22:00; Mo off'
    >>> in_osm_words("电话预约") is None
    True
    """
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES).lower()
    plain = re.sub(r"\s*([-:])[-\s]*", r"\1", re.sub(r"\s+", " ", plain.strip()))
    plain = _NUMBERED.sub(lambda found: f"周{'一二三四五六日'[int(found[1]) - 1]}", plain)
    tokens = list(_tokens(plain))
    if not tokens or any(kind == "unknown" for kind, _ in tokens):
        return None
    return _Reader().read(tokens)


def _tokens(text: str) -> Iterator[tuple[str, re.Match[str] | None]]:
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            yield "unknown", None
            return
        kind = next(name for name in _KINDS if found.group(name) is not None)
        if kind != "filler":
            yield kind, found
        at = found.end()


_KINDS = (
    "range", "week", "every", "weekend", "workdays", "holidays", "allday", "pause", "usual", "off", "filler",
)  # fmt: skip


class _Reader:
    """Reads tokens from left to right: days wait for the times that follow them."""

    def __init__(self) -> None:
        self._rules: list[_Rule] = []
        self._off: list[int | str] = []
        self._breaks: list[tuple[int, int]] = []
        self._pending: list[int | str] = []
        self._pause = False
        self._clear = True

    def read(self, tokens: list[tuple[str, re.Match[str] | None]]) -> str | None:
        """Return the hours in OSM's words, None where they make no sense."""
        for kind, match in tokens:
            if match is not None:
                self._take(kind, match)
        return self._written() if self._clear else None

    def _take(self, kind: str, match: re.Match[str]) -> None:
        if kind in ("week", "every", "weekend", "workdays", "holidays"):
            self._pending += _days(kind, match.group(0))
            if kind == "workdays":
                self._off.append(_HOLIDAYS)
        elif kind in ("range", "allday"):
            self._span((0, _DAY_END) if kind == "allday" else _minutes(match))
        elif kind == "pause":
            self._pause = True
        elif kind == "usual":
            self._usual()
        else:
            self._closed()

    def _span(self, span: tuple[int, int] | None) -> None:
        if span is None:
            self._clear = False
        elif self._pause:
            self._breaks.append(span)
            self._pause = False
        elif self._pending or not self._rules:
            self._rules.append(_Rule(self._pending or list(range(7)), [span]))
            self._pending = []
        else:
            self._rules[-1].spans.append(span)

    def _usual(self) -> None:
        """周末照常: those days as the days before them."""
        if self._rules:
            self._rules[-1].days += [day for day in self._pending if day not in self._rules[-1].days]
            self._off = [day for day in self._off if day not in self._pending]
            self._pending = []

    def _closed(self) -> None:
        """Close the days that wait; without any, the times just told are a break: 12:00-13:00休息."""
        if self._pending:
            self._off += self._pending
            self._pending = []
        elif self._pause:
            self._pause = False
        elif self._rules and len(self._rules[-1].spans) > 1:
            self._breaks.append(self._rules[-1].spans.pop())
        else:
            self._clear = False

    def _written(self) -> str | None:
        if self._pending and self._rules and set(self._pending) == set(range(7)):
            self._pending = []  # 9:00-17:00，全年无休
        if self._pending and self._rules and len(self._rules) == 1 and self._rules[0].days == list(range(7)):
            # 9:00-17:30（周一至周五): the days stand behind the times.
            self._rules[0].days, self._pending = self._pending, []
        if self._pending or self._pause or not self._rules:
            return None
        parts = []
        for rule in self._rules:
            spans = _without(rule.spans, self._breaks)
            if not spans:
                return None
            parts.append(f"{_day_words(rule.days)} {','.join(f'{_clock(a)}-{_clock(b)}' for a, b in spans)}")
        if self._off:
            parts.append(f"{_day_words(self._off)} off")
        return "; ".join(parts)


def _days(kind: str, text: str) -> list[int | str]:
    fixed: dict[str, list[int | str]] = {
        "every": list(range(7)),
        "weekend": [5, 6],
        "workdays": list(range(5)),
        "holidays": [_HOLIDAYS],
    }
    if kind in fixed:
        return fixed[kind]
    days: list[int] = []
    for first, last in re.findall(r"([一二三四五六日天末])(?:-(?:周|星期|礼拜)?([一二三四五六日天]))?", text):
        start, stop = _DAY[first], _DAY[last] if last else (6 if first == "末" else _DAY[first])
        days += [day % 7 for day in range(start, stop + 1 if stop >= start else stop + 8)]
    return list(dict.fromkeys(days))


def _minutes(match: re.Match[str]) -> tuple[int, int] | None:
    """Return a range of times in minutes of the day, past 24:00 where it runs into the next day."""
    start, end = _minute(match, "a"), _minute(match, "b")
    if start is None or end is None or start >= _DAY_END:
        return None
    if match["bpart"] and match["bpart"].startswith(("次日", "第二天", "翌日")):
        return start, end + _DAY_END
    if end <= start and match["apart"] and not match["bpart"] and start < end + _NOON:
        end += _NOON  # 下午1:30-5:00
    if end > start:
        return start, end
    return (start, end + _DAY_END) if start >= _LATE_START and end <= _EARLY_END else None


def _minute(match: re.Match[str], which: str) -> int | None:
    part, hour = match[f"{which}part"] or "", int(match[f"{which}hour"])
    minute = int(match[f"{which}minute"] or match[f"{which}past"] or 0)
    if match[f"{which}half"]:
        minute = 30
    if match[f"{which}quarter"]:
        minute = 15 if match[f"{which}quarter"][0] == "一" else 45
    if part in ("下午", "傍晚") or part[:1] in ("晚", "夜"):
        hour += 12 if hour < 12 or (hour == 12 and part[:1] in ("晚", "夜")) else 0
    elif part == "中午" and hour < 3:
        hour += 12
    elif part.endswith("凌晨") and hour == 12:
        hour = 0
    total = hour * 60 + minute
    return total if total <= _DAY_END else None


def _without(spans: list[tuple[int, int]], breaks: list[tuple[int, int]]) -> list[tuple[int, int]]:
    for low, high in breaks:
        spans = [piece for a, b in spans for piece in ((a, min(b, low)), (max(a, high), b)) if piece[0] < piece[1]]
    return sorted(spans)


def _clock(minute: int) -> str:
    minute = minute if minute <= _DAY_END else minute - _DAY_END
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _day_words(days: list[int | str]) -> str:
    numbers = sorted({day for day in days if isinstance(day, int)})
    words = [_DAYS[day] for day in numbers]
    return ",".join([*words, *([_HOLIDAYS] if _HOLIDAYS in days else [])])


def is_understood(texts: pd.Series) -> pd.Series:
    """Tell which opening hours can be read; missing ones cannot.

    Parameters
    ----------
    texts : Series of str
        OSM's syntax or Chinese.

    Returns
    -------
    Series of bool
        On the same index.
    """
    words = [text if isinstance(text, str) else "" for text in texts]
    known = {text: _expression(text) is not None for text in dict.fromkeys(words)}
    return pd.Series([known[text] for text in words], index=texts.index, dtype=bool)


def is_open(texts: pd.Series, at: datetime.datetime, *, lonlat: tuple[float, float] | None = None) -> pd.Series:
    """Tell what is open at a moment.

    Parameters
    ----------
    texts : Series of str
        Opening hours in OSM's syntax or Chinese; NA: not known.
    at : datetime
        Local time, without a zone.
    lonlat : (float, float), optional
        WGS84 degrees. Without it public holidays and the hours of the sun are not known: hours that name them are
        read as on an ordinary day.

    Returns
    -------
    Series of boolean
        On the same index; NA where the hours are missing, not understood, or say themselves that one has to ask
        (`unknown`, a comment such as "by appointment").
    """
    given = texts.notna().to_numpy(dtype=bool)
    words = texts[given].tolist()
    states = {text: _state(text, at, lonlat) for text in dict.fromkeys(words)}
    found = pd.array([pd.NA] * len(texts), dtype="boolean")
    found[given] = pd.array([states[text] for text in words], dtype="boolean")
    return pd.Series(found, index=texts.index, name=texts.name)


def _expression(text: str, **place: Any) -> Any:
    """Return the hours as an object of the library, None where they are not understood."""
    from opening_hours import OpeningHours, validate

    words = text if validate(text) else in_osm_words(text)
    return None if words is None else OpeningHours(words, **place)


# Words for which the library needs to know the place; looking it up takes a quarter of a second once.
_OF_THE_PLACE = re.compile(r"\b(?:PH|SH|sunrise|sunset|dawn|dusk)\b|假日|节日|工作日", re.IGNORECASE)


def _state(text: str, at: datetime.datetime, lonlat: tuple[float, float] | None) -> bool | None:
    place = {"coords": (lonlat[1], lonlat[0])} if lonlat is not None and _OF_THE_PLACE.search(text) else {}
    hours = _expression(text, **place)
    if hours is None:
        return None
    from opening_hours import State

    state, comment = hours.state(at)
    return None if comment or state == State.UNKNOWN else state == State.OPEN
