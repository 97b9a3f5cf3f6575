"""A real city: all buildings × all categories of an OSM extract."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from bench.board import Board, peak_of
from corridor import taxonomy
from corridor.access import betweenness, cumulative, nearest
from corridor.crs import metric_crs
from corridor.network import attach, build_network
from corridor.sources import read_osm


def run(path: Path, board: Board) -> None:
    """Read, attach, and measure nearest, counts and betweenness; print every step."""
    start = time.perf_counter()

    def say(what: str) -> None:
        nonlocal start
        now = time.perf_counter()
        print(f"  {what:<74} {now - start:8.2f} s", flush=True)
        start = time.perf_counter()

    extract = read_osm(path)
    west, south, east, north = extract.buildings.total_bounds
    crs = metric_crs((west + east) / 2, (south + north) / 2)
    streets, buildings, amenities, open_space, entrances, gates = (
        getattr(extract, name).to_crs(crs)
        for name in ("streets", "buildings", "amenities", "open_space", "entrances", "gates")
    )
    say(f"read {path.name}")
    network = build_network(streets, gates)
    say(f"network: {len(network.nodes):,} nodes, {len(network.edges):,} edges")
    categories = taxonomy.read_categories()
    places = taxonomy.classify(
        categories, amenities=amenities, open_space=open_space, buildings=buildings, entrances=entrances
    )
    say(f"classified: {len(places):,} places in {places['category'].nunique()} of {len(categories)} categories")
    goals = places.join(attach(network, places.geometry))
    homes = attach(network, buildings.geometry.representative_point())
    say(
        f"attached: {homes['edge'].notna().sum():,} of {len(homes):,} buildings, {goals['edge'].notna().sum():,} places"
    )
    common = {"threads": board.threads, "categories": [category.code for category in categories]}
    peak, near = peak_of(lambda: nearest(network, homes, goals, cutoff_dm=24_000, **common))
    say(f"nearest of every category within 2,400 m, with the state graph; peak {peak} MB")
    near = nearest(network, homes, goals, cutoff_dm=24_000, **common)
    say(f"the same again: {near.size:,} cells, {int(near.notna().to_numpy().sum()):,} reached")
    counts = cumulative(network, homes, goals, cutoffs_dm=[4_000, 8_000, 12_000], **common)
    say(f"counts within 400, 800 and 1,200 m: {int(np.nansum(counts.to_numpy(dtype=float, na_value=np.nan))):,} in all")
    for radius in (8_000, 12_000):
        flow = betweenness(network, homes, radius_dm=radius, threads=board.threads)
        say(f"betweenness of all buildings within {radius // 10:,} m: busiest street {flow.max():,.0f} trips")
