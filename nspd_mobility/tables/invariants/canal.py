"""Canal and fairways: a ship is on one stretch at a time, and goes from each to the next."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .rows import codes_of, is_before, report, rounding_s


def legs_are_contiguous(legs: pd.DataFrame, ships: pd.DataFrame, waits: pd.DataFrame | None = None) -> list[str]:
    """A ship leaves a stretch when it enters the next; between the two around the lock lies its passage, elsewhere its waits."""
    enter, leave = legs["enter_s"].to_numpy(dtype=np.float64), legs["leave_s"].to_numpy(dtype=np.float64)
    found = report(
        is_before(leave, enter),
        lambda i: f"ship {legs['entity_id'].iat[i]} leaves {legs['stretch'].iat[i]} at {leave[i]:.3f} s and enters it at {enter[i]:.3f} s",
    )
    keys = [c for c in ("period", "entity_id") if c in legs.columns and c in ships.columns]
    ship = codes_of(pd.concat([ships[keys], legs[keys]], ignore_index=True), tuple(keys))
    of_leg = ship[len(ships) :]
    n_code = int(ship.max()) + 1 if ship.size else 0
    arrival, exit_ = np.full(n_code, np.nan), np.full(n_code, np.nan)
    arrival[ship[: len(ships)]] = ships["arrival_s"].to_numpy(dtype=np.float64)
    exit_[ship[: len(ships)]] = ships["exit_s"].to_numpy(dtype=np.float64)
    order = np.lexsort((leave, enter, of_leg))
    who, begin, end = of_leg[order], enter[order], leave[order]
    same = who[1:] == who[:-1]
    slack = rounding_s(begin[1:])
    joined = np.abs(begin[1:] - end[:-1]) <= slack
    at_lock = np.abs(end[:-1] - arrival[who[:-1]]) <= slack
    free = np.where(at_lock, exit_[who[:-1]], end[:-1])  # from then on only waits keep it from the next stretch
    torn = same & ~joined & ~(np.abs(begin[1:] - free) <= slack)
    if waits is not None and len(waits):
        entity, period = legs["entity_id"].to_numpy(), legs["period"].to_numpy()
        wait_s = (waits["end_s"] - waits["begin_s"]).to_numpy()
        mine = waits.groupby(["period", "entity_id"]).indices
        for k in np.flatnonzero(torn):
            rows = mine.get((period[order[k]], entity[order[k]]), [])
            within = [r for r in rows if waits["begin_s"].iat[r] >= free[k] - slack[k] and waits["end_s"].iat[r] <= begin[k + 1] + slack[k]]
            torn[k] = not abs(wait_s[within].sum() - (begin[k + 1] - free[k])) <= len(within) * slack[k]
    return found + report(
        torn,
        lambda k: (
            f"ship {legs['entity_id'].iat[int(order[k])]} leaves {legs['stretch'].iat[int(order[k])]} at {end[k]:.3f} s "
            f"and enters {legs['stretch'].iat[int(order[k + 1])]} at {begin[k + 1]:.3f} s"
        ),
    )
