"""The results of a batch, read from its folder."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from corridor.batch import store
from corridor.batch._answers import CHECK, digest
from corridor.batch._book import BOOK, SCENE, WORDS, problem
from corridor.batch.scene import Scene
from corridor.errors import BatchError, Problem, Text
from corridor.scenarios import Reader, Result

# Of a result's rows, the one that holds the indicators.
INDICATORS = 1


@dataclass(frozen=True)
class Entry:
    """One scenario of the list.

    Attributes
    ----------
    id : str
    names : tuple of Text
        Several where the files give the same edits twice.
    cost : float or None
        In 10,000 yuan.
    edits : tuple of str
        The edits as JSON, in order.
    problems : tuple of Problem
        Why there is no result; empty where there is one.
    """

    id: str
    names: tuple[Text, ...]
    cost: float | None
    edits: tuple[str, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether there is no result."""
        return bool(self.problems)


@dataclass(frozen=True)
class Verified:
    """Scenarios that were computed both ways.

    Attributes
    ----------
    scenarios, cells : int
        How many, and how many values were compared.
    nodes_settled, nodes_full : int
        Nodes that the searches settled, by updating and by computing everything anew.
    different : tuple of str
        What is not equal: scenario and cell, with both values. Empty, or the engine is at fault.
    """

    scenarios: int
    cells: int
    nodes_settled: int
    nodes_full: int
    different: tuple[str, ...] = ()


@dataclass(frozen=True)
class Batch:
    """The results of a batch, read from its folder as they are asked for.

    Attributes
    ----------
    folder : Path
    scenarios : tuple of Entry
        In the order of the scenario files.
    scene : Scene
        The study as it is.
    words : DataFrame
        The indicators of the study as it is, on `code`.
    verified : Verified or None
    """

    folder: Path
    scenarios: tuple[Entry, ...]
    scene: Scene
    words: pd.DataFrame
    verified: Verified | None = None
    # Keeps the temporary folder of a batch without one for as long as somebody holds the batch.
    holds: Any = None

    def results(self, only: Container[str] | None = None) -> Iterator[Result]:
        """Yield the result of every scenario that has one, in order; with `only`, of those ids."""
        reader = Reader(self.words)
        with store.reading(self.folder) as kept:
            for entry in self.scenarios:
                if not entry.failed and (only is None or entry.id in only):
                    yield reader.result(kept.get(entry.id))

    def result(self, id_: str) -> Result:
        """Return the result of one scenario; `BatchError` where there is none."""
        with store.reading(self.folder) as kept:
            rows = kept.get(id_)
        if rows is None:
            raise BatchError.of(id_, "没有此情景的结果。", "there is no result of this scenario.")
        return Result.from_rows(rows, self.words)

    def without_value(self) -> list[tuple[Entry, list[str]]]:
        """Return the scenarios in which indicators have no value that have one today, with the codes of these."""
        before = set(self.words.index[self.words["value"].notna()])
        with store.reading(self.folder) as kept:
            lost = {
                key: [code for code, value in zip(part["code"], part["value"], strict=True) if value is None]
                for key, part in kept.parts(INDICATORS)
            }
        found = [(entry, [code for code in lost.get(entry.id, ()) if code in before]) for entry in self.scenarios]
        return [(entry, codes) for entry, codes in found if codes]

    def _repr_html_(self) -> str:
        done = sum(not entry.failed for entry in self.scenarios)
        return f"<p>{done:,} / {len(self.scenarios):,} 个情景 scenarios → corridor.show(batch)</p>"


def read_batch(folder: str | Path) -> Batch:
    """Return the batch a folder holds, as far as it is done."""
    place = Path(folder)
    with store.reading(place) as kept:
        return batch_of(place, kept, None, None)


def batch_of(folder: Path, kept: store.Store, holds: Any, only: set[str] | None) -> Batch:
    done, failures = kept.done(), kept.failures()
    entries = []
    for row in kept.note(BOOK):
        problems = tuple(problem(*parts) for parts in row["problems"]) or failures.get(row["id"], ())
        if (only is None or row["id"] in only) and (problems or row["id"] in done):
            names = tuple(Text(zh, en) for zh, en in row["names"])
            entries.append(Entry(row["id"], names, row["cost"], tuple(row["edits"]), problems))
    verified = _verified(kept, entries)
    words = words_of(kept.note(WORDS))
    return Batch(folder, tuple(entries), Scene(**kept.note(SCENE)), words, verified, holds)


def words_of(note: Any) -> pd.DataFrame:
    """Return the baseline's indicators from the store's note of them."""
    return pd.DataFrame(note).set_index("code").astype({"value": "Float64"})


def noted(indicators: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the baseline's indicators as JSON can hold them."""
    rows = indicators.reset_index().astype(object)
    noted: list[dict[str, Any]] = rows.where(rows.notna(), None).to_dict("records")
    return noted


def _verified(kept: store.Store, entries: Sequence[Entry]) -> Verified | None:
    """Add up the checks; a stored result must be the one that was checked."""
    count = cells = settled = full = 0
    different: list[str] = []
    for entry in entries:
        check = kept.get(f"{CHECK}{entry.id}")
        if check is None or entry.failed:
            continue
        count, cells = count + 1, cells + check["cells"]
        settled, full = settled + check["nodes_settled"], full + check["nodes_full"]
        different += [f"{entry.id} {cell}" for cell in check["shown"]]
        if check["different"] > len(check["shown"]):
            different.append(f"{entry.id} … +{check['different'] - len(check['shown']):,}")
        if check["digest"] != digest(kept.get(entry.id)):
            different.append(f"{entry.id} store")
    return Verified(count, cells, settled, full, tuple(different)) if count else None
