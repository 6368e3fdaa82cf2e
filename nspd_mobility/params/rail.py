"""Parameters of an interlocked rail area: the parts of a blocking time, dispatching and the longest waits."""

from __future__ import annotations

from ..codes import Dispatching, Quality
from .fields import Params, code_field, param

_FLEXSIPP = "ProRail-derived research defaults, FlexSIPP (E. Kemmeren, TU Delft, 2026)"


class RailParams(Params):
    """Rules of an interlocked area."""

    setup_s: float = param(
        20.0, doc="from the grant of a route until its signal clears (s)", source=_FLEXSIPP, quality=Quality.PUBLISHED, low=3.0, high=20.0, ge=0
    )
    sight_reaction_s: float = param(
        10.0, doc="from a signal that clears until the driver acts on it (s)", source=_FLEXSIPP, quality=Quality.PUBLISHED, low=5.0, high=12.0, ge=0
    )
    release_s: float = param(
        20.0,
        doc="from the tail that is clear until the section may be reserved again (s)",
        source=_FLEXSIPP,
        quality=Quality.PUBLISHED,
        low=2.0,
        high=20.0,
        ge=0,
    )
    approach_m: float = param(
        0.0,
        doc="least distance before a signal at which the driver must know that it is clear (m); 0: the braking distance",
        source="braking distance unless given",
        ge=0,
    )
    overlap_m: float = param(
        0.0, doc="distance behind the end of a section that the tail must be past before its release (m)", source="none unless given", ge=0
    )
    dispatching: code_field(Dispatching) = param(  # type: ignore[valid-type]
        Dispatching.FIRST_COME, doc="who goes first where trains want the same track", source="first come unless given"
    )
    look_ahead_s: float = param(
        900.0, doc="look-ahead: trains that come within this time are weighed (s)", source="estimate", quality=Quality.ESTIMATE, low=300.0, high=3600.0, ge=0
    )
    max_wait_s: float = param(
        3600.0,
        doc="wait after which a train goes before all others, unless it has its own (s)",
        source="estimate",
        quality=Quality.ESTIMATE,
        low=900.0,
        high=14_400.0,
        gt=0,
    )
    avoid_deadlock: bool = param(True, doc="grant only what leaves an order in which all trains finish", source="always unless a study of deadlocks")
    search_states: int = param(
        20,
        doc="number of states looked at for such an order where trains can't finish one after the other",
        source="estimate",
        quality=Quality.ESTIMATE,
        ge=0,
        le=100_000,
    )
