"""The aims of the year: which records count, what is achieved to date, and how that stands against the year.

::

    settings ─ read_targets ──► Targets (config), columns checked against the tables
    records ── _count ────────► one row per record that fits, and why it counts or not
            ── _pace ─────────► achieved, months and quarters, what is due
            ── track ─────────► Progress: four tables, notices, an account that closes
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from corridor.config import StudyConfig, Targets
from corridor.errors import Account, Notice
from corridor.study import StudyArea
from corridor.targets import _count, _notes, _pace
from corridor.targets._recount import Recount
from corridor.targets._settings import read_targets

__all__ = ["Progress", "Recount", "read_targets", "recount", "track", "track_study"]

Records = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Progress:
    """How far the aims of a year are on one day.

    Attributes
    ----------
    settings : Targets
        The figures with their counting rules.
    as_of : date
        The day of the count; `basis` tells whence it came: "argument", "study", "records" or "none".
    table, events, snapshots, readings : DataFrame
        `TARGETS`, `TARGET_EVENTS`, `TARGET_SNAPSHOTS`, `TARGET_READINGS` of `corridor.schemas`.
    account : Account
        For each aim: records read = counted + left out by reason.
    notices : tuple of Notice
        Doubles, missing dates and evidence, invented records.
    """

    settings: Targets
    as_of: datetime.date
    basis: str
    table: pd.DataFrame
    events: pd.DataFrame
    snapshots: pd.DataFrame
    readings: pd.DataFrame
    account: Account
    notices: tuple[Notice, ...]


def track(settings: Targets, records: Records, *, as_of: datetime.date | None = None) -> Progress:
    """Count what is achieved towards each aim.

    Parameters
    ----------
    settings : Targets
        From `read_targets`.
    records : mapping of table name to DataFrame
        The district's tables (index: record id). A table that is not there leaves its figures missing; a table
        without a row makes them 0.
    as_of : date, optional
        The day of the count; else that of the settings, else the last date in the records that count.

    Returns
    -------
    Progress

    Notes
    -----
    A record counts when it fits the filter, is dated (within the year for "new"; up to the day, or undated, for
    "total"), holds a value where values are summed, and doubles no record counted before it: doubles share the
    credit code, or the name without an address (or partners) that differ. Due by a day is
    ``start + (aim - start) × days passed / days of the year``, where `start` is 0 for "new" and the stock at the
    turn of the year for "total".
    """
    known = {key: target for key, target in settings.items.items() if target.table in records}
    fitting = {key: _count.fitting(target, records[target.table]) for key, target in known.items()}
    day, basis = _count.day_of_count(settings, fitting, as_of)
    events = {
        key: _count.events(key, target, _count.verdicts(target, fitting[key], day)) for key, target in known.items()
    }
    snapshots = {
        key: _pace.snapshots(key, target, events[key], day, settings.quarters) for key, target in known.items()
    }
    table = _pace.table(settings, events, snapshots, day)
    event_table = _count.event_table(events)
    return Progress(
        settings=settings,
        as_of=day,
        basis=basis,
        table=table,
        events=event_table,
        snapshots=_pace.snapshot_table(snapshots),
        readings=_pace.readings(settings, fitting, day),
        account=_count.account(known, events, records),
        notices=_notes.notices(settings, table, event_table),
    )


def track_study(
    study: StudyArea, settings: Targets | None = None, *, as_of: datetime.date | None = None
) -> Progress | None:
    """Count the aims of a study; None where its settings name none and none are given.

    Parameters
    ----------
    study : StudyArea
    settings : Targets, optional
        Default those of the study.
    as_of : date, optional
        As in `track`.
    """
    chosen = settings or read_targets(study.config)
    if chosen is None:
        return None
    return track(chosen, _given(study.config, study), as_of=as_of)


def recount(study: StudyArea) -> Recount | None:
    """Return what counts a study's aims again when some of its records change; None where it has no aims.

    Parameters
    ----------
    study : StudyArea
        As it is before that.
    """
    settings = read_targets(study.config)
    return None if settings is None else Recount(_given(study.config, study), settings)


def _given(config: StudyConfig, study: StudyArea) -> dict[str, pd.DataFrame]:
    """Return the tables the study names: an empty table that nobody gave says nothing about the aims."""
    names = type(config.records).model_fields
    return {name: getattr(study, name) for name in names if getattr(config.records, name) is not None}
