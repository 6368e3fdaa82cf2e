"""What must hold on the result tables of shipping, whatever the input.

Each function checks one rule on frames and returns a sentence per breach, which names who or what is at fault and the times. They
read the tables of a replication; those of ships and lockages also read the two frames of a `LockResult`, which have no `period` and
no `lock`. One module per subject: `ships`, `lockages`, `chambers`, `canal`, `bridges`, `water`, `events`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ..rail_invariants import check_area
from .bridges import bridge_cycles_are_in_order, bridge_passages_fit_an_opening, openings_begin_outside_windows
from .canal import legs_are_contiguous
from .chambers import DangerousGoodsRule, Sizes, ships_do_not_overlap, ships_lie_inside_the_chamber, ships_with_cones_keep_their_distance
from .events import events_are_in_order
from .lockages import lockages_alternate, lockages_begin_outside_closures, lockages_hold_their_ships, one_at_a_time_through_the_gate
from .ships import durations_add_up, every_ship_once, refused_ships_have_no_chamber, sailing_around_the_lock, times_of_ships_in_order
from .water import water_balances

__all__ = [
    "CHECKED_TABLES",
    "CHECKED_WITH_TRAINS",
    "DangerousGoodsRule",
    "Sizes",
    "bridge_cycles_are_in_order",
    "bridge_passages_fit_an_opening",
    "chamber_sizes",
    "check_lock",
    "check_waterway",
    "dangerous_goods_rules",
    "durations_add_up",
    "events_are_in_order",
    "every_ship_once",
    "legs_are_contiguous",
    "lockages_alternate",
    "lockages_begin_outside_closures",
    "lockages_hold_their_ships",
    "one_at_a_time_through_the_gate",
    "openings_begin_outside_windows",
    "refused_ships_have_no_chamber",
    "sailing_around_the_lock",
    "ships_do_not_overlap",
    "ships_lie_inside_the_chamber",
    "ships_with_cones_keep_their_distance",
    "times_of_ships_in_order",
    "water_balances",
]

CHECKED_TABLES = ("ships", "lockages", "closures", "legs", "waits", "bridge_closures", "bridge_passages", "bridge_windows", "water", "events")
CHECKED_WITH_TRAINS = ("trains", "sections", "train_waits")


def check_waterway(tables: Mapping[str, pd.DataFrame], facts: Mapping[str, Any], variant: str) -> list[str]:
    """Return the breaches of all invariants in one replication.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Those of `CHECKED_TABLES`, and of `CHECKED_WITH_TRAINS` where trains run; a table that is not there is not checked.
    facts : mapping
        The content of ``run.json``.
    variant : str
        The variant of the replication, for the sizes of its chambers and its distances of dangerous goods.

    Returns
    -------
    list of str
        Empty where all hold.
    """
    found: list[str] = []
    ships, lockages = tables.get("ships"), tables.get("lockages")
    if ships is not None and lockages is not None:
        found += check_lock(ships, lockages, chamber_sizes(facts, variant), closures=tables.get("closures"))
    if ships is not None:
        for lock, rule in dangerous_goods_rules(facts, variant).items():
            found += ships_with_cones_keep_their_distance(ships[ships["lock"] == lock], rule)
        found += sailing_around_the_lock(ships)
        if "legs" in tables:
            found += legs_are_contiguous(tables["legs"], ships, tables.get("waits"))
    if "bridge_closures" in tables:
        openings = tables["bridge_closures"]
        found += bridge_cycles_are_in_order(openings)
        if "bridge_passages" in tables:
            found += bridge_passages_fit_an_opening(tables["bridge_passages"], openings)
        if "bridge_windows" in tables:
            found += openings_begin_outside_windows(openings, tables["bridge_windows"])
    if "water" in tables:
        found += water_balances(tables["water"])
    if "sections" in tables:
        for period, sections in tables["sections"].groupby("period"):
            trains, train_waits = (tables[name][tables[name]["period"] == period] for name in ("trains", "train_waits"))
            found += check_area(sections, trains, train_waits)
    if "events" in tables:
        found += events_are_in_order(tables["events"])
    return found


def chamber_sizes(facts: Mapping[str, Any], variant: str) -> dict[tuple[str, str], tuple[float, float]]:
    """Return length and width of the chambers of a variant from the facts of a run."""
    sizes = {}
    for lock, by_variant in facts["locks"].items():
        for chamber, size in by_variant[variant].items():
            sizes[str(lock), str(chamber)] = (float(size["length_m"]), float(size["width_m"]))
    return sizes


def dangerous_goods_rules(facts: Mapping[str, Any], variant: str) -> dict[str, DangerousGoodsRule]:
    """Return the distances of ships with cones at each lock of a variant from the facts of a run."""
    rules = {}
    for lock, by_variant in facts["dangerous_goods"].items():
        none, one, two, three = by_variant[variant]["distances_m"]
        rules[str(lock)] = DangerousGoodsRule((float(none), float(one), float(two), float(three)), int(by_variant[variant]["alone_from"]))
    return rules


def check_lock(
    ships: pd.DataFrame, lockages: pd.DataFrame, sizes: Sizes, *, closures: pd.DataFrame | None = None, goods: DangerousGoodsRule | None = None
) -> list[str]:
    """Return the breaches of the invariants of locks, for the tables of a replication or the frames of a `LockResult`.

    Parameters
    ----------
    ships, lockages : DataFrame
    sizes : mapping
    closures : DataFrame, optional
        `chamber, begin_s, end_s`, and `period` and `lock` where the lockages have them.
    goods : DangerousGoodsRule, optional
        Distances of ships with cones; read with the column `n_cone`.
    """
    return [
        *every_ship_once(ships),
        *times_of_ships_in_order(ships),
        *durations_add_up(ships),
        *refused_ships_have_no_chamber(ships),
        *lockages_alternate(lockages),
        *lockages_hold_their_ships(ships, lockages),
        *one_at_a_time_through_the_gate(ships),
        *ships_lie_inside_the_chamber(ships, sizes),
        *ships_do_not_overlap(ships),
        *(ships_with_cones_keep_their_distance(ships, goods) if goods is not None and "n_cone" in ships.columns else []),
        *(lockages_begin_outside_closures(lockages, closures) if closures is not None else []),
    ]
