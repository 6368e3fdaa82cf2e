"""Our salt kernels against pyzsf, Deltares' own implementation, on random chambers, conditions and sequences of phases.

pyzsf is asked for a tighter tolerance than its default, so both solve the same equations to rounding.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.random import Generator, default_rng

from nspd_mobility.params.salt import SaltChamberParams
from nspd_mobility.waterway._kernels import salt as kernels
from nspd_mobility.waterway._kernels.records import records
from nspd_mobility.waterway.salt import steady_exchange

pyzsf = pytest.importorskip("pyzsf")

NAMES = {  # ours to ZSF's
    "length_m": "lock_length",
    "width_m": "lock_width",
    "floor_m_nap": "lock_bottom",
    "sill_height_sea_m": "sill_height_sea",
    "sill_height_canal_m": "sill_height_lake",
    "current_factor_sea_share": "density_current_factor_sea",
    "current_factor_canal_share": "density_current_factor_lake",
    "screen_distance_sea_m": "distance_door_bubble_screen_sea",
    "screen_distance_canal_m": "distance_door_bubble_screen_lake",
    "flush_high_m3_s": "flushing_discharge_high_tide",
    "flush_low_m3_s": "flushing_discharge_low_tide",
    "cycles_per_day": "num_cycles",
    "door_s": "door_time_to_open",
    "levelling_s": "leveling_time",
    "open_time_factor": "calibration_coefficient",
    "symmetry_coefficient": "symmetry_coefficient",
    "ships_to_canal_m3": "ship_volume_sea_to_lake",
    "ships_to_sea_m3": "ship_volume_lake_to_sea",
    "sea_m_nap": "head_sea",
    "canal_m_nap": "head_lake",
    "salinity_sea_kg_m3": "salinity_sea",
    "salinity_canal_kg_m3": "salinity_lake",
    "temperature_sea_celsius": "temperature_sea",
    "temperature_canal_celsius": "temperature_lake",
}
CHAMBER_KEYS = frozenset(SaltChamberParams.model_fields)
TIGHT = {"rtol": 1e-14, "atol": 1e-11}
N_STEADY, N_SEQUENCE = 400, 60


def random_case(rng: Generator, fresh: bool = False) -> dict[str, float]:
    """Return a chamber and its conditions, with each measure in about half of the cases."""

    def sometimes(low: float, high: float) -> float:
        return float(rng.uniform(low, high)) if rng.random() < 0.5 else 0.0

    depth = rng.uniform(4.0, 18.0)
    canal, head = rng.uniform(-1.0, 3.0), rng.uniform(-0.4, 0.4) * depth
    salinity_canal = 0.0 if fresh else sometimes(0.0, 12.0)
    case = {
        "length_m": rng.uniform(60.0, 450.0),
        "width_m": rng.uniform(6.0, 60.0),
        "floor_m_nap": canal - depth,
        "canal_m_nap": canal,
        "sea_m_nap": canal + head * (rng.random() < 0.8),
        "sill_height_sea_m": sometimes(0.0, 0.3 * depth),
        "sill_height_canal_m": sometimes(0.0, 0.3 * depth),
        "current_factor_sea_share": 1.0 - sometimes(0.0, 0.9),
        "current_factor_canal_share": 1.0 - sometimes(0.0, 0.9),
        "flush_high_m3_s": sometimes(0.0, 5.0),
        "flush_low_m3_s": sometimes(0.0, 20.0),
        "salinity_canal_kg_m3": salinity_canal,
        "salinity_sea_kg_m3": salinity_canal + rng.uniform(2.0, 30.0),
        "temperature_sea_celsius": rng.uniform(0.0, 25.0),
        "temperature_canal_celsius": rng.uniform(0.0, 25.0),
    }
    if case["flush_high_m3_s"] == case["flush_low_m3_s"] == 0.0:  # pyzsf counts a negative exchange where flushing beats the free current
        case["screen_distance_sea_m"] = sometimes(-30.0, 30.0)
        case["screen_distance_canal_m"] = sometimes(-30.0, 30.0)
    room = case["length_m"] * case["width_m"] * 0.5 * depth
    case["ships_to_canal_m3"], case["ships_to_sea_m3"] = sometimes(0.0, 0.8 * room), sometimes(0.0, 0.8 * room)
    return {name: float(value) for name, value in case.items()}


def theirs(case: dict[str, float]) -> dict[str, float]:
    return {NAMES[name]: value for name, value in case.items()}


def ours(case: dict[str, float]) -> tuple[dict[str, float], dict[str, float]]:
    """Return the chamber, and the rest."""
    return {k: v for k, v in case.items() if k in CHAMBER_KEYS}, {k: v for k, v in case.items() if k not in CHAMBER_KEYS}


def test_steady_exchange_of_random_chambers_is_that_of_pyzsf() -> None:
    rng = default_rng(20260711)
    worst = 0.0
    for _ in range(N_STEADY):
        case = random_case(rng)
        case |= {"door_s": rng.uniform(60, 400), "levelling_s": rng.uniform(60, 900), "cycles_per_day": rng.uniform(4, 22)}
        case |= {"open_time_factor": rng.uniform(0.3, 1.0), "symmetry_coefficient": rng.uniform(0.4, 1.6)}
        chamber, rest = ours(case)
        got: Any = steady_exchange(chamber, **rest)
        want = pyzsf.zsf_calc_steady(True, **theirs(case), **TIGHT)
        scale = max(abs(want["salt_load_lake"]), abs(want["salt_load_sea"]), 1e-3 * case["salinity_sea_kg_m3"])
        worst = max(worst, abs(got.salt_load_to_canal_kg_s + want["salt_load_lake"]) / scale, abs(got.salt_load_from_sea_kg_s + want["salt_load_sea"]) / scale)
        pairs = [("water_from_canal_m3_s", "from_lake"), ("water_to_canal_m3_s", "to_lake"), ("water_from_sea_m3_s", "from_sea"), ("water_to_sea_m3_s", "to_sea")]
        for name, their in pairs:
            assert getattr(got, name) == pytest.approx(want[f"discharge_{their}"], rel=1e-8, abs=1e-8), (name, case)
        assert got.exchanged_share == pytest.approx(-want["z_fraction"], rel=1e-7, abs=1e-9), case
        assert list(got.chamber_salinity_kg_m3) == pytest.approx([want[f"salinity_lock_{k}"] for k in range(1, 5)], rel=1e-8), case
    assert worst < 1e-7, "aimed at: 1e-6"


@pytest.mark.parametrize("fresh", [False, True])
def test_random_sequences_of_phases_are_those_of_pyzsf(fresh: bool) -> None:
    """Levels and salinities change from lockage to lockage. With a salt canal the chamber is not flushed with closed doors: see the docs."""
    rng = default_rng(7)
    for _ in range(N_SEQUENCE):
        case = random_case(rng, fresh)
        params = SaltChamberParams(**ours(case)[0])
        start = float(rng.uniform(case["salinity_canal_kg_m3"], case["salinity_sea_kg_m3"]))
        reference = pyzsf.ZSFUnsteady(start, case["sea_m_nap"], **theirs(case), **TIGHT)
        chamber, state, exchange = kernels.chamber_record(params), kernels.state_record(params, start, case["sea_m_nap"], 0.0), records(kernels.SALT_EXCHANGE, 1)
        for phase in [1, 2, 3, 4, 5] * 4 if fresh else [1, 2, 3, 4] * 4:
            if phase in (1, 3):  # the new water is there when the chamber is levelled
                case["sea_m_nap"] += float(rng.uniform(-0.1, 0.1))
                case["salinity_sea_kg_m3"] += float(rng.uniform(0.0, 0.2))
            seconds = float(rng.uniform(0.0, 3000.0))
            want = getattr(reference, f"step_phase_{phase}" if phase < 5 else "step_flush_doors_closed")(seconds, **theirs(case))
            steps = records(kernels.SALT_STEP, 1)
            for name in ("salinity_{}_kg_m3", "temperature_{}_celsius", "{}_m_nap"):
                field = name.format("level") if name == "{}_m_nap" else name.replace("_{}", "")
                steps[field] = [case[name.format("sea")], case[name.format("canal")]]
            steps["ship_in_m3"] = [case["ships_to_canal_m3"], case["ships_to_sea_m3"]]
            kernels.set_density(steps[0])
            kernels.clear_exchange(exchange[0])
            kernels.salt_phase(chamber, steps, state, exchange, phase, seconds)
            got = exchange[0]
            mass = max(abs(state["salt_kg"][0]), abs(want["mass_transport_lake"]), abs(want["mass_transport_sea"]))
            assert got["salt_in_kg"].tolist() == pytest.approx([-want["mass_transport_sea"], want["mass_transport_lake"]], rel=1e-8, abs=1e-9 * mass), case
            assert got["water_in_m3"].tolist() == pytest.approx([want["volume_from_sea"], want["volume_from_lake"]], rel=1e-8, abs=1e-6)
            assert got["water_out_m3"].tolist() == pytest.approx([want["volume_to_sea"], want["volume_to_lake"]], rel=1e-8, abs=1e-6)
            after = reference.state
            assert [state[name][0] for name in state.dtype.names] == pytest.approx(
                [after["salinity_lock"], after["saltmass_lock"], after["head_lock"], after["volume_ship_in_lock"]], rel=1e-9
            )
            if phase == 4:
                # flushing with closed doors waits until the ships are out
                case["ships_to_canal_m3"] = float(np.round(case["ships_to_canal_m3"] * rng.uniform(0.5, 1.0), 1))
