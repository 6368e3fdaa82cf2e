"""One canal, several drivers: the compiled loop, the clock, and the clock with a canal that runs ahead give the same rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.canals import line

from nspd_mobility.engine.clock import Clock
from nspd_mobility.engine.messages import BRIDGE_GRANTED, SHIP_ARRIVES, SHIP_CALL, SHIP_EXIT
from nspd_mobility.errors import SimulationError
from nspd_mobility.params.build import build_plain
from nspd_mobility.params.canal import CanalParams
from nspd_mobility.units import NEVER_MS
from nspd_mobility.waterway import canal_state
from nspd_mobility.waterway.canal import CanalFacility, CanalLayout
from nspd_mobility.waterway.canal_ships import to_requests
from nspd_mobility.waterway.canal_state import Canal

LONG_MS = 10**12
RULES = {
    "sections": {"w": {"meeting_max_beam_sum_m": 30.0}, "e": {"meeting_max_beam_sum_m": 35.0}},
    "overtaking_max_beam_sum_m": 20.0,
    "oversize_beam_m": 34.0,
    "max_wait_s": 3000.0,
    "oversize_max_wait_s": 1500.0,
    "bridge_call_s": 300.0,
}


def layout() -> CanalLayout:
    """Return lock n0 - n1 | section w - bridge n3 - section w | n4 section e | n5 - berths n6."""
    stretches = line([800.0, 1500.0, 2000.0, 900.0, 2500.0, 700.0], section=["", "w", "w", "w", "e", ""])
    nodes = pd.DataFrame({"id": ["n3", "n4", "n6"], "kind": ["bridge", "bridge", "berth"], "n_berths": [0, 0, 2]})
    return CanalLayout(stretches, build_plain(CanalParams, "canal", **RULES), nodes)


def random_ships(n: int, gap_s: float, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    ends = np.array([(0, 6), (6, 0), (0, 2), (2, 0), (5, 0), (1, 5), (3, 0)])[rng.integers(0, 7, n)]
    return pd.DataFrame(
        {
            "id": np.arange(n),
            "origin": [f"n{a}" for a in ends[:, 0]],
            "destination": [f"n{b}" for b in ends[:, 1]],
            "depart_s": np.cumsum(np.round(rng.exponential(gap_s, n))),
            "speed_m_s": rng.choice([1.5, 2.5, 4.0], n),
            "length_m": rng.choice([40.0, 110.0, 230.0], n),
            "beam_m": rng.choice([5.0, 11.4, 17.0, 32.0, 38.0], n, p=[0.3, 0.3, 0.2, 0.15, 0.05]),
            "draught_m": 3.0,
            "stay_s": rng.choice([0.0, 600.0, 5000.0], n),
            "needs_opening": rng.random(n) < 0.6,
        }
    )


def by_loop(ships: pd.DataFrame) -> bytes:
    plan = layout()
    canal = Canal(plan)
    canal.run(to_requests(ships, plan), LONG_MS)
    return bytes(canal.drain().tobytes())


def by_clock(ships: pd.DataFrame, is_ahead: bool, pauses_ms: tuple[int, ...] = ()) -> tuple[bytes, CanalFacility]:
    plan = layout()
    facility = CanalFacility("canal", plan)
    facility.runs_ahead = is_ahead
    clock = Clock(facility)
    requests = to_requests(ships, plan)
    rows = b""
    for begin, end in zip((-LONG_MS, *pauses_ms), (*pauses_ms, LONG_MS), strict=True):
        facility.add_departures(requests[(requests["time_ms"] >= begin) & (requests["time_ms"] < end)])
        clock.run(end - 1)
        rows += facility.canal.drain().tobytes()
    return rows, facility


@pytest.mark.parametrize("gap_s", [0.0, 60.0, 400.0, 3000.0])
def test_clock_and_compiled_loop_give_the_same_rows(gap_s: float) -> None:
    ships = random_ships(150, gap_s, 7)
    rows = by_loop(ships)
    assert by_clock(ships, is_ahead=False)[0] == rows
    assert by_clock(ships, is_ahead=True)[0] == rows


@pytest.mark.parametrize("is_ahead", [False, True])
def test_departures_given_in_pieces_give_the_rows_of_one_go(is_ahead: bool) -> None:
    ships = random_ships(200, 200.0, 3)
    end_ms = int(ships["depart_s"].iloc[-1] * 1000)
    rows, facility = by_clock(ships, is_ahead, (0, end_ms // 3, end_ms // 2, end_ms + 5000))
    assert rows == by_loop(ships)
    assert len(facility._departures) < 200, "what has started is forgotten"
    assert facility.canal.earliest_unwritten_ms() == NEVER_MS


def test_growing_while_it_runs_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    ships = random_ships(150, 5.0, 1)
    rows = by_loop(ships)
    monkeypatch.setattr(canal_state, "_FIRST_CAPACITY", 1)
    assert by_loop(ships) == rows
    assert by_clock(ships, is_ahead=True)[0] == rows


class Bridge:
    """Opens for every ship, some time after it is called and not before it arrives, and keeps a log."""

    runs_ahead = False

    def __init__(self, name: str, needs_ms: int, with_delay: bool) -> None:
        self.name, self.needs_ms, self.with_delay = name, needs_ms, with_delay
        self.log: list[Any] = []
        self._later: list[tuple[int, Any]] = []
        self._out: list[Any] = []

    def next_arrival_ms(self) -> int:
        return NEVER_MS

    def step(self, now_ms: int, messages: list[Any]) -> int:
        for kind, ship, direction, eta_ms, pass_ms, reply_to in messages:
            assert kind == SHIP_CALL
            begin_ms = max(eta_ms, now_ms + self.needs_ms)
            self.log.append((now_ms, ship, direction, eta_ms, pass_ms))
            self._later.append((now_ms + (self.needs_ms if self.with_delay else 0), (reply_to, ship, (BRIDGE_GRANTED, ship, begin_ms, begin_ms + pass_ms))))
        self._out = [(to, now_ms, ship, content) for t, (to, ship, content) in self._later if t <= now_ms]
        self._later = [item for item in self._later if item[0] > now_ms]
        return min((t for t, _ in self._later), default=NEVER_MS)

    def outbox(self) -> list[Any]:
        out, self._out = self._out, []
        return out


class Lock:
    """Sends ships into the canal at given times, some as known beforehand, and logs who comes."""

    def __init__(self, exits: list[tuple[int, int]]) -> None:
        self.name, self.exits = "lock", sorted(exits)
        self.log: list[Any] = []
        self._out: list[Any] = []

    def next_arrival_ms(self) -> int:
        return self.exits[0][0] if self.exits else NEVER_MS

    def step(self, now_ms: int, messages: list[Any]) -> int:
        self.log += [(now_ms, *message) for message in messages]
        while self.exits and self.exits[0][0] <= now_ms:
            time_ms, ship = self.exits.pop(0)
            wait_ms = 0 if ship % 2 else 900_000  # known when the doors open, clear of the gate later
            self._out.append(("canal", time_ms + wait_ms, ship, (SHIP_EXIT, ship)))
        return NEVER_MS

    def outbox(self) -> list[Any]:
        out, self._out = self._out, []
        return out


def coupled(ships: pd.DataFrame, is_ahead: bool, order: int, n_pieces: int = 1) -> tuple[Any, ...]:
    plan = layout()
    requests = to_requests(ships, plan)
    from_lock = np.isin(requests["ship"], np.flatnonzero(ships["origin"] == "n0"))
    facility = CanalFacility("canal", plan, bridges={"n3": "swing", "n4": "bascule"}, locks={"n0": "lock"})
    facility.runs_ahead = is_ahead
    facility.expect(requests[from_lock])
    lock = Lock([(int(r["time_ms"]), int(r["ship"])) for r in requests[from_lock]])
    swing, bascule = Bridge("swing", 300_000, with_delay=True), Bridge("bascule", 240_000, with_delay=False)
    facilities = [facility, lock, swing, bascule]
    clock = Clock(*(facilities[order:] + facilities[:order]))
    own = requests[~from_lock]
    rows = b""
    end_ms = int(ships["depart_s"].max() * 1000) + 10**8
    for piece in range(n_pieces):
        begin, end = end_ms * piece // n_pieces, end_ms * (piece + 1) // n_pieces
        facility.add_departures(own[(own["time_ms"] >= begin) & (own["time_ms"] < end)])
        clock.run(end - 1)
        rows += facility.canal.drain().tobytes()
    return rows, lock.log, swing.log, bascule.log


@pytest.mark.parametrize("order", range(4))
@pytest.mark.parametrize("gap_s", [50.0, 600.0])
def test_running_ahead_changes_nothing_where_messages_go_to_and_fro(order: int, gap_s: float) -> None:
    ships = random_ships(80, gap_s, 11 + order)
    expected = coupled(ships, is_ahead=False, order=order)
    assert coupled(ships, is_ahead=True, order=order) == expected
    assert coupled(ships, is_ahead=True, order=order, n_pieces=5) == expected
    _, lock_log, swing_log, bascule_log = expected
    assert len(lock_log) == (ships["destination"] == "n0").sum()
    assert all(kind == SHIP_ARRIVES for _, kind, _ in lock_log)
    # The swing bridge n3 lies between n2 and n4, the bascule n4 between n3 and n5.
    a, b = (ships[c].str[1:].astype(int) for c in ("origin", "destination"))
    need = ships["needs_opening"]
    assert len(swing_log) == (need & (np.minimum(a, b) < 3) & (np.maximum(a, b) > 3)).sum()
    assert len(bascule_log) == (need & (np.minimum(a, b) < 4) & (np.maximum(a, b) > 4)).sum()


def test_a_bridge_is_called_in_time_and_at_a_passing_place_when_the_section_is_given() -> None:
    ships = random_ships(1, 1.0, 0).assign(origin="n6", destination="n0", depart_s=0.0, speed_m_s=2.0, needs_opening=True, length_m=100.0, beam_m=10.0)
    _, lock_log, swing_log, bascule_log = coupled(ships, is_ahead=True, order=0)
    # s5 350 s and s4 1250 s bring it to the bascule at a passing place, called there and then: 240 s; s3 450 s, called 300 s before.
    assert bascule_log == [(1_600_000, 0, 1, 1_600_000, 150_000)]
    at_swing = 1_600_000 + 240_000 + 450_000
    assert swing_log == [(at_swing - 300_000, 0, 1, at_swing, 150_000)]
    assert lock_log == [(at_swing + 1_000_000 + 750_000 + 400_000, SHIP_ARRIVES, 0)]


def test_a_message_that_a_canal_does_not_await_is_named() -> None:
    facility = CanalFacility("canal", layout())
    with pytest.raises(SimulationError, match=r"canal: got message .* of a ship that it does not await"):
        facility.step(0, [(SHIP_EXIT, 5)])
    with pytest.raises(SimulationError, match=r"canal: got message .*which a canal does not know"):
        facility.step(0, [(99, 5)])
