"""Row 93 of the faults: what cannot fit is refused before it starts, with figures and a way to split it."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from worlds import gate_table, points_at, street_table

from corridor.access import estimate, k_nearest, limits, travel_table
from corridor.errors import BatchError
from corridor.network import build_network


@pytest.fixture(scope="module")
def town():
    """1,000 homes along a street of 1 km, and 1,000 shops: half of the pairs lie within a bit under 300 m."""
    network = build_network(street_table([{"stops": [(1, 0.0, 0.0), (2, 1000.0, 0.0)]}]), gate_table({}))
    homes = points_at([(0, 10 * number, 0) for number in range(1000)])
    shops = points_at([(0, 10 * number + 5, 0, "shop") for number in range(1000)])
    return network, homes, shops


@pytest.mark.parametrize("cutoff", [100, 2930, 10_000])
def test_an_estimate_is_close_to_what_comes(town, cutoff):
    need = estimate(*town, cutoff_dm=cutoff)
    found = travel_table(*town, cutoff_dm=cutoff)
    assert need.origins == 1000
    assert need.pairs == pytest.approx(len(found), rel=0.05)
    assert need.memory_bytes >= found.memory_usage().sum()
    assert need.parts == 1


@pytest.mark.parametrize("measure", [travel_table, lambda *a, **k: k_nearest(*a, k=3, **k)], ids=["table", "k nearest"])
def test_93_what_cannot_fit_is_refused_with_a_way_to_split_it(town, monkeypatch, measure):
    monkeypatch.setattr(limits, "_ALWAYS_FINE", 0)
    assert len(measure(*town, cutoff_dm=10_000)) > 0
    monkeypatch.setattr(limits, "available_memory", lambda: 40 * 2**20)
    with pytest.raises(BatchError) as caught:
        measure(*town, cutoff_dm=10_000)
    said = caught.value.in_("en")
    assert "was not started: about 1,000,000 walks, 0.1 GB of memory (0.0 GB free)" in said
    assert "Split the origins into 4 parts or more of at most 250" in said
    assert "分成4份以上" in caught.value.in_("zh")
    # split as told, it fits
    network, homes, shops = town
    for part in np.split(np.arange(1000), 4):
        assert len(measure(network, homes.iloc[part], shops, cutoff_dm=10_000)) > 0


def test_memory_is_told_or_unknown_but_never_wrong(monkeypatch):
    assert limits.available_memory() > 2**20
    monkeypatch.setattr(limits, "Path", lambda *a: Path("nothing", "here"))
    told = limits.available_memory()
    assert told is None or told > 2**20
    monkeypatch.setattr(limits, "os", SimpleNamespace(name="nt"))
    assert sys.platform == "win32" or limits.available_memory() is None
    monkeypatch.setattr(limits, "os", SimpleNamespace(name="posix"))
    assert limits.available_memory() is None
    assert limits.Estimate(10, 10, 10**15, 1.0, None).parts == 1
