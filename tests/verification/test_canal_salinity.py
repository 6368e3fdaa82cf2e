"""Salinity along a canal against analytic steady states, the source model of Biemond et al. (2024), and what they publish of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from nspd_mobility.errors import DataError
from nspd_mobility.params.water import ChannelParams
from nspd_mobility.waterway._kernels import canal_salinity as kernels
from nspd_mobility.waterway.canal_salinity import CanalState, _vertical, lock_share, simulate_salinity

AREA_M2 = 150.0 * 13.5
MIXING_S = 13.5**2 * 2.2 / 6.75e-4
CURRENT = 9.81 * 0.76e-3 * 13.5**3 / (48.0 * 6.75e-4)

# Steady salinity (g/kg) of the published code (github.com/nietBouke/IMSIDE, commit 5475e0bd, "IMSIDE canal"), depth-averaged, with its
# own parameters and 24.6 g/kg outside, by discharge (m³/s): 1, 11 and 25 km from the locks.
SOURCE = {5: (13.97, 12.83, 11.32), 10: (11.00, 9.67, 7.95), 15: (9.08, 7.66, 5.85), 20: (7.30, 5.86, 4.08), 25: (5.86, 4.44, 2.72), 35: (4.50, 3.06, 1.43)}
SOURCE |= {50: (3.38, 1.95, 0.49), 100: (1.74, 0.41, 0.00)}
# Its example: 25 m³/s, and 28 g/kg outside from day 10 on where it was 18; the same places by day.
SOURCE_EXAMPLE = {9: (3.49, 2.33, 1.03), 12: (4.06, 2.54, 1.05), 20: (5.09, 3.55, 1.84), 30: (5.90, 4.36, 2.57), 60: (6.91, 5.37, 3.50)}
PLACES_KM = (28.6, 18.6, 4.6)


def at_places(result: Any, day: int) -> np.ndarray:
    return np.array([result.at(km)[day] for km in PLACES_KM])


def test_without_a_density_current_the_steady_profile_is_exponential() -> None:
    """Q S = A K dS/dx with one K: S falls by exp(-Q dx / (A K)) from cell to cell, and load / Q is the salinity at the locks."""
    for cell_m in (250.0, 1000.0, 3000.0):
        result = simulate_salinity({"density_per_salt_share": 0.0, "cell_m": cell_m}, inflow_m3_s=8.0, load_kg_s=40.0, n_days=1)
        (_, _), shear = _vertical(0.5)
        dispersion = 25.0 + MIXING_S * shear[0] * (8.0 / AREA_M2) ** 2
        distance_m = 1000.0 * (result.km[-1] - result.km)
        assert result.mean_kg_m3[0] == pytest.approx(5.0 * np.exp(-8.0 * distance_m / (AREA_M2 * dispersion)), rel=1e-9)


def test_with_a_density_current_the_steady_profile_solves_the_flux_balance() -> None:
    """u S = (K_h + T (a u² + 2 b u w + c w²)) dS/dx with w = CURRENT dS/dx, integrated from the locks by another method."""
    _, (a, b, c) = _vertical(0.5)
    speed = 25.0 / AREA_M2

    def gradient(_: float, salinity: Any) -> list[float]:
        def missing(g: float) -> float:
            w = CURRENT * g
            return (25.0 + MIXING_S * (a * speed**2 + 2.0 * b * speed * w + c * w**2)) * g - speed * float(salinity[0])

        return [-brentq(missing, 0.0, 1.0, xtol=1e-18)]

    result = simulate_salinity({"cell_m": 100.0}, inflow_m3_s=25.0, load_kg_s=25.0 * 8.0, n_days=1)
    distance_m = 1000.0 * (result.km[-1] - result.km)
    exact = solve_ivp(gradient, (0.0, distance_m[0]), [8.0], t_eval=distance_m[::-1], rtol=1e-9, atol=1e-12).y[0][::-1]
    assert result.mean_kg_m3[0] == pytest.approx(exact, abs=2e-3)
    coarse = simulate_salinity({}, inflow_m3_s=25.0, load_kg_s=25.0 * 8.0, n_days=1)
    assert coarse.mean_kg_m3[0] == pytest.approx(np.interp(1000.0 * (coarse.km[-1] - coarse.km), distance_m[::-1], exact[::-1]), abs=0.02)


def test_shear_dispersion_has_the_coefficients_of_hansen_and_rattray_without_slip() -> None:
    (top, bottom), shear = _vertical(0.0)
    assert shear == pytest.approx([2.0 / 105.0, 19.0 / 840.0, 19.0 / 630.0], rel=1e-12)
    assert top == pytest.approx((-7.0 / 120.0, -1.0 / 12.0), rel=1e-12), "fresher above"
    assert bottom == pytest.approx((-7.0 / 120.0 + 1.0 / 4.0 - 1.0 / 8.0, -1.0 / 12.0 + 1.0 / 2.0 - 3.0 / 4.0 + 2.0 / 5.0), rel=1e-9)


@pytest.mark.parametrize("flow", SOURCE)
def test_steady_states_lie_near_those_of_the_source_model(flow: int) -> None:
    """The source model resolves the vertical. In its sea reach layers lag behind, which a 1-D model can't follow: it is up to 1.1 kg/m³
    saltier here at the locks. Along the canal the salinity falls by as much, to 15 %, while fresh water does not end it."""
    result = simulate_salinity({}, inflow_m3_s=float(flow), salinity_sea_kg_m3=24.6, n_days=1)
    here, there = at_places(result, 0), np.array(SOURCE[flow])
    assert (here >= there - 0.05).all() and (here <= there + 1.1).all()
    assert here[0] - here[1] == pytest.approx(there[0] - there[1], rel=0.15)


def test_the_example_of_the_source_model() -> None:
    sea = np.where(np.arange(61) < 10, 18.0, 28.0)
    result = simulate_salinity({}, inflow_m3_s=25.0, salinity_sea_kg_m3=sea)
    for day, values in SOURCE_EXAMPLE.items():
        here = at_places(result, day + 1)  # the first row is the start
        assert here == pytest.approx(np.array(values), abs=1.45)
        change, expected = here - at_places(result, 9), np.array(values) - np.array(SOURCE_EXAMPLE[9])
        assert (change >= expected - 1e-9).all() and (change <= expected + 0.9).all(), f"day {day}: layers that lag hold the source model back"


def days_to_half(result: Any, km: float = 18.6) -> int:
    series = result.at(km)
    return int(np.argmax(np.abs(series - series[0]) >= 0.5 * abs(series[-1] - series[0])))


def test_the_canal_answers_to_more_discharge_faster_than_to_less() -> None:
    """Published finding; of the outside salinity the sign matters less."""
    rising = simulate_salinity({}, inflow_m3_s=np.r_[15.0, np.full(400, 35.0)], salinity_sea_kg_m3=24.6)
    falling = simulate_salinity({}, inflow_m3_s=np.r_[35.0, np.full(400, 15.0)], salinity_sea_kg_m3=24.6)
    assert days_to_half(rising) < 0.85 * days_to_half(falling)
    saltier = simulate_salinity({}, inflow_m3_s=25.0, salinity_sea_kg_m3=np.r_[18.0, np.full(400, 28.0)])
    fresher = simulate_salinity({}, inflow_m3_s=25.0, salinity_sea_kg_m3=np.r_[28.0, np.full(400, 18.0)])
    of_flow = days_to_half(falling) / days_to_half(rising)
    of_sea = max(days_to_half(saltier), days_to_half(fresher)) / min(days_to_half(saltier), days_to_half(fresher))
    assert of_sea < of_flow


def test_discharge_matters_more_than_the_salinity_outside() -> None:
    """Published finding, over the ranges that occur: 13 to 50 m³/s against P10 to P90 outside, 20.8 to 27.9 kg/m³."""

    def steady(flow: float, sea: float) -> float:
        return float(simulate_salinity({}, inflow_m3_s=flow, salinity_sea_kg_m3=sea, n_days=1).mean_kg_m3[0].mean())

    assert steady(13.0, 24.6) - steady(50.0, 24.6) > 2.0 * (steady(25.0, 27.9) - steady(25.0, 20.8))


def test_measured_bands_are_of_the_size_of_the_model() -> None:
    """A comparison, nothing is tuned: September 2016 measured 1.5 to 6, dry September 2019 5 to 10 g/l (VNSC; of salt or of chloride is
    not said). Sluiskil and Sas van Gent at 20 and at 8 m³/s."""
    wet, dry = (simulate_salinity({}, inflow_m3_s=flow, salinity_sea_kg_m3=24.6, n_days=1) for flow in (35.0, 15.0))
    assert all(1.5 <= wet.at(km)[0] <= 6.0 for km in (26.4, 18.6))
    assert all(5.0 <= dry.at(km)[0] <= 10.0 for km in (26.4, 18.6))


def test_the_relation_is_the_published_one() -> None:
    canal = ChannelParams()
    assert lock_share(canal, 20.0) == pytest.approx((0.035 + 0.042) / 2.0)
    assert lock_share(canal, 25.0) == pytest.approx(0.5 * ((0.035 - 0.042) * np.tanh(1.0) + 0.077))
    assert lock_share(canal, 500.0) == pytest.approx(0.035) and lock_share(canal, 0.0) == pytest.approx(0.042, rel=1e-3)


@pytest.mark.kernel
def test_salt_that_came_in_is_in_the_canal_or_went_out() -> None:
    rng = np.random.default_rng(2)
    flows, loads = rng.uniform(0.0, 200.0, 60), rng.uniform(-5.0, 400.0, 60)
    result = simulate_salinity({"cell_m": 1500.0}, inflow_m3_s=flows, load_kg_s=loads, initial_kg_m3=5.0, salinity_head_kg_m3=0.3)
    volume = AREA_M2 * 27_000.0 / 18
    salt = result.mean_kg_m3.sum(axis=1) * volume
    change = result.salt_in_kg + result.salt_head_kg - result.salt_out_kg
    assert np.diff(salt) == pytest.approx(change, abs=1e-9 * salt.max())
    assert result.salt_in_kg == pytest.approx(loads * 86_400.0)
    assert result.salt_out_kg == pytest.approx(flows * 86_400.0 * result.mean_kg_m3[1:, -1])


@pytest.mark.kernel
def test_a_canal_of_one_salinity_stays_as_it_is() -> None:
    still = simulate_salinity({}, inflow_m3_s=0.0, load_kg_s=0.0, initial_kg_m3=7.0, n_days=5)
    assert still.mean_kg_m3 == pytest.approx(7.0, abs=1e-12)
    through = simulate_salinity({}, inflow_m3_s=40.0, load_kg_s=0.0, initial_kg_m3=7.0, salinity_head_kg_m3=7.0, n_days=5)
    assert through.mean_kg_m3 == pytest.approx(7.0, abs=1e-12)
    assert through.top_kg_m3 == pytest.approx(7.0, abs=1e-9) and through.bottom_kg_m3 == pytest.approx(7.0, abs=1e-9)


@pytest.mark.kernel
def test_faces_are_pure_advection_where_dispersion_is_nothing() -> None:
    assert [kernels.bernoulli(x) for x in (0.0, 800.0, -800.0)] == [1.0, 0.0, 800.0]
    assert kernels.bernoulli(0.3) == pytest.approx(0.3 / np.expm1(0.3), rel=1e-14)
    assert kernels.bernoulli(0.9e-5) == pytest.approx(0.9e-5 / np.expm1(0.9e-5), rel=1e-12)
    result = simulate_salinity(
        {"dispersion_m2_s": 1e-9, "density_per_salt_share": 0.0, "viscosity_ratio": 1e-9}, inflow_m3_s=50.0, load_kg_s=0.0, initial_kg_m3=5.0, n_days=9
    )
    assert (np.diff(result.mean_kg_m3[1:], axis=1) >= -1e-12).all() and (result.mean_kg_m3 <= 5.0 + 1e-12).all()


def test_one_cell_is_a_mixed_basin() -> None:
    """dS/dt = -Q S / V in implicit steps of a day."""
    result = simulate_salinity({"cell_m": 27_000.0}, inflow_m3_s=50.0, load_kg_s=0.0, initial_kg_m3=5.0, n_days=3)
    assert result.mean_kg_m3[:, 0] == pytest.approx(5.0 * (1.0 + 50.0 * 86_400.0 / (AREA_M2 * 27_000.0)) ** -np.arange(4.0))


def message(call: Any) -> str:
    with pytest.raises(DataError) as caught:
        call()
    return str(caught.value)


def test_errors_say_what_is_allowed() -> None:
    def of(canal: Any = None, **options: Any) -> str:
        return message(lambda: simulate_salinity(canal or {}, **{"inflow_m3_s": 25.0, "salinity_sea_kg_m3": 24.6, **options}))

    assert "give either salinity_sea_kg_m3 or load_kg_s" in of(load_kg_s=3.0)
    assert "give the number of days, at least 1" in of()
    assert "inflow_m3_s: 2 days where 3 are asked for" in of(inflow_m3_s=[1.0, 2.0], n_days=3)
    assert "inflow_m3_s: -1 can't be used; it must be at least 0" in of(inflow_m3_s=-1.0, n_days=1)
    assert "salinity_sea_kg_m3: 99 can't be used; it must be 0 to 45" in of(salinity_sea_kg_m3=99.0, n_days=1)
    assert "2 values for 27 cells; give one number, or one per cell" in of(initial_kg_m3=[1.0, 2.0], n_days=1)
    assert "without an inflow a salt load has no steady state" in of(inflow_m3_s=0.0, salinity_sea_kg_m3=None, load_kg_s=1.0, n_days=1)
    assert "unknown key 'widht_m' (did you mean 'width_m'?)" in of({"widht_m": 1.0}, n_days=1)
    assert "'gent' at km 1 lies outside the canal, km 2.6 to 29.6" in of({"points_km": {"gent": 1.0}}, n_days=1)
    assert "'canal' stands for the locks or for the mean of the canal; give the place another name" in of({"points_km": {"canal": 10.0}}, n_days=1)
    assert "is longer than the canal" in of({"cell_m": 50_000.0}, n_days=1)
    assert "raise 'steps_per_day' or 'canal.cell_m'" in message(lambda: simulate_salinity({}, inflow_m3_s=0.0, load_kg_s=-1e5, initial_kg_m3=1.0, n_days=1))


def test_a_state_may_be_driven_step_by_step() -> None:
    one, other = CanalState(ChannelParams()), CanalState(ChannelParams())
    for state in (one, other):
        state.set_salinity(4.0)
    for _ in range(4):
        one.advance(21_600.0, 25.0, 100.0, 0.0)
    result = simulate_salinity({}, inflow_m3_s=25.0, load_kg_s=100.0, initial_kg_m3=4.0, n_days=1, steps_per_day=4)
    assert one.salinity_kg_m3 == pytest.approx(result.mean_kg_m3[1], rel=1e-12)
    assert other.salt_kg == pytest.approx(4.0 * AREA_M2 * 27_000.0)
