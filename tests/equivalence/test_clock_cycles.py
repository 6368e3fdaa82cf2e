"""The clock: who steps when within a millisecond, what comes in the next delta, and cycles that are named."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from nspd_mobility.engine.clock import MAX_DELTAS, Clock
from nspd_mobility.errors import SimulationError
from nspd_mobility.units import NEVER_MS


class Toy:
    """A facility that does what a test tells it: due times of its own, and an answer to messages."""

    def __init__(self, name: str, log: list[tuple[int, str, list[Any]]], due_ms: tuple[int, ...] = (), arrivals_ms: tuple[int, ...] = ()) -> None:
        self.name, self.log = name, log
        self.due_ms, self.arrivals_ms = list(due_ms), list(arrivals_ms)
        self.sends: dict[int, list[tuple[str, int, int, Any]]] = {}
        self.echo_to: str | None = None
        self._out: list[tuple[str, int, int, Any]] = []

    def next_arrival_ms(self) -> int:
        return min(self.arrivals_ms, default=NEVER_MS)

    def step(self, now_ms: int, messages: list[Any]) -> int:
        self.log.append((now_ms, self.name, messages))
        self.arrivals_ms = [t for t in self.arrivals_ms if t > now_ms]
        self.due_ms = [t for t in self.due_ms if t > now_ms]
        self._out = self.sends.pop(now_ms, [])
        if messages and self.echo_to:
            self._out.append((self.echo_to, now_ms, 0, "echo"))
        return min(self.due_ms, default=NEVER_MS)

    def outbox(self) -> list[tuple[str, int, int, Any]]:
        out, self._out = self._out, []
        return out


def test_facilities_of_one_millisecond_step_in_the_order_of_their_numbers() -> None:
    log: list[Any] = []
    late, early = Toy("z", log, arrivals_ms=(10, 20)), Toy("a", log, arrivals_ms=(20, 10))
    Clock(late, early).run(30)
    assert [(t, name) for t, name, _ in log] == [(10, "z"), (10, "a"), (20, "z"), (20, "a")]


def test_a_message_of_the_same_millisecond_arrives_in_the_next_delta_after_everybody_has_stepped() -> None:
    log: list[Any] = []
    bridge, lock, quay = (Toy(name, log, arrivals_ms=(5,)) for name in ("bridge", "lock", "quay"))
    lock.sends[5] = [("bridge", 5, 1, "open"), ("quay", 5, 1, "berth")]
    Clock(bridge, lock, quay).run(10)
    assert log == [(5, "bridge", []), (5, "lock", []), (5, "quay", []), (5, "bridge", ["open"]), (5, "quay", ["berth"])]


def test_messages_of_a_delta_come_together_in_the_order_of_entities_not_of_sending() -> None:
    log: list[Any] = []
    one, other, receiver = Toy("one", log, arrivals_ms=(5,)), Toy("other", log, arrivals_ms=(5,)), Toy("receiver", log)
    one.sends[5] = [("receiver", 5, 9, "ship 9"), ("receiver", 5, 4, "ship 4")]
    other.sends[5] = [("receiver", 5, 7, "ship 7")]
    Clock(one, other, receiver).run(10)
    assert log[-1] == (5, "receiver", ["ship 4", "ship 7", "ship 9"])
    assert len(log) == 3


def test_a_message_for_later_waits_until_then_and_one_for_earlier_comes_now() -> None:
    log: list[Any] = []
    sender, receiver = Toy("sender", log, arrivals_ms=(5,)), Toy("receiver", log, arrivals_ms=(8,))
    sender.sends[5] = [("receiver", 12, 1, "later"), ("receiver", 3, 1, "too late to be earlier")]
    Clock(sender, receiver).run(100)
    assert log[1:] == [(5, "receiver", ["too late to be earlier"]), (8, "receiver", []), (12, "receiver", ["later"])]


def test_a_calendar_entry_that_was_overtaken_is_stale_and_steps_nobody() -> None:
    log: list[Any] = []
    sender, receiver = Toy("sender", log, arrivals_ms=(5,)), Toy("receiver", log, arrivals_ms=(50,))
    sender.sends[5] = [("receiver", 7, 1, "sooner")]
    receiver.step = _forget_arrivals(receiver)  # type: ignore[method-assign]
    Clock(sender, receiver).run(100)
    assert log == [(5, "sender", []), (7, "receiver", ["sooner"])], "the entry at 50 ms stands for nothing any more"


def _forget_arrivals(toy: Toy) -> Any:
    step = type(toy).step

    def stepped(now_ms: int, messages: list[Any]) -> int:
        toy.arrivals_ms = []
        return step(toy, now_ms, messages)

    return stepped


def test_two_facilities_that_never_stop_answering_are_named() -> None:
    log: list[Any] = []
    bridge, lock = Toy("bridge", log, arrivals_ms=(1500,)), Toy("lock", log)
    bridge.sends[1500] = [("lock", 1500, 1, "go")]
    bridge.echo_to, lock.echo_to = "lock", "bridge"
    with pytest.raises(SimulationError, match=rf"more than {MAX_DELTAS} exchanges at 1\.500 s between (bridge and lock|lock and bridge): a cycle"):
        Clock(bridge, lock).run(10_000)
    assert len(log) == MAX_DELTAS + 1


def test_as_many_exchanges_as_allowed_are_no_cycle() -> None:
    log: list[Any] = []
    chain = [Toy(f"f{k:02d}", log) for k in range(MAX_DELTAS + 1)]
    chain[0].arrivals_ms = [7]
    chain[0].sends[7] = [("f01", 7, 0, "on")]
    for here, there in itertools.pairwise(chain):
        here.echo_to = there.name
    Clock(*chain).run(7)
    assert [name for _, name, _ in log] == [toy.name for toy in chain]


def test_deltas_begin_anew_at_the_next_millisecond() -> None:
    log: list[Any] = []
    one, two = Toy("one", log, arrivals_ms=tuple(range(1, 200))), Toy("two", log)
    one.sends = {t: [("two", t, 0, t)] for t in range(1, 200)}
    Clock(one, two).run(300)
    assert len(log) == 2 * 199


def test_a_step_that_leaves_something_undone_is_an_error_and_no_endless_loop() -> None:
    toy = Toy("stubborn", [], arrivals_ms=(5,))
    toy.step = lambda now_ms, messages: now_ms  # type: ignore[method-assign]
    with pytest.raises(SimulationError, match=r"stubborn: leaves something undone at 0\.005 s"):
        Clock(toy).run(10)


def test_names_are_unique_and_receivers_exist() -> None:
    log: list[Any] = []
    with pytest.raises(SimulationError, match="two facilities share a name: lock, lock"):
        Clock(Toy("lock", log), Toy("lock", log))
    lonely = Toy("lonely", log, arrivals_ms=(1,))
    lonely.sends[1] = [("nobody", 1, 0, "?")]
    with pytest.raises(SimulationError, match="lonely: sends to 'nobody', which is not on the clock"):
        Clock(lonely).run(10)


def test_the_clock_runs_up_to_and_including_the_end_and_goes_on_from_there() -> None:
    log: list[Any] = []
    toy = Toy("toy", log, arrivals_ms=(10, 20, 30))
    clock = Clock(toy)
    clock.run(20)
    assert [t for t, _, _ in log] == [10, 20]
    toy.arrivals_ms.append(25)
    clock.run(40)
    assert [t for t, _, _ in log] == [10, 20, 25, 30]
