"""Compiling the kernels ahead of the first run."""

from __future__ import annotations

import time


def warm_kernels() -> tuple[int, float]:
    """Compile, or load from the cache, every kernel that the modes use; return their number and the seconds it took."""
    begin = time.perf_counter()
    import pandas as pd

    from .kernels.jit import KERNELS
    from .params import LockParams
    from .streams import Streams
    from .waterway.complex import LevelSeries, LockComplex
    from .waterway.lock import simulate_lock
    from .waterway.ships import to_requests

    times = {"entry_first_s": 1.0, "entry_follow_s": 1.0, "exit_first_s": 1.0, "exit_follow_s": 1.0}
    chamber = {"length_m": 10.0, "width_m": 5.0, "door_close_s": 1.0, "door_open_s": 1.0, "levelling_s": 1.0, "movements": {"inland": times, "sea": times}}
    lock = LockParams.model_validate({"chambers": {"chamber": chamber}})
    ships = pd.DataFrame({"id": ["ship"], "side": ["sea"], "arrival_s": [0.0]})
    simulate_lock(ships, lock)
    requests = to_requests(ships, lock)
    LockComplex(lock, LevelSeries.constant()).step(requests, 0, 1, 0)
    Streams(0, 0).uniform("warm", [1])
    return len(KERNELS), time.perf_counter() - begin
