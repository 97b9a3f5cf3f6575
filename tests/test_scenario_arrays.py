"""What scenarios count in arrays, against plain loops and the functions of the full evaluation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor._kernel import scores, tables
from corridor.config import KINDS
from corridor.indicators import life_circle, weighted
from corridor.scenarios._crowd import Crowd
from corridor.scenarios._gain import Heads, Map, Moved, changed, gains

FAR = 2**31 - 1


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_scores_are_those_of_the_life_circle_to_the_last_bit(seed):
    rng = np.random.default_rng(seed)
    count, categories = int(rng.integers(1, 40)), int(rng.integers(1, 25))
    kind = np.sort(rng.integers(0, len(KINDS), categories))
    weight = rng.choice([0.0, 0.7, 1.0, 2.5], categories)
    limit = rng.uniform(3000, 15000, (2, categories))
    walk = np.where(rng.random((categories, count)) < 0.2, FAR, rng.integers(0, 30000, (categories, count)))
    who = rng.permutation(count)[: int(rng.integers(0, count + 1))]
    of_kind = [np.flatnonzero(kind == n) for n in range(len(KINDS))]
    share = rng.uniform(0.1, 1, len(KINDS))
    scale = scores.Scale(
        np.arange(categories),
        weight,
        limit,
        np.searchsorted(kind, np.arange(len(KINDS) + 1)),
        np.array([weight[columns].sum() for columns in of_kind]),
        share,
    )
    out = np.empty((1 + len(KINDS) + 1, len(who)))
    scores.score(walk.astype(np.int32), who, scale, out)
    cost = np.where(walk == FAR, np.nan, walk)[:, who].T
    parts = [life_circle.falling(cost, one) for one in limit]
    kinds = [[life_circle.kind_score(part[:, columns], weight[columns]) for columns in of_kind] for part in parts]
    totals = [life_circle.total_score(found, dict(zip(KINDS, share, strict=True))) for found in kinds]
    assert np.array_equal(out, np.array([totals[0], *kinds[0], totals[1]]), equal_nan=True)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_the_least_of_rows_and_what_turned(seed):
    rng = np.random.default_rng(seed)
    rows, columns, sets = (int(n) for n in rng.integers(1, 12, 3))
    walk = rng.integers(0, 50, (rows, columns)).astype(np.int32)
    lists = [rng.integers(0, rows, int(rng.integers(0, 4))) for _ in range(sets)]
    first = np.cumsum([0, *map(len, lists)])
    asked = rng.integers(0, sets, int(rng.integers(0, 6)))
    out = np.empty((len(asked), columns), np.int32)
    tables.least(walk, np.concatenate(lists).astype(np.int64), first, asked, 40, out)
    for found, number in zip(out.tolist(), asked.tolist(), strict=True):
        best = [min((int(walk[row, i]) for row in lists[number]), default=FAR) for i in range(columns)]
        assert found == [cost if cost <= 40 else FAR for cost in best]
    after = np.where(rng.random(walk.shape) < 0.1, walk + 1, walk).astype(np.int32)
    chosen = rng.random(rows) < 0.5
    other_rows, other_columns = tables.turned(after, walk, chosen)
    other = after != walk
    assert other_rows.tolist() == other.any(axis=1).tolist()
    assert other_columns.tolist() == other[chosen].any(axis=0).tolist()


def test_shares_do_not_depend_on_who_else_is_asked_for():
    rng = np.random.default_rng(5)
    heads, met, rows = rng.uniform(0, 400, 1184), rng.random((30, 1184)) < 0.4, rng.random(1184) < 0.6
    met[3] = True
    crowd = Crowd.of(rows, heads)
    together = crowd.shares(met)
    assert together[3] == 1.0
    assert [crowd.shares(met[[n]])[0] for n in range(30)] == together.tolist()
    assert weighted.shares(met[:, rows].T, heads[rows]).tolist() == together.tolist()
    assert np.isnan(Crowd.of(np.zeros(1184, bool), heads).shares(met)).all()


def test_gains_by_street_and_side():
    def heads(ids, score, people, row=None):
        place = None if row is None else np.array(row)
        return Heads(np.array(ids, object), np.array(score), np.array(people), np.array(people) / 10, place)

    places = Map.of(
        ["Oak", "Elm"],
        ["north", "south"],
        {"a": ("Oak", "north"), "b": ("Elm", "south"), "c": (None, None), "d": ("Oak", "south")},
        ["a", "b", "c"],
    )
    before = heads(["a", "b", "c"], [50.0, 60.0, np.nan], [10.0, 20.0, 30.0])
    after = heads(["d", "a", "c"], [70.0, 52.0, 40.0], [5.0, 10.0, 30.0], [-1, 0, 2])
    changes, at = changed(before, after, places, {"d": ("Oak", "south")})
    assert changes.ids == ["a", "b", "c", "d"]
    assert changes.street == ["Oak", "Elm", None, "Oak"]
    assert changes.columns["change"][0] == 2.0
    assert np.isnan(changes.columns["change"][1:]).all()
    firms = Moved(np.array([-30.0, 40.0, 5.0]), places.where([("Elm", "south"), ("Oak", "north"), (None, None)]))
    found = gains(changes, at, firms, places, 4.0)
    assert found["gain"] == {"buildings": 1, "residents": 10.0, "workers": 1.0, "firms": 1}
    assert found["lose"] == {"buildings": 0, "residents": 0.0, "workers": 0.0, "firms": 2}
    # "": near no named street.
    assert list(found["by_street"]) == ["", "Elm", "Oak"]
    assert found["by_street"]["Elm"]["gain"]["firms"] == 1
    assert found["by_street"]["Oak"]["gain"]["buildings"] == 1
    assert found["by_side"]["north"]["lose"]["firms"] == 1
    # Residents and workers: 2 points × 11 people.
    assert found["points"] == pytest.approx(22.0)
    assert found["per_cost"] == pytest.approx(5.5)
