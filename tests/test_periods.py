"""How often events are held: what districts write, asked on a day; what only says how often tells no day."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from chain_study import write_chain_study
from hypothesis import given, settings
from hypothesis import strategies as st

import corridor
from corridor import schemas
from corridor.hours import Period, is_held, read_period

MONTHLY = 12 / (365.25 / 7)


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("双周", Period(0.5, weeks=2)), ("隔周", Period(0.5, weeks=2)), ("每2周一次", Period(0.5, weeks=2)), ("fortnightly", Period(0.5, weeks=2)),
        ("双周六", Period(0.5, (5,), weeks=2)), ("隔周周三举办", Period(0.5, (2,), weeks=2)), ("每三周", Period(1 / 3, weeks=3)),
        ("每周", Period(1.0, weeks=1)), ("每周两次", Period(1.0, weeks=1)), ("每周六", Period(1.0, (5,), weeks=1)), ("every Saturday", Period(1.0, (5,), weeks=1)),
        ("每逢周二、四", Period(1.0, (1, 3), weeks=1)), ("周一至周五", Period(1.0, (0, 1, 2, 3, 4), weeks=1)), ("每周末", Period(1.0, (5, 6), weeks=1)),
        ("常设", Period(1.0)), ("每天", Period(1.0, tuple(range(7)), weeks=1)),
        ("每月", Period(MONTHLY)), ("一月一次", Period(MONTHLY)), ("每月第三周周五", Period(MONTHLY, (4,))), ("每月２次", Period(2 * MONTHLY)),
        ("每月第二、四个周六", Period(2 * MONTHLY, (5,), nth=(2, 4))), ("每月首个星期一", Period(MONTHLY, (0,), nth=(1,))),
        ("每月最后一个周五", Period(MONTHLY, (4,), nth=(-1,))), ("每月5号、20号", Period(2 * MONTHLY, month_days=(5, 20))), ("每月末", Period(MONTHLY, month_days=(-1,))),
        ("双月", Period(MONTHLY / 2)), ("每季度", Period(MONTHLY / 3)), ("季度", Period(MONTHLY / 3)), ("半年", Period(MONTHLY / 6)), ("每年一次", Period(MONTHLY / 12)),
        ("不定期", Period(None)), ("单次", Period(None, once=True)),
        # Seasons, months by name, first quarters and the two meanings of "biweekly" are not guessed.
        ("寒暑假", None), ("5月", None), ("一季度", None), ("一月", None), ("每月下旬", None), ("biweekly", None), ("学期内每周三", None), ("每月32日", None), ("", None),
    ],
)  # fmt: skip
def test_what_is_understood(text, period):
    found = read_period(text)
    assert (found is None) == (period is None)
    if found is not None:
        assert found.share == pytest.approx(period.share)
        assert (found.weekdays, found.nth, found.month_days, found.weeks, found.once) == (
            period.weekdays, period.nth, period.month_days, period.weeks, period.once
        )  # fmt: skip
        assert found.words.zh and found.words.en


@pytest.mark.parametrize(
    ("text", "starts", "ends", "day", "held"),
    [
        # 2026-05-16 is a Saturday, the third of its month; the 2nd and the 30th are an even number of weeks away.
        ("每周六", None, None, "2026-05-16", True), ("每周六", None, None, "2026-05-17", False),
        ("双周", None, None, "2026-05-16", None), ("双周六", None, None, "2026-05-17", False),
        ("双周", "2026-05-02", None, "2026-05-16", True), ("双周", "2026-05-02", None, "2026-05-23", False),
        ("双周", "2026-05-06", None, "2026-05-16", False), ("双周", "2026-04-29", None, "2026-05-16", True), ("双周", "2026-05-30", None, "2026-05-16", False),
        ("每月第三个周六", None, None, "2026-05-16", True), ("每月第二、四个周六", None, None, "2026-05-16", False),
        ("每月最后一个周六", None, None, "2026-05-30", True), ("每月最后一个周六", None, None, "2026-05-23", False),
        ("每月末", None, None, "2026-05-31", True), ("每月末", None, None, "2026-05-30", False), ("每月16日", None, None, "2026-05-16", True),
        ("每月", None, None, "2026-05-16", None), ("每季度", "2026-01-10", None, "2026-05-16", None), ("每季度", "2026-06-01", None, "2026-05-16", False),
        ("每周", "2026-01-01", "2026-05-15", "2026-05-16", False), ("单次", "2026-05-16", None, "2026-05-16", True),
        ("单次", "2026-05-16", None, "2026-05-23", False), ("单次", None, None, "2026-05-16", None), ("单次", "2026-05-15", "2026-05-17", "2026-05-16", None),
        (None, None, None, "2026-05-16", True), (None, "2026-05-16", None, "2026-05-16", True), (None, "2026-05-01", None, "2026-05-16", None),
        (None, "2026-05-01", "2026-05-20", "2026-05-16", True), ("寒暑假", None, None, "2026-05-16", None), ("不定期", None, None, "2026-05-16", None),
    ],
)  # fmt: skip
def test_what_is_held_on_a_day(text, starts, ends, day, held):
    def dates(value):
        return pd.Series([pd.NaT if value is None else pd.Timestamp(value)])

    at = dt.datetime.fromisoformat(f"{day} 14:00")
    found = is_held(pd.Series([text], dtype="string"), at, starts=dates(starts), ends=dates(ends))["held"][0]
    assert (found is pd.NA) == (held is None) and (held is None or found == held)


def test_after_midnight_the_evening_before_counts():
    early = dt.datetime(2026, 5, 17, 1, 0)  # the night from Saturday to Sunday
    held = is_held(pd.Series(["每周六", "每周末", "每周三"]), early)["held"]
    assert held.isna().tolist() == [True, False, False] and held[1] and not held[2]


@settings(max_examples=60)
@given(st.text(alphabet="每双隔周月季年第一二三四五六日末个次、0123456789 ", max_size=8), st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)))  # fmt: skip
def test_any_text_is_read_or_not_and_never_both(text, day):
    period = read_period(text)
    if period is None:
        return
    assert period.share is None or 0 < period.share <= 1
    answer = period.on(day)
    assert answer in (True, False, None)
    # Half a year of days: a share below one leaves some weeks out or does not tell.
    days = [day + dt.timedelta(days=n) for n in range(182)]
    if period.share is not None and period.share < 0.9 and not period.weekdays:
        assert not all(period.on(one) for one in days)


EVENTS = """编号,系列,名称,类别,周期,开放时间,开始日期,结束日期,经度,纬度
E1,创新说,创新说一,路演,双周,Sa 12:00-18:00,,,121.4120,31.2100
E2,创新说,创新说二,路演,每周六,Sa 12:00-18:00,,,121.4121,31.2100
E3,,夜校,夜校,每周三,每日18:00-21:00,,,121.4110,31.2109
E4,,早市,市集,寒暑假,,,,121.4111,31.2100
"""


def test_a_fortnightly_event_is_not_open_every_saturday(tmp_path):
    study = corridor.open_study(write_chain_study(tmp_path / "a", events=EVENTS))
    found = corridor.evaluate(study, only=["by_time", "innovation"])
    times = found.innovation.event_times
    schemas.EVENT_TIMES.check(times)
    states = times.pivot_table(index="event_id", columns="moment", values="state", aggfunc="first")
    assert states["weekend"].to_dict() == {"E1": "unknown", "E2": "open", "E3": "closed", "E4": "unknown"}
    assert states["weekday_evening"].to_dict() == {"E1": "closed", "E2": "closed", "E3": "open", "E4": "unknown"}
    why = times[times["moment"] == "weekend"].set_index("event_id")
    assert why.loc["E1", "weeks_share"] == 0.5 and why.loc["E1", "period_zh"] == "每2周"
    assert "没有哪一天" in why.loc["E1", "why_zh"] and "无法解读" in why.loc["E4", "why_zh"]
    table = found.by_time
    venue = table[(table["category"] == "event.venue") & (table["moment"] == "weekend")].iloc[0]
    assert (venue["n_open"], venue["n_closed"], venue["n_unknown"]) == (1, 0, 1)
    told = found.notices.set_index("code")
    assert told.loc["period-not-understood", "value"] == "寒暑假" and told.loc["period-without-days", "value"] == "E1"
    # A first day makes the fortnight known: 2 May is two weeks before the moment asked about.
    dated = EVENTS.replace("Sa 12:00-18:00,,", "Sa 12:00-18:00,2026-05-09,", 1)
    again = corridor.evaluate(
        corridor.open_study(write_chain_study(tmp_path / "b", events=dated)), only=["innovation"]
    ).innovation.event_times
    assert again.set_index(["event_id", "moment"])["state"]["E1", "weekend"] == "closed"
