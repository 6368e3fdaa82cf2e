"""Energy and emissions of ships: under way, waiting and in locks.

Model, with R of `resistance.py` and the factors of `emissions.py`::

    power = min(hotel + v R / (η_propeller η_hull η_transmission), installed)      energy = power · time

Hotel is a share of installed power, at all times. A ship that waits or is in a lock runs at a share of installed power. A yacht needs
installed power times (v / hull speed)³ in place of v R, as the formulas of resistance do not know such hulls.

Assumptions: a leg is sailed at one speed through the water, in one depth and section; a ship that is given a speed which it can't reach (more than
installed power, above the limit speed, or so fast that it would sink to the bottom) runs at installed power. Left out: tidal and river currents,
tugs, acceleration, bow thrusters in locks, berths, cargo gear.

`ship_power` is for one ship. For many: `with_engines`, then `fleet_of`, then `leg_energy` (or `leg_energy_by_kind`) and `idle_energy`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..demand.emission_tables import EmissionTables
from ..demand.sheets import GROUPS
from ..errors import DataError, allowed, nearest
from ..params.energy import EnergyParams, FairwayParams
from ..units import GRAVITY_M_S2
from .emissions import POLLUTANTS, Factors, factors_of, with_engines
from .resistance import Floats, Hull, hull_of, hydraulic_depth_m, propulsion_kw, resistance_of
from .ship_power import ShipPower, ship_power

__all__ = [
    "COLUMNS",
    "IDLE_KINDS",
    "Fleet",
    "ShipPower",
    "fleet_of",
    "idle_energy",
    "leg_energy",
    "leg_energy_by_kind",
    "ship_power",
    "water_of",
    "with_engines",
]

COLUMNS = ("energy_kwh", *(f"{name}_kg" for name in POLLUTANTS))
IDLE_KINDS = ("waiting", "locking")
_SIZES = ("length_m", "beam_m", "draught_m")
_CHUNK = 65_536  # legs at a time, so that memory does not grow with a year's legs
_S_PER_H = 3600.0
_G_PER_KG = 1000.0


@dataclass(frozen=True, slots=True, eq=False)
class Fleet:
    """Ships as energy sees them; arrays of shape (n_ship,).

    Attributes
    ----------
    names : ndarray of object
        How messages call a ship.
    hull : Hull
    power_kw : ndarray of float64
        Installed power (kW).
    is_sea, is_yacht, is_known : ndarray of bool
        Sea ships; recreation; and whether length, beam, draught and power are known (where not, energy is NaN).
    factors : Factors
    params : EnergyParams
    """

    names: npt.NDArray[np.object_]
    hull: Hull
    power_kw: Floats
    is_sea: npt.NDArray[np.bool_]
    is_yacht: npt.NDArray[np.bool_]
    is_known: npt.NDArray[np.bool_]
    factors: Factors
    params: EnergyParams


def fleet_of(ships: pd.DataFrame, tables: EmissionTables, params: EnergyParams | None = None) -> Fleet:
    """Prepare ships for `leg_energy` and `idle_energy`.

    Parameters
    ----------
    ships : DataFrame
        `length_m, beam_m, draught_m, group, power_kw, engine_year`, and optionally `id` for messages. A ship whose size or power is 0 or
        NaN has energy NaN.
    tables : EmissionTables
    params : EnergyParams, optional

    Raises
    ------
    DataError
        If a column is missing or a group is unknown.
    """
    params = params or EnergyParams()
    for column in (*_SIZES, "group", "power_kw", "engine_year"):
        if column not in ships.columns:
            raise DataError(f"ships: column '{column}' is missing{nearest(column, map(str, ships.columns))}; add it (with_engines gives power and engine year)")
    group = ships["group"].to_numpy(dtype=object)
    for word in sorted(set(group) - set(GROUPS)):
        raise DataError(f"ships: group {word!r} is not one of: {allowed(GROUPS)}{nearest(str(word), GROUPS)}")
    numbers = {name: ships[name].to_numpy(dtype=np.float64) for name in (*_SIZES, "power_kw")}
    is_known = np.all([np.isfinite(values) & (values > 0.0) for values in numbers.values()], axis=0)
    filled = {name: np.where(is_known, values, 1.0) for name, values in numbers.items()}
    block = np.where(group == "sea", params.hull.block_coefficient_sea, params.hull.block_coefficient_inland)
    power = np.where(is_known, numbers["power_kw"], np.nan)
    return Fleet(
        names=(ships["id"] if "id" in ships.columns else ships.index.to_series()).to_numpy(dtype=object),
        hull=hull_of(filled["length_m"], filled["beam_m"], filled["draught_m"], block, params),
        power_kw=power,
        is_sea=group == "sea",
        is_yacht=group == "recreation",
        is_known=is_known,
        factors=factors_of(group, ships["engine_year"].to_numpy(dtype=np.int64), power, tables),
        params=params,
    )


def leg_energy(
    fleet: Fleet,
    *,
    speed_m_s: npt.ArrayLike,
    duration_s: npt.ArrayLike,
    depth_m: npt.ArrayLike,
    section_area_m2: npt.ArrayLike = np.inf,
    surface_width_m: npt.ArrayLike = 0.0,
    rows: npt.ArrayLike | None = None,
) -> pd.DataFrame:
    """Return energy and emissions of legs.

    Parameters
    ----------
    fleet : Fleet
    speed_m_s, duration_s : array_like of float, shape (n_leg,)
        Speed through the water (m/s) and time under way (s).
    depth_m, section_area_m2, surface_width_m : array_like of float, shape (n_leg,) or a number
        Depth (m), cross-section (m², inf on wide water), and width at the surface (m; 0: section over depth); `water_of` gives them.
    rows : array_like of int, shape (n_leg,), optional
        The ship of each leg, its row in the fleet; left out, leg k is of ship k.

    Returns
    -------
    DataFrame
        `energy_kwh, fuel_kg, co2_kg, nox_kg, pm10_kg`, one row per leg. Energy is what the engines deliver.

    Raises
    ------
    DataError
        If shapes do not match, a value can't be used, or a ship is aground.
    """
    ship = np.arange(fleet.power_kw.size) if rows is None else np.asarray(rows, dtype=np.intp)
    given = {"speed_m_s": speed_m_s, "duration_s": duration_s, "depth_m": depth_m, "section_area_m2": section_area_m2, "surface_width_m": surface_width_m}
    legs = {name: _column(name, values, ship.size) for name, values in given.items()}
    for name, values in legs.items():
        least = 0.0 if name in ("speed_m_s", "duration_s", "surface_width_m") else np.nextafter(0.0, 1.0)
        _refuse(~(values >= least) | (np.isinf(values) & (name != "section_area_m2")), name, values, "a number above 0" if least else "a number of 0 or more")
    draught = fleet.hull.draught_m[ship]
    for k in np.flatnonzero((draught >= legs["depth_m"]) & fleet.is_known[ship])[:1]:
        raise DataError(f"ship {fleet.names[ship[k]]!r} draws {draught[k]:g} m in water of depth {legs['depth_m'][k]:g} m; mend its draught or the depth")
    power = np.empty(ship.size)
    for first in range(0, ship.size, _CHUNK):
        part = slice(first, first + _CHUNK)
        power[part] = _power_kw(fleet, ship[part], *(legs[name][part] for name in legs if name != "duration_s"))
    return _emitted(fleet, ship, power, legs["duration_s"])


def leg_energy_by_kind(
    fleet: Fleet,
    speeds_m_s: Mapping[str, npt.ArrayLike],
    fairways: Mapping[str, FairwayParams],
    *,
    kinds: npt.ArrayLike,
    rows: npt.ArrayLike,
    duration_s: npt.ArrayLike,
) -> pd.DataFrame:
    """Return energy and emissions of legs where a ship has one speed on each kind of fairway: as `leg_energy`, but each such speed is done once.

    Parameters
    ----------
    fleet : Fleet
    speeds_m_s : mapping of str to array_like of float, shape (n_ship,)
        Speed of each ship by kind of fairway (m/s).
    fairways : mapping of str to FairwayParams
        The water by kind of fairway.
    kinds : array_like of str, shape (n_leg,)
        Kind of fairway of each leg.
    rows : array_like of int, shape (n_leg,)
        The ship of each leg, its row in the fleet.
    duration_s : array_like of float, shape (n_leg,)
        Time under way (s).

    Returns
    -------
    DataFrame
        The columns of `leg_energy`, one row per leg.

    Raises
    ------
    DataError
        As `leg_energy`, and for a kind without a speed or a fairway.
    """
    ship = np.asarray(rows, dtype=np.intp)
    codes, names = pd.factorize(np.asarray(kinds, dtype=object))
    if codes.size != ship.size:
        raise DataError(f"kinds has {codes.size} entries and rows {ship.size}; give one of each per leg")
    hours = _column("duration_s", duration_s, ship.size) / _S_PER_H
    _refuse(~(hours >= 0.0) | np.isinf(hours), "duration_s", hours, "a number of 0 or more")
    out = np.zeros((ship.size, len(COLUMNS)))
    for code, name in enumerate(names):
        if name not in speeds_m_s:
            raise DataError(f"speeds_m_s: the kind '{name}' is missing{nearest(str(name), speeds_m_s)}; given are: {allowed(speeds_m_s)}")
        mine = np.flatnonzero(codes == code)
        is_used = np.zeros(fleet.power_kw.size, dtype=bool)
        is_used[ship[mine]] = True
        used = np.flatnonzero(is_used)
        back = (np.cumsum(is_used) - 1)[ship[mine]]  # place of each leg's ship among them
        speed = _column("speed_m_s", speeds_m_s[name], fleet.power_kw.size)[used]
        hourly = leg_energy(fleet, speed_m_s=speed, duration_s=_S_PER_H, **water_of([str(name)] * used.size, fairways), rows=used)
        out[mine] = hourly.to_numpy()[back] * hours[mine, None]
    return pd.DataFrame(out, columns=list(COLUMNS))


def idle_energy(fleet: Fleet, duration_s: npt.ArrayLike, kind: str, *, rows: npt.ArrayLike | None = None) -> pd.DataFrame:
    """Return energy and emissions of ships that wait or are in a lock.

    Parameters
    ----------
    fleet : Fleet
    duration_s : array_like of float, shape (n,)
        How long (s); NaN, for a ship that did not come to that, counts as 0.
    kind : str
        waiting, or locking (entering, in and leaving a lock).
    rows : array_like of int, shape (n,), optional
        The ship of each entry; left out, entry k is of ship k.

    Returns
    -------
    DataFrame
        The columns of `leg_energy`.

    Raises
    ------
    DataError
        For an unknown kind or a negative duration.
    """
    if kind not in IDLE_KINDS:
        raise DataError(f"kind {kind!r} is not one of: {allowed(IDLE_KINDS)}{nearest(kind, IDLE_KINDS)}")
    ship = np.arange(fleet.power_kw.size) if rows is None else np.asarray(rows, dtype=np.intp)
    duration = np.nan_to_num(_column("duration_s", duration_s, ship.size), nan=0.0)
    _refuse((duration < 0.0) | np.isinf(duration), "duration_s", duration, "a number of 0 or more")
    share = fleet.params.waiting_share if kind == "waiting" else fleet.params.locking_share
    return _emitted(fleet, ship, share * fleet.power_kw[ship], duration)


def water_of(kinds: npt.ArrayLike, fairways: Mapping[str, FairwayParams]) -> dict[str, Floats]:
    """Return `depth_m`, `section_area_m2` and `surface_width_m` of legs by the kind of their fairway, for `leg_energy`.

    Parameters
    ----------
    kinds : array_like of str, shape (n_leg,)
        Kind of fairway of each leg.
    fairways : mapping of str to FairwayParams

    Raises
    ------
    DataError
        For a kind that fairways lacks.
    """
    codes, names = pd.factorize(np.asarray(kinds, dtype=object))
    for name in names:
        if name not in fairways:
            raise DataError(f"fairways: the kind '{name}' is missing{nearest(str(name), fairways)}; give its depth_m; given are: {allowed(fairways)}")
    found = [fairways[name] for name in names]
    columns = {
        "depth_m": [fairway.depth_m for fairway in found],
        "section_area_m2": [fairway.section_area_m2 or np.inf for fairway in found],
        "surface_width_m": [fairway.surface_width_m for fairway in found],
    }
    return {name: np.array(values, dtype=np.float64)[codes] for name, values in columns.items()}


def _power_kw(fleet: Fleet, ship: npt.NDArray[np.intp], speed: Floats, depth: Floats, section: Floats, width: Floats) -> Floats:
    """Return the power of ships on legs (kW), capped at installed power; NaN where a ship is not known."""
    params, installed = fleet.params, fleet.power_kw[ship]
    hull = fleet.hull.take(ship)
    found = resistance_of(hull, speed, depth, section, hydraulic_depth_m(depth, section, width), params)
    propulsion = propulsion_kw(found, speed, fleet.is_sea[ship], params)
    yacht = fleet.is_yacht[ship]
    if yacht.any():
        share = (speed / (params.recreation_full_froude * np.sqrt(GRAVITY_M_S2 * hull.length_m))) ** 3
        propulsion = np.where(yacht, share * installed, propulsion)
    return np.minimum(propulsion + params.hotel_share * installed, installed)


def _emitted(fleet: Fleet, ship: npt.NDArray[np.intp], power_kw: Floats, duration_s: Floats) -> pd.DataFrame:
    energy = power_kw * duration_s / _S_PER_H
    factors = fleet.factors.at_load(ship, np.where(fleet.is_known[ship], power_kw / fleet.power_kw[ship], 0.0))
    return pd.DataFrame({"energy_kwh": energy} | {f"{name}_kg": energy * factors[name] / _G_PER_KG for name in POLLUTANTS})


def _column(name: str, values: npt.ArrayLike, n: int) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim > 1 or (array.ndim == 1 and array.size != n):
        raise DataError(f"{name} has the shape {array.shape}, and must hold one number, or one for each of the {n} legs or ships")
    return np.broadcast_to(array, (n,))


def _refuse(bad: npt.NDArray[np.bool_], name: str, values: Floats, must: str) -> None:
    for k in np.flatnonzero(bad)[:1]:
        raise DataError(f"{name} of row {k} is {values[k]}, and must be {must}; mend it")
