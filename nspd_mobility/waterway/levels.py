"""Water levels at a lock, known before t = 0: tide, surge, the canal, and the discharge that reaches it.

The sea stands at ``z(t) = tide(t) + surge(t)``. The tide is that of `tide.tide_level_m_nap`. Surge (wind set-up, opzet) is a
stationary first-order autoregressive process on an absolute UTC grid (`engine.autoregression`). Between grid points it is linear: there
the variance is lower, at least ``(1 + rho) / 2`` of that at the points, which is 0.96 for an hour's grid and a correlation time of 12 h.

The canal stands at its target level plus a constant, or at the user's series; `canal_level` may overwrite it. Left out: storm surges (a
normal process has no heavy tail, and no seasons), and the interaction of surge and tide.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..engine.autoregression import correlated_normals
from ..params.levels import DischargeParams, LevelParams, SurgeParams
from ..streams import Streams
from ..units import LOCAL_ZONE
from .complex import LevelSeries
from .level_file import Moment, as_utc, read_discharge, read_levels
from .tide import high_and_low_waters, tide_level_m_nap

FloatArray = npt.NDArray[np.float64]

UNIX_EPOCH = pd.Timestamp(0, tz="UTC")


def surge_m(params: SurgeParams, streams: Streams, start: Moment, step_s: float, n: int) -> FloatArray:
    """Return surge at equal steps.

    Parameters
    ----------
    params : SurgeParams
    streams : Streams
        The random numbers of the replication.
    start : datetime, datetime64 or str
        Time of the first sample; without a time zone it is UTC.
    step_s : float
        Step (s), more than 0.
    n : int
        Number of samples, 0 or more.

    Returns
    -------
    ndarray of float64, shape (n,)
        Surge (m); zeros where its standard deviation is 0.

    Examples
    --------
    >>> day = surge_m(SurgeParams(sd_m=0.25), Streams(1, 0), "2023-04-17", 3600.0, 24)
    >>> later = surge_m(SurgeParams(sd_m=0.25), Streams(1, 0), "2023-04-17T06:00", 3600.0, 2)
    >>> bool((day[6:8] == later).all())
    True
    """
    if params.sd_m == 0.0 or n == 0:
        return np.zeros(n)
    first_s = (as_utc(start) - UNIX_EPOCH).total_seconds()
    position = (first_s + np.arange(n) * step_s) / params.grid_s
    begin, end = int(np.floor(position[0])), int(np.floor(position[-1])) + 1
    surge = correlated_normals(streams, "surge", begin, end + 1 - begin, sd=params.sd_m, grid_s=params.grid_s, correlation_s=params.correlation_s)
    whole = np.floor(position).astype(np.int64) - begin
    part = position - np.floor(position)
    between: FloatArray = surge[whole] * (1.0 - part) + surge[whole + 1] * part
    return between


def sea_levels(
    start: Moment,
    step_s: float,
    n: int,
    constituents: pd.DataFrame,
    mean_m_nap: float = 0.0,
    *,
    surge: SurgeParams | None = None,
    streams: Streams | None = None,
) -> FloatArray:
    """Return the level of the sea at equal steps: tide and surge.

    Parameters
    ----------
    start : datetime, datetime64 or str
        Time of the first sample; without a time zone it is UTC.
    step_s : float
        Step (s), more than 0.
    n : int
        Number of samples.
    constituents : DataFrame
        As `read_constituents` gives it.
    mean_m_nap : float
        Mean level (m NAP).
    surge : SurgeParams, optional
        Left out, there is none.
    streams : Streams, optional
        Random numbers of the replication; needed where there is surge.

    Returns
    -------
    ndarray of float64, shape (n,)
        Level (m NAP).

    Raises
    ------
    DataError
        If a constituent can't be used.
    ValueError
        If there is surge and no `streams`.

    Examples
    --------
    >>> m2 = pd.DataFrame({"name": ["M2"], "speed_deg_h": [28.984104], "amplitude_m": [1.75], "phase_deg": [59.5]})
    >>> sea_levels("2024-01-01", 3600, 3, m2, surge=SurgeParams(sd_m=0.25), streams=Streams(1, 0)).round(2).tolist()
    [-1.14, -0.42, 0.36]
    """
    level = tide_level_m_nap(constituents, mean_m_nap, start, step_s, n)
    if surge is None or surge.sd_m == 0.0:
        return level
    if streams is None:
        raise ValueError("surge needs streams, the random numbers of a replication")
    return level + surge_m(surge, streams, start, step_s, n)


def tidal_extremes(times_s: npt.ArrayLike, level_m_nap: npt.ArrayLike) -> pd.DataFrame:
    """Return the high and low waters of a series, alternating.

    Parameters
    ----------
    times_s : array_like of float, shape (n,)
        Times at equal steps (s).
    level_m_nap : array_like of float, shape (n,)
        Level (m NAP).

    Returns
    -------
    DataFrame
        time_s, level_m_nap and is_high; each from the parabola through the extreme sample and its neighbours. A wiggle of less than
        3 hours counts as none; the ends of the series are no extremes.

    Raises
    ------
    ValueError
        If the two differ in length or the steps are unequal.

    Examples
    --------
    >>> hours = np.arange(0, 24.0, 0.25)
    >>> tidal_extremes(3600 * hours, np.cos(2 * np.pi * hours / 12)).round(3).values.tolist()[0]
    [21600.0, -1.0, False]
    """
    times, level = np.asarray(times_s, dtype=np.float64), np.asarray(level_m_nap, dtype=np.float64)
    steps = np.diff(times)
    if times.shape != level.shape or (steps.size and (steps[0] <= 0 or np.abs(steps - steps[0]).max() > 1e-3)):
        raise ValueError("times_s and level_m_nap must be of one length, with equal steps above 0")
    if times.size < 3:
        return pd.DataFrame({"time_s": np.empty(0), "level_m_nap": np.empty(0), "is_high": np.empty(0, dtype=bool)})
    extremes = high_and_low_waters(level, float(steps[0]))
    return extremes.assign(time_s=extremes["time_s"] + times[0])


def times_of(levels: LevelSeries) -> FloatArray:
    """Return the times of the points of a level series (s since the run's epoch)."""
    return levels.start_s + levels.step_s * np.arange(levels.sea_m_nap.size, dtype=np.float64)


def water_levels(
    params: LevelParams,
    *,
    epoch: Moment,
    end_s: float,
    step_s: float,
    constituents: pd.DataFrame,
    mean_m_nap: float,
    canal_level_m_nap: float,
    streams: Streams | None = None,
    file: Path | None = None,
) -> LevelSeries:
    """Return the levels of a run, with a margin at both ends.

    Parameters
    ----------
    params : LevelParams
    epoch : datetime, datetime64 or str
        Zero of the run's time; without a time zone it is UTC.
    end_s : float
        End of the run (s).
    step_s : float
        Step of the series (s).
    constituents : DataFrame
        The tide; also what a user's series is compared with.
    mean_m_nap : float
        Mean level of the sea (m NAP).
    canal_level_m_nap : float
        Target level of the canal (m NAP).
    streams : Streams, optional
        Random numbers of the replication; needed where there is surge.
    file : Path, optional
        The user's series that `params.series.file` names. Where it has the sea, that replaces tide and surge; where it has the canal,
        that replaces the target level. The margin is as long as the file allows.

    Raises
    ------
    DataError
        If the file can't be used.
    """
    first = -int(np.ceil(params.margin_s / step_s))
    last = int(np.ceil((end_s + params.margin_s) / step_s)) + 1
    times = step_s * np.arange(first, last + 1)
    given: dict[str, FloatArray] = {}
    if file is not None:
        table = read_levels(
            file,
            times,
            epoch=epoch,
            end_s=end_s,
            params=params.series,
            constituents=constituents,
            mean_m_nap=mean_m_nap,
            canal_level_m_nap=canal_level_m_nap,
        )
        times = table["time_s"].to_numpy(dtype=np.float64)
        given = {name: table[name].to_numpy(dtype=np.float64) for name in table.columns if name != "time_s"}
    if "sea_m_nap" not in given:
        start = as_utc(epoch) + pd.Timedelta(seconds=float(times[0]))
        given["sea_m_nap"] = sea_levels(start, step_s, times.size, constituents, mean_m_nap, surge=params.surge, streams=streams)
    canal = given.get("canal_m_nap", np.full(times.size, canal_level_m_nap + params.canal_offset_m))
    return LevelSeries(float(times[0]), step_s, given["sea_m_nap"], canal)


def discharge_m3_s(params: DischargeParams, times_s: npt.ArrayLike, *, epoch: Moment, end_s: float, file: Path | None = None) -> FloatArray:
    """Return the discharge into the canal at given times.

    Parameters
    ----------
    params : DischargeParams
    times_s : array_like of float, shape (n,)
        Times (s since the epoch).
    epoch : datetime, datetime64 or str
        Without a time zone it is UTC.
    end_s : float
        End of the run (s).
    file : Path, optional
        The user's series that `params.file` names; it covers the run, and beyond its ends it stays as it was there.

    Returns
    -------
    ndarray of float64, shape (n,)
        Discharge (m³/s): of the file, else of the local calendar month, else constant.

    Raises
    ------
    DataError
        If the file can't be used.

    Examples
    --------
    >>> discharge_m3_s(DischargeParams(constant_m3_s=13.0), [0.0, 60.0], epoch="2018-08-01", end_s=60.0).tolist()
    [13.0, 13.0]
    """
    times = np.asarray(times_s, dtype=np.float64)
    if file is not None:
        table = read_discharge(file, epoch=epoch, end_s=end_s, params=params)
        given: FloatArray = np.interp(times, table["time_s"], table["discharge_m3_s"])
        return given
    if params.monthly_m3_s:
        local = (as_utc(epoch) + pd.to_timedelta(times, unit="s")).tz_convert(LOCAL_ZONE)
        return np.array(params.monthly_m3_s, dtype=np.float64)[local.month - 1]
    return np.full(times.shape, params.constant_m3_s)
