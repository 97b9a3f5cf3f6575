"""One page, one file: a folium map with our layers and panels, everything inline, nothing executed but our scripts.

The map is rendered by folium once. Then every script and stylesheet it asks for is replaced by the vendored
file of that library, an address nobody knows is an error, and a content security policy names the sha256 of
each script and style: whatever a data field may contain, no other script can run and nothing can be fetched.
"""

from __future__ import annotations

import base64
import html
import re
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

from corridor.errors import CorridorError, Text
from corridor.evaluation import check_parts
from corridor.maps import streets, strip
from corridor.maps.content import noticed
from corridor.maps.ground import Ground, lay_ground
from corridor.maps.offline import closed, island, policy

if TYPE_CHECKING:
    from corridor.errors import Notice
    from corridor.evaluation import Evaluation, StreetStudy
    from corridor.evaluation.strip import Road

ASSETS = Path(__file__).parent / "assets"
VENDOR = Path(__file__).parent / "vendor"
SCRIPTS = (
    "data", "i18n", "dom", "map", "base", "chain", "buildings", "symbols", "groups", "streetwords", "streets", "labels",
    "legend", "offmap", "streetpanel", "panel", "card", "streetcard", "sheet", "print", "pointer", "striptracks", "strip", "streetview", "start",
)  # fmt: skip
STYLES = ("tokens.css", "ui.css", "map.css")
# What folium links, by the library's name in the address: a vendored file, or None for what our page has no use for.
LIBRARIES: dict[str, str | None] = {
    "leaflet.js": "leaflet.js",
    "leaflet.css": "leaflet.css",
    "jquery": None,
    "bootstrap": None,
    "awesome-markers": None,
    "awesome.rotate": None,
    "fontawesome": None,
}
NOTEBOOK_HEIGHT_PX = 640


@dataclass(frozen=True)
class Page:
    """A finished map page; in a notebook it shows itself."""

    text: str

    def _repr_html_(self) -> str:
        """Return the same page inside a frame, cut off from the notebook around it."""
        inside = html.escape(self.text, quote=True)
        return (
            f'<iframe srcdoc="{inside}" sandbox="allow-scripts allow-modals" width="100%" '
            f'height="{NOTEBOOK_HEIGHT_PX}" frameborder="0"></iframe>'
        )


def write_map(
    evaluation: Evaluation | Ground,
    path: str | Path,
    *,
    lang: str = "zh",
    street_study: StreetStudy | None = None,
    opens: str = "circle",
    road: Road | None = None,
) -> Path:
    """Write the interactive map as one HTML file that needs no network.

    Parameters
    ----------
    evaluation : Evaluation or Ground
        What is shown; nothing in it is changed. Its ground may have been laid before.
    path : str or Path
        The file to write; an existing one is replaced.
    lang : {"zh", "en"}
        Language the page opens in; the reader can switch.
    street_study : StreetStudy, optional
        Of the same evaluation: the page gains the street pages. Of an evaluation without life circle and isochrones
        these are all it shows, and it opens with them.
    opens : {"circle", "streets"}
        The pages it begins with, where it has both.
    road : Road, optional
        What lies along the corridor, as `corridor.evaluation.strip.gathered` returns it, where it is at hand.

    Returns
    -------
    Path
        `path`. Equal evaluations give equal bytes.

    Raises
    ------
    CorridorError
        When `lang` is neither "zh" nor "en".
    StudyError
        The evaluation lacks the life circle or the isochrones, and there is no street study.
    """
    target = Path(path)
    page = build_page(evaluation, lang, street_study, opens=opens, road=road)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page.text, encoding="utf-8", newline="\n")
    return target


def show(evaluation: Evaluation, *, lang: str = "zh", street_study: StreetStudy | None = None) -> Page:
    """Return the map for a notebook cell: the page of `write_map` in a frame."""
    return build_page(evaluation, lang, street_study)


def street_map(evaluation: Evaluation, street_study: StreetStudy, *, lang: str = "zh") -> Page:
    """Return the map that opens with the street pages: segments by priority, their cards, the ranking.

    Parameters
    ----------
    evaluation : Evaluation
        What the street study was made of, any parts of it; the life circle's pages are there if it has them.
    street_study : StreetStudy
    lang : {"zh", "en"}

    Returns
    -------
    Page
    """
    return build_page(evaluation, lang, street_study, opens="streets")


def build_page(
    evaluation: Evaluation | Ground,
    lang: str,
    street_study: StreetStudy | None = None,
    *,
    opens: str = "circle",
    road: Road | None = None,
) -> Page:
    """Return the page of an evaluation; `opens` names the pages it begins with ("circle", "streets")."""
    if lang not in ("zh", "en"):
        raise CorridorError.of("lang", f"语言“{lang}”不可用，请用zh或en。", f"language {lang!r}: use zh or en.")
    circle = evaluation.parts >= {"life_circle", "isochrones"}
    if street_study is None:
        check_parts(evaluation, ("life_circle", "isochrones"), Text("地图", "map"))
    laid = evaluation if isinstance(evaluation, Ground) else lay_ground(evaluation)
    more: tuple[Notice, ...] = ()
    drawn = along = None
    if street_study is not None:
        drawn, photos = streets.section(street_study, laid.grid)
        along = strip.section(street_study, road)
        more = (*street_study.notices, *photos)
    data = {
        "lang": lang,
        "opens": opens if circle else "streets",
        "circle": circle,
        **laid.data,
        "content": {**laid.data["content"], "notices": noticed(laid.notices, more)},
        "streets": drawn,
        "strip": along,
    }
    return Page(_assemble(*laid.folium, data, lang))


def _assemble(header: str, body: str, script: str, data: dict[str, Any], lang: str) -> str:
    head_scripts, head_styles = _inline_head(header)
    name = re.search(r'id="(map_\d+)"', body)
    if name is None:
        raise CorridorError.of("folium", "folium的页面结构已变化。", "folium's page has changed its shape.")
    scripts = [
        *head_scripts,
        (VENDOR / "fflate.js").read_text("utf-8"),
        script,
        f"window.corridorMap = {name[1]};",
        *((ASSETS / f"{part}.js").read_text("utf-8") for part in SCRIPTS),
    ]
    styles = [*head_styles, *((ASSETS / part).read_text("utf-8") for part in STYLES)]
    scripts = [closed(text, "script") for text in scripts]
    return Template((ASSETS / "page.html").read_text("utf-8")).substitute(
        lang="zh-CN" if lang == "zh" else "en",
        policy=policy(scripts, styles),
        title=html.escape(data["content"]["title"][lang]),
        styles="\n".join(f"<style>{text}</style>" for text in styles),
        sprite=(ASSETS / "symbols.svg").read_text("utf-8"),
        map=body.strip(),
        data=island(data),
        scripts="\n".join(f"<script>{text}</script>" for text in scripts),
    )


def _inline_head(header: str) -> tuple[list[str], list[str]]:
    """Return folium's head as inline scripts and styles, vendored files in place of addresses."""
    scripts, styles = [], []
    pattern = re.compile(
        r'<script src="(?P<js>[^"]+)"></script>|<link rel="stylesheet" href="(?P<css>[^"]+)"\s*/?>'
        r"|<script>(?P<code>.*?)</script>|<style>(?P<style>.*?)</style>",
        re.DOTALL,
    )
    for found in pattern.finditer(header):
        address = found["js"] or found["css"]
        if address is not None:
            vendored = _vendored(address)
            if vendored and found["js"]:
                scripts.append(vendored)
            elif vendored:
                styles.append(vendored)
        elif found["code"] is not None:
            scripts.append(found["code"])
        else:
            styles.append(found["style"])
    return scripts, styles


def _vendored(address: str) -> str | None:
    known = next((name for name in LIBRARIES if name in address), None)
    if known is None:
        raise CorridorError.of(
            address,
            "地图要求加载未随包提供的文件。",
            "the map asks for a file that is not vendored.",
            "在corridor/maps/page.py的LIBRARIES中登记。",
            "List it in LIBRARIES of corridor/maps/page.py.",
        )
    name = LIBRARIES[known]
    if name is None:
        return None
    text = (VENDOR / name).read_text("utf-8")
    return _with_images(text) if name.endswith(".css") else re.sub(r"//# sourceMappingURL=\S+", "", text)


def _with_images(css: str) -> str:
    def embedded(found: re.Match[str]) -> str:
        image = base64.b64encode((VENDOR / found[1]).read_bytes()).decode("ascii")
        return f"url(data:image/png;base64,{image})"

    return re.sub(r"url\(images/([\w.-]+\.png)\)", embedded, css)
