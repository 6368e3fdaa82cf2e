"""From logs of a lock to its parameters: the public function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..demand.sheets import GROUPS
from ..demand.ship_tables import ShipTables
from ..errors import DataError, allowed, nearest
from ..params import ChamberParams, LockParams
from .arrivals import fit_arrivals
from .chamber_times import fit_chamber, fit_clearance, fit_locking
from .cleaning import clean
from .gaps import clock_gaps, find_gaps, outside, seconds_of
from .lockages import lockage_of_ships, lockage_table, match_log
from .logs import LEVELS, LOCKAGES, PASSAGES, ColumnMap, Log, local_times, read_log
from .phases import MOVEMENTS, fit_movements, movement_times
from .result import Dropped, FitResult, Floats
from .settings import FitSettings

Source = pd.DataFrame | str | Path
Chambers = LockParams | Mapping[str, ChamberParams | Mapping[str, Any] | float]


def fit_lock(
    passages: Source,
    lockages: Source | None = None,
    levels: Source | None = None,
    *,
    chambers: Chambers,
    classes: Mapping[str, str] | None = None,
    base: ShipTables | None = None,
    settings: FitSettings | None = None,
    columns: ColumnMap | None = None,
    ambiguous: str = "error",
    on_stage: Callable[[str], None] = lambda stage: None,
) -> FitResult:
    """Estimate the parameters of a lock and its arrivals from logs.

    Parameters
    ----------
    passages : DataFrame, str or Path
        `ship_id, class_id, group, side, chamber, arrival, entry_start, moored, doors_close, exit_start, exit, length_m`; required
        are side, chamber and arrival. Cells may be missing. ISO times, local (Europe/Amsterdam) where they have no zone.
    lockages : DataFrame, str or Path, optional
        `chamber, doors_close, doors_closed, levelled, doors_open, direction`: doors and levelling.
    levels : DataFrame, str or Path, optional
        `time, sea_m_nap, canal_m_nap`: the head at levelling.
    chambers : LockParams or mapping
        The chambers by name; for each its parameters, or its water surface (m²).
    classes : mapping, optional
        Group of each class, for rows without a group.
    base : ShipTables, optional
        Profiles for months, weekdays and hours that the log has not seen; none: flat.
    settings : FitSettings, optional
    columns : ColumnMap, optional
        Names of columns and words of the user's own.
    ambiguous : str
        error or drop: what becomes of local times in the hour that a change of clocks skips or repeats.
    on_stage : callable
        Called with a word at the beginning of each stage.

    Returns
    -------
    FitResult

    Raises
    ------
    DataError
        If a log can't be used, names an unknown chamber, or has too many rows in the wrong order.
    """
    settings = settings or FitSettings()
    on_stage("reading")
    log = read_log(passages, PASSAGES, columns, ambiguous)
    ships = clean(log, settings)
    names = list(chambers.chambers) if isinstance(chambers, LockParams) else list(chambers)
    _check_chambers(log, ships, names)
    if ships.empty:
        raise DataError(f"{log.sheet.path}: no row is left after cleaning ({'; '.join(d.text for d in log.dropped)}); give a log with times")
    result = FitResult(dropped=log.dropped)
    ships["group"] = _groups(log, ships, classes or {}, result)
    ships["lockage"] = lockage_of_ships(ships, settings.order_tolerance_s)
    on_stage("lockages")
    turns, step_s = None, log.step_s
    if lockages is not None:
        turns_log = read_log(lockages, LOCKAGES, columns, ambiguous)
        turns = clean(turns_log, settings)
        _check_chambers(turns_log, turns, names)
        result.dropped.extend(turns_log.dropped)
        step_s = max(step_s, turns_log.step_s)
    series = None
    if levels is not None:
        levels_log = read_log(levels, LEVELS, columns, ambiguous)
        series = clean(levels_log, settings)
        result.dropped.extend(levels_log.dropped)
    if settings.step_s == 0.0:
        settings = settings.model_copy(update={"step_s": step_s})
    at_s = _moment(ships)
    span_s = (float(at_s.min()), float(ships[[f"{name}_s" for name in PASSAGES.times]].max().max()))
    records = np.sort(at_s)
    result.gaps.extend([*find_gaps(records, settings), *clock_gaps(log.clock_s)])
    gaps = [seconds_of(gap) for gap in result.gaps]
    on_stage("phases")
    _fit_phases(ships, turns, series, chambers, names, gaps, settings, result)
    on_stage("profiles")
    profiles = fit_arrivals(pd.DataFrame({"group": ships["group"], "at_s": at_s}), (span_s[0], float(records[-1])), gaps, base, settings, result)
    begin, end = (pd.Timestamp(moment, unit="s", tz="UTC") for moment in span_s)
    fields = {name: getattr(result, name) for name in ("estimates", "samples", "dropped", "gaps", "notes", "fixed")}
    return FitResult(**fields, profiles=profiles, begin=begin, end=end, year=int(local_times([np.median(at_s)])[0].year))


def _fit_phases(
    ships: pd.DataFrame,
    turns: pd.DataFrame | None,
    series: pd.DataFrame | None,
    chambers: Chambers,
    names: list[str],
    gaps: list[tuple[float, float]],
    settings: FitSettings,
    result: FitResult,
) -> None:
    groups = lockage_table(ships)
    opened = pd.Series(dtype="float64")
    if turns is not None:
        matched = match_log(groups, turns, settings.match_s)
        is_sure = outside(turns["doors_close_s"].fillna(0.0).to_numpy(), gaps)
        turns = turns.assign(is_empty=(matched < 0) & is_sure & turns["doors_close_s"].notna())
        opened = pd.Series(turns["doors_open_s"].to_numpy(), index=matched)[matched >= 0].groupby(level=0).first()
    times = movement_times(ships, opened, settings.order_tolerance_s)
    used = [name for name in names if (ships["chamber"] == name).any()]
    for name in names:
        if name not in used:
            result.notes.append(f"chambers.{name}: no passage in the log; its values stay")
    fit_movements(times, used, _distances(chambers), settings, result)
    for name in used:
        if turns is not None:
            fit_chamber(name, water_area_m2(chambers, name), turns[turns["chamber"] == name], series, settings, result)
        else:
            fit_locking(name, groups[groups["chamber"] == name], settings, result)
        fit_clearance(name, ships[ships["chamber"] == name], groups[groups["chamber"] == name], settings, result)


def _moment(ships: pd.DataFrame) -> Floats:
    """Return the moment at which each ship counts as arrived: its arrival, or the first time that its row has."""
    moments: Floats = ships[[f"{name}_s" for name in PASSAGES.times]].bfill(axis=1).iloc[:, 0].to_numpy(dtype=np.float64)
    return moments


def _check_chambers(log: Log, rows: pd.DataFrame, names: list[str]) -> None:
    odd = ~rows["chamber"].isin([*names, ""])
    if odd.any():
        row, word = int(rows["row"][odd].iloc[0]), str(rows["chamber"][odd].iloc[0])
        more = f" (and {int(odd.sum()) - 1} more rows)" if odd.sum() > 1 else ""
        raise DataError(
            f"{log.sheet.where(row)}: chamber '{word}'{more} is not one of the lock{nearest(word, names)}; allowed are: {allowed(names)}; "
            f"other words are given in a map (--columns map.yaml with 'words: {{chamber: {{{word}: {names[0]}}}}}')"
        )


def _groups(log: Log, ships: pd.DataFrame, classes: Mapping[str, str], result: FitResult) -> pd.Series[str]:
    """Return the group of each ship: as the log says, by its class, else inland."""
    group = ships["group"].where(ships["group"] != "", ships["class_id"].map(dict(classes)))
    unknown = ~group.isin(GROUPS)
    if unknown.any() and not unknown.all():
        odd = sorted(set(ships["class_id"][unknown]) - {""})[:5]
        examples = (f"classes {', '.join(odd)}",) if odd else ()
        result.dropped.append(Dropped(log.name, "rows without a group or a known class, taken as inland", int(unknown.sum()), len(ships), examples))
    elif unknown.all():
        result.notes.append("the log has no groups and no known classes: all ships are taken as inland")
    return group.mask(unknown, "inland").astype("str")


def water_area_m2(chambers: Chambers, name: str) -> float | None:
    """Return the water surface of a chamber (m²), None where it is not known.

    Raises
    ------
    DataError
        If it is given and is not a number above 0.
    """
    chamber = chambers.chambers[name] if isinstance(chambers, LockParams) else chambers[name]
    if isinstance(chamber, ChamberParams):
        return chamber.water_area_m2
    if isinstance(chamber, Mapping):
        area = chamber.get("levelling_area_m2") or (chamber.get("length_m") or 0.0) * (chamber.get("width_m") or 0.0)
    else:
        area = chamber
    if not isinstance(area, int | float) or isinstance(area, bool) or not 0.0 <= area < 1e9:
        raise DataError(f"chambers: '{name}' is {chamber!r}; give its parameters, or its water surface as a number of m²")
    return float(area) or None


def _distances(chambers: Chambers) -> set[str]:
    """Return the paths of movements whose present parameter has a distance."""
    found = set()
    for name, chamber in (chambers.chambers if isinstance(chambers, LockParams) else chambers).items():
        if isinstance(chamber, ChamberParams):
            for group in ("inland", "sea"):
                movements = getattr(chamber.movements, group)
                found |= {f"chambers.{name}.movements.{group}.{key}" for key in MOVEMENTS if getattr(movements, key).distance_m > 0.0}
    return found
