"""A movable bridge in memory: the kernel's records made from parameters and windows, driven by the compiled loop or by a clock."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..codes import BridgeStatus
from ..errors import SimulationError
from ..kernels.arrays import as_records, records
from ..params.bridge import BridgeParams
from ..units import MS_PER_S, NEVER_MS, to_ms
from ._kernels import bridge_records as layout
from ._kernels.bridge import run_bridge, step_bridge

_FIRST_CAPACITY = 64
_OK = int(BridgeStatus.OK)  # the member costs as much as the step
NO_WINDOWS = records(layout.WINDOW, 0)


class Bridge:
    """The state of a bridge and its result rows.

    Parameters
    ----------
    name : str
        For messages.
    params : BridgeParams
    windows : record array, shape (n_window,), optional
        Fields `kind` (`codes.BridgeWindow`), `begin_ms`, `end_ms`.

    Notes
    -----
    The windows are sorted here, and those of a kind that overlap or touch are made one.
    """

    def __init__(self, name: str, params: BridgeParams, windows: Any = NO_WINDOWS) -> None:
        self.name = name
        self.params = params
        self.windows = merged_windows(windows)
        self.state = records(layout.BRIDGE, 1)
        state = self.state[0]
        for parameter, field in layout.PARAMETERS.items():
            value = getattr(params, parameter)
            state[field] = to_ms(value) if field.endswith("_ms") else int(value)
        for field in ("pass_begin_ms", "pass_clear_ms"):
            state[field][:] = -NEVER_MS
        for field in ("boundary_ms", "rested_ms", "wide_clear_ms", "now_ms"):
            state[field] = -NEVER_MS
        for field in ("train_window_ms", "next_ms", "close_by_ms"):
            state[field] = NEVER_MS
        self.users = records(layout.USER, _FIRST_CAPACITY)
        self.grants = records(layout.GRANT, _FIRST_CAPACITY)
        self.closure_rows = records(layout.CLOSURE_ROW, 2 * _FIRST_CAPACITY)
        self.wait_rows = records(layout.WAIT_ROW, 2 * _FIRST_CAPACITY)

    def step(self, inbox: Any, n: int, now_ms: int) -> int:
        """Do all that is due at `now_ms`, with the first `n` messages of `inbox`, and return the next time; the coupled driver."""
        while True:
            status, next_ms = step_bridge(self.state, self.users, self.windows, inbox, 0, n, now_ms, self.closure_rows, self.wait_rows, self.grants)
            if status == _OK:
                return int(next_ms)
            self.grow(status, now_ms)

    def run(self, inbox: Any, until_ms: int) -> None:
        """Drive the bridge over messages sorted by time, up to `until_ms`; the compiled driver."""
        while True:
            status = run_bridge(self.state, self.users, self.windows, inbox, until_ms, self.closure_rows, self.wait_rows, self.grants)
            if status == _OK:
                return
            self.grow(status, int(self.state["now_ms"][0]))

    def drain(self) -> tuple[Any, Any]:
        """Return the closure rows and the wait rows since the last call, and forget them."""
        state = self.state[0]
        closures = self.closure_rows[: state["n_closure_rows"]].copy()
        waits = self.wait_rows[: state["n_wait_rows"]].copy()
        state["n_closure_rows"] = 0
        state["n_wait_rows"] = 0
        return closures, waits

    def grow(self, status: int, now_ms: int) -> None:
        """Double what is full; anything else is a fault of who sent the message, or of the model."""
        if status == BridgeStatus.USERS_FULL:
            self.users = _doubled(self.users)
        elif status == BridgeStatus.WAIT_ROWS_FULL:
            self.wait_rows = _doubled(self.wait_rows)
        elif status == BridgeStatus.CLOSURE_ROWS_FULL:
            self.closure_rows = _doubled(self.closure_rows)
        elif status == BridgeStatus.GRANTS_FULL:
            self.grants = _doubled(self.grants)
        else:
            raise SimulationError(f"bridge {self.name}: {_FAULTS[BridgeStatus(status)]} at {now_ms / MS_PER_S:.3f} s")


class BridgePool:
    """Several bridges in common arrays, a row for each, for a kernel that steps them together; each bridge sees its row.

    Parameters
    ----------
    bridges : sequence of Bridge
    """

    def __init__(self, bridges: Sequence[Bridge]) -> None:
        self.bridges = list(bridges)
        self.arrays = [self._joined(name, dtype) for name, dtype in _ARRAYS.items()]

    def grow(self, b: int, status: int, now_ms: int) -> None:
        """Double for all what is full for bridge `b`."""
        self.bridges[b].grow(status, now_ms)
        self.arrays = [self._joined(name, dtype) for name, dtype in _ARRAYS.items()]

    def _joined(self, name: str, dtype: np.dtype[Any]) -> Any:
        parts = [getattr(bridge, name) for bridge in self.bridges]
        joined = records(dtype, (len(parts), max(map(len, parts), default=0)))  # windows without length change nothing
        for bridge, row, part in zip(self.bridges, joined, parts, strict=True):
            row[: len(part)] = part
            setattr(bridge, name, row)
        return joined


_ARRAYS = {
    "state": layout.BRIDGE,
    "users": layout.USER,
    "windows": layout.WINDOW,
    "closure_rows": layout.CLOSURE_ROW,
    "wait_rows": layout.WAIT_ROW,
    "grants": layout.GRANT,
}

_FAULTS = {
    BridgeStatus.CLOCK_RAN_BACK: "is asked for a time in its past",
    BridgeStatus.CLOCK_STUCK: "does not come to an end; please report this with the input,",
    BridgeStatus.BAD_MESSAGE: "gets a message of unknown kind, with a direction that is not 0 or 1, a negative time to pass, or a train that is there already,",
    BridgeStatus.UNKNOWN_TRAIN: "gets the release of a train that neither waits nor holds",
}


def merged_windows(windows: Any) -> Any:
    """Return windows sorted by begin, with those of one kind that overlap or touch made one."""
    rows: list[tuple[int, int, int]] = []
    for kind in sorted(set(windows["kind"].tolist())):
        of_kind = windows[windows["kind"] == kind]
        for begin_ms, end_ms in sorted(zip(of_kind["begin_ms"].tolist(), of_kind["end_ms"].tolist(), strict=True)):
            if rows and rows[-1][0] == kind and begin_ms <= rows[-1][2]:
                rows[-1] = (kind, rows[-1][1], max(end_ms, rows[-1][2]))
            else:
                rows.append((kind, begin_ms, end_ms))
    return as_records(np.array(sorted(rows, key=lambda row: (row[1], row[0])), dtype=layout.WINDOW))


def _doubled(rows: Any) -> Any:
    larger = records(rows.dtype, 2 * len(rows))
    larger[: len(rows)] = rows
    return larger
