"""When a chamber could take a ship at a side, and how many ships that wait count on it already."""

from __future__ import annotations

from ...kernels.jit import kernel
from ...units import NEVER_MS
from .closures import open_from_ms
from .cycle import ENTERING, EXITING, IDLE, LOCKING, turn_ms
from .loading import movement_ms
from .records import EXIT_FIRST, EXIT_FOLLOW


@kernel
def expect(lock, chambers, slots, levels, now_ms):
    """Estimate for each busy chamber when it is open at the side that it comes to, and forget all claims."""
    for c in range(chambers.shape[0]):
        chamber = chambers[c]
        chamber.claim_area_m2 = 0.0
        chamber.n_claimed = 0
        chamber.claim_ms = NEVER_MS
        if chamber.phase == EXITING:
            chamber.claim_ms = chamber.next_ms
        elif chamber.phase == LOCKING:
            chamber.claim_ms = chamber.opened_ms + exit_ms(chamber, slots)
        elif chamber.phase == ENTERING:
            close_ms = max(chamber.next_ms, now_ms)
            chamber.claim_ms = close_ms + turn_ms(lock, chamber, levels, close_ms) + exit_ms(chamber, slots)


@kernel
def exit_ms(chamber, slots):
    """Return how long the ships inside need to leave."""
    if chamber.n_inside == 0:
        return 0
    total_ms = chamber.clearance_ms
    i = chamber.first_slot
    for k in range(chamber.n_inside):
        total_ms += movement_ms(chamber, EXIT_FIRST if k == 0 else EXIT_FOLLOW, slots[i])
        i = slots[i].next
    return total_ms


@kernel
def idle_at_side_ms(lock, chamber, slots, side, levels, closures, now_ms):
    """Return when a chamber can stand open and empty at a side, with an empty turn where it comes to the other one."""
    at_ms, at_side = now_ms, chamber.side
    if chamber.phase == EXITING:
        at_ms = chamber.next_ms
    elif chamber.phase == LOCKING:
        at_ms, at_side = chamber.opened_ms + exit_ms(chamber, slots), 1 - chamber.side
    elif chamber.phase == ENTERING:
        close_ms = max(chamber.next_ms, now_ms)
        at_ms, at_side = close_ms + turn_ms(lock, chamber, levels, close_ms) + exit_ms(chamber, slots), 1 - chamber.side
    at_ms = open_from_ms(chamber, closures, at_ms)
    return at_ms if at_side == side else at_ms + turn_ms(lock, chamber, levels, at_ms)


@kernel
def has_room(chamber, slot):
    """Say whether a chamber has area and number left for one more claim."""
    number, area = chamber.n_claimed, chamber.claim_area_m2
    if chamber.phase == ENTERING and chamber.side == slot.side:  # the ship would join those inside
        if chamber.is_alone == 1:
            return False
        number += chamber.n_inside
        area += chamber.ship_area_m2
    if chamber.max_ships > 0 and number >= chamber.max_ships:
        return False
    return area + slot.length_m * slot.beam_m <= chamber.length_m * chamber.width_m + 1e-9


@kernel
def available_ms(lock, chamber, slot, levels, closures, now_ms):
    """Return when a chamber could take a ship at its side, NEVER where it moves away from it."""
    if chamber.phase == IDLE:
        return now_ms + turn_ms(lock, chamber, levels, now_ms)
    if chamber.phase == EXITING:
        at_ms = chamber.claim_ms if chamber.side == slot.side else NEVER_MS
    elif chamber.side == slot.side:
        return chamber.next_ms if chamber.phase == ENTERING else NEVER_MS
    else:
        at_ms = chamber.claim_ms
    return open_from_ms(chamber, closures, at_ms) if at_ms < NEVER_MS else at_ms
