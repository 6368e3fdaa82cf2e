"""When a movable bridge is not free to open, known before t = 0.

Four sources, which together are one table of windows: those that come back every day in local time (peak blocks, hours without an
operator), planned ones by date, random outages by class of length (both as those of a lock, `calendar`), and hours in which the wind is
above the bridge's own limit (`weather`, one series for all bridges). The outages of a bridge are drawn by its name and nothing else: a
variant that operates it in another way meets the same ones.

Two planned windows of different kinds may not overlap, unless one says that it may; daily windows, outages and wind overlap what
they like, as the bridge knows all kinds at a time.

References
----------
Rijkswaterstaat, Richtlijnen Vaarwegen 2020: table 57 (closures by length); bridges are not available above 8 to 9 Beaufort (NEN 6786).
"""

from __future__ import annotations

import pandas as pd

from ..codes import BridgeWindow, WindowDays
from ..params.bridge import BridgeParams
from ..streams import Streams
from ..units import LOCAL_ZONE
from .bridge_tables import WINDOW_COLUMNS
from .calendar import Closure, check_overlaps, drawn_outages, occurrences
from .weather import spans_of_wind

_FIRST_WEEKEND_DAY = 5  # Monday is 0


def bridge_windows(name: str, bridge: BridgeParams, *, epoch: pd.Timestamp, end_s: float, streams: Streams, wind: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return all windows of a bridge in a run.

    Parameters
    ----------
    name : str
        The bridge, part of what its outages are drawn by, and of messages.
    bridge : BridgeParams
    epoch : Timestamp
        The run's epoch, with a time zone.
    end_s : float
        End of the run, seconds from the epoch.
    streams : Streams
        The random numbers of the replication.
    wind : DataFrame, optional
        As `weather.hourly_wind` gives it; without it there is no wind.

    Returns
    -------
    DataFrame
        `kind, begin_s, end_s`, cut to the run, sorted by kind and begin; windows of a kind that overlap or touch are one.

    Raises
    ------
    DataError
        If planned windows of different kinds overlap, or one names an hour that the change of clocks skips or repeats.
    """
    planned = [
        Closure(name, first, last, entry.kind, key, entry.may_overlap)
        for key, entry in bridge.calendar.items()
        for first, last in occurrences(entry, key, epoch, 0.0, end_s)
    ]
    check_overlaps(planned, "bridge")
    rows = list(daily_windows(bridge, epoch, end_s).itertuples(index=False, name=None))
    rows += [(closure.cause.word, closure.begin_s, closure.end_s) for closure in planned]
    outages = drawn_outages(bridge.outages, f"bridge/{name}", streams, epoch=epoch, begin_s=0.0, end_s=end_s)
    rows += [(BridgeWindow.OUTAGE.word, first, last) for first, last in outages]
    if wind is not None:
        rows += [(BridgeWindow.WIND.word, first, last) for first, last in spans_of_wind(wind, bridge.wind_limit_m_s)]
    return _frame(_united(rows, end_s))


def _united(rows: list[tuple[str, float, float]], end_s: float) -> list[tuple[str, float, float]]:
    """Return windows cut to the run, with those of a kind that overlap or touch made one."""
    united: list[tuple[str, float, float]] = []
    for kind, begin_s, stop_s in sorted((kind, max(first, 0.0), min(last, end_s)) for kind, first, last in rows):
        if united and united[-1][0] == kind and begin_s <= united[-1][2]:
            united[-1] = (kind, united[-1][1], max(stop_s, united[-1][2]))
        elif stop_s > begin_s:
            united.append((kind, begin_s, stop_s))
    return united


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
    return _frame(rows)


def _frame(rows: list[tuple[str, float, float]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(WINDOW_COLUMNS)).astype({"kind": "str", "begin_s": "float64", "end_s": "float64"})


def _seconds(day: pd.Timestamp, minutes: float, epoch: pd.Timestamp) -> float:
    """Return a local clock time in seconds from the epoch; one that summer time skips moves on, one that comes twice is the first."""
    local = (day + pd.Timedelta(minutes=minutes)).tz_localize(LOCAL_ZONE, ambiguous=True, nonexistent="shift_forward")
    return float((local - epoch).total_seconds())
