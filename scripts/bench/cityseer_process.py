"""W1 and W2 by cityseer, as a program of its own: python cityseer_process.py GIVEN.npz GOT.npz.

cityseer is under AGPL: neither the package nor the bench imports it. This file is started as a separate process,
reads coordinates, links and opportunities, and writes numbers.
"""

import contextlib
import io as text
import sys
import time

import geopandas as gpd
import networkx as nx
import numpy as np
import shapely
from cityseer.metrics import layers
from cityseer.tools import io

REACH = [400, 800, 1200]


def main(given: str, got: str) -> None:
    """Build its network, clock the one call, and write what it found."""
    with np.load(given) as data:
        xy, links, goal, category = (data[name] for name in ("xy", "links", "goal", "category"))
    graph = nx.MultiGraph(crs="EPSG:32651")
    for node, (x, y) in enumerate(xy.tolist()):
        graph.add_node(str(node), x=x, y=y)
    for a, b in links.tolist():
        graph.add_edge(str(a), str(b), geom=shapely.LineString(xy[[a, b]]))
    nodes, _, structure = io.network_structure_from_nx(graph)
    kinds = [f"c{c}" for c in range(int(category.max()) + 1)]
    points = gpd.GeoDataFrame(
        {"kind": [f"c{c}" for c in category.tolist()]}, geometry=shapely.points(xy[goal]), crs=nodes.crs
    )
    cpu, wall = time.process_time(), time.perf_counter()
    with contextlib.redirect_stdout(text.StringIO()):
        found = layers.compute_accessibilities(
            points, "kind", kinds, nodes, structure, max_netw_assign_dist=100, distances=REACH
        )
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    found = found.loc[[str(node) for node in range(len(xy))]]
    counts = np.stack([[found[f"cc_{kind}_{reach}_nw"].to_numpy() for reach in REACH] for kind in kinds])
    near = np.stack([found[f"cc_{kind}_nearest_max_{REACH[-1]}"].to_numpy(dtype=float) for kind in kinds])
    near = np.where(np.isinf(near), np.nan, near)
    peak_mb = 0
    with contextlib.suppress(ImportError):  # no such thing on Windows
        import resource

        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    np.savez(got, nearest=near, counts=counts.transpose(2, 0, 1), cpu=cpu, wall=wall, peak_mb=peak_mb)


if __name__ == "__main__":
    main(*sys.argv[1:3])
