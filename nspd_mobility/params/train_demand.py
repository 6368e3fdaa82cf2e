"""Parameters of the trains that come: how many, and how late."""

from __future__ import annotations

from ..codes import Quality
from .fields import Params, param

_DELAY = "our estimate; no local data"


class TrainDemandParams(Params):
    """How many freight trains come, and the delays of all trains."""

    services: dict[str, float] = param(
        {}, doc="trains an hour and direction of the services of the patterns that run only where a study names them", source="none unless given"
    )
    in_place_of: dict[str, str] = param({}, doc="places that freight trains take in place of others, where a measure opens a way", source="as the flows give")
    count_year: int = param(0, doc="year of the counts of freight trains; 0: the year that is simulated", source="as simulated unless given", ge=0, le=2100)
    supplement_share: float = param(
        0.05, doc="running time that a freight path has over a run without other trains (share)", source=_DELAY, low=0.03, high=0.1, ge=0, le=1
    )
    freight_factor: float = param(1.0, doc="factor on all freight trains", source="1: demand as given", quality=Quality.ESTIMATE, ge=0, le=1000)
    days_per_week: int = param(5, doc="days of the week with freight, from Monday", source="nvbs.com 2018: no weekend traffic in principle", ge=1, le=7)
    delays: float = param(1.0, doc="factor on delays and dwell excess; 0: all on time", source="1: as given", quality=Quality.ESTIMATE, ge=0, le=10)
    on_time_share: float = param(0.6, doc="share of freight trains that enter on time (share)", source=_DELAY, low=0.4, high=0.8, ge=0, le=1)
    on_time_spread_s: float = param(300.0, doc="half width of their deviation (s)", source=_DELAY, low=60, high=600, ge=0)
    late_mean_s: float = param(1500.0, doc="mean delay of the others, exponential (s)", source=_DELAY, low=1200, high=1800, ge=0)
    dwell_shape: float = param(1.5, doc="shape of the Weibull excess of a dwell", source="doi 10.2495/CR060621: above 1 for dwell", low=1.1, high=2.5, gt=0)
    dwell_scale_s: float = param(10.0, doc="scale of the excess of a dwell (s)", source="our assumption", low=0.0, high=40.0, ge=0)
