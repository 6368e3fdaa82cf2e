"""Parameters of a movable bridge: the times of its cycle, the rules of its operation, and the openings below the closed bridge.

Where a limit is 0 there is none, but of wind: a bridge with a limit of 0 m/s never opens. Daily windows repeat every day; the calendar,
the random outages and the wind beyond the limit are laid out over a run by `nspd_mobility.engine.bridge_calendar`.
"""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from ..codes import BridgePriority, BridgeWindow, Quality, WindowDays
from .closures import BridgeClosure, OutageParams
from .fields import Params, code_field, param

_NONE = "none unless given"


class SpanParams(Params):
    """One opening that ships may take while the bridge is closed; a size of 0 is no limit."""

    clearance_m: float = param(doc="clear height at the reference water level (m)", gt=0)
    max_length_m: float = param(0.0, doc="longest ship (m); 0: no limit", source=_NONE, ge=0)
    max_beam_m: float = param(0.0, doc="widest ship (m); 0: no limit", source=_NONE, ge=0)
    max_draught_m: float = param(0.0, doc="deepest ship (m); 0: no limit", source=_NONE, ge=0)


class DailyWindowParams(Params):
    """A window that comes back every day, in local time."""

    kind: code_field(BridgeWindow) = param(doc="peak_block, out_of_service, wind, outage or train")  # type: ignore[valid-type]
    begin_min: float = param(doc="begin, minutes after local midnight (min)", ge=0, lt=1440)
    end_min: float = param(doc="end, minutes after local midnight (min)", gt=0, le=1440)
    days: code_field(WindowDays) = param(WindowDays.DAILY, doc="daily, weekdays or weekend", source="every day unless given")  # type: ignore[valid-type]

    @model_validator(mode="after")
    def _begins_first(self) -> Self:
        if self.end_min <= self.begin_min:
            raise ValueError(f"it ends at {self.end_min} min, and must end after its begin at {self.begin_min} min; a window over midnight is two windows")
        return self


class BridgeParams(Params):
    """A movable bridge for road, rail or both."""

    clear_road_s: float = param(doc="lights, barriers and road users off the deck, before the bridge moves (s)", ge=0)
    open_s: float = param(doc="unlocking and opening (s)", ge=0)
    close_s: float = param(doc="closing and locking (s)", ge=0)
    reopen_road_s: float = param(doc="barriers up, from locked until the road flows (s)", ge=0)
    remote_delay_s: float = param(0.0, doc="from a ship's call until the operator can begin to clear the road (s)", source="an operator at the bridge", ge=0)
    follow_s: float = param(0.0, doc="headway: from the begin of one passage to the begin of the next in the same direction (s)", source=_NONE, ge=0)
    two_way: bool = param(False, doc="whether ships of opposite directions may pass at the same time", source="one at a time unless given")
    gather_s: float = param(0.0, doc="stay open for a further ship that comes to the bridge within this time (s)", source=_NONE, ge=0)
    bundle_s: float = param(0.0, doc="hold a ship for a second one, at most this long (s)", source=_NONE, ge=0)
    min_closed_s: float = param(0.0, doc="shortest time for road traffic between two openings (s)", source=_NONE, ge=0)
    min_open_s: float = param(0.0, doc="shortest time open (s)", source=_NONE, ge=0)
    max_open_s: float = param(0.0, doc="time open after which no further ship begins to pass (s); 0: no limit", source=_NONE, ge=0)
    priority: code_field(BridgePriority) = param(  # type: ignore[valid-type]
        BridgePriority.SHIPS_FIRST, doc="who goes first where a ship and a train want the bridge", source="shipping goes before at a canal of this class"
    )
    ship_max_wait_s: float = param(0.0, doc="wait after which a ship goes before trains and rules (s); 0: never", source=_NONE, ge=0)
    train_max_wait_s: float = param(0.0, doc="wait after which a train goes before ships (s); 0: never", source=_NONE, ge=0)
    max_wait_beats_block: bool = param(False, doc="whether a ship past its longest wait opens in a peak block or a window of trains", source="no unless given")
    margin_m: float = param(
        0.3,
        doc="height wanted between ship and closed bridge (m)",
        source="Richtlijnen Vaarwegen 2020: bridge heights include 0.30 m",
        quality=Quality.PUBLISHED,
        low=0.1,
        high=0.5,
        ge=0,
    )
    spans: dict[str, SpanParams] = param({}, doc="openings below the closed bridge by name; none: every ship needs an opening", source=_NONE)
    daily_windows: dict[str, DailyWindowParams] = param({}, doc="windows that come back every day, by name", source=_NONE)
    calendar: dict[str, BridgeClosure] = param({}, doc="planned windows by date, by name", source=_NONE)
    outages: OutageParams = param(OutageParams(), doc="random outages by class of length", source=_NONE)
    wind_limit_m_s: float = param(
        1000.0, doc="hourly mean wind at 10 m above which no opening begins (m/s); the default never limits, 0 always does", source=_NONE, ge=0
    )
