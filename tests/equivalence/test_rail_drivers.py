"""One area, two drivers: the compiled loop and the clock give equal tables; a bridge shared with ships is never passed while it is open."""

from __future__ import annotations

import numpy as np
import pandas as pd
from support.areas import arrival_s, calls, nan, railway, simulate_checked, stock, trains

from nspd_mobility.engine._kernels import bridge_records
from nspd_mobility.engine.bridge import BridgeFacility
from nspd_mobility.engine.clock import Clock
from nspd_mobility.engine.messages import SHIP_CALL
from nspd_mobility.kernels.arrays import records
from nspd_mobility.params.bridge import BridgeParams
from nspd_mobility.rail.facility import RailFacility
from nspd_mobility.rail.simulation import prepare

NETWORK_ROWS = [
    ("A1", "a", "b", 900.0, "A"),
    ("s1", "b", "c", 3000.0, ""),
    ("L1", "c", "d", 900.0, "L"),
    ("L2", "c", "d", 900.0, "L"),
    ("s2", "d", "e", 3000.0, ""),
    ("B1", "e", "f", 900.0, "B"),
]
KINDS = {"train": stock(400.0, 20.0, 0.3, 0.4)}


def day() -> tuple[pd.DataFrame, pd.DataFrame]:
    rows = []
    for k in range(6):
        one, other = ("A", "B") if k % 2 else ("B", "A")
        rows += [(f"{k}", one, nan(), 200.0 * k, nan()), (f"{k}", other, nan(), nan(), nan())]
    return trains([f"{k}" for k in range(6)]), calls(rows)


def test_the_loop_and_the_clock_give_equal_tables() -> None:
    network = railway(NETWORK_ROWS, 20.0)
    table, stops = day()
    loop = simulate_checked(network, table, stops, KINDS)
    facility = RailFacility("rail", prepare(network, table, stops, KINDS))
    Clock(facility).run(10**9)
    clock = facility.result()
    assert loop.unfinished == clock.unfinished == ()
    for name in ("trains", "sections", "waits"):
        pd.testing.assert_frame_equal(getattr(loop, name), getattr(clock, name))


def test_a_train_waits_for_a_bridge_that_is_open_to_a_ship() -> None:
    network = railway(NETWORK_ROWS, 20.0, bridge=["", "", "", "", "swing", ""])
    table = trains(["t"])
    stops = calls([("t", "A", nan(), 0.0, nan()), ("t", "B", nan(), nan(), nan())])
    free = arrival_s(simulate_checked(network, table, stops, KINDS), "t", "B")
    swing = BridgeFacility("bridge", BridgeParams(clear_road_s=60.0, open_s=240.0, close_s=240.0, reopen_road_s=60.0))
    ship = records(bridge_records.INBOX, 1)
    ship[0]["kind"], ship[0]["eta_ms"], ship[0]["pass_ms"], ship[0]["reply"] = SHIP_CALL, 300_000, 300_000, -1
    swing.add_requests(ship)
    facility = RailFacility("rail", prepare(network, table, stops, KINDS, called_bridges=("swing",)), {"swing": "bridge"})
    Clock(facility, swing).run(10**9)
    result = facility.result()
    assert result.unfinished == ()
    closures, _ = swing.drain()
    row = result.sections[result.sections["section"] == "s2"].iloc[0]
    assert len(closures) == 1
    assert row["enter_s"] * 1000 >= closures["closed_ms"][0]
    assert arrival_s(result, "t", "B") > free
    bridge = result.waits[result.waits["cause"] == "bridge"]
    assert set(bridge["causer"]) == {"ships"} and bridge["delay_s"].sum() > 0.0


def test_a_calendar_of_closures_holds_a_train_when_rail_runs_alone() -> None:
    network = railway(NETWORK_ROWS, 20.0, bridge=["", "", "", "", "swing", ""])
    stops = calls([("t", "A", nan(), 0.0, nan()), ("t", "B", nan(), nan(), nan())])
    shut = pd.DataFrame({"section": ["s2"], "begin_s": [100.0], "end_s": [900.0]})
    result = simulate_checked(network, trains(["t"]), stops, KINDS, closures=shut)
    row = result.sections[result.sections["section"] == "s2"].iloc[0]
    assert row["enter_s"] >= 900.0
    assert np.isclose(
        result.waits["delay_s"][result.waits["cause"] == "bridge"].sum(),
        result.waits["end_s"][result.waits["cause"] == "bridge"].max() - result.waits["begin_s"].min(),
    )
