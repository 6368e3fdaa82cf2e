"""The folder that the estimation leaves: fit.yaml (an overlay), profile tables, fit.json (all of it) and fit.html (the pictures).

fit.yaml has one key, ``values``, in the layout of a study: it can be appended to a study.yaml, or put under a measure. Each number
carries its interval as low and high, the log as its source, the year, and the quality `measured`.
"""

from __future__ import annotations

import io
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

from ..demand.ship_tables import ShipTables
from ..errors import DataError, UsageError
from ..version import __version__
from .arrivals import AXES
from .gaps import total_hours
from .result import Estimate, FitResult
from .settings import FitSettings

OVERLAY, FACTS, PAGE = "fit.yaml", "fit.json", "fit.html"
_DIGITS = 6


def write_fit(
    result: FitResult,
    folder: str | Path,
    *,
    lock: str,
    sources: Mapping[str, str],
    base: ShipTables | None = None,
    settings: FitSettings | None = None,
    language: str = "nl",
) -> Path:
    """Write what was estimated.

    Parameters
    ----------
    result : FitResult
    folder : str or Path
        Made where it does not exist.
    lock : str
        Name of the lock in the network.
    sources : mapping
        Name of each log by its kind: passages, lockages, levels, bridges.
    base : ShipTables, optional
        Profiles of groups that the log did not give.
    settings : FitSettings, optional
        As used, for the record.
    language : str
        Language of the page: nl or en.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    DataError
        If there is nothing to write.
    UsageError
        If the folder can't be written.
    """
    from .page import render

    source = ", ".join(dict.fromkeys(sources.values()))
    if not result.estimates:
        raise DataError(f"{source}: nothing could be estimated ({'; '.join(result.notes[:3])}); give a longer log")
    out = Path(folder)
    files = {
        OVERLAY: overlay_text(result, lock, sources),
        FACTS: json.dumps(as_data(result, lock, sources, settings or FitSettings()), indent=1, ensure_ascii=False, allow_nan=False) + "\n",
        PAGE: render(result, lock, source, language),
        **{f"profile_{name}.csv": text for name, text in profile_texts(result, sources.get("passages", source), base).items()},
    }
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (out / name).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"{out}: can't be written ({error.strerror or error}); choose another folder with --out") from None
    return out


def rounded(value: float) -> float:
    """Return a number with six significant digits."""
    return float(f"{value:.{_DIGITS}g}")


def overlay_text(result: FitResult, lock: str, sources: Mapping[str, str]) -> str:
    """Return fit.yaml."""
    source = ", ".join(dict.fromkeys(sources.values()))
    values = CommentedMap()
    for estimate in result.estimates:
        if estimate.is_param:
            _put(values, _place(estimate.path, lock), _quantity(estimate, sources, result.year))
    for path, value in result.fixed.items():
        log = "bridges" if path.startswith("bridges.") else "passages"
        fixed = CommentedMap(value=value, source=_clean(sources.get(log, "log")), quality="measured", note="the fitted time holds all of it")
        fixed.fa.set_flow_style()
        _put(values, _place(path, lock), fixed)
    tree = CommentedMap(values=values)
    span = "" if result.begin is None or result.end is None else f" of {result.begin:%Y-%m-%d} to {result.end:%Y-%m-%d}"
    tree.yaml_set_start_comment(
        _clean(f"Measured values of {lock}, estimated by nspd {__version__} from {source}{span}. Append this to a study.yaml, or put it under a measure.")
    )
    writer = YAML()
    writer.width = 10_000
    text = io.StringIO()
    writer.dump(tree, text)
    return text.getvalue()


def _place(path: str, lock: str) -> tuple[str, ...]:
    """Return where a parameter stands in the values of a study: below its lock, with the bridges, or as its path says."""
    below = {"chambers": ("network", "waterway", "locks", lock), "bridges": ("network", "waterway")}
    first, *rest = path.split(".")
    return (*below.get(first, ()), first, *rest)


def _put(tree: CommentedMap, path: tuple[str, ...], value: Any) -> None:
    for key in path[:-1]:
        tree = tree.setdefault(key, CommentedMap())
    tree[path[-1]] = value


def _quantity(estimate: Estimate, sources: Mapping[str, str], year: int | None) -> CommentedMap:
    low, value, high = rounded(estimate.low), rounded(estimate.value), rounded(estimate.high)
    source = _clean(", ".join(sources.get(log, log) for log in estimate.logs))
    data = CommentedMap(value=value, low=min(low, value), high=max(high, value), unit=estimate.unit, source=source)
    if year is not None:
        data["year"] = year
    data["quality"] = "measured"
    outliers = f", {estimate.n_outliers} outliers left out" if estimate.n_outliers else ""
    data["note"] = f"n={estimate.n}{outliers}; low and high are a 95 % interval"
    data.fa.set_flow_style()
    return data


def _clean(text: str) -> str:
    """Return a text of a user's on one line, without control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def profile_texts(result: FitResult, source: str, base: ShipTables | None) -> dict[str, str]:
    """Return the profile tables as CSV: each group with mean 1; groups that the log did not give as in the base."""
    texts = {}
    for profile, key, _, _ in AXES:
        mine = result.profiles[result.profiles["profile"] == profile] if len(result.profiles) else result.profiles
        if mine.empty or not mine["is_measured"].any():
            continue
        weakest = "measured" if mine["is_measured"].all() else "estimate"
        rows = pd.DataFrame({"group": mine["group"], key: mine["key"], "factor": mine["factor"].round(9)})
        rows["source"] = np.where(mine["is_measured"], _clean(source).replace(",", ";"), "not in the log: base profile")
        rows["quality"] = np.where(mine["is_measured"], "measured", weakest)
        if base is not None:
            table: pd.DataFrame = getattr(base, f"profile_{profile}")
            rest = table[~table["group"].isin(rows["group"])][list(rows.columns)]
            rows = pd.concat([rows, rest], ignore_index=True)
        texts[profile] = rows.to_csv(index=False, lineterminator="\n", float_format="%.9g")
    return texts


def as_data(result: FitResult, lock: str, sources: Mapping[str, str], settings: FitSettings) -> dict[str, Any]:
    """Return everything as plain data for JSON."""

    def plain(value: Any) -> Any:
        value = value.item() if isinstance(value, np.generic) else value
        return None if isinstance(value, float) and not math.isfinite(value) else value

    def moment(time: pd.Timestamp | None) -> str | None:
        return None if time is None else time.isoformat()

    rows = result.table().to_dict("records")
    profiles = result.profiles.to_dict("records") if len(result.profiles) else []
    return {
        "program": {"name": "nspd-mobility", "version": __version__},
        "lock": lock,
        "sources": dict(sources),
        "begin": moment(result.begin),
        "end": moment(result.end),
        "settings": settings.model_dump(),
        "estimates": [{str(k): plain(v) for k, v in row.items()} for row in rows],
        "profiles": [{str(k): plain(v) for k, v in row.items()} for row in profiles],
        "gap_hours": total_hours(result.gaps),
        "gaps": [{"begin": moment(g.begin), "end": moment(g.end), "hours": g.hours, "expected": plain(g.expected), "reason": g.reason} for g in result.gaps],
        "dropped": [{"log": d.log, "reason": d.reason, "n": d.n, "n_of": d.n_of, "examples": list(d.examples)} for d in result.dropped],
        "notes": result.notes,
    }
