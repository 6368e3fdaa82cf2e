"""The spine of events of the ships, from their tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..tables.schemas import EVENTS
from ..units import MS_PER_S

if TYPE_CHECKING:
    from .day import Day

MODE = "waterway"
# order of kinds within one millisecond of one ship
KINDS = ("departed", "arrived", "refused", "entry_started", "moored", "doors_closing", "exit_started", "exited", "reached")


def _events(ships: pd.DataFrame, kind: str, time_s: str, place: Any, facility: Any, cause: Any = "") -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "time_ms": np.rint(ships[time_s].to_numpy(dtype=np.float64) * MS_PER_S),
            "mode": MODE,
            "kind": kind,
            "entity_id": ships["entity_id"].to_numpy(dtype=np.uint64),
            "place_id": place,
            "facility_id": facility,
            "cause": cause,
        }
    )
    known: pd.DataFrame = frame[frame["time_ms"].notna()]
    return known


def departure_events(ships: pd.DataFrame) -> pd.DataFrame:
    """Return departures from the origin."""
    from_somewhere = ships[ships["origin"] != ""]
    return _events(from_somewhere, "departed", "depart_s", from_somewhere["origin"].to_numpy(), "")


def arrival_events(ships: pd.DataFrame) -> pd.DataFrame:
    """Return arrivals at the lock."""
    return _events(ships, "arrived", "arrival_s", ships["lock"].to_numpy(), ships["lock"].to_numpy())


def reached_events(ships: pd.DataFrame) -> pd.DataFrame:
    """Return arrivals at the destination."""
    known = ships[ships["destination"] != ""]
    return _events(known, "reached", "arrive_s", known["destination"].to_numpy(), "")


def passage_events(ships: pd.DataFrame) -> pd.DataFrame:
    """Return what happens at the lock; a refused ship has one event with the reason."""
    refused = ships[ships["refused_reason"] != "none"]
    passed = ships[ships["exit_s"].notna()]
    lock, chamber = passed["lock"].to_numpy(), passed["chamber"].to_numpy()
    parts = [_events(refused, "refused", "arrival_s", refused["lock"].to_numpy(), refused["lock"].to_numpy(), refused["refused_reason"].to_numpy())]
    for kind, time_s in (
        ("entry_started", "entry_start_s"),
        ("moored", "moored_s"),
        ("doors_closing", "doors_close_s"),
        ("exit_started", "exit_start_s"),
        ("exited", "exit_s"),
    ):
        parts.append(_events(passed, kind, time_s, lock, chamber))
    return pd.concat(parts, ignore_index=True)


def write_events(day: Day, kept: list[pd.DataFrame], before_s: float, n_written: int) -> tuple[int, list[pd.DataFrame]]:
    """Write the events before a time, in order, and return the number written so far and those still kept.

    Ties in time are ordered by entity, then by the course of a passage.
    """
    events = pd.concat(kept, ignore_index=True)
    is_due = events["time_ms"] < before_s * MS_PER_S
    due = events[is_due]
    rank = due["kind"].map({kind: k for k, kind in enumerate(KINDS)})
    order = np.lexsort((rank.to_numpy(), due["entity_id"].to_numpy(), due["time_ms"].to_numpy()))
    due = due.iloc[order].assign(period=day.period.name, seq=np.arange(n_written, n_written + len(due)))
    due["time_ms"] = due["time_ms"].astype(np.int64)
    day.recorder.write("events", due[EVENTS.names])
    return n_written + len(due), [events[~is_due]]
