"""Compression of occupations, and insertion of paths into a day of single track."""

import numpy as np
import pandas as pd

from nspd_mobility.bench import case
from nspd_mobility.rail._kernels.compression import compress_trains
from nspd_mobility.rail.insertion import insert_paths

N_SECTIONS = 30


@case("rail-compression", unit="occupations")
def rail_compression(is_smoke: bool):
    """Trains over 30 sections, compressed in one call of the kernel."""
    n = 100 if is_smoke else 200_000
    offsets = np.arange(n + 1, dtype=np.int64) * N_SECTIONS
    section = np.tile(np.arange(N_SECTIONS, dtype=np.int32), n)
    begin_ms = np.repeat(np.arange(n, dtype=np.int64) * 400_000, N_SECTIONS) + np.tile(np.arange(N_SECTIONS, dtype=np.int64) * 60_000, n)
    end_ms = begin_ms + 150_000
    free_from_ms, used_from_ms = np.empty((2, N_SECTIONS), dtype=np.int64)
    shift_ms = np.empty(n, dtype=np.int64)

    def work():
        compress_trains(offsets, section, begin_ms, end_ms, free_from_ms, used_from_ms, shift_ms)
        return {"headway_s": float(-shift_ms[-1] + shift_ms[0]) / 1000 / max(n - 1, 1)}

    return work, n * N_SECTIONS


@case("rail-insertion", unit="orders")
def rail_insertion(is_smoke: bool):
    """Freight paths inserted into a day of 48 trains on six sections of single track."""
    n_orders = 2 if is_smoke else 100
    trains = pd.DataFrame(
        [(f"t{k}", f"s{s}", 1800 * k + 150 * s, 1800 * k + 150 * s + 180) for k in range(48) for s in range(6)],
        columns=["train", "section", "begin_s", "end_s"],
    )
    path = pd.DataFrame([("freight", f"s{s}", 240 * s, 240 * s + 300) for s in range(6)], columns=["path", "section", "begin_s", "end_s"])

    def work():
        return {"median_paths": insert_paths(trains, path, window_s=86_400, n_orders=n_orders).median}

    return work, n_orders
