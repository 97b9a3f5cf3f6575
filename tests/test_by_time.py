"""The life circle by the clock, on the toy town with four kindergartens' worth of hours. Shares worked by hand."""

from __future__ import annotations

import pandas as pd
import pytest
from toy import write_study

import corridor
from corridor import schemas
from corridor.config import read_config
from corridor.errors import ConfigError
from corridor.indicators import by_time

# A café beside the home, one beside the office, both within five minutes of either building.
CAFES = '<node id="{id}" version="1" lon="{lon}" lat="31.2101"><tag k="amenity" v="cafe"/><tag k="name" v="{id}"/>{hours}</node>'


def cafes(*hours):
    def tag(text):
        return f'<tag k="opening_hours" v="{text}"/>' if text else ""

    spots = (121.4106, 121.4122)
    return "".join(
        CAFES.format(id=70 + n, lon=lon, hours=tag(text))
        for n, (lon, text) in enumerate(zip(spots, hours, strict=True))
    )


def run(folder, *hours, yaml=""):
    return corridor.evaluate(corridor.open_study(write_study(folder, yaml, extra=cafes(*hours))))


def shares(evaluation, moment, category="third.cafe", group="buildings"):
    table = evaluation.by_time
    row = table[
        (table["moment"] == moment)
        & (table["category"] == category)
        & (table["group"] == group)
        & (table["place"] == "area")
    ].iloc[0]
    return (row["n_open"], row["n_closed"], row["n_unknown"]), (row["share"], row["possible"])


def test_known_open_known_closed_and_unknown(tmp_path):
    both = run(tmp_path / "a", "Mo-Fr 09:00-18:00", "每日7:00-23:00")
    schemas.BY_TIME.check(both.by_time)
    assert shares(both, "weekday_noon") == ((2, 0, 0), (1.0, 1.0))
    assert shares(both, "weekday_evening") == ((1, 1, 0), (1.0, 1.0))
    assert shares(both, "weekend") == ((1, 1, 0), (1.0, 1.0))

    one = run(tmp_path / "b", "Mo-Fr 09:00-18:00", None)
    assert shares(one, "weekday_noon") == ((1, 0, 1), (1.0, 1.0))
    # in the evening one is closed and the other may be open: nobody surely, everybody possibly
    assert shares(one, "weekday_evening") == ((0, 1, 1), (0.0, 1.0))

    shut = run(tmp_path / "c", "Mo-Fr 09:00-18:00", "Mo-Fr 09:00-18:00")
    assert shares(shut, "weekend") == ((0, 2, 0), (0.0, 0.0))

    silent = run(tmp_path / "d", None, "电话预约")
    assert shares(silent, "weekend") == ((0, 0, 2), (0.0, 1.0))
    (row,) = silent.notices[silent.notices["code"] == "hours-not-understood"].itertuples()
    assert row.value == "电话预约"
    assert "hours-not-understood" not in set(both.notices["code"])


def test_what_has_no_data_has_no_share(tmp_path):
    table = run(tmp_path / "a", "24/7", "24/7").by_time
    none = table[table["category"] == "green.park"]
    assert none[["share", "possible", "share_low", "possible_high"]].isna().all(axis=None)
    assert (none[["n_open", "n_closed", "n_unknown"]] == 0).all(axis=None)


def test_the_bounds_hold_the_circle_without_a_clock(tmp_path):
    found = run(tmp_path / "a", "24/7", "Mo 03:00-04:00")
    keys = ["place", "category", "group"]
    joined = found.by_time.merge(found.coverage, on=keys, suffixes=("", "_all"))
    known = joined[joined["share_all"].notna()]
    for end in ("", "_low", "_high"):
        assert (known[f"share{end}"] <= known[f"possible{end}"]).all()
        assert (known[f"possible{end}"] <= known[f"share{end}_all"]).all()
    assert (known["share_low"] <= known["share"]).all()


def test_moments_are_the_studys(tmp_path):
    yaml = 'moments:\n  night: {name: {zh: 夜里, en: night}, at: "2026-05-16 03:30"}\n'
    found = run(tmp_path / "a", "24/7", "Sa 03:00-04:00", yaml=yaml)
    assert set(found.by_time["moment"]) == {"night"}
    assert set(found.by_time["at"]) == {"2026-05-16 03:30"}
    assert shares(found, "night")[0] == (2, 0, 0)
    none = run(tmp_path / "b", "24/7", "24/7", yaml="moments: {}\n")
    assert none.by_time.empty
    schemas.BY_TIME.check(none.by_time)


@pytest.mark.parametrize("at", ["12:00", "2026-13-01 12:00", 7, "wednesday noon", "2026-05-13"])
def test_a_moment_is_a_date_and_a_time(tmp_path, at):
    write_study(tmp_path / "a", f"moments:\n  noon: {{name: noon, at: {at!r}}}\n")
    with pytest.raises(ConfigError) as caught:
        read_config(tmp_path / "a")
    assert "2026-05-13 12:00" in caught.value.problems[0].what.en


def test_a_place_with_two_doors_counts_once():
    table = pd.DataFrame({"category": ["a", "a", "a", "b"], "source_id": ["x", "x", "y", "x"]})
    state = pd.Series(pd.array([True, True, None, False], dtype="boolean"))
    assert by_time.counts(table, state).to_dict("index") == {
        "a": {"n_open": 1, "n_closed": 0, "n_unknown": 1},
        "b": {"n_open": 0, "n_closed": 1, "n_unknown": 0},
    }
