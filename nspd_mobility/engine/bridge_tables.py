"""The tables of a bridge: requests and windows that a user gives, checked and made into records, and results made into tables."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..codes import BridgeCause, BridgeUser, BridgeWindow
from ..errors import DataError, allowed, nearest
from ..kernels.arrays import records
from ..streams import stable_hash
from ..units import MS_PER_S
from ._kernels import bridge_records as layout
from .messages import SHIP_CALL, TRAIN_REQUEST

REQUIRED = ("id", "user", "eta_s", "pass_s")
OPTIONAL = ("call_s", "direction", "priority", "is_wide")
WINDOW_COLUMNS = ("kind", "begin_s", "end_s")
_LARGEST_S = 4e15  # NEVER_MS, which no event may reach, is near 4.6e15 s


def check_requests(requests: pd.DataFrame) -> None:
    """Refuse a table of requests that a bridge can't take.

    Raises
    ------
    DataError
        For a missing or unknown column, a duplicate or empty id, an unknown kind of user, a number that is missing, negative or not a
        direction, a call after the arrival; the message names the column and the first row at fault.
    """
    _check_columns(requests, "requests", REQUIRED, OPTIONAL)
    if requests["id"].isna().any():
        raise DataError(f"requests: row {_first(requests['id'].isna())} has no id; every user needs one")
    twice = requests["id"].duplicated()
    if twice.any():
        raise DataError(f"requests: id {requests['id'][twice].iloc[0]!r} occurs more than once; every user needs an id of its own")
    _check_words(requests, "requests", "user", [kind.word for kind in BridgeUser])
    for column in ("eta_s", "pass_s", "call_s", "direction", "priority"):
        if column in requests.columns:
            _check_numbers(requests, "requests", column, may_be_negative=column in ("eta_s", "call_s", "priority"))
    for column in ("direction", "priority"):
        if column in requests.columns:
            wrong = requests[column] % 1 != 0 if column == "priority" else ~requests[column].isin([0, 1])
            if wrong.any():
                row, want = _first(wrong), "a whole number" if column == "priority" else "0 or 1"
                raise DataError(f"requests: {column} of {requests['id'].iloc[row]!r} (row {row}) is {requests[column].iloc[row]}, and must be {want}")
    if "is_wide" in requests.columns and not pd.api.types.is_bool_dtype(requests["is_wide"]):
        raise DataError(f"requests: column 'is_wide' must hold true or false and holds {requests['is_wide'].dtype}")
    if "call_s" in requests.columns:
        late = requests["call_s"] > requests["eta_s"]
        if late.any():
            row = _first(late)
            raise DataError(f"requests: {requests['id'].iloc[row]!r} (row {row}) calls after it has come; call_s is at most eta_s")


def to_inbox(requests: pd.DataFrame) -> tuple[Any, npt.NDArray[np.int64]]:
    """Return a bridge's messages for a table that `check_requests` accepts, in order of call, and the `who` of each row.

    A `who` is the place of the id in the order of a hash, so that the order of rows decides no tie.
    """
    n = len(requests)
    who = np.empty(n, dtype=np.int64)
    who[np.argsort(np.array([stable_hash("bridge user", i) for i in requests["id"]], dtype=np.uint64), kind="stable")] = np.arange(n)
    eta_ms = _to_ms(requests["eta_s"])
    call_ms = _to_ms(requests["call_s"]) if "call_s" in requests.columns else eta_ms
    is_ship = (requests["user"] == BridgeUser.SHIP.word).to_numpy(dtype=bool)
    order = np.lexsort((who, call_ms))
    inbox = records(layout.INBOX, n)
    inbox["kind"] = np.where(is_ship, SHIP_CALL, TRAIN_REQUEST)[order]
    inbox["time_ms"], inbox["who"], inbox["eta_ms"] = call_ms[order], who[order], eta_ms[order]
    inbox["pass_ms"] = _to_ms(requests["pass_s"])[order]
    inbox["reply"] = -1
    for column in ("direction", "priority", "is_wide"):
        if column in requests.columns:
            inbox[column] = requests[column].to_numpy(dtype=np.int64)[order]
    return inbox, who


def to_windows(windows: pd.DataFrame | None) -> Any:
    """Return window records for a table `kind, begin_s, end_s`.

    Raises
    ------
    DataError
        For a missing or unknown column, an unknown kind, a time that is not a number, an end that is not after its begin.
    """
    if windows is None:
        return records(layout.WINDOW, 0)
    _check_columns(windows, "windows", WINDOW_COLUMNS, ())
    words = [kind.word for kind in BridgeWindow]
    _check_words(windows, "windows", "kind", words)
    for column in ("begin_s", "end_s"):
        _check_numbers(windows, "windows", column, may_be_negative=True)
    wrong = ~(windows["end_s"] > windows["begin_s"])
    if wrong.any():
        row = _first(wrong)
        raise DataError(f"windows: row {row} ends at {windows['end_s'].iloc[row]} s, and must end after its begin, {windows['begin_s'].iloc[row]} s")
    rows = records(layout.WINDOW, len(windows))
    rows["kind"] = windows["kind"].map({word: k for k, word in enumerate(words)}).to_numpy(dtype=np.int64)
    rows["begin_ms"], rows["end_ms"] = _to_ms(windows["begin_s"]), _to_ms(windows["end_s"])
    return rows


def closure_frame(rows: Any, ids: Any) -> pd.DataFrame:
    """Return the table of closures; `ids` names the user of each `who`."""
    frame = {"cause_id": pd.Series(ids).iloc[rows["cause_user"]].array, "n_ships": rows["n_ships"].astype(np.int64), "is_forced": rows["is_forced"] != 0}
    for name in ("road_closed", "opening", "open", "closing", "closed", "road_open"):
        frame[f"{name}_s"] = rows[f"{name}_ms"] / MS_PER_S
    return pd.DataFrame(frame)


def wait_frame(rows: Any, requests: pd.DataFrame, who: npt.NDArray[np.int64]) -> pd.DataFrame:
    """Return the table of waits, one row per request in the order given; who was not served has no `begin_s`."""
    n = len(requests)
    row_of = np.empty(n, dtype=np.int64)
    row_of[who] = np.arange(n)
    at = row_of[rows["who"]]

    def column(values: Any) -> Any:
        out = np.full(n, np.nan)
        out[at] = values / MS_PER_S
        return out

    eta_s = requests["eta_s"].to_numpy(dtype=np.float64)
    call_s = requests["call_s"].to_numpy(dtype=np.float64) if "call_s" in requests.columns else eta_s
    direction = requests["direction"].to_numpy(dtype=np.int64) if "direction" in requests.columns else np.zeros(n, dtype=np.int64)
    words = np.array([*(cause.word for cause in BridgeCause), ""], dtype=object)
    cause = np.full(n, -1, dtype=np.int64)
    cause[at] = rows["cause"]
    frame = {"id": requests["id"].array, "user": requests["user"].array, "direction": direction, "call_s": call_s, "eta_s": eta_s}
    frame["begin_s"], frame["clear_s"] = column(rows["begin_ms"]), column(rows["clear_ms"])
    frame["wait_s"] = column(rows["begin_ms"] - rows["eta_ms"])
    frame["cause"] = pd.array(words[cause], dtype="str")
    for kind in BridgeCause:
        if kind is not BridgeCause.NONE:
            frame[f"wait_{kind.word}_s"] = column(rows["part_ms"][:, int(kind)])
    return pd.DataFrame(frame)


def _to_ms(seconds: pd.Series) -> npt.NDArray[np.int64]:
    milliseconds: npt.NDArray[np.int64] = np.rint(seconds.to_numpy(dtype=np.float64) * MS_PER_S).astype(np.int64)
    return milliseconds


def _first(is_wrong: Any) -> int:
    return int(np.flatnonzero(np.asarray(is_wrong, dtype=bool))[0])


def _check_columns(table: pd.DataFrame, name: str, required: tuple[str, ...], optional: tuple[str, ...]) -> None:
    for column in required:
        if column not in table.columns:
            raise DataError(f"{name}: column '{column}' is missing{nearest(column, table.columns)}; required are: {', '.join(required)}")
    known = (*required, *optional)
    for column in table.columns:
        if column not in known:
            raise DataError(f"{name}: unknown column '{column}'{nearest(str(column), known)}; allowed are: {allowed(known)}")


def _check_words(table: pd.DataFrame, name: str, column: str, words: list[str]) -> None:
    wrong = ~table[column].isin(words)
    if wrong.any():
        row = _first(wrong)
        word = table[column].iloc[row]
        raise DataError(f"{name}: {column} {word!r} (row {row}) is not one of: {', '.join(words)}{nearest(str(word), words)}")


def _check_numbers(table: pd.DataFrame, name: str, column: str, may_be_negative: bool) -> None:
    if not pd.api.types.is_numeric_dtype(table[column]) or pd.api.types.is_bool_dtype(table[column]):
        raise DataError(f"{name}: column '{column}' must hold numbers and holds {table[column].dtype}")
    values = table[column].to_numpy(dtype=np.float64)
    bad = ~np.isfinite(values) | (np.abs(values) > _LARGEST_S)
    if not may_be_negative:
        bad |= values < 0.0
    if bad.any():
        row = _first(bad)
        want = "a finite number" if may_be_negative else "a number of 0 or more"
        raise DataError(f"{name}: {column} of row {row} is {values[row]}, and must be {want}")
