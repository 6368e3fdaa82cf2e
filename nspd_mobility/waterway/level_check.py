"""Whether a user's series of sea levels is what it says it is: unit, datum and clock, by comparison with the tide.

The tide from harmonic constituents is within a few decimetres of any measured level, so what is far from it is a fault of the file:

- the spread is some hundred times that of the tide: the series is in centimetres (or millimetres);
- the mean differs by more than a limit: another datum; TAW lies 2.32 to 2.33 m above NAP at the canal;
- within a week the series fits the tide best when that is moved by about one or two hours: clock times in summer time or in winter
  time that are read as the other.

Wind moves the tide by some minutes and the mean of a week by some decimetres; both are inside the limits.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from ..errors import DataError

FloatArray = npt.NDArray[np.float64]

CHECK_STEP_S = 600.0
MAX_LAG_STEPS = 18  # 3 h either way
_LAG_TOLERANCE_S = 1200.0  # wind moves high water by up to 20 min, far less than an hour
_WEEK = 1008  # steps; a change of clocks within the series spoils the weeks after it, not all
_TWO_TIDES = 149  # steps
_CENTIMETRES, _MILLIMETRES = (30.0, 300.0), (300.0, 3000.0)  # spread over that of the tide: 100 and 1000, by a factor of three
TAW_NEAR_M = 0.25


def check_sea(
    level_m_nap: FloatArray,
    tide_m_nap: FloatArray,
    *,
    where: str,
    column: str,
    time_of: Callable[[int], str],
    max_mean_difference_m: float,
    taw_minus_nap_m: float,
) -> None:
    """Refuse a sea series in another unit, datum or clock.

    Parameters
    ----------
    level_m_nap : ndarray of float64, shape (n,)
        The series at steps of `CHECK_STEP_S` (m NAP).
    tide_m_nap : ndarray of float64, shape (n + 2 * MAX_LAG_STEPS,)
        The tide at the same steps, `MAX_LAG_STEPS` earlier and later (m NAP).
    where, column : str
        The file and its column, for the message.
    time_of : callable
        Gives the time of a sample as a message names it.
    max_mean_difference_m, taw_minus_nap_m : float
        Limit of the mean difference, and the shift of the datum (m).

    Raises
    ------
    DataError
        If the series is suspect; the message says by how much, and what it may be.
    """
    tide = tide_m_nap[MAX_LAG_STEPS : MAX_LAG_STEPS + level_m_nap.size]
    off = "; if it is right, set is_checked to false"
    spread = float(level_m_nap.std() / tide.std()) if tide.std() > 0 else 1.0
    for name, factor, (low, high) in (("centimetres", 100, _CENTIMETRES), ("millimetres", 1000, _MILLIMETRES)):
        if low < spread <= high:
            raise DataError(f"{where}: '{column}' moves {spread:.0f} times as much as the tide, so it seems to be in {name}; divide it by {factor}{off}")
    difference = float(level_m_nap.mean() - tide.mean())
    if abs(difference) > max_mean_difference_m:
        hint = _datum_hint(column, difference, taw_minus_nap_m)
        side = "above" if difference > 0 else "below"
        raise DataError(
            f"{where}: '{column}' lies {abs(difference):.2f} m {side} the tide of the constituents on average, "
            f"and at most {max_mean_difference_m:g} m is allowed{hint}{off}, or raise max_mean_difference_m"
        )
    for begin in range(0, level_m_nap.size, _WEEK):
        end = min(begin + _WEEK, level_m_nap.size)
        if end - begin >= _TWO_TIDES:
            lag_s = best_lag_s(level_m_nap[begin:end], tide_m_nap[begin : end + 2 * MAX_LAG_STEPS])
            if any(abs(abs(lag_s) - hours * 3600.0) <= _LAG_TOLERANCE_S for hours in (1, 2)):
                side = "later" if lag_s > 0 else "earlier"
                raise DataError(
                    f"{where}: between {time_of(begin)} and {time_of(end - 1)} '{column}' comes {abs(lag_s) / 3600:.1f} h {side} than the tide of the "
                    f"constituents, as where summer time and winter time are mixed up; give times in UTC, or set time_zone (UTC+1 is winter time all year){off}"
                )


def best_lag_s(level_m_nap: FloatArray, tide_m_nap: FloatArray) -> float:
    """Return by how much a series comes later than the tide (s), where the two correlate best; 0 for a series that hardly moves."""
    n = level_m_nap.size
    moved = np.lib.stride_tricks.sliding_window_view(tide_m_nap, n)[::-1]  # row j: the tide moved to later by j - MAX_LAG_STEPS steps
    mine = level_m_nap - level_m_nap.mean()
    theirs = moved - moved.mean(axis=1, keepdims=True)
    size = np.sqrt((theirs**2).sum(axis=1))
    if size.min() == 0.0 or np.sqrt((mine**2).sum()) < 0.1 * size[MAX_LAG_STEPS]:
        return 0.0
    return float((int(np.argmax(theirs @ mine / size)) - MAX_LAG_STEPS) * CHECK_STEP_S)


def _datum_hint(column: str, difference_m: float, taw_minus_nap_m: float) -> str:
    if abs(abs(difference_m) - taw_minus_nap_m) > TAW_NEAR_M:
        return ""
    near = "; that is near 2.32 to 2.33 m, the shift from NAP to TAW: "
    if difference_m > 0:
        return f"{near}if it is in TAW, name the column {column.removesuffix('_nap').removesuffix('_taw')}_taw"
    return f"{near}if it is in NAP already, name the column {column.removesuffix('_nap').removesuffix('_taw')}_nap"


def check_canal(level_m_nap: FloatArray, target_m_nap: float, *, where: str, column: str, max_mean_difference_m: float, taw_minus_nap_m: float) -> None:
    """Refuse a canal series that lies far from the target level.

    Raises
    ------
    DataError
        If the mean differs by more than the limit.
    """
    difference = float(level_m_nap.mean()) - target_m_nap
    if abs(difference) <= max_mean_difference_m:
        return
    is_cm = target_m_nap != 0 and _CENTIMETRES[0] < level_m_nap.mean() / target_m_nap <= _CENTIMETRES[1]
    hint = "; it seems to be in centimetres: divide it by 100" if is_cm else _datum_hint(column, difference, taw_minus_nap_m)
    side = "above" if difference > 0 else "below"
    raise DataError(
        f"{where}: '{column}' lies {abs(difference):.2f} m {side} the canal's target level, {target_m_nap:g} m NAP, on average, "
        f"and at most {max_mean_difference_m:g} m is allowed{hint}; if it is right, set is_checked to false, or raise max_mean_difference_m"
    )
