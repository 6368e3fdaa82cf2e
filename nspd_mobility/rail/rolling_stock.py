"""Vehicles, and trains composed from them.

A train's physics is one record (`TRAIN`): mass, inertia, length, highest speed, resistance a + b v + c v², tractive effort, brakes. All
formulas of resistance are squares in v, so that nothing is lost in adding them up over the vehicles:

    per mille of weight = driving and carrying axles + linear V + air (V + W)²      V in 100 km/h, W the wind against the train

Tractive effort is min(starting force, power / v) or straight between knots. That of engines of different kinds is added up at every
km/h. The train brakes as hard as its weakest vehicle, and inertia is mass times the rotating factor of each vehicle, its load included.

Left out: adhesion in bad weather, buff and draw forces, the time that brakes take to build up, and how much power auxiliaries take.

References
----------
Wende (2003), Fahrdynamik des Schienenverkehrs. Hansen and Pachl (2014), Railway timetabling and operations, 65-90.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..codes import Traction
from ..errors import DataError
from ..params.rolling_stock import RunningParams, VehicleParams
from ..units import GRAVITY_M_S2
from ._kernels.records import N_KNOT, TRAIN, records

PER_MILLE = 1e-3
HUNDRED_KM_H = 100.0 / 3.6  # m/s
KM_H = 1.0 / 3.6
KG_PER_TONNE = 1000.0


@dataclass(frozen=True, slots=True, eq=False)
class Train:
    """A train, ready to run.

    Attributes
    ----------
    name : str
    physics : ndarray of TRAIN, shape (1,)
        What the kernels read.
    wires : frozenset of str, or None
        Electrifications that all its engines run under; None: any, with diesel or batteries.
    n_seats, n_doors : int
        Seats, and doors on each side.
    is_reversible : bool
        Reverses without a run-round.
    traction : Traction
        What drives it.
    """

    name: str
    physics: Any
    wires: frozenset[str] | None = None
    n_seats: int = 0
    n_doors: int = 0
    is_reversible: bool = False
    traction: Traction = field(default=Traction.DIESEL)

    @property
    def mass_tonne(self) -> float:
        """Mass (t)."""
        return float(self.physics["mass_kg"][0]) / KG_PER_TONNE

    @property
    def length_m(self) -> float:
        """Length (m)."""
        return float(self.physics["length_m"][0])

    @property
    def speed_max_m_s(self) -> float:
        """Highest speed (m/s)."""
        return float(self.physics["speed_max_m_s"][0])


def resistance_of(vehicle: VehicleParams, load_tonne: float = 0.0) -> tuple[float, float, float]:
    """Return a (N), b (N s/m) and c (N s²/m²) of a vehicle's resistance a + b v + c v².

    Examples
    --------
    >>> wagon = VehicleParams(length_m=190.4, mass_tonne=840.0, speed_max_m_s=25.0, carrying_permille=1.4, air_permille=3.9)
    >>> a, b, c = resistance_of(wagon)
    >>> round(a + 15.0**2 * c)  # Strahl at 54 km/h
    20908
    """
    if vehicle.davis_newton is not None:
        return vehicle.davis_newton
    mass = vehicle.mass_tonne + load_tonne
    weight = GRAVITY_M_S2 * KG_PER_TONNE * PER_MILLE
    axles = vehicle.driving_permille * vehicle.driving_mass_tonne + vehicle.carrying_permille * (mass - vehicle.driving_mass_tonne)
    linear, air = vehicle.linear_permille * mass / HUNDRED_KM_H, vehicle.air_permille * mass / HUNDRED_KM_H**2
    return weight * (axles + air * vehicle.wind_m_s**2), weight * (linear + 2.0 * air * vehicle.wind_m_s), weight * air


def train_of(
    vehicles: Sequence[tuple[VehicleParams, int, float]],
    *,
    name: str = "train",
    running: RunningParams | None = None,
) -> Train:
    """Compose a train.

    Parameters
    ----------
    vehicles : sequence of (vehicle, number, load_share)
        Kinds of vehicles, how many of each, and how full they are, 0 to 1 of `load_tonne`.
    name : str
        For messages.
    running : RunningParams, optional
        How finely its runs are computed.

    Raises
    ------
    DataError
        For a train without an engine, overloaded wagons, engines that share no wire, or a curve with too many knots.
    """
    if not vehicles:
        raise DataError(f"{name}: has no vehicles; give at least one with traction")
    physics = records(TRAIN, 1)
    train = physics[0]
    train["speed_max_m_s"], train["brake_m_s2"], train["acceleration_max_m_s2"] = np.inf, np.inf, np.inf
    for vehicle, number, share in vehicles:
        what = vehicle.name or "vehicle"
        if number < 1 or number != int(number):
            raise DataError(f"{name}: {number} of {what} can't be used; it must be a whole number from 1")
        if not 0.0 <= share <= 1.0:
            raise DataError(f"{name}: too heavy, {what} with a load share of {share:g}; it must be 0 to 1 of its {vehicle.load_tonne:g} t")
        load = share * vehicle.load_tonne
        mass = number * (vehicle.mass_tonne + load) * KG_PER_TONNE
        train["mass_kg"] += mass
        train["inertia_kg"] += mass * vehicle.rotating_factor
        train["length_m"] += number * vehicle.length_m
        train["speed_max_m_s"] = min(train["speed_max_m_s"], vehicle.speed_max_m_s)
        train["brake_m_s2"] = min(train["brake_m_s2"], vehicle.brake_m_s2)
        if vehicle.acceleration_max_m_s2 > 0.0:
            train["acceleration_max_m_s2"] = min(train["acceleration_max_m_s2"], vehicle.acceleration_max_m_s2)
        for key, value in zip(("resistance_newton", "resistance_newton_s_m", "resistance_newton_s2_m2"), resistance_of(vehicle, load), strict=True):
            train[key] += number * value
    engines = [(vehicle, int(number)) for vehicle, number, _ in vehicles if vehicle.traction != Traction.NONE]
    if not engines:
        raise DataError(f"{name}: has no engine; add a locomotive or a multiple unit")
    _set_effort(train, engines, name)
    steps = running or RunningParams()
    train["speed_step_m_s"], train["distance_step_m"] = steps.speed_step_m_s, steps.distance_step_m
    return Train(
        name=name,
        physics=physics,
        wires=_common_wires(engines, name),
        n_seats=sum(number * vehicle.n_seats for vehicle, number, _ in vehicles),
        n_doors=sum(number * vehicle.n_doors for vehicle, number, _ in vehicles),
        is_reversible=all(vehicle.is_reversible for vehicle, _, _ in vehicles),
        traction=engines[0][0].traction,
    )


def plain_train(
    *,
    mass_tonne: float,
    length_m: float,
    speed_max_m_s: float,
    acceleration_m_s2: float,
    brake_m_s2: float,
    name: str = "train",
) -> Train:
    """Return a train that accelerates and brakes at fixed rates and has no resistance, as simpler programs have it."""
    vehicle = VehicleParams(
        name=name,
        traction=Traction.DIESEL,
        length_m=length_m,
        mass_tonne=mass_tonne,
        speed_max_m_s=speed_max_m_s,
        effort=((0.0, mass_tonne * KG_PER_TONNE * acceleration_m_s2),),
        rotating_factor=1.0,
        brake_m_s2=brake_m_s2,
    )
    return train_of([(vehicle, 1, 0.0)], name=name)


def _set_effort(train: Any, engines: list[tuple[VehicleParams, int]], name: str) -> None:
    """Write the tractive effort: exact for engines of one kind, at every km/h for a mix."""
    kinds = {(engine.effort, engine.starting_force_newton, engine.power_kw) for engine, _ in engines}
    number = sum(n for _, n in engines)
    if len(kinds) == 1:
        engine = engines[0][0]
        curve = np.array(engine.effort or ((0.0, engine.starting_force_newton),))
        speeds, forces = curve[:, 0], number * curve[:, 1]
        train["power_w"] = number * engine.power_kw * 1000.0 if engine.power_kw > 0.0 else np.inf
    else:
        speeds = np.arange(0.0, train["speed_max_m_s"] / KM_H + 1.0) * KM_H
        forces = sum(n * _effort_at(engine, speeds) for engine, n in engines)
        train["power_w"] = np.inf
    if len(speeds) > N_KNOT:
        raise DataError(f"{name}: its tractive effort has {len(speeds)} knots; {N_KNOT} at the most, so leave out some")
    train["n_knots"] = len(speeds)
    train["knot_m_s"][: len(speeds)] = speeds
    train["knot_newton"][: len(speeds)] = forces


def _effort_at(engine: VehicleParams, speeds: Any) -> Any:
    curve = np.array(engine.effort or ((0.0, engine.starting_force_newton),))
    forces = np.interp(speeds, curve[:, 0], curve[:, 1])
    if engine.power_kw > 0.0:
        forces = np.minimum(forces, engine.power_kw * 1000.0 / np.maximum(speeds, 1e-9))
    return forces


def _common_wires(engines: list[tuple[VehicleParams, int]], name: str) -> frozenset[str] | None:
    """Return the wires that every electric engine runs under; None if one engine needs none."""
    bound = [frozenset(engine.wires) for engine, _ in engines if engine.traction == Traction.ELECTRIC]
    if len(bound) < len(engines):
        return None
    common = frozenset.intersection(*bound)
    if not common:
        raise DataError(f"{name}: electrification mismatch, its engines share no wire; compose it of engines for one wire")
    return common
