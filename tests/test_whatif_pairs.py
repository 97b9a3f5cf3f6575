"""Every kind of edit changes every group of indicators, but where the table says why it cannot; incremental = full."""

from pathlib import Path

import numpy as np
import pytest
import yaml
from whatif_town import write_town

import corridor
from corridor.errors import ConfigError
from corridor.report._choices import Choices
from corridor.scenarios import EDITS, Baseline, check, scenario

BOOK = yaml.safe_load((Path(__file__).parent / "whatif_edits.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """The town, ready for scenarios."""
    return Baseline.build(corridor.open_study(write_town(tmp_path_factory.mktemp("pairs"))))


def resolved(base, edits):
    return check(base.study, base.evaluation.network, [scenario("s", *edits)])[0]


def cannot(op: str) -> set[str]:
    return {group for row in BOOK["cannot"] if op in row["ops"] for group in row["groups"]}


def moved(result) -> set[str]:
    """Return the groups some indicator of which is another than today; missing is a value of its own."""
    table = result.indicators
    before, after = (table[name].to_numpy(dtype=float, na_value=np.nan) for name in ("baseline", "value"))
    return set(table["group"][~((before == after) | (np.isnan(before) & np.isnan(after)))])


def test_the_book_names_every_kind_of_edit_and_gives_a_reason_for_each_pair():
    assert set(BOOK["edits"]) == set(EDITS)
    assert all({"ops", "groups", "why"} == set(row) and len(row["why"]) > 20 for row in BOOK["cannot"])
    named = [(op, group) for row in BOOK["cannot"] for op in row["ops"] for group in row["groups"]]
    assert len(named) == len(set(named)) and {op for op, _ in named} <= set(EDITS)


@pytest.mark.parametrize("op", EDITS)
def test_an_edit_changes_what_it_can_and_nothing_else(base, op):
    groups = set(base.indicators["group"])
    results = [base.run(resolved(base, edits)) for edits in BOOK["edits"][op]]
    assert set().union(*map(moved, results)) == groups - cannot(op)


@pytest.mark.parametrize("op", EDITS)
def test_an_edit_equals_the_full_evaluation(base, op):
    one = resolved(base, BOOK["edits"][op][0])
    quick, full = base.run(one), base.run_full(one)
    left, right = (r.indicators["value"].to_numpy(dtype=float, na_value=np.nan) for r in (quick, full))
    assert quick.indicators.index[~((left == right) | (np.isnan(left) & np.isnan(right)))].tolist() == []
    assert quick.changes.equals(full.changes) and quick.gain == full.gain


def values(result):
    return result.indicators["value"].to_numpy(dtype=float, na_value=np.nan)


@pytest.mark.parametrize("field", BOOK["by_field"])
def test_a_field_moves_what_it_is_for_and_nothing_else(base, field):
    """Beside the same edit without the field; nothing of it stays behind."""
    row = BOOK["by_field"][field]
    plain, one = (resolved(base, row[name]) for name in ("without", "with"))
    before, after = base.run(plain), base.run(one)
    differ = ~((values(before) == values(after)) | (np.isnan(values(before)) & np.isnan(values(after))))
    assert set(after.indicators["group"][differ]) == set(row["moves"])
    assert np.array_equal(values(base.run(plain)), values(before), equal_nan=True)


@pytest.mark.parametrize("close", [True, False])
def test_edits_with_these_fields_equal_the_full_evaluation(base, close):
    """All together; the gates that one opens for some hours another shuts for some, so there are two scenarios."""
    rows = [row["with"] for field, row in BOOK["by_field"].items() if field.startswith("close") is close]
    one = resolved(base, [edit for edits in rows for edit in edits])
    quick, full = base.run(one), base.run_full(one)
    assert (
        quick.indicators.index[
            ~((values(quick) == values(full)) | np.isnan(values(quick)) & np.isnan(values(full)))
        ].tolist()
        == []
    )
    assert quick.changes.equals(full.changes) and quick.gain == full.gain


def test_a_gate_with_hours_is_shut_outside_them(base):
    """At noon as if it stood open, in the evening as today; shut for the night it is open at noon as today."""
    plain, opened, shut = (
        base.run(resolved(base, edits)).indicators["value"]
        for edits in (*(BOOK["by_field"]["open_gate.hours"][name] for name in ("without", "with")), BOOK["by_field"]["close_gate.hours"]["with"])
    )  # fmt: skip
    today, closed = (
        base.indicators["value"],
        base.run(resolved(base, BOOK["edits"]["close_gate"][1])).indicators["value"],
    )
    noon, evening = (today.index.str.startswith(f"by_time.{at}.") for at in ("weekday_noon", "weekday_evening"))
    assert opened[noon].equals(plain[noon]) and not opened[noon].equals(today[noon])
    assert opened[evening].equals(today[evening]) and not plain[evening].equals(today[evening])
    assert shut[noon].equals(today[noon]) and shut[evening].equals(closed[evening]) and not shut.equals(today)


def test_hours_of_a_gate_that_nobody_understands_are_refused(base):
    with pytest.raises(ConfigError, match="看门人在时") as error:
        resolved(base, [{"op": "open_gate", "name": "西门", "hours": "看门人在时"}])
    assert "6:00-22:00" in str(error.value.problems[0].hint.zh)


def test_hours_alone_change_what_is_open_when(base):
    """The canteen opens in the evening instead of at noon: whoever lives near it has one then, and none at noon."""
    canteen = {"op": "change_amenity", "name": "社区食堂", "opening_hours": "Mo-Su 19:00-21:00"}
    result = base.run(resolved(base, [canteen]))
    assert moved(result) == {"by_time"}
    near = result.indicators.loc["coverage.area.residents.elder.canteen", "value"]
    table = result.indicators.loc[[f"by_time.{at}.elder.canteen.open" for at in ("weekday_noon", "weekday_evening")]]
    assert near > 0
    assert table["baseline"].tolist() == [near, 0.0] and table["value"].tolist() == [0.0, near]
    # Hours that nobody understands tell nothing: it may be open at any time.
    unread = base.run(resolved(base, [canteen | {"opening_hours": "电话预约"}])).indicators["value"]
    assert unread["by_time.weekday_evening.elder.canteen.possible"] == near
    assert unread["by_time.weekday_noon.elder.canteen.open"] == 0.0


def test_fewer_people_left_out_are_better(base):
    """In the ranking of scenarios, by each indicator of open space."""
    park = base.run(resolved(base, BOOK["edits"]["add_open_space"][0]))
    choices = Choices(base.indicators, "en")
    choices.add(park)
    told = {one["name"]: (one["better"], one["change"][0]) for one in choices.told([park.id]) if "Open" in one["group"]}
    assert len(told) == 2 and all(better * change > 0 for better, change in told.values())
    assert sum(better < 0 for better, _ in told.values()) == 1
