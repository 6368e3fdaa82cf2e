"""Closures that follow from the water levels: limits of the sea's level, and rest around low water.

*Limits.* A chamber is closed while the sea stands below `closed_below_m_nap` (no water over the sill, or doors that don't stand against
the head) or above `closed_above_m_nap` (a storm closure). Levels are straight lines between the points of the series, constant outside.

*Regimes.* In a block from `before_low_water_s` before to `after_low_water_s` after each low water no lockage begins. In a drought that
saves fresh water, as a lockage at low water costs most; when water is let out (spuien) it is the currents of the outlet that close the
locks. A triggered regime looks at the canal and the discharge at the moment when the block would begin, as the lock master does, and
holds for the whole block.

Left out: a regime that lasts until well after its trigger (hysteresis). Where the run makes the canal's level, `triggered` judges
the blocks one by one.

References
----------
Press reports as quoted in the networks' sources: drought of 2018 at Terneuzen, no lockages from 2 h before to 2 h after low water; canal
at NAP +2.40 m, Middensluis stopped 10:00 to 17:30, Oostsluis and Westsluis 11:30 to 15:30 around low water.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..codes import RegimeActive
from ..params.closures import OuterLimits, RegimeParams
from .complex import LevelSeries
from .levels import tidal_extremes, times_of

FloatArray = npt.NDArray[np.float64]
Span = tuple[float, float]


def outer_level_spans(limits: OuterLimits, levels: LevelSeries | None) -> list[Span]:
    """Return when the sea stands beyond a chamber's limits (s).

    Parameters
    ----------
    limits : OuterLimits
    levels : LevelSeries, optional
        Needed where there is a limit.

    Raises
    ------
    ValueError
        If there is a limit and no `levels`.
    """
    usual = OuterLimits()
    if limits == usual:
        return []
    if levels is None:
        raise ValueError("limits of the outer level need levels")
    times, sea = times_of(levels), levels.sea_m_nap
    return [*spans_above(times, limits.closed_below_m_nap - sea), *spans_above(times, sea - limits.closed_above_m_nap)]


def spans_above(times_s: FloatArray, value: FloatArray) -> list[Span]:
    """Return when a series of straight lines lies above 0 (s); constant outside its ends, so a span there is without end.

    Examples
    --------
    >>> spans_above(np.array([0.0, 10.0, 20.0]), np.array([-1.0, 1.0, -3.0]))
    [(5.0, 12.5)]
    """
    is_above = value > 0.0
    turns = np.flatnonzero(is_above[1:] != is_above[:-1])
    step = times_s[turns + 1] - times_s[turns]
    crossings = times_s[turns] + step * value[turns] / (value[turns] - value[turns + 1])
    bounds = [*([-np.inf] if is_above[0] else []), *crossings.tolist(), *([np.inf] if is_above[-1] else [])]
    return list(zip(bounds[::2], bounds[1::2], strict=True))


def regime_spans(regime: RegimeParams, levels: LevelSeries | None, discharge_m3_s: npt.ArrayLike | None = None) -> list[Span]:
    """Return the blocks of a regime (s), one per low water; they may overlap.

    Parameters
    ----------
    regime : RegimeParams
    levels : LevelSeries, optional
        Needed where the regime may be active.
    discharge_m3_s : array_like of float, shape (n,), optional
        Discharge at the points of `levels` (m³/s); needed where there is a trigger on it.

    Raises
    ------
    ValueError
        If levels or discharge are needed and not given.
    """
    if regime.active is RegimeActive.NEVER:
        return []
    if levels is None:
        raise ValueError("a regime around low water needs levels")
    low_s = low_waters_s(levels)
    if regime.active is RegimeActive.TRIGGERED:
        low_s = low_s[is_triggered(regime, low_s - regime.before_low_water_s, times_of(levels), levels.canal_m_nap, discharge_m3_s)]
    return [(float(t - regime.before_low_water_s), float(t + regime.after_low_water_s)) for t in low_s]


def low_waters_s(levels: LevelSeries) -> FloatArray:
    """Return the times of low water of a series (s)."""
    extremes = tidal_extremes(times_of(levels), levels.sea_m_nap)
    return extremes.loc[~extremes["is_high"], "time_s"].to_numpy(dtype=np.float64)


def is_triggered(
    regime: RegimeParams, at_s: FloatArray, times_s: FloatArray, canal_m_nap: FloatArray, discharge_m3_s: npt.ArrayLike | None
) -> npt.NDArray[np.bool_]:
    """Return whether a regime's trigger is passed at some times; `canal_m_nap` and the discharge are those at `times_s`."""
    canal = np.interp(at_s, times_s, canal_m_nap)
    hit: npt.NDArray[np.bool_] = (canal < regime.canal_below_m_nap) | (canal > regime.canal_above_m_nap)
    usual = RegimeParams()
    if (regime.discharge_below_m3_s, regime.discharge_above_m3_s) != (usual.discharge_below_m3_s, usual.discharge_above_m3_s):
        if discharge_m3_s is None:
            raise ValueError("a regime with a trigger on the discharge needs discharge_m3_s")
        discharge = np.interp(at_s, times_s, np.broadcast_to(np.asarray(discharge_m3_s, dtype=np.float64), times_s.shape))
        hit |= (discharge < regime.discharge_below_m3_s) | (discharge > regime.discharge_above_m3_s)
    return hit
