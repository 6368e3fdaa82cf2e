"""From a replication's tables to its indicators."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from ..tables.recorder import Recorder, read_table
from . import boundary, bridges, canal, rail, water, waterway
from .registry import in_order_of, summarise_tables

INDICATORS = in_order_of(waterway, bridges, canal, water, boundary, rail)
"""The indicators by name: in this order whichever module was imported first."""

__all__ = ["INDICATORS", "boundary", "bridges", "canal", "counted", "rail", "summarise", "water", "waterway"]

_TABLES = ("ships", "lockages", "waits", "bridge_closures", "bridge_passages", "encounters", "water", "salinity", "boundary_passages", "trains", "train_waits")


def counted(frame: pd.DataFrame, facts: dict[str, Any]) -> pd.DataFrame:
    """Return the rows that count, with `weight` (times a year that a row stands for) and `end_s` (end of its period).

    A table without a column `is_counted`, such as `encounters`, holds the measured window only.
    """
    periods = facts["periods"]
    rows = frame[frame["is_counted"]] if "is_counted" in frame.columns else frame
    end_s = {name: p["warm_up_s"] + p["measure_s"] + p["drain_s"] for name, p in periods.items()}
    return rows.assign(
        weight=rows["period"].map({name: p["year_factor"] for name, p in periods.items()}).astype(float),
        **({"end_s": rows["period"].map(end_s).astype(float)} if "end_s" not in rows.columns else {}),
    )


def summarise(folder: Path, facts: dict[str, Any]) -> None:
    """Write the indicators of one replication beside its tables."""
    there = [name for name in _TABLES if (folder / f"{name}.parquet").is_file()]
    tables = {name: counted(read_table(folder, name), facts) for name in there}
    with_indicators = summarise_tables(tables, facts)
    with Recorder(folder, ("indicators",)) as recorder:
        recorder.write("indicators", with_indicators)
