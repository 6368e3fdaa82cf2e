"""Parameters of a lock complex: chambers, movement times, packing and policy.

Times of a movement through the gate are a number of seconds, or a formula in the ship's length:
``t = base_s + per_length_s_m * length_m + distance_m / speed_m_s + with_tugs_s``, the last part for ships that use tugs.
Levelling (nivelleren) is a number of seconds, or the time that the orifice equation gives at the actual head H:
``t = base_s + 2 A sqrt(|H|) / (opening sqrt(2 g))`` (Richtlijnen Vaarwegen 2020; the same law as in OpenTNSim's lock).
"""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BeforeValidator, model_validator

from ..codes import Information, LockPolicy, Packing, Quality, Side, TugPlace
from .closures import ClosureParams, OuterLimits, RegimeParams
from .fields import Params, code_field, param
from .salt import SaltChamberParams

WEEK_S = 604_800.0  # no single movement of a lock takes longer


def _number_as(field: str) -> BeforeValidator:
    """Let a plain number stand for a formula with that field alone."""

    def expand(value: Any) -> Any:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return {field: float(value)} if is_number else value

    return BeforeValidator(expand)


class MovementTime(Params):
    """Time of one ship's movement through the gate, in seconds."""

    base_s: float = param(0.0, doc="fixed part (s)", ge=0, le=WEEK_S)
    per_length_s_m: float = param(0.0, doc="part per metre of ship length (s/m)", ge=0, le=3600)
    distance_m: float = param(0.0, doc="distance sailed (m), added as distance / speed", ge=0, le=10_000)
    speed_m_s: float = param(1.0, doc="speed over the distance (m/s)", gt=0, le=30)
    with_tugs_s: float = param(0.0, doc="added for a ship with tugs (s)", ge=0, le=WEEK_S)


class LevellingTime(Params):
    """Time of levelling, in seconds."""

    base_s: float = param(0.0, doc="fixed part, such as opening the gates (s)", ge=0, le=WEEK_S)
    opening_m2: float = param(0.0, doc="effective opening mu * a of the gates or culverts (m²); 0: no part that depends on the head", ge=0, le=1000)


Movement = Annotated[MovementTime, _number_as("base_s")]
Levelling = Annotated[LevellingTime, _number_as("base_s")]


class GroupMovements(Params):
    """Movement times of a vessel group at one chamber: first ship and each following ship, in and out."""

    entry_first_s: Movement = param(doc="from the line-up area to moored, first ship of a lockage (s)")
    entry_follow_s: Movement = param(doc="from the moment the ship before is moored to moored, each following ship (s)")
    exit_first_s: Movement = param(doc="from doors open to clear of the gate, first ship (s)")
    exit_follow_s: Movement = param(doc="from the moment the ship before is clear to clear, each following ship (s)")


class Movements(Params):
    """Movement times per vessel group."""

    inland: GroupMovements = param(doc="barges and recreation")
    sea: GroupMovements = param(doc="sea ships, tugs included")


class ChamberParams(OuterLimits):
    """One lock chamber (schutkolk)."""

    length_m: float = param(doc="usable length between the stop lines (m)", gt=0, le=1000)
    width_m: float = param(doc="usable width (m)", gt=0, le=1000)
    gate_width_m: float = param(doc="largest beam that may pass the gate (m); left out, it is width_m", gt=0, le=1000)
    sill_m_nap: float = param(-1000.0, doc="highest sill (drempel) of the chamber (m NAP); the default never limits", source="no limit unless given", le=20)
    keel_clearance_m: float = param(0.0, doc="water wanted between keel and sill (m)", source="no margin unless given; RV 2020: 0.60 to 1.00 m", ge=0, le=20)
    max_draught_m: float = param(1000.0, doc="deepest ship that is admitted (m); the default never limits", source="no limit unless given", gt=0, le=1000)
    max_air_draught_m: float = param(1000.0, doc="highest ship above the water (m); the default never limits", source="no limit unless given", gt=0, le=1000)
    levelling_area_m2: float = param(0.0, doc="water surface that is levelled (m²); 0 means length times width", source="geometry", ge=0, le=1_000_000)
    door_close_s: float = param(doc="closing the doors, bridge included (s)", ge=0, le=WEEK_S)
    door_open_s: float = param(doc="opening the doors, bridge included (s)", ge=0, le=WEEK_S)
    levelling_s: Levelling = param(doc="levelling time (s): a number, or base_s and opening_m2")
    movements: Movements = param(doc="entry and exit times per vessel group")
    gap_length_m: float = param(0.0, doc="free length between ships (m)", ge=0, le=1000)
    gap_beam_m: float = param(0.0, doc="free width between ships (m)", ge=0, le=1000)
    max_ships: int = param(0, doc="most ships in one lockage; 0: as many as fit", ge=0, le=100_000)
    clearance_s: float = param(0.0, doc="from the last ship out until the next ship may start to enter (s)", ge=0, le=WEEK_S)
    packing: code_field(Packing) = param(Packing.SKYLINE, doc="skyline (two-dimensional) or one_column (by length only)")  # type: ignore[valid-type]
    packing_effort: int = param(
        0,
        doc="ships that may take a place that is not their best, to fit more: 0 greedy, 1 or 2 searched",
        source="greedy is the lock master at work; 2 finds the exact number in 88 % of random lists",
        ge=0,
        le=2,
    )
    salt: SaltChamberParams | None = param(None, doc="the chamber as salt sees it; left out, no salt is counted", source="none unless given")
    initial_side: code_field(Side) = param(Side.CANAL, doc="side with open doors at the start")  # type: ignore[valid-type]

    @model_validator(mode="before")
    @classmethod
    def _default_gate(cls, data: Any) -> Any:
        if isinstance(data, dict) and "gate_width_m" not in data and "width_m" in data:
            return {**data, "gate_width_m": data["width_m"]}
        return data

    @property
    def water_area_m2(self) -> float:
        """Water surface that one levelling moves (m²)."""
        return self.levelling_area_m2 or self.length_m * self.width_m


class FillingParams(Params):
    """When a chamber that could leave waits for more ships: the policies full_or_max_wait and min_salt."""

    full_share: float = param(0.7, doc="share of the area from which a chamber is full", source="usable fill 0.5 to 0.85", low=0.5, high=0.85, gt=0, le=1)
    max_wait_s: float = param(2700.0, doc="wait of a ship after which its chamber leaves or turns (s)", source="one cycle", low=900.0, high=5400.0, ge=0)
    favourable_below_m_nap: float = param(
        0.0,
        doc="min_salt: outer level below which a lockage lets in less salt (m NAP)",
        source="mean level; less salt comes in at low water",
        low=-1.0,
        high=1.0,
    )


class AlternationParams(Params):
    """Fixed alternation."""

    interval_s: float = param(2700.0, doc="from one departure of a chamber to the next (s)", source="half a cycle", low=1800.0, high=3600.0, gt=0)


class SlotParams(Params):
    """Slots kept for announced sea ships and booked ships: the policy sea_priority."""

    reserve_s: float = param(5400.0, doc="how long before its arrival a chamber is kept free (s)", source="one cycle", low=2700.0, high=10_800.0, ge=0)
    tolerance_s: float = param(600.0, doc="how late a chamber may come for such a ship (s)", source="our assumption", low=0.0, high=1800.0, ge=0)
    hold_s: float = param(1200.0, doc="how long a chamber with ships inside waits for such a ship (s)", source="our assumption", low=0.0, high=2400.0, ge=0)


class LookAheadParams(Params):
    """Planning of the next lockages over all chambers: the policy look_ahead."""

    horizon_s: float = param(14_400.0, doc="how far ahead lockages are planned (s)", source="four hours", low=3600.0, high=28_800.0, gt=0)
    beam_width: int = param(8, doc="partial plans that are kept at each depth", source="computational bound", quality=Quality.ESTIMATE, ge=1, le=256)
    patience_s: float = param(2700.0, doc="longest that a plan lets a chamber wait for its next ship (s)", source="one cycle", low=900.0, high=5400.0, ge=0)
    n_holds: int = param(2, doc="later arrivals that a lockage may wait for in a plan", source="computational bound", quality=Quality.ESTIMATE, ge=1, le=9)
    fill_share: float = param(0.85, doc="share of a chamber's area that a plan fills", source="usable fill of 0.5 to 0.85", low=0.7, high=1.0, gt=0, le=1)


class DangerousGoodsParams(Params):
    """Distances in the chamber of ships with cones (kegels) from others."""

    one_cone_m: float = param(10.0, doc="distance of a ship with one cone (m)", source="RV 2020, waiting places", quality=Quality.PUBLISHED, ge=0)
    two_cones_m: float = param(50.0, doc="distance of a ship with two cones (m)", source="RV 2020, waiting places", quality=Quality.PUBLISHED, ge=0)
    three_cones_m: float = param(100.0, doc="distance of a ship with three cones (m)", source="RV 2020, waiting places", quality=Quality.PUBLISHED, ge=0)
    alone_from: int = param(2, doc="cones from which a ship is locked alone", source="practice; ADN", ge=1, le=4)


class TugParams(Params):
    """Tugs and pilots."""

    from_length_m: float = param(150.0, doc="sea ships from this length use tugs (m)", source="practice on the canal", low=120.0, high=180.0, ge=0)
    n_per_ship: int = param(0, doc="tugs of such a ship that stay with it in the chamber", source="none unless given", ge=0, le=4)
    length_m: float = param(32.5, doc="length that each tug takes ahead or astern (m)", source="30 to 35 m", low=30.0, high=35.0, ge=0)
    beam_m: float = param(12.0, doc="width that each tug takes alongside (m)", source="our assumption", low=10.0, high=14.0, ge=0)
    place: code_field(TugPlace) = param(TugPlace.AHEAD, doc="ahead (and astern) or alongside")  # type: ignore[valid-type]
    n_tugs: int = param(0, doc="tugs at the lock; 0: as many as are wanted", source="unlimited unless given", ge=0, le=1000)
    n_pilots: int = param(0, doc="pilots for sea ships at the lock; 0: as many as are wanted", source="unlimited unless given", ge=0, le=1000)


class MaxWaitParams(Params):
    """Wait after which priority flips: the ship goes before all others, and nobody passes it any more."""

    inland_s: float = param(21_600.0, doc="of barges and recreation (s)", source="our assumption: no ship waits for ever", low=10_800.0, high=43_200.0, gt=0)
    sea_s: float = param(21_600.0, doc="of sea ships (s)", source="our assumption: no ship waits for ever", low=10_800.0, high=43_200.0, gt=0)


class LockParams(Params):
    """A lock complex: chambers in parallel between one sea side and one canal side."""

    chambers: dict[str, ChamberParams] = param(doc="the chambers by name", min_length=1)
    policy: code_field(LockPolicy) = param(  # type: ignore[valid-type]
        LockPolicy.FIRST_COME, doc="rule by which ships are given a chamber", source="the base case of lock studies"
    )
    information: code_field(Information) = param(  # type: ignore[valid-type]
        Information.ANNOUNCED, doc="what policies know of ships under way: announced, or clairvoyant as a bound", source="ships announce themselves"
    )
    filling: FillingParams = param(FillingParams(), doc="policies full_or_max_wait and min_salt")
    alternation: AlternationParams = param(AlternationParams(), doc="policy fixed_alternation")
    slots: SlotParams = param(SlotParams(), doc="policy sea_priority")
    look_ahead: LookAheadParams = param(LookAheadParams(), doc="policy look_ahead")
    max_wait: MaxWaitParams = param(MaxWaitParams(), doc="when priority flips")
    dangerous_goods: DangerousGoodsParams = param(DangerousGoodsParams(), doc="distances of ships with cones")
    tugs: TugParams = param(TugParams(), doc="tugs and pilots")
    closures: ClosureParams = param(ClosureParams(), doc="when chambers may not lock: calendar and random outages")
    regimes: dict[str, RegimeParams] = param({}, doc="no lockages around low water, by name", source="none unless given")
    max_skip: int = param(
        8,
        doc="most later ships that may pass a ship that does not fit the rest of a chamber",
        source="no limit is published; estimate of practice",
        ge=0,
        le=100_000,
    )
    window: int = param(
        128, doc="waiting ships per side that the lock master looks at, in order", source="computational bound", quality=Quality.ESTIMATE, ge=1, le=100_000
    )

    @model_validator(mode="after")
    def _at_most_63(self) -> Self:
        if len(self.chambers) > 63:
            raise ValueError(f"{len(self.chambers)} chambers, at most 63 are supported")
        return self
