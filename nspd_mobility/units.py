"""Units, and the names that carry them.

Inside the engine time is int64 milliseconds since the run's epoch (UTC); everything else is float64 in SI units, with the
unit as the last part of the name: ``length_m``, ``speed_m_s``, ``arrival_s``. A level also names its datum: ``level_m_nap``.
"""

from __future__ import annotations

import re

MS_PER_S = 1000
S_PER_DAY = 86_400
MS_PER_DAY = S_PER_DAY * MS_PER_S
GRAVITY_M_S2 = 9.81
NEVER_MS = 2**62
LOCAL_ZONE = "Europe/Amsterdam"  # clock times in files

UNITS = {
    "m_s2": "m/s²",
    "m2_s": "m²/s",
    "newton": "N",
    "kwh": "kWh",
    "g_kwh": "g/kWh",
    "years": "years",
    "m3_s": "m³/s",
    "kg_m3": "kg/m³",
    "kg_s": "kg/s",
    "kg": "kg",
    "celsius": "°C",
    "m_nap": "m NAP",
    "s_m": "s/m",
    "m_s": "m/s",
    "m2": "m²",
    "m3": "m³",
    "km": "km",
    "ms": "ms",
    "eur": "€",
    "tonne": "t",
    "share": "–",
    "deg": "°",
    "per_day": "1/day",
    "per_year": "1/year",
    "kw": "kW",
    "deg_h": "°/h",
    "days": "days",
    "day": "days",
    "min": "min",
    "h": "h",
    "m": "m",
    "s": "s",
    "permille": "‰",
    "j": "J",
}
_BY_LENGTH = sorted(UNITS, key=len, reverse=True)
_DURATION = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*(ms|s|min|h|d)\s*$")
_SECONDS = {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86_400.0}


def unit_of(name: str) -> str:
    """Return the unit that the end of a name stands for, or an empty string.

    Examples
    --------
    >>> unit_of("speed_m_s"), unit_of("sill_sea_m_nap"), unit_of("n_ships")
    ('m/s', 'm NAP', '')
    """
    for suffix in _BY_LENGTH:
        if name == suffix or name.endswith("_" + suffix):
            return UNITS[suffix]
    return ""


def parse_duration_s(text: object) -> float:
    """Return seconds for a duration such as ``'7 d'``, ``'90 min'`` or a number of seconds.

    Raises
    ------
    ValueError
        If the text is not a number with one of the units ms, s, min, h, d, or is negative.

    Examples
    --------
    >>> parse_duration_s("1.5 h")
    5400.0
    """
    if isinstance(text, int | float) and not isinstance(text, bool):
        value = float(text)
    else:
        match = _DURATION.match(str(text))
        if match is None:
            raise ValueError(f"{text!r} is not a duration; write a number and a unit: ms, s, min, h or d, for example '7 d'")
        value = float(match.group(1)) * _SECONDS[match.group(2)]
    if not 0.0 <= value < 1e12:
        raise ValueError(f"{text!r} is not a usable duration; it must be 0 or more seconds")
    return value


def to_ms(seconds: float) -> int:
    """Return whole milliseconds, rounded half to even."""
    return round(seconds * MS_PER_S)
