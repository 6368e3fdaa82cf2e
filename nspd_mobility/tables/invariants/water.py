"""Water of the canal: what comes in and goes out by day adds up to what is stored."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .rows import codes_of, report

_RELATIVE = 1e-9


def water_balances(days: pd.DataFrame) -> list[str]:
    """Storage of a day is that of the day before, plus inflow and shortage, less lock loss, flushing and spill."""
    lock = codes_of(days, ("period", "lock"))
    day, storage = days["day_s"].to_numpy(dtype=np.float64), days["storage_m3"].to_numpy(dtype=np.float64)
    value = {c: days[c].to_numpy(dtype=np.float64) for c in ("inflow_m3", "shortage_m3", "lock_loss_m3", "flushing_m3", "spill_m3")}
    added = value["inflow_m3"] + value["shortage_m3"] - value["lock_loss_m3"] - value["flushing_m3"] - value["spill_m3"]
    size = np.abs(storage) + sum(np.abs(v) for v in value.values())
    order = np.lexsort((day, lock))
    wanted = storage[order][:-1] + added[order][1:]
    wrong = (lock[order][1:] == lock[order][:-1]) & ~(np.abs(storage[order][1:] - wanted) <= 1e-3 + _RELATIVE * size[order][1:])
    return report(
        wrong,
        lambda k: (
            f"water behind {days['lock'].iat[order[k + 1]]} on the day at {day[order[k + 1]]:.0f} s, period {days['period'].iat[order[k + 1]]}: "
            f"stored are {storage[order[k + 1]]:.3f} m3, the flows give {wanted[k]:.3f} m3"
        ),
    )
