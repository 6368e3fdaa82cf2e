"""The log that a simulated lock would have written: to try the estimation on a lock whose parameters are known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ..waterway.lock import LockResult


def log_of_result(result: LockResult, ships: pd.DataFrame, epoch: pd.Timestamp) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return passages and lockages as logs with UTC times.

    Parameters
    ----------
    result : LockResult
        Of `simulate_lock`.
    ships : DataFrame
        The ships that were simulated.
    epoch : Timestamp
        Zero of the times, with a time zone.

    Returns
    -------
    passages, lockages : DataFrame
        In the columns that `fit_lock` reads; ships and lockages that had not ended are left out.
    """

    def moments(seconds: pd.Series[float]) -> Any:
        return epoch.tz_convert("UTC") + pd.to_timedelta(np.rint(seconds.to_numpy(dtype=np.float64) * 1000.0), unit="ms").to_series(index=seconds.index)

    rows = result.ships
    passages = pd.DataFrame({"ship_id": rows["id"].astype("str"), "side": rows["side"], "chamber": rows["chamber"]})
    for column in ("arrival", "entry_start", "moored", "doors_close", "exit_start", "exit"):
        passages[column] = moments(rows[f"{column}_s"])
    for column in ("class_id", "group", "length_m"):
        if column in ships.columns:
            passages[column] = ships[column].to_numpy()
    if "is_sea" in ships.columns and "group" not in ships.columns:
        passages["group"] = np.where(ships["is_sea"].to_numpy(dtype=bool), "sea", "inland")
    lockages = result.lockages[["chamber", "direction"]].copy()
    for column in ("doors_close", "doors_closed", "levelled", "doors_open"):
        lockages[column] = moments(result.lockages[f"{column}_s"])
    return passages[rows["exit_s"].notna()].reset_index(drop=True), lockages
