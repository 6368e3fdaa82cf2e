"""Bridges that step with their canal in the compiled loop give the rows of bridges on the clock; ships, trains and locks notice no difference."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.canals import line

from nspd_mobility.engine import bridge_state
from nspd_mobility.engine.bridge import BridgeFacility
from nspd_mobility.engine.bridge_state import Bridge
from nspd_mobility.engine.bridge_tables import to_windows
from nspd_mobility.engine.clock import Clock
from nspd_mobility.engine.messages import BRIDGE_GRANTED, TRAIN_RELEASE, TRAIN_REQUEST
from nspd_mobility.errors import SimulationError
from nspd_mobility.params.bridge import BridgeParams
from nspd_mobility.params.build import build_plain
from nspd_mobility.params.canal import CanalParams
from nspd_mobility.units import NEVER_MS
from nspd_mobility.waterway import canal_state
from nspd_mobility.waterway.canal import CanalFacility, CanalLayout
from nspd_mobility.waterway.canal_ships import to_requests

LONG_MS = 10**12
CYCLE = {"clear_road_s": 60.0, "open_s": 120.0, "close_s": 120.0, "reopen_road_s": 60.0}
BRIDGES = {
    "n2": {**CYCLE, "min_closed_s": 300.0, "ship_max_wait_s": 1800.0, "gather_s": 120.0},
    "n3": {**CYCLE, "two_way": True, "bundle_s": 240.0, "train_max_wait_s": 900.0},
}
WINDOWS = pd.DataFrame({"kind": ["peak_block", "outage"], "begin_s": [4000.0, 20_000.0], "end_s": [7000.0, 22_000.0]})
RULES = {"sections": {"w": {"meeting_max_beam_sum_m": 30.0}}, "bridge_call_s": 600.0}


class Neighbour:
    """A railway and a lock in one: requests and releases the bridges for trains, and keeps what it is told."""

    name = "neighbour"

    def __init__(self, sends: list[tuple[str, int, int, Any]]) -> None:
        self.left, self.told = sorted(sends, key=lambda message: message[1]), []  # type: ignore[var-annotated]
        self._out: list[Any] = []

    def next_arrival_ms(self) -> int:
        return self.left[0][1] if self.left else NEVER_MS

    def step(self, now_ms: int, messages: list[Any]) -> int:
        self.told += [(now_ms, *message) for message in messages]
        while self.left and self.left[0][1] <= now_ms:
            self._out.append(self.left.pop(0))
        return NEVER_MS

    def outbox(self) -> list[Any]:
        out, self._out = self._out, []
        return out


def case(seed: int, gap_s: float) -> tuple[CanalLayout, Any, list[tuple[str, int, Any]]]:
    """Return a canal n0 - n1 | bridge n2 - bridge n3 | n4, its ships, and messages of trains by bridge."""
    rng = np.random.default_rng(seed)
    n = 60
    nodes = pd.DataFrame({"id": ["n2", "n3"], "kind": "bridge"})
    layout = CanalLayout(line([900.0, 1500.0, 1200.0, 800.0], section=["", "w", "w", ""]), build_plain(CanalParams, "canal", **RULES), nodes)
    ends = np.array([("n0", "n4"), ("n4", "n0"), ("n1", "n3")])[rng.integers(0, 3, n)]
    ships = pd.DataFrame(
        {
            "id": np.arange(n),
            "origin": ends[:, 0],
            "destination": ends[:, 1],
            "depart_s": np.cumsum(np.round(rng.exponential(gap_s, n))),
            "speed_m_s": rng.choice([2.0, 3.0], n),
            "length_m": rng.choice([80.0, 110.0], n),
            "beam_m": rng.choice([9.5, 17.0], n),
            "needs_opening": rng.random(n) < 0.7,
        }
    )
    trains = []
    for k, begin_ms in enumerate(np.sort(rng.integers(0, int(n * gap_s * 1000) + 1, 12)).tolist()):
        bridge = ["n2", "n3"][k % 2]
        trains.append((bridge, begin_ms, (TRAIN_REQUEST, 1000 + k, 0, begin_ms + 600_000, 300_000 if k % 3 else -1, "neighbour")))
        if k % 3 == 0:
            trains.append((bridge, begin_ms + 5_000_000, (TRAIN_RELEASE, 1000 + k, 0, 0, 0, "neighbour")))
    return layout, to_requests(ships, layout), trains


def coupled(seed: int, gap_s: float, is_within: bool, n_pieces: int = 1) -> tuple[Any, ...]:
    layout, requests, trains = case(seed, gap_s)
    params = {node: BridgeParams.model_validate(bridge) for node, bridge in BRIDGES.items()}
    facilities = {node: BridgeFacility(node, bridge, to_windows(WINDOWS)) for node, bridge in params.items()}
    bridges: dict[str, Bridge | str] = {node: facilities[node].bridge if is_within else node for node in params}
    canal = CanalFacility("canal", layout, bridges, locks={"n0": "neighbour"})
    canal.runs_ahead = is_within
    sends = [("canal", time_ms, m[1], (node, m)) if is_within else (node, time_ms, m[1], m) for node, time_ms, m in trains]
    neighbour = Neighbour(sends)
    clock = Clock(canal, *([] if is_within else facilities.values()), neighbour)
    rows = b""
    end_ms = int(requests["time_ms"].max()) + 10**8
    for piece in range(n_pieces):
        begin, end = end_ms * piece // n_pieces, end_ms * (piece + 1) // n_pieces
        canal.add_departures(requests[(requests["time_ms"] >= begin) & (requests["time_ms"] < end)])
        clock.run(end - 1)
        rows += canal.canal.drain().tobytes()
    drained = [part.tobytes() for facility in facilities.values() for part in facility.drain()]
    return rows, drained, neighbour.told


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("gap_s", [20.0, 200.0, 900.0])
def test_bridges_within_give_the_rows_and_messages_of_bridges_on_the_clock(seed: int, gap_s: float) -> None:
    expected = coupled(seed, gap_s, is_within=False)
    assert coupled(seed, gap_s, is_within=True) == expected
    assert coupled(seed, gap_s, is_within=True, n_pieces=4) == expected
    assert sum(message[1] == BRIDGE_GRANTED for message in expected[2]) == 12, "every train is told when it may go"


def test_growing_while_it_runs_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = coupled(1, 5.0, is_within=True)
    monkeypatch.setattr(canal_state, "_FIRST_CAPACITY", 1)
    monkeypatch.setattr(bridge_state, "_FIRST_CAPACITY", 1)
    assert coupled(1, 5.0, is_within=True) == expected


def test_a_fault_at_a_bridge_within_names_the_bridge() -> None:
    layout, _, _ = case(0, 100.0)
    canal = CanalFacility("canal", layout, {"n2": Bridge("n2", BridgeParams.model_validate(CYCLE))})
    with pytest.raises(SimulationError, match=r"bridge n2: gets the release of a train that neither waits nor holds at 5\.000 s"):
        canal.step(5_000, [("n2", (TRAIN_RELEASE, 7, 0, 0, 0, "rail"))])
    with pytest.raises(SimulationError, match=r"canal: got message .*which a canal does not know"):
        canal.step(5_000, [("n3", (TRAIN_RELEASE, 7, 0, 0, 0, "rail"))])
