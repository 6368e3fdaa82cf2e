"""The power that one ship needs at a speed: resistance times speed over efficiency, and systems on board."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..errors import DataError
from ..params.energy import EnergyParams
from .resistance import hull_of, hydraulic_depth_m, limit_speed_m_s, propulsion_kw, resistance_of

_PARTS = ("viscous_newton", "appendage_newton", "wave_newton", "transom_newton", "correlation_newton", "water_speed_m_s", "wave_speed_m_s", "squat_m")


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
        Whether it has the block coefficient and the propeller of a sea ship.
    params : EnergyParams, optional

    Raises
    ------
    DataError
        If a value can't be used, the ship touches the bottom, or the speed is above the limit speed.

    Examples
    --------
    >>> loaded = dict(length_m=110.0, beam_m=11.4, draught_m=3.5, speed_m_s=3.78)
    >>> round(ship_power(**loaded, depth_m=13.5).power_kw), round(ship_power(**loaded, depth_m=5.0).power_kw)
    (405, 488)
    """
    params = params or EnergyParams()
    sizes = {"length_m": length_m, "beam_m": beam_m, "draught_m": draught_m, "depth_m": depth_m, "section_area_m2": section_area_m2}
    for name, value in sizes.items():
        if not (value > 0.0 and (math.isfinite(value) or name == "section_area_m2")):
            raise DataError(f"{name} is {value}, and must be a number above 0; mend it")
    for name, value in {"speed_m_s": speed_m_s, "surface_width_m": surface_width_m, "power_kw": power_kw}.items():
        if not 0.0 <= value < math.inf:
            raise DataError(f"{name} is {value}, and must be a number of 0 or more; mend it")
    if draught_m >= depth_m:
        raise DataError(f"draught_m is {draught_m} in water of depth_m {depth_m}: the ship is aground; lower the draught or raise the depth")
    block = params.hull.block_coefficient_sea if is_sea else params.hull.block_coefficient_inland
    hull = hull_of(np.array([length_m]), np.array([beam_m]), np.array([draught_m]), np.array([block]), params)
    section = np.array([section_area_m2])
    mean_depth = hydraulic_depth_m(np.array([depth_m]), section, np.array([surface_width_m]))
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
    propulsion = float(propulsion_kw(found, np.array([speed_m_s]), np.array([is_sea]), params)[0])
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
