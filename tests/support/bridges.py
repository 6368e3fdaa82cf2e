"""Bridges and their users for tests."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pandas as pd

from nspd_mobility.engine.bridge import BridgeResult, simulate_bridge

CLEAR_S, OPEN_S, CLOSE_S, REOPEN_S = 60, 240, 230, 45
LEAD_S = CLEAR_S + OPEN_S
"""From a ship's call to the open bridge of the tests."""
BACK_S = CLOSE_S + REOPEN_S


def bridge(**changes: Any) -> dict[str, Any]:
    """Return a bridge with the times above and no rules."""
    return {"clear_road_s": CLEAR_S, "open_s": OPEN_S, "close_s": CLOSE_S, "reopen_road_s": REOPEN_S, **changes}


def users(*rows: tuple[Any, ...], **columns: Any) -> pd.DataFrame:
    """Return requests from rows (user, eta_s, pass_s, call_s), named u0, u1 and so on."""
    names = {"id": pd.array([f"u{k}" for k in range(len(rows))], dtype="str")}
    table = pd.DataFrame(rows, columns=["user", "eta_s", "pass_s", "call_s"]).astype({"user": "str", "eta_s": float, "pass_s": float, "call_s": float})
    return pd.DataFrame({**names, **table.to_dict("series"), **columns})


def windows(*rows: tuple[str, float, float]) -> pd.DataFrame:
    """Return windows from rows (kind, begin_s, end_s)."""
    return pd.DataFrame(rows, columns=["kind", "begin_s", "end_s"]).astype({"kind": "str", "begin_s": float, "end_s": float})


def overlap(begin: Any, end: Any) -> bool:
    """Say whether any two stretches of time overlap; touching is no overlap, also where one takes no time."""
    order = np.lexsort((end, begin))
    begin, end = np.asarray(begin)[order], np.asarray(end)[order]
    return bool((begin[1:] < np.maximum.accumulate(end)[:-1]).any())


def simulate_checked(requests: pd.DataFrame, params: dict[str, Any], table: pd.DataFrame | None = None) -> BridgeResult:
    """Simulate to the end, and assert what holds for every bridge, whatever its rules."""
    result = simulate_bridge(requests, params, table)
    assert_waits_add_up(result.waits, requests)
    assert_cycles(result, params)
    assert_safe(result, params)
    return result


def assert_waits_add_up(waits: pd.DataFrame, requests: pd.DataFrame) -> None:
    """Assert that everybody is served, not before it comes, and that causes add up to the wait."""
    assert list(waits["id"]) == list(requests["id"])
    assert waits["begin_s"].notna().all()
    parts = waits.filter(regex="^wait_.+_s$")
    np.testing.assert_allclose(parts.sum(axis=1), waits["wait_s"], rtol=0, atol=1e-6)
    np.testing.assert_allclose(waits["begin_s"] - requests["eta_s"].to_numpy(), waits["wait_s"], rtol=0, atol=1e-6)
    np.testing.assert_allclose(waits["clear_s"] - waits["begin_s"], requests["pass_s"].to_numpy(), rtol=0, atol=1e-6)
    assert (waits["wait_s"] >= 0).all()
    assert ((waits["wait_s"] == 0) == (waits["cause"] == "none")).all()


def assert_cycles(result: BridgeResult, params: dict[str, Any]) -> None:
    """Assert that cycles take their times, come one after another, and have every passage of a ship in their open time."""
    closures, ships = result.closures, result.waits[result.waits["user"] == "ship"]
    for first, last, name in (
        ("road_closed", "opening", "clear_road_s"),
        ("opening", "open", "open_s"),
        ("closing", "closed", "close_s"),
        ("closed", "road_open", "reopen_road_s"),
    ):
        np.testing.assert_allclose(closures[f"{last}_s"] - closures[f"{first}_s"], params[name], rtol=0, atol=1e-6)
    assert (closures["closing_s"] - closures["open_s"] >= params.get("min_open_s", 0) - 1e-6).all()
    assert not overlap(closures["road_closed_s"], closures["road_open_s"])
    of_opening = np.searchsorted(closures["open_s"].to_numpy(), ships["begin_s"].to_numpy(), side="right") - 1
    assert (of_opening >= 0).all()
    assert (ships["clear_s"].to_numpy() <= closures["closing_s"].to_numpy()[of_opening] + 1e-6).all()
    assert np.bincount(of_opening, minlength=len(closures)).tolist() == closures["n_ships"].tolist()


def assert_safe(result: BridgeResult, params: dict[str, Any]) -> None:
    """Assert that the bridge is not away from its locks while a train holds it, and that ships keep clear of each other."""
    closures, waits = result.closures, result.waits
    ships, trains = waits[waits["user"] == "ship"], waits[waits["user"] == "train"]
    from_s, to_s = closures["road_closed_s"].to_numpy()[:, None], closures["closed_s"].to_numpy()[:, None]
    away = (from_s < trains["clear_s"].to_numpy()) & (to_s > trains["begin_s"].to_numpy())
    assert not away.any()
    if not params.get("two_way", False):
        assert not overlap(ships["begin_s"], ships["clear_s"])
    for of_direction in (ships[ships["direction"] == d] for d in (0, 1)):
        assert not overlap(of_direction["begin_s"], of_direction["clear_s"])
        assert (np.diff(np.sort(of_direction["begin_s"])) >= params.get("follow_s", 0) - 1e-6).all()


def random_case(seed: int, n: int = 60, gap_s: float = 400.0) -> tuple[pd.DataFrame, dict[str, Any], pd.DataFrame]:
    """Return requests of both kinds, a bridge with rules, and windows of every kind, by chance."""
    rng = np.random.default_rng(seed)
    eta_s = np.round(rng.uniform(0, gap_s * n, n), 3)
    eta_s[rng.random(n) < 0.3] = np.round(rng.choice(eta_s, 1), 3)
    is_train = rng.random(n) < 0.3
    requests = users(*zip(np.where(is_train, "train", "ship"), eta_s, rng.integers(0, 300, n), eta_s - rng.choice([0, 100, 1800], n), strict=True))
    requests["direction"], requests["priority"], requests["is_wide"] = rng.integers(0, 2, n), rng.integers(0, 2, n), rng.random(n) < 0.2
    names = ("gather_s", "bundle_s", "min_closed_s", "min_open_s", "max_open_s", "follow_s", "remote_delay_s", "ship_max_wait_s", "train_max_wait_s")
    rules = {name: float(rng.choice([0, 120, 900])) for name in names}
    priority = ("ships_first", "train_windows", "longest_wait")[seed % 3]
    params = bridge(**rules, priority=priority, two_way=bool(rng.integers(2)), max_wait_beats_block=bool(rng.integers(2)))
    kinds = ("peak_block", "out_of_service", "wind", "outage", "train", "train")
    begins = np.round(rng.uniform(0, gap_s * n, 12), 1)
    return requests, params, windows(*[(str(rng.choice(kinds)), begin, begin + float(rng.integers(60, 2400))) for begin in begins])


def bridge_digest() -> str:
    """Return a hash of the rows of a few random cases."""
    digest = hashlib.sha256()
    for seed in range(3):
        result = simulate_bridge(*random_case(seed, n=30))
        for table in (result.closures, result.waits.drop(columns="user")):
            digest.update(table.to_csv().encode())
    return digest.hexdigest()
