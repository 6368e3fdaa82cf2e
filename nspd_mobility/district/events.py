"""The spine of events of the ships, from their tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..tables.columns import Columns, join, n_rows, take
from ..units import MS_PER_S

if TYPE_CHECKING:
    from .day import Day

MODE = "waterway"
# order of kinds within one millisecond of one ship
KINDS = ("departed", "arrived", "refused", "entry_started", "moored", "doors_closing", "exit_started", "exited", "reached")


def _events(ships: Columns, kind: str, time_s: str, place: str, facility: str, cause: str = "") -> Columns:
    """Return the events of the ships that have the time; `place`, `facility` and `cause` are columns, or empty."""
    known = take(ships, ~np.isnan(ships[time_s]))
    nothing = np.full(n_rows(known), "", dtype=object)
    return {
        "time_ms": np.rint(known[time_s] * MS_PER_S).astype(np.int64),
        "kind": np.full(n_rows(known), KINDS.index(kind)),
        "entity_id": known["entity_id"],
        "place_id": known[place] if place else nothing,
        "facility_id": known[facility] if facility else nothing,
        "cause": known[cause] if cause else nothing,
    }


def departure_events(ships: Columns) -> Columns:
    """Return departures from the origin."""
    return _events(take(ships, ships["origin"] != ""), "departed", "depart_s", "origin", "")


def arrival_events(ships: Columns) -> Columns:
    """Return arrivals at the lock."""
    return _events(ships, "arrived", "arrival_s", "lock", "lock")


def reached_events(ships: Columns) -> Columns:
    """Return arrivals at the destination."""
    return _events(take(ships, ships["destination"] != ""), "reached", "arrive_s", "destination", "")


def passage_events(ships: Columns) -> Columns:
    """Return what happens at the lock; a refused ship has one event with the reason."""
    refused = take(ships, ships["refused_reason"] != "none")
    passed = take(ships, ~np.isnan(ships["exit_s"]))
    parts = [_events(refused, "refused", "arrival_s", "lock", "lock", "refused_reason")]
    for kind, time_s in (
        ("entry_started", "entry_start_s"),
        ("moored", "moored_s"),
        ("doors_closing", "doors_close_s"),
        ("exit_started", "exit_start_s"),
        ("exited", "exit_s"),
    ):
        parts.append(_events(passed, kind, time_s, "lock", "chamber"))
    return join(parts)


def write_events(day: Day, kept: list[Columns], before_s: float, n_written: int) -> tuple[int, list[Columns]]:
    """Write the events before a time, in order, and return the number written so far and those still kept.

    Ties in time are ordered by entity, then by the course of a passage.
    """
    events = join(kept)
    is_due = events["time_ms"] < before_s * MS_PER_S
    due = take(events, is_due)
    due = take(due, np.lexsort((due["kind"], due["entity_id"], due["time_ms"])))
    numbered = {"period": day.period.name, "mode": MODE, "seq": n_written + np.arange(n_rows(due)), "kind": np.array(KINDS, dtype=object)[due["kind"]]}
    day.recorder.write("events", due | numbered)
    return n_written + n_rows(due), [take(events, ~is_due)]
