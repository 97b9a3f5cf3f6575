"""Streets in blocks: a corridor with its chainage, worked by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import gate_table, street_table

from corridor.errors import StudyError
from corridor.network import build_network
from corridor.schemas import SEGMENTS
from corridor.streets import build_segments
from corridor.streets.axis import axis_of
from corridor.streets.chains import chains, lines, street_edges
from corridor.streets.facts import _way_facts


def grid_streets(order=None):
    """A main street northward, crossed at 100 m by a dual carriageway and met at 250 m by a lane.

    ::

        (0,400) end
          |
        (0,250)----- Lane (100,250)
          |
        (0,115) x---- Wide Road, northern carriageway
        (0,100) x---- Wide Road, southern carriageway
          |
        (0,0)
    """
    ways = [
        {"stops": [(1, 0, 0), (2, 0, 100), (3, 0, 115)], "name": "Main"},
        {"stops": [(3, 0, 115), (4, 0, 250), (5, 0, 400)], "name": "Main"},
        {"stops": [(20, -80, 100), (2, 0, 100), (21, 80, 100)], "name": "Wide Road", "highway": "primary"},
        {"stops": [(30, -80, 115), (3, 0, 115), (31, 80, 115)], "name": "Wide Road", "highway": "primary"},
        {"stops": [(4, 0, 250), (41, 100, 250)], "name": "Lane"},
        {"stops": [(6, 0, 180), (7, 30, 180)], "highway": "service"},
    ]
    return street_table([ways[i] for i in (order if order is not None else range(len(ways)))])


class Study:
    """As much of a study as the corridor needs."""

    def __init__(self, streets, names=("Main",)):
        from types import SimpleNamespace

        self.streets = streets.assign(name_en=None)
        self.corridor = self.streets[self.streets["name"].isin(names)]
        named = SimpleNamespace(names=names, file=None) if names else None
        self.config = SimpleNamespace(corridor=named, where=lambda *_: "study.yaml")


def built(streets, names=("Main",)):
    network = build_network(streets, gate_table({}))
    return build_segments(Study(streets, names), network), network


def test_a_corridor_in_order_with_its_chainage():
    found, network = built(grid_streets())
    main = found.segments[found.segments["role"] == "corridor"]
    assert main["chainage_from_m"].tolist() == [0.0, 108.0, 250.0]  # whole metres
    assert main["chainage_to_m"].tolist() == [108.0, 250.0, 400.0]
    assert main["to_street"].fillna("").tolist() == ["Wide Road", "Lane", ""]
    assert main["order"].tolist() == [1, 2, 3]
    assert found.axis.length == 400
    SEGMENTS.check(found.segments)
    rest = found.segments[found.segments["role"] != "corridor"]
    assert set(rest["street"]) == {"Wide Road", "Lane"}
    assert len(rest) == 5
    service = network.edges["highway"] == "service"
    assert found.edges[service].isna().all() and found.edges[~service].notna().all()


def test_both_carriageways_of_the_corridor_are_one_street():
    streets = street_table(
        [
            {"stops": [(1, 0, 0), (2, 0, 150), (3, 0, 300)], "name": "Main"},
            {"stops": [(11, 12, 300), (12, 12, 150), (13, 12, 0)], "name": "Main"},
            {"stops": [(2, 0, 150), (12, 12, 150), (50, 200, 150)], "name": "Cross"},
        ]
    )
    found, network = built(streets)
    main = found.segments[found.segments["role"] == "corridor"]
    assert main["length_m"].sum() == 300
    assert len(main) == 2
    carriageways = network.edges["name"] == "Main"
    assert set(found.edges[carriageways]) == set(main.index)


def test_a_gap_is_bridged_and_told():
    streets = street_table(
        [
            {"stops": [(1, 0, 0), (2, 0, 100)], "name": "Main"},
            {"stops": [(3, 0, 180), (4, 0, 300)], "name": "Main"},
        ]
    )
    found, _ = built(streets)
    assert found.axis.length == 300
    assert [notice.code for notice in found.notices] == ["corridor-gap"]
    assert "80" in found.notices[0].what.zh


def test_streets_of_one_name_in_different_places_are_refused():
    streets = street_table(
        [
            {"stops": [(1, 0, 0), (2, 0, 100)], "name": "Main"},
            {"stops": [(3, 0, 2000), (4, 0, 2100)], "name": "Main"},
        ]
    )
    with pytest.raises(StudyError, match="different places"):
        built(streets)


def test_a_street_of_no_length_is_refused():
    streets = street_table([{"stops": [(1, 0, 0), (2, 0, 0.01)], "name": "Main"}, {"stops": [(1, 0, 0), (3, 9, 0)]}])
    network = build_network(streets, gate_table({}))
    with pytest.raises(StudyError, match="no length"):
        axis_of(network, np.flatnonzero(network.edges["name"] == "Main"), "Main")


@settings(max_examples=10, deadline=None)
@given(st.permutations(range(6)))
def test_segments_do_not_depend_on_the_order_of_streets(order):
    streets = grid_streets(order)
    one, other = built(grid_streets())[0], built(streets)[0]
    assert one.segments.drop(columns="geometry").equals(other.segments.drop(columns="geometry"))


def test_chains_cover_every_street_once(shared):
    from corridor.crs import to_metric
    from corridor.sources import read_osm

    extract = read_osm(shared / "osm" / "xinhua_dingxi.osm")
    streets = to_metric(extract.streets, "EPSG:32651")
    network = build_network(streets, to_metric(extract.gates, "EPSG:32651"))
    found = chains(network)
    rows = np.flatnonzero(street_edges(network))
    assert sorted(found.edge) == rows.tolist()
    drawn = lines(network, found)
    assert len(drawn) == found.chain.max() + 1
    total = network.edges.geometry.length.to_numpy()[rows].sum()
    assert sum(line.length for line in drawn) == pytest.approx(total, rel=0.01)


def test_no_two_segments_are_called_alike():
    from corridor.streets.names import names

    table = pd.DataFrame(
        {
            "street": pd.array(["Elm Road"] * 3 + [pd.NA] * 2, dtype="string"),
            "street_en": pd.array([pd.NA] * 5, dtype="string"),
            "order": pd.array([pd.NA] * 5, dtype="Int64"),
            "from_street": pd.array(["Oak Road", pd.NA, pd.NA, pd.NA, pd.NA], dtype="string"),
            "to_street": pd.array([pd.NA] * 5, dtype="string"),
            "chainage_from_m": np.nan,
            "chainage_to_m": np.nan,
            "length_m": [40.0, 1200.0, 30.0, 12.0, 12.0],
        },
        index=list("abcde"),
    )
    assert names(table, "en").titles("abcde") == {
        "a": "Elm Road (by Oak Road)", "b": "Elm Road, 1,200\u00a0m", "c": "Elm Road, 30\u00a0m",
        "d": "unnamed street, 12\u00a0m·1", "e": "unnamed street, 12\u00a0m·2",
    }  # fmt: skip
    assert names(table, "zh", "bc").titles("bc") == {"b": "Elm Road，1,200\u00a0m", "c": "Elm Road，30\u00a0m"}


@pytest.mark.parametrize(
    ("told", "kmh"),
    [("30", 30.0), ("30 MPH", 48.28032), ("400", None), ("0", None), ("9" * 400, None), ("CN:urban", None)],
)
def test_a_speed_limit_that_cannot_be_is_missing(told, kmh):
    speed = _way_facts({"highway": "residential", "maxspeed": told})[-1]
    assert speed == pytest.approx(kmh) if kmh else np.isnan(speed)


def test_corners_have_their_own_name_in_english_and_the_short_one_in_chinese():
    from corridor.streets.names import names

    table = pd.DataFrame(
        {
            "street": pd.array(["定西路", "定西路710弄", "法华镇路"], dtype="string"),
            "street_en": pd.array(["Dingxi Road", "710 Dingxi Road", "Fahuazhen Road"], dtype="string"),
            "order": pd.array([1, pd.NA, pd.NA], dtype="Int64"),
            "from_street": pd.array(["法华镇路", pd.NA, pd.NA], dtype="string"),
            "to_street": pd.array(["定西路710弄、定西路9弄", pd.NA, pd.NA], dtype="string"),
            "chainage_from_m": np.nan,
            "chainage_to_m": np.nan,
            "length_m": 40.0,
        },
        index=list("abc"),
    )
    assert names(table, "zh").corners("a") == "法华镇路—710弄、9弄"
    assert names(table, "en").corners("a") == "Fahuazhen Road – 710 Dingxi Road, 9弄"
