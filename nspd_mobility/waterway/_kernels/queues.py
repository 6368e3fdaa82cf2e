"""Ships that wait at the two sides of a lock, and the ships inside a chamber: linked lists over one pool of slots.

The queue of a side is kept in the order (priority descending, arrival, order of the request). A ship is put in from the tail,
so that in the usual case the cost does not depend on the length of the queue. A ship that has waited its longest gets a priority
above all others, and nobody may pass it any more.
"""

from __future__ import annotations

from ...kernels.jit import kernel
from ...units import NEVER_MS

FLIPPED = 1 << 40  # priority of a ship that has waited its longest


@kernel
def link_free(lock, slots, begin):
    """Put the slots from `begin` on into the free list; for new and for grown pools."""
    for i in range(slots.shape[0] - 1, begin - 1, -1):
        slots[i].chamber = -2
        slots[i].next = lock.free_slot
        lock.free_slot = i


@kernel
def enqueue(lock, slots, requests, r):
    """Take a free slot for request `r`, put it into the queue of its side, and return the slot."""
    request = requests[r]
    i = lock.free_slot
    slot = slots[i]
    lock.free_slot = slot.next
    lock.n_in_use += 1
    copy_request(slot, request)
    slot.passed = 0
    slot.skipped_in = -1
    slot.waits_for = -1
    slot.chamber = -1
    lock.next_flip_ms = min(lock.next_flip_ms, slot.time_ms + slot.max_wait_ms)
    _put_in(lock, slots, i)
    return i


@kernel
def copy_request(to, request):
    """Copy the fields of a request into a slot."""
    to.ship = request.ship
    to.time_ms = request.time_ms
    to.side = request.side
    to.group = request.group
    to.priority = request.priority
    to.length_m = request.length_m
    to.beam_m = request.beam_m
    to.draught_m = request.draught_m
    to.air_draught_m = request.air_draught_m
    to.keel_clearance_m = request.keel_clearance_m
    to.room_length_m = request.room_length_m
    to.room_beam_m = request.room_beam_m
    to.distance_m = request.distance_m
    to.is_alone = request.is_alone
    to.n_tugs = request.n_tugs
    to.n_pilots = request.n_pilots
    to.max_wait_ms = request.max_wait_ms
    to.known_ms = request.known_ms
    to.eta_ms = request.eta_ms
    to.key = request.key


@kernel
def _put_in(lock, slots, i):
    """Put slot `i` into the queue of its side, from the tail."""
    slot = slots[i]
    side = slot.side
    before = lock.last_slot[side]
    while before >= 0 and (slots[before].priority < slot.priority or (slots[before].priority == slot.priority and slots[before].time_ms > slot.time_ms)):
        before = slots[before].previous
    after = slots[before].next if before >= 0 else lock.first_slot[side]
    slot.previous = before
    slot.next = after
    if before >= 0:
        slots[before].next = i
    else:
        lock.first_slot[side] = i
    if after >= 0:
        slots[after].previous = i
    else:
        lock.last_slot[side] = i
    lock.n_waiting[side] += 1


@kernel
def flip(lock, slots, now_ms):
    """Put the ships that have waited their longest before all others."""
    lock.next_flip_ms = NEVER_MS
    for side in range(2):
        i = lock.first_slot[side]
        while i >= 0:
            following = slots[i].next
            if slots[i].priority < FLIPPED:
                due_ms = slots[i].time_ms + slots[i].max_wait_ms
                if due_ms <= now_ms:
                    leave_queue(lock, slots, i)
                    slots[i].priority = FLIPPED
                    slots[i].waits_for = -1
                    slots[i].passed = max(slots[i].passed, lock.max_skip)
                    _put_in(lock, slots, i)
                else:
                    lock.next_flip_ms = min(lock.next_flip_ms, due_ms)
            i = following


@kernel
def leave_queue(lock, slots, i):
    """Take slot `i` out of the queue of its side."""
    slot = slots[i]
    side = slot.side
    if slot.previous >= 0:
        slots[slot.previous].next = slot.next
    else:
        lock.first_slot[side] = slot.next
    if slot.next >= 0:
        slots[slot.next].previous = slot.previous
    else:
        lock.last_slot[side] = slot.previous
    lock.n_waiting[side] -= 1


@kernel
def free(lock, slots, i):
    """Give slot `i` back."""
    slots[i].chamber = -2
    slots[i].next = lock.free_slot
    lock.free_slot = i
    lock.n_in_use -= 1


@kernel
def board(chamber, slots, i, c):
    """Append slot `i`, which has left its queue, to the ships inside chamber `c`."""
    slot = slots[i]
    slot.chamber = c
    slot.next = -1
    if chamber.n_inside == 0:
        chamber.first_slot = i
        chamber.oldest_ms = slots[i].time_ms
    else:
        slots[chamber.last_slot].next = i
    chamber.oldest_ms = min(chamber.oldest_ms, slots[i].time_ms)
    chamber.last_slot = i
    chamber.n_inside += 1
