"""The weather of a run, one series for all modes: hourly wind, and how rough each day is.

The underlying process z is standard normal and autoregressive on the hours of UTC (`autoregression`). The hourly mean wind is

    v = scale * (-ln(1 - F(z)))^(1/shape),    F the standard normal distribution,

so that v is Weibull and the order of calm and rough hours is that of z. Everybody with a limit (a bridge, later trains and roads) looks at
this one series: on a rough day all of them meet it. `weather_days` gives one shock per day: the mean of z over the day, as the share
of days that are calmer. It is uniform, whatever the parameters of the wind.

Left out: seasons and the time of day, gusts and direction, the height above ground, local differences, and the link with surge, which is
a process of its own (`waterway.levels`).

References
----------
J. V. Seguro and T. W. Lambert, Modern estimation of the parameters of the Weibull wind speed distribution, Journal of Wind Engineering and
Industrial Aerodynamics 85, 2000.
B. G. Brown, R. W. Katz and A. H. Murphy, Time series models to simulate and forecast wind speed and wind power, Journal of Climate and
Applied Meteorology 23, 1984 (a normal autoregressive process, transformed).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..params.weather import WindParams
from ..streams import Streams
from ..units import S_PER_DAY
from .autoregression import correlated_normals

S_PER_HOUR = 3600.0
_HOURS_PER_DAY = 24
_UNIX_EPOCH = pd.Timestamp(0, tz="UTC")


def hourly_wind(wind: WindParams, streams: Streams, epoch: pd.Timestamp, end_s: float) -> pd.DataFrame:
    """Return the wind of every hour that touches a run.

    Parameters
    ----------
    wind : WindParams
    streams : Streams
        The random numbers of the replication.
    epoch : Timestamp
        The run's epoch, with a time zone.
    end_s : float
        End of the run, seconds from the epoch.

    Returns
    -------
    DataFrame
        `begin_s, end_s` of the hour in seconds from the epoch, and `wind_m_s`, its mean.
    """
    first, n = _cells(epoch, end_s, S_PER_HOUR)
    begin_s = (first + np.arange(n)) * S_PER_HOUR - _since_1970_s(epoch)
    return pd.DataFrame({"begin_s": begin_s, "end_s": begin_s + S_PER_HOUR, "wind_m_s": _speed_m_s(wind, _normals(wind, streams, first, n))})


def weather_days(wind: WindParams, streams: Streams, epoch: pd.Timestamp, end_s: float) -> pd.DataFrame:
    """Return how rough each UTC day is that touches a run.

    Parameters
    ----------
    wind, streams, epoch, end_s
        As of `hourly_wind`.

    Returns
    -------
    DataFrame
        `begin_s` of the day in seconds from the epoch, `severity_share` (the share of days that are calmer), and the mean and the largest
        hourly wind, `wind_mean_m_s` and `wind_max_m_s`.
    """
    from scipy.special import ndtr

    first, n = _cells(epoch, end_s, S_PER_DAY)
    z = _normals(wind, streams, first * _HOURS_PER_DAY, n * _HOURS_PER_DAY).reshape(n, _HOURS_PER_DAY)
    hours = np.arange(_HOURS_PER_DAY)
    correlation = np.exp(-np.abs(hours[:, None] - hours) * S_PER_HOUR / wind.correlation_s)
    speed = _speed_m_s(wind, z)
    return pd.DataFrame(
        {
            "begin_s": (first + np.arange(n)) * S_PER_DAY - _since_1970_s(epoch),
            "severity_share": ndtr(z.mean(axis=1) / np.sqrt(correlation.mean())),
            "wind_mean_m_s": speed.mean(axis=1),
            "wind_max_m_s": speed.max(axis=1),
        }
    )


def spans_of_wind(hours: pd.DataFrame, limit_m_s: float) -> list[tuple[float, float]]:
    """Return when the hourly wind is above a limit (s); hours that follow each other are one span.

    Examples
    --------
    >>> hours = pd.DataFrame(dict(begin_s=[0.0, 3600.0, 7200.0], end_s=[3600.0, 7200.0, 10800.0], wind_m_s=[21.0, 22.0, 8.0]))
    >>> spans_of_wind(hours, 20.8)
    [(0.0, 7200.0)]
    """
    above = np.concatenate([[False], hours["wind_m_s"].to_numpy() > limit_m_s, [False]])
    turns = np.flatnonzero(above[1:] != above[:-1])
    begin, end = hours["begin_s"].to_numpy(), hours["end_s"].to_numpy()
    return [(float(begin[a]), float(end[b - 1])) for a, b in zip(turns[::2], turns[1::2], strict=True)]


def _normals(wind: WindParams, streams: Streams, first: int, n: int) -> np.ndarray:
    return correlated_normals(streams, "weather", first, n, sd=1.0, grid_s=S_PER_HOUR, correlation_s=wind.correlation_s)


def _speed_m_s(wind: WindParams, z: np.ndarray) -> np.ndarray:
    from scipy.special import log_ndtr

    speed: np.ndarray = wind.scale_m_s * (-log_ndtr(-z)) ** (1.0 / wind.shape)  # log_ndtr(-z) is ln(1 - F(z)), exact in the tail
    return speed


def _cells(epoch: pd.Timestamp, end_s: float, size_s: float) -> tuple[int, int]:
    """Return the number since 1970 of the first cell of the absolute grid that a run touches, and how many there are."""
    zero_s = _since_1970_s(epoch)
    first = int(np.floor(zero_s / size_s))
    return first, max(1, int(np.ceil((zero_s + end_s) / size_s)) - first)


def _since_1970_s(epoch: pd.Timestamp) -> float:
    return float((epoch - _UNIX_EPOCH).total_seconds())
