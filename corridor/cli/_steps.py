"""Steps that several commands share: read a study and put it on its network, study its streets, write them."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from corridor.cli._beside import Work, beside
from corridor.cli._console import Lang, say, told
from corridor.errors import Text

if TYPE_CHECKING:
    from corridor.evaluation import Footing, StreetStudy
    from corridor.maps import Ground
    from corridor.study import StudyArea

T = TypeVar("T")
# What every study is measured with, in the order in which it is needed; what its streets and its files need; and what
# scenarios of it are run with.
_MEASURED = ("corridor.evaluation", "corridor._kernel.ready", "corridor.report")
_DRAWN = ("networkx", "folium", "corridor.report._print")
SCENARIOS_NEXT = ("corridor.batch.scenarios", "corridor._kernel.ready")


def opened(path: Path, lang: Lang, cache: Path | None, following: Sequence[str] = _MEASURED) -> StudyArea:
    """Read a study, and meanwhile the modules used after it."""
    say(lang, Text(f"读入 {path}", f"Reading {path}"))
    from corridor.study import open_study

    return _meanwhile(beside(lambda: open_study(path, cache=cache)), following)


def on_its_network(path: Path, lang: Lang, cache: Path | None, street: str | None = None) -> Footing:
    """Read a study, put it on its network or take that from the cache, and say so; `street` is taken as its corridor."""
    say(lang, Text(f"读入 {path}", f"Reading {path}"))
    from corridor.study import open_study, with_corridor

    def footing() -> Footing:
        study = open_study(path, cache=cache)
        if street is not None:
            study = with_corridor(study, street, f"--street {street}")
        from corridor.evaluation import build_footing

        return build_footing(study, cache=cache, progress=lambda text: say(lang, text))

    return _meanwhile(beside(footing), (*_MEASURED, *_DRAWN))


def _meanwhile(work: Work[T], modules: Sequence[str]) -> T:
    """Import what comes next while another process works; a fault that is found early is not kept waiting."""
    for name in modules:
        if work.done():
            break
        import_module(name)
    return work()


def write_streets(found: StreetStudy, target: Path, lang: Lang, ground: Work[Ground] | None = None) -> list[Path]:
    """Write the pages, the strip and the tables of a street study, on a ground its map as well.

    Returns
    -------
    list of Path
        The files a planner opens first.
    """
    from corridor import maps, report
    from corridor.evaluation.strip import gathered

    road = None if found.segments.axis is None else gathered(found)
    pages = beside(lambda: report.write_street_report(found, target, road=road))
    tables = beside(lambda: report.write_street_tables(found, target))
    strip = told(report.write_strip(found, target, lang=lang.value, road=road), lang) if road is not None else ()
    drawn = []
    if ground is not None:
        drawn.append(
            maps.write_map(
                ground(), target / "map.html", lang=lang.value, street_study=found, opens="streets", road=road
            )
        )
    return [*drawn, *told(pages(), lang), *strip, *tables().files]
