"""A toy town as an OSM file, small enough to work on paper.

Latitude 31.21; one unit east (0.001°) is 95.4 m in UTM 51N, drawn here with the nodes' names.

    home (b1)            kinder     office (b2)
      |                     |          |
a ----+---------- b --------+----- c --+------ d        Main Road (residential), a-d 300 units × 0.001°
                  |
                  e                                     North Lane, b-e 100 units

The metre values in the tests are read from the projected coordinates, not assumed.
"""

from pathlib import Path

NODES = {
    1: (121.4100, 31.2100), 2: (121.4110, 31.2100), 3: (121.4120, 31.2100), 4: (121.4130, 31.2100), 5: (121.4110, 31.2110),
    # home
    11: (121.41035, 31.2101), 12: (121.41045, 31.2101), 13: (121.41045, 31.2102), 14: (121.41035, 31.2102),
    # office
    21: (121.41235, 31.2101), 22: (121.41245, 31.2101), 23: (121.41245, 31.2102), 24: (121.41235, 31.2102),
}  # fmt: skip
KINDER = (121.4115, 31.2101)


def osm_xml(*, name: str = "Main Road", kinder: str = "Sunrise", extra: str = "") -> str:
    """Return the town as OSM XML; `extra` is put before the closing tag."""
    from xml.sax.saxutils import quoteattr

    nodes = "".join(f'<node id="{i}" version="1" lon="{x}" lat="{y}"/>' for i, (x, y) in NODES.items())
    poi = (
        f'<node id="31" version="1" lon="{KINDER[0]}" lat="{KINDER[1]}"><tag k="amenity" v="kindergarten"/>'
        f'<tag k="name" v={quoteattr(kinder)}/></node>'
    )

    def way(number: int, nodes: list[int], tags: dict[str, str]) -> str:
        refs = "".join(f'<nd ref="{n}"/>' for n in nodes)
        return (
            f'<way id="{number}" version="1">{refs}'
            + "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items())
            + "</way>"
        )

    ways = "".join(
        [
            way(101, [1, 2, 3, 4], {"highway": "residential", "name": name}),
            way(102, [2, 5], {"highway": "residential", "name": "North Lane"}),
            way(201, [11, 12, 13, 14, 11], {"building": "apartments", "building:levels": "6"}),
            way(202, [21, 22, 23, 24, 21], {"building": "office", "building:levels": "10"}),
        ]
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><osm version="0.6" generator="toy">{nodes}{poi}{ways}{extra}</osm>'


def garden(west):
    """A garden that no street leads to, 38 m by 44 m."""
    corners = [(west, 31.2100), (west + 0.0004, 31.2100), (west + 0.0004, 31.2104), (west, 31.2104)]
    nodes = "".join(f'<node id="{n}" version="1" lon="{x:.4f}" lat="{y}"/>' for n, (x, y) in enumerate(corners, 901))
    refs = "".join(f'<nd ref="{n}"/>' for n in (901, 902, 903, 904, 901))
    return f'{nodes}<way id="900" version="1">{refs}<tag k="leisure" v="garden"/></way>'


def write_study(folder: Path, yaml: str = "", **town: str) -> Path:
    """Write the town and a study of it; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "town.osm").write_text(osm_xml(**town), encoding="utf-8")
    (folder / "study.yaml").write_text(f"name: {{zh: 玩具镇, en: Toy town}}\nosm: town.osm\n{yaml}", encoding="utf-8")
    return folder
