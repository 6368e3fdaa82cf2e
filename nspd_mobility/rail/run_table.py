"""Running times between all signals of one path, tabulated per train, path and stop pattern.

A dispatcher asks how long a train takes from a standstill at one signal to pass, or to stop at, a later one, when its tail clears each point
on the way, and when it begins to brake for a signal that is at danger. A run from a signal ends at the next planned stop at the latest:
rows do not reach beyond it. Tables are kept by the content of train and path, so that equal trains share them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import DataError
from ._kernels.records import PASS, STATE, TRAIN, as_records, records
from ._kernels.running import run_all
from .profile import LineProfile, course_of
from .rolling_stock import Train
from .running import STOP_S, check_tracks, check_wire, dwells_of, why_failed

Floats = npt.NDArray[np.float64]
MOST_TABLES = 4096  # kept at once


@dataclass(frozen=True, slots=True, eq=False)
class RunTable:
    """Running times of one train on one path, in s from each start; NaN where a run does not reach.

    Starts and targets i, j are the indices in `halts`; points k are those of the path. Row -1 of `pass_s` and the like is the run from the
    begin at `entry_speed_m_s`.

    Attributes
    ----------
    halts : ndarray of int64, shape (n_halt,)
        Points where the train may start or stop: the begin, signals, planned stops and the end.
    pass_s, tail_s : ndarray of float64, shape (n_halt + 1, n_point)
        From a standstill at halt i: when the head passes point k, and when the tail clears it, no signal at danger on the way.
    pass_m_s : ndarray of float64, shape (n_halt + 1, n_point)
        Speed of the head at point k (m/s).
    stop_s : ndarray of float64, shape (n_halt + 1, n_halt)
        From a standstill at i to a standstill at j.
    brake_s : ndarray of float64, shape (n_halt + 1, n_halt)
        When the train that runs from i must begin to brake for a stop at j: an authority beyond j that comes before then costs nothing.
    stop_tail_s : ndarray of float64, shape (n_halt + 1, n_halt, n_point)
        When the tail clears point k on the run from i to a stop at j.
    through_s : ndarray of float64, shape (n_point,)
        Flying: when the head passes point k, from the departure of the last planned stop before it, or from the begin at `entry_speed_m_s`.
    traction_j : ndarray of float64, shape (n_halt + 1, n_point)
        Work at the wheel from i to k (J).
    entry_speed_m_s : float
        Speed at the begin (m/s).
    """

    halts: npt.NDArray[np.int64]
    pass_s: Floats
    tail_s: Floats
    pass_m_s: Floats
    stop_s: Floats
    brake_s: Floats
    stop_tail_s: Floats
    through_s: Floats
    traction_j: Floats
    entry_speed_m_s: float


def run_table(
    train: Train,
    path: LineProfile,
    *,
    stops: Mapping[str, float] | Iterable[str] = (),
    entry_speed_m_s: float = 0.0,
    is_stop_at_end: bool = True,
) -> RunTable:
    """Tabulate the running times of a train between all signals of a path.

    Parameters
    ----------
    train : Train
    path : LineProfile
    stops : mapping or iterable of names
        Planned stops, points or places.
    entry_speed_m_s : float
        Speed at the begin (m/s), for `through_s` and row -1.
    is_stop_at_end : bool
        The way ends with a stop; else the train runs on beyond it at the speed that it has there.

    Raises
    ------
    DataError
        As `running_time`; and where the train can't start at a signal.
    """
    check_wire(train, path)
    planned = dwells_of(path, stops, STOP_S)
    check_tracks(train, path, planned)
    last = len(path.points_m) - 1
    if is_stop_at_end:
        planned[last] = 0.0
    halts = tuple(sorted({0, *np.flatnonzero(path.is_signal).tolist(), *planned, last}))
    cells = course_of(path, train.physics[0])
    found = _tabulate(train.physics.tobytes(), cells.tobytes(), path.points_m.tobytes(), halts, tuple(sorted(planned)), entry_speed_m_s)
    if not isinstance(found, RunTable):
        raise DataError(why_failed(train, path, found))
    return found


@lru_cache(maxsize=MOST_TABLES)
def _tabulate(train: bytes, cells: bytes, points: bytes, halts: tuple[int, ...], planned: tuple[int, ...], entry_m_s: float) -> Any:
    """Return the table, or the state of the run that fails."""
    from ._kernels.records import CELL

    physics = as_records(np.frombuffer(train, TRAIN).copy())
    course = as_records(np.frombuffer(cells, CELL).copy())
    points_m = np.frombuffer(points, np.float64)
    length, end_m, n_point, n_halt = float(physics["length_m"][0]), float(points_m[-1]), len(points_m), len(halts)
    at = points_m[list(halts)]
    probes = np.unique(np.concatenate([points_m, np.minimum(points_m + length, end_m)]))
    head, tail = np.searchsorted(probes, points_m), np.searchsorted(probes, points_m + length)
    is_short = points_m + length > end_m  # the tail clears it beyond the path

    # Runs: from each start to each halt up to the next planned stop, and one that runs through where no stop is planned.
    starts = [*halts[:-1], -1]
    jobs = []
    for row, start in enumerate(starts):
        begin = max(start, 0)
        ahead = [stop for stop in planned if stop > begin]
        targets = [j for j, halt in enumerate(halts) if begin < halt <= (ahead[0] if ahead else n_point)]
        jobs += [(row, j, at[j]) for j in targets]
        jobs.append((row, -1, points_m[ahead[0]] if ahead else np.inf))
    passes = records(PASS, len(jobs) * len(probes)).reshape(len(jobs), -1)
    for key in PASS.names or ():
        passes[key] = np.nan
    states = records(STATE, len(jobs))
    rows = [starts[row] for row, _, _ in jobs]
    states["position_m"] = points_m[np.maximum(rows, 0)]
    states["speed_m_s"] = np.where(np.array(rows) < 0, entry_m_s, 0.0)
    failed = run_all(physics, course, probes, passes, states, np.array([stop for _, _, stop in jobs]))
    if failed >= 0:
        return states[failed].copy()

    shape = (n_halt + 1, n_point)
    pass_s, tail_s, pass_m_s, traction_j = (np.full(shape, np.nan) for _ in range(4))
    stop_s, brake_s = np.full((n_halt + 1, n_halt), np.nan), np.full((n_halt + 1, n_halt), np.nan)
    stop_tail_s = np.full((n_halt + 1, n_halt, n_point), np.nan)
    for (row, j, stop), passed, state in zip(jobs, passes, states, strict=True):
        i = row if row < n_halt - 1 else n_halt
        cleared = np.where(is_short, np.nan, passed["time_s"][np.minimum(tail, len(probes) - 1)])
        if j >= 0:
            stop_s[i, j], brake_s[i, j] = state["time_s"], state["brake_begin_s"]
            stop_tail_s[i, j] = cleared
            continue
        if stop == np.inf:  # the tail follows at the speed of the head at the end
            beyond = state["time_s"] + (points_m + length - end_m) / state["speed_m_s"]
            cleared = np.where(is_short, beyond, cleared)
        pass_s[i], pass_m_s[i], traction_j[i] = passed["time_s"][head], passed["speed_m_s"][head], passed["traction_j"][head]
        begin = max(starts[row], 0)
        pass_s[i, begin], pass_m_s[i, begin], traction_j[i, begin] = 0.0, entry_m_s if starts[row] < 0 else 0.0, 0.0
        tail_s[i] = cleared
    through_s = np.full(n_point, np.nan)
    for start in [-1, *planned]:
        i = halts.index(start) if start >= 0 else n_halt
        reached = np.isfinite(pass_s[i])
        through_s[reached & (np.arange(n_point) > start)] = pass_s[i][reached & (np.arange(n_point) > start)]
    return RunTable(np.array(halts), pass_s, tail_s, pass_m_s, stop_s, brake_s, stop_tail_s, through_s, traction_j, entry_m_s)
