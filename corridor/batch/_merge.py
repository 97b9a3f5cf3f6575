"""The shards of a batch put together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from corridor.batch import store
from corridor.batch._book import BOOK, SCENE, WORDS
from corridor.batch._held import Outcome
from corridor.batch._origins import differences
from corridor.batch._results import Batch, batch_of
from corridor.errors import BatchError, Problem, Text


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
                book = part.note(BOOK)
                if number == 0 or not kept.noted(BOOK):
                    kept.write_note(BOOK, book)
                    kept.write_note(SCENE, part.note(SCENE))
                    kept.write_note(WORDS, part.note(WORDS))
                elif book != kept.note(BOOK):
                    raise BatchError.of(
                        str(folder),
                        "与其他分片的情景文件不同。",
                        "was made from other scenario files than the other shards.",
                        "请用同样的情景文件重新运行此分片。",
                        "Run this shard again with the same scenario files.",
                    )
                _take(kept, part, folder)
        done, failures = kept.done(), kept.failures()
        missing = {entry["id"] for entry in kept.note(BOOK)} - done - failures.keys()
        missing -= {entry["id"] for entry in kept.note(BOOK) if entry["problems"]}
        if missing:
            raise BatchError.of(
                str(target),
                f"还有 {len(missing):,} 个情景没有结果，已合并的都已留存。",
                f"{len(missing):,} scenarios have no result yet; what was merged is kept.",
                "请把所有分片跑完，再合并一次。",
                "Run all shards to their end, then merge again.",
            )
        return batch_of(target, kept, None, None)


def _made_from_of(folders: Sequence[Path]) -> dict[str, str]:
    """Return what all the stores were made from; raise where they were not made from the same."""
    found = {}
    for folder in folders:
        with store.reading(folder) as part:
            found[folder] = part.made_from()
            if not (part.noted(BOOK) and part.noted(SCENE)):
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
            f"{folder}: {one.name}",
            Text(
                f"与 {folders[0]} 不同：{one.now.zh}，{one.before.zh}。",
                f"differs from {folders[0]}: {one.now.en}, not {one.before.en}.",
            )
            if one.file is None
            else Text(
                f"文件{one.file}与 {folders[0]} 的不同。", f"the file {one.file} is another than that of {folders[0]}."
            ),
            Text("只能合并同一研究、同一版本的分片。", "Only shards of one study and version can be merged."),
        )
        for folder, other in found.items()
        for one in differences(first, other, first.keys() | other.keys())
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
