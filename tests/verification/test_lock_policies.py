"""The defining behaviour of each lock policy, in cases worked out by hand.

The standard chamber closes its doors in 100 s, levels in 480 s and opens in 110 s: an empty turn takes 690 s. The first ship enters in
300 s and leaves in 120 s, each further one in 180 and 90 s.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.locks import CLASS_SIZES, OOST, WEST, chamber, falling_level, fleet, lock, movements, simulate_checked

pytestmark = pytest.mark.kernel

SEA = {"initial_side": "sea"}


def sized(ships: pd.DataFrame, *classes: str) -> pd.DataFrame:
    """Give ships the sizes of classes, in order."""
    size = np.array([CLASS_SIZES[name] for name in classes])
    return ships.assign(length_m=size[:, 0], beam_m=size[:, 1])


def announced(side: Any, arrival_s: list[float], known_s: list[float], is_sea: list[bool], **columns: Any) -> pd.DataFrame:
    return fleet(side, arrival_s, known_from_s=known_s, is_sea=is_sea, **columns)


# Fixed alternation


def test_fixed_alternation_departs_on_its_timetable_and_nobody_enters_after_the_departure() -> None:
    # Hourly. s1 starts to enter at 3500 s and is moored at 3680 s, 80 s late; s2 comes at 3650 s, after the departure, and stays behind.
    # The chamber is over the other side at 3680 + 690 + 120 + 90 = 4580 s, turns empty at the next departure, 7200 s, and leaves with s2 at 10 800 s.
    ships = fleet("sea", [100.0, 3500.0, 3650.0])
    result = simulate_checked(ships, lock(chamber(**SEA), policy="fixed_alternation", alternation={"interval_s": 3600.0}))
    assert result.lockages["doors_close_s"].tolist() == [3680.0, 7200.0, 10_800.0]
    assert result.ships["entry_start_s"].tolist() == [100.0, 3500.0, 7890.0]


def test_chambers_share_the_interval_evenly() -> None:
    # Two chambers of one interval of an hour: b departs half an hour after a. Ships fill one each.
    two = lock(chamber(max_ships=1, **SEA), chamber(max_ships=1, **SEA), policy="fixed_alternation", alternation={"interval_s": 3600.0})
    result = simulate_checked(fleet("sea", [1.0, 2.0]), two)
    assert result.lockages.set_index("chamber")["doors_close_s"].to_dict() == {"a": 3600.0, "b": 1800.0}


def test_a_ship_that_is_there_at_the_departure_still_goes() -> None:
    result = simulate_checked(fleet("sea", [3600.0]), lock(chamber(**SEA), policy="fixed_alternation", alternation={"interval_s": 3600.0}))
    assert result.lockages["doors_close_s"].tolist() == [3900.0]


# Full, or a longest wait


def full_or_max_wait(**changes: Any) -> dict[str, Any]:
    return lock(chamber(**SEA), policy="full_or_max_wait", filling={"full_share": 0.7, "max_wait_s": 2700.0}, **changes)


@pytest.mark.parametrize(
    ("arrival_s", "close_s"),
    [
        ([0.0, 100.0, 1000.0, 1500.0], 1680.0),  # four of 110 x 11.4 m are 0.80 of 260 x 24 m: full when the fourth is moored
        ([0.0, 100.0, 1000.0], 2700.0),  # three are 0.60: the first has waited 2700 s
        ([0.0, 100.0, 2600.0], 2780.0),  # who enters before that still moors
    ],
)
def test_a_full_chamber_leaves_and_another_when_its_first_ship_has_waited(arrival_s: list[float], close_s: float) -> None:
    ships = sized(fleet("sea", arrival_s), *["M8"] * len(arrival_s))
    assert simulate_checked(ships, full_or_max_wait()).lockages["doors_close_s"].iloc[0] == close_s


def test_a_chamber_is_full_when_a_ship_that_waits_does_not_fit() -> None:
    # Two of 135 x 17 m neither lie abreast nor behind each other in 260 x 24 m; one alone is 0.37 of the area.
    result = simulate_checked(sized(fleet("sea", [0.0, 1000.0]), "M12", "M12"), full_or_max_wait())
    assert result.lockages["doors_close_s"].iloc[0] == 1000.0


def test_a_ship_that_waits_for_water_does_not_make_a_chamber_full() -> None:
    # s1 needs +1 m NAP, which the falling tide left at 3600 s; s2 comes behind it and fits. From 4000 s the chamber is held for 2700 s.
    ships = fleet("sea", [4000.0, 4100.0, 5000.0], draught_m=[0.0, 7.0, 0.0])
    tidal = lock(chamber(sill_m_nap=-6.0, **SEA), policy="full_or_max_wait", filling={"max_wait_s": 2700.0})
    result = simulate_checked(ships, tidal, level=falling_level(2.0, 1.0, 3.0))
    assert result.ships["doors_close_s"].tolist()[::2] == [6700.0, 6700.0]


def test_a_chamber_turns_empty_for_a_ship_that_has_waited() -> None:
    result = simulate_checked(fleet("canal", [0.0]), full_or_max_wait())
    assert result.ships["wait_lineup_s"].item() == 2700.0 + 690.0


# Sea ships and booked ships first


def test_sea_ships_go_first_then_booked_ones_then_the_others() -> None:
    # All come while the chamber, for one ship, is at the canal side: it turns for the first of them and opens at 690 s.
    ships = fleet("sea", [0.0, 1.0, 2.0], is_sea=[False, False, True], is_booked=[False, True, False])
    one = lock(chamber(max_ships=1), policy="sea_priority")
    assert simulate_checked(ships, one).ships["entry_start_s"].rank().tolist() == [3.0, 2.0, 1.0]
    assert simulate_checked(ships, one, policy="first_come").ships["entry_start_s"].rank().tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize(
    ("tolerance_s", "barge_s", "close_s", "sea_s"),
    [
        # A lockage for the barge brings the chamber back after 300 + 690 + 120 and a turn of 690 s, at 1800 s: 200 s late.
        (600.0, 0.0, [300.0, 2100.0], 1800.0),  # it may be: the sea ship enters from 1800 to 2100 s
        (0.0, 400.0, [1780.0, 1780.0], 1600.0),  # it may not: from 1200 s before 1600 s the barge may go in and wait; closed at 1600 + 180 s
    ],
)
def test_a_chamber_begins_a_lockage_only_if_it_is_back_for_an_announced_sea_ship(
    tolerance_s: float, barge_s: float, close_s: list[float], sea_s: float
) -> None:
    ships = announced("sea", [0.0, 1600.0], [0.0, -3600.0], [False, True], length_m=[85.0, 110.0], beam_m=[9.5, 16.0])
    result = simulate_checked(ships, lock(chamber(**SEA), policy="sea_priority", slots={"tolerance_s": tolerance_s, "hold_s": 1200.0}))
    assert result.ships["entry_start_s"].tolist() == [barge_s, sea_s]
    assert result.ships["doors_close_s"].tolist() == close_s


def test_barges_that_go_in_leave_room_for_the_announced_ship() -> None:
    # Due in 600 s: 135 m of 260 m are kept, so of four barges of 110 m, two abreast, two go in; without the slot all four would fill it.
    ships = announced("sea", [0.0, 0.001, 0.002, 0.003, 600.0], [0.0] * 4 + [-3600.0], [False] * 4 + [True])
    ships = sized(ships, "M8", "M8", "M8", "M8", "M12")
    result = simulate_checked(ships, lock(chamber(**SEA), policy="sea_priority")).ships
    assert result["lockage_id"].tolist() == [0, 0, 2, 2, 0]
    assert result["entry_start_s"].tolist()[4] == 600.0


def test_a_barge_that_leaves_no_room_for_the_announced_ship_waits_for_it() -> None:
    ships = sized(announced("sea", [0.0, 600.0], [0.0, -3600.0], [False, True]), "M9", "M12")
    result = simulate_checked(ships, lock(chamber(**SEA), policy="sea_priority")).ships
    assert result["entry_start_s"].tolist()[1] == 600.0
    assert result["lockage_id"].iloc[0] > result["lockage_id"].iloc[1]


@pytest.mark.parametrize("known_s", [-20_000.0, 0.0, 4000.0])
def test_a_chamber_turns_empty_in_time_for_an_announced_sea_ship(known_s: float) -> None:
    # An empty turn takes 690 s: it begins at 4310 s, however long the ship has been known, and the ship goes straight in at 5000 s.
    ships = announced("sea", [5000.0], [known_s], [True])
    result = simulate_checked(ships, lock(chamber(), policy="sea_priority", slots={"reserve_s": 2000.0}))
    assert result.lockages["start_s"].tolist() == [4310.0, 5000.0]
    assert result.ships["wait_lineup_s"].item() == 0.0


def test_a_ship_that_is_not_announced_waits_for_the_turn() -> None:
    result = simulate_checked(announced("sea", [5000.0], [5000.0], [True]), lock(chamber(), policy="sea_priority"))
    assert result.ships["wait_lineup_s"].item() == 690.0


def test_a_chamber_does_not_turn_away_from_an_announced_ship_that_is_nearly_there() -> None:
    # For the barge the chamber would be away until 690 + 300 + 690 + 120 = 1800 s; due is 600 s, and 600 s of delay are allowed.
    ships = announced(["canal", "sea"], [0.0, 600.0], [0.0, -3600.0], [False, True])
    result = simulate_checked(ships, lock(chamber(**SEA), policy="sea_priority")).ships
    assert result["wait_lineup_s"].tolist()[1] == 0.0
    assert simulate_checked(ships, lock(chamber(**SEA), policy="first_come")).ships["wait_lineup_s"].tolist()[1] == 1200.0


def test_a_ship_that_is_far_too_late_loses_its_slot() -> None:
    # Due at 600 s, and a chamber is held 1200 s for it. It is looked for every minute from 600 s on; at 1860 s the barge gets its turn.
    ships = announced(["canal", "sea"], [0.0, 50_000.0], [0.0, -3600.0], [False, True], eta_s=[0.0, 600.0])
    result = simulate_checked(ships, lock(chamber(**SEA), policy="sea_priority", slots={"hold_s": 1200.0})).ships
    assert result["entry_start_s"].tolist()[0] == 1860.0 + 690.0


def test_a_chamber_that_waits_for_its_slot_is_not_looked_at_every_millisecond() -> None:
    # 900 s before the slot at the other side a lockage would be too long, and the turn of 690 s is not due yet.
    long_ = chamber(movements=movements(900, 180, 120, 90), **SEA)
    ships = announced(["canal", "sea"], [900.0, 0.0], [-3600.0, 0.0], [True, False])
    result = simulate_checked(ships, lock(long_, policy="sea_priority", slots={"hold_s": 1200.0})).ships
    assert result["wait_lineup_s"].tolist()[0] == 0.0


def test_two_chambers_do_not_both_wait_for_one_ship() -> None:
    # The sea ship has chamber a, where the barge would take too much of its length. The barge has area beside it in b and leaves at once.
    ships = announced("sea", [0.0, 900.0], [0.0, -3600.0], [False, True], length_m=[100.0, 200.0], beam_m=[9.5, 20.0])
    two = lock(chamber(WEST, **SEA), chamber(WEST, **SEA), policy="sea_priority", slots={"tolerance_s": 0.0})
    result = simulate_checked(ships, two).ships
    assert result["chamber"].tolist() == ["b", "a"]
    assert result["doors_close_s"].tolist()[0] == 300.0
    assert result["wait_lineup_s"].tolist()[1] == 0.0


@pytest.mark.parametrize(("max_ships", "entry_s"), [(1, 2400.0), (2, 0.0)])
def test_a_place_by_number_is_kept_as_well(max_ships: int, entry_s: float) -> None:
    # With one place the barge waits for the sea ship, due at 600 s, out at 600 + 300 + 690 + 120 = 1710 s, and an empty turn.
    ships = announced("sea", [0.0, 600.0], [0.0, -3600.0], [False, True])
    result = simulate_checked(ships, lock(chamber(max_ships=max_ships, **SEA), policy="sea_priority")).ships
    assert result["entry_start_s"].tolist() == [entry_s, 600.0]


# Earliest completion


def slow_and_fast() -> tuple[pd.DataFrame, dict[str, Any]]:
    # a, open at the sea side, levels in 3600 s; b takes a ship from the canal: in by 300 s, open at 300 + 310 s, clear at 730 s.
    return fleet(["canal", "sea"], [0.0, 400.0]), lock(chamber(levelling_s=3600, **SEA), chamber(levelling_s=100))


def test_a_ship_waits_for_the_busy_chamber_that_brings_it_through_sooner() -> None:
    # With a it would be out at 400 + 300 + 3810 + 120 = 4630 s; with b at 730 + 300 + 310 + 120 = 1460 s.
    ships, two = slow_and_fast()
    assert simulate_checked(ships, two, policy="first_come").ships["exit_s"].tolist()[1] == 4630.0
    result = simulate_checked(ships, two, policy="earliest_completion").ships
    assert result["chamber"].tolist() == ["b", "b"]
    assert result["exit_s"].tolist()[1] == 1460.0


def test_a_ship_does_not_wait_for_a_chamber_that_brings_it_through_later() -> None:
    ships, two = slow_and_fast()
    two["chambers"]["a"]["levelling_s"] = 400  # out at 1430 s
    result = simulate_checked(ships, two, policy="earliest_completion").ships
    assert result["exit_s"].tolist()[1] == 400.0 + 300.0 + 610.0 + 120.0


def test_only_as_many_ships_wait_for_the_busy_chamber_as_it_takes() -> None:
    _, two = slow_and_fast()
    two["chambers"]["b"]["max_ships"] = 1
    result = simulate_checked(fleet(["canal", "sea", "sea"], [0.0, 400.0, 401.0]), two, policy="earliest_completion").ships
    assert result["chamber"].tolist() == ["b", "b", "a"]
    assert result["exit_s"].tolist()[1] == 1460.0, "who waits for b does not go along when the next ship begins in a"


# Minimum salt


@pytest.mark.parametrize(
    ("start_m", "max_wait_s", "close_s"),
    [
        (1.0, 5400.0, 3600.0),  # from +1 m NAP at 1 m an hour the sea is favourable, at 0, after an hour
        (1.0, 2700.0, 2700.0),  # the ship has waited long enough before
        (-0.5, 5400.0, 300.0),  # favourable already
    ],
)
def test_a_full_chamber_waits_for_a_favourable_level(start_m: float, max_wait_s: float, close_s: float) -> None:
    # One of 135 x 17 m is 0.37 of 260 x 24 m: full, by this measure.
    filling = {"full_share": 0.3, "max_wait_s": max_wait_s, "favourable_below_m_nap": 0.0}
    result = simulate_checked(
        sized(fleet("sea", [0.0]), "M12"), lock(chamber(**SEA), policy="min_salt", filling=filling), level=falling_level(start_m, 1.0, 4.0)
    )
    assert result.ships["doors_close_s"].item() == close_s


def test_a_chamber_that_is_not_full_waits_for_more_ships_even_at_a_favourable_level() -> None:
    one = lock(chamber(OOST, **SEA), policy="min_salt", filling={"max_wait_s": 2700.0})
    assert simulate_checked(fleet("sea", [0.0]), one, level=falling_level(-0.5, 1.0, 4.0)).ships["doors_close_s"].item() == 2700.0


# The longest wait


def test_a_barge_that_has_waited_its_longest_goes_before_a_sea_ship() -> None:
    # The chamber takes one ship at a time and stands at the canal side, busy until 1110 s; both wait there. The barge flips at 1000 s.
    ships = announced("canal", [0.0, 1.0, 2.0], [0.0, 1.0, 2.0], [True, False, True])
    one = lock(chamber(max_ships=1), policy="sea_priority", max_wait={"inland_s": 1000.0, "sea_s": 1e6})
    assert simulate_checked(ships, one).ships["entry_start_s"].rank().tolist() == [1.0, 2.0, 3.0]
    one["max_wait"]["inland_s"] = 1e6
    assert simulate_checked(ships, one).ships["entry_start_s"].rank().tolist() == [1.0, 3.0, 2.0]


def test_a_chamber_kept_free_is_released_when_a_ship_has_waited_its_longest() -> None:
    # Kept for a sea ship due at 5000 s from 5400 s before; the barge's lockage would be over too late from 5000 - 1800 s on, when it comes.
    ships = announced("sea", [4000.0, 5000.0], [4000.0, -3600.0], [False, True], length_m=[200.0, 100.0], beam_m=20.0)
    one = lock(chamber(**SEA), policy="sea_priority", slots={"tolerance_s": 0.0, "hold_s": 0.0}, max_wait={"inland_s": 500.0, "sea_s": 1e6})
    assert simulate_checked(ships, one).ships["entry_start_s"].tolist()[0] == 4500.0
