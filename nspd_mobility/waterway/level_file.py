"""A user's own series of water levels or discharge, read from CSV or Parquet onto equal steps.

Between the points of a file the level is a straight line. What a straight line can't honestly bridge is refused, with the place: gaps,
unequal steps, times that go back, hours that the change of clocks skips or repeats, a series that ends before the run does. A level in
TAW becomes ``NAP = TAW - 2.32 m`` (a parameter). The sea is compared with the tide of the constituents, see `level_check`.
"""

from __future__ import annotations

import datetime
import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..demand.sheets import Sheet, read_csv, read_parquet
from ..errors import DataError
from ..params.levels import DischargeParams, LevelFileParams
from ..units import LOCAL_ZONE
from .level_check import CHECK_STEP_S, MAX_LAG_STEPS, check_canal, check_sea
from .tide import tide_level_m_nap

FloatArray = npt.NDArray[np.float64]
Moment = datetime.datetime | np.datetime64 | str
_log = logging.getLogger(__name__)

_LEVELS = ("sea_m_nap", "sea_m_taw", "canal_m_nap", "canal_m_taw")
_TIMES = ("time", "time_s")
_TOLERANCE_S = 1e-3


def as_utc(moment: Moment) -> pd.Timestamp:
    """Return a moment as a UTC timestamp; without a time zone it is UTC."""
    stamp = pd.Timestamp(moment)
    return stamp.tz_localize("UTC") if stamp.tzinfo is None else stamp.tz_convert("UTC")


@dataclass(frozen=True, slots=True)
class _Series:
    """The rows of one column that hold a number."""

    sheet: Sheet
    column: str
    epoch: pd.Timestamp
    rows: npt.NDArray[np.int64]  # rows of the sheet
    times_s: FloatArray
    values: FloatArray
    step_s: float  # the commonest step of the file

    def utc(self, time_s: float) -> str:
        """Return a time as a message names it."""
        return (self.epoch + pd.Timedelta(seconds=round(time_s))).strftime("%Y-%m-%dT%H:%MZ")


def read_levels(
    path: Path,
    times_s: npt.ArrayLike,
    *,
    epoch: Moment,
    end_s: float,
    params: LevelFileParams | None = None,
    constituents: pd.DataFrame | None = None,
    mean_m_nap: float = 0.0,
    canal_level_m_nap: float | None = None,
) -> pd.DataFrame:
    """Read levels onto given times.

    Parameters
    ----------
    path : Path
        CSV or Parquet with `time` (ISO; without a zone it is of the zone that `params` names) or `time_s` (s since the run's epoch), and
        one or more of `sea_m_nap`, `sea_m_taw`, `canal_m_nap`, `canal_m_taw` (m).
    times_s : array_like of float, shape (n,)
        Times that are wanted, rising (s). Those outside [0, end_s] are left out where the file does not reach.
    epoch : datetime, datetime64 or str
        Zero of `time_s`; without a zone it is UTC.
    end_s : float
        End of the run (s); the file covers 0 to this.
    params : LevelFileParams, optional
        How to read and check.
    constituents : DataFrame, optional
        The tide that the sea is compared with; left out, it is not compared.
    mean_m_nap : float
        Mean level of that tide (m NAP).
    canal_level_m_nap : float, optional
        Level that the canal is compared with (m NAP).

    Returns
    -------
    DataFrame
        time_s, and sea_m_nap, canal_m_nap or both.

    Raises
    ------
    DataError
        If the file can't be used.
    """
    params = params or LevelFileParams()
    sheet = _sheet(path, _LEVELS, "a level, such as sea_m_nap")
    start, wanted = as_utc(epoch), np.asarray(times_s, dtype=np.float64)
    given = [name for name in _LEVELS if name in sheet.frame.columns]
    for side in ("sea", "canal"):
        if {f"{side}_m_nap", f"{side}_m_taw"} <= set(given):
            raise DataError(f"{path}: has both '{side}_m_nap' and '{side}_m_taw'; remove one")
    instants = _instants_s(sheet, start, params.time_zone)
    found = [_checked(sheet, name, start, instants, wanted, end_s, params.max_gap_s, params.may_resample) for name in given]
    if "sea" in given[0] and found[0].step_s > params.max_step_s:
        raise DataError(
            f"{path}: '{given[0]}' has steps of {found[0].step_s:g} s, and at most {params.max_step_s:g} s is allowed, as the tide bends in between; "
            f"give a finer series, or raise max_step_s"
        )
    first, last = max(series.times_s[0] for series in found), min(series.times_s[-1] for series in found)
    times = wanted[(wanted >= first - _TOLERANCE_S) & (wanted <= last + _TOLERANCE_S)]
    table = pd.DataFrame({"time_s": times})
    for series in found:
        shift = params.taw_minus_nap_m if series.column.endswith("_taw") else 0.0
        _compare(series, shift, times[0], times[-1], params, constituents, mean_m_nap, canal_level_m_nap)
        table[series.column.replace("_taw", "_nap")] = np.interp(times, series.times_s, series.values) - shift
    return table


def read_discharge(path: Path, *, epoch: Moment, end_s: float, params: DischargeParams | None = None) -> pd.DataFrame:
    """Read a series of discharge.

    Parameters
    ----------
    path : Path
        CSV or Parquet with `time` or `time_s`, as for levels, and `discharge_m3_s` (m³/s, 0 or more).
    epoch : datetime, datetime64 or str
        Zero of `time_s`; without a zone it is UTC.
    end_s : float
        End of the run (s); the file covers 0 to this.
    params : DischargeParams, optional
        How to read it.

    Returns
    -------
    DataFrame
        time_s and discharge_m3_s, linear in between.

    Raises
    ------
    DataError
        If the file can't be used.
    """
    params = params or DischargeParams()
    sheet = _sheet(path, ("discharge_m3_s",), "'discharge_m3_s'")
    start = as_utc(epoch)
    instants = _instants_s(sheet, start, params.time_zone)
    series = _checked(sheet, "discharge_m3_s", start, instants, np.array([0.0, end_s]), end_s, params.max_gap_s, may_resample=True)
    return pd.DataFrame({"time_s": series.times_s, "discharge_m3_s": series.values})


def _sheet(path: Path, columns: tuple[str, ...], what: str) -> Sheet:
    sheet = read_csv(path) if path.suffix.lower() == ".csv" else read_parquet(path)
    sheet.expect_columns((), (*_TIMES, *columns))
    names = [str(name) for name in sheet.frame.columns]
    if not set(names) & set(columns):
        raise DataError(f"{path}: has no column with {what}; add one of: {', '.join(columns)}")
    times = [name for name in _TIMES if name in names]
    if len(times) != 1:
        raise DataError(f"{path}: must have one of the columns 'time' and 'time_s', and has {'both' if times else 'none'}")
    return sheet


def _instants_s(sheet: Sheet, epoch: pd.Timestamp, zone: str) -> FloatArray:
    """Return the times of the rows (s since the epoch), rising."""
    column = "time_s" if "time_s" in sheet.frame.columns else "time"
    if column == "time_s":
        seconds = pd.to_numeric(sheet.frame[column], errors="coerce").to_numpy(dtype=np.float64)
        sheet.refuse(~np.isfinite(seconds), column, "a number of seconds since the beginning of the run")
    else:
        seconds = ((_utc(sheet, zone) - epoch) / pd.Timedelta(seconds=1)).to_numpy(dtype=np.float64)
    if len(seconds) < 2:
        raise DataError(f"{sheet.path}: holds one row; a series needs two or more")
    back = np.concatenate([[False], np.diff(seconds) <= 0])
    sheet.refuse(back, column, "later than the time of the row before; sort the rows and keep one of each time")
    return seconds


def _utc(sheet: Sheet, zone: str) -> pd.Series[pd.Timestamp]:
    texts = sheet.frame["time"].astype("str").str.strip()
    is_zoned = texts.str.contains(r"(?:Z|[+-]\d{2}:?\d{2})$", regex=True) & texts.str.contains(":")
    zoned = pd.to_datetime(texts.where(is_zoned), format="ISO8601", errors="coerce", utc=True)
    plain = pd.to_datetime(texts.mask(is_zoned), format="ISO8601", errors="coerce")
    sheet.refuse((zoned.isna() & plain.isna()).to_numpy(), "time", "an ISO time such as 2023-04-17T06:10Z")
    if zone != LOCAL_ZONE:
        return zoned.where(is_zoned, (plain - pd.Timedelta(hours=1 if zone == "UTC+1" else 0)).dt.tz_localize("UTC"))
    for word, options in (("repeats", {"ambiguous": "NaT", "nonexistent": "shift_forward"}), ("skips", {"ambiguous": False, "nonexistent": "NaT"})):
        local = plain.dt.tz_localize(LOCAL_ZONE, **options)
        lost = (local.isna() & plain.notna()).to_numpy()
        remedy = "give the series in UTC, such as 2023-10-29T00:30Z, or set time_zone"
        sheet.refuse(lost, "time", f"a time outside the hour that the change of clocks {word}; {remedy}")
    return zoned.where(is_zoned, plain.dt.tz_localize(LOCAL_ZONE).dt.tz_convert("UTC"))


def _checked(
    sheet: Sheet,
    column: str,
    epoch: pd.Timestamp,
    instants_s: FloatArray,
    wanted_s: FloatArray,
    end_s: float,
    max_gap_s: float,
    may_resample: bool,
) -> _Series:
    """Return a column's numbers, without gaps from the first to the last time that is wanted and given."""
    raw = sheet.frame[column]
    values = pd.to_numeric(raw, errors="coerce").to_numpy(dtype=np.float64)
    is_empty = (raw.isna() | raw.astype("str").str.strip().str.lower().isin(["", "nan"])).to_numpy(dtype=bool)
    is_bad = ~np.isfinite(values) | ((values < 0) if column == "discharge_m3_s" else False)
    sheet.refuse(is_bad & ~is_empty, column, "a number of 0 or more" if column == "discharge_m3_s" else "a number")
    rows = np.flatnonzero(~is_empty)
    lengths, counts = np.unique(np.round(np.diff(instants_s), 3), return_counts=True)
    series = _Series(sheet, column, epoch, rows, instants_s[rows], values[rows], float(lengths[np.argmax(counts)]))
    _check_cover(series, end_s)
    used = (series.times_s[1:] > wanted_s[0]) & (series.times_s[:-1] < wanted_s[-1])
    _check_gaps(series, used, max_gap_s)
    _check_steps(series, used, may_resample)
    return series


def _check_cover(series: _Series, end_s: float) -> None:
    if series.times_s.size == 0:
        raise DataError(f"{series.sheet.path}: column '{series.column}' is empty; fill it, or take it away")
    before, after = series.times_s[0], end_s - series.times_s[-1]
    missing = [f"the {word} {part / 3600:.1f} h" for word, part in (("first", before), ("last", after)) if part > _TOLERANCE_S]
    if missing:
        raise DataError(
            f"{series.sheet.path}: '{series.column}' runs from {series.utc(series.times_s[0])} to {series.utc(series.times_s[-1])}, and the run from "
            f"{series.utc(0.0)} to {series.utc(end_s)}: {' and '.join(missing)} are missing; give a longer series, or move the period"
        )


def _check_gaps(series: _Series, used: npt.NDArray[np.bool_], max_gap_s: float) -> None:
    steps = np.diff(series.times_s)
    is_gap = (steps > 2 * series.step_s - _TOLERANCE_S) & (steps > max_gap_s + _TOLERANCE_S)  # a row or more is missing
    gaps = np.flatnonzero(used & is_gap)
    if gaps.size:
        k = int(gaps[0])
        more = f" (and {gaps.size - 1} more gaps)" if gaps.size > 1 else ""
        raise DataError(
            f"{series.sheet.where(int(series.rows[k]))}: '{series.column}' has a gap from {series.utc(series.times_s[k])} to "
            f"{series.utc(series.times_s[k + 1])}, {steps[k] / 3600:.1f} h{more}; "
            f"fill it, or set max_gap_s to {steps[gaps].max():.0f} or more for a straight line"
        )


def _check_steps(series: _Series, used: npt.NDArray[np.bool_], may_resample: bool) -> None:
    steps = np.diff(series.times_s)
    ratio = steps / series.step_s
    odd = np.flatnonzero(used & (np.abs(ratio - np.rint(ratio)) * series.step_s > _TOLERANCE_S))
    if not odd.size:
        return
    k = int(odd[0])
    where = series.sheet.where(int(series.rows[k + 1]))
    if not may_resample:
        raise DataError(
            f"{where}: the step to {series.utc(series.times_s[k + 1])} is {steps[k]:g} s, and the others {series.step_s:g} s; "
            f"give equal steps, or set may_resample to true for straight lines"
        )
    if series.column != "discharge_m3_s":
        _log.warning("%s: '%s' has %d unequal steps, which are read as straight lines", where, series.column, odd.size)


def _compare(
    series: _Series,
    shift_m: float,
    first_s: float,
    last_s: float,
    params: LevelFileParams,
    constituents: pd.DataFrame | None,
    mean_m_nap: float,
    canal_level_m_nap: float | None,
) -> None:
    """Refuse a series that is far from the tide, or from the canal's target level."""
    if not params.is_checked:
        return
    n = int((last_s - first_s) / CHECK_STEP_S) + 1
    times = first_s + CHECK_STEP_S * np.arange(n)
    level = np.interp(times, series.times_s, series.values) - shift_m
    options = {
        "where": str(series.sheet.path),
        "column": series.column,
        "max_mean_difference_m": params.max_mean_difference_m,
        "taw_minus_nap_m": params.taw_minus_nap_m,
    }
    if series.column.startswith("canal"):
        if canal_level_m_nap is not None:
            check_canal(level, canal_level_m_nap, **options)  # type: ignore[arg-type]
    elif constituents is not None:
        start = series.epoch + pd.Timedelta(seconds=first_s - MAX_LAG_STEPS * CHECK_STEP_S)
        tide = tide_level_m_nap(constituents, mean_m_nap, start, CHECK_STEP_S, n + 2 * MAX_LAG_STEPS)
        check_sea(level, tide, time_of=lambda k: series.utc(times[k]), **options)  # type: ignore[arg-type]
