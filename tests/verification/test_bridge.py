"""Cycles of a movable bridge worked out by hand, to the second.

The bridge of these tests clears the road in 60 s, opens in 240 s, closes in 230 s and reopens the road in 45 s (`support.bridges`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.bridges import BACK_S, CLEAR_S, CLOSE_S, LEAD_S, REOPEN_S, bridge, simulate_checked, users, windows

from nspd_mobility.engine.bridge import needs_opening, simulate_bridge
from nspd_mobility.engine.bridge_calendar import daily_windows
from nspd_mobility.errors import DataError
from nspd_mobility.params.bridge import BridgeParams

pytestmark = pytest.mark.kernel

CLOSURE = ["road_closed_s", "opening_s", "open_s", "closing_s", "closed_s", "road_open_s"]


def served(result: Any) -> list[tuple[float, str]]:
    """Return (wait, cause) of each user."""
    return list(zip(result.waits["wait_s"], result.waits["cause"], strict=True))


def test_a_ship_that_calls_ahead_does_not_wait_and_the_bridge_is_open_when_it_comes() -> None:
    result = simulate_checked(users(("ship", 1000, 200, 0)), bridge())
    closed = 1000 - LEAD_S
    closing = 1000 + 200
    assert served(result) == [(0, "none")]
    assert result.closures.loc[0, CLOSURE].tolist() == [closed, closed + CLEAR_S, 1000, closing, closing + CLOSE_S, closing + CLOSE_S + REOPEN_S]
    assert (result.closures["cause_id"].item(), result.closures["n_ships"].item()) == ("u0", 1)


@pytest.mark.parametrize(("ahead_s", "wait_s"), [(0, LEAD_S), (100, LEAD_S - 100), (LEAD_S, 0), (LEAD_S + 1, 0)])
def test_a_ship_that_calls_late_waits_for_what_is_left_of_clearing_and_opening(ahead_s: float, wait_s: float) -> None:
    result = simulate_checked(users(("ship", 1000, 200, 1000 - ahead_s)), bridge())
    assert served(result) == [(wait_s, "opening" if wait_s else "none")]


def test_a_remote_operator_adds_his_delay_to_a_late_call_only() -> None:
    result = simulate_checked(users(("ship", 1000, 200, 1000), ("ship", 9000, 200, 9000 - LEAD_S - 90)), bridge(remote_delay_s=90))
    assert served(result) == [(90 + LEAD_S, "opening"), (0, "none")]
    assert result.closures["road_closed_s"].tolist() == [1090, 9000 - LEAD_S]


def test_two_ships_of_a_convoy_share_one_opening_one_after_the_other() -> None:
    result = simulate_checked(users(("ship", 1000, 200, 0), ("ship", 1050, 150, 0)), bridge())
    assert served(result) == [(0, "none"), (150, "other_ships")]
    assert result.closures[["n_ships", "closing_s"]].values.tolist() == [[2, 1000 + 200 + 150]]


def test_the_bridge_stays_open_for_a_ship_that_comes_within_the_time_to_gather() -> None:
    # The first is clear at 1200 s; the second comes at 1400 s.
    two = users(("ship", 1000, 200, 0), ("ship", 1400, 150, 0))
    for gather_s, n_openings in ((199, 2), (200, 1)):
        assert len(simulate_checked(two, bridge(gather_s=gather_s)).closures) == n_openings
    missed = simulate_checked(two, bridge(gather_s=199))
    # Closing from 1200 s, road open BACK_S later, and then a whole opening.
    assert served(missed)[1] == (1200 + BACK_S + LEAD_S - 1400, "opening")


def test_ships_of_one_direction_keep_their_headway_and_one_of_the_other_direction_slips_in() -> None:
    # Passages take 100 s, the headway is 250 s: a at 1000, c (opposite) as soon as a is clear, b at its headway.
    ships = users(("ship", 1000, 100, 0), ("ship", 1001, 100, 0), ("ship", 1002, 100, 0), direction=[0, 0, 1])
    result = simulate_checked(ships, bridge(follow_s=250))
    assert result.waits["begin_s"].tolist() == [1000, 1250, 1100]
    assert len(result.closures) == 1


def test_at_a_two_way_bridge_opposite_ships_meet_but_for_wide_ones() -> None:
    ships = users(("ship", 1000, 100, 0), ("ship", 1000, 100, 0), direction=[0, 1])
    assert simulate_checked(ships, bridge(two_way=True)).waits["begin_s"].tolist() == [1000, 1000]
    for is_wide in ([True, False], [False, True], [True, True]):
        assert sorted(simulate_checked(ships.assign(is_wide=is_wide), bridge(two_way=True)).waits["begin_s"]) == [1000, 1100]


def test_at_the_open_bridge_a_ship_of_higher_priority_goes_before_those_that_came_earlier() -> None:
    ships = users(("ship", 100, 60, 100), ("ship", 101, 60, 100), ("ship", 102, 60, 100), priority=[0, 0, 1])
    result = simulate_checked(ships, bridge())
    opened = 100 + LEAD_S
    assert result.waits["begin_s"].tolist() == [opened + 60, opened + 120, opened]


def test_the_road_is_given_its_shortest_time_between_two_openings() -> None:
    # Road open at 1000 + 200 + BACK_S; the second opening begins 600 s after that.
    result = simulate_checked(users(("ship", 1000, 200, 0), ("ship", 1500, 200, 0)), bridge(min_closed_s=600))
    again = 1200 + BACK_S + 600
    assert result.closures["road_closed_s"].tolist() == [1000 - LEAD_S, again]
    assert result.waits["wait_s"].tolist() == [0, again + LEAD_S - 1500]
    # The second ship meets the end of closing until 1475 s: none of it. Then 575 s of the 600, and the opening.
    assert result.waits.loc[1, ["wait_min_closed_s", "wait_opening_s"]].tolist() == [again - 1500, LEAD_S]


def test_an_open_bridge_stays_open_as_long_as_it_must_and_no_ship_begins_after_the_longest_time_open() -> None:
    one = simulate_checked(users(("ship", 1000, 50, 0)), bridge(min_open_s=120))
    assert one.closures["closing_s"].tolist() == [1120]
    ships = users(*[("ship", 1000, 100, 0)] * 4)
    result = simulate_checked(ships, bridge(max_open_s=200))
    # Passages begin at 1000 and 1100 s; the next would begin at 1200 s.
    assert result.closures["n_ships"].tolist() == [2, 2]
    assert result.closures["open_s"].tolist() == [1000, 1200 + BACK_S + LEAD_S]


def test_every_opening_serves_a_ship_however_short_the_longest_time_open() -> None:
    result = simulate_checked(users(("ship", 1000, 100, 0), ("ship", 1000, 100, 0)), bridge(max_open_s=0.001, follow_s=2000))
    assert result.closures["n_ships"].tolist() == [1, 1]


def test_a_peak_block_holds_the_begin_of_an_opening_until_it_ends() -> None:
    result = simulate_checked(users(("ship", 1000, 200, 0)), bridge(), windows(("peak_block", 650, 1250)))
    assert result.closures["road_closed_s"].tolist() == [1250]
    assert served(result) == [(1250 + LEAD_S - 1000, "opening")]
    assert result.waits.loc[0, ["wait_peak_block_s", "wait_opening_s"]].tolist() == [250, LEAD_S]
    # An opening that has begun is carried through.
    begun = simulate_checked(users(("ship", 1000, 200, 0)), bridge(), windows(("peak_block", 1000 - LEAD_S + 1, 5000)))
    assert served(begun) == [(0, "none")]


@pytest.mark.parametrize("kind", ["out_of_service", "wind", "outage"])
def test_nothing_opens_without_an_operator_in_wind_or_in_an_outage(kind: str) -> None:
    result = simulate_checked(users(("ship", 1000, 200, 0)), bridge(ship_max_wait_s=60, max_wait_beats_block=True), windows((kind, 600, 3000)))
    assert served(result) == [(3000 + LEAD_S - 1000, kind)]
    assert not result.closures["is_forced"].any(), "no rule that a ship past its longest wait could beat"


def test_a_bridge_that_fails_while_open_stays_open_for_ships_and_shut_for_trains() -> None:
    ships_and_train = users(("ship", 1000, 200, 0), ("ship", 2500, 100, 2500), ("train", 2000, 300, 2000))
    result = simulate_checked(ships_and_train, bridge(), windows(("outage", 1100, 3000)))
    assert result.closures[["closing_s", "n_ships"]].values.tolist() == [[3000, 2]]
    assert served(result) == [(0, "none"), (0, "none"), (3000 + CLOSE_S - 2000, "outage")]


def test_a_train_goes_at_once_over_the_closed_bridge_and_a_ship_waits_for_its_release_and_the_opening() -> None:
    result = simulate_checked(users(("train", 500, 900, 0), ("ship", 1000, 200, 0)), bridge())
    assert served(result) == [(0, "none"), (500 + 900 + LEAD_S - 1000, "train")]
    assert result.waits.loc[1, ["wait_train_s", "wait_opening_s"]].tolist() == [400, LEAD_S]


def test_a_train_that_comes_while_the_bridge_is_open_waits_until_it_is_locked() -> None:
    # The road need not be open again.
    result = simulate_checked(users(("ship", 1000, 200, 0), ("train", 1100, 300, 900)), bridge())
    assert served(result) == [(0, "none"), (1200 + CLOSE_S - 1100, "other_ships")]


def test_where_ships_go_first_a_train_waits_for_an_opening_that_is_due_and_trains_do_not_follow_each_other_past_a_ship() -> None:
    # A holds from 0 to 600; the ship is due from 300; B and C want the bridge while A holds it.
    rows = users(("train", 0, 600, 0), ("ship", 600, 100, 0), ("train", 400, 600, 0), ("train", 500, 600, 0))
    result = simulate_checked(rows, bridge())
    locked = 600 + LEAD_S + 100 + CLOSE_S
    assert result.waits["begin_s"].tolist() == [0, 600 + LEAD_S, locked, locked]


@pytest.mark.parametrize(("eta_s", "is_ship_first"), [(1549, True), (1550, True), (1551, False)])
def test_with_longest_wait_the_one_that_has_wanted_the_bridge_longer_goes_first(eta_s: float, is_ship_first: bool) -> None:
    # The first ship is clear at 1200 s and the deck locked at 1430 s. The train has waited since 1250 s, an opening for the second ship is
    # due LEAD_S before it comes: at 1249, 1250 or 1251 s.
    rows = users(("ship", 1000, 200, 0), ("train", 1250, 500, 0), ("ship", eta_s, 100, 0))
    locked, opened = 1200 + CLOSE_S, 1200 + BACK_S + LEAD_S
    ship_first = [1000, opened + 100 + CLOSE_S, opened]
    train_first = [1000, locked, locked + 500 + LEAD_S]
    assert simulate_checked(rows, bridge(priority="longest_wait")).waits["begin_s"].tolist() == (ship_first if is_ship_first else train_first)
    assert simulate_checked(rows, bridge()).waits["begin_s"].tolist() == ship_first


def test_no_opening_is_open_in_a_window_of_trains() -> None:
    trains = bridge(priority="train_windows")
    # Opening from 700 s would last to 1000 + 200 + CLOSE_S = 1430 s.
    ship = users(("ship", 1000, 200, 0))
    held = simulate_checked(ship, trains, windows(("train", 1429, 2000)))
    assert held.closures["road_closed_s"].tolist() == [2000]
    assert served(held) == [(2000 + LEAD_S - 1000, "train")]
    assert served(simulate_checked(ship, trains, windows(("train", 1430, 2000)))) == [(0, "none")]
    assert served(simulate_checked(ship, bridge(), windows(("train", 1429, 2000)))) == [(0, "none")], "the calendar of another rule"


def test_a_ship_that_would_keep_the_bridge_open_into_a_window_of_trains_waits_for_the_next_opening() -> None:
    ships = users(("ship", 1000, 200, 0), ("ship", 1100, 200, 0))
    result = simulate_checked(ships, bridge(priority="train_windows"), windows(("train", 1500, 2000)))
    assert result.closures[["road_closed_s", "n_ships"]].values.tolist() == [[700, 1], [2000, 1]]
    assert served(result)[1] == (2000 + LEAD_S - 1100, "train")


@pytest.mark.parametrize(("begin_s", "closed_s"), [(1000 + 300 + CLOSE_S, 1000 - LEAD_S), (1000 + 300 + CLOSE_S - 1, 4000)])
def test_the_shortest_time_open_counts_before_a_window_of_trains(begin_s: float, closed_s: float) -> None:
    result = simulate_checked(users(("ship", 1000, 50, 0)), bridge(priority="train_windows", min_open_s=300), windows(("train", begin_s, 4000)))
    assert result.closures["road_closed_s"].tolist() == [closed_s]


def test_a_train_that_gives_way_to_a_ship_goes_on_when_the_ship_can_no_longer_open_before_the_window() -> None:
    # A holds until 1500 s. An opening is due from 400 s, so B of 500 s gives way, until the last moment at which the opening would be over
    # before the window.
    last = 1900 - (LEAD_S + 200 + CLOSE_S)
    rows = users(("train", 0, 1500, 0), ("ship", 700, 200, 0), ("train", 500, 100, 0))
    result = simulate_checked(rows, bridge(priority="train_windows"), windows(("train", 1900, 2500)))
    assert result.waits["begin_s"].tolist() == [0, 2500 + LEAD_S, last + 0.001]


def test_past_its_longest_wait_a_ship_opens_the_bridge_in_a_peak_block_where_it_may() -> None:
    block = windows(("peak_block", 0, 5000))
    ship = users(("ship", 1000, 200, 0))
    beaten = simulate_checked(ship, bridge(ship_max_wait_s=600, max_wait_beats_block=True), block)
    assert beaten.closures[["road_closed_s", "is_forced"]].values.tolist() == [[1600, True]]
    assert served(beaten) == [(600 + LEAD_S, "peak_block")]
    obeyed = simulate_checked(ship, bridge(ship_max_wait_s=600), block)
    assert obeyed.closures[["road_closed_s", "is_forced"]].values.tolist() == [[5000, False]]


def test_past_its_longest_wait_a_ship_does_not_wait_for_the_shortest_time_closed_nor_for_a_second_ship() -> None:
    two = users(("ship", 1000, 200, 0), ("ship", 1500, 200, 0))
    result = simulate_checked(two, bridge(min_closed_s=3600, ship_max_wait_s=900))
    assert result.closures[["road_closed_s", "is_forced"]].values.tolist() == [[700, False], [1500 + 900, True]]


def test_past_its_longest_wait_a_ship_goes_before_a_train_that_came_before_it() -> None:
    # The first ship takes until 2500 s, and nobody begins after 100 s of open bridge. Train since 1100 s, opening due from 1200 s.
    rows = users(("ship", 1000, 1500, 0), ("train", 1100, 500, 0), ("ship", 1500, 100, 0))
    for ship_max_wait_s, is_ship_first in ((0, False), (600, True)):
        result = simulate_checked(rows, bridge(priority="longest_wait", max_open_s=100, ship_max_wait_s=ship_max_wait_s))
        opened = 2500 + BACK_S + LEAD_S if is_ship_first else 2500 + CLOSE_S + 500 + LEAD_S
        assert result.waits["begin_s"].iloc[2] == opened
        assert result.waits["begin_s"].iloc[1] == (opened + 100 + CLOSE_S if is_ship_first else 2500 + CLOSE_S)


def test_past_its_longest_wait_a_train_stops_an_opening_that_ships_would_keep_going() -> None:
    many = users(("train", 1010, 60, 0), *[("ship", 1000 + 700 * k, 100, 0) for k in range(6)])
    starved = simulate_checked(many, bridge(gather_s=700))
    assert starved.waits["begin_s"].iloc[0] == 1000 + 5 * 700 + 100 + CLOSE_S
    turn = simulate_checked(many, bridge(gather_s=700, train_max_wait_s=800))
    # The second ship is clear at 1800 s, and at 1810 s the bridge closes at once.
    assert turn.waits["begin_s"].iloc[0] == 1010 + 800 + CLOSE_S


def test_of_a_ship_and_a_train_past_their_longest_waits_the_one_that_is_longer_past_it_goes_first() -> None:
    # A holds until 5000 s. The ship is past its wait at 1000 + 600, the train at 1500 + 50 = 1550 s or 1500 + 150 = 1650 s.
    rows = users(("train", 0, 5000, 0), ("ship", 1000, 100, 0), ("train", 1500, 300, 0))
    for train_s, ship_first in ((50, False), (150, True)):
        result = simulate_checked(rows, bridge(priority="ships_first", ship_max_wait_s=600, train_max_wait_s=train_s))
        train, ship = result.waits["begin_s"].iloc[2], result.waits["begin_s"].iloc[1]
        if ship_first:
            assert (ship, train) == (5000 + LEAD_S, 5000 + LEAD_S + 100 + CLOSE_S)
        else:
            assert (train, ship) == (1550, 5000 + LEAD_S), "it goes on at 1550 s, when it passes the ship's turn, beside the train that holds"


def test_a_ship_is_held_for_a_second_one_but_not_longer_than_allowed() -> None:
    alone = simulate_checked(users(("ship", 1000, 200, 0)), bridge(bundle_s=900))
    assert served(alone) == [(900, "bundle")]
    # The second is due at 1500 - LEAD_S = 1200 s, and the opening begins then.
    both = simulate_checked(users(("ship", 1000, 200, 0), ("ship", 1500, 200, 0)), bridge(bundle_s=900))
    assert both.closures[["road_closed_s", "n_ships"]].values.tolist() == [[1200, 2]]
    assert both.waits["wait_s"].tolist() == [500, 200]


def test_the_order_of_rows_does_not_decide_between_users_of_one_millisecond() -> None:
    rows = users(*[("ship", 1000, 60, 0)] * 5, *[("train", 500, 400, 100)] * 3, direction=[0, 1, 0, 1, 0, 0, 0, 0])
    whole = simulate_checked(rows, bridge())
    for seed in range(4):
        order = np.random.default_rng(seed).permutation(len(rows))
        other = simulate_checked(rows.iloc[order], bridge())
        pd.testing.assert_frame_equal(other.waits.sort_values("id").reset_index(drop=True), whole.waits, check_exact=True)
        pd.testing.assert_frame_equal(other.closures, whole.closures, check_exact=True)


def test_without_users_nothing_happens_and_a_run_may_be_cut_off() -> None:
    nobody = simulate_checked(users(), bridge(), windows(("outage", 0, 100)))
    assert (len(nobody.closures), len(nobody.waits)) == (0, 0)
    part = simulate_bridge(users(("ship", 1000, 200, 0), ("ship", 5000, 200, 0)), bridge(), until_s=2000.0)
    assert part.waits["begin_s"].isna().tolist() == [False, True]
    assert len(part.closures) == 1


def test_twenty_one_openings_of_a_swing_bridge_take_as_long_as_counted_at_sas_van_gent() -> None:
    # Counted in 2009: 21 openings a day that take 4 to 5 hours, so 11.4 to 14.3 minutes each. A swing of 5 minutes each way, barriers
    # included, and one ship that passes in 200 s: 13.3 minutes.
    ships = users(*[("ship", 4000.0 * (k + 1), 200, 0) for k in range(21)])
    closures = simulate_checked(ships, bridge(clear_road_s=60, open_s=240, close_s=240, reopen_road_s=60)).closures
    closed_s = (closures["road_open_s"] - closures["road_closed_s"]).sum()
    assert len(closures) == 21
    assert closed_s == 21 * (300 + 200 + 300)
    assert 4 * 3600 <= closed_s <= 5 * 3600


SLUISKIL = {
    "middle": {"clearance_m": 7.0},
    "east": {"clearance_m": 6.5, "max_length_m": 135.0, "max_beam_m": 12.0, "max_draught_m": 4.5},
    "west": {"clearance_m": 7.2, "max_length_m": 135.0, "max_beam_m": 12.0, "max_draught_m": 4.5},
}


@pytest.mark.parametrize(
    ("ship", "needs"),
    [
        ({"air_draught_m": 6.7}, False),  # 7.0 less the margin of 0.3
        ({"air_draught_m": 6.71, "length_m": 140.0}, True),
        ({"air_draught_m": 6.9, "length_m": 135.0, "beam_m": 12.0, "draught_m": 4.5}, False),  # below the western span
        ({"air_draught_m": 6.9, "length_m": 135.1, "beam_m": 12.0, "draught_m": 4.5}, True),
        ({"air_draught_m": 6.9, "length_m": 135.0, "beam_m": 12.1, "draught_m": 4.5}, True),
        ({"air_draught_m": 6.9, "length_m": 135.0, "beam_m": 12.0, "draught_m": 4.6}, True),
        ({"air_draught_m": 9.0, "lowered_air_draught_m": 6.5}, False),
        ({"air_draught_m": 6.5, "lowered_air_draught_m": 9.0}, False),
        ({"air_draught_m": 6.7, "length_m": 140.0, "level_rise_m": 0.25}, True),
        ({"air_draught_m": 6.9, "length_m": 140.0, "level_rise_m": -0.25}, False),
        ({"air_draught_m": float("nan")}, True),
    ],
)
def test_a_ship_needs_an_opening_where_no_span_of_the_closed_bridge_takes_it(ship: dict[str, float], needs: bool) -> None:
    swing = BridgeParams.model_validate(bridge(spans=SLUISKIL))
    assert needs_opening(swing, **ship).item() is needs


def test_without_spans_every_ship_needs_an_opening_and_arrays_are_broadcast() -> None:
    none = BridgeParams.model_validate(bridge())
    assert needs_opening(none, air_draught_m=[0.0, 50.0]).tolist() == [True, True]
    swing = BridgeParams.model_validate(bridge(spans=SLUISKIL))
    assert needs_opening(swing, air_draught_m=[6.0, 9.0], length_m=np.array([[100.0], [200.0]])).tolist() == [[False, True], [False, True]]


def test_daily_windows_hold_at_local_clock_times_also_when_summer_time_begins() -> None:
    hold = {"kind": "peak_block", "begin_min": 460.0, "end_min": 480.0, "days": "weekdays"}
    night = {"kind": "out_of_service", "begin_min": 0.0, "end_min": 300.0, "days": "weekend"}
    swing = BridgeParams.model_validate(bridge(daily_windows={"morning": hold, "night": night}))
    # From Friday 28 March 2025 for four days; on Sunday the 30th 02:00 becomes 03:00, so that Monday's 07:40 comes an hour sooner.
    day = 86_400.0
    found = daily_windows(swing, pd.Timestamp("2025-03-28", tz="Europe/Amsterdam"), 4 * day)
    wanted = [("peak_block", 27_600.0, 28_800.0), ("peak_block", 3 * day + 24_000.0, 3 * day + 25_200.0)]
    wanted += [("out_of_service", day, day + 18_000.0), ("out_of_service", 2 * day, 2 * day + 14_400.0)]
    assert [tuple(row) for row in found.itertuples(index=False)] == wanted


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"drop": "eta_s"}, r"requests: column 'eta_s' is missing; required are: id, user, eta_s, pass_s"),
        ({"colour": 1}, r"requests: unknown column 'colour'; allowed are: call_s, direction, eta_s, id, is_wide, pass_s, priority, user"),
        ({"user": "shop"}, r"requests: user 'shop' \(row 0\) is not one of: ship, train \(did you mean 'ship'\?\)"),
        ({"id": "x"}, r"requests: id 'x' occurs more than once; every user needs an id of its own"),
        ({"id": [None, "b"]}, r"requests: row 0 has no id; every user needs one"),
        ({"eta_s": [1.0, float("nan")]}, r"requests: eta_s of row 1 is nan, and must be a finite number"),
        ({"eta_s": "soon"}, r"requests: column 'eta_s' must hold numbers and holds str"),
        ({"pass_s": -1.0}, r"requests: pass_s of row 0 is -1\.0, and must be a number of 0 or more"),
        ({"direction": 2}, r"requests: direction of 'u0' \(row 0\) is 2, and must be 0 or 1"),
        ({"priority": 0.5}, r"requests: priority of 'u0' \(row 0\) is 0\.5, and must be a whole number"),
        ({"is_wide": 1}, r"requests: column 'is_wide' must hold true or false and holds int64"),
        ({"call_s": 5000.0}, r"requests: 'u0' \(row 0\) calls after it has come; call_s is at most eta_s"),
    ],
)
def test_a_table_of_requests_that_can_not_be_used_is_refused(change: dict[str, Any], message: str) -> None:
    rows = users(("ship", 1000, 200, 0), ("train", 1500, 200, 0))
    bad = rows.drop(columns=change["drop"]) if "drop" in change else rows.assign(**change)
    with pytest.raises(DataError, match=f"^{message}$"):
        simulate_bridge(bad, bridge())


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("peek_block", 0, 1), r"windows: kind 'peek_block' \(row 0\) is not one of: .*, wind, outage, train \(did you mean 'peak_block'\?\)"),
        (("wind", 10, 10), r"windows: row 0 ends at 10\.0 s, and must end after its begin, 10\.0 s"),
        (("wind", float("inf"), 10), r"windows: begin_s of row 0 is inf, and must be a finite number"),
    ],
)  # fmt: skip
def test_windows_that_can_not_be_used_are_refused(row: tuple[str, float, float], message: str) -> None:
    with pytest.raises(DataError, match=f"^{message}$"):
        simulate_bridge(users(), bridge(), windows(row))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"open_second": 5}, r"bridge: unknown key 'open_second' \(did you mean 'open_s'\?\); allowed are: .* \(at 'open_second'\)"),
        ({"open_s": -1.0}, r"bridge: 'open_s': should be greater than or equal to 0, not -1\.0"),
        ({"priority": "ships"}, r"bridge: 'priority': 'ships' is not one of: longest_wait, ships_first, train_windows \(did you mean 'ships_first'\?\)"),
        (
            {"daily_windows": {"am": {"kind": "wind", "begin_min": 500.0, "end_min": 400.0}}},
            r"bridge: 'daily_windows\.am': it ends at 400\.0 min, and must end after its begin at 500\.0 min; a window over midnight is two windows",
        ),
    ],
)  # fmt: skip
def test_parameters_that_can_not_be_used_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=f"^{message}$"):
        simulate_bridge(users(), bridge(**change))
