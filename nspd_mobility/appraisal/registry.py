"""Indicators: pure functions on result tables, each one registered with its name, unit and the tables that it needs.

Rows carry a `weight`, the number of times that they stand for in a year (`year_factor` of their typical period). A mean is a
weighted mean over the rows, a yearly figure a weighted sum.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Figure:
    """One value of an indicator: the value, the number of observations behind it, and whether the truth is at least that."""

    value: float
    n: int
    is_bound: bool = False


Figures = dict[str, Figure]
"""Figures by dimension; the empty dimension is the total."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """A registered indicator."""

    name: str
    unit: str
    needs: tuple[str, ...]
    doc: str
    split_by: str
    sums: tuple[str, ...]
    function: Callable[..., Figures]


INDICATORS: dict[str, Indicator] = {}


def in_order_of(*modules: ModuleType) -> dict[str, Indicator]:
    """Put the registered indicators in the order of their modules, those of other modules last, and return them."""
    names = [module.__name__ for module in modules]
    place = {name: k for k, name in enumerate(names)}
    rows = sorted(INDICATORS.items(), key=lambda row: place.get(row[1].function.__module__, len(names)))  # keeps the order within a module
    INDICATORS.clear()
    INDICATORS.update(rows)
    return INDICATORS


def indicator(
    name: str, unit: str, needs: tuple[str, ...], split_by: str = "", sums: tuple[str, ...] = ()
) -> Callable[[Callable[..., Figures]], Callable[..., Figures]]:
    """Register a function as an indicator.

    Parameters
    ----------
    name : str
    unit : str
    needs : tuple of str
        Tables, given to the function as arguments of that name, counted rows only, with a `weight`. The function also gets
        `facts`, the facts of the run.
    split_by : str
        What the dimensions are: group, chamber, reason, bridge, cause, kind, place, train_kind, train_cause, train_service, or nothing.
    sums : tuple of str
        Further dimensions that take several of those together, such as freight.
    """

    def register(function: Callable[..., Figures]) -> Callable[..., Figures]:
        if name in INDICATORS:
            raise ValueError(f"indicator {name} is registered twice")
        INDICATORS[name] = Indicator(name, unit, needs, (function.__doc__ or "").strip().splitlines()[0], split_by, sums, function)
        return function

    return register


def weighted_mean(values: FloatArray, weights: FloatArray) -> float:
    """Return the weighted mean, NaN of nothing."""
    return float(np.average(values, weights=weights)) if values.size else float("nan")


def weighted_quantile(values: FloatArray, weights: FloatArray, share: float) -> float:
    """Return the smallest value that at least `share` of the weight does not exceed, NaN of nothing."""
    if not values.size:
        return float("nan")
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, share * reached[-1] * (1.0 - 1e-12))])


def by(frame: pd.DataFrame, column: str | None, function: Callable[[pd.DataFrame], Figure]) -> Figures:
    """Return a function's figures for all rows, and for each value of a column."""
    figures = {"": function(frame)}
    if column is not None:
        for key, rows in frame.groupby(column, sort=True):
            figures[str(key)] = function(rows)
    return figures


def measured_days(facts: dict[str, Any]) -> float:
    """Return the days that the measured windows stand for; a sum of weights over it is a number per day."""
    return float(sum(period["weight_days"] for period in facts["periods"].values()))


def summarise_tables(tables: dict[str, pd.DataFrame], facts: dict[str, Any]) -> pd.DataFrame:
    """Return all indicators whose tables are there, as rows of the table `indicators`."""
    rows: list[dict[str, Any]] = []
    for name, entry in INDICATORS.items():
        if all(table in tables for table in entry.needs):
            figures = entry.function(**{table: tables[table] for table in entry.needs}, facts=facts)
            for dimension, figure in figures.items():
                rows.append({"indicator": name, "dimension": dimension, "unit": entry.unit, "value": figure.value, "n": figure.n, "is_bound": figure.is_bound})
    return pd.DataFrame(rows, columns=["indicator", "dimension", "unit", "value", "n", "is_bound"])
