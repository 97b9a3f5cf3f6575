"""The place that scenarios are compared on: outlines and scores as they are today, as plain values for a store."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely

from corridor.crs import to_wgs84
from corridor.errors import Text
from corridor.indicators.place import english_names

if TYPE_CHECKING:
    import geopandas as gpd

    from corridor.evaluation import Evaluation


@dataclass(frozen=True)
class Scene:
    """What is drawn under every scenario. Shapes are hexadecimal WKB in WGS84.

    Attributes
    ----------
    name, schematic : dict of {"zh", "en"}
        The study's name; what is said of a schematic sample, None where it is none.
    osm_date : str or None
    fingerprint : str
    buildings : dict of lists
        `id`, `score` (0–100, None: no score), `residents`, `workers`, `in_area`, `street`, `shape`.
    streets : dict of lists
        `highway`, `shape`.
    area, corridor, open_space, water : list of str
    english : dict
        English names of streets, as far as the map has them.
    segments : dict of lists
        `id`, `shape` of the segments whose renewal score is an indicator; empty without street indicators.
    """

    name: dict[str, str]
    schematic: dict[str, str] | None
    osm_date: str | None
    fingerprint: str
    buildings: dict[str, list[Any]]
    streets: dict[str, list[Any]]
    area: list[str]
    corridor: list[str]
    open_space: list[str]
    water: list[str]
    english: dict[str, str] = field(default_factory=dict)
    segments: dict[str, list[Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, evaluation: Evaluation, segments: gpd.GeoDataFrame | None = None) -> Scene:
        """Take the scene from an evaluation of the baseline, and from the segments its indicators tell of."""
        study = evaluation.study
        buildings = evaluation.buildings
        walked = study.streets[study.streets["walk"] != "none"]
        water = study.water
        return cls(
            name=_both(study.config.name),
            schematic=None if study.config.schematic is None else _both(study.config.schematic),
            osm_date=evaluation.summary["osm_date"],
            fingerprint=study.fingerprint,
            buildings={
                "id": buildings.index.astype(str).tolist(),
                "score": _plain(buildings["score_total"]),
                "residents": _plain(buildings["residents"]),
                "workers": _plain(buildings["workers"]),
                "in_area": buildings["in_area"].astype(bool).tolist(),
                "street": _plain(buildings["street_name"]),
                "shape": _shapes(buildings.geometry),
            },
            streets={"highway": _plain(walked["highway"]), "shape": _shapes(walked.geometry)},
            area=_shapes(study.streets.geometry.iloc[:0]._constructor([study.area], crs=study.crs)),
            corridor=_shapes(study.corridor.geometry),
            open_space=_shapes(study.open_space.geometry),
            water=_shapes(water.geometry[water["kind"] == "area"]),
            english=english_names(study.streets),
            segments={} if segments is None else {"id": list(segments.index), "shape": _shapes(segments.geometry)},
        )

    def note(self) -> dict[str, Any]:
        """Return the scene as plain values."""
        return asdict(self)


def _both(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _plain(column: pd.Series) -> list[Any]:
    return [None if pd.isna(value) else value.item() if hasattr(value, "item") else value for value in column]


def _shapes(column: Any) -> list[str]:
    return [str(text) for text in shapely.to_wkb(to_wgs84(column, "scene").array, hex=True, byte_order=1)]
