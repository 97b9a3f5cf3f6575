"""Importing this loads what the first compiled search would load: a third of a second that can pass while files are read.

numba looks for the linear algebra of SciPy as it loads, which takes as long again and which no search needs: without it
only the inner products of a compiled `numpy.cov` are added up by other code.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from corridor._kernel._jit import jit


@contextmanager
def _without(module: str) -> Iterator[None]:
    """Let a module that is not loaded yet not be found."""
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[module]


@jit
def _one() -> int:
    return 1


with _without("scipy.linalg"):
    _one()
