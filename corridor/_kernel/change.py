"""A change of the network or of the opportunities, what it is applied to, and where a repair works. Knows numpy only."""

from __future__ import annotations

from typing import NamedTuple

from corridor._kernel.arrays import Ints, Longs, Rows, Words
from corridor._kernel.catchment import Table


class Roads(NamedTuple):
    """Arcs out of state s: `arcs[start[s]:stop[s]]`; arcs into it: `back_arcs[back_start[s]:back_stop[s]]`.

    Columns: the other state and the weight (dm). Rows may lie anywhere in `arcs`, so that a changed row is written at
    its end and put back by its `start` and `stop`.
    """

    start: Longs
    stop: Longs
    arcs: Ints
    back_start: Longs
    back_stop: Longs
    back_arcs: Ints


class Scene(NamedTuple):
    """What does not change: distances, seeds by row, and owners with their states and walks along their own edge.

    `links` and `direct` have one row an owner (`other`: states; rows, ascending), `reads` one a state (`other`:
    owners). `seeds` are sorted by state within a row.
    """

    table: Table
    seeds: Rows
    links: Rows
    direct: Rows
    reads: Rows


class Change(NamedTuple):
    """What changes.

    Attributes
    ----------
    arc : int32 array, shape (K, 4)
        Tail, head, old and new weight; `FAR` where there is none.
    job : int32 array, shape (J, 3)
        Rows with other seeds: the row whose distances are kept (-1: none yet), the name under which it is reported,
        and 1 where it is given up altogether.
    seed_first : int64 array, shape (J + 1,)
    seed : int32 array, shape (M, 3)
        State, old and new cost of the seeds of each job that change; `FAR` where there is none.
    dead : int32 array
        Rows that nobody asks about any more.
    owner : int32 array, shape (Q,)
        Owners read elsewhere now (or anew); `links` and `direct` have a row for each.
    links, direct : Rows
    """

    arc: Ints
    job: Ints
    seed_first: Longs
    seed: Ints
    dead: Ints
    owner: Ints
    links: Rows
    direct: Rows


class Bench(NamedTuple):
    """Where the repair works; everything is put back before it returns.

    Attributes
    ----------
    at : int32 array, shape (states, 6)
        Of each state the distance before (`OLD`) and after (`NOW`), and what is known of it (`FLAG`: 0 not met, 1 met,
        2 lost, 3 settled, 4 kept for good); in the columns `SEEN` and `LOST` the lists of those met and lost; whether
        a changed owner is read there (`ASKED`).
    head, bits, queue
        Buckets, as in `corridor._kernel.search`; `queue` as long as arcs and seeds allow.
    who : int64 array, shape (owners, 3)
        `STAMP`: the last repair that read the owner; `MOVED`: its place among the changed owners, -1 for others;
        `LIST`: owners to be read.
    rows : int32 array, shape (rows, 5)
        `HIT`: first hit; `JOB`: what is done with the row; best walks before and after, and a list (`BEFORE`, …).
    serial : int64 array, shape (1,)
        Number of the last repair.
    """

    at: Ints
    head: Ints
    bits: Words
    queue: Ints
    who: Longs
    rows: Ints
    serial: Longs


OLD, NOW, FLAG, SEEN, LOST, ASKED = range(6)
STAMP, MOVED, LIST = range(3)
HIT, JOB, BEFORE, AFTER, LISTED = range(5)
