"""How often something is held: 每周六, 双周, 每月第二个周五, 每季度 …, asked on a day.

A period that names its days tells whether a day is one of them. One that only says how often (双周, 每月, 每季度) does
not: whether it is held on a given day is unknown, and what is known is the share of weeks in which it is.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from corridor.errors import Text

WEEKS_A_YEAR = 365.25 / 7
_DAY = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}
_NUMBER = {
    "首": 1,
    "一": 1,
    "二": 2,
    "两": 2,
    "双": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
    "十": 10,
}
_DASHES = str.maketrans(dict.fromkeys("~-‐‑‒–—―−至到〜～", "-"))
# Before this hour a night that began the day before may still go on.
_NIGHT_ENDS = 6

_N = r"(?:\d{1,2}|[一二两三四五六七八九十])"
_WEEK = r"(?:周|星期|礼拜)"
_RULES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("irregular", r"不定期|不固定|不定时|按需|视情况|待定|另行通知|临时|irregular|ad hoc|on request"),
        ("once", r"一次性|单次|仅一次|仅此一次|once"),
        ("last_weekday", rf"每?(?:个)?月(?:的)?(?:最后|末)一?个?{_WEEK}([一二三四五六日天])"),
        ("nth", rf"每?(?:个)?月(?:的)?((?:第?[首一二三四五1-5](?:个)?(?:[、,和及与])?)+){_WEEK}([一二三四五六日天])"),
        ("month_end", r"每?(?:个)?月(?:底|末|最后一[天日])"),
        ("month_days", r"每?(?:个)?月((?:第?\d{1,2}(?:号|日)?[、,和及与]?)+)(?<=[号日])"),
        ("nth_week", rf"每?(?:个)?月(?:的)?((?:第?[首一二三四五1-5]个?[、,和及与]?)+){_WEEK}的?(?={_WEEK})"),
        ("years", rf"(?:每|一)年({_N})(?:次|届|场)|每?半年(?:一次|度)?|每?年度?(?:一次|一届)?(?!中|会|\d)|一年一[次届]|annual(?:ly)?|yearly"),
        ("quarters", rf"(?:每个?|一个?)季度?({_N})(?:次|场)|每个?季度?|季度|quarterly"),
        ("months", rf"(?:每|隔)(?P<gap>{_N})个?月(?:一次)?|(?P<gap2>{_N})个月(?:一次)?|(?:每隔一|隔|双|每双)个?月(?:一次)?"
         rf"|每?半个?月(?:一次)?|(?:每个?|一个?)月(?P<times>{_N})(?:次|场|期)|每个?月|月度|按月|monthly"),
        ("weeks", rf"(?:每|隔)?({_N}|双|隔)(?:个)?{_WEEK}(?:一次)?|单双周|单周|fortnightly|every two weeks|every other week"),
        ("tendays", r"每旬(?:一次)?"),
        ("weekend", r"每?(?:个)?(?:周末|双休日)|weekends?"),
        ("workdays", r"每?(?:个)?工作日|weekdays|workdays"),
        ("weekdays", rf"每?(?:个)?{_WEEK}([一二三四五六日天](?:[-、,和及与]*(?:{_WEEK})?[一二三四五六日天])*)(?!次)"),
        ("daily", r"每[日天]|天天|daily"),
        ("standing", r"常设|常态化?|长期|常年|全年(?:开放|无休)?|固定|永久|permanent(?:ly)?|always"),
        ("weekly", rf"每(?:个)?{_WEEK}(?:{_N}次|{_N}场|一期)?|一{_WEEK}{_N}(?:次|场)|按周|weekly|every week"),
        ("filler", r"[ :;,、。()/|及和与的]|一次|举办|举行|开展|定期|1次|活动|一场|1场|进行|每?逢|上午|下午|晚上|晚间|every|the|of|on"),
    )
)  # fmt: skip
_ENGLISH = {
    day: number
    for number, names in enumerate(
        (("monday", "mon"), ("tuesday", "tue"), ("wednesday", "wed"), ("thursday", "thu"), ("friday", "fri"), ("saturday", "sat"), ("sunday", "sun"))
    )
    for day in names
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Period:
    """How often something is held, and on which days it can be.

    Attributes
    ----------
    share : float or None
        Share of weeks in which it is held, 0–1; None: not told (不定期, once).
    weekdays : tuple of int
        0 Monday … 6 Sunday; empty: any.
    nth : tuple of int
        Which of those weekdays in the month, -1 the last; empty: not told.
    month_days : tuple of int
        Days of the month, -1 the last; empty: not told.
    weeks : int
        Weeks from one time to the next, where it is a matter of weeks; else 0. A standing one has share 1 and weeks 0.
    once : bool
        Held one time only.
    """

    share: float | None
    weekdays: tuple[int, ...] = ()
    nth: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    weeks: int = 0
    once: bool = False

    @property
    def words(self) -> Text:
        """What was understood, in plain words."""
        zh, en = _how_often(self)
        days = "、".join("周" + "一二三四五六日"[day] for day in self.weekdays)
        names = ", ".join(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[day] for day in self.weekdays)
        if self.nth:
            which = "、".join("最后1" if n < 0 else f"第{n}" for n in self.nth)
            which_en = ", ".join("last" if n < 0 else f"{n}." for n in self.nth)
            return Text(f"{zh}{which}个{days}", f"{en}, {which_en} {names}")
        if self.month_days:
            dates = "、".join("最后一天" if d < 0 else f"{d}日" for d in self.month_days)
            return Text(
                f"{zh}{dates}", f"{en}, on {', '.join('the last day' if d < 0 else str(d) for d in self.month_days)}"
            )
        if self.weeks == 1 and len(self.weekdays) in (5, 7) and self.weekdays == tuple(range(len(self.weekdays))):
            return Text("每天", "every day") if len(self.weekdays) == 7 else Text("周一至周五", "Mon to Fri")
        if days and self.weeks == 1:
            return Text(f"每{days}", f"every {names}")
        return Text(f"{zh}，{days}" if days else zh, f"{en}, {names}" if days else en)

    def on(self, day: datetime.date, starts: datetime.date | None = None) -> bool | None:
        """Tell whether it is held on a day; None: not known. `starts` is a day on which it was held."""
        if self.weekdays and day.weekday() not in self.weekdays:
            return False
        if self.month_days:
            last = (day + datetime.timedelta(days=1)).month != day.month
            return day.day in self.month_days or (last and -1 in self.month_days)
        if self.nth:
            last = (day + datetime.timedelta(days=7)).month != day.month
            return (day.day + 6) // 7 in self.nth or (last and -1 in self.nth)
        if self.once:
            return None if starts is None else day == starts
        if self.share == 1:
            return True
        if self.weeks and starts is not None:
            return (_monday(day) - _monday(starts)).days // 7 % self.weeks == 0
        return None


def _monday(day: datetime.date) -> datetime.date:
    return day - datetime.timedelta(days=day.weekday())


def _how_often(period: Period) -> tuple[str, str]:
    if period.once:
        return "一次", "once"
    if period.share is None:
        return "不定期", "irregular"
    if period.weeks:
        one = period.weeks == 1
        return ("每周", "weekly") if one else (f"每{period.weeks}周", f"every {period.weeks} weeks")
    if period.nth or period.month_days:
        return "每月", "monthly"
    if period.share == 1:
        return "常设", "standing"
    times = round(period.share * WEEKS_A_YEAR, 1)
    names: dict[float, tuple[str, str]] = {
        12: ("每月", "monthly"),
        4: ("每季度", "quarterly"),
        2: ("每半年", "twice a year"),
        1: ("每年", "yearly"),
    }
    if times > 12 and times % 12 == 0:
        return f"每月{times / 12:g}次", f"{times / 12:g} times a month"
    return names.get(times, (f"每年{times:g}次", f"{times:g} times a year"))


def read_period(text: str) -> Period | None:
    """Read how often something is held; None where any part of the text is not understood.

    Examples
    --------
    >>> read_period("双周").share
    0.5
    >>> read_period("每周二、四").weekdays
    (1, 3)
    >>> read_period("寒暑假") is None
    True
    """
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES).lower().strip()
    plain = re.sub(r"\b(" + "|".join(_ENGLISH) + r")s?\b", lambda m: "周" + "一二三四五六日"[_ENGLISH[m[1]]], plain)
    plain = re.sub(r"([双隔])(?:周|星期|礼拜)(?=[一二三四五六日天](?!次))", r"\1周周", plain)
    return _read(re.sub(r"\s+", " ", plain)) if plain else None


@lru_cache(maxsize=1024)
def _read(text: str) -> Period | None:
    found: dict[str, re.Match[str]] = {}
    at = 0
    while at < len(text):
        best = max(
            ((match.end(), -order, kind, match) for order, (kind, rule) in enumerate(_RULES) if (match := rule.match(text, at))),
            default=None,
            key=lambda item: item[:2],
        )  # fmt: skip
        if best is None or best[0] == at:
            return None
        if best[2] != "filler":
            if best[2] in found:
                return None
            found[best[2]] = best[3]
        at = best[0]
    return _period(found) if found else None


def _period(found: dict[str, re.Match[str]]) -> Period | None:
    """Put together what was found: one word for how often, and perhaps one for the days."""
    days = next((_weekdays(kind, found[kind]) for kind in ("weekend", "workdays", "weekdays") if kind in found), ())
    often = [kind for kind in found if kind not in ("weekend", "workdays", "weekdays")]
    if len(often) > 1:
        return None
    if not often:
        return Period(1.0, days, weeks=1)
    kind, match = often[0], found[often[0]]
    if kind in ("irregular", "once"):
        return Period(None, days, once=kind == "once")
    if kind in ("last_weekday", "nth", "month_end", "month_days"):
        return None if days else _of_the_month(kind, match)
    if kind == "standing":
        return Period(1.0, days)
    if kind in ("daily", "weekly"):
        return Period(1.0, days or (tuple(range(7)) if kind == "daily" else ()), weeks=1)
    if kind == "weeks":
        weeks = _number(match[1], 2)
        return Period(1.0 / weeks, days, weeks=weeks) if weeks else None
    times = _times_a_year(kind, match)
    return Period(min(1.0, times / WEEKS_A_YEAR), days) if times else None


def _weekdays(kind: str, match: re.Match[str]) -> tuple[int, ...]:
    if kind == "weekend":
        return (5, 6)
    if kind == "workdays":
        return (0, 1, 2, 3, 4)
    days: list[int] = []
    for first, last in re.findall(rf"([一二三四五六日天])(?:-(?:{_WEEK})?([一二三四五六日天]))?", match[1]):
        start, stop = _DAY[first], _DAY[last or first]
        days += [day % 7 for day in range(start, stop + 1 if stop >= start else stop + 8)]
    return tuple(sorted(set(days)))


def _of_the_month(kind: str, match: re.Match[str]) -> Period | None:
    a_month = 12 / WEEKS_A_YEAR
    if kind == "month_end":
        return Period(a_month, month_days=(-1,))
    if kind == "last_weekday":
        return Period(a_month, (_DAY[match[1]],), nth=(-1,))
    if kind == "nth":
        which = tuple(sorted({_number(n, 1) for n in re.findall(r"[首一二三四五1-5]", match[1])}))
        return Period(min(1.0, len(which) * a_month), (_DAY[match[2]],), nth=which)
    days = tuple(sorted({int(day) for day in re.findall(r"\d+", match[1])}))
    return Period(min(1.0, len(days) * a_month), month_days=days) if all(1 <= day <= 31 for day in days) else None


def _times_a_year(kind: str, match: re.Match[str]) -> float:
    text = match.group(0)
    if kind == "tendays":
        return 36.0
    if kind == "nth_week":
        return 12.0 * len(set(re.findall(r"[首一二三四五1-5]", match[1])))
    if kind == "years":
        return 2.0 if "半年" in text else float(_number(match[1], 1))
    if kind == "quarters":
        return 4.0 * _number(match[1], 1)
    if "半" in text:
        return 24.0
    gap = match["gap"] or match["gap2"]
    if gap:
        months = _number(gap, 1)
        return 12.0 / months if months else 0.0
    return 6.0 if "隔" in text or "双" in text else 12.0 * _number(match["times"], 1)


def _number(text: str | None, without: int) -> int:
    if not text:
        return without
    return int(text) if text.isdigit() else _NUMBER.get(text, 2 if text == "隔" else 0)


def is_held(
    periods: pd.Series,
    at: datetime.datetime,
    *,
    starts: pd.Series | None = None,
    ends: pd.Series | None = None,
) -> pd.DataFrame:
    """Tell what is held on the day of a moment, whatever the hour.

    Parameters
    ----------
    periods : Series of str
        As `read_period` reads them; NA: not told, then the hours alone decide between `starts` and `ends`.
    at : datetime
        Local time. Before 6 in the morning the evening before counts too: where the two days differ it is unknown.
    starts, ends : Series of dates, optional
        First and last day, on the same index. A fortnight is counted from the first day.

    Returns
    -------
    DataFrame
        On the same index: `held` (boolean; NA: not known), `share` (Float64, 0–1: of the weeks in which it is held; NA:
        not known), `understood` (bool; whether a period that is told was).
    """
    days = [at.date()]
    if at.hour < _NIGHT_ENDS:
        days.append(at.date() - datetime.timedelta(days=1))
    missing = pd.Series(pd.NaT, index=periods.index)
    rows = []
    for text, first, last in zip(periods, *(missing if s is None else s for s in (starts, ends)), strict=True):
        begin, end = (None if pd.isna(value) else pd.Timestamp(value).date() for value in (first, last))
        told = isinstance(text, str) and bool(text.strip())
        period = read_period(text) if told else None
        on = {_on(period, told, day, begin, end) for day in days}
        held = on.pop() if len(on) == 1 else None
        share = period.share if period is not None else (None if told else 1.0)
        rows.append(
            (pd.NA if held is None else held, pd.NA if share is None else share, period is not None or not told)
        )
    table = pd.DataFrame(rows, index=periods.index, columns=["held", "share", "understood"])
    return table.astype({"held": "boolean", "share": "Float64", "understood": bool})


def _on(
    period: Period | None, told: bool, day: datetime.date, begin: datetime.date | None, end: datetime.date | None
) -> bool | None:
    if (begin is not None and day < begin) or (end is not None and day > end):
        return False
    if period is not None:
        # A single day needs its date; between two dates it may be any.
        return period.on(day, begin if end is None or end == begin or not period.once else None)
    if told:
        return None
    # Only a first day: whether it went on after that day is not told.
    return None if begin is not None and end is None and day > begin else True
