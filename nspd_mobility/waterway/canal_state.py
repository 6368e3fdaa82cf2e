"""A canal in memory: the records of its kernel, and its two drivers.

`Canal.run` drives the compiled step over sorted departures; `Canal.step` is called by the clock of a coupled run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..codes import CanalStatus
from ..engine._kernels.bridge_records import INBOX
from ..engine.bridge_state import Bridge, BridgePool
from ..errors import SimulationError
from ..kernels.heap import HEAP_ENTRY
from ..kernels.jit import direct
from ..params import fill_record
from ..units import MS_PER_S, NEVER_MS, to_ms
from ._kernels import canal_records, records
from ._kernels.canal import link_free, run
from ._kernels.coupled import advance
from .canal_layout import CanalLayout

_FIRST_CAPACITY = 64
_OK = int(CanalStatus.OK)  # the member costs as much as the step
NO_REQUESTS = records.records(canal_records.REQUEST, 0)


class Canal:
    """The state of a canal and its result rows.

    Parameters
    ----------
    layout : CanalLayout
    closures_ms : mapping of str to sequence of (int, int), optional
        Closed times of bridges by node: [begin, end) in ms, in order and apart from each other.
    bridges, locks : collection of str
        Nodes of bridges that are called by message, and nodes where ships go on to a lock.
    worked : mapping of str to Bridge, optional
        By node, bridges that step with the canal.
    """

    def __init__(
        self,
        layout: CanalLayout,
        closures_ms: Mapping[str, Sequence[tuple[int, int]]] | None = None,
        bridges: Sequence[str] = (),
        locks: Sequence[str] = (),
        worked: Mapping[str, Bridge] | None = None,
    ) -> None:
        self.layout = layout
        self.state = _state_record(layout)
        self.nodes = layout.nodes.copy()
        self.stretches = layout.stretches.copy()
        self.sections = records.records(canal_records.SECTION, max(1, len(layout.section_names)))
        for record, section in zip(self.sections, layout.params.sections.values(), strict=False):
            record["meeting_max_beam_sum_m"] = section.meeting_max_beam_sum_m
        self.closures = self._closures(closures_ms or {})
        worked = worked or {}
        self.pool = BridgePool(list(worked.values()))
        for number, name in enumerate(worked):
            self.nodes["worked"][layout.node_number[name]] = number
        for name in [*bridges, *worked]:
            self.nodes["bridge_kind"][layout.node_number[name]] = canal_records.BRIDGE_BY_MESSAGE
        for name in locks:
            self.nodes["is_lock"][layout.node_number[name]] = 1
        self.slots = records.records(canal_records.SLOT, _FIRST_CAPACITY)
        self._heap = records.records(HEAP_ENTRY, 4 * _FIRST_CAPACITY)
        self._rows = records.records(canal_records.ROW, 16 * _FIRST_CAPACITY)
        self._messages = records.records(canal_records.MESSAGE_OUT, 4 * _FIRST_CAPACITY)
        self.inbox = records.records(canal_records.REQUEST, _FIRST_CAPACITY)
        self.calls = records.records(INBOX, (len(worked), 4 * _FIRST_CAPACITY))
        self._advance: Any = None
        link_free(self.state, self.slots, 0)

    def post(self, request: Any) -> None:
        """Put a message into the inbox of the next step."""
        n = int(self.state["n_inbox"][0])
        if n == len(self.inbox):
            self.inbox = _doubled(self.inbox)
        self.inbox[n] = request
        self.state["n_inbox"] = n + 1

    def call(self, b: int, message: tuple[int, ...]) -> None:
        """Put a message, the values of INBOX, to bridge `b` that steps with the canal into the inbox of its next step."""
        state = self.pool.bridges[b].state
        n = int(state["n_calls"][0])
        if n == self.calls.shape[1]:
            self._grow(int(CanalStatus.MESSAGES_FULL))
        self.calls[b, n] = message
        state["n_calls"] = n + 1

    def step(self, departures: Any, now_ms: int, horizon_ms: int) -> int:
        """Do all that is due at `now_ms`, and before the horizon up to the first message; return the next time."""
        while True:
            bridges, users, windows, closure_rows, wait_rows, grants = self.pool.arrays
            arguments = (
                self.state,
                self.nodes,
                self.stretches,
                self.sections,
                self.layout.path,
                self.closures,
                self.slots,
                self._heap,
                self.inbox,
                departures,
                self._rows,
                self._messages,
                bridges,
                users,
                windows,
                closure_rows,
                wait_rows,
                grants,
                self.calls,
                now_ms,
                horizon_ms,
            )
            if self._advance is None:
                self._advance = direct(advance, *arguments)
            status, where, now_ms = self._advance(*arguments)
            if status == _OK:
                return int(now_ms)
            if where >= 0:
                self.pool.grow(where, status, now_ms)
            else:
                self._grow(status)

    def run(self, departures: Any, until_ms: int) -> None:
        """Drive the canal over sorted departures up to `until_ms`."""
        while True:
            status = run(
                self.state,
                self.nodes,
                self.stretches,
                self.sections,
                self.layout.path,
                self.closures,
                self.slots,
                self._heap,
                NO_REQUESTS,
                departures,
                until_ms,
                self._rows,
                self._messages,
            )
            if status == CanalStatus.OK:
                return
            self._grow(status)

    def drain(self) -> Any:
        """Return the rows since the last call, and forget them."""
        rows = self._rows[: self.state["n_rows"][0]].copy()
        self.state["n_rows"] = 0
        return rows

    def take_messages(self) -> Any:
        """Return the messages of the last step, and forget them."""
        n = int(self.state["n_messages"][0])
        self.state["n_messages"] = 0
        return self._messages[:n]

    def earliest_unwritten_ms(self) -> int:
        """Return a time before which no later row will name anything but a departure."""
        used = self.slots[: self.state["n_high"][0]]
        state = used["state"]
        sailing = used["enter_ms"][state == canal_records.SAILING]
        waits = (state == canal_records.WAIT_SECTION) | (state == canal_records.WAIT_BRIDGE) | (state == canal_records.WAIT_BERTH)
        waiting = used["begin_ms"][waits]
        return min(int(sailing.min()) if sailing.size else NEVER_MS, int(waiting.min()) if waiting.size else NEVER_MS)

    def _grow(self, status: int) -> None:
        """Double what is full; anything else is a fault of the model."""
        if status == CanalStatus.ROWS_FULL:
            self._rows = _doubled(self._rows)
        elif status == CanalStatus.HEAP_FULL:
            self._heap = _doubled(self._heap)
        elif status == CanalStatus.MESSAGES_FULL:
            self._messages = _doubled(self._messages)
            self.calls = records.as_records(np.concatenate([self.calls, np.zeros_like(self.calls)], axis=1))
        elif status == CanalStatus.SLOTS_FULL:
            begin = len(self.slots)
            self.slots = _doubled(self.slots)
            self.inbox = _doubled(self.inbox)
            link_free(self.state, self.slots, begin)
        else:
            word = CanalStatus(status).word.replace("_", " ")
            raise SimulationError(f"canal: {word} at {float(self.state['now_ms'][0]) / MS_PER_S:.3f} s; please report this with the input")

    def _closures(self, closures_ms: Mapping[str, Sequence[tuple[int, int]]]) -> Any:
        closures = records.records(canal_records.CLOSURE, sum(len(times) for times in closures_ms.values()))
        first = 0
        for name, times in closures_ms.items():
            node = self.nodes[self.layout.node_number[name]]
            node["bridge_kind"] = canal_records.BRIDGE_BY_CLOSURES
            node["closure"], node["closure_end"] = first, first + len(times)
            for k, (begin_ms, end_ms) in enumerate(times, start=first):
                closures[k] = (begin_ms, end_ms)
            first += len(times)
        return closures


def _doubled(rows: Any) -> Any:
    larger = records.records(rows.dtype, 2 * len(rows))
    larger[: len(rows)] = rows
    return larger


def _state_record(layout: CanalLayout) -> Any:
    params = layout.params
    state = records.records(canal_records.CANAL, 1)
    record = state[0]
    fill_record(record, params)
    record["headway_ms"] = to_ms(params.follow_headway_s)
    record["max_wait_ms"] = to_ms(params.max_wait_s)
    record["oversize_max_wait_ms"] = to_ms(params.oversize_max_wait_s)
    record["bridge_call_ms"] = to_ms(params.bridge_call_s)
    if params.speed_limits is None:
        record["shallow_m_s"] = record["middle_m_s"] = record["deep_m_s"] = np.inf
    else:
        for name in ("shallow_m_s", "middle_m_s", "deep_m_s", "shallow_draught_m", "deep_draught_m"):
            record[name] = getattr(params.speed_limits, name)
    record["now_ms"] = -NEVER_MS
    record["free_slot"] = record["first_waiting"] = record["last_waiting"] = -1
    return state
