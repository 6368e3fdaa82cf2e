"""Rows that can't be true are taken out, counted and shown; too many of them are an error, for then the columns are mixed up."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import DataError
from .logs import PASSAGES, Log, local_times
from .result import Dropped
from .settings import FitSettings


def clean(log: Log, settings: FitSettings) -> pd.DataFrame:
    """Return the usable rows of a log, with `row`, the row in the file; what was taken out is added to ``log.dropped``.

    Taken out are rows that stand in the log twice, rows without any time, and rows whose times stand in the wrong order by more
    than the tolerance.

    Raises
    ------
    DataError
        If more than `max_dropped_share` of the rows have times in the wrong order.
    """
    frame = log.frame.assign(row=np.arange(len(log.frame)))
    times = [f"{name}_s" for name in log.form.times]
    _drop(log, frame, frame[times].isna().all(axis=1).to_numpy(), "rows without any time")
    frame = frame[frame[times].notna().any(axis=1)]
    twice = frame.drop(columns="row").duplicated().to_numpy()
    if log.form is PASSAGES:
        key = ["ship_id", "side", "chamber", "arrival_s"]
        is_known = (frame["ship_id"] != "") & frame["arrival_s"].notna()
        twice = twice | (frame[key].duplicated() & is_known).to_numpy()
    _drop(log, frame, twice, "rows that stand in the log twice")
    frame = frame[~twice]
    wrong = _wrong_order(frame[times].to_numpy(), settings.order_tolerance_s)
    n_wrong = int((wrong >= 0).sum())
    if n_wrong:
        _drop(log, frame, wrong >= 0, "rows with times in the wrong order (negative durations)", wrong)
    if n_wrong > settings.max_dropped_share * len(frame):
        worst = log.dropped[-1]
        raise DataError(
            f"{log.sheet.path}: {n_wrong} of {len(frame)} rows have times in the wrong order, and at most {settings.max_dropped_share:.0%} may: "
            f"{'; '.join(worst.examples)}; the order must be {', '.join(log.form.times)}: mend the columns or their map"
        )
    return frame[wrong < 0].reset_index(drop=True)


def _wrong_order(times: npt.NDArray[np.float64], tolerance_s: float) -> npt.NDArray[np.int64]:
    """Return for each row the first column that lies before an earlier column's time, or -1."""
    if times.shape[1] < 2:
        return np.full(len(times), -1, dtype=np.int64)
    latest = np.fmax.accumulate(times, axis=1)
    with np.errstate(invalid="ignore"):
        wrong = times[:, 1:] < latest[:, :-1] - tolerance_s
    return np.where(wrong.any(axis=1), wrong.argmax(axis=1) + 1, -1)


def _drop(log: Log, frame: pd.DataFrame, bad: npt.NDArray[np.bool_], reason: str, column: npt.NDArray[np.int64] | None = None) -> None:
    """Count rows as dropped, with the first three as examples."""
    if not bad.any():
        return
    names = log.form.times
    examples = []
    for at in np.flatnonzero(bad)[:3]:
        detail = ""
        if column is not None:
            late = names[column[at]]
            values = frame.iloc[at][[f"{name}_s" for name in names[: column[at]]]].to_numpy(dtype=np.float64)
            early = names[int(np.nanargmax(values))]
            stamps = local_times([frame.iloc[at][f"{late}_s"], np.nanmax(values)]).strftime("%Y-%m-%d %H:%M:%S")
            detail = f" ({late} {stamps[0]} is before {early} {stamps[1]})"
        examples.append(f"{log.sheet.where(int(frame['row'].iloc[at]))}{detail}")
    log.dropped.append(Dropped(log.name, reason, int(bad.sum()), len(frame), tuple(examples)))
