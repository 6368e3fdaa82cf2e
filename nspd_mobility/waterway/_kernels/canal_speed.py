"""How fast a ship sails on a stretch: its own speed, the rule for its draught, and the physical limit speed."""

from __future__ import annotations

import math

import numpy as np

from ...kernels.jit import kernel
from ...units import GRAVITY_M_S2, MS_PER_S

_GRAVITY_M_S2 = float(GRAVITY_M_S2)
_MS_PER_S = int(MS_PER_S)


@kernel
def limit_speed(area_m2, surface_width_m, midship_m2):
    """Return the limit speed (m/s) of a ship in a canal, 0 where the ship fills it.

    Preconditions: the areas and the width are above 0.
    """
    blockage = midship_m2 / area_m2
    if blockage >= 1.0:
        return 0.0
    mean_depth_m = area_m2 / surface_width_m
    return math.sqrt(8.0 * _GRAVITY_M_S2 * mean_depth_m) * math.cos((math.pi + math.acos(1.0 - blockage)) / 3.0) ** 1.5


@kernel
def limit_speeds(area_m2, surface_width_m, midship_m2, out):
    """Fill `out` with the limit speeds of arrays of one length."""
    for i in range(out.shape[0]):
        out[i] = limit_speed(area_m2[i], surface_width_m[i], midship_m2[i])


@kernel
def ship_speed(canal, stretch, slot):
    """Return the speed (m/s) of the ship in a slot on a stretch when nothing is in its way."""
    speed = slot.speed_m_s
    if stretch.has_speed_limit != 0:
        rule = canal.middle_m_s
        if slot.draught_m < canal.shallow_draught_m:
            rule = canal.shallow_m_s
        elif slot.draught_m > canal.deep_draught_m:
            rule = canal.deep_m_s
        speed = min(speed, rule)
    if stretch.cross >= 0:
        if slot.cross != stretch.cross:  # kept from stretch to stretch: the formula is a tenth of the time of a leg
            midship_m2 = slot.beam_m * slot.draught_m * canal.midship_coefficient
            slot.limit_m_s = canal.limit_speed_share * limit_speed(stretch.area_m2, stretch.surface_width_m, midship_m2)
            slot.cross = stretch.cross
        speed = min(speed, slot.limit_m_s)
    return speed


@kernel
def time_ms(distance_m, speed_m_s):
    """Return the time over a distance in whole ms."""
    return int(np.rint(distance_m / speed_m_s * _MS_PER_S))
