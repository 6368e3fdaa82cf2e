"""An interlocked area in memory: the kernel's records made from a network and trains, and what drives it.

`RailArea.step` does what is due up to a horizon: the clock of a coupled run calls it, and `RailArea.run` does for all of a run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..codes import RailStatus
from ..errors import SimulationError
from ..kernels.arrays import as_records, records
from ..kernels.heap import HEAP_ENTRY
from ..network.railway import TrackNetwork
from ..params import fill_record
from ..params.rail import RailParams
from ..units import MS_PER_S, NEVER_MS, to_ms
from ._kernels import area_records as layout
from ._kernels.area import step
from ._kernels.records import CELL, PASS, STATE

_FIRST_CAPACITY = 32
_OK = int(RailStatus.OK)
NO_MESSAGES = records(layout.MESSAGE_IN, 0)
Intervals = Sequence[tuple[int, int]]


def section_records(network: TrackNetwork, closures_ms: Mapping[str, Intervals], called: Sequence[str] = ()) -> tuple[Any, Any, int, dict[str, int]]:
    """Return the sections of a network as the kernel reads them, the closures, the number of resources, and the number of each section."""
    table = network.sections
    number = {str(name): k for k, name in enumerate(table.index)}
    conflict_of = {str(name): str(word) for name, word in network.nodes["conflict"].items()}
    areas = {word: len(number) + k for k, word in enumerate(sorted(set(conflict_of.values()) - {""}))}
    bridges = {name: k for k, name in enumerate(sorted(set(table["bridge"]) - {""}))}
    sections = records(layout.SECTION, len(table))
    closures = records(layout.CLOSURE, sum(len(times) for times in closures_ms.values()))
    first = 0
    for k, (name, row) in enumerate(table.iterrows()):
        section = sections[k]
        section["length_m"] = row["length_m"]
        section["speed_m_s"][:] = (row["speed_m_s"], row["speed_back_m_s"])
        section["slope"] = np.sin(np.arctan(row["gradient_permille"] / 1000.0))
        section["is_signal"][:] = (bool(row["signal_to"]) or bool(row["place"]), bool(row["signal_from"]) or bool(row["place"]))
        section["conflict"][:] = [areas.get(conflict_of[row[node]], -1) for node in ("to_node", "from_node")]
        section["bridge"] = bridges.get(row["bridge"], -1)
        section["is_called"] = row["bridge"] != "" and row["bridge"] in called
        times = sorted(closures_ms.get(str(name), ()))
        section["closure"], section["closure_end"] = first, first + len(times)
        for begin_ms, end_ms in times:
            closures[first] = (begin_ms, end_ms)
            first += 1
    return sections, closures, len(number) + len(areas), number


class RailArea:
    """The state of an area and its result rows.

    Parameters
    ----------
    params : RailParams
    net : Net
        Sections, ways and trains.
    n_resources : int
        Sections and conflict areas.
    """

    def __init__(self, params: RailParams, net: layout.Net, n_resources: int) -> None:
        self.net = net
        self.n_resources = n_resources
        self.state = records(layout.AREA, 1)
        area = self.state[0]
        fill_record(area, params)
        area["setup_ms"], area["sight_reaction_ms"], area["release_ms"] = to_ms(params.setup_s), to_ms(params.sight_reaction_s), to_ms(params.release_s)
        area["n_sections"] = len(net.sections)
        area["n_words"] = net.masks.shape[1]
        area["has_avoidance"] = int(params.avoid_deadlock)
        area["now_ms"] = -NEVER_MS
        self.live = self._live(_FIRST_CAPACITY)
        self.desk = self._desk(_FIRST_CAPACITY)
        self._rows = records(layout.ROW, 400 * _FIRST_CAPACITY)
        self._messages = records(layout.MESSAGE_OUT, 8 * _FIRST_CAPACITY)

    def _live(self, n: int) -> layout.Live:
        words = self.net.masks.shape[1]
        holders = np.zeros((self.n_resources, 2), dtype=np.int64)
        holders[:, 0] = -1
        return layout.Live(
            slots=records(layout.SLOT, n),
            pieces=as_records(np.zeros((n, layout.N_PIECE), layout.PIECE)),
            anchors=records(STATE, n),
            ghosts=records(STATE, n),
            finals=np.zeros((n, words), dtype=np.int64),
            wants=np.zeros((n, words), dtype=np.int64),
            holders=holders,
            waiting=np.zeros(n, dtype=np.int64),
            heap=records(HEAP_ENTRY, 64 * n),
        )

    def _desk(self, n: int) -> layout.Desk:
        return layout.Desk(
            cells=records(CELL, layout.N_CELL),
            points_m=np.zeros(layout.N_POINT),
            passes=records(PASS, layout.N_POINT),
            trial=records(STATE, 1),
            gone=np.zeros((layout.DEPTH + 1, n), dtype=np.int64),
            reach=np.zeros(2 * len(self.net.sections), dtype=np.int64),
            work=np.zeros((4, self.net.masks.shape[1]), dtype=np.int64),
            moves=records(layout.MOVE, layout.DEPTH + 1),
            kept=np.zeros((layout.DEPTH + 1, self.net.masks.shape[1]), dtype=np.int64),
        )

    def run(self, until_ms: int) -> None:
        """Drive the area by itself over its trains, up to and with `until_ms`."""
        self.step(NO_MESSAGES, 0, int(self.state["now_ms"][0]), until_ms + 1)

    def step(self, inbox: Any, n_inbox: int, now_ms: int, horizon_ms: int = -NEVER_MS) -> int:
        """Do all that is due at `now_ms`, with the first `n_inbox` messages, then what is due before the horizon, and return the next time."""
        while True:
            status, next_ms = step(self.state, self.net, self.live, self.desk, inbox, n_inbox, now_ms, horizon_ms, self._rows, self._messages)
            if status == _OK:
                return int(next_ms)
            self._grow(status)
            if next_ms > now_ms:  # the first millisecond is done
                now_ms, n_inbox = int(next_ms), 0

    def next_ms(self) -> int:
        """Return the time of the next train that comes by itself; NEVER_MS where there is none."""
        k = int(self.state["next_train"][0])
        return int(self.net.trains["ask_ms"][k]) if k < len(self.net.trains) else NEVER_MS

    def drain(self) -> Any:
        """Return the rows since the last call, and forget them."""
        rows = self._rows[: self.state["n_rows"][0]].copy()
        self.state["n_rows"] = 0
        return rows

    def take_messages(self) -> Any:
        """Return the messages to bridges of the last step, and forget them."""
        messages = self._messages[: self.state["n_messages"][0]]
        self.state["n_messages"] = 0
        return messages

    def under_way(self) -> Any:
        """Return the slots of trains that are in the area, or wait before it."""
        used = self.live.slots[: self.state["n_high"][0]]
        return used[used["state"] != layout.FREE]

    def _grow(self, status: int) -> None:
        """Double what is full; anything else is a fault of the input that the checks did not see, or of the model."""
        if status == RailStatus.ROWS_FULL:
            self._rows = _doubled(self._rows)
        elif status == RailStatus.MESSAGES_FULL:
            self._messages = _doubled(self._messages)
        elif status == RailStatus.HEAP_FULL:
            self.live = self.live._replace(heap=_doubled(self.live.heap))
        elif status == RailStatus.SLOTS_FULL:
            old = self.live
            larger = self._live(2 * len(old.slots))
            for one, other in zip(old, larger, strict=True):
                other[: len(one)] = one
            self.live = larger
            self.desk = self._desk(2 * len(old.slots))
            self.state["stamp"] = 0
        else:
            word = RailStatus(status).word.replace("_", " ")
            train = int(self.state["fault_train"][0])
            raise SimulationError(f"rail area: {word} at {float(self.state['now_ms'][0]) / MS_PER_S:.3f} s (train {train}); please report this with the input")


def _doubled(rows: Any) -> Any:
    larger = records(rows.dtype, 2 * len(rows))
    larger[: len(rows)] = rows
    return larger
