"""The tables of one group of ships as arrays, ready to draw from.

Taking a group's rows from a DataFrame costs about 1 ms and a draw needs eight tables for each of three groups; the arrays are made
once per table object and group (13 ms). With the calendar of `profiles` this brings a draw of one day from 58 to 8 ms.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .ship_tables import ShipTables

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Choices:
    """Rows to choose from by their shares.

    Parameters
    ----------
    shares : ndarray of float64, shape (n_row,)
        Sum to 1 within the tolerance of a table.
    columns : dict of str to ndarray, shape (n_row,)
        The columns of the table; texts as objects.
    """

    shares: Floats
    columns: dict[str, npt.NDArray[Any]]

    def pick(self, u: Floats) -> Rows:
        """Return the row of each uniform in [0, 1), shape (n,)."""
        bounds = self.shares.cumsum()
        # Divided by the last bound, so that shares that sum to 1 within the tolerance leave no gap below 1.
        return np.searchsorted(bounds / bounds[-1], u, side="right")

    def pick_fitting(self, u: Floats, fits: npt.NDArray[np.bool_]) -> Rows:
        """Return the row of each uniform, among the rows that fit, with their shares divided by their sum.

        Parameters
        ----------
        u : ndarray of float64, shape (n,)
            In [0, 1).
        fits : ndarray of bool, shape (n, n_row)
            At least one row with a share above 0 fits.

        Returns
        -------
        ndarray of intp, shape (n,)
            Where all rows fit, those of `pick`.
        """
        bounds = np.where(fits, self.shares, 0.0).cumsum(axis=1)
        rows: Rows = (bounds / bounds[:, -1:] <= u[:, None]).sum(axis=1)
        return rows


@dataclass(frozen=True, slots=True)
class GroupArrays:
    """The tables of one group.

    Parameters
    ----------
    weights : ndarray of float64, shape (13, 8, 24)
        Month factor times weekday factor times hour factor, by month (1 to 12), weekday (1 to 7) and hour.
    classes, relations, cargo, flags : Choices
    loaded_share : dict of str to float
        Share of loaded ships per direction; empty for inland ships.
    """

    weights: Floats
    classes: Choices
    relations: Choices
    cargo: Choices
    flags: Choices
    loaded_share: dict[str, float]


@lru_cache(maxsize=32)  # some ten table objects with three groups; each holds a few kB
def group_arrays(tables: ShipTables, group: str) -> GroupArrays:
    """Return the tables of a group as arrays, the same object each time."""
    loading = tables.loading[tables.loading["group"] == group]
    return GroupArrays(
        weights=np.einsum(
            "m,d,h->mdh",
            _factors(tables.profile_month, group, "month", 13),
            _factors(tables.profile_day, group, "weekday", 8),
            _factors(tables.profile_hour, group, "hour", 24),
        ),
        classes=_choices(tables.classes, group),
        relations=_choices(tables.od, group),
        cargo=_choices(tables.cargo, group),
        flags=_choices(tables.flags, group),
        loaded_share=dict(zip(loading["direction"], loading["loaded_share"], strict=True)),
    )


def _factors(frame: pd.DataFrame, group: str, key: str, n: int) -> Floats:
    part = frame[frame["group"] == group]
    factors = np.zeros(n)
    factors[part[key].to_numpy()] = part["factor"].to_numpy()
    return factors


def _choices(frame: pd.DataFrame, group: str) -> Choices:
    part = frame[frame["group"] == group]
    columns = {str(name): part[name].to_numpy(dtype=None if pd.api.types.is_numeric_dtype(part[name]) else object) for name in part}
    return Choices(shares=columns["share"], columns=columns)
