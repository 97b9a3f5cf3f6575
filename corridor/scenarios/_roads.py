"""The network of a scenario: edited by its streets and gates, and what attaches to it there."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from corridor.access.incremental import Opportunity
from corridor.evaluation import Footing
from corridor.indicators import linkage
from corridor.network import Placer, attached, build_network, transfer
from corridor.network.difference import difference
from corridor.network.edits import StreetEdit
from corridor.network.skeleton import Skeleton, skeleton
from corridor.network.splice import Spliced, splice
from corridor.network.stand import stand
from corridor.scenarios._apply import apply
from corridor.scenarios._classified import Points
from corridor.scenarios._edits import AddCrossing, AddStreet
from corridor.scenarios._file import Scenario
from corridor.scenarios._laying import GateBook, changes
from corridor.scenarios._resolve import Resolved, Target
from corridor.scenarios._spaces import NEAR_M, Surroundings
from corridor.scenarios._standing import Standing
from corridor.scenarios._state import KINDS, NOWHERE, Bools, Longs, Spot, found_again, spots_of

# Networks kept for edits that come again.
_NETWORKS = 24
# Points whose places are kept: one is asked for several times in a scenario.
_POINTS = 1_000
_NOBODY = Scenario("", (), (), ())
_AT = ["edge", "offset_dm", "connector_dm", "island"]
CORRIDOR = "corridor"
"""Category of the ends of the corridor's edges."""


@dataclass(frozen=True)
class Roads:
    """A network, edited or not, and what attaches to it there.

    Attributes
    ----------
    place : Placer
    surroundings : Surroundings
        What lies around open spaces.
    edit, number : StreetEdit, int64 array or None
        Lead from the baseline's edges to its own. No edit: nothing is edited. No numbers: `place` is the baseline's,
        where everybody stands as before.
    connected : bool array
        By building of the scope.
    counts : dict
        Opportunities on the network by category's code.
    laid : Spliced, optional
        The edit as it is spliced into the baseline's network, taken apart in `base`; `place` is the baseline's then.
    spots, moved : dict by kind of record
        Where each record of the baseline stands, and which do not stand where the edit of the streets leaves them.
    ways_in : dict
        Where open spaces are entered that are entered otherwise than in the baseline.
    on_corridor : frozenset of int
        Edges of the corridor; numbers are those of the edit.
    corridor_gone, corridor_came : tuples
        Ends of its edges as they change.
    """

    place: Placer
    surroundings: Surroundings
    edit: StreetEdit | None
    number: Longs | None
    connected: Bools
    counts: dict[str, int]
    spots: dict[str, dict[str, Spot]]
    moved: dict[str, frozenset[str]] = field(default_factory=dict)
    ways_in: Points = field(default_factory=dict)
    on_corridor: frozenset[int] = frozenset()
    corridor_gone: tuple[str, ...] = ()
    corridor_came: tuple[Opportunity, ...] = ()
    base: Skeleton | None = None
    laid: Spliced | None = None
    _stood: dict[bytes | None, tuple[Spot, bool]] = field(default_factory=dict)

    def stand(self, points: npt.NDArray[np.object_], *, islands: bool) -> list[Spot]:
        """Attach points that an edit brings; the baseline's own memory of who was asked stays as it is.

        Parameters
        ----------
        points : array of Point or None
        islands : bool
            Whether the islands of the network count.
        """
        if not len(points):
            return []
        keys = shapely.to_wkb(points).tolist()
        if len(self._stood) > _POINTS:
            self._stood.clear()
        if new := {key: n for n, key in enumerate(keys) if key not in self._stood}:
            self._stood.update(zip(new, self._attached(points[list(new.values())]), strict=True))
        return [spot if islands or main else NOWHERE for spot, main in (self._stood[key] for key in keys)]

    def _attached(self, points: npt.NDArray[np.object_]) -> list[tuple[Spot, bool]]:
        """Return where points attach, and whether that is on the main network."""
        if self.laid is not None:
            return self._attached_to(self.laid, points)
        if self.number is None:
            edge, offset, connector, island, _ = attached(
                self.place.network, points, tolerance_m=self.place.tolerance_m
            )
            return _spots(edge, offset, connector, ~island)
        table = self.place(gpd.GeoSeries(points, crs=self.place.network.crs))
        main = ~table["island"].fillna(True).to_numpy(dtype=bool)
        return list(zip(spots_of(self.at(table)).values(), main.tolist(), strict=True))

    def _attached_to(self, laid: Spliced, points: npt.NDArray[np.object_]) -> list[tuple[Spot, bool]]:
        """Attach points to the edited network; who was asked for in the baseline keeps that place, as with `Placer`."""
        assert self.base is not None  # noqa: S101
        known = self.place.asked(points)
        found: list[tuple[Spot, bool]] = [(NOWHERE, False)] * len(points)
        edge, offset, connector, island, _ = attached(
            self.place.network, points[known], tolerance_m=self.place.tolerance_m
        )
        before = _spots(edge, offset, connector, ~island)
        for row, (spot, _) in zip(np.flatnonzero(known).tolist(), before, strict=True):
            again = found_again(laid.edit, spot)
            found[row] = again, again[0] is not None and bool(laid.main[again[0]])
        edge, offset, connector, island = stand(self.base, laid, points[~known], tolerance_m=self.place.tolerance_m)
        spots = _spots(edge, offset, connector, ~island)
        for row, one in zip(np.flatnonzero(~known).tolist(), spots, strict=True):
            found[row] = one
        return found

    def at(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return an attach table of this network in the numbers of the street edit."""
        if self.number is None:
            return table
        edge = table["edge"].to_numpy(dtype=np.int64, na_value=-1)
        return table.assign(edge=pd.arrays.IntegerArray(self.number[edge], edge < 0))


class Networks:
    """Makes the network of street and gate edits, once for each set of them, and keeps the last ones."""

    def __init__(self, base: Footing, records: dict[str, pd.DataFrame], scope: pd.Index) -> None:
        study = base.study
        self._base = base
        self._homes, self._goals = base.origins.loc[scope, _AT], base.opportunities[_AT]
        # With those on islands: an edit may join one.
        self._records = {kind: table[_AT] for kind, table in records.items()}
        self._spaces = list(_rows(study.open_space).items())
        self._space_tree = shapely.STRtree(study.open_space.geometry.to_numpy())
        attached_to = base.opportunities["edge"].notna()
        surroundings = Surroundings.of(study)
        self._ways_in = surroundings.ways_into(dict(self._spaces))
        self._gates = GateBook(study)
        self._skeleton = skeleton(base.network, study.streets, study.gates, **study.config.walker.network())
        self.own = Roads(
            place=base.place,
            surroundings=surroundings,
            edit=None,
            number=None,
            connected=_connected(self._homes),
            counts=base.opportunities["category"][attached_to].value_counts().to_dict(),
            spots={kind: spots_of(on_main(table)) for kind, table in self._records.items()},
            moved=dict.fromkeys(KINDS, frozenset()),
            on_corridor=frozenset(linkage.corridor_edges(base.network, study.corridor).tolist()),
        )
        self._standing = Standing(self._homes, self._records, base.network)
        self._kept: OrderedDict[Hashable, Roads] = OrderedDict()

    @property
    def corridor(self) -> pd.DataFrame:
        """The ends of the corridor's edges as an attach table with `category` and `source_id`."""
        length = self._base.network.edges["length_dm"].to_numpy()
        rows = [
            (f"{CORRIDOR}|{edge}|{end}", edge, offset)
            for edge in sorted(self.own.on_corridor)
            for end, offset in enumerate((0, int(length[edge])))
        ]
        table = pd.DataFrame(rows, columns=["label", "edge", "offset_dm"]).set_index("label")
        table = table.astype({"edge": "Int64", "offset_dm": "Int32"})
        return table.assign(connector_dm=pd.array([0] * len(table), "Int32"), category=CORRIDOR, source_id=table.index)

    def of(self, targets: tuple[Target, ...]) -> Roads:
        """Return the network with some street and gate edits."""
        if not targets:
            return self.own
        key = frozenset(targets)
        if key not in self._kept:
            self._kept[key] = self._spliced(targets) or self._built(targets)
            if len(self._kept) > _NETWORKS:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]

    def _spliced(self, targets: tuple[Target, ...]) -> Roads | None:
        """Return the network with edits spliced in; None where it has to be built."""
        base, own = self._skeleton, self.own
        laid = None if base is None else splice(base, changes(base, self._gates, targets))
        if base is None or laid is None:
            return None
        edit = laid.edit
        surroundings = self._around(targets)
        entered = self._entered_otherwise(targets, surroundings)
        if not (edit.gone or edit.added):
            return replace(own, surroundings=surroundings, ways_in=entered)
        connected, spots, moved = self._standing.after(laid, own.connected, own.spots)
        return Roads(
            place=own.place,
            surroundings=surroundings,
            edit=edit,
            number=None,
            connected=connected,
            counts=own.counts,
            spots=spots,
            moved=moved,
            ways_in=entered,
            **self._corridor_of(edit, self._along(laid)),
            base=base,
            laid=laid,
        )

    def _along(self, laid: Spliced) -> frozenset[int]:
        """Return the edges of the corridor after an edit."""
        stay = self.own.on_corridor - set(laid.edit.gone)
        corridor = self._base.study.corridor
        if corridor.empty or not laid.pieces:
            return stay
        if self._named:
            came = np.array([piece.street in self._named for piece in laid.pieces], dtype=bool)
        else:
            came = linkage.drawn_along(np.array([shapely.LineString(piece.xy) for piece in laid.pieces]), corridor)
        return stay | {laid.edit.edges + int(number) for number in np.flatnonzero(came)}

    @cached_property
    def _named(self) -> frozenset[str]:
        """The corridor's streets, none where it is drawn."""
        streets = self._base.network.edges["street_id"]
        return frozenset(streets[streets.isin(self._base.study.corridor.index)])

    def _corridor_of(self, edit: StreetEdit, corridor: frozenset[int]) -> dict[str, Any]:
        """Return the corridor's edges, and the ends of them that go and come."""
        gone = {edge for edge in edit.gone if edge in self.own.on_corridor}
        return {
            "on_corridor": corridor,
            "corridor_gone": tuple(f"{CORRIDOR}|{edge}|{end}" for edge in sorted(gone) for end in range(2)),
            "corridor_came": tuple(
                Opportunity(f"{CORRIDOR}|{edge}|{end}", CORRIDOR, edge, offset, 0)
                for edge in sorted(corridor)
                if edge >= edit.edges
                for end, offset in enumerate((0, edit.added[edge - edit.edges].length_dm))
            ),
        }

    def _built(self, targets: tuple[Target, ...]) -> Roads:
        """Return the network built anew: the way for towns that `skeleton` or `splice` leave to it."""
        base, own = self._base, self.own
        study = apply(base.study, Resolved(_NOBODY, targets))
        walker = study.config.walker
        network = build_network(study.streets, study.gates, **walker.network())
        edit, number = difference(base.network, network)
        # Everybody moves at once: what it takes to find an edge again is the same for all.
        tables = [self._homes, self._goals, *self._records.values()]
        moved = transfer(pd.concat(tables, ignore_index=True), base.network, network)
        ends = np.cumsum([0, *map(len, tables)])
        homes, goals, *records = (
            moved.iloc[low:high].set_axis(table.index)
            for low, high, table in zip(ends[:-1], ends[1:], tables, strict=True)
        )
        surroundings = self._around(targets)
        bare = Roads(Placer(network, walker.snap_m, base.place), surroundings, edit, number, own.connected, {}, {})
        again = {kind: {id_: found_again(edit, spot) for id_, spot in of.items()} for kind, of in own.spots.items()}
        stand = {kind: spots_of(bare.at(on_main(there))) for kind, there in zip(self._records, records, strict=True)}
        category = base.opportunities["category"]
        return replace(
            bare,
            connected=_connected(homes),
            counts=category[goals["edge"].notna().to_numpy()].value_counts().to_dict(),
            spots=stand,
            moved={
                kind: frozenset(id_ for id_, spot in stand[kind].items() if again[kind][id_] != spot) for kind in KINDS
            },
            ways_in=self._entered_otherwise(targets, surroundings),
            **self._corridor_of(edit, frozenset(number[linkage.corridor_edges(network, base.study.corridor)].tolist())),
        )

    def _around(self, targets: tuple[Target, ...]) -> Surroundings:
        """Return what lies around open spaces after the edits; closing a street takes no way in."""
        states = self._gates.states(target for target in targets if target.table == "gates")
        return self.own.surroundings.edited(
            [target.shape for target in targets if isinstance(target.edit, (AddStreet, AddCrossing))],
            [id_ for id_, state in states.items() if state == "public"],
            [id_ for id_, state in states.items() if state == "shut"],
        )

    def _entered_otherwise(self, targets: tuple[Target, ...], around: Surroundings) -> Points:
        """Return how open spaces near an edit are entered that were entered otherwise."""
        shapes = list(around.new)
        for target in targets:
            if target.table == "gates":
                shapes += around.gates[[around.gate[id_] for id_ in target.ids]].tolist()
        if not shapes:
            return {}
        near = self._space_tree.query(np.array(shapes, dtype=object), predicate="dwithin", distance=NEAR_M)[1]
        found = around.ways_into(dict(self._spaces[place] for place in sorted(set(near.tolist()))))
        return {space: ways for space, ways in found.items() if ways != self._ways_in.get(space, ())}


def _rows(spaces: gpd.GeoDataFrame) -> dict[str, dict[str, Any]]:
    return {str(id_): {"geometry": shape} for id_, shape in zip(spaces.index, spaces.geometry.to_numpy(), strict=True)}


def _connected(homes: pd.DataFrame) -> Bools:
    joined: Bools = (homes["edge"].notna() & ~homes["island"].fillna(False)).to_numpy(dtype=bool)
    return joined


def on_main(table: pd.DataFrame) -> pd.DataFrame:
    """Leave those unattached whom only an island could take."""
    return table.assign(edge=table["edge"].mask(table["island"].fillna(False).astype(bool)))


def _spots(edge: Longs, offset: Longs, connector: Longs, main: Bools) -> list[tuple[Spot, bool]]:
    rows = zip(edge.tolist(), offset.tolist(), connector.tolist(), main.tolist(), strict=True)
    return [(NOWHERE, False) if e < 0 else ((e, o, c), on) for e, o, c, on in rows]
