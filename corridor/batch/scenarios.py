"""Many scenarios of one study: run, resumed, verified, and merged from shards.

The folder of a batch holds a result store (`corridor.batch.store`) that is complete in itself: the results, the list
of scenarios, and the scene they are drawn on. Outputs are made from the store alone, in the order of the scenario
files, so that they are the same bytes wherever and by however many workers the results were made. A batch that goes on
takes from the store what it would work out again: the list, and the indicators of the study as it is.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import corridor
from corridor import __version__
from corridor.batch import store
from corridor.batch._answers import CHECK, answer
from corridor.batch._book import SCENE, WORDS, Book, Queue, kept_book, problems_in, read_book, source_of
from corridor.batch._executors import Progress
from corridor.batch._merge import merge
from corridor.batch._origins import plain
from corridor.batch._results import Batch, Entry, Verified, batch_of, noted, read_batch, words_of
from corridor.batch._workers import Workers
from corridor.batch.scene import Scene
from corridor.errors import BatchError, ConfigError, Problem, Text
from corridor.evaluation import Evaluation
from corridor.network import build_network
from corridor.scenarios import Baseline, Resolver, Scenario, asked_for
from corridor.study import StudyArea

__all__ = ["Batch", "Entry", "Verified", "made_from", "merge", "read_batch", "run_batch"]

Say = Callable[[Text], None]
# Parts of the package that results do not rest on.
_SHOWING = ("cli", "maps", "report")


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
    made = made_from(study)
    if folder is not None:
        _check_folder(Path(folder), made, streets)
    network = build_network(study.streets, study.gates, **study.config.walker.network(), cache=cache)
    resolver = Resolver(study, network)
    book = _book(scenarios, made, folder, resolver, told)
    _check_possible(book, keep_going=keep_going)
    for text in book.told:
        told(text)
    mine = [id_ for id_ in book.possible if shard is None or _part(id_, shard[1]) == shard[0]]
    tasks = Queue(book, resolver, _keys(mine, verify))
    along = asked_for(study, book.ops) if streets is None else streets
    if along:
        told(Text("含街道指标与排序，每个情景多需一两秒；--no-streets 可不算", "Street indicators and ranking included, a second or two a scenario; --no-streets leaves them out"))  # fmt: skip
    with _folder(folder) as (place, holds), store.opened(place, made | _with(along)) as kept:
        book.write(kept)
        left = len(tasks.keys() - kept.done())
        if left or not kept.noted(SCENE):
            baseline = _baseline(study, kept, told, streets=along, cache=cache)
            if left < len(tasks):
                already = len(tasks) - left
                told(Text(f"已有 {already:,} 项，续算 {left:,} 项", f"{already:,} are there already, {left:,} to go"))
            if len(tasks) > len(mine):
                checks = len(tasks) - len(mine)
                told(Text(f"其中 {checks:,} 个情景另作全量核对，进度共计 {len(tasks):,} 项", f"{checks:,} of them are also computed in full; the progress counts {len(tasks):,} in all"))  # fmt: skip
            for _ in store.resume(kept, answer, baseline, tasks, workers=workers, progress=progress):
                pass
        return batch_of(place, kept, holds, {*mine, *(row["id"] for row in book.rows if row["problems"])})


def _with(streets: bool) -> dict[str, str]:
    return {"streets": "yes" if streets else "no"}


def _check_folder(folder: Path, made: dict[str, str], streets: bool | None) -> None:
    """Refuse a folder that is in use or was made from something else before thousands of scenarios are read."""
    if streets is None:
        store.check(folder, made, later=_with(False))
    else:
        store.check(folder, made | _with(streets))


def _book(
    scenarios: Sequence[str | Path | Scenario],
    made: Mapping[str, str],
    folder: str | Path | None,
    resolver: Resolver,
    told: Say,
) -> Book:
    """Return the list of scenarios: the one the folder holds, or read from the files and checked."""
    source = source_of(scenarios)
    book = None if folder is None else kept_book(Path(folder), source, made)
    if book is None:
        told(Text("核对情景", "Checking the scenarios"))
        book = read_book(scenarios, source, resolver)
    told(Text(f"{len(book.rows):,} 个情景", f"{len(book.rows):,} scenarios"))
    return book


def _check_possible(book: Book, *, keep_going: bool) -> None:
    """Raise what is wrong with the scenarios, all together, unless the rest is to run."""
    problems = problems_in(book.rows)
    if problems and not keep_going:
        raise ConfigError(dict.fromkeys(problems))


def _baseline(study: StudyArea, kept: store.Store, told: Say, *, streets: bool, cache: str | Path | None) -> Baseline:
    """Prepare the study as it is: evaluated whole for a new store, and from the indicators an old one holds."""
    told(Text("评估现状", "Evaluating the study as it is"))
    known = kept.note(WORDS) if kept.noted(SCENE) else None
    baseline = Baseline.build(study, streets=streets, cache=cache, known=None if known is None else words_of(known))
    if isinstance(baseline.evaluation, Evaluation):
        kept.write_note(WORDS, noted(baseline.indicators))
        # Last: with the scene the indicators are known to be there.
        kept.write_note(SCENE, Scene.of(baseline.evaluation, baseline.segments).note())
    return baseline


def made_from(study: StudyArea) -> dict[str, str]:
    """Return what the results of a study depend on, by name: version and code, settings and every file; see `_origins`."""
    facts = {"corridor": __version__, "code": _code(), "study": study.fingerprint, "config": study.config.content}
    for group, value in sorted(study.provenance.items()):
        if isinstance(value, Mapping):
            facts[group] = plain(value)
    return facts


@cache
def _code() -> str:
    """Return the hash of the code that results rest on: two states of it may bear one version."""
    root = Path(corridor.__file__).parent
    found = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        name = path.relative_to(root).as_posix()
        if not name.startswith(tuple(f"{part}/" for part in _SHOWING)):
            found.update(f"{name} ".encode() + path.read_bytes().replace(b"\r\n", b"\n"))
    return found.hexdigest()[:16]


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


@contextmanager
def _folder(given: str | Path | None) -> Iterator[tuple[Path, Any]]:
    """Return the folder of a batch, and what keeps it where it is a temporary one."""
    if given is not None:
        yield Path(given), None
        return
    holds = tempfile.TemporaryDirectory(prefix="corridor-", ignore_cleanup_errors=True)
    yield Path(holds.name), holds


def _keys(ids: Sequence[str], verify: float) -> list[str]:
    """Return the keys of the tasks: all scenarios, then those to verify."""
    return [*ids, *(f"{CHECK}{id_}" for id_ in ids if _drawn(id_, verify))]


def _drawn(id_: str, share: float) -> bool:
    """Whether a scenario is among those to verify; a larger share holds all of a smaller one."""
    draw = int(hashlib.sha256(f"verify {id_}".encode()).hexdigest()[:13], 16)
    return draw < share * 16**13


def _part(id_: str, parts: int) -> int:
    return int(hashlib.sha256(f"shard {id_}".encode()).hexdigest(), 16) % parts + 1
