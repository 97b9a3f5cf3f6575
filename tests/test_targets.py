"""Targets of the year: which records count, what is due, and that nothing is lost between records and figures."""

from __future__ import annotations

import datetime
import json
from types import SimpleNamespace
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy import write_study
from typer.testing import CliRunner

from corridor import report, schemas
from corridor.cli import app
from corridor.config import Targets, read_config
from corridor.errors import ConfigError
from corridor.targets import Progress, read_targets, track, track_study
from corridor.targets._count import events, fitting, verdicts

DAY = datetime.date(2026, 6, 30)


def frame(rows: list[dict[str, Any]], *dates: str) -> pd.DataFrame:
    table = pd.DataFrame(rows).set_index("id")
    for name in dates:
        table[name] = pd.to_datetime(table[name])
    return table


def carriers(*rows: tuple[str, str, float | None, str | None], **more: list[Any]) -> pd.DataFrame:
    """Carriers as (id, kind, area, opened); `more` are further columns."""
    table = frame(
        [
            {"id": i, "name": f"载体{i}", "kind": kind, "floor_area_m2": area, "opened": day}
            for i, kind, area, day in rows
        ],
        "opened",
    )
    return table.assign(**more)


def letter(**changes: Any) -> Targets:
    return Targets.model_validate(changes)


def one(settings: Targets, records: dict[str, pd.DataFrame], key: str, day: datetime.date = DAY) -> Any:
    progress = track(settings, records, as_of=day)
    check(progress)
    return progress.table.loc[key]


def check(progress: Progress) -> None:
    """What holds of every progress: the tables keep their schemas, months and quarters add up, the account closes."""
    for table, found in zip(
        schemas.TARGET_TABLES, (progress.table, progress.events, progress.snapshots, progress.readings), strict=True
    ):
        table.check(found)
    used = progress.readings[progress.readings["default"]].set_index("target")["achieved"]
    pd.testing.assert_series_equal(
        used, progress.table.loc[used.index, "achieved"], check_names=False, check_index_type=False
    )
    for entry in progress.account.entries:
        key = entry.source.removeprefix("targets.")
        assert entry.used == int(progress.table.loc[key, "records"])
    for key, own in progress.snapshots.groupby("target"):
        if progress.settings.items[str(key)].measure == "exists":
            continue
        for _, periods in own.groupby("period"):
            begun = periods[periods["achieved"].notna()]
            if len(begun) and progress.as_of.year == progress.settings.items[str(key)].year:
                start = begun["achieved"].iloc[0] - begun["added"].iloc[0]
                assert start + begun["added"].sum() == pytest.approx(progress.table.loc[key, "achieved"])


def test_new_floor_area_by_hand() -> None:
    records = carriers(
        ("a", "lab", 3000.0, "2026-01-01"),
        ("b", "park", 4000.5, "2026-06-30"),
        ("c", "park", 900.0, "2026-07-01"),  # the day after the count
        ("d", "park", 700.0, "2025-12-31"),  # the day before the year
        ("e", "office", 5000.0, "2026-02-01"),  # no carrier of the letter
        ("f", "park", None, "2026-02-01"),
        ("g", "park", 60.0, None),
        ("h", None, 60.0, "2026-02-01"),
    )
    row = one(letter(), {"carriers": records}, "carrier_area")
    assert row["achieved"] == 7000.5
    assert row["pace"] == pytest.approx(10000 * 181 / 365)
    assert row["pace_quarter"] == 5000
    assert row["status"] == "on_pace" and row["records"] == 2 and row["undated"] == 1
    total = one(letter(items={"carrier_area": {"counts": "total"}}), {"carriers": records}, "carrier_area")
    assert total["achieved"] == 7000.5 + 700 + 60  # without a date it stands, but nobody knows since when
    assert total["pace"] == pytest.approx(760 + (10000 - 760) * 181 / 365)


def test_more_than_is_not_at_least() -> None:
    exact = {"carriers": carriers(("a", "lab", 10_000.0, "2026-01-05"))}
    assert one(letter(), exact, "carrier_area")["status"] == "on_pace"
    assert one(letter(items={"carrier_area": {"compare": "at_least"}}), exact, "carrier_area")["status"] == "reached"
    last = datetime.date(2026, 12, 31)
    assert one(letter(), exact, "carrier_area", last)["status"] == "missed"
    assert one(letter(), exact, "carrier_area", datetime.date(2025, 12, 31))["status"] == "early"


def test_built_and_recognised_stay_apart() -> None:
    records = frame(
        [
            {"id": "a", "name": "甲", "kind": "incubator", "level": "municipal", "built": "2026-03-01", "recognised": None},
            {"id": "b", "name": "乙", "kind": "incubator", "level": "municipal", "built": "2024-03-01", "recognised": "2026-05-01"},
            {"id": "c", "name": "丙", "kind": "incubator", "level": "district", "built": "2026-03-01", "recognised": "2026-03-01"},
        ],
        "built", "recognised",
    )  # fmt: skip
    progress = track(letter(), {"carriers": records}, as_of=DAY)
    check(progress)
    readings = progress.readings[progress.readings["target"] == "incubators"].set_index(["counts", "date"])["achieved"]
    assert readings.to_dict() == {
        ("new", "built"): 1, ("total", "built"): 2, ("new", "recognised"): 1, ("total", "recognised"): 1,
    }  # fmt: skip
    counted = progress.events[(progress.events["target"] == "incubators") & progress.events["counted"]]
    assert list(counted["record_id"]) == ["a"]


def test_doubles_count_once_and_are_named() -> None:
    rows = [
        ("f1", "甲公司", "91310000A", "地址一", "2026-01-02"),
        ("f2", "甲公司（上海）", "91310000A", "地址二", "2026-02-02"),  # the same credit code
        ("f3", "乙公司", None, "地址三", "2026-03-02"),
        ("f4", "乙 公司", None, None, "2026-04-02"),  # the same name, nothing tells them apart
        ("f5", "乙公司", None, "地址五", "2026-05-02"),  # another place: another firm
        ("f6", "丙公司", "91310000B", "地址六", "2020-01-01"),
        ("f7", "丙公司", "91310000B", "地址六", "2026-06-01"),  # it was there before: not new
        ("f8", "丁公司", "91310000C", "地址三", "2026-06-02"),
    ]
    records = frame(
        [
            {"id": i, "name": n, "credit_code": c, "address": a, "arrived": d, "technology": True, "evidence": None}
            for i, n, c, a, d in rows
        ],
        "arrived",
    )
    progress = track(letter(), {"firms": records}, as_of=DAY)
    check(progress)
    own = progress.events.set_index("record_id")
    assert own["why"].to_dict() == {
        "f1": "counted", "f2": "double", "f3": "counted", "f4": "double", "f5": "counted", "f6": "before",
        "f7": "double", "f8": "counted",
    }  # fmt: skip
    assert own["double_of"].dropna().to_dict() == {"f2": "f1", "f4": "f3", "f7": "f6"}
    assert own["same_address"].dropna().to_dict() == {"f8": "f3"}
    row = progress.table.loc["firms"]
    assert (row["achieved"], row["doubles"], row["no_evidence"]) == (4, 3, 4)
    codes = {notice.code for notice in progress.notices}
    assert {"target-double", "target-no-evidence", "target-same-address", "target-no-data"} == codes


def test_a_platform_is_there_or_not() -> None:
    built = frame([{"id": "p", "name": "平台", "status": "done", "built": "2026-05-01", "evidence": "文号"}], "built")
    row = one(letter(), {"platforms": built}, "platform")
    assert (row["achieved"], row["status"]) == (1, "reached") and pd.isna(row["pace"])
    assert one(letter(), {"platforms": built}, "platform", datetime.date(2026, 4, 30))["status"] == "open"
    assert one(letter(), {"platforms": built.iloc[:0]}, "platform")["status"] == "open"
    assert one(letter(), {"platforms": built.assign(status="running")}, "platform")["achieved"] == 0


def test_no_records_is_not_nought() -> None:
    progress = track(letter(), {}, as_of=DAY)
    check(progress)
    assert progress.table["achieved"].isna().all() and set(progress.table["status"]) == {"no_data"}
    assert progress.snapshots.empty and len(progress.notices) == 5


def test_the_day_of_the_count_comes_from_the_settings_else_from_the_records() -> None:
    records = {"carriers": carriers(("a", "lab", 1.0, "2026-03-05"), ("b", "lab", 1.0, "2027-01-01"))}
    for given_, expected in (
        (letter(), (datetime.date(2026, 3, 5), "records")),
        (letter(as_of=DAY), (DAY, "study")),
        (letter(items={"carrier_area": None}), (datetime.date(2026, 1, 1), "none")),
    ):
        progress = track(given_, records)
        check(progress)
        assert (progress.as_of, progress.basis) == expected


DATES = st.one_of(st.none(), st.dates(datetime.date(2025, 10, 1), datetime.date(2027, 2, 1)))
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["lab", "park", "office", None]),
        st.one_of(st.none(), st.floats(0, 9e4)),
        DATES,
        st.booleans(),
        st.sampled_from("甲乙丙丁戊己"),
    ),
    max_size=9,
)


@settings(max_examples=30)
@given(rows=ROWS, day=st.dates(datetime.date(2025, 11, 1), datetime.date(2027, 1, 31)), seed=st.randoms())
def test_the_figure_is_the_sum_of_its_records_whatever_their_order(rows: Any, day: datetime.date, seed: Any) -> None:
    table = frame(
        [
            {"id": f"{n}", "name": name, "kind": kind, "floor_area_m2": area, "opened": date, "synthetic": made, "address": None}
            for n, (kind, area, date, made, name) in enumerate(rows)
        ]
        or [{"id": "0", "name": None, "kind": None, "floor_area_m2": None, "opened": None, "synthetic": False}],
        "opened",
    )  # fmt: skip
    target = letter().items["carrier_area"]
    found = events("carrier_area", target, verdicts(target, fitting(target, table), day))
    # By hand: one record of a name, the earliest, of those that could count or were there before.
    seen, total = set(), 0.0
    for kind, area, date, _, name in sorted(
        (row for row in rows if row[2] is not None), key=lambda row: (row[2], str(rows.index(row)))
    ):
        if kind not in {"lab", "park"} or date > min(day, datetime.date(2026, 12, 31)):
            continue
        new = date.year == 2026
        if new and area is None:
            continue
        if name not in seen and new:
            total += area
        seen.add(name)
    assert found.loc[found["counted"], "value"].sum() == pytest.approx(total)
    order = list(range(len(table)))
    seed.shuffle(order)
    again = events("carrier_area", target, verdicts(target, fitting(target, table.iloc[order]), day))
    pd.testing.assert_frame_equal(again, found)


@pytest.mark.parametrize(
    ("yaml", "says"),
    [
        ("targets: {items: {firms: {date: opened}}}", "no fitting column 'opened'"),
        ("targets: {items: {firms: {where: {kinds: [lab]}}}}", "no fitting column 'kinds'"),
        ("targets: {items: {firms: {measure: sum}}}", "needs a column"),
        ("targets: {items: {firms: {aim: 0}}}", "aim"),
        ("targets: {items: {own: {aim: 3}}}", "name"),
        ("targets: {quarters: [0.5, 0.25, 0.75, 1]}", "rise to 1"),
        ("targets: {itmes: {}}", "items"),
        ("targets: {as_of: 20260630}", "must be a date"),
        ("targets: nowhere.yaml", "does not exist"),
    ],
)
def test_wrong_settings_are_told(tmp_path, yaml: str, says: str) -> None:
    folder = write_study(tmp_path, yaml + "\n")
    with pytest.raises(ConfigError, match=says):
        read_targets(read_config(folder))


def test_own_targets_stand_beside_the_letters_or_alone_in_a_file(tmp_path) -> None:
    own = (
        "patents: {name: {zh: 专项, en: Special}, unit: {zh: 项, en: items}, aim: 4, owner: 区商务委, table: projects,\n"
        "    where: {industry: [算力]}, date: contracted, definition: {zh: 定义, en: definition}}"
    )
    folder = write_study(tmp_path, f"targets:\n  as_of: 2026-05-01\n  items:\n   firms: {{counts: total}}\n   {own}\n")
    settings = read_targets(read_config(folder))
    assert list(settings.items) == ["carrier_area", "firms", "platform", "incubators", "projects", "patents"]
    assert settings.items["firms"].counts == "total" and settings.items["firms"].aim == 30
    (tmp_path / "aims.yaml").write_text(f"letter: false\nitems:\n {own}\n", encoding="utf-8")
    alone = read_targets(read_config(write_study(tmp_path, "targets: aims.yaml\n")))
    assert list(alone.items) == ["patents"]
    assert read_targets(read_config(write_study(tmp_path))) is None
    assert len(read_targets(read_config(folder), default=True).items) == 5


CSV = (
    "编号,项目名称,签约日期,进展,依据,示意\n"
    "X1,<img src=x onerror=alert(1)>,2026-03-01,签约,,是\n"
    "X2,项目二,2026-04-01,签约,=1+1,否\n"
)


@pytest.fixture
def town(tmp_path):
    folder = write_study(tmp_path, "records: {projects: projects.csv}\ntargets: {as_of: 2026-06-30}\n")
    (folder / "projects.csv").write_text(CSV, encoding="utf-8")
    return folder


def test_the_command_prints_and_writes(town) -> None:
    done = CliRunner().invoke(app, ["targets", str(town), "--as-of", "2026-06-30", "-o", str(town / "out")])
    assert done.exit_code == 0, done.output
    assert "产学研合作项目" in done.output and "不少于20" in done.output and "今天" not in done.output
    book = openpyxl.load_workbook(town / "out" / "targets.xlsx")
    assert book.sheetnames == [
        "说明 note", "目标 targets", "目标按月按季 snapshots", "目标记录 records", "目标口径 readings", "数据字典 dictionary",
    ]  # fmt: skip
    head, *rows = book["目标 targets"].iter_rows(values_only=True)
    column = [cell.split("\n")[1] for cell in head].index("aim")
    assert [row[column] for row in rows] == [10000, 30, 1, 2, 20]
    cells = [cell for row in book["目标记录 records"].iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells) and "=1+1" in [cell.value for cell in cells]
    before = {path.name: path.read_bytes() for path in (town / "out").iterdir()}
    CliRunner().invoke(app, ["targets", str(town), "--as-of", "2026-06-30", "-o", str(town / "out")])
    assert before == {path.name: path.read_bytes() for path in (town / "out").iterdir()}


def test_the_command_says_the_day_it_took(town) -> None:
    done = CliRunner().invoke(app, ["targets", str(town), "--lang", "en"])
    assert done.exit_code == 0 and "(today)" in done.output and "study.yaml says 2026-06-30" in done.output
    told = json.loads(CliRunner().invoke(app, ["targets", str(town), "--as-of", "2026-03-31", "--json"]).stdout)
    assert {row["target"]: row["achieved"] for row in told}["projects"] == 1
    wrong = CliRunner().invoke(app, ["targets", str(town), "--as-of", "the end", "--lang", "en"])
    assert wrong.exit_code == 2 and "is no date" in wrong.output


def test_the_report_tells_the_figures_and_runs_no_text(town) -> None:
    import report_fixture

    from corridor.study import open_study

    evaluation = report_fixture.make_evaluation(300)
    evaluation.targets = track_study(open_study(town))
    for lang, words in (("zh", ("2026年目标进展", "超过10000\xa0m²", "示意数据", "缺依据")),
                        ("en", ("Targets of 2026", "more than 10000\xa0m²", "Invented data", "none"))):  # fmt: skip
        path = town / f"report.{lang}.html"
        report.write_report(evaluation, path, lang=lang)
        html = path.read_text(encoding="utf-8")
        assert all(word in html for word in words)
        assert "<img src=x" not in html and "&lt;img src=x" in html
    assert report.target_rows(SimpleNamespace(table=pd.DataFrame())) == {}


def test_what_a_scenario_adds_counts_as_of_the_day_of_the_count() -> None:
    table = carriers(("C1", "lab", 500.0, None), ("s", "lab", 900.0, None), source=["台账", "scenario"])
    row = one(letter(), {"carriers": table}, "carrier_area")
    assert row["achieved"] == 900.0, "the undated carrier of the records still does not count"
