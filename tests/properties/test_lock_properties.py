"""Properties of any lock and any ships: nobody lost, nobody in another's place, and no effect of what must have none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from support.locks import SIDES, chamber, fleet, lock, movements, simulate_checked

from nspd_mobility.streams import stable_hash
from nspd_mobility.waterway import LevelSeries
from nspd_mobility.waterway.lock import LockResult

pytestmark = pytest.mark.usefixtures("warm_lock")

durations = st.one_of(st.just(0), st.integers(1, 600))
any_size = st.tuples(st.integers(60, 300), st.integers(8, 40))
one_to_four = st.integers(1, 4)
no_sill = st.just(-1000.0)
few_skips = st.sampled_from([0, 1, 3, 8])
quarters = st.integers(-8, 12).map(lambda k: k / 4.0)  # exact in binary, so that sums and differences are


@st.composite
def chambers(draw: Any, sizes: Any = any_size, sills: Any = no_sill) -> dict[str, Any]:
    length, width = draw(sizes)
    group = st.builds(lambda *t: movements(*t)["inland"], durations, durations, durations, durations)
    levelling = st.one_of(durations, st.builds(lambda b, o: {"base_s": b, "opening_m2": o}, durations, st.sampled_from([0.0, 5.0, 20.0])))
    return chamber(
        (float(length), float(width)),
        gate_width_m=width - draw(st.sampled_from([0.0, 0.5])),
        sill_m_nap=draw(sills),
        door_close_s=draw(durations),
        door_open_s=draw(durations),
        levelling_s=draw(levelling),
        movements={"inland": draw(group), "sea": draw(group)},
        clearance_s=draw(st.sampled_from([0, 0, 90])),
        max_ships=draw(st.sampled_from([0, 0, 1, 3])),
        packing=draw(st.sampled_from(["skyline", "skyline", "one_column"])),
        packing_effort=draw(st.sampled_from([0, 0, 1, 2])),
        gap_length_m=draw(st.sampled_from([0.0, 2.5])),
        gap_beam_m=draw(st.sampled_from([0.0, 0.7])),
        initial_side=draw(st.sampled_from(SIDES)),
    )


@st.composite
def locks(draw: Any, n: Any = one_to_four, max_skip: Any = few_skips, **options: Any) -> dict[str, Any]:
    return lock(*[draw(chambers(**options)) for _ in range(draw(n))], max_skip=draw(max_skip))


SHIP_SIZES = ((0.0, 0.0), (30.0, 5.0), (55.0, 6.6), (85.0, 9.5), (110.0, 11.4), (135.0, 17.0), (0.0, 8.0), (60.0, 0.0), (301.0, 9.0))
DRAUGHTS_M = (0.0, 2.0, 3.5, 4.75)


@st.composite
def fleets(draw: Any, with_draught: bool = False, n_priority: int = 1, n_max: int = 60) -> pd.DataFrame:
    """Draw ships; half of them arrive at a whole quarter of an hour, so that many do together, and a size may be zero.

    Each ship is one whole number, taken apart digit by digit: that is five times as fast as drawing its parts, and shrinks as well.
    """
    numbers = np.array(draw(st.lists(st.integers(0, 2**45), max_size=n_max)), dtype=np.int64)

    def digit(base: int) -> Any:
        nonlocal numbers
        numbers, value = np.divmod(numbers, base)
        return value

    is_together, quarter = digit(2) == 0, digit(40)
    size, side = np.array(SHIP_SIZES)[digit(len(SHIP_SIZES))], np.array(SIDES)[digit(2)]
    draught = np.array(DRAUGHTS_M)[digit(len(DRAUGHTS_M) if with_draught else 1)]
    priority, is_sea = digit(n_priority), digit(3) == 1
    arrival = np.where(is_together, 900.0 * quarter, digit(36_000_000) / 1000.0)
    return fleet(side, arrival, length_m=size[:, 0], beam_m=size[:, 1], draught_m=draught, priority=priority, is_sea=is_sea)


@st.composite
def levels(draw: Any) -> LevelSeries:
    """Draw levels with jumps, crossings and ends within the time that ships arrive."""
    n = draw(st.integers(1, 30))
    values = st.lists(quarters, min_size=n, max_size=n).map(np.array)
    return LevelSeries(draw(st.sampled_from([-3600.0, 0.0, 1000.0])), draw(st.sampled_from([60.0, 300.0, 1800.0])), draw(values), draw(values))


tidal_locks = locks(sills=st.sampled_from([-1000.0, -5.0, -4.0, -3.0]))
common_size = st.just((280.0, 20.0))  # every chamber takes every ship of `fleets` but the longest


def result_tables(result: LockResult) -> tuple[pd.DataFrame, pd.DataFrame]:
    return result.ships.sort_values("id", key=lambda ids: ids.astype(str)).reset_index(drop=True), result.lockages


def assert_same(a: LockResult, b: LockResult) -> None:
    for left, right in zip(result_tables(a), result_tables(b), strict=True):
        pd.testing.assert_frame_equal(left, right, check_exact=True)


def can_use(ships: pd.DataFrame, chamber_: dict[str, Any], water_m: Any = np.inf) -> Any:
    """Say which ships fit a chamber and its gate, with so much water at the lower side."""
    fits = (ships["length_m"] <= chamber_["length_m"]) & (ships["beam_m"] <= chamber_["gate_width_m"])
    has_water = (ships["draught_m"] == 0.0) | (water_m - chamber_["sill_m_nap"] >= ships["draught_m"] - 1e-6)
    return (fits & has_water).to_numpy()


@given(fleets(with_draught=True, n_priority=3), tidal_locks, levels())
def test_nobody_is_lost_and_who_is_left_waits_for_water_that_does_not_come(ships: pd.DataFrame, complex_: dict[str, Any], level: LevelSeries) -> None:
    result = simulate_checked(ships, complex_, level=level)
    is_left = (result.ships["exit_s"].isna() & (result.ships["refused_reason"] == "none")).to_numpy()
    water_at_the_end = min(level.sea_m_nap[-1], level.canal_m_nap[-1])
    for chamber_ in complex_["chambers"].values():
        assert not can_use(ships[is_left], chamber_, water_at_the_end).any()


@given(fleets(with_draught=True), tidal_locks, levels())
def test_who_enters_fits_the_chamber_the_gate_and_the_water_at_that_moment(ships: pd.DataFrame, complex_: dict[str, Any], level: LevelSeries) -> None:
    result = simulate_checked(ships, complex_, level=level)
    point_s = level.start_s + level.step_s * np.arange(level.sea_m_nap.size)
    entry_s = result.ships["entry_start_s"].to_numpy()
    lower = np.minimum(np.interp(entry_s, point_s, level.sea_m_nap), np.interp(entry_s, point_s, level.canal_m_nap))
    for name, chamber_ in complex_["chambers"].items():
        inside = (result.ships["chamber"] == name).to_numpy()
        assert can_use(ships, chamber_, lower)[inside].all()


@given(fleets(), locks())
def test_a_ship_is_refused_where_no_chamber_takes_it_and_only_there(ships: pd.DataFrame, complex_: dict[str, Any]) -> None:
    result = simulate_checked(ships, complex_)
    fits = np.array([can_use(ships, chamber_) for chamber_ in complex_["chambers"].values()]).any(axis=0)
    assert (fits == (result.ships["refused_reason"] == "none")).all()
    assert (fits == result.ships["exit_s"].notna()).all(), "with constant water everybody else is through"


def order_of_service(ships: pd.DataFrame) -> Any:
    """Return the place of each ship in the queue: priority, then arrival, then the hash of its id."""
    tie = [stable_hash("ship", i) for i in ships["id"]]
    order = np.lexsort((tie, np.rint(ships["arrival_s"] * 1000), -ships["priority"].to_numpy()))
    place = np.empty(len(ships), dtype=int)
    place[order] = np.arange(len(ships))
    return place


@given(fleets(), locks(max_skip=st.just(0), sizes=common_size))
def test_where_nobody_may_be_passed_ships_of_a_side_moor_in_a_chamber_in_order_of_arrival(ships: pd.DataFrame, complex_: dict[str, Any]) -> None:
    result = simulate_checked(ships, complex_)
    place = pd.Series(order_of_service(ships))
    passed = result.ships[result.ships["chamber"] != ""]
    for _, group in passed.groupby(["chamber", "side"]):
        by_entry = group.assign(place=place[group.index]).sort_values(["entry_start_s", "moored_s", "place"])
        assert by_entry["place"].is_monotonic_increasing


@given(fleets(), locks(n=st.just(1), max_skip=st.just(0), sizes=common_size))
def test_with_one_chamber_ships_of_a_side_leave_in_order_of_arrival(ships: pd.DataFrame, complex_: dict[str, Any]) -> None:
    result = simulate_checked(ships, complex_)
    for _, group in result.ships[result.ships["chamber"] != ""].groupby("side"):
        assert group.sort_values(["arrival_s", "exit_s"])["exit_s"].is_monotonic_increasing


@given(fleets(), locks())
def test_no_ship_is_passed_more_often_than_allowed(ships: pd.DataFrame, complex_: dict[str, Any]) -> None:
    tables = simulate_checked(ships, complex_)
    result, place = tables.ships, order_of_service(ships)
    lockage_start = result["lockage_id"].map(tables.lockages.set_index("lockage_id")["start_s"]).to_numpy()
    arrival, entry = result["arrival_s"].to_numpy(), result["entry_start_s"].to_numpy()
    side, chamber_of = result["side"].to_numpy(), result["chamber"].to_numpy()
    fits = {name: can_use(ships, c) for name, c in complex_["chambers"].items()}
    for i in np.flatnonzero(chamber_of != ""):
        later = (side == side[i]) & (place > place[i]) & (arrival > arrival[i]) & np.array([c != "" and fits[c][i] for c in chamber_of], dtype=bool)
        # In the ship's own chamber those that enter before it; in another one those that enter before its own lockage has begun.
        before = np.where(chamber_of == chamber_of[i], entry < entry[i], entry < lockage_start[i])
        assert (later & before).sum() <= complex_["max_skip"]


@given(fleets(n_priority=4), locks(n=st.just(1), max_skip=st.just(0), sizes=common_size))
def test_a_ship_of_higher_priority_that_is_there_in_time_enters_first(ships: pd.DataFrame, complex_: dict[str, Any]) -> None:
    result = simulate_checked(ships, complex_).ships
    passed = result.assign(priority=ships["priority"])[result["chamber"] != ""]
    for _, group in passed.groupby("side"):
        arrival, entry, priority = (group[c].to_numpy() for c in ("arrival_s", "entry_start_s", "priority"))
        goes_before = (priority[:, None] > priority[None, :]) & (arrival[:, None] <= arrival[None, :])
        assert not (goes_before & (entry[:, None] > entry[None, :])).any()


@given(fleets(with_draught=True, n_priority=3), tidal_locks, levels(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(ships: pd.DataFrame, complex_: dict[str, Any], level: LevelSeries, random: Any) -> None:
    rows = list(range(len(ships)))
    random.shuffle(rows)
    a, b = (simulate_checked(table, complex_, level=level) for table in (ships, ships.iloc[rows]))
    assert_same(a, b)
    assert b.ships["id"].tolist() == ships["id"].iloc[rows].tolist(), "rows come back in the order of the input"


@given(fleets(), locks())
def test_ids_may_be_numbers_or_words(ships: pd.DataFrame, complex_: dict[str, Any]) -> None:
    numbers = ships.assign(id=np.arange(len(ships), dtype=np.int64))
    a, b = (simulate_checked(table, complex_) for table in (numbers, numbers.assign(id=numbers["id"].astype(str))))
    pd.testing.assert_frame_equal(a.ships.drop(columns="id"), b.ships.drop(columns="id"), check_exact=True)
    assert a.ships["id"].dtype == np.int64


@given(fleets(), locks())
def test_a_ship_that_comes_after_all_is_over_changes_nothing_before(ships: pd.DataFrame, complex_: dict[str, Any]) -> None:
    before = simulate_checked(ships, complex_)
    over_s = max([0.0, *before.lockages["end_s"], *ships["arrival_s"]]) + 1.0
    late = fleet("sea", [over_s], length_m=50.0, beam_m=5.0, draught_m=0.0, priority=9, is_sea=True).assign(id="late")
    after = simulate_checked(pd.concat([ships, late], ignore_index=True), complex_)
    pd.testing.assert_frame_equal(after.ships.iloc[:-1], before.ships, check_exact=True)
    pd.testing.assert_frame_equal(after.lockages.iloc[: len(before.lockages)], before.lockages, check_exact=True)


@given(fleets(with_draught=True), tidal_locks, quarters, quarters, st.integers(-50, 15))
def test_only_levels_above_the_sill_and_their_difference_matter(ships: pd.DataFrame, complex_: dict[str, Any], sea: float, canal: float, shift: int) -> None:
    # Levels and shift are sums of quarters: every difference is exact. A sill lies at most 20 m above NAP.
    moved = {**complex_, "chambers": {name: {**c, "sill_m_nap": c["sill_m_nap"] + shift} for name, c in complex_["chambers"].items()}}
    a = simulate_checked(ships, complex_, level=LevelSeries.constant(sea, canal))
    b = simulate_checked(ships, moved, level=LevelSeries.constant(sea + shift, canal + shift))
    assert_same(a, b)


@given(fleets(), locks(), st.integers(-10_000, 10_000))
def test_a_later_start_shifts_all_times(ships: pd.DataFrame, complex_: dict[str, Any], shift_s: int) -> None:
    a = simulate_checked(ships, complex_).ships
    b = simulate_checked(ships.assign(arrival_s=ships["arrival_s"] + shift_s), complex_).ships
    for column in ("entry_start_s", "moored_s", "doors_close_s", "exit_s"):
        np.testing.assert_allclose(b[column], a[column] + shift_s, rtol=0, atol=1e-6)
    assert (a["chamber"] == b["chamber"]).all()


@given(fleets(), locks())
def test_sea_and_canal_may_be_swapped(ships: pd.DataFrame, complex_: dict[str, Any]) -> None:
    # Where two ships at different sides arrive together, the one at the sea side is looked at first; so no ties here.
    assume(ships["arrival_s"].is_unique)
    other = {"sea": "canal", "canal": "sea"}
    mirrored = {**complex_, "chambers": {name: {**c, "initial_side": other[c["initial_side"]]} for name, c in complex_["chambers"].items()}}
    level = LevelSeries.constant(1.5, 0.0), LevelSeries.constant(0.0, 1.5)
    a, b = simulate_checked(ships, complex_, level=level[0]), simulate_checked(ships.assign(side=ships["side"].map(other)), mirrored, level=level[1])
    pd.testing.assert_frame_equal(a.ships.drop(columns="side"), b.ships.drop(columns="side"), check_exact=True)


@given(fleets(), locks(), st.integers(0, 60_000))
def test_a_run_that_is_cut_off_is_the_beginning_of_the_whole_run(ships: pd.DataFrame, complex_: dict[str, Any], until_s: int) -> None:
    whole, part = simulate_checked(ships, complex_), simulate_checked(ships, complex_, until_s=float(until_s))
    pd.testing.assert_frame_equal(part.lockages, whole.lockages[whole.lockages["end_s"] <= until_s].reset_index(drop=True), check_exact=True)
    opened = whole.ships["lockage_id"].map(whole.lockages.set_index("lockage_id")["doors_open_s"]).to_numpy() <= until_s
    assert (part.ships["exit_s"].notna() == opened).all()
    pd.testing.assert_frame_equal(part.ships[opened], whole.ships[opened], check_exact=True)


@given(st.integers(0, 40), locks())
def test_ships_without_size_lie_anywhere_and_all_enter(n: int, complex_: dict[str, Any]) -> None:
    result = simulate_checked(fleet(["sea", "canal"] * n, 10.0 * np.arange(2 * n)), complex_)
    assert result.ships["exit_s"].notna().all()
    assert (result.lockages["area_share"] == 0.0).all()
