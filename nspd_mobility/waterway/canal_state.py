"""A canal in memory: the records of its kernel, and its two drivers.

`Canal.run` drives the compiled step over sorted departures; `Canal.step` is called by the clock of a coupled run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..codes import CanalStatus
from ..errors import SimulationError
from ..kernels.heap import HEAP_ENTRY
from ..params import fill_record
from ..units import MS_PER_S, NEVER_MS, to_ms
from ._kernels import canal_records, records
from ._kernels.canal import link_free, run, step
from .canal_layout import CanalLayout

_FIRST_CAPACITY = 64
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
    """

    def __init__(
        self, layout: CanalLayout, closures_ms: Mapping[str, Sequence[tuple[int, int]]] | None = None, bridges: Sequence[str] = (), locks: Sequence[str] = ()
    ) -> None:
        self.layout = layout
        self.state = _state_record(layout)
        self._n_messages = self.state["n_messages"]
        self.nodes = layout.nodes.copy()
        self.stretches = layout.stretches.copy()
        self.sections = records.records(canal_records.SECTION, max(1, len(layout.section_names)))
        for record, section in zip(self.sections, layout.params.sections.values(), strict=False):
            record["meeting_max_beam_sum_m"] = section.meeting_max_beam_sum_m
        self.closures = self._closures(closures_ms or {})
        for name in bridges:
            self.nodes["bridge_kind"][layout.node_number[name]] = canal_records.BRIDGE_BY_MESSAGE
        for name in locks:
            self.nodes["is_lock"][layout.node_number[name]] = 1
        self.slots = records.records(canal_records.SLOT, _FIRST_CAPACITY)
        self._heap = records.records(HEAP_ENTRY, 4 * _FIRST_CAPACITY)
        self._rows = records.records(canal_records.ROW, 16 * _FIRST_CAPACITY)
        self._messages = records.records(canal_records.MESSAGE_OUT, 4 * _FIRST_CAPACITY)
        link_free(self.state, self.slots, 0)

    def step(self, inbox: Any, n_inbox: int, departures: Any, now_ms: int, horizon_ms: int) -> int:
        """Do all that is due at `now_ms`, and before the horizon up to the first message; return the next time."""
        while True:
            status, next_ms = step(
                self.state,
                self.nodes,
                self.stretches,
                self.sections,
                self.layout.path,
                self.closures,
                self.slots,
                self._heap,
                inbox,
                n_inbox,
                departures,
                now_ms,
                horizon_ms,
                self._rows,
                self._messages,
            )
            if status == CanalStatus.OK:
                return int(next_ms)
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
        """Return the messages of the last step, and forget them; None where there are none."""
        n = self._n_messages[0]
        if n == 0:
            return None
        self._n_messages[0] = 0
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
        elif status == CanalStatus.SLOTS_FULL:
            begin = len(self.slots)
            self.slots = _doubled(self.slots)
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
