"""nspd-mobility: ships, trains, trucks and travellers of a cross-border port district on one clock.

Examples
--------
>>> import nspd_mobility as nspd
>>> study = nspd.load_study("smoke")
>>> study.params.replications
2
"""

from typing import Any

from .version import __version__

_PUBLIC = {"load_study": "api", "run": "api", "compare": "api", "read_results": "api", "RunFolder": "api", "Study": "api"}
__all__ = [*_PUBLIC, "__version__"]


def __getattr__(name: str) -> Any:  # heavy imports wait until they are needed
    if name in _PUBLIC:
        from importlib import import_module

        return getattr(import_module(f".{_PUBLIC[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
