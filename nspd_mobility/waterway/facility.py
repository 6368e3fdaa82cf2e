"""A lock complex on the clock of a coupled run."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..engine.messages import SHIP_ARRIVES, SHIP_EXIT
from ..errors import SimulationError
from ..params import LockParams
from ..units import NEVER_MS
from ._kernels import records
from ._kernels.cycle import LOCKING
from .complex import LevelSeries, LockComplex

_NOBODY = records.records(records.REQUEST, 0)


class LockFacility:
    """Drives a `LockComplex` for `nspd_mobility.engine.clock.Clock`.

    Ships arrive at a time that is known before (`add_arrivals`), or when the canal sends ``(SHIP_ARRIVES, ship)`` (`expect`). A
    ship that leaves on the canal side is sent on, ``(SHIP_EXIT, ship)``, at the time when it is clear of the gate.

    Parameters
    ----------
    name : str
        Name on the clock.
    params : LockParams
    levels : LevelSeries
    closures : record array of CLOSURE, optional
    canal : str, optional
        Facility that gets the ships that leave on the canal side.
    """

    def __init__(self, name: str, params: LockParams, levels: LevelSeries, closures: Any = None, canal: str | None = None) -> None:
        self.name = name
        self.complex = LockComplex(params, levels, closures)
        self._canal = canal
        self._requests = _NOBODY
        self._times: list[int] = []
        self._next = 0
        self._expected: dict[int, Any] = {}
        self._keys: dict[int, int] = {}
        self._n_sent = 0
        chambers = self.complex.chambers
        self._phase, self._next_ms = chambers["phase"], chambers["next_ms"]
        self._doors_ms = int((chambers["door_close_ms"] + chambers["door_open_ms"]).min())
        self._inbox = records.records(records.REQUEST, 8)
        self._wakes_ms: list[int] = []

    def add_arrivals(self, requests: Any) -> None:
        """Give further arrivals, in order of time and none before those given already."""
        left = self._requests[self._next :]
        self._requests = records.as_records(np.concatenate([left, requests])) if len(left) else records.as_records(np.ascontiguousarray(requests))
        self._times = self._requests["time_ms"].tolist()
        self._next = 0

    def expect(self, requests: Any) -> None:
        """Give further ships that arrive when the canal sends them; their time is not read."""
        self._expected.update(zip(requests["ship"].tolist(), requests, strict=True))

    def send_on(self, ships: Any, keys: Any) -> None:
        """Say which ships go on to the canal, with the numbers that decide ties there."""
        self._keys.update(zip(ships.tolist(), keys.tolist(), strict=True))

    def announce(self, requests: Any, now_ms: int = -NEVER_MS) -> None:
        """Give ships that become known before they arrive, none of which has arrived; `now_ms` is the time of the clock."""
        self.complex.announce(requests, now_ms)

    def close(self, closures: Any, begins_ms: list[int]) -> None:
        """Replace the closures, before the next run of the clock; at the begins of new ones a chamber that is held open closes its doors."""
        self.complex.set_closures(closures)
        self._wakes_ms = sorted({*self._wakes_ms, *begins_ms})

    def next_arrival_ms(self) -> int:
        """Return the time of the next arrival, announcement or begin of a new closure, NEVER_MS where there is none."""
        arrival_ms = self._times[self._next] if self._next < len(self._times) else NEVER_MS
        wake_ms = self._wakes_ms[0] if self._wakes_ms else NEVER_MS
        return min(arrival_ms, wake_ms, self.complex.next_notice_ms)

    def step(self, now_ms: int, messages: list[Any]) -> int:
        """Do all that is due at `now_ms`; messages are further ships."""
        while self._wakes_ms and self._wakes_ms[0] <= now_ms:
            del self._wakes_ms[0]
        first = end = self._next
        times = self._times
        while end < len(times) and times[end] == now_ms:
            end += 1
        self._next = end
        if not messages:
            return self.complex.step(self._requests, first, end - first, now_ms)
        n = end - first + len(messages)
        if n > len(self._inbox):
            self._inbox = records.records(records.REQUEST, 2 * n)
        self._inbox[: end - first] = self._requests[first:end]
        for k, message in enumerate(messages, end - first):
            self._inbox[k] = self._arriving(message)
        self._inbox["time_ms"][:n] = now_ms
        return self.complex.step(self._inbox, 0, n, now_ms)

    def _arriving(self, message: Any) -> Any:
        kind, ship = message
        if kind != SHIP_ARRIVES or ship not in self._expected:
            raise SimulationError(f"{self.name}: got message {message}, of a ship that it does not await")
        return self._expected.pop(ship)

    def sends_from_ms(self, due_ms: int) -> int:
        """Return a time before which no ship comes out if the lock is due at `due_ms`: doors that are open close first, and then open."""
        opening = [next_ms for phase, next_ms in zip(self._phase.tolist(), self._next_ms.tolist(), strict=True) if phase == LOCKING]
        return int(min([*opening, due_ms + self._doors_ms]))

    def outbox(self) -> list[tuple[str, int, int, Any]]:
        """Return the ships that go on to the canal; their exit is known when the doors open."""
        n_rows = self.complex.n_ship_rows
        if n_rows == self._n_sent:
            return []
        rows = self.complex.ship_rows(self._n_sent)
        self._n_sent = n_rows
        if self._canal is None:
            return []
        sent: list[tuple[str, int, int, Any]] = []
        for ship, refusal, exit_ms in zip(rows["ship"].tolist(), rows["refusal"].tolist(), rows["exit_ms"].tolist(), strict=True):
            key = self._keys.pop(ship, None)
            if key is not None and refusal == 0:
                sent.append((self._canal, exit_ms, key, (SHIP_EXIT, ship)))
        return sent

    def drain(self) -> tuple[Any, Any]:
        """Return the ship rows and the lockage rows since the last call, and forget them."""
        self._n_sent = 0
        return self.complex.drain()
