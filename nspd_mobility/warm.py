"""Compiling the kernels ahead of the first run."""

from __future__ import annotations

import time


def warm_kernels() -> tuple[int, float]:
    """Compile, or load from the cache, every kernel that studies use; return their number and the seconds it took.

    The planning of look-ahead is compiled by the first study that uses it.
    """
    begin = time.perf_counter()
    from .kernels.jit import KERNELS
    from .streams import Streams

    _warm_lock()
    _warm_canal()
    Streams(0, 0).uniform("warm", [1])
    return len(KERNELS), time.perf_counter() - begin


def _warm_lock() -> None:
    import pandas as pd

    from .params import LockParams
    from .waterway.complex import LevelSeries, LockComplex
    from .waterway.lock import simulate_lock
    from .waterway.ships import to_requests
    from .waterway.water import WaterBalance

    times = {"entry_first_s": 1.0, "entry_follow_s": 1.0, "exit_first_s": 1.0, "exit_follow_s": 1.0}
    chamber = {"length_m": 10.0, "width_m": 5.0, "door_close_s": 1.0, "door_open_s": 1.0, "levelling_s": 1.0, "movements": {"inland": times, "sea": times}}
    lock = LockParams.model_validate({"chambers": {"chamber": chamber}})
    ships = pd.DataFrame({"id": ["ship"], "side": ["sea"], "arrival_s": [0.0]})
    result = simulate_lock(ships, lock)
    LockComplex(lock, LevelSeries.constant()).step(to_requests(ships, lock), 0, 1, 0)
    salt = {"length_m": 10.0, "width_m": 5.0, "floor_m_nap": -4.0}
    balance = WaterBalance({}, {"chamber": salt}, LevelSeries.constant(), inflow_m3_s=10.0)
    balance.add(result.lockages, until_s=100.0)
    balance.finish(86_400.0)


def _warm_canal() -> None:
    import pandas as pd

    from .engine.bridge import BridgeFacility, simulate_bridge
    from .params.bridge import BridgeParams
    from .params.canal import CanalParams
    from .waterway.canal import CanalFacility, CanalLayout, simulate_canal
    from .waterway.canal_ships import to_requests
    from .waterway.encounters import encounters

    swing = BridgeParams(clear_road_s=1.0, open_s=1.0, close_s=1.0, reopen_road_s=1.0)
    simulate_bridge(pd.DataFrame({"id": ["ship"], "user": ["ship"], "eta_s": [0.0], "pass_s": [1.0]}), swing)
    BridgeFacility("bridge", swing).step(0, [])
    stretches = pd.DataFrame({"id": ["stretch"], "from_node": ["a"], "to_node": ["b"], "length_m": [100.0]})
    ships = pd.DataFrame({"id": ["ship"], "origin": ["a"], "destination": ["b"], "depart_s": [0.0], "speed_m_s": [1.0], "class_id": ["class"]})
    result = simulate_canal(ships, stretches, {})
    encounters(result.legs, ships, stretches)
    layout = CanalLayout(stretches, CanalParams())
    facility = CanalFacility("canal", layout)
    facility.add_departures(to_requests(ships, layout))
    facility.step(0, [], 10_000)
