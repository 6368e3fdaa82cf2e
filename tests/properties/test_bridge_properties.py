"""Properties of any movable bridge with any users: safe, fair within its rules, and blind to what must have no effect.

`simulate_checked` asserts on every result that the bridge is locked while a train holds it, that passages of ships do not overlap, that
closures do not, that everybody is served and that causes add up to the wait.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.bridges import overlap, simulate_checked, users, windows

from nspd_mobility.engine.bridge import simulate_bridge

pytestmark = pytest.mark.usefixtures("warm_bridge")

PRIORITIES = ("ships_first", "train_windows", "longest_wait")
HARD = ("out_of_service", "wind", "outage")
LENGTH_S = 40_000.0


@pytest.fixture(scope="module")
def warm_bridge() -> None:
    """Compile or load the kernels, so that no single example of a property pays for it."""
    simulate_checked(users(("ship", 0, 0, 0)), {"clear_road_s": 0, "open_s": 0, "close_s": 1, "reopen_road_s": 0})


@st.composite
def requests(draw: Any) -> pd.DataFrame:
    """Draw users of both kinds; a third of them come at a whole quarter of an hour, so that many come together.

    Each is one whole number, taken apart digit by digit, which is quicker than drawing its parts.
    """
    numbers = np.array(draw(st.lists(st.integers(0, 2**50), max_size=30)), dtype=np.int64)

    def digit(base: int) -> Any:
        nonlocal numbers
        numbers, value = np.divmod(numbers, base)
        return value

    kind = np.array(["ship", "ship", "train"])[digit(3)]
    eta_s = np.where(digit(3) == 0, 900.0 * digit(40), digit(36_000_000) / 1000.0)
    pass_s = np.array([0.0, 90.0, 200.0, 700.0])[digit(4)]
    call_s = eta_s - np.array([0.0, 100.0, 1800.0])[digit(3)]
    rows = users(*zip(kind, eta_s, pass_s, call_s, strict=True))
    return rows.assign(direction=digit(2), priority=digit(2), is_wide=digit(3) == 0)


@st.composite
def bridges(draw: Any, **fixed: Any) -> dict[str, Any]:
    times = {name: draw(st.sampled_from([0.0, 60.0, 240.0])) for name in ("clear_road_s", "open_s", "reopen_road_s")}
    names = ("gather_s", "bundle_s", "min_closed_s", "min_open_s", "max_open_s", "follow_s", "remote_delay_s", "ship_max_wait_s", "train_max_wait_s")
    rules = {name: draw(st.sampled_from([0.0, 0.0, 120.0, 900.0])) for name in names}
    flags = {name: draw(st.booleans()) for name in ("two_way", "max_wait_beats_block")}
    return {**times, "close_s": draw(st.sampled_from([1.0, 240.0])), **rules, **flags, "priority": draw(st.sampled_from(PRIORITIES)), **fixed}


def calendars(*kinds: str) -> Any:
    """Draw windows of the kinds, of up to an hour."""
    row = st.tuples(st.sampled_from(kinds), st.integers(0, int(LENGTH_S)), st.integers(1, 3600))
    return st.lists(row, max_size=12).map(lambda rows: windows(*[(kind, begin, begin + length) for kind, begin, length in rows]))


any_calendar = calendars("peak_block", "train", "train", *HARD)
soft_calendar = calendars("peak_block", "train", "train")


def begins_in(closures: pd.DataFrame, calendar: pd.DataFrame, kinds: tuple[str, ...]) -> Any:
    """Say which openings begin in a window of the kinds."""
    chosen = calendar[calendar["kind"].isin(kinds)]
    begin = closures["road_closed_s"].to_numpy()[:, None]
    return ((chosen["begin_s"].to_numpy() <= begin) & (begin < chosen["end_s"].to_numpy())).any(axis=1)


@given(requests(), bridges(), any_calendar)
def test_an_opening_begins_in_no_window_but_for_a_ship_past_its_longest_wait(rows: pd.DataFrame, bridge: dict[str, Any], calendar: pd.DataFrame) -> None:
    closures = simulate_checked(rows, bridge, calendar).closures
    assert not begins_in(closures, calendar, HARD).any()
    soft = ("peak_block", "train") if bridge["priority"] == "train_windows" else ("peak_block",)
    assert closures["is_forced"].to_numpy()[begins_in(closures, calendar, soft)].all()
    assert bridge["max_wait_beats_block"] or not begins_in(closures, calendar, soft).any()
    assert bridge["ship_max_wait_s"] > 0 or not closures["is_forced"].any()


@given(requests(), bridges(), any_calendar)
def test_the_road_is_open_as_long_as_it_must_between_openings_but_for_a_ship_past_its_longest_wait(
    rows: pd.DataFrame, bridge: dict[str, Any], calendar: pd.DataFrame
) -> None:
    closures = simulate_checked(rows, bridge, calendar).closures
    between = closures["road_closed_s"].to_numpy()[1:] - closures["road_open_s"].to_numpy()[:-1]
    assert ((between >= bridge["min_closed_s"] - 1e-6) | closures["is_forced"].to_numpy()[1:]).all()


@given(requests(), bridges(priority="train_windows"), soft_calendar)
def test_the_bridge_is_locked_in_the_windows_of_trains_but_for_a_ship_past_its_longest_wait(
    rows: pd.DataFrame, bridge: dict[str, Any], calendar: pd.DataFrame
) -> None:
    closures = simulate_checked(rows, bridge, calendar).closures
    for begin, end in calendar.loc[calendar["kind"] == "train", ["begin_s", "end_s"]].itertuples(index=False):
        meets = (closures["road_closed_s"] < end) & (closures["closed_s"] > begin)
        assert closures["is_forced"][meets].all()


@given(requests(), bridges(max_wait_beats_block=True), soft_calendar, st.sampled_from([60.0, 600.0]), st.sampled_from([60.0, 600.0]))
def test_nobody_starves_where_there_is_a_longest_wait(
    rows: pd.DataFrame, bridge: dict[str, Any], calendar: pd.DataFrame, ship_s: float, train_s: float
) -> None:
    # Once past its longest wait, a user waits for the others at the most once each, with their passage or hold and one cycle around it,
    # for the cycle under way, and for its own.
    result = simulate_checked(rows, {**bridge, "ship_max_wait_s": ship_s, "train_max_wait_s": train_s}, calendar)
    cycle = sum(bridge[name] for name in ("clear_road_s", "open_s", "min_open_s", "close_s", "reopen_road_s", "gather_s", "follow_s"))
    bound = max(ship_s, train_s) + bridge["remote_delay_s"] + rows["pass_s"].sum() + (len(rows) + 2) * cycle
    assert (result.waits["wait_s"] <= bound + 1e-6).all()


@given(requests(), bridges(priority="ships_first", ship_max_wait_s=0.0, train_max_wait_s=0.0), st.sampled_from(PRIORITIES))
def test_without_ships_trains_never_wait_and_without_trains_their_rules_do_not_count(rows: pd.DataFrame, bridge: dict[str, Any], priority: str) -> None:
    trains, ships = (rows[rows["user"] == kind] for kind in ("train", "ship"))
    assert (simulate_checked(trains, {**bridge, "priority": priority}).waits["wait_s"] == 0).all()
    one, other = simulate_checked(ships, bridge), simulate_checked(ships, {**bridge, "priority": priority, "train_max_wait_s": 900.0})
    pd.testing.assert_frame_equal(one.waits, other.waits, check_exact=True)


@given(requests(), bridges(max_open_s=300.0), soft_calendar)
def test_only_the_first_ship_of_an_opening_begins_after_the_longest_time_open(rows: pd.DataFrame, bridge: dict[str, Any], calendar: pd.DataFrame) -> None:
    result = simulate_checked(rows, bridge, calendar)
    begin = np.sort(result.waits.loc[result.waits["user"] == "ship", "begin_s"])
    opened = result.closures["open_s"].to_numpy()
    of_opening = np.searchsorted(opened, begin, side="right") - 1
    is_first = np.append(True, np.diff(of_opening) > 0)[: len(begin)]
    assert (is_first | (begin < opened[of_opening] + 300.0)).all()


@given(requests(), bridges(two_way=True))
def test_wide_ships_meet_nobody(rows: pd.DataFrame, bridge: dict[str, Any]) -> None:
    result = simulate_checked(rows, bridge)
    ships = result.waits[rows["user"] == "ship"].assign(is_wide=rows["is_wide"])
    for begin, end in ships.loc[ships["is_wide"], ["begin_s", "clear_s"]].itertuples(index=False):
        met = (ships["begin_s"] < end) & (ships["clear_s"] > begin)
        assert met.sum() <= 1
    assert overlap(ships["begin_s"], ships["clear_s"]) is False or (~ships["is_wide"]).sum() >= 2


@given(requests(), bridges(), any_calendar, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rows: pd.DataFrame, bridge: dict[str, Any], calendar: pd.DataFrame, random: Any) -> None:
    order, of_windows = list(range(len(rows))), list(range(len(calendar)))
    random.shuffle(order)
    random.shuffle(of_windows)
    one, other = simulate_checked(rows, bridge, calendar), simulate_checked(rows.iloc[order], bridge, calendar.iloc[of_windows])
    pd.testing.assert_frame_equal(one.closures, other.closures, check_exact=True)
    by_id = [result.waits.sort_values("id").reset_index(drop=True) for result in (one, other)]
    pd.testing.assert_frame_equal(by_id[0], by_id[1], check_exact=True)


@given(requests(), bridges(), any_calendar, st.integers(-(10**6), 10**6))
def test_directions_may_be_swapped_and_a_later_start_shifts_all_times(rows: pd.DataFrame, bridge: dict[str, Any], calendar: pd.DataFrame, shift_s: int) -> None:
    moved = rows.assign(eta_s=rows["eta_s"] + shift_s, call_s=rows["call_s"] + shift_s, direction=1 - rows["direction"])
    later = calendar.assign(begin_s=calendar["begin_s"] + shift_s, end_s=calendar["end_s"] + shift_s)
    one, other = simulate_checked(rows, bridge, calendar), simulate_checked(moved, bridge, later)
    np.testing.assert_allclose(other.waits["begin_s"], one.waits["begin_s"] + shift_s, rtol=0, atol=1e-6)
    np.testing.assert_allclose(other.closures["road_open_s"], one.closures["road_open_s"] + shift_s, rtol=0, atol=1e-6)
    assert other.waits["cause"].tolist() == one.waits["cause"].tolist()


@given(requests(), bridges(), any_calendar, st.integers(0, int(LENGTH_S)))
def test_a_run_that_is_cut_off_is_the_beginning_of_the_whole_run(rows: pd.DataFrame, bridge: dict[str, Any], calendar: pd.DataFrame, until_s: int) -> None:
    whole, part = simulate_checked(rows, bridge, calendar), simulate_bridge(rows, bridge, calendar, until_s=float(until_s))
    over = whole.closures[whole.closures["road_open_s"] <= until_s]
    pd.testing.assert_frame_equal(part.closures, over.reset_index(drop=True), check_exact=True)
    # A ship is told when it begins, a train has its row when it is off.
    known = np.where(whole.waits["user"] == "ship", whole.waits["begin_s"], whole.waits["clear_s"]) <= until_s
    assert (part.waits["begin_s"].notna() == known).all()
    pd.testing.assert_frame_equal(part.waits[known], whole.waits[known], check_exact=True)


@given(requests(), bridges(), any_calendar)
def test_a_user_that_comes_after_all_is_over_changes_nothing_before(rows: pd.DataFrame, bridge: dict[str, Any], calendar: pd.DataFrame) -> None:
    whole = simulate_checked(rows, bridge, calendar)
    over_s = 1.0 + max([0.0, *whole.closures["road_open_s"], *whole.waits["clear_s"], *calendar["end_s"]]) + bridge["min_closed_s"]
    late = users(("ship", over_s, 10, over_s)).assign(id="late", direction=0, priority=9, is_wide=False)
    more = simulate_checked(pd.concat([rows, late], ignore_index=True), bridge, calendar)
    pd.testing.assert_frame_equal(more.waits.iloc[:-1], whole.waits, check_exact=True)
    pd.testing.assert_frame_equal(more.closures.iloc[:-1], whole.closures, check_exact=True)
