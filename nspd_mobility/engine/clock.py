"""One clock for all facilities, on SimPy's event calendar.

A facility is anything that entities queue for: a lock complex, a bridge, an interlocked rail area. It has one entry in the
calendar at most: the earliest of its own next event, its next exogenous arrival and its next message. A calendar entry that
was overtaken by an earlier one is stale and known by its token. (A SimPy process per *entity* costs 37 to 50 us per entity; a
calendar entry per facility about 3 us.)

Each millisecond runs in delta cycles: facilities step by ascending number, what they send to each other for the same
millisecond arrives in the next delta, and more than 64 deltas are an error that names the cycle. SimPy orders its calendar by
(time, priority, order of insertion); the priority is (delta, facility number), so that the order of insertion never decides.

A facility with ``runs_ahead = True`` gets a horizon with its step: the earliest time of its own next message, and of what each other
facility is due at or promises. It may do its own events strictly before the horizon in the same call, but returns as soon as it has
a message to send. Such a message comes in the delta after those of its time that need no message, as it would without running
ahead. A facility may promise, ``sends_from_ms(due_ms)``, to send nothing that arrives earlier if it is next due at `due_ms`, even
where that lies after `due_ms`. Results are the same; the calendar is used less.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import simpy

from ..errors import SimulationError
from ..units import MS_PER_S, NEVER_MS
from .messages import MAX_DELTAS


class Facility(Protocol):
    """What the clock drives."""

    name: str

    def next_arrival_ms(self) -> int:
        """Return the time of the next exogenous arrival, NEVER_MS where there is none."""

    def step(self, now_ms: int, messages: list[Any]) -> int:
        """Do all that is due at `now_ms`, with the messages of this delta, and return when something is due next, after `now_ms`."""

    def outbox(self) -> list[tuple[str, int, int, Any]]:
        """Return and forget what the last step sends: (facility, time_ms, entity_id, content)."""


@dataclass(slots=True)
class _Seat:
    """A facility on the clock."""

    facility: Facility
    number: int
    next_ms: int = NEVER_MS
    arrival_ms: int = NEVER_MS
    token: int = 0
    due: tuple[int, int] = (NEVER_MS, 0)
    inbox: list[tuple[int, int, int, int, Any]] = field(default_factory=list)
    runs_ahead: bool = False
    promise: Callable[[int], int] = int  # what is due may be sent at once


class Clock:
    """Drives facilities through simulated time.

    Parameters
    ----------
    *facilities : Facility
        In the order of their numbers, which decides who steps first within a millisecond.

    Examples
    --------
    >>> clock = Clock(lock, bridge)  # doctest: +SKIP
    >>> clock.run(until_ms=86_400_000)  # doctest: +SKIP
    """

    def __init__(self, *facilities: Facility) -> None:
        self._environment = simpy.Environment(initial_time=-NEVER_MS)
        self._seats = {
            facility.name: _Seat(facility, number, runs_ahead=getattr(facility, "runs_ahead", False), promise=getattr(facility, "sends_from_ms", int))
            for number, facility in enumerate(facilities)
        }
        if len(self._seats) != len(facilities):
            raise SimulationError(f"two facilities share a name: {', '.join(f.name for f in facilities)}")
        self._n = len(facilities)
        self._delta = 0
        self._sent = 0
        self._until_ms = 0

    @property
    def now_ms(self) -> int:
        """The present time (ms)."""
        return int(self._environment.now)

    def run(self, until_ms: int) -> None:
        """Run up to and including `until_ms`; may be called again to go on, also after more arrivals were given."""
        self._until_ms = until_ms
        for seat in self._seats.values():
            seat.arrival_ms = seat.facility.next_arrival_ms()
            self._schedule(seat, self.now_ms)
        queue, step = self._environment._queue, self._environment.step
        while queue and queue[0][0] <= until_ms:
            step()

    def _schedule(self, seat: _Seat, now_ms: int) -> None:
        """Put the facility's earliest due time into the calendar, where no entry stands for it already."""
        due_ms = seat.next_ms if seat.next_ms < seat.arrival_ms else seat.arrival_ms
        delta = 0
        if seat.inbox and seat.inbox[0][0] <= due_ms:
            due_ms, delta = seat.inbox[0][0], seat.inbox[0][1]
        if due_ms >= NEVER_MS or seat.due <= (due_ms, delta):
            return
        if due_ms < now_ms:
            raise SimulationError(f"{seat.facility.name}: asks for {due_ms} ms, and the clock is at {now_ms} ms")
        seat.due = (due_ms, delta)
        seat.token += 1
        event = simpy.Event(self._environment)
        event._ok = True
        event._value = (seat, seat.token, delta)
        event.callbacks.append(self._wake)
        self._environment.schedule(event, priority=delta * self._n + seat.number, delay=due_ms - now_ms)  # type: ignore[arg-type]

    def _wake(self, event: simpy.Event) -> None:
        seat, token, delta = event._value
        if token != seat.token:
            return  # stale: an earlier entry took its place
        now_ms = self.now_ms
        self._delta = delta
        seat.due = (NEVER_MS, 0)
        messages = []
        while seat.inbox and seat.inbox[0][:2] <= (now_ms, delta):
            messages.append(heapq.heappop(seat.inbox)[4])
        if seat.runs_ahead:
            seat.next_ms = seat.facility.step(now_ms, messages, self._horizon_ms(seat))
        else:
            seat.next_ms = seat.facility.step(now_ms, messages)
        seat.arrival_ms = seat.facility.next_arrival_ms()
        if seat.next_ms <= now_ms or seat.arrival_ms <= now_ms:
            raise SimulationError(f"{seat.facility.name}: leaves something undone at {now_ms / MS_PER_S:.3f} s that is due then; a step must do all of it")
        for name, time_ms, entity_id, content in seat.facility.outbox():
            self._deliver(seat, name, time_ms, entity_id, content, now_ms)
        self._schedule(seat, now_ms)

    def _horizon_ms(self, seat: _Seat) -> int:
        """Return the time before which nothing can happen to a facility but by itself."""
        horizon_ms = min(self._until_ms + 1, seat.inbox[0][0]) if seat.inbox else self._until_ms + 1
        for other in self._seats.values():
            if other is not seat and other.due[0] < horizon_ms:
                horizon_ms = min(horizon_ms, other.promise(other.due[0]))
        return horizon_ms

    def _deliver(self, sender: _Seat, name: str, time_ms: int, entity_id: int, content: Any, now_ms: int) -> None:
        receiver = self._seats.get(name)
        if receiver is None:
            raise SimulationError(f"{sender.facility.name}: sends to '{name}', which is not on the clock")
        delta = self._delta + 1 if time_ms <= now_ms else int(sender.runs_ahead)
        if delta > MAX_DELTAS:
            raise SimulationError(f"more than {MAX_DELTAS} exchanges at {now_ms / MS_PER_S:.3f} s between {sender.facility.name} and {name}: a cycle")
        self._sent += 1
        heapq.heappush(receiver.inbox, (max(time_ms, now_ms), delta, entity_id, self._sent, content))
        self._schedule(receiver, now_ms)
