"""The indicators of a run: mean over replications with its interval, per scenario, year and variant."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ..tables.run_folder import RunFolder
from .comparison import mean_interval

WAITING = ("wait_mean", "wait_p90", "wait_over_norm_share", "passage_mean", "passage_p90", "journey_mean", "wait_ship_hours_per_year")
"""Indicators that mean nothing while the queue grows without end."""


def is_saturated(unfinished_share: float, growth: tuple[float, float], facts: dict[str, Any]) -> bool:
    """Say whether a mean has stopped to mean something, by the study's limits.

    Parameters
    ----------
    unfinished_share : float
        Mean over the replications.
    growth : tuple of float
        Growth of the queue (ships per day), mean over the replications and half-width of its interval. Within a window of a day
        or two the queue also rises and falls by chance and by the hour: the growth counts where it is surely above 0.
    facts : dict
        The facts of the run.
    """
    limits = facts["saturation"]
    mean, half_width = growth
    grows = mean > limits["queue_growth_per_day"] and not mean - half_width <= 0.0
    return bool(unfinished_share > limits["unfinished_share"] or grows)


def summary_table(run: RunFolder) -> pd.DataFrame:
    """Return one row per scenario, year, variant, indicator and dimension; the reference comes before the other variants.

    Returns
    -------
    DataFrame
        `scenario, year, variant, indicator, dimension, unit, mean, half_width` (95 %), `n_replications, is_bound` (the truth is
        at least this), `is_saturated, queue_growth_per_day`.
    """
    everything = run.read_all("indicators")
    keys = ["scenario", "year", "variant"]
    totals = {key: _load(group) for key, group in everything[everything["dimension"] == ""].groupby(keys)}
    rows: list[dict[str, Any]] = []
    key: Any
    for key, group in everything.groupby([*keys, "indicator", "dimension", "unit"], sort=False):
        values = group["value"].dropna().to_numpy()
        mean, half_width = mean_interval(values)
        unfinished, growth = totals[key[:3]]
        saturated = key[3] in WAITING and is_saturated(unfinished, growth, run.facts)
        rows.append(
            dict(zip([*keys, "indicator", "dimension", "unit"], key, strict=True))
            | {"mean": mean, "half_width": half_width, "n_replications": values.size, "is_bound": bool(group["is_bound"].any())}
            | {"is_saturated": saturated, "queue_growth_per_day": growth[0]}
        )
    table = pd.DataFrame(rows)
    order = {name: k for k, name in enumerate(dict.fromkeys([run.reference, *run.facts["variants"]]))}
    return table.sort_values(["scenario", "year", "variant"], key=lambda c: c.map(order) if c.name == "variant" else c, kind="stable", ignore_index=True)


def _load(totals: pd.DataFrame) -> tuple[float, tuple[float, float]]:
    """Return the mean unfinished share, and the growth of the queue with its half-width."""
    values = {name: rows["value"].dropna().to_numpy() for name, rows in totals.groupby("indicator")}
    unfinished, _ = mean_interval(values.get("unfinished_share", np.zeros(1)))
    return unfinished, mean_interval(values.get("queue_growth_per_day", np.zeros(1)))
