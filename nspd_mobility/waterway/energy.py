"""Energy and emissions of ships: under way, waiting and in locks.

Model, with R of `resistance.py` and the factors of `emissions.py`::

    power = min(hotel + v R / (η_propeller η_hull η_transmission), installed)      energy = power · time

Hotel is a share of installed power, at all times. A ship that waits or is in a lock runs at a share of installed power. A yacht needs
installed power times (v / hull speed)³ in place of v R, as the formulas of resistance do not know such hulls.

Assumptions: a leg is sailed at one speed through the water, in one depth and section; a ship that is given a speed which it can't reach (more than
installed power, above the limit speed, or so fast that it would sink to the bottom) runs at installed power. Left out: tidal and river currents,
tugs, acceleration, bow thrusters in locks, berths, cargo gear.

`ship_power` is for one ship. For many: `with_engines`, then `fleet_of`, then `leg_energy` and `idle_energy`.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..demand.emission_tables import EmissionTables
from ..demand.sheets import GROUPS
from ..errors import DataError, allowed, nearest
from ..params.energy import EnergyParams, FairwayParams
from ..streams import Streams
from ..units import GRAVITY_M_S2
from .emissions import POLLUTANTS, Factors, engine_years, factors_of
from .resistance import Floats, Hull, Resistance, hull_of, limit_speed_m_s, resistance_of

COLUMNS = ("energy_kwh", *(f"{name}_kg" for name in POLLUTANTS))
IDLE_KINDS = ("waiting", "locking")
_SIZES = ("length_m", "beam_m", "draught_m")
_CHUNK = 65_536  # legs at a time: 0.7 M legs at once need 0.5 GB and a third more time
_W_PER_KW = 1000.0
_S_PER_H = 3600.0
_G_PER_KG = 1000.0


@dataclass(frozen=True, slots=True)
class ShipPower:
    """The power of one ship under way.

    Attributes
    ----------
    power_kw : float
        Power with systems on board, installed power at most (kW).
    needed_kw : float
        The same before it is capped (kW).
    propulsion_kw, hotel_kw : float
        Its parts (kW).
    resistance_newton : float
        Total resistance (N), `resistance_factor` included.
    viscous_newton, appendage_newton, wave_newton, transom_newton, correlation_newton : float
        Its parts (N), as the method gives them.
    water_speed_m_s, wave_speed_m_s : float
        Speed of the water along the hull, and speed that counts for waves (m/s).
    squat_m, limit_speed_m_s : float
        Sinkage (m), and the speed that can't be passed here (m/s).
    """

    power_kw: float
    needed_kw: float
    propulsion_kw: float
    hotel_kw: float
    resistance_newton: float
    viscous_newton: float
    appendage_newton: float
    wave_newton: float
    transom_newton: float
    correlation_newton: float
    water_speed_m_s: float
    wave_speed_m_s: float
    squat_m: float
    limit_speed_m_s: float


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
    is_yacht, is_known : ndarray of bool
        Recreation; and whether length, beam, draught and power are known (where not, energy is NaN).
    factors : Factors
    params : EnergyParams
    """

    names: npt.NDArray[np.object_]
    hull: Hull
    power_kw: Floats
    is_yacht: npt.NDArray[np.bool_]
    is_known: npt.NDArray[np.bool_]
    factors: Factors
    params: EnergyParams


def ship_power(
    *,
    length_m: float,
    beam_m: float,
    draught_m: float,
    speed_m_s: float,
    depth_m: float,
    section_area_m2: float = math.inf,
    surface_width_m: float = 0.0,
    power_kw: float = 0.0,
    is_sea: bool = False,
    params: EnergyParams | None = None,
) -> ShipPower:
    """Return the power that a ship needs at a speed through the water.

    Parameters
    ----------
    length_m, beam_m, draught_m : float
        Size (m).
    speed_m_s : float
        Speed through the water (m/s).
    depth_m : float
        Depth of the water (m).
    section_area_m2, surface_width_m : float
        Cross-section of a canal (m²) and its width at the surface (m; 0: section over depth); left out, the water is wide.
    power_kw : float
        Installed power (kW); 0: power is not capped and there is no hotel load.
    is_sea : bool
        Whether it has the block coefficient of a sea ship.
    params : EnergyParams, optional

    Raises
    ------
    DataError
        If a value can't be used, the ship touches the bottom, or the speed is above the limit speed.

    Examples
    --------
    >>> loaded = dict(length_m=110.0, beam_m=11.4, draught_m=3.5, speed_m_s=3.78)
    >>> round(ship_power(**loaded, depth_m=13.5).power_kw), round(ship_power(**loaded, depth_m=5.0).power_kw)
    (405, 489)
    """
    params = params or EnergyParams()
    sizes = dict(length_m=length_m, beam_m=beam_m, draught_m=draught_m, depth_m=depth_m, section_area_m2=section_area_m2)
    for name, value in sizes.items():
        if not (value > 0.0 and (math.isfinite(value) or name == "section_area_m2")):
            raise DataError(f"{name} is {value}, and must be a number above 0; mend it")
    for name, value in dict(speed_m_s=speed_m_s, surface_width_m=surface_width_m, power_kw=power_kw).items():
        if not 0.0 <= value < math.inf:
            raise DataError(f"{name} is {value}, and must be a number of 0 or more; mend it")
    if draught_m >= depth_m:
        raise DataError(f"draught_m is {draught_m} in water of depth_m {depth_m}: the ship is aground; lower the draught or raise the depth")
    hull = hull_of(*(np.array([x]) for x in (length_m, beam_m, draught_m, _block(is_sea, params))), params)
    section = np.array([section_area_m2])
    mean_depth = _mean_depth(np.array([depth_m]), section, np.array([surface_width_m]))
    blockage = hull.midship_m2 / section
    if blockage[0] >= 1.0:
        raise DataError(f"section_area_m2 is {section_area_m2}, less than the {hull.midship_m2[0]:.1f} m² of the ship; raise it")
    limit = float(limit_speed_m_s(blockage, mean_depth)[0])
    if speed_m_s >= limit:
        raise DataError(f"speed_m_s is {speed_m_s}, and the limit speed of this ship in this water is {limit:.2f} m/s; stay below, in practice at 90 % of it")
    found = resistance_of(hull, np.array([speed_m_s]), np.array([depth_m]), section, mean_depth, params)
    if not found.is_possible[0]:
        raise DataError(
            f"speed_m_s {speed_m_s} makes the ship sink {found.squat_m[0]:.2f} m, to the bottom at {depth_m} m; lower the speed or the draught of {draught_m} m"
        )
    propulsion = float(_propulsion_kw(found, np.array([speed_m_s]), params)[0])
    hotel = params.hotel_share * power_kw
    return ShipPower(
        power_kw=min(propulsion + hotel, power_kw or math.inf),
        needed_kw=propulsion + hotel,
        propulsion_kw=propulsion,
        hotel_kw=hotel,
        resistance_newton=float(found.total_newton[0]) * params.resistance_factor,
        limit_speed_m_s=limit,
        **{name: float(getattr(found, name)[0]) for name in _PARTS},
    )


_PARTS = ("viscous_newton", "appendage_newton", "wave_newton", "transom_newton", "correlation_newton", "water_speed_m_s", "wave_speed_m_s", "squat_m")


def with_engines(ships: pd.DataFrame, classes: pd.DataFrame, tables: EmissionTables, streams: Streams, year: int) -> pd.DataFrame:
    """Return ships with their installed power and the year of their engine.

    Parameters
    ----------
    ships : DataFrame
        `entity_id, class_id, group, length_m, beam_m`.
    classes : DataFrame
        `class_id, group, length_m, beam_m, power_kw`: the ship classes.
    tables : EmissionTables
    streams : Streams
        The random numbers of the replication.
    year : int
        The simulated year.

    Returns
    -------
    DataFrame
        The ships with `power_kw` (kW) and `engine_year`. A ship without a class takes the power of the class of its group that is
        nearest in length and beam (by the logarithms of both); without a length or beam its power is NaN.
    """
    known = pd.Series(classes["power_kw"].to_numpy(dtype=np.float64), index=classes["class_id"].to_numpy(dtype=object))
    power = ships["class_id"].astype("object").map(known).to_numpy(dtype=np.float64, copy=True)
    size = ships[["length_m", "beam_m"]].to_numpy(dtype=np.float64)
    groups = ships["group"].to_numpy(dtype=object)
    for group, part in classes.groupby("group"):
        rows = np.flatnonzero(np.isnan(power) & (groups == group) & (size > 0.0).all(axis=1))
        distance = np.log(size[rows])[:, None, :] - np.log(part[["length_m", "beam_m"]].to_numpy(dtype=np.float64))[None, :, :]
        power[rows] = part["power_kw"].to_numpy(dtype=np.float64)[(distance**2).sum(axis=2).argmin(axis=1)]
    return ships.assign(power_kw=power, engine_year=engine_years(ships, tables, streams, year))


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
    given = dict(speed_m_s=speed_m_s, duration_s=duration_s, depth_m=depth_m, section_area_m2=section_area_m2, surface_width_m=surface_width_m)
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


def water_of(kinds: Collection[str], fairways: Mapping[str, FairwayParams]) -> dict[str, Floats]:
    """Return `depth_m`, `section_area_m2` and `surface_width_m` of legs by the kind of their fairway, for `leg_energy`.

    Parameters
    ----------
    kinds : collection of str, shape (n_leg,)
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
    found = resistance_of(hull, speed, depth, section, _mean_depth(depth, section, width), params)
    propulsion = _propulsion_kw(found, speed, params)
    yacht = fleet.is_yacht[ship]
    if yacht.any():
        share = (speed / (params.recreation_full_froude * np.sqrt(GRAVITY_M_S2 * hull.length_m))) ** 3
        propulsion = np.where(yacht, share * installed, propulsion)
    return np.minimum(propulsion + params.hotel_share * installed, installed)


def _propulsion_kw(found: Resistance, speed_m_s: Floats, params: EnergyParams) -> Floats:
    efficiency = params.propeller_efficiency_share * params.hull_efficiency_share * params.transmission_efficiency_share
    factor = params.resistance_factor / (efficiency * _W_PER_KW)
    return np.where(speed_m_s > 0.0, found.total_newton * np.maximum(speed_m_s, np.finfo(float).tiny) * factor, 0.0)


def _emitted(fleet: Fleet, ship: npt.NDArray[np.intp], power_kw: Floats, duration_s: Floats) -> pd.DataFrame:
    energy = power_kw * duration_s / _S_PER_H
    factors = fleet.factors.at_load(ship, np.where(fleet.is_known[ship], power_kw / fleet.power_kw[ship], 0.0))
    return pd.DataFrame({"energy_kwh": energy} | {f"{name}_kg": energy * factors[name] / _G_PER_KG for name in POLLUTANTS})


def _mean_depth(depth: Floats, section: Floats, width: Floats) -> Floats:
    """Return section over width at the surface (m); the depth where either is not given."""
    is_given = np.isfinite(section) & (width > 0.0)
    return np.where(is_given, np.where(is_given, section, 0.0) / np.where(is_given, width, 1.0), depth)


def _block(is_sea: bool, params: EnergyParams) -> float:
    return params.hull.block_coefficient_sea if is_sea else params.hull.block_coefficient_inland


def _column(name: str, values: npt.ArrayLike, n: int) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim > 1 or (array.ndim == 1 and array.size != n):
        raise DataError(f"{name} has the shape {array.shape}, and must hold one number, or one for each of the {n} legs or ships")
    return np.broadcast_to(array, (n,))


def _refuse(bad: npt.NDArray[np.bool_], name: str, values: Floats, must: str) -> None:
    for k in np.flatnonzero(bad)[:1]:
        raise DataError(f"{name} of row {k} is {values[k]}, and must be {must}; mend it")
