"""Parameters of the energy use of ships: resistance, propulsion, power on board and at the lock, and the water they sail in.

What engines emit per kWh is data, not a parameter: `demand/emission_tables.py`.
"""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from ..codes import Quality
from .fields import Params, param
from .salt import DisplacementParams

_HOLTROP_MEN = "Holtrop and Mennen 1982"
_OTN = "OpenTNSim (TU Delft), energy.py"
_FULLEST = 0.90  # above it the regression of the entrance angle has no value


class FairwayParams(Params):
    """The cross-section of a kind of fairway."""

    depth_m: float = param(doc="depth of the water where ships sail (m)", gt=0)
    section_area_m2: float = param(0.0, doc="wet cross-section (m²); 0: so wide that ships have no return current", source="wide unless given", ge=0)
    surface_width_m: float = param(0.0, doc="width at the surface (m); 0: cross-section over depth", source="a rectangle unless given", ge=0)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.section_area_m2 > 0.0 and 0.0 < self.surface_width_m < self.section_area_m2 / self.depth_m:
            raise ValueError(
                f"surface_width_m: {self.surface_width_m} m times a depth of {self.depth_m} m is less than the cross-section of {self.section_area_m2} m²"
            )
        return self


class EnergyParams(Params):
    """How much power ships need, and when."""

    hull: DisplacementParams = param(
        DisplacementParams(), doc="block coefficients (blokcoëfficiënt)", source="the same as for salt", quality=Quality.ASSUMPTION
    )
    resistance_factor: float = param(
        1.0,
        doc="factor on the resistance",
        source="1: the method as published; the class table of BIVAS lies up to twice as high",
        quality=Quality.ASSUMPTION,
        low=0.8,
        high=2.0,
        gt=0,
    )
    water_density_kg_m3: float = param(
        1000.0, doc="density of the water (kg/m³)", source="fresh; 1025 at sea", quality=Quality.ESTIMATE, low=995.0, high=1025.0, gt=0
    )
    viscosity_m2_s: float = param(1.0e-6, doc="kinematic viscosity of the water (m²/s)", source=_OTN, quality=Quality.PUBLISHED, low=0.9e-6, high=1.4e-6, gt=0)
    transom_share: float = param(
        0.1,
        doc="immersed transom over beam times draught",
        source=f"{_OTN}, 0.2 in its older results",
        quality=Quality.PUBLISHED,
        low=0.0,
        high=0.2,
        ge=0,
        le=0.5,
    )
    design_beam_over_draught: float = param(
        3.2,
        doc="beam over the draught at which a hull's shape is described",
        source="RWS-2010 classes loaded: 2.0 to 4.3; 2.1 to 4.0 among the ships of Holtrop and Mennen",
        quality=Quality.ESTIMATE,
        low=2.5,
        high=4.0,
        gt=0,
    )
    appendage_share: float = param(
        0.05,
        doc="wetted area of appendages over that of the hull",
        source=f"Segers 2021, in {_OTN}",
        quality=Quality.PUBLISHED,
        low=0.02,
        high=0.06,
        ge=0,
        le=0.5,
    )
    appendage_factor: float = param(
        2.5,
        doc="appendage resistance factor 1 + k2",
        source=f"Segers 2021, in {_OTN}; 1.5 to 4 in {_HOLTROP_MEN}",
        quality=Quality.PUBLISHED,
        low=1.5,
        high=4.0,
        ge=1,
    )
    propeller_efficiency_share: float = param(
        0.4, doc="open water efficiency of the propeller of barges", source=_OTN, quality=Quality.PUBLISHED, low=0.33, high=0.60, gt=0, le=1
    )
    propeller_efficiency_sea_share: float = param(
        0.6,
        doc="the same of sea ships, whose propellers are larger for their load",
        source="typical of cargo ships",
        quality=Quality.ESTIMATE,
        low=0.5,
        high=0.7,
        gt=0,
        le=1,
    )
    hull_efficiency_share: float = param(
        1.0,
        doc="hull efficiency times relative rotative efficiency",
        source=f"{_OTN} computes 1.00 to 1.02 for barges",
        quality=Quality.ESTIMATE,
        low=0.95,
        high=1.05,
        gt=0,
        le=1.3,
    )
    transmission_efficiency_share: float = param(
        0.9408, doc="efficiency of gearing (0.96) times transmission (0.98)", source=_OTN, quality=Quality.PUBLISHED, low=0.90, high=0.97, gt=0, le=1
    )
    hotel_share: float = param(
        0.05,
        doc="power for systems on board over installed power, at all times",
        source=f"De Vos and Van Gils 2011, in {_OTN}",
        quality=Quality.PUBLISHED,
        low=0.02,
        high=0.08,
        ge=0,
        le=1,
    )
    waiting_share: float = param(
        0.15,
        doc="power while waiting over installed power, systems included",
        source="BIVAS, emissies",
        quality=Quality.PUBLISHED,
        low=0.05,
        high=0.20,
        ge=0,
        le=1,
    )
    locking_share: float = param(
        0.15,
        doc="power while entering, in and leaving a lock over installed power, systems included",
        source="as waiting; nothing published was found",
        quality=Quality.ASSUMPTION,
        low=0.05,
        high=0.25,
        ge=0,
        le=1,
    )
    recreation_full_froude: float = param(
        0.40, doc="speed over √(g length) where a yacht needs all its power", source="hull speed", quality=Quality.ASSUMPTION, low=0.35, high=0.50, gt=0
    )

    @model_validator(mode="after")
    def _hull_in_range(self) -> Self:
        for name in ("block_coefficient_inland", "block_coefficient_sea"):
            value = getattr(self.hull, name)
            if not 0.5 <= value <= _FULLEST:
                raise ValueError(f"hull.{name}: {value} is outside what the resistance formulas know, 0.5 to {_FULLEST}")
        for name in ("waiting_share", "locking_share"):
            if getattr(self, name) < self.hotel_share:
                raise ValueError(f"{name}: {getattr(self, name)} includes the systems on board, so it must be hotel_share, {self.hotel_share}, or more")
        return self
