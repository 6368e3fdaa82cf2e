"""Movement times through the gate, per chamber and vessel group, as the lock model defines them.

    entry_first    moored - entry_start                           of the first ship of a lockage
    entry_follow   moored - moored of the ship before             of each following one
    exit_first     exit - doors open                              (the lockage log; else its own exit_start)
    exit_follow    exit - exit of the ship before

A lockage counts for entries where all its ships have `moored`, for exits where all have `exit`: else the ship before is not known.
A following ship that arrived when the one before was moored already did not follow it, and is left out. Each is a fixed time, or
where the lengths say so ``base_s + per_length_s_m * length_m``: the slope is kept where it is above 0 and chance gives it rarely;
where the fixed part would be negative it is 0. Recreation moves as inland ships do, as in the model.

Left out: a dependence on draught, tugs, wind; and the length of the line-up area (`distance_m` stays 0).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ..units import unit_of
from .logs import day_of
from .result import Estimate, FitResult, Floats, Sample
from .robust import METHOD, Line, fit_line, mean_line
from .settings import FitSettings

MOVEMENTS = ("entry_first_s", "entry_follow_s", "exit_first_s", "exit_follow_s")
MOVEMENT_GROUPS = ("inland", "sea")


def movement_times(ships: pd.DataFrame, opened_s: pd.Series[float], tolerance_s: float) -> pd.DataFrame:
    """Return one row per movement: `chamber, group, movement, duration_s, length_m, at_s`.

    Parameters
    ----------
    ships : DataFrame
        Clean passages with the column `lockage`.
    opened_s : Series
        When the doors were open, by lockage, where a lockage log says so.
    tolerance_s : float
        How late a following ship may arrive after the one before is moored (s).
    """
    known = ships[ships["lockage"] >= 0]
    parts = []
    for end, start, names in (("moored_s", "entry_start_s", MOVEMENTS[:2]), ("exit_s", "exit_start_s", MOVEMENTS[2:])):
        is_whole = known.groupby("lockage")[end].transform("count") == known.groupby("lockage")["lockage"].transform("size")
        rows = known[is_whole].sort_values(["lockage", end], kind="stable")
        before = rows.groupby("lockage")[end].shift()
        is_first = before.isna()
        begin = rows[start]
        if end == "exit_s":
            begin = rows["lockage"].map(opened_s).fillna(rows[start])
        follows = rows["arrival_s"].isna() | (rows["arrival_s"] <= before + tolerance_s) if end == "moored_s" else True
        duration = (rows[end] - begin.where(is_first, before)).where(is_first | follows)
        movement = np.where(is_first, names[0], names[1])
        group = np.where(rows["group"] == "sea", "sea", "inland")
        columns = {"chamber": rows["chamber"], "group": group, "movement": movement, "duration_s": duration, "length_m": rows["length_m"], "at_s": rows[end]}
        parts.append(pd.DataFrame(columns))
    times = pd.concat(parts, ignore_index=True)
    return times[times["duration_s"].notna() & (times["duration_s"] > 0.0)].reset_index(drop=True)


def fit_movements(times: pd.DataFrame, chambers: list[str], distances: set[str], settings: FitSettings, result: FitResult) -> None:
    """Estimate all movement times and add them to the result.

    Parameters
    ----------
    times : DataFrame
        As `movement_times` gives it.
    chambers : list of str
    distances : set of str
        Paths of movements whose present parameter has a `distance_m`, which must become 0: the estimate holds all of the time.
    settings : FitSettings
    result : FitResult
        Gets the estimates, samples and notes.
    """
    for chamber in chambers:
        for group in MOVEMENT_GROUPS:
            for movement in MOVEMENTS:
                is_mine = (times["chamber"] == chamber) & (times["group"] == group) & (times["movement"] == movement)
                path = f"chambers.{chamber}.movements.{group}.{movement}"
                mine = times[is_mine]
                if len(mine) < settings.min_n:
                    if len(mine) or (times["chamber"] == chamber).any():
                        result.notes.append(f"{path}: {len(mine)} observations, and at least {settings.min_n} are needed; the value of the dataset stays")
                    continue
                found = list(_fit_one(path, mine, settings, result))
                result.estimates.extend(found)
                if path in distances and len(found) > 1:  # a number alone replaces the whole formula
                    result.fixed[f"{path}.distance_m"] = 0.0


def _fit_one(path: str, times: pd.DataFrame, settings: FitSettings, result: FitResult) -> Iterator[Estimate]:
    """Estimate one movement: a slope over length where it stands out, else a fixed time."""
    y = times["duration_s"].to_numpy(dtype=np.float64)
    day = day_of(times["at_s"].to_numpy(dtype=np.float64))
    length = times["length_m"].to_numpy(dtype=np.float64)
    has = np.isfinite(length)
    if has.sum() >= settings.min_n_slope and np.unique(length[has]).size > 1:
        sloped = fit_slope(length[has], y[has], day[has], settings)
        if sloped is not None:
            line, base = sloped
            result.samples.append(Sample(path, y[has], line.is_kept, length[has], "length", (base[0], float(line.coefficients[-1]))))
            yield estimate(f"{path}.base_s", base[0], base[1], line)
            yield estimate(f"{path}.per_length_s_m", float(line.coefficients[-1]), float(line.half_widths[-1]), line)
            return
    line = mean_line(y, day, settings)
    result.samples.append(Sample(path, y, line.is_kept, None, "", (float(line.coefficients[0]), 0.0)))
    yield estimate(path, float(line.coefficients[0]), float(line.half_widths[0]), line)


def fit_slope(x: Floats, y: Floats, day: np.ndarray[tuple[int], np.dtype[np.int64]], settings: FitSettings) -> tuple[Line, tuple[float, float]] | None:
    """Fit ``y = base + slope x``; None where the slope is not above 0 for sure.

    Returns
    -------
    line : Line
        Its last coefficient is the slope.
    base : tuple of float
        The fixed part and its half-width; both 0 where it would be negative, and the line then goes through the origin.
    """
    line = fit_line(np.column_stack([np.ones(x.size), x]), y, day, settings)
    if line.coefficients[1] <= 0.0 or line.p_values[1] > settings.slope_p_value:
        return None
    if line.coefficients[0] >= 0.0:
        return line, (float(line.coefficients[0]), float(line.half_widths[0]))
    through = fit_line(x[:, None], y, day, settings)
    return through, (0.0, max(0.0, float(line.coefficients[0] + line.half_widths[0])))


def estimate(path: str, value: float, half_width: float, line: Line, *, is_param: bool = True, logs: tuple[str, ...] = ("passages",)) -> Estimate:
    """Return an estimate with a symmetric interval, cut off at 0 as the parameters are."""
    return Estimate(path, value, max(0.0, value - half_width), value + half_width, unit_of(path), line.n, line.n_outliers, METHOD, is_param, logs)
