"""Encounters of ships: who meets or overtakes whom, where and how often, read off the legs of a simulation.

On a stretch of length L a ship is taken to sail steadily: x(t) = L (t - enter) / (leave - enter), measured from its from_node for
a forward ship and to it for a backward one.

- Two ships of opposite directions *meet* when they are on a stretch at the same time: each then passes every point that the
  other has still to pass. Two ships that pass the same node in the same instant meet once, on the stretch that the forward
  ship enters.
- A ship *overtakes* another of its direction when it enters after and leaves before it.

The place follows from setting both positions equal. Left out: ships that pass one that lies still at a node (a passing place, a
stop board, a berth), which are no encounters under way, and what follows from an encounter, such as squat or extra time.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ..errors import DataError
from ..tables.columns import Columns, take
from ._kernels import records
from ._kernels.encounters import LEG_TIME, PAIR, find_pairs

_M_PER_KM = 1000.0
_DIRECTIONS = ("forward", "backward")
KINDS = ("overtaking", "meeting")


def encounter_pairs(legs: pd.DataFrame, stretches: pd.DataFrame, *, id_column: str = "id") -> pd.DataFrame:
    """Return every encounter.

    Parameters
    ----------
    legs : DataFrame
        `stretch, direction` ('forward' or 'backward'), `enter_s, leave_s` and the ship's id.
    stretches : DataFrame
        `id, length_m`, and optionally `km_begin` and `km_end` (of from_node and to_node); without them kilometres run from from_node.
    id_column : str
        Name of the ship's id in `legs`.

    Returns
    -------
    DataFrame
        `stretch, kind` ('meeting' or 'overtaking'), `first, second` (ids; the first is the forward ship, or the one that overtakes),
        `time_s, position_m` (from from_node), `km`.

    Raises
    ------
    DataError
        If a column is missing, a leg is on an unknown stretch, or a time is not usable.

    Examples
    --------
    >>> import pandas as pd
    >>> legs = pd.DataFrame(dict(id=["a", "b"], stretch="s", direction=["forward", "backward"], enter_s=[0.0, 0.0], leave_s=[400.0, 800.0]))
    >>> encounter_pairs(legs, pd.DataFrame(dict(id=["s"], length_m=[1200.0])))[["kind", "position_m"]].values.tolist()
    [['meeting', 800.0]]
    """
    number, direction = _checked(legs, stretches, id_column)
    ids = legs[id_column].to_numpy()
    order = np.argsort(pd.factorize(ids, sort=True)[0], kind="stable")  # ties in time end at the id, never at the row
    times = {column: legs[column].to_numpy(dtype=np.float64) for column in ("enter_s", "leave_s")}
    found = encounters_of(take({"place": number, "code": direction, **times}, order), stretches)
    return pd.DataFrame(
        {
            "stretch": stretches["id"].to_numpy(dtype=object)[found["place"]],
            "kind": pd.array(np.array(KINDS, dtype=object)[found["is_meeting"]], dtype="str"),
            "first": ids[order][found["first"]],
            "second": ids[order][found["second"]],
            "time_s": found["time_s"],
            "position_m": found["position_m"],
            "km": found["km"],
        }
    ).astype({"stretch": "str"})


def encounters_of(legs: Columns, stretches: pd.DataFrame) -> Columns:
    """Return every encounter of legs that were checked, with numbers for names.

    Parameters
    ----------
    legs : dict of ndarray
        `place` (row of the stretch in `stretches`), `code` (0 forward, 1 backward), `enter_s`, and `leave_s` after it. Of legs that
        begin at one time the first here goes first.
    stretches : DataFrame
        As in `encounter_pairs`.

    Returns
    -------
    dict of ndarray
        `place, is_meeting, first, second` (rows in `legs`), `time_s, position_m, km`, as in `encounter_pairs`.
    """
    order = np.lexsort((legs["code"], legs["enter_s"], legs["place"]))
    times = records.records(LEG_TIME, len(order))
    for field, column in (("stretch", "place"), ("direction", "code"), ("enter_s", "enter_s"), ("leave_s", "leave_s")):
        times[field] = legs[column][order]
    pairs = _pairs(times)
    a, b = times[pairs["first"]], times[pairs["second"]]
    length = stretches["length_m"].to_numpy(dtype=np.float64)[a["stretch"]]
    time_s = _time_of(a, b, pairs["is_meeting"] == 1)
    share = (time_s - a["enter_s"]) / (a["leave_s"] - a["enter_s"])
    position = length * np.where(a["direction"] == 0, share, 1.0 - share)
    return {
        "place": a["stretch"],
        "is_meeting": pairs["is_meeting"],
        "first": order[pairs["first"]],
        "second": order[pairs["second"]],
        "time_s": time_s,
        "position_m": position,
        "km": _km(stretches, a["stretch"], position, length),
    }


def encounters(legs: pd.DataFrame, ships: pd.DataFrame, stretches: pd.DataFrame, *, id_column: str = "id", by: str = "class_id") -> pd.DataFrame:
    """Return how often ships of two classes meet and overtake, by stretch and kilometre.

    Parameters
    ----------
    legs, stretches : DataFrame
        As in `encounter_pairs`.
    ships : DataFrame
        The ship's id, `by`, and optionally `beam_m`.
    id_column : str
        Name of the ship's id in `legs` and `ships`.
    by : str
        Column of `ships` that says what class a ship is of.

    Returns
    -------
    DataFrame
        `stretch, kind, km` (the whole kilometre), `first_class, second_class, n`, and `beam_sum_max_m` where the beams are known. The two
        classes of a meeting are in alphabetical order, of an overtaking the first overtakes the second.

    Raises
    ------
    DataError
        As `encounter_pairs`, or if a ship of the legs is not among the ships.
    """
    for column in (id_column, by):
        if column not in ships.columns:
            raise DataError(f"ships: column '{column}' is missing; encounters need the id of a ship and its class")
    pairs = encounter_pairs(legs, stretches, id_column=id_column)
    known = ships.set_index(id_column)
    strange = ~legs[id_column].isin(known.index)
    if strange.any():
        raise DataError(f"legs: ship {legs[id_column][strange].iloc[0]!r} is not in the table of ships; give all ships that sailed")
    classes = [known[by].astype("str").loc[pairs[end]].to_numpy(dtype=object) for end in ("first", "second")]
    swap = (pairs["kind"] == "meeting").to_numpy() & (classes[0] > classes[1])
    pairs["first_class"], pairs["second_class"] = np.where(swap, classes[1], classes[0]), np.where(swap, classes[0], classes[1])
    pairs["km"] = np.floor(pairs["km"]).astype(np.int64)
    wanted: dict[str, Any] = {"n": ("km", "size")}
    if "beam_m" in ships.columns:
        pairs["beam_sum_m"] = known["beam_m"].loc[pairs["first"]].to_numpy() + known["beam_m"].loc[pairs["second"]].to_numpy()
        wanted["beam_sum_max_m"] = ("beam_sum_m", "max")
    keys = ["stretch", "kind", "km", "first_class", "second_class"]
    counted: pd.DataFrame = pairs.groupby(keys, sort=True, as_index=False).agg(**wanted)
    return counted


def _checked(legs: pd.DataFrame, stretches: pd.DataFrame, id_column: str) -> tuple[Any, Any]:
    """Return the number of each leg's stretch and its direction (0 forward), or refuse the tables."""
    for what, table, columns in (("legs", legs, (id_column, "stretch", "direction", "enter_s", "leave_s")), ("stretches", stretches, ("id", "length_m"))):
        for column in columns:
            if column not in table.columns:
                raise DataError(f"{what}: column '{column}' is missing; needed are: {', '.join(columns)}")
    number = pd.Index(stretches["id"]).get_indexer(legs["stretch"])
    if (number < 0).any():
        raise DataError(f"legs: stretch {legs['stretch'].iloc[int(np.argmax(number < 0))]!r} is not in the table of stretches; give all that were sailed")
    wrong = ~legs["direction"].isin(_DIRECTIONS)
    if wrong.any():
        raise DataError(f"legs: direction {legs['direction'][wrong].iloc[0]!r} is not one of: {', '.join(_DIRECTIONS)}")
    bad = ~(legs["enter_s"] < legs["leave_s"])
    if bad.any():
        raise DataError(f"legs: ship {legs[id_column][bad].iloc[0]!r} does not leave stretch {legs['stretch'][bad].iloc[0]!r} after it enters it")
    return number, (legs["direction"] == "backward").to_numpy(dtype=np.int64)


def _pairs(times: Any) -> Any:
    """Return all pairs; the kernel runs again where there are more of them than the first room holds."""
    room = max(16, len(times))
    active, ends = np.empty((2, len(times)), dtype=np.int64), np.empty((2, 2), dtype=np.int64)
    while True:
        pairs = records.records(PAIR, room)
        n = find_pairs(times, active, ends, pairs)
        if n <= room:
            return pairs[:n]
        room = int(n)


def _time_of(a: Any, b: Any, is_meeting: Any) -> Any:
    """Return when both are at one place: with both positions as shares of the stretch, u_a = u_b, or u_a = 1 - u_b where they meet."""
    rate_a, rate_b = 1.0 / (a["leave_s"] - a["enter_s"]), 1.0 / (b["leave_s"] - b["enter_s"])
    meeting = (a["enter_s"] * rate_a + b["leave_s"] * rate_b) / (rate_a + rate_b)
    difference = np.where(is_meeting, 1.0, rate_a - rate_b)
    overtaking = (a["enter_s"] * rate_a - b["enter_s"] * rate_b) / difference
    return np.where(is_meeting, meeting, overtaking)


def _km(stretches: pd.DataFrame, number: Any, position: Any, length: Any) -> Any:
    if "km_begin" not in stretches.columns:
        return position / _M_PER_KM
    begin = stretches["km_begin"].to_numpy(dtype=np.float64)[number]
    end = stretches["km_end"].to_numpy(dtype=np.float64)[number]
    return begin + (end - begin) * position / length
