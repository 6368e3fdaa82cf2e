"""Parameters of the waterway: sailing speeds, water levels and the lock complexes."""

from __future__ import annotations

from ..codes import Quality
from .bridge import BridgeParams
from .canal import CanalParams, SpeedLimits
from .energy import EnergyParams, FairwayParams
from .fields import Params, param
from .levels import LevelParams
from .lock import LockParams
from .railway import RailwayParams
from .water import WaterParams


class TideParams(Params):
    """The tide at the sea side of the locks, from harmonic constituents."""

    constituents: str = param(doc="CSV file of the dataset with name, speed_deg_h, amplitude_m, phase_deg")
    mean_m_nap: float = param(doc="mean water level (m NAP)", ge=-20, le=20)
    step_s: float = param(300.0, doc="step of the level series (s)", source="numerical resolution", quality=Quality.ESTIMATE, ge=1, le=3600)


class WaterwayParams(Params):
    """The waterway of a district."""

    canal_level_m_nap: float = param(doc="target level of the canal (m NAP)", ge=-20, le=20)
    tide: TideParams = param(doc="tide at the sea side")
    levels: LevelParams = param(LevelParams(), doc="surge, the user's own series of levels, and discharge")
    canal_speed: SpeedLimits = param(doc="speed limits on the canal")
    canal: CanalParams = param(CanalParams(), doc="rules of the canal: sections, meeting, overtaking")
    bridges: dict[str, BridgeParams] = param({}, doc="movable bridges by node id; others hold nobody up", source="none unless given")
    estuary_speed_m_s: float = param(doc="sailing speed on the estuary, over ground (m/s)", gt=0, le=30)
    water: WaterParams | None = param(None, doc="water and salt balance of the canal; left out, none is made", source="none unless given")
    fairways: dict[str, FairwayParams] = param(
        {kind: FairwayParams(depth_m=20.0) for kind in ("estuary", "harbour")},
        doc="depth and section of the water by kind of fairway; that of the canal is in canal.cross_sections",
        source="deep and wide unless given: energy is then a lower bound",
    )
    energy: EnergyParams = param(EnergyParams(), doc="energy and emissions of ships", source="each parameter names its own", quality=Quality.PUBLISHED)
    locks: dict[str, LockParams] = param(doc="lock complexes by node id")


class WaterwayDemandParams(Params):
    """How many ships come, and what of the profiles applies."""

    passages: dict[str, dict[str, float]] = param(doc="passages through the locks per year and group: inland, sea, recreation")
    growth_share_per_year: float = param(0.0, doc="growth of passages per year after the last year given (share)", source="none unless given", ge=-1, le=1)
    factor: float = param(1.0, doc="factor on all passages", source="1: demand as given", quality=Quality.ESTIMATE, ge=0, le=1000)
    loaded_share: float = param(doc="share of inland ships that sail loaded", ge=0, le=1)
    eta_error_sd_s: float = param(
        900.0, doc="standard deviation of the arrival that a ship announces (s)", source="our assumption", low=300.0, high=2700.0, ge=0, le=86_400
    )
    booked_share: float = param(0.5, doc="share of ships that book their lockage ahead", source="our assumption", low=0.3, high=0.8, ge=0, le=1)
    ships_file: str = param("", doc="a CSV or Parquet file of the user's own ships in place of the drawn ones", source="none")


class NetworkParams(Params):
    """All parameters that a network dataset gives."""

    waterway: WaterwayParams = param(doc="the waterway")
    railway: RailwayParams | None = param(None, doc="the railway; left out, there is none", source="none unless given")


class DemandParams(Params):
    """All parameters that a demand dataset gives."""

    waterway: WaterwayDemandParams = param(doc="ships")


class DistrictParams(Params):
    """All parameters of one variant."""

    network: NetworkParams = param(doc="what the network dataset gives, with overlays")
    demand: DemandParams = param(doc="what the demand dataset gives, with overlays")
