"""Events by the clock: what of each series is held and open at the study's moments, and what is not known."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd

from corridor import hours
from corridor.errors import Notice, Text
from corridor.hours import Period, read_period
from corridor.schemas import EVENT_TIMES
from corridor.study import StudyArea

_SHOWN = 5


def event_times(study: StudyArea, lonlat: tuple[float, float] | None = None) -> pd.DataFrame:
    """Tell of every event and moment whether it is held and open, as `corridor.schemas.EVENT_TIMES` says.

    Parameters
    ----------
    study : StudyArea
    lonlat : (float, float), optional
        WGS84 degrees, for holidays and the hours of the sun.

    Returns
    -------
    DataFrame
        Moments in the study's order, within each the events by id. An event is closed when its hours or its period
        say so, open when both do; all else is unknown, with the reason.
    """
    events = study.events.sort_index()
    periods = [read_period(text) if isinstance(text, str) else None for text in events["period"]]
    parts = []
    for name, moment in study.config.moments.items():
        is_open = hours.is_open(events["hours"], moment.at, lonlat=lonlat)
        held = hours.is_held(events["period"], moment.at, starts=events["starts"], ends=events["ends"])
        why = [
            _why(*row) for row in zip(events["period"], periods, is_open, held["held"], events["hours"], strict=True)
        ]
        parts.append(
            pd.DataFrame(
                {
                    "moment": name, "moment_zh": moment.name.zh, "moment_en": moment.name.en,
                    "at": f"{moment.at:%Y-%m-%d %H:%M}", "event_id": events.index.astype("string"),
                    **{column: events[column].astype("string").to_numpy() for column in ("series", "name", "category")},
                    "period": events["period"].astype("string").to_numpy(),
                    "hours": events["hours"].astype("string").to_numpy(),
                    "period_zh": pd.array([p.words.zh if p else pd.NA for p in periods], dtype="string"),
                    "period_en": pd.array([p.words.en if p else pd.NA for p in periods], dtype="string"),
                    "weeks_share": held["share"].to_numpy(),
                    "state": _state(is_open, held["held"]).to_numpy(),
                    "why_zh": pd.array([text.zh for text in why], dtype="string"),
                    "why_en": pd.array([text.en for text in why], dtype="string"),
                }
            )
        )  # fmt: skip
    return pd.concat(parts, ignore_index=True) if parts and len(events) else empty()


def empty() -> pd.DataFrame:
    """Return the table without a row."""
    types = {"string": "string", "float": "Float64"}
    return pd.DataFrame({c.name: pd.Series(dtype=types[c.dtype]) for c in EVENT_TIMES.columns})


def with_periods(opportunities: gpd.GeoDataFrame, is_open: pd.DataFrame, study: StudyArea) -> pd.DataFrame:
    """Return what is open at each moment, events only when they are held.

    Parameters
    ----------
    opportunities : GeoDataFrame
        `source`, `source_id`, `category`.
    is_open : DataFrame of boolean
        By their hours alone, a column a moment; NA: unknown.
    """
    category = opportunities["source_id"].map(study.events["category"])
    mine = (opportunities["source"] == "record") & (category == opportunities["category"]).fillna(False)
    if not mine.any():
        return is_open
    events = study.events.loc[opportunities.loc[mine, "source_id"]].set_axis(opportunities.index[mine])
    out = is_open.copy()
    for name, moment in study.config.moments.items():
        held = hours.is_held(events["period"], moment.at, starts=events["starts"], ends=events["ends"])["held"]
        out.loc[mine, name] = _both(is_open.loc[mine, name], held)
    return out


def _both(is_open: pd.Series, held: pd.Series) -> pd.Series:
    """Kleene's and: closed if either says so, open if both do."""
    both: pd.Series = is_open.astype("boolean") & held
    return both


def _state(is_open: pd.Series, held: pd.Series) -> pd.Series:
    words: Mapping[bool, str] = {True: "open", False: "closed"}
    return _both(is_open, held).map(words).astype("string").fillna("unknown")


def _why(text: object, period: Period | None, is_open: bool | None, held: bool | None, given: object) -> Text:
    told = isinstance(text, str) and bool(text.strip())
    if is_open is not pd.NA and not is_open:
        return Text("不在登记的时段", "outside its hours")
    if held is not pd.NA and not held:
        return Text("当天不举办", "not held on this day")
    if held is pd.NA:
        if told and period is None:
            return Text("周期写法无法解读", "the period was not understood")
        if period is None:
            return Text("开始日之后是否举办没有登记", "whether it is held after its first day is not on record")
        return Text("只登记了多久一次，没有哪一天", "how often is on record, not which days")
    if is_open is pd.NA:
        lacking = not isinstance(given, str) or not given.strip()
        return Text("没有登记时段", "no hours on record") if lacking else Text("时段无法判断", "its hours do not tell")
    return Text("在登记的日期与时段内", "held and open as on record")


def notices(study: StudyArea) -> list[Notice]:
    """Say which periods were not understood, and of which events it is not known on which days they are held."""
    events = study.events
    told = events[events["period"].notna() & (events["period"].str.strip() != "")]
    read = {text: read_period(text) for text in told["period"].unique()}
    file = Path(study.config.records.events.file).name if study.config.records.events else ""
    out = []
    unread = [text for text, period in read.items() if period is None]
    if unread:
        count = int(told["period"].isin(unread).sum())
        what = Text(
            f"{count}项活动的周期无法解读，某一天是否举办按不详处理。",
            f"the period of {count} events was not understood; whether they are held on a day counts as unknown.",
        )
        action = Text(
            "改写成“每周六”“双周”“每月第二个周五”这样的文字。", "Write it like 每周六, fortnightly, 每月第二个周五."
        )
        shown = "; ".join(unread[:_SHOWN])
        out.append(Notice("period-not-understood", "W", what, action, file=file, column="period", value=shown))
    vague = [event for event, row in told.iterrows() if _is_vague(read[row["period"]], row["starts"])]
    if vague:
        what = Text(
            f"{len(vague)}项活动只登记了多久一次，没有哪一天；按时段统计时不当作每周都有，记为不详。",
            f"of {len(vague)} events only how often is on record, not which days; by time of day they count as unknown, "
            "not as held every week.",
        )
        action = Text(
            "双周活动补上开始日期；每月活动写明哪一天，如“每月第二个周五”。",
            "Give fortnightly events a first day, and monthly ones their day, such as 每月第二个周五.",
        )
        shown = "; ".join(map(str, vague[:_SHOWN])) + ("; …" if len(vague) > _SHOWN else "")
        out.append(Notice("period-without-days", "R", what, action, file=file, column="period", value=shown))
    return out


def _is_vague(period: Period | None, starts: object) -> bool:
    if period is None or period.share == 1 or period.nth or period.month_days:
        return False
    return not (period.weeks or period.once) or bool(pd.isna(starts))
