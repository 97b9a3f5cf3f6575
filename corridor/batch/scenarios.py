"""Many scenarios of one study: run, resumed, verified, and merged from shards.

The folder of a batch holds a result store (`corridor.batch.store`) that is complete in itself: the results, the list
of scenarios, and the scene they are drawn on. Outputs are made from the store alone, in the order of the scenario
files, so that they are the same bytes wherever and by however many workers the results were made.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from corridor import __version__
from corridor.batch import store
from corridor.batch._executors import Progress, Workers
from corridor.batch._held import Outcome
from corridor.batch.scene import Scene
from corridor.errors import BatchError, ConfigError, Problem, Text
from corridor.network import build_network
from corridor.scenarios import Baseline, Resolved, Result, Scenario, asked_for, notes, read_scenarios, resolve
from corridor.study import StudyArea

Say = Callable[[Text], None]
_BOOK, _SCENE, _WORDS = "book", "scene", "indicators"
_CHECK = "check "  # keys of checks begin so; those of scenarios are hexadecimal
# What two ways to the same result need not have in common.
_OF_THE_WAY = {"nodes_settled", "nodes_full", "seconds"}
# Columns that name the others' cells.
_KEYS = ("code", "building_id")
_SHOWN = 5
_MISSING = object()


@dataclass(frozen=True)
class Task:
    """One scenario to run, or to run both ways and compare."""

    resolved: Resolved
    kind: Literal["run", "check"] = "run"


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
        with store.reading(self.folder) as kept:
            for entry in self.scenarios:
                if not entry.failed and (only is None or entry.id in only):
                    yield Result.from_rows(kept.get(entry.id), self.words)

    def result(self, id_: str) -> Result:
        """Return the result of one scenario; `BatchError` where there is none."""
        with store.reading(self.folder) as kept:
            rows = kept.get(id_)
        if rows is None:
            raise BatchError.of(id_, "没有此情景的结果。", "there is no result of this scenario.")
        return Result.from_rows(rows, self.words)

    def _repr_html_(self) -> str:
        done = sum(not entry.failed for entry in self.scenarios)
        return f"<p>{done:,} / {len(self.scenarios):,} 个情景 scenarios → corridor.show(batch)</p>"


def run_batch(
    study: StudyArea,
    *scenarios: str | Path | Scenario,
    folder: str | Path | None = None,
    workers: Workers | None = None,
    verify: float = 0.0,
    keep_going: bool = False,
    shard: tuple[int, int] | None = None,
    streets: bool | None = None,
    cache: str | Path | None = None,
    progress: Callable[[Progress], None] | None = None,
    say: Say | None = None,
) -> Batch:
    """Run scenarios of a study; what the folder already holds is not run again.

    Parameters
    ----------
    study : StudyArea
    *scenarios : path or Scenario
        Scenario files, or scenarios made in Python.
    folder : path, optional
        Of the result store; default a temporary one that goes with the batch.
    workers : Workers, optional
        Default: in this process. Results do not depend on it.
    verify : float
        Share of the scenarios (0–1, drawn by their ids) that are also computed anew in full and compared.
    keep_going : bool
        Run what is possible where some scenarios are not; those are marked as failed. Default: say what is wrong
        with all of them and run none.
    shard : tuple of (int, int), optional
        (i, n): run only the i-th of n parts, 1 ≤ i ≤ n.
    streets : bool, optional
        Whether street indicators and the ranking of segments are computed, a second or two a scenario. Default: where
        the study names a corridor and some scenario renews or changes a street or a frontage.
    cache : str or Path, optional
        Folder that keeps networks already built, as for `corridor.network.build_network`.
    progress : callable, optional
        Called with a `Progress` after each task.
    say : callable, optional
        Called with a sentence at the start of each step.

    Returns
    -------
    Batch
        With a shard, of its own scenarios only.

    Raises
    ------
    ConfigError
        Scenarios that are not possible, all together, before anything runs.
    BatchError
        The folder is in use, or was made from something else; workers cannot start.
    """
    _check_asked(verify, shard)
    told = say or (lambda _: None)
    listed = _listed(scenarios)
    told(Text(f"核对 {len(listed):,} 个情景", f"Checking {len(listed):,} scenarios"))
    network = build_network(study.streets, study.gates, **study.config.walker.network(), cache=cache)
    resolved, problems = resolve(study, network, listed)
    if problems and not keep_going:
        raise ConfigError(dict.fromkeys(problem for faults in problems.values() for problem in faults))
    for notice in notes(resolved)[:_SHOWN]:
        told(Text(f"{notice.what.zh}{notice.action.zh}", f"{notice.what.en} {notice.action.en}"))
    mine = [one for one in resolved if shard is None or _part(one.scenario.id, shard[1]) == shard[0]]
    tasks = _tasks(mine, verify)
    along = asked_for(study, listed) if streets is None else streets
    if along:
        told(Text("含街道指标与排序，每个情景多需一两秒；--no-streets 可不算", "Street indicators and ranking included, a second or two a scenario; --no-streets leaves them out"))  # fmt: skip
    made = made_from(study) | {"streets": "yes" if along else "no"}
    with _folder(folder) as (place, holds), store.opened(place, made) as kept:
        kept.write_note(_BOOK, _book(listed, problems))
        left = tasks.keys() - kept.done()
        if left or kept.note(_SCENE) is None:
            told(Text("评估现状", "Evaluating the study as it is"))
            baseline = Baseline.build(study, streets=along, cache=cache)
            kept.write_note(_SCENE, Scene.of(baseline.evaluation).note())
            kept.write_note(_WORDS, _noted(baseline.indicators))
            if len(left) < len(tasks):
                already = len(tasks) - len(left)
                told(
                    Text(
                        f"已有 {already:,} 项，续算 {len(left):,} 项",
                        f"{already:,} are there already, {len(left):,} to go",
                    )
                )
            for _ in store.resume(kept, answer, baseline, tasks, workers=workers, progress=progress):
                pass
        return _batch(place, kept, holds, {one.scenario.id for one in mine} | problems.keys())


def merge(*folders: str | Path, into: str | Path) -> Batch:
    """Put the shards of one batch together.

    Parameters
    ----------
    *folders : path
        Folders of batches of the same study, version and scenario files.
    into : path
        Folder of the whole; made where missing.

    Raises
    ------
    BatchError
        A folder holds no store, the stores were not made from the same, or some scenarios have no result yet.
    """
    sources = [Path(folder) for folder in folders]
    if not sources:
        raise BatchError.of("merge", "没有要合并的文件夹。", "there is no folder to merge.")
    target = Path(into)
    same = _made_from_of(sources)
    with store.opened(target, same) as kept:
        missing: set[str] = set()
        for number, folder in enumerate(sources):
            if folder.resolve() == target.resolve():
                continue
            with store.reading(folder) as part:
                book = part.note(_BOOK)
                if number == 0 or kept.note(_BOOK) is None:
                    kept.write_note(_BOOK, book)
                    kept.write_note(_SCENE, part.note(_SCENE))
                    kept.write_note(_WORDS, part.note(_WORDS))
                elif book != kept.note(_BOOK):
                    raise BatchError.of(
                        str(folder),
                        "与其他分片的情景文件不同。",
                        "was made from other scenario files than the other shards.",
                        "请用同样的情景文件重新运行此分片。",
                        "Run this shard again with the same scenario files.",
                    )
                _take(kept, part, folder)
        done, failures = kept.done(), kept.failures()
        missing = {entry["id"] for entry in kept.note(_BOOK)} - done - failures.keys()
        missing -= {entry["id"] for entry in kept.note(_BOOK) if entry["problems"]}
        if missing:
            raise BatchError.of(
                str(target),
                f"还有 {len(missing):,} 个情景没有结果，已合并的都已留存。",
                f"{len(missing):,} scenarios have no result yet; what was merged is kept.",
                "请把所有分片跑完，再合并一次。",
                "Run all shards to their end, then merge again.",
            )
        return _batch(target, kept, None, None)


def read_batch(folder: str | Path) -> Batch:
    """Return the batch a folder holds, as far as it is done."""
    place = Path(folder)
    with store.reading(place) as kept:
        return _batch(place, kept, None, None)


def answer(baseline: Baseline, task: Task) -> Any:
    """Do one task: the rows of a scenario, or what comes of computing it both ways."""
    result = baseline.run(task.resolved)
    if task.kind == "run":
        return result.rows()
    full = baseline.run_full(task.resolved)
    one, other = (dict(_cells(found.rows())) for found in (result, full))
    different = [
        f"{path}: {one.get(path)!r} != {other.get(path)!r}"
        for path in sorted(one.keys() | other.keys())
        if one.get(path, _MISSING) != other.get(path, _MISSING)
    ]
    return {
        "cells": len(one.keys() | other.keys()),
        "different": len(different),
        "shown": different[:_SHOWN],
        "nodes_settled": int(result.nodes_settled),
        "nodes_full": int(result.nodes_full),
        "digest": _digest(result.rows()),
    }


def made_from(study: StudyArea) -> dict[str, str]:
    """Return what the results of a study depend on, by name: version, settings and every file."""
    facts = {"corridor": __version__, "study": study.fingerprint, "config": study.config.hash}
    for group, value in sorted(study.provenance.items()):
        if isinstance(value, Mapping):
            facts[group] = hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:16]
    return facts


def _check_asked(verify: float, shard: tuple[int, int] | None) -> None:
    problems = []
    if not 0.0 <= verify <= 1.0:
        problems.append(
            Problem("verify", Text(f"核对比例{verify}不在0至1之间。", f"a share of {verify} is not between 0 and 1."))
        )
    if shard is not None and not 1 <= shard[0] <= shard[1]:
        problems.append(
            Problem("shard", Text(f"没有第{shard[0]}/{shard[1]}片。", f"there is no part {shard[0]}/{shard[1]}."))
        )
    if problems:
        raise BatchError(problems)


def _listed(scenarios: Sequence[str | Path | Scenario]) -> tuple[Scenario, ...]:
    """Return the scenarios in order, each content once."""
    if not scenarios:
        raise BatchError.of("scenarios", "没有情景。", "there is no scenario.")
    files = [one for one in scenarios if not isinstance(one, Scenario)]
    found = {one.id: one for one in read_scenarios(*files)} if files else {}
    for one in scenarios:
        if isinstance(one, Scenario):
            found.setdefault(one.id, one)
    return tuple(found.values())


@contextmanager
def _folder(given: str | Path | None) -> Iterator[tuple[Path, Any]]:
    """Return the folder of a batch, and what keeps it where it is a temporary one."""
    if given is not None:
        yield Path(given), None
        return
    holds = tempfile.TemporaryDirectory(prefix="corridor-", ignore_cleanup_errors=True)
    yield Path(holds.name), holds


def _tasks(resolved: Sequence[Resolved], verify: float) -> dict[str, Task]:
    tasks = {one.scenario.id: Task(one) for one in resolved}
    for one in resolved:
        if _drawn(one.scenario.id, verify):
            tasks[f"{_CHECK}{one.scenario.id}"] = Task(one, "check")
    return tasks


def _drawn(id_: str, share: float) -> bool:
    """Whether a scenario is among those to verify; a larger share holds all of a smaller one."""
    draw = int(hashlib.sha256(f"verify {id_}".encode()).hexdigest()[:13], 16)
    return draw < share * 16**13


def _part(id_: str, parts: int) -> int:
    return int(hashlib.sha256(f"shard {id_}".encode()).hexdigest(), 16) % parts + 1


def _book(scenarios: Sequence[Scenario], problems: Mapping[str, Sequence[Problem]]) -> list[dict[str, Any]]:
    return [
        {
            "id": one.id,
            "names": [[name.zh, name.en] for name in one.names],
            "cost": one.cost,
            "edits": [
                json.dumps(
                    edit.model_dump(mode="json", by_alias=True, exclude_none=True), ensure_ascii=False, sort_keys=True
                )
                for edit in one.edits
            ],
            "problems": [_told(problem) for problem in problems.get(one.id, ())],
        }
        for one in scenarios
    ]


def _told(problem: Problem) -> list[str]:
    hint = (problem.hint.zh, problem.hint.en) if problem.hint else ("", "")
    return [problem.where, problem.what.zh, problem.what.en, *hint]


def _problem(where: str, zh: str, en: str, hint_zh: str, hint_en: str) -> Problem:
    return Problem(where, Text(zh, en), Text(hint_zh, hint_en) if hint_en else None)


def _batch(folder: Path, kept: store.Store, holds: Any, only: set[str] | None) -> Batch:
    done, failures = kept.done(), kept.failures()
    entries = []
    for row in kept.note(_BOOK):
        problems = tuple(_problem(*parts) for parts in row["problems"]) or failures.get(row["id"], ())
        if (only is None or row["id"] in only) and (problems or row["id"] in done):
            names = tuple(Text(zh, en) for zh, en in row["names"])
            entries.append(Entry(row["id"], names, row["cost"], tuple(row["edits"]), problems))
    verified = _verified(kept, entries)
    words = pd.DataFrame(kept.note(_WORDS)).set_index("code").astype({"value": "Float64"})
    return Batch(folder, tuple(entries), Scene(**kept.note(_SCENE)), words, verified, holds)


def _noted(indicators: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the baseline's indicators as JSON can hold them."""
    rows = indicators.reset_index().astype(object)
    noted: list[dict[str, Any]] = rows.where(rows.notna(), None).to_dict("records")
    return noted


def _verified(kept: store.Store, entries: Sequence[Entry]) -> Verified | None:
    """Add up the checks; a stored result must be the one that was checked."""
    count = cells = settled = full = 0
    different: list[str] = []
    for entry in entries:
        check = kept.get(f"{_CHECK}{entry.id}")
        if check is None or entry.failed:
            continue
        count, cells = count + 1, cells + check["cells"]
        settled, full = settled + check["nodes_settled"], full + check["nodes_full"]
        different += [f"{entry.id} {cell}" for cell in check["shown"]]
        if check["different"] > len(check["shown"]):
            different.append(f"{entry.id} … +{check['different'] - len(check['shown']):,}")
        if check["digest"] != _digest(kept.get(entry.id)):
            different.append(f"{entry.id} store")
    return Verified(count, cells, settled, full, tuple(different)) if count else None


def _cells(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every single value of nested rows with its path; those of tables by the name of their row."""
    if isinstance(value, Mapping) and (
        named := next((value[k] for k in _KEYS if isinstance(value.get(k), list)), None)
    ):
        for name in value.keys() - _OF_THE_WAY:
            column = value[name] if isinstance(value[name], list) else []
            for key, part in zip(named, column, strict=bool(column)):
                yield f"{path}.{name}[{key}]", part
    elif isinstance(value, Mapping):
        for name in value:
            if name not in _OF_THE_WAY:
                yield from _cells(value[name], f"{path}.{name}")
    elif isinstance(value, list | tuple):
        for number, part in enumerate(value):
            key = part.get("row", part.get("building_id")) if isinstance(part, Mapping) else None
            yield from _cells(part, f"{path}[{key or number}]")
    else:
        yield path, value


def _digest(rows: Any) -> str:
    """Return the hash of a result, whichever way it was made."""
    cells = sorted((path, repr(value)) for path, value in _cells(json.loads(json.dumps(rows))))
    return hashlib.sha256(repr(cells).encode()).hexdigest()


def _made_from_of(folders: Sequence[Path]) -> dict[str, str]:
    """Return what all the stores were made from; raise where they were not made from the same."""
    found = {}
    for folder in folders:
        with store.reading(folder) as part:
            found[folder] = part.made_from()
            if part.note(_BOOK) is None or part.note(_SCENE) is None:
                raise BatchError.of(
                    str(folder),
                    "此分片还没有开始算。",
                    "this shard has not begun.",
                    "请先运行它。",
                    "Run it first.",
                )
    first = found[folders[0]]
    problems = [
        Problem(
            f"{folder}: {name}",
            Text(
                f"与 {folders[0]} 不同：{other.get(name, '（无）')}，{first.get(name, '（无）')}。",
                f"differs from {folders[0]}: {other.get(name, '(none)')}, not {first.get(name, '(none)')}.",
            ),
            Text("只能合并同一研究、同一版本的分片。", "Only shards of one study and version can be merged."),
        )
        for folder, other in found.items()
        for name in sorted(first.keys() | other.keys())
        if first.get(name) != other.get(name)
    ]
    if problems:
        raise BatchError(problems)
    return first


def _take(kept: store.Store, part: store.Store, folder: Path) -> None:
    """Copy the results of a shard; a scenario that is there already must have the same."""
    done = kept.done()
    for key, rows in part.rows():
        if key not in done:
            kept.put(Outcome(key, rows))
        elif kept.get(key) != rows:
            raise BatchError.of(
                f"{folder}: {key}",
                "与另一分片的结果不同。",
                "differs from the result of another shard.",
                "请用 --verify 1 重新运行这一情景。",
                "Run this scenario again with --verify 1.",
            )
    for key, problems in part.failures().items():
        if key not in done:
            kept.put(Outcome(key, None, problems))
