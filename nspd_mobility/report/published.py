"""Published figures that stand beside those of a run: kept as data, so that a difference is stated and its source named."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from .texts import Text, given


@cache
def published() -> dict[str, Any]:
    """Return all published figures, as they stand in ``published.yaml``."""
    from ruamel.yaml import YAML

    found: dict[str, Any] = YAML(typ="safe").load(files(__package__).joinpath("published.yaml").read_text(encoding="utf-8"))
    return found


def source_of(row: dict[str, Any]) -> Text:
    """Return where a published figure comes from."""
    return given(published()["sources"][row["source"]])


def outside(value: float, row: dict[str, Any]) -> float:
    """Return by how much a value lies above (positive) or below (negative) a published one or its range; 0 within the range.

    Examples
    --------
    >>> outside(45.0, {"low": 20, "high": 40}), outside(18.0, {"value": 21}), outside(30.0, {"low": 20, "high": 40})
    (5.0, -3.0, 0.0)
    """
    low, high = (float(row[key] if key in row else row["value"]) for key in ("low", "high"))
    return value - high if value > high else value - low if value < low else 0.0
