"""What the written outputs of a street study say, each read from its own file or from the data its page holds."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pandas as pd
from test_maps import decode

from corridor.evaluation.strip import gathered
from corridor.maps import streets, strip
from corridor.maps.layers import drawing_grid
from corridor.report import _streets
from corridor.report._strip import drawn_svg


def less(text, factor=1):
    """Return numbers that are packed one higher, with None for missing."""
    return [None if value == 0 else (value - 1) / factor for value in decode(text)]


class Tables(HTMLParser):
    """The rows of all tables of a page by the class of their table, and its words."""

    def __init__(self, page):
        super().__init__()
        self.rows, self.words, self._kind, self._svg = {}, "", [], 0
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self._svg += tag == "svg"
        if tag == "table":
            self._kind.append(dict(attrs).get("class", ""))
        elif tag == "tr" and self._kind:
            self.rows.setdefault(self._kind[-1], []).append([])
        elif tag in ("td", "th") and self._kind:
            self.rows[self._kind[-1]][-1].append("")

    def handle_endtag(self, tag):
        self._svg -= tag == "svg"
        if tag == "table":
            self._kind.pop()

    def handle_data(self, data):
        if self._svg:
            return
        self.words += data
        if self._kind and self.rows.get(self._kind[-1]) and self.rows[self._kind[-1]][-1]:
            self.rows[self._kind[-1]][-1][-1] += data


@dataclass
class Told:
    """All of it, read once."""

    evaluation: object
    found: object
    folder: object
    sheet: object
    lang: str = "zh"
    page: Tables = field(init=False)

    def __post_init__(self):
        road = gathered(self.found)
        self.svg = {"".join(t.itertext()) for t in ElementTree.fromstring(drawn_svg(road, self.lang)).iter() if t.tag.endswith("text")}  # fmt: skip
        self.strip = strip.section(self.found, road)
        self.map = streets.section(self.found, drawing_grid(self.evaluation))[0]
        self.page = Tables(_streets.render(self.found, self.lang, road))
        ranking = self.sheet(self.folder, "排序 ranking").set_index("segment_id")
        self.book = ranking.loc[streets.ordered(self.found).index]
        self.values = self.sheet(self.folder, "指标值 values").set_index("segment_id").loc[self.book.index]
        with closing(sqlite3.connect(self.folder / "streets.gpkg")) as file:
            self.gpkg = pd.read_sql("SELECT * FROM segments", file).set_index("segment_id").loc[self.book.index]

    @property
    def corridor(self):
        return self.book[self.book["order"].notna()]

    def of_map(self, name, factor=1):
        return less(self.map["segments"][name], factor)

    def indicator(self, code):
        """Return what the map's card says of an indicator, as numbers in the indicator's own unit."""
        n = [row["code"] for row in self.map["indicators"]].index(code)
        known, scale = decode(self.map["basis"][n]), 10 ** self.map["decimals"][n]
        return [v / scale if b else None for v, b in zip(decode(self.map["values"][n]), known, strict=True)]

    def gaps(self):
        """Return the stretches between crossings, and where they end, of the map's strip."""
        ends = sorted({0, *decode(self.strip["crossings"]), self.strip["length"]})
        return [(low / 10, high / 10) for low, high in pairwise(ends)]

    def furniture(self, name):
        """Return (number written, number of marks drawn) by segment of the map's strip."""
        row = next(row for row in self.strip["furniture"] if row["name"] == name)
        return less(row["count"]), np.bincount(decode(row["segment"]), minlength=len(self.corridor)).tolist()
