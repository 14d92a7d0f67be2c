"""Compilation of the inner loops: one decorator, so that every kernel is cached and releases the GIL."""

from collections.abc import Callable
from typing import Any

import numba


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function as machine code: compiled at first call, kept in a cache beside the module, without the GIL."""
    kernel: Callable[..., Any] = numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    return kernel
