"""How long ships wait and are in the lock, as their idle energy counts it: those that are through, and those that the end of the run cuts off."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nspd_mobility.district.emissions import idle_seconds
from nspd_mobility.tables.columns import columns_of

END_S = 10_000.0
NONE = np.nan


def test_each_second_is_counted_once() -> None:
    rows = [
        # has come, refused, arrival, line-up, canal, entry, exit: waits, in the lock
        (True, "none", 1000.0, 600.0, 120.0, 1600.0, 2800.0, 720.0, 1200.0),  # through
        (True, "none", 7000.0, NONE, 0.0, NONE, NONE, 3000.0, NONE),  # at the lock when the run ends
        (True, "none", 8000.0, NONE, 500.0, NONE, NONE, 2500.0, NONE),  # the same, after a wait on the canal that ended before it came
        (False, "none", 7000.0, NONE, 800.0, NONE, NONE, 800.0, NONE),  # still on the canal, where it should have come at 7000 s
        (False, "none", 12_000.0, NONE, 0.0, NONE, NONE, 0.0, NONE),  # comes after the end
        (True, "none", 12_000.0, NONE, 0.0, NONE, NONE, 0.0, NONE),
        (True, "length", 5000.0, NONE, 60.0, NONE, NONE, 60.0, NONE),  # refused: it turns back
        (True, "none", 1000.0, 0.0, 300.0, 1000.0, 2000.0, 300.0, 1000.0),  # through, and waits for a bridge behind the lock
    ]
    names = ["has_come", "refused_reason", "arrival_s", "wait_lineup_s", "canal_wait_s", "entry_start_s", "exit_s", "waiting_s", "locking_s"]
    ships = pd.DataFrame(rows, columns=names)
    waiting_s, locking_s = idle_seconds(columns_of(ships), END_S)
    assert waiting_s.tolist() == ships["waiting_s"].tolist()
    np.testing.assert_array_equal(locking_s, ships["locking_s"])
