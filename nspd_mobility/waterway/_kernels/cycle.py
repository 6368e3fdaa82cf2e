"""The cycle of one lock chamber: lockage begins, doors close, levelling, doors open, the last ship is out."""

from __future__ import annotations

from ...codes import ChamberOrder, ChamberPhase
from ...kernels.jit import kernel
from ...units import NEVER_MS
from .levels import head_at, levelling_ms
from .loading import clear_skyline, movement_ms
from .queues import free
from .records import EXIT_FIRST, EXIT_FOLLOW

IDLE = int(ChamberPhase.IDLE)
ENTERING = int(ChamberPhase.ENTERING)
LOCKING = int(ChamberPhase.LOCKING)
EXITING = int(ChamberPhase.EXITING)
NO_ORDER = int(ChamberOrder.NONE)
GO = int(ChamberOrder.GO)
HOLD = int(ChamberOrder.HOLD)


@kernel
def clear(lock, chamber, c, lockage_rows):
    """The last ship is out: write the lockage and wait with open doors at the other side."""
    row = lockage_rows[lock.n_lockage_rows]
    lock.n_lockage_rows += 1
    row.lockage_id = chamber.lockage_id
    row.chamber = c
    row.from_side = 1 - chamber.side
    row.n_ships = chamber.n_inside
    row.start_ms = chamber.start_ms
    row.close_ms = chamber.close_ms
    row.closed_ms = chamber.closed_ms
    row.levelled_ms = chamber.levelled_ms
    row.opened_ms = chamber.opened_ms
    row.end_ms = chamber.next_ms
    row.head_m = chamber.head_m
    row.ship_area_m2 = chamber.ship_area_m2
    chamber.phase = IDLE
    chamber.n_inside = 0
    chamber.next_ms = NEVER_MS
    chamber.order = NO_ORDER
    lock.tugs_in_use -= chamber.n_tugs
    lock.pilots_in_use -= chamber.n_pilots
    chamber.n_tugs = 0
    chamber.n_pilots = 0


@kernel
def open_doors(lock, chamber, slots, ship_rows):
    """The doors are open: ships leave one after another in the order in which they came."""
    chamber.phase = EXITING
    chamber.side = 1 - chamber.side
    clear_ms = chamber.opened_ms
    i = chamber.first_slot
    for k in range(chamber.n_inside):
        slot = slots[i]
        row = ship_rows[lock.n_ship_rows]
        lock.n_ship_rows += 1
        row.ship = slot.ship
        row.chamber = slot.chamber
        row.lockage_id = slot.lockage_id
        row.refusal = 0
        row.entry_start_ms = slot.entry_start_ms
        row.moored_ms = slot.moored_ms
        row.close_ms = chamber.close_ms
        row.x_m = slot.x_m
        row.y_m = slot.y_m
        row.exit_start_ms = clear_ms
        clear_ms += movement_ms(chamber, EXIT_FIRST if k == 0 else EXIT_FOLLOW, slot)
        row.exit_ms = clear_ms
        following = slot.next
        free(lock, slots, i)
        i = following
    chamber.next_ms = clear_ms + (chamber.clearance_ms if chamber.n_inside > 0 else 0)


@kernel
def close(lock, chamber, levels, now_ms):
    """Nobody else enters: doors close, the chamber is levelled at the head of that moment, doors open."""
    chamber.phase = LOCKING
    chamber.close_ms = now_ms
    chamber.closed_ms = now_ms + chamber.door_close_ms
    chamber.head_m = head_at(lock, levels, chamber.closed_ms)
    chamber.levelled_ms = chamber.closed_ms + levelling_ms(chamber, chamber.head_m)
    chamber.opened_ms = chamber.levelled_ms + chamber.door_open_ms
    chamber.next_ms = chamber.opened_ms


@kernel
def begin(lock, chamber, now_ms):
    """Give an idle chamber a new lockage."""
    chamber.lockage_id = lock.n_lockages
    lock.n_lockages += 1
    chamber.start_ms = now_ms
    chamber.moored_ms = now_ms
    chamber.held_ms = NEVER_MS
    chamber.order = NO_ORDER
    chamber.n_inside = 0
    chamber.last_slot = -1
    clear_skyline(chamber)


@kernel
def turn_ms(lock, chamber, levels, now_ms):
    """Return how long an empty turn takes that begins now."""
    closed_ms = now_ms + chamber.door_close_ms
    return chamber.door_close_ms + levelling_ms(chamber, head_at(lock, levels, closed_ms)) + chamber.door_open_ms
