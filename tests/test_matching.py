"""Records and footprints: sure matches are taken, all else is shown with its reasons."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, box

from corridor import schemas
from corridor.matching import address_of, match, matched, notices, off_map, unknown_carriers

CRS = "EPSG:32651"


def buildings(*rows: tuple[str, float, str | None, str | None, str | None]) -> gpd.GeoDataFrame:
    """Squares of 10 m as (id, west edge, name, street, number), in a row along y = 0–10."""
    frame = pd.DataFrame(rows, columns=["building_id", "x", "name", "street", "housenumber"]).set_index("building_id")
    return gpd.GeoDataFrame(
        frame.drop(columns="x"), geometry=[box(x, 0, x + 10, 10) for x in frame["x"]], crs=CRS
    )  # fmt: skip


def record(x: float | None, name: str | None = None, address: str | None = None, sure: float | None = 10) -> Any:
    place = None if x is None else Point(x, 5)
    frame = pd.DataFrame({"name": [name], "address": [address], "uncertainty_m": [sure]}, index=["r"])
    return {"carriers": gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries([place], index=["r"], crs=CRS), crs=CRS)}


HOUSES = buildings(
    ("a", 0, None, "定西路", "1295"), ("b", 30, "新微智谷", None, None), ("c", 200, "德必易园", "安化路", "490-494")
)


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        # Inside a footprint, 10 m sure: 0.7 × 1. The names are unknown to each other.
        (record(5), ("a", "matched", 0.7)),
        # 400 m sure: inside means little, 0.7 × 30/400.
        (record(5, sure=400), ("a", "check", 0.0525)),
        # The address agrees: 1 − 0.3 × 0.2.
        (record(5, address="定西路1295号1号楼"), ("a", "matched", 0.94)),
        # Inside a, whose address differs: halved, below the threshold.
        (record(5, address="武夷路305号"), ("a", "check", 0.35)),
        # 15 m from b, half the reach: 1 − (1 − 0.35) × (1 − 0.6).
        (record(55, "新微智谷"), ("b", "matched", 0.74)),
        # Too far for the coordinate, known by the address alone: 0.8.
        (record(100, address="上海市长宁区安化路492号"), ("c", "matched", 0.8)),
        # The name alone is not enough.
        (record(100, "德必易园"), ("c", "check", 0.6)),
        (record(5, "张江某某园区", "武夷路1号"), ("a", "check", 0.35)),
    ],
)
def test_confidence_by_hand(given_, expected) -> None:
    table = match(given_, HOUSES)
    schemas.MATCHES.check(table)
    first = table.iloc[0]
    assert (first["building_id"], first["verdict"], first["confidence"]) == (*expected[:2], pytest.approx(expected[2]))
    ids = matched(given_["carriers"], "carriers", table)["building_id"]
    assert (ids["r"] == expected[0]) if expected[1] == "matched" else ids.isna().all()


def test_names_of_what_is_in_a_building_never_speak_against_it() -> None:
    at = record(35, "示意企业")["carriers"]  # inside b, whose name is another
    table = match({"carriers": at, "firms": at, "events": at.assign(venue="新微智谷报告厅")}, HOUSES)
    first = table[table["rank"] == 1].set_index("table")
    # 0.7 × 0.8 for a carrier, 0.7 for a firm; the venue contains the name: 1 − 0.3 × (1 − 0.6 × 0.8).
    assert first["confidence"].to_dict() == pytest.approx({"carriers": 0.56, "firms": 0.7, "events": 0.844})
    assert first["verdict"].to_dict() == {"carriers": "check", "firms": "matched", "events": "matched"}
    assert first["why_zh"]["firms"] == "在轮廓内；无可比的地址与名称" and first["name"]["events"] == "示意企业"


def test_two_alike_are_left_to_the_planner() -> None:
    twins = buildings(("a", 0, None, None, None), ("b", 5, None, None, None))
    table = match(record(7), twins)
    assert list(table["verdict"]) == ["rival", "next"] and list(table["building_id"]) == ["a", "b"]
    assert "另一栋" in table["why_zh"].iloc[0]
    assert matched(record(7)["carriers"], "carriers", table)["building_id"].isna().all()


def test_no_building_and_no_place() -> None:
    assert list(match(record(2000), HOUSES)["verdict"]) == ["none"]
    lost = record(None, "甲园", "定西路1295号")
    table = match(lost, HOUSES)
    schemas.MATCHES.check(table)
    assert list(table["verdict"]) == ["off_map"]
    listed = off_map(lost)
    schemas.OFF_MAP.check(listed)
    assert listed[["table", "record_id", "name", "address"]].values.tolist() == [
        ["carriers", "r", "甲园", "定西路1295号"]
    ]
    told = notices(table, listed)
    assert [notice.code for notice in told] == ["off-map"] and "甲园" in told[0].what.zh
    empty = {"carriers": lost["carriers"].iloc[:0]}
    schemas.MATCHES.check(match(empty, HOUSES))
    assert list(match(record(5), HOUSES.iloc[:0])["verdict"]) == ["none"]


def test_what_sits_in_a_carrier_has_the_carriers_building() -> None:
    carriers = pd.concat(
        [record(5)["carriers"].rename(index={"r": "C1"}), record(55)["carriers"].rename(index={"r": "C2"})]
    )
    facts = pd.DataFrame({"name": ["甲", "乙", None, "丁"], "carrier_id": ["C1", "C2", "C9", None]}, index=list("1234"))
    firms = gpd.GeoDataFrame(
        facts, geometry=gpd.GeoSeries([None, None, Point(205, 5), None], index=facts.index, crs=CRS)
    )
    table = match({"firms": firms, "carriers": carriers}, HOUSES)
    schemas.MATCHES.check(table)
    first = table[(table["table"] == "firms") & (table["rank"].fillna(1) == 1)].set_index("record_id")
    assert first["verdict"].tolist() == ["carrier", "carrier", "matched", "off_map"]
    assert first["building_id"].fillna("").tolist() == ["a", "", "c", ""]
    assert first["why_zh"].tolist()[:2] == ["在载体C1内", "在载体C2内，该载体未与建筑对应"]
    assert matched(firms, "firms", table)["building_id"].fillna("").tolist() == ["a", "", "c", ""]
    (lost,) = unknown_carriers({"firms": firms, "carriers": carriers})
    assert lost.value == "C9" and lost.what.zh.startswith("企业中1条")
    assert unknown_carriers({"firms": firms, "carriers": carriers.iloc[:0]}) == []
    # Nothing about firms is left to the planner: C2 itself is.
    (told,) = notices(table, off_map({}))
    assert told.value == "C2" and "科创载体1" in told.what.zh


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("定西路1295号1号楼", ("定西路", "1295")),
        ("上海市长宁区定西路１２９５号", ("定西路", "1295")),
        ("长宁路 865 号", ("长宁路", "865")),
        ("定西路710弄12号", ("定西路", "710")),
        ("定西路北端", None), ("", None), (None, None), ("Room 5", None),
    ],
)  # fmt: skip
def test_addresses(text, expected) -> None:
    assert address_of(text) == expected


@settings(max_examples=25)
@given(
    places=st.lists(
        st.tuples(st.floats(-50, 260), st.sampled_from([None, "新微智谷", "德必易园"])), min_size=1, max_size=5
    ),
    seed=st.randoms(),
)
def test_order_never_matters_and_the_threshold_only_takes_away(places, seed) -> None:
    frame = pd.DataFrame({"name": [name for _, name in places]}, index=[f"r{n}" for n in range(len(places))])
    records = gpd.GeoDataFrame(frame, geometry=[Point(x, 5) for x, _ in places], crs=CRS)
    table = match({"carriers": records}, HOUSES)
    order = list(range(len(HOUSES)))
    seed.shuffle(order)
    pd.testing.assert_frame_equal(match({"carriers": records}, HOUSES.iloc[order]), table)
    assert table["confidence"].dropna().between(0, 1).all()
    strict = match({"carriers": records}, HOUSES, threshold=0.9)
    sure = set(strict.loc[strict["verdict"] == "matched", "record_id"])
    assert sure <= set(table.loc[table["verdict"] == "matched", "record_id"])
    assert (table.loc[table["verdict"] == "matched", "confidence"] >= 0.7).all()
