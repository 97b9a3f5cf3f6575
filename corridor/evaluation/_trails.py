"""The trails of an evaluation: which places their stops are, and the walks through them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from corridor.config import did_you_mean
from corridor.errors import Notice, Problem, StudyError, Text
from corridor.indicators import coverage, linkage, trails
from corridor.network import Network, Placer
from corridor.study import StudyArea

if TYPE_CHECKING:
    from corridor.config import Trail

# Walks between records are searched this far (20 km); what lies beyond is not walked to.
FARTHEST_DM = 200_000
# Where the stops of a trail are looked for, in this order.
STOP_TABLES = ("carriers", "institutes", "platforms", "stations", "events", "amenities")


@dataclass(frozen=True)
class Walker:
    """What all walks between records share: the network, who attaches to it where, the speed, how far is near."""

    network: Network
    place: Placer
    speed: float
    near_dm: int

    @classmethod
    def of(cls, study: StudyArea, place: Placer) -> Walker:
        """Take the walker of a study; near is twice 15 minutes at the fastest speed, as in the life circle."""
        settings = study.config.walker
        near = 2 * coverage.MINUTES[-1] * settings.speed_m_min.high * coverage.DM_PER_M
        return cls(place.network, place, settings.speed_m_min.middle, int(near))

    def attached(self, points: gpd.GeoSeries) -> pd.DataFrame:
        """Attach points to the main network; what only an island could take stays unattached."""
        table = self.place(points)
        return table.assign(edge=table["edge"].mask(table["island"].fillna(False).astype(bool)))


def stops(study: StudyArea, before: StudyArea | None = None) -> list[gpd.GeoDataFrame]:
    """Find the places that the study's trails name, by id or by name, in the records or in OSM.

    Parameters
    ----------
    study : StudyArea
    before : StudyArea, optional
        The study without a scenario's edits, whose trails are sound. What a stop means is asked there: an edit makes
        no name mean another place, and a place it removes leaves the trail without that stop.

    Returns
    -------
    list of GeoDataFrame
        One a trail, in the order given: `stop_id`, `table`, `name`, `synthetic`, Point. Of a stop that `before` had
        and `study` has not the Point is missing.

    Raises
    ------
    StudyError
        With every stop that is not found, has no coordinate, or whose name several places bear.
    """
    known = _stop_table(study if before is None else before)
    problems: list[Problem] = []
    out = []
    for number, wanted in enumerate(study.config.trails):
        rows = []
        for place, stop in enumerate(wanted.stops):
            where = f"{study.config.file.name}: trails[{number}].stops[{place}]"
            found = known[known["stop_id"] == stop]
            found = found if len(found) else known[known["name"] == stop]
            if len(found) == 1 and found.geometry.notna().all():
                rows.append(found)
            else:
                problems.append(_not_one(where, stop, found, known))
        out.append(pd.concat(rows, ignore_index=True) if rows else known.iloc[:0])
    if problems:
        raise StudyError(problems)
    return out if before is None else [_where_now(places, study) for places in out]


def _where_now(places: gpd.GeoDataFrame, study: StudyArea) -> gpd.GeoDataFrame:
    """Return stops at the places they have in the edited study; without a place where they are no more."""
    now = {(row.table, row.stop_id): row for row in _stop_table(study).itertuples()}
    rows = [now.get(key) for key in zip(places["table"], places["stop_id"], strict=True)]
    out: gpd.GeoDataFrame = places.assign(
        name=pd.array(
            [old if row is None else row.name for old, row in zip(places["name"], rows, strict=True)], dtype="string"
        ),
        geometry=gpd.GeoSeries([None if row is None else row.geometry for row in rows], crs=study.crs),
    )
    return out


def _stop_table(study: StudyArea) -> gpd.GeoDataFrame:
    parts = []
    for name in STOP_TABLES:
        table = getattr(study, name)
        synthetic = table["synthetic"] if "synthetic" in table else pd.Series(False, index=table.index)
        parts.append(
            pd.DataFrame(
                {
                    "stop_id": table.index.astype("string"),
                    "table": name,
                    "name": table["name"].astype("string").to_numpy(),
                    "synthetic": synthetic.fillna(False).astype(bool).to_numpy(),
                    "geometry": table.geometry.to_numpy(),
                }
            )
        )
    return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), geometry="geometry", crs=study.crs)


def _not_one(where: str, stop: str, found: gpd.GeoDataFrame, known: gpd.GeoDataFrame) -> Problem:
    if len(found) > 1:
        ids = [f"{row.stop_id} ({row.table})" for row in found.head(5).itertuples()]
        return Problem(
            where,
            Text(f"有{len(found)}处叫“{stop}”。", f"{len(found)} places are called {stop!r}."),
            Text(f"请写编号：{'、'.join(ids)}。", f"Give the id: {', '.join(ids)}."),
        )
    if len(found) == 1:
        return Problem(
            where,
            Text(f"“{stop}”没有坐标。", f"{stop!r} has no coordinate."),
            Text("请在台账中补上坐标。", "Add its coordinate to the records."),
        )
    words = known.loc[known["table"] != "amenities", "name"].dropna().tolist()
    near = did_you_mean(stop, words) if words else Text("", "")
    return Problem(where, Text(f"找不到“{stop}”。", f"{stop!r} is in no table."), near)


def walked(
    study: StudyArea, walker: Walker, before: StudyArea | None = None
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, list[Notice]]:
    """Walk every trail of a study; `before` as in `stops`.

    A trail that lost a stop is another trail: it has no length, and what is left of it is listed in the order given.

    Returns
    -------
    trails : GeoDataFrame
        On `trail` (from 1): names, `round`, `order`, `n_stops`, `walk_s`, `length_m`, `synthetic`, LineString.
    trail_stops : GeoDataFrame
        `trail`, `rank`, `stop_id`, `table`, `name`, `walk_s` and `length_m` from the stop before, Point; a round trail
        ends with its first stop again.
    notices : list of Notice
        Trails that cannot be walked through.
    """
    rows: list[dict[str, object]] = []
    lines: list[object] = []
    parts: list[gpd.GeoDataFrame] = []
    notices: list[Notice] = []
    for number, (wanted, places) in enumerate(zip(study.config.trails, stops(study, before), strict=True), start=1):
        lost = places.geometry.isna()
        if lost.any():
            notices.append(_lost(study, wanted.name, places[lost]))
            rows.append(_row(number, wanted, "given", places[~lost], pd.NA, pd.NA))
            lines.append(None)
            parts.append(_part(number, places[~lost], list(range(int((~lost).sum()))), None))
            continue
        at = walker.attached(places.geometry)
        cost = linkage.matrix(walker.network, at, at, cutoff_dm=FARTHEST_DM)
        way = trails.trail(walker.network, at, cost, back=wanted.round, order=wanted.order, cutoff_dm=FARTHEST_DM)
        total = way.legs[["walk_dm", "length_dm"]].sum(skipna=False)
        rows.append(_row(number, wanted, way.method, places, total["walk_dm"], total["length_dm"]))
        lines.append(way.line)
        part = _part(number, places, [*way.order, way.order[0]] if wanted.round else way.order, way.legs)
        parts.append(part)
        if not way.complete:
            notices.append(_broken(study, wanted.name, part))
    return _trail_table(rows, lines, study), _stop_table_of(parts, study), notices


def _row(
    number: int, wanted: Trail, order: str, places: gpd.GeoDataFrame, walk_dm: Any, length_dm: Any
) -> dict[str, object]:
    return {
        "trail": number, "name_zh": wanted.name.zh, "name_en": wanted.name.en, "round": wanted.round, "order": order,
        "n_stops": len(places), "walk_dm": walk_dm, "length_dm": length_dm,
        "synthetic": bool(places["synthetic"].any()),
    }  # fmt: skip


def _part(number: int, places: gpd.GeoDataFrame, order: list[int], legs: pd.DataFrame | None) -> gpd.GeoDataFrame:
    """Return the stops of a trail in walking order with the legs that lead to them; without legs all are missing."""
    part = places.iloc[order][["stop_id", "table", "name", "synthetic", "geometry"]].reset_index(drop=True)
    part.insert(0, "trail", number)
    part.insert(1, "rank", range(1, len(part) + 1))
    for column in ("walk_dm", "length_dm"):
        walks = [pd.NA] * len(part) if legs is None else [pd.NA, *legs[column]]
        part[column] = pd.array(walks, dtype="Int64")
    return part


def _trail_table(rows: list[dict[str, object]], lines: list[object], study: StudyArea) -> gpd.GeoDataFrame:
    types = {
        "trail": "int64", "name_zh": "string", "name_en": "string", "round": "bool", "order": "string",
        "n_stops": "int64", "walk_dm": "Int64", "length_dm": "Int64", "synthetic": "bool",
    }  # fmt: skip
    table = pd.DataFrame(rows, columns=list(types)).astype(types)
    speed = study.config.walker.speed_m_min.middle
    table["walk_s"] = coverage.walk_s(table["walk_dm"], speed)
    table["length_m"] = coverage.walk_m(table["length_dm"])
    table = table.drop(columns=["walk_dm", "length_dm"]).set_index("trail")
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(lines, index=table.index, crs=study.crs))


def _stop_table_of(parts: list[gpd.GeoDataFrame], study: StudyArea) -> gpd.GeoDataFrame:
    types = {
        "trail": "int64", "rank": "int64", "stop_id": "string", "table": "string", "name": "string",
        "synthetic": "bool", "walk_dm": "Int64", "length_dm": "Int64",
    }  # fmt: skip
    columns = [*types, "geometry"]
    table = pd.concat([pd.DataFrame(part) for part in parts], ignore_index=True) if parts else None
    table = (pd.DataFrame(columns=columns) if table is None else table).astype(types)
    speed = study.config.walker.speed_m_min.middle
    table["walk_s"] = coverage.walk_s(table["walk_dm"], speed)
    table["length_m"] = coverage.walk_m(table["length_dm"])
    table = table.drop(columns=["walk_dm", "length_dm"])
    return gpd.GeoDataFrame(table, geometry="geometry", crs=study.crs)


def _broken(study: StudyArea, name: Text, part: pd.DataFrame) -> Notice:
    lost = part.loc[part["walk_dm"].isna() & (part["rank"] > 1), "name"]
    what = Text(
        f"线路“{name.zh}”有{len(lost)}段步行不可达，未画线。",
        f"trail “{name.en}” has {len(lost)} legs that cannot be walked; it is not drawn.",
    )
    action = Text("核对这些站的位置。", "Check where these stops are.")
    return Notice("trail-broken", "W", what, action, file=study.config.file.name, value="; ".join(lost.fillna("")))


def _lost(study: StudyArea, name: Text, lost: gpd.GeoDataFrame) -> Notice:
    ids = "; ".join(lost["stop_id"])
    what = Text(
        f"线路“{name.zh}”少了{len(lost)}个站点，不再计算长度，未画线。",
        f"trail “{name.en}” has lost {len(lost)} of its stops; it has no length and is not drawn.",
    )
    action = Text("改trails，或保留这些站点。", "Change the trails, or keep these stops.")
    return Notice("trail-lost-stop", "W", what, action, file=study.config.file.name, value=ids)
