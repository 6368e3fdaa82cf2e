"""What the estimation itself assumes: tolerances, fences, and how much data an estimate needs."""

from __future__ import annotations

from typing import Any

from ..codes import Quality
from ..params.fields import Params, param

_CHOICE: dict[str, Any] = {"source": "choice of this method", "quality": Quality.ESTIMATE}


class FitSettings(Params):
    """Settings of the estimation from logs."""

    confidence_share: float = param(0.95, doc="coverage of the intervals", **_CHOICE, gt=0, lt=1)
    order_tolerance_s: float = param(
        120.0, doc="how far two times of one row may stand in the wrong order: clocks of two sources differ, and logs are in whole minutes (s)", **_CHOICE, ge=0
    )
    max_dropped_share: float = param(0.05, doc="rows with times in the wrong order that a log may have; more is an error", **_CHOICE, ge=0, le=1)
    match_s: float = param(300.0, doc="how far the moment of closing doors may differ between passages and lockages to be one lockage (s)", **_CHOICE, gt=0)
    fence_iqr: float = param(
        3.0, doc="durations further than this many quartile distances outside the quartiles are outliers (Tukey's outer fence)", **_CHOICE, gt=0
    )
    fence_floor_steps: float = param(
        2.5,
        doc="durations closer to the quartiles than this many time steps of the log are no outliers: whole minutes alone move one a step up or down",
        **_CHOICE,
        ge=0,
    )
    step_s: float = param(0.0, doc="time step of the logs (s); 0: found from the logs", **_CHOICE, ge=0)
    slope_p_value: float = param(
        0.001, doc="a dependence on length, head or number is kept where chance gives it less often than this; a lock has dozens of them", **_CHOICE, gt=0, lt=1
    )
    min_n: int = param(10, doc="observations that an estimate needs", **_CHOICE, ge=3)
    min_n_slope: int = param(30, doc="observations that an estimate of a dependence needs", **_CHOICE, ge=5)
    min_n_profile: int = param(200, doc="passages of a group that its profiles need", **_CHOICE, ge=1)
    min_days_seen: float = param(7.0, doc="days in the log that make a month, or a year, count as seen", **_CHOICE, gt=0)
    gap_p_value: float = param(
        0.01, doc="a silence is a gap in the log where arrivals as usual give one that long in the whole log less often than this", **_CHOICE, gt=0, lt=1
    )
