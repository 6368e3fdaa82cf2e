"""The model along the canal against closed forms: a mixed canal over time, and the steady profile of one dispersion."""

from __future__ import annotations

import numpy as np
import pytest

from nspd_mobility.waterway.canal_salinity import simulate_salinity
from nspd_mobility.waterway.closed_form import mixed_salinity, steady_salinity

AREA_M2, LENGTH_M = 150.0 * 13.5, 27_000.0


def test_one_cell_follows_the_mixed_canal() -> None:
    """Implicit steps of dt are off by at most Q dt / (2 V e) of the change: 25 x 900 / 1.1e8 = 2e-4 at 96 steps a day."""
    given = {"inflow_m3_s": 25.0, "load_kg_s": 150.0, "initial_kg_m3": 2.0, "salinity_head_kg_m3": 0.2}
    result = simulate_salinity({"cell_m": LENGTH_M}, n_days=120, steps_per_day=96, **given)
    exact = mixed_salinity(np.arange(121) * 86_400.0, volume_m3=AREA_M2 * LENGTH_M, **given)
    assert exact[0] == 2.0 and exact[-1] == pytest.approx(6.2, abs=0.1)
    assert result.mean_kg_m3[:, 0] == pytest.approx(exact, abs=2e-4 * 4.2)


def test_a_well_mixed_canal_of_many_cells_follows_it_too() -> None:
    """K so large that S varies by Q L / (A K) = 25 x 27 000 / (2025 x 1e6) = 0.03 % along it."""
    canal = {"dispersion_m2_s": 1e6, "density_per_salt_share": 0.0}
    given = {"inflow_m3_s": 25.0, "load_kg_s": 150.0, "initial_kg_m3": 2.0}
    result = simulate_salinity(canal, n_days=60, steps_per_day=24, **given)
    exact = mixed_salinity(np.arange(61) * 86_400.0, volume_m3=AREA_M2 * LENGTH_M, **given)
    assert result.mean_kg_m3.mean(axis=1) == pytest.approx(exact, rel=2e-3)


def test_the_steady_profile_is_the_exponential() -> None:
    canal = {"density_per_salt_share": 0.0, "viscosity_ratio": 1e-12}  # no shear: K is 25 m²/s
    result = simulate_salinity(canal, inflow_m3_s=8.0, load_kg_s=40.0, salinity_head_kg_m3=0.3, n_days=1)
    distance_m = 1000.0 * (result.km[-1] - result.km)
    exact = steady_salinity(distance_m, area_m2=AREA_M2, dispersion_m2_s=25.0, inflow_m3_s=8.0, load_kg_s=40.0, salinity_head_kg_m3=0.3)
    assert result.mean_kg_m3[0] == pytest.approx(exact, rel=1e-8)


def test_without_a_flow_the_canal_gains_what_comes_in() -> None:
    assert mixed_salinity([0.0, 10.0], volume_m3=100.0, inflow_m3_s=0.0, load_kg_s=5.0, initial_kg_m3=1.0) == pytest.approx([1.0, 1.5])
