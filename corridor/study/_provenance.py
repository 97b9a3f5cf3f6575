"""What a study was made from: every file by name and checksum."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from corridor.config import StudyConfig


def _dated(provenance: dict[str, Any], config: StudyConfig) -> dict[str, Any]:
    """Take the date of the data from the study where the file names none."""
    if provenance.get("osm_date") or config.osm.date is None:
        return provenance
    return {**provenance, "osm_date": config.osm.date.isoformat()}


def inputs(config: StudyConfig, osm: dict[str, Any]) -> dict[str, Any]:
    """Return every file the settings name, with its checksum and without its folder."""
    facts: dict[str, Any] = {"osm": _dated(osm, config), "records": {}, "layers": {}}
    for place, name in config.files().items():
        path = config.resolve(name)
        group, key = str(place[0]), str(place[1]) if len(place) > 1 else ""
        if group == "osm":
            # The reader has hashed a file; of a snapshot it tells the source, not what lies in the folder now.
            if path.is_dir():
                facts["osm"] = {**facts["osm"], "snapshot": _file_facts(path)["files"]}
        elif group in {"records", "layers"}:
            facts[group][key] = _file_facts(path)
        else:
            facts[group] = _file_facts(path)
    return facts


def _file_facts(path: Path) -> dict[str, Any]:
    """Return name and checksum of a file; of a folder those of its files, of a shapefile also its companions'."""
    if path.is_dir():
        inside = sorted(part for part in path.rglob("*") if part.is_file())
        return {"file": path.name, "files": {part.relative_to(path).as_posix(): _file_facts(part) for part in inside}}
    facts: dict[str, Any] = {"file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    if path.suffix.lower() == ".shp":
        beside = sorted(
            part
            for part in path.parent.iterdir()
            if part.stem == path.stem and part.suffix.lower() in {".dbf", ".prj", ".cpg"} and part.is_file()
        )
        facts |= {part.suffix.lower().lstrip("."): _file_facts(part) for part in beside}
    return facts


def fingerprint_of(provenance: dict[str, Any]) -> str:
    text = json.dumps(provenance, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
