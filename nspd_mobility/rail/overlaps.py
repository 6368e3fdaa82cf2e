"""Conflicts of a timetable without simulating it, and the least headways between trains.

Two trains conflict where their occupations of one section overlap. Two trains of kinds i and j that both depart at 0 may follow
each other after h_ij = max over their common sections of (end_i - begin_j): with that headway no occupation overlaps.
Source: Hansen, I. A. & Pachl, J. (2014), Railway Timetabling & Operations, on blocking times and minimum headways.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..units import MS_PER_S
from ._kernels.overlaps import find_overlaps
from .occupations import read_occupations


def conflicts(occupations: pd.DataFrame) -> pd.DataFrame:
    """Return every pair of trains that have one section at the same time.

    Parameters
    ----------
    occupations : DataFrame
        `train, section, begin_s, end_s`.

    Returns
    -------
    DataFrame
        `first, second` (trains; the first began earlier), `section, begin_s, end_s` (of the overlap), by (begin_s, section).

    Raises
    ------
    DataError
        If the table is not usable; see `read_occupations`.

    Examples
    --------
    >>> import pandas as pd
    >>> conflicts(pd.DataFrame(dict(train=["a", "b"], section="s", begin_s=[0, 50], end_s=[60, 90]))).values.tolist()
    [['a', 'b', 's', 50.0, 60.0]]
    """
    table = read_occupations(occupations)
    order = np.lexsort((table.train, table.begin_ms, table.section))
    train, section, begin, end = (np.ascontiguousarray(a[order]) for a in (table.train, table.section, table.begin_ms, table.end_ms))
    pairs = _overlaps(section, train, begin, end)
    a, b = pairs[:, 0], pairs[:, 1]
    found = pd.DataFrame(
        {
            "first": table.trains[train[a]],
            "second": table.trains[train[b]],
            "section": table.sections[section[a]],
            "begin_s": begin[b] / MS_PER_S,
            "end_s": np.minimum(end[a], end[b]) / MS_PER_S,
        }
    )
    return found.sort_values(["begin_s", "section", "first", "second"], ignore_index=True)


def _overlaps(section: np.ndarray, train: np.ndarray, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
    active = np.empty(len(section), dtype=np.int64)
    room = max(16, len(section))
    while True:
        pairs = np.empty((room, 2), dtype=np.int64)
        n = find_overlaps(section, train, begin, end, active, pairs)
        if n <= room:
            return pairs[:n]
        room = int(n)


def headways(occupations: pd.DataFrame) -> pd.DataFrame:
    """Return the least headway between kinds of trains.

    Parameters
    ----------
    occupations : DataFrame
        `train, section, begin_s, end_s`, one train of each kind, each with its departure at 0.

    Returns
    -------
    DataFrame
        Row: the first train, column: the second, value: time between their departures (s); empty where they have no section in common.

    Raises
    ------
    DataError
        If the table is not usable; see `read_occupations`.
    """
    table = read_occupations(occupations)
    n = len(table.trains)
    least = np.full((n, n), -np.inf)
    for section in range(len(table.sections)):
        rows = table.section == section
        ends, begins = np.full(n, -np.inf), np.full(n, np.inf)
        np.maximum.at(ends, table.train[rows], table.end_ms[rows] / MS_PER_S)
        np.minimum.at(begins, table.train[rows], table.begin_ms[rows] / MS_PER_S)
        least = np.maximum(least, ends[:, None] - begins[None, :])
    matrix = pd.DataFrame(np.where(np.isfinite(least), least, np.nan), index=table.trains, columns=table.trains)
    return matrix.sort_index().sort_index(axis=1).rename_axis(index="first", columns="second")
