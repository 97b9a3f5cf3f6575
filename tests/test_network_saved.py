"""Networks in binary files: equal bit for bit, thrown away when unfit, named by everything that decides them."""

from __future__ import annotations

import io
import json
import zipfile

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from toy import write_study
from worlds import gate_table, street_table, towns_of

import corridor
from corridor import kept
from corridor.errors import NetworkError
from corridor.network import (
    Network,
    attach,
    build_network,
    from_networkx,
    read_network,
    saved,
    to_networkx,
    write_network,
)
from corridor.network.edits import edited, nothing

LINE = [(1, 0.0, 0.0), (2, 100.0, 0.0), (3, 130.0, 40.0), (4, 300.0, 0.0)]
WAYS = [{"stops": LINE, "name": "定西路"}, {"stops": [LINE[1], (5, 100.0, 80.0)], "walk": "private"},
        {"stops": [LINE[2], (6, 400.0, 0.0)]}, {"stops": [(8, 900.0, 0.0), (9, 950.0, 0.0)]}]  # fmt: skip


def toy(**how) -> Network:
    return build_network(street_table(WAYS), gate_table({2: "residents"}), **how)


def assert_same(one: Network, other: Network) -> None:
    for name in ("nodes", "edges"):
        before, after = getattr(one, name), getattr(other, name)
        assert_frame_equal(after, before, check_exact=True, check_index_type="exact", check_column_type="exact")
        assert [type(index) for index in (before.index,)] == [type(index) for index in (after.index,)]
        assert before.crs == after.crs
        for column in before.columns:  # None is not NaN, a text type not another
            assert set(map(type, before[column])) == set(map(type, after[column]))
            assert before[column].dtype == after[column].dtype
        files = io.BytesIO(), io.BytesIO()
        before.to_parquet(files[0]), after.to_parquet(files[1])
        assert files[0].getvalue() == files[1].getvalue()
    assert (one.crs, one.crs.srs, one.gates_policy, one.notices) == (
        other.crs, other.crs.srs, other.gates_policy, other.notices)  # fmt: skip
    for name in ("start", "xy", "dm"):
        before, after = getattr(one.vertices, name), getattr(other.vertices, name)
        assert before.dtype == after.dtype and before.tobytes() == after.tobytes()


def entries(folder):
    return sorted(folder.glob(f"*{saved.KIND.ending}"))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), policy=st.sampled_from(["residents", "public", "open"]))
def test_any_network_comes_back_bit_for_bit(tmp_path, seed, policy):
    streets, gates = towns_of(np.random.default_rng(seed), 2)
    network = build_network(streets, gates, gates_policy=policy, signals_wait_dm=seed % 2 * 100)
    assert_same(network, read_network(write_network(network, tmp_path / "a.network")))


def test_what_other_makers_give_comes_back_too(tmp_path):
    network = from_networkx(to_networkx(toy()))
    assert network.edges["name"].isna().any()
    assert_same(network, read_network(write_network(network, tmp_path / "a.network")))


def test_a_found_network_is_not_built(tmp_path, monkeypatch):
    built = toy(cache=tmp_path / "deep")
    monkeypatch.setattr("corridor.network.build._built", None)
    found = toy(cache=tmp_path / "deep")
    assert_same(found, built)
    points = gpd.GeoSeries.from_xy([50.0, 120.0], [3.0, 60.0], crs=built.crs)
    assert_frame_equal(attach(found, points), attach(built, points))
    found.edges.loc[0, "cost_dm"] = 7  # its own memory, to be written to like any other


CHANGES = {
    "a vertex": lambda s, g: (s.set_geometry(s.translate(0.1)), g),
    "a node": lambda s, g: (s.assign(nodes=[[11, *nodes[1:]] for nodes in s["nodes"]]), g),
    "a name": lambda s, g: (s.assign(name=s["name"].fillna("x")), g),
    "a class": lambda s, g: (s.assign(highway="steps"), g),
    "steps": lambda s, g: (s.assign(steps=True), g),
    "one way": lambda s, g: (s.assign(oneway_foot=np.int8(1)), g),
    "who walks": lambda s, g: (s.assign(walk="public"), g),
    "an id": lambda s, g: (s.rename(index=lambda name: f"{name}x"), g),
    "a cut": lambda s, g: (s.assign(cuts=[((500, -7),), *[None] * (len(s) - 1)]), g),
    "a stretch closed": lambda s, g: (s.assign(closed=[((0, 300),), *[None] * (len(s) - 1)]), g),
    "a wait": lambda s, g: (s.assign(wait_s=10.0), g),
    "signals": lambda s, g: (s.assign(signals=[[2], *[[]] * (len(s) - 1)]), g),
    "a type": lambda s, g: (s.assign(name=s["name"].astype(object)), g),
    "a system": lambda s, g: (s.set_crs("EPSG:32650", allow_override=True), g),
    "a gate's place": lambda s, g: (s, g.assign(node_id=3)),
    "a gate's use": lambda s, g: (s, g.assign(passage="open")),
    "a gate opened": lambda s, g: (s, g.assign(opened="public")),
    "a gate closed": lambda s, g: (s, g.assign(closed=True)),
}
CHOICES = {"gates_policy": "open", "steps_factor": 3.0, "class_factors": {"footway": 2.0}, "signals_wait_dm": 5,
           "crossing_wait_dm": 5, "speed_m_min": 70.0}  # fmt: skip


def test_the_name_holds_all_that_decides(tmp_path, monkeypatch):
    streets, gates = street_table(WAYS), gate_table({2: "residents"})
    count = 0
    for tables in [(streets, gates), *(change(streets, gates) for change in CHANGES.values())]:
        assert_same(build_network(*tables), build_network(*tables, cache=tmp_path))
        count += 1
        assert len(entries(tmp_path)) == count
    for name, value in CHOICES.items():
        build_network(streets, gates, **{name: value}, cache=tmp_path)
        count += 1
        assert len(entries(tmp_path)) == count, name
    for name, value in (("__version__", "9"), ("code_of", lambda _: "9"), ("libraries_of", lambda _: ["9"])):
        with monkeypatch.context() as patch:
            patch.setattr(kept, name, value)
            build_network(streets, gates, cache=tmp_path)
        count += 1
        assert len(entries(tmp_path)) == count, name
    build_network(streets.copy(), gates, source="other.osm", cache=tmp_path)
    build_network(streets.assign(tags="not read"), gates.assign(width=3), cache=tmp_path)
    build_network(pd.concat([streets, streets]).iloc[: len(streets)], gates, cache=tmp_path)  # other memory
    assert len(entries(tmp_path)) == count


def test_nothing_unnamed_is_read():
    """Columns beside the named ones change nothing; each named one is there to be read, or a scenario's."""
    streets, gates = street_table(WAYS), gate_table({2: "residents"})
    wide = streets.assign(**dict.fromkeys(("tags", "osm_id", "length"), 3))
    assert_same(build_network(wide, gates), build_network(streets, gates))


def rewritten(**facts):
    def spoil(path):
        with zipfile.ZipFile(path) as packed:
            parts = {name: packed.read(name) for name in packed.namelist()}
        parts[kept.MANIFEST] = json.dumps(json.loads(parts[kept.MANIFEST]) | facts).encode()
        with zipfile.ZipFile(path, "w") as packed:
            for name, data in parts.items():
                packed.writestr(name, data)

    return spoil


def changed(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 1
    path.write_bytes(data)


SPOILT = {
    "empty": lambda path: path.write_bytes(b""),
    "torn": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "a bit changed": changed,
    "a pickle": lambda path: path.write_bytes(b"\x80\x04\x95\x1c\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix."),
    "an extract": rewritten(format="corridor-extract"),
    "an older version": rewritten(version=0),
    "without facts": rewritten(facts={}),
}


@pytest.mark.parametrize("how", [*SPOILT, "of another network"])
def test_an_unfit_file_is_refused_and_an_entry_made_again(tmp_path, how):
    network = toy(cache=tmp_path)
    (entry,) = entries(tmp_path)
    whole = entry.read_bytes()
    SPOILT.get(how, rewritten(key="0" * 64))(entry)
    assert entry.read_bytes() != whole
    if how in SPOILT:
        with pytest.raises(NetworkError, match="no whole network file"):
            read_network(entry)
    assert_same(toy(cache=tmp_path), network)
    assert entry.read_bytes() == whole  # made again, the same bytes


def test_what_does_not_fit_a_file_is_said(tmp_path):
    with pytest.raises(NetworkError, match="no such file"):
        read_network(tmp_path / "none.network")
    with pytest.raises(NetworkError, match="cannot be written"):
        write_network(toy(), tmp_path / "no folder" / "a.network")
    network = toy()
    with pytest.raises(NetworkError, match="cannot be kept"):
        write_network(edited(network, nothing(network)), tmp_path / "a.network")
    strange = street_table(WAYS).assign(name=[3, "x", None, 1.5])
    assert_frame_equal(
        build_network(strange, gate_table({}), cache=tmp_path).edges, build_network(strange, gate_table({})).edges
    )
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_no_fault(tmp_path):
    (tmp_path / "file").write_text("in the way")
    assert_same(toy(cache=tmp_path / "file" / "kept"), toy())


def test_extracts_and_networks_share_the_room(tmp_path, monkeypatch):
    for number, name in enumerate(("a.extract", "b.network", "c.extract")):
        (tmp_path / name).write_bytes(b"x" * 1000)
        kept.os.utime(tmp_path / name, (1000 + number, 1000 + number))
    toy(cache=tmp_path)
    (mine,) = (path for path in entries(tmp_path) if path.name != "b.network")
    monkeypatch.setattr(kept, "MOST_BYTES", 2000 + mine.stat().st_size)
    mine.unlink()
    toy(cache=tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["b.network", "c.extract", mine.name])


def test_an_evaluation_is_the_same_with_and_without(tmp_path):
    study = corridor.open_study(write_study(tmp_path / "s", "corridor: {names: [Main Road]}\n"))
    folders = None, tmp_path / "kept", tmp_path / "kept"
    plain, *others = (corridor.evaluate(study, only=["life_circle"], cache=folder) for folder in folders)
    assert len(entries(tmp_path / "kept")) == 3  # the three gates policies
    for other in others:
        assert_same(other.network, plain.network)
        assert other.summary == plain.summary
        assert_frame_equal(other.access, plain.access)
