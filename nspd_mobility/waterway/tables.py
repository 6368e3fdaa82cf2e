"""Checks of the tables that the public functions of the waterway take, with errors in one sentence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..errors import DataError, allowed, nearest

_LARGEST = 4e15  # NEVER_MS, which no event may reach, is near 4.6e15 s


def check_columns(what: str, table: pd.DataFrame, required: Sequence[str], optional: Sequence[str]) -> None:
    """Refuse a table that lacks a column or has one that is unknown."""
    for column in required:
        if column not in table.columns:
            raise DataError(f"{what}: column '{column}' is missing{nearest(column, table.columns)}; required are: {', '.join(required)}")
    known = (*required, *optional)
    for column in table.columns:
        if column not in known:
            raise DataError(f"{what}: unknown column '{column}'{nearest(str(column), known)}; allowed are: {allowed(known)}")


def check_ids(what: str, table: pd.DataFrame) -> None:
    """Refuse a table with an id that is empty or occurs more than once."""
    if table["id"].isna().any():
        raise DataError(f"{what}: row {int(np.flatnonzero(table['id'].isna())[0])} has no id; every row needs one")
    twice = table["id"].duplicated()
    if twice.any():
        raise DataError(f"{what}: id {table['id'][twice].iloc[0]!r} occurs more than once; every row needs an id of its own")


def check_numbers(what: str, table: pd.DataFrame, column: str, *, above_zero: bool = False, may_be_negative: bool = False) -> None:
    """Refuse a column that does not hold finite numbers of the wanted sign."""
    if not pd.api.types.is_numeric_dtype(table[column]) or pd.api.types.is_bool_dtype(table[column]):
        raise DataError(f"{what}: column '{column}' must hold numbers and holds {table[column].dtype}")
    values = table[column].to_numpy(dtype=np.float64)
    bad = ~np.isfinite(values) | (np.abs(values) > _LARGEST)
    if above_zero:
        bad |= values <= 0.0
    elif not may_be_negative:
        bad |= values < 0.0
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        want = "above 0" if above_zero else ("a finite number" if may_be_negative else "a number of 0 or more")
        raise DataError(f"{what}: {column} of {table['id'].iloc[row]!r} (row {row}) is {values[row]}, and must be {want}")
