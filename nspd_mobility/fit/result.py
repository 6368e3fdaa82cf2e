"""What the estimation gives: estimates, what was dropped, gaps in the log, profiles, and the samples behind each estimate."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """One estimated number with its interval.

    Attributes
    ----------
    path : str
        Dotted name; where `is_param`, the path of the parameter below the lock (``chambers.east.door_close_s``) or the demand.
    value, low, high : float
        Estimate and the ends of its interval, in `unit`.
    n : int
        Observations used.
    n_outliers : int
        Observations left out as outliers.
    method : str
        How the interval was made.
    is_param : bool
        Whether it is a parameter of the model, and goes into the overlay.
    logs : tuple of str
        The kinds of log that it comes from.
    """

    path: str
    value: float
    low: float
    high: float
    unit: str
    n: int
    n_outliers: int
    method: str
    is_param: bool = True
    logs: tuple[str, ...] = ("passages",)


@dataclass(frozen=True, slots=True)
class Sample:
    """The observations behind one estimate, for its picture: durations `y_s`, and `x` where they depend on something.

    `coefficients` are those of ``y = coefficients[0] + coefficients[1] * x``; `x_kind` is length, head, number or empty.
    """

    path: str
    y_s: Floats
    is_kept: npt.NDArray[np.bool_]
    x: Floats | None
    x_kind: str
    coefficients: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Dropped:
    """Rows or cells of a log that were left out."""

    log: str
    reason: str
    n: int
    n_of: int
    examples: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The finding in a sentence."""
        shown = f": {'; '.join(self.examples)}{'; ...' if self.n > len(self.examples) else ''}" if self.examples else ""
        return f"{self.log}: {self.reason}: {self.n} of {self.n_of}{shown}"


@dataclass(frozen=True, slots=True)
class Gap:
    """A period in which the log is silent for longer than chance allows, or which can't be dated."""

    begin: pd.Timestamp
    end: pd.Timestamp
    expected: float
    reason: str

    @property
    def hours(self) -> float:
        """Length (h)."""
        return (self.end - self.begin).total_seconds() / 3600.0


@dataclass(frozen=True)
class FitResult:
    """All that was estimated from the logs.

    Attributes
    ----------
    estimates : list of Estimate
    profiles : DataFrame
        One row per profile (hour, weekday, month), group and key: `profile, group, key, factor, low, high, n, is_measured`.
    samples : list of Sample
    dropped : list of Dropped
    gaps : list of Gap
    notes : list of str
        What a reader has to know: what could not be estimated and why.
    begin, end : Timestamp
        First and last moment of the log (UTC).
    year : int
        Calendar year of most of the log.
    fixed : dict of str to float
        Parameters that must be set along with the estimated ones, because these hold all of the duration.
    """

    estimates: list[Estimate] = field(default_factory=list)
    profiles: pd.DataFrame = field(default_factory=pd.DataFrame)
    samples: list[Sample] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    begin: pd.Timestamp | None = None
    end: pd.Timestamp | None = None
    year: int | None = None
    fixed: dict[str, float] = field(default_factory=dict)

    def __getitem__(self, path: str) -> Estimate:
        """Return the estimate of a path; a KeyError names the nearest."""
        for estimate in self.estimates:
            if estimate.path == path:
                return estimate
        from ..errors import nearest

        raise KeyError(f"there is no estimate '{path}'{nearest(path, [e.path for e in self.estimates])}")

    def table(self) -> pd.DataFrame:
        """Return the estimates as a table: path, value, low, high, unit, n, n_outliers, method, is_param, logs."""
        columns = list(Estimate.__slots__)
        return pd.DataFrame([{name: getattr(e, name) for name in columns} for e in self.estimates], columns=columns)

    def at(self, path: str) -> dict[str, Any]:
        """Return the parameter values below a path as nested maps of plain numbers, such as ``at("chambers")``."""
        values = {e.path: e.value for e in self.estimates if e.is_param} | self.fixed
        tree: dict[str, Any] = {}
        for name, value in values.items():
            if name.startswith(f"{path}."):
                *parents, last = name[len(path) + 1 :].split(".")
                node = tree
                for part in parents:
                    node = node.setdefault(part, {})
                node[last] = value
        return tree
