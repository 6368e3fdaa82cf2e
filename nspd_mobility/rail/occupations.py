"""Occupations: which train has which section from when to when. The table on which capacity is measured.

An occupation is the whole blocking time: from the setting of the route, through sight, approach, running and clearing, to the
release of the section. It comes from a timetable (planned) or from a simulation (actual: reserve_s to release_s).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import DataError
from ..units import MS_PER_S

COLUMNS = ("train", "section", "begin_s", "end_s")
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False, slots=True)
class Occupations:
    """Occupations as flat arrays, by (train, begin): trains are in the order in which they begin.

    Attributes
    ----------
    trains, sections : Index
        Names of the numbers; sections in alphabetical order.
    train, section, begin_ms, end_ms : ndarray of int64, shape (n,)
    """

    trains: pd.Index
    sections: pd.Index
    train: Ints
    section: Ints
    begin_ms: Ints
    end_ms: Ints

    @property
    def offsets(self) -> Ints:
        """Rows of train i: `offsets[i]` up to `offsets[i + 1]`."""
        return np.searchsorted(self.train, np.arange(len(self.trains) + 1)).astype(np.int64)


def read_occupations(frame: pd.DataFrame, what: str = "occupations", name: str = "train") -> Occupations:
    """Check a table of occupations and return it as arrays.

    Parameters
    ----------
    frame : DataFrame
        `train, section, begin_s, end_s` (s).
    what : str
        What the table is called in errors.
    name : str
        Column that says whose occupation it is: a train, or a path of a catalogue.

    Raises
    ------
    DataError
        If a column is missing, a time is not a number, an occupation ends before it begins, or a train has a section twice at once.
    """
    for column in (name, *COLUMNS[1:]):
        if column not in frame.columns:
            raise DataError(f"{what}: column '{column}' is missing; needed are: {', '.join((name, *COLUMNS[1:]))}")
    begin_ms, end_ms = (_to_ms(frame, column, what, name) for column in COLUMNS[2:])
    wrong = end_ms <= begin_ms
    if wrong.any():
        row = frame.iloc[int(np.argmax(wrong))]
        raise DataError(
            f"{what}: '{row[name]}' leaves section '{row['section']}' at {row['end_s']} s, not after {row['begin_s']} s; give the end of the blocking time"
        )
    names = pd.Index(frame[name].astype("str"))
    first = pd.Series(begin_ms).groupby(names.to_numpy(dtype=object)).min()
    trains = pd.Index(first.index[np.lexsort((first.index.to_numpy(dtype=str), first.to_numpy()))])
    section, sections = pd.factorize(frame["section"].astype("str"), sort=True)
    train = trains.get_indexer(names)
    order = np.lexsort((section, begin_ms, train))
    return Occupations(trains, pd.Index(sections), *(np.ascontiguousarray(a[order], dtype=np.int64) for a in (train, section, begin_ms, end_ms)))


def _to_ms(frame: pd.DataFrame, column: str, what: str, name: str) -> Any:
    values = pd.to_numeric(frame[column], errors="coerce").to_numpy(dtype=np.float64)
    bad = ~(np.abs(values) < 1e12)
    if bad.any():
        row = frame.iloc[int(np.argmax(bad))]
        raise DataError(f"{what}: {column} of '{row[name]}' at section '{row['section']}' is {row[column]!r}; give seconds")
    return np.rint(values * MS_PER_S).astype(np.int64)
