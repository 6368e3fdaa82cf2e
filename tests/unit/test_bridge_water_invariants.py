"""The invariants of bridges and of the canal's water: sound tables pass, and each rule broken on purpose is found and named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from nspd_mobility.tables.invariants import (
    bridge_cycles_are_in_order,
    bridge_passages_fit_an_opening,
    check_waterway,
    openings_begin_outside_windows,
    water_balances,
)

Frame = pd.DataFrame
Breach = Callable[[Frame], Frame]
CYCLE_S = {"road_closed_s": 0.0, "opening_s": 60.0, "open_s": 180.0, "closing_s": 600.0, "closed_s": 720.0, "road_open_s": 780.0}
DAY_S = 86_400.0


def openings() -> Frame:
    """Two openings of `north`, at 1000 s and 5000 s, of two ships and one, and one of `south` at the same time as the first."""
    rows = [("north", 1000.0, 2), ("north", 5000.0, 1), ("south", 1000.0, 1)]
    return pd.DataFrame(
        [
            {"period": "week", "bridge": bridge, "n_ships": n, "is_forced": False, **{name: begin + offset for name, offset in CYCLE_S.items()}}
            for bridge, begin, n in rows
        ]
    )


def passages() -> Frame:
    """Ships 1 and 2 in the first opening of `north`, ship 3 in the second, ship 1 at `south`; a train between the two; ship 4 never passed."""
    rows = [
        ("north", 1, "ship", 1200.0, 1300.0),
        ("north", 2, "ship", 1320.0, 1500.0),
        ("north", 3, "ship", 5200.0, 5400.0),
        ("south", 1, "ship", 1250.0, 1600.0),
        ("north", 900, "train", 3000.0, 3100.0),
        ("north", 4, "ship", float("nan"), float("nan")),
    ]
    return pd.DataFrame(rows, columns=["bridge", "entity_id", "user", "begin_s", "clear_s"]).assign(period="week")


def windows() -> Frame:
    """One window of each kind, at `north` between its two openings."""
    kinds = ("peak_block", "out_of_service", "wind", "outage", "train")
    return pd.DataFrame([{"period": "week", "bridge": "north", "kind": kind, "begin_s": 2000.0, "end_s": 4000.0} for kind in kinds])


def water() -> Frame:
    """Three days in balance: storage rises by 5 of inflow and shortage less losses each day."""
    flows = {"inflow_m3": 100.0, "shortage_m3": 5.0, "lock_loss_m3": 60.0, "flushing_m3": 30.0, "spill_m3": 10.0}
    return pd.DataFrame([{"period": "week", "lock": "gate", "day_s": day * DAY_S, "storage_m3": 1000.0 + 5.0 * day, **flows} for day in range(3)])


def change(row: int, **values: Any) -> Breach:
    def changed(frame: Frame) -> Frame:
        frame = frame.copy()
        for column, value in values.items():
            frame.loc[row, column] = value
        return frame

    return changed


def shifted(row: int, by_s: float) -> Breach:
    """Return a breach that moves a whole opening in time."""
    return lambda frame: change(row, **{name: frame.at[row, name] + by_s for name in CYCLE_S})(frame)


def has(found: list[str], message: str) -> bool:
    return bool(pd.Series(found, dtype=str).str.contains(message).any())


def test_sound_tables_have_no_breach() -> None:
    facts: dict[str, Any] = {"locks": {}, "dangerous_goods": {}}
    tables = {"bridge_closures": openings(), "bridge_passages": passages(), "bridge_windows": windows(), "water": water()}
    assert check_waterway(tables, facts, "reference") == []
    assert check_waterway({name: frame.iloc[:0] for name, frame in tables.items()}, facts, "reference") == []


@pytest.mark.parametrize(
    ("table", "breach", "message"),
    [
        ("bridge_closures", shifted(1, -3500.0), "begins before the opening of north"),
        ("bridge_passages", change(0, begin_s=10.0), "ship 1 passes north"),
        ("bridge_windows", change(3, begin_s=900.0), "in outage from"),
        ("water", change(1, spill_m3=0.0), "the flows give"),
    ],
)
def test_the_check_of_a_replication_reads_each_table(table: str, breach: Breach, message: str) -> None:
    tables = {"bridge_closures": openings(), "bridge_passages": passages(), "bridge_windows": windows(), "water": water()}
    assert has(check_waterway({**tables, table: breach(tables[table])}, {"locks": {}, "dangerous_goods": {}}, "reference"), message)


@pytest.mark.parametrize(
    ("breach", "message"),
    [
        (change(0, opening_s=900.0), r"the opening of north at 1000\.000 s, period week has times that are not in order: .*opening_s 900\.000"),
        (change(0, closed_s=float("nan")), r"the opening of north at 1000\.000 s.* closed_s nan"),
        (shifted(1, -3500.0), r"the opening of north at 1500\.000 s, period week begins before the opening of north at 1000\.000 s, period week is over"),
        (change(2, bridge="north"), "begins before the opening of north"),
    ],
)
def test_a_bridge_opens_once_at_a_time_and_in_order(breach: Breach, message: str) -> None:
    assert has(bridge_cycles_are_in_order(breach(openings())), message)


def test_a_bridge_may_open_the_moment_that_the_road_has_been_free() -> None:
    assert bridge_cycles_are_in_order(shifted(1, 1780.0 - 5000.0)(openings())) == []
    assert bridge_cycles_are_in_order(change(1, period="other")(shifted(1, -4000.0)(openings()))) == [], "periods have clocks of their own"


@pytest.mark.parametrize(
    ("breach", "message"),
    [
        (change(0, begin_s=1179.0), r"ship 1 passes north from 1179\.000 to 1300\.000 s, when the bridge is not open"),
        (change(1, clear_s=1601.0), r"ship 2 passes north from 1320\.000 to 1601\.000 s, when the bridge is not open"),
        (change(2, begin_s=3000.0, clear_s=3100.0), "ship 3 passes north .* when the bridge is not open"),
        (change(3, bridge="north", begin_s=900.0), "ship 1 passes north .* when the bridge is not open"),
        (change(4, clear_s=5061.0), r"train 900 passes north from 3000\.000 to 5061\.000 s, when the bridge is not locked"),
        (change(4, begin_s=1700.0), "train 900 passes north .* when the bridge is not locked"),
        (change(4, user="ship"), "ship 900 passes north .* when the bridge is not open"),
        (lambda frame: frame.drop(index=1), r"the opening of north at 1000\.000 s, period week counts 2 ships, and 1 pass in it"),
        (change(5, begin_s=5410.0, clear_s=5500.0), "the opening of north at 5000.000 s, period week counts 1 ships, and 2 pass in it"),
    ],
)
def test_ships_pass_an_open_bridge_and_trains_a_locked_one(breach: Breach, message: str) -> None:
    assert has(bridge_passages_fit_an_opening(breach(passages()).reset_index(drop=True), openings()), message)


def test_a_count_of_ships_that_is_off_is_named() -> None:
    assert bridge_passages_fit_an_opening(passages(), change(2, n_ships=4)(openings())) == [
        "the opening of south at 1000.000 s, period week counts 4 ships, and 1 pass in it"
    ]


def test_a_ship_may_pass_in_the_opening_that_the_end_cut_off() -> None:
    late = change(5, begin_s=9000.0, clear_s=9100.0)(passages())
    assert bridge_passages_fit_an_opening(late, openings()) == [], "after the last opening that has a row"


@pytest.mark.parametrize("kind", ["outage", "wind", "out_of_service", "peak_block"])
def test_no_opening_begins_in_a_window_that_forbids_it(kind: str) -> None:
    begun = shifted(1, -2000.0)(openings())  # at 3000 s, within the windows
    found = openings_begin_outside_windows(begun, windows())
    assert f"the opening of north at 3000.000 s, period week begins at 3000.000 s, in {kind} from 2000.000 to 4000.000 s" in found
    assert openings_begin_outside_windows(begun, windows().assign(bridge="south")) == [], "a window is of one bridge"
    assert openings_begin_outside_windows(begun, windows().assign(period="other")) == [], "and of one period"


def test_a_forced_opening_may_begin_in_a_peak_block_and_in_no_other_window() -> None:
    forced = change(1, is_forced=True)(shifted(1, -2000.0)(openings()))
    found = openings_begin_outside_windows(forced, windows())
    assert not has(found, "peak_block")
    assert has(found, "in outage")
    assert has(found, "in wind")


def test_a_bridge_does_not_close_in_an_outage_and_may_begin_at_its_end() -> None:
    outage = windows()[windows()["kind"] == "outage"]
    within = shifted(1, 1500.0 - 5000.0)(openings()).drop(index=0)  # begins at 1500 s and begins to close at 2100 s
    assert openings_begin_outside_windows(within.reset_index(drop=True), outage) == [
        "the opening of north at 1500.000 s, period week begins to close at 2100.000 s, in outage from 2000.000 to 4000.000 s"
    ]
    assert openings_begin_outside_windows(shifted(1, -1000.0)(openings()), windows()) == [], "at 4000 s all windows are over"


@pytest.mark.parametrize("flow", ["inflow_m3", "shortage_m3", "lock_loss_m3", "flushing_m3", "spill_m3"])
def test_each_flow_is_in_the_balance_of_the_water(flow: str) -> None:
    sign = 1.0 if flow in ("inflow_m3", "shortage_m3") else -1.0
    days = water()
    found = water_balances(change(1, **{flow: days.at[1, flow] + 2.0})(days))
    assert found == [f"water behind gate on the day at 86400 s, period week: stored are 1005.000 m3, the flows give {1005.0 + 2.0 * sign:.3f} m3"]


def test_storage_goes_from_day_to_day_of_one_lock_and_period() -> None:
    assert has(water_balances(change(2, storage_m3=1011.0)(water())), r"stored are 1011\.000 m3, the flows give 1010\.000 m3")
    assert has(water_balances(change(1, storage_m3=float("nan"))(water())), "stored are nan m3")
    mixed = pd.concat([water().iloc[::-1], water().assign(lock="other", storage_m3=7.0 + 5.0 * water().index)], ignore_index=True)
    assert water_balances(mixed) == [], "rows in any order, each lock by itself"
