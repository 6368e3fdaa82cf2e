"""Trains in an interlocked area: published and hand-made cases, to the second."""

from __future__ import annotations

import pytest
from support.areas import NO_TIMES, arrival_s, calls, nan, railway, simulate_checked, stock, trains

from nspd_mobility.network.railway import TrackNetwork

# MATSim contribs/railsim, test network networkMicroBi and its vehicles (figures re-keyed).
REGIO = stock(500.0, 44.0, 0.5, 0.5)
CARGO = stock(1000.0, 33.0, 0.2, 0.2)


def micro() -> TrackNetwork:
    lengths = [1000.0, 2500.0, 1500.0, 400.0, 2000.0]
    return railway([(f"l{k + 1}", f"n{k + 1}", f"n{k + 2}", length, {0: "A", 4: "B"}.get(k, "")) for k, length in enumerate(lengths)])


def run_micro(ids: list[str], kinds: list[str], departures: list[float]):  # type: ignore[no-untyped-def]
    rows = [row for train, at in zip(ids, departures, strict=True) for row in ((train, "A", nan(), at, nan()), (train, "B", nan(), nan(), 0.0))]
    network = micro()
    network.places.loc["B", "kind"] = "station"  # the train ends here
    return simulate_checked(network, trains(ids, kinds), calls(rows), {"regio": REGIO, "cargo": CARGO}, params=NO_TIMES)


def test_a_train_alone_takes_the_time_of_its_acceleration_and_speed() -> None:
    result = run_micro(["r"], ["regio"], [0.0])
    assert arrival_s(result, "r", "B") == pytest.approx(2 * 44 / 0.5 + (6400 - 44**2 / 0.5) / 44, abs=0.002)  # 233.45
    last = result.sections[result.sections["section"] == "l5"].iloc[0]
    assert last["enter_s"] == pytest.approx(44 / 0.5 + (4400 - 44**2) / 44, abs=0.002)  # 144.0


def test_a_fast_train_behind_a_slow_one_brakes_and_accelerates_again() -> None:
    result = run_micro(["c", "r"], ["cargo", "regio"], [0.0, 60.0])
    assert arrival_s(result, "c", "B") == pytest.approx(2 * 33 / 0.2 + (6400 - 33**2 / 0.2) / 33, abs=0.002)  # 358.94
    assert arrival_s(result, "r", "B") == pytest.approx(474, abs=2)


def test_blocking_times_are_the_sum_of_their_parts() -> None:
    """The figures of rail_blocking_time.json: set-up 10 s, sight 12 s, release 5 s, approach and block 1500 m."""
    for speed, length in ((38.9, 80.0), (22.2, 740.0)):
        network = railway([(f"b{k}", f"n{k}", f"n{k + 1}", 1500.0 if k in (2, 3) else 4000.0, {0: "A", 5: "B"}.get(k, "")) for k in range(6)])
        parts = {"setup_s": 10.0, "sight_reaction_s": 12.0, "release_s": 5.0, "approach_m": 1500.0}
        table = calls([("t", "A", nan(), 0.0, nan()), ("t", "B", nan(), nan(), nan())])
        result = simulate_checked(network, trains(["t"], entry_speed_m_s=speed), table, {"train": stock(length, speed, 0.8, 0.8)}, params=parts)
        row = result.sections[result.sections["section"] == "b3"].iloc[0]
        expected = 10 + 12 + 1500 / speed + (1500 + length) / speed + 5
        assert row["release_s"] - row["reserve_s"] == pytest.approx(expected, abs=0.005)
        assert expected == pytest.approx({38.9: 106.18, 22.2: 195.47}[speed], abs=0.02)


@pytest.mark.parametrize(("blocks", "published_s"), [(1, 93.0), (2, 75.0)])
def test_signalling_headway_of_three_and_four_aspects(blocks: int, published_s: float) -> None:
    """IRSE exam forum, tid 138: braking distance 1189 m, overlap 183 m, sighting 10 s, 120 km/h, 200 m: 93 s and 75 s."""
    speed, braking = 120 / 3.6, 1189.0
    lengths = [1550.0] + [braking / blocks] * 9
    network = railway([(f"b{k}", f"n{k:02d}", f"n{k + 1:02d}", length, {0: "A", 9: "B"}.get(k, "")) for k, length in enumerate(lengths)])
    kind = {"train": stock(200.0, speed, 0.5, speed**2 / 2 / braking)}
    parts = {"setup_s": 0.0, "sight_reaction_s": 10.0, "release_s": 0.0, "overlap_m": 183.0, "approach_m": braking}
    headway = (braking + braking / blocks + 183 + 200) / speed + 10
    assert headway == pytest.approx(published_s, abs=0.5)

    def delay(gap: float) -> float:
        rows = [row for t, at in (("1", 0.0), ("2", gap)) for row in ((t, "A", nan(), at, nan()), (t, "B", nan(), nan(), nan()))]
        result = simulate_checked(network, trains(["1", "2"], entry_speed_m_s=speed), calls(rows), kind, params=parts)
        return arrival_s(result, "2", "B") - arrival_s(result, "1", "B") - gap

    assert delay(headway + 0.1) == pytest.approx(0.0, abs=0.01)
    assert delay(headway - 1.0) > 0.05
    row = simulate_checked(
        network, trains(["1"], entry_speed_m_s=speed), calls([("1", "A", nan(), 0.0, nan()), ("1", "B", nan(), nan(), nan())]), kind, params=parts
    ).sections
    row = row[row["section"] == "b5"].iloc[0]
    assert row["release_s"] - row["reserve_s"] == pytest.approx(headway, abs=0.01)


def fork() -> TrackNetwork:
    """Return networkDeadlocks.xml: A-B-x and D-C-x, single track x-y1-y2-z, z-E-F and z-G-H; a train ends at F or D."""
    rows = [
        ("AB", "A", "B", 200.0, "A"),
        ("Bx", "B", "x", 1000.0, ""),
        ("DC", "D", "C", 200.0, "D"),
        ("Cx", "C", "x", 1000.0, ""),
        ("xy1", "x", "y1", 500.0, ""),
        ("y1y2", "y1", "y2", 100.0, ""),
        ("y2z", "y2", "z", 500.0, ""),
        ("zE", "z", "E", 1000.0, ""),
        ("EF", "E", "F", 200.0, "F"),
        ("zG", "z", "G", 1000.0, ""),
        ("GH", "G", "H", 200.0, "H"),
    ]
    sides = {"from_side": [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], "to_side": [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]}
    return railway(rows, 10.0, **sides)


def meet_at_fork(**options):  # type: ignore[no-untyped-def]
    rows = [("1", "A", nan(), 0.0, nan()), ("1", "F", nan(), nan(), nan()), ("2", "H", nan(), 0.0, nan()), ("2", "D", nan(), nan(), nan())]
    return simulate_checked(fork(), trains(["1", "2"]), calls(rows), {"train": REGIO}, params={**NO_TIMES, **options})


def test_without_avoidance_two_trains_lock_between_two_forks_and_it_is_explained() -> None:
    result = meet_at_fork(avoid_deadlock=False)
    assert result.unfinished == ("1", "2")
    assert "deadlock" in result.deadlock
    assert "'1' holds" in result.deadlock and "waits for" in result.deadlock and "held by '2'" in result.deadlock


def test_with_avoidance_both_reach_their_ends() -> None:
    result = meet_at_fork()
    assert result.unfinished == () and result.deadlock == ""
    last = max(arrival_s(result, "1", "F"), arrival_s(result, "2", "D"))
    # One after the other over 1100 m at 10 m/s with a tail of 500 m: published, standing by 520 s with a simple rule.
    assert 360 < last < 540
    assert (result.waits["cause"].isin(["held_by_safety", "track", "order", "running"])).all()


# iitis/railways_dispatching_silesia, test_linear_solver.py (CC0): minutes, weights 2 and 0.5, delays over 10 minutes.
INSTANT = {"accelerate_m_s2": 1000.0, "brake_m_s2": 1000.0}


def test_look_ahead_lets_the_heavier_of_two_opposing_trains_go_first() -> None:
    rows = [
        ("w0", "a0", "a", 1.0, "A"),
        ("w1", "a1", "a", 1.0, "A"),
        ("s", "a", "b", 2400.0, ""),
        ("e0", "b", "b0", 1.0, "B"),
        ("e1", "b", "b1", 1.0, "B"),
    ]
    network = railway(rows)
    kinds = {"fast": stock(0.1, 10.0, **INSTANT), "slow": stock(0.1, 5.0, **INSTANT)}
    stops = calls([("0", "A", 0.0, 180.0, nan()), ("0", "B", nan(), nan(), nan()), ("1", "B", 0.0, 60.0, nan()), ("1", "A", nan(), nan(), nan())])
    table = trains(["0", "1"], ["fast", "slow"], weight=[2.0, 0.5])
    late = {}
    for rule in ("first_come", "look_ahead"):
        result = simulate_checked(network, table, stops, kinds, dispatch=rule, params={**NO_TIMES, "release_s": 60.0})
        rows_ = result.trains.set_index(["train", "place"])
        late[rule] = [(rows_["departure_s"]["0", "A"] - 180) / 60, (rows_["departure_s"]["1", "B"] - 60) / 60]
    assert late["first_come"] == pytest.approx([7.0, 0.0], abs=0.1)
    assert late["look_ahead"] == pytest.approx([0.0, 7.0], abs=0.1)
    assert (2 * late["look_ahead"][0] + 0.5 * late["look_ahead"][1]) / 10 == pytest.approx(0.35, abs=0.01)


def terminal(n_tracks: int) -> TrackNetwork:
    """Return a yard at the end of a line, where a train reverses to go to the other branch."""
    rows = [("A1", "a", "b", 900.0, "A"), ("sA", "b", "y", 2000.0, ""), ("C1", "c", "d", 900.0, "C"), ("sC", "d", "y", 2000.0, ""), ("n", "y", "z", 500.0, "")]
    rows += [(f"T{k}", "z", f"e{k}", 800.0, "T") for k in range(n_tracks)]
    network = railway(rows, 20.0)
    network.places.loc["T", ["kind", "run_round_s"]] = ["yard", 600.0]
    return network


def test_a_train_that_reverses_waits_for_a_second_track_and_its_run_round() -> None:
    stops = calls([("t", "A", nan(), 0.0, nan()), ("t", "T", nan(), nan(), 60.0), ("t", "C", nan(), nan(), nan())])
    result = simulate_checked(terminal(2), trains(["t"]), stops, {"train": stock(300.0)})
    yard = result.trains[result.trains["place"] == "T"].iloc[0]
    assert yard["departure_s"] - yard["arrival_s"] == pytest.approx(600.0)
    second = result.sections[result.sections["section"] == ("T1" if yard["track"] == "T0" else "T0")].iloc[0]
    assert second["leave_s"] - second["reserve_s"] == pytest.approx(600.0)
    assert result.trains["arrival_s"].notna().all()


def test_a_reversal_waits_while_another_train_stands_on_the_second_track() -> None:
    rows = [("1", "A", nan(), 0.0, nan()), ("1", "T", nan(), nan(), 3000.0)]
    rows += [("2", "A", nan(), 600.0, nan()), ("2", "T", nan(), nan(), 60.0), ("2", "C", nan(), nan(), nan())]
    result = simulate_checked(terminal(2), trains(["1", "2"]), calls(rows), {"train": stock(300.0)})
    assert result.unfinished == ()
    waits = result.waits[(result.waits["train"] == "2") & (result.waits["cause"].isin(["reversal_track", "held_by_safety"]))]
    assert waits["delay_s"].sum() > 1000.0
