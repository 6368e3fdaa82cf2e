"""The record of a closure that the lock kernel reads: sorted by begin, then chamber; closures of one chamber do not overlap."""

from __future__ import annotations

import numpy as np

CLOSURE = np.dtype(
    [
        ("chamber", "i8"),  # row of the chambers
        ("begin_ms", "i8"),  # doors may not begin to close from here
        ("end_ms", "i8"),  # and may again from here
        ("cause", "i8"),  # codes.ClosureCause
    ]
)
