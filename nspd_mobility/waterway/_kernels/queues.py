"""Ships that wait at the two sides of a lock, and the ships inside a chamber: linked lists over one pool of slots.

The queue of a side is kept in the order (priority descending, arrival, order of the request). A ship is put in from the tail,
so that in the usual case the cost does not depend on the length of the queue.
"""

from __future__ import annotations

from ...kernels.jit import kernel


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
    side = request.side
    slot.ship = request.ship
    slot.time_ms = request.time_ms
    slot.side = side
    slot.group = request.group
    slot.priority = request.priority
    slot.length_m = request.length_m
    slot.beam_m = request.beam_m
    slot.draught_m = request.draught_m
    slot.air_draught_m = request.air_draught_m
    slot.passed = 0
    slot.skipped_in = -1
    slot.chamber = -1
    before = lock.last_slot[side]
    while before >= 0 and slots[before].priority < slot.priority:
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
    return i


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
    else:
        slots[chamber.last_slot].next = i
    chamber.last_slot = i
    chamber.n_inside += 1
