"""Running times against closed forms, and against runs that others have computed and published."""

from __future__ import annotations

import math

import numpy as np
import pytest
from support.trains import KM_H, freight, long_distance, path_of, with_steps

from nspd_mobility.codes import RunStatus
from nspd_mobility.errors import DataError
from nspd_mobility.params.rolling_stock import VehicleParams
from nspd_mobility.rail import line_profile, plain_train, profile_of_sections, running_time, tabulate_runs, train_of
from nspd_mobility.rail._kernels.records import PASS, STATE, records
from nspd_mobility.rail._kernels.running import run_all
from nspd_mobility.rail.profile import course_of
from nspd_mobility.rail.rolling_stock import resistance_of
from nspd_mobility.rail.running import run_legs


def total_s(train, path, **options):
    _, states = run_legs(train, path, [(0, len(path.points_m) - 1, True)], **options)
    return float(states["time_s"][0])


# Closed forms. Regio, Cargo: MATSim railsim, RailsimEngineTest (figures only).


@pytest.mark.kernel
@pytest.mark.parametrize(("length", "speed", "rate", "expected"), [(500.0, 44.0, 0.5, 233.45), (1000.0, 33.0, 0.2, 358.94)])
def test_fixed_rates_give_the_closed_form(length, speed, rate, expected):
    train = plain_train(mass_tonne=100.0, length_m=length, speed_max_m_s=speed, acceleration_m_s2=rate, brake_m_s2=rate)
    path = line_profile(6400.0, 100.0, points=[("last link", 4400.0)])
    times = running_time(train, path)["arrival_s"]
    assert times.iloc[-1] == pytest.approx(2.0 * speed / rate + (path.length_m - speed**2 / rate) / speed, abs=1e-6)
    assert times.iloc[-1] == pytest.approx(expected, abs=0.005)


@pytest.mark.kernel
def test_a_limit_holds_until_the_tail_has_left():
    """100 m train, limit 10 m/s over the first 1 000 m: the head is at 1 100 m when it may accelerate."""
    train = plain_train(mass_tonne=100.0, length_m=100.0, speed_max_m_s=20.0, acceleration_m_s2=0.5, brake_m_s2=0.5)
    path = line_profile(2000.0, [(0.0, 10.0), (1000.0, 20.0)], points=[("tail leaves", 1100.0)])
    frame = running_time(train, path, is_stop_at_end=False)
    # 20 s and 100 m to 10 m/s, 1 000 m at 10 m/s, then 20 s and 300 m to 20 m/s, 600 m at 20 m/s
    assert frame["arrival_s"].tolist() == pytest.approx([0.0, 120.0, 120.0 + 20.0 + 30.0])
    assert frame["speed_m_s"].tolist() == pytest.approx([0.0, 10.0, 20.0])


def test_constant_power_without_resistance():
    """From v0 at constant power v² = v0² + 2 P t / m, and x = m (v³ - v0³) / (3 P)."""
    mass, power = 100_000.0, 1e6
    vehicle = VehicleParams(
        **{"traction": "diesel", "length_m": 1.0, "mass_tonne": 100.0, "speed_max_m_s": 40.0, "starting_force_newton": 1e6, "power_kw": 1000.0},
        **{"rotating_factor": 1.0, "brake_m_s2": 1.0},
    )
    train = train_of([(vehicle, 1, 0.0)])
    # 1 MN up to 1 m/s: 0.1 s and 0.05 m; then at constant power up to 30 m/s.
    distance = 0.05 + mass * (30.0**3 - 1.0) / (3.0 * power)
    expected = 0.1 + mass * (30.0**2 - 1.0) / (2.0 * power)
    frame = running_time(train, line_profile(distance, 40.0), is_stop_at_end=False)
    assert frame["speed_m_s"].iloc[-1] == pytest.approx(30.0, rel=5e-4)
    assert frame["arrival_s"].iloc[-1] == pytest.approx(expected, rel=1e-3)
    assert frame["energy_j"].iloc[-1] == pytest.approx(0.5 * mass * 30.0**2, rel=1e-3)


# OSRD, MaxEffortEnvelopeTest (commit 66c30bb, figures only): transitions at 2726, 4029 (braking begins), 6000, 8292 (braking begins).


def osrd_train():
    davis = (850.0 * 6.5, 850.0 * 0.08 * 3.6, 850.0 * 0.0012 * 3.6**2)
    vehicle = VehicleParams(
        **{
            "name": "osrd",
            "traction": "diesel",
            "length_m": 400.0,
            "mass_tonne": 850.0,
            "speed_max_m_s": 300 * KM_H,
            "effort": ((0.0, 450e3), (300 * KM_H, 180e3)),
        },
        **{"davis_newton": davis, "rotating_factor": 1.05, "brake_m_s2": 0.5},
    )
    return train_of([(vehicle, 1, 0.0)], name="osrd")


@pytest.mark.kernel
def test_transitions_of_osrd():
    path = line_profile(10_000.0, 44.4, points=[("reached - 3", 2723.0), ("reached + 3", 2729.0), ("stop", 6000.0)])
    passes, states = run_legs(osrd_train(), path, [(0, 3, True), (3, 4, True)])
    assert states["brake_begin_m"] == pytest.approx([4029.0, 8292.0], abs=1.0)  # their tolerance: 2 v dt = 0.9 m
    assert passes["speed_m_s"][0, 1] < 44.4 == pytest.approx(passes["speed_m_s"][0, 2], abs=1e-9)
    assert 44.4 - passes["speed_m_s"][0, 1] < 0.03


@pytest.mark.kernel
def test_a_start_on_a_wall_is_refused():
    with pytest.raises(DataError, match=r"osrd on line: can't start at 0 m \(after 'begin'\), too heavy or too steep: 850 t on 1000\.0 ‰ need .* kN more"):
        running_time(osrd_train(), line_profile(1000.0, 20.0, gradient_permille=1000.0))


# TrainRuns.jl (ISC licence, DOI 10.5281/zenodo.6448563, commit 7ca94cb): test/snapshots, and figures of its docstrings.


def test_resistance_of_trainruns():
    physics = freight().physics[0]
    total = physics["resistance_newton"] + 15.0 * physics["resistance_newton_s_m"] + 225.0 * physics["resistance_newton_s2_m2"]
    assert total == pytest.approx((5461.127 + 20_900.733) * 9.81 / 9.80665, rel=1e-6)


@pytest.mark.parametrize(
    ("train", "path", "expected"),
    [
        (freight, "const", 745.070),
        (freight, "slope", 840.817),
        (freight, "speed", 750.453),
        (long_distance, "const", 330.746),
        (long_distance, "slope", 331.609),
        (long_distance, "speed", 501.021),
    ],
)
def test_times_of_trainruns(train, path, expected):
    """Theirs step 20 m by forward Euler, which is up to 0.56 % off: so 0.7 %."""
    assert total_s(train(), path_of(path), is_point_mass=True) == pytest.approx(expected, rel=0.007)


def test_euler_steps_of_20_m_give_trainruns_to_a_hundredth_of_a_second():
    """Its rules: forward Euler in 20 m, gravity 9.80665, rotating factor weighted over empty masses."""
    train, gravity = freight().physics[0], 9.80665
    a, b, c = (train[key] * gravity / 9.81 for key in ("resistance_newton", "resistance_newton_s_m", "resistance_newton_s2_m2"))
    inertia = 920e3 * (80.0 * 1.09 + 250.0 * 1.03) / 330.0
    n = train["n_knots"]
    x = v = t = 0.0
    while True:
        force = np.interp(v, train["knot_m_s"][:n], train["knot_newton"][:n])
        rate = (force - a - b * v - c * v * v) / inertia
        step = 20.0
        after = math.sqrt(v * v + 2.0 * rate * step)
        left = 10_000.0 - x
        if after**2 > 2.0 * 0.225 * (left - step):  # meets the braking curve within the step
            step = (2.0 * 0.225 * left - v * v) / (2.0 * (rate + 0.225))
            after = math.sqrt(v * v + 2.0 * rate * step)
            t += (after - v) / rate + after / 0.225
            break
        t += (after - v) / rate
        x, v = x + step, after
    assert t == pytest.approx(745.065, abs=0.01)


# The region, from station distances: facts with their sources in networks/nspd.


def zeeland_line():
    stations = (
        *(("rilland", 28.122), ("krabbendijke", 31.477), ("kruiningen", 38.120), ("kapelle", 44.064), ("goes", 49.184), ("arnemuiden", 64.545)),
        *(("middelburg", 68.083), ("souburg", 72.023), ("bergen", 12.525)),
    )
    return line_profile(74_330.0, 140 * KM_H, electrification="1.5kv", points=[(name, km * 1000.0) for name, km in stations], name="Roosendaal-Vlissingen")


def unit(name, mass, length, power_kw, start_newton, acceleration):
    vehicle = VehicleParams(
        **{
            "name": name,
            "traction": "electric",
            "wires": ("1.5kv",),
            "length_m": length,
            "mass_tonne": mass,
            "driving_mass_tonne": 0.6 * mass,
            "speed_max_m_s": 140 * KM_H,
        },
        **{
            "starting_force_newton": start_newton,
            "power_kw": power_kw,
            "driving_permille": 3.0,
            "carrying_permille": 1.4,
            "air_permille": 3.9,
            "wind_m_s": 15 * KM_H,
        },
        **{"rotating_factor": 1.08, "brake_m_s2": 0.66, "acceleration_max_m_s2": acceleration},
    )
    return train_of([(vehicle, 1, 0.0)], name=name)


def test_vlissingen_roosendaal_stopping_and_intercity():
    """63 min with all stops, 47 to 48 as an intercity with four (omroepzeeland 2017), within 6 % after a supplement of 8 %.

    Dwells are the minute in which Dutch timetables count. Speeds at the stations' ends, lower than 140 km/h, are not known and left out.
    """
    path = zeeland_line()
    stations = [name for name in path.point_names if name not in ("begin", "end", "rilland")]
    train = unit("SNG-4", 138.0, 75.76, 1440.0, 180e3, 1.1)
    every = running_time(train, path, stops=stations, dwell_s=60.0, supplement_share=0.08)["arrival_s"].iloc[-1] / 60.0
    fast = unit("VIRM-4", 230.0, 108.6, 2157.0, 214e3, 0.7)
    four = running_time(fast, path, stops=["bergen", "goes", "middelburg", "souburg"], dwell_s=60.0, supplement_share=0.08)["arrival_s"].iloc[-1] / 60.0
    assert four == pytest.approx(47.5, rel=0.06)
    assert every < 63.0 * 1.06


def test_l204_in_25_minutes_at_the_speed_of_today():
    """Zelzate to Gent-Dampoort, 17 km with three stops of 40 s: about 25 min at 50 to 60 km/h (hln.be 2020)."""
    train = plain_train(mass_tonne=100.0, length_m=50.0, speed_max_m_s=33.3, acceleration_m_s2=0.5, brake_m_s2=0.6)
    times = {}
    for speed in (50, 60, 90):
        path = line_profile(17_000.0, speed * KM_H, points=[("a", 5000.0), ("b", 9000.0), ("c", 13_000.0)])
        times[speed] = running_time(train, path, stops=["a", "b", "c"], dwell_s=40.0, supplement_share=0.08)["arrival_s"].iloc[-1] / 60.0
    assert times[60] < 25.0 < times[50] and times[90] < 19.0


# What dispatch needs.


@pytest.mark.kernel
def test_a_train_that_brakes_for_a_signal_goes_on_from_there():
    """Signal at 3 000 m clears 10 s after braking began: v falls by 5 m/s, x follows the curve, and the rest is run from there."""
    train = plain_train(mass_tonne=100.0, length_m=100.0, speed_max_m_s=20.0, acceleration_m_s2=0.5, brake_m_s2=0.5)
    path = line_profile(6000.0, 20.0)
    cells = course_of(path, train.physics[0])
    state, passes = records(STATE, 1), records(PASS, 2).reshape(1, 2)
    assert run_all(train.physics, cells, path.points_m, passes, state, np.array([3000.0]), np.array([np.inf])) == -1
    begin = float(state["brake_begin_s"][0])
    assert begin == pytest.approx(40.0 + (3000.0 - 2 * 400.0) / 20.0)
    assert float(state["brake_begin_m"][0]) == pytest.approx(2600.0)
    assert float(state["time_s"][0]) == pytest.approx(begin + 40.0)

    state = records(STATE, 1)
    run_all(train.physics, cells, path.points_m, passes, state, np.array([3000.0]), np.array([begin + 10.0]))
    assert RunStatus(int(state["status"][0])) == RunStatus.UNTIL
    assert float(state["position_m"][0]) == pytest.approx(2600.0 + 20.0 * 10.0 - 25.0) and float(state["speed_m_s"][0]) == pytest.approx(15.0)
    run_all(train.physics, cells, path.points_m, passes, state, np.array([np.inf]), np.array([np.inf]))
    # From 15 to 20 m/s: 10 s and 175 m, then on at 20 m/s.
    assert float(state["time_s"][0]) == pytest.approx(begin + 20.0 + (6000.0 - 2775.0 - 175.0) / 20.0)


def test_run_table_against_single_runs():
    train = freight()
    path = path_of("slope", points=[("a", 2500.0), ("b", 5000.0), ("c", 7700.0)])
    table = tabulate_runs(train, path, stops=["b"])
    names = [path.point_names[k] for k in table.halts]
    assert names == ["begin", "a", "b", "c", "end"]
    alone = running_time(train, path, stops={"b": 0.0})
    assert table.pass_s[0, :3] == pytest.approx(alone["arrival_s"].iloc[:3])
    assert table.stop_s[0, 2] == pytest.approx(alone["arrival_s"].iloc[2])
    assert table.stop_s[2, 4] == pytest.approx(alone["arrival_s"].iloc[4] - alone["arrival_s"].iloc[2])
    assert np.isnan(table.stop_s[0, 3])  # beyond the planned stop
    assert table.through_s[3] == pytest.approx(table.pass_s[2, 3])
    assert table.stop_s[0, 1] > table.pass_s[0, 1] > table.brake_s[0, 1]
    # The tail is off point a when the head is a train's length beyond it.
    at_tail = running_time(train, path_of("slope", points=[("tail", 2500.0 + train.length_m), ("b", 5000.0)]), stops={"b": 0.0})
    assert table.tail_s[0, 1] == pytest.approx(at_tail["arrival_s"].iloc[1])
    assert np.isnan(table.stop_tail_s[0, 1, 1])  # it stands on a
    assert tabulate_runs(train, path, stops=["b"]) is table  # kept by content


def test_a_way_of_sections_back_and_forth():
    import pandas as pd

    sections = pd.DataFrame(
        {
            **{"id": ["s1", "s2"], "from_node": ["a", "b"], "to_node": ["b", "c"], "length_m": [1000.0, 300.0], "speed_m_s": [20.0, 10.0]},
            **{"speed_back_m_s": [15.0, 0.0], "signal_to": [True, False], "signal_from": [True, True], "gradient_permille": [5.0, 0.0]},
            **{"electrification": ["none", "3kv"], "place": ["", "yard"]},
        }
    )
    there = profile_of_sections(sections, [("s1", 1), ("s2", 1)])
    assert there.point_names == ("a", "b", "c") and there.track_m.tolist() == [np.inf, np.inf, 300.0]
    assert there.is_signal.tolist() == [True, True, False]
    back = profile_of_sections(sections, [("s1", -1)])
    assert back.gradient_permille.tolist() == [-5.0] and back.speed_m_s.tolist() == [15.0]
    with pytest.raises(DataError, match="section 's2' is not open in the direction from 'c' to 'b'"):
        profile_of_sections(sections, [("s2", -1)])
    with pytest.raises(DataError, match="a gap before section 's1', which begins at node 'a'; the section before ends at 'b'"):
        profile_of_sections(sections, [("s1", 1), ("s1", 1)])
    with pytest.raises(DataError, match="unknown section 's3'"):
        profile_of_sections(sections, [("s3", 1)])
    with pytest.raises(DataError, match=r"too long, 205 m on a stop track of 200 m at 'yard'"):
        short = sections.assign(length_m=[1000.0, 200.0])
        running_time(freight(), profile_of_sections(short, [("s1", 1), ("s2", 1)]), stops=["yard"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"stops": ["nowhere"]}, "'nowhere' is no point or place on the way"),
        ({"stops": {"end": -1.0}}, "a dwell of -1 s at 'end' can't be used; it must be 0 or more"),
        ({"stops": ["begin"]}, "'begin' is where the way begins"),
        ({"supplement_share": -0.1}, "a supplement of -0.1 can't be used"),
        ({"entry_speed_m_s": 40.0}, r"at 40\.0 m/s at 0 m it can't brake in time"),
    ],
)
def test_bad_input(change, message):
    with pytest.raises(DataError, match=message):
        running_time(freight(), line_profile(5000.0, 20.0), **change)


def test_an_electric_train_needs_its_wire():
    path = line_profile(5000.0, 20.0, electrification=[(0.0, "3kv"), (2000.0, "none")])
    with pytest.raises(DataError, match=r"electrification mismatch at 2000 m, where the line has 'none' and the train needs 3kv; take a diesel"):
        running_time(long_distance(), path)


def test_too_much_load_is_refused_where_it_stalls():
    wagons = VehicleParams(name="ore", length_m=12.0, mass_tonne=20.0, load_tonne=70.0, speed_max_m_s=25.0, carrying_permille=1.4, air_permille=3.9)
    loco = VehicleParams(name="loco", traction="diesel", length_m=15.0, mass_tonne=80.0, speed_max_m_s=25.0, starting_force_newton=250e3, power_kw=1100.0)
    path = line_profile(9000.0, 20.0, gradient_permille=[(0.0, 0.0), (3000.0, 20.0)], points=[("foot", 3000.0)])
    running_time(train_of([(loco, 1, 0.0), (wagons, 5, 1.0)]), path)
    with pytest.raises(DataError, match=r"comes to a stand at \d+ m \(after 'foot'\), too heavy or too steep: 2780 t on 20\.0 ‰ need .* kN more"):
        running_time(train_of([(loco, 1, 0.0), (wagons, 30, 1.0)]), path)


def test_statuses_are_those_of_the_codes():
    from nspd_mobility.rail._kernels import running as kernels

    assert [int(code) for code in RunStatus] == [kernels.OK, kernels.UNTIL, kernels.CANNOT_START, kernels.STALLED, kernels.TOO_FAST, kernels.STUCK]


def test_engines_of_two_kinds_add_up():
    loco = VehicleParams(name="a", traction="diesel", length_m=15.0, mass_tonne=80.0, speed_max_m_s=25.0, starting_force_newton=250e3, power_kw=1100.0)
    other = VehicleParams(name="b", traction="diesel", length_m=15.0, mass_tonne=80.0, speed_max_m_s=25.0, starting_force_newton=250e3, power_kw=1100.5)
    path = line_profile(3000.0, 25.0)
    pair = total_s(train_of([(loco, 2, 0.0)]), path)
    assert total_s(train_of([(loco, 1, 0.0), (other, 1, 0.0)]), path) == pytest.approx(pair, rel=1e-3)


def test_resistance_is_a_square_in_speed():
    coach = VehicleParams(
        length_m=26.0, mass_tonne=50.0, speed_max_m_s=40.0, carrying_permille=2.0, linear_permille=0.715, air_permille=3.64, wind_m_s=15 * KM_H
    )
    a, b, c = resistance_of(coach)
    for v in (0.0, 20.0, 40.0):
        sauthoff = 50e3 * 9.81 / 1000.0 * (2.0 + 0.715 * v * 3.6 / 100.0 + 3.64 * ((v * 3.6 + 15.0) / 100.0) ** 2)
        assert a + b * v + c * v * v == pytest.approx(sauthoff)


def test_finer_steps_change_nothing_that_matters():
    for path in ("const", "slope", "speed"):
        assert total_s(freight(), path_of(path)) == pytest.approx(total_s(with_steps(freight(), 0.05, 1.0), path_of(path)), rel=1e-3)
