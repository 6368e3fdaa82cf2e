"""Parameters of boundary locks: locks at the edge of the simulated waterway, known by how full they are."""

from __future__ import annotations

from ..codes import Quality
from .fields import Params, param

_RV_33 = "Richtlijnen Vaarwegen 2020 (Rijkswaterstaat), table 33"


class ReliabilityParams(Params):
    """Passage time of a lock by intensity over capacity (I/C)."""

    intensity_share: list[float] = param([0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9], doc="I/C, rising (share)", source=_RV_33, quality=Quality.PUBLISHED)
    passage_mean_min: list[float] = param(
        [25.0, 30.0, 45.0, 60.0, 80.0, 125.0, 235.0], doc="mean passage time at each (min)", source=_RV_33, quality=Quality.PUBLISHED
    )
    passage_p90_min: list[float] = param(
        [38.0, 48.0, 77.0, 108.0, 152.0, 250.0, 494.0], doc="passage time that 90 % do not exceed at each (min)", source=_RV_33, quality=Quality.PUBLISHED
    )


class BoundaryChamberParams(Params):
    """A chamber of a boundary lock: who fits, and how many pass in a cycle."""

    length_m: float = param(doc="longest ship (m)", gt=0)
    width_m: float = param(doc="widest ship (m)", gt=0)
    n_ships: float = param(doc="ships of the usual mix in a full chamber", gt=0, le=100)
    cycle_s: float = param(doc="duration of a full lockage up and one down (s)", gt=0, le=86_400)


class BoundaryLockParams(Params):
    """A lock beyond a node at the edge of the network."""

    node: str = param(doc="node of the network beyond which it lies")
    groups: list[str] = param(["inland", "recreation"], doc="groups of ships that go on through it", source="sea ships do not")
    share: float = param(1.0, doc="share of these ships at the node that go on through it", source="all, unless given", ge=0, le=1)
    passages: dict[str, float] = param(doc="passages of all ships per year, those of the District included", min_length=1)
    growth_share_per_year: float = param(0.0, doc="growth of passages per year after the last year given (share)", source="none unless given", ge=-1, le=1)
    service_h_per_week: float = param(168.0, doc="hours of service per week (h)", source="day and night, unless given", gt=0, le=168)
    chambers: dict[str, BoundaryChamberParams] = param(doc="chambers by name", min_length=1)
    reliability: ReliabilityParams = param(ReliabilityParams(), doc="passage time by I/C", source=_RV_33, quality=Quality.PUBLISHED)
