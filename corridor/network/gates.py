"""Gates: where the network is cut, and which streets lie in private compounds.

All functions speak of *ends*: an array of 2 E node positions, first the u ends of all edges, then the v ends.
"""

from __future__ import annotations

import numpy as np

from corridor.network.model import Bools, Ints, Longs


def cut_at(ends: Longs, run: Ints, nodes: Bools) -> Longs:
    """Separate the street ends that meet at a gate.

    A gate on a street (two ends) parts the two. A gate drawn on a junction (three ends or more) belongs to a
    branch: the ends of a street that runs through it stay together, everything else is parted.

    Parameters
    ----------
    ends : int64 array, shape (2 E,)
        Node position of each end.
    run : int32 array, shape (E,)
        Street each edge belongs to.
    nodes : bool array, shape (N,)
        The gates to cut at.

    Returns
    -------
    int64 array, shape (2 E,)
        New node positions. The first group at a gate keeps its position; further groups get N, N + 1, … in the
        order of (node, first end).
    """
    at = np.flatnonzero(nodes[ends])
    if not len(at):
        return ends
    degree = np.bincount(ends, minlength=len(nodes))
    own_key = np.arange(len(ends)) + len(run)
    key = np.where(degree[ends[at]] <= 2, own_key[at], np.tile(run, 2)[at])
    groups, member = np.unique(np.stack([ends[at], key], axis=1), axis=0, return_inverse=True)
    member = member.reshape(-1)
    is_first = np.concatenate([[True], groups[1:, 0] != groups[:-1, 0]])
    position = np.where(is_first, groups[:, 0], len(nodes) - 1 + np.cumsum(~is_first))
    result = ends.copy()
    result[at] = position[member]
    return result


def components(n: int, u: Longs, v: Longs) -> Longs:
    """Label the connected components of an undirected graph by their lowest node; shape (n,).

    Roots hook onto their lowest neighbouring root and paths are halved until they are flat: a few passes
    over the edges in numpy, O((N + E) log N).
    """
    label = np.arange(n, dtype=np.int64)
    while True:
        a, b = label[u], label[v]
        open_edges = a != b
        if not open_edges.any():
            return label
        u, v, a, b = u[open_edges], v[open_edges], a[open_edges], b[open_edges]
        np.minimum.at(label, np.maximum(a, b), np.minimum(a, b))
        while True:
            flat = label[label]
            if np.array_equal(flat, label):
                break
            label = flat


def compounds(ends: Longs, run: Ints, private: Bools, gates: Bools, length_dm: Longs) -> Bools:
    """Find the streets that only residents reach.

    Take the network without its private streets and cut at the residents' gates. Within each part of the whole
    network the longest remaining piece is the public one; every other piece lies behind a gate or a private
    way, so it is private as well.

    Returns
    -------
    bool array, shape (E,)
        `private` with those pieces added.
    """
    count = len(run)
    n = len(gates)
    whole = components(n, ends[:count], ends[count:])
    parted = cut_at(ends, run, gates)
    public = np.flatnonzero(~private)
    if not len(public):
        return private
    piece = components(int(parted.max()) + 1, parted[public], parted[count + public])[parted[public]]
    pieces, piece = np.unique(piece, return_inverse=True)
    reach = np.bincount(piece, weights=length_dm[public])
    first = np.full(len(pieces), count)
    np.minimum.at(first, piece, public)
    part = np.empty(len(pieces), np.int64)
    part[piece] = whole[ends[public]]
    order = np.lexsort([first, -reach, part])
    main = np.concatenate([[True], part[order][1:] != part[order][:-1]])
    hidden = np.empty(len(pieces), bool)
    hidden[order] = ~main
    result = private.copy()
    result[public] = hidden[piece]
    return result


def idle_gates(ends: Longs, private: Bools, gates: Bools) -> Bools:
    """Return the residents' gates that stand between two public streets; shape (N,).

    Nobody lives behind them, so nobody may pass: a way round exists, and the gate is as good as shut.
    """
    degree = np.bincount(ends, minlength=len(gates))
    public_ends = np.bincount(ends, weights=np.tile(~private, 2), minlength=len(gates))
    return np.asarray(gates & (degree == 2) & (public_ends == 2))


def through(ends: Longs, private: Bools, barred: Bools, opened: Bools) -> tuple[Longs, Longs]:
    """Return the ways that opened gates let everybody walk, beside the residents' own.

    Take the private streets, cut where they meet public ones and at the gates that only residents pass. A part
    that holds an opened gate is walked by everybody from any public street it meets to any other. Residents keep
    all their ways, so opening a gate takes nothing from anybody; a part with one way in leads nowhere.

    Parameters
    ----------
    ends : int64 array, shape (2 E,)
    private : bool array, shape (E,)
    barred, opened : bool array, shape (N,)
        Nodes of gates that only residents pass, and of those opened to everybody.

    Returns
    -------
    edges : int64 array, shape (C,)
        The private edges to be walked by everybody, as copies.
    ends : int64 array, shape (2 C,)
        Their ends: where they meet public streets the public's nodes, all others new ones from N on.
    """
    count, n = len(private), len(opened)
    rows = np.flatnonzero(private)
    public = np.zeros(n, bool)
    public[ends[np.tile(~private, 2)]] = True
    own = np.where((public | barred)[ends], n + np.arange(2 * count), ends)
    label = components(n + 2 * count, own[rows], own[count + rows])[own[rows]]
    ways_in = np.unique(
        np.concatenate([_pairs(label, ends[side + rows], public & ~barred) for side in (0, count)]), axis=0
    )
    found, number = np.unique(ways_in[:, 0], return_counts=True)
    fresh = np.concatenate([_pairs(label, ends[side + rows], opened & ~barred) for side in (0, count)])[:, 0]
    edges = rows[np.isin(label, found[number > 1]) & np.isin(label, fresh)]
    both = np.concatenate([edges, count + edges])
    _, place = np.unique(own[both], return_inverse=True)
    return edges, np.where((public & ~barred)[ends[both]], ends[both], n + place.reshape(-1))


def _pairs(label: Longs, node: Longs, chosen: Bools) -> Longs:
    """Return (label, node) of the chosen nodes; shape (K, 2)."""
    return np.stack([label, node], axis=1)[chosen[node]]
