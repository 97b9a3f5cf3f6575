"""Every measure that the street study of the bundled belt suggests, made as the scenario that tests it.

A measure mends what it was suggested for where the score of its reason falls on its own segment, and the need with it.
"""

from __future__ import annotations

import statistics
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from ruamel.yaml import YAML

import corridor
from bench.scenarios import clock
from corridor import ranking
from corridor.evaluation import StreetStudy, evaluate, street_study
from corridor.scenarios import Resolved, Streets, check, scenario

ROOT = Path(__file__).resolve().parent.parent.parent


class Walked(NamedTuple):
    """A measure and what it brings: the need and the score of its reason, before and after; NaN where not known."""

    measure: str
    because: str
    need: tuple[float, float]
    reason: tuple[float, float]
    ms: float

    @property
    def mends(self) -> bool:
        """Whether both fall."""
        return all(now < was for was, now in (self.need, self.reason))


def run(every: int) -> int:
    """Walk one measure of so many, print those that do not mend what they are for; return how many."""
    base = evaluate(corridor.open_study(ROOT / "geodata" / "dingxi"), only=())
    streets = Streets(base, street_study(base, draws=1))
    rows = list(streets.study.measures.itertuples(index=False))[::every]
    read = YAML(typ="safe")
    made = [scenario(row.zh, read.load(row.edit)) for row in rows]
    found = []
    for row, one in zip(rows, check(base.study, base.network, made), strict=True):
        found.append(walked(streets, row, one))
        if not found[-1].mends:
            print(row.segment_id, found[-1], row.edit, flush=True)
    told(found)
    return sum(not one.mends for one in found)


def walked(streets: Streets, row: Any, one: Resolved) -> Walked:
    """Make one measure."""
    kept: list[StreetStudy] = []
    taken = clock(lambda: kept.append(streets.edited(one)))
    pair = streets.study, kept[0]
    need = [_number(study.ranking.at[row.segment_id, "need"]) for study in pair]
    scores = [ranking.indicator_scores(study.values.loc[[row.segment_id]], study.indicators) for study in pair]  # noqa: PD011
    reason = [_number(table.at[row.segment_id, row.because]) / 1000 for table in scores]
    return Walked(row.measure, row.because, (need[0], need[1]), (reason[0], reason[1]), taken)


def _number(value: Any) -> float:
    return float("nan") if pd.isna(value) else float(value)


def told(found: list[Walked]) -> None:
    """Print how many mend what they are for, by measure and reason."""
    kinds = Counter((one.measure, one.because) for one in found)
    mending = Counter((one.measure, one.because) for one in found if one.mends)
    print(f"\n{'measure':<14}{'because':<24}{'mend':>6}{'of':>6}{'p50 ms':>9}{'longest':>9}")
    for kind, number in sorted(kinds.items()):
        ms = [one.ms for one in found if (one.measure, one.because) == kind]
        print(f"{kind[0]:<14}{kind[1]:<24}{mending[kind]:>6}{number:>6}{statistics.median(ms):>9.0f}{max(ms):>9.0f}")
    print(f"{sum(mending.values()):,} of {len(found):,} measures lower the need of their segment and their reason")
