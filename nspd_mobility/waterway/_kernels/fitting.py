"""Which chambers a ship fits at all, whatever the water."""

from __future__ import annotations

from ...codes import Refusal
from ...kernels.jit import kernel
from .loading import keel_clearance_m

_NONE = int(Refusal.NONE)
_LENGTH = int(Refusal.LENGTH)
_BEAM = int(Refusal.BEAM)
_DRAUGHT = int(Refusal.DRAUGHT)
_AIR_DRAUGHT = int(Refusal.AIR_DRAUGHT)


@kernel
def eligible_chambers(lock, chambers, ship):
    """Return the chambers that a ship fits at some water level, bit by bit, and the reason where there is none."""
    eligible = 0
    fits_length = fits_beam = fits_air = False
    for c in range(chambers.shape[0]):
        chamber = chambers[c]
        if ship.length_m > chamber.length_m + 1e-9:
            continue
        fits_length = True
        if ship.beam_m > min(chamber.gate_width_m, chamber.width_m) + 1e-9:
            continue
        fits_beam = True
        if ship.air_draught_m > chamber.max_air_draught_m + 1e-9:
            continue
        fits_air = True
        if ship.draught_m > chamber.max_draught_m + 1e-9:
            continue
        if ship.draught_m > 0.0 and lock.highest_m_nap - chamber.sill_m_nap - keel_clearance_m(chamber, ship) < ship.draught_m - 1e-9:
            continue
        eligible |= 1 << c
    if eligible != 0:
        return eligible, _NONE
    return 0, _LENGTH if not fits_length else (_BEAM if not fits_beam else (_AIR_DRAUGHT if not fits_air else _DRAUGHT))
