"""Ships through three chambers with two-dimensional packing: the compiled driver, the public function, and the clock."""

import numpy as np
import pandas as pd

from nspd_mobility.bench import case
from nspd_mobility.codes import LockPolicy
from nspd_mobility.engine.clock import Clock
from nspd_mobility.network.dataset import find_dataset, load_dataset
from nspd_mobility.params.build import build
from nspd_mobility.params.waterway import NetworkParams
from nspd_mobility.units import NEVER_MS
from nspd_mobility.waterway.complex import LevelSeries, LockComplex
from nspd_mobility.waterway.facility import LockFacility
from nspd_mobility.waterway.lock import simulate_lock
from nspd_mobility.waterway.ships import to_requests

GAP_S = 513.0  # 61 555 passages a year: one every 513 s
SIZES = np.array([(55, 6.6, 2.6), (73, 8.2, 2.7), (85, 9.5, 2.9), (110, 11.4, 3.5), (135, 11.4, 3.5), (135, 17, 4.0), (190, 11.4, 4.0), (190, 32, 9.0)])
SHARES = (0.10, 0.15, 0.20, 0.25, 0.12, 0.04, 0.08, 0.06)


def terneuzen():
    params = build(NetworkParams, load_dataset(find_dataset("networks", "nspd")).values)
    return params.waterway.locks["terneuzen"]


def ships(n: int) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    kind = rng.choice(len(SIZES), n, p=SHARES)
    return pd.DataFrame(
        {
            "id": np.arange(n),
            "side": np.where(rng.random(n) < 0.5, "sea", "canal"),
            "arrival_s": np.cumsum(rng.exponential(GAP_S, n)),
            "length_m": SIZES[kind, 0],
            "beam_m": SIZES[kind, 1],
            "draught_m": SIZES[kind, 2],
            "is_sea": kind == len(SIZES) - 1,
        }
    )


def tide(n: int) -> LevelSeries:
    times = np.arange(0.0, n * GAP_S, 300.0)
    return LevelSeries(0.0, 300.0, 2.0 * np.sin(2 * np.pi * times / 44_714.0), np.full(times.size, 2.13))


@case("lock-batch", unit="ships")
def lock_batch(is_smoke: bool):
    """Compiled driver: three chambers, 2-D packing, tide, traffic of Terneuzen."""
    n = 2_000 if is_smoke else 500_000
    lock, levels = terneuzen(), tide(n)
    requests = to_requests(ships(n), lock)

    def work():
        complex_ = LockComplex(lock, levels)
        complex_.run(requests, NEVER_MS - 1)
        _, lockages = complex_.drain()
        return {"ships_per_lockage": float(lockages["n_ships"][lockages["n_ships"] > 0].mean())}

    return work, n


@case("lock-function", unit="ships")
def lock_function(is_smoke: bool):
    """simulate_lock: the same with checks of the input and tables of the result."""
    n = 2_000 if is_smoke else 500_000
    lock, levels, frame = terneuzen(), tide(n), ships(n)
    return lambda: {"unfinished_share": simulate_lock(frame, lock, level=levels).unfinished_share}, n


@case("lock-coupled", unit="ships")
def lock_coupled(is_smoke: bool):
    """The same lock as a facility on the clock of a coupled run."""
    n = 1_000 if is_smoke else 50_000
    lock, levels = terneuzen(), tide(n)
    requests = to_requests(ships(n), lock)

    def work():
        facility = LockFacility("terneuzen", lock, levels)
        facility.add_arrivals(requests)
        Clock(facility).run(NEVER_MS - 1)
        return {}

    return work, n


@case("lock-look-ahead", unit="ships")
def lock_look_ahead(is_smoke: bool):
    """Look-ahead over four hours with a beam of 8: barges known two hours ahead, sea ships a day."""
    n = 120 if is_smoke else 5_000
    lock, levels, frame = terneuzen(), tide(n), ships(n)
    lock = lock.model_copy(update={"policy": LockPolicy.LOOK_AHEAD})
    frame["known_from_s"] = frame["arrival_s"] - np.where(frame["is_sea"], 86_400.0, 7_200.0)
    requests = to_requests(frame, lock)

    def work():
        complex_ = LockComplex(lock, levels)
        complex_.announce(requests)
        complex_.run(requests, NEVER_MS - 1)
        return {}

    return work, n
