"""Sections between passing places: who may be in them together, who waits for them, and in which order they are given.

A ship that wants sections waits in one list, ordered by (flip_ms, key), where flip_ms is the time at which its longest wait is
over. It is given all that it wants at once when

1. for each of them the beams of this ship and of the widest opposing ship in it add up to no more than the section allows, and
2. no ship before it in the list whose longest wait is over wants one of them from the other side and could not meet it.

An oversize ship counts as one without bound in beam: it meets nobody. It wants all sections of the rest of its route.
"""

from __future__ import annotations

from ...codes import CanalWait
from ...kernels.jit import kernel
from .canal_records import WAIT_SECTION

_SECTION = int(CanalWait.SECTION)
_OVERSIZE = int(CanalWait.OVERSIZE)
_TOLERANCE_M = 1e-9


@kernel
def ask(canal, path, slots, i, now_ms):
    """Put slot `i` among the ships that wait for a section; `grant` of this millisecond looks at it."""
    slot = slots[i]
    leg = path[slot.leg]
    is_oversize = slot.beam_m > canal.oversize_beam_m
    for d in range(2):
        bit = 1 << leg.section if d == leg.section_direction else 0
        slot.want[d] = (leg.rest[d] & ~slot.held[d]) if is_oversize else bit
    slot.state = WAIT_SECTION
    slot.begin_ms = now_ms
    slot.flip_ms = now_ms + (canal.oversize_max_wait_ms if is_oversize else canal.max_wait_ms)
    slot.is_new = 1
    canal.has_new = 1
    before = canal.last_waiting
    while before >= 0 and (slots[before].flip_ms > slot.flip_ms or (slots[before].flip_ms == slot.flip_ms and slots[before].key > slot.key)):
        before = slots[before].previous
    after = slots[before].next if before >= 0 else canal.first_waiting
    slot.previous = before
    slot.next = after
    if before >= 0:
        slots[before].next = i
    else:
        canal.first_waiting = i
    if after >= 0:
        slots[after].previous = i
    else:
        canal.last_waiting = i


@kernel
def stop_waiting(canal, slots, i):
    """Take slot `i` out of the list."""
    slot = slots[i]
    if slot.previous >= 0:
        slots[slot.previous].next = slot.next
    else:
        canal.first_waiting = slot.next
    if slot.next >= 0:
        slots[slot.next].previous = slot.previous
    else:
        canal.last_waiting = slot.previous


@kernel
def may_enter(canal, sections, slots, i, now_ms):
    """Say whether slot `i` may have all sections that it wants, and note the first cause and causer if not."""
    slot = slots[i]
    for d in range(2):
        want = slot.want[d]
        s = 0
        while want >> s:
            section = sections[s]
            if (want >> s) & 1 and section.n_ships[1 - d] > 0:
                other_m = section.max_beam_m[1 - d]
                if slot.rule_beam_m + other_m > section.meeting_max_beam_sum_m + _TOLERANCE_M:
                    _blame(canal, slot, other_m, section.max_ship[1 - d])
                    return False
            s += 1
    f = canal.first_waiting
    while f != i and slots[f].flip_ms <= now_ms:
        other = slots[f]
        both = (slot.want[0] & other.want[1]) | (slot.want[1] & other.want[0])
        s = 0
        while both >> s:
            if (both >> s) & 1 and slot.rule_beam_m + other.rule_beam_m > sections[s].meeting_max_beam_sum_m + _TOLERANCE_M:
                _blame(canal, slot, other.rule_beam_m, other.ship)
                return False
            s += 1
        f = other.next
    return True


@kernel
def _blame(canal, slot, other_beam_m, other_ship):
    """Note why a ship waits, the first time that it is looked at."""
    if slot.is_new != 0:
        slot.cause = _OVERSIZE if max(slot.rule_beam_m, other_beam_m) > canal.oversize_beam_m else _SECTION
        slot.causer = other_ship


@kernel
def take(sections, slots, i):
    """Give slot `i` the sections that it wants."""
    slot = slots[i]
    for d in range(2):
        want = slot.want[d]
        slot.held[d] |= want
        slot.want[d] = 0
        s = 0
        while want >> s:
            if (want >> s) & 1:
                section = sections[s]
                if section.n_ships[d] == 0 or slot.rule_beam_m > section.max_beam_m[d]:
                    section.max_beam_m[d] = slot.rule_beam_m
                    section.max_ship[d] = slot.ship
                section.n_ships[d] += 1
            s += 1


@kernel
def give_back(canal, sections, slots, i):
    """The tail of slot `i` is out of the sections that it left."""
    slot = slots[i]
    for d in range(2):
        leaving = slot.leaving[d]
        slot.held[d] &= ~leaving
        slot.leaving[d] = 0
        canal.released |= leaving
        s = 0
        while leaving >> s:
            if (leaving >> s) & 1:
                section = sections[s]
                section.n_ships[d] -= 1
                if section.n_ships[d] > 0 and slot.rule_beam_m >= section.max_beam_m[d]:
                    _find_widest(canal, section, s, d, slots)
            s += 1


@kernel
def _find_widest(canal, section, s, d, slots):
    """Find the widest ship that holds section `s` in direction `d`; of ships of one beam the one of the lowest key."""
    best = -1
    for j in range(canal.n_high):
        other = slots[j]
        if (other.held[d] >> s) & 1 == 0:
            continue
        if best < 0 or other.rule_beam_m > slots[best].rule_beam_m or (other.rule_beam_m == slots[best].rule_beam_m and other.key < slots[best].key):
            best = j
    section.max_beam_m[d] = slots[best].rule_beam_m
    section.max_ship[d] = slots[best].ship
