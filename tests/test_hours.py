"""Opening hours: what district offices write, put into OSM's words; what is not understood stays unknown."""

from __future__ import annotations

import datetime
import itertools

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opening_hours import OpeningHours

from corridor.hours import in_osm_words, is_open, is_understood

DAILY = "Mo,Tu,We,Th,Fr,Sa,Su"
WEEK = "Mo,Tu,We,Th,Fr"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("周一至周五 9:00-17:30", f"{WEEK} 09:00-17:30"),
        ("周一到周五9:00~17:30", f"{WEEK} 09:00-17:30"),
        ("星期一至星期五 8:30 - 17:00", f"{WEEK} 08:30-17:00"),
        ("周1-周5 9:00-17:00", f"{WEEK} 09:00-17:00"),
        ("每日8:00—22:00", f"{DAILY} 08:00-22:00"),
        ("每天 8：00～22：00", f"{DAILY} 08:00-22:00"),
        ("工作日9:00-17:00", f"{WEEK} 09:00-17:00; PH off"),
        ("周末10:00-18:00", "Sa,Su 10:00-18:00"),
        ("24小时", f"{DAILY} 00:00-24:00"),
        ("24小时营业", f"{DAILY} 00:00-24:00"),
        ("全天", f"{DAILY} 00:00-24:00"),
        ("周末 24小时", "Sa,Su 00:00-24:00"),
        ("早9点到晚6点", f"{DAILY} 09:00-18:00"),
        ("早9晚6", f"{DAILY} 09:00-18:00"),
        ("下午1点半-5点", f"{DAILY} 13:30-17:00"),
        ("下午1点一刻至5点三刻", f"{DAILY} 13:15-17:45"),
        ("晚7点-晚9点", f"{DAILY} 19:00-21:00"),
        ("凌晨5点-晚10点", f"{DAILY} 05:00-22:00"),
        ("中午12点-下午2点", f"{DAILY} 12:00-14:00"),
        ("11:00-次日2:00", f"{DAILY} 11:00-02:00"),
        ("17:00-02:00", f"{DAILY} 17:00-02:00"),
        ("周一至周五9:00-17:30，午休 12:00-13:30", f"{WEEK} 09:00-12:00,13:30-17:30"),
        ("9:00-17:00 12:00-13:00休息", f"{DAILY} 09:00-12:00,13:00-17:00"),
        ("周一至周五 9：00～17：00（节假日休息）", f"{WEEK} 09:00-17:00; PH off"),
        ("9:00-17:00，法定节假日除外", f"{DAILY} 09:00-17:00; PH off"),
        ("周二至周日9:00-17:00，周一闭馆", "Tu,We,Th,Fr,Sa,Su 09:00-17:00; Mo off"),
        ("每日9:00-17:00，周一休息", f"{DAILY} 09:00-17:00; Mo off"),
        ("周一至周日 上午9:00-11:30，下午13:00-16:30", f"{DAILY} 09:00-11:30,13:00-16:30"),
        ("8:30-11:30 13:30-17:00 周末休息", f"{DAILY} 08:30-11:30,13:30-17:00; Sa,Su off"),
        ("周一、周三、周五 18:30-20:30", "Mo,We,Fr 18:30-20:30"),
        ("周六日9:30-16:30", "Sa,Su 09:30-16:30"),
        ("周六、日 9:30-16:30", "Sa,Su 09:30-16:30"),
        ("周六至周一 10:00-16:00", "Mo,Sa,Su 10:00-16:00"),
        ("每周三 13:30-17:00", "We 13:30-17:00"),
        ("周五晚18:30-20:30", "Fr 18:30-20:30"),
        ("工作日 9:00-17:00 周六 9:00-12:00", f"{WEEK} 09:00-17:00; Sa 09:00-12:00; PH off"),
        ("周一到周四9:00-18:00;周五9:00-17:00", "Mo,Tu,We,Th 09:00-18:00; Fr 09:00-17:00"),
        ("9:00-17:30（周一至周五）", f"{WEEK} 09:00-17:30"),
        ("周一至周五8:30-17:30，周末照常", f"{DAILY} 08:30-17:30"),
        ("9:00-17:00 全年无休", f"{DAILY} 09:00-17:00"),
        ("工作日9:00-17:00，节假日照常", f"{WEEK},PH 09:00-17:00"),
        ("营业时间：周一至周五 10时-19时30分", f"{WEEK} 10:00-19:30"),
    ],
)
def test_chinese_hours_in_osm_words(text, words):
    assert in_osm_words(text) == words
    OpeningHours(words)


@pytest.mark.parametrize(
    "text",
    [
        "", "   ", "电话预约", "周一至周五", "夏季8:00-18:00", "5月至10月 8:00-20:00", "9:00-5:30", "8:00-25:00", "9:60-17:00",
        "12:00-13:00休息", "周一闭馆", "9:00-17:00，需预约", "A座3楼", "午休", "9:00", "周一至周五 9:00-17:00，周六", "约9点开门",
        "节假日 休息",
    ],
)  # fmt: skip
def test_what_is_not_understood_is_unknown(text):
    assert in_osm_words(text) is None


NOON, EVENING, SATURDAY = (
    datetime.datetime(2026, 5, 13, 12, 0),
    datetime.datetime(2026, 5, 13, 20, 0),
    datetime.datetime(2026, 5, 16, 14, 0),
)


def at_all(text):
    return [is_open(pd.Series([text]), at).iloc[0] for at in (NOON, EVENING, SATURDAY)]


def test_open_closed_unknown_at_three_moments():
    assert at_all("Mo-Fr 09:00-17:30") == [True, False, False]
    assert at_all("周一至周五9:00-17:30，午休 12:00-13:30") == [False, False, False]
    assert at_all("Tu,Th 18:30-21:00") == [False, False, False]
    assert at_all("24/7") == [True, True, True]
    assert at_all("早10点到晚9点") == [True, True, True]
    for text in ("电话预约", "gibberish", 'Mo-Su 09:00-22:00 "by appointment"', "Mo-Su 09:00-22:00 unknown"):
        assert all(pd.isna(value) for value in at_all(text)), text


def test_missing_stays_missing_and_the_index_stays():
    texts = pd.Series([None, "24/7", "?"], index=["a", "b", "c"], dtype="string")
    found = is_open(texts, NOON)
    assert found.index.tolist() == ["a", "b", "c"]
    assert found.dtype == "boolean"
    assert found.isna().tolist() == [True, False, True]
    assert is_understood(texts).tolist() == [False, True, False]
    assert is_open(texts.iloc[:0], NOON).empty


def test_holidays_are_known_where_the_place_is():
    day = datetime.datetime(2026, 10, 1, 12, 0)
    texts = pd.Series(["每日9:00-17:00，节假日休息"])
    assert is_open(texts, day).iloc[0]
    assert not is_open(texts, day, lonlat=(121.42, 31.21)).iloc[0]
    assert is_open(texts, NOON, lonlat=(121.42, 31.21)).iloc[0]


@settings(max_examples=20, deadline=None)
@given(
    days=st.lists(st.sampled_from("一二三四五六日"), min_size=1, max_size=7, unique=True),
    start=st.integers(0, 22),
    length=st.integers(1, 23),
)
def test_hours_written_out_are_hours_read(days, start, length):
    end = min(start + length, 24)
    text = f"周{'、周'.join(days)} {start}:00-{end}:00"
    monday = datetime.datetime(2026, 5, 11)
    hours = {0, start - 1, start, end - 1, end, 23} & set(range(24))
    for day, hour in itertools.product(range(7), sorted(hours)):
        at = monday + datetime.timedelta(days=day, hours=hour, minutes=30)
        assert is_open(pd.Series([text]), at).iloc[0] == ("一二三四五六日"[day] in days and start <= hour < end)


@given(text=st.text(alphabet="周一二五日至到每节假休息工作午早晚点半0123456789:：-~，、() 营业", max_size=24))
def test_any_text_is_read_or_unknown(text):
    words = in_osm_words(text)
    if words is not None:
        OpeningHours(words)
