"""Parameters estimated from logs: movement, door and levelling times of locks, bridge times, and arrival profiles.

What a log says is written as `measured` values, each with its 95 % interval, its number of observations and its source, in the
form that a study lays over a dataset. See docs/how-to/calibrate.md.
"""

from typing import Any

_PUBLIC = {
    "fit_lock": "lock",
    "fit_bridges": "bridges",
    "FitResult": "result",
    "FitSettings": "settings",
    "Estimate": "result",
    "log_of_result": "simulated",
    "write_fit": "write",
}
__all__ = list(_PUBLIC)


def __getattr__(name: str) -> Any:  # heavy imports wait until they are needed
    if name in _PUBLIC:
        from importlib import import_module

        return getattr(import_module(f".{_PUBLIC[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
