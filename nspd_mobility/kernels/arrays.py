"""Record arrays in the form that kernels use: plain structured arrays where kernels are compiled, recarrays where they are not."""

from __future__ import annotations

from typing import Any

import numpy as np

from .jit import is_compiled


def records(dtype: np.dtype[Any], n: int | tuple[int, ...]) -> Any:
    """Return `n` zeroed records that a kernel can use, compiled or not.

    Compiled code reads the fields of a plain structured array as attributes. Plain Python code needs a recarray for that, which
    costs 4 us per argument and call when it is passed to compiled code; so each gets its own.
    """
    return as_records(np.zeros(n, dtype))


def as_records(array: Any) -> Any:
    """Return a structured array in the form that kernels of this process use."""
    return array.view(np.ndarray) if is_compiled() else array.view(np.recarray)
