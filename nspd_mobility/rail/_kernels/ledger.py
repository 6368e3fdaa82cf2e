"""The ledger of a train's delay: every millisecond is booked to a cause and a causer, and adds up.

The delay changes while a train waits (booked by cause as it goes), while it runs again from a restrictive signal (the rest of what it is behind its
ghost: `running`, to the causer of the wait), where it runs or stops longer or shorter than planned, and at the entry.
"""

from __future__ import annotations

from ...codes import TrainWaitCause
from ...kernels.jit import kernel
from .area_records import ROW_WAIT

NONE = int(TrainWaitCause.NONE)
ENTRY = int(TrainWaitCause.ENTRY)
TRACK = int(TrainWaitCause.TRACK)
ORDER = int(TrainWaitCause.ORDER)
SAFETY = int(TrainWaitCause.HELD_BY_SAFETY)
BRIDGE = int(TrainWaitCause.BRIDGE)
CLOSURE = int(TrainWaitCause.CLOSURE)
REVERSAL_TRACK = int(TrainWaitCause.REVERSAL_TRACK)
DWELL = int(TrainWaitCause.DWELL)
RUNS = int(TrainWaitCause.RUNNING)
RECOVERY = int(TrainWaitCause.RECOVERY)


@kernel
def book(area, rows, slot, cause, causer, at, begin_ms, end_ms, delay_ms):
    """Write a row of the ledger, if there is anything in it."""
    if delay_ms == 0 and end_ms <= begin_ms:
        return
    row = rows[area.n_rows]
    area.n_rows += 1
    row.kind = ROW_WAIT
    row.train = slot.train
    row.place = at
    row.code = cause
    row.causer = causer
    row.begin_ms = begin_ms
    row.enter_ms = begin_ms
    row.leave_ms = end_ms
    row.end_ms = end_ms
    row.delay_ms = delay_ms


@kernel
def book_difference(area, rows, slot, cause, at, now_ms, delay_ms):
    """Book what is more than planned to a cause, and what is less to recovery."""
    book(area, rows, slot, cause if delay_ms > 0 else RECOVERY, -1, at, now_ms, now_ms, delay_ms)


@kernel
def close_cause(area, rows, slot, until_ms):
    """Book the time since the present cause began, as far as waiting costs time; returns the time booked."""
    begin_ms = max(slot.since_ms, slot.ready_ms)
    if until_ms <= begin_ms:
        return 0
    cause, causer = slot.cause, slot.causer
    if cause == NONE:
        cause, causer = RUNS, slot.last_causer
    book(area, rows, slot, cause, causer, slot.at, begin_ms, until_ms, until_ms - begin_ms)
    slot.last_cause = cause
    slot.last_causer = causer
    return until_ms - begin_ms


@kernel
def set_cause(area, rows, slot, cause, causer, at, now_ms):
    """Say what a waiting train waits for from now on."""
    if slot.cause == cause and slot.causer == causer:
        slot.at = at
        return
    if slot.cause != NONE:
        slot.booked_ms += close_cause(area, rows, slot, now_ms)
        slot.since_ms = now_ms
    slot.cause = cause
    slot.causer = causer
    slot.at = at
