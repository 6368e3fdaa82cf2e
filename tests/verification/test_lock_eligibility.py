"""Which ships may use a chamber: length, gate, bridge, and water over the sill on a moving tide."""

from __future__ import annotations

import numpy as np
import pytest
from support.locks import chamber, falling_level, fleet, lock, simulate_checked

from nspd_mobility.waterway import LevelSeries

pytestmark = pytest.mark.kernel

SEA = {"initial_side": "sea"}


@pytest.mark.parametrize(
    ("column", "limit", "reason"),
    [("length_m", 260.0, "length"), ("beam_m", 22.0, "beam"), ("air_draught_m", 30.0, "air_draught"), ("draught_m", 5.5, "draught")],
)
def test_a_ship_at_the_limit_passes_and_one_a_centimetre_larger_is_refused(column: str, limit: float, reason: str) -> None:
    # Water over the sill: 0 - (-6.5) less 1.0 m under the keel leaves 5.5 m.
    one = lock(chamber(gate_width_m=22.0, max_air_draught_m=30.0, sill_m_nap=-6.5, keel_clearance_m=1.0))
    result = simulate_checked(fleet("canal", [0.0, 1.0], **{column: [limit, limit + 0.01]}), one)
    assert result.ships["refused_reason"].tolist() == ["none", reason]
    assert result.ships["chamber"].tolist() == ["a", ""]
    assert result.unfinished_share == 0.0, "a refused ship is not an unfinished one"


def test_the_reason_is_the_first_that_rules_out_every_chamber() -> None:
    # The ship is too long for a and too wide for b: length alone would let it through b, so beam is what refuses it.
    result = simulate_checked(fleet("sea", [0.0], length_m=200.0, beam_m=14.0), lock(chamber((150.0, 20.0)), chamber((260.0, 12.0))))
    assert result.ships["refused_reason"].tolist() == ["beam"]


def test_a_ship_uses_only_chambers_that_it_fits() -> None:
    two = lock(chamber((140.0, 18.0)), chamber())
    result = simulate_checked(fleet("canal", [0.0, 1.0, 2.0], length_m=[110.0, 190.0, 190.0], beam_m=11.4), two)
    assert result.ships["chamber"].tolist() == ["a", "b", "b"]


def test_a_ship_too_deep_waits_for_the_rising_tide_and_enters_at_the_first_point_with_enough_water() -> None:
    # Wanted is 6.22 m + 0.5 m over a sill at -6 m NAP: +0.72 m. From 0 at 0.6 m an hour that is reached after 4320 s; the levels have a
    # point every 300 s, so the lock master sees it at 4500 s.
    rising = falling_level(0.0, -0.6, 3.0)
    one = lock(chamber(sill_m_nap=-6.0, keel_clearance_m=0.5, **SEA))
    result = simulate_checked(fleet("sea", [10.0], draught_m=6.22), one, level=rising)
    assert result.ships["entry_start_s"].item() == 4500.0


def test_a_waiting_deep_ship_is_looked_at_again_whenever_something_happens() -> None:
    rising = falling_level(0.0, -0.6, 3.0)
    one = lock(chamber(sill_m_nap=-6.0, keel_clearance_m=0.5, **SEA))
    result = simulate_checked(fleet("sea", [10.0, 4400.0], draught_m=[6.22, 0.0]), one, level=rising)
    assert result.ships["entry_start_s"].tolist() == [4400.0, 4700.0]


@pytest.mark.parametrize(("arrival_s", "enters"), [(0.0, True), (1800.0, True), (1801.0, False)])
def test_on_a_falling_tide_a_deep_ship_enters_while_there_is_water(arrival_s: float, enters: bool) -> None:
    # Wanted is +1.5 m NAP; from +2 m at 1 m an hour the water is too low after 1800 s. It could have passed earlier, and the levels
    # end before they rise again: so it waits at the end, and is not refused.
    one = lock(chamber(sill_m_nap=-6.0, keel_clearance_m=0.5, **SEA))
    result = simulate_checked(fleet("sea", [arrival_s], draught_m=7.0), one, level=falling_level(2.0, 1.0, 3.0))
    assert result.ships["entry_start_s"].notna().item() == enters
    assert result.ships["refused_reason"].item() == "none"
    assert result.unfinished_share == (0.0 if enters else 1.0)


def test_the_water_counts_when_a_ship_starts_to_enter_not_when_the_chamber_opens() -> None:
    # Both ships are there at 0 s with +2 m NAP; the second may enter from 300 s, and by then the level is below the 1.95 m it needs.
    # The level turns after an hour at +1 m and is back at 1.95 m at 7020 s, a point of the series; then an empty turn brings the chamber.
    t = 60.0 * np.arange(121)
    level = LevelSeries(0.0, 60.0, np.abs(t - 3600.0) / 3600.0 + 1.0, np.full(t.size, 10.0))
    one = lock(chamber(sill_m_nap=-6.0, **SEA))
    result = simulate_checked(fleet("sea", [0.0, 1.0], draught_m=[2.0, 7.95]), one, level=level)
    assert result.ships["entry_start_s"].tolist() == [0.0, 7020.0 + 690.0]


def test_a_ship_that_waits_for_water_is_no_obstacle_to_others() -> None:
    one = lock(chamber(sill_m_nap=-6.0, **SEA), max_skip=0)
    result = simulate_checked(fleet("sea", [0.0, 1.0, 2.0], draught_m=[6.5, 2.0, 2.0]), one, level=falling_level(0.0, -0.6, 3.0))
    assert result.ships["entry_start_s"].tolist()[1:] == [1.0, 301.0]


def test_high_water_at_one_side_while_the_other_is_low_does_not_help() -> None:
    # Each side reaches +3 m, but never at one time: a ship that needs +2 m is refused.
    level = LevelSeries(0.0, 3600.0, np.array([3.0, 0.0, 3.0]), np.array([0.0, 3.0, 0.0]))
    result = simulate_checked(fleet("sea", [0.0], draught_m=8.0), lock(chamber(sill_m_nap=-6.0, **SEA)), level=level)
    assert result.ships["refused_reason"].item() == "draught"


def test_the_canal_level_limits_as_the_tide_does() -> None:
    result = simulate_checked(fleet(["canal", "sea"], [0.0, 0.0], draught_m=[4.0, 4.2]), lock(chamber(sill_m_nap=-6.0)), level=LevelSeries.constant(3.0, -1.9))
    assert result.ships["refused_reason"].tolist() == ["none", "draught"]


def test_levels_are_constant_before_and_after_their_series() -> None:
    one = lock(chamber(sill_m_nap=-6.0, **SEA))
    level = LevelSeries(0.0, 300.0, np.array([0.0, 1.0]), np.array([10.0, 10.0]))
    early = simulate_checked(fleet("sea", [-5000.0], draught_m=6.9), one, level=level)
    assert early.ships["entry_start_s"].item() == 300.0
    late = simulate_checked(fleet("sea", [1e7], draught_m=6.9), one, level=level)
    assert late.ships["entry_start_s"].item() == 1e7


def test_a_jump_of_the_level_is_a_steep_line_between_two_points() -> None:
    # The sea jumps from 0 to +4 m between 600 and 601 s; a ship that needs +2 m is let in at 601 s, the next point.
    n = 1000
    sea = np.where(np.arange(n) <= 600, 0.0, 4.0)
    one = lock(chamber(sill_m_nap=-6.0, **SEA))
    result = simulate_checked(fleet("sea", [5.5], draught_m=8.0), one, level=LevelSeries(0.0, 1.0, sea, np.full(n, 10.0)))
    assert result.ships["entry_start_s"].item() == 601.0
