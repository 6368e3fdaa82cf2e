"""Salinity along a canal over days, from its discharge and the salt at its locks.

The canal is one-dimensional: salinity is the mean over the cross-section, and the density current works through a dispersion that
grows with the gradient of salinity. Its form follows from the steady balance of shear and vertical mixing (Hansen and Rattray 1965)
with the geometry, viscosity and bed slip that Biemond et al. (2024) calibrated on the canal Gent-Terneuzen. Their model resolves the
vertical as well; here top and bottom follow from the same balance. Salt at the locks comes in one of two ways:

- *relation*: the salinity outside, through the published relation with a fictitious sea reach (`LockRelationParams`);
- *load*: a flux of salt, such as that of simulated lockages (`water.WaterBalance` gives it step by step).

Salinity is in kg/m³ where Biemond et al. have g/kg: 1 to 2 % apart. Left out: tides (the canal has none), wind, harbour arms, other
inflows along the canal, and layers that are not in balance with the gradient.

References
----------
Biemond, B., Vuik, V., Lambregts, P., de Swart, H.E. and Dijkstra, H.A. (2024), Salt intrusion and effective longitudinal dispersion in
man-made canals, a simplified model approach, Estuarine, Coastal and Shelf Science 298, 108654.
Hansen, D.V. and Rattray, M. (1965), Gravitational circulation in straits and estuaries, Journal of Marine Research 23, 104-122.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.polynomial import Polynomial

from ..errors import DataError, SimulationError
from ..params.build import build_plain
from ..params.water import ChannelParams
from ..units import GRAVITY_M_S2, S_PER_DAY
from ._kernels import canal_salinity as kernels
from ._kernels.records import records
from .checks import check_number

Floats = npt.NDArray[np.float64]
FRESH_KG_M3 = 1000.0  # density to which that of salt is related
_STEADY_S = (1e4, 1e5, 1e6, 1e7, 1e8, 1e10, 1e13)  # steps towards a steady state; Newton needs the small ones first


@dataclass(frozen=True, slots=True)
class CanalSalinity:
    """Salinity along the canal at the end of each day.

    Attributes
    ----------
    km : ndarray of float64, shape (n_cell,)
        Kilometres of the fairway of the cells' centres, from the head to the locks.
    mean_kg_m3, top_kg_m3, bottom_kg_m3 : ndarray of float64, shape (n_day + 1, n_cell)
        Mean over the depth, at the surface and at the bed (kg/m³); the first row is the start.
    salt_in_kg, salt_out_kg, salt_head_kg : ndarray of float64, shape (n_day,)
        Salt over the locks into the canal, with the discharge out of it, and with the inflow (kg). With the relation all salt over
        the locks is in `salt_in_kg`, net.
    """

    km: Floats
    mean_kg_m3: Floats
    top_kg_m3: Floats
    bottom_kg_m3: Floats
    salt_in_kg: Floats
    salt_out_kg: Floats
    salt_head_kg: Floats

    def at(self, km: float) -> Floats:
        """Return the mean salinity at a kilometre, shape (n_day + 1,); linear between the centres, constant outside."""
        return np.array([np.interp(km, self.km, row) for row in self.mean_kg_m3])


def simulate_salinity(
    canal: ChannelParams | Mapping[str, Any],
    *,
    inflow_m3_s: float | npt.ArrayLike,
    salinity_sea_kg_m3: float | npt.ArrayLike | None = None,
    load_kg_s: float | npt.ArrayLike | None = None,
    n_days: int | None = None,
    salinity_head_kg_m3: float = 0.0,
    initial_kg_m3: float | npt.ArrayLike | None = None,
    steps_per_day: int = 1,
) -> CanalSalinity:
    """Return the salinity along a canal, day by day.

    Parameters
    ----------
    canal : ChannelParams or mapping
    inflow_m3_s : float or array of shape (n_day,)
        Discharge from the head (m³/s); as much leaves at the locks.
    salinity_sea_kg_m3 : float or array of shape (n_day,), optional
        Salinity outside (kg/m³): the boundary is the published relation.
    load_kg_s : float or array of shape (n_day,), optional
        Salt that the locks bring in (kg/s), in place of the relation. The discharge takes salt out at the salinity at the locks.
    n_days : int, optional
        Number of days, where no array says it.
    salinity_head_kg_m3 : float
        Salinity of the inflow (kg/m³).
    initial_kg_m3 : float or array of shape (n_cell,), optional
        Salinity at the start; without it the steady state of the first day.
    steps_per_day : int
        Steps in a day.

    Raises
    ------
    DataError
        If a value can't be used, lengths differ, or not exactly one of sea and load is given.

    Examples
    --------
    >>> result = simulate_salinity({}, inflow_m3_s=25.0, salinity_sea_kg_m3=24.6, n_days=1)
    >>> bool((np.diff(result.mean_kg_m3[-1]) > 0.0).all())  # saltest at the locks
    True
    """
    params = canal if isinstance(canal, ChannelParams) else build_plain(ChannelParams, "canal", **canal)
    if (salinity_sea_kg_m3 is None) == (load_kg_s is None):
        raise DataError("simulate_salinity: give either salinity_sea_kg_m3 or load_kg_s, not both or none")
    check_number("steps_per_day", steps_per_day, low=1)
    check_number("salinity_head_kg_m3", salinity_head_kg_m3, high=45.0)
    is_load = load_kg_s is not None
    given = load_kg_s if is_load else salinity_sea_kg_m3
    flows, outside = _daily(("inflow_m3_s", inflow_m3_s), ("load_kg_s" if is_load else "salinity_sea_kg_m3", given), n_days)
    check_number("inflow_m3_s", flows)
    name, low, high = ("load_kg_s", -np.inf, np.inf) if is_load else ("salinity_sea_kg_m3", 0.0, 45.0)
    check_number(name, outside, low, high)
    run = CanalState(params, has_reach=not is_load)
    if initial_kg_m3 is None:
        if is_load and flows[0] <= 0.0 and outside[0] != 0.0:
            raise DataError("initial_kg_m3: without an inflow a salt load has no steady state; give the salinity at the start")
        run.make_steady(flows[0], outside[0], salinity_head_kg_m3)
    else:
        run.set_salinity(initial_kg_m3)
    n = run.n_canal
    profiles = np.empty((len(flows) + 1, 3, n))
    profiles[0] = run.profiles(flows[0])
    salt = np.zeros((3, len(flows)))
    for day, (flow, value) in enumerate(zip(flows.tolist(), outside.tolist(), strict=True)):
        for _ in range(int(steps_per_day)):
            salt[:, day] += run.advance(S_PER_DAY / steps_per_day, flow, value, salinity_head_kg_m3)
        profiles[day + 1] = run.profiles(flow)
    return CanalSalinity(run.km, profiles[:, 0], profiles[:, 1], profiles[:, 2], salt[0], salt[1], salt[2])


def salinity_at(profile_km: Floats, profile_kg_m3: Floats, points_km: Mapping[str, float]) -> dict[str, float]:
    """Return the salinity at named places."""
    return {name: float(np.interp(km, profile_km, profile_kg_m3)) for name, km in points_km.items()}


def lock_share(canal: ChannelParams, inflow_m3_s: float) -> float:
    """Return the share c of the outside salinity in the published relation, for a discharge (m³/s).

    Examples
    --------
    >>> round(lock_share(ChannelParams(), 20.0), 4)
    0.0385
    """
    r = canal.relation
    high, low = r.high_flow_share, r.low_flow_share
    return 0.5 * ((high - low) * float(np.tanh((inflow_m3_s - r.flow_m3_s) / r.flow_width_m3_s)) + high + low)


class CanalState:
    """The cells of a canal, for those who drive it step by step.

    Parameters
    ----------
    params : ChannelParams
    has_reach : bool
        Whether the sea reach of the published relation lies behind the locks.
    """

    def __init__(self, params: ChannelParams, *, has_reach: bool = False) -> None:
        self.params = params
        self.has_reach = has_reach
        self.n_canal = max(1, round(params.length_m / params.cell_m))
        cell_m = params.length_m / self.n_canal
        self.km: Floats = params.lock_km - params.length_m / 1000.0 + (np.arange(self.n_canal, dtype=np.float64) + 0.5) * cell_m / 1000.0
        self.record = records(kernels.CANAL, 1)
        mixing_s = params.depth_m**2 * params.viscosity_ratio / params.viscosity_m2_s
        beta = params.density_per_salt_share / FRESH_KG_M3
        current = GRAVITY_M_S2 * beta * params.depth_m**3 / (48.0 * params.viscosity_m2_s)
        self._layers, shear = _vertical(params.viscosity_m2_s / (params.slip_m_s * params.depth_m))
        for name, value in {"n_canal": self.n_canal, "cell_m": cell_m, "mixing_s": mixing_s, "current": current, "shear": shear}.items():
            self.record[name] = value
        self.cells = self._cells(cell_m)
        self._step = records(kernels.WATER_STEP, 1)

    def _cells(self, cell_m: float) -> Any:
        """Return the cells; those of the sea reach grow in width and dispersion."""
        params, relation = self.params, self.params.relation
        n_reach = max(2, round(relation.length_m / relation.cell_m)) if self.has_reach else 0
        lengths = np.append(np.full(self.n_canal, cell_m), np.full(n_reach, relation.length_m / max(n_reach, 1)))
        ends = np.cumsum(lengths)
        beyond = np.maximum(ends - params.length_m, 0.0) / relation.widening_m
        middle = np.maximum(ends - 0.5 * lengths - params.length_m, 0.0) / relation.widening_m
        area = params.width_m * params.depth_m
        cells = records(kernels.CELL, len(lengths))
        cells["volume_m3"] = area * lengths * np.exp(middle)
        cells["distance_m"] = np.append(0.5 * (lengths[1:] + lengths[:-1]), 0.5 * lengths[-1])
        cells["area_m2"] = area * np.exp(beyond)
        cells["dispersion_m2_s"] = params.dispersion_m2_s * np.exp(beyond)
        return cells

    @property
    def salinity_kg_m3(self) -> Floats:
        """Salinity of the canal's cells, from the head to the locks (kg/m³)."""
        return np.array(self.cells["salinity_kg_m3"][: self.n_canal])

    @property
    def salt_kg(self) -> float:
        """Salt in the canal (kg)."""
        cells = self.cells[: self.n_canal]
        return float((cells["salinity_kg_m3"] * cells["volume_m3"]).sum())

    def set_salinity(self, value: float | npt.ArrayLike) -> None:
        """Set the salinity of the canal, one number or one per cell; the sea reach takes that at the locks."""
        values = np.atleast_1d(np.asarray(value, dtype=np.float64))
        check_number("initial salinity of the canal", values, high=45.0)
        if values.shape not in ((1,), (self.n_canal,)):
            raise DataError(f"initial salinity of the canal: {values.size} values for {self.n_canal} cells; give one number, or one per cell")
        self.cells["salinity_kg_m3"][: self.n_canal] = values
        self.cells["salinity_kg_m3"][self.n_canal :] = values[-1]

    def set_storage(self, storage_m3: float) -> None:
        """Set the water over the target level (m³), spread over the canal; the salinities stay."""
        cells = self.cells[: self.n_canal]
        area = self.params.width_m * self.params.depth_m
        cells["volume_m3"] = area * float(self.record["cell_m"][0]) + storage_m3 / self.n_canal
        cells["area_m2"] = cells["volume_m3"] / float(self.record["cell_m"][0])

    def make_steady(self, inflow_m3_s: float, outside: float, head_kg_m3: float) -> None:
        """Bring the canal to the steady state of a discharge and of a salinity outside, or of a load (kg/s)."""
        self.set_salinity(min(outside, 45.0) if self.has_reach else head_kg_m3)
        for step_s in _STEADY_S:
            self.advance(step_s, inflow_m3_s, outside, head_kg_m3)

    def advance(self, step_s: float, inflow_m3_s: float, outside: float, head_kg_m3: float) -> tuple[float, float, float]:
        """Advance one step at the target level; return the salt over the locks, out with the discharge, and from the head (kg)."""
        before = self.salt_kg
        head_kg = inflow_m3_s * head_kg_m3 * step_s
        if self.has_reach:
            self.record["sea_share"] = lock_share(self.params, inflow_m3_s)
            status = int(kernels.advance_relation(self.record, self.cells, step_s, inflow_m3_s, float(outside), head_kg_m3))
            check_status(status)
            return self.salt_kg - before - head_kg, 0.0, head_kg
        step = self._step
        step["head_kg_m3"], step["inflow_m3"], step["spill_m3"] = head_kg_m3, inflow_m3_s * step_s, inflow_m3_s * step_s
        check_status(int(kernels.advance_load(self.record, self.cells, step_s, float(outside) * step_s, step[0], 1.0)))
        return float(step["salt_in_kg"][0]), float(step["salt_out_kg"][0]), head_kg

    def profiles(self, inflow_m3_s: float) -> Floats:
        """Return the salinity by cell: mean, top and bottom, shape (3, n_canal); top and bottom never below zero."""
        mean = self.salinity_kg_m3
        if self.n_canal == 1:
            return np.stack([mean, mean, mean])
        record = self.record[0]
        gradient = np.gradient(mean, float(record["cell_m"]))
        speed = inflow_m3_s / (self.params.width_m * self.params.depth_m)
        current = float(record["current"]) * gradient
        top, bottom = (float(record["mixing_s"]) * gradient * (speed * mean_flow + current * density) for mean_flow, density in self._layers)
        return np.asarray(np.maximum(np.stack([mean, mean + top, mean + bottom]), 0.0), dtype=np.float64)


def check_status(status: int) -> None:
    """Raise what a status of the kernels says."""
    if status == kernels.NOT_CONVERGED:
        raise SimulationError("canal: the salinity does not converge; please report this with the input")
    if status == kernels.DRAWN_DRY:
        raise DataError("canal: the locks take more salt out of the last cell in one step than is in it; raise 'steps_per_day' or 'canal.cell_m'")


def profile_on(params: ChannelParams, km: Floats, profile: Mapping[float, float] | Any) -> Floats:
    """Return a salinity by kilometre (a Series or mapping) on the kilometres of the cells."""
    points = dict(profile)
    if not points:
        raise DataError("initial salinity of the canal: an empty profile; give at least one kilometre")
    at = np.array(sorted(points), dtype=np.float64)
    return np.asarray(np.interp(km, at, [float(points[k]) for k in sorted(points)]), dtype=np.float64)


def _vertical(slip: float) -> tuple[tuple[tuple[float, float], tuple[float, float]], Floats]:
    """Return the departures of salinity at top and bottom, and the coefficients a, b, c of the dispersion.

    With z from -1 at the bed to 0 at the surface, no stress at the surface and ``slip u'(-1) = u(-1)`` at the bed, the mean flow has the
    departure ``m = k (z² - 1/3)`` and the density current the profile ``d = -8 z³ + q z² - q / 3 - 2``. Salinity departs by the double
    integral of each, with zero mean and no flux at bed and surface, and the shear dispersion is the mean of the products of the
    single integrals: 2/105, 19/840 and 19/630 without slip.
    """
    k = -3.0 / (2.0 + 6.0 * slip)
    q = -9.0 * (1.0 + 4.0 * slip) / (1.0 + 3.0 * slip)
    speeds = (Polynomial([-k / 3.0, 0.0, k]), Polynomial([-q / 3.0 - 2.0, 0.0, q, -8.0]))
    integrals = [p.integ() for p in speeds]  # zero at both ends, as the means are
    salts = [p.integ() for p in integrals]
    salts = [p - _mean(p) for p in salts]
    shear = np.array([_mean(integrals[i] * integrals[j]) for i, j in ((0, 0), (0, 1), (1, 1))])
    top, bottom = ((float(salts[0](z)), float(salts[1](z))) for z in (0.0, -1.0))
    return (top, bottom), shear


def _mean(p: Polynomial) -> float:
    integral = p.integ()
    return float(integral(0.0) - integral(-1.0))


def _daily(first: tuple[str, Any], second: tuple[str, Any], n_days: int | None) -> tuple[Floats, Floats]:
    """Return two series of one length."""
    values = [np.atleast_1d(np.asarray(value, dtype=np.float64)) for _, value in (first, second)]
    lengths = [len(v) for v, (_, given) in zip(values, (first, second), strict=True) if np.ndim(given)]
    n = n_days if n_days is not None else lengths[0] if lengths else None
    if n is None or n < 1:
        raise DataError("n_days: give the number of days, at least 1, where no series says it")
    for (name, given), value in zip((first, second), values, strict=True):
        if np.ndim(given) and len(value) != n:
            raise DataError(f"{name}: {len(value)} days where {n} are asked for; give a number, or one value per day")
    return np.broadcast_to(values[0], (n,)).copy(), np.broadcast_to(values[1], (n,)).copy()
