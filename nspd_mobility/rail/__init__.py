"""Trains: rolling stock, running times, the interlocked area that they share, and the capacity of its tracks.

Usable alone: `running_time` takes a train and a path, `simulate` trains and tracks, `compress` a table of occupations.
"""

from typing import Any

_PUBLIC = {
    "LineProfile": "profile",
    "line_profile": "profile",
    "profile_of_sections": "profile",
    "Train": "rolling_stock",
    "train_of": "rolling_stock",
    "plain_train": "rolling_stock",
    "read_vehicles": "stock_tables",
    "read_compositions": "stock_tables",
    "running_time": "running",
    "simulate": "simulation",
    "RailResult": "simulation",
    "RunTable": "run_table",
    "tabulate_runs": "run_table",
    "compress": "compression",
    "conflicts": "overlaps",
    "headways": "overlaps",
    "insert_paths": "insertion",
}
__all__ = list(_PUBLIC)


def __getattr__(name: str) -> Any:  # heavy imports wait until they are needed
    if name in _PUBLIC:
        from importlib import import_module

        return getattr(import_module(f".{_PUBLIC[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
