"""Occupancy by compression, after UIC leaflet 406: the trains of a timetable pushed together in their order.

A timetable is compressed segment by segment. A segment is a part of the line on which the order of trains does not change; on
single track that is from one crossing loop to the next. In it every train keeps the times between its own sections and comes as
early as the trains before it allow (buffers become zero):

    occupancy = compressed time / window,    consumption = occupancy (1 + additional time rate),    rate = 1 / limit - 1

so that consumption above 1 and occupancy above the limit are the same verdict, written twice. For a timetable that repeats, the
compressed time is the least period: the longest time that one section is in use, from its first train to its last. Otherwise it
runs from the first begin to the last end.

The result depends on how long the segments are and on the given order of trains: the criticism of the method, and the reason
why capacity is reported here in two more ways (`insert_paths`, and simulation with delays).

Source: UIC leaflet 406 (2004, 2nd edition 2013), definitions as in secondary sources; the leaflet's limits were not read.
Left out: compression of nodes with weights (appendix A of the 2nd edition).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import DataError
from ..params.rail_capacity import OccupancyLimits
from ..units import MS_PER_S
from ._kernels.compression import compress_trains
from .occupations import Occupations, read_occupations


@dataclass(frozen=True, eq=False, slots=True)
class Compression:
    """A compressed timetable.

    Attributes
    ----------
    segments : DataFrame
        Per segment: `segment, n_trains, compressed_s, occupancy_share, consumption_share, limit_share, is_over, decisive_section` (the section
        in use longest). Consumption is a share of the window too.
    trains : DataFrame
        Per segment and train: `segment, train, begin_s` (its first occupation) and `shift_s` (what compression adds to its times).
    """

    segments: pd.DataFrame
    trains: pd.DataFrame

    @property
    def decisive(self) -> pd.Series:
        """The segment with the highest occupancy."""
        return self.segments.iloc[int(self.segments["occupancy_share"].argmax())]


def compress(
    occupations: pd.DataFrame,
    segments: pd.Series | dict[str, str] | None = None,
    *,
    window_s: float,
    is_cyclic: bool = True,
    limit_share: float | None = None,
) -> Compression:
    """Compress a timetable, its order of trains fixed.

    Parameters
    ----------
    occupations : DataFrame
        `train, section, begin_s, end_s` (s), of the trains of one window.
    segments : Series or dict, optional
        Segment of each section; sections that are not in it are left out. One segment without it.
    window_s : float
        Length of the window (s).
    is_cyclic : bool
        Whether the timetable repeats after the window.
    limit_share : float, optional
        Limit of the occupancy; that of the day where the window is longer than three hours, else that of the peak.

    Raises
    ------
    DataError
        If the table is not usable, the window or limit is not positive, or two trains change their order within a segment.

    Examples
    --------
    >>> import pandas as pd
    >>> day = pd.DataFrame(dict(train=["a", "b"], section="s", begin_s=[0, 1800], end_s=[420, 2220]))
    >>> float(compress(day, window_s=3600).decisive["occupancy_share"].round(3))
    0.233
    """
    if not window_s > 0:
        raise DataError(f"compress: window_s is {window_s}; give a positive number of seconds")
    if limit_share is None:
        limits = OccupancyLimits()
        limit_share = limits.day_share if window_s > 3 * 3600 else limits.peak_share
    if not 0 < limit_share <= 1:
        raise DataError(f"compress: limit_share is {limit_share}; allowed is above 0 and at most 1")
    frame = occupations.assign(segment="all" if segments is None else occupations["section"].map(dict(segments)))
    rows, trains = [], []
    for segment, part in frame.dropna(subset="segment").groupby("segment", sort=True):
        table = read_occupations(part, f"occupations of segment '{segment}'")
        _check_order(table, str(segment))
        compressed_ms, decisive, shift_ms = _compressed(table, is_cyclic)
        occupancy = compressed_ms / MS_PER_S / window_s
        consumption = occupancy / limit_share  # 1 + rate = 1 / limit
        rows.append((segment, len(table.trains), compressed_ms / MS_PER_S, occupancy, consumption, limit_share, occupancy > limit_share, decisive))
        trains.append(
            pd.DataFrame({"segment": segment, "train": table.trains, "begin_s": table.begin_ms[table.offsets[:-1]] / MS_PER_S, "shift_s": shift_ms / MS_PER_S})
        )
    if not rows:
        raise DataError("compress: no occupation lies in a segment; give occupations, and segments that name their sections")
    names = ["segment", "n_trains", "compressed_s", "occupancy_share", "consumption_share", "limit_share", "is_over", "decisive_section"]
    return Compression(pd.DataFrame(rows, columns=names), pd.concat(trains, ignore_index=True))


def _compressed(table: Occupations, is_cyclic: bool) -> tuple[int, str, np.ndarray]:
    """Return the compressed time (ms), the section in use longest, and the shift of each train (ms)."""
    free_from_ms, used_from_ms = np.empty((2, len(table.sections)), dtype=np.int64)
    shift_ms = np.empty(len(table.trains), dtype=np.int64)
    compress_trains(table.offsets, table.section.astype(np.int32), table.begin_ms, table.end_ms, free_from_ms, used_from_ms, shift_ms)
    in_use_ms = free_from_ms - used_from_ms
    longest = int(np.argmax(in_use_ms))
    compressed_ms = int(in_use_ms[longest]) if is_cyclic else int(free_from_ms.max() - used_from_ms.min())
    return compressed_ms, str(table.sections[longest]), shift_ms


def _check_order(table: Occupations, segment: str) -> None:
    """Refuse two trains that are in one order on one section and in the other on another."""
    order = np.lexsort((table.train, table.begin_ms, table.section))
    section, train = table.section[order], table.train[order]
    swapped = (section[1:] == section[:-1]) & (train[1:] < train[:-1])
    if swapped.any():
        k = int(np.argmax(swapped))
        first, second = table.trains[train[k + 1]], table.trains[train[k]]
        raise DataError(
            f"compress: in segment '{segment}' train '{first}' begins before '{second}', but comes after it on section '{table.sections[section[k]]}'; "
            "they cross or overtake each other there: end the segment at that loop"
        )
