"""Distances to the nearest of several sets at once: one set a lane of a vector register.

A state holds one distance a lane, side by side; walking an arc is then one load, one addition and one minimum for
all lanes. States whose distances fell are marked in a bitmap and visited again, lowest number first: along the
Hilbert curve the work stays in one neighbourhood, hence in the cache, until that is settled. A state is visited
more often than in a search by buckets, but each visit is a few instructions for all lanes. The result is the least
fixed point, so it does not depend on the order of visits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba.core import types
from numba.extending import intrinsic

from corridor._kernel._jit import jit, trailing_zeros
from corridor._kernel.arrays import FAR, Graph, Ints, Rows, Words

# Eight 32-bit lanes fill one 256-bit register.
LANES = 8
_ALIGNED = 4


def _rows_of(context: Any, builder: Any, kind: Any, array: Any, row: Any) -> Any:
    """Point at the lanes of a row of a flat array."""
    data = context.make_array(kind)(context, builder, array).data
    start = builder.gep(data, [builder.mul(row, ir.Constant(row.type, LANES))])
    return builder.bitcast(start, ir.VectorType(ir.IntType(32), LANES).as_pointer())


# numba's own loops over so few items are unrolled before they could become vector instructions.
@intrinsic
def _lower(typing: Any, into: Any, to: Any, out: Any, at: Any, weight: Any) -> Any:  # noqa: ARG001
    """See `lower`."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        target = _rows_of(context, builder, signature.args[0], values[0], values[1])
        source = _rows_of(context, builder, signature.args[2], values[2], values[3])
        old, start = builder.load(target, align=_ALIGNED), builder.load(source, align=_ALIGNED)
        nothing = ir.Constant(old.type, ir.Undefined)
        first = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
        one = builder.insert_element(nothing, values[4], ir.Constant(ir.IntType(32), 0))
        new = builder.add(start, builder.shuffle_vector(one, nothing, first))
        fell = builder.icmp_signed("<", new, old)
        builder.store(builder.select(fell, new, old), target, align=_ALIGNED)
        any_fell = builder.bitcast(fell, ir.IntType(LANES))
        fallen = builder.icmp_signed("!=", any_fell, ir.Constant(any_fell.type, 0))
        return builder.zext(fallen, ir.IntType(64))

    return types.uint64(into, types.uint64, out, types.uint64, types.int32), generate


if TYPE_CHECKING:

    def lower(into: Ints, to: Any, out: Ints, at: Any, weight: Any) -> Any:
        """Lower the lanes of row `to` of `into` to those of row `at` of `out` plus `weight`; return 1 if any fell."""
        raise NotImplementedError
else:
    lower = _lower


@jit
def settle(graph: Graph, dirty: Words, dist: Ints, beyond: int) -> None:
    """Lower `dist` until no arc lowers it further, starting from the states marked in `dirty`.

    Parameters
    ----------
    dirty : uint64 array, shape (states // 64 + 1,)
        A bit a state; all clear at the end.
    dist : int32 array, shape (states × LANES,)
        `beyond` where nothing is in reach; changed in place.
    beyond : int
        The cutoff plus 1: no distance gets there, and no arc counts as longer.
    """
    first, arcs = graph
    one, low_bits, six = np.uint64(1), np.uint64(63), np.uint64(6)
    furthest = np.int32(beyond)
    word = np.uint64(0)
    while word < np.uint64(len(dirty)):
        back = word
        while dirty[word] != 0:
            bit = np.uint64(trailing_zeros(dirty[word]))
            dirty[word] &= ~(one << bit)
            s = np.uint64((word << six) + bit)
            for k in range(np.uint64(first[s]), np.uint64(first[s + one])):
                t = np.uint64(arcs[k, 0])
                # Without a branch: whether a distance falls is anybody's guess, the processor's too.
                fell = lower(dist, t, dist, s, min(np.int32(arcs[k, 1]), furthest))
                dirty[t >> six] |= fell << (t & low_bits)
                back = min(back, t >> six if fell else back)
        word = back if back < word else word + one


@jit
def nearest(
    graph: Graph, seeds: Rows, low: int, high: int, reads: Rows, direct: Rows, cutoff: int, owners: int
) -> Ints:
    """Return each owner's distance to the nearest seed of rows low … high - 1; shape (high - low, owners).

    At most LANES rows. `FAR` where none is within `cutoff` (inclusive). Memory: 32 bytes a state and 64 an owner.
    """
    states = len(graph.first) - 1
    beyond = cutoff + 1
    dist = np.full(states * LANES, beyond, np.int32)
    dirty = np.zeros((states >> 6) + 1, np.uint64)
    for row in range(low, high):
        for k in range(seeds.first[row], seeds.first[row + 1]):
            s = seeds.other[k]
            if seeds.cost[k] < dist[s * LANES + row - low]:
                dist[s * LANES + row - low] = seeds.cost[k]
                dirty[s >> 6] |= np.uint64(1) << np.uint64(s & 63)
    settle(graph, dirty, dist, beyond)
    return read_out(reads, direct, low, high, dist, beyond, owners)


@jit
def read_out(reads: Rows, direct: Rows, low: int, high: int, dist: Ints, beyond: int, owners: int) -> Ints:
    """Return each owner's least distance in each lane, over the states it is read at and the walks on one edge."""
    furthest = np.int32(beyond)
    found = np.full(owners * LANES, furthest, np.int32)
    for s in range(np.uint64(len(reads.first) - 1)):
        for k in range(np.uint64(reads.first[s]), np.uint64(reads.first[s + np.uint64(1)])):
            lower(found, np.uint64(reads.other[k]), dist, s, min(np.int32(reads.cost[k]), furthest))
    out = np.empty((high - low, owners), np.int32)
    for o in range(owners):
        for lane in range(high - low):
            d = found[o * LANES + lane]
            out[lane, o] = d if d < furthest else FAR
    for row in range(low, high):
        for k in range(direct.first[row], direct.first[row + 1]):
            if direct.cost[k] < furthest and direct.cost[k] < out[row - low, direct.other[k]]:
                out[row - low, direct.other[k]] = direct.cost[k]
    return out
