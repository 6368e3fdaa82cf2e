"""What must hold on the result tables of shipping, whatever the input.

Each function checks one rule on frames and returns a sentence per breach, which names the ship or the lockage and the times. They
read the tables of a replication as well as the two frames of a `LockResult`, which have no `period` and no `lock`.

Times are seconds made from whole milliseconds, but the arrival is as it was given: so "not before" allows 1 ms, and four units in
the last place for times beyond 1e12 s. Lengths allow 1e-6 m, a thousand times what the packing allows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Sizes = Mapping[tuple[str, str], tuple[float, float]]
"""Length and width (m) by (lock, chamber); the lock is '' in the frames of a `LockResult`."""

SHIP_TIMES = ("arrival_s", "entry_start_s", "moored_s", "doors_close_s", "exit_start_s", "exit_s")
LOCKAGE_TIMES = ("start_s", "doors_close_s", "doors_closed_s", "levelled_s", "doors_open_s", "end_s")
_TOLERANCE_S = 1e-3
_TOLERANCE_M = 1e-6
_SHOWN = 5


class DangerousGoodsRule(NamedTuple):
    """Distances (m) of ships with 0, 1, 2 and 3 or more cones, and the number of cones from which a ship is locked alone."""

    distances_m: tuple[float, float, float, float]
    alone_from: int


def check_waterway(tables: Mapping[str, pd.DataFrame], facts: Mapping[str, Any], variant: str) -> list[str]:
    """Return the breaches of all invariants in one replication.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        `ships`, `lockages`, `closures`, `legs`, `waits` and `events`; a table that is not there is not checked.
    facts : mapping
        The content of ``run.json``.
    variant : str
        The variant of the replication, for the sizes of its chambers.

    Returns
    -------
    list of str
        Empty where all hold.
    """
    found: list[str] = []
    ships, lockages = tables.get("ships"), tables.get("lockages")
    if ships is not None and lockages is not None:
        found += check_lock(ships, lockages, chamber_sizes(facts, variant), closures=tables.get("closures"))
    if ships is not None:
        found += _sailing_around_the_lock(ships)
        if "legs" in tables:
            found += legs_are_contiguous(tables["legs"], ships, tables.get("waits"))
    if "events" in tables:
        found += events_are_in_order(tables["events"])
    return found


def chamber_sizes(facts: Mapping[str, Any], variant: str) -> dict[tuple[str, str], tuple[float, float]]:
    """Return length and width of the chambers of a variant from the facts of a run."""
    sizes = {}
    for lock, by_variant in facts["locks"].items():
        for chamber, size in by_variant[variant].items():
            sizes[str(lock), str(chamber)] = (float(size["length_m"]), float(size["width_m"]))
    return sizes


def check_lock(
    ships: pd.DataFrame, lockages: pd.DataFrame, sizes: Sizes, *, closures: pd.DataFrame | None = None, goods: DangerousGoodsRule | None = None
) -> list[str]:
    """Return the breaches of the invariants of locks, for the tables of a replication or the frames of a `LockResult`.

    Parameters
    ----------
    ships, lockages : DataFrame
    sizes : mapping
    closures : DataFrame, optional
        `chamber, begin_s, end_s`, and `period` and `lock` where the lockages have them.
    goods : DangerousGoodsRule, optional
        Distances of ships with cones; read with the column `n_cone`.
    """
    return [
        *every_ship_once(ships),
        *times_of_ships_in_order(ships),
        *durations_add_up(ships),
        *refused_ships_have_no_chamber(ships),
        *lockages_alternate(lockages),
        *lockages_hold_their_ships(ships, lockages),
        *one_at_a_time_through_the_gate(ships),
        *ships_lie_inside_the_chamber(ships, sizes),
        *ships_do_not_overlap(ships),
        *(ships_with_cones_keep_their_distance(ships, goods) if goods is not None and "n_cone" in ships.columns else []),
        *(lockages_begin_outside_closures(lockages, closures) if closures is not None else []),
    ]


def every_ship_once(ships: pd.DataFrame) -> list[str]:
    """Every ship has exactly one row per period."""
    key = "entity_id" if "entity_id" in ships.columns else "id"
    columns = [c for c in ("period", key) if c in ships.columns]
    twice = ships.duplicated(columns).to_numpy()
    return _report(twice, lambda i: f"{_ship(ships, i)} has more than one row")


def times_of_ships_in_order(ships: pd.DataFrame) -> list[str]:
    """A ship that passes has all its times, in order; one that does not has none but its arrival."""
    times = ships[list(SHIP_TIMES)].to_numpy(dtype=np.float64)
    has_chamber = ships["chamber"].to_numpy(dtype=object) != ""
    missing = np.isnan(times[:, 1:])
    torn = missing.any(axis=1) != missing.all(axis=1)
    torn |= has_chamber == missing.any(axis=1)
    torn |= np.isnan(times[:, 0])
    found = _report(
        torn, lambda i: f"{_ship(ships, i)} (chamber {ships['chamber'].iat[i]!r}) has some of its times and lacks others: {_listed(SHIP_TIMES, times[i])}"
    )
    back = _is_before(times[:, 1:], times[:, :-1]).any(axis=1)
    return found + _report(back, lambda i: f"{_ship(ships, i)} has times that are not in order: {_listed(SHIP_TIMES, times[i])}")


def durations_add_up(ships: pd.DataFrame) -> list[str]:
    """The durations of a ship are the differences of its times, and waiting plus lockage is passage."""
    time = {name: ships[name].to_numpy(dtype=np.float64) for name in SHIP_TIMES}
    wanted = {
        "wait_lineup_s": time["entry_start_s"] - time["arrival_s"],
        "entry_s": time["moored_s"] - time["entry_start_s"],
        "wait_rv_s": time["doors_close_s"] - time["arrival_s"],
        "lockage_s": time["exit_s"] - time["doors_close_s"],
        "passage_s": time["exit_s"] - time["arrival_s"],
    }
    found: list[str] = []
    slack = _slack(time["exit_s"])
    for name, value in wanted.items():
        is_ = ships[name].to_numpy(dtype=np.float64)
        wrong = np.abs(is_ - value) > slack
        wrong |= np.isnan(is_) != np.isnan(value)
        found += _report(wrong, lambda i, n=name, v=value, s=is_: f"{_ship(ships, i)} has {n} {s[i]}, its times give {v[i]:.3f}")
    return found


def refused_ships_have_no_chamber(ships: pd.DataFrame) -> list[str]:
    """A ship that is refused has no chamber, no lockage and no times."""
    refused = ships["refused_reason"].to_numpy(dtype=object) != "none"
    placed = (ships["chamber"].to_numpy(dtype=object) != "") | (ships["lockage_id"].to_numpy() >= 0) | ships["exit_s"].notna().to_numpy()
    return _report(
        refused & placed, lambda i: f"{_ship(ships, i)} was refused for its {ships['refused_reason'].iat[i]} and has chamber {ships['chamber'].iat[i]!r}"
    )


def lockages_alternate(lockages: pd.DataFrame) -> list[str]:
    """Lockages of a chamber have their times in order, do not overlap, and each starts at the side where the last one ended."""
    times = lockages[list(LOCKAGE_TIMES)].to_numpy(dtype=np.float64)
    back = _is_before(times[:, 1:], times[:, :-1]).any(axis=1) | np.isnan(times).any(axis=1)
    found = _report(back, lambda i: f"{_lockage(lockages, i)} has times that are not in order: {_listed(LOCKAGE_TIMES, times[i])}")
    twice = lockages.duplicated([c for c in ("period", "lock", "lockage_id") if c in lockages.columns]).to_numpy()
    found += _report(twice, lambda i: f"{_lockage(lockages, i)} has more than one row")
    chamber = _codes(lockages, ("period", "lock", "chamber"))
    order = np.lexsort((lockages["lockage_id"].to_numpy(), times[:, 0], chamber))
    same = chamber[order][1:] == chamber[order][:-1]
    start, end = times[order, 0], times[order, -1]
    overlap = same & _is_before(start[1:], end[:-1])
    found += _report(
        overlap, lambda k: f"{_lockage(lockages, order[k + 1])} starts at {start[k + 1]:.3f} s, before {_lockage(lockages, order[k])} ends at {end[k]:.3f} s"
    )
    direction = lockages["direction"].to_numpy(dtype=object)[order]
    repeated = same & (direction[1:] == direction[:-1])
    return found + _report(
        repeated,
        lambda k: f"{_lockage(lockages, order[k + 1])} goes {direction[k + 1]} at {start[k + 1]:.3f} s, as {_lockage(lockages, order[k])} did before it",
    )


def lockages_hold_their_ships(ships: pd.DataFrame, lockages: pd.DataFrame) -> list[str]:
    """A lockage has the ships that name it, which enter after its start, lie in it while it is levelled, and leave before its end.

    The lockage of a ship has no row where the run ended before its last ship was clear: then it is the chamber's last one.
    Lockages do not overlap (`lockages_alternate`), so no ship enters before the last exit of the lockage before has cleared.
    """
    row, passed = _row_of_lockage(ships, lockages)
    count = np.bincount(row[row >= 0], minlength=len(lockages))
    n_ships = lockages["n_ships"].to_numpy()
    found = _report(count != n_ships, lambda i: f"{_lockage(lockages, i)} counts {n_ships[i]} ships, and {count[i]} name it")
    inside = np.flatnonzero(passed & (row >= 0))
    at = row[inside]
    ship_time = {name: ships[name].to_numpy(dtype=np.float64)[inside] for name in SHIP_TIMES}
    lock_time = {name: lockages[name].to_numpy(dtype=np.float64)[at] for name in LOCKAGE_TIMES}
    wrong = _is_before(ship_time["entry_start_s"], lock_time["start_s"])
    wrong |= np.abs(ship_time["doors_close_s"] - lock_time["doors_close_s"]) > _slack(lock_time["doors_close_s"])
    wrong |= _is_before(ship_time["exit_start_s"], lock_time["doors_open_s"])
    wrong |= _is_before(lock_time["end_s"], ship_time["exit_s"])
    wrong |= ships["chamber"].to_numpy(dtype=object)[inside] != lockages["chamber"].to_numpy(dtype=object)[at]
    to_sea = lockages["direction"].to_numpy(dtype=object)[at] == "to_sea"
    wrong |= (ships["side"].to_numpy(dtype=object)[inside] == "canal") != to_sea
    found += _report(
        wrong,
        lambda k: (
            f"{_ship(ships, inside[k])} at the {ships['side'].iat[int(inside[k])]} side in {ships['chamber'].iat[int(inside[k])]!r} "
            f"({_listed(SHIP_TIMES, [ship_time[n][k] for n in SHIP_TIMES])}) "
            f"is not inside {_lockage(lockages, at[k])} ({_listed(LOCKAGE_TIMES, [lock_time[n][k] for n in LOCKAGE_TIMES])})"
        ),
    )
    return found + _ships_without_lockage(ships, lockages, passed & (row < 0))


def _ships_without_lockage(ships: pd.DataFrame, lockages: pd.DataFrame, alone: Bools) -> list[str]:
    """A ship may name a lockage without a row only in its chamber's last lockage, the one that the end of the run cut off."""
    left = ships[alone]
    if left.empty:
        return []
    keys = [c for c in ("period", "lock", "chamber") if c in ships.columns]
    last = lockages.groupby(keys, sort=False)["end_s"].max().rename("last_end_s").reset_index()
    ended = left[keys].merge(last, on=keys, how="left")["last_end_s"].to_numpy(dtype=np.float64)
    wrong = _is_before(left["entry_start_s"].to_numpy(dtype=np.float64), ended)
    wrong |= left.groupby(keys, sort=False)["lockage_id"].transform("nunique").to_numpy() > 1
    return _report(wrong, lambda i: f"{_ship(left, i)} names lockage {left['lockage_id'].iat[i]} of {left['chamber'].iat[i]!r}, which has no row")


def one_at_a_time_through_the_gate(ships: pd.DataFrame) -> list[str]:
    """The entries of a lockage do not overlap, nor do its exits."""
    inside = ships[ships["lockage_id"] >= 0]
    lockage = _codes(inside, ("period", "lock", "lockage_id"))
    found: list[str] = []
    for begin_s, end_s, verb in (("entry_start_s", "moored_s", "enters"), ("exit_start_s", "exit_s", "leaves")):
        begin, end = inside[begin_s].to_numpy(dtype=np.float64), inside[end_s].to_numpy(dtype=np.float64)
        order = np.lexsort((end, begin, lockage))
        both = (lockage[order][1:] == lockage[order][:-1]) & _is_before(begin[order][1:], end[order][:-1])
        found += _report(
            both,
            lambda k, o=order, b=begin, e=end, v=verb: (
                f"{_ship(inside, o[k + 1])} {v} at {b[o[k + 1]]:.3f} s, before {_ship(inside, o[k])} is through the gate at {e[o[k]]:.3f} s"
            ),
        )
    return found


def ships_lie_inside_the_chamber(ships: pd.DataFrame, sizes: Sizes) -> list[str]:
    """Ships lie inside the stop lines and the walls of their chamber."""
    inside = ships[ships["lockage_id"] >= 0]
    locks = inside["lock"].to_numpy(dtype=object) if "lock" in inside.columns else np.full(len(inside), "", dtype=object)
    pairs = pd.MultiIndex.from_arrays([locks, inside["chamber"].to_numpy(dtype=object)])
    code, names = pairs.factorize()
    size = np.array([sizes.get(name, (np.nan, np.nan)) for name in names], dtype=np.float64).reshape(-1, 2)
    unknown = np.isnan(size[code, 0]) if len(inside) else np.zeros(0, dtype=bool)
    found = _report(unknown, lambda i: f"{_ship(inside, i)} passed chamber {inside['chamber'].iat[i]!r}, of which no size is known")
    x, y, length, beam = _rectangles(inside)
    reach = np.stack([x + length, y + beam], axis=1)
    limit = size[code] if len(inside) else np.zeros((0, 2))
    out = (np.minimum(x, y) < -_TOLERANCE_M) | (reach > limit * (1.0 + 1e-12) + _TOLERANCE_M).any(axis=1) | np.isnan(x) | np.isnan(y)
    return found + _report(
        out,
        lambda i: (
            f"{_ship(inside, i)} lies at x {x[i]:.2f} to {reach[i, 0]:.2f} m, y {y[i]:.2f} to {reach[i, 1]:.2f} m, "
            f"outside {inside['chamber'].iat[i]!r} of {limit[i, 0]:.2f} by {limit[i, 1]:.2f} m"
        ),
    )


def ships_do_not_overlap(ships: pd.DataFrame) -> list[str]:
    """Ships of one lockage do not overlap: every pair of a lockage is compared, by distance in a sorted table."""
    inside = ships[ships["lockage_id"] >= 0]
    lockage = _codes(inside, ("period", "lock", "lockage_id"))
    order = np.argsort(lockage, kind="stable")
    lockage = lockage[order]
    x, y, length, beam = (values[order] for values in _rectangles(inside))
    tolerance = _TOLERANCE_M + 1e-12 * (x + length)
    found: list[str] = []
    rows = np.flatnonzero((length > 0.0) & (beam > 0.0))
    lag = 0
    while rows.size:
        lag += 1
        rows = rows[rows + lag < lockage.size]
        rows = rows[lockage[rows] == lockage[rows + lag]]
        other = rows + lag
        along = np.minimum(x[rows] + length[rows], x[other] + length[other]) - np.maximum(x[rows], x[other])
        across = np.minimum(y[rows] + beam[rows], y[other] + beam[other]) - np.maximum(y[rows], y[other])
        both = (along > tolerance[rows]) & (across > _TOLERANCE_M)
        found += _report(
            both,
            lambda k, r=rows, o=other, a=along, c=across: (
                f"{_ship(inside, order[r[k]])} and {_ship(inside, order[o[k]])} overlap by {a[k]:.2f} by {c[k]:.2f} m "
                f"in lockage {inside['lockage_id'].iat[order[r[k]]]}"
            ),
        )
    return found


def ships_with_cones_keep_their_distance(ships: pd.DataFrame, goods: DangerousGoodsRule) -> list[str]:
    """Ships lie apart by the larger of their two distances, along or across the chamber; ships with many cones lie alone."""
    inside = ships[ships["lockage_id"] >= 0]
    lockage = _codes(inside, ("period", "lock", "lockage_id"))
    order = np.argsort(lockage, kind="stable")
    lockage, n_cone = lockage[order], inside["n_cone"].to_numpy(dtype=np.int64)[order]
    apart = np.array(goods.distances_m)[np.minimum(n_cone, 3)]
    x, y, length, beam = (values[order] for values in _rectangles(inside))
    found: list[str] = []
    rows = np.arange(lockage.size)
    lag = 0
    while rows.size:
        lag += 1
        rows = rows[rows + lag < lockage.size]
        rows = rows[lockage[rows] == lockage[rows + lag]]
        other = rows + lag
        has_size = (length[rows] > 0.0) & (beam[rows] > 0.0) & (length[other] > 0.0) & (beam[other] > 0.0)
        wanted = np.where(has_size, np.maximum(apart[rows], apart[other]), 0.0)  # a ship without size takes no room
        along = np.maximum(x[rows], x[other]) - np.minimum(x[rows] + length[rows], x[other] + length[other])
        across = np.maximum(y[rows], y[other]) - np.minimum(y[rows] + beam[rows], y[other] + beam[other])
        near = (wanted > 0.0) & (np.maximum(along, across) < wanted - _TOLERANCE_M)
        found += _report(
            near,
            lambda k, r=rows, o=other, a=along, c=across, w=wanted: (
                f"{_ship(inside, order[r[k]])} and {_ship(inside, order[o[k]])} lie {max(a[k], c[k]):.2f} m apart "
                f"in lockage {inside['lockage_id'].iat[order[r[k]]]}, cones ask for {w[k]:.2f} m"
            ),
        )
        together = (n_cone[rows] >= goods.alone_from) | (n_cone[other] >= goods.alone_from)
        found += _report(
            together,
            lambda k, r=rows, o=other: (
                f"{_ship(inside, order[r[k]])} and {_ship(inside, order[o[k]])} share lockage {inside['lockage_id'].iat[order[r[k]]]}, "
                f"with {n_cone[r[k]]} and {n_cone[o[k]]} cones; from {goods.alone_from} a ship is locked alone"
            ),
        )
    return found


def lockages_begin_outside_closures(lockages: pd.DataFrame, closures: pd.DataFrame) -> list[str]:
    """No lockage, empty or not, begins while its chamber is closed; one that begins when the closure ends is no breach."""
    keys = [c for c in ("period", "lock", "chamber") if c in lockages.columns and c in closures.columns]
    where = _codes(pd.concat([closures[keys], lockages[keys]], ignore_index=True), tuple(keys))
    start = lockages["start_s"].to_numpy(dtype=np.float64)
    begin, end = np.full(start.size, np.nan), np.full(start.size, np.nan)
    for code in np.unique(where[: len(closures)]):
        spans = closures[["begin_s", "end_s"]].to_numpy(dtype=np.float64)[where[: len(closures)] == code]
        spans = spans[np.argsort(spans[:, 0])]
        mine = np.flatnonzero(where[len(closures) :] == code)
        last = np.searchsorted(spans[:, 0], start[mine], side="right") - 1  # the closure that began last
        begun = last >= 0
        begin[mine[begun]], end[mine[begun]] = spans[last[begun]].T
    return _report(
        _is_before(start, end),
        lambda i: f"{_lockage(lockages, i)} starts at {start[i]:.3f} s, inside the closure from {begin[i]:.3f} to {end[i]:.3f} s",
    )


def events_are_in_order(events: pd.DataFrame) -> list[str]:
    """Events of a period are in order of time and numbered without a gap."""
    period = _codes(events, ("period",))
    time, seq = events["time_ms"].to_numpy(dtype=np.int64), events["seq"].to_numpy(dtype=np.int64)
    same = period[1:] == period[:-1]
    back = same & (time[1:] < time[:-1])
    gap = same & (seq[1:] != seq[:-1] + 1)
    found = _report(back, lambda k: f"event {seq[k + 1]} ({events['kind'].iat[k + 1]}) is at {time[k + 1]} ms, before event {seq[k]} at {time[k]} ms")
    return found + _report(gap, lambda k: f"event {seq[k + 1]} follows event {seq[k]}: a number is missing or twice there")


def legs_are_contiguous(legs: pd.DataFrame, ships: pd.DataFrame, waits: pd.DataFrame | None = None) -> list[str]:
    """A ship leaves a stretch when it enters the next; between the two around the lock lies its passage, elsewhere its waits."""
    enter, leave = legs["enter_s"].to_numpy(dtype=np.float64), legs["leave_s"].to_numpy(dtype=np.float64)
    found = _report(
        _is_before(leave, enter),
        lambda i: f"ship {legs['entity_id'].iat[i]} leaves {legs['stretch'].iat[i]} at {leave[i]:.3f} s and enters it at {enter[i]:.3f} s",
    )
    keys = [c for c in ("period", "entity_id") if c in legs.columns and c in ships.columns]
    ship = _codes(pd.concat([ships[keys], legs[keys]], ignore_index=True), tuple(keys))
    of_leg = ship[len(ships) :]
    n_code = int(ship.max()) + 1 if ship.size else 0
    arrival, exit_ = np.full(n_code, np.nan), np.full(n_code, np.nan)
    arrival[ship[: len(ships)]] = ships["arrival_s"].to_numpy(dtype=np.float64)
    exit_[ship[: len(ships)]] = ships["exit_s"].to_numpy(dtype=np.float64)
    order = np.lexsort((leave, enter, of_leg))
    who, begin, end = of_leg[order], enter[order], leave[order]
    same = who[1:] == who[:-1]
    slack = _slack(begin[1:])
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
    return found + _report(
        torn,
        lambda k: (
            f"ship {legs['entity_id'].iat[int(order[k])]} leaves {legs['stretch'].iat[int(order[k])]} at {end[k]:.3f} s "
            f"and enters {legs['stretch'].iat[int(order[k + 1])]} at {begin[k + 1]:.3f} s"
        ),
    )


def _sailing_around_the_lock(ships: pd.DataFrame) -> list[str]:
    """A ship departs before it arrives at the lock and reaches its destination after it is out."""
    if not {"depart_s", "arrive_s"} <= set(ships.columns):
        return []
    names = ("depart_s", "arrival_s", "exit_s", "arrive_s")
    times = ships[list(names)].to_numpy(dtype=np.float64)
    back = _is_before(times[:, 1], times[:, 0]) | _is_before(times[:, 3], times[:, 2])
    return _report(back, lambda i: f"{_ship(ships, i)} has times that are not in order: {_listed(names, times[i])}")


def _row_of_lockage(ships: pd.DataFrame, lockages: pd.DataFrame) -> tuple[Ints, Bools]:
    """Return for each ship the row of its lockage (-1 where there is none), and whether it names one."""
    keys = tuple(c for c in ("period", "lock", "lockage_id") if c in ships.columns)
    code = _codes(pd.concat([lockages[list(keys)], ships[list(keys)]], ignore_index=True), keys)
    passed = ships["lockage_id"].to_numpy() >= 0
    row_of = np.full(int(code.max()) + 1 if code.size else 0, -1, dtype=np.int64)
    row_of[code[: len(lockages)]] = np.arange(len(lockages))
    row = row_of[code[len(lockages) :]] if len(ships) else np.zeros(0, dtype=np.int64)
    return np.where(passed, row, -1), passed


def _codes(frame: pd.DataFrame, keys: tuple[str, ...]) -> Ints:
    """Return a number per distinct combination of the key columns that the frame has."""
    code = np.zeros(len(frame), dtype=np.int64)
    for key in keys:
        if key in frame.columns:
            own, values = pd.factorize(frame[key])
            code = code * (len(values) + 1) + own
    return code if len(keys) == 1 else np.asarray(pd.factorize(code)[0], dtype=np.int64)


def _rectangles(ships: pd.DataFrame) -> tuple[Floats, Floats, Floats, Floats]:
    """Return x, y, length and beam; a size that is not in the table is 0."""
    columns = ("x_m", "y_m", "length_m", "beam_m")
    x, y, length, beam = (ships[c].to_numpy(dtype=np.float64) if c in ships.columns else np.zeros(len(ships)) for c in columns)
    return x, y, length, beam


def _slack(time_s: Any) -> Any:
    return _TOLERANCE_S + 4.0 * np.finfo(np.float64).eps * np.abs(time_s)


def _is_before(a: Any, b: Any) -> Any:
    """Say where `a` is before `b` by more than rounding; never for a missing time."""
    return a < b - _slack(b)


def _ship(ships: pd.DataFrame, i: Any) -> str:
    where = "".join(f", {c} {ships[c].iat[i]}" for c in ("lock", "period") if c in ships.columns)
    return f"ship {ships['id'].iat[i]!r}{where}"


def _lockage(lockages: pd.DataFrame, i: Any) -> str:
    where = "".join(f", {c} {lockages[c].iat[i]}" for c in ("lock", "period") if c in lockages.columns)
    return f"lockage {lockages['lockage_id'].iat[i]} of {lockages['chamber'].iat[i]!r}{where}"


def _listed(names: tuple[str, ...], times: Any) -> str:
    return ", ".join(f"{name} {time:.3f}" for name, time in zip(names, times, strict=True))


def _report(wrong: Any, sentence: Any) -> list[str]:
    """Return a sentence for each of the first rows that are wrong, and how many more there are."""
    rows = np.flatnonzero(wrong)
    found = [sentence(i) for i in rows[:_SHOWN]]
    if rows.size > _SHOWN:
        found[-1] += f" (and {rows.size - _SHOWN} more like this)"
    return found
