"""A timetable of the user's own: one row per stop, checked, as trains and stops.

Columns: train, seq, place, arrival and departure (``HH:MM`` or ``HH:MM:SS``; hours may pass 24; the first arrival and the last departure may be
empty), and where they are given kind, rolling_stock, priority, country, commodity, dwell_s (shortest), reverses, track.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..errors import DataError, allowed, nearest
from ..streams import entity_ids
from .sheets import read_csv
from .trains import KINDS, STOP_COLUMNS, TRAIN_COLUMNS, Trains

_NEEDED = ("train", "seq", "place", "arrival", "departure")
_TEXTS = {"kind": "passenger", "rolling_stock": "", "country": "", "commodity": "", "track": ""}
_OPTIONAL = (*_TEXTS, "priority", "dwell_s", "reverses")
_CLOCK = re.compile(r"(\d{1,3}):([0-5]\d)(?::([0-5]\d))?")


def clock_s(text: str) -> float:
    """Return seconds after midnight of a time such as ``6:49`` or ``25:10:00``; NaN for an empty text.

    Raises
    ------
    ValueError
        If the text is no time.

    Examples
    --------
    >>> clock_s("25:10:00")
    90600.0
    """
    if not text.strip():
        return float("nan")
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"'{text}' is no time; write HH:MM or HH:MM:SS, beyond 24:00 for the next day")
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return float(3600 * hours + 60 * minutes + seconds)


def read_timetable(path: Path, places: Collection[str]) -> Trains:
    """Read a timetable from CSV.

    Raises
    ------
    DataError
        For an unknown station, a time that is none, an arrival after its departure or before the departure of the stop before, a negative
        dwell, a stop that comes twice or is missing in the numbering; with file and line.
    """
    sheet = read_csv(path)
    sheet.expect_columns(_NEEDED, (*_NEEDED, *_OPTIONAL))
    frame = pd.DataFrame({name: sheet.text(name) for name in ("train", "place")})
    for row, place in enumerate(frame["place"]):
        if place not in places:
            raise DataError(f"{sheet.where(row)}: unknown station '{place}'{nearest(place, places)}; known are: {allowed(places, limit=60)}")
    for name in ("arrival", "departure"):
        frame[f"{name}_s"] = [_time(sheet.where(row), text) for row, text in enumerate(sheet.frame[name].astype("str"))]
    for name, empty in (("seq", np.nan), ("priority", 5.0), ("dwell_s", 0.0)):
        cells = sheet.frame[name] if name in sheet.frame.columns else pd.Series([""] * len(frame))
        numbers = pd.to_numeric(cells.mask(cells == "", np.nan), errors="coerce").fillna(empty)
        sheet.refuse((~(numbers >= 0)).to_numpy(), name, "a number of 0 or more") if name in sheet.frame.columns else None
        frame[name] = numbers.to_numpy(dtype="float64")
    for name, empty_text in _TEXTS.items():
        frame[name] = sheet.frame[name].replace("", empty_text).to_numpy() if name in sheet.frame.columns else empty_text
    sheet.refuse(~frame["kind"].isin(KINDS).to_numpy(), "kind", f"one of: {allowed(KINDS)}") if "kind" in sheet.frame.columns else None
    frame["reverses"] = sheet.truth("reverses").to_numpy() if "reverses" in sheet.frame.columns else False
    sheet.distinct(("train", "seq"))
    order = frame.sort_values(["train", "seq"], kind="stable")
    _check_order(order, sheet)
    return _trains(order)


def _time(where: str, text: str) -> float:
    try:
        return clock_s(text)
    except ValueError as error:
        raise DataError(f"{where}: {error}") from None


def _check_order(order: pd.DataFrame, sheet: Any) -> None:
    for train, calls in order.groupby("train", sort=False):
        rows = list(calls.index)
        if len(rows) < 2:
            raise DataError(f"{sheet.where(rows[0])}: train '{train}' has one stop; it needs two")
        before_s = -np.inf
        for number, row in enumerate(rows):
            arrival_s, departure_s = calls["arrival_s"][row], calls["departure_s"][row]
            if calls["seq"][row] != calls["seq"][rows[0]] + number:
                raise DataError(
                    f"{sheet.where(row)}: train '{train}' has a gap: seq is {calls['seq'][row]:g} after {calls['seq'][rows[number - 1]]:g}; number all stops"
                )
            if departure_s < arrival_s:
                raise DataError(
                    f"{sheet.where(row)}: train '{train}' leaves {calls['place'][row]} too early: a negative dwell of {departure_s - arrival_s:g} s"
                )
            first_s = arrival_s if np.isfinite(arrival_s) else departure_s
            if first_s < before_s:
                raise DataError(
                    f"{sheet.where(row)}: train '{train}' arrives at {calls['place'][row]} before it left the stop before it; past midnight write 24:00"
                )
            last_s = departure_s if np.isfinite(departure_s) else arrival_s
            before_s = last_s if np.isfinite(last_s) else before_s


def _trains(order: pd.DataFrame) -> Trains:
    first = order.groupby("train", sort=False).first().reset_index()
    trains = first.rename(columns={"train": "id"}).assign(entity_id=entity_ids("rail", first["train"]), entry_delay_s=0.0)
    stops = order.assign(stops=True)[list(STOP_COLUMNS)].reset_index(drop=True)
    return Trains(trains[list(TRAIN_COLUMNS)].astype({"priority": "int64"}), stops.astype({"seq": "int64"}))
