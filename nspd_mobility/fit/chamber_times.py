"""Times of a chamber: doors, levelling, turns without ships, and clearing, from a lockage log and water levels.

Levelling follows the orifice equation, as in the lock model: ``t = base + 2 A sqrt(|H|) / (opening sqrt(2 g))``, with the head H at
the moment the doors are closed and the water surface A of the chamber. It is a straight line in ``2 A sqrt(|H|) / sqrt(2 g)``, and
the opening is one over its slope; the interval of the opening is that of the slope, turned over. Without levels, or where the
heads differ too little to show the slope, the levelling time is fixed.

Clearing (clearance_s) is from the last exit to the next entry in the same chamber, where a ship was waiting at the side where the
chamber then was. Without a lockage log, doors and levelling can't be told apart: their sum is reported and no parameter.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..units import GRAVITY_M_S2
from .logs import day_of
from .phases import estimate, fit_slope
from .result import Estimate, FitResult, Floats, Sample
from .robust import METHOD, mean_line
from .settings import FitSettings


def heads_at(moments_s: Floats, levels: pd.DataFrame) -> Floats:
    """Return the head, sea above canal (m), at moments; nan outside the series and inside its gaps.

    A gap of the series is a step of more than four times the usual one.
    """
    series = levels.dropna(subset=["time_s", "sea_m_nap", "canal_m_nap"]).sort_values("time_s").drop_duplicates("time_s")
    time = series["time_s"].to_numpy(dtype=np.float64)
    head = (series["sea_m_nap"] - series["canal_m_nap"]).to_numpy(dtype=np.float64)
    if time.size < 2:
        return np.full(moments_s.size, np.nan)
    usual = float(np.median(np.diff(time)))
    after = np.searchsorted(time, moments_s, side="left").clip(1, time.size - 1)
    inside = (moments_s >= time[0]) & (moments_s <= time[-1]) & (time[after] - time[after - 1] <= 4.0 * usual)
    found: Floats = np.where(inside, np.interp(np.nan_to_num(moments_s), time, head), np.nan)
    return found


def fit_chamber(name: str, area_m2: float | None, lockages: pd.DataFrame, levels: pd.DataFrame | None, settings: FitSettings, result: FitResult) -> None:
    """Estimate the doors and the levelling of one chamber.

    Parameters
    ----------
    name : str
    area_m2 : float or None
        Water surface; None: not known, and the levelling is then taken as fixed.
    lockages : DataFrame
        Clean lockage log of the chamber, with `is_empty`.
    levels : DataFrame or None
    settings : FitSettings
    result : FitResult
        Gets the estimates, samples and notes.
    """
    for key, begin, end in (("door_close_s", "doors_close_s", "doors_closed_s"), ("door_open_s", "levelled_s", "doors_open_s")):
        _fit_constant(f"chambers.{name}.{key}", lockages, begin, end, settings, result)
    _fit_levelling(name, area_m2, lockages, levels, settings, result)
    empty = lockages[lockages["is_empty"]]
    if len(empty) >= settings.min_n:
        _fit_constant(f"chambers.{name}.turn_empty_s", empty, "doors_close_s", "doors_open_s", settings, result, is_param=False, logs=("passages", "lockages"))


def _durations(rows: pd.DataFrame, begin: str, end: str) -> tuple[Floats, pd.DataFrame]:
    duration = (rows[end] - rows[begin]).to_numpy(dtype=np.float64)
    with np.errstate(invalid="ignore"):
        kept = duration > 0.0
    return duration[kept], rows[kept]


def _fit_constant(
    path: str, rows: pd.DataFrame, begin: str, end: str, settings: FitSettings, result: FitResult, is_param: bool = True, logs: tuple[str, ...] = ("lockages",)
) -> None:
    y, used = _durations(rows, begin, end)
    if y.size < settings.min_n:
        result.notes.append(f"{path}: {y.size} observations, and at least {settings.min_n} are needed; the value of the dataset stays")
        return
    line = mean_line(y, day_of(used[begin].to_numpy(dtype=np.float64)), settings)
    result.samples.append(Sample(path, y, line.is_kept, None, "", (float(line.coefficients[0]), 0.0)))
    result.estimates.append(estimate(path, float(line.coefficients[0]), float(line.half_widths[0]), line, is_param=is_param, logs=logs))


def _fit_levelling(name: str, area_m2: float | None, lockages: pd.DataFrame, levels: pd.DataFrame | None, settings: FitSettings, result: FitResult) -> None:
    path = f"chambers.{name}.levelling_s"
    y, used = _durations(lockages, "doors_closed_s", "levelled_s")
    if y.size < settings.min_n:
        result.notes.append(f"{path}: {y.size} observations, and at least {settings.min_n} are needed; the value of the dataset stays")
        return
    at = used["doors_closed_s"].to_numpy(dtype=np.float64)
    day = day_of(at)
    if levels is not None and area_m2 is not None:
        head = np.abs(heads_at(at, levels))
        has = np.isfinite(head)
        if has.sum() >= settings.min_n_slope:
            x = 2.0 * area_m2 * np.sqrt(head[has]) / np.sqrt(2.0 * GRAVITY_M_S2)
            sloped = fit_slope(x, y[has], day[has], settings) if np.ptp(x) > 0.0 else None
            if sloped is not None:
                line, base = sloped
                slope, half = float(line.coefficients[-1]), float(line.half_widths[-1])
                per_root = slope * 2.0 * area_m2 / np.sqrt(2.0 * GRAVITY_M_S2)
                result.samples.append(Sample(path, y[has], line.is_kept, head[has], "head", (base[0], float(per_root))))
                result.estimates.append(estimate(f"{path}.base_s", base[0], base[1], line, logs=("lockages", "levels")))
                high = 1.0 / (slope - half) if slope > half else 1e6
                method = f"{METHOD}; of one over the slope"
                result.estimates.append(
                    Estimate(f"{path}.opening_m2", 1.0 / slope, 1.0 / (slope + half), high, "m²", line.n, line.n_outliers, method, logs=("lockages", "levels"))
                )
                return
            result.notes.append(
                f"{path}: the heads ({head[has].min():.2f} to {head[has].max():.2f} m) do not show how the time depends on them; taken as fixed"
            )
        else:
            result.notes.append(f"{path}: only {int(has.sum())} lockages fall within the levels; taken as fixed")
    else:
        result.notes.append(
            f"{path}: without water levels{'' if area_m2 else ' and a water surface'} the levelling is taken as fixed, a mean over the heads of the log"
        )
    line = mean_line(y, day, settings)
    result.samples.append(Sample(path, y, line.is_kept, None, "", (float(line.coefficients[0]), 0.0)))
    result.estimates.append(estimate(path, float(line.coefficients[0]), float(line.half_widths[0]), line, logs=("lockages",)))


def fit_locking(name: str, groups: pd.DataFrame, settings: FitSettings, result: FitResult) -> None:
    """Report the sum of doors and levelling of one chamber from passages alone: closing doors to the first exit."""
    path = f"chambers.{name}.locking_s"
    result.notes.append(
        f"chambers.{name}: without a lockage log doors and levelling can't be told apart; their sum is reported as locking_s, and is no parameter"
    )
    _fit_constant(path, groups, "close_s", "open_s", settings, result, is_param=False, logs=("passages",))


def fit_clearance(name: str, ships: pd.DataFrame, groups: pd.DataFrame, settings: FitSettings, result: FitResult) -> None:
    """Estimate the clearing of one chamber.

    Parameters
    ----------
    name : str
    ships : DataFrame
        Clean passages of the chamber with `lockage`.
    groups : DataFrame
        Its lockages with ships, as `lockage_table` gives them.
    settings : FitSettings
    result : FitResult
    """
    mine = groups.sort_values("close_s")
    first_ships = ships[ships["lockage"] >= 0].sort_values("moored_s").groupby("lockage").first()
    arrival = first_ships["arrival_s"].reindex(mine.index)
    before_exit, before_side = mine["last_exit_s"].shift(), mine["side"].shift()
    waited = (arrival < before_exit) & (before_side != mine["side"]) & before_side.notna()
    duration = (mine["first_entry_s"] - before_exit)[waited]
    duration = duration[duration.abs() < 86_400.0].dropna()
    path = f"chambers.{name}.clearance_s"
    if len(duration) < settings.min_n:
        result.notes.append(
            f"{path}: a ship was waiting after {len(duration)} lockages, and at least {settings.min_n} are needed; the value of the dataset stays"
        )
        return
    y = duration.to_numpy(dtype=np.float64)
    line = mean_line(y, day_of(before_exit[duration.index].to_numpy(dtype=np.float64)), settings)
    result.samples.append(Sample(path, y, line.is_kept, None, "", (float(line.coefficients[0]), 0.0)))
    low, high = (max(0.0, float(line.coefficients[0] + sign * line.half_widths[0])) for sign in (-1.0, 1.0))
    value = max(0.0, float(line.coefficients[0]))
    result.estimates.append(Estimate(path, value, low, max(high, value), "s", line.n, line.n_outliers, METHOD))
