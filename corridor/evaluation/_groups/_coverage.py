"""How near each industry, policy tag and department is to the stages, stations and events."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from corridor.evaluation._groups._tables import GROUPINGS
from corridor.indicators import coverage
from corridor.indicators.groups import members
from corridor.schemas import INNOVATION_GROUP_COVERAGE
from corridor.study import StudyArea

_TYPES = {
    **dict.fromkeys(("table", "by", "group", "kind", "subject"), "string"),
    "minutes": "int64", "share": "Float64", "count": "Float64", "total": "float64",
}  # fmt: skip


class Walks(Protocol):
    """Walks to the nearest place of each subject, by who walks; subjects the study has any place of."""

    @property
    def have(self) -> Collection[str]: ...

    @property
    def cost_dm(self) -> Mapping[str, pd.DataFrame]: ...


def group_coverage(
    study: StudyArea, places: gpd.GeoDataFrame, kinds: Mapping[str, Walks], speed: float
) -> pd.DataFrame:
    """Measure who of each group is within 5, 10 and 15 minutes of stages, station types and series of events.

    Parameters
    ----------
    study : StudyArea
    places : GeoDataFrame
        Carriers and institutes, with the columns of `GROUPINGS`.
    kinds : mapping
        "stage", "station", "event" → walks of "places" and "firms" to the nearest of each (NA: out of reach), and
        what the study has any place of; of others the share is missing.
    speed : float
        Metres a minute.

    Returns
    -------
    DataFrame
        As `corridor.schemas.INNOVATION_GROUP_COVERAGE` says. A record with several tags counts in each.
    """
    parts = []
    for table, name, records in (("carriers", "places", places), ("firms", "firms", study.firms)):
        reached = _Reached.of({kind: walks.cost_dm[name].loc[records.index] for kind, walks in kinds.items()}, speed)
        known = reached.known({kind: walks.have for kind, walks in kinds.items()})
        for by in GROUPINGS:
            if by in records and records[by].notna().any():
                part = reached.shares(records[by], known)
                parts.append(part.assign(table=table, by=by))
    if not parts:
        return empty()
    whole = pd.concat(parts, ignore_index=True)[[column.name for column in INNOVATION_GROUP_COVERAGE.columns]]
    return whole.astype(_TYPES)


@dataclass(frozen=True)
class _Reached:
    """What each record has within reach: a column a kind, subject and number of minutes."""

    heads: pd.DataFrame
    within: npt.NDArray[np.float64]

    @classmethod
    def of(cls, cost_dm: Mapping[str, pd.DataFrame], speed: float) -> _Reached:
        limits = coverage.limits_dm(speed)
        heads, within = [], []
        for kind, cost in cost_dm.items():
            values = cost.to_numpy(dtype=float, na_value=np.nan)
            subjects = np.repeat(cost.columns.to_numpy(dtype=object), len(limits))
            within.append((values[:, :, None] <= list(limits.values())).reshape(len(cost), len(subjects)))
            minutes = np.tile(np.array(list(limits), np.int64), len(cost.columns))
            heads.append(pd.DataFrame({"kind": kind, "subject": subjects, "minutes": minutes}))
        return cls(pd.concat(heads, ignore_index=True), np.concatenate(within, axis=1).astype(float))

    def known(self, have: Mapping[str, Collection[str]]) -> npt.NDArray[np.bool_]:
        """Tell of which columns the study has any place."""
        pairs = zip(self.heads["kind"], self.heads["subject"], strict=True)
        return np.array([subject in have[kind] for kind, subject in pairs], dtype=bool)

    def shares(self, words: pd.Series, known: npt.NDArray[np.bool_]) -> pd.DataFrame:
        """Return the shares of every group, by rising name, who has none last."""
        rows = members(words)
        codes, names = pd.factorize(rows["group"], sort=True, use_na_sentinel=False)
        belongs = np.zeros((len(names), len(words)))
        belongs[codes, rows["row"]] = 1.0
        # Whole numbers far below 2^53: exact in any order.
        count, total = belongs @ self.within, belongs.sum(axis=1)
        unknown = np.tile(~known, len(names))
        heads = self.heads.iloc[np.tile(np.arange(len(self.heads)), len(names))]
        return heads.assign(
            group=np.repeat(names.to_numpy(dtype=object), len(self.heads)),
            share=pd.arrays.FloatingArray(np.where(unknown, 0.0, (count / total[:, None]).ravel()), unknown),
            count=pd.arrays.FloatingArray(np.where(unknown, 0.0, count.ravel()), unknown),
            total=np.repeat(total, len(self.heads)),
        )


def empty() -> pd.DataFrame:
    """Return the table of `group_coverage` without a row."""
    return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in _TYPES.items()})
