"""Rebuild the bundled study from its facts file: python scripts/build_dingxi.py [FOLDER].

Reads geodata/dingxi/facts.yaml and writes boundary.geojson, dingxi.osm.pbf and the tables of records (carriers.csv to
renewals.csv, survey.csv with its picture) into FOLDER (by default geodata/dingxi). Same facts, same bytes. 重建内置示意样本。
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from dingxi import plan
from dingxi.crossings import elevated, footbridge, river_bridges, signals, under_viaduct
from dingxi.english import name_english
from dingxi.facts import Facts, Plane, read_facts
from dingxi.fill import build
from dingxi.footways import pave
from dingxi.ground import lay_out
from dingxi.hours import keep_hours
from dingxi.osmfile import collect, write
from dingxi.parcels import parcels
from dingxi.places import furnish
from dingxi.records import write_records
from dingxi.roadside import line_streets, relieve, shelter
from dingxi.shapes import smooth
from dingxi.survey import write_survey
from dingxi.tagging import label
from dingxi.town import Town
from shapely import LineString

HOME = Path(__file__).resolve().parent.parent / "geodata" / "dingxi"


def make_town(facts: Facts) -> Town:
    """Build the town from the facts, one stage after the other."""
    town, blocks, grounds = lay_out(facts)
    town.parcels = parcels(town, blocks, grounds, facts)
    build(town)
    label(town, facts)
    furnish(town, facts)
    footbridge(town, facts["elevated"]["above"])
    under_viaduct(town, facts)
    signals(town)
    elevated(town, facts)
    river_bridges(town, LineString(smooth(plan.RIVER, step=60, corner=120)))
    pave(town)
    keep_hours(town)
    shelter(town)
    relieve(town)
    line_streets(town)
    name_english(town, facts)
    return town


def write_boundary(town: Town, plane: Plane, path: Path) -> None:
    """Write the reporting area as GeoJSON in WGS84, counter-clockwise, six decimals."""
    ring = [[round(v, 6) for v in plane.lonlat((x, y))] for x, y in town.reporting.normalize().exterior.coords][::-1]
    properties = {
        "name": "统计范围：上海硅巷与定西路两侧300米",
        "name:en": "Reporting area",
        "source": "© OpenStreetMap contributors, ODbL 1.0",
    }
    feature = {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    text = json.dumps({"type": "FeatureCollection", "features": [feature]}, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def main(folder: Path) -> None:
    """Build the town and write all files."""
    facts = read_facts(HOME / "facts.yaml")
    plane = Plane(*facts["origin"])
    town = make_town(facts)
    folder.mkdir(parents=True, exist_ok=True)
    write_boundary(town, plane, folder / "boundary.geojson")
    write(collect(town, plane), folder / "dingxi.osm.pbf")
    write_records(facts, folder)
    write_survey(folder)
    print(f"{len(town.buildings)} buildings, {len(town.places)} places, {len(town.streets)} streets -> {folder}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HOME)
