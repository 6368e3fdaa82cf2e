"""Canals and ships for tests, and `sail_checked`: every simulation in a test obeys the invariants of a canal or the test fails.

The invariants are checked on the result tables by brute force, with nothing of the kernel.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from nspd_mobility.waterway.canal import CanalResult, simulate_canal


def line(lengths_m: Sequence[float], **columns: Any) -> pd.DataFrame:
    """Return stretches s0, s1 and so on in a line over the nodes n0, n1 and so on."""
    n = len(lengths_m)
    nodes = [f"n{k}" for k in range(n + 1)]
    return pd.DataFrame(
        {"id": [f"s{k}" for k in range(n)], "from_node": nodes[:-1], "to_node": nodes[1:], "length_m": np.asarray(lengths_m, dtype=float), **columns}
    )


def fleet(ways: Sequence[str], depart_s: Sequence[float], speed_m_s: Any = 2.0, **columns: Any) -> pd.DataFrame:
    """Return ships a, b and so on (or ship0, ship1 where they are many); a way such as '0-3' is from n0 to n3."""
    n = len(ways)
    names = [chr(ord("a") + k) if n <= 26 else f"ship{k}" for k in range(n)]
    ends = [way.split("-") for way in ways]
    origin, destination = [f"n{a}" for a, _ in ends], [f"n{b}" for _, b in ends]
    base = {"id": names, "origin": origin, "destination": destination, "depart_s": np.asarray(depart_s, dtype=float)}
    return pd.DataFrame({**base, "speed_m_s": np.broadcast_to(np.asarray(speed_m_s, dtype=float), n), **columns})


def sail_checked(ships: pd.DataFrame, stretches: pd.DataFrame, canal: Mapping[str, Any], **options: Any) -> CanalResult:
    """Simulate and assert all invariants on the result."""
    result = simulate_canal(ships, stretches, canal, **options)
    assert_invariants(result, ships, stretches, canal)
    return result


def assert_invariants(result: CanalResult, ships: pd.DataFrame, stretches: pd.DataFrame, canal: Mapping[str, Any]) -> None:
    """Assert what must hold on any result: nobody lost or in two places, times add up, no forbidden meeting, order kept."""
    assert list(result.ships["id"]) == list(ships["id"])
    done = result.ships.dropna(subset="arrive_s")
    for ship, legs in result.legs.groupby("id"):
        legs = legs.sort_values("enter_s")
        assert (legs["leave_s"] > legs["enter_s"]).all()
        assert (legs["enter_s"].to_numpy()[1:] >= legs["leave_s"].to_numpy()[:-1]).all(), f"{ship} is in two places"
    waited = (result.waits["end_s"] - result.waits["begin_s"]).groupby(result.waits["id"]).sum()
    assert (waited > 0).all()
    np.testing.assert_allclose((done["arrive_s"] - done["depart_s"]).to_numpy(), (done["free_s"] + done["wait_s"]).to_numpy(), atol=1e-6)
    beam = dict(zip(ships["id"], ships["beam_m"] if "beam_m" in ships.columns else np.zeros(len(ships)), strict=True))
    rules = {name: rule["meeting_max_beam_sum_m"] for name, rule in canal.get("sections", {}).items()}
    oversize_m = canal.get("oversize_beam_m", 1000.0)
    for row in stretches.itertuples(index=False):
        on = result.legs[result.legs["stretch"] == row.id]
        limit = rules.get(getattr(row, "section", ""))
        if limit is not None:
            assert_no_forbidden_meeting(on, beam, limit, oversize_m)
        overtaking = getattr(row, "overtaking_max_beam_sum_m", canal.get("overtaking_max_beam_sum_m", 0.0))
        assert_order(on, beam, 0.0 if row.length_m <= canal.get("no_overtaking_length_m", 0.0) else overtaking, canal.get("follow_headway_s", 120.0))


def assert_no_forbidden_meeting(on: pd.DataFrame, beam: dict[Any, float], limit_m: float, oversize_m: float) -> None:
    forward, backward = (on[on["direction"] == d] for d in ("forward", "backward"))
    for a in forward.itertuples():
        for b in backward[(backward["enter_s"] < a.leave_s) & (backward["leave_s"] > a.enter_s)].itertuples():
            assert beam[a.id] + beam[b.id] <= limit_m + 1e-9, f"{a.id} and {b.id} meet on {a.stretch}"
            assert max(beam[a.id], beam[b.id]) <= oversize_m, f"{a.id} meets {b.id} on {a.stretch}, and one of them closes the canal"


def assert_order(on: pd.DataFrame, beam: dict[Any, float], max_sum_m: float, headway_s: float) -> None:
    """Who enters behind a ship that it may not overtake, while that is on the stretch, leaves a headway after it."""
    for _, same in on.groupby("direction"):
        for a in same.itertuples():
            behind = same[(same["enter_s"] > a.enter_s) & (same["enter_s"] < a.leave_s)]
            for b in behind.itertuples():
                if max_sum_m <= 0.0 or beam[a.id] + beam[b.id] > max_sum_m + 1e-9:
                    assert b.leave_s >= a.leave_s + headway_s - 1e-6, f"{b.id} leaves {a.stretch} too close behind {a.id}"


def waits_of(result: CanalResult, ship: str, cause: str | None = None) -> list[tuple[float, float]]:
    """Return the waits of a ship as (begin, end), in order."""
    waits = result.waits[result.waits["id"] == ship]
    if cause is not None:
        waits = waits[waits["cause"] == cause]
    return sorted(zip(waits["begin_s"], waits["end_s"], strict=True))
