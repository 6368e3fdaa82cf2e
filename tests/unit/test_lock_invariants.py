"""The invariants themselves: sound tables pass, and each breach is found and named."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.digest import random_ships
from support.locks import OOST, chamber, fleet, lock, simulate_checked

from nspd_mobility.tables.invariants import check_lock, check_waterway

pytestmark = pytest.mark.usefixtures("warm_lock")

SIZES = {("", "a"): OOST}
Frame = pd.DataFrame


@pytest.fixture
def tables() -> tuple[Frame, Frame]:
    """Two ships abreast to the sea, one back, and one that is too long."""
    ships = fleet(["canal", "canal", "sea", "canal"], [0.0, 1.0, 2.0, 3.0], length_m=[110.0, 110.0, 85.0, 300.0], beam_m=[11.4, 11.4, 9.5, 11.4])
    result = simulate_checked(ships, lock(chamber()))
    return result.ships.assign(length_m=ships["length_m"], beam_m=ships["beam_m"]), result.lockages


def test_sound_tables_have_no_breach(tables: tuple[Frame, Frame]) -> None:
    assert check_lock(*tables, SIZES) == []
    empty = [frame.iloc[:0] for frame in tables]
    assert check_lock(*empty, SIZES) == []


def change(row: int, **values: Any) -> Callable[[Frame], Frame]:
    def changed(frame: Frame) -> Frame:
        frame = frame.copy()
        for column, value in values.items():
            frame.loc[row, column] = value
        return frame

    return changed


SHIP_BREACHES = {
    "more than one row": (lambda f: pd.concat([f, f.iloc[[2]]], ignore_index=True), "ship 's2' has more than one row"),
    "times not in order": (change(1, moored_s=200.0), r"ship 's1' has times that are not in order: .*entry_start_s 300\.000, moored_s 200\.000"),
    "entry before arrival": (change(2, arrival_s=5000.0), r"ship 's2' has times that are not in order: arrival_s 5000\.000"),
    "a time missing": (change(0, exit_s=np.nan), r"ship 's0' \(chamber 'a'\) has some of its times and lacks others"),
    "no arrival": (change(0, arrival_s=np.nan), "ship 's0' .* lacks others"),
    "durations": (change(0, wait_rv_s=1.0), r"ship 's0' has wait_rv_s 1\.0, its times give 480\.000"),
    "refused in a chamber": (change(2, refused_reason="beam"), "ship 's2' was refused for its beam and has chamber 'a'"),
    "passed without a chamber": (change(0, chamber=""), r"ship 's0' \(chamber ''\) has some of its times"),
    "entered from the other side": (change(2, side="canal"), "ship 's2' at the canal side in 'a' .* is not inside lockage 1 of 'a'"),
    "unknown lockage": (change(2, lockage_id=7), "ship 's2' names lockage 7 of 'a', which has no row"),
    "two through the gate": (change(1, entry_start_s=100.0), r"'s1' enters at 100\.000 s, before ship 's0' is through .* 300\.000 s"),
    "outside the chamber": (change(2, x_m=200.0), r"ship 's2' lies at x 200\.00 to 285\.00 m, y 0\.00 to 9\.50 m, outside 'a' of 260\.00 by 24\.00 m"),
    "through the wall": (change(2, y_m=-0.1), "ship 's2' lies at"),
    "unknown chamber": (change(2, chamber="z"), "ship 's2' passed chamber 'z', of which no size is known"),
    "overlap": (change(1, x_m=100.0, y_m=5.0), r"ship 's0' and ship 's1' overlap by 10\.00 by 6\.40 m in lockage 0"),
}  # fmt: skip
LOCKAGE_BREACHES = {
    "times not in order": (change(0, levelled_s=0.0), "lockage 0 of 'a' has times that are not in order"),
    "twice": (change(1, lockage_id=0), "lockage 0 of 'a' has more than one row"),
    "overlap": (change(1, start_s=1200.0), r"lockage 1 of 'a' starts at 1200\.000 s, before lockage 0 of 'a' ends at 1380\.000 s"),
    "same direction": (change(1, direction="to_sea"), r"lockage 1 of 'a' goes to_sea at 1380\.000 s, as lockage 0 of 'a' did before it"),
    "number of ships": (change(0, n_ships=3), "lockage 0 of 'a' counts 3 ships, and 2 name it"),
    "doors close before a ship is moored": (change(0, doors_close_s=400.0), "ship 's0' .* is not inside lockage 0 of 'a'"),
    "a ship enters before the one before has cleared": (change(1, start_s=1400.0), r"ship 's2' at the sea .*entry_start_s 1380\.000.* is not inside lockage 1"),
    "a lockage missing": (lambda f: f.iloc[1:].reset_index(drop=True), "ship 's0' names lockage 0 of 'a', which has no row"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(SHIP_BREACHES))
def test_a_breach_in_the_ships_is_named(tables: tuple[Frame, Frame], name: str) -> None:
    breach, message = SHIP_BREACHES[name]
    found = check_lock(breach(tables[0]), tables[1], SIZES)
    assert any(pd.Series(found).str.contains(message)), found


@pytest.mark.parametrize("name", list(LOCKAGE_BREACHES))
def test_a_breach_in_the_lockages_is_named(tables: tuple[Frame, Frame], name: str) -> None:
    breach, message = LOCKAGE_BREACHES[name]
    found = check_lock(tables[0], breach(tables[1]), SIZES)
    assert any(pd.Series(found).str.contains(message)), found


def test_many_breaches_of_one_kind_are_shortened(tables: tuple[Frame, Frame]) -> None:
    many = pd.concat([tables[0]] * 5, ignore_index=True)
    found = [m for m in check_lock(many, tables[1], SIZES) if "more than one row" in m]
    assert len(found) == 5
    assert found[-1].endswith("(and 11 more like this)")


def replication(n: int) -> tuple[dict[str, Frame], dict[str, Any]]:
    """Return tables of a replication as a run writes them, of two periods, and the facts that go with them."""
    two = lock(chamber(), chamber((290.0, 38.0)))
    parts: dict[str, list[Frame]] = {"ships": [], "lockages": [], "legs": [], "events": []}
    for number, period in enumerate(("summer", "winter")):
        given = random_ships(n, 300.0, seed=number).drop(columns="draught_m")
        result = simulate_checked(given, two)
        ships = result.ships.assign(
            length_m=given["length_m"], beam_m=given["beam_m"], lock="terneuzen", period=period, entity_id=np.arange(n, dtype=np.uint64), n_cone=0
        )
        ships["depart_s"], ships["arrive_s"] = ships["arrival_s"] - 3600.0, ships["exit_s"] + 1800.0
        parts["ships"].append(ships)
        parts["lockages"].append(result.lockages.assign(lock="terneuzen", period=period))
        for stretch, enter, leave in (("estuary", ships["depart_s"], ships["arrival_s"]), ("canal", ships["exit_s"], ships["arrive_s"])):
            parts["legs"].append(pd.DataFrame({"period": period, "entity_id": ships["entity_id"], "stretch": stretch, "enter_s": enter, "leave_s": leave}))
        time_ms = np.sort(np.rint(ships["arrival_s"].to_numpy() * 1000).astype(np.int64))
        parts["events"].append(pd.DataFrame({"period": period, "time_ms": time_ms, "seq": np.arange(n), "kind": "arrived"}))
    size = {"a": {"length_m": 260.0, "width_m": 24.0}, "b": {"length_m": 290.0, "width_m": 38.0}}
    rule = {"distances_m": [0.0, 10.0, 50.0, 100.0], "alone_from": 2}
    facts = {"locks": {"terneuzen": {"reference": size}}, "dangerous_goods": {"terneuzen": {"reference": rule, "narrow": rule}}}
    return {name: pd.concat(frames, ignore_index=True) for name, frames in parts.items()}, facts


def test_the_tables_of_a_replication_are_checked_per_period_and_lock() -> None:
    tables, facts = replication(100)
    assert check_waterway(tables, facts, "reference") == []
    narrow = facts | {
        "locks": {"terneuzen": {"reference": facts["locks"]["terneuzen"]["reference"], "narrow": {c: {"length_m": 100.0, "width_m": 10.0} for c in "ab"}}}
    }
    assert any("outside 'a' of 100.00 by 10.00 m" in m for m in check_waterway(tables, narrow, "narrow")), "each variant has its own chambers"


@pytest.mark.parametrize(
    ("table", "breach", "message"),
    [
        ("events", change(5, time_ms=0), "event 5 (arrived) is at 0 ms, before event 4 at"),
        ("events", change(5, seq=7), "event 7 follows event 4: a number is missing or twice there"),
        ("legs", change(5, leave_s=1e7), "ship 5 leaves estuary at 10000000.000 s and enters canal at"),
        ("legs", change(5, enter_s=1e7), "ship 5 leaves estuary at"),
        ("ships", change(slice(None), n_cone=1), "cones ask for 10.00 m"),
        ("ships", change(slice(None), n_cone=2), "with 2 and 2 cones; from 2 a ship is locked alone"),
        ("ships", change(5, depart_s=1e7), "ship 's5', lock terneuzen, period summer has times that are not in order: depart_s 10000000.000"),
    ],
)
def test_a_breach_around_the_lock_is_named(table: str, breach: Any, message: str) -> None:
    tables, facts = replication(20)
    found = check_waterway({**tables, table: breach(tables[table])}, facts, "reference")
    assert any(message in m for m in found), found


def test_a_cut_off_run_may_name_the_lockage_that_it_cut_off(tables: tuple[Frame, Frame]) -> None:
    assert check_lock(tables[0], tables[1].iloc[:1], SIZES) == [], "the last lockage of the chamber was not over"


def test_a_week_of_ships_is_checked_in_a_third_of_a_second() -> None:
    tables, facts = replication(1000)  # two periods: 2000 ships, a busy week at Terneuzen has 1300
    took = []
    for _ in range(3):
        begin = time.process_time()  # of this process alone, whatever else the machine does
        assert check_waterway(tables, facts, "reference") == []
        took.append(time.process_time() - begin)
    assert min(took) < 0.3
