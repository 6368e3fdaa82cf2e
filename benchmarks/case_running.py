"""Running times of trains: single runs, and the table of all signals of a path."""

import numpy as np

from nspd_mobility.bench import case
from nspd_mobility.params.rolling_stock import VehicleParams
from nspd_mobility.rail import line_profile, tabulate_runs, train_of
from nspd_mobility.rail._kernels.records import PASS, STATE, records
from nspd_mobility.rail._kernels.running import run_all
from nspd_mobility.rail.profile import course_of
from nspd_mobility.rail.run_table import _tabulate


def freight():
    engine = {"traction": "diesel", "length_m": 21.35, "mass_tonne": 126.9, "driving_mass_tonne": 126.9, "speed_max_m_s": 27.8}
    loco = VehicleParams(**engine, starting_force_newton=409e3, power_kw=1850.0, driving_permille=2.2, air_permille=10.0, wind_m_s=4.17)
    wagon = VehicleParams(length_m=19.74, mass_tonne=20.0, load_tonne=70.0, speed_max_m_s=27.8, carrying_permille=1.4, air_permille=3.9, brake_m_s2=0.225)
    return train_of([(loco, 1, 0.0), (wagon, 30, 0.5)], name="freight")


def line():
    speeds = [(0.0, 11.1), (1500.0, 22.2), (9000.0, 16.7), (12_000.0, 22.2), (20_000.0, 11.1), (21_000.0, 22.2)]
    slopes = [(0.0, 0.0), (5000.0, 4.0), (6500.0, -4.0), (8000.0, 0.0), (20_000.0, 8.0), (20_400.0, -8.0), (20_800.0, 0.0)]
    return line_profile(30_000.0, speeds, gradient_permille=slopes, points=[(f"s{k}", 1500.0 * k) for k in range(1, 20)])


@case("running-time", unit="runs")
def running_time_of_a_freight_train(is_smoke: bool):
    """One freight train over 30 km with six limits, gradients and 21 timed points, from a standstill to a stop."""
    n = 100 if is_smoke else 20_000
    train, path = freight(), line()
    cells = course_of(path, train.physics[0])
    passes = records(PASS, n * len(path.points_m)).reshape(n, -1)
    stops, until = np.full(n, 30_000.0), np.full(n, np.inf)

    def work():
        states = records(STATE, n)
        assert run_all(train.physics, cells, path.points_m, passes, states, stops, until) == -1
        return {"running_time_s": float(states["time_s"][0]), "n_steps": float(states["n_steps"][0])}

    return work, n


@case("running-table", unit="tables")
def table_of_all_signals(is_smoke: bool):
    """All of 21 signals to all later ones of the same path: 230 runs, passing, stopping, braking points and tails."""
    n = 1 if is_smoke else 20
    train, path = freight(), line()

    def work():
        for _ in range(n):
            _tabulate.cache_clear()
            table = tabulate_runs(train, path)
        return {"stop_s": float(table.stop_s[0, -1])}

    return work, n
