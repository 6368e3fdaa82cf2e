"""One replication with given demand: every typical period of the calendar, every step in the order of cause."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..demand.emission_tables import EmissionTables
from ..demand.ship_tables import ShipTables
from ..engine.period import Period
from ..params.waterway import DistrictParams
from ..streams import Streams
from ..tables.recorder import Recorder
from .shipping import shipping
from .steps import Step, in_order
from .trains import RAIL_TABLES, Railway, has_trains

if TYPE_CHECKING:
    import pandas as pd

    from ..network.waterway import FairwayNetwork

SHIPPING_TABLES = (
    "ships",
    "lockages",
    "legs",
    "waits",
    "bridge_closures",
    "bridge_passages",
    "bridge_windows",
    "encounters",
    "water",
    "salinity",
    "levels",
    "closures",
    "boundary_passages",
    "events",
)
STEPS = (Step("shipping", reads=(), writes=SHIPPING_TABLES, run=shipping),)
RESULT_TABLES = tuple(table for step in STEPS for table in step.writes)


def tables_of(params: DistrictParams) -> tuple[str, ...]:
    """Return the tables of a replication: those of trains where trains run."""
    return (*RESULT_TABLES, *(RAIL_TABLES if has_trains(params) else ()))


@dataclass(frozen=True, slots=True)
class District:
    """What does not change between replications of a variant: parameters and what was read from the datasets."""

    params: DistrictParams
    fairways: FairwayNetwork
    ship_tables: ShipTables
    emission_tables: EmissionTables
    constituents: pd.DataFrame
    own_ships: Path | None = None
    level_file: Path | None = None
    discharge_file: Path | None = None
    railway: Railway | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """One typical period of one replication: what a step works with."""

    district: District
    year: int
    period: Period
    streams: Streams
    recorder: Recorder


def simulate_day(
    district: District,
    year: int,
    periods: Iterable[Period],
    streams: Streams,
    recorder: Recorder,
    on_progress: Callable[[float], None] = lambda share: None,
) -> None:
    """Simulate one replication and stream its tables to the recorder.

    Parameters
    ----------
    district : District
    year : int
        Year of the demand.
    periods : iterable of Period
        The typical periods of the calendar, each simulated by itself.
    streams : Streams
        The random numbers of this replication.
    recorder : Recorder
    on_progress : callable
        Called with the share done, 0 to 1.
    """
    periods = list(periods)
    steps = in_order(STEPS)
    total = sum(period.end_s for period in periods) * len(steps)
    done = 0.0
    for period in periods:
        day = Day(district, year, period, streams, recorder)
        for step in steps:
            for reached_s in step.run(day):
                on_progress(min(1.0, (done + reached_s) / total))
            done += period.end_s
