"""What the district's files call things: `corridor/data/records.yaml`, read once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from corridor.config import read_data
from corridor.errors import Text

_NOISE = re.compile(r"[\s_\-./:*·'\"“”‘’、,\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")

Place = Literal["expected", "optional", "none"]


@lru_cache(maxsize=65_536)
@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Return what two spellings of one header or code word have in common (NFKC, lower case, no punctuation)."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text).casefold())


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a record table: its type decides how cells are read.

    A row whose cell of a column that `decides` cannot be read is left out: without it the row would say something else.
    """

    name: str
    type: str
    label: Text
    aliases: tuple[str, ...]
    words: str = ""
    default: Any = None
    required: bool = False
    decides: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """One kind of record file.

    `aliases` leads from a folded header to a column's name; `with_unit` from one with a unit behind it, such as
    建筑面积万平方米, to the column, the unit and its factor.
    """

    name: str
    label: Text
    sheets: tuple[str, ...]
    id: str
    keys: tuple[tuple[str, ...], ...]
    place: Place
    columns: Mapping[str, Column]
    aliases: Mapping[str, str]
    with_unit: Mapping[str, tuple[Column, str, float]]

    @property
    def required(self) -> tuple[Column, ...]:
        """Columns without which a file is not this table."""
        return tuple(column for column in self.columns.values() if column.required)


@dataclass(frozen=True, slots=True)
class Units:
    """The units of one kind of quantity: folded name -> factor to the base unit."""

    base: str
    factors: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Grid:
    """Ranges by which coordinates in metres betray their grid."""

    guess: str
    x: tuple[float, float]
    y: tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """Everything in `records.yaml`, words folded."""

    tables: Mapping[str, Table]
    words: Mapping[str, Mapping[str, str]]
    listed: Mapping[str, tuple[str, ...]]
    stage_of_kind: Mapping[str, str]
    yes: frozenset[str]
    no: frozenset[str]
    missing: frozenset[str]
    excel_errors: frozenset[str]
    approximate: tuple[str, ...]
    units: Mapping[str, Units]
    foreign_units: frozenset[str]
    multipliers: Mapping[str, float]
    area_max_m2: float
    neutral_headers: frozenset[str]
    ignored_headers: frozenset[str]
    private_contains: tuple[str, ...]
    private_words: frozenset[str]
    subtotals: tuple[str, ...]
    footnote: re.Pattern[str]
    footnote_marks: tuple[str, ...]
    grids: tuple[Grid, ...]


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """Return the vocabulary; read on first use."""
    raw = read_data("records.yaml").value
    private = raw["private_headers"]
    units = {name: _units(entry) for name, entry in raw["units"].items()}
    return Vocabulary(
        tables={name: _table(name, entry, raw, units) for name, entry in raw["tables"].items()},
        words={name: _words(entry) for name, entry in raw["vocabularies"].items()},
        listed={name: tuple(names[0] for names in entry.values()) for name, entry in raw["vocabularies"].items()},
        stage_of_kind=dict(raw["stage_of_kind"]),
        yes=_folded(raw["yes"]),
        no=_folded(raw["no"]),
        missing=frozenset(_plain(word) for word in raw["missing"]),
        excel_errors=frozenset(raw["excel_errors"]),
        approximate=tuple(raw["approximate"]),
        units=units,
        foreign_units=_folded(raw["foreign_units"]),
        multipliers=dict(raw["multipliers"]),
        area_max_m2=float(raw["area_max_m2"]),
        neutral_headers=_folded(raw["neutral_headers"]),
        ignored_headers=_folded(raw["ignored_headers"]),
        private_contains=tuple(fold(word) for word in private["contains"]),
        private_words=frozenset(private["words"]),
        subtotals=tuple(fold(word) for word in raw["subtotals"]),
        footnote=re.compile(rf"(?:{'|'.join(map(re.escape, raw['footnotes']))})\s*\d*\s*:", re.IGNORECASE),
        footnote_marks=tuple(raw["footnote_marks"]),
        grids=tuple(Grid(grid["guess"], tuple(grid["x"]), tuple(grid["y"])) for grid in raw["grids"]),
    )


def _plain(word: str) -> str:
    return unicodedata.normalize("NFKC", word).casefold().strip()


def _folded(words: Iterable[str]) -> frozenset[str]:
    # Signs such as "√" survive folding; a word that is nothing but punctuation would match every blank.
    return frozenset(folded for word in words if (folded := fold(str(word))))


def _words(entry: Mapping[str, list[str]]) -> dict[str, str]:
    return {fold(name): code for code, names in entry.items() for name in (code, *names)}


def _units(entry: Mapping[str, Any]) -> Units:
    factors = {fold(name): float(factor) for name, factor in entry["factors"].items()}
    # Longest first: of 平方米 and 万平方米 at the end of a header the longer is meant.
    return Units(entry["base"], {name: factors[name] for name in sorted(factors, key=len, reverse=True)})


def _table(name: str, entry: Mapping[str, Any], raw: Mapping[str, Any], units: Mapping[str, Units]) -> Table:
    sources = [entry["columns"], raw["place"] if entry["place"] != "none" else {}, raw["common"]]
    columns = {key: _column(key, value) for source in sources for key, value in source.items()}
    # A table's own words come before the shared ones: 来源 may be a column of its own somewhere.
    aliases: dict[str, str] = {}
    for column in columns.values():
        for alias in (column.name, column.label.zh, column.label.en, *column.aliases):
            aliases.setdefault(fold(alias), column.name)
    return Table(
        name=name,
        label=Text(entry["zh"], entry["en"]),
        sheets=tuple(fold(sheet) for sheet in (name, entry["zh"], *entry["sheets"])),
        id=entry["id"],
        keys=tuple(tuple(key) for key in entry["keys"]),
        place=entry["place"],
        columns=columns,
        aliases=aliases,
        with_unit=_with_unit(columns, aliases, units),
    )


def _with_unit(
    columns: Mapping[str, Column], aliases: Mapping[str, str], units: Mapping[str, Units]
) -> dict[str, tuple[Column, str, float]]:
    found: dict[str, tuple[Column, str, float]] = {}
    for column_type, known in units.items():
        stems = [(stem, columns[name]) for stem, name in aliases.items() if columns[name].type == column_type]
        # The longer unit comes first: a header that two readings fit states the longer.
        for unit, factor in known.factors.items():
            for stem, column in stems if unit else ():
                found.setdefault(stem + unit, (column, unit, factor))
    return found


def _column(name: str, entry: Mapping[str, Any]) -> Column:
    return Column(
        name=name,
        type=entry["type"],
        label=Text(entry["zh"], entry["en"]),
        aliases=tuple(str(alias) for alias in entry["names"]),
        words=entry.get("words", ""),
        default=entry.get("default"),
        required=entry.get("required", False),
        decides=entry.get("decides", False),
    )
