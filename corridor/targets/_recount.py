"""Aims counted again after a few records changed: only what they touch is looked at anew."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from corridor.config import Target, Targets
from corridor.targets import _count, _pace

Rows = Mapping[str, Mapping[str, Mapping[str, Any] | None]]


class Recount:
    """Knows which records fit which aim.

    Parameters
    ----------
    tables : mapping of table name to DataFrame
        The records that the study gives, as they were counted.
    settings : Targets
        The aims.
    """

    def __init__(self, tables: Mapping[str, pd.DataFrame], settings: Targets) -> None:
        self._settings = settings
        self._aims = {key: aim for key, aim in settings.items.items() if aim.table in tables}
        self._fitting = {key: _count.fitting(aim, tables[aim.table]) for key, aim in self._aims.items()}
        self._as_of = self._day(self._fitting)

    def now(self, rows: Rows) -> dict[str, float]:
        """Count again.

        Parameters
        ----------
        rows : mapping
            By table and id, the records that are others now; None for those that go.

        Returns
        -------
        dict
            By aim, what `track_study` would give as `achieved`; aims that stay as they were are not among them. NaN is
            missing.
        """
        touched = {key for key, aim in self._aims.items() if rows.get(aim.table)}
        if not touched:
            return {}
        fitting = dict(self._fitting)
        for key in touched:
            aim = self._aims[key]
            changed = rows[aim.table]
            stay = [record for record in self._fitting[key] if record.id not in changed]
            now = [_count.record_of(aim, id_, row) for id_, row in changed.items() if row is not None]
            fitting[key] = [*stay, *(record for record in now if record is not None)]
        touched = {key for key in touched if fitting[key] != self._fitting[key]}
        day = self._day(fitting)
        counted = touched if day == self._as_of else self._aims.keys()
        return {key: self._achieved(self._aims[key], fitting[key], day) for key in self._aims if key in counted}

    def _day(self, fitting: Mapping[str, Sequence[_count.Record]]) -> datetime.date:
        return _count.day_of_count(self._settings, fitting, None)[0]

    def _achieved(self, aim: Target, records: list[_count.Record], day: datetime.date) -> float:
        verdicts = _count.verdicts(aim, records, day)
        return _pace.figure(aim, [verdict.record.value for verdict in verdicts if verdict.counted])
