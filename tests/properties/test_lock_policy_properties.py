"""Properties of every lock policy, for any lock and any ships: nobody lost, nobody starved, and no effect of what must have none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.locks import SIDES, chamber, closed, fleet, lock, movements, simulate_checked
from support.policies import POLICIES, order_of_service

from nspd_mobility.waterway import LevelSeries
from nspd_mobility.waterway.lock import LockResult

pytestmark = pytest.mark.usefixtures("warm_policies")

SHIP_SIZES = ((0.0, 0.0), (55.0, 6.6), (85.0, 9.5), (110.0, 11.4), (135.0, 17.0), (60.0, 0.0), (301.0, 9.0))
SMALL = ((0.0, 0.0), (55.0, 6.6), (85.0, 9.5), (110.0, 11.4), (135.0, 17.0))
durations = st.sampled_from([0, 30, 120, 400])
one_to_three = st.integers(1, 3)


@st.composite
def fleets(draw: Any, sizes: Any = SHIP_SIZES, n_max: int = 30, n_priority: int = 2, cones: bool = True, sea: bool = True) -> pd.DataFrame:
    """Draw ships with all columns; each is one whole number, taken apart digit by digit. Half of them arrive at a whole quarter of an hour."""
    numbers = np.array(draw(st.lists(st.integers(0, 2**60), max_size=n_max)), dtype=np.int64)

    def digit(base: int) -> Any:
        nonlocal numbers
        numbers, value = np.divmod(numbers, base)
        return value

    is_together, quarter = digit(2) == 0, digit(24)
    size, side = np.array(sizes)[digit(len(sizes))], np.array(SIDES)[digit(2)]
    arrival = np.where(is_together, 900.0 * quarter, digit(21_600))
    known, late = np.array([0.0, 600.0, 5400.0, 40_000.0])[digit(4)], np.array([0.0, 0.0, 700.0, -700.0, -20_000.0, 9000.0])[digit(6)]
    return fleet(
        side,
        arrival,
        length_m=size[:, 0],
        beam_m=size[:, 1],
        draught_m=np.array([0.0, 0.0, 3.5, 4.75])[digit(4)],
        keel_clearance_m=np.array([0.0, 0.25, 1.0])[digit(3)],
        n_cone=np.array([0, 0, 0, 1, 2, 3])[digit(6)] * cones,
        is_sea=(digit(3) == 1) & sea,
        is_booked=digit(4) == 1,
        known_from_s=arrival - known,
        eta_s=arrival - late,
        priority=digit(n_priority),
    )


@st.composite
def chambers(draw: Any, sizes: Any) -> dict[str, Any]:
    length, width = draw(st.sampled_from(sizes))
    group = st.builds(lambda *t: movements(*t)["inland"], durations, durations, durations, durations)
    return chamber(
        (length, width),
        sill_m_nap=draw(st.sampled_from([-1000.0, -5.0])),
        max_draught_m=draw(st.sampled_from([1000.0, 1000.0, 4.0])),
        door_close_s=draw(durations),
        door_open_s=draw(durations),
        levelling_s=draw(st.sampled_from([0, 480, {"base_s": 60.0, "opening_m2": 11.0}])),
        movements={"inland": draw(group), "sea": draw(group)},
        clearance_s=draw(st.sampled_from([0, 0, 90])),
        max_ships=draw(st.sampled_from([0, 0, 1, 3])),
        packing=draw(st.sampled_from(["skyline", "skyline", "one_column"])),
        packing_effort=draw(st.sampled_from([0, 0, 1])),
        gap_beam_m=draw(st.sampled_from([0.0, 0.7])),
        initial_side=draw(st.sampled_from(SIDES)),
    )


@st.composite
def locks(draw: Any, n: Any = one_to_three, sizes: Any = ((140.0, 17.0), (290.0, 38.0)), scarce: bool = True, **fixed: Any) -> dict[str, Any]:
    tugs = {
        "from_length_m": 100.0,
        "n_per_ship": draw(st.sampled_from([0, 1, 2])),
        "place": draw(st.sampled_from(["ahead", "alongside"])),
        "n_tugs": draw(st.sampled_from([0, 1, 2, 3])) if scarce else 0,
        "n_pilots": draw(st.sampled_from([0, 1])) if scarce else 0,
    }
    options: dict[str, Any] = {
        "max_skip": draw(st.sampled_from([0, 1, 8])),
        "tugs": tugs,
        "max_wait": {"inland_s": draw(st.sampled_from([0.001, 1800.0, 21_600.0])), "sea_s": draw(st.sampled_from([1800.0, 21_600.0]))},
        "information": draw(st.sampled_from(["announced", "clairvoyant"])),
        "filling": {"full_share": draw(st.sampled_from([0.3, 0.8])), "max_wait_s": draw(st.sampled_from([0.0, 1000.0, 2700.0])), "favourable_below_m_nap": 0.5},
        "alternation": {"interval_s": draw(st.sampled_from([0.001, 700.0, 2700.0]))},
        "slots": {"hold_s": draw(st.sampled_from([0.0, 1200.0])), "tolerance_s": draw(st.sampled_from([0.0, 600.0]))},
        "look_ahead": {"beam_width": 3, "n_holds": draw(st.integers(1, 3)), "patience_s": draw(st.sampled_from([900.0, 2700.0]))},
        "dangerous_goods": {"alone_from": draw(st.integers(1, 4))},
    }
    return lock(*[draw(chambers(sizes)) for _ in range(draw(n))], **{**options, **fixed})


@st.composite
def levels(draw: Any) -> LevelSeries:
    """Draw a sea that stands still, or moves over a canal at +1 m, in steps of 5 or 30 minutes."""
    n = draw(st.sampled_from([1, 30, 150]))
    t = np.arange(n)
    sea = draw(st.sampled_from([0.0, 1.0])) + draw(st.sampled_from([0.0, 2.0])) * np.sin(0.2 * t)
    return LevelSeries(0.0, draw(st.sampled_from([300.0, 1800.0])), sea, np.full(n, 1.0))


@st.composite
def closures(draw: Any, n_chambers: int) -> pd.DataFrame:
    """Draw closures that may touch one another, of minutes or hours."""
    rows = []
    for c in range(n_chambers):
        at_s = 0.0
        for gap_s, length_s in draw(st.lists(st.tuples(st.sampled_from([0, 60, 1800, 7200]), st.sampled_from([1, 600, 7200])), max_size=4)):
            rows.append((chr(ord("a") + c), at_s + gap_s, at_s + gap_s + length_s))
            at_s += gap_s + length_s
    return closed(*rows)


@st.composite
def cases(draw: Any, **options: Any) -> tuple[pd.DataFrame, dict[str, Any], LevelSeries, pd.DataFrame]:
    complex_ = draw(locks(**options))
    return draw(fleets()), complex_, draw(levels()), draw(closures(len(complex_["chambers"])))


every_policy = pytest.mark.parametrize("policy", POLICIES)
few = settings(max_examples=max(4, settings().max_examples // 4))  # for each of seven policies


def water_m(level: LevelSeries, time_s: Any) -> Any:
    point_s = level.start_s + level.step_s * np.arange(level.sea_m_nap.size)
    return np.minimum(np.interp(time_s, point_s, level.sea_m_nap), np.interp(time_s, point_s, level.canal_m_nap))


def can_use(ships: pd.DataFrame, chamber_: dict[str, Any], lower_m: Any = np.inf) -> Any:
    """Say which ships fit a chamber and have the water they want, at a level of the lower side."""
    fits = (ships["length_m"] <= chamber_["length_m"]) & (ships["beam_m"] <= chamber_["width_m"]) & (ships["draught_m"] <= chamber_["max_draught_m"])
    wanted = ships["draught_m"] + ships["keel_clearance_m"]
    return (fits & ((ships["draught_m"] == 0.0) | (lower_m - chamber_["sill_m_nap"] >= wanted - 1e-6))).to_numpy()


@every_policy
@few
@given(case=cases())
def test_nobody_is_lost_and_all_invariants_hold(policy: str, case: Any) -> None:
    ships, complex_, level, closures_ = case
    result = simulate_checked(ships, complex_, policy=policy, level=level, closures=closures_)
    is_left = (result.ships["exit_s"].isna() & (result.ships["refused_reason"] == "none")).to_numpy()
    for chamber_ in complex_["chambers"].values():
        assert not can_use(ships[is_left], chamber_, water_m(level, 1e9)).any(), "who is left waits for water that does not come"
    entry_s = result.ships["entry_start_s"].to_numpy()
    for name, chamber_ in complex_["chambers"].items():
        inside = (result.ships["chamber"] == name).to_numpy()
        assert can_use(ships, chamber_, water_m(level, entry_s))[inside].all()
    assert_tugs_and_pilots_suffice(ships, complex_, result)


def assert_tugs_and_pilots_suffice(ships: pd.DataFrame, complex_: dict[str, Any], result: LockResult) -> None:
    """Tugs and pilots are with a ship from the start of its entry until its lockage is over: never more of them than there are."""
    tugs = complex_["tugs"]
    end_s = result.ships["lockage_id"].map(result.lockages.set_index("lockage_id")["end_s"]).to_numpy()
    start_s = result.ships["entry_start_s"].to_numpy()
    is_sea = ships["is_sea"].to_numpy(dtype=bool)
    wants_tugs = is_sea & (ships["length_m"] >= tugs["from_length_m"]).to_numpy()
    for n_there, wanted in ((tugs["n_tugs"], np.where(wants_tugs, min(tugs["n_per_ship"], tugs["n_tugs"]), 0)), (tugs["n_pilots"], is_sea.astype(int))):
        for t in start_s[wanted > 0]:
            assert n_there == 0 or wanted[(start_s <= t) & (t < end_s)].sum() <= n_there


@every_policy
@few
@given(case=cases(), random=st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(policy: str, case: Any, random: Any) -> None:
    ships, complex_, level, closures_ = case
    rows = list(range(len(ships)))
    random.shuffle(rows)
    a, b = (simulate_checked(table, complex_, policy=policy, level=level, closures=closures_) for table in (ships, ships.iloc[rows]))
    for left, right in zip((a.ships.iloc[rows].reset_index(drop=True), a.lockages), (b.ships, b.lockages), strict=True):
        pd.testing.assert_frame_equal(left, right, check_exact=True)


@every_policy
@few
@given(case=cases(), until_s=st.integers(0, 40_000))
def test_a_run_that_is_cut_off_is_the_beginning_of_the_whole_run(policy: str, case: Any, until_s: int) -> None:
    ships, complex_, level, closures_ = case
    options = {"policy": policy, "level": level, "closures": closures_}
    whole, part = simulate_checked(ships, complex_, **options), simulate_checked(ships, complex_, until_s=float(until_s), **options)
    over = whole.lockages["end_s"] <= until_s
    pd.testing.assert_frame_equal(part.lockages, whole.lockages[over].reset_index(drop=True), check_exact=True)
    opened = whole.ships["lockage_id"].map(whole.lockages.set_index("lockage_id")["doors_open_s"]).to_numpy() <= until_s
    pd.testing.assert_frame_equal(part.ships[opened], whole.ships[opened], check_exact=True)


@every_policy
@few
@given(ships=fleets(n_priority=3), complex_=locks(scarce=False))
def test_who_has_waited_the_longest_is_not_passed_by_ships_that_come_after(policy: str, ships: pd.DataFrame, complex_: dict[str, Any]) -> None:
    ships = ships.assign(draught_m=0.0)
    result = simulate_checked(ships, complex_, policy=policy).ships
    arrival, entry, side = ships["arrival_s"].to_numpy(), result["entry_start_s"].to_numpy(), result["side"].to_numpy()
    waits = complex_["max_wait"]
    flip_s = arrival + np.where(ships["is_sea"], waits["sea_s"], waits["inland_s"])
    fits = {name: can_use(ships, c) for name, c in complex_["chambers"].items()}
    inside = np.flatnonzero(np.isfinite(entry))
    for i in inside[entry[inside] > flip_s[inside]]:
        later = inside[(arrival[inside] > flip_s[i]) & (side[inside] == side[i]) & (entry[inside] < entry[i])]
        assert not any(fits[result["chamber"].iat[j]][i] for j in later)


@every_policy
@few
@given(ships=fleets(sizes=SMALL, n_max=15), complex_=locks(n=st.just(1), sizes=((290.0, 38.0),), scarce=False))
def test_nobody_starves(policy: str, ships: pd.DataFrame, complex_: dict[str, Any]) -> None:
    # One chamber that everybody may enter. A ship that has waited its longest is behind those that flipped before it, at most all others.
    # Each visit of the chamber at its side takes the first of them at least. From one visit to the next the chamber makes two lockages;
    # each has all entries and exits at most, one turn, and one hold. Before the first of these visits one hold may be under way.
    ships = ships.assign(draught_m=0.0)
    result = simulate_checked(ships, complex_, policy=policy).ships
    one, n = complex_["chambers"]["a"], len(ships)
    turn_s = one["door_close_s"] + one["door_open_s"] + (480 if not isinstance(one["levelling_s"], dict) else one["levelling_s"]["base_s"])
    moves_s = sum(max(one["movements"][group][kind] for group in ("inland", "sea")) for kind in one["movements"]["sea"])
    hold_s = max(complex_["filling"]["max_wait_s"], complex_["slots"]["hold_s"], complex_["look_ahead"]["patience_s"], complex_["alternation"]["interval_s"])
    cycle_s = 2 * (turn_s + n * moves_s + one["clearance_s"] + hold_s)
    longest_s = max(complex_["max_wait"].values())
    assert (result["wait_lineup_s"] <= longest_s + (n + 1) * cycle_s).all()
    assert result["exit_s"].notna().all()


@every_policy
@few
@given(ships=fleets(n_priority=2, cones=False), complex_=locks(scarce=False, max_wait={"inland_s": 1e7, "sea_s": 1e7}))
def test_no_ship_is_passed_more_often_than_allowed(policy: str, ships: pd.DataFrame, complex_: dict[str, Any]) -> None:
    ships = ships.assign(draught_m=0.0)
    tables = simulate_checked(ships, complex_, policy=policy)
    result, place = tables.ships, order_of_service(ships, policy)
    lockage_start = result["lockage_id"].map(tables.lockages.set_index("lockage_id")["start_s"]).to_numpy()
    arrival, entry = result["arrival_s"].to_numpy(), result["entry_start_s"].to_numpy()
    side, chamber_of = result["side"].to_numpy(), result["chamber"].to_numpy()
    fits = {name: can_use(ships, c) for name, c in complex_["chambers"].items()}
    for i in np.flatnonzero(chamber_of != ""):
        later = (side == side[i]) & (place > place[i]) & (arrival > arrival[i]) & np.array([c != "" and fits[c][i] for c in chamber_of], dtype=bool)
        before = np.where(chamber_of == chamber_of[i], entry < entry[i], entry < lockage_start[i])
        assert (later & before).sum() <= complex_["max_skip"]


@every_policy
def test_without_ships_nothing_happens(policy: str) -> None:
    result = simulate_checked(fleet("sea", []), lock(chamber(), chamber()), policy=policy)
    assert len(result.ships) == 0
    assert len(result.lockages) == 0
