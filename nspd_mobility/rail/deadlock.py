"""Deadlocks: which train holds what and waits for what."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..codes import TrainWaitCause
from ..units import NEVER_MS
from ._kernels import area_records as layout
from .area import RailArea


def explain_lock(area: RailArea, ids: Any, resources: list[str]) -> str:
    """Return what each train holds and waits for, if no train can move any more; else an empty string.

    Parameters
    ----------
    area : RailArea
    ids : ndarray of str
        Names of its trains.
    resources : list of str
        Names of its sections and conflict areas.
    """
    slots = area.live.slots[: int(area.state["n_high"][0])]
    stuck = [i for i in range(len(slots)) if slots["state"][i] != layout.FREE and slots["want"][i] != layout.NOTHING]
    moving = np.isin(slots["state"], (layout.RUNNING, layout.STANDING, layout.LEAVING)) & (slots["want"] == layout.NOTHING)
    if not stuck or moving.any() or (area.state["n_heap"][0] and _next_ms(area) < NEVER_MS):
        return ""
    sentences = []
    for i in stuck:
        held = [resources[int(r)] for r in area.live.pieces["resource"][i, : slots["n_pieces"][i]]]
        cause = TrainWaitCause(int(slots["cause"][i]))
        what = resources[int(slots["at"][i])] if slots["at"][i] >= 0 else cause.word.replace("_", " ")
        by = f", held by '{ids[int(slots['causer'][i])]}'" if slots["causer"][i] >= 0 else ""
        sentences.append(f"'{ids[int(slots['train'][i])]}' holds {', '.join(held) or 'nothing'} and waits for {what}{by}")
    return "deadlock: " + "; ".join(sorted(sentences))


def _next_ms(area: RailArea) -> int:
    """Return when a train is due next; stale entries of the heap do not count."""
    slots = area.live.slots
    live = [e for e in area.live.heap[: int(area.state["n_heap"][0])] if slots["token"][int(e["payload"])] == e["token"]]
    return min((int(e["time_ms"]) for e in live), default=NEVER_MS)
