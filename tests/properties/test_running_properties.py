"""What must hold for any train on any line."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.trains import changed, profiles, trains, with_steps

from nspd_mobility.errors import DataError
from nspd_mobility.rail import plain_train, running_time
from nspd_mobility.rail._kernels.records import PASS, STATE, records
from nspd_mobility.rail._kernels.running import run_all
from nspd_mobility.rail.profile import LineProfile, course_of, line_profile
from nspd_mobility.rail.running import run_legs


def run(train, path):
    """Return passes and state of a run to a stop at the end, or None where the train is too weak for the line."""
    try:
        passes, states = run_legs(train, path, [(0, len(path.points_m) - 1, True)])
    except DataError as error:
        assert "too heavy or too steep" in str(error)
        return None
    return passes[0], states[0]


def compare(train, other, path, other_path):
    """Assert that the other run, of fine steps as the first, takes no less time, but for the error of the steps."""
    first, second = run(with_steps(train, 0.05, 10.0), path), run(with_steps(other, 0.05, 10.0), other_path)
    if first is not None and second is not None:
        assert float(second[1]["time_s"]) >= float(first[1]["time_s"]) * (1.0 - 5e-5)


def flat(path, speeds=None):
    speeds = path.speed_m_s if speeds is None else speeds
    return line_profile(path.length_m, list(zip(path.bounds_m[:-1].tolist(), speeds.tolist(), strict=True)))


@given(trains(), profiles())
def test_the_error_against_steps_of_1_m_is_under_a_thousandth(train, path):
    coarse, fine = run(train, path), run(with_steps(train, 0.05, 1.0), path)
    if coarse is not None and fine is not None:
        assert float(coarse[1]["time_s"]) == pytest.approx(float(fine[1]["time_s"]), rel=1e-3)
        assert float(coarse[1]["traction_j"]) == pytest.approx(float(fine[1]["traction_j"]), rel=5e-3)


@given(trains(), profiles())
def test_energy_is_conserved(train, path):
    """Traction = resistance + potential + brakes, from standstill to standstill; the potential is the rise under the train's middle."""
    done = run(train, path)
    if done is None:
        return
    state, physics = done[1], train.physics[0]
    assert float(state["traction_j"]) == pytest.approx(float(state["resistance_j"] + state["potential_j"] + state["brake_j"]), rel=1e-6, abs=10.0)

    def rise(to_m):  # of an evenly spread train with its head at to_m, by Riemann sum over its length
        x = np.linspace(to_m - train.length_m, to_m, 2001)
        sines = np.sin(np.arctan(path.gradient_permille / 1000.0))
        heights = np.interp(x, path.bounds_m, np.concatenate([[0.0], np.cumsum(sines * np.diff(path.bounds_m))])) + sines[0] * np.minimum(x, 0.0)
        return np.trapezoid(heights, x) / train.length_m

    potential = float(physics["mass_kg"]) * 9.81 * (rise(path.length_m) - rise(0.0))
    assert float(state["potential_j"]) == pytest.approx(potential, rel=1e-3, abs=1e3)


@given(trains(), profiles())
def test_no_limit_is_broken_and_the_train_stands_at_the_end(train, path):
    n = 400
    probes = LineProfile(
        **{key: getattr(path, key) for key in ("name", "bounds_m", "speed_m_s", "gradient_permille", "electrification")},
        points_m=np.linspace(0.0, path.length_m, n),
        point_names=tuple(map(str, range(n))),
        point_places=("",) * n,
        is_signal=np.zeros(n, dtype=bool),
        track_m=np.full(n, np.inf),
    )
    done = run(train, probes)
    if done is None:
        return
    passes, state = done
    for x, v in zip(probes.points_m[1:], passes["speed_m_s"][1:], strict=True):
        under = (path.bounds_m[:-1] <= x) & (path.bounds_m[1:] > x - train.length_m)
        under[-1] |= x == path.length_m
        assert v <= min(path.speed_m_s[under].min(), train.speed_max_m_s) * (1.0 + 1e-9)
    assert (np.diff(passes["time_s"][1:]) > 0.0).all()
    assert float(state["speed_m_s"]) == 0.0 and passes["speed_m_s"][-1] == pytest.approx(0.0, abs=1e-6)


@given(trains(), profiles(), st.floats(1.05, 2.0))
def test_a_longer_train_never_arrives_earlier_on_the_flat(train, path, factor):
    compare(train, changed(train, length_m=factor * train.length_m), flat(path), flat(path))


@given(trains(), profiles(), st.floats(1.05, 2.0))
def test_a_heavier_train_is_never_faster_on_the_flat(train, path, factor):
    keys = ("mass_kg", "inertia_kg", "resistance_newton", "resistance_newton_s_m", "resistance_newton_s2_m2")
    heavy = changed(train, **{key: factor * float(train.physics[0][key]) for key in keys})
    compare(train, heavy, flat(path), flat(path))


@given(trains(), profiles(), st.integers(0, 11), st.floats(0.5, 0.95))
def test_a_lower_limit_never_makes_it_faster_on_the_flat(train, path, where, factor):
    speeds = path.speed_m_s.copy()
    speeds[where % len(speeds)] *= factor
    compare(train, train, flat(path), flat(path, speeds))


@given(trains(), profiles(), st.floats(0.05, 0.95))
def test_a_run_cut_by_time_goes_on_as_if_not_cut(train, path, share):
    """What dispatch does: the state at a time on a run that brakes, run on to the same stop, arrives at the same time."""
    done = run(train, path)
    if done is None:
        return
    whole_s = float(done[1]["time_s"])
    cells = course_of(path, train.physics[0])
    states, passes = records(STATE, 1), records(PASS, len(path.points_m)).reshape(1, -1)
    stop = np.array([path.length_m])
    run_all(train.physics, cells, path.points_m, passes, states, stop, np.array([share * whole_s]))
    assert float(states["time_s"][0]) == pytest.approx(share * whole_s, abs=1e-6)
    run_all(train.physics, cells, path.points_m, passes, states, stop, np.array([np.inf]))
    assert float(states["time_s"][0]) == pytest.approx(whole_s, rel=1e-3)
    assert float(states["position_m"][0]) == path.length_m


@given(st.floats(0.0, 0.3), st.floats(0.0, 600.0))
def test_supplement_and_dwell_add_up(supplement, dwell):
    train = plain_train(mass_tonne=100.0, length_m=100.0, speed_max_m_s=20.0, acceleration_m_s2=0.5, brake_m_s2=0.5)
    path = line_profile(4000.0, 20.0, points=[("stop", 2000.0)])
    end = running_time(train, path, stops={"stop": dwell}, supplement_share=supplement)["arrival_s"].iloc[-1]
    assert end == pytest.approx(2 * 140.0 * (1.0 + supplement) + dwell)
