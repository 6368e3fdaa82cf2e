"""A day of 120 trains on 30 km of single track with five loops, motion integrated again after each restrictive signal."""

import numpy as np
import pandas as pd

from nspd_mobility.bench import case
from nspd_mobility.network.railway import TrackNetwork
from nspd_mobility.rail.rolling_stock import plain_train
from nspd_mobility.rail.simulation import prepare
from nspd_mobility.units import NEVER_MS

FAST, SLOW = 38.9, 22.2  # m/s: straight, and over the diverging side of a switch
SECTION_M, LOOP_M, SIGNAL_M, TERMINAL_M = 30_000 / 6 - 850 * 5 / 6, 850.0, 60.0, 940.0
NO_TIMES = {"setup_s": 0.0, "sight_reaction_s": 0.0, "release_s": 0.0}


def network() -> TrackNetwork:
    rows = [("Wd", "w1", "s0w", TERMINAL_M, "W", FAST, 0.0), ("Wa", "w2", "s0w", TERMINAL_M, "W", 0.0, SLOW)]
    for k in range(6):
        a, b = f"s{k}w", f"s{k}e"
        rows += [(f"x{k}a", a, f"m{k}a", SIGNAL_M, "", FAST, FAST), (f"x{k}b", f"m{k}a", f"m{k}b", SECTION_M - 2 * SIGNAL_M, "", FAST, FAST)]
        rows.append((f"x{k}c", f"m{k}b", b, SIGNAL_M, "", FAST, FAST))
        if k < 5:
            rows += [(f"L{k}e", b, f"s{k + 1}w", LOOP_M, f"L{k}", FAST, 0.0), (f"L{k}w", b, f"s{k + 1}w", LOOP_M, f"L{k}", 0.0, SLOW)]
    rows += [("Ea", "s5e", "e1", TERMINAL_M, "E", FAST, 0.0), ("Ed", "s5e", "e2", TERMINAL_M, "E", 0.0, SLOW)]
    sections = pd.DataFrame(rows, columns=["id", "from_node", "to_node", "length_m", "place", "speed_m_s", "speed_back_m_s"])
    sections["signal_to"] = sections["signal_from"] = sections["id"].str.match(r"x\db") | (sections["place"] != "")
    ends = pd.concat([sections["from_node"], sections["to_node"]]).value_counts()
    nodes = pd.DataFrame({"id": sorted(ends.index)})
    nodes["kind"] = ["boundary" if ends[n] == 1 else "joint" if ends[n] == 2 else "switch" for n in nodes["id"]]
    places = pd.DataFrame({"id": sorted(set(sections["place"]) - {""})})
    places["kind"] = ["station" if p in "WE" else "loop" for p in places["id"]]
    return TrackNetwork.from_frames(sections, nodes, places)


def day(n_hours: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    trains, stops = [], []
    for k in range(2 * n_hours):
        for way, offset_s in ((("W", "L1", "L2", "L3", "E"), 0.0), (("E", "L3", "L2", "L1", "W"), 900.0)):
            trains.append((f"p{way[0]}{k}", "passenger"))
            stops += [(f"p{way[0]}{k}", q, p, k * 1800.0 + offset_s if q == 0 else np.nan, 60.0 if 0 < q < 4 else np.nan) for q, p in enumerate(way)]
    for k in range(n_hours):
        trains.append((f"f{k}", "freight"))
        stops += [(f"f{k}", q, p, 900.0 + k * 3600.0 if q == 0 else np.nan, np.nan) for q, p in enumerate("WE" if k % 2 == 0 else "EW")]
    return pd.DataFrame(trains, columns=["id", "stock"]), pd.DataFrame(stops, columns=["train", "seq", "place", "departure_s", "dwell_s"])


def stock():
    freight = plain_train(mass_tonne=1000, length_m=500, speed_max_m_s=SLOW, acceleration_m_s2=0.15, brake_m_s2=0.4)
    freight.physics["length_m"] = 740.0
    return {"passenger": plain_train(mass_tonne=150, length_m=80, speed_max_m_s=FAST, acceleration_m_s2=0.8, brake_m_s2=0.8), "freight": freight}


@case("rail-day", unit="trains")
def rail_day(is_smoke: bool):
    """Compiled driver over single-track days, 120 trains each."""
    n_hours = 24 if is_smoke else 240
    trains, stops = day(n_hours)
    prepared = prepare(network(), trains, stops, stock(), params=NO_TIMES)

    def work():
        area = prepared.area()
        area.run(NEVER_MS - 1)
        return {"section_rows": float(len(area.drain()))}

    return work, len(trains)
