"""A canal on the clock of a coupled run.

Ships start at their departure (`add_departures`), or when a lock sends ``(SHIP_EXIT, ship)`` (`expect`). A ship whose way ends at
a lock is sent there, ``(SHIP_ARRIVES, ship)``, at its arrival. Bridges step with the canal, in one compiled loop, or have their own
place on the clock; `nspd_mobility.engine.messages` says how they are called and answer.

The canal runs ahead of the clock: no other facility acts before the horizon, so all that happens on the canal until then is
done in one compiled call, up to the first message that goes out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..engine.bridge import inbox_values
from ..engine.bridge_state import Bridge
from ..engine.messages import BRIDGE_GRANTED, SHIP_ARRIVES, SHIP_CALL, SHIP_EXIT
from ..errors import SimulationError
from ..units import NEVER_MS
from ._kernels import canal_records, records
from .canal_layout import CanalLayout
from .canal_state import NO_REQUESTS, Canal


class CanalFacility:
    """Drives a `Canal` for `nspd_mobility.engine.clock.Clock`.

    Parameters
    ----------
    name : str
        Name on the clock.
    layout : CanalLayout
    bridges : mapping of str to (Bridge or str), optional
        By node: a bridge that steps with the canal, or the facility on the clock that is called by message; other bridges never hold a
        ship up.
    locks : mapping of str to str, optional
        Facility on the clock of each lock node.
    """

    runs_ahead = True

    def __init__(self, name: str, layout: CanalLayout, bridges: Mapping[str, Bridge | str] | None = None, locks: Mapping[str, str] | None = None) -> None:
        self.name = name
        worked = {node: bridge for node, bridge in (bridges or {}).items() if isinstance(bridge, Bridge)}
        called = {node: facility for node, facility in (bridges or {}).items() if isinstance(facility, str)}
        self.canal = Canal(layout, bridges=list(called), locks=list(locks or {}), worked=worked)
        self._facility_of = {layout.node_number[node]: facility for node, facility in {**called, **(locks or {})}.items()}
        self._bridge_number = {node: number for number, node in enumerate(worked)}
        self._callers: list[str] = []
        self._departures = NO_REQUESTS
        self._added_ms = NEVER_MS
        self._expected: dict[int, Any] = {}
        self._slot_of: dict[int, int] = {}
        self._grant = records.records(canal_records.REQUEST, 1)[0]
        self._grant["kind"] = canal_records.GRANT

    def add_departures(self, requests: Any) -> None:
        """Give further ships that start by themselves, in order of time and none before those given already."""
        left = self._departures[self.canal.state["next_departure"][0] :]
        self._departures = records.as_records(np.concatenate([left, requests])) if len(left) else requests
        self.canal.state["next_departure"] = 0
        self._added_ms = int(self._departures["time_ms"][0]) if len(self._departures) else NEVER_MS

    def expect(self, requests: Any) -> None:
        """Give further ships that start when a lock sends them; their time is not read."""
        self._expected.update(zip(requests["ship"].tolist(), requests, strict=True))

    def next_arrival_ms(self) -> int:
        """Return the time of the first departure since the last addition, until a step has returned it; NEVER_MS after that."""
        return self._added_ms

    def step(self, now_ms: int, messages: list[Any], horizon_ms: int = -NEVER_MS) -> int:
        """Do all that is due at `now_ms`, with the messages of this delta, and then what is due before the horizon."""
        for message in messages:
            self._read(message, now_ms)
        self._added_ms = NEVER_MS
        return self.canal.step(self._departures, now_ms, horizon_ms)

    def _read(self, message: Any, now_ms: int) -> None:
        """Put a message into the inbox of the canal or of a bridge."""
        kind, about = message[0], message[1]
        try:
            if kind == SHIP_EXIT:
                self.canal.post(self._expected.pop(about))
            elif kind == BRIDGE_GRANTED:
                self._grant["ship"], self._grant["slot"], self._grant["begin_ms"] = about, self._slot_of.pop(about), message[2]
                self.canal.post(self._grant)
            elif kind in self._bridge_number:
                self.canal.call(self._bridge_number[kind], inbox_values(about, now_ms, self._callers))
            else:
                raise SimulationError(f"{self.name}: got message {message}, which a canal does not know")
        except KeyError:
            raise SimulationError(f"{self.name}: got message {message} of a ship that it does not await") from None

    def outbox(self) -> list[tuple[str, int, int, Any]]:
        """Return what the last step sends to others, and forget it."""
        sent: list[tuple[str, int, int, Any]] = []
        for kind, node, ship, key, slot, direction, time_ms, eta_ms, pass_ms in self.canal.take_messages().tolist():
            content: tuple[Any, ...]
            if kind == BRIDGE_GRANTED:
                sent.append((self._callers[slot], time_ms, key, (BRIDGE_GRANTED, ship, eta_ms, pass_ms)))
                continue
            if kind == SHIP_CALL:
                self._slot_of[ship] = slot
                content = (SHIP_CALL, ship, direction, eta_ms, pass_ms, self.name)
            else:
                content = (SHIP_ARRIVES, ship)
            sent.append((self._facility_of[node], time_ms, key, content))
        return sent
