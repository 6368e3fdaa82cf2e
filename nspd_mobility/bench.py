"""Benchmarks: every case is one file in ``benchmarks/`` that registers itself.

Machines differ and are shared, so a time alone says little. Each case is timed in turns with a yardstick, a fixed piece of
NumPy work, and its cost is the ratio of the two best times of the same run. Ratios are what ``--against`` compares.
"""

from __future__ import annotations

import importlib.util
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import CheckFailed, DataError, UsageError, allowed, nearest

_PACKAGE = Path(__file__).resolve().parent
ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Case:
    """A registered benchmark case.

    Attributes
    ----------
    name : str
    doc : str
    prepare : callable
        Called once with `is_smoke`; returns the work, a function without arguments that returns figures (name to value) of its
        own, and to which ``<unit>_per_s`` is added from `n`.
    unit : str
        What is counted, such as ships.
    """

    name: str
    doc: str
    prepare: Callable[[bool], tuple[Callable[[], dict[str, float]], int]]
    unit: str


CASES: dict[str, Case] = {}


def case(name: str, unit: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function that prepares a case."""

    def register(prepare: Callable[..., Any]) -> Callable[..., Any]:
        CASES[name] = Case(name, (prepare.__doc__ or "").strip().splitlines()[0], prepare, unit)
        return prepare

    return register


def load_cases() -> None:
    """Import every file of the benchmarks folder, in a source tree or in the installed package.

    Raises
    ------
    UsageError
        If there is no such folder.
    """
    for folder in (_PACKAGE.parent / "benchmarks", _PACKAGE / "_data" / "benchmarks"):
        files = sorted(folder.glob("case_*.py"))
        if files:
            break
    else:
        raise UsageError("no benchmark cases are installed; run from a source tree")
    for path in files:
        spec = importlib.util.spec_from_file_location(f"nspd_benchmark_{path.stem}", path)
        if spec is not None and spec.loader is not None:
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)


def yardstick() -> float:
    """Return the seconds of a fixed piece of work: sorting half a million numbers."""
    import numpy as np

    values = np.random.default_rng(1).random(500_000)
    begin = time.perf_counter()
    np.sort(values, kind="quicksort")
    return time.perf_counter() - begin


def measure(entry: Case, is_smoke: bool) -> dict[str, Any]:
    """Time a case in turns with the yardstick and return its figures."""
    work, n = entry.prepare(is_smoke)
    figures = work()  # compiles, fills caches
    rounds = 1 if is_smoke else ROUNDS
    times, sticks = [], []
    for _ in range(rounds):
        sticks.append(yardstick())
        begin = time.perf_counter()
        figures = work()
        times.append(time.perf_counter() - begin)
    best_s, stick_s = min(times), min(sticks)
    return {
        "doc": entry.doc,
        "seconds": best_s,
        "seconds_median": sorted(times)[len(times) // 2],
        "yardstick_s": stick_s,
        "ratio": best_s / stick_s,
        f"{entry.unit}_per_s": n / best_s,
        "n": n,
        **figures,
    }


def run_cases(name: str | None, *, smoke: bool, json_out: Path | None, against: Path | None, fail_above: float) -> None:
    """Run cases, print their figures, write them and compare their ratios with an earlier run.

    Raises
    ------
    CheckFailed
        If a case became slower than allowed.
    """
    if not 1.0 <= fail_above < float("inf"):
        raise UsageError(f"--fail-above is {fail_above}; it is a factor of at least 1, such as 1.3")
    load_cases()
    if name is not None and name not in CASES:
        raise UsageError(f"there is no benchmark case '{name}'{nearest(name, CASES)}; cases are: {allowed(CASES)}")
    base = _read(against) if against is not None else {}
    if json_out is not None:
        _write(json_out, {})  # a place that can't be written shows before the work, not after it
    results: dict[str, Any] = {}
    for entry in [CASES[name]] if name else list(CASES.values()):
        result = measure(entry, smoke)
        results[entry.name] = result
        shown = ", ".join(f"{key} {value:,.4g}" for key, value in result.items() if key not in ("doc", "n", "seconds_median", "yardstick_s"))
        print(f"{entry.name}: {shown}", flush=True)
    machine = {"cores": os.cpu_count(), "smoke": smoke}
    if json_out is not None:
        _write(json_out, {"machine": machine, "cases": results})
    _judge(results, base, fail_above)


def _write(path: Path, content: dict[str, Any]) -> None:
    try:
        path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: can't be written ({error.strerror or error}); choose another place for --json") from None


def _read(path: Path) -> dict[str, Any]:
    """Return the cases of an earlier file of figures; each has a ratio above 0."""
    try:
        cases: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["cases"]
        odd = [name for name, figures in cases.items() if not 0.0 < float(figures["ratio"]) < float("inf")]
    except OSError as error:
        raise DataError(f"{path}: can't be read ({error.strerror or error}); make one with 'nspd bench --json {path.name}'") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise DataError(f"{path}: is damaged, or no file of 'nspd bench --json'; make one with 'nspd bench --json {path.name}'") from None
    if odd:
        raise DataError(f"{path}: is damaged (case '{odd[0]}' has no ratio above 0); make one with 'nspd bench --json {path.name}'")
    return cases


def _judge(results: dict[str, Any], base: dict[str, Any], fail_above: float) -> None:
    slower = []
    for name, result in results.items():
        if name in base:
            factor = result["ratio"] / base[name]["ratio"]
            print(f"{name}: {factor:.2f} times the ratio of the base")
            if factor > fail_above:
                slower.append(f"{name} {factor:.2f}")
    if slower:
        raise CheckFailed(f"slower than {fail_above} times the base: {', '.join(slower)}")
