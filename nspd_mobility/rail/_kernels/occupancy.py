"""Who holds which track: blocks from signal to signal, taken at once and given back piece by piece behind the tail."""

from __future__ import annotations

from ...kernels.jit import kernel
from ...units import NEVER_MS
from .area_records import BITS, ROW_CALL, ROW_SECTION

_NEVER_MS = int(NEVER_MS)


@kernel
def set_bit(mask, resource):
    """Add a resource to a set."""
    mask[resource // BITS] |= 1 << (resource % BITS)


@kernel
def has_bit(mask, resource):
    """Say whether a resource is in a set."""
    return (mask[resource // BITS] >> (resource % BITS)) & 1 != 0


@kernel
def meets(a, b, n_words):
    """Say whether two sets share a resource."""
    is_shared = False
    for w in range(n_words):
        is_shared = is_shared or a[w] & b[w] != 0
    return is_shared


@kernel
def copy(source, target):
    """Write one row of whole numbers over another."""
    for w in range(source.shape[0]):
        target[w] = source[w]


@kernel
def block_end(sections, routes, elements, r, first, length_m):
    """Return the element after the block that begins at element `first` of route `r`.

    A block ends at a signal; one with a bridge goes on until the tail is off the bridge, or to the end of the route.
    """
    route = routes[r]
    since_bridge_m = length_m
    e = first
    while e < route.n:
        element = elements[route.first + e]
        section = sections[element.section]
        since_bridge_m = 0.0 if section.bridge >= 0 else since_bridge_m + section.length_m
        e += 1
        if section.is_signal[element.direction] != 0 and since_bridge_m >= length_m:
            return e
    return e


@kernel
def block_mask(sections, routes, elements, r, first, end, mask):
    """Write the resources of elements `first` to `end` of a route."""
    mask[:] = 0
    for e in range(first, end):
        element = elements[routes[r].first + e]
        set_bit(mask, element.section)
        conflict = sections[element.section].conflict[1 - element.direction]
        if conflict >= 0:
            set_bit(mask, conflict)


@kernel
def holder_of(sections, routes, elements, holders, r, first, end, own):
    """Return (resource, slot): the first of the elements that somebody holds, or (-1, -1). One's own section is held too, one's own switch not."""
    for e in range(first, end):
        element = elements[routes[r].first + e]
        if holders[element.section, 0] >= 0:
            return element.section, holders[element.section, 0]
        conflict = sections[element.section].conflict[1 - element.direction]
        if conflict >= 0 and holders[conflict, 0] >= 0 and holders[conflict, 0] != own:
            return conflict, holders[conflict, 0]
    return -1, -1


@kernel
def add_piece(slot, pieces, holders, i, resource, section, direction, begin_m, end_m, now_ms):
    """Let slot `i` hold a resource; returns the piece."""
    piece = pieces[slot.n_pieces]
    slot.n_pieces += 1
    holders[resource, 0] = i
    holders[resource, 1] += 1
    piece.resource = resource
    piece.section = section
    piece.direction = direction
    piece.call = -1
    piece.begin_m = begin_m
    piece.end_m = end_m
    piece.limit_m_s = 0.0
    piece.slope = 0.0
    piece.reserve_ms = now_ms
    piece.enter_ms = _NEVER_MS
    piece.pass_ms = _NEVER_MS
    piece.leave_ms = _NEVER_MS
    piece.clear_ms = _NEVER_MS
    return piece


@kernel
def take_block(sections, routes, elements, slot, pieces, holders, i, r, first, end, call, now_ms):
    """Let slot `i` hold the elements `first` to `end` of a route; the last of the route is the track of `call`."""
    for e in range(first, end):
        element = elements[routes[r].first + e]
        section = sections[element.section]
        d = element.direction
        conflict = section.conflict[1 - d]
        if conflict >= 0:
            add_piece(slot, pieces, holders, i, conflict, -1, 0, slot.path_m, slot.path_m, now_ms)
        piece = add_piece(slot, pieces, holders, i, element.section, element.section, d, slot.path_m, slot.path_m + section.length_m, now_ms)
        piece.limit_m_s = section.speed_m_s[d]
        piece.slope = section.slope if d == 0 else -section.slope
        if e == routes[r].n - 1:
            piece.call = call
        slot.path_m += section.length_m
        if section.bridge >= 0:
            slot.bridge_section = element.section


@kernel
def release_piece(area, slot, pieces, holders, rows, k, now_ms):
    """Give piece `k` back and write its rows."""
    piece = pieces[k]
    holders[piece.resource, 1] -= 1
    if holders[piece.resource, 1] == 0:
        holders[piece.resource, 0] = -1
    if piece.section >= 0:
        row = rows[area.n_rows]
        area.n_rows += 1
        row.kind = ROW_SECTION
        row.train = slot.train
        row.place = piece.section
        row.code = piece.direction
        row.causer = -1
        row.begin_ms = piece.reserve_ms
        row.enter_ms = piece.enter_ms
        row.leave_ms = min(piece.leave_ms, now_ms)
        row.end_ms = now_ms
        row.delay_ms = 0
        if piece.call >= 0 and piece.pass_ms < _NEVER_MS:  # passed without a stop
            write_call(area, rows, slot.train, piece.call, piece.section, piece.pass_ms, piece.pass_ms)
    slot.n_pieces -= 1
    for j in range(k, slot.n_pieces):
        pieces[j] = pieces[j + 1]
    area.is_changed = 1


@kernel
def write_call(area, rows, train, call, section, arrive_ms, depart_ms):
    """Write when a train was at a place, and on which track."""
    row = rows[area.n_rows]
    area.n_rows += 1
    row.kind = ROW_CALL
    row.train = train
    row.place = call
    row.code = section
    row.causer = -1
    row.begin_ms = arrive_ms
    row.enter_ms = arrive_ms
    row.leave_ms = depart_ms
    row.end_ms = depart_ms
    row.delay_ms = 0


@kernel
def final_mask(area, slot, pieces, length_m, end_m, mask):
    """Write what the train still holds when it stands at `end_m`."""
    mask[:] = 0
    for k in range(slot.n_pieces):
        if pieces[k].end_m + length_m + area.overlap_m > end_m:
            set_bit(mask, pieces[k].resource)
