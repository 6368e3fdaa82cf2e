"""Running times: a train on a path, alone.

The path is a `LineProfile`; the integration is in `_kernels/running.py`. Stops cut the way into legs, each from a standstill to a standstill. A
running time supplement is a share of the running time, spread evenly over the way; energy is that of the fastest run all the same, which
a train that coasts on its supplement does not need.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from ..codes import RunStatus
from ..errors import DataError
from ._kernels.records import PASS, STATE, records
from ._kernels.running import run_all
from .profile import LineProfile, course_of
from .rolling_stock import Train

Leg = tuple[int, int, bool]  # from a point to a point, and whether it stops there
STOP_S = 60.0  # where a stop has no time of its own


def running_time(
    train: Train,
    path: LineProfile,
    *,
    stops: Mapping[str, float] | Iterable[str] = (),
    dwell_s: float = STOP_S,
    supplement_share: float = 0.0,
    entry_speed_m_s: float = 0.0,
    is_stop_at_end: bool = True,
) -> pd.DataFrame:
    """Return when a train that runs alone passes, and stops at, the points of its path.

    Parameters
    ----------
    train : Train
    path : LineProfile
    stops : mapping of name to dwell in s, or iterable of names
        Points or places where it stops, besides the end.
    dwell_s : float
        Dwell of stops without their own (s).
    supplement_share : float
        Running time supplement, as a share of the running time.
    entry_speed_m_s : float
        Speed at the begin (m/s); 0: it starts there.
    is_stop_at_end : bool
        Stop at the end, or run through.

    Returns
    -------
    DataFrame
        point, place, position_m, arrival_s, departure_s (s after the begin), speed_m_s, is_stop, energy_j (at the wheel, since the begin).

    Raises
    ------
    DataError
        For a stop that is not on the way or shorter than the train, a dwell or supplement below 0, an electric train without its wire, a
        train that can't start or go on, or an entry that is too fast.

    Examples
    --------
    >>> from nspd_mobility.rail import line_profile, plain_train, running_time
    >>> train = plain_train(mass_tonne=100.0, length_m=100.0, speed_max_m_s=20.0, acceleration_m_s2=0.5, brake_m_s2=0.5)
    >>> running_time(train, line_profile(2000.0, 20.0))["arrival_s"].round(3).tolist()
    [0.0, 140.0]
    """
    if supplement_share < 0.0 or not np.isfinite(supplement_share):
        raise DataError(f"{train.name}: a supplement of {supplement_share:g} can't be used; it must be a share of 0 or more")
    check_wire(train, path)
    dwells = dwells_of(path, stops, dwell_s)
    check_tracks(train, path, dwells)
    legs = _legs(path, dwells, is_stop_at_end)
    passes, states = run_legs(train, path, legs, entry_speed_m_s)
    n = len(path.points_m)
    arrival, departure, speed, energy = np.zeros(n), np.zeros(n), np.full(n, entry_speed_m_s), np.zeros(n)
    clock = total_j = 0.0
    for row, state, (begin, end, _) in zip(passes, states, legs, strict=True):
        inner = slice(begin + 1, end + 1)
        arrival[inner] = clock + row["time_s"][inner] * (1.0 + supplement_share)
        departure[inner] = arrival[inner]
        speed[inner] = row["speed_m_s"][inner]
        energy[inner] = total_j + row["traction_j"][inner]
        total_j += float(state["traction_j"])
        departure[end] += dwells.get(end, 0.0)
        clock = departure[end]
    is_stop = np.isin(np.arange(n), [end for _, end, is_stop in legs if is_stop])
    return pd.DataFrame(
        {
            "point": path.point_names,
            "place": path.point_places,
            "position_m": path.points_m,
            "arrival_s": arrival,
            "departure_s": departure,
            "speed_m_s": speed,
            "is_stop": is_stop,
            "energy_j": energy,
        }
    )


def run_legs(train: Train, path: LineProfile, legs: list[Leg], entry_speed_m_s: float = 0.0, *, is_point_mass: bool = False) -> tuple[Any, Any]:
    """Run legs from point to point, each from a standstill but the first; a leg that does not stop runs through to the end of the path.

    Returns
    -------
    passes : ndarray of PASS, shape (n_leg, n_point)
        Rows of the points that each leg reaches, times from its begin; NaN elsewhere.
    states : ndarray of STATE, shape (n_leg,)
        At the end of each leg.
    """
    cells = course_of(path, train.physics[0], is_point_mass=is_point_mass)
    passes = records(PASS, len(legs) * len(path.points_m)).reshape(len(legs), -1)
    states = records(STATE, len(legs))
    for key in PASS.names or ():
        passes[key] = np.nan
    states["position_m"] = [path.points_m[begin] for begin, _, _ in legs]
    states["speed_m_s"][0] = entry_speed_m_s
    stops = np.array([path.points_m[end] if is_stop else np.inf for _, end, is_stop in legs])
    failed = run_all(train.physics, cells, path.points_m, passes, states, stops)
    if failed >= 0:
        raise DataError(why_failed(train, path, states[failed]))
    return passes, states


def why_failed(train: Train, path: LineProfile, state: Any) -> str:
    """Return the message for a state in which a run ended before its stop."""
    status, at = RunStatus(int(state["status"])), float(state["position_m"])
    if status == RunStatus.TOO_FAST:
        speed = float(state["speed_m_s"])
        return f"{train.name} on {path.name}: at {speed:.1f} m/s at {at:.0f} m it can't brake in time for a limit or stop ahead; let it enter slower"
    if status not in (RunStatus.CANNOT_START, RunStatus.STALLED):
        return f"{train.name} on {path.name}: no end of the run is found at {at:.0f} m; take a larger speed_step_m_s"
    what = "can't start" if status == RunStatus.CANNOT_START else "comes to a stand"
    permille = 1000.0 * np.tan(np.arcsin(np.clip(state["slope"], -0.999, 0.999)))
    near = path.point_names[max(int(np.searchsorted(path.points_m, at, side="right")) - 1, 0)]
    return (
        f"{train.name} on {path.name}: {what} at {at:.0f} m (after '{near}'), too heavy or too steep: {train.mass_tonne:.0f} t on {permille:.1f} ‰ "
        f"need {float(state['missing_newton']) / 1000.0:.1f} kN more; take off load, add a locomotive or mend the gradient"
    )


def dwells_of(path: LineProfile, stops: Mapping[str, float] | Iterable[str], dwell_s: float) -> dict[int, float]:
    """Return the dwell (s) by point of the stops, in order of the way."""
    given = dict(stops) if isinstance(stops, Mapping) else dict.fromkeys([stops] if isinstance(stops, str) else stops, dwell_s)
    dwells = {}
    for key, dwell in given.items():
        if not 0.0 <= dwell < np.inf:
            raise DataError(f"{path.name}: a dwell of {dwell:g} s at '{key}' can't be used; it must be 0 or more")
        point = path.point_of(key)
        if point == 0:
            raise DataError(f"{path.name}: '{key}' is where the way begins; a stop must lie beyond it")
        dwells[point] = float(dwell)
    return dict(sorted(dwells.items()))


def check_wire(train: Train, path: LineProfile) -> None:
    """Raise an error for an electric train where its wire is missing."""
    if train.wires is None:
        return
    for wire, at in zip(path.electrification, path.bounds_m, strict=False):
        if wire not in train.wires:
            raise DataError(
                f"{train.name} on {path.name}: electrification mismatch at {at:.0f} m, where the line has '{wire}' and the train needs "
                f"{' or '.join(sorted(train.wires))}; take a diesel or battery train, or electrify the line"
            )


def check_tracks(train: Train, path: LineProfile, dwells: Iterable[int]) -> None:
    """Raise an error for a stop at a track that is shorter than the train."""
    for point in dwells:
        if train.length_m > path.track_m[point]:
            raise DataError(
                f"{train.name} on {path.name}: too long, {train.length_m:.0f} m on a stop track of {path.track_m[point]:.0f} m at "
                f"'{path.point_places[point] or path.point_names[point]}'; shorten the train or stop elsewhere"
            )


def _legs(path: LineProfile, dwells: dict[int, float], is_stop_at_end: bool) -> list[Leg]:
    last = len(path.points_m) - 1
    ends = [point for point in dwells if point < last]
    begins = [0, *ends]
    legs = [(begin, end, True) for begin, end in zip(begins, ends, strict=False)]
    return [*legs, (begins[-1], last, is_stop_at_end or last in dwells)]
