"""The network of a scenario: edited by its streets and gates, and what attaches to it there."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from functools import cached_property

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from corridor.access.incremental import Opportunity
from corridor.evaluation import Evaluation
from corridor.indicators import linkage, public_space
from corridor.network import Network, Placer, attached, build_network, transfer
from corridor.network.difference import difference
from corridor.network.edits import StreetEdit
from corridor.scenarios._apply import apply
from corridor.scenarios._classified import Points, points_by
from corridor.scenarios._closing import Closing
from corridor.scenarios._file import Scenario
from corridor.scenarios._resolve import Resolved, Target
from corridor.scenarios._spaces import NEAR_M, Surroundings
from corridor.scenarios._state import KINDS, NOWHERE, Bools, Longs, Spot, found_again, spots_of
from corridor.study import StudyArea

# Networks kept for edits that come again.
_NETWORKS = 24
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
    study : StudyArea
        With its streets and gates as they are.
    edit, number : StreetEdit, int64 array or None
        Lead from the baseline's edges to its own. No edit: nothing is edited. No numbers: `place` is the baseline's,
        where everybody stands as before.
    connected : bool array
        By building of the scope.
    counts : dict
        Opportunities on the network by category's code.
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
    study: StudyArea
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

    @cached_property
    def surroundings(self) -> Surroundings:
        """What lies around open spaces."""
        return Surroundings(self.study)

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
        if self.number is None:
            edge, offset, connector, island, _ = attached(
                self.place.network, points, tolerance_m=self.place.tolerance_m
            )
            lost = (edge < 0) | (island & (not islands))
            rows = zip(lost.tolist(), edge.tolist(), offset.tolist(), connector.tolist(), strict=True)
            spots: list[Spot] = [NOWHERE if gone else (e, o, c) for gone, e, o, c in rows]
            return spots if self.edit is None else [found_again(self.edit, spot) for spot in spots]
        table = self.place(gpd.GeoSeries(points, crs=self.study.crs))
        if not islands:
            table = table.assign(edge=table["edge"].mask(table["island"].fillna(False).astype(bool)))
        return list(spots_of(self.at(table)).values())

    def at(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return an attach table of this network in the numbers of the street edit."""
        if self.number is None:
            return table
        edge = table["edge"].to_numpy(dtype=np.int64, na_value=-1)
        return table.assign(edge=pd.arrays.IntegerArray(self.number[edge], edge < 0))


class Networks:
    """Makes the network of street and gate edits, once for each set of them, and keeps the last ones."""

    def __init__(self, base: Evaluation, records: dict[str, pd.DataFrame], scope: pd.Index) -> None:
        study = base.study
        self._base = base
        homes = base.origins.loc[scope, _AT]
        self._homes, self._goals = homes, base.opportunities[_AT]
        self._records = {kind: records[kind][_AT] for kind in KINDS}
        self._ways_in = _ways_in(study)
        attached_to = base.opportunities["edge"].notna()
        self.own = Roads(
            place=base.place,
            study=study,
            edit=None,
            number=None,
            connected=_connected(homes),
            counts=base.opportunities["category"][attached_to].value_counts().to_dict(),
            spots={kind: spots_of(records[kind]) for kind in KINDS},
            moved=dict.fromkeys(KINDS, frozenset()),
            on_corridor=frozenset(linkage.corridor_edges(base.network, study.corridor).tolist()),
        )
        self._closing = Closing(base.network)
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
            edit = self._closing.edit(targets)
            self._kept[key] = self._built(targets) if edit is None else self._closed(edit)
            if len(self._kept) > _NETWORKS:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]

    def _closed(self, edit: StreetEdit) -> Roads:
        """Return the network with closed edges: the same places, and spaces entered as before."""
        own = self.own
        again = {part.into for edge in edit.gone if edge in own.on_corridor for part in edit.parts[edge]}
        return replace(
            own,
            edit=edit,
            spots={kind: {id_: found_again(edit, spot) for id_, spot in of.items()} for kind, of in own.spots.items()},
            on_corridor=(own.on_corridor - set(edit.gone)) | again,
        )

    def _built(self, targets: tuple[Target, ...]) -> Roads:
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
        bare = Roads(Placer(network, walker.snap_m, base.place), study, edit, number, own.connected, {}, {})
        again = {kind: {id_: found_again(edit, spot) for id_, spot in of.items()} for kind, of in own.spots.items()}
        stand = {}
        for kind, there in zip(self._records, records, strict=True):
            main = there.assign(edge=there["edge"].mask(there["island"].fillna(False).astype(bool)))
            stand[kind] = spots_of(bare.at(main))
        corridor = self._corridor(network, number)
        gone = {edge for edge in edit.gone if edge in own.on_corridor}
        category = base.opportunities["category"]
        return replace(
            bare,
            connected=_connected(homes),
            counts=category[goals["edge"].notna().to_numpy()].value_counts().to_dict(),
            spots=stand,
            moved={
                kind: frozenset(id_ for id_, spot in stand[kind].items() if again[kind][id_] != spot) for kind in KINDS
            },
            ways_in=self._entered_otherwise(targets, bare),
            on_corridor=corridor,
            corridor_gone=tuple(f"{CORRIDOR}|{edge}|{end}" for edge in sorted(gone) for end in range(2)),
            corridor_came=tuple(
                Opportunity(f"{CORRIDOR}|{edge}|{end}", CORRIDOR, edge, offset, 0)
                for edge in sorted(corridor)
                if edge >= edit.edges
                for end, offset in enumerate((0, edit.added[edge - edit.edges].length_dm))
            ),
        )

    def _entered_otherwise(self, targets: tuple[Target, ...], roads: Roads) -> Points:
        """Return how open spaces near an edit are entered that were entered otherwise."""
        base = self._base.study
        shapes = [target.shape for target in targets if target.shape is not None]
        for target in targets:
            if target.ids:
                shapes += getattr(base, target.table).geometry.loc[list(target.ids)].tolist()
        near = base.open_space[shapely.dwithin(base.open_space.geometry.to_numpy(), shapely.union_all(shapes), NEAR_M)]
        rows = {str(id_): {"geometry": shape} for id_, shape in near.geometry.items()}
        found = roads.surroundings.ways_into(rows) if rows else {}
        return {space: ways for space, ways in found.items() if ways != self._ways_in.get(space, ())}

    def _corridor(self, network: Network, number: Longs) -> frozenset[int]:
        return frozenset(number[linkage.corridor_edges(network, self._base.study.corridor)].tolist())


def _ways_in(study: StudyArea) -> Points:
    found = public_space.entrances(study.open_space, study.streets, study.gates, study.barriers)
    return points_by(found["source_id"], found.geometry.to_numpy())


def _connected(homes: pd.DataFrame) -> Bools:
    joined: Bools = (homes["edge"].notna() & ~homes["island"].fillna(False)).to_numpy(dtype=bool)
    return joined
