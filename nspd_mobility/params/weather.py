"""Parameters of the weather that all modes share."""

from __future__ import annotations

from ..codes import Quality
from .fields import Params, param

_ASSUMED = "typical of an open coast of the southern North Sea; no series was found"


class WindParams(Params):
    """Hourly mean wind at 10 m over the district: Weibull, with the correlation of an autoregressive process."""

    scale_m_s: float = param(7.0, doc="scale of the Weibull distribution (m/s)", source=_ASSUMED, quality=Quality.ASSUMPTION, low=6.0, high=8.0, gt=0, le=30)
    shape: float = param(2.0, doc="shape of the Weibull distribution", source=_ASSUMED, quality=Quality.ASSUMPTION, low=1.8, high=2.3, gt=0.5, le=10)
    correlation_s: float = param(
        43_200.0,
        doc="time after which the correlation of the underlying normal process is 1/e (s)",
        source="as surge: wind changes within half a day to a day and a half",
        quality=Quality.ASSUMPTION,
        low=21_600.0,
        high=129_600.0,
        gt=0,
        le=30 * 86_400.0,
    )


class WeatherParams(Params):
    """The weather of the district."""

    wind: WindParams = param(WindParams(), doc="wind, the same for all who have a limit")
