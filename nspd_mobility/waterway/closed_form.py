"""Closed forms of a canal's salinity, which the model of `canal_salinity` is verified against.

The model of Biemond et al. (2024) closes the boundary at the locks by a formula (`LockRelationParams`), but is not in closed form along the
canal: its equations are solved by modes. Two limits are in closed form. A *mixed* canal of volume V under a flow Q and a salt load F,

    S(t) = S_end + (S_0 - S_end) exp(-Q t / V)        S_end = S_head + F / Q

and a *steady* canal of section A with one dispersion K, at a distance x from the locks,

    S(x) = S_head + (F / Q) exp(-Q x / (A K))

Without a flow the mixed canal gains F t / V. Both leave out density currents, which make K grow with the gradient.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def mixed_salinity(
    time_s: npt.ArrayLike, *, volume_m3: float, inflow_m3_s: float, load_kg_s: float, initial_kg_m3: float, salinity_head_kg_m3: float = 0.0
) -> Floats:
    """Return the salinity of a mixed canal over time (kg/m³).

    Parameters
    ----------
    time_s : array_like of float, shape (n,)
        Times since the begin (s).
    volume_m3, inflow_m3_s, load_kg_s : float
        Volume (m³), discharge (m³/s) and salt that the locks bring (kg/s).
    initial_kg_m3, salinity_head_kg_m3 : float
        Salinity at the begin, and of the inflow (kg/m³).

    Examples
    --------
    >>> mixed_salinity([0.0, 1e12], volume_m3=5e7, inflow_m3_s=20.0, load_kg_s=100.0, initial_kg_m3=2.0).tolist()
    [2.0, 5.0]
    """
    times = np.asarray(time_s, dtype=np.float64)
    if inflow_m3_s == 0.0:
        return np.asarray(initial_kg_m3 + load_kg_s * times / volume_m3, dtype=np.float64)
    end = salinity_head_kg_m3 + load_kg_s / inflow_m3_s
    return np.asarray(end + (initial_kg_m3 - end) * np.exp(-inflow_m3_s * times / volume_m3), dtype=np.float64)


def steady_salinity(
    distance_m: npt.ArrayLike, *, area_m2: float, dispersion_m2_s: float, inflow_m3_s: float, load_kg_s: float, salinity_head_kg_m3: float = 0.0
) -> Floats:
    """Return the steady salinity at distances from the locks (kg/m³); the inflow is above 0.

    Examples
    --------
    >>> steady_salinity([0.0], area_m2=2025.0, dispersion_m2_s=25.0, inflow_m3_s=20.0, load_kg_s=100.0).tolist()
    [5.0]
    """
    fall = np.exp(-inflow_m3_s * np.asarray(distance_m, dtype=np.float64) / (area_m2 * dispersion_m2_s))
    return np.asarray(salinity_head_kg_m3 + load_kg_s / inflow_m3_s * fall, dtype=np.float64)
