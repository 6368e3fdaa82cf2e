"""Parameters of a canal: speeds, cross sections, sections between passing places, following, oversize ships and bridges."""

from __future__ import annotations

from ..codes import Quality
from .fields import Params, param


class SpeedLimits(Params):
    """Largest speed on the canal by draught, as the canal's rules give it."""

    shallow_m_s: float = param(doc="largest speed at a draught below shallow_draught_m (m/s)", gt=0, le=30)
    middle_m_s: float = param(doc="largest speed at a draught between the two limits (m/s)", gt=0, le=30)
    deep_m_s: float = param(doc="largest speed at a draught above deep_draught_m (m/s)", gt=0, le=30)
    shallow_draught_m: float = param(doc="draught below which the shallow speed holds (m)", gt=0, le=100)
    deep_draught_m: float = param(doc="draught above which the deep speed holds (m)", gt=0, le=100)


class CrossSectionParams(Params):
    """A trapezium-shaped cross section of the fairway."""

    bottom_width_m: float = param(doc="width at the bottom (m)", gt=0)
    surface_width_m: float = param(doc="width at the surface (m)", gt=0)
    depth_m: float = param(doc="depth at target level (m)", gt=0)

    @property
    def area_m2(self) -> float:
        """Wetted area (m²)."""
        return 0.5 * (self.bottom_width_m + self.surface_width_m) * self.depth_m


class SectionParams(Params):
    """A section between two passing places, in which wide ships do not meet."""

    meeting_max_beam_sum_m: float = param(doc="largest sum of the beams of two ships that may meet in the section (m)", ge=0)
    from_node: str = param("", doc="passing place at one end; left out where the table of stretches names its sections", source="none")
    to_node: str = param("", doc="passing place at the other end", source="none")


class CanalParams(Params):
    """A canal (or any fairway) with meeting and overtaking rules."""

    speed_limits: SpeedLimits | None = param(None, doc="largest speed by draught; left out, no rule limits", source="no limit unless given")
    limit_speed_share: float = param(
        0.9,
        doc="part of the physical limit speed that ships use at most (share)",
        source="BIVAS: 90 % of the limit speed",
        quality=Quality.PUBLISHED,
        low=0.8,
        high=0.9,
        gt=0,
        le=0.9,
    )
    midship_coefficient: float = param(
        1.0,
        doc="midship section over beam times draught, dimensionless",
        source="a full section, as the check values take it; sea ships come to 0.98 and below",
        quality=Quality.ESTIMATE,
        low=0.9,
        high=1.0,
        gt=0,
        le=1,
    )
    cross_sections: dict[str, CrossSectionParams] = param(
        {}, doc="cross sections by name; a stretch without one has no limit speed", source="none unless given"
    )
    sections: dict[str, SectionParams] = param({}, doc="sections between passing places by name", source="none unless given")
    follow_headway_s: float = param(
        120.0,
        doc="least time between a ship that is followed and the ship behind it at the end of a stretch (s)",
        source="estimate",
        low=60.0,
        high=300.0,
        ge=0,
    )
    overtaking_max_beam_sum_m: float = param(
        0.0, doc="largest sum of beams with which one ship may overtake another (m); 0: no overtaking", source="no overtaking unless given", ge=0
    )
    no_overtaking_length_m: float = param(
        0.0, doc="stretches up to this length have no overtaking (m), as none is allowed within 200 m of a bridge", source="none unless given", ge=0
    )
    oversize_beam_m: float = param(
        1000.0, doc="ships wider than this close the canal to opposing traffic (m); the default never does", source="none unless given", gt=0
    )
    max_wait_s: float = param(
        7200.0, doc="wait for a section after which no conflicting ship goes first (s)", source="assumption", low=3600.0, high=14_400.0, ge=0
    )
    oversize_max_wait_s: float = param(3600.0, doc="the same for a ship that closes the canal (s)", source="assumption", low=0.0, high=7200.0, ge=0)
    bridge_call_s: float = param(
        1200.0,
        doc="a ship calls a bridge this long before it arrives (s), at the earliest on entering the stretch before it",
        source="assumption",
        low=600.0,
        high=1800.0,
        ge=0,
    )
    stop_board_m: float = param(
        200.0,
        doc="distance between the stop board and the bridge (m); with the ship's length it gives the time to pass",
        source="BASS 064/2020 (VTS Scheldt): 200 m before Sluiskil and Sas van Gent",
        quality=Quality.PUBLISHED,
        ge=0,
    )
