"""The spine of events: in order of time, numbered without a gap."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .rows import codes_of, report


def events_are_in_order(events: pd.DataFrame) -> list[str]:
    """Events of a period are in order of time and numbered without a gap."""
    period = codes_of(events, ("period",))
    time, seq = events["time_ms"].to_numpy(dtype=np.int64), events["seq"].to_numpy(dtype=np.int64)
    same = period[1:] == period[:-1]
    back = same & (time[1:] < time[:-1])
    gap = same & (seq[1:] != seq[:-1] + 1)
    found = report(back, lambda k: f"event {seq[k + 1]} ({events['kind'].iat[k + 1]}) is at {time[k + 1]} ms, before event {seq[k]} at {time[k]} ms")
    return found + report(gap, lambda k: f"event {seq[k + 1]} follows event {seq[k]}: a number is missing or twice there")
