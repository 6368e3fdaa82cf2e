"""What must hold on the tables of a rail area, whatever the input.

Each function checks one rule and returns a sentence per breach. Times are seconds made from whole milliseconds, so "not before" allows 1 ms.
"""

from __future__ import annotations

import itertools

import pandas as pd

_TOLERANCE_S = 1e-3
_SHOWN = 5
SECTION_TIMES = ("reserve_s", "enter_s", "leave_s", "release_s")


def check_area(sections: pd.DataFrame, trains: pd.DataFrame, waits: pd.DataFrame) -> list[str]:
    """Return the breaches of all rules: the frames of a `RailResult`, or the tables of a replication one period at a time."""
    return [*one_train_per_section(sections), *times_in_order(sections), *calls_in_order(trains), *delays_add_up(trains, waits)]


def one_train_per_section(sections: pd.DataFrame) -> list[str]:
    """No two trains have one section at a time."""
    table = sections.sort_values(["section", "reserve_s", "release_s"], kind="stable")
    same = table["section"].eq(table["section"].shift())
    wrong = same & (table["reserve_s"] < table.groupby("section")["release_s"].cummax().shift() - _TOLERANCE_S)
    before = table["train"].shift().to_dict()
    return [f"section {row.section} has trains {before[row.Index]} and {row.train} at {row.reserve_s:.3f} s" for row in table[wrong].head(_SHOWN).itertuples()]


def times_in_order(sections: pd.DataFrame) -> list[str]:
    """A section is reserved, entered, left by the tail and released, in that order."""
    found = []
    for one, other in itertools.pairwise(SECTION_TIMES):
        wrong = sections[sections[other] < sections[one] - _TOLERANCE_S]
        found += [f"train {row.train} on {row.section}: {other} is before {one}, {getattr(row, one):.3f} s" for row in wrong.head(_SHOWN).itertuples()]
    return found


def calls_in_order(trains: pd.DataFrame) -> list[str]:
    """A train is at its places in order, and leaves none before it is there or before its time."""
    table = trains.sort_values(["train", "seq"], kind="stable")
    same = table["train"].eq(table["train"].shift())
    early = same & (table["arrival_s"] < table["departure_s"].shift() - _TOLERANCE_S)
    gone = table["departure_s"] < table["arrival_s"] - _TOLERANCE_S
    unplanned = table["is_stop"] & (table["departure_s"] < table["planned_departure_s"] - _TOLERANCE_S)
    lost = same & table["arrival_s"].notna() & table["departure_s"].shift().isna()
    words = ((early, "arrives before it has left the place before"), (gone, "leaves before it arrives"), (unplanned, "leaves before its time"))
    found = []
    for wrong, word in (*words, (lost, "arrives without having left the place before")):
        found += [f"train {row.train} at {row.place}: {word}" for row in table[wrong].head(_SHOWN).itertuples()]
    return found


def delays_add_up(trains: pd.DataFrame, waits: pd.DataFrame) -> list[str]:
    """What is booked to a train adds up to its delay at its end, where that has a planned time."""
    last = trains.loc[trains.groupby("train")["seq"].idxmax()].set_index("train")
    last = last[last["delay_s"].notna()]
    booked = waits.groupby("train")["delay_s"].sum().reindex(last.index, fill_value=0.0)
    wrong = last[(booked - last["delay_s"]).abs() > _TOLERANCE_S]
    by_name = booked.to_dict()
    return [f"train {name} is {row['delay_s']:.3f} s late and has {by_name[name]:.3f} s booked" for name, row in wrong.head(_SHOWN).to_dict("index").items()]
