"""Parameters of a lock complex: chambers, movement times, packing and policy.

Times of a movement through the gate are a number of seconds, or a formula in the ship's length:
``t = base_s + per_length_s_m * length_m + distance_m / speed_m_s``.
Levelling (nivelleren) is a number of seconds, or the time that the orifice equation gives at the actual head H:
``t = base_s + 2 A sqrt(|H|) / (opening sqrt(2 g))`` (Richtlijnen Vaarwegen 2020; the same law as in OpenTNSim's lock).
"""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BeforeValidator, model_validator

from ..codes import LockPolicy, Packing, Quality, Side
from .fields import Params, code_field, param

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


class ChamberParams(Params):
    """One lock chamber (schutkolk)."""

    length_m: float = param(doc="usable length between the stop lines (m)", gt=0, le=1000)
    width_m: float = param(doc="usable width (m)", gt=0, le=1000)
    gate_width_m: float = param(doc="largest beam that may pass the gate (m); left out, it is width_m", gt=0, le=1000)
    sill_m_nap: float = param(-1000.0, doc="highest sill (drempel) of the chamber (m NAP); the default never limits", source="no limit unless given", le=20)
    keel_clearance_m: float = param(0.0, doc="water wanted between keel and sill (m)", source="no margin unless given; RV 2020: 0.60 to 1.00 m", ge=0, le=20)
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


class LockParams(Params):
    """A lock complex: chambers in parallel between one sea side and one canal side."""

    chambers: dict[str, ChamberParams] = param(doc="the chambers by name", min_length=1)
    policy: code_field(LockPolicy) = param(  # type: ignore[valid-type]
        LockPolicy.FIRST_COME, doc="rule by which ships are given a chamber", source="the base case of lock studies"
    )
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
