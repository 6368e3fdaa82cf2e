"""Astronomical tide at a lock's sea side, by harmonic synthesis.

The level at time t is ``z(t) = z_mean + sum_i f_i A_i cos(V_i(t) + u_i - g_i)``, with A and g the amplitude and phase of
constituent i, V its equilibrium argument, and f and u the factor and the angle of the 18.6-year cycle of the moon's node
(knoopfactoren). V is a sum of whole multiples (Doodson numbers) of the hour angle of the mean sun T and the mean longitudes
of the moon s, the sun h, the moon's perigee p and the sun's perigee p1. A shallow-water constituent such as 2MN6 is a sum of
parents: its V and u add up with their signs, its f is the product over the parents.

Assumptions: phases refer to clock time UTC+1 (MET), as the tables of Rijkswaterstaat do: V is evaluated one hour later than
UTC. f and u follow from the moon's orbit alone.

Left out: wind set-up (opzet), and the empirical x-factors with which Rijkswaterstaat damps f of twelve constituents in
shallow water: they move the yearly mean high water of Vlissingen by 1 cm (2019) to 3 cm (2023).

References
----------
P. Schureman, Manual of harmonic analysis and prediction of tides, US Coast and Geodetic Survey, Special Publication 98, 1958:
page 162 (longitudes), table 2, equations 73 to 79, 144, 215, 227 and 235 (f and u).
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import DataError, allowed, nearest

FloatArray = npt.NDArray[np.float64]

COLUMNS = ("name", "speed_deg_h", "amplitude_m", "phase_deg")
EPOCH = pd.Timestamp("1899-12-31 12:00")
HOURS_PER_CENTURY = 24 * 36_525
PHASE_CLOCK_H = 1.0  # phases are for UTC+1
SPEED_TOLERANCE_DEG_H = 2e-5  # files give six decimals; the nearest neighbours differ by 0.003
BLOCK = 4096  # samples at a time: 94 constituents x 4096 samples is 3 MB, which stays in cache

# Degrees at the epoch and per Julian century, and the square term, of s, h, p, p1 and the node N (Schureman, page 162).
_SECOND = 1 / 3600
_S = (270 + 26 / 60 + 14.72 * _SECOND, 1336 * 360 + 1_108_411.20 * _SECOND, 9.09 * _SECOND)
_H = (279 + 41 / 60 + 48.04 * _SECOND, 129_602_768.13 * _SECOND, 1.089 * _SECOND)
_P = (334 + 19 / 60 + 40.87 * _SECOND, 11 * 360 + 392_515.94 * _SECOND, -37.24 * _SECOND)
_P1 = (281 + 13 / 60 + 15.00 * _SECOND, 6_189.03 * _SECOND, 1.63 * _SECOND)
_N = (259 + 10 / 60 + 57.12 * _SECOND, -(5 * 360 + 482_912.63 * _SECOND), 7.58 * _SECOND)
OBLIQUITY_RAD = np.deg2rad(23 + 27 / 60 + 8.26 * _SECOND)
MOON_INCLINATION_RAD = np.deg2rad(5 + 8 / 60 + 43.3546 * _SECOND)

# Parents: multiples of T, s, h, p, p1, the constant angle in degrees, and the constituent whose f and u they share.
_PARENTS: dict[str, tuple[tuple[int, int, int, int, int], float, str]] = {
    "SA": ((0, 0, 1, 0, 0), 0, ""),
    "Q1": ((1, -3, 1, 1, 0), 90, "O1"),
    "O1": ((1, -2, 1, 0, 0), 90, "O1"),
    "M1": ((1, -1, 1, 1, 0), -90, "M1"),
    "M1C": ((1, -1, 1, 0, 0), 0, "M1C"),
    "P1": ((1, 0, -1, 0, 0), 90, ""),
    "S1": ((1, 0, 0, 0, 0), 0, ""),
    "K1": ((1, 0, 1, 0, 0), -90, "K1"),
    "MU2": ((2, -4, 4, 0, 0), 0, "M2"),
    "N2": ((2, -3, 2, 1, 0), 0, "M2"),
    "NU2": ((2, -3, 4, -1, 0), 0, "M2"),
    "M2": ((2, -2, 2, 0, 0), 0, "M2"),
    "LABDA2": ((2, -1, 0, 1, 0), 180, "M2"),
    "L2": ((2, -1, 2, -1, 0), 180, "L2"),
    "T2": ((2, 0, -1, 0, 1), 0, ""),
    "S2": ((2, 0, 0, 0, 0), 0, ""),
    "K2": ((2, 0, 2, 0, 0), 0, "K2"),
}

# Constituents made of parents.
_COMPOUNDS: dict[str, str] = {
    "SM": "S2 - M2",
    "3MKS2": "3 M2 - K2 - S2", "3MS2": "3 M2 - 2 S2", "OQ2": "O1 + Q1", "MNS2": "M2 + N2 - S2", "2ML2S2": "2 M2 + L2 - 2 S2",
    "NLK2": "N2 + L2 - K2", "MSK2": "M2 + S2 - K2", "MPS2": "M2 + P1 - S1", "MSP2": "M2 + S1 - P1", "MKS2": "M2 + K2 - S2",
    "2MN2": "2 M2 - N2", "MSN2": "M2 + S2 - N2", "2SM2": "2 S2 - M2", "SKM2": "S2 + K2 - M2",
    "NO3": "N2 + O1", "2MK3": "2 M2 - K1", "2MP3": "2 M2 - P1", "SO3": "S2 + O1", "MK3": "M2 + K1", "SK3": "S2 + K1",
    "4MS4": "4 M2 - 2 S2", "2MNS4": "2 M2 + N2 - S2", "3MS4": "3 M2 - S2", "MN4": "M2 + N2", "2MLS4": "2 M2 + L2 - S2",
    "2MSK4": "2 M2 + S2 - K2", "M4": "2 M2", "3MN4": "3 M2 - N2", "MS4": "M2 + S2", "MK4": "M2 + K2", "2MSN4": "2 M2 + S2 - N2",
    "S4": "2 S2",
    "MNO5": "M2 + N2 + O1", "3MK5": "3 M2 - K1", "2MP5": "2 M2 + P1", "3MO5": "3 M2 - O1", "MSK5": "M2 + S2 + K1", "3KM5": "3 K1 + M2",
    "3MNS6": "3 M2 + N2 - S2", "2NM6": "2 N2 + M2", "4MS6": "4 M2 - S2", "2MN6": "2 M2 + N2", "2MNU6": "2 M2 + NU2",
    "3MSK6": "3 M2 + S2 - K2", "M6": "3 M2", "MSN6": "M2 + S2 + N2", "MKNU6": "M2 + K2 + NU2", "2MS6": "2 M2 + S2",
    "2MK6": "2 M2 + K2", "3MSN6": "3 M2 + S2 - N2", "2SM6": "2 S2 + M2", "MSK6": "M2 + S2 + K2",
    "2MNO7": "2 M2 + N2 + O1", "M7": "3 M2 + M1", "2MSO7": "2 M2 + S2 + O1",
    "2(MN)8": "2 M2 + 2 N2", "3MN8": "3 M2 + N2", "M8": "4 M2", "2MSN8": "2 M2 + S2 + N2", "2MNK8": "2 M2 + N2 + K2",
    "3MS8": "3 M2 + S2", "3MK8": "3 M2 + K2", "2(MS)8": "2 M2 + 2 S2", "2MSK8": "2 M2 + S2 + K2",
    "3MNK9": "3 M2 + N2 + K1", "4MK9": "4 M2 + K1", "3MSK9": "3 M2 + S2 + K1",
    "4MN10": "4 M2 + N2", "M10": "5 M2", "3MSN10": "3 M2 + S2 + N2", "4MS10": "4 M2 + S2", "2(MS)N10": "2 M2 + 2 S2 + N2",
    "3M2S10": "3 M2 + 2 S2", "4MSK11": "4 M2 + S2 + K1",
    "M12": "6 M2", "4MSN12": "4 M2 + S2 + N2", "5MS12": "5 M2 + S2", "4M2S12": "4 M2 + 2 S2",
}  # fmt: skip


def known_constituents() -> tuple[str, ...]:
    """Return the names of all constituents that can be predicted."""
    return (*_PARENTS, *_COMPOUNDS)


@cache
def _composition(name: str) -> tuple[int, ...]:
    """Return the signed number of each parent in a constituent."""
    order = list(_PARENTS)
    counts = [0] * len(order)
    if name in _PARENTS:
        counts[order.index(name)] = 1
    else:
        for sign, number, parent in re.findall(r"([+-]?)\s*(\d?)\s*([A-Z]+\d[A-Z]?)", _COMPOUNDS[name]):
            counts[order.index(parent)] = (-1 if sign == "-" else 1) * int(number or 1)
    return tuple(counts)


def _compositions(names: Sequence[str], where: str) -> FloatArray:
    unknown = [name for name in names if name not in _PARENTS and name not in _COMPOUNDS]
    if unknown:
        known = known_constituents()
        raise DataError(
            f"{where}: tidal constituents {', '.join(map(str, unknown))} have no known astronomical argument{nearest(str(unknown[0]), known)}; "
            f"correct or remove them; known are: {allowed(known, limit=len(known))}"
        )
    return np.array([_composition(name) for name in names], dtype=np.float64).reshape(len(names), len(_PARENTS))


def _longitude_rad(terms: tuple[float, float, float], century: FloatArray) -> FloatArray:
    return np.deg2rad(np.remainder(terms[0] + (terms[1] + terms[2] * century) * century, 360.0))


def constituent_speed_deg_h(names: Sequence[str]) -> FloatArray:
    """Return the angular speed of constituents from their Doodson numbers.

    Parameters
    ----------
    names : sequence of str

    Returns
    -------
    ndarray of float64, shape (n_constituent,)
        Speed (degrees per hour).

    Raises
    ------
    DataError
        If a name is unknown; the message names all unknown ones.

    Examples
    --------
    >>> constituent_speed_deg_h(["M2", "2MN6"]).round(4).tolist()
    [28.9841, 86.4079]
    """
    rates = np.array([15.0, *(terms[1] / HOURS_PER_CENTURY for terms in (_S, _H, _P, _P1))])
    numbers = np.array([parent[0] for parent in _PARENTS.values()], dtype=np.float64)
    speed: FloatArray = _compositions(names, "constituents") @ (numbers @ rates)
    return speed


def _equilibrium_rad(hours: FloatArray) -> FloatArray:
    """Return V of the parents, ndarray of float64, shape (n_parent, n_time), at hours since the epoch on the phases' clock."""
    century = hours / HOURS_PER_CENTURY
    sun = np.deg2rad(np.remainder(15.0 * hours, 360.0))  # the epoch is noon, when the mean sun's hour angle is 0
    angles = np.stack([sun, *(_longitude_rad(terms, century) for terms in (_S, _H, _P, _P1))])
    numbers = np.array([parent[0] for parent in _PARENTS.values()], dtype=np.float64)
    constants = np.deg2rad([parent[1] for parent in _PARENTS.values()])
    result: FloatArray = numbers @ angles + constants[:, None]
    return result


def _nodal(hours: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the logarithm of f, and u in radians, of the parents: ndarrays of float64, shape (n_parent, n_time)."""
    century = hours / HOURS_PER_CENTURY
    half_node, perigee = _longitude_rad(_N, century) / 2, _longitude_rad(_P, century)
    tilt, orbit = OBLIQUITY_RAD, MOON_INCLINATION_RAD
    inclination = np.arccos(np.cos(orbit) * np.cos(tilt) - np.sin(orbit) * np.sin(tilt) * np.cos(2 * half_node))
    half_sum = np.arctan2(np.cos((tilt - orbit) / 2) * np.sin(half_node), np.cos((tilt + orbit) / 2) * np.cos(half_node))
    half_difference = np.arctan2(np.sin((tilt - orbit) / 2) * np.sin(half_node), np.sin((tilt + orbit) / 2) * np.cos(half_node))
    nu = half_sum - half_difference
    xi = 2 * half_node - half_sum - half_difference
    sin_i, sin_2i, cos_i = np.sin(inclination), np.sin(2 * inclination), np.cos(inclination)
    cos2, sin2 = np.cos(inclination / 2) ** 2, np.sin(inclination / 2) ** 2
    tan2 = sin2 / cos2
    double = 2 * (perigee - xi)

    # Factors are divided by their mean over the node's cycle: the numbers are Schureman's.
    f_m2, f_o1 = cos2**2 / 0.9154, sin_i * cos2 / 0.3800
    ratio = cos_i / cos2
    families = {
        "": (np.ones_like(nu), np.zeros_like(nu)),
        "M2": (f_m2, 2 * xi - 2 * nu),
        "O1": (f_o1, 2 * xi - nu),
        "K1": (np.sqrt(0.8965 * sin_2i**2 + 0.6001 * sin_2i * np.cos(nu) + 0.1006), -np.arctan2(sin_2i * np.sin(nu), sin_2i * np.cos(nu) + 0.3347)),
        "K2": (
            np.sqrt(19.0444 * sin_i**4 + 2.7702 * sin_i**2 * np.cos(2 * nu) + 0.0981),
            -np.arctan2(sin_i**2 * np.sin(2 * nu), sin_i**2 * np.cos(2 * nu) + 0.0727),
        ),
        "L2": (
            f_m2 * np.sqrt(1 - 12 * tan2 * np.cos(double) + 36 * tan2**2),
            2 * xi - 2 * nu - np.arctan2(np.sin(double), 1 / (6 * tan2) - np.cos(double)),
        ),
        "M1": (f_o1 * np.sqrt(0.25 + 1.5 * ratio * np.cos(double) + 2.25 * ratio**2), -nu - np.arctan2(np.sin(double), 3 * ratio + np.cos(double))),
        "M1C": ((1 - 10 * sin2 + 15 * sin2**2) * cos2 / 0.5873, xi - nu),
    }
    chosen = [families[parent[2]] for parent in _PARENTS.values()]
    return np.log(np.stack([f for f, _ in chosen])), np.stack([u for _, u in chosen])


def _utc_hours(start_utc: datetime.datetime | np.datetime64 | str) -> float:
    start = pd.Timestamp(start_utc)
    if start.tzinfo is not None:
        start = start.tz_convert("UTC").tz_localize(None)
    return (start - EPOCH).total_seconds() / 3600


def _checked(constituents: pd.DataFrame, where: str) -> tuple[FloatArray, FloatArray, FloatArray]:
    missing = [column for column in COLUMNS if column not in constituents.columns]
    if missing:
        raise DataError(f"{where}: columns {', '.join(missing)} are missing; the constituents need: {', '.join(COLUMNS)}")
    names = [str(name) for name in constituents["name"]]
    doubles = sorted({name for name in names if names.count(name) > 1})
    if doubles:
        raise DataError(f"{where}: constituents {', '.join(doubles)} stand there twice; keep one row each")
    composition = _compositions(names, where)
    try:
        numbers = constituents[list(COLUMNS[1:])].to_numpy(dtype=np.float64)
    except (ValueError, TypeError) as error:
        raise DataError(f"{where}: {', '.join(COLUMNS[1:])} must be numbers ({error})") from None
    wrong = ~np.isfinite(numbers).all(axis=1) | (numbers[:, 1] < 0)
    if wrong.any():
        bad = ", ".join(name for name, is_wrong in zip(names, wrong, strict=True) if is_wrong)
        raise DataError(f"{where}: constituents {bad} need a finite speed, amplitude and phase, and an amplitude of 0 or more; mend those rows")
    speed = constituent_speed_deg_h(names)
    off = np.abs(speed - numbers[:, 0]) > SPEED_TOLERANCE_DEG_H
    if off.any():
        bad = ", ".join(f"{names[i]} ({numbers[i, 0]:g}, known as {speed[i]:.6f})" for i in np.flatnonzero(off))
        raise DataError(f"{where}: speed_deg_h does not belong to the constituent for {bad}; mend the name or the speed")
    return composition, numbers[:, 1], np.deg2rad(numbers[:, 2])


def read_constituents(path: Path) -> pd.DataFrame:
    """Read and check a CSV file of tidal constituents.

    Parameters
    ----------
    path : Path
        CSV with the columns name, speed_deg_h, amplitude_m, phase_deg (degrees, for clock time UTC+1).

    Returns
    -------
    DataFrame
        One row per constituent.

    Raises
    ------
    DataError
        If the file can't be read, lacks a column, holds a constituent twice or one that is unknown, or a speed that is not its own.
    """
    try:
        # 'NA' and the like are no gaps here: a name is text whatever it spells.
        table = pd.read_csv(path, dtype={"name": str}, keep_default_na=False, encoding="utf-8")
    except FileNotFoundError:
        raise DataError(f"{path}: no such file; the tide needs a CSV with {', '.join(COLUMNS)}") from None
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise DataError(f"{path}: can't be read as CSV ({str(error).strip()}); it needs the columns {', '.join(COLUMNS)}") from None
    _checked(table, str(path))
    return table


def tide_level_m_nap(constituents: pd.DataFrame, mean_m_nap: float, start_utc: datetime.datetime | np.datetime64 | str, step_s: float, n: int) -> FloatArray:
    """Return the astronomical water level at equal steps.

    Parameters
    ----------
    constituents : DataFrame
        Columns name, speed_deg_h, amplitude_m, phase_deg (for clock time UTC+1).
    mean_m_nap : float
        Mean level (m NAP).
    start_utc : datetime, datetime64 or str
        Time of the first sample; without a time zone it is UTC.
    step_s : float
        Step (s), more than 0.
    n : int
        Number of samples, 0 or more.

    Returns
    -------
    ndarray of float64, shape (n,)
        Water level (m NAP). It depends on each sample's time alone, not on where the series begins.

    Raises
    ------
    DataError
        If a constituent is unknown or a row is not usable.
    ValueError
        If `step_s` or `n` is out of range.

    Examples
    --------
    >>> m2 = pd.DataFrame({"name": ["M2"], "speed_deg_h": [28.984104], "amplitude_m": [1.75], "phase_deg": [59.5]})
    >>> tide_level_m_nap(m2, 0.0, "2024-01-01", 3600, 3).round(2).tolist()
    [-1.35, -0.69, 0.14]
    """
    if not step_s > 0 or n < 0:
        raise ValueError(f"step_s must be more than 0 and n 0 or more, not {step_s} and {n}")
    composition, amplitude, phase = _checked(constituents, "constituents")
    first = _utc_hours(start_utc) + PHASE_CLOCK_H
    powers = np.abs(composition)
    level = np.empty(n)
    for begin in range(0, n, BLOCK):
        end = min(begin + BLOCK, n)
        hours = first + np.arange(begin, end, dtype=np.float64) * (step_s / 3600)
        log_factor, angle = _nodal(hours)
        argument = composition @ (_equilibrium_rad(hours) + angle) - phase[:, None]
        level[begin:end] = mean_m_nap + amplitude @ (np.exp(powers @ log_factor) * np.cos(argument))
    return level


def high_and_low_waters(level_m_nap: FloatArray, step_s: float, least_gap_h: float = 3.0) -> pd.DataFrame:
    """Return the high and low waters of a level series, alternating.

    Parameters
    ----------
    level_m_nap : ndarray of float64, shape (n,)
        Water level (m NAP).
    step_s : float
        Step of the series (s).
    least_gap_h : float
        Least time between a high and a low water (h); a shorter wiggle counts as none.

    Returns
    -------
    DataFrame
        time_s (from the first sample), level_m_nap and is_high; time and level from a parabola through three samples.
    """
    slope = np.sign(np.diff(level_m_nap))
    turns = np.flatnonzero((slope[1:] != slope[:-1]) & (slope[:-1] != 0)) + 1
    kept: list[int] = []
    for i in turns:
        is_high = bool(slope[i - 1] > 0)
        if kept and bool(slope[kept[-1] - 1] > 0) == is_high:
            if (level_m_nap[i] > level_m_nap[kept[-1]]) == is_high:
                kept[-1] = int(i)
        elif not kept or (i - kept[-1]) * step_s >= least_gap_h * 3600:
            kept.append(int(i))
    index = np.array(kept, dtype=np.int64)
    before, here, after = level_m_nap[index - 1], level_m_nap[index], level_m_nap[index + 1]
    curve = before - 2 * here + after
    shift = np.divide(before - after, 2 * curve, out=np.zeros_like(here), where=curve != 0)
    return pd.DataFrame({"time_s": (index + shift) * step_s, "level_m_nap": here - (before - after) * shift / 4, "is_high": slope[index - 1] > 0})
