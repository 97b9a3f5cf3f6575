"""Streets in, network out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from corridor.errors import NetworkError, Problem, Text
from corridor.network import gates as gate_rules
from corridor.network import saved
from corridor.network import waits as wait_rules
from corridor.network.draft import Draft, Factors, closed_edges, cut_streets, flag
from corridor.network.layout import assemble
from corridor.network.model import Bools, GatesPolicy, Network, Vertices, ragged_ranges

_POLICIES = ("residents", "public", "open")
# The columns that are read; a network is kept under their content.
_STREETS = ("walk", "oneway_foot", "steps", "ramp", "nodes", "name", "highway", "crossing", "signals", "crossings",
            "cuts", "closed", "wait_s", "added")  # fmt: skip
_GATES = ("node_id", "passage", "opened", "closed")
MOST_FELT = 1000
LONGEST_WAIT_DM = 100_000


def build_network(
    streets: gpd.GeoDataFrame,
    gates: gpd.GeoDataFrame,
    *,
    gates_policy: GatesPolicy = "residents",
    steps_factor: float | None = 2.0,
    class_factors: Mapping[str, float] | None = None,
    signals_wait_dm: int = 0,
    crossing_wait_dm: int = 0,
    speed_m_min: float = 80.0,
    source: str = "streets",
    cache: str | Path | None = None,
) -> Network:
    """Build the walkable network of a table of streets.

    A street is cut into edges where it ends, where it shares a node with another street (or itself) and at
    gates. Streets that cross without a shared node do not meet. Every vertex-to-vertex piece is rounded to whole
    decimetres (halves up) and an edge is the sum of its pieces, so distances do not depend on where a street is
    cut. The cost of a piece is its length times the factor of its class, and on steps times `steps_factor`, rounded
    likewise; lengths know neither factors nor waits.

    Waits are added to costs, once for each crossing. A way across a street (column `crossing`) carries its wait along
    its whole length, in proportion to the length walked. A junction of three or more street ends with a node of
    `signals` or `crossings`, and no way across it, lets nobody pass without the wait: half of it on the way into the
    junction, half on the way out, so who starts or ends there pays half. Each half is rounded up to a whole
    decimetre. A crossing along the middle of a street stops nobody who walks along that street.

    Parameters
    ----------
    streets : GeoDataFrame
        Schema of `corridor.sources` (`walk`, `oneway_foot`, `steps`, `nodes`, `name`, `highway`, LineString; where
        they are known `ramp`, `crossing`, `signals`, `crossings`), in a metric CRS. Rows with `walk` "none" are left
        out. The order of the rows does not matter. A scenario adds `cuts` (tuples of (position in dm along the
        street, node)) where a street is to be parted, `closed` (tuples of (from, to) in dm) where nobody walks
        through, and `wait_s` (seconds) on a new way across.
    gates : GeoDataFrame
        `node_id` and `passage` ("open", "residents", "shut"). A scenario adds `opened` ("public" or
        "residents": for whom, else missing) and `closed` (bool).
    gates_policy : {"residents", "public", "open"}
        "residents": private streets are walked only by trips that start or end in them. "public": they are left
        out. "open": they are streets like any other. Shut gates always cut.
    steps_factor : float or None
        How many metres on the level one metre of steps counts for. None: steps cannot be walked, but where they have
        a ramp, which then counts as a street like any other.
    class_factors : mapping of str to float, optional
        How many metres one metre of a class of street (`highway`) is felt as; 1 for those not named.
    signals_wait_dm, crossing_wait_dm : int
        Wait at traffic signals and at other crossings, as decimetres walked in that time.
    speed_m_min : float
        At which a street's own `wait_s` becomes decimetres.
    source : str
        Name of the streets' file for the error message.
    cache : str or Path, optional
        Folder that keeps networks built before, under the content of what they were built from. The result is the
        same with and without, bit for bit; a folder that cannot be written keeps nothing.

    Returns
    -------
    Network

    Raises
    ------
    NetworkError
        There is nothing to walk on, a street's nodes do not fit its geometry, or a wait or a factor is negative.
    """
    _check_policy(gates_policy)
    _check_costs(steps_factor, class_factors or {}, signals_wait_dm, crossing_wait_dm)
    streets, gates = _only(streets, (*_STREETS, streets.geometry.name)), _only(gates, _GATES)
    choices = _Choices(
        gates_policy,
        steps_factor,
        class_factors or {},
        int(signals_wait_dm),
        int(crossing_wait_dm),
        speed_m_min,
        source,
    )
    if cache is None:
        return _built(streets, gates, choices)
    return saved.of(cache, streets, gates, choices.decisive, lambda: _built(streets, gates, choices))


@dataclass(frozen=True)
class _Choices:
    """What is chosen beside the tables."""

    gates_policy: GatesPolicy
    steps_factor: float | None
    class_factors: Mapping[str, float]
    signals_wait_dm: int
    crossing_wait_dm: int
    speed_m_min: float
    source: str

    @property
    def waits_dm(self) -> dict[str, int]:
        return {"signals": self.signals_wait_dm, "crossing": self.crossing_wait_dm}

    @property
    def decisive(self) -> dict[str, object]:
        """What decides the network: all but the name of the file."""
        named = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "source"}
        return named | {"class_factors": sorted(self.class_factors.items())}


def _only(table: gpd.GeoDataFrame, columns: tuple[str, ...]) -> gpd.GeoDataFrame:
    """Return a table with what is read of it: what is not named here cannot change the network."""
    return table[[column for column in columns if column in table]]


def _built(streets: gpd.GeoDataFrame, gates: pd.DataFrame, chosen: _Choices) -> Network:
    walkable = streets[streets["walk"].isin(["public", "private"])].sort_index(kind="stable")
    if walkable.empty:
        raise _nothing_to_walk(chosen.source, len(streets))
    draft = cut_streets(
        walkable,
        np.asarray(gates["node_id"], dtype=np.int64),
        factors(walkable, chosen.steps_factor, chosen.class_factors),
        wait_rules.on_the_way(walkable, chosen.waits_dm, chosen.speed_m_min),
    )
    draft = _apply_gates(draft, walkable, gates, chosen.gates_policy)
    if chosen.steps_factor is None:
        # Only now: which streets lie in a compound is a fact of the place, not of who walks.
        draft = draft.keep(~(flag(walkable, "steps") & ~flag(walkable, "ramp"))[draft.street])
    if not len(draft.street):
        raise _nothing_to_walk(chosen.source, len(streets))
    draft = replace(draft, closed=closed_edges(walkable, draft))
    draft = _apply_waits(draft, wait_rules.at_nodes(walkable, chosen.waits_dm))
    return _assemble(draft, walkable, chosen.gates_policy)


def _check_policy(gates_policy: str) -> None:
    if gates_policy not in _POLICIES:
        raise NetworkError.of(
            "walker.gates",
            f"未知的大门规则“{gates_policy}”。",
            f"unknown gates policy {gates_policy!r}.",
            "可用 residents、public、open。",
            "Use residents, public or open.",
        )


def _check_costs(steps_factor: float | None, class_factors: Mapping[str, float], *waits_dm: int) -> None:
    """Refuse what would make a cost negative or not a whole number."""
    factors = {"steps_factor": steps_factor or 0.0, **class_factors}
    bad = [name for name, factor in factors.items() if not 0 <= factor <= MOST_FELT]
    bad += [f"wait {wait}" for wait in waits_dm if not 0 <= wait <= LONGEST_WAIT_DM or int(wait) != wait]
    if bad:
        raise NetworkError.of(
            "walker",
            f"取值超出范围：{'、'.join(bad)}。",
            f"out of range: {', '.join(bad)}.",
            f"系数应为0–{MOST_FELT}，等候应为0–{LONGEST_WAIT_DM}的整数分米。",
            f"Factors run from 0 to {MOST_FELT}, waits from 0 to {LONGEST_WAIT_DM} whole decimetres.",
        )


def factors(walkable: gpd.GeoDataFrame, steps_factor: float | None, classes: Mapping[str, float]) -> Factors:
    """Return by how much each street's length is multiplied, as whole numerators and denominators."""
    on_steps = walkable["steps"].to_numpy(dtype=bool)
    steps = Fraction(1) if steps_factor is None else Fraction(str(steps_factor))
    classes_of = walkable["highway"].to_numpy(dtype=object)
    plain = dict.fromkeys(classes_of, Fraction(1))
    exact = {**plain, **{name: Fraction(str(factor)) for name, factor in classes.items()}}
    stepped = {name: factor * steps for name, factor in exact.items()}
    both = [(stepped if up else exact)[name] for name, up in zip(classes_of, on_steps, strict=True)]
    return (
        np.array([factor.numerator for factor in both], np.int64),
        np.array([factor.denominator for factor in both], np.int64),
    )


def _nothing_to_walk(source: str, given: int) -> NetworkError:
    what = Text(f"0条可步行街道（共{given}条）。", f"0 walkable streets in {given} streets.")
    hint = Text(
        "请检查数据范围、日期与 access、foot 标签，或把 walker.gates 改为 open。",
        "Check the extent, the date and the access and foot tags of the data, or set walker.gates to open.",
    )
    return NetworkError(Problem(source, what, hint))


def _apply_gates(draft: Draft, walkable: gpd.GeoDataFrame, gates: gpd.GeoDataFrame, policy: GatesPolicy) -> Draft:
    """Cut at gates nobody passes, settle which edges are private, and open what a scenario opens."""
    closed = flag(gates, "closed")
    opened = gates["opened"].notna().to_numpy(dtype=bool) & ~closed if "opened" in gates else ~closed & False
    everybody = opened & (gates["opened"].fillna("") == "public").to_numpy(dtype=bool) if "opened" in gates else opened
    passage = gates["passage"].to_numpy(dtype=object)

    def standing(rows: Bools) -> Bools:
        return np.isin(draft.node_id, gates["node_id"].to_numpy(dtype=np.int64)[rows])

    shut, residents = standing(passage == "shut"), standing(passage == "residents")
    if policy == "open":
        return replace(
            draft.cut(shut & ~standing(opened) | standing(closed)), private=np.zeros(len(draft.street), bool)
        )
    private, idle = _compounds(draft, ~flag(walkable, "added")[draft.street], shut, residents, policy)
    draft = replace(draft, private=private).cut((shut | idle) & ~standing(opened) | standing(closed))
    draft = draft.opened(standing((passage == "residents") & ~everybody | closed), standing(everybody))
    return draft.keep(~draft.private) if policy == "public" else draft


def _compounds(draft: Draft, old: Bools, shut: Bools, residents: Bools, policy: GatesPolicy) -> tuple[Bools, Bools]:
    """Return which edges are private, and the gates that stand idle between two public streets.

    Both are settled by the gates and streets as they were: who lives behind a gate does not change when a scenario
    opens or shuts one, or draws a street, so opening takes no way from anybody and shutting gives none.
    """
    before = draft.keep(old).cut(shut)
    grown = np.zeros(len(before.node_id), bool)
    grown[: len(residents)] = residents
    found = gate_rules.compounds(before.ends, before.run, before.private, grown, before.length_dm)
    before = replace(before, private=found)
    if policy == "public":
        before = before.keep(~found)
    private = draft.private.copy()
    private[old] = found
    return private, gate_rules.idle_gates(before.ends, before.private, grown)[: len(residents)]


def _apply_waits(draft: Draft, wait_dm: Mapping[int, int]) -> Draft:
    """Set the ends of streets at a junction with a wait apart from it by edges of no length that cost half the wait."""
    at_node = np.fromiter((wait_dm.get(int(node), 0) for node in draft.node_id), np.int64, len(draft.node_id))
    degree = np.bincount(draft.ends, minlength=len(at_node))
    count, spots = len(draft.street), len(draft.node_id)
    apart = np.flatnonzero(((at_node > 0) & (degree >= 3))[draft.ends])
    if not len(apart):
        return draft
    apart = apart[np.lexsort([apart, draft.node_id[draft.ends[apart]]])]
    node, edge, leaving = draft.ends[apart], apart % count, apart < count
    copy = spots + np.arange(len(apart))
    vertex = len(draft.xy) + 2 * np.arange(len(apart))
    ends = draft.ends.copy()
    ends[apart] = copy
    more = np.stack([np.where(leaving, node, copy), np.where(leaving, copy, node)])
    ids = min(0, int(draft.node_id.min())) - 1 - np.arange(len(apart))
    return replace(
        draft,
        ends=np.concatenate([ends[:count], more[0], ends[count:], more[1]]),
        street=np.append(draft.street, draft.street[edge]),
        run=np.append(draft.run, draft.run[edge]),
        first=np.append(draft.first, vertex),
        last=np.append(draft.last, vertex + 1),
        from_dm=np.append(draft.from_dm, draft.from_dm[edge] + np.where(leaving, 0, draft.length_dm[edge])),
        length_dm=np.append(draft.length_dm, np.zeros(len(apart), np.int64)),
        cost_dm=np.append(draft.cost_dm, (at_node[node] + 1) // 2),
        private=np.append(draft.private, draft.private[edge]),
        # Whoever stands at the end of a one-way street may step into the junction; the street itself stays one-way.
        oneway=np.append(draft.oneway, np.zeros(len(apart), np.int32)),
        closed=np.append(draft.closed, draft.closed[edge]),
        through=np.append(draft.through, np.ones(len(apart), bool)),
        xy=np.concatenate([draft.xy, np.repeat(draft.node_xy[node], 2, axis=0)]),
        run_dm=np.concatenate([draft.run_dm[: len(draft.xy)], np.zeros(2 * len(apart), np.int64)]),
        node_id=np.append(draft.node_id, ids),
        node_xy=np.concatenate([draft.node_xy, draft.node_xy[node]]),
    )


def _assemble(draft: Draft, walkable: gpd.GeoDataFrame, policy: GatesPolicy) -> Network:
    """Turn a draft into tables."""
    spans = draft.last - draft.first + 1
    rows = ragged_ranges(draft.first, spans)
    vertices = Vertices(
        np.concatenate([[0], np.cumsum(spans)]),
        draft.xy[rows],
        draft.run_dm[rows] - np.repeat(draft.run_dm[draft.first], spans),
    )
    of = walkable.iloc[draft.street]
    columns = {
        "street_id": of.index.to_numpy(),
        "name": of["name"].array,
        "highway": of["highway"].array,
        "from_dm": draft.from_dm.astype(np.int32),
        "length_dm": draft.length_dm.astype(np.int32),
        "cost_dm": draft.cost_dm.astype(np.int32),
        "private": draft.private,
        "closed": draft.closed,
        "through": draft.through,
        "oneway_foot": draft.oneway.astype(np.int8),
    }
    return assemble(draft.ends, draft.node_id, draft.node_xy, columns, vertices, crs=walkable.crs, policy=policy)
