"""What every measure does first: check the tables, number the owners, prepare the search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from corridor.errors import NetworkError
from corridor.network import Network
from corridor.network.model import Impedance, Longs
from corridor.network.points import Places, places
from corridor.network.states import StateGraph, state_graph

# A walk must fit the 32 bits of a search with an edge to spare; 1,000 km is beyond any walk.
_LONGEST_DM = 10_000_000


@dataclass(frozen=True)
class Owners:
    """Rows grouped by whom they belong to: labels in order of first appearance, and each row's position."""

    labels: pd.Index
    of_row: Longs


def owners(labels: pd.Index) -> Owners:
    """Group rows by label."""
    code, unique = pd.factorize(labels)
    return Owners(pd.Index(unique, name=labels.name), code.astype(np.int64))


def categories(opportunities: pd.DataFrame, by: str, wanted: Sequence[object] | None) -> tuple[pd.Index, Longs]:
    """Return the categories and each opportunity's position among them (-1: not wanted)."""
    column = opportunities[by]
    if wanted is not None:
        names = pd.Index(list(wanted), name=by)
    elif isinstance(column.dtype, pd.CategoricalDtype):
        names = pd.Index(column.cat.categories, name=by)
    else:
        names = pd.Index(column.dropna().unique(), name=by).sort_values()
    return names, names.get_indexer(pd.Index(column)).astype(np.int64)


def check_cutoff(cutoff_dm: int) -> int:
    """Return the cutoff as an int, or say what is wrong with it."""
    if not 0 <= cutoff_dm <= _LONGEST_DM or int(cutoff_dm) != cutoff_dm:
        raise NetworkError.of(
            "cutoff_dm",
            f"截止距离{cutoff_dm}不是0至{_LONGEST_DM}之间的整数分米。",
            f"cutoff {cutoff_dm} is not a whole number of decimetres between 0 and {_LONGEST_DM}.",
        )
    return int(cutoff_dm)


@dataclass(frozen=True)
class Setting:
    """A search's graph with sources and points in its weights."""

    graph: StateGraph
    sources: Places
    points: Places


def setting(
    network: Network,
    sources: pd.DataFrame,
    source_owner: Longs,
    points: pd.DataFrame,
    point_owner: Longs,
    *,
    impedance: Impedance,
    backward: bool,
) -> Setting:
    """Prepare a search from `sources` that is read at `points`; rows with a negative owner are left out."""
    graph = state_graph(network, impedance=impedance, backward=backward)
    start = places(network, graph, sources[source_owner >= 0], source_owner[source_owner >= 0])
    end = places(network, graph, points[point_owner >= 0], point_owner[point_owner >= 0])
    return Setting(graph, start, end)
