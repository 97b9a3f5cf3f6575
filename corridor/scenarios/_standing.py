"""Where homes and records of a baseline stand once an edit is spliced into its network."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pandas as pd

from corridor.network import Network
from corridor.network.splice import Spliced
from corridor.scenarios._state import NOWHERE, Bools, Spot, found_again, spots_of

Spots = dict[str, dict[str, Spot]]


class Standing:
    """The homes and records of a baseline by the edge they stand on.

    Parameters
    ----------
    homes : DataFrame
        Attach table.
    records : dict of DataFrame
        Attach tables by kind of record; with those on islands.
    network : Network
    """

    def __init__(self, homes: pd.DataFrame, records: dict[str, pd.DataFrame], network: Network) -> None:
        edge = homes["edge"].to_numpy(dtype=np.int64, na_value=-1)
        self._rows = np.flatnonzero(edge >= 0)
        self._edge = edge[self._rows]
        self._homes = list(spots_of(homes).values())
        self._raw: Spots = {kind: spots_of(table) for kind, table in records.items()}
        self._on: dict[int, list[tuple[str, str]]] = defaultdict(list)
        for kind, spots in self._raw.items():
            for id_, (edge, _, _) in spots.items():
                if edge is not None:
                    self._on[edge].append((kind, id_))
        self._main = network.edges["component"].to_numpy() == 0

    def after(self, laid: Spliced, connected: Bools, spots: Spots) -> tuple[Bools, Spots, dict[str, frozenset[str]]]:
        """Return who stands where.

        Parameters
        ----------
        laid : Spliced
        connected : bool array
            Homes that stand on the main network before.
        spots : dict of dict
            Where records stand before, by kind and id; on the main network only.

        Returns
        -------
        connected, spots
            The same after the edit; the very same where it touches nobody.
        moved : dict of frozenset
            Records that do not stand where the edit of the streets leaves them.
        """
        edit = laid.edit
        touched = self._main != laid.main[: len(self._main)]
        touched[list(edit.gone)] = True
        joined = connected
        for row in self._rows[touched[self._edge]].tolist():
            edge = found_again(edit, self._homes[row])[0]
            on = edge is not None and bool(laid.main[edge])
            if on != joined[row]:
                joined = joined.copy() if joined is connected else joined
                joined[row] = on
        moved: dict[str, set[str]] = {kind: set() for kind in spots}
        there = [one for edge in np.flatnonzero(touched).tolist() for one in self._on.get(edge, ())]
        found = {kind: dict(of) for kind, of in spots.items()} if there else spots
        for kind, id_ in there:
            again = found_again(edit, self._raw[kind][id_])
            now = NOWHERE if again[0] is None or not laid.main[again[0]] else again
            if now != found_again(edit, spots[kind][id_]):
                moved[kind].add(id_)
            found[kind][id_] = now
        return joined, found, {kind: frozenset(ids) for kind, ids in moved.items()}
