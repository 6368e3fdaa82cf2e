"""Line profiles: what a train's way looks like over distance, and the course of one train on it.

A `LineProfile` is limits, gradients and wires, constant over spans, and the points where a train may be timed, held or stopped. Distance is
that of the head from where it starts. Behind the first metre the line is taken to go on as it begins.

A course (`course_of`) is the profile as one train feels it. A limit holds from the head on it to the tail off it. The gradient is the mean
under the train, of evenly spread mass: sin α = (h(x) - h(x - length)) / length. Down from the end of the path, the speed at the end of each
cell is that from which the brakes still reach all lower limits beyond it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import DataError, allowed, nearest
from ._kernels.records import CELL, records

Floats = npt.NDArray[np.float64]
STEEPEST_PERMILLE = 1000.0
TINY = 1e-9  # lower bound of what must be above 0


@dataclass(frozen=True, slots=True, eq=False)
class LineProfile:
    """A train's way over distance.

    Attributes
    ----------
    name : str
        For messages.
    bounds_m : ndarray of float64, shape (n_span + 1,)
        Where spans begin and end (m).
    speed_m_s : ndarray of float64, shape (n_span,)
        Limits (m/s).
    gradient_permille : ndarray of float64, shape (n_span,)
        Rise in the direction of travel (‰).
    electrification : tuple of str, shape (n_span,)
        Wire of each span: none, 3kv, 1.5kv.
    points_m : ndarray of float64, shape (n_point,)
        Points, rising (m); the first is the begin and the last the end.
    point_names : tuple of str, shape (n_point,)
        Their names.
    point_places : tuple of str, shape (n_point,)
        Place in which a train with its head at the point stands; empty where none.
    is_signal : ndarray of bool, shape (n_point,)
        Where a train may be held.
    track_m : ndarray of float64, shape (n_point,)
        Length of the place's track that ends at the point (m); inf where there is no place, or it is not known.
    """

    name: str
    bounds_m: Floats
    speed_m_s: Floats
    gradient_permille: Floats
    electrification: tuple[str, ...]
    points_m: Floats
    point_names: tuple[str, ...]
    point_places: tuple[str, ...]
    is_signal: npt.NDArray[np.bool_]
    track_m: Floats

    @property
    def length_m(self) -> float:
        """Length of the way (m)."""
        return float(self.bounds_m[-1])

    def point_of(self, key: str) -> int:
        """Return the index of a point by its name or its place; the last one of a place, where its track ends.

        Raises
        ------
        DataError
            For a name that the profile does not have.
        """
        for names in (self.point_names, self.point_places):
            found = [k for k, name in enumerate(names) if name == key]
            if found:
                return found[-1]
        known = sorted({*self.point_names, *self.point_places} - {""})
        raise DataError(f"{self.name}: '{key}' is no point or place on the way{nearest(key, known)}; there are: {allowed(known)}")


def line_profile(
    length_m: float,
    speed_m_s: float | Sequence[tuple[float, float]],
    *,
    gradient_permille: float | Sequence[tuple[float, float]] = 0.0,
    electrification: str | Sequence[tuple[float, str]] = "none",
    points: Sequence[tuple[str, float]] = (),
    signals: Iterable[str] | None = None,
    name: str = "line",
) -> LineProfile:
    """Make a profile from plain numbers.

    Parameters
    ----------
    length_m : float
        Length (m).
    speed_m_s : float or sequence of (from_m, speed)
        Limit (m/s), one or from where each holds.
    gradient_permille, electrification
        The same for the rise (‰) and the wire.
    points : sequence of (name, position_m)
        Points besides the begin and the end.
    signals : iterable of str, optional
        Names of the points where a train may be held; left out, at all.
    name : str
        For messages.

    Raises
    ------
    DataError
        For lengths, limits or gradients that can't be used, or points off the line.

    Examples
    --------
    >>> line_profile(1000.0, [(0.0, 20.0), (600.0, 10.0)]).bounds_m.tolist()
    [0.0, 600.0, 1000.0]
    """
    if not 0.0 < length_m < np.inf:
        raise DataError(f"{name}: a length of {length_m:g} m can't be used; it must be above 0")
    given = {"speed_m_s": speed_m_s, "gradient_permille": gradient_permille, "electrification": electrification}
    tracks: dict[str, list[tuple[float, Any]]] = {}
    for key, value in given.items():
        steps: list[tuple[float, Any]] = [(0.0, value)] if isinstance(value, int | float | str) else [(float(at), what) for at, what in value]
        if not steps or steps[0][0] != 0.0 or any(b[0] <= a[0] for a, b in pairwise(steps)) or steps[-1][0] >= length_m:
            raise DataError(f"{name}: {key} must begin at 0 m and rise in distance, below the length of {length_m:g} m")
        tracks[key] = steps
    begins = sorted({at for steps in tracks.values() for at, _ in steps})
    columns = {key: [next(what for at, what in reversed(steps) if at <= begin) for begin in begins] for key, steps in tracks.items()}
    inner = sorted(((float(at), point) for point, at in points), key=lambda row: row[0])
    for at, point in inner:
        if not 0.0 <= at <= length_m:
            raise DataError(f"{name}: point '{point}' at {at:g} m is off the line; it must lie from 0 to {length_m:g} m")
    rows = [(0.0, "begin")] if not inner or inner[0][0] > 0.0 else []
    rows += inner
    if rows[-1][0] < length_m:
        rows.append((float(length_m), "end"))
    names = tuple(point for _, point in rows)
    wanted = set(names if signals is None else signals)
    if wanted - set(names):
        odd = sorted(wanted - set(names))[0]
        raise DataError(f"{name}: signal '{odd}' is no point of the line{nearest(odd, names)}; there are: {allowed(names)}")
    return _checked(
        LineProfile(
            name=name,
            bounds_m=np.array([*begins, length_m], dtype=np.float64),
            speed_m_s=np.array(columns["speed_m_s"], dtype=np.float64),
            gradient_permille=np.array(columns["gradient_permille"], dtype=np.float64),
            electrification=tuple(str(wire) for wire in columns["electrification"]),
            points_m=np.array([at for at, _ in rows]),
            point_names=names,
            point_places=("",) * len(names),
            is_signal=np.array([point in wanted for point in names]),
            track_m=np.full(len(names), np.inf),
        )
    )


def profile_of_sections(sections: pd.DataFrame, way: Sequence[tuple[str, int]], *, name: str = "way") -> LineProfile:
    """Make a profile from the sections of a track network, in the order and direction in which a train takes them.

    Parameters
    ----------
    sections : DataFrame
        Sections of a `TrackNetwork`: id, from_node, to_node, length_m, speed_m_s, speed_back_m_s, signal_to, signal_from,
        gradient_permille, electrification, place.
    way : sequence of (section id, direction)
        Direction 1 from from_node to to_node, -1 back.
    name : str
        For messages.

    Returns
    -------
    LineProfile
        One span per section; a point at the begin and at the end of each section, named by the node there.

    Raises
    ------
    DataError
        For an unknown section, a gap in the way, or a section that is not open in that direction.
    """
    rows = sections.set_index("id", drop=False)
    known = [str(key) for key in rows.index]
    ends: list[tuple[str, str]] = []
    columns: dict[str, list[Any]] = {key: [] for key in ("speed", "gradient", "wire", "place", "signal", "length")}
    if not way:
        raise DataError(f"{name}: the way has no sections")
    for key, direction in way:
        if key not in rows.index:
            raise DataError(f"{name}: unknown section '{key}'{nearest(key, known)}")
        row: Any = rows.loc[key]
        is_back = direction < 0
        begin, end = (row.to_node, row.from_node) if is_back else (row.from_node, row.to_node)
        if ends and ends[-1][1] != begin:
            raise DataError(f"{name}: a gap before section '{key}', which begins at node '{begin}'; the section before ends at '{ends[-1][1]}'")
        ends.append((str(begin), str(end)))
        columns["speed"].append(float(row.speed_back_m_s if is_back else row.speed_m_s))
        columns["gradient"].append(float(-row.gradient_permille if is_back else row.gradient_permille))
        columns["wire"].append(str(row.electrification))
        columns["place"].append("" if pd.isna(row.place) else str(row.place))
        columns["signal"].append(bool(row.signal_from if is_back else row.signal_to))
        columns["length"].append(float(row.length_m))
        if columns["speed"][-1] <= 0.0:
            raise DataError(f"{name}: section '{key}' is not open in the direction from '{begin}' to '{end}'; take another way or give it a speed")
    bounds = np.concatenate([[0.0], np.cumsum(columns["length"])])
    return _checked(
        LineProfile(
            name=name,
            bounds_m=bounds,
            speed_m_s=np.array(columns["speed"]),
            gradient_permille=np.array(columns["gradient"]),
            electrification=tuple(columns["wire"]),
            points_m=bounds,
            point_names=(ends[0][0], *(end for _, end in ends)),
            point_places=("", *columns["place"]),
            is_signal=np.array([True, *columns["signal"]]),
            track_m=np.array([np.inf, *(length if place else np.inf for length, place in zip(columns["length"], columns["place"], strict=True))]),
        )
    )


def _checked(profile: LineProfile) -> LineProfile:
    steepest = STEEPEST_PERMILLE
    checks: dict[str, tuple[Floats, float, float, str]] = {
        "length_m": (np.diff(profile.bounds_m), TINY, np.inf, "above 0"),
        "speed_m_s": (profile.speed_m_s, TINY, np.inf, "above 0"),
        "gradient_permille": (profile.gradient_permille, -steepest, steepest, f"from {-steepest:g} to {steepest:g}"),
    }
    for key, (values, low, high, must) in checks.items():
        bad = np.flatnonzero(~(np.isfinite(values) & (values >= low) & (values <= high)))
        if bad.size:
            at = profile.bounds_m[bad[0]]
            raise DataError(f"{profile.name}: {key} of {values[bad[0]]:g} from {at:g} m can't be used; it must be {must}")
    return profile


def course_of(profile: LineProfile, train: Any, *, is_point_mass: bool = False) -> Any:
    """Return the course of a train on a profile.

    Parameters
    ----------
    profile : LineProfile
    train : record of TRAIN
        Physics of the train.
    is_point_mass : bool
        Take the gradient at the head, as some other programs do, in place of the mean under the train.

    Returns
    -------
    ndarray of CELL, shape (n_cell,)
    """
    bounds, length = profile.bounds_m, float(train["length_m"])
    sines = np.sin(np.arctan(profile.gradient_permille / 1000.0))
    edges = np.unique(np.concatenate([bounds, bounds + length]))
    edges = edges[edges <= bounds[-1]]
    begins, ends = edges[:-1], edges[1:]
    cells = records(CELL, len(begins))
    cells["begin_m"], cells["end_m"] = begins, ends
    first = np.maximum(np.searchsorted(bounds, begins - length, side="right") - 1, 0)
    last = np.searchsorted(bounds, begins, side="right")
    limits = [min(float(profile.speed_m_s[a:b].min()), float(train["speed_max_m_s"])) for a, b in zip(first, last, strict=True)]
    cells["limit_m2_s2"] = np.square(limits)
    if is_point_mass or length == 0.0:
        cells["slope"] = sines[last - 1]
    else:
        rise = np.concatenate([[0.0], np.cumsum(sines * np.diff(bounds))])

        def height(x: Floats) -> Floats:
            return np.asarray(np.interp(x, bounds, rise) + sines[0] * np.minimum(x, 0.0), dtype=np.float64)

        slopes = (height(edges) - height(edges - length)) / length
        cells["slope"] = slopes[:-1]
        cells["slope_per_m"] = np.diff(slopes) / (ends - begins)
    brake = 2.0 * float(train["brake_m_s2"])
    after = np.inf
    for k in range(len(cells) - 1, -1, -1):
        cells["after_m2_s2"][k] = min(after, cells["limit_m2_s2"][k])
        after = min(cells["limit_m2_s2"][k], cells["after_m2_s2"][k] + brake * (ends[k] - begins[k]))
    return cells
