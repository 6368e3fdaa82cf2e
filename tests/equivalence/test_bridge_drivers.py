"""One model, two drivers: a bridge on the clock gives the rows of the compiled loop, in the same order; and plain Python gives them too."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.bridges import BACK_S, LEAD_S, bridge, bridge_digest, random_case, users

from nspd_mobility.engine import bridge_state
from nspd_mobility.engine.bridge import BridgeFacility
from nspd_mobility.engine.bridge_state import Bridge
from nspd_mobility.engine.bridge_tables import to_inbox, to_windows
from nspd_mobility.engine.clock import Clock
from nspd_mobility.engine.messages import BRIDGE_GRANTED as GRANTED
from nspd_mobility.engine.messages import SHIP_CALL as CALL
from nspd_mobility.engine.messages import SHIP_CANCEL as CANCEL
from nspd_mobility.engine.messages import TRAIN_RELEASE as RELEASE
from nspd_mobility.engine.messages import TRAIN_REQUEST as REQUEST
from nspd_mobility.errors import SimulationError
from nspd_mobility.kernels.jit import is_compiled
from nspd_mobility.params.bridge import BridgeParams
from nspd_mobility.units import NEVER_MS

pytestmark = pytest.mark.kernel

LONG_MS = 10**12


class Caller:
    """A facility that sends given messages at given times and keeps what it is told."""

    def __init__(self, name: str, messages: list[tuple[int, tuple[Any, ...]]]) -> None:
        self.name, self.left, self.told = name, sorted(messages, key=lambda m: m[0]), []  # type: ignore[var-annotated]
        self._out: list[tuple[str, int, int, Any]] = []

    def next_arrival_ms(self) -> int:
        return self.left[0][0] if self.left else NEVER_MS

    def step(self, now_ms: int, messages: list[Any]) -> int:
        self.told += [(now_ms, *message) for message in messages]
        while self.left and self.left[0][0] <= now_ms:
            _, message = self.left.pop(0)
            self._out.append(("bridge", now_ms, message[1], message))
        return NEVER_MS

    def outbox(self) -> list[tuple[str, int, int, Any]]:
        out, self._out = self._out, []
        return out


class Idler:
    """A facility that wakes the bridge for nothing at given times."""

    def __init__(self, facility: BridgeFacility, times_ms: list[int]) -> None:
        self.facility, self.name, self.times = facility, facility.name, sorted(times_ms)

    def next_arrival_ms(self) -> int:
        return min(self.times[0] if self.times else NEVER_MS, self.facility.next_arrival_ms())

    def step(self, now_ms: int, messages: list[Any]) -> int:
        self.times = [t for t in self.times if t > now_ms]
        return self.facility.step(now_ms, messages)

    def outbox(self) -> list[tuple[str, int, int, Any]]:
        return self.facility.outbox()


def on_clock(
    params: dict[str, Any], messages: list[tuple[int, tuple[Any, ...]]], windows: Any = None, wake_ms: list[int] | None = None
) -> tuple[Any, Any, list[Any]]:
    facility = BridgeFacility("bridge", BridgeParams.model_validate(params), to_windows(windows))
    caller = Caller("canal", messages)
    Clock(caller, facility).run(LONG_MS)
    return *facility.drain(), caller.told


def messages_of(inbox: Any) -> list[tuple[int, tuple[Any, ...]]]:
    rows = inbox[["time_ms", "kind", "who", "direction", "eta_ms", "pass_ms", "priority", "is_wide"]].tolist()
    return [(time, (kind, who, direction, eta, pass_, "canal", priority, wide)) for time, kind, who, direction, eta, pass_, priority, wide in rows]


def on_loop(params: dict[str, Any], inbox: Any, windows: Any) -> tuple[Any, Any]:
    loop = Bridge("bridge", BridgeParams.model_validate(params), to_windows(windows))
    loop.run(inbox, LONG_MS)
    return loop.drain()


@pytest.mark.parametrize("seed", range(9))
def test_clock_and_compiled_loop_give_the_same_rows_and_waking_for_nothing_changes_none(seed: int) -> None:
    requests, params, windows = random_case(seed, n=30)
    inbox, _ = to_inbox(requests)
    closures, waits = on_loop(params, inbox, windows)
    assert len(waits) == len(requests)
    for wake_ms in ([], np.random.default_rng(seed).integers(0, int(waits["clear_ms"].max()), 100).tolist()):
        facility = BridgeFacility("bridge", BridgeParams.model_validate(params), to_windows(windows))
        for half in (inbox[:15], inbox[15:]):
            facility.add_requests(half)
        Clock(Idler(facility, wake_ms)).run(LONG_MS)
        rows = facility.drain()
        assert (rows[0].tobytes(), rows[1].tobytes()) == (closures.tobytes(), waits.tobytes())


@pytest.mark.parametrize("seed", range(3))
def test_messages_give_the_rows_of_requests_that_are_known_beforehand_and_their_senders_are_told(seed: int) -> None:
    # A message arrives after what the bridge has to do in that millisecond anyway; so here no two things happen in one.
    requests, params, windows = random_case(seed, n=30)
    requests["eta_s"] += 0.002 * np.arange(30)
    requests["call_s"] += 0.002 * np.arange(30) - 0.061
    inbox, _ = to_inbox(requests)
    closures, waits = on_loop(params, inbox, windows)
    found = on_clock(params, messages_of(inbox), windows)
    assert found[0].tobytes() == closures.tobytes()
    assert found[1].tobytes() == waits.tobytes()
    told = sorted((begin, who, clear) for _, kind, who, begin, clear in found[2] if kind == GRANTED)
    assert told == sorted(zip(waits["begin_ms"].tolist(), waits["who"].tolist(), waits["clear_ms"].tolist(), strict=True))
    assert all(now == begin for now, _, _, begin, _ in found[2]), "everybody is told when it may go, neither before nor after"


def test_growing_while_it_runs_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    requests, params, windows = random_case(3, n=40, gap_s=60.0)
    inbox, _ = to_inbox(requests)
    rows = []
    for capacity in (1, 16, 512):
        monkeypatch.setattr(bridge_state, "_FIRST_CAPACITY", capacity)
        rows.append(tuple(part.tobytes() for part in on_loop(params, inbox, windows)))
    assert rows[0] == rows[1] == rows[2]


def test_many_messages_of_one_millisecond_are_taken_together() -> None:
    requests = users(*[("ship", 1000, 10, 0)] * 40, *[("train", 900, 10, 0)] * 3)
    inbox, _ = to_inbox(requests)
    _, waits, _ = on_clock(bridge(), messages_of(inbox))
    assert len(waits) == 43


def test_a_train_that_says_when_it_is_off_holds_the_bridge_until_then() -> None:
    lead, back = LEAD_S * 1000, BACK_S * 1000
    messages = [(0, (REQUEST, 7, 0, 0, -1, "canal")), (10_000, (CALL, 3, 0, 10_000, 5_000, "canal")), (90_000, (RELEASE, 7, 0, 0, 0, "canal"))]
    closures, waits, told = on_clock(bridge(), messages)
    assert told == [(0, GRANTED, 7, 0, NEVER_MS), (90_000 + lead, GRANTED, 3, 90_000 + lead, 95_000 + lead)]
    assert waits[["who", "begin_ms", "clear_ms"]].tolist() == [(7, 0, 90_000), (3, 90_000 + lead, 95_000 + lead)]
    assert closures["road_open_ms"].tolist() == [95_000 + lead + back]


def test_a_ship_that_cancels_is_not_waited_for_and_one_that_calls_again_moves() -> None:
    away = [(0, (CALL, 1, 0, 900_000, 5_000, "canal")), (100_000, (CANCEL, 1, 0, 0, 0, "canal"))]
    closures, waits, told = on_clock(bridge(), away)
    assert (len(closures), len(waits), told) == (0, 0, [])
    moved = [(0, (CALL, 1, 0, 900_000, 5_000, "canal")), (100_000, (CALL, 1, 0, 2_000_000, 5_000, "canal"))]
    closures, waits, _ = on_clock(bridge(), moved)
    assert waits["begin_ms"].tolist() == [2_000_000]
    assert closures["open_ms"].tolist() == [2_000_000]
    # A ship that turns away when the road is closed for it leaves an opening without ships.
    late = [(0, (CALL, 1, 0, 900_000, 5_000, "canal")), (700_000, (CANCEL, 1, 0, 0, 0, "canal"))]
    closures, _, _ = on_clock(bridge(), late)
    assert closures["n_ships"].tolist() == [0]
    # It has passed already: nothing to cancel.
    passed = [(0, (CALL, 1, 0, 900_000, 5_000, "canal")), (900_000, (CANCEL, 1, 0, 0, 0, "canal"))]
    assert len(on_clock(bridge(), [*passed[:1], (2_000_000, passed[1][1])])[1]) == 1


def test_a_train_that_does_not_come_gives_its_request_back() -> None:
    messages = [(0, (REQUEST, 7, 0, 500_000, -1, "canal")), (100_000, (RELEASE, 7, 0, 0, 0, "canal"))]
    closures, waits, told = on_clock(bridge(), messages)
    assert (len(closures), len(waits), told) == (0, 0, [])


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ((RELEASE, 7, 0, 0, 0, "canal"), r"bridge bridge: gets the release of a train that neither waits nor holds at 5\.000 s"),
        ((9, 7, 0, 0, 0, "canal"), r"bridge bridge: gets a message of unknown kind, with a direction that is not 0 or 1, .* at 5\.000 s"),
        ((CALL, 7, 2, 0, 0, "canal"), "bridge bridge: gets a message of unknown kind, with a direction"),
        ((CALL, 7, 0, 0, -1, "canal"), "bridge bridge: gets a message of unknown kind, with a direction that is not 0 or 1, a negative time to pass"),
    ],
)
def test_a_message_that_can_not_be_meant_stops_the_run(message: tuple[Any, ...], text: str) -> None:
    with pytest.raises(SimulationError, match=text):
        on_clock(bridge(), [(5_000, message)])


def test_a_train_that_requests_twice_stops_the_run() -> None:
    twice = [(0, (REQUEST, 7, 0, 500_000, -1, "canal")), (10, (REQUEST, 7, 0, 500_000, -1, "canal"))]
    with pytest.raises(SimulationError, match=r"or a train that is there already, at 0\.010 s"):
        on_clock(bridge(), twice)


@pytest.mark.skipif(not is_compiled(), reason="both sides would run without the JIT")
def test_plain_python_gives_the_tables_of_the_compiled_kernels() -> None:
    tests = Path(__file__).parents[1]
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": os.pathsep.join([str(tests), str(tests.parent)])}
    plain = subprocess.run(
        [sys.executable, "-c", "from support.bridges import bridge_digest; print(bridge_digest())"], env=environment, capture_output=True, text=True
    )
    assert plain.returncode == 0, plain.stderr
    assert plain.stdout.strip() == bridge_digest()
