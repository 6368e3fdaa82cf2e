"""The table of ships that sail a canal: checked, put in order, and made into the kernel's requests; and their speeds."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import DataError
from ..streams import stable_hash
from ..units import MS_PER_S
from ._kernels import canal_records, records
from ._kernels.canal_speed import limit_speeds
from .canal_layout import CanalLayout
from .tables import check_columns, check_ids, check_numbers

REQUIRED = ("id", "origin", "destination", "depart_s", "speed_m_s")
SIZES = ("length_m", "beam_m", "draught_m")
OPTIONAL = (*SIZES, "stay_s", "needs_opening", "class_id")


def limit_speed_m_s(
    area_m2: npt.ArrayLike, surface_width_m: npt.ArrayLike, beam_m: npt.ArrayLike, draught_m: npt.ArrayLike, midship_coefficient: npt.ArrayLike = 1.0
) -> npt.NDArray[np.float64]:
    """Return the physical limit speed of ships in a canal.

    v = sqrt(8 g h) * cos((pi + arccos(1 - A_s / A_c)) / 3)^1.5, with h = A_c / surface width the mean depth, A_c the canal's cross
    section and A_s the ship's midship section. Ships use up to 90 % of it.

    Parameters
    ----------
    area_m2, surface_width_m : array_like
        Cross section (m²) and width at the surface (m) of the canal.
    beam_m, draught_m : array_like
        Of the ship (m).
    midship_coefficient : array_like
        Midship section over beam times draught, dimensionless.

    Returns
    -------
    ndarray of float64
        Limit speed (m/s), of the shape that the arguments broadcast to; 0 where the ship fills the canal.

    Raises
    ------
    DataError
        If an area or a width is not above 0.

    References
    ----------
    Balanin and Bykov, as used by BIVAS (Rijkswaterstaat), "Snelheidsbepaling".

    Examples
    --------
    >>> (3.6 * limit_speed_m_s(1431.0, 150.0, [34.0, 11.4], [12.5, 3.5])).round(1).tolist()
    [12.8, 27.8]
    """
    area, width, beam, draught, coefficient = np.broadcast_arrays(
        *(np.asarray(v, dtype=np.float64) for v in (area_m2, surface_width_m, beam_m, draught_m, midship_coefficient))
    )
    if not (np.all(area > 0.0) and np.all(width > 0.0)):
        raise DataError("limit speed: area_m2 and surface_width_m must be above 0")
    out = np.empty(area.size)
    limit_speeds(np.ascontiguousarray(area.ravel()), np.ascontiguousarray(width.ravel()), np.ascontiguousarray((beam * draught * coefficient).ravel()), out)
    return out.reshape(area.shape)


def check_ships(ships: pd.DataFrame) -> None:
    """Refuse a table of ships that a canal can't take.

    Raises
    ------
    DataError
        For a missing or misspelt column, a duplicate or empty id, or a number that is none or has the wrong sign.
    """
    check_columns("ships", ships, REQUIRED, OPTIONAL)
    check_ids("ships", ships)
    check_numbers("ships", ships, "depart_s", may_be_negative=True)
    check_numbers("ships", ships, "speed_m_s", above_zero=True)
    for column in (*SIZES, "stay_s"):
        if column in ships.columns:
            check_numbers("ships", ships, column)


def to_requests(ships: pd.DataFrame, layout: CanalLayout, *, needs: npt.ArrayLike | None = None, keys: npt.ArrayLike | None = None) -> Any:
    """Return the kernel's requests, in the order of departure; `ship` is the row in the table.

    Parameters
    ----------
    ships : DataFrame
        A table that `check_ships` accepts.
    layout : CanalLayout
    needs : ndarray of int64, shape (n_ship,), optional
        Bit b is set where the ship needs an opening of bridge ``layout.bridges[b]``; without it the column `needs_opening` says
        whether a ship needs all bridges on its way, True where it is left out.
    keys : ndarray of int64, shape (n_ship,), optional
        Decide ties; without it a hash of the id.

    Raises
    ------
    DataError
        If a ship has no route, or fills a cross section on it.
    """
    requests = records.records(canal_records.REQUEST, len(ships))
    requests["ship"] = np.arange(len(ships))
    requests["kind"] = canal_records.START
    requests["key"] = [stable_hash("ship", name) >> 1 for name in ships["id"]] if keys is None else keys
    requests["time_ms"] = np.rint(ships["depart_s"].to_numpy(dtype=np.float64) * MS_PER_S).astype(np.int64)
    for column in (*SIZES, "speed_m_s"):
        if column in ships.columns:
            requests[column] = ships[column].to_numpy(dtype=np.float64)
    if "stay_s" in ships.columns:
        requests["stay_ms"] = np.rint(ships["stay_s"].to_numpy(dtype=np.float64) * MS_PER_S).astype(np.int64)
    everything = (1 << len(layout.bridges)) - 1
    if needs is not None:
        requests["needs"] = needs
    else:
        requests["needs"] = np.where(ships["needs_opening"].to_numpy(dtype=bool), everything, 0) if "needs_opening" in ships.columns else everything
    for ends, rows in ships.groupby(["origin", "destination"], sort=True).indices.items():
        origin, destination = (str(node) for node in ends)  # type: ignore[attr-defined]
        first, n_legs = layout.route(origin, destination)
        requests["leg"][rows] = first
        requests["n_legs"][rows] = n_legs
        _check_fits(ships, requests, rows, layout, layout.path[first : first + n_legs])
    return requests[np.lexsort((requests["key"], requests["time_ms"]))]


def _check_fits(ships: pd.DataFrame, requests: Any, rows: Any, layout: CanalLayout, legs: Any) -> None:
    """Refuse a ship whose midship section fills a cross section on its way."""
    midship = requests["beam_m"][rows] * requests["draught_m"][rows] * layout.params.midship_coefficient
    for stretch in legs["stretch"]:
        area = layout.stretches["area_m2"][stretch]
        too_large = midship >= area
        if layout.stretches["cross"][stretch] >= 0 and too_large.any():
            ship = ships["id"].iloc[int(rows[np.argmax(too_large)])]
            raise DataError(
                f"ships: the midship section of {ship!r} ({midship[too_large][0]:.0f} m²) fills stretch '{layout.stretch_names[stretch]}' ({area:.0f} m²)"
            )


def free_sailing_s(requests: Any, layout: CanalLayout) -> npt.NDArray[np.float64]:
    """Return how long each ship sails where nothing is in its way, shape (n_ship,), s."""
    params, limits = layout.params, layout.params.speed_limits
    draught = requests["draught_m"]
    rule = np.full(len(requests), np.inf)
    if limits is not None:
        rule = np.where(draught < limits.shallow_draught_m, limits.shallow_m_s, np.where(draught <= limits.deep_draught_m, limits.middle_m_s, limits.deep_m_s))
    midship = requests["beam_m"] * draught * params.midship_coefficient
    total = np.zeros(len(requests))
    for first, n_legs in sorted(set(zip(requests["leg"].tolist(), requests["n_legs"].tolist(), strict=True))):
        rows = np.flatnonzero((requests["leg"] == first) & (requests["n_legs"] == n_legs))
        for number in layout.path["stretch"][first : first + n_legs]:
            stretch = layout.stretches[number]
            speed = requests["speed_m_s"][rows]
            if stretch["has_speed_limit"]:
                speed = np.minimum(speed, rule[rows])
            if stretch["cross"] >= 0:
                speed = np.minimum(speed, params.limit_speed_share * limit_speed_m_s(stretch["area_m2"], stretch["surface_width_m"], midship[rows], 1.0))
            total[rows] += stretch["length_m"] / speed
    return total
