"""The water of a period against the flow that the treaty on the canal asks for.

The treaty between Belgium and the Netherlands (1960, 1985) sets a mean discharge over two months. Which months, and whether the mean
runs, was not found: here a window begins on each day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..errors import DataError
from ..params.build import build_plain
from ..params.water import WaterParams
from ..units import S_PER_DAY
from .checks import check_columns, numbers_of


@dataclass(frozen=True, slots=True)
class TreatyBalance:
    """How the inflow of a period compares with the treaty and with what the locks take.

    Attributes
    ----------
    inflow_m3_s, lock_loss_m3_s, flushing_m3_s, spill_m3_s, shortage_m3_s : float
        Means over the period (m³/s).
    days_below_share : float
        Share of days with an inflow below the treaty's (–).
    windows_below_share : float
        Share of windows of the treaty's length whose mean inflow lies below the treaty's (–); NaN where the period is shorter.
    n_days, n_windows : int
        Days, and windows that lie whole in the period.
    """

    inflow_m3_s: float
    lock_loss_m3_s: float
    flushing_m3_s: float
    spill_m3_s: float
    shortage_m3_s: float
    days_below_share: float
    windows_below_share: float
    n_days: int
    n_windows: int


def treaty_balance(days: pd.DataFrame, params: WaterParams | Mapping[str, Any] | None = None) -> TreatyBalance:
    """Return the balance of a period against the treaty's flow; a window begins on each day.

    Parameters
    ----------
    days : DataFrame
        Whole days of a `WaterBalance`, without gaps.
    params : WaterParams or mapping, optional
        With the treaty's flow and window.

    Raises
    ------
    DataError
        If a column is missing, or there is no day.

    Examples
    --------
    >>> flows = ("inflow_m3", "lock_loss_m3", "flushing_m3", "spill_m3", "shortage_m3")
    >>> days = pd.DataFrame({"day_s": [0.0, 86_400.0], **{name: [864_000.0, 1_728_000.0] for name in flows}})
    >>> treaty_balance(days, dict(treaty_window_days=2)).windows_below_share  # 10 and 20 m³/s: 15 on average, not below 13
    0.0
    """
    given = params if isinstance(params, WaterParams) else build_plain(WaterParams, "water", **(params or {}))
    flows = ("inflow_m3", "lock_loss_m3", "flushing_m3", "spill_m3", "shortage_m3")
    check_columns(days, ("day_s", *flows), "days")
    if not len(days):
        raise DataError("days: there is none; a balance needs at least one day")
    times = numbers_of(days, "day_s", "days")
    for row in np.flatnonzero(np.abs(np.diff(times) - S_PER_DAY) > 1e-3)[:1]:
        raise DataError(f"days: rows {row} and {row + 1} are not one day apart; give the days of one period and lock, in order")
    means = {name.removesuffix("_m3") + "_m3_s": float(numbers_of(days, name, "days").mean() / S_PER_DAY) for name in flows}
    inflow = numbers_of(days, "inflow_m3", "days") / S_PER_DAY
    window = given.treaty_window_days
    sums = np.concatenate([[0.0], np.cumsum(inflow)])
    means_of_windows = (sums[window:] - sums[:-window]) / window if len(inflow) >= window else np.empty(0)
    low = given.treaty_flow_m3_s * (1.0 - 1e-12)  # an inflow of just the treaty's flow is not below it
    below = float((means_of_windows < low).mean()) if len(means_of_windows) else float("nan")
    return TreatyBalance(**means, days_below_share=float((inflow < low).mean()), windows_below_share=below, n_days=len(days), n_windows=len(means_of_windows))
