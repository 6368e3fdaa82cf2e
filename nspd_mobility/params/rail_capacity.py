"""Parameters of track capacity: what share of the time a section may be occupied."""

from __future__ import annotations

from ..codes import Quality
from .fields import Params, param

_LEAFLET = "UIC leaflet 406 (2013), as quoted in third-party code; the table of the leaflet itself was not read"


class OccupancyLimits(Params):
    """Occupancy above which a timetable of mixed traffic is not considered stable."""

    peak_share: float = param(
        0.75, doc="limit of the occupancy in the peak hour (share)", source=_LEAFLET, quality=Quality.ASSUMPTION, low=0.6, high=0.85, gt=0, le=1
    )
    day_share: float = param(0.60, doc="limit of the occupancy over a day (share)", source=_LEAFLET, quality=Quality.ASSUMPTION, low=0.5, high=0.7, gt=0, le=1)
