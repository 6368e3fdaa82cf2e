"""Times of movable bridges from a log of openings.

    clear     road closed until the bridge begins to open         (needs the column `opening`)
    open      until ships may pass; with clear where `opening` is missing
    hold      ships may pass, until the bridge begins to close: the first ship, and a headway for each further one
    close     until the road is open again

``hold = hold_first + follow * (n_ships - 1)`` is a straight line where the log counts the ships. What a log can't tell apart is given to one
parameter, and the other is set to 0: `close_s` holds `reopen_road_s`, and without `opening` `open_s` holds `clear_road_s`. The headway is
that of ships that wait for each other, if they were ready: gaps between ships make it longer, and it is then an upper bound. The first
hold is reported only, as in the model ships pass at their own speed. Left out: the outage rate, as a log of openings does not say why
a bridge stayed shut.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from .cleaning import clean
from .logs import BRIDGES, ColumnMap, day_of, read_log
from .phases import estimate, fit_slope
from .result import FitResult, Sample
from .robust import mean_line
from .settings import FitSettings


def fit_bridges(
    bridges: pd.DataFrame | str | Path,
    *,
    settings: FitSettings | None = None,
    columns: ColumnMap | None = None,
    ambiguous: str = "error",
    result: FitResult | None = None,
) -> FitResult:
    """Estimate the times of movable bridges.

    Parameters
    ----------
    bridges : DataFrame, str or Path
        A log with `bridge, road_closed, open, closing, road_open`, and optionally `opening` and `n_ships`.
    settings : FitSettings, optional
    columns : ColumnMap, optional
    ambiguous : str
        error or drop: what becomes of times in the hour that a change of clocks skips or repeats.
    result : FitResult, optional
        Gets the estimates; a new one by default.

    Returns
    -------
    FitResult
        Estimates ``bridges.<bridge>.clear_road_s``, ``open_s``, ``follow_s`` and ``close_s``, which are parameters, and ``hold_first_s``,
        or ``hold_s`` where ships are not counted.

    Raises
    ------
    DataError
        If the log can't be used.
    """
    settings = settings or FitSettings()
    result = result if result is not None else FitResult()
    log = read_log(bridges, BRIDGES, columns, ambiguous)
    rows = clean(log, settings)
    result.dropped.extend(log.dropped)
    if settings.step_s == 0.0:
        settings = settings.model_copy(update={"step_s": log.step_s})
    for bridge in sorted(set(rows["bridge"]) - {""}):
        mine = rows[rows["bridge"] == bridge]
        has_opening = bool(mine["opening_s"].notna().sum() >= settings.min_n)
        path = f"bridges.{bridge}"
        begin = "opening_s" if has_opening else "road_closed_s"
        clears = [("clear_road_s", "road_closed_s", "opening_s", "")] if has_opening else []
        held = "" if has_opening else "clear_road_s"
        for key, first, last, holds in [*clears, ("open_s", begin, "open_s", held), ("close_s", "closing_s", "road_open_s", "reopen_road_s")]:
            if _constant(f"{path}.{key}", mine, first, last, settings, result, is_param=True) and holds:
                result.fixed[f"{path}.{holds}"] = 0.0
        _hold(path, mine, settings, result)
    return result


def _constant(path: str, rows: pd.DataFrame, begin: str, end: str, settings: FitSettings, result: FitResult, *, is_param: bool) -> bool:
    """Estimate the mean of a duration; False where there are too few observations."""
    duration = rows[end] - rows[begin]
    used = rows[duration > 0.0]
    y = duration[duration > 0.0].to_numpy(dtype=np.float64)
    if y.size < settings.min_n:
        result.notes.append(f"{path}: {y.size} observations, and at least {settings.min_n} are needed")
        return False
    line = mean_line(y, day_of(used[begin].to_numpy(dtype=np.float64)), settings)
    result.samples.append(Sample(path, y, line.is_kept, None, "", (float(line.coefficients[0]), 0.0)))
    result.estimates.append(estimate(path, float(line.coefficients[0]), float(line.half_widths[0]), line, is_param=is_param, logs=("bridges",)))
    return True


def _hold(path: str, rows: pd.DataFrame, settings: FitSettings, result: FitResult) -> None:
    duration = (rows["closing_s"] - rows["open_s"]).to_numpy(dtype=np.float64)
    ships = rows["n_ships"].to_numpy(dtype=np.float64)
    with np.errstate(invalid="ignore"):
        usable = (duration > 0.0) & (ships >= 1.0)
    if usable.sum() >= settings.min_n_slope and np.unique(ships[usable]).size > 1:
        day = day_of(rows["open_s"].to_numpy(dtype=np.float64)[usable])
        sloped = fit_slope(ships[usable] - 1.0, duration[usable], day, settings)
        if sloped is not None:
            line, base = sloped
            result.samples.append(
                Sample(f"{path}.hold_s", duration[usable], line.is_kept, ships[usable] - 1.0, "number", (base[0], float(line.coefficients[-1])))
            )
            result.estimates.append(estimate(f"{path}.hold_first_s", base[0], base[1], line, is_param=False, logs=("bridges",)))
            result.estimates.append(
                estimate(f"{path}.follow_s", float(line.coefficients[-1]), float(line.half_widths[-1]), line, is_param=True, logs=("bridges",))
            )
            return
    _constant(f"{path}.hold_s", rows, "open_s", "closing_s", settings, result, is_param=False)
