"""The daily windows of a bridge as a table of times: peak blocks, hours without an operator, in local time."""

from __future__ import annotations

import pandas as pd

from ..codes import WindowDays
from ..params.bridge import BridgeParams
from ..units import LOCAL_ZONE
from .bridge_tables import WINDOW_COLUMNS

_FIRST_WEEKEND_DAY = 5  # Monday is 0


def daily_windows(bridge: BridgeParams, epoch: pd.Timestamp, end_s: float) -> pd.DataFrame:
    """Return the daily windows of a bridge over a run.

    Parameters
    ----------
    bridge : BridgeParams
    epoch : Timestamp
        The run's epoch, with a time zone.
    end_s : float
        End of the run, seconds from the epoch.

    Returns
    -------
    DataFrame
        `kind, begin_s, end_s` in seconds from the epoch, as `simulate_bridge` takes them. Clock times are local: they move in UTC when
        summer time begins and ends. Public holidays are days as others.

    Examples
    --------
    >>> hold = {"kind": "peak_block", "begin_min": 460.0, "end_min": 480.0, "days": "weekdays"}
    >>> swing = BridgeParams(clear_road_s=60, open_s=240, close_s=240, reopen_road_s=60, daily_windows={"morning": hold})
    >>> daily_windows(swing, pd.Timestamp("2025-03-03", tz="Europe/Amsterdam"), 86_400.0).values.tolist()
    [['peak_block', 27600.0, 28800.0]]
    """
    first = epoch.tz_convert(LOCAL_ZONE).normalize().tz_localize(None)
    last = (epoch + pd.Timedelta(seconds=end_s)).tz_convert(LOCAL_ZONE).normalize().tz_localize(None)
    days = pd.date_range(first, last, freq="D")
    rows = []
    for window in bridge.daily_windows.values():
        for day in days:
            is_weekend = day.day_of_week >= _FIRST_WEEKEND_DAY
            if window.days == WindowDays.DAILY or (window.days == WindowDays.WEEKEND) == is_weekend:
                begin_s, end_of_window_s = (_seconds(day, minutes, epoch) for minutes in (window.begin_min, window.end_min))
                if begin_s < end_s and end_of_window_s > max(begin_s, 0.0):
                    rows.append((window.kind.word, begin_s, end_of_window_s))
    return pd.DataFrame(rows, columns=list(WINDOW_COLUMNS)).astype({"kind": "str", "begin_s": "float64", "end_s": "float64"})


def _seconds(day: pd.Timestamp, minutes: float, epoch: pd.Timestamp) -> float:
    """Return a local clock time in seconds from the epoch; one that summer time skips moves on, one that comes twice is the first."""
    local = (day + pd.Timedelta(minutes=minutes)).tz_localize(LOCAL_ZONE, ambiguous=True, nonexistent="shift_forward")
    return float((local - epoch).total_seconds())
