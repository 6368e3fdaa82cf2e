"""Parameters of the water and salt balance of a canal behind a lock complex.

The canal's salinity follows Biemond et al. (2024), who calibrated the values below on measurements in the canal Gent-Terneuzen of
before the Nieuwe Sluis; the water balance is a sum of flows.
"""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from ..codes import CanalLevelRule, Quality
from .fields import Params, code_field, param

_BIEMOND = "Biemond et al. (2024), calibrated on the canal Gent-Terneuzen"
_PUBLISHED = Quality.PUBLISHED
LOCK_PLACE, CANAL_PLACE = "lock", "canal"
"""Where salinity is reported beside the places of a canal: at the locks, and the mean of the canal."""


class LockRelationParams(Params):
    """The published relation between the salinity outside a lock and that behind it, for runs without lockages.

    At the end of a fictitious reach behind the canal that widens towards the sea, the salinity is ``c S_sea + (1 - c) S_lock`` with
    ``c = ((c1 - c2) tanh((Q - flow) / flow_width) + c1 + c2) / 2``.
    """

    high_flow_share: float = param(0.035, doc="c at a large discharge, c1", source=_BIEMOND, quality=_PUBLISHED, ge=0, le=1)
    low_flow_share: float = param(0.042, doc="c at a small discharge, c2", source=_BIEMOND, quality=_PUBLISHED, ge=0, le=1)
    flow_m3_s: float = param(20.0, doc="discharge halfway (m³/s)", source=_BIEMOND, quality=_PUBLISHED)
    flow_width_m3_s: float = param(5.0, doc="over which discharge c changes (m³/s)", source=_BIEMOND, quality=_PUBLISHED, gt=0)
    widening_m: float = param(2500.0, doc="length in which width and dispersion of the reach grow by a factor e (m)", source=_BIEMOND, quality=_PUBLISHED, gt=0)
    length_m: float = param(
        10_000.0, doc="length of the reach (m)", source="25 km in the model; past 10 km the reach resists no more", quality=Quality.ESTIMATE, gt=0
    )
    cell_m: float = param(250.0, doc="length of its cells (m)", source=_BIEMOND, quality=_PUBLISHED, gt=0)


class ChannelParams(Params):
    """A canal as its salt sees it: a straight channel of one width and depth, closed by locks at the sea end."""

    length_m: float = param(27_000.0, doc="from the head, where fresh water comes in, to the locks (m)", source=_BIEMOND, quality=_PUBLISHED, gt=0)
    width_m: float = param(150.0, doc="width (m)", source=_BIEMOND, quality=_PUBLISHED, gt=0)
    depth_m: float = param(13.5, doc="depth at the target level (m)", source=_BIEMOND, quality=_PUBLISHED, gt=0)
    lock_km: float = param(
        29.6,
        doc="kilometre of the fairway where the canal ends at the locks (km)",
        source="between the split of the fairways at 29.2 and the locks at 30.2 to 30.4",
        quality=Quality.ESTIMATE,
    )
    cell_m: float = param(1000.0, doc="length of a cell (m); fitted to a whole number of cells", source="numerical resolution", quality=Quality.ESTIMATE, ge=50)
    dispersion_m2_s: float = param(25.0, doc="horizontal dispersion without density currents (m²/s)", source=_BIEMOND, quality=_PUBLISHED, gt=0)
    viscosity_m2_s: float = param(6.75e-4, doc="vertical eddy viscosity (m²/s)", source=_BIEMOND, quality=_PUBLISHED, gt=0)
    viscosity_ratio: float = param(2.2, doc="vertical eddy viscosity over vertical eddy diffusivity", source=_BIEMOND, quality=_PUBLISHED, gt=0)
    slip_m_s: float = param(1e-4, doc="partial slip at the bed: bed stress over density and over speed (m/s)", source=_BIEMOND, quality=_PUBLISHED, gt=0)
    density_per_salt_share: float = param(
        0.76, doc="density of water per salinity (kg/m³ per kg/m³); 0: no density current", source=_BIEMOND, quality=_PUBLISHED, ge=0
    )
    relation: LockRelationParams = param(LockRelationParams(), doc="salinity behind the lock without lockages")
    points_km: dict[str, float] = param(
        {"sluiskil": 26.4, "sas-van-gent": 18.6, "zelzate": 15.3},
        doc="places where salinity is reported, by kilometre of the fairway (km)",
        source="bridges over the canal, kilometres of FIS",
        quality=_PUBLISHED,
    )

    @model_validator(mode="after")
    def _points_in_canal(self) -> Self:
        head_km = self.lock_km - self.length_m / 1000.0
        for name, km in self.points_km.items():
            if not head_km <= km <= self.lock_km:
                raise ValueError(f"points_km: '{name}' at km {km:g} lies outside the canal, km {head_km:g} to {self.lock_km:g}")
            if name in (LOCK_PLACE, CANAL_PLACE):
                raise ValueError(f"points_km: '{name}' stands for the locks or for the mean of the canal; give the place another name")
        if self.cell_m > self.length_m:
            raise ValueError(f"cell_m: {self.cell_m:g} is longer than the canal, {self.length_m:g} m")
        return self

    @property
    def places(self) -> tuple[str, ...]:
        """Places whose salinity is reported: the locks, those of `points_km`, and the mean of the canal."""
        return LOCK_PLACE, *self.points_km, CANAL_PLACE


class WaterParams(Params):
    """Water and salt balance of the canal behind a lock complex."""

    canal: ChannelParams = param(ChannelParams(), doc="the canal")
    canal_level: code_field(CanalLevelRule) = param(  # type: ignore[valid-type]
        CanalLevelRule.GIVEN, doc="level of the canal: given, or balance, as inflow, lockages and spill make it", source="a safe default"
    )
    salinity_head_kg_m3: float = param(
        0.0, doc="salinity of the water that comes in (kg/m³)", source="fresh, as in Biemond et al. (2024)", quality=Quality.ASSUMPTION, high=0.5, ge=0, le=45
    )
    salinity_sea_kg_m3: float = param(
        24.6,
        doc="salinity at the sea side (kg/m³)",
        source="Scheldemonitor: Terneuzen buoy 20, median, P10 and P90",
        quality=_PUBLISHED,
        low=20.8,
        high=27.9,
        ge=0,
        le=45,
    )
    temperature_sea_celsius: float = param(12.0, doc="temperature at the sea side (°C)", source="yearly mean", low=5.0, high=20.0, ge=-2, le=40)
    temperature_canal_celsius: float = param(12.0, doc="temperature of the canal (°C)", source="yearly mean", low=5.0, high=20.0, ge=-2, le=40)
    flushing_m3_s: float = param(0.0, doc="flushing to sea by culverts at the locks (m³/s)", source="none unless given", ge=0)
    flushing_salinity_ratio: float = param(
        1.0,
        doc="salinity of the flushed water over that of the canal at the locks; above 1 for a salt trap (zoutvang) that draws near the bed",
        source="1: from the whole depth",
        low=1.0,
        high=1.3,
        gt=0,
        le=3,
    )
    lowest_m: float = param(
        -0.25, doc="lowest level of the canal over its target (m); below it water is short", source="BASS 064/2020: at most 0.25 m", quality=_PUBLISHED, le=0
    )
    highest_m: float = param(
        0.25,
        doc="level of the canal over its target above which spill_most_m3_s is let out (m)",
        source="BASS 064/2020: at most 0.25 m",
        quality=_PUBLISHED,
        ge=0,
    )
    spill_m3_s: float | None = param(
        None, doc="surplus that can be let out beside navigation while the sea stands below the canal (m³/s); none: all of it, at any tide", source="none", ge=0
    )
    spill_most_m3_s: float = param(
        200.0,
        doc="the same where lockages rest for it, or above highest_m (m³/s)",
        source="lydiapeeters.be on November 2023: up to 200 m³/s, complex closed to navigation",
        quality=_PUBLISHED,
        ge=0,
    )
    exchange_factor: float = param(
        1.0,
        doc="factor on the salt of lockages beyond that of the water that moves; 1: as the lock exchange gives it",
        source="uncalibrated; about 0.3 brings the complex of before the Nieuwe Sluis to the model of Biemond et al. (2024)",
        low=0.3,
        high=1.0,
        ge=0,
    )
    treaty_flow_m3_s: float = param(13.0, doc="discharge that the treaty asks for on average (m³/s)", source="treaty of 1960; number not verified", ge=0)
    treaty_window_days: int = param(61, doc="days over which the treaty takes its mean", source="two months; number not verified", ge=1, le=366)
    steps_per_day: int = param(
        4, doc="times per day that canal and locks meet; 24 for a level by balance", source="numerical resolution", quality=Quality.ESTIMATE, ge=1, le=96
    )
    initial_salinity_kg_m3: float | None = param(
        None, doc="salinity of the canal at the start (kg/m³); none: steady by the published relation", source="steady state", ge=0, le=45
    )

    @model_validator(mode="after")
    def _checked(self) -> Self:
        if self.lowest_m < -0.5 * self.canal.depth_m:
            raise ValueError(f"lowest_m: {self.lowest_m:g} m leaves less than half of the depth, {self.canal.depth_m:g} m")
        if self.spill_m3_s is not None and self.spill_m3_s > self.spill_most_m3_s:
            raise ValueError(f"spill_m3_s: {self.spill_m3_s:g} is more than spill_most_m3_s, {self.spill_most_m3_s:g}")
        return self
