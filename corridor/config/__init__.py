"""Settings of one study: `study.yaml` as frozen models, every fault told at once with file:line.

>>> from corridor.config import read_config
>>> config = read_config("geodata/dingxi")  # doctest: +SKIP
>>> config.walker.speed_m_min.middle  # doctest: +SKIP
80.0
"""

from __future__ import annotations

import datetime
import hashlib
import json
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, PrivateAttr, Strict, field_validator, model_validator

from corridor.config._faults import Model, SettingError, did_you_mean, problems_of, validate
from corridor.config._survey import Survey, SurveyItem
from corridor.config._targets import Target, Targets
from corridor.config._words import Wording, data_file, date_text, defaults, read_data
from corridor.config._yaml import Document, Place, parsed_data, read_yaml
from corridor.errors import ConfigError, Problem, Text

__all__ = [
    "KINDS",
    "USES",
    "Band",
    "Document",
    "Flag",
    "LayerFile",
    "Model",
    "Number",
    "People",
    "Positive",
    "RecordFile",
    "SettingError",
    "StudyConfig",
    "Survey",
    "SurveyItem",
    "Target",
    "Targets",
    "Use",
    "Walker",
    "Word",
    "Wording",
    "data_file",
    "did_you_mean",
    "parsed_data",
    "problems_of",
    "read_config",
    "read_data",
    "read_yaml",
    "validate",
]

Kind = Literal["LIFE", "WORK", "SERVICE", "EXCHANGE"]
KINDS: tuple[Kind, ...] = ("LIFE", "WORK", "SERVICE", "EXCHANGE")
Use = Literal[
    "residential", "office", "commercial", "education", "health", "industrial", "hotel", "civic", "religious", "other",
    "unknown",
]  # fmt: skip
USES: tuple[Use, ...] = Use.__args__  # type: ignore[attr-defined]
Grade = Literal["A", "B", "C", "—"]
BuildingColumn = Literal["name", "use", "levels", "height_m", "residents", "workers", "street", "housenumber"]
StreetColumn = Literal["name", "highway", "layer", "access"]
OpenSpaceColumn = Literal["name", "kind"]

Number = Annotated[float, Strict(), Field(allow_inf_nan=False)]
Positive = Annotated[Number, Field(gt=0)]
Share = Annotated[Number, Field(ge=0, le=1)]
Weight = Annotated[Number, Field(ge=0, le=1000)]
Flag = Annotated[bool, Strict()]
Word = Annotated[str, Field(min_length=1)]


def _file_alone(value: Any) -> Any:
    """Accept `x.csv` for `{file: x.csv}`."""
    return {"file": value} if isinstance(value, str) else value


class Area(Model):
    """The reporting area: a boundary file or a bounding box (west, south, east, north in WGS84 degrees)."""

    file: Word | None = None
    bbox: tuple[Number, Number, Number, Number] | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.file is None) == (self.bbox is None):
            raise SettingError("应写文件名或 bbox，二者取一。", "give a file or a bbox, one of the two.")
        if self.bbox is not None:
            west, south, east, north = self.bbox
            if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
                raise SettingError(
                    "bbox 应为 [西, 南, 东, 北]，WGS84 度。",
                    "bbox must be [west, south, east, north] in WGS84 degrees.",
                )
        return self


class Corridor(Model):
    """The main street: by name in the street data, or as lines in a file; `side_m` is the band on each side."""

    names: tuple[Word, ...] = ()
    file: Word | None = None
    side_m: Annotated[Positive, Field(le=2000)] = 100.0

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.names and self.file is None:
            raise SettingError("应写 names 或 file。", "give names or a file.")
        return self


class Osm(Model):
    """An OSM file or snapshot folder, and the date of its data where the file does not say."""

    file: Word
    date: Annotated[datetime.date, BeforeValidator(date_text)] | None = None


class LayerFile(Model):
    """A planner's own layer; `columns` says which of its columns holds what (our name: theirs)."""

    file: Word
    crs: Word | None = None
    encoding: Word | None = None


class Buildings(LayerFile):
    """The building layer."""

    columns: dict[BuildingColumn, Word] = Field(default_factory=dict)


class Streets(LayerFile):
    """The street layer."""

    columns: dict[StreetColumn, Word] = Field(default_factory=dict)


class OpenSpace(LayerFile):
    """The open-space layer."""

    columns: dict[OpenSpaceColumn, Word] = Field(default_factory=dict)


class Layers(Model):
    """Planners' own layers, which replace those of OSM."""

    buildings: Annotated[Buildings, BeforeValidator(_file_alone)] | None = None
    streets: Annotated[Streets, BeforeValidator(_file_alone)] | None = None
    open_space: Annotated[OpenSpace, BeforeValidator(_file_alone)] | None = None


class RecordFile(Model):
    """A district's record table; the datum is what its coordinates are declared to be in.

    `keep` names private columns (contacts, telephone numbers) to be read and written; all others are dropped.
    """

    file: Word
    datum: Literal["wgs84", "gcj02", "bd09", "cgcs2000"] | None = None
    sheet: Word | None = None
    encoding: Word | None = None
    keep: tuple[Word, ...] = ()


Record = Annotated[RecordFile, BeforeValidator(_file_alone)] | None


class Records(Model):
    """District records by table."""

    carriers: Record = None
    institutes: Record = None
    platforms: Record = None
    stations: Record = None
    firms: Record = None
    projects: Record = None
    events: Record = None
    renewals: Record = None
    survey: Record = None


class Band(Model):
    """A middle value with the low and high between which the truth is expected; one number gives a band of itself."""

    low: Positive
    middle: Positive
    high: Positive

    @model_validator(mode="before")
    @classmethod
    def _one_number(cls, value: Any) -> Any:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return {"low": value, "middle": value, "high": value}
        return value

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if not self.low <= self.middle <= self.high:
            raise SettingError("应满足 low ≤ middle ≤ high。", "must rise: low <= middle <= high.")
        return self


Speed = Annotated[Number, Field(ge=10, le=200)]


class SpeedBand(Band):
    """Walking speeds in metres a minute."""

    low: Speed
    middle: Speed
    high: Speed


class Walker(Model):
    """Who walks: speed band, cost of steps, which gates are passed, how far off the network a place may lie.

    What is not given comes from the profile in `corridor/data/walkers.yaml`.
    """

    profile: Word
    speed_m_min: SpeedBand
    steps_factor: Annotated[Number, Field(ge=1, le=100)]
    gates: Literal["residents", "public", "open"] = "residents"
    snap_m: Annotated[Positive, Field(le=1000)] = 150.0

    @model_validator(mode="before")
    @classmethod
    def _from_profile(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        profiles = defaults("walkers.yaml")
        profile = value.get("profile", "adult")
        if profile not in profiles:
            hint = did_you_mean(str(profile), profiles)
            raise SettingError(f"profile 没有“{profile}”。{hint.zh}", f"there is no profile {profile!r}. {hint.en}")
        known = {key: profiles[profile][key] for key in ("speed_m_min", "steps_factor")}
        return {"profile": profile, **known, **value}


class Levels(Model):
    """Assumed storeys of buildings up to 150 m² of footprint, up to 1,000 m², and larger."""

    small: Annotated[Positive, Field(le=200)]
    medium: Annotated[Positive, Field(le=200)]
    large: Annotated[Positive, Field(le=200)]

    def of(self, footprint_m2: float) -> float:
        """Return the storeys assumed for a footprint."""
        return self.small if footprint_m2 <= 150 else self.medium if footprint_m2 <= 1000 else self.large


class People(Model):
    """Floor area per person by use, and assumed storeys; defaults from `corridor/data/people.yaml`.

    `residential_m2` counts residents, all others workers. The band is of m² per person: `low` gives the high
    estimate of people.
    """

    grade: Grade
    source: Wording
    residential_m2: Band | None
    office_m2: Band | None
    commercial_m2: Band | None
    education_m2: Band | None
    health_m2: Band | None
    industrial_m2: Band | None
    hotel_m2: Band | None
    civic_m2: Band | None
    religious_m2: Band | None
    other_m2: Band | None
    unknown_m2: Band | None
    unknown_residential_share: Share
    levels: dict[Use, Levels]

    @model_validator(mode="before")
    @classmethod
    def _over_defaults(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        ours = defaults("people.yaml")
        merged = {**ours, **value}
        if isinstance(value.get("levels"), dict):
            merged["levels"] = {**ours["levels"], **value["levels"]}
        return merged

    def m2_per_person(self, use: Use) -> Band | None:
        """Return floor area per resident ("residential") or per worker (any other use); None: nobody."""
        band: Band | None = getattr(self, f"{use}_m2")
        return band


class Score(Model):
    """Weights of the four kinds; whether categories with incomplete OSM data count."""

    kind_weights: dict[Kind, Weight] = Field(default_factory=dict, validate_default=True)
    score_incomplete: Flag = False

    @field_validator("kind_weights", mode="after")
    @classmethod
    def _complete(cls, value: dict[Kind, float]) -> dict[Kind, float]:
        weights = {kind: value.get(kind, 1.0) for kind in KINDS}
        if sum(weights.values()) <= 0:
            raise SettingError("至少一类的权重应大于 0。", "at least one weight must be above 0.")
        return weights


Minutes = Annotated[int, Strict(), Field(ge=1, le=120)]


class Isochrones(Model):
    """Minutes drawn, and whence: from the core carriers or from all."""

    minutes: tuple[Minutes, ...] = (5, 10, 15)
    origins: Literal["core", "carriers"] = "core"

    @field_validator("minutes", mode="after")
    @classmethod
    def _rising(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if not 1 <= len(value) <= 6:
            raise SettingError("应有 1 至 6 个分钟数。", "must hold one to six numbers of minutes.")
        return tuple(sorted(set(value)))


class Map(Model):
    """What a published map must show: the review number (审图号) and the publisher."""

    review_no: Word | None = None
    publisher: Word | None = None


class Matching(Model):
    """When a record is taken for a building footprint: from `threshold` on, and `clear` of the next candidate."""

    threshold: Share = 0.7
    clear: Share = 0.1


class StudyConfig(Model):
    """All choices of one study. `file` and `folder` say where it was read; relative names resolve against `folder`."""

    name: Wording
    schematic: Wording | None = None
    area: Annotated[Area, BeforeValidator(_file_alone)] | None = None
    corridor: Corridor | None = None
    crs: Word = "auto"
    osm: Annotated[Osm, BeforeValidator(_file_alone)]
    layers: Layers = Layers()
    records: Records = Records()
    categories: Word | None = None
    walker: Walker = Field(default_factory=dict, validate_default=True)
    people: People = Field(default_factory=dict, validate_default=True)
    score: Score = Score()
    isochrones: Isochrones = Isochrones()
    map: Map = Map()
    matching: Matching = Matching()
    survey: Survey = Field(default_factory=dict, validate_default=True)
    targets: Annotated[Targets, BeforeValidator(_file_alone)] | None = None
    _file: Path = PrivateAttr(default=Path("study.yaml"))

    @property
    def file(self) -> Path:
        """The file these settings were read from."""
        return self._file

    @property
    def folder(self) -> Path:
        """The folder against which relative names resolve."""
        return self._file.parent

    @property
    def hash(self) -> str:
        """sha256 of the settings with all defaults filled in; the same wherever the folder lies."""
        content = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False, allow_nan=False)
        return hashlib.sha256(content.encode()).hexdigest()

    def resolve(self, name: str) -> Path:
        """Return the path of a file named in the settings."""
        return self.folder / name

    def files(self) -> dict[Place, str]:
        """Return every file or folder the settings name, by key path."""
        named: dict[Place, str | None] = {
            ("area", "file"): self.area.file if self.area else None,
            ("corridor", "file"): self.corridor.file if self.corridor else None,
            ("osm", "file"): self.osm.file,
            ("categories",): self.categories,
            ("targets", "file"): self.targets.file if self.targets else None,
        }
        for group in ("layers", "records"):
            for key in type(getattr(self, group)).model_fields:
                entry = getattr(getattr(self, group), key)
                named[(group, key, "file")] = entry.file if entry else None
        return {place: name for place, name in named.items() if name is not None}


def read_config(path: str | Path) -> StudyConfig:
    """Read the settings of a study.

    Parameters
    ----------
    path : file or folder
        A folder is searched for `study.yaml`.

    Raises
    ------
    ConfigError
        With all faults of the file together: YAML, unknown keys, types, ranges, and files that do not exist.
    """
    file = Path(path)
    if file.is_dir():
        file = file / "study.yaml"
    document = read_yaml(file)
    config = validate(StudyConfig, document)
    config._file = file
    missing = [
        Problem(
            document.where(place),
            Text(f"找不到“{name}”。", f"{name!r} does not exist."),
            Text(f"查找位置：{config.resolve(name)}", f"Looked for {config.resolve(name)}"),
        )
        for place, name in config.files().items()
        if not config.resolve(name).exists()
    ]
    if missing:
        raise ConfigError(missing)
    return config
