"""A rail area on the clock of a coupled run.

Trains ask movable bridges by message, ``(TRAIN_REQUEST, who, direction, eta_ms, pass_ms, reply_to)``, which goes to the canal that the bridge
steps with as ``(bridge, message)``; the answer is ``(BRIDGE_GRANTED, who, begin_ms, clear_ms)``. A train holds the bridge until its tail is off
(TRAIN_RELEASE). `who` is the train's number from `FIRST_WHO` on, so that it is never that of a ship.

The area runs ahead of the clock, up to the first message that goes out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..engine.messages import BRIDGE_GRANTED, TRAIN_REQUEST
from ..errors import SimulationError
from ..kernels.arrays import records
from ..units import NEVER_MS
from ._kernels import area_records as layout
from .area import RailArea

FIRST_WHO = 1 << 40


class RailFacility:
    """Drives a `RailArea` for `nspd_mobility.engine.clock.Clock`.

    Parameters
    ----------
    name : str
        Name on the clock.
    area : RailArea
    bridges : sequence of str
        Nodes of the bridges, in the order of their numbers in the area.
    canal : str
        The facility that the bridges step with.
    """

    runs_ahead = True

    def __init__(self, name: str, area: RailArea, bridges: Sequence[str], canal: str) -> None:
        self.name = name
        self.area = area
        self._bridges = list(bridges)
        self._canal = canal
        self._slot_of: dict[int, int] = {}
        self._inbox = records(layout.MESSAGE_IN, len(area.net.trains) + 1)

    def next_arrival_ms(self) -> int:
        """Return the time of the next train that comes by itself; NEVER_MS where there is none."""
        return self.area.next_ms()

    def step(self, now_ms: int, messages: list[Any], horizon_ms: int = -NEVER_MS) -> int:
        """Do all that is due at `now_ms`, with the messages of this delta, and then what is due before the horizon."""
        for k, message in enumerate(messages):
            kind, who, begin_ms, _ = message
            if kind != BRIDGE_GRANTED or who not in self._slot_of:
                raise SimulationError(f"{self.name}: got message {message}, which no train of it awaits")
            self._inbox[k] = (self._slot_of.pop(who), begin_ms)
        return self.area.step(self._inbox, len(messages), now_ms, horizon_ms)

    def outbox(self) -> list[tuple[str, int, int, Any]]:
        """Return what the last step sends to bridges, and forget it."""
        sent: list[tuple[str, int, int, Any]] = []
        for kind, bridge, train, slot, direction, time_ms, eta_ms, pass_ms in self.area.take_messages().tolist():
            who = FIRST_WHO + train
            if kind == TRAIN_REQUEST:
                self._slot_of[who] = slot
            sent.append((self._canal, time_ms, who, (self._bridges[bridge], (kind, who, direction, eta_ms, pass_ms, self.name))))
        return sent
