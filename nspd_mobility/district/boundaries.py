"""The boundary locks of a district: which ships of a run pass them, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ..tables.schemas import BOUNDARY_PASSAGES
from ..waterway.boundary import boundary_lock, goes_through

if TYPE_CHECKING:
    from .day import Day

_ENDS = (("origin", "depart_s", "inward"), ("destination", "arrive_s", "outward"))


def boundary_passages(ships: pd.DataFrame, day: Day) -> pd.DataFrame:
    """Return the rows of the table `boundary_passages` of ships whose whole journey is known.

    A ship that comes in is clear of the lock when it departs from the node: demand says when it comes to the locks of the district,
    and the call at the boundary lies before that. A ship that goes out calls when it arrives at the node.

    Parameters
    ----------
    ships : DataFrame
        `entity_id, group, origin, destination, length_m, beam_m, depart_s, arrive_s, is_counted`; NaN where not known.
    """
    rows = [ships.iloc[:0].assign(lock="", direction="", call_s=0.0, wait_s=0.0, passage_s=0.0)]
    for name, lock in day.district.params.network.waterway.boundary_locks.items():
        for end, time, direction in _ENDS:
            at_node = ships[(ships[end] == lock.node) & ships[time].notna()]
            passing = at_node[goes_through(at_node, lock, day.streams, name)]
            # One uniform of a ship is one passage: who comes in and who goes out by the lock are different ships.
            passed = boundary_lock(passing.assign(arrival_s=passing[time]), lock, year=day.year, streams=day.streams, name=name)
            call_s = passed["arrival_s"] - (passed["passage_s"] if direction == "inward" else 0.0)
            rows.append(passing.assign(lock=name, direction=direction, call_s=call_s, wait_s=passed["wait_s"], passage_s=passed["passage_s"]))
    return pd.concat(rows).assign(period=day.period.name)[BOUNDARY_PASSAGES.names]
