"""The two consoles, and how numbers and data are printed."""

from __future__ import annotations

import json
import math
import sys
from typing import Any

from rich.console import Console

from ..errors import UsageError, allowed, nearest

LANGUAGES = ("nl", "en")
_PIPED_WIDTH = 220  # a file or a pipe has no width of its own; rows stay on one line
console = Console(width=None if sys.stdout.isatty() else _PIPED_WIDTH)
errors_console = Console(stderr=True)


def check_language(language: str) -> None:
    """Refuse a language that the report does not have."""
    if language not in LANGUAGES:
        raise UsageError(f"there is no language '{language}'{nearest(language.lower(), LANGUAGES)}; allowed are: {allowed(LANGUAGES)}")


def number(value: float, unit: str = "") -> str:
    """Return a number as a table shows it: as many decimals as its size deserves."""
    if value is None or math.isnan(value):
        return "–"
    if unit == "–":
        return f"{100 * value:.1f} %"
    size = abs(value)
    decimals = 0 if size >= 1000 else 1 if size >= 10 else 2
    return f"{value:,.{decimals}f}"


def label(indicator: str, dimension: str) -> str:
    """Return an indicator's name with what it is split by."""
    return f"{indicator} [{dimension}]" if dimension else indicator


def print_json(content: Any) -> None:
    """Print data as JSON, with null for what is not a number."""

    def clean(item: Any) -> Any:
        if isinstance(item, dict):
            return {str(k): clean(v) for k, v in item.items()}
        if isinstance(item, list | tuple):
            return [clean(v) for v in item]
        if isinstance(item, float) and not math.isfinite(item):
            return None
        return item.item() if hasattr(item, "item") else item

    print(json.dumps(clean(content), indent=1, ensure_ascii=False, default=str))
