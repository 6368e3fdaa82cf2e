"""Parameters of the railway: the measures that are built, and the times of a block that every signal has."""

from __future__ import annotations

from ..codes import Quality
from .fields import Params, param
from .rail import RailParams

_PLANNING = "ProRail planning values as used in FlexSIPP (TU Delft)"


class BlockingParams(Params):
    """Times that a block is kept beyond the running over it."""

    set_up_s: float = param(20.0, doc="setting and locking the route (s)", source=_PLANNING, quality=Quality.PUBLISHED, low=3.0, high=20.0, ge=0)
    sight_reaction_s: float = param(10.0, doc="sight and reaction of the driver (s)", source=_PLANNING, quality=Quality.PUBLISHED, low=9.0, high=12.0, ge=0)
    release_s: float = param(20.0, doc="release behind the tail (s)", source=_PLANNING, quality=Quality.PUBLISHED, low=2.0, high=20.0, ge=0)
    following_headway_s: float = param(180.0, doc="planned time between trains that follow (s)", source=_PLANNING, quality=Quality.PUBLISHED, ge=0)
    crossing_headway_s: float = param(120.0, doc="planned time between trains that cross (s)", source=_PLANNING, quality=Quality.PUBLISHED, ge=0)


class RailwayParams(Params):
    """The railway of a district."""

    measures: dict[str, bool] = param({}, doc="measures of the rail dataset, and whether each is built", source="none built unless given")
    blocking: BlockingParams = param(BlockingParams(), doc="times of a block")

    operation: RailParams = param(RailParams(), doc="interlocking and dispatching")
    bridge_open_h_per_day: float = param(
        0.0,
        doc="hours a day for which movable bridges are open to ships, in openings drawn ahead that trains have to wait for; 0: trains and simulated ships "
        "share the bridges (h/day)",
        source="shared unless given",
        ge=0,
        lt=24,
    )
    bridge_opening_s: float = param(
        780.0, doc="length of an opening that is drawn ahead (s)", source="5 h in 23 openings a day, before 2015", low=600.0, high=900.0, gt=0
    )

    def built(self) -> list[str]:
        """Return the measures that are built, sorted."""
        return sorted(name for name, is_built in self.measures.items() if is_built)
