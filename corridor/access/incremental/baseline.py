"""Walking access of a baseline, kept so that what-if edits are repairs.

    baseline = Baseline.build(network, origins, opportunities, nearest_dm=…, counts_dm=…)
    delta = baseline.update(edit)         # changed cells only; the baseline stays as it was
    table = baseline.tables(delta).cost   # whole tables, as `access.nearest` and `access.cumulative` give them

What is kept: for each impedance the distance of every category at every state of the network (`nearest`), and for
the counts the distance of every place at every state within the longest cutoff (the catchment table). An edit
becomes arcs and seeds that change; `corridor._kernel.repair` brings the distances up to date that depend on them and
reads the buildings there anew. A place that comes is one search, one that goes takes its ball with it. Several edits
in one scenario compose: they are applied together. Undo is to drop the delta.

Exact: integers throughout, so that each value equals that of building and searching the edited network from scratch
(`corridor.network.edits.edited`), and the order of edits does not matter. Cost: the states whose distances change.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import numpy as np
import pandas as pd

from corridor.access import _inputs
from corridor.access.decay import Decay
from corridor.access.incremental import _compile
from corridor.access.incremental._asked import COUNTS, Asked, loads, walkers, worth_of
from corridor.access.incremental._benches import SPARE_ARCS, SPARE_OWNERS, SPARE_STATES, Benches
from corridor.access.incremental._family import Family
from corridor.access.incremental._points import Points, Things, things
from corridor.access.incremental._streets import FAR, Relaid
from corridor.access.incremental._tables import Shape, Tables, nearest_table, sums_tables
from corridor.access.incremental._world import Owners, world
from corridor.access.incremental.delta import Cells, Delta
from corridor.access.incremental.edit import Edit
from corridor.errors import NetworkError
from corridor.network import Network
from corridor.network.model import Bools, Impedance, Ints, Longs

IMPEDANCES: tuple[Impedance, ...] = ("cost", "length")


@dataclass(frozen=True)
class Prepared:
    """An edit in arrays, ready to run: see `Baseline.prepare`."""

    labels: tuple[Hashable, ...]
    removed: tuple[Hashable, ...]
    attached: dict[int, bool]
    relaid: dict[str, Relaid]
    laid: dict[str, _compile.Laid]


@dataclass(frozen=True, eq=False)
class Baseline:
    """Access of one study, ready for edits; made by `build`, never changed.

    Attributes
    ----------
    network : Network
    labels : Index
        Origins, in the order of the tables.
    categories : Index
    nearest_dm : int
        Longest walk to the nearest.
    counts_dm : tuple of int
        Cutoffs of the counts, rising.

    Notes
    -----
    Inside, origins are numbered along the Hilbert curve: neighbours change together.
    """

    network: Network
    labels: pd.Index
    categories: pd.Index
    nearest_dm: int
    counts_dm: tuple[int, ...]
    _by: str
    _nearest: dict[str, Ints]
    _sums: Longs
    _attached: Bools
    _rank: Longs
    _place: Ints
    _homes: Points
    _owners: Owners
    _goals: Points
    _things: Things
    _families: dict[str, Family]
    _loads: tuple[Longs, Ints, Longs]
    _worth: Longs
    _idle: list[Benches] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    @classmethod
    def build(
        cls,
        network: Network,
        origins: pd.DataFrame,
        opportunities: pd.DataFrame,
        *,
        nearest_dm: int,
        counts_dm: Sequence[int],
        by: str = "category",
        categories: Sequence[object] | None = None,
        weight: str | None = None,
        decay: Decay | None = None,
        impedances: Sequence[Impedance] = IMPEDANCES,
        threads: int | None = None,
    ) -> Baseline:
        """Search the whole network once and keep what edits need.

        Parameters
        ----------
        network : Network
        origins, opportunities : DataFrame
            As `attach` returns them; `opportunities` with a column `by` (and `source_id`: rows of one source and
            category are one opportunity).
        nearest_dm : int
            Longest walk to the nearest, whole decimetres, inclusive.
        counts_dm : sequence of int
            Cutoffs of the counts (impedance "cost").
        by, categories, weight, threads
            As for `access.cumulative`.
        decay : callable, optional
            For gravity within the longest of the cutoffs; as for `access.gravity`.
        impedances : sequence of {"cost", "length"}
            For the nearest.

        Returns
        -------
        Baseline
        """
        _inputs.check(
            origins,
            opportunities,
            walks_dm={"nearest_dm": [nearest_dm], "counts_dm": counts_dm},
            impedance="cost",
            threads=threads,
            columns=(by, weight),
        )
        cutoffs = tuple(sorted({int(cutoff) for cutoff in counts_dm}))
        grouped = things(opportunities, by, categories, weight)
        who = walkers(network, origins)
        asked = Asked(network, who, Points.of(opportunities), grouped, threads)
        families: dict[str, Family] = {name: asked.by_category(name, nearest_dm) for name in impedances}
        if cutoffs:
            families[COUNTS] = asked.by_place(cutoffs[-1])
        first, category, value = loads(grouped)
        worth = worth_of(cutoffs, decay)
        _inputs.check_sum(float(value.sum()) * float(worth.max(initial=1)), "baseline")
        found = cls(
            network=network,
            labels=who.labels,
            categories=grouped.categories,
            nearest_dm=nearest_dm,
            counts_dm=cutoffs,
            _nearest={name: np.full((len(who.labels), len(grouped.categories)), FAR, np.int32) for name in impedances},
            _sums=np.zeros((len(who.labels), len(grouped.categories), worth.shape[1]), np.int64),
            _attached=who.attached,
            _rank=who.rank,
            _place=who.place,
            _by=by,
            _homes=Points.of(origins),
            _owners=who.owners,
            _goals=asked.goals,
            _things=grouped,
            _families=families,
            _loads=(first, category, value),
            _worth=worth,
        )
        found._read()
        return found

    def _read(self) -> None:
        """Read every origin's walks off the tables."""
        from corridor._kernel import totals, walks

        for name, kept in self._families.items():
            if name == COUNTS:
                first, category, weight = self._loads
                totals.sum_all(kept.scene, kept.cutoff, first, category, weight, self._worth, self._sums)
            else:
                found = np.full((len(self.labels), kept.rows), FAR, np.int32)
                walks.nearest_all(kept.scene, kept.cutoff, found)
                self._nearest[name][:] = found[:, kept.shared.row]
        arrays: tuple[np.ndarray[Any, Any], ...] = (*self._nearest.values(), self._sums, self._attached)
        for array in arrays:
            array.flags.writeable = False

    @property
    def nearest(self) -> dict[str, Ints]:
        """Distances to the nearest (dm) by impedance, (origins, categories); 2^31 - 1 where nothing is in reach."""
        return {name: values[self._rank] for name, values in self._nearest.items()}

    @property
    def sums(self) -> Longs:
        """Counts within each cutoff and, with a decay, gravity in fixed point; (origins, categories, sums)."""
        return self._sums[self._rank]

    @property
    def attached(self) -> Bools:
        """Whether each origin is on the network."""
        return self._attached[self._rank]

    def _in_table(self, owner: Ints) -> Ints:
        """Return the places of owners among the labels; those that came follow the baseline's."""
        if owner.max(initial=-1) < len(self._place):
            return self._place[owner]
        return np.append(self._place, np.arange(len(self._place), owner.max() + 1, dtype=np.int32))[owner]

    def update(self, edit: Edit) -> Delta:
        """Return what an edit changes; the baseline stays as it is.

        Parameters
        ----------
        edit : Edit

        Returns
        -------
        Delta

        Raises
        ------
        NetworkError
            A label that the baseline does not have, or a street edit of another network.
        """
        return self.run(self.prepare(edit))

    def prepare(self, edit: Edit) -> Prepared:
        """Translate an edit into arrays; searches nothing."""
        if edit.streets is not None and (edit.streets.edges, edit.streets.nodes) != (
            len(self.network.edges),
            len(self.network.nodes),
        ):
            raise NetworkError.of("streets", "街道改动属于另一个路网。", "the street edit belongs to another network.")
        numbers: dict[Hashable, int] = {}
        for record in edit.origins_added:
            known = self._owners.number.get(record.label)
            numbers[record.label] = (
                known
                if known is not None
                else numbers.get(record.label, len(self.labels) + sum(n >= len(self.labels) for n in numbers.values()))
            )
        at = world(edit, self._homes, self._owners, numbers, self._goals, self._things)
        relaid: dict[str, Relaid] = {}
        laid = {}
        for name, kept in self._families.items():
            if edit.streets is not None and (edit.streets.gone or edit.streets.added):
                relaid[name] = kept.base.relaid(edit.streets)
            compiler = _compile.by_place if name == COUNTS else _compile.by_category
            laid[name] = compiler(kept, relaid.get(name), at, self._goals, self._things)
        came = tuple(label for label, number in numbers.items() if number >= len(self.labels))
        removed = tuple(dict.fromkeys(label for label in edit.origins_removed if label not in numbers))
        return Prepared(came, removed, {o: bool(spots) for o, spots in at.owners.items()}, relaid, laid)

    def run(self, prepared: Prepared) -> Delta:
        """Repair what a prepared edit changes, and return it."""
        from corridor._kernel.walks import changed_walks

        benches = self._take(prepared)
        gone = np.array([self._owners.number[label] for label in prepared.removed], np.int64)
        settled = 0
        nearest: dict[str, Cells] = {}
        sums = _no_cells()
        for roads, relaid in benches.laid(prepared.relaid):
            roads.lay(relaid)
        for name, kept in self._families.items():
            space, scene = benches.space[name]
            change = prepared.laid[name].change
            walks, work = changed_walks(benches.roads[name].roads, scene, change, space, kept.cutoff)
            settled += work
            if name == COUNTS:
                sums = self._summed(prepared, walks, benches.total, gone)
            else:
                owner, category, after = kept.shared.apart(walks, prepared.laid[name].parted, self._place, gone)
                which = np.zeros(len(owner), np.int32)
                nearest[name] = Cells(owner, category, which, after.astype(np.int64), after == FAR)
        for roads, relaid in benches.laid(prepared.relaid):
            roads.put_back(relaid)
        with self._lock:
            self._idle.append(benches)
        came, gone_labels = prepared.labels, prepared.removed
        cutoffs = len(self.counts_dm)
        return Delta(nearest, sums, self.labels, came, gone_labels, settled, self.nodes_in_full, cutoffs)

    @property
    def nodes_in_full(self) -> int:
        """States settled by the searches that made the baseline."""
        return sum(kept.pairs for kept in self._families.values())

    def _take(self, prepared: Prepared) -> Benches:
        """Take an idle workbench with enough room, or make one."""
        states = max((relaid.states for relaid in prepared.relaid.values()), default=0)
        arcs = max(
            (
                max(len(relaid.out.arcs), len(relaid.into.arcs)) + 2 * len(relaid.arc)
                for relaid in prepared.relaid.values()
            ),
            default=0,
        )
        arcs += sum(len(laid.change.seed) for laid in prepared.laid.values())
        with self._lock:
            ready = self._idle.pop() if self._idle else None
        owners = len(self.labels) + len(prepared.labels)
        if ready is not None and ready.states >= states and ready.arcs >= arcs and ready.owners >= owners:
            return ready
        size = max((kept.base.graph.size for kept in self._families.values()), default=0)
        return Benches(
            self._families,
            max(size + SPARE_STATES, 2 * states - size),
            max(SPARE_ARCS, 2 * arcs),
            max(len(self.labels) + SPARE_OWNERS, owners + len(prepared.labels)),
            self._sums.shape[1:],
        )

    def _summed(self, prepared: Prepared, walks: Ints, total: Longs, gone: Longs) -> Cells:
        """Turn changed walks to places into counts and gravity."""
        from corridor._kernel import totals

        first, category, weight = self._loads
        more = prepared.laid[COUNTS].loads
        if more:
            first = np.concatenate([first, first[-1] + np.cumsum([len(load) for load in more])])
            flat = np.array([item for load in more for item in load], np.int64).reshape(-1, 2)
            category = np.concatenate([category, flat[:, 0].astype(np.int32)])
            weight = np.concatenate([weight, flat[:, 1]])
        cells, value = totals.changed_sums(walks, first, category, weight, self._worth, self._sums, total)
        missing = np.zeros(len(value), bool)
        # Who is attached now and was not, or the other way round, changes in every cell: NA is not 0.
        turned = [
            o
            for o, on in prepared.attached.items()
            if o not in gone and (o >= len(self.labels) or on != bool(self._attached[o]))
        ]
        if turned or len(gone):
            keep = ~np.isin(cells[:, 0], [*turned, *gone])
            parts = [(cells[keep], value[keep], missing[keep])]
            parts += [self._whole_row(o, on=prepared.attached[o], cells=cells, value=value) for o in turned]
            cells, value, missing = (np.concatenate(column) for column in zip(*parts, strict=True))
        return Cells(self._in_table(cells[:, 0]), cells[:, 1], cells[:, 2], value, missing)

    def _whole_row(self, o: int, *, on: bool, cells: Ints, value: Longs) -> tuple[Ints, Longs, Bools]:
        """Return all sums of an origin that is attached now and was not, or the other way round."""
        kinds, sums = self._sums.shape[1:]
        row = np.zeros((kinds, sums), np.int64)
        mine = cells[:, 0] == o
        if on:
            row[cells[mine, 1], cells[mine, 2]] = value[mine]
        kind, which = np.divmod(np.arange(kinds * sums), max(sums, 1))
        all_cells = np.stack([np.full(len(kind), o), kind, which], axis=1).astype(np.int32)
        return all_cells, row.ravel(), np.full(len(kind), not on)

    def tables(self, delta: Delta | None = None) -> Tables:
        """Return whole tables: of the baseline, or with a delta written into them.

        Rows: the baseline's origins without those removed, then those that came.
        """
        labels = self.labels if delta is None else delta.labels
        stays = np.ones(len(labels), bool)
        if delta is not None:
            stays[self._place[[self._owners.number[label] for label in delta.removed]]] = False
        shape = Shape(labels, stays, self.categories, self.counts_dm, self._by, weighted=self._things.weighted)
        nearest = {
            name: nearest_table(values, shape, None if delta is None else delta.nearest[name])
            for name, values in self.nearest.items()
        }
        return Tables(nearest, *sums_tables(self.sums, self.attached, shape, None if delta is None else delta.sums))


def _no_cells() -> Cells:
    none = np.zeros(0, np.int32)
    return Cells(none, none, none, np.zeros(0, np.int64), np.zeros(0, bool))
