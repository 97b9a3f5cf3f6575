"""Public open space: who reaches it, how much there is a head, who is left out, and what one more gate would change."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from corridor import access
from corridor.access.decay import Step
from corridor.indicators import place, public_space, weighted
from corridor.indicators.coverage import limits_dm
from corridor.network import Network, Placer
from corridor.streets import Segments
from corridor.streets.mapped import Mapped
from corridor.study import StudyArea

# Shanghai's guide of 2016 counts public open space from 400 m² on, within 5 minutes' walk, and aims at 90 %.
KINDS = ("park", "garden", "square", "playground", "nature")
LEAST_M2 = 400.0
MINUTES = 5
AIM = 0.9
GROUPS = ("residents", "workers")
# A new gate is looked for every so many metres of a fence, within so many metres of a public street, and not beside
# an entrance that is there.
GATE_STEP_M = 25.0
GATE_STREET_M = 25.0
GATE_APART_M = 20.0
# A lane's people are those of the named street this near to it.
NAMED_M = 200.0


@dataclass(frozen=True)
class Reach:
    """Who walks to which open space.

    Attributes
    ----------
    people : DataFrame
        On `building_id` of the reporting area: `residents`, `workers`.
    origins : DataFrame
        Their doors as `attach` returns them.
    doors : DataFrame
        Entrances of the spaces, attached, with `source_id`, `area_m2`, `kind` ("all").
    walk_dm : Series
        On `building_id`: decimetres to the nearest entrance, NA beyond the cutoff.
    connected : Series of bool
        Buildings that are on the network; of others nothing is known.
    mapped : Series of bool
        Buildings that have an open space on the map within `streets.mapped_within_m`.
    cutoff_dm : int
    """

    people: pd.DataFrame
    origins: pd.DataFrame
    doors: pd.DataFrame
    walk_dm: pd.Series
    connected: pd.Series
    mapped: pd.Series
    cutoff_dm: int

    @property
    def without(self) -> pd.Series:
        """Which buildings have no open space of the map within reach; bool on `building_id`."""
        return self.connected & self.walk_dm.isna()

    @property
    def left_out(self) -> pd.Series:
        """Which of these are known to have none: open space is mapped near them, but too far to walk."""
        return self.without & self.mapped

    @property
    def unknown(self) -> pd.Series:
        """Which of these have none mapped near them at all: nobody knows."""
        return self.without & ~self.mapped


def spaces(study: StudyArea) -> gpd.GeoDataFrame:
    """Return the open spaces that count: parks, gardens, squares, playgrounds and nature of 400 m² or more, public."""
    table = study.open_space
    return table[table["kind"].isin(KINDS) & (table["walk"] == "public") & (table["area_m2"] >= LEAST_M2)]


def doors(study: StudyArea, attach: Placer, entrances: gpd.GeoDataFrame | None = None) -> pd.DataFrame:
    """Return the entrances of the open spaces that count, attached to the network.

    Parameters
    ----------
    study : StudyArea
    attach : Placer
    entrances : GeoDataFrame, optional
        Of all open spaces, as `public_space.entrances` returns them, where they are at hand.

    Returns
    -------
    DataFrame
        As `attach` returns it, with `source_id`, `area_m2` (of the space), `capacity_m2` (what of it people can use:
        all, unless a scenario says otherwise), `kind` ("all") and `point`, where it is. Spaces without any way in have no row.
    """
    chosen = spaces(study)
    if entrances is None:
        found = public_space.entrances(chosen, study.streets, study.gates, study.barriers)
    else:
        # How one space is entered does not depend on the others.
        found = entrances[entrances["source_id"].isin(chosen.index)].reset_index(drop=True)
    attached = attach(found.geometry)
    return attached.assign(
        source_id=found["source_id"],
        area_m2=chosen["area_m2"].reindex(found["source_id"]).to_numpy(),
        capacity_m2=_capacity(chosen).reindex(found["source_id"]).to_numpy(),
        kind="all",
        point=found.geometry.to_numpy(),
    )


def _capacity(chosen: gpd.GeoDataFrame) -> pd.Series:
    area = chosen["area_m2"].astype(float)
    return (
        pd.to_numeric(chosen["capacity_m2"]).astype("Float64").fillna(area).astype(float)
        if "capacity_m2" in chosen
        else area
    )


def reach(
    study: StudyArea,
    attach: Placer,
    buildings: gpd.GeoDataFrame,
    *,
    minutes: int = MINUTES,
    ways_in: pd.DataFrame | None = None,
    origins: pd.DataFrame | None = None,
    mapped: Mapped | None = None,
) -> Reach:
    """Walk from every building of the reporting area to its nearest open space.

    Parameters
    ----------
    study : StudyArea
    attach : Placer
        Of the network walked on.
    buildings : GeoDataFrame
        With `residents`, `workers`, `in_area`.
    minutes : int
        At the middle speed.
    ways_in : DataFrame, optional
        As `doors` returns them, where they are at hand.
    origins : DataFrame, optional
        Doors of all buildings as `attach` returns them, where they are at hand.
    mapped : Mapped, optional
        What the baseline of a scenario has on its map.
    """
    mine = buildings[buildings["in_area"].astype(bool)]
    cutoff = cutoff_dm(study, minutes)
    origins = attach(place.doors(mine, study.entrances)) if origins is None else origins.loc[mine.index]
    ways_in = doors(study, attach) if ways_in is None else ways_in
    found = access.nearest(attach.network, origins, ways_in, cutoff_dm=cutoff, by="kind", categories=["all"])
    connected = origins["edge"].notna() & ~origins["island"].fillna(True).astype(bool)
    walk = found["all"].where(connected)
    near = (mapped or Mapped()).near(mine, "open_space", spaces(study).geometry.to_numpy(), study.config)
    near_ = pd.Series(near, index=mine.index)
    return Reach(mine[list(GROUPS)], origins, ways_in, walk, connected, near_, cutoff)


def cutoff_dm(study: StudyArea, minutes: int = MINUTES) -> int:
    """Return how far one walks to open space: so many minutes at the middle speed."""
    return limits_dm(study.config.walker.speed_m_min.middle, (minutes,))[minutes]


def covered(reached: NDArray[np.bool_], heads: NDArray[np.float64]) -> tuple[float, float, float]:
    """Return the share of people with open space within the walk, their number, and all people; the share NaN of nobody.

    Parameters
    ----------
    reached : bool array
        By building on the network.
    heads : float array
        The people of each.
    """
    total, count = weighted.whole(heads), float(weighted.sums(reached[:, None], heads)[0])
    return count / total if total > 0 else np.nan, count, total


def coverage(found: Reach) -> pd.DataFrame:
    """Measure the share of residents and of workers with public open space within the walk.

    share = Σ people of buildings within reach / Σ people of buildings on the network. The aim is 90 %. Of people without
    any open space mapped near them nobody knows: with all of them covered the share would be `share_high`.

    Returns
    -------
    DataFrame
        Schema OPEN_SPACE_COVERAGE. The share is NA where nobody is counted; whether the aim is reached where it lies
        between the two shares.
    """
    rows = []
    for group in GROUPS:
        on = found.connected.to_numpy(dtype=bool)
        heads = found.people[group].to_numpy(dtype=float)[on]
        low, count, total = covered(found.walk_dm.notna().to_numpy(dtype=bool)[on], heads)
        unknown = weighted.whole(heads[found.unknown.to_numpy(dtype=bool)[on]])
        high = (count + unknown) / total if total > 0 else np.nan
        met = bool(low >= AIM) if low >= AIM or high < AIM else pd.NA
        rows.append((group, low, high, count, total, total - count - unknown, unknown, AIM, met))
    numbers = dict.fromkeys(("share", "share_high", "count", "total", "left_out", "unknown", "aim"), "Float64")
    table = pd.DataFrame(rows, columns=["group", *numbers, "met"])
    return table.astype({"group": "string", "met": "boolean", **numbers})


def supply(
    study: StudyArea,
    attach: Placer,
    buildings: gpd.GeoDataFrame,
    found: Reach,
    *,
    origins: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Share out the area of open space among the people in reach: two-step floating catchment (Luo and Wang 2003).

    R(space) = usable area / Σ people within the walk; m² a head (building) = Σ R over the spaces within the walk. People
    outside the reporting area use the spaces as well and are counted. `origins` as for `reach`.

    Returns
    -------
    DataFrame
        Schema OPEN_SPACE_BUILDINGS on `building_id` of the reporting area.
    """
    everybody = attach(place.doors(buildings, study.entrances)) if origins is None else origins.loc[buildings.index]
    demand = buildings[list(GROUPS)].sum(axis=1)
    head = access.floating_catchment(
        attach.network,
        everybody,
        found.doors,
        Step(found.cutoff_dm / 10),
        demand=demand,
        supply="capacity_m2",
        cutoff_dm=found.cutoff_dm,
        by="kind",
        categories=["all"],
    )["all"]
    known = found.connected & ~found.unknown
    return pd.DataFrame(
        {
            "residents": found.people["residents"].astype("Float64"),
            "workers": found.people["workers"].astype("Float64"),
            "walk_m": found.walk_dm.astype("Float64") / 10,
            "left_out": found.left_out.astype("boolean").where(known),
            "m2_per_person": head.reindex(found.people.index).astype("Float64").where(known).round(3),
        },
        index=found.people.index,
    )


def per_head(homes: pd.DataFrame) -> float:
    """Return the m² a head of the people counted, a mean over them; NaN where nobody is.

    Parameters
    ----------
    homes : DataFrame
        Of `supply`.
    """
    people = (homes["residents"] + homes["workers"]).to_numpy(dtype=float)
    area = homes["m2_per_person"].to_numpy(dtype=float, na_value=np.nan)
    known = ~np.isnan(area) & (people > 0)
    total = people[known].sum()
    return float((area[known] * people[known]).sum() / total) if total else np.nan


def left_out(found: Reach, homes: pd.DataFrame, segments: Segments) -> pd.DataFrame:
    """Say where those live and work who have no open space within the walk.

    A building counts on the named street its door attaches to; doors on lanes and in compounds on the nearest segment
    with a name within 200 m, else on the nearest of all.

    Parameters
    ----------
    found : Reach
    homes : DataFrame
        Of `supply`.
    segments : Segments

    Returns
    -------
    DataFrame
        Schema OPEN_SPACE_LEFT_OUT on `segment_id`: segments with anybody on them, most people left out first. Shares
        are those of the people of whom it is known.
    """
    at = _segment_of(found, segments)
    table = pd.DataFrame({"segment_id": at, "left": found.left_out})
    for group in GROUPS:
        table[group] = found.people[group].where(found.connected, 0.0)
        table[f"{group}_left_out"] = table[group].where(table["left"], 0.0)
    table["unknown"] = table[list(GROUPS)].sum(axis=1).where(found.unknown, 0.0)
    people = found.people.sum(axis=1)
    table["weighted"] = homes["m2_per_person"].astype(float).fillna(0.0) * people
    table["weight"] = people.where(homes["m2_per_person"].notna(), 0.0)
    sums = table[table["segment_id"].notna()].groupby("segment_id").sum(numeric_only=True)
    sums = sums[(sums["residents"] + sums["workers"]) > 0]
    sums["m2_per_person"] = (sums["weighted"] / sums["weight"].where(sums["weight"] > 0)).round(3)
    sums["share_left_out"] = _share_left_out(sums)
    sums["street"] = segments.segments["street"].reindex(sums.index).astype("string")
    sums["total_left_out"] = sums["residents_left_out"] + sums["workers_left_out"]
    sums.index = sums.index.astype("string").rename("segment_id")
    order = sums.assign(id=sums.index).sort_values(["total_left_out", "id"], ascending=[False, True]).index
    names = [
        "street",
        *GROUPS,
        *(f"{group}_left_out" for group in GROUPS),
        "unknown",
        "share_left_out",
        "m2_per_person",
    ]
    return sums.loc[order, names].astype({name: "Float64" for name in names[1:]})


def _share_left_out(sums: pd.DataFrame) -> pd.Series:
    """Return the share of people left out among those of whom it is known."""
    lost = sums[[f"{group}_left_out" for group in GROUPS]].sum(axis=1).astype(float)
    known = sums[list(GROUPS)].sum(axis=1).astype(float) - sums["unknown"].astype(float)
    return (lost / known.where(known > 1e-9)).astype("Float64")


def left_out_by_street(by_segment: pd.DataFrame) -> pd.DataFrame:
    """Add up `left_out` by street; segments of streets without a name together as one row without a street.

    Returns
    -------
    DataFrame
        Schema OPEN_SPACE_STREETS, most people left out first.
    """
    counted = [*GROUPS, *(f"{group}_left_out" for group in GROUPS), "unknown"]
    sums = by_segment.groupby("street", dropna=False)[counted].sum().reset_index()
    total = sums[[f"{group}_left_out" for group in GROUPS]].sum(axis=1)
    sums["share_left_out"] = _share_left_out(sums)
    return (
        sums.assign(total=total)
        .sort_values(["total", "street"], ascending=[False, True], ignore_index=True)
        .drop(columns="total")
        .astype({"street": "string"})
    )


def _segment_of(found: Reach, segments: Segments) -> pd.Series:
    """Return the segment each building counts on."""
    table = segments.segments
    edge = found.origins["edge"]
    known = edge.notna()
    at = pd.Series(pd.NA, index=found.origins.index, dtype="string")
    at[known] = segments.edges.astype("string").to_numpy()[edge[known].astype("int64")]
    named = table[table["street"].notna()]
    for part, within_m in ((named, NAMED_M), (table, np.inf)):
        lost = found.connected & ~at.isin(named.index if part is named else table.index)
        if not lost.any() or part.empty:
            continue
        feet = shapely.points(found.origins.loc[lost, ["x_m", "y_m"]].to_numpy(dtype=float))
        (foot, near), _ = shapely.STRtree(part.geometry.to_numpy()).query_nearest(
            feet, max_distance=None if np.isinf(within_m) else within_m, return_distance=True, all_matches=False
        )
        at.loc[at.index[lost.to_numpy()][foot]] = part.index.to_numpy()[near]
    return at


def candidates(study: StudyArea, ways_in: pd.DataFrame) -> gpd.GeoDataFrame:
    """Points of fences at which a gate could be made: every 25 m along the boundary, near a public street.

    Of public spaces that count, away from the entrances they have ("more"); of grounds of 400 m² or more of the
    same kinds that the public may not enter now, or may but cannot ("first"). Where a public space lies open along
    its edge no gate is needed there.

    Parameters
    ----------
    study : StudyArea
    ways_in : DataFrame
        Of `doors`.

    Returns
    -------
    GeoDataFrame
        `source_id`, `name`, `change` ("more", "first"), `area_m2`, Points; sorted, RangeIndex.
    """
    table = study.open_space
    grounds = table[table["kind"].isin(KINDS) & (table["area_m2"] >= LEAST_M2)]
    streets = study.streets
    ground_level = ~(streets["bridge"] | streets["tunnel"] | (streets["layer"] != 0))
    public = streets[(streets["walk"] == "public") & ground_level]
    dense = shapely.segmentize(grounds.geometry.boundary.to_numpy(), GATE_STEP_M)
    coordinates, row = shapely.get_coordinates(dense, return_index=True)
    points = shapely.points(np.round(coordinates, 2))
    near = np.zeros(len(points), dtype=bool)
    if len(public) and len(points):
        tree = shapely.STRtree(public.geometry.to_numpy())
        near[tree.query(points, predicate="dwithin", distance=GATE_STREET_M)[0]] = True
    near &= ~_beside_own(points, grounds.index.to_numpy()[row], ways_in)
    known = set(ways_in["source_id"])
    ids = grounds.index.to_numpy()[row[near]]
    out = pd.DataFrame(
        {
            "source_id": pd.array(ids, dtype="string"),
            "name": grounds["name"].astype("string").reindex(ids).to_numpy(),
            "change": ["more" if one in known else "first" for one in ids],
            "area_m2": grounds["area_m2"].reindex(ids).to_numpy(dtype=float),
            "x": shapely.get_x(points[near]),
            "y": shapely.get_y(points[near]),
        }
    ).drop_duplicates(["source_id", "x", "y"])
    out = out.sort_values(["source_id", "x", "y"], ignore_index=True)
    geometry = gpd.points_from_xy(out.pop("x"), out.pop("y"))
    return gpd.GeoDataFrame(
        out.astype({"name": "string", "change": "string"}), geometry=geometry, crs=study.open_space.crs
    )


def _beside_own(points: NDArray[np.object_], owner: NDArray[np.object_], ways_in: pd.DataFrame) -> NDArray[np.bool_]:
    """Return which points stand beside an entrance of their own space."""
    out = np.zeros(len(points), dtype=bool)
    if len(ways_in) and len(points):
        tree = shapely.STRtree(ways_in["point"].to_numpy())
        point, door = tree.query(points, predicate="dwithin", distance=GATE_APART_M)
        out[point[owner[point] == ways_in["source_id"].to_numpy(dtype=object)[door]]] = True
    return out


def gates(study: StudyArea, attach: Placer, found: Reach) -> gpd.GeoDataFrame:
    """Measure what one more gate would change: people who would then have open space within the walk.

    gain = Σ people of buildings without any mapped one in reach now that walk to the new gate within the cutoff. This equals
    evaluating again with the entrance added: the nearest of all entrances is then the smaller of the two walks.

    Parameters
    ----------
    study : StudyArea
    attach : Placer
    found : Reach

    Returns
    -------
    GeoDataFrame
        Schema OPEN_SPACE_GATES: candidates with any gain, the best first, `best` the best of each space; RangeIndex.
    """
    where = candidates(study, found.doors)
    attached = attach(where.geometry)
    lost = found.without[found.without].index
    origins = found.origins.loc[found.origins.index.isin(lost)]
    keys = [f"{row:06d}" for row in range(len(where))]
    walks = access.nearest(
        attach.network, origins, attached.assign(kind=keys), cutoff_dm=found.cutoff_dm, by="kind", categories=keys
    )
    reached = walks.notna().reindex(lost)
    out = where.assign(
        **{
            group: reached.mul(found.people[group].reindex(lost), axis=0).sum().to_numpy(dtype=float)
            if len(where)
            else pd.Series(dtype=float)
            for group in GROUPS
        }
    )
    out["people"] = out["residents"] + out["workers"]
    order = out["people"].round(6).sort_values(ascending=False, kind="stable").index
    out = out.loc[order]
    out = out[out["people"] > 0].reset_index(drop=True)
    out["best"] = ~out["source_id"].duplicated()
    return out[["source_id", "name", "change", "area_m2", *GROUPS, "people", "best", "geometry"]]


def tables(
    segments: Segments,
    study: StudyArea,
    network: Network,
    buildings: gpd.GeoDataFrame,
    *,
    placer: Placer | None = None,
    ways_in: pd.DataFrame | None = None,
    mapped: Mapped | None = None,
) -> dict[str, pd.DataFrame]:
    """Return everything about open space as tables; `ways_in` and `mapped` as for `reach`.

    Returns
    -------
    dict
        `coverage`, `buildings`, `left_out` (by segment), `streets`, `gates`, as declared in `corridor.schemas`.
    """
    attach = placer or Placer(network, study.config.walker.snap_m)
    found = reach(study, attach, buildings, ways_in=ways_in, mapped=mapped)
    homes = supply(study, attach, buildings, found)
    by_segment = left_out(found, homes, segments)
    return {
        "coverage": coverage(found),
        "buildings": homes,
        "left_out": by_segment,
        "streets": left_out_by_street(by_segment),
        "gates": gates(study, attach, found),
    }
