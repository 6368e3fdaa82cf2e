"""Parameters of vehicles and of the computation of running times.

Resistance of a vehicle, in per mille of its weight, v in units of 100 km/h and w the wind against it:
``driving and carrying axles by their mass + linear v + air (v + w)²``. Strahl's formula for wagons has no linear part and no wind;
Sauthoff's for coaches has both; one for locomotives has driving axles. The Davis form A + B v + C v² in newtons may be given in their place.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Self

from pydantic import model_validator

from ..codes import Quality, Traction
from .fields import Params, code_field, param

WIRES = ("none", "3kv", "1.5kv")  # electrification of a section


class RunningParams(Params):
    """How finely a run is computed."""

    speed_step_m_s: float = param(
        0.5,
        doc="change of speed after which the acceleration is renewed (m/s)",
        source="error of the time under 0.02 %",
        quality=Quality.ESTIMATE,
        gt=0,
        le=5,
    )
    distance_step_m: float = param(
        100.0, doc="distance after which it is renewed (m)", source="error of the time under 0.02 %", quality=Quality.ESTIMATE, gt=0, le=1000
    )


class VehicleParams(Params):
    """One vehicle: a locomotive, a multiple unit, a coach or a wagon."""

    name: str = param("", doc="name")
    traction: code_field(Traction) = param(Traction.NONE, doc="what drives it: none, diesel, electric, battery")  # type: ignore[valid-type]
    wires: tuple[str, ...] = param((), doc="electrifications under which it runs; a diesel or battery vehicle runs under all")
    length_m: float = param(doc="length over buffers (m)", gt=0, le=500)
    mass_tonne: float = param(doc="mass without load (t)", gt=0, le=2000)
    driving_mass_tonne: float = param(0.0, doc="part of it on driving axles (t)", ge=0, le=2000)
    load_tonne: float = param(0.0, doc="largest load (t)", ge=0, le=2000)
    speed_max_m_s: float = param(doc="highest speed (m/s)", gt=0, le=120)
    starting_force_newton: float = param(0.0, doc="tractive effort at standstill (N)", ge=0, le=5e6)
    power_kw: float = param(0.0, doc="power at the wheel (kW); 0: the curve says it all", ge=0, le=50_000)
    effort: tuple[tuple[float, float], ...] = param((), doc="tractive effort: pairs of speed (m/s) and force (N); left out, starting force and power make it")
    driving_permille: float = param(0.0, doc="resistance of driving axles (‰ of weight)", ge=0, le=50)
    carrying_permille: float = param(0.0, doc="resistance of carrying axles (‰ of weight)", ge=0, le=50)
    linear_permille: float = param(0.0, doc="part that grows with speed (‰ of weight per 100 km/h)", ge=0, le=50)
    air_permille: float = param(0.0, doc="part that grows with its square (‰ of weight per 100 km/h squared)", ge=0, le=100)
    wind_m_s: float = param(0.0, doc="wind against the vehicle in the square part (m/s)", ge=0, le=50)
    davis_newton: tuple[float, float, float] | None = param(None, doc="A (N), B (N s/m), C (N s²/m²) in place of the four parts")
    rotating_factor: float = param(1.06, doc="inertia over mass", source="Hansen and Pachl (2014), as in TrainRuns", quality=Quality.PUBLISHED, ge=1, le=1.5)
    brake_m_s2: float = param(0.375, doc="braking in service (m/s²)", source="TrainRuns, passenger trains", quality=Quality.PUBLISHED, gt=0, le=3)
    acceleration_max_m_s2: float = param(0.0, doc="largest acceleration that is used (m/s²); 0: what the force gives", ge=0, le=3)
    n_seats: int = param(0, doc="seats", ge=0, le=5000)
    n_doors: int = param(0, doc="doors on each side", ge=0, le=500)
    is_reversible: bool = param(False, doc="has cabs at both ends: reverses without a run-round")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.driving_mass_tonne > self.mass_tonne:
            raise ValueError(f"driving_mass_tonne is {self.driving_mass_tonne:g} and the whole mass {self.mass_tonne:g}; it must not be more")
        if self.traction == Traction.NONE and (self.starting_force_newton or self.effort):
            raise ValueError("a vehicle with tractive effort must name its traction: diesel, electric or battery")
        if self.traction != Traction.NONE and not (self.starting_force_newton or self.effort):
            raise ValueError("a vehicle with traction needs starting_force_newton, or effort")
        speeds = [speed for speed, _ in self.effort]
        if any(b <= a for a, b in pairwise(speeds)) or any(speed < 0.0 or force < 0.0 for speed, force in self.effort):
            raise ValueError("effort must rise in speed, from 0, with forces of 0 or more")
        if self.traction == Traction.ELECTRIC and not self.wires:
            raise ValueError("an electric vehicle needs wires, the electrifications under which it runs")
        odd = [wire for wire in self.wires if wire not in WIRES]
        if odd:
            raise ValueError(f"wires holds '{odd[0]}'; allowed are: {', '.join(WIRES)}")
        return self
