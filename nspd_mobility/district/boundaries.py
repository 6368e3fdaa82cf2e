"""The boundary locks of a district: which ships of a run pass them, and when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..tables.columns import Columns, columns_of, take
from ..waterway.boundary import boundary_lock, goes_through

if TYPE_CHECKING:
    from .day import Day

_ENDS = (("origin", "depart_s", "inward"), ("destination", "arrive_s", "outward"))


def boundary_passages(ships: Columns, day: Day) -> Iterator[Mapping[str, Any]]:
    """Yield the rows of the table `boundary_passages` of ships whose whole journey is known, by lock and direction.

    A ship that comes in is clear of the lock when it departs from the node: demand says when it comes to the locks of the district,
    and the call at the boundary lies before that. A ship that goes out calls when it arrives at the node.

    Parameters
    ----------
    ships : dict of ndarray
        `entity_id, group, origin, destination, length_m, beam_m, depart_s, arrive_s, is_counted`; NaN where not known.
    """
    for name, lock in day.district.params.network.waterway.boundary_locks.items():
        for end, time, direction in _ENDS:
            at_node = np.flatnonzero((ships[end] == lock.node) & ~np.isnan(ships[time]))
            sizes = {column: ships[column] for column in ("entity_id", "group", "length_m", "beam_m")}
            passing = at_node[goes_through(take(sizes, at_node), lock, day.streams, name)]
            # One uniform of a ship is one passage: who comes in and who goes out by the lock are different ships.
            calls = pd.DataFrame({"entity_id": ships["entity_id"][passing], "arrival_s": ships[time][passing]})
            passed = columns_of(boundary_lock(calls, lock, year=day.year, streams=day.streams, name=name))
            call_s = passed["arrival_s"] - (passed["passage_s"] if direction == "inward" else 0.0)
            of_ship = {column: ships[column][passing] for column in ("entity_id", "group", "is_counted")}
            yield {"period": day.period.name, "lock": name, "direction": direction, "call_s": call_s, **of_ship, **passed}
