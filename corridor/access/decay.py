"""Decays: how much an opportunity still counts at a distance. Small frozen objects, called with metres.

Each gives 1 at distance 0 (the logistic nearly) and never more; measures use them in fixed point, rounded to
2^-24, so that sums do not depend on order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corridor.errors import NetworkError

Floats = npt.NDArray[np.float64]
FIXED_POINT = 1 << 24


def _positive(name: str, value: float) -> None:
    if not (np.isfinite(value) and value > 0):
        raise NetworkError.of(name, f"{value}不是大于0的数。", f"{value} is not a number above 0.")


@dataclass(frozen=True)
class Step:
    """f(d) = 1 up to and including `reach_m`, then 0. `Step(500)(500.0)` is 1."""

    reach_m: float

    def __post_init__(self) -> None:
        _positive("reach_m", self.reach_m)

    def __call__(self, metres: Floats) -> Floats:
        """Return the decay at `metres`."""
        return np.where(np.asarray(metres) <= self.reach_m, 1.0, 0.0)


@dataclass(frozen=True)
class Linear:
    """f(d) = max(0, 1 - d / reach). `Linear(1000)(250.0)` is 0.75."""

    reach_m: float

    def __post_init__(self) -> None:
        _positive("reach_m", self.reach_m)

    def __call__(self, metres: Floats) -> Floats:
        """Return the decay at `metres`."""
        return np.maximum(0.0, 1.0 - np.asarray(metres) / self.reach_m)


@dataclass(frozen=True)
class Exponential:
    """f(d) = exp(-beta d), beta per metre (Hansen 1959). `Exponential(0.001)(1000.0)` is 1/e."""

    beta_per_m: float

    def __post_init__(self) -> None:
        _positive("beta_per_m", self.beta_per_m)

    def __call__(self, metres: Floats) -> Floats:
        """Return the decay at `metres`."""
        return np.exp(-self.beta_per_m * np.asarray(metres))


@dataclass(frozen=True)
class Gaussian:
    """f(d) = exp(-d² / (2 sigma²)). `Gaussian(400)(400.0)` is exp(-1/2)."""

    sigma_m: float

    def __post_init__(self) -> None:
        _positive("sigma_m", self.sigma_m)

    def __call__(self, metres: Floats) -> Floats:
        """Return the decay at `metres`."""
        return np.exp(-0.5 * (np.asarray(metres) / self.sigma_m) ** 2)


@dataclass(frozen=True)
class Logistic:
    """f(d) = 1 / (1 + exp((d - midpoint) / width)). `Logistic(600, 100)(600.0)` is 1/2."""

    midpoint_m: float
    width_m: float

    def __post_init__(self) -> None:
        _positive("midpoint_m", self.midpoint_m)
        _positive("width_m", self.width_m)

    def __call__(self, metres: Floats) -> Floats:
        """Return the decay at `metres`."""
        return 1.0 / (1.0 + np.exp(np.minimum((np.asarray(metres) - self.midpoint_m) / self.width_m, 700.0)))


@dataclass(frozen=True)
class Zones:
    """f(d) = weight of the first zone whose reach is not passed, 0 beyond the last (E2SFCA, Luo and Qi 2009).

    `Zones((300, 600), (1.0, 0.5))(450.0)` is 0.5.
    """

    reach_m: tuple[float, ...]
    weight: tuple[float, ...]

    def __post_init__(self) -> None:
        rising = all(a < b for a, b in zip(self.reach_m[:-1], self.reach_m[1:], strict=True))
        if not rising or len(self.reach_m) != len(self.weight) or not all(0 <= w <= 1 for w in self.weight):
            raise NetworkError.of(
                "Zones",
                f"各带须距离递增、权重在0至1之间且数目相同：{self.reach_m}，{self.weight}。",
                f"zones need rising reaches and as many weights between 0 and 1: {self.reach_m}, {self.weight}.",
            )

    def __call__(self, metres: Floats) -> Floats:
        """Return the decay at `metres`."""
        zone = np.searchsorted(np.asarray(self.reach_m), np.asarray(metres), side="left")
        return np.append(np.asarray(self.weight, dtype=np.float64), 0.0)[zone]


Decay = Callable[[Floats], Floats]


def fixed_point(decay: Decay, cutoff_dm: int) -> npt.NDArray[np.int64]:
    """Return the decay at 0 … `cutoff_dm` decimetres in units of 2^-24, halves up; shape (cutoff_dm + 1,).

    Raises
    ------
    NetworkError
        The decay leaves the range 0 … 1 on the way.
    """
    values = np.asarray(decay(np.arange(cutoff_dm + 1) / 10.0), dtype=np.float64)
    if values.shape != (cutoff_dm + 1,) or not ((values >= 0) & (values <= 1)).all():
        raise NetworkError.of(
            "decay", f"衰减函数{decay}的值须在0至1之间。", f"the decay {decay} must stay between 0 and 1."
        )
    return np.floor(values * FIXED_POINT + 0.5).astype(np.int64)
