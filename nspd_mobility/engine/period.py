"""The stretch of time that a run covers: warm-up, measured window, drain.

An entity counts when it arrives in the measured window; it is followed to its end in the drain. What does not finish is
reported as a share and turns a mean into "at least". Clock times are those of Europe/Amsterdam; the run's epoch is the
beginning of the warm-up, and engine time is counted from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..units import LOCAL_ZONE, S_PER_DAY

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Period:
    """One typical period of a study's calendar.

    Parameters
    ----------
    name : str
    start : str
        Local date of the first measured day, ISO.
    warm_up_s, measure_s, drain_s : float
    weight_days : float
        Days of the year that the measured window stands for.
    """

    name: str
    start: str
    warm_up_s: float
    measure_s: float
    drain_s: float
    weight_days: float

    @property
    def epoch(self) -> pd.Timestamp:
        """Beginning of the warm-up, the zero of engine time."""
        import pandas as pd

        return pd.Timestamp(self.start, tz=LOCAL_ZONE).tz_convert("UTC") - pd.Timedelta(seconds=self.warm_up_s)

    @property
    def end_s(self) -> float:
        """End of the drain, seconds from the epoch."""
        return self.warm_up_s + self.measure_s + self.drain_s

    @property
    def end_of_measured(self) -> str:
        """Local date on which the measured window ends, or the day after where it ends within a day; ISO."""
        import pandas as pd

        end = pd.Timestamp(self.start, tz=LOCAL_ZONE) + pd.Timedelta(seconds=self.measure_s)
        return str(end.ceil("D").date().isoformat())

    def is_counted(self, arrival_s: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        """Say which of the entities that arrive at these times (s) count."""
        return (arrival_s >= self.warm_up_s) & (arrival_s < self.warm_up_s + self.measure_s)

    @property
    def year_factor(self) -> float:
        """Factor from a sum over the measured window to the days it stands for."""
        return self.weight_days * S_PER_DAY / self.measure_s
