"""Sea and inland shipping: locks, levels, canal and estuary.

Usable alone: `simulate_lock` takes a table of ships and a lock complex and returns tables.
"""

from typing import Any

_PUBLIC = {
    "simulate_canal": "canal",
    "CanalResult": "canal",
    "CanalLayout": "canal",
    "limit_speed_m_s": "canal",
    "simulate_lock": "lock",
    "LockResult": "lock",
    "LevelSeries": "complex",
    "sea_levels": "levels",
    "water_levels": "levels",
    "tidal_extremes": "levels",
    "closure_intervals": "closures",
    "closed_share": "closures",
    "WaterBalance": "water",
    "treaty_balance": "treaty",
    "boundary_lock": "boundary",
    "boundary_times": "boundary",
    "steady_exchange": "salt",
    "exchange_of_lockages": "salt",
    "displacement_of_lockages": "salt",
}
__all__ = list(_PUBLIC)


def __getattr__(name: str) -> Any:  # heavy imports wait until they are needed
    if name in _PUBLIC:
        from importlib import import_module

        return getattr(import_module(f".{_PUBLIC[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
