"""What a result was made from: inputs with checksums, settings, versions. No clock, no machine, no folder."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib import metadata
from pathlib import PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Any

import corridor

if TYPE_CHECKING:
    from corridor.evaluation import Evaluation

_PACKAGES = (
    "geopandas",
    "shapely",
    "pyproj",
    "numpy",
    "pandas",
    "pyogrio",
    "pyarrow",
    "osmium",
    "osmnx",
    "networkx",
    "numba",
)


_SAID = {"config_sha256", "corridor_version", "crs"}


def versions() -> dict[str, str]:
    """Return the versions of this toolkit, of Python and of what computes."""
    found = {"corridor": corridor.__version__, "python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:  # an optional part that is not installed took no part either
            continue
    return found


def without_folders(value: Any) -> Any:
    """Return nested data with absolute paths cut to their last name: they tell of the machine, not of the data."""
    if isinstance(value, Mapping):
        return {str(k): without_folders(v) for k, v in sorted(value.items(), key=lambda item: str(item[0]))}
    if isinstance(value, (list, tuple)):
        return [without_folders(v) for v in value]
    if isinstance(value, str) and (PurePosixPath(value).is_absolute() or PureWindowsPath(value).is_absolute()):
        return PureWindowsPath(value).name
    return value


def provenance(evaluation: Evaluation) -> dict[str, Any]:
    """Return the provenance of an evaluation as plain data."""
    study = evaluation.study
    epsg = study.crs.to_epsg()
    return {
        "study": {"zh": study.config.name.zh, "en": study.config.name.en},
        "schematic": study.config.schematic is not None,
        "crs": f"EPSG:{epsg}" if epsg else study.crs.to_wkt(),
        "config_sha256": study.config.hash,
        "fingerprint": study.fingerprint,
        # What stands beside it already is not said twice.
        "inputs": {
            key: value for key, value in without_folders(study.provenance).items() if key not in _SAID and value
        },
        "versions": versions(),
        "licence": "© OpenStreetMap contributors, ODbL 1.0",
    }
