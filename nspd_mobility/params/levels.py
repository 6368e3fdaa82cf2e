"""Parameters of water levels: surge, a user's own series, and the discharge into the canal."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from ..codes import Quality
from ..units import LOCAL_ZONE
from .fields import Params, param

FILE_ZONES = (LOCAL_ZONE, "UTC", "UTC+1")


def _check_zone(time_zone: str) -> None:
    if time_zone not in FILE_ZONES:
        raise ValueError(f"time_zone: must be one of {', '.join(FILE_ZONES)}, not {time_zone!r}")


class SurgeParams(Params):
    """Wind set-up (opzet) at the sea side, as a stationary random process."""

    sd_m: float = param(0.0, doc="standard deviation at the points of the grid (m); 0: no surge", source="none unless given", ge=0, le=5)
    correlation_s: float = param(
        43_200.0,
        doc="time after which the correlation is 1/e (s)",
        source="wind over the southern North Sea changes within half a day to a day and a half",
        quality=Quality.ESTIMATE,
        low=21_600.0,
        high=129_600.0,
        gt=0,
        le=30 * 86_400.0,
    )
    grid_s: float = param(3600.0, doc="step of the absolute UTC grid on which surge is drawn (s)", source="numerical resolution", ge=60, le=86_400)


class LevelFileParams(Params):
    """How a user's own series of levels is read and checked."""

    file: str = param("", doc="CSV or Parquet file with time or time_s, and sea_m_nap or sea_m_taw, canal_m_nap or canal_m_taw", source="none")
    time_zone: str = param(LOCAL_ZONE, doc=f"zone of times that name none: {', '.join(FILE_ZONES)} (UTC+1: winter time all year)", source="as ships' times")
    taw_minus_nap_m: float = param(
        2.32,
        doc="a level in TAW less the same level in NAP (m)",
        source="canal level NAP +2.13 m = TAW +4.45 m, BASS 064/2020; older treaties 2.33",
        quality=Quality.PUBLISHED,
        low=2.32,
        high=2.33,
    )
    max_gap_s: float = param(0.0, doc="longest gap that is filled by a straight line (s)", source="none is filled unless allowed", ge=0)
    max_step_s: float = param(3600.0, doc="longest step of a sea series (s); a straight line over an hour is 6 cm off", source="geometry of the M2 tide", gt=0)
    may_resample: bool = param(False, doc="whether unequal steps are allowed, and read as straight lines", source="a safe default")
    is_checked: bool = param(True, doc="whether the sea series is compared with the tide of the constituents", source="a safe default")
    max_mean_difference_m: float = param(
        0.5,
        doc="largest mean difference from the tide of the constituents (m)",
        source="far above a mean surge, far below the shift from NAP to TAW",
        quality=Quality.ESTIMATE,
        low=0.3,
        high=1.0,
        gt=0,
    )

    @model_validator(mode="after")
    def _known_zone(self) -> Self:
        _check_zone(self.time_zone)
        return self


class DischargeParams(Params):
    """Fresh water that comes down the canal to the locks."""

    constant_m3_s: float = param(0.0, doc="discharge (m³/s), where neither a monthly table nor a file is given", source="none unless given", ge=0)
    monthly_m3_s: list[float] = param([], doc="mean discharge of January to December (m³/s), 12 numbers, or none", source="none")
    file: str = param("", doc="CSV or Parquet file with time or time_s, and discharge_m3_s", source="none")
    time_zone: str = param(LOCAL_ZONE, doc=f"zone of times in the file that name none: {', '.join(FILE_ZONES)}", source="as ships' times")
    max_gap_s: float = param(0.0, doc="longest gap in the file that is filled by a straight line (s)", source="none is filled unless allowed", ge=0)

    @model_validator(mode="after")
    def _known_zone(self) -> Self:
        _check_zone(self.time_zone)
        return self

    @model_validator(mode="after")
    def _twelve(self) -> Self:
        if len(self.monthly_m3_s) not in (0, 12):
            raise ValueError(f"monthly_m3_s: holds {len(self.monthly_m3_s)} numbers; give one for each of the 12 months, or none")
        if any(value < 0 for value in self.monthly_m3_s):
            raise ValueError("monthly_m3_s: a discharge is 0 or more")
        return self


class LevelParams(Params):
    """Water levels at a district's locks, beyond the astronomical tide and the canal's target level."""

    surge: SurgeParams = param(SurgeParams(), doc="wind set-up at the sea side")
    series: LevelFileParams = param(LevelFileParams(), doc="the user's own series in place of tide and surge, or of the canal's level")
    discharge: DischargeParams = param(DischargeParams(), doc="discharge into the canal")
    canal_offset_m: float = param(0.0, doc="constant added to the canal's target level (m)", source="none unless given", ge=-5, le=5)
    margin_s: float = param(
        86_400.0, doc="how far levels are known beyond both ends of the run (s), so that low waters just outside are seen", source="two tides", ge=0
    )
