"""Parameters of the waterway: sailing speeds, water levels and the lock complexes."""

from __future__ import annotations

from ..codes import Quality
from .boundary import BoundaryLockParams
from .bridge import BridgeParams
from .canal import CanalParams, SpeedLimits
from .energy import EnergyParams, FairwayParams
from .fields import Params, param
from .levels import LevelParams
from .lock import LockParams
from .railway import RailwayParams
from .train_demand import TrainDemandParams
from .water import WaterParams
from .weather import WeatherParams


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
    berths: dict[str, float] = param(
        {}, doc="ships that find a berth (rounded down), by node on the canal; others have no limit", source="no limit unless given"
    )
    boundary_locks: dict[str, BoundaryLockParams] = param({}, doc="locks beyond the edge of the network, by name", source="none unless given")


class AnnouncementParams(Params):
    """When the lock knows of a ship, and how well."""

    known_ahead_s: float = param(doc="the arrival is announced this long ahead (s); 0: on arrival", ge=0, le=604_800)
    eta_error_sd_s: float | None = param(
        None, doc="standard deviation of the announced arrival (s); left out, the general eta_error_sd_s", source="none unless given", ge=0, le=86_400
    )


class StayParams(Params):
    """How long a ship stays at a berth: mooring and waiting for the quay's gangs, and the cargo that it brings or fetches."""

    base_s: float = param(doc="stay apart from handling cargo (s)", ge=0)
    time_per_tonne_s: float = param(0.0, doc="time that each tonne of cargo takes (s); 12 s is 300 t/h", source="no cargo counts unless given", ge=0)
    cv_share: float = param(0.0, doc="standard deviation of the stay over its mean (share); lognormal", source="no spread unless given", ge=0, le=3)


class WaterwayDemandParams(Params):
    """How many ships come, and what of the profiles applies."""

    passages: dict[str, dict[str, float]] = param(doc="passages through the locks per year and group: inland, sea, recreation")
    growth_share_per_year: float = param(0.0, doc="growth of passages per year after the last year given (share)", source="none unless given", ge=-1, le=1)
    factor: float = param(1.0, doc="factor on all passages", source="1: demand as given", quality=Quality.ESTIMATE, ge=0, le=1000)
    loaded_share: float = param(doc="share of inland ships that sail loaded", ge=0, le=1)
    eta_error_sd_s: float = param(
        900.0,
        doc="standard deviation of the arrival that a ship announces (s), unless its announcement gives one",
        source="our assumption",
        low=300.0,
        high=2700.0,
        ge=0,
        le=86_400,
    )
    announcement: dict[str, AnnouncementParams] = param(
        {}, doc="announcement by group or class, a class before its group; others are known on arrival", source="none unless given"
    )
    air_draught_cv_share: dict[str, float] = param(
        {},
        doc="standard deviation of the air draught over its mean, by group or class (share, at most 0.3); 90 % of a class do not "
        "exceed the value of the classes, and without a spread it holds for each ship",
        source="no spread unless given",
    )
    stays: dict[str, StayParams] = param({}, doc="stay at a berth by group or class, a class before its group; others stay no time", source="none unless given")
    booked_share: float = param(0.5, doc="share of ships that book their lockage ahead", source="our assumption", low=0.3, high=0.8, ge=0, le=1)
    ships_file: str = param("", doc="a CSV or Parquet file of the user's own ships in place of the drawn ones", source="none")


class NetworkParams(Params):
    """All parameters that a network dataset gives."""

    waterway: WaterwayParams = param(doc="the waterway")
    weather: WeatherParams = param(WeatherParams(), doc="the weather, the same for all modes", source="each parameter names its own")
    railway: RailwayParams | None = param(None, doc="the railway; left out, there is none", source="none unless given")


class DemandParams(Params):
    """All parameters that a demand dataset gives."""

    waterway: WaterwayDemandParams = param(doc="ships")
    railway: TrainDemandParams | None = param(None, doc="trains; left out, none run", source="none unless given")


class DistrictParams(Params):
    """All parameters of one variant."""

    network: NetworkParams = param(doc="what the network dataset gives, with overlays")
    demand: DemandParams = param(doc="what the demand dataset gives, with overlays")
