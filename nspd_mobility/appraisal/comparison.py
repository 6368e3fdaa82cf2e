"""Comparing variants: paired by replication, with intervals, a variance ratio, and plain words.

Variants share their random numbers, so differences are taken replication by replication. The variance ratio is the variance of
the difference of independent runs over that of the paired difference: above 1 the pairing helps; below 1 it harms, and the
interval falls back to Welch's for unpaired samples. For the study's key indicators the p-values are adjusted after Holm (1979)
over all key indicators of all variants, so that the chance of one false "differs" stays at 5 % for the whole table.

The words:

- *differs*: the adjusted p-value is below 0.05, and the interval does not lie within the margin;
- *does not differ*: the whole interval lies within the margin that would not matter;
- *cannot tell*: neither; more replications would narrow the interval.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from ..errors import UsageError
from ..tables.run_folder import RunFolder

CONFIDENCE = 0.95
DIFFERS, SAME, OPEN = "differs", "does not differ", "cannot tell"
FloatArray = npt.NDArray[np.float64]
COLUMNS = (
    "scenario", "year", "variant", "reference", "indicator", "dimension", "unit", "reference_mean", "mean", "difference", "low",
    "high", "half_width", "p_value", "p_adjusted", "variance_ratio", "is_paired", "n", "is_key", "margin", "verdict", "knowledge_low", "knowledge_high",
)  # fmt: skip


def t_quantile(degrees: float) -> float:
    """Return the two-sided quantile of Student's t at the confidence used everywhere.

    Examples
    --------
    >>> round(t_quantile(4), 3)
    2.776
    """
    return float(special.stdtrit(degrees, 0.5 + CONFIDENCE / 2.0))


def mean_interval(values: FloatArray) -> tuple[float, float]:
    """Return the mean over replications and the half-width of its confidence interval; NaN where it can't be known."""
    n = values.size
    mean = float(values.mean()) if n else float("nan")
    if n < 2:
        return mean, float("nan")
    return mean, t_quantile(n - 1) * float(values.std(ddof=1)) / n**0.5


def paired_difference(other: FloatArray, reference: FloatArray) -> dict[str, Any]:
    """Return the difference other minus reference with its interval.

    Parameters
    ----------
    other, reference : ndarray of float64, shape (n_replication,)
        The same replications in the same order.

    Returns
    -------
    dict
        difference, half_width, p_value, variance_ratio, is_paired.
    """
    n = other.size
    difference = other - reference
    mean = float(difference.mean()) if n else float("nan")
    if n < 2:
        return {"difference": mean, "half_width": float("nan"), "p_value": float("nan"), "variance_ratio": float("nan"), "is_paired": True}
    paired = float(difference.var(ddof=1))
    apart = float(other.var(ddof=1) + reference.var(ddof=1))
    ratio = apart / paired if paired > 0.0 else (float("inf") if apart > 0.0 else 1.0)
    is_paired = ratio >= 1.0
    if is_paired:
        error, degrees = (paired / n) ** 0.5, float(n - 1)
    else:
        error = (apart / n) ** 0.5
        shares = np.array([other.var(ddof=1), reference.var(ddof=1)]) / n
        degrees = float(shares.sum() ** 2 / (shares**2 / (n - 1)).sum())  # Welch and Satterthwaite
    if error == 0.0:
        p_value = 1.0 if mean == 0.0 else 0.0
        return {"difference": mean, "half_width": 0.0, "p_value": p_value, "variance_ratio": ratio, "is_paired": is_paired}
    p_value = float(2.0 * special.stdtr(degrees, -abs(mean) / error))
    return {"difference": mean, "half_width": t_quantile(degrees) * error, "p_value": p_value, "variance_ratio": ratio, "is_paired": is_paired}


def holm(p_values: FloatArray) -> FloatArray:
    """Return p-values adjusted after Holm; NaN stays NaN and counts for nothing.

    Examples
    --------
    >>> holm(np.array([0.01, 0.04, 0.03])).round(2).tolist()
    [0.03, 0.06, 0.06]
    """
    known = np.flatnonzero(np.isfinite(p_values))
    order = known[np.argsort(p_values[known], kind="stable")]
    adjusted = np.full(p_values.size, np.nan)
    factors = np.arange(order.size, 0, -1)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(p_values[order] * factors)) if order.size else []
    return adjusted


def verdict(difference: float, half_width: float, p_value: float, margin: float) -> str:
    """Return the word for a difference."""
    if not np.isfinite(half_width):
        return OPEN
    if abs(difference) + half_width <= margin:
        return SAME
    if p_value < 1.0 - CONFIDENCE:
        return DIFFERS
    return OPEN


def key_margin(keys: dict[str, float], indicator: str, dimension: str) -> float | None:
    """Return the margin of a key indicator, None where it is no key indicator."""
    return keys.get(f"{indicator}/{dimension}" if dimension else indicator)


def indicator_matrix(run: RunFolder, scenario: str, year: str, draws: bool = False) -> pd.DataFrame:
    """Return the indicators of one scenario and year: rows (variant, indicator, dimension), a column per replication."""
    frames = []
    for cell in run.cells(draws):
        if (cell.scenario, cell.year) == (scenario, year):
            frames.append(run.read(cell, "indicators").assign(variant=cell.variant, replication=cell.replication))
    if not frames:
        raise UsageError(f"{run.path}: has no finished {'draw' if draws else 'replication'} of scenario {scenario}, year {year}; run the study first")
    everything = pd.concat(frames, ignore_index=True)
    return everything.pivot(index=["variant", "indicator", "dimension", "unit"], columns="replication", values="value")


def compare_variants(run: RunFolder, *, reference: str | None = None, scenario: str | None = None, year: str | None = None) -> pd.DataFrame:
    """Compare every variant with the reference.

    Parameters
    ----------
    run : RunFolder
    reference, scenario, year : str, optional
        By default those of the study.

    Returns
    -------
    DataFrame
        `scenario, year, variant, reference, indicator, dimension, unit, reference_mean, mean, difference, low, high, half_width,
        p_value, p_adjusted, variance_ratio, is_paired, n, is_key, margin, verdict`, and `knowledge_low, knowledge_high`, the 5th
        and 95th percentile of the paired difference over the draws of uncertain values, where there are draws.
    """
    facts = run.facts
    reference = run.choose("variants", reference, run.reference)
    scenario = run.choose("scenarios", scenario)
    year = run.choose("years", year)
    matrix = indicator_matrix(run, scenario, year)
    if reference not in matrix.index.get_level_values("variant"):
        raise UsageError(f"{run.path}: variant '{reference}' has no finished replication; run it first")
    knowledge: Any = indicator_matrix(run, scenario, year, draws=True) if run.cells(draws=True) else None
    rows: list[dict[str, Any]] = []
    base: Any = matrix.xs(reference, level="variant")
    row_key: Any
    for row_key, values in matrix.iterrows():
        variant, indicator, dimension, unit = row_key
        key = (indicator, dimension, unit)
        if variant == reference or key not in base.index:
            continue
        both = pd.DataFrame({"other": values, "reference": base.loc[key]}).dropna().to_numpy()
        margin = key_margin(facts["key_indicators"], indicator, dimension)
        row = {
            "scenario": scenario, "year": year, "variant": variant, "reference": reference, "indicator": indicator, "dimension": dimension,
            "unit": unit, "reference_mean": both[:, 1].mean() if len(both) else np.nan, "mean": both[:, 0].mean() if len(both) else np.nan,
            **paired_difference(both[:, 0], both[:, 1]), "n": len(both), "is_key": margin is not None, "margin": margin or 0.0,
        }  # fmt: skip
        rows.append(row | _knowledge(knowledge, variant, reference, key))
    return _with_words(pd.DataFrame(rows))


def _knowledge(matrix: Any, variant: str, reference: str, key: tuple[str, str, str]) -> dict[str, float]:
    """Return the band of the paired difference over the draws."""
    if matrix is None or (variant, *key) not in matrix.index or (reference, *key) not in matrix.index:
        return {"knowledge_low": np.nan, "knowledge_high": np.nan}
    difference = (matrix.loc[(variant, *key)] - matrix.loc[(reference, *key)]).dropna()
    low, high = (float(difference.quantile(q)) for q in (0.05, 0.95)) if len(difference) else (np.nan, np.nan)
    return {"knowledge_low": low, "knowledge_high": high}


def _with_words(table: pd.DataFrame) -> pd.DataFrame:
    """Add the interval's ends, the adjusted p-values and the verdicts."""
    if table.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    table["low"] = table["difference"] - table["half_width"]
    table["high"] = table["difference"] + table["half_width"]
    table["p_adjusted"] = table["p_value"]
    is_key = table["is_key"].to_numpy()
    if is_key.any():
        is_tested = is_key & table["p_value"].notna()  # a figure that never differs is no test
        table.loc[is_tested, "p_adjusted"] = holm(table.loc[is_tested, "p_value"].to_numpy())
    table["verdict"] = [verdict(d, h, p, m) for d, h, p, m in zip(table["difference"], table["half_width"], table["p_adjusted"], table["margin"], strict=True)]
    return table[list(COLUMNS)].sort_values(["variant", "is_key", "indicator", "dimension"], ascending=[True, False, True, True], ignore_index=True)
