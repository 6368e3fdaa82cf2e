"""Convoys: pushed barges and coupled ships as formations of rectangles, and the one rectangle that a lock takes.

A formation is `n_long` barges in line and `n_wide` abreast, with the pusher behind; a motor ship that pushes counts as a barge whose
stern is the pusher. Its outline is

    length = n_long barge_length + pusher_length,  beam = max(n_wide barge_beam, pusher_beam)

and a lock packs that outline: a convoy is not uncoupled in a chamber, and the water beside a pusher is not given to others. A
convoy longer than every chamber is refused; splitting it into two lockages is left out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import DataError
from .sheets import BOUNDS, read_csv

CONVOYS = "convoys.csv"
_NUMBERS = ("n_long", "n_wide", "barge_length_m", "barge_beam_m", "pusher_length_m", "pusher_beam_m")


def formation_size_m(
    n_long: npt.ArrayLike,
    n_wide: npt.ArrayLike,
    barge_length_m: npt.ArrayLike,
    barge_beam_m: npt.ArrayLike,
    pusher_length_m: npt.ArrayLike,
    pusher_beam_m: npt.ArrayLike = 0.0,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return length and beam (m) of the outline of formations, of the shape that the arguments broadcast to.

    Examples
    --------
    >>> length_m, beam_m = formation_size_m(2, 2, 76.5, 11.4, 35.0, 11.4)
    >>> float(length_m), float(beam_m)
    (188.0, 22.8)
    """
    values = [np.asarray(v, dtype=np.float64) for v in (n_long, n_wide, barge_length_m, barge_beam_m, pusher_length_m, pusher_beam_m)]
    long, wide, length, beam, pusher_length, pusher_beam = values
    return np.asarray(long * length + pusher_length), np.maximum(wide * beam, pusher_beam)


def read_convoys(path: Path, classes: pd.DataFrame) -> pd.DataFrame:
    """Read the formations of the classes that are convoys, with `length_m` and `beam_m` of their outline.

    Parameters
    ----------
    path : Path
        CSV with `class_id, n_long, n_wide, barge_length_m, barge_beam_m, pusher_length_m, pusher_beam_m, source, quality`.
    classes : DataFrame
        The classes of `ShipTables`.

    Raises
    ------
    DataError
        If a class is unknown, or the outline of a formation lies outside the length or the beam of its class.
    """
    sheet = read_csv(path)
    columns = ("class_id", *_NUMBERS, "source", "quality")
    sheet.expect_columns(columns, columns)
    frame: pd.DataFrame = pd.DataFrame({column: sheet.number(column) if column in BOUNDS else sheet.text(column) for column in columns})
    sheet.distinct(("class_id",))
    known: dict[str, Any] = {str(row.class_id): row for row in classes.itertuples()}
    sheet.refuse(~frame["class_id"].isin(list(known)).to_numpy(), "class_id", "a class of classes.csv")
    frame["length_m"], frame["beam_m"] = formation_size_m(*(frame[column] for column in _NUMBERS))
    for row, (name, length_m, beam_m) in enumerate(frame[["class_id", "length_m", "beam_m"]].itertuples(index=False)):
        ship = known[str(name)]
        if not ship.length_low_m <= length_m <= ship.length_high_m or abs(beam_m - ship.beam_m) > 1e-6:
            raise DataError(
                f"{sheet.where(row)}: the formation of '{name}' is {length_m:g} m by {beam_m:g} m, and its class is {ship.length_low_m:g} to "
                f"{ship.length_high_m:g} m by {ship.beam_m:g} m; mend one"
            )
    return frame
