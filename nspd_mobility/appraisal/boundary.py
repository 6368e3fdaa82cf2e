"""Indicators of the boundary locks, through which ships come into the network and leave it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from .registry import Figure, Figures, by, indicator, weighted_mean

_MIN_S = 60.0


def _mean(column: str) -> Any:
    return lambda rows: Figure(weighted_mean(rows[column].to_numpy() / _MIN_S, rows["weight"].to_numpy()), len(rows))


@indicator("boundary_wait_mean", "min", ("boundary_passages",), "lock")
def boundary_wait_mean(boundary_passages: pd.DataFrame, facts: dict[str, Any]) -> Figures:
    """Mean wait of the District's ships at locks beyond the network, by lock; drawn, not simulated."""
    return by(boundary_passages, "lock", _mean("wait_s"))


@indicator("boundary_passage_mean", "min", ("boundary_passages",), "lock")
def boundary_passage_mean(boundary_passages: pd.DataFrame, facts: dict[str, Any]) -> Figures:
    """Mean passage time of the District's ships at locks beyond the network, by lock."""
    return by(boundary_passages, "lock", _mean("passage_s"))
