"""What the invariants share: tolerances, comparison of times, and sentences about rows.

Times are seconds made from whole milliseconds, but the arrival is as it was given: so "not before" allows 1 ms, and four units in
the last place for times beyond 1e12 s. Lengths allow 1e-6 m, a thousand times what the packing allows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

TOLERANCE_S = 1e-3
TOLERANCE_M = 1e-6
_SHOWN = 5


def codes_of(frame: pd.DataFrame, keys: tuple[str, ...]) -> Ints:
    """Return a number per distinct combination of the key columns that the frame has."""
    code = np.zeros(len(frame), dtype=np.int64)
    for key in keys:
        if key in frame.columns:
            own, values = pd.factorize(frame[key])
            code = code * (len(values) + 1) + own
    return code if len(keys) == 1 else np.asarray(pd.factorize(code)[0], dtype=np.int64)


def rounding_s(time_s: Any) -> Any:
    """Return by how much a time (s) may be off."""
    return TOLERANCE_S + 4.0 * np.finfo(np.float64).eps * np.abs(time_s)


def is_before(a: Any, b: Any) -> Any:
    """Say where `a` is before `b` by more than rounding; never for a missing time."""
    return a < b - rounding_s(b)


def ship_at(ships: pd.DataFrame, i: Any) -> str:
    """Return the name of the ship of a row."""
    where = "".join(f", {c} {ships[c].iat[i]}" for c in ("lock", "period") if c in ships.columns)
    return f"ship {ships['id'].iat[i]!r}{where}"


def lockage_at(lockages: pd.DataFrame, i: Any) -> str:
    """Return the name of the lockage of a row."""
    where = "".join(f", {c} {lockages[c].iat[i]}" for c in ("lock", "period") if c in lockages.columns)
    return f"lockage {lockages['lockage_id'].iat[i]} of {lockages['chamber'].iat[i]!r}{where}"


def listed(names: tuple[str, ...], times: Any) -> str:
    """Return names with their times (s)."""
    return ", ".join(f"{name} {time:.3f}" for name, time in zip(names, times, strict=True))


def report(wrong: Any, sentence: Any) -> list[str]:
    """Return a sentence for each of the first rows that are wrong, and how many more there are."""
    rows = np.flatnonzero(wrong)
    found = [sentence(i) for i in rows[:_SHOWN]]
    if rows.size > _SHOWN:
        found[-1] += f" (and {rows.size - _SHOWN} more like this)"
    return found
