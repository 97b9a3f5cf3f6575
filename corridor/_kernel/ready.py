"""Importing this loads what the first compiled search would load: half a second that can pass while files are read."""

from corridor._kernel._jit import jit


@jit
def _one() -> int:
    return 1


_one()
