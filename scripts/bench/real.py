"""A real city: all buildings × all categories of an OSM extract, and W4 around 20 of its buildings."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np

from bench import isochrones
from bench.board import Board, peak_of
from corridor import taxonomy
from corridor.access import betweenness, cumulative, nearest
from corridor.crs import metric_crs
from corridor.network import attach, build_network
from corridor.sources import read_osm

T = TypeVar("T")


def run(path: Path, board: Board) -> None:
    """Read, attach, and measure nearest, counts, betweenness and isochrones; every step stands on the board."""

    def step(work: str, call: Callable[[], T], tell: Callable[[T], str], runs: int = 1) -> T:
        seconds, result = board.clock(call, runs)
        board.note(work, "corridor", seconds, tell(result))
        return result

    extract = step("read", lambda: read_osm(path), lambda found: f"{len(found.buildings):,} buildings")
    west, south, east, north = extract.buildings.total_bounds
    crs = metric_crs((west + east) / 2, (south + north) / 2)
    streets, buildings, amenities, open_space, entrances, gates = (
        getattr(extract, name).to_crs(crs)
        for name in ("streets", "buildings", "amenities", "open_space", "entrances", "gates")
    )
    network = step(
        "network",
        lambda: build_network(streets, gates),
        lambda found: f"{len(found.nodes):,} nodes, {len(found.edges):,} edges",
        3,
    )
    with tempfile.TemporaryDirectory() as folder:
        build_network(streets, gates, cache=folder)
        step("kept", lambda: build_network(streets, gates, cache=folder), lambda _: "the network found by content", 3)
    categories = taxonomy.read_categories()
    places = step(
        "classify",
        lambda: taxonomy.classify(
            categories, amenities=amenities, open_space=open_space, buildings=buildings, entrances=entrances
        ),
        lambda found: f"{len(found):,} places in {found['category'].nunique()} of {len(categories)} categories",
    )
    spots = buildings.geometry.representative_point()
    homes, goals = step(
        "attach",
        lambda: (attach(network, spots), places.join(attach(network, places.geometry))),
        lambda found: f"{found[0]['edge'].notna().sum():,} buildings, {found[1]['edge'].notna().sum():,} places",
    )
    common = {"threads": board.threads, "categories": [category.code for category in categories]}
    peak, _ = peak_of(lambda: nearest(network, homes, goals, cutoff_dm=24_000, **common))
    board.title = f"{path.name}, {len(homes):,} buildings × {len(categories)} categories; peak {peak:,} MB"
    step(
        "nearest",
        lambda: nearest(network, homes, goals, cutoff_dm=24_000, **common),
        lambda near: f"within 2,400 m: {near.size:,} cells, {int(near.notna().to_numpy().sum()):,} reached",
        3,
    )
    step(
        "counts",
        lambda: cumulative(network, homes, goals, cutoffs_dm=[4_000, 8_000, 12_000], **common),
        lambda n: f"within 400, 800, 1,200 m: {int(np.nansum(n.to_numpy(dtype=float, na_value=np.nan))):,} in all",
        3,
    )
    step(
        "flow",
        lambda: betweenness(network, homes, radius_dm=12_000, threads=board.threads),
        lambda flow: f"betweenness within 1,200 m: busiest street {flow.max():,.0f} trips",
    )
    isochrones.run(network, homes, board)
