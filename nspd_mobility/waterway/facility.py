"""A lock complex on the clock of a coupled run."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..params import LockParams
from ..units import NEVER_MS
from ._kernels import records
from .complex import LevelSeries, LockComplex

_NOBODY = records.records(records.REQUEST, 0)


class LockFacility:
    """Drives a `LockComplex` for `nspd_mobility.engine.clock.Clock`.

    Parameters
    ----------
    name : str
        Name on the clock.
    params : LockParams
    levels : LevelSeries
    closures : record array of CLOSURE, optional
    """

    def __init__(self, name: str, params: LockParams, levels: LevelSeries, closures: Any = None) -> None:
        self.name = name
        self.complex = LockComplex(params, levels, closures)
        self._requests = _NOBODY
        self._times: list[int] = []
        self._next = 0

    def add_arrivals(self, requests: Any) -> None:
        """Give further arrivals, in order of time and none before those given already."""
        left = self._requests[self._next :]
        self._requests = records.as_records(np.concatenate([left, requests])) if len(left) else requests
        self._times = self._requests["time_ms"].tolist()
        self._next = 0

    def announce(self, requests: Any, now_ms: int = -NEVER_MS) -> None:
        """Give ships that become known before they arrive, none of which has arrived; `now_ms` is the time of the clock."""
        self.complex.announce(requests, now_ms)

    def next_arrival_ms(self) -> int:
        """Return the time of the next arrival or announcement, NEVER_MS where there is none."""
        arrival_ms = self._times[self._next] if self._next < len(self._times) else NEVER_MS
        return min(arrival_ms, self.complex.next_notice_ms)

    def step(self, now_ms: int, messages: list[Any]) -> int:
        """Do all that is due at `now_ms`; messages are further requests, one record each."""
        first = end = self._next
        times = self._times
        while end < len(times) and times[end] == now_ms:
            end += 1
        self._next = end
        if not messages:
            return self.complex.step(self._requests, first, end - first, now_ms)
        inbox = records.as_records(np.concatenate([self._requests[first:end], *[message.reshape(1) for message in messages]]))
        inbox["time_ms"] = now_ms
        return self.complex.step(inbox, 0, len(inbox), now_ms)

    def outbox(self) -> list[tuple[str, int, int, Any]]:
        """Return what the lock sends to other facilities: nothing yet, bridges come with the canal in depth."""
        return []
