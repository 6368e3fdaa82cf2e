"""The records of a run: a train's physics, the cells of a course, what a run leaves at points, and its state.

A *course* is what one train may do on one path: the path cut into cells at which nothing changes but the gradient under the train, linearly.
It holds the limits as the head feels them (a limit holds until the tail has left it) and how fast the train may be at the end of each
cell to brake in time for lower limits beyond.
"""

from __future__ import annotations

import numpy as np

from ...kernels.arrays import as_records as as_records
from ...kernels.arrays import records as records

N_KNOT = 192  # of a curve of tractive effort: 0 to 160 km/h by 1 km/h, and room

TRAIN = np.dtype(
    [
        ("mass_kg", "f8"),
        ("inertia_kg", "f8"),  # mass times the factor of rotating masses
        ("length_m", "f8"),
        ("speed_max_m_s", "f8"),
        ("resistance_newton", "f8"),  # R = a + b v + c v²: a
        ("resistance_newton_s_m", "f8"),  # b
        ("resistance_newton_s2_m2", "f8"),  # c
        ("brake_m_s2", "f8"),
        ("acceleration_max_m_s2", "f8"),  # inf: none
        ("power_w", "f8"),  # at the wheel; inf: the knots say it all
        ("n_knots", "i8"),
        ("knot_m_s", "f8", (N_KNOT,)),  # straight between knots, level beyond the last
        ("knot_newton", "f8", (N_KNOT,)),
        ("speed_step_m_s", "f8"),  # of the integration
        ("distance_step_m", "f8"),
    ]
)

CELL = np.dtype(
    [
        ("begin_m", "f8"),
        ("end_m", "f8"),
        ("limit_m2_s2", "f8"),  # square of the speed that is allowed
        ("after_m2_s2", "f8"),  # square of the speed that is allowed at the end, for what comes after it
        ("slope", "f8"),  # mean sine of the gradient under the train, head at the begin
        ("slope_per_m", "f8"),
    ]
)

PASS = np.dtype([("time_s", "f8"), ("speed_m_s", "f8"), ("traction_j", "f8")])

STATE = np.dtype(
    [
        ("time_s", "f8"),
        ("position_m", "f8"),  # of the head
        ("speed_m_s", "f8"),
        ("traction_j", "f8"),  # at the wheel, since the record was zeroed
        ("resistance_j", "f8"),
        ("potential_j", "f8"),
        ("brake_j", "f8"),
        ("brake_begin_s", "f8"),  # where the stop begins to be felt: an authority given before then costs nothing; NaN before
        ("brake_begin_m", "f8"),
        ("missing_newton", "f8"),  # of a train that can't go on
        ("slope", "f8"),  # where it can't
        ("n_steps", "i8"),
        ("status", "i8"),  # codes.RunStatus
    ]
)
