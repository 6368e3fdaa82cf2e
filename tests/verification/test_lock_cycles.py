"""Lock cycles worked out by hand, to the second.

The chamber of these tests closes its doors in 100 s, levels in 480 s and opens in 110 s: 690 s from the doors that begin to close to
the doors that are open. The first ship takes 300 s to moor and each following one 180 s after it; out it takes 120 s and 90 s.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from support.locks import WEST, chamber, fleet, lock, movements, simulate_checked

from nspd_mobility.waterway import LevelSeries
from nspd_mobility.waterway.lock import LockResult

pytestmark = pytest.mark.kernel

TURN_S = 100 + 480 + 110
TIMES = ["entry_start_s", "moored_s", "doors_close_s", "exit_start_s", "exit_s"]


def times(result: LockResult, row: int) -> list[float]:
    return result.ships.loc[row, TIMES].tolist()


def test_a_single_ship_at_an_open_chamber_goes_straight_in() -> None:
    result = simulate_checked(fleet("canal", [50.0]), lock(chamber()))
    closes = 50 + 300
    opens = closes + TURN_S
    assert times(result, 0) == [50, closes, closes, opens, opens + 120]
    ship, lockage = result.ships.loc[0], result.lockages.loc[0]
    assert [ship["wait_lineup_s"], ship["entry_s"], ship["wait_rv_s"], ship["lockage_s"], ship["passage_s"]] == [0, 300, 300, TURN_S + 120, 1110]
    assert lockage[["start_s", "doors_close_s", "doors_closed_s", "levelled_s", "doors_open_s", "end_s"]].tolist() == [50, 350, 450, 930, 1040, 1160]
    assert (lockage["direction"], lockage["n_ships"]) == ("to_sea", 1)


def test_the_second_ship_from_the_same_side_moors_behind_the_first_and_leaves_after_it() -> None:
    result = simulate_checked(fleet("canal", [0.0, 10.0]), lock(chamber()))
    closes = 300 + 180
    opens = closes + TURN_S
    assert times(result, 0) == [0, 300, closes, opens, opens + 120]
    assert times(result, 1) == [300, closes, closes, opens + 120, opens + 120 + 90]
    assert result.lockages["n_ships"].tolist() == [2]


def test_a_ship_from_the_other_side_goes_back_with_the_chamber_after_the_last_exit() -> None:
    result = simulate_checked(fleet(["canal", "sea"], [0.0, 5.0]), lock(chamber()))
    clear = 300 + TURN_S + 120
    assert times(result, 0)[-1] == clear
    assert times(result, 1) == [clear, clear + 300, clear + 300, clear + 300 + TURN_S, clear + 300 + TURN_S + 120]
    assert result.lockages["direction"].tolist() == ["to_sea", "to_canal"]


def test_a_chamber_at_the_wrong_side_turns_empty_and_at_once() -> None:
    result = simulate_checked(fleet("sea", [20.0]), lock(chamber()))
    assert times(result, 0)[0] == 20 + TURN_S
    assert result.lockages["n_ships"].tolist() == [0, 1]
    assert result.lockages["start_s"].tolist() == [20, 20 + TURN_S]
    assert result.lockages["doors_close_s"].iat[0] == 20, "nobody enters, so the doors close at once"
    assert result.lockages["end_s"].iat[0] == 20 + TURN_S, "nobody leaves"


@pytest.mark.parametrize("arrival_s", [10.0, 299.999, 300.0])
def test_a_ship_that_arrives_before_the_doors_close_joins(arrival_s: float) -> None:
    # In one millisecond arrivals come before decisions: at 300.000 s the first ship is moored, and the second is there.
    result = simulate_checked(fleet("canal", [0.0, arrival_s]), lock(chamber()))
    assert times(result, 1)[:3] == [300, 480, 480]


def test_a_ship_that_arrives_when_the_doors_have_begun_to_close_waits_for_the_chamber_to_come_back() -> None:
    result = simulate_checked(fleet("canal", [0.0, 300.001]), lock(chamber()))
    clear = 300 + TURN_S + 120
    assert times(result, 0)[2] == 300
    assert times(result, 1)[0] == clear + TURN_S, "after an empty turn"


def test_a_full_chamber_leaves_when_the_last_ship_is_moored() -> None:
    # Two ships of 130 m fill 260 m where two of 12.1 m do not lie abreast in 24 m.
    result = simulate_checked(fleet("canal", [0.0, 1.0, 2.0], length_m=130.0, beam_m=12.1), lock(chamber()))
    assert times(result, 1)[2] == 300 + 180
    assert result.lockages["n_ships"].tolist() == [2, 0, 1]
    assert result.lockages["area_share"].iat[0] == pytest.approx(2 * 130 * 12.1 / (260 * 24), rel=1e-12)


def test_levelling_takes_the_time_of_the_orifice_equation_at_the_head_of_the_moment() -> None:
    # A dz/dt = -mu a sqrt(2 g z) from z = H to 0 takes 2 A sqrt(H) / (mu a sqrt(2 g)).
    head_m, area_m2, opening_m2 = 4.0, 260.0 * 24.0, 11.0
    wanted = 120.0 + 2.0 * area_m2 * math.sqrt(head_m) / (opening_m2 * math.sqrt(2.0 * 9.81))
    for sea, canal in ((head_m, 0.0), (-head_m, 0.0), (1.5, 1.5 - head_m)):
        result = simulate_checked(
            fleet("canal", [0.0]), lock(chamber(levelling_s={"base_s": 120.0, "opening_m2": opening_m2})), level=LevelSeries.constant(sea, canal)
        )
        lockage = result.lockages.loc[0]
        assert lockage["head_m"] == sea - canal
        assert lockage["levelled_s"] - lockage["doors_closed_s"] == pytest.approx(wanted, abs=0.00051), "to the rounding of a millisecond"


def test_the_head_is_that_at_the_moment_the_doors_are_closed_on_a_rising_tide() -> None:
    # The doors are closed at 300 + 100 = 400 s; the sea rises 1.8 m an hour from 0: 0.2 m by then.
    sea = 1.8 * np.arange(13) * 300.0 / 3600.0
    opening = {"base_s": 0.0, "opening_m2": 11.0}
    result = simulate_checked(
        fleet("canal", [0.0]), lock(chamber(levelling_s=opening, levelling_area_m2=5000.0)), level=LevelSeries(0.0, 300.0, sea, np.zeros(13))
    )
    lockage = result.lockages.loc[0]
    assert lockage["head_m"] == pytest.approx(0.2, abs=1e-12)
    wanted = 2.0 * 5000.0 * math.sqrt(0.2) / (11.0 * math.sqrt(2.0 * 9.81))
    assert lockage["levelled_s"] - lockage["doors_closed_s"] == pytest.approx(wanted, abs=0.00051)


def test_the_next_ship_waits_until_the_chamber_is_cleared_and_an_empty_chamber_needs_no_clearing() -> None:
    result = simulate_checked(fleet(["sea", "canal"], [0.0, 0.0]), lock(chamber(clearance_s=60.0, initial_side="sea")))
    out = 300 + TURN_S + 120
    assert times(result, 0)[-1] == out
    assert times(result, 1)[0] == out + 60
    assert result.lockages["end_s"].iat[0] == out + 60
    empty = simulate_checked(fleet("sea", [0.0]), lock(chamber(clearance_s=60.0)))
    assert times(empty, 0)[0] == TURN_S


def test_movement_times_follow_length_distance_and_speed() -> None:
    # First: 40 + 0.5 s/m * 110 m = 95 s. Following, 135 m: 30 + 0.4 * 135 + 300 m / 1.5 m/s = 284 s. Out: 200 m / 2.5 m/s = 80 s, then 10 + 0.2 * 135 = 37 s.
    formulas = movements(
        {"base_s": 40.0, "per_length_s_m": 0.5},
        {"base_s": 30.0, "per_length_s_m": 0.4, "distance_m": 300.0, "speed_m_s": 1.5},
        {"distance_m": 200.0, "speed_m_s": 2.5},
        {"base_s": 10.0, "per_length_s_m": 0.2},
    )
    result = simulate_checked(fleet("canal", [0.0, 1.0], length_m=[110.0, 135.0], beam_m=11.4), lock(chamber(WEST, movements=formulas)))
    closes = 95 + 284
    opens = closes + TURN_S
    assert times(result, 0) == pytest.approx([0, 95, closes, opens, opens + 80], abs=1e-9)
    assert times(result, 1) == pytest.approx([95, closes, closes, opens + 80, opens + 80 + 37], abs=1e-9)


def test_sea_ships_move_at_times_of_their_own() -> None:
    both = {"inland": movements()["inland"], "sea": movements(900, 500, 400, 350)["sea"]}
    result = simulate_checked(fleet("canal", [0.0, 1.0, 2.0], is_sea=[True, False, True]), lock(chamber(movements=both)))
    assert result.ships["entry_s"].tolist() == [900, 180, 500]
    assert (result.ships["exit_s"] - result.ships["exit_start_s"]).tolist() == [400, 90, 350]


def test_of_three_chambers_a_ship_takes_the_one_that_brings_it_through_first() -> None:
    # Entry, turn and first exit: a 300 + 810 + 120 = 1230 s, b 300 + 690 + 120 = 1110 s, c 310 + 690 + 120 = 1120 s.
    three = lock(chamber(levelling_s=600), chamber(), chamber(movements=movements(entry_first=310)))
    result = simulate_checked(fleet("canal", [0.0, 10.0, 20.0, 30.0]), three)
    # While b fills, an idle chamber with open doors still goes before joining; when none is left the fourth ship joins the chamber
    # that is first ready for it: b at 300 s.
    assert result.ships["chamber"].tolist() == ["b", "c", "a", "b"]
    assert result.ships["passage_s"].tolist()[1:3] == [1120 + 0, 1230 + 0]
    assert times(result, 3)[:2] == [300, 480]


def test_the_quickest_chamber_depends_on_the_head() -> None:
    # a levels in 300 s whatever the head, b in 2 A sqrt(H) / (mu a sqrt(2g)): 2 * 6240 / (11 * 4.429) = 256 s per root metre.
    two = lock(chamber(levelling_s=300), chamber(levelling_s={"opening_m2": 11.0}))
    for head_m, quickest in ((1.0, "b"), (1.3, "b"), (1.4, "a"), (4.0, "a")):
        result = simulate_checked(fleet("canal", [0.0]), two, level=LevelSeries.constant(head_m, 0.0))
        assert result.ships["chamber"].iat[0] == quickest


@pytest.mark.parametrize(("arrival_s", "chamber_", "entry_start_s"), [(400.0, "b", 400 + TURN_S), (600.0, "a", 300 + TURN_S + 120)])
def test_a_second_chamber_turns_empty_only_where_it_is_there_before_the_first(arrival_s: float, chamber_: str, entry_start_s: float) -> None:
    # a brings a ship to the sea side and is clear there at 1110 s. At 400 s an empty turn of b is there at 1090 s, at 600 s at 1290 s.
    result = simulate_checked(fleet(["canal", "sea"], [0.0, arrival_s]), lock(chamber(), chamber()))
    assert result.ships["chamber"].tolist() == ["a", chamber_]
    assert times(result, 1)[0] == entry_start_s
    assert (result.lockages["n_ships"] == 0).sum() == (1 if chamber_ == "b" else 0)


def test_a_second_chamber_turns_empty_for_ships_that_the_first_has_no_room_for() -> None:
    # As above at 600 s, but three ships of 130 by 20 m: a takes two of them at 1110 s, the third is served sooner by b.
    result = simulate_checked(fleet(["canal", "sea", "sea", "sea"], [0.0, 600.0, 600.0, 600.0], length_m=130.0, beam_m=20.0), lock(chamber(), chamber()))
    assert sorted(result.ships["chamber"][1:]) == ["a", "a", "b"] or sorted(result.ships["chamber"][1:]) == ["a", "b", "b"]
    assert result.lockages["n_ships"].tolist().count(0) == 1


def test_no_more_ships_than_allowed_enter() -> None:
    result = simulate_checked(fleet("canal", np.arange(5.0)), lock(chamber(max_ships=2)))
    assert result.lockages["n_ships"].tolist() == [2, 0, 2, 0, 1]


def test_a_ship_of_higher_priority_goes_before_those_that_came_earlier() -> None:
    result = simulate_checked(fleet("sea", [0.0, 1.0, 2.0, 3.0], priority=[0, 0, 2, 1]), lock(chamber(max_ships=1)))
    order = result.ships.sort_values("entry_start_s")["id"].tolist()
    assert order == ["s2", "s3", "s0", "s1"], "all four are there when the chamber has come to their side"


def test_a_ship_that_does_not_fit_beside_the_others_may_be_passed_but_not_more_often_than_allowed() -> None:
    # In 260 x 24 m: one of 200 x 13 m leaves 11 m beside it, so 200 x 13 m does not fit, and 50 x 10 m does: up to five of them.
    length, beam = [200.0, 200.0] + [50.0] * 5, [13.0, 13.0] + [10.0] * 5
    ships = fleet("sea", np.arange(7.0), length_m=length, beam_m=beam)
    for max_skip, first_lockage in ((0, 1), (1, 2), (3, 4), (8, 6)):
        result = simulate_checked(ships, lock(chamber(), max_skip=max_skip))
        counts = [n for n in result.lockages["n_ships"] if n]
        assert counts[0] == first_lockage
        assert result.ships["lockage_id"].iat[1] == result.lockages["lockage_id"][result.lockages["n_ships"] > 0].iat[1]


def test_without_ships_there_are_no_lockages() -> None:
    result = simulate_checked(fleet("sea", []), lock(chamber()))
    assert (len(result.ships), len(result.lockages), result.unfinished_share) == (0, 0, 0.0)
