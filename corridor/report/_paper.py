"""The paper every report is printed on: one style sheet, page margins, stamp, sources, and the template's frame."""

from __future__ import annotations

import base64
import hashlib
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from importlib import resources
from importlib.util import cache_from_source
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
from jinja2.bccache import Bucket
from markupsafe import Markup

import corridor
from corridor.report import _measures, _provenance
from corridor.report._count import Count
from corridor.report._format import NBSP, NONE, after_title, css_string, listing, missing, pick

if TYPE_CHECKING:
    from corridor.study import StudyArea

_TEMPLATES = Path(__file__).parent / "templates"
SCHEMATIC = ("示意样本", "Schematic sample")
_FONTS = {
    "zh": '"Noto Sans SC","Noto Sans CJK SC","Source Han Sans SC","PingFang SC","Microsoft YaHei",'
    '"WenQuanYi Micro Hei","SimHei",sans-serif',
    "en": '"Segoe UI","Helvetica Neue",Arial,"Noto Sans","Liberation Sans",sans-serif',
}


def render(template: str, study: StudyArea, lang: str, part: str, content: Mapping[str, Any]) -> str:
    """Return a report as one HTML document: `content` poured into a template that extends the common page.

    Parameters
    ----------
    template : str
        Name of the template's file.
    study : StudyArea
    lang : {"zh", "en"}
    part : str
        What stands at the head of each page, across from the study's name.
    content : mapping
        What the template wants beside the frame.
    """
    words = {"t": lambda zh, en: zh if lang == "zh" else en}
    return _template(template).render(words, **_frame(study, lang, part), **content).lstrip()


@cache
def _template(name: str) -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("corridor.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=_Compiled(),
    )
    return environment.get_template(name)


class _Compiled(jinja2.BytecodeCache):
    """Compiled templates, kept where Python keeps its own compiled files, and like these made anew when they change."""

    def load_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError), self._file(bucket).open("rb") as file:
            bucket.load_bytecode(file)

    def dump_bytecode(self, bucket: Bucket) -> None:
        if sys.dont_write_bytecode:
            return
        with suppress(OSError):
            path = self._file(bucket)
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_suffix(f".{os.getpid()}")
            draft.write_bytes(bucket.bytecode_to_string())
            draft.replace(path)

    @staticmethod
    def _file(bucket: Bucket) -> Path:
        return Path(cache_from_source(str(_TEMPLATES / f"{bucket.key}.py")))


def _frame(study: StudyArea, lang: str, part: str) -> dict[str, Any]:
    """Return what every report says of itself and of its data."""
    style = _style(study, lang, part)
    return {
        "count": Count(lang),
        "version": corridor.__version__,
        "style": Markup(style),  # noqa: S704 - made of files of this package; study texts in it are CSS-escaped
        "style_hash": base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        "study_name": study.config.name.in_(lang),
        "part": part,
        "schematic": _schematic(study, lang),
        "attribution": attribution(study, lang),
        "inputs": _inputs(study, lang),
        "config_hash": study.config.hash,
        "fingerprint": study.fingerprint,
        "versions": listing((f"{name}{NBSP}{v}" for name, v in _provenance.versions().items()), lang),
        "review": review(study, lang),
    }


def _schematic(study: StudyArea, lang: str) -> str:
    """Return what is schematic, to stand under that very title."""
    text = study.config.schematic
    return after_title(text.in_(lang), pick(lang, *SCHEMATIC)) if text else ""


def _style(study: StudyArea, lang: str, part: str) -> str:
    """Return the style sheet: the maps' tokens, the report's rules, and the page margins with the study's name."""
    root = resources.files("corridor")
    tokens = (root / "maps" / "assets" / "tokens.css").read_text("utf-8")
    rules = (root / "report" / "assets" / "report.css").read_text("utf-8")
    edge = f"width:50%;font-family:{_FONTS[lang]};font-size:7.5pt;color:#4A5763"
    top = f"{edge};vertical-align:bottom;padding-bottom:1.2mm;margin-bottom:2.2mm;border-bottom:.5pt solid #1B2733"
    foot = f"{edge};vertical-align:top;padding-top:1.2mm;margin-top:1.6mm;border-top:.5pt solid #1B2733"
    name, about = css_string(study.config.name.in_(lang)), css_string(part)
    page = f"{css_string(pick(lang, '第', 'Page '))} counter(page) {css_string(pick(lang, '页', ''))}"
    return (
        f"{tokens}\n{rules}\n@page{{size:A4;margin:15.5mm 16mm 14mm;"
        f"@top-left{{content:{name};{top}}}@top-right{{content:{about};{top};text-align:right}}"
        f"@bottom-left{{content:{css_string(review(study, lang))};{foot}}}"
        f"@bottom-right{{content:{page};{foot};text-align:right}}}}\n"
    )


def review(study: StudyArea, lang: str) -> str:
    """Return the number of the map's review, or the place where it is to be written."""
    number_ = study.config.map.review_no
    if number_:
        return pick(lang, f"审图号：{number_}", f"Map review no.: {number_}")
    return pick(
        lang, "审图号：＿＿＿＿＿＿＿＿（公开前送审）", "Map review no.: ____________ (required before publication)"
    )


def attribution(study: StudyArea, lang: str) -> str:
    """Return whose data the map shows, of which day and in which coordinate system."""
    dates = sorted(
        {str(f["osm_date"])[:10] for f in _measures.inputs(study.provenance) if not missing(f.get("osm_date"))}
    )
    date = listing(dates, lang)
    of = (
        pick(lang, f"资料日期{date}", f"data of {date}")
        if dates
        else pick(lang, "资料日期未注明", "date of the data not stated")
    )
    return pick(
        lang,
        f"© OpenStreetMap contributors（ODbL 1.0），{of}；坐标系{study.crs.name}。",
        f"© OpenStreetMap contributors (ODbL 1.0), {of}; coordinate system {study.crs.name}.",
    )


_ROLES = {
    "area": ("统计范围", "Study area"),
    "categories": ("类别设定", "Categories"),
    "corridor": ("主线", "Corridor"),
    "osm": ("地图资料", "Map data"),
    "records.carriers": ("科创载体记录", "Carrier records"),
    "records.institutes": ("科研院所记录", "Institute records"),
    "records.platforms": ("功能性平台记录", "Platform records"),
    "records.stations": ("服务站点记录", "Station records"),
    "records.firms": ("企业记录", "Firm records"),
    "records.projects": ("产学研合作项目记录", "Project records"),
    "records.events": ("活动记录", "Event records"),
    "records.renewals": ("街区更新项目记录", "Renewal records"),
    "records.survey": ("街道调查记录", "Street survey records"),
    "layers.buildings": ("建筑图层", "Building layer"),
    "layers.streets": ("街道图层", "Street layer"),
    "layers.open_space": ("公共空间图层", "Open-space layer"),
}


_DATUMS = {"wgs84": "WGS84", "gcj02": "GCJ-02", "bd09": "BD-09", "cgcs2000": "CGCS2000"}


def _inputs(study: StudyArea, lang: str) -> list[dict[str, str]]:
    """Return the input files with role, date, declared datum or CRS, and checksum."""
    config = study.config
    rows = []
    for f in _measures.inputs(_provenance.without_folders(study.provenance)):
        group, _, name = str(f["role"]).partition(".")
        entry = getattr(getattr(config, group, None), name, None) if name else None
        datum = getattr(entry, "datum", None) or getattr(entry, "crs", None) or ("WGS84" if group == "osm" else NONE)
        roles = _ROLES.get(f["role"])
        rows.append(
            {
                "role": roles[lang != "zh"] if roles else str(f["role"]),
                "file": str(f.get("file", NONE)),
                "date": NONE if missing(f.get("osm_date")) else str(f["osm_date"])[:10],
                "datum": _DATUMS.get(str(datum), str(datum)),
                "sha256": str(f["sha256"])[:16] + "…",
            }
        )
    return rows
