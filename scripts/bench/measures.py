"""Every measure that the street study of the bundled belt suggests, made as the scenario that tests it.

A measure mends what it was suggested for where the score of its reason falls on its own segment, and the need with it.
"""

from __future__ import annotations

import json
import statistics
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from ruamel.yaml import YAML

import corridor
from bench.scenarios import clock
from corridor import ranking
from corridor.evaluation import StreetStudy, evaluate, street_study
from corridor.scenarios import Resolved, Streets, check, scenario

ROOT = Path(__file__).resolve().parent.parent.parent


class Walked(NamedTuple):
    """A measure and what it brings: need and the score of its reason before and after; None where not known."""

    segment_id: str
    measure: str
    because: str
    need: tuple[float | None, float | None]
    reason: tuple[float | None, float | None]
    ms: float
    edit: str

    @property
    def mends(self) -> bool:
        """Whether both fall."""
        return all(None not in (was, now) and now < was for was, now in (self.need, self.reason))  # type: ignore[operator]


def run(every: int, out: Path | None = None) -> int:
    """Walk one measure of so many, print which do not mend what they are for; return how many."""
    base = evaluate(corridor.open_study(ROOT / "geodata" / "dingxi"))
    streets = Streets(base, street_study(base, draws=1))
    rows = list(streets.study.measures.itertuples(index=False))[::every]
    read = YAML(typ="safe")
    made = [scenario(row.zh, read.load(row.edit)) for row in rows]
    found = []
    for row, one in zip(rows, check(base.study, base.network, made), strict=True):
        found.append(walked(streets, row, one))
        if not found[-1].mends:
            print(json.dumps(found[-1], ensure_ascii=False), flush=True)
    if out is not None:
        out.write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in found), encoding="utf-8")
    told(found)
    return sum(not one.mends for one in found)


def walked(streets: Streets, row: object, one: Resolved) -> Walked:
    """Make one measure."""
    kept: list[StreetStudy] = []
    taken = clock(lambda: kept.append(streets.edited(one)))
    before, after = streets.study, kept[0]
    pairs = [
        tuple(_score(study, row.segment_id, code) for study in (before, after)) for code in (None, row.because)
    ]
    return Walked(row.segment_id, row.measure, row.because, *pairs, taken, row.edit)


def _score(study: StreetStudy, segment_id: str, code: str | None) -> float | None:
    if code is None:
        value = study.ranking.at[segment_id, "need"]
    else:
        scores = ranking.indicator_scores(study.values.loc[[segment_id]], study.indicators)
        value = scores.at[segment_id, code] / 1000
    return None if value is None or value != value or str(value) == "<NA>" else float(value)


def told(found: list[Walked]) -> None:
    """Print how many mend what they are for, by measure and reason."""
    kinds = Counter((one.measure, one.because) for one in found)
    mending = Counter((one.measure, one.because) for one in found if one.mends)
    print(f"\n{'measure':<14}{'because':<24}{'mend':>6}{'of':>6}{'p50 ms':>9}{'longest':>9}")
    for kind, number in sorted(kinds.items()):
        ms = [one.ms for one in found if (one.measure, one.because) == kind]
        print(f"{kind[0]:<14}{kind[1]:<24}{mending[kind]:>6}{number:>6}{statistics.median(ms):>9.0f}{max(ms):>9.0f}")
    print(f"{sum(mending.values()):,} of {len(found):,} measures lower the need of their segment and their reason")
