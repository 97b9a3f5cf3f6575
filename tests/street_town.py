"""Small towns of streets for the command line, written as OSM files; places in metres east and north of a corner."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

WEST, SOUTH = 121.41, 31.20
# One metre in degrees, near enough.
EAST, NORTH = 1 / 95_300, 1 / 110_860
Place = tuple[float, float]

GRID: tuple[tuple[str, tuple[Place, ...]], ...] = (
    ("Main", ((0, 0), (0, 150), (0, 300), (0, 450))),
    ("First", ((-200, 150), (0, 150), (200, 150))),
    ("Second", ((-200, 300), (0, 300), (200, 300))),
    ("Far", ((200, 150), (200, 300), (200, 600))),
)


def write_town(
    folder: Path,
    ways: Sequence[tuple[str, Sequence[Place]]] = GRID,
    *,
    corridor: str | None = "Main",
    houses: bool = True,
    levels: bool = True,
    yaml: str = "",
) -> Path:
    """Write the town and a study of it; return the folder. Ways join where they share a place."""
    numbers: dict[Place, int] = {}
    lines = []
    for way, (name, places) in enumerate(ways, start=1):
        refs = "".join(f'<nd ref="{numbers.setdefault(tuple(place), len(numbers) + 1)}"/>' for place in places)
        tags = f'<tag k="highway" v="residential"/><tag k="name" v={quoteattr(name)}/>'
        lines.append(f'<way id="{way}" version="1">{refs}{tags}</way>')
    for house in range(12 if houses else 0):
        x, y = (14.0 if house % 2 else -26.0), 20.0 + 35 * house
        corners = [(x, y), (x + 12, y), (x + 12, y + 20), (x, y + 20), (x, y)]
        refs = "".join(f'<nd ref="{numbers.setdefault(corner, len(numbers) + 1)}"/>' for corner in corners)
        tall = f'<tag k="building:levels" v="{house % 5 + 2}"/>' if levels else ""
        lines.append(f'<way id="{900 + house}" version="1">{refs}<tag k="building" v="apartments"/>{tall}</way>')
    nodes = "".join(
        f'<node id="{number}" version="1" lon="{WEST + x * EAST:.7f}" lat="{SOUTH + y * NORTH:.7f}"/>'
        for (x, y), number in numbers.items()
    )
    folder.mkdir(parents=True, exist_ok=True)
    text = f'<?xml version="1.0" encoding="UTF-8"?><osm version="0.6">{nodes}{"".join(lines)}</osm>'
    (folder / "town.osm").write_text(text, encoding="utf-8")
    named = "" if corridor is None else f"corridor: {{names: [{corridor}]}}\n"
    (folder / "study.yaml").write_text(f"name: Town\nosm: town.osm\n{named}{yaml}", encoding="utf-8")
    return folder
