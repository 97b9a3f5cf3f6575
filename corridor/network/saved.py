"""Networks in binary files: written for later, and kept under what they were built from.

A file holds four Arrow tables: the nodes, the edges, the first vertex of each edge, and the vertices. Points and lines
are drawn again from the coordinates, so what is read equals what was written bit for bit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from pyproj import CRS

from corridor import kept
from corridor.errors import NetworkError
from corridor.network.model import Longs, Network, Vertices, drawn_edges, drawn_nodes

KIND = kept.Kind(
    format="corridor-network",
    version=1,
    ending=".network",
    rooms=("network", "crs.py", "errors.py", "kept.py"),
    libraries=("numpy", "pandas", "geopandas", "shapely", "pyarrow", "pyproj"),
)
_AGAIN = ("请用 build_network 重新建立。", "Build it again with build_network.")


def write_network(network: Network, path: str | Path) -> Path:
    """Write a network to one binary file that `read_network` gives back bit for bit.

    Parameters
    ----------
    network : Network
        As `build_network` or `from_networkx` made it.
    path : str or Path
        A file there is replaced, whole or not at all.

    Returns
    -------
    Path

    Raises
    ------
    NetworkError
        The file cannot be written, or the network holds something else than numbers and text.
    """
    path = Path(path)
    try:
        kept.write(path, KIND, *_packed(network))
    except (ValueError, pa.ArrowException) as error:
        raise NetworkError.of(
            str(path), f"此路网不能存为文件（{error}）。", f"this network cannot be kept in a file ({error})."
        ) from None
    except OSError as error:
        raise NetworkError.of(
            str(path),
            f"写不了：{error.strerror}。",
            f"cannot be written: {error.strerror}.",
            "请换一个文件夹，或腾出空间。",
            "Name another folder, or make room.",
        ) from None
    return path


def read_network(path: str | Path) -> Network:
    """Read a network that `write_network` wrote.

    Raises
    ------
    NetworkError
        There is no such file, or it is torn, changed, of another version or no network.
    """
    path = Path(path)
    try:
        return _unpacked(*kept.read(path, KIND))
    except FileNotFoundError:
        raise NetworkError.of(str(path), "没有这个文件。", "there is no such file.", *_AGAIN) from None
    except kept.UNFIT:
        raise NetworkError.of(
            str(path),
            "不是完整的路网文件，或出自别的版本。",
            "is no whole network file, or one of another version.",
            *_AGAIN,
        ) from None


def of(
    folder: str | Path, streets: gpd.GeoDataFrame, gates: pd.DataFrame, choices: Mapping[str, Any], make: Callable[[], Network]
) -> Network:  # fmt: skip
    """Return the network kept under the content of two tables and the choices; else make it and keep it.

    Parameters
    ----------
    streets, gates : DataFrame
        With the columns that `make` reads and no other, so that nothing it depends on is left out of the name.
    choices : mapping
        What else it depends on; written as text into the name.
    """
    try:
        key = KIND.key(content_of(streets, gates), {name: str(value) for name, value in choices.items()})
    except (ValueError, TypeError, pa.ArrowException):  # a table that is not numbers and text is built from, not kept
        return make()
    found = kept.get(Path(folder), KIND, key, _unpacked)
    if found is not None:
        return found
    network = make()
    try:
        kept.put(Path(folder), KIND, key, *_packed(network))
    except (ValueError, pa.ArrowException):
        return network
    return network


def content_of(streets: gpd.GeoDataFrame, gates: pd.DataFrame) -> str:
    """Return a hash of the bytes of two tables: columns, types, index, and the streets' coordinates."""
    digest = hashlib.sha256()
    lines = streets.geometry.to_numpy()
    digest.update(str(streets.crs.srs if streets.crs else None).encode())
    for array in (shapely.get_type_id(lines), shapely.get_num_coordinates(lines), shapely.get_coordinates(lines)):
        digest.update(np.ascontiguousarray(array).tobytes())
    for table in (pd.DataFrame(streets.drop(columns=streets.geometry.name)), pd.DataFrame(gates)):
        for name, column in [*table.items(), ("", table.index.to_series())]:
            content = pa.Table.from_arrays([_arrow_of(column)], names=["values"]).combine_chunks()
            digest.update(f"{name}\0{_kind_of(column)}\0{content.schema}\0{len(column)}\0".encode())
            with pa.ipc.new_stream(pa.PythonFile(_Fed(digest.update), mode="w"), content.schema) as stream:
                stream.write_table(content)
    return digest.hexdigest()


class _Fed:
    """A file that hands on what is written into it."""

    closed = False

    def __init__(self, feed: Callable[[bytes], None]) -> None:
        self.write = feed

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """Nothing is open."""


def _arrow_of(column: pd.Series) -> pa.Array:
    return pa.array(column, from_pandas=True)


def _kind_of(column: pd.Series) -> str:
    """Name the type of a column; of Python objects all types, for None is not NaN."""
    if column.dtype == object:
        return f"object {sorted(kind.__name__ for kind in set(map(type, column.to_numpy())))}"
    if isinstance(column.dtype, pd.StringDtype):
        return f"text {column.dtype.storage} {column.dtype.na_value is pd.NA}"
    return str(column.dtype)


def _packed(network: Network) -> tuple[dict[str, pa.Table], dict[str, Any]]:
    """Return a network as tables and facts; ValueError where it would not come back as it is."""
    vertices = network.vertices
    nodes, edges = network.nodes, network.edges
    if vertices is None or not _as_drawn(nodes, edges, vertices):
        raise ValueError("lines without vertices")
    if not (isinstance(edges.index, pd.RangeIndex) and edges.index.equals(pd.RangeIndex(len(edges)))):
        raise ValueError("edges not numbered from 0")
    plain = {"nodes": nodes.drop(columns="geometry"), "edges": edges.drop(columns="geometry")}
    tables = {
        "nodes": _columns({"node": nodes.index.to_series(), **dict(plain["nodes"].items())}),
        "edges": _columns(dict(plain["edges"].items())),
        "start": _columns({"start": pd.Series(vertices.start)}),
        "vertices": _columns(
            {"x": pd.Series(vertices.xy[:, 0]), "y": pd.Series(vertices.xy[:, 1]), "dm": pd.Series(vertices.dm)}
        ),
    }
    facts = {
        "kinds": {name: [_stored_kind(column) for _, column in table.items()] for name, table in plain.items()},
        "names": [nodes.index.name, edges.index.name],
        "crs": network.crs.srs,
        "gates_policy": network.gates_policy,
        "notices": [asdict(notice) for notice in network.notices],
    }
    return tables, facts


def _columns(columns: Mapping[str, pd.Series]) -> pa.Table:
    arrays = [pa.array(c, pa.string() if c.dtype == object else None, from_pandas=True) for c in columns.values()]
    return pa.Table.from_arrays(arrays, names=list(columns))


def _stored_kind(column: pd.Series) -> str:
    """Return the type under which a column comes back."""
    kind = _kind_of(column)
    if column.dtype == object and set(map(type, column.to_numpy())) <= {str, type(None)}:
        return "object"
    if not isinstance(column.dtype, pd.StringDtype) and column.dtype.kind not in "bif":
        raise ValueError(f"{column.name}: {kind}")
    return kind


def _as_drawn(nodes: gpd.GeoDataFrame, edges: gpd.GeoDataFrame, vertices: Vertices) -> bool:
    """Return whether points and lines are just those that the coordinates give."""
    lines, points = (table.geometry.to_numpy() for table in (edges, nodes))
    at: Longs = np.diff(vertices.start)
    return (
        bool((shapely.get_type_id(lines) == shapely.GeometryType.LINESTRING).all())
        and bool((shapely.get_type_id(points) == shapely.GeometryType.POINT).all())
        and not shapely.has_z(lines).any()
        and not shapely.has_z(points).any()
        and np.array_equal(shapely.get_num_coordinates(lines), at)
        and np.array_equal(shapely.get_coordinates(lines), vertices.xy)
        and np.array_equal(shapely.get_coordinates(points), nodes[["x_m", "y_m"]].to_numpy())
    )


def _unpacked(tables: kept.Tables, facts: kept.Facts) -> Network:
    crs = CRS.from_user_input(facts["crs"])
    node, *columns = tables["nodes"].column_names
    index = pd.Index(_numbers(tables["nodes"][node]), name=facts["names"][0])
    xy = np.stack([_numbers(tables["vertices"][name]) for name in ("x", "y")], axis=1)
    vertices = Vertices(_numbers(tables["start"]["start"]), xy, _numbers(tables["vertices"]["dm"]))
    nodes = _frame(tables["nodes"].select(columns), facts["kinds"]["nodes"])
    edges = _frame(tables["edges"], facts["kinds"]["edges"])
    numbered = pd.RangeIndex(tables["edges"].num_rows, name=facts["names"][1])
    return Network(
        gpd.GeoDataFrame(nodes, index=index, geometry=drawn_nodes(nodes["x_m"], nodes["y_m"]), crs=crs),
        gpd.GeoDataFrame(edges, index=numbered, geometry=drawn_edges(vertices), crs=crs),
        crs,
        facts["gates_policy"],
        kept.notices_of(facts["notices"]),
        vertices,
    )


def _frame(table: pa.Table, kinds: list[str]) -> dict[str, Any]:
    """Return columns under the types they had."""
    return {name: _values(table[name], kind) for name, kind in zip(table.column_names, kinds, strict=True)}


def _values(column: pa.ChunkedArray, kind: str) -> Any:
    if kind.startswith("text "):
        _, storage, na = kind.split(" ")
        return pd.StringDtype(storage, pd.NA if na == "True" else np.nan).__from_arrow__(column)
    return column.to_numpy(zero_copy_only=False).astype(kind) if kind == "object" else _numbers(column).astype(kind)


def _numbers(column: pa.ChunkedArray) -> np.ndarray:
    """Return an array of its own, to be written to like any other."""
    return np.array(column.to_numpy(zero_copy_only=False))
