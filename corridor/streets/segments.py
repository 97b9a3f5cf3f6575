"""Segments: the corridor in order with its chainage, the side streets around it, and every other street."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import shapely.ops
from numpy.typing import NDArray

from corridor import access
from corridor.errors import Notice, StudyError, Text
from corridor.network import Network, attach
from corridor.streets import chains as cut
from corridor.streets.axis import Axis, axis_of, drawn_axis
from corridor.study import StudyArea

Longs = NDArray[np.int64]
# Edges beside a drawn line, or of the other carriageway, belong to the corridor within this distance.
BESIDE_M = 30.0
# Corners nearer to each other along the axis are one crossing: the two sides of a dual carriageway, an offset corner.
CROSSING_M = 40.0
# A stretch of the axis longer than this along which no street runs is a gap, and no segment of its own.
LEAST_BARE_M = 2 * CROSSING_M
CATCHMENT_M = 400.0
_NAMED = 3
PARTS = ("segment", "street_id", "from_dm", "length_dm", "along")


@dataclass(frozen=True)
class Segments:
    """The streets of a study in blocks.

    Attributes
    ----------
    segments : GeoDataFrame
        Schema SEGMENTS, on `segment_id`: the corridor in its order first, then side streets, then all others.
    edges : Series of string
        For every edge of the network its segment; NA for ways that are no streets.
    axis : LineString or None
        The corridor's line; chainage is measured along it, and told in whole metres.
    notices : tuple of Notice
    parts : DataFrame
        The edges of segments on their number: `segment` (position in `segments`), `street_id`, `from_dm` (where on
        its street it begins), `length_dm`, `along` (bool: it runs as the segment does).
    """

    segments: gpd.GeoDataFrame
    edges: pd.Series
    axis: shapely.LineString | None
    notices: tuple[Notice, ...] = ()
    parts: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(PARTS)))

    @property
    def corridor_m(self) -> float:
        """Length of the corridor, whole metres: where its chainage ends; 0 without one."""
        end = self.segments["chainage_to_m"].max()
        return 0.0 if pd.isna(end) else float(end)

    def only(self, index: pd.Index) -> Segments:
        """Return some of the segments, in the order they have here; edges of the others belong to none."""
        kept = self.segments.index.isin(index)
        number = np.cumsum(kept) - 1
        mine = self.parts[kept[self.parts["segment"].to_numpy(dtype=np.int64)]]
        return replace(
            self,
            segments=self.segments[kept],
            edges=self.edges.where(self.edges.isin(index)),
            parts=mine.assign(segment=number[mine["segment"].to_numpy(dtype=np.int64)]),
        )


def build_segments(study: StudyArea, network: Network, *, catchment_m: float = CATCHMENT_M) -> Segments:
    """Cut the streets of a study into segments.

    A segment runs between junctions with other public streets; ways into compounds, service ways and footways
    without a name do not cut one. Dual carriageways of the corridor are one street with one axis.

    Parameters
    ----------
    study : StudyArea
    network : Network
        Of the study.
    catchment_m : float
        Walking distance within which a segment's middle counts as a side street of the corridor.

    Returns
    -------
    Segments

    Raises
    ------
    StudyError
        The corridor has no length or less than 20 m, or its name belongs to streets in different places.
    """
    axis = _axis(study, network)
    found = cut.chains(network)
    corners = cut.meeting(network, found)
    table = gpd.GeoDataFrame({"key": found.street}, geometry=cut.lines(network, found), crs=network.crs)
    on_axis = np.zeros(len(network.edges), bool)
    corridor = None
    if axis is not None:
        on_axis, corridor, owner = _corridor(study, network, axis, corners)
        axis = replace(axis, notices=(*axis.notices, *_left_aside(study, network, on_axis)))
    rest = ~np.isin(np.arange(len(table)), found.chain[on_axis[found.edge]])
    others = _finished(network, table[rest], found, corners)
    edges = pd.Series(pd.NA, index=network.edges.index, dtype="string")
    chain_ids = pd.Series(pd.NA, index=np.arange(len(table)), dtype="string")
    chain_ids[np.flatnonzero(rest)] = others.index.to_numpy()
    edges.iloc[found.edge] = chain_ids.to_numpy()[found.chain]
    if corridor is not None:
        edges.iloc[np.flatnonzero(on_axis)] = corridor.index.to_numpy()[owner]
    parts = [others.assign(role=_roles(network, others, corridor, catchment_m))]
    if corridor is not None:
        parts.insert(0, corridor)
    segments = gpd.GeoDataFrame(pd.concat(parts), crs=network.crs)
    rank = segments["role"].map({"corridor": 0, "side": 1, "other": 2})
    order = pd.DataFrame({"rank": rank, "order": segments["order"].fillna(0), "id": segments.index}, segments.index)
    segments = segments.loc[order.sort_values(["rank", "order", "id"], kind="stable").index]
    line, notices = (None, ()) if axis is None else (axis.line, axis.notices)
    return Segments(_named(segments, study), edges, line, notices, _parts(network, segments, edges))


def corridor_length_m(study: StudyArea, network: Network) -> float | None:
    """Return the length of a study's corridor in whole metres; None where there is none that can be measured."""
    try:
        axis = _axis(study, network)
    except StudyError:
        return None
    return None if axis is None else float(np.floor(axis.line.length + 0.5))


def _axis(study: StudyArea, network: Network) -> Axis | None:
    named = study.config.corridor
    if named is None or study.corridor.empty:
        return None
    if named.file is not None:
        where = str(study.config.resolve(named.file))
        drawn = drawn_axis(study.corridor.geometry.to_numpy(), network.crs, _title(study), where)
        return _where_streets_are(drawn, study, network, where)
    rows = np.flatnonzero(_of_corridor(study, network))
    return axis_of(network, rows, _title(study), study.config.where("corridor", "names"))


def _where_streets_are(drawn: Axis, study: StudyArea, network: Network, where: str) -> Axis:
    """Return a drawn axis between the first and the last street along it, and tell what is cut off."""
    rows, middles = _beside(study, network, drawn)
    if not len(rows):
        raise StudyError.of(
            where,
            f"主线两侧{BESIDE_M:.0f} m内没有街段。",
            f"no stretch of street lies within {BESIDE_M:.0f} m of the corridor.",
            "沿街道中心线画，至少从一个路口画到下一个路口。",
            "Draw it along the street's middle, from one junction to the next at least.",
        )
    length = drawn.line.length
    bare = _bare(network, rows, middles, drawn.line)
    low = bare[0][1] if bare and bare[0][0] <= 0 else 0.0
    high = bare[-1][0] if bare and bare[-1][1] >= length else length
    if low <= 0 and high >= length:
        return drawn
    what = Text(
        f"主线两端有{low + length - high:,.0f} m两侧没有街道（或在资料之外），未计入；里程从第一条街道处起算。",
        f"{low + length - high:,.0f} m at the ends of the corridor have no street beside them, or lie outside the data; "
        "they are left out, and the chainage starts at the first street.",
    )
    hint = Text("检查主线与地图资料的范围。", "Check the line and how far the map data reach.")
    notice = Notice("corridor-bare", "W", what, hint, file=Path(where).name, value=f"{low + length - high:.0f}")
    return Axis(shapely.ops.substring(drawn.line, low, high), (*drawn.notices, notice))


def _beside(study: StudyArea, network: Network, axis: Axis) -> tuple[Longs, NDArray[Any]]:
    """Return the corridor's edges that lie along its axis, and their middles."""
    rows = np.flatnonzero(_of_corridor(study, network))
    middles = shapely.line_interpolate_point(network.edges.geometry.to_numpy()[rows], 0.5, normalized=True)
    near = shapely.distance(middles, axis.line) <= BESIDE_M
    return rows[near], middles[near]


def _bare(network: Network, rows: Longs, middles: NDArray[Any], line: shapely.LineString) -> list[tuple[float, float]]:
    """Return the stretches of an axis (m) of more than 80 m along which none of some edges runs."""
    at = shapely.line_locate_point(line, middles)
    half = network.edges["length_dm"].to_numpy(dtype=float)[rows] / 20.0
    stretches, reached = [], 0.0
    for low, high in sorted(zip((at - half).tolist(), (at + half).tolist(), strict=True)):
        if low - reached > LEAST_BARE_M:
            stretches.append((reached, low))
        reached = max(reached, high)
    if line.length - reached > LEAST_BARE_M:
        stretches.append((reached, float(line.length)))
    return stretches


def _of_corridor(study: StudyArea, network: Network) -> NDArray[np.bool_]:
    """Return which edges bear the corridor's name, or lie beside its drawn line."""
    edges = network.edges
    own = ~(edges["private"].to_numpy(dtype=bool) | edges["through"].to_numpy(dtype=bool))
    named = study.config.corridor
    assert named is not None  # noqa: S101  (asked only where there is one)
    if named.file is None:
        return np.asarray(own & edges["name"].isin(named.names).to_numpy(dtype=bool))
    band = study.corridor.geometry.union_all().buffer(BESIDE_M)
    return np.asarray(own & cut.street_edges(network) & edges.geometry.within(band).to_numpy(dtype=bool))


def _corridor(
    study: StudyArea, network: Network, axis: Axis, corners: gpd.GeoDataFrame
) -> tuple[NDArray[np.bool_], gpd.GeoDataFrame, Longs]:
    """Return (which edges are the corridor's, its segments in order, the segment of each such edge)."""
    rows, middles = _beside(study, network, axis)
    mine = np.zeros(len(network.edges), bool)
    mine[rows] = True
    ends = network.edges[["u", "v"]].to_numpy(dtype=np.int64)[rows].ravel()
    names = set(cut.street_keys(network)[rows])
    corners = corners[corners["node"].isin(ends) & ~corners["key"].isin(names)]
    at = shapely.line_locate_point(axis.line, corners.geometry.to_numpy())
    bare = _bare(network, rows, middles, axis.line)
    ends_of_bare = np.array(bare).ravel()
    at, names_met = np.concatenate([at, ends_of_bare]), [*corners["name"], *[None] * len(ends_of_bare)]
    breaks, crossing = _crossings(axis.line.length, at, np.array(names_met, dtype=object))
    owner = np.searchsorted(breaks, shapely.line_locate_point(axis.line, middles), side="right") - 1
    owner = np.clip(owner, 0, len(breaks) - 2)
    # A bridge across a gap keeps its chainage and is no segment: nothing is ranked where there is no street.
    centre = (breaks[:-1] + breaks[1:]) / 2
    bridge = np.array([any(low < middle < high for low, high in bare) for middle in centre], dtype=bool)
    bridge[owner] = False
    owner = (np.cumsum(~bridge) - 1)[owner]
    # Whole metres: what is told of chainages, lengths and gaps then adds up, however it is rounded. The last segment
    # keeps the line's end.
    chainage = np.floor(breaks + 0.5)
    low, high = chainage[:-1][~bridge], chainage[1:][~bridge]
    met = np.array([[*crossing[:-1]], [*crossing[1:]]], dtype=object)[:, ~bridge]
    cuts = np.array([*chainage[:-1], axis.line.length])
    lines = [shapely.ops.substring(axis.line, *span) for span in np.column_stack([cuts[:-1], cuts[1:]])[~bridge]]
    geometry = np.array(lines, dtype=object)
    key = np.full(len(lines), _title(study), dtype=object)
    table = gpd.GeoDataFrame(
        {
            "street": pd.array(key, dtype="string"),
            "highway": _main_class(network, rows, owner, len(lines)),
            "role": "corridor",
            "order": pd.array(np.arange(1, len(lines) + 1), dtype="Int64"),
            "chainage_from_m": pd.array(low, dtype="Float64"),
            "chainage_to_m": pd.array(high, dtype="Float64"),
            "from_street": pd.array(met[0], dtype="string"),
            "to_street": pd.array(met[1], dtype="string"),
            "length_m": high - low,
        },
        index=cut.segment_ids(key, geometry),
        geometry=geometry,
        crs=network.crs,
    )  # fmt: skip
    return mine, table, owner


def _left_aside(study: StudyArea, network: Network, on_axis: NDArray[np.bool_]) -> tuple[Notice, ...]:
    """Tell how much of the corridor's name lies off its axis: branches, loops."""
    aside = _of_corridor(study, network) & ~on_axis
    metres = int(network.edges["length_dm"].to_numpy()[aside].sum()) / 10
    if metres < CROSSING_M:
        return ()
    hint = Text("若应计入，请画一条主线：corridor: {file: …}。", "If they belong to it, draw a line: corridor: {file: ...}.")  # fmt: skip
    what = Text(
        f"主线同名道路中有{metres:,.0f} m离轴线超过{BESIDE_M:.0f} m（支线、环线），未计入主线里程，作为其他街段保留。",
        f"{metres:,.0f} m of the corridor's name lie more than {BESIDE_M:.0f} m off its axis (branches, loops): "
        "not in its chainage, kept as other segments.",
    )
    return (Notice("corridor-aside", "W", what, hint, value=f"{metres:.0f}"),)


def _title(study: StudyArea) -> str:
    """Return what the corridor is called."""
    named = study.config.corridor
    assert named is not None  # noqa: S101  (asked only where there is one)
    return "、".join(named.names) or str(study.corridor.iloc[0].get("name") or "主线")


def _crossings(
    length: float, at: NDArray[np.float64], name: NDArray[np.object_]
) -> tuple[NDArray[np.float64], list[str | None]]:
    """Gather corners along the axis into crossings: (chainage of every break with both ends, names that meet there)."""
    order = np.lexsort([name.astype(str), at])
    places: list[float] = [0.0]
    names: list[set[str]] = [set()]
    group: list[float] = [0.0]
    for row in order:
        if at[row] - group[0] > CROSSING_M:
            places.append(float(at[row]))
            names.append(set())
            group = [float(at[row])]
        elif len(places) > 1:
            group.append(float(at[row]))
            places[-1] = float(np.mean(group))
        if isinstance(name[row], str):
            names[-1].add(name[row])
    if length - places[-1] > CROSSING_M or len(places) == 1:
        places.append(length)
        names.append(set())
    else:
        places[-1] = length
    return np.array(places), ["、".join(sorted(found)[:_NAMED]) or None for found in names]


def _finished(
    network: Network, table: gpd.GeoDataFrame, found: cut.Chains, corners: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Return chains as segments, with the streets that meet at their ends."""
    geometry, key = table.geometry.to_numpy(), table["key"].to_numpy(dtype=object)
    first = pd.Series(found.edge).groupby(found.chain).min().reindex(table.index).to_numpy()
    tree = shapely.STRtree(corners.geometry.to_numpy())
    ends = []
    for place in (0, -1):
        row, corner = tree.query(shapely.get_point(geometry, place), predicate="dwithin", distance=0.01)
        met = pd.DataFrame(
            {"row": row, "key": corners["key"].to_numpy()[corner], "name": corners["name"].to_numpy()[corner]}
        )
        met = (
            met[(met["key"] != key[met["row"]]) & met["name"].notna()]
            .drop_duplicates(["row", "name"])
            .sort_values(["row", "name"])
        )
        joined: list[str | None] = [None] * len(table)
        for at, names in itertools.groupby(zip(met["row"].tolist(), met["name"].tolist(), strict=True), lambda m: m[0]):
            joined[at] = "、".join(name for _, name in itertools.islice(names, _NAMED))
        ends.append(pd.array(joined, dtype="string"))
    return gpd.GeoDataFrame(
        {
            "street": network.edges["name"].astype("string").to_numpy()[first],
            "highway": network.edges["highway"].astype("string").to_numpy()[first],
            "order": pd.array([pd.NA] * len(table), dtype="Int64"),
            "chainage_from_m": pd.array([pd.NA] * len(table), dtype="Float64"),
            "chainage_to_m": pd.array([pd.NA] * len(table), dtype="Float64"),
            "from_street": ends[0],
            "to_street": ends[1],
            "length_m": np.round(shapely.length(geometry), 1),
        },
        index=cut.segment_ids(key, geometry),
        geometry=geometry,
        crs=network.crs,
    )


def _main_class(network: Network, rows: Longs, owner: Longs, count: int) -> pd.api.extensions.ExtensionArray:
    """Return the class with most length on each segment."""
    table = pd.DataFrame(
        {
            "owner": owner,
            "highway": network.edges["highway"].astype(str).to_numpy()[rows],
            "dm": network.edges["length_dm"].to_numpy()[rows],
        }
    )
    total = table.groupby(["owner", "highway"])["dm"].sum().reset_index()
    best = total.sort_values(["owner", "dm", "highway"], ascending=[True, False, True]).drop_duplicates("owner")
    return pd.array(best.set_index("owner")["highway"].reindex(range(count)).to_numpy(dtype=object), dtype="string")


def _roles(
    network: Network, others: gpd.GeoDataFrame, corridor: gpd.GeoDataFrame | None, catchment_m: float
) -> pd.Series:
    """Return "side" for segments whose middle is within walking distance of the corridor, else "other"."""
    role = pd.Series("other", index=others.index, dtype="string")
    if corridor is None or others.empty:
        return role

    def placed(lines: gpd.GeoSeries, share: float) -> pd.DataFrame:
        points = shapely.line_interpolate_point(lines.to_numpy(), share, normalized=True)
        return attach(network, gpd.GeoSeries(points, index=lines.index, crs=lines.crs), tolerance_m=BESIDE_M)

    corners = pd.concat([placed(corridor.geometry, share) for share in (0.0, 0.5, 1.0)], ignore_index=True)
    near = access.nearest(
        network,
        placed(others.geometry, 0.5),
        corners.assign(kind="corridor"),
        cutoff_dm=int(catchment_m * 10),
        by="kind",
        impedance="length",
    )
    if "corridor" in near:
        role[near["corridor"].notna()] = "side"
    return role


def _named(segments: gpd.GeoDataFrame, study: StudyArea) -> gpd.GeoDataFrame:
    """Add the streets' English names where the map data have them."""
    known = study.streets[study.streets["name"].notna() & study.streets["name_en"].notna()]
    english = known.drop_duplicates("name").set_index("name")["name_en"]
    out = segments.copy()
    out.insert(1, "street_en", segments["street"].map(english).astype("string"))
    return out


def _parts(network: Network, segments: gpd.GeoDataFrame, owner: pd.Series) -> pd.DataFrame:
    """Return the edges of segments and whether each runs as its segment does there."""
    segment = segments.index.get_indexer(owner.to_numpy(dtype=object))
    rows = np.flatnonzero(segment >= 0)
    segment, edges = segment[rows], network.edges.iloc[rows]
    lines, base = edges.geometry.to_numpy(), segments.geometry.to_numpy()[segment]
    start, end = (shapely.get_coordinates(shapely.get_point(lines, place)) for place in (0, -1))
    at = shapely.line_locate_point(base, shapely.line_interpolate_point(lines, 0.5, normalized=True))
    behind, ahead = (
        shapely.get_coordinates(shapely.line_interpolate_point(base, np.clip(at + step, 0, None))) for step in (-1, 1)
    )
    return pd.DataFrame(
        {
            "segment": segment.astype(np.int64),
            "street_id": edges["street_id"].to_numpy(dtype=object),
            "from_dm": edges["from_dm"].to_numpy(dtype=np.int64),
            "length_dm": edges["length_dm"].to_numpy(dtype=np.int64),
            "along": ((ahead - behind) * (end - start)).sum(axis=1) >= 0,
        },
        index=edges.index,
    )
