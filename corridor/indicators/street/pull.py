"""What draws walkers to a street: flow between people and places, people, firms and carriers at hand, walks to institutes."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridor import access
from corridor.indicators import place
from corridor.indicators.street import _reach
from corridor.network import Network, Placer
from corridor.streets import Segments
from corridor.streets.mapped import Mapped
from corridor.study import StudyArea

RADII_M = (800, 1200)
METRO = "mobility.metro"
INSTITUTES = ("institute", "university")
# Carriers and institutes farther apart than a walk of half an hour are not walked between.
CHAIN_MIN = 30
BESIDE_M = 60.0
# Every kind of goal draws as much as any other, however many of it there are.
_DRAW = 1_000_000.0
Hand = tuple[pd.DataFrame, pd.DataFrame]


def table(
    segments: Segments,
    study: StudyArea,
    network: Network,
    buildings: gpd.GeoDataFrame,
    opportunities: gpd.GeoDataFrame,
    *,
    placer: Placer | None = None,
    points: pd.DataFrame | None = None,
    at: Hand | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the indicators of pull and what each rests on.

    Parameters
    ----------
    segments : Segments
    study, network : StudyArea, Network
    buildings : GeoDataFrame
        With `residents` and `workers`.
    opportunities : GeoDataFrame
        Classified places as the evaluation attaches them: `category`, `source_id`, `edge`, `offset_dm`, `connector_dm`.
    placer : Placer, optional
        Of the evaluation; a scenario's keeps everybody's place.
    points : DataFrame, optional
        The doors of `buildings`, attached, where they are at hand.
    at : (values, basis), optional
        One of those of `at_hand`, where it is known.

    Returns
    -------
    values : DataFrame
        Float64 on `segment_id`: `flow_800`, `flow_1200`, `people_5min`, `firms_5min`, `carriers_5min`, `chain_share`.
    basis : DataFrame
        The same shape. Whatever counts people is an "estimate".
    """
    attach = _reach.placer_of(study, network, placer)
    doors = _doors(study, buildings, attach) if points is None else points
    near, basis = at_hand(segments, study, network, buildings, placer=attach, points=doors)[0] if at is None else at
    index = segments.segments.index
    people = _people(doors, buildings)
    goals = attractions(people, _attached(study.carriers, attach), opportunities)
    found: dict[str, tuple[pd.Series, str | pd.Series]] = {}
    around = _around(people, segments, network, max(RADII_M))
    for radius, walked in zip(RADII_M, flow(segments, network, around, goals, RADII_M), strict=True):
        # Where no building is mapped within a walk, no flow says nothing.
        found[f"flow_{radius}"] = walked.mask(near["people_5min"].isna() & walked.eq(0)), "estimate"
    flows, flows_basis = _reach.side_by_side(index, found)
    return pd.concat([flows, near], axis=1), pd.concat([flows_basis, basis], axis=1)


def at_hand(
    segments: Segments,
    study: StudyArea,
    network: Network,
    buildings: gpd.GeoDataFrame,
    *,
    placer: Placer | None = None,
    points: pd.DataFrame | None = None,
    speeds: Sequence[float] | None = None,
    mapped: Mapped | None = None,
) -> list[Hand]:
    """Return those of the indicators that minutes of walking decide, (values, basis) for each walking speed.

    - `people_5min`: residents and workers within 5 minutes' walk of a segment, both estimated from floor area. NA where
      not even a building without people is in reach: in a city that is a gap in the map. Source: the people of the
      evaluation (`people:` of study.yaml, grade C).
    - `firms_5min`, `carriers_5min`: their number within 5 minutes; NA in a study without any.
    - `chain_share`: as `chain_share` measures it, within half an hour.

    Parameters
    ----------
    speeds : sequence of float, optional
        Metres a minute; by default the middle one of the study.
    mapped : Mapped, optional
        What the baseline of a scenario has: a scenario that takes the last firm away leaves none.
    """
    index, attach = segments.segments.index, _reach.placer_of(study, network, placer)
    points = _doors(study, buildings, attach) if points is None else points
    origins = _reach.doors(segments, attach)
    cutoffs, farthest = _reach.cutoffs_dm(study, speeds), _reach.cutoffs_dm(study, speeds, CHAIN_MIN)
    counted: _reach.Things = {
        "buildings": (points, None),
        "people_5min": (_people(points, buildings), "people"),
        "firms_5min": (_attached(firm_places(study), attach), None),
        "carriers_5min": (_attached(study.carriers, attach), None),
    }
    near = _reach.within(network, origins, counted, cutoffs, index)
    shares = chain_share(segments, network, *_chain_ends(study, attach), farthest)
    told = dict.fromkeys(("firms_5min", "carriers_5min", "chain_share"), _reach.told(study))
    had, unknown = (mapped or Mapped()).shapes, _reach.missing(index)
    out = []
    for cutoff, share in zip(cutoffs, shares, strict=True):
        nobody = 0 * near["buildings", cutoff]
        found = {}
        for code, kind in (("firms_5min", "firms"), ("carriers_5min", "carriers")):
            one = near[code, cutoff] if len(counted[code][0]) else nobody
            # The first that a scenario brings is told where it is in reach, and says nothing of elsewhere.
            before = had.get(kind, ()) if mapped else counted[code][0]
            found[code] = one if len(before) else one.where(one > 0) if len(counted[code][0]) else unknown
        people = near["people_5min", cutoff].where(near["buildings", cutoff] > 0)
        found = {"people_5min": people, **found, "chain_share": share}
        out.append(_reach.side_by_side(index, {code: (v, told.get(code, "estimate")) for code, v in found.items()}))
    return out


def _doors(study: StudyArea, buildings: gpd.GeoDataFrame, attach: Placer) -> pd.DataFrame:
    return attach(place.doors(buildings, study.entrances))


def _people(points: pd.DataFrame, buildings: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the doors behind which people live or work, with their number."""
    people = points.assign(people=buildings[["residents", "workers"]].sum(axis=1).to_numpy(dtype=float))
    return people[people["people"] > 0]


def _around(people: pd.DataFrame, segments: Segments, network: Network, radius_m: int) -> pd.DataFrame:
    """Leave out the people who are too far away to pass any of the segments on a walk of the radius."""
    # A metre of a class of street may be felt as less; the other carriageway lies beside the line.
    cost, length = (network.edges[name].to_numpy(dtype=float) for name in ("cost_dm", "length_dm"))
    least = float(np.min(cost[length > 0] / length[length > 0], initial=1.0))
    if segments.segments.empty or least <= 0:
        return people
    people = people[people["edge"].notna()]
    feet = shapely.points(people[["x_m", "y_m"]].to_numpy(dtype=float))
    tree = shapely.STRtree(segments.segments.geometry.to_numpy())
    near, _ = tree.query_nearest(feet, max_distance=radius_m / least + BESIDE_M, all_matches=False)
    return people.iloc[near]


def attractions(people: pd.DataFrame, carriers: pd.DataFrame, opportunities: pd.DataFrame) -> pd.DataFrame:
    """Return what people walk to, attached, each with its draw.

    Four kinds draw alike in all: homes and workplaces (each by its people), carriers, rail stations, and everyday
    amenities (every classified place that is no carrier and no station). A kind without any place draws nobody.

    Returns
    -------
    DataFrame
        As `attach` returns it, with `source_id` and `draw` (the draws of one kind sum up to 1,000,000).
    """
    records = set(carriers.index)
    other = opportunities[~opportunities["source_id"].isin(records)]
    metro = other["category"] == METRO
    kinds = (
        (people, people["people"]),
        (carriers, None),
        (other[metro].set_index("source_id", drop=False), None),
        (other[~metro].drop_duplicates(["source_id", "edge", "offset_dm"]).set_index("source_id", drop=False), None),
    )
    parts = []
    for number, (rows, weight) in enumerate(kinds):
        rows = rows[rows["edge"].notna()]
        if rows.empty:
            continue
        label = pd.Index([f"{number}|{one}" for one in rows.index])
        each = np.ones(len(rows)) if weight is None else weight.reindex(rows.index).to_numpy(dtype=float)
        # A place with several doors draws once: only its first row's weight is looked at.
        once = ~label.duplicated()
        draw = _DRAW * each / each[once].sum()
        parts.append(
            rows[["edge", "offset_dm", "connector_dm"]].set_axis(label).assign(source_id=label, draw=np.round(draw, 3))
        )
    if not parts:
        return pd.DataFrame({"edge": [], "offset_dm": [], "connector_dm": [], "source_id": [], "draw": []})
    return pd.concat(parts)


def flow(
    segments: Segments, network: Network, people: pd.DataFrame, goals: pd.DataFrame, radii_m: Sequence[int]
) -> list[pd.Series]:
    """Estimate how many people walk along a segment if everybody makes one walk within a radius, for each radius.

    Formula: everybody who lives or works somewhere makes one walk to a goal within the radius, drawn in proportion
    to the goals' draw; the walks are laid onto the shortest ways (access.betweenness, trips "shared"; Freeman 1977,
    Brandes 2001); then Σ flow × length of the segment's edges / its length. Unit: persons passing an average point.
    A relative figure, not a count of walkers. NA where nobody or nothing is known in the study.
    """
    if people.empty or goals.empty:
        return [_reach.missing(segments.segments.index) for _ in radii_m]
    found = access.betweenness_within(
        network,
        people,
        goals,
        radii_dm=[radius * 10 for radius in radii_m],
        origin_weight="people",
        opportunity_weight="draw",
        trips="shared",
    )
    return [_reach.mean_flow(found[radius * 10], segments, network).round(3) for radius in radii_m]


def chain_share(
    segments: Segments, network: Network, carriers: pd.DataFrame, institutes: pd.DataFrame, cutoffs_dm: Sequence[int]
) -> list[pd.Series]:
    """Measure the share of the shortest walks between carriers and institutes that use a segment, once for each cutoff.

    Formula: betweenness of all pairs within the cutoff ÷ their number, averaged over the segment's length (a walk
    along half of it counts half; of equally short walks each counts its part). NA in a study without any such pair.
    """
    unknown = _reach.missing(segments.segments.index)
    if carriers.empty or institutes.empty:
        return [unknown for _ in cutoffs_dm]
    pairs = access.cumulative(
        network, carriers, institutes.assign(kind="all"), cutoffs_dm=sorted(set(cutoffs_dm)), by="kind", categories=["all"]
    ).sum()  # fmt: skip
    out = []
    for cutoff in cutoffs_dm:
        number = float(pairs[("all", cutoff)])
        if number == 0:
            out.append(unknown)
            continue
        flows = access.betweenness(network, carriers, institutes, radius_dm=cutoff)
        out.append((_reach.mean_flow(flows, segments, network) / number).round(6))
    return out


def firm_places(study: StudyArea) -> gpd.GeoDataFrame:
    """Return the firms with their place; one without a coordinate stands at its carrier."""
    firms = study.firms
    lost = firms.geometry.isna()
    if not lost.any() or not len(study.carriers):
        return firms
    out = firms.copy()
    at = study.carriers.geometry.reindex(firms.loc[lost, "carrier_id"].astype(object))
    out.loc[lost, "geometry"] = at.to_numpy()
    return out


def _chain_ends(study: StudyArea, attach: Placer) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return (carriers that are no institutes, institutes of both tables), attached."""
    is_institute = study.carriers["kind"].isin(INSTITUTES)
    institutes = pd.concat([study.carriers[is_institute][["geometry"]], study.institutes[["geometry"]]])
    both = gpd.GeoDataFrame(institutes, geometry="geometry", crs=study.crs)
    return (
        _attached(study.carriers[~is_institute], attach),
        _attached(both[~both.index.duplicated()], attach),
    )


def _attached(table: gpd.GeoDataFrame, attach: Placer) -> pd.DataFrame:
    """Attach the rows of a table that have a place; those off the network are left out."""
    points = table.geometry[table.geometry.notna()]
    if points.empty:
        return pd.DataFrame({"edge": pd.array([], "Int64"), "offset_dm": pd.array([], "Int32"), "connector_dm": pd.array([], "Int32")})  # fmt: skip
    attached = attach(points)
    return attached[attached["edge"].notna()]
