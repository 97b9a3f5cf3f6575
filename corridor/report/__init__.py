"""Reports and tables of one evaluation: HTML and PDF in Chinese and English, GeoPackage, Parquet, XLSX, CSV, JSON.

Every file is written whole or not at all, and the same evaluation gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridor.errors import Language, Notice, Text
from corridor.evaluation import check_parts
from corridor.maps import Page
from corridor.maps import show as show_map
from corridor.report import (
    _compare_page,
    _compare_tables,
    _files,
    _gains,
    _page,
    _pdf,
    _street_layers,
    _street_scenarios,
    _street_tables,
    _streets,
    _strip,
    _tables,
    _target_chart,
    _targets,
    _workbook,
)
from corridor.report._once import remembering
from corridor.report._readable import readable
from corridor.report._street_tables import ranked_segments

if TYPE_CHECKING:
    from corridor.batch.scenarios import Batch
    from corridor.evaluation import Evaluation, StreetStudy
    from corridor.scenarios import Result
    from corridor.targets import Progress

__all__ = [
    "COMPARISON_FILES",
    "Written",
    "ranked_segments",
    "readable",
    "show",
    "target_rows",
    "write_comparison",
    "write_report",
    "write_reports",
    "write_street_report",
    "write_street_tables",
    "write_strip",
    "write_tables",
    "write_targets",
]

COMPARISON_FILES = ("compare.html", "scenarios.xlsx", "scenarios.parquet", "detail")


@dataclass(frozen=True, slots=True)
class Written:
    """What was written, and what a planner should know about it."""

    files: tuple[Path, ...]
    notices: tuple[Notice, ...] = ()


def write_report(
    evaluation: Evaluation,
    path: str | Path,
    *,
    lang: Language = "zh",
    pdf: bool = False,
    streets: StreetStudy | None = None,
) -> Written:
    """Write the report 《“15分钟创新生活圈”初步方案》 as one offline file.

    Parameters
    ----------
    evaluation : Evaluation
        What to report on; not changed.
    path : str or Path
        The HTML file. With the ending `.pdf` the PDF is written there and the HTML beside it.
    lang : {"zh", "en"}
        Language of the report.
    pdf : bool
        Also write a PDF beside the HTML. Needs the extra `pdf` (WeasyPrint with Pango).
    streets : StreetStudy, optional
        Of the same study: the report then has a short section on its streets.

    Returns
    -------
    Written
        The files, and a notice when a PDF was asked for and could not be made; the HTML is written all the same.

    Raises
    ------
    StudyError
        When the file cannot be written; names the path and what to do. When the evaluation lacks a part.
    """
    check_parts(evaluation, ("life_circle", "isochrones"), Text("报告", "report"))
    page = Path(path)
    pdf = pdf or page.suffix.lower() == ".pdf"
    if page.suffix.lower() == ".pdf":
        page = page.with_suffix(".html")
    html = _page.render(remembering(evaluation), lang, streets)
    files = [_files.write_bytes(page, html.encode("utf-8"))]
    if not pdf:
        return Written(tuple(files))
    content, notices = _pdf.convert(html, lang)
    if content is not None:
        files.append(_files.write_bytes(page.with_suffix(".pdf"), content))
    return Written(tuple(files), notices)


def write_reports(
    evaluation: Evaluation, paths: Mapping[Language, Path], *, pdf: bool = False, streets: StreetStudy | None = None
) -> Written:
    """Write the report in several languages; what they share, such as the maps' ground, is made once.

    Parameters
    ----------
    evaluation : Evaluation
        What to report on; not changed.
    paths : mapping of {"zh", "en"} to path
        Where each language goes.
    pdf, streets
        As in `write_report`, which also tells what is returned and raised.
    """
    shared = remembering(evaluation)
    done = [write_report(shared, path, lang=lang, pdf=pdf, streets=streets) for lang, path in paths.items()]
    return Written(
        tuple(file for one in done for file in one.files), tuple(notice for one in done for notice in one.notices)
    )


def write_tables(evaluation: Evaluation, folder: str | Path) -> Written:
    """Write all tables of an evaluation.

    `buildings.gpkg`, `access.parquet`, `summary.json`, `tables.xlsx`, `notices.csv` and `provenance.json`.

    Parameters
    ----------
    evaluation : Evaluation
        What to write; not changed.
    folder : str or Path
        Made when missing. Files of the same names are replaced, each whole or not at all.

    Returns
    -------
    Written
        The files.

    Raises
    ------
    StudyError
        When a file cannot be written; names it and what to do. Files written before stay.
    """
    check_parts(evaluation, ("life_circle", "isochrones"), Text("结果文件", "set of tables"))
    return Written(_tables.write_all(evaluation, Path(folder)))


def write_street_tables(streets: StreetStudy, folder: str | Path) -> Written:
    """Write the tables of a street study: `streets.gpkg` (styled for QGIS), `streets.xlsx`, `measures.yaml`.

    Parameters
    ----------
    streets : StreetStudy
    folder : str or Path
        Made when missing. Files of the same names are replaced, each whole or not at all. `measures.yaml`, a scenario
        file of the suggested measures, is left out where there is none.

    Raises
    ------
    StudyError
        When a file cannot be written.
    """
    target = Path(folder)
    measures = _street_scenarios.write_measures(streets, target / "measures.yaml")
    return Written(
        (
            _street_layers.write_geopackage(streets, target / "streets.gpkg"),
            _street_tables.write_workbook(streets, target / _street_tables.FILE),
            *([measures] if measures is not None else []),
        )
    )


def write_street_report(
    streets: StreetStudy,
    folder: str | Path,
    *,
    langs: Sequence[Language] = ("zh", "en"),
    road: _strip.Road | None = None,
) -> Written:
    """Write the study 《…沿线公共空间和市容景观更新提升研究》 in its first form, an offline file a language.

    Parameters
    ----------
    streets : StreetStudy
        What to report on; not changed.
    folder : str or Path
        Made when missing. `streets.zh.html`, `streets.en.html` are replaced, each whole or not at all.
    langs : sequence of {"zh", "en"}
    road : Road, optional
        What lies along the corridor, as `corridor.evaluation.strip.gathered` returns it, where it is at hand.

    Raises
    ------
    StudyError
        When a file cannot be written.
    """
    target = Path(folder)
    if road is None and streets.segments.axis is not None:
        road = _strip.gathered(streets)
    return Written(
        tuple(
            _files.write_bytes(target / f"streets.{lang}.html", _streets.render(streets, lang, road).encode("utf-8"))
            for lang in langs
        )
    )


def write_strip(
    streets: StreetStudy,
    folder: str | Path,
    *,
    lang: Language = "zh",
    kinds: Sequence[str] = _strip.KINDS,
    road: _strip.Road | None = None,
) -> Written:
    """Write the strip profile of the corridor as `strip.svg`, `strip.png` (300 dpi) and `strip.pdf`.

    Parameters
    ----------
    streets : StreetStudy
    folder : str or Path
        Made when missing. Files of the same names are replaced, each whole or not at all.
    lang : {"zh", "en"}
    kinds : sequence of {"svg", "png", "pdf"}
    road : Road, optional
        As in `write_street_report`.

    Returns
    -------
    Written
        The files, and a notice where no Chinese font is installed.

    Raises
    ------
    StudyError
        The study names no corridor; a file cannot be written.
    """
    return Written(*_strip.write_strip(streets, Path(folder), lang, kinds, road))


def target_rows(progress: Progress, lang: Language = "zh") -> dict[str, Any]:
    """Return the targets in words: `title`, `lead`, `warning`, `rows`, `rules`, as the report prints them."""
    found = _targets.section(progress, lang)
    return {} if found is None else found


def write_targets(progress: Progress, folder: str | Path, *, lang: Language = "zh", about: str = "") -> Written:
    """Write `targets.xlsx` (figures, snapshots, records, readings, dictionary) and the chart `targets.LANG.svg`.

    Parameters
    ----------
    progress : Progress
    folder : str or Path
        Made when missing. Files of the same names are replaced, each whole or not at all.
    lang : {"zh", "en"}
        Language of the chart.
    about : str
        What the workbook's first sheet says of the data, such as that they are a sample.

    Raises
    ------
    StudyError
        When a file cannot be written.
    """
    target = Path(folder)
    states = {str(key): _targets.state(row["status"], lang) for key, row in progress.table.iterrows()}
    drawing = _target_chart.chart(progress, states, lang)
    return Written(
        (
            _workbook.write_targets_workbook(progress, target / "targets.xlsx", about),
            _files.write_bytes(target / f"targets.{lang}.svg", f"{drawing}\n".encode()),
        )
    )


def write_comparison(batch: Batch, folder: str | Path, *, lang: Language = "zh", detail: bool = False) -> Written:
    """Write the comparison of a batch: `compare.html`, `scenarios.xlsx`, `scenarios.parquet`.

    Parameters
    ----------
    batch : Batch
        From `corridor.batch.scenarios.run_batch`.
    folder : str or Path
        Made when missing. Files of the same names are replaced, each whole or not at all.
    lang : {"zh", "en"}
        Language of the page; the tables are in both.
    detail : bool
        Also write `detail/NAME-ID.xlsx`, the indicators and buildings of each scenario.

    Returns
    -------
    Written
        Equal results give equal bytes, wherever they were computed.

    Raises
    ------
    StudyError
        When a file cannot be written; names it and what to do. Files written before stay.
    """
    target = Path(folder)
    ground = _gains.Ground(batch.scene)
    room = _compare_tables.Room(batch)
    # Results are read once for all three; the Parquet file takes its place last.
    with _compare_tables.parquet(batch, target / "scenarios.parquet") as take:

        def read(result: Result) -> None:
            take(result)
            room.add(result)

        lines = _gains.ranking(batch, ground, read)
        page = _compare_page.page(batch, lines, ground, lang)
        files = [
            _files.write_bytes(target / "compare.html", page.encode("utf-8")),
            _compare_tables.write_workbook(batch, lines, room, target / "scenarios.xlsx"),
            target / "scenarios.parquet",
        ]
    if detail:
        files += _compare_tables.write_details(batch, target / "detail")
    return Written(tuple(files))


def show(found: Evaluation | Batch, *, lang: Language = "zh") -> Page:
    """Return what a notebook cell shows: the map of an evaluation, the comparison of a batch.

    Parameters
    ----------
    found : Evaluation or Batch
    lang : {"zh", "en"}

    Returns
    -------
    Page
        The page of `corridor.write_map`, or of `write_comparison`, in a frame.
    """
    from corridor.batch.scenarios import Batch

    if not isinstance(found, Batch):
        return show_map(found, lang=lang)
    ground = _gains.Ground(found.scene)
    return Page(_compare_page.page(found, _gains.ranking(found, ground), ground, lang))
