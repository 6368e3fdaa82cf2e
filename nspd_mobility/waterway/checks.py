"""Checks of the tables, series and numbers that a user gives, with messages that name them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import DataError

Floats = npt.NDArray[np.float64]


def series_at(value: float | pd.Series[float], time_s: Floats, what: str) -> Floats:
    """Return a number, or a series over time, at each time."""
    if not isinstance(value, pd.Series):
        return np.full(len(time_s), float(value), dtype=np.float64)
    times, values = np.asarray(value.index, dtype=np.float64), np.asarray(value, dtype=np.float64)
    if len(times) == 0 or not (np.isfinite(times).all() and np.isfinite(values).all()) or (np.diff(times) <= 0.0).any():
        raise DataError(f"{what}: a series needs numbers over rising times in seconds, without gaps; sort it and fill it first")
    return np.asarray(np.interp(time_s, times, values), dtype=np.float64)


def numbers_of(frame: Any, column: str, what: str = "lockages", low: float = -np.inf) -> Floats:
    """Return a column as checked numbers; `what` names the table in a message."""
    values = np.asarray(frame[column], dtype=np.float64)
    check_number(f"{what}: '{column}'", values, low=low)
    return values


def check_columns(frame: pd.DataFrame, columns: tuple[str, ...], what: str) -> None:
    """Raise an error for the first column that a table lacks."""
    for column in columns:
        if column not in frame.columns:
            raise DataError(f"{what}: column '{column}' is missing; needed are: {', '.join(columns)}")


def check_number(name: str, value: float | Floats, low: float = 0.0, high: float = np.inf) -> None:
    """Raise an error for a number, or the first of an array, that is not finite or not within its limits."""
    if isinstance(value, float | int) and low <= value <= high and abs(value) < np.inf:
        return  # 20 us less
    values = np.atleast_1d(value)
    for row in np.flatnonzero(~(np.isfinite(values) & (values >= low) & (values <= high)))[:1]:
        place = f" in row {row}" if len(values) > 1 else ""
        bounds = "a number" if np.isinf(low) else f"at least {low:g}" if np.isinf(high) else f"{low:g} to {high:g}"
        raise DataError(f"{name}: {values[row]:g}{place} can't be used; it must be {bounds}")
