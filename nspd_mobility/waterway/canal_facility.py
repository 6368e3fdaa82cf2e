"""A canal on the clock of a coupled run.

Ships start at their departure (`add_departures`), or when a lock sends ``(SHIP_EXIT, ship)`` (`expect`). A ship whose way ends at
a lock is sent there, ``(SHIP_ARRIVES, ship)``, at its arrival. Bridges are called and answer as `nspd_mobility.engine.messages` says.

The canal runs ahead of the clock: no other facility acts before the horizon, so all that happens on the canal until then is
done in one compiled call, up to the first message that goes out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..engine.messages import BRIDGE_GRANTED, SHIP_ARRIVES, SHIP_CALL, SHIP_EXIT
from ..errors import SimulationError
from ..units import NEVER_MS
from ._kernels import canal_records, records
from .canal_layout import CanalLayout
from .canal_state import NO_REQUESTS, Canal

_FIRST_INBOX = 8


class CanalFacility:
    """Drives a `Canal` for `nspd_mobility.engine.clock.Clock`.

    Parameters
    ----------
    name : str
        Name on the clock.
    layout : CanalLayout
    bridges : mapping of str to str, optional
        Facility on the clock of each bridge node that is called by message; other bridges never hold a ship up.
    locks : mapping of str to str, optional
        Facility on the clock of each lock node.
    """

    runs_ahead = True

    def __init__(self, name: str, layout: CanalLayout, bridges: Mapping[str, str] | None = None, locks: Mapping[str, str] | None = None) -> None:
        self.name = name
        self.canal = Canal(layout, bridges=list(bridges or {}), locks=list(locks or {}))
        self._facility_of = {layout.node_number[node]: facility for node, facility in {**(bridges or {}), **(locks or {})}.items()}
        self._departures = NO_REQUESTS
        self._added_ms = NEVER_MS
        self._expected: dict[int, Any] = {}
        self._slot_of: dict[int, int] = {}
        self._inbox = records.records(canal_records.REQUEST, _FIRST_INBOX)

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
        if len(messages) > len(self._inbox):
            self._inbox = records.records(canal_records.REQUEST, 2 * len(messages))
        for k, message in enumerate(messages):
            self._read(k, message)
        self._added_ms = NEVER_MS
        return self.canal.step(self._inbox, len(messages), self._departures, now_ms, horizon_ms)

    def _read(self, k: int, message: Any) -> None:
        """Make the message into request `k` of the inbox."""
        kind, ship = message[0], message[1]
        try:
            if kind == SHIP_EXIT:
                self._inbox[k] = self._expected.pop(ship)
                return
            if kind == BRIDGE_GRANTED:
                record = self._inbox[k]
                record["slot"] = self._slot_of.pop(ship)
                record["kind"] = canal_records.GRANT
                record["begin_ms"] = message[2]
                return
        except KeyError:
            raise SimulationError(f"{self.name}: got message {message} of a ship that it does not await") from None
        raise SimulationError(f"{self.name}: got message {message}, which a canal does not know")

    def outbox(self) -> list[tuple[str, int, int, Any]]:
        """Return what the last step sends to bridges and locks, and forget it."""
        messages = self.canal.take_messages()
        if messages is None:
            return []
        sent: list[tuple[str, int, int, Any]] = []
        for kind, node, ship, key, slot, direction, time_ms, eta_ms, pass_ms in messages.tolist():
            if kind == SHIP_CALL:
                self._slot_of[ship] = slot
                content: tuple[Any, ...] = (SHIP_CALL, ship, direction, eta_ms, pass_ms, self.name)
            else:
                content = (SHIP_ARRIVES, ship)
            sent.append((self._facility_of[node], time_ms, key, content))
        return sent
