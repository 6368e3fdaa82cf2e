"""One entity through a replication, event by event."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from ..errors import UsageError, allowed, nearest
from ..units import LOCAL_ZONE
from .console import console


def print_trace(path: Path, entity: str, scenario: str | None, year: str | None, variant: str | None, replication: int) -> None:
    """Print the events of one entity."""
    import pandas as pd

    from ..tables.run_folder import Cell, RunFolder

    run = RunFolder(path)
    facts = run.facts
    cell = Cell(
        run.choose("scenarios", scenario),
        run.choose("years", year),
        run.choose("variants", variant, run.reference),
        f"r{replication:04d}",
    )
    if cell not in run.cells():
        there = [c.replication for c in run.cells() if (c.scenario, c.year, c.variant) == (cell.scenario, cell.year, cell.variant)]
        raise UsageError(f"{run.path}: {cell.path} is not finished; finished replications of it are: {allowed(there) or 'none'}; choose one with --replication")
    ships = run.read(cell, "ships", ["period", "entity_id", "id", "class_id", "origin", "destination"])
    known = ships[(ships["id"] == entity) | (ships["entity_id"].astype(str) == entity)]
    if known.empty:
        raise UsageError(f"{run.path}: replication {cell.path} has no ship '{entity}'{nearest(entity, ships['id'].tolist())}; ids are in the table ships")
    events = run.read(cell, "events")
    ship: dict[Any, Any]
    for ship in known.to_dict("records"):
        console.print(escape(f"{ship['id']} ({ship['class_id']}) from {ship['origin'] or '–'} to {ship['destination'] or '–'}, {ship['period']}"))
        epoch = pd.Timestamp(facts["periods"][ship["period"]]["epoch"]).tz_convert(LOCAL_ZONE)
        table = Table()
        for column in ("local time", "event", "place", "facility", "cause"):
            table.add_column(column)
        mine = events[(events["entity_id"] == ship["entity_id"]) & (events["period"] == ship["period"])]
        event: dict[Any, Any]
        for event in mine.to_dict("records"):
            at = epoch + pd.Timedelta(milliseconds=event["time_ms"])
            table.add_row(at.strftime("%Y-%m-%d %H:%M:%S"), event["kind"], event["place_id"], event["facility_id"], event["cause"])
        console.print(table)
