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
import re
import unicodedata
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, PrivateAttr, field_validator, model_validator

from corridor.config._defaults import data_file, defaults, read_data
from corridor.config._faults import Model, SettingError, did_you_mean, problems_of, validate
from corridor.config._innovation import TRANSFER_IN_ONE, DecayRule, Linkage, ServiceChain, Trail
from corridor.config._streets import MappedKind, MeasureRule, Scale
from corridor.config._streets import Streets as StreetRanking
from corridor.config._survey import Survey, SurveyItem
from corridor.config._targets import Target, Targets
from corridor.config._types import Flag, Minutes, Number, Positive, Share, Weight, Word, Wording, date_text
from corridor.config._works import Work, work_faults
from corridor.config._yaml import Document, Place, parsed_data, read_yaml
from corridor.errors import ConfigError, Problem, Text

__all__ = [
    "KINDS",
    "USES",
    "Band",
    "Corridor",
    "DecayRule",
    "Document",
    "Flag",
    "LayerFile",
    "Linkage",
    "MappedKind",
    "MeasureRule",
    "Model",
    "Moment",
    "Number",
    "People",
    "Positive",
    "RecordFile",
    "Scale",
    "ServiceChain",
    "SettingError",
    "SpeedBand",
    "StreetRanking",
    "StudyConfig",
    "Survey",
    "SurveyItem",
    "Target",
    "Targets",
    "Trail",
    "Use",
    "Walker",
    "Weight",
    "Word",
    "Wording",
    "Work",
    "data_file",
    "defaults",
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


def _file_alone(value: Any) -> Any:
    """Accept `x.csv` for `{file: x.csv}`."""
    return {"file": value} if isinstance(value, str) else value


# Names a datum goes by, without case, spaces, hyphens and full-width forms; a record's own column has more of them.
_DATUMS = {
    "wgs84": ("wgs84", "wgs1984", "gps", "epsg:4326"),
    "gcj02": ("gcj02", "gcj", "火星", "火星坐标", "火星坐标系", "高德", "高德坐标", "腾讯", "腾讯坐标", "国测局"),
    "bd09": ("bd09", "bd09ll", "百度", "百度坐标", "百度坐标系"),
    "cgcs2000": ("cgcs2000", "国家2000", "国家大地2000", "2000国家大地坐标系", "epsg:4490"),
}
_DATUM_OF = {alias: datum for datum, aliases in _DATUMS.items() for alias in aliases}


def _datum(value: Any) -> Any:
    """Accept a datum by any of its usual names: GCJ-02, 火星坐标, WGS 84, 百度."""
    if not isinstance(value, str):
        return value
    plain = re.sub(r"[\s_-]", "", unicodedata.normalize("NFKC", value)).casefold()
    return _DATUM_OF.get(plain, value)


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
    datum: Annotated[Literal["wgs84", "gcj02", "bd09", "cgcs2000"], BeforeValidator(_datum)] | None = None
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


Highway = Literal[
    "motorway", "trunk", "primary", "secondary", "tertiary", "motorway_link", "trunk_link", "primary_link",
    "secondary_link", "tertiary_link", "unclassified", "residential", "living_street", "service", "busway", "road",
    "pedestrian", "footway", "path", "steps", "corridor", "cycleway", "track", "bridleway", "elevator", "platform",
]  # fmt: skip
Factor = Annotated[Number, Field(ge=0.1, le=100)]
Wait = Annotated[Number, Field(ge=0, le=600)]


def _word_for_none(word: str, due: Text) -> Callable[[Any], Any]:
    """Return a reader that takes `word` for None and refuses other text and nothing at all."""

    def read(value: Any) -> Any:
        if value == word:
            return None
        if value is None or isinstance(value, (str, bool)):
            raise SettingError(f"应为{due.zh}，或 {word}。", f"must be {due.en}, or {word}.")
        return value

    return read


StepsFactor = Annotated[
    Annotated[Number, Field(ge=1, le=100)] | None,
    BeforeValidator(_word_for_none("forbidden", Text("1–100 的数", "a number from 1 to 100"))),
]
LongestWalk = Annotated[
    Annotated[Number, Field(ge=1, le=240)] | None,
    BeforeValidator(_word_for_none("none", Text("1–240 的分钟数", "a number of minutes from 1 to 240"))),
]


class Walker(Model):
    """Who walks: speed band, what steps, crossings and classes of street cost, which gates are passed.

    What is not given comes from the profile in `corridor/data/walkers.yaml`, where each value is explained; of
    `speed_m_min` and `class_factors` single entries may be given. `snap_m` is how far off the network a place may
    lie. `steps_factor` None: steps are forbidden; `longest_walk_min` None: no limit.
    """

    profile: Word
    speed_m_min: SpeedBand
    steps_factor: StepsFactor
    signals_wait_s: Wait
    crossing_wait_s: Wait
    class_factors: dict[Highway, Factor]
    longest_walk_min: LongestWalk
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
        known = {key: entry for key, entry in profiles[profile].items() if key not in ("zh", "en")}
        given = {
            key: {**known[key], **entry} if isinstance(entry, dict) and isinstance(known.get(key), dict) else entry
            for key, entry in value.items()
        }
        return {"profile": profile, **known, **given}

    @property
    def name(self) -> Text:
        """What the profile is called."""
        words = defaults("walkers.yaml")[self.profile]
        return Text(words["zh"], words["en"])

    @property
    def longest_dm(self) -> int | None:
        """The longest walk that counts, in whole decimetres at the middle speed; None without a limit."""
        if self.longest_walk_min is None:
            return None
        return int(Fraction(str(self.longest_walk_min)) * Fraction(str(self.speed_m_min.middle)) * 10)

    def network(self) -> dict[str, Any]:
        """Return the keywords of `corridor.network.build_network`; seconds of waiting become decimetres.

        A wait is as many decimetres as are walked in it at the middle speed (halves up). At another speed of the band
        it is thus a little shorter or longer: what the band is for.
        """

        def decimetres(seconds: float) -> int:
            exact = Fraction(str(seconds)) * Fraction(str(self.speed_m_min.middle)) / 6
            return int(exact + Fraction(1, 2))

        return {
            "gates_policy": self.gates,
            "steps_factor": self.steps_factor,
            "class_factors": dict(self.class_factors),
            "signals_wait_dm": decimetres(self.signals_wait_s),
            "crossing_wait_dm": decimetres(self.crossing_wait_s),
            "speed_m_min": self.speed_m_min.middle,
        }


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
    def _overdefaults(cls, value: Any) -> Any:
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


def _moment(value: Any) -> Any:
    """Accept "2026-05-13 12:00"."""
    if isinstance(value, str):
        try:
            return datetime.datetime.strptime(value.strip(), "%Y-%m-%d %H:%M")
        except ValueError:
            pass
    if isinstance(value, datetime.datetime) and value.tzinfo is None:
        return value
    raise SettingError(
        '应为日期加时刻，如 "2026-05-13 12:00"。', 'must be a date and a time such as "2026-05-13 12:00".'
    )


class Moment(Model):
    """A moment at which opening hours are asked, in local time."""

    name: Wording
    at: Annotated[datetime.datetime, BeforeValidator(_moment)]


def _default_moments() -> dict[str, Any]:
    return defaults("moments.yaml")


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
    linkage: Linkage = Linkage()
    service_chains: tuple[ServiceChain, ...] = (ServiceChain(name=TRANSFER_IN_ONE),)
    trails: tuple[Trail, ...] = ()
    moments: Annotated[dict[Word, Moment], Field(max_length=6)] = Field(
        default_factory=_default_moments, validate_default=True
    )
    map: Map = Map()
    matching: Matching = Matching()
    survey: Survey = Field(default_factory=dict, validate_default=True)
    streets: StreetRanking = Field(default_factory=dict, validate_default=True)
    targets: Annotated[Targets, BeforeValidator(_file_alone)] | None = None
    _file: Path = PrivateAttr(default=Path("study.yaml"))
    _marks: Document | None = PrivateAttr(default=None)
    _corridor_chosen: str | None = PrivateAttr(default=None)

    @property
    def file(self) -> Path:
        """The file these settings were read from."""
        return self._file

    @property
    def folder(self) -> Path:
        """The folder against which relative names resolve."""
        return self._file.parent

    @property
    def content(self) -> str:
        """The settings with all defaults filled in, as JSON; the same wherever the folder lies."""
        return json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False, allow_nan=False)

    @property
    def hash(self) -> str:
        """sha256 of `content`."""
        return hashlib.sha256(self.content.encode()).hexdigest()

    def where(self, *place: str | int) -> str:
        """Return "file:line:column" of a key path, for faults that only the data bring to light."""
        if self._corridor_chosen is not None and place[:1] == ("corridor",):
            return self._corridor_chosen
        return f"{self._file.name}: {'.'.join(map(str, place))}" if self._marks is None else self._marks.where(place)

    def with_corridor(self, names: tuple[str, ...], where: str) -> Self:
        """Return the settings with another corridor, chosen at `where` (an option of the command line)."""
        side_m = self.corridor.side_m if self.corridor else Corridor(names=names).side_m
        out = self.model_copy(update={"corridor": Corridor(names=names, side_m=side_m)})
        out._corridor_chosen = where
        return out

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
    config._marks = document
    missing = [
        Problem(
            document.where(place),
            Text(f"找不到“{name}”。", f"{name!r} does not exist."),
            Text(f"查找位置：{config.resolve(name)}", f"Looked for {config.resolve(name)}"),
        )
        for place, name in config.files().items()
        if not config.resolve(name).exists()
    ]
    faults = [*missing, *work_faults(config.survey, document)]
    if faults:
        raise ConfigError(faults)
    return config
