"""A movable bridge, shared by ships, trains and the road.

The bridge goes through the cycle closed -> clearing the road -> opening -> open -> closing -> reopening the road -> closed. Ships call some
time before they are at the stop board, so that the bridge can be open when they come; an opening begins `clear_road_s + open_s` before
the ship is there, or as soon as the rules allow. Trains want the deck locked and keep it so until they release it. Whoever waits has
its waiting time booked to causes, which add up to it.

Assumptions: a ship's arrival at the stop board is known when it calls; ships pass one at a time unless the bridge is two-way; an
opening that has begun is carried through; road users take as long to clear the deck whatever their number. Left out: the queue on the
road (it follows from `closures`), and trains that hinder each other (their interlocking sees to that).

Source: rules of operation after Richtlijnen Vaarwegen 2020, Rijkswaterstaat; the rules themselves are parameters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..kernels.arrays import as_records
from ..params.bridge import BridgeParams
from ..params.build import build_plain
from ..units import NEVER_MS, to_ms
from ._kernels import bridge_records as layout
from .bridge_state import NO_WINDOWS, Bridge
from .bridge_tables import check_requests, closure_frame, to_inbox, to_windows, wait_frame
from .messages import BRIDGE_GRANTED

__all__ = ["BridgeFacility", "BridgeResult", "needs_opening", "simulate_bridge"]


@dataclass(frozen=True, slots=True)
class BridgeResult:
    """What happened at a bridge.

    Attributes
    ----------
    closures : DataFrame
        One row per opening, which is a closure for road and rail: `cause_id` (the ship it began for), `n_ships, is_forced` (it began
        against a rule, for a ship past its longest wait), `road_closed_s, opening_s, open_s, closing_s, closed_s, road_open_s`.
    waits : DataFrame
        One row per request, in the order of the input: `id, user, direction, call_s, eta_s, begin_s, clear_s, wait_s, cause` (of the
        longest part of the wait) and `wait_<cause>_s`, which add up to `wait_s`. A user that was not served, or a train that still
        holds, has no `begin_s`.
    """

    closures: pd.DataFrame
    waits: pd.DataFrame


def simulate_bridge(
    requests: pd.DataFrame, bridge: BridgeParams | Mapping[str, Any], windows: pd.DataFrame | None = None, *, until_s: float | None = None
) -> BridgeResult:
    """Serve ships and trains at a movable bridge.

    Parameters
    ----------
    requests : DataFrame
        `id`, `user` ('ship' or 'train'), `eta_s` (a ship at the stop board; a train: from when it wants the bridge) and `pass_s` (a
        ship from the stop board to clear; a train: how long it holds the bridge), seconds from the run's epoch. Optional: `call_s`
        (when the request is made, at most `eta_s`, which it is without), `direction` (0 or 1), `priority` (higher goes first at the open
        bridge), `is_wide` (meets nobody in the opening, also where it is two-way).
    bridge : BridgeParams or mapping
        A mapping is checked like a file, a misspelt parameter is an error.
    windows : DataFrame, optional
        `kind` ('peak_block', 'out_of_service', 'wind', 'outage' or 'train'), `begin_s`, `end_s`. The daily windows of the parameters
        are added by `nspd_mobility.engine.bridge_calendar.daily_windows`, which knows the date.
    until_s : float, optional
        End of the simulation (s); without it everybody is served.

    Returns
    -------
    BridgeResult

    Raises
    ------
    DataError
        If a table or a parameter can't be used.

    Examples
    --------
    >>> import pandas as pd
    >>> swing = dict(clear_road_s=60, open_s=240, close_s=240, reopen_road_s=60)
    >>> ships = pd.DataFrame(dict(id=["ahead", "late"], user="ship", eta_s=[900.0, 9000.0], pass_s=200.0, call_s=[0.0, 9000.0]))
    >>> simulate_bridge(ships, swing).waits.wait_s.tolist()
    [0.0, 300.0]
    """
    params = bridge if isinstance(bridge, BridgeParams) else build_plain(BridgeParams, "bridge", **bridge)
    check_requests(requests)
    inbox, who = to_inbox(requests)
    state = Bridge("bridge", params, to_windows(windows))
    state.run(inbox, NEVER_MS - 1 if until_s is None else to_ms(until_s))
    closures, waits = state.drain()
    ids = requests["id"].iloc[np.argsort(who)]
    return BridgeResult(closure_frame(closures, ids), wait_frame(waits, requests, who))


def needs_opening(
    bridge: BridgeParams,
    *,
    air_draught_m: npt.ArrayLike,
    length_m: npt.ArrayLike = 0.0,
    beam_m: npt.ArrayLike = 0.0,
    draught_m: npt.ArrayLike = 0.0,
    lowered_air_draught_m: npt.ArrayLike = np.inf,
    level_rise_m: npt.ArrayLike = 0.0,
) -> npt.NDArray[np.bool_]:
    """Say which ships can't pass the closed bridge.

    A ship passes below the closed bridge where one of its spans is high enough, with the margin of the bridge, and allows its size.

    Parameters
    ----------
    bridge : BridgeParams
        Its `spans` and `margin_m`; without spans every ship needs an opening.
    air_draught_m : array_like
        Height above the water (kruiphoogte) (m); one that is not a number, unknown, needs an opening.
    length_m, beam_m, draught_m : array_like
        Sizes (m).
    lowered_air_draught_m : array_like
        Height with mast or wheelhouse lowered (m); a ship that can do so does not get an opening for it.
    level_rise_m : array_like
        Water level above the one that the clearances refer to (m).

    Returns
    -------
    ndarray of bool, shape by broadcasting the arguments

    Examples
    --------
    >>> swing = BridgeParams(clear_road_s=60, open_s=240, close_s=240, reopen_road_s=60, spans={"middle": {"clearance_m": 7.0}})
    >>> needs_opening(swing, air_draught_m=[6.0, 6.8, 9.1], lowered_air_draught_m=[6.0, 6.5, 7.5]).tolist()
    [False, False, True]
    """
    height = np.fmin(np.asarray(air_draught_m, dtype=np.float64), np.asarray(lowered_air_draught_m, dtype=np.float64))
    height, length, beam, draught, rise = np.broadcast_arrays(height, length_m, beam_m, draught_m, level_rise_m)
    passes = np.zeros(height.shape, dtype=bool)
    for span in bridge.spans.values():
        fits = height + bridge.margin_m + rise <= span.clearance_m + 1e-9
        for size, limit in ((length, span.max_length_m), (beam, span.max_beam_m), (draught, span.max_draught_m)):
            if limit > 0.0:
                fits &= size <= limit + 1e-9
        passes |= fits
    return ~passes


class BridgeFacility:
    """Drives a `Bridge` for `nspd_mobility.engine.clock.Clock`.

    Messages to it are tuples ``(kind, who, direction, eta_ms, pass_ms, reply_to)`` with a kind of `messages`, optionally followed by
    ``priority, is_wide``. A ship calls with the time at which it is at the stop board and the time that it takes from there until it is
    clear; a second call takes the place of the first. A train requests with the time from which it wants the bridge, and releases it; with
    a `pass_ms` of 0 or more it is off after that time without a release. Who may go is told
    ``(BRIDGE_GRANTED, who, begin_ms, clear_ms)`` at the facility `reply_to`; a train that releases has a `clear_ms` of NEVER_MS.

    Parameters
    ----------
    name : str
        Name on the clock.
    params : BridgeParams
    windows : record array, optional
        As `Bridge` takes them; `bridge_tables.to_windows` makes them from a table.
    """

    def __init__(self, name: str, params: BridgeParams, windows: Any = NO_WINDOWS) -> None:
        self.name = name
        self.bridge = Bridge(name, params, windows)
        self._requests = as_records(np.zeros(0, layout.INBOX))
        self._times: list[int] = []
        self._next = 0
        self._names: list[str] = []
        self._inbox = as_records(np.zeros(0, layout.INBOX))
        self._values = np.zeros((0, len(layout.INBOX.names or ())), dtype=np.int64)
        self._grow(16)

    def add_requests(self, inbox: Any) -> None:
        """Give requests that need no message, such as trains of a calendar: records of INBOX in order of time, none before those given.

        Whoever has a `reply` below 0 is not told when it may go.
        """
        self._requests = as_records(np.concatenate([self._requests[self._next :], inbox]))
        self._times = self._requests["time_ms"].tolist()
        self._next = 0

    def next_arrival_ms(self) -> int:
        """Return the time of the next of the given requests, NEVER_MS where there is none."""
        return self._times[self._next] if self._next < len(self._times) else NEVER_MS

    def step(self, now_ms: int, messages: list[Any]) -> int:
        """Do all that is due at `now_ms`."""
        first = self._next
        while self.next_arrival_ms() == now_ms:
            self._next += 1
        n_given = self._next - first
        n = n_given + len(messages)
        if n > len(self._inbox):
            self._grow(2 * n)
        if n_given:
            self._inbox[:n_given] = self._requests[first : self._next]
        for k, message in enumerate(messages, n_given):
            self._values[k] = inbox_values(message, now_ms, self._names)
        return self.bridge.step(self._inbox, n, now_ms)

    def outbox(self) -> list[tuple[str, int, int, Any]]:
        """Return who may go since the last step."""
        n = int(self.bridge.state["n_grants"][0])
        if n == 0:
            return []
        self.bridge.state["n_grants"] = 0
        names = self._names
        grants = self.bridge.grants[:n].tolist()
        return [(names[reply], begin, who, (BRIDGE_GRANTED, who, begin, clear)) for who, _, reply, begin, clear in grants if reply >= 0]

    def drain(self) -> tuple[Any, Any]:
        """Return the closure rows and the wait rows since the last call."""
        return self.bridge.drain()

    def _grow(self, n: int) -> None:
        """Make room for `n` messages: one block of whole numbers, seen as records by the kernel."""
        self._values = np.zeros((n, self._values.shape[1]), dtype=np.int64)
        self._inbox = as_records(self._values.view(layout.INBOX).reshape(n))


def inbox_values(message: tuple[Any, ...], now_ms: int, callers: list[str]) -> tuple[int, ...]:
    """Return a message as the values of INBOX; who calls for the first time is added to the callers, by whose number it is answered."""
    kind, who, direction, eta_ms, pass_ms, reply_to, *more = message
    if reply_to not in callers:
        callers.append(reply_to)
    priority, is_wide = more if more else (0, 0)
    return kind, now_ms, who, direction, eta_ms, pass_ms, priority, is_wide, callers.index(reply_to)
