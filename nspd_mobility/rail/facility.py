"""An interlocked area on the clock of a coupled run.

Bridges are the ships' facilities: they are asked ``(TRAIN_REQUEST, train, direction, eta_ms, pass_ms, reply_to)`` when a train has its block with the
bridge and the track beyond, answer ``(BRIDGE_GRANTED, train, begin_ms, clear_ms)``, and are told ``(TRAIN_RELEASE, ...)`` when its tail is off.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..engine.messages import BRIDGE_GRANTED, TRAIN_REQUEST
from ..errors import SimulationError
from ..kernels.arrays import records
from ..units import NEVER_MS
from ._kernels import area_records as layout
from .simulate import Prepared, RailResult

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
    """

    def __init__(self, name: str, prepared: Prepared, bridges: Mapping[str, str] | None = None) -> None:
        self.name = name
        self.area = prepared.area()
        self._prepared = prepared
        names = sorted(set(prepared.network.sections["bridge"]) - {""})
        self._facility_of = {k: (bridges or {}).get(bridge, "") for k, bridge in enumerate(names)}
        self._slot_of: dict[int, int] = {}
        self._inbox = records(layout.MESSAGE_IN, _FIRST_INBOX)
        self._told_ms = self.area.next_ms()

    def next_arrival_ms(self) -> int:
        """Return when the first train comes, until a step has returned that; NEVER_MS after that."""
        return self._told_ms

    def step(self, now_ms: int, messages: list[Any]) -> int:
        """Do all that is due at `now_ms`, with the messages of this delta."""
        if len(messages) > len(self._inbox):
            self._inbox = records(layout.MESSAGE_IN, 2 * len(messages))
        for k, (kind, train, begin_ms, *_) in enumerate(messages):
            if kind != BRIDGE_GRANTED or train not in self._slot_of:
                raise SimulationError(f"{self.name}: got message {messages[k]}, which it does not await")
            self._inbox[k] = (self._slot_of.pop(train), begin_ms)
        self._told_ms = NEVER_MS
        return self.area.step(self._inbox, len(messages), now_ms)

    def outbox(self) -> list[tuple[str, int, int, Any]]:
        """Return what the last step sends to bridges, and forget it."""
        sent: list[tuple[str, int, int, Any]] = []
        for kind, bridge, train, slot, direction, time_ms, eta_ms, pass_ms in self.area.take_messages().tolist():
            if kind == TRAIN_REQUEST:
                self._slot_of[train] = slot
            sent.append((self._facility_of[bridge], time_ms, train, (kind, train, direction, eta_ms, pass_ms, self.name)))
        return sent

    def result(self) -> RailResult:
        """Return what has happened since the last call."""
        return self._prepared.result(self.area)
