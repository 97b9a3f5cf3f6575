"""How much is there: opportunities within a walk, and opportunities that count less the farther they are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from corridor.access import _inputs, _pairs
from corridor.access.decay import FIXED_POINT, Decay, fixed_point
from corridor.errors import NetworkError
from corridor.network import Network
from corridor.network.model import Floats, Impedance, Longs


def cumulative(
    network: Network,
    origins: pd.DataFrame,
    opportunities: pd.DataFrame,
    *,
    cutoffs_dm: Sequence[int],
    by: str = "category",
    weight: str | None = None,
    impedance: Impedance = "cost",
    categories: Sequence[object] | None = None,
    threads: int | None = None,
) -> pd.DataFrame:
    """Count the opportunities of each category within each cutoff.

    C(o, c, t) = sum over opportunities p of category c of w(p) where the walk from o to p is at most t.

    Parameters
    ----------
    network, origins, opportunities, by, impedance, categories, threads
        As for `nearest`. Rows of `opportunities` that share a `source_id` (a park's gates) are one opportunity,
        reached by the nearest of them.
    cutoffs_dm : sequence of int
        Longest walks, whole decimetres, inclusive.
    weight : str, optional
        Column of `opportunities` to add up instead of counting (floor area, capacity, firms), to a thousandth.

    Returns
    -------
    DataFrame
        Index: the distinct labels of `origins`; columns (category, cutoff_dm); Int64 counts, or Float64 sums with
        `weight`. 0: counted, none. NA: the origin is not attached.

    Examples
    --------
    Shops at 100, 400 and 401 m: 1 within 1,000 dm, 2 within 4,000 dm.
    """
    _inputs.check(
        origins,
        opportunities,
        walks_dm={"cutoffs_dm": cutoffs_dm},
        impedance=impedance,
        threads=threads,
        columns=(by, weight),
    )
    cutoffs = sorted({int(cutoff) for cutoff in cutoffs_dm})
    plan = _pairs.plan(network, origins, opportunities, by=by, categories=categories, impedance=impedance)
    loads = _pairs.loads(plan.things, opportunities, weight)
    _inputs.check_sum(float(loads.weight.sum()), "cumulative")
    names = plan.things.categories
    shape = (len(plan.origins), len(names), len(cutoffs))
    # Half the memory where every sum fits.
    kind = np.int32 if int(loads.weight.sum()) < 2**31 else np.int64
    furthest = max(cutoffs, default=0)
    band = np.searchsorted(np.asarray(cutoffs), np.arange(furthest + 1)).astype(np.int32)

    from corridor._kernel import sums

    total = _pairs.into(
        plan,
        furthest,
        threads,
        np.zeros(shape, kind),
        lambda out, low, pairs: sums.count_by_band(pairs, low, band, loads, out),
    )
    for wider in range(1, total.shape[2]):
        total[:, :, wider] += total[:, :, wider - 1]  # in place; numpy's cumsum would copy
    order = [cutoffs.index(int(cutoff)) for cutoff in cutoffs_dm]
    columns = pd.MultiIndex.from_product([names, list(cutoffs_dm)], names=[by, "cutoff_dm"])
    flat = total[:, :, order].reshape(len(plan.origins), len(columns))
    return table_of(plan, flat if weight is None else flat / _inputs.WEIGHT_UNIT, columns)


def gravity(
    network: Network,
    origins: pd.DataFrame,
    opportunities: pd.DataFrame,
    decay: Decay,
    *,
    cutoff_dm: int,
    by: str = "category",
    weight: str | None = None,
    impedance: Impedance = "cost",
    categories: Sequence[object] | None = None,
    threads: int | None = None,
) -> pd.DataFrame:
    """Sum up the opportunities of each category, each decayed with its distance (Hansen 1959).

    G(o, c) = sum over opportunities p of category c within the cutoff of w(p) f(d(o, p)).

    Parameters
    ----------
    network, origins, opportunities, by, weight, impedance, categories, threads
        As for `cumulative`.
    decay : callable
        One of `corridor.access.decay`, or any function of metres with values from 0 to 1.
    cutoff_dm : int
        Longest walk, whole decimetres, inclusive.

    Returns
    -------
    DataFrame
        Index: the distinct labels of `origins`; one Float64 column a category, exact to 2^-24 an opportunity and
        the same whatever the order of the tables. NA: the origin is not attached.

    Examples
    --------
    Shops at 0 and 500 m under `Linear(1000)`: 1 + 0.5 = 1.5.
    """
    _inputs.check(
        origins,
        opportunities,
        walks_dm={"cutoff_dm": [cutoff_dm]},
        impedance=impedance,
        threads=threads,
        columns=(by, weight),
    )
    cutoff = int(cutoff_dm)
    factor = fixed_point(decay, cutoff)
    plan = _pairs.plan(network, origins, opportunities, by=by, categories=categories, impedance=impedance)
    loads = _pairs.loads(plan.things, opportunities, weight)
    _inputs.check_sum(float(loads.weight.sum()) * FIXED_POINT, "gravity")

    from corridor._kernel import sums

    found = _pairs.into(
        plan,
        cutoff,
        threads,
        np.zeros((len(plan.origins), len(plan.things.categories)), np.int64),
        lambda out, low, pairs: sums.sum_decayed(pairs, low, factor, loads, out),
    )
    unit = FIXED_POINT * (1 if weight is None else _inputs.WEIGHT_UNIT)
    return table_of(plan, found / unit, plan.things.categories)


def hill(counts: pd.DataFrame, q: float) -> pd.Series:
    """Measure the mix of what is reached by Hill numbers (Hill 1973): the effective number of categories.

    With p the shares of the categories: q = 0 counts them, q = 1 is exp(-sum p ln p), q = 2 is 1 / sum p²; in
    general (sum p^q)^(1 / (1 - q)).

    Parameters
    ----------
    counts : DataFrame
        One column a category, as one cutoff of `cumulative` gives.
    q : float
        Order, from 0 on: the higher, the less rare categories count.

    Returns
    -------
    Series
        Float64 on the index of `counts`; 0 where nothing is reached, NA where counts are missing.

    Examples
    --------
    Two shops and two schools: 2 for every q. Three shops and one school at q = 2: 1 / (9/16 + 1/16) = 1.6.
    """
    if not (np.isfinite(q) and q >= 0):
        raise NetworkError.of("q", f"{q}不是0以上的数。", f"{q} is not a number from 0 on.")
    values = counts.to_numpy(dtype=np.float64, na_value=np.nan)
    total = values.sum(axis=1, keepdims=True)
    share = np.divide(values, total, out=np.zeros_like(values), where=total > 0)
    if q == 1:
        logs = np.log(share, out=np.zeros_like(share), where=share > 0)
        effective = np.exp(-(share * logs).sum(axis=1))
    else:
        powers = np.where(share > 0, share**q, 0.0).sum(axis=1)
        effective = np.power(powers, 1.0 / (1.0 - q), out=np.zeros_like(powers), where=powers > 0)
    effective = np.where(total[:, 0] > 0, effective, 0.0)
    missing = np.isnan(values).any(axis=1)
    return pd.Series(pd.arrays.FloatingArray(effective, missing), index=counts.index, name=f"hill_{q:g}")


def mixed_use(
    network: Network,
    origins: pd.DataFrame,
    opportunities: pd.DataFrame,
    *,
    cutoff_dm: int,
    orders: Sequence[float] = (0, 1, 2),
    by: str = "category",
    weight: str | None = None,
    impedance: Impedance = "cost",
    categories: Sequence[object] | None = None,
    threads: int | None = None,
) -> pd.DataFrame:
    """Measure the mix of categories within a walk by Hill numbers (Hill 1973): how many there are in effect.

    With p(c) = C(o, c) / sum over categories of C(o, c), C as `cumulative` counts it:
    H_q(o) = (sum over c of p(c)^q)^(1 / (1 - q)), and H_1(o) = exp(-sum over c of p(c) ln p(c)).

    Parameters
    ----------
    network, origins, opportunities, by, weight, impedance, categories, threads
        As for `cumulative`.
    cutoff_dm : int
        Longest walk, whole decimetres, inclusive.
    orders : sequence of float
        Values of q, from 0 (how many categories) on; the higher, the less rare ones count.

    Returns
    -------
    DataFrame
        Index: the distinct labels of `origins`; one Float64 column `hill_q` an order, in categories. 0: nothing in
        reach. NA: the origin is not attached.

    Examples
    --------
    Three shops and one school within the walk: H_0 = 2, H_1 = 4 / 3^(3/4) = 1.75, H_2 = 1 / (9/16 + 1/16) = 1.6.
    """
    counts = cumulative(
        network,
        origins,
        opportunities,
        cutoffs_dm=[cutoff_dm],
        by=by,
        weight=weight,
        impedance=impedance,
        categories=categories,
        threads=threads,
    )
    return pd.concat([hill(counts, q) for q in orders], axis=1)


def table_of(plan: _pairs.Plan, values: Longs | Floats, columns: pd.Index) -> pd.DataFrame:
    """Return sums by seat as a table by origin, with NA for origins that are not attached."""
    kind, dtype = (
        (pd.arrays.IntegerArray, np.int64) if values.dtype.kind == "i" else (pd.arrays.FloatingArray, np.float64)
    )
    series = [
        pd.Series(kind(column[plan.seat].astype(dtype), ~plan.attached), index=plan.origins) for column in values.T
    ]
    table = pd.concat(series, axis=1) if series else pd.DataFrame(index=plan.origins)
    table.columns = columns
    return table
