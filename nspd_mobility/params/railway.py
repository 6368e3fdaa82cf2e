"""Parameters of the railway: the measures that are built, and the times of a block that every signal has."""

from __future__ import annotations

from ..codes import Quality
from .fields import Params, param

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

    def built(self) -> list[str]:
        """Return the measures that are built, sorted."""
        return sorted(name for name, is_built in self.measures.items() if is_built)
