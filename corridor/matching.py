"""Records and footprints: which building a record probably is, how sure that is, and why.

Three kinds of evidence, each between 0 and 1 or unknown: distance, address (street and number), name. A record takes a
building only above a threshold and with no rival near it; everything else is for the planner to decide.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridor.carriers import fold, label
from corridor.errors import Notice, Text

__all__ = ["address_of", "match", "matched", "off_map"]

# What each kind of evidence proves by itself when it is perfect; together: 1 − Π (1 − weight × part).
WEIGHTS = {"distance": 0.7, "address": 0.8, "name": 0.6}
# A part that is known and contradicts: the addresses differ, the names have nothing in common.
AGAINST = {"address": 0.5, "name": 0.8}
# A coordinate this sure tells neighbouring houses apart; a less sure one proves less, in proportion.
SURE_M = 30.0
# Places farther apart than a house and its yard are no match, however alike their names.
FARTHEST_M = 400.0
_ALIKE = 0.6
# Tables whose records bear the names of buildings. A firm or a station in a building has a name of its own, which
# speaks for the building where it is alike, and not against it where it is not; of an event the venue is compared.
_NAMED_AS_BUILDINGS = frozenset({"carriers", "institutes"})
_STREET = re.compile(
    r"(?P<street>[\u3400-\u9fff\U00020000-\U0003ffff]{1,12}?(?:大道|公路|路|街|道|巷|弄堂))\s*(?P<number>\d+)\s*(?:号|弄|$|[-–~])?"
)
_PLACE = re.compile(r"^.*?(?:省|市|自治区)?.{0,6}?(?:区|县)(?=.)|^上海市?|^中国")
COLUMNS = (
    "table", "record_id", "name", "address", "building_id", "building", "rank", "distance_m", "distance_score",
    "address_score", "name_score", "confidence", "verdict", "why_zh", "why_en",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Candidate:
    row: int
    distance_m: float
    distance: float | None
    address: float | None
    name: float | None

    @property
    def confidence(self) -> float:
        parts = {"distance": self.distance, "address": self.address, "name": self.name}
        doubt, against = 1.0, 1.0
        for kind, part in parts.items():
            if part is None:
                continue
            doubt *= 1 - WEIGHTS[kind] * part
            if part == 0 and kind in AGAINST:
                against *= AGAINST[kind]
        return round((1 - doubt) * against, 4)


def address_of(text: Any) -> tuple[str, str] | None:
    """Return street and number of an address as districts write it; None where it names none.

    Examples
    --------
    >>> address_of("长宁区定西路１２９５号1号楼")
    ('定西路', '1295')
    """
    if not isinstance(text, str):
        return None
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    found = _STREET.search(_PLACE.sub("", plain))
    return (found["street"], str(int(found["number"]))) if found else None


def match(
    records: Mapping[str, gpd.GeoDataFrame],
    buildings: gpd.GeoDataFrame,
    *,
    threshold: float = 0.7,
    clear: float = 0.1,
) -> pd.DataFrame:
    """Compare records with building footprints.

    Parameters
    ----------
    records : mapping of table name to GeoDataFrame
        Points in one metric CRS, index record id; `name`, `address`, `uncertainty_m` are used where present. A record
        whose `carrier_id` is in the table "carriers" stands where its carrier does and is not compared itself.
    buildings : GeoDataFrame
        Polygons in the same CRS; `name`, `street`, `housenumber`.
    threshold : float
        Confidence (0–1) from which a building is taken.
    clear : float
        How much less sure the next building must be; else the planner decides.

    Returns
    -------
    DataFrame
        `MATCHES` of `corridor.schemas`: the best building of each record (rank 1), and the next one where the planner
        has to choose. Verdicts: "matched", "check" (below the threshold), "rival" (two alike), "none" (no building
        near), "off_map" (no coordinate), "carrier" (in a carrier: the building of that one, if it is matched).

    Notes
    -----
    The distance part is 1 inside a footprint, falls in a line to 0 at the uncertainty of the coordinate (at least
    30 m), and counts 30 m / uncertainty where that is larger. Confidence is ``1 − Π (1 − weight × part)`` over the
    known parts, halved where the addresses contradict, × 0.8 where the names of carriers and institutes do. A firm or a
    station in a building has a name of its own: alike it speaks for the building, else it says nothing.
    """
    shapes = buildings.geometry.to_numpy()
    tree = shapely.STRtree(shapes)
    known = _Buildings(buildings)
    rows: list[dict[str, Any]] = []
    carriers: dict[str, dict[str, Any]] = {}
    # Carriers first, whatever order they are given in: the others ask for theirs.
    for table in sorted(records, key=lambda name: name != "carriers"):
        frame = records[table]
        for record_id, record in zip(frame.index, _plain(frame), strict=True):
            key = str(record_id)
            home = carriers.get(record["carrier_id"]) if table != "carriers" else None
            if home is not None:
                rows.append(_in_carrier(table, key, record, home))
                continue
            found = _candidates(record, shapes, tree, known, named=table in _NAMED_AS_BUILDINGS)
            verdicts = _verdict(table, key, record, found, known, threshold, clear)
            if table == "carriers":
                carriers[key] = verdicts[0]
            rows += verdicts
    numbers = {name: "float64" for name in COLUMNS if name.endswith(("_m", "_score")) or name == "confidence"}
    words = {name: "string" for name in COLUMNS if name not in numbers and name != "rank"}
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({**numbers, **words, "rank": "Int64"})


def matched(frame: gpd.GeoDataFrame, table: str, matches: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return records with `building_id`: the footprint they were matched to, missing where there is none."""
    mine = matches[(matches["table"] == table) & (matches["rank"] == 1)]
    sure = mine[mine["verdict"].isin(["matched", "carrier"])]
    ids = sure.set_index("record_id")["building_id"]
    out: gpd.GeoDataFrame = frame.assign(building_id=ids.reindex(frame.index.astype("string")).to_numpy())
    return out.astype({"building_id": "string"})


def off_map(
    records: Mapping[str, gpd.GeoDataFrame], lost_rows: Mapping[str, Mapping[str, int]] | None = None
) -> pd.DataFrame:
    """Return the records without a usable coordinate, and which row of the file each is, where that is known.

    `table`, `record_id`, `name`, `address`, `row`, `synthetic`.
    """
    known = lost_rows or {}
    rows = []
    for table, frame in records.items():
        lost = frame[frame.geometry.isna() | frame.geometry.is_empty]
        for record_id, record in zip(lost.index, _plain(lost), strict=True):
            row = known.get(table, {}).get(str(record_id))
            rows.append({"table": table, "record_id": str(record_id), **record, "row": row})
    names = ["table", "record_id", "name", "address"]
    out = pd.DataFrame(rows, columns=[*names, "row", "synthetic"])
    return out.astype({**dict.fromkeys(names, "string"), "row": "Int64", "synthetic": bool})


def notices(matches: pd.DataFrame, lost: pd.DataFrame) -> list[Notice]:
    """Say which records the planner has to look at, and which are not on the map."""
    first = matches[matches["rank"].fillna(1) == 1]
    open_ = first[first["verdict"].isin(["check", "rival"])]
    out = []
    if len(open_):
        counts = open_.groupby("table", sort=False).size()
        by_table = [(label(str(table)), count) for table, count in counts.items()]
        zh = "、".join(f"{name.zh}{count}" for name, count in by_table)
        en = ", ".join(f"{count} {name.en}" for name, count in by_table)
        what = Text(
            f"{len(open_)}条记录与建筑轮廓的对应不够确定，未合并（{zh}）。",
            f"{len(open_)} records are not surely one with a building footprint; not merged ({en}).",
        )
        action = Text("在tables.xlsx的matches表中核对。", "Check them in the sheet matches of tables.xlsx.")
        out.append(Notice("match-open", "W", what, action, value=_some(open_["record_id"])))
    if len(lost):
        names = _some(lost["name"].fillna(lost["record_id"]))
        what = Text(
            f"{len(lost)}条记录没有可用坐标，留在表中，未上图：{names}。",
            f"{len(lost)} records have no usable coordinate; they stay in the tables, not on the map: {names}.",
        )
        action = Text("补上坐标。", "Give their coordinates.")
        out.append(Notice("off-map", "W", what, action, value=_some(lost["record_id"])))
    return out


def unknown_carriers(records: Mapping[str, gpd.GeoDataFrame]) -> list[Notice]:
    """Say which records name a carrier that is not in the table of carriers; nothing where there is no such table."""
    known = set(records["carriers"].index.astype(str))
    out = []
    for table, frame in records.items():
        if not known or "carrier_id" not in frame or table == "carriers":
            continue
        named = frame["carrier_id"].dropna().astype(str)
        lost = named[~named.isin(known)]
        if lost.empty:
            continue
        names = label(table)
        what = Text(
            f"{names.zh}中{len(lost)}条记录所写的载体编号不在载体表中。",
            f"{len(lost)} {names.en} name a carrier that is not in the table of carriers.",
        )
        action = Text("核对载体编号。", "Check the ids of the carriers.")
        ids = _some(pd.Series(sorted(set(lost))))
        out.append(Notice("unknown-carrier", "W", what, action, column="carrier_id", value=ids))
    return out


def _some(items: pd.Series, most: int = 12) -> str:
    return "; ".join(items.head(most)) + ("; …" if len(items) > most else "")


def _plain(frame: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    names = ("name", "address", "uncertainty_m", "synthetic", "carrier_id", "venue")
    columns = {name: frame[name].tolist() if name in frame else [None] * len(frame) for name in names}
    return [
        {
            "name": None if pd.isna(name) else str(name),
            "address": None if pd.isna(address) else str(address),
            "uncertainty_m": None if pd.isna(uncertain) else float(uncertain),
            "synthetic": bool(synthetic) if not pd.isna(synthetic) else False,
            "carrier_id": None if pd.isna(carrier) else str(carrier),
            "venue": None if pd.isna(venue) else str(venue),
            "point": point,
        }
        for name, address, uncertain, synthetic, carrier, venue, point in zip(
            *columns.values(), frame.geometry, strict=True
        )
    ]


class _Buildings:
    """Names and addresses of the buildings, folded once."""

    def __init__(self, table: gpd.GeoDataFrame) -> None:
        self.ids = table.index.astype(str).tolist()
        self.shown = _texts(table, "name")
        self.names = [fold(name) if name else "" for name in self.shown]
        streets, numbers = _texts(table, "street"), _texts(table, "housenumber")
        self.addresses = [(s, _numbers(n)) if s and n else None for s, n in zip(streets, numbers, strict=True)]
        # Those of which more than the place is known.
        self.told = np.array([bool(name or address) for name, address in zip(self.names, self.addresses, strict=True)])


def _texts(table: gpd.GeoDataFrame, name: str) -> list[str]:
    if name not in table:
        return [""] * len(table)
    return [str(value) for value in table[name].fillna("").to_numpy(dtype=object)]


def _numbers(text: str) -> frozenset[str]:
    """Return the house numbers a tag names: 12, 12号, 10-14, 10;12."""
    plain = unicodedata.normalize("NFKC", text)
    ends = re.fullmatch(r"\s*(\d+)\D{0,2}[-–~](\d+)\D*", plain)
    if ends and 0 < int(ends[2]) - int(ends[1]) <= 100:
        return frozenset(str(number) for number in range(int(ends[1]), int(ends[2]) + 1))
    # 1295号1号楼 is number 1295, its first building.
    return frozenset(str(int(found[0])) for part in re.split(r"[;,、]", plain) if (found := re.search(r"\d+", part)))


def _candidates(
    record: dict[str, Any], shapes: Any, tree: shapely.STRtree, known: _Buildings, *, named: bool
) -> list[_Candidate]:
    point = record["point"]
    if point is None or point.is_empty or not len(shapes):
        return []
    uncertain = record["uncertainty_m"] or 0.0
    reach = max(SURE_M, min(uncertain, FARTHEST_M))
    near = np.sort(tree.query(point, predicate="dwithin", distance=FARTHEST_M))
    away = shapely.distance(shapes[near], point)
    worth = (away <= reach) | known.told[near]
    near, away = near[worth], away[worth]
    street, name = address_of(record["address"]), fold(record["venue"] or record["name"] or "")
    out = []
    for row, metres in zip(near.tolist(), away.tolist(), strict=True):
        address = _address_part(street, known.addresses[row])
        alike = _name_part(name, known.names[row])
        if not named and not alike:
            alike = None
        # A building beyond the reach of the coordinate is worth a look only for its name or its address.
        if metres > reach and not address and not alike:
            continue
        distance = max(0.0, 1 - metres / reach) * min(1.0, SURE_M / max(uncertain, SURE_M))
        out.append(_Candidate(row, round(metres, 1), round(distance, 4), address, alike))
    return sorted(out, key=lambda c: (-c.confidence, c.distance_m, known.ids[c.row]))


def _address_part(one: tuple[str, str] | None, other: tuple[str, frozenset[str]] | None) -> float | None:
    if one is None or other is None:
        return None
    return 1.0 if fold(one[0]) == fold(other[0]) and one[1] in other[1] else 0.0


def _name_part(one: str, other: str) -> float | None:
    if not one or not other:
        return None
    if one == other:
        return 1.0
    if min(len(one), len(other)) >= 3 and (one in other or other in one):
        return 0.8
    ratio = difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()
    return round(ratio, 3) if ratio >= _ALIKE else 0.0


def _verdict(
    table: str,
    record_id: str,
    record: dict[str, Any],
    found: list[_Candidate],
    known: _Buildings,
    threshold: float,
    clear: float,
) -> list[dict[str, Any]]:
    facts = {"table": table, "record_id": record_id, "name": record["name"], "address": record["address"]}
    if not found:
        lost = record["point"] is None or record["point"].is_empty
        verdict = "off_map" if lost else "none"
        why = Text("没有坐标", "no coordinate") if lost else Text("附近没有建筑轮廓", "no footprint near")
        return [{**facts, "verdict": verdict, "why_zh": why.zh, "why_en": why.en}]
    best, rest = found[0], found[1:]
    if best.confidence < threshold:
        verdict = "check"
    elif rest and best.confidence - rest[0].confidence < clear:
        verdict = "rival"
    else:
        verdict = "matched"
    shown = [best] if verdict == "matched" else found[:2]
    return [
        {**facts, **_told(candidate, rank, verdict, known), "verdict": verdict if rank == 1 else "next"}
        for rank, candidate in enumerate(shown, 1)
    ]


def _in_carrier(table: str, record_id: str, record: dict[str, Any], home: dict[str, Any]) -> dict[str, Any]:
    """Return the row of a record that sits in a carrier: the carrier's building, where that is matched."""
    sure = home["verdict"] == "matched"
    taken = {name: home[name] for name in ("building_id", "building", "rank", "confidence")} if sure else {}
    zh, en = ("", "") if sure else ("，该载体未与建筑对应", ", which is not matched")
    return {
        "table": table, "record_id": record_id, "name": record["name"], "address": record["address"], **taken,
        "verdict": "carrier", "why_zh": f"在载体{home['record_id']}内{zh}",
        "why_en": f"in carrier {home['record_id']}{en}",
    }  # fmt: skip


def _told(candidate: _Candidate, rank: int, verdict: str, known: _Buildings) -> dict[str, Any]:
    metres = f"{candidate.distance_m:.0f}"
    zh = ["在轮廓内" if candidate.distance_m == 0 else f"相距{'不足1' if metres == '0' else metres} m"]
    en = ["inside the footprint" if candidate.distance_m == 0 else f"{'under 1' if metres == '0' else metres} m away"]
    if candidate.address is None and candidate.name is None:
        zh.append("无可比的地址与名称")
        en.append("no address or name to compare")
    for part, name_zh, name_en in ((candidate.address, "地址", "address"), (candidate.name, "名称", "name")):
        if part is not None:
            zh.append(f"{name_zh}{'一致' if part == 1 else '不符' if part == 0 else '相近'}")
            en.append(f"{name_en} {'agrees' if part == 1 else 'differs' if part == 0 else 'is alike'}")
    if rank == 1 and verdict == "rival":
        zh.append("另一栋几乎同样可能")
        en.append("another building is almost as likely")
    return {
        "building_id": known.ids[candidate.row],
        "building": known.shown[candidate.row] or None,
        "rank": rank,
        "distance_m": candidate.distance_m,
        "distance_score": candidate.distance,
        "address_score": candidate.address,
        "name_score": candidate.name,
        "confidence": candidate.confidence,
        "why_zh": "；".join(zh),
        "why_en": "; ".join(en),
    }
