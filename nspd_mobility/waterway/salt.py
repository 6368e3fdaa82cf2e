"""Salt that a lock lets into the canal, and the water that it costs: the Zeesluisformulering (ZSF) of Deltares.

`steady_exchange` is for a chamber that repeats one cycle, `exchange_of_lockages` for the lockages that `simulate_lock` gives. Salt is
in kg and salinity in kg of salt per m³ of water. Signs: *salt is positive into the canal* (intrusion), *water loss is positive where
the canal loses water*. ZSF counts salt positive from fresh to salt, so its ``mass_transport_lake`` is minus our ``salt_to_canal_kg``.

The equations are in `_kernels/salt.py`. Left out: mixing in the approach harbours, layers in the chamber, hull resistance to the
density current, and the salinity of the canal, which is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..codes import Side
from ..errors import DataError, allowed, nearest
from ..params.build import build_plain
from ..params.salt import DisplacementParams, SaltChamberParams
from ..units import S_PER_DAY
from ._kernels import salt as kernels
from ._kernels.records import records
from .checks import check_columns, check_number, numbers_of, series_at
from .complex import LevelSeries
from .lock import as_levels

Floats = npt.NDArray[np.float64]
SEA, CANAL = int(Side.SEA), int(Side.CANAL)
_SIDES = {"sea": SEA, "canal": CANAL}
_COLUMNS = ("lockage_id", "chamber", "direction", "doors_close_s", "doors_closed_s", "levelled_s", "doors_open_s", "end_s", "head_m")


@dataclass(frozen=True, slots=True)
class SteadyExchange:
    """What one chamber exchanges in a cycle that repeats itself; flows are means over the cycle.

    Attributes
    ----------
    salt_load_to_canal_kg_s, salt_load_from_sea_kg_s : float
        Salt over the canal gate and over the sea gate, positive towards the canal (kg/s). In a steady cycle they are equal.
    salt_to_canal_kg : float
        Salt per cycle (kg).
    water_from_canal_m3_s, water_to_canal_m3_s, water_from_sea_m3_s, water_to_sea_m3_s : float
        Water that each side gives and receives (m³/s).
    salinity_to_canal_kg_m3, salinity_to_sea_kg_m3 : float
        Salinity of the water that each side receives (kg/m³); NaN where it receives none.
    chamber_salinity_kg_m3 : tuple of 4 floats
        Salinity of the chamber (kg/m³) levelled to the canal, after open canal doors, levelled to the sea, after open sea doors.
    exchanged_share : float
        Salt per cycle as a share of the chamber's mean volume times the difference in salinity; NaN without a difference.
    cycle_s, open_canal_s, open_sea_s : float
        Length of the cycle and open times that count (s).
    n_cycles : int
        Cycles that were tried until the chamber's salinity came back.
    """

    salt_load_to_canal_kg_s: float
    salt_load_from_sea_kg_s: float
    salt_to_canal_kg: float
    water_from_canal_m3_s: float
    water_to_canal_m3_s: float
    water_from_sea_m3_s: float
    water_to_sea_m3_s: float
    salinity_to_canal_kg_m3: float
    salinity_to_sea_kg_m3: float
    chamber_salinity_kg_m3: tuple[float, float, float, float]
    exchanged_share: float
    cycle_s: float
    open_canal_s: float
    open_sea_s: float
    n_cycles: int

    @property
    def water_loss_m3_s(self) -> float:
        """Water that the canal loses (m³/s), a gain is negative."""
        return self.water_from_canal_m3_s - self.water_to_canal_m3_s


def steady_exchange(
    chamber: SaltChamberParams | Mapping[str, Any],
    *,
    cycles_per_day: float,
    salinity_sea_kg_m3: float,
    salinity_canal_kg_m3: float,
    sea_m_nap: float = 0.0,
    canal_m_nap: float = 0.0,
    door_s: float = 300.0,
    levelling_s: float = 300.0,
    open_time_factor: float = 1.0,
    symmetry_coefficient: float = 1.0,
    ships_to_canal_m3: float = 0.0,
    ships_to_sea_m3: float = 0.0,
    temperature_sea_celsius: float = 15.0,
    temperature_canal_celsius: float = 15.0,
) -> SteadyExchange:
    """Return what a chamber exchanges when it repeats one cycle, to the canal and back to the sea.

    Parameters
    ----------
    chamber : SaltChamberParams or mapping
        The chamber.
    cycles_per_day : float
        Cycles, two lockages each (1/day).
    salinity_sea_kg_m3, salinity_canal_kg_m3 : float
        Salinity at both sides (kg/m³).
    sea_m_nap, canal_m_nap : float
        Water levels (m NAP).
    door_s : float
        Time in which doors open, and in which they close (s).
    levelling_s : float
        Time of one levelling (s).
    open_time_factor : float
        ZSF's calibration coefficient, a factor on the time that doors stand open: 1 or less, as lockages are not spread evenly.
    symmetry_coefficient : float
        Open time at the canal side as a factor on the mean of both sides, 0 to 2.
    ships_to_canal_m3, ships_to_sea_m3 : float
        Water that the ships of a lockage displace, by direction (m³).
    temperature_sea_celsius, temperature_canal_celsius : float
        Temperatures of the water (°C).

    Raises
    ------
    DataError
        If a value can't be used, or no time is left for open doors.

    Examples
    --------
    >>> chamber = dict(length_m=148.0, width_m=14.0, floor_m_nap=-4.4)
    >>> day = dict(cycles_per_day=30, salinity_sea_kg_m3=25.0, salinity_canal_kg_m3=5.0, ships_to_canal_m3=1000.0, ships_to_sea_m3=1000.0)
    >>> round(steady_exchange(chamber, **day).salt_load_to_canal_kg_s, 1)  # ZSF documentation: 36.8
    36.8
    """
    params = chamber if isinstance(chamber, SaltChamberParams) else build_plain(SaltChamberParams, "chamber", **chamber)
    check_number("cycles_per_day", cycles_per_day, low=1e-6)
    for name, value in {"door_s": door_s, "levelling_s": levelling_s, "open_time_factor": open_time_factor}.items():
        check_number(name, value)
    check_number("symmetry_coefficient", symmetry_coefficient, high=2.0)
    salinities = (salinity_sea_kg_m3, salinity_canal_kg_m3)
    steps = salt_steps(1, (sea_m_nap, canal_m_nap), salinities, (temperature_sea_celsius, temperature_canal_celsius))
    steps["ship_in_m3"] = ships_to_canal_m3, ships_to_sea_m3
    check_depth(params, steps, "chamber", steps["ship_in_m3"].max(axis=1))
    cycle_s = S_PER_DAY / cycles_per_day
    open_s = cycle_s / 2.0 - levelling_s - 2.0 * (1.0 - params.door_motion_share) * door_s
    if open_s < 0.0:
        raise DataError(f"cycles_per_day: {cycles_per_day} leaves {open_s:.0f} s for open doors in each half cycle; lower it, or door_s or levelling_s")
    open_canal_s, open_sea_s = (float(c * open_time_factor * open_s) for c in (symmetry_coefficient, 2.0 - symmetry_coefficient))
    state, phases = records(kernels.SALT_STATE, 1), records(kernels.SALT_EXCHANGE, 4)
    n_cycles = int(kernels.salt_steady(kernels.chamber_record(params), steps, state, phases, open_canal_s, open_sea_s))
    salt, taken, given = (phases[name].sum(axis=0) for name in ("salt_in_kg", "water_in_m3", "water_out_m3"))
    received = [float((taken[s] * salinities[s] - salt[s]) / given[s]) if given[s] > 0.0 else float("nan") for s in (SEA, CANAL)]
    difference = salinity_sea_kg_m3 - salinity_canal_kg_m3
    volume = params.length_m * params.width_m * (0.5 * (sea_m_nap + canal_m_nap) - params.floor_m_nap)
    flows = {f"water_{word}_{place}_m3_s": float(water[s] / cycle_s) for place, s in _SIDES.items() for word, water in (("from", taken), ("to", given))}
    return SteadyExchange(
        salt_load_to_canal_kg_s=float(-salt[CANAL] / cycle_s),
        salt_load_from_sea_kg_s=float(salt[SEA] / cycle_s),
        salt_to_canal_kg=float(-salt[CANAL]),
        salinity_to_canal_kg_m3=received[CANAL],
        salinity_to_sea_kg_m3=received[SEA],
        chamber_salinity_kg_m3=tuple(phases["salinity_after_kg_m3"].tolist()),
        exchanged_share=float(0.5 * (salt[SEA] - salt[CANAL]) / (volume * difference)) if difference != 0.0 else float("nan"),
        cycle_s=cycle_s,
        open_canal_s=open_canal_s,
        open_sea_s=open_sea_s,
        n_cycles=n_cycles,
        **flows,
    )


def exchange_of_lockages(
    lockages: pd.DataFrame,
    chambers: Mapping[str, SaltChamberParams | Mapping[str, Any]],
    *,
    salinity_sea_kg_m3: float | pd.Series[float],
    salinity_canal_kg_m3: float | pd.Series[float],
    levels: LevelSeries | pd.DataFrame | None = None,
    ships_m3: pd.Series[float] | None = None,
    temperature_sea_celsius: float = 15.0,
    temperature_canal_celsius: float = 15.0,
    initial_salinity_kg_m3: float | Mapping[str, float] | None = None,
    until_s: float | None = None,
) -> pd.DataFrame:
    """Return the salt and the water of each lockage: levelling, then the doors that stand open until they close for the next one.

    Doors count as open from `doors_open_s` of a lockage to `doors_close_s` of the next one of that chamber, with half of both
    motions (`door_motion_share`). While they are open the chamber follows the tide; that water is in the next lockage.

    Parameters
    ----------
    lockages : DataFrame
        Lockages as in `LockResult`, of one lock complex.
    chambers : mapping of str to SaltChamberParams
        The chambers by name.
    salinity_sea_kg_m3, salinity_canal_kg_m3 : float or Series
        Salinity at both sides (kg/m³): a number, or a series over times in seconds from the run's epoch, linear between its points
        and constant outside. A lockage takes the value of the moment when its doors are closed.
    levels : LevelSeries or DataFrame, optional
        The levels that the lockages were simulated with; both sides at 0 m NAP without it. The canal level is read from it when
        doors are closed; the sea is higher by `head_m` of the lockage.
    ships_m3 : Series, optional
        Water that the ships of a lockage displace (m³), by `lockage_id`; see `displacement_of_lockages`. Without it none; a
        lockage that it does not name has none.
    temperature_sea_celsius, temperature_canal_celsius : float
        Temperatures of the water (°C).
    initial_salinity_kg_m3 : float or mapping, optional
        Salinity of each chamber when the doors of its first lockage close (kg/m³); without it that of the side where it stood open.
    until_s : float, optional
        Until when the doors of each chamber's last lockage stand open (s); without it the `end_s` of that lockage.

    Returns
    -------
    DataFrame
        One row per lockage, with the index of `lockages`: `lockage_id, chamber, direction, open_s, sea_m_nap, canal_m_nap, ships_m3,
        water_from_canal_m3, water_to_canal_m3, water_loss_m3` (a gain is negative), `salt_to_canal_kg` (net), `salt_from_sea_kg`,
        `salinity_after_kg_m3` (of the chamber when its doors close again).

    Raises
    ------
    DataError
        If a table, a series or a parameter can't be used.
    """
    check_columns(lockages, _COLUMNS, "lockages")
    names = lockages["chamber"].to_numpy(dtype=object)
    params = {name: c if isinstance(c, SaltChamberParams) else build_plain(SaltChamberParams, f"chambers.{name}", **c) for name, c in chambers.items()}
    for name in sorted(set(names)):
        if name not in params:
            raise DataError(f"chambers: '{name}' of the lockages is missing{nearest(name, params)}; given are: {allowed(params)}")
    closed_s, series = numbers_of(lockages, "doors_closed_s"), as_levels(levels)
    canal = np.interp(closed_s, series.start_s + series.step_s * np.arange(len(series.canal_m_nap)), series.canal_m_nap)
    salinities = (series_at(salinity_sea_kg_m3, closed_s, "salinity_sea_kg_m3"), series_at(salinity_canal_kg_m3, closed_s, "salinity_canal_kg_m3"))
    levels_m = (canal + numbers_of(lockages, "head_m"), canal)
    steps = salt_steps(len(lockages), levels_m, salinities, (temperature_sea_celsius, temperature_canal_celsius))
    for word in sorted(set(lockages["direction"]) - {"to_canal", "to_sea"}):
        raise DataError(f"lockages: direction {word!r} is not one of: to_canal, to_sea")
    steps["side"] = np.where(lockages["direction"] == "to_canal", CANAL, SEA)
    ships = np.zeros(len(lockages)) if ships_m3 is None else _ships_by_lockage(lockages, ships_m3)
    out = records(kernels.SALT_EXCHANGE, len(lockages))
    starts = lockages["doors_close_s"].to_numpy(dtype=np.float64)
    for name in dict.fromkeys(names):
        rows = np.flatnonzero(names == name)
        rows = rows[np.argsort(starts[rows], kind="stable")]
        initial = initial_salinity_kg_m3.get(name) if isinstance(initial_salinity_kg_m3, Mapping) else initial_salinity_kg_m3
        mine = chamber_steps(lockages, steps, ships, rows, params[name], until_s)
        origin = 1 - int(mine["side"][0])
        salinity = float(mine["salinity_kg_m3"][0, origin] if initial is None else initial)
        check_number(f"initial_salinity_kg_m3 of '{name}'", salinity)
        check_depth(params[name], mine, name, np.maximum(ships[rows], mine["ship_in_m3"].max(axis=1)))
        state = kernels.state_record(params[name], salinity, float(mine["level_m_nap"][0, origin]), float(ships[rows[0]]))
        done = records(kernels.SALT_EXCHANGE, len(rows))
        kernels.salt_lockages(kernels.chamber_record(params[name]), mine, state, done)
        out[rows], steps[rows] = done, mine
    return pd.DataFrame(
        {
            "lockage_id": lockages["lockage_id"].to_numpy(dtype=np.int64),
            "chamber": lockages["chamber"].array,
            "direction": lockages["direction"].array,
            "open_s": steps["open_s"],
            "sea_m_nap": steps["level_m_nap"][:, SEA],
            "canal_m_nap": steps["level_m_nap"][:, CANAL],
            "ships_m3": ships,
            "water_from_canal_m3": out["water_in_m3"][:, CANAL],
            "water_to_canal_m3": out["water_out_m3"][:, CANAL],
            "water_loss_m3": out["water_in_m3"][:, CANAL] - out["water_out_m3"][:, CANAL],
            "salt_to_canal_kg": -out["salt_in_kg"][:, CANAL],
            "salt_from_sea_kg": out["salt_in_kg"][:, SEA],
            "salinity_after_kg_m3": out["salinity_after_kg_m3"],
        },
        index=lockages.index,
    )


def displacement_of_lockages(ships: pd.DataFrame, passages: pd.DataFrame, params: DisplacementParams | None = None) -> pd.Series[float]:
    """Return the water that the ships of each lockage displace.

    Parameters
    ----------
    ships : DataFrame
        The ships that `simulate_lock` was given: `id, length_m, beam_m, draught_m`, and optionally `is_sea`.
    passages : DataFrame
        The ships' table of its `LockResult`.
    params : DisplacementParams, optional

    Returns
    -------
    Series of float64, by `lockage_id` (m³)

    Raises
    ------
    DataError
        If a column is missing, a size is not a number of 0 or more, or the tables do not belong together.

    Examples
    --------
    >>> ships = pd.DataFrame(dict(id=["a"], length_m=[110.0], beam_m=[11.4], draught_m=[3.0]))
    >>> displacement_of_lockages(ships, pd.DataFrame(dict(id=["a"], lockage_id=[7]))).round(1).to_dict()
    {7: 3197.7}
    """
    given = DisplacementParams() if params is None else params
    check_columns(ships, ("id", "length_m", "beam_m", "draught_m"), "ships")
    if list(ships["id"]) != list(passages["id"]):
        raise DataError("passages: the ships differ from those of the table of ships, or their order does; give the table of the same simulation")
    volume = volume_of_ships(ships, given)
    passed = pd.Index(passages["lockage_id"].to_numpy(dtype=np.int64), name="lockage_id")
    total: pd.Series[float] = pd.Series(volume, index=passed, name="ships_m3")[passed >= 0].groupby(level=0).sum()
    return total


def volume_of_ships(ships: pd.DataFrame, params: DisplacementParams) -> Floats:
    """Return the water that each ship displaces (m³)."""
    is_sea = ships["is_sea"].to_numpy(dtype=bool) if "is_sea" in ships.columns else np.zeros(len(ships), dtype=bool)
    volume = np.where(is_sea, params.block_coefficient_sea, params.block_coefficient_inland)
    for column in ("length_m", "beam_m", "draught_m"):
        volume = volume * numbers_of(ships, column, "ships", low=0.0)
    return volume


def salt_steps(n: int, levels: tuple[Any, Any], salinities: tuple[Any, Any], temperatures: tuple[float, float]) -> Any:
    """Return the conditions of `n` lockages, checked."""
    steps = records(kernels.SALT_STEP, n)
    limits = {"level_m_nap": (levels, -np.inf, np.inf), "salinity_kg_m3": (salinities, 0.0, 45.0), "temperature_celsius": (temperatures, -2.0, 40.0)}
    for field, (values, low, high) in limits.items():
        for word, side in _SIDES.items():
            check_number(f"{field} of the {word}", values[side], low, high)
            steps[field][:, side] = values[side]
    return steps


def chamber_steps(lockages: Any, steps: Any, ships: Floats, rows: npt.NDArray[np.int64], params: SaltChamberParams, until_s: float | None) -> Any:
    """Return the steps of one chamber with their open times and the ships that come in for the next lockage."""
    mine = records(kernels.SALT_STEP, len(rows))
    mine[:] = steps[rows]
    side = mine["side"]
    ids = np.asarray(lockages["lockage_id"])[rows]
    for k in np.flatnonzero(side[1:] == side[:-1])[:1]:
        raise DataError(f"lockages: {ids[k]} and {ids[k + 1]} of one chamber go to the same side; keep the empty turns between them")
    close, closed, levelled, opened, end = (numbers_of(lockages, c)[rows] for c in ("doors_close_s", "doors_closed_s", "levelled_s", "doors_open_s", "end_s"))
    last = float(end[-1]) if until_s is None else max(float(until_s), float(opened[-1]))
    share = params.door_motion_share
    open_s = np.append(close[1:], last) - opened + share * (opened - levelled) + share * np.append((closed - close)[1:], 0.0)
    for k in np.flatnonzero(~(open_s >= 0.0))[:1]:
        raise DataError(f"lockages: the doors of {ids[k]} open after they close for the next lockage of its chamber; the times must be in order")
    mine["open_s"] = open_s
    mine["ship_in_m3"][np.arange(len(rows)), side] = np.append(ships[rows[1:]], 0.0)
    return mine


def _ships_by_lockage(lockages: pd.DataFrame, ships_m3: pd.Series[float]) -> Floats:
    known = ships_m3.index.isin(lockages["lockage_id"])
    for lockage_id in ships_m3.index[~known | ships_m3.index.duplicated()][:1]:
        raise DataError(f"ships_m3: lockage {lockage_id} is named twice or is not in the table of lockages; give one sum per lockage_id")
    ships = np.asarray(ships_m3.reindex(lockages["lockage_id"], fill_value=0.0), dtype=np.float64)
    check_number("ships_m3", ships)
    return ships


def check_depth(params: SaltChamberParams, steps: Any, name: str, ships_m3: Floats) -> None:
    """Check that water stands above the sills and that the ships are smaller than the chamber."""
    for side, word, sill in ((SEA, "sea", params.sill_height_sea_m), (CANAL, "canal", params.sill_height_canal_m)):
        lowest = float(steps["level_m_nap"][:, side].min())
        if lowest <= params.floor_m_nap + sill:
            raise DataError(f"{name}: the {word} at {lowest} m NAP leaves no water above its sill at {params.floor_m_nap + sill} m NAP; check floor and sill")
    volume = params.length_m * params.width_m * (steps["level_m_nap"].min(axis=1) - params.floor_m_nap)
    for k in np.flatnonzero(~((ships_m3 >= 0.0) & (ships_m3 < volume)))[:1]:
        raise DataError(f"{name}: ships of {ships_m3[k]:.0f} m³ in a chamber of {volume[k]:.0f} m³; a displacement is 0 or more, and less than the chamber")
