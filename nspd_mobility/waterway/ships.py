"""The table of ships that a lock takes: checked, put in order, and made into the kernel's requests."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..codes import Information, LockPolicy, Side, TugPlace, VesselGroup
from ..errors import DataError, allowed, nearest
from ..params import LockParams
from ..streams import stable_hash
from ..units import MS_PER_S, to_ms
from ._kernels import records

REQUIRED = ("id", "side", "arrival_s")
SIZES = ("length_m", "beam_m", "draught_m", "air_draught_m")
OPTIONAL = (*SIZES, "keel_clearance_m", "class_id", "n_cone", "is_sea", "known_from_s", "eta_s", "is_booked", "priority")
_MAY_BE_NEGATIVE = ("arrival_s", "known_from_s", "eta_s", "priority")
_LARGEST_S = 4e15  # NEVER_MS, which no event may reach, is near 4.6e15 s


def check_ships(ships: pd.DataFrame) -> None:
    """Refuse a table of ships that the lock can't take.

    Raises
    ------
    DataError
        For a missing or misspelt column, a duplicate or empty id, an unknown side, a time or size that is not a number, a
        negative size; the message names the column and the first row at fault.
    """
    known = (*REQUIRED, *OPTIONAL)
    for column in REQUIRED:
        if column not in ships.columns:
            raise DataError(f"ships: column '{column}' is missing{nearest(column, ships.columns)}; required are: {', '.join(REQUIRED)}")
    for column in ships.columns:
        if column not in known:
            raise DataError(f"ships: unknown column '{column}'{nearest(str(column), known)}; allowed are: {allowed(known)}")
    twice = ships["id"].duplicated()
    if twice.any():
        raise DataError(f"ships: id {ships['id'][twice].iloc[0]!r} occurs more than once; every ship needs an id of its own")
    if ships["id"].isna().any():
        raise DataError(f"ships: row {int(np.flatnonzero(ships['id'].isna())[0])} has no id; every ship needs one")
    words = [side.word for side in Side]
    wrong = ~ships["side"].isin(words)
    if wrong.any():
        raise DataError(f"ships: side {ships['side'][wrong].iloc[0]!r} of ship {ships['id'][wrong].iloc[0]!r} is not one of: {', '.join(words)}")
    for column in ("arrival_s", "known_from_s", "eta_s", *SIZES, "keel_clearance_m", "n_cone", "priority"):
        if column in ships.columns:
            _check_numbers(ships, column, may_be_negative=column in _MAY_BE_NEGATIVE)


def _check_numbers(ships: pd.DataFrame, column: str, may_be_negative: bool) -> None:
    if not pd.api.types.is_numeric_dtype(ships[column]) or pd.api.types.is_bool_dtype(ships[column]):
        raise DataError(f"ships: column '{column}' must hold numbers and holds {ships[column].dtype}")
    values = ships[column].to_numpy(dtype=np.float64)
    bad = ~np.isfinite(values) | (np.abs(values) > _LARGEST_S)
    if not may_be_negative:
        bad |= values < 0.0
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        want = "a finite number" if may_be_negative else "a number of 0 or more"
        raise DataError(f"ships: {column} of ship {ships['id'].iloc[row]!r} (row {row}) is {values[row]}, and must be {want}")


def arrival_order(ids: pd.Series, arrival_ms: npt.NDArray[np.int64]) -> npt.NDArray[np.intp]:
    """Return the rows in order of arrival; ships of the same millisecond by the hash of their id, never by row.

    Only tied ships are hashed, which a million ships without ties do not notice.
    """
    order = np.argsort(arrival_ms, kind="stable")
    times = arrival_ms[order]
    same = np.zeros(times.size, dtype=bool)
    same[1:] = times[1:] == times[:-1]
    same[:-1] |= same[1:]
    if not same.any():
        return order
    tie = np.zeros(times.size, dtype=np.uint64)
    tied = np.flatnonzero(same)
    tie[tied] = [stable_hash("ship", ids.iloc[int(order[k])]) for k in tied]
    return order[np.lexsort((tie, times))]


def to_requests(ships: pd.DataFrame, params: LockParams) -> Any:
    """Return the kernel's requests, in order of arrival; `ship` is the row in the table.

    Parameters
    ----------
    ships : DataFrame
        A table that `check_ships` accepts.
    params : LockParams
        What the lock knows of ships, how far those with cones stay from others, and their tugs.
    """
    arrival_ms = np.rint(ships["arrival_s"].to_numpy(dtype=np.float64) * MS_PER_S).astype(np.int64)
    order = arrival_order(ships["id"], arrival_ms)
    requests = records.records(records.REQUEST, len(ships))
    requests["ship"] = order
    requests["time_ms"] = arrival_ms[order]
    requests["side"] = (ships["side"] == Side.CANAL.word).to_numpy(dtype=np.int64)[order]
    for column in (*SIZES, "keel_clearance_m"):
        if column in ships.columns:
            requests[column] = ships[column].to_numpy(dtype=np.float64)[order]
    if "priority" in ships.columns:
        requests["priority"] = ships["priority"].to_numpy(dtype=np.int64)[order]
    if "is_sea" in ships.columns:
        is_sea = ships["is_sea"].to_numpy(dtype=bool)[order]
        requests["group"] = np.where(is_sea, int(VesselGroup.SEA), int(VesselGroup.INLAND))
    _cones_and_tugs(requests, ships, order, params)
    requests["max_wait_ms"] = np.where(requests["group"] == int(VesselGroup.SEA), to_ms(params.max_wait.sea_s), to_ms(params.max_wait.inland_s))
    if params.policy == LockPolicy.SEA_PRIORITY:
        is_booked = ships["is_booked"].to_numpy(dtype=bool)[order] if "is_booked" in ships.columns else np.zeros(len(ships), dtype=bool)
        requests["priority"] = 4 * requests["priority"] + np.where(requests["group"] == int(VesselGroup.SEA), 2, is_booked)
    if reads_notices(params):
        _notices(requests, ships, order, params)
    return requests


def reads_notices(params: LockParams) -> bool:
    """Return whether the policy reads what ships announce before they arrive."""
    return params.policy in (LockPolicy.SEA_PRIORITY, LockPolicy.LOOK_AHEAD)


def _cones_and_tugs(requests: Any, ships: pd.DataFrame, order: npt.NDArray[np.intp], params: LockParams) -> None:
    """Fill in the room that ships take with their tugs, and the distance that those with cones keep."""
    tugs, goods = params.tugs, params.dangerous_goods
    is_sea = requests["group"] == int(VesselGroup.SEA)
    requests["n_tugs"] = np.where(is_sea & (requests["length_m"] >= tugs.from_length_m), tugs.n_per_ship, 0)
    requests["n_pilots"] = is_sea
    along, across = (tugs.length_m, 0.0) if tugs.place == TugPlace.AHEAD else (0.0, tugs.beam_m)
    requests["room_length_m"] = requests["length_m"] + along * requests["n_tugs"]
    requests["room_beam_m"] = requests["beam_m"] + across * requests["n_tugs"]
    if "n_cone" in ships.columns:
        n_cone = ships["n_cone"].to_numpy(dtype=np.int64)[order]
        distances = np.array([0.0, goods.one_cone_m, goods.two_cones_m, goods.three_cones_m])
        requests["distance_m"] = distances[np.minimum(n_cone, 3)]
        requests["is_alone"] = n_cone >= goods.alone_from


def _notices(requests: Any, ships: pd.DataFrame, order: npt.NDArray[np.intp], params: LockParams) -> None:
    """Fill in from when and for when ships are expected: as announced, or exactly and early enough for any plan."""
    requests["known_ms"] = requests["eta_ms"] = requests["time_ms"]
    if params.information == Information.CLAIRVOYANT:
        requests["known_ms"] -= max(to_ms(params.look_ahead.horizon_s), to_ms(params.slots.reserve_s))
    else:
        for column, field in (("known_from_s", "known_ms"), ("eta_s", "eta_ms")):
            if column in ships.columns:
                requests[field] = np.rint(ships[column].to_numpy(dtype=np.float64)[order] * MS_PER_S)
    requests["key"] = [stable_hash("ship", ships["id"].iloc[int(k)]) >> 1 for k in order]
