"""Parameters of salt intrusion through a lock chamber, and of the water that ships displace.

The names of the Zeesluisformulering (ZSF, Deltares) are given where it has the same parameter.
"""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from ..codes import Quality
from .fields import Params, param

_ZSF = "ZSF, Deltares: documentation of libzsf"
_SCREEN = f"{_ZSF}; at best 0.20 to 0.25"


class SaltChamberParams(Params):
    """A lock chamber as salt sees it."""

    length_m: float = param(doc="length between the doors (m); lock_length", gt=0)
    width_m: float = param(doc="width (m); lock_width", gt=0)
    floor_m_nap: float = param(doc="floor of the chamber (m NAP); lock_bottom")
    sill_height_sea_m: float = param(0.0, doc="sill (drempel) at the sea side above the floor (m)", source="no sill unless given", ge=0)
    sill_height_canal_m: float = param(0.0, doc="sill at the canal side above the floor (m); sill_height_lake", source="no sill unless given", ge=0)
    current_factor_sea_share: float = param(
        1.0, doc="speed that a bubble screen (bellenscherm) at the sea side leaves to the density current, 1: no screen", source=_SCREEN, ge=0, le=1
    )
    current_factor_canal_share: float = param(1.0, doc="the same at the canal side; density_current_factor_lake", source=_SCREEN, ge=0, le=1)
    screen_distance_sea_m: float = param(0.0, doc="from the sea doors to the bubble screen (m), positive outside the chamber", source=_ZSF)
    screen_distance_canal_m: float = param(0.0, doc="from the canal doors to the bubble screen (m), positive outside the chamber", source=_ZSF)
    flush_high_m3_s: float = param(0.0, doc="flushing to sea under open doors while the sea is not below the canal (m³/s)", source="none unless given", ge=0)
    flush_low_m3_s: float = param(0.0, doc="flushing to sea under open doors while the sea is below the canal (m³/s)", source="none unless given", ge=0)
    door_motion_share: float = param(
        0.5, doc="share of a door's motion that counts as open", source=f"{_ZSF}: exchange begins and ends with half-open doors", low=0.0, high=1.0, ge=0, le=1
    )

    @model_validator(mode="after")
    def _screen_in_reach(self) -> Self:
        for name in ("screen_distance_sea_m", "screen_distance_canal_m"):
            if getattr(self, name) <= -self.length_m:
                raise ValueError(f"{name}: a screen inside the chamber lies less than its length, {self.length_m} m, from the doors")
        return self


class DisplacementParams(Params):
    """Water that ships displace: length times beam times draught times a block coefficient (blokcoëfficiënt)."""

    block_coefficient_inland: float = param(
        0.85, doc="block coefficient of barges and recreation", source="full-bodied hulls", quality=Quality.ASSUMPTION, low=0.80, high=0.92, gt=0, le=1
    )
    block_coefficient_sea: float = param(
        0.80, doc="block coefficient of sea ships", source="from container ships to bulk carriers", quality=Quality.ASSUMPTION, low=0.60, high=0.86, gt=0, le=1
    )
