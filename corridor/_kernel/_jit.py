"""One way to compile: cached on disk where possible, without the interpreter's lock."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import numba
from numba.cpython.unsafe.numbers import trailing_zeros as _trailing_zeros

F = TypeVar("F", bound=Callable[..., Any])

if TYPE_CHECKING:

    def trailing_zeros(word: int) -> int:
        """Return the place of the lowest bit that is set."""
        raise NotImplementedError
else:
    trailing_zeros = _trailing_zeros


def jit(function: F) -> F:
    """Compile `function`; without a writable cache folder it is compiled anew in each process."""
    return _compiled(function)


def in_place(function: F) -> F:
    """Compile a function that works in the arrays it is given and makes none.

    References to them are not counted then: in short loops that alone costs as much as the work.
    """
    return _compiled(function, _nrt=False)


def inlined(function: F) -> F:
    """Compile a few lines that are written into whoever calls them: passing arrays on costs more than such a step."""
    return _compiled(function, forceinline=True)


def _compiled(function: F, **how: Any) -> F:
    try:
        compiled: Any = numba.njit(cache=True, nogil=True, **how)(function)
    except RuntimeError:
        compiled = numba.njit(nogil=True, **how)(function)
    typed: F = compiled
    return typed
