"""Rows of a table as columns: arrays of one length by name, texts as objects. Cheap to take and to join, where a frame copies itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Columns = dict[str, npt.NDArray[Any]]


def columns_of(frame: pd.DataFrame) -> Columns:
    """Return the columns of a frame; its index is left."""
    return {str(name): frame[name].to_numpy() for name in frame}


def n_rows(columns: Mapping[str, npt.NDArray[Any]]) -> int:
    """Return how many rows there are; 0 where there are no columns."""
    return len(next(iter(columns.values()), ()))


def take(columns: Mapping[str, npt.NDArray[Any]], rows: npt.NDArray[Any] | slice) -> Columns:
    """Return some rows, by their numbers or a mask."""
    if isinstance(rows, np.ndarray) and rows.dtype == bool:
        rows = np.flatnonzero(rows)
    return {name: values[rows] for name, values in columns.items()}


def join(parts: Sequence[Columns]) -> Columns:
    """Return the rows of parts one after another; parts without columns add nothing, the others have the same ones."""
    parts = [part for part in parts if part]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]} if parts else {}
