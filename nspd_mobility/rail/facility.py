"""An interlocked area on the clock of a coupled run.

Bridges are the ships' facilities: they are asked ``(TRAIN_REQUEST, who, direction, eta_ms, pass_ms, reply_to)`` when a train has its block with the
bridge and the track beyond, answer ``(BRIDGE_GRANTED, who, begin_ms, clear_ms)``, and are told ``(TRAIN_RELEASE, ...)`` when its tail is off. `who` is
the train's number from `FIRST_WHO` on, never that of a ship. A bridge that steps with its canal gets its messages there, as ``(bridge, message)``.

The area runs ahead of the clock, up to the first message that goes out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..engine.messages import BRIDGE_GRANTED, TRAIN_REQUEST
from ..errors import SimulationError
from ..kernels.arrays import records
from ..units import NEVER_MS
from ._kernels import area_records as layout
from .simulation import Prepared, RailResult

FIRST_WHO = 1 << 40
_FIRST_INBOX = 8


class RailFacility:
    """Drives a `RailArea` for `nspd_mobility.engine.clock.Clock`.

    Parameters
    ----------
    name : str
        Name on the clock.
    prepared : Prepared
        Of `prepare`, with the bridges below as its `called_bridges`.
    bridges : mapping of str to str, optional
        Facility on the clock of each bridge that is called by message.
    canal : str
        The facility among them that bridges step with.
    """

    runs_ahead = True

    def __init__(self, name: str, prepared: Prepared, bridges: Mapping[str, str] | None = None, canal: str = "") -> None:
        self.name = name
        self.area = prepared.area()
        self._prepared = prepared
        self._bridges = sorted(set(prepared.network.sections["bridge"]) - {""})
        self._facility_of = bridges or {}
        self._canal = canal
        self._slot_of: dict[int, int] = {}
        self._inbox = records(layout.MESSAGE_IN, _FIRST_INBOX)

    def next_arrival_ms(self) -> int:
        """Return when the next train comes by itself; NEVER_MS where there is none."""
        return self.area.next_ms()

    def step(self, now_ms: int, messages: list[Any], horizon_ms: int = -NEVER_MS) -> int:
        """Do all that is due at `now_ms`, with the messages of this delta, and then what is due before the horizon."""
        if len(messages) > len(self._inbox):
            self._inbox = records(layout.MESSAGE_IN, 2 * len(messages))
        for k, (kind, who, begin_ms, *_) in enumerate(messages):
            if kind != BRIDGE_GRANTED or who not in self._slot_of:
                raise SimulationError(f"{self.name}: got message {messages[k]}, which it does not await")
            self._inbox[k] = (self._slot_of.pop(who), begin_ms)
        return self.area.step(self._inbox, len(messages), now_ms, horizon_ms)

    def outbox(self) -> list[tuple[str, int, int, Any]]:
        """Return what the last step sends to bridges, and forget it."""
        sent: list[tuple[str, int, int, Any]] = []
        for kind, number, train, slot, direction, time_ms, eta_ms, pass_ms in self.area.take_messages().tolist():
            who, bridge = FIRST_WHO + train, self._bridges[number]
            if kind == TRAIN_REQUEST:
                self._slot_of[who] = slot
            facility = self._facility_of[bridge]
            message = (kind, who, direction, eta_ms, pass_ms, self.name)
            sent.append((facility, time_ms, who, (bridge, message) if facility == self._canal else message))
        return sent

    def result(self) -> RailResult:
        """Return what has happened since the last call."""
        return self._prepared.result(self.area)
