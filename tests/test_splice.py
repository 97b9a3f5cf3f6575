"""Street and gate edits spliced into a network: the walks, islands and places of the network built of the edited streets."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from worlds import random_points, towns_of

from corridor.access import travel_table
from corridor.network import attach, build_network, piece_lengths_dm, transfer
from corridor.network.edits import edited, renumbered
from corridor.network.skeleton import skeleton
from corridor.network.splice import Changes, splice
from corridor.network.stand import stand
from corridor.network.strips import NewStreet

FAR = 1_000_000
NEW = -(10**9)


class Town:
    """A few drawn towns with waits, and edits of them drawn from the same seed."""

    def __init__(self, seed, policy):
        self.rng = rng = np.random.default_rng(seed)
        self.streets, self.gates = towns_of(rng, 3)
        nodes = self.streets["nodes"].tolist()
        self.streets["signals"] = [[n for n in of if rng.random() < 0.2] for of in nodes]
        self.streets["crossings"] = [[n for n in of if rng.random() < 0.1] for of in nodes]
        self.streets["crossing"] = [
            str(rng.choice(["crossing", "signals"])) if rng.random() < 0.1 else None for _ in nodes
        ]
        self.streets["name"] = [str(rng.choice(["A", "B"])) if rng.random() < 0.4 else None for _ in nodes]
        self.how = {
            "gates_policy": policy,
            "steps_factor": float(rng.choice([1.0, 1.7])),
            "class_factors": {"path": 1.3},
            "signals_wait_dm": int(rng.choice([0, 55])),
            "crossing_wait_dm": 21,
            "speed_m_min": 80.0,
        }
        self.network = build_network(self.streets, self.gates, **self.how)

    def vertices(self, street):
        row = self.streets.loc[street]
        xy, nodes = shapely.get_coordinates(row.geometry), row["nodes"]
        keep = [n for n in range(len(nodes)) if n == 0 or nodes[n] != nodes[n - 1]]
        dm = np.concatenate([[0], np.cumsum(piece_lengths_dm(xy[keep]))])
        return xy[keep], [nodes[n] for n in keep], dm

    def joint(self):
        """Return (node, place, cut or None) of a place on a street: at a vertex, or between two."""
        street = str(self.rng.choice(self.streets.index))
        xy, nodes, dm = self.vertices(street)
        place = int(self.rng.integers(0, dm[-1] + 1)) if self.rng.random() < 0.6 else int(self.rng.choice(dm))
        at = int(np.searchsorted(dm, place))
        if dm[at] == place:
            return nodes[at], xy[at], (street, (place, nodes[at]))
        share = (place - dm[at - 1]) / (dm[at] - dm[at - 1])
        node = NEW - 1000 * int(street[-4:]) - place
        return node, xy[at - 1] + (xy[at] - xy[at - 1]) * share, (street, (place, node))

    def changes(self, *, streets, gates):
        """Draw changes: as the splice takes them."""
        rng, cuts, closed, added = self.rng, {}, {}, []
        for number in range(streets):
            one, other = self.joint(), self.joint()
            if rng.random() < 0.5:
                street = one[2][0]
                dm = self.vertices(street)[2]
                ends = sorted({0, int(dm[-1])} if rng.random() < 0.4 else rng.integers(0, dm[-1] + 1, 2).tolist())
                closed.setdefault(street, set()).add((ends[0], ends[-1]))
                for place in ends:
                    at = int(np.searchsorted(dm, place))
                    node = self.vertices(street)[1][at] if dm[at] == place else NEW - 1000 * int(street[-4:]) - place
                    cuts.setdefault(street, set()).add((place, node))
                continue
            for node, _, (street, cut) in (one, other):
                if node < NEW:
                    cuts.setdefault(street, set()).add(cut)
            xy = np.array([one[1], one[1] + [1.7, 2.9 + number], other[1]])
            nodes = (one[0], NEW * 2 - number, other[0])
            name = str(rng.choice(["A", "C"])) if rng.random() < 0.5 else None
            wait = 12.0 if rng.random() < 0.3 else None
            added.append(
                NewStreet(
                    f"scenario/{number}",
                    name,
                    str(rng.choice(["path", "footway"])),
                    bool(rng.random() < 0.3),
                    nodes,
                    xy,
                    wait,
                )
            )
        opened, shut = {}, set()
        for node in rng.permutation(self.gates["node_id"])[:gates].tolist():
            if rng.random() < 0.5:
                shut.add(node)
            else:
                passage = self.gates["passage"][self.gates["node_id"] == node].iloc[0]
                who = str(rng.choice(["public", "residents"]))
                if who == "public" or passage == "shut":
                    opened[node] = who
        found = ({id_: tuple(sorted(pairs)) for id_, pairs in of.items()} for of in (cuts, closed))
        return Changes(*found, tuple(added), opened, frozenset(shut))

    def built(self, changes):
        """Return the network built of the edited streets and gates."""
        streets = self.streets.assign(
            cuts=[changes.cuts.get(id_) for id_ in self.streets.index],
            closed=[changes.closed.get(id_) for id_ in self.streets.index],
            added=False,
            wait_s=np.nan,
        )
        more = gpd.GeoDataFrame(
            {
                "name": [one.name for one in changes.added],
                "highway": [one.highway for one in changes.added],
                "walk": "public",
                "steps": [one.steps for one in changes.added],
                "oneway_foot": 0,
                "nodes": [list(one.nodes) for one in changes.added],
                "added": True,
                "wait_s": [np.nan if one.wait_s is None else one.wait_s for one in changes.added],
            },
            index=[one.id for one in changes.added],
            geometry=[shapely.LineString(one.xy) for one in changes.added],
            crs=self.streets.crs,
        )
        if len(more):
            streets = gpd.GeoDataFrame(pd.concat([streets, more]), crs=self.streets.crs)
        node = self.gates["node_id"]
        gates = self.gates.assign(
            opened=pd.array([changes.opened.get(n, pd.NA) for n in node], "string"), closed=node.isin(changes.shut)
        )
        return build_network(streets, gates, **self.how)


def walks(network, a, b, impedance):
    return travel_table(network, a, b, cutoff_dm=FAR, impedance=impedance)


def own_points(town, count=40):
    points = random_points(town.rng, town.network, count)
    through = town.network.edges["through"].to_numpy()
    return points[[pd.isna(edge) or not through[edge] for edge in points["edge"]]].reset_index(drop=True)


def assert_as_built(town, changes):
    base = skeleton(town.network, town.streets, town.gates, **town.how)
    assert base is not None
    laid = splice(base, changes)
    if laid is None:
        return False
    built = town.built(changes)
    again = edited(town.network, laid.edit)
    assert sorted(again.edges["length_dm"]) == sorted(built.edges["length_dm"])
    assert sorted(again.edges["cost_dm"]) == sorted(built.edges["cost_dm"])
    a, b = own_points(town), own_points(town)
    there = [transfer(points, town.network, built) for points in (a, b)]
    here = [renumbered(laid.edit, points) for points in (a, b)]
    for mine, theirs in zip(here, there, strict=True):
        assert mine["edge"].isna().equals(theirs["edge"].isna())
        island = again.edges["component"].to_numpy() > 0
        on = mine["edge"].notna()
        assert (island[mine["edge"][on].astype(int)] == theirs["island"][on].astype(bool)).all()
        numbers = [laid.edit.found_again(int(edge), int(offset))[0] for edge, offset in zip(a["edge"].dropna(), a["offset_dm"].dropna(), strict=True)]  # fmt: skip
        assert (~laid.main[numbers] == there[0]["island"].dropna().astype(bool).to_numpy()).all()
    for impedance in ("cost", "length"):
        pd.testing.assert_frame_equal(walks(again, *here, impedance), walks(built, *there, impedance))
    low, high = town.network.nodes[["x_m", "y_m"]].min() - 4, town.network.nodes[["x_m", "y_m"]].max() + 4
    spots = np.round(town.rng.uniform(low, high, (30, 2)) * town.rng.choice([1, 5], (30, 1))) / 1.0
    points = shapely.points(np.concatenate([spots, town.network.nodes[["x_m", "y_m"]].to_numpy()[:10]]))
    edge, offset, connector, island = stand(base, laid, points, tolerance_m=15.0)
    table = attach(built, gpd.GeoSeries(points, crs=built.crs), tolerance_m=15.0)
    assert ((edge >= 0) == table["edge"].notna()).all()
    on = np.flatnonzero(edge >= 0)
    theirs = table["edge"].to_numpy(dtype=np.int64, na_value=-1)[on]
    frame = built.edges
    told = [(laid.pieces[e - laid.edit.edges][0], laid.pieces[e - laid.edit.edges].from_dm) if e >= laid.edit.edges else (town.network.edges["street_id"].iloc[e], town.network.edges["from_dm"].iloc[e]) for e in edge[on].tolist()]  # fmt: skip
    assert told == list(zip(frame["street_id"].iloc[theirs], frame["from_dm"].iloc[theirs], strict=True))
    assert (offset[on] == table["offset_dm"].to_numpy(dtype=np.int64, na_value=0)[on]).all()
    assert (connector[on] == table["connector_dm"].to_numpy(dtype=np.int64, na_value=0)[on]).all()
    assert (island[on] == table["island"].to_numpy(dtype=bool, na_value=False)[on]).all()
    return True


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.integers(0, 2**32 - 1), st.sampled_from(["residents", "residents", "open"]), st.integers(0, 3), st.integers(0, 3)
)
def test_a_spliced_edit_is_that_of_the_network_built_anew(seed, policy, streets, gates):
    town = Town(seed, policy)
    assert_as_built(town, town.changes(streets=streets, gates=gates))
