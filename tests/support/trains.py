"""Trains and profiles for tests: re-keyed from published cases, and drawn by Hypothesis."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from nspd_mobility.params.rolling_stock import VehicleParams
from nspd_mobility.rail.profile import LineProfile, line_profile
from nspd_mobility.rail.rolling_stock import Train, train_of

KM_H = 1.0 / 3.6

# Tractive effort (kN) of the V 90 at 0 to 80 km/h: TrainRuns.jl (ISC licence), test/data/trains/freight.yaml, commit 7ca94cb.
V90_KN = (
    *(186.94, 186.94, 182.31, 177.68, 173.05, 168.42, 163.79, 159.16, 154.53, 149.24, 144.12, 139.15, 134.34, 129.69, 125.2, 120.86, 116.68, 112.66, 108.79),
    *(105.08, 101.53, 98.12, 94.84, 91.7, 88.7, 85.84, 83.11, 80.52, 78.07, 75.75, 73.58, 71.6, 69.66, 67.77, 65.93, 64.13, 62.38, 60.67, 59.01, 57.4, 55.83),
    *(54.3, 52.82, 51.39, 50.0, 48.66, 48.08, 47.22, 46.38, 45.55, 44.73, 43.93, 43.14, 42.37, 41.61, 40.87, 40.14, 39.43, 38.73, 38.04, 37.37, 36.72, 36.07),
    *(35.45, 34.83, 34.23, 33.65, 33.08, 32.52, 31.98, 31.45, 30.94, 30.44, 29.96, 29.49, 29.03, 28.59, 28.17, 27.76, 27.36, 26.98),
)


def freight() -> Train:
    """V 90 with ten loaded Facs 124: 920 t, 204.72 m (TrainRuns)."""
    effort = tuple((k * KM_H, 1000.0 * force) for k, force in enumerate(V90_KN))
    loco = VehicleParams(
        **{
            "name": "V 90",
            "traction": "diesel",
            "length_m": 14.32,
            "mass_tonne": 80.0,
            "driving_mass_tonne": 80.0,
            "speed_max_m_s": 80 * KM_H,
            "effort": effort,
        },
        **{"driving_permille": 2.2, "air_permille": 10.0, "wind_m_s": 15 * KM_H, "rotating_factor": 1.09, "brake_m_s2": 0.225},
    )
    wagon = VehicleParams(
        **{
            "name": "Facs 124",
            "length_m": 19.04,
            "mass_tonne": 25.0,
            "load_tonne": 59.0,
            "speed_max_m_s": 100 * KM_H,
            "carrying_permille": 1.4,
            "air_permille": 3.9,
        },
        **{"rotating_factor": 1.03, "brake_m_s2": 0.225},
    )
    return train_of([(loco, 1, 0.0), (wagon, 10, 1.0)], name="freight")


def long_distance() -> Train:
    """Traxx P160 with five double-deck coaches (TrainRuns); the table of tractive effort there is 300 kN and 5.541 MW to within 0.1 %."""
    loco = VehicleParams(
        **{
            "name": "Traxx",
            "traction": "electric",
            "wires": ("3kv",),
            "length_m": 18.9,
            "mass_tonne": 85.0,
            "driving_mass_tonne": 85.0,
            "speed_max_m_s": 160 * KM_H,
        },
        **{
            "starting_force_newton": 300e3,
            "power_kw": 19950.0 / 3.6,
            "driving_permille": 2.5,
            "air_permille": 6.0,
            "wind_m_s": 15 * KM_H,
            "rotating_factor": 1.09,
        },
    )
    sauthoff = {
        "carrying_permille": 2.0,
        "linear_permille": 0.715,
        "air_permille": 3.64,
        "wind_m_s": 15 * KM_H,
        "load_tonne": 20.0,
        "speed_max_m_s": 160 * KM_H,
    }
    coach = VehicleParams(name="coach", length_m=26.8, mass_tonne=50.0, rotating_factor=1.06, **sauthoff)
    cab = VehicleParams(name="cab coach", length_m=27.27, mass_tonne=58.0, rotating_factor=1.06, **sauthoff)
    return train_of([(loco, 1, 0.0), (coach, 4, 1.0), (cab, 1, 1.0)], name="long distance")


# test/data/paths/{const,slope,speed}.yaml of the same: (m, km/h) and (m, per mille).
PATHS = {
    "const": ([(0, 160)], [(0, 0)]),
    "slope": ([(0, 160)], [(0, 0), (1000, 1), (2000, 2), (3000, 5), (4000, -3), (5000, 5), (6000, -10), (7000, 15), (8000, -10), (8500, 20), (9000, 0)]),
    "speed": ([(0, 160), (3000, 60), (4000, 160), (5000, 60), (6000, 160), (6500, 60), (6700, 65), (6800, 70), (7000, 120)], [(0, 0)]),
}


def path_of(name: str, points: Any = ()) -> LineProfile:
    """Return one of the 10 km paths of TrainRuns."""
    speeds, slopes = PATHS[name]
    return line_profile(10_000.0, [(float(at), v * KM_H) for at, v in speeds], gradient_permille=[(float(at), float(g)) for at, g in slopes], points=points)


def with_steps(train: Train, speed_step_m_s: float, distance_step_m: float) -> Train:
    """Return the train with other steps of integration."""
    physics = train.physics.copy()
    physics["speed_step_m_s"], physics["distance_step_m"] = speed_step_m_s, distance_step_m
    return replace(train, physics=physics)


def changed(train: Train, **values: float) -> Train:
    """Return the train with other physics."""
    physics = train.physics.copy()
    for key, value in values.items():
        physics[key] = value
    return replace(train, physics=physics)


@st.composite
def trains(draw: st.DrawFn) -> Train:
    """Any train that can climb 12 per mille from a standstill."""
    mass = draw(st.floats(60.0, 2000.0))
    start = mass * 1000.0 * draw(st.floats(0.2, 1.2))
    vehicle = VehicleParams(
        **{"name": "drawn", "traction": "diesel", "length_m": draw(st.floats(15.0, 740.0)), "mass_tonne": mass, "driving_mass_tonne": 0.0},
        **{"speed_max_m_s": draw(st.floats(8.0, 45.0)), "starting_force_newton": start, "power_kw": mass * draw(st.floats(1.5, 12.0))},
        **{"carrying_permille": draw(st.floats(1.0, 3.0)), "linear_permille": draw(st.floats(0.0, 1.0)), "air_permille": draw(st.floats(1.0, 6.0))},
        **{"wind_m_s": draw(st.floats(0.0, 5.0)), "brake_m_s2": draw(st.floats(0.2, 1.1)), "acceleration_max_m_s2": draw(st.sampled_from([0.0, 0.5, 1.0]))},
    )
    return train_of([(vehicle, 1, 0.0)], name="drawn")


@st.composite
def profiles(draw: st.DrawFn) -> LineProfile:
    """Any line of up to 12 spans, with limits of 5 to 45 m/s and gradients of -12 to 12 per mille."""
    n = draw(st.integers(1, 12))
    lengths = [draw(st.floats(20.0, 3000.0)) for _ in range(n)]
    begins = [sum(lengths[:k]) for k in range(n)]
    speeds = [(at, draw(st.floats(5.0, 45.0))) for at in begins]
    slopes = [(at, draw(st.floats(-12.0, 12.0))) for at in begins]
    return line_profile(sum(lengths), speeds, gradient_permille=slopes, points=[(f"p{k}", at) for k, at in enumerate(begins[1:], 1)], name="drawn line")
