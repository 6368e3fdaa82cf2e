"""What tests of lock policies share: their names, and the order in which a policy keeps its queue."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from nspd_mobility.codes import LockPolicy
from nspd_mobility.streams import stable_hash

POLICIES = [policy.word for policy in LockPolicy]


def order_of_service(ships: pd.DataFrame, policy: str) -> Any:
    """Return the place of each ship in the queue: priority, then arrival, then the hash of its id."""
    priority = ships["priority"].to_numpy()
    if policy == "sea_priority":
        priority = 4 * priority + np.where(ships["is_sea"], 2, ships["is_booked"])
    tie = [stable_hash("ship", i) for i in ships["id"]]
    order = np.lexsort((tie, np.rint(ships["arrival_s"] * 1000), -priority))
    place = np.empty(len(ships), dtype=int)
    place[order] = np.arange(len(ships))
    return place
