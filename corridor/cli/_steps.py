"""Steps that several commands share: read a study and put it on its network, study its streets, write them."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from corridor.cli._beside import Work, beside
from corridor.cli._console import Lang, say, told
from corridor.errors import Text

if TYPE_CHECKING:
    from corridor.evaluation import Footing, StreetStudy
    from corridor.study import StudyArea

# What a study is measured and drawn with, and what scenarios of it are run with, in the order in which it is needed.
_NEXT = ("corridor.evaluation", "corridor._kernel.ready", "corridor.report")
SCENARIOS_NEXT = ("corridor.batch.scenarios", "corridor._kernel.ready")


def opened(
    path: Path, lang: Lang, cache: Path | None, street: str | None = None, following: Sequence[str] = _NEXT
) -> StudyArea:
    """Read a study, and meanwhile the modules used after it; `street` is taken as its corridor."""
    say(lang, Text(f"读入 {path}", f"Reading {path}"))
    from corridor.study import open_study, with_corridor

    reading = beside(lambda: open_study(path, cache=cache))
    _load_meanwhile(reading, following)
    study = reading()
    return study if street is None else with_corridor(study, street, f"--street {street}")


def _load_meanwhile(reading: Work[StudyArea], following: Sequence[str]) -> None:
    """Import what comes next while another process reads; a fault that is found early is not kept waiting."""
    for name in following:
        if reading.done():
            return
        import_module(name)


def on_its_network(study: StudyArea, lang: Lang, cache: Path | None) -> Footing:
    """Build the network of a study, or take it from the cache, and say so."""
    from corridor.evaluation import build_footing

    return build_footing(study, cache=cache, progress=lambda text: say(lang, text))


def write_streets(found: StreetStudy, target: Path, lang: Lang) -> list[Path]:
    """Write the pages, the strip and the tables of a street study; return the files a planner opens first."""
    from corridor import report

    pages = beside(lambda: report.write_street_report(found, target))
    tables = report.write_street_tables(found, target)
    strip = told(report.write_strip(found, target, lang=lang.value), lang) if found.segments.axis is not None else ()
    return [*told(pages(), lang), *strip, *tables.files]
