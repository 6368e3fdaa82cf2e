"""Ships at the locks, drawn from tables of classes, profiles and relations.

The number of ships of a group in one hour is Poisson, with the mean that the profiles give; within the hour an arrival is uniform.

Every draw is a pure function of (seed, replication, what, who). The count of an hour is the Poisson quantile of that hour's one
frozen uniform, which never falls when the mean rises; ship k of the hour is called ``group|hour in UTC|k`` and all it has comes
from uniforms of its own. A higher demand therefore keeps every ship, unchanged, and adds some; a window of a year holds the ships
that the year has there, and windows that follow each other hold the ships of the whole.

A relation is drawn among those that the ship fits, by their shares divided by their sum. Assumptions: apart from that, relation,
class, cargo and flag are independent of each other within a group; load and length are proportional within a class; a tanker keeps
its cones when empty. Left out: tide windows of deep ships, and convoys of arrivals behind another lock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from ..errors import DataError, allowed, nearest
from ..params.waterway import StayParams, WaterwayDemandParams
from ..streams import Streams, entity_ids
from ..units import LOCAL_ZONE
from .group_arrays import Floats, GroupArrays, group_arrays
from .passages import yearly_passages
from .poisson import MAX_MEAN, poisson_quantile
from .profiles import hour_means
from .sheets import DIRECTIONS, GROUPS
from .ship_tables import LENGTHS, ShipTables

Ids = npt.NDArray[np.uint64]
MAX_CV_SHARE = 0.3  # three deviations below the mean is then still above the water
Z_90 = float(ndtri(0.9))  # the tables give the air draught that 90 % of a class do not exceed (RV 2020)


def draw_ships(
    tables: ShipTables, params: WaterwayDemandParams, streams: Streams, *, year: int, start: pd.Timestamp, days: float, epoch: pd.Timestamp
) -> pd.DataFrame:
    """Draw the ships that arrive at the locks from `start` on, during `days` times 24 hours.

    Parameters
    ----------
    tables : ShipTables
    params : WaterwayDemandParams
    streams : Streams
        The random numbers of the replication.
    year : int
        Year whose passages hold; the calendar (month, weekday, clock change) is that of `start`.
    start, epoch : Timestamp
        First moment of the window, and zero of the times in the result; both with a time zone.
    days : float
        Length of the window (days of 24 h: with a change of clocks it doesn't end at local midnight).

    Returns
    -------
    DataFrame
        One row per ship, by `arrival_s` (s since epoch, at the lock); natural key `id`.

    Raises
    ------
    DataError
        For a time without a zone, a negative window, a year without passages, a parameter of an unknown group or class, or more than
        600 ships per hour.
    """
    for name, moment in (("start", start), ("epoch", epoch)):
        if moment.tzinfo is None:
            raise DataError(f"{name} {moment} has no time zone; give one, for example {LOCAL_ZONE}")
    if not 0.0 <= days < np.inf:
        raise DataError(f"days is {days}, and must be 0 or more")
    passages = yearly_passages(params, year)
    known = set(tables.classes["group"])
    _check_kinds(tables, params)
    for group, total in passages.items():
        if total > 0 and group not in known:
            raise DataError(f"waterway.passages gives {total:g} ships of the group '{group}', which classes.csv lacks; add classes for it or set it to 0")
    first = start.tz_convert("UTC")
    end = first + pd.Timedelta(seconds=days * 86_400.0)
    hours = pd.date_range(first.floor("h"), end, freq="h", inclusive="both")
    begin_s = (hours - epoch).total_seconds().to_numpy(dtype=np.float64)
    window = ((first - epoch).total_seconds(), (end - epoch).total_seconds())
    names = np.datetime_as_string(hours.tz_localize(None).to_numpy(), unit="h")
    parts = []
    for group in [group for group in GROUPS if group in known]:
        means = hour_means(tables, group, passages.get(group, 0.0), hours)
        if means.max() > MAX_MEAN:
            raise DataError(f"{means.max():.0f} ships of the group '{group}' per hour, at most {MAX_MEAN:g} are possible; lower waterway.factor or passages")
        arrivals = _arrivals(tables.dataset, streams, [f"{group}|{hour}Z" for hour in names], begin_s, means, window)
        parts.append(_traits(group_arrays(tables, group), params, streams, group, *arrivals))
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.lexsort((columns["id"].astype("U"), columns["arrival_s"]))
    return pd.DataFrame({name: _column(values[order]) for name, values in columns.items()})


def _arrivals(
    dataset: str, streams: Streams, names: Sequence[str], begin_s: Floats, means: Floats, window: tuple[float, float]
) -> tuple[Ids, npt.NDArray[Any], Floats]:
    """Return entity id, id and arrival (s since epoch) of the ships of a group within the window; one name and mean per hour."""
    counts = poisson_quantile(streams.uniform("ship-count", entity_ids(dataset, names))[:, 0], means)
    keys = [f"{name}|{k}" for name, count in zip(names, counts.tolist(), strict=True) for k in range(count)]
    ids = entity_ids(dataset, keys)
    begin = np.repeat(begin_s, counts)
    # Rounding must not carry a ship into the next hour, or a window that begins there would not know it.
    arrival_s = np.minimum(begin + streams.uniform("ship-time", ids)[:, 0] * 3600.0, np.nextafter(begin + 3600.0, -np.inf))
    inside = (arrival_s >= window[0]) & (arrival_s < window[1])
    return ids[inside], np.asarray(keys, dtype=object)[inside], arrival_s[inside]


def _traits(
    arrays: GroupArrays, params: WaterwayDemandParams, streams: Streams, group: str, ids: Ids, keys: npt.NDArray[Any], arrival_s: Floats
) -> dict[str, npt.NDArray[Any]]:
    """Return the columns of the ships of a group."""

    def uniform(stream: str) -> Floats:
        return streams.uniform(stream, ids)[:, 0]

    def per_ship(given: Mapping[str, float], default: float) -> Floats:
        of_class = [given.get(name, given.get(group, default)) for name in arrays.classes.columns["class_id"]]
        return np.array(of_class, dtype=np.float64)[of_ship]

    def normal(stream: str) -> Floats:
        return np.asarray(ndtri(np.clip(uniform(stream), 1e-9, 1.0 - 1e-9)))

    rows = of_ship = arrays.classes.pick(uniform("ship-class"))
    kind = {name: values[rows] for name, values in arrays.classes.columns.items()}
    low, middle, high = (kind[name] for name in LENGTHS)
    u = uniform("ship-size")
    length_m = np.where(u < 0.5, low + (middle - low) * 2.0 * u, middle + (high - middle) * (2.0 * u - 1.0))  # median at length_m
    limits = arrays.relations.columns
    fits = (length_m[:, None] <= limits["max_length_m"]) & (kind["beam_m"][:, None] <= limits["max_beam_m"])
    rows = arrays.relations.pick_fitting(uniform("ship-od"), fits)
    relation = {name: values[rows] for name, values in arrays.relations.columns.items()}
    sailing = relation["direction"]
    loaded_share = params.loaded_share if group == "inland" else np.array([arrays.loaded_share[direction] for direction in sailing], dtype=np.float64)
    is_loaded = uniform("ship-loaded") < loaded_share
    known_ahead_s = per_ship({name: a.known_ahead_s for name, a in params.announcement.items()}, 0.0)
    eta_error_sd_s = per_ship(
        {name: params.eta_error_sd_s if a.eta_error_sd_s is None else a.eta_error_sd_s for name, a in params.announcement.items()}, params.eta_error_sd_s
    )
    return {
        "entity_id": ids,
        "id": keys,
        "class_id": kind["class_id"],
        "group": np.full(len(ids), group, dtype=object),
        "is_sea": np.full(len(ids), group == "sea"),
        "direction": sailing,
        "side": np.where(sailing == DIRECTIONS["sea"], "sea", "canal").astype(object),
        "origin": relation["origin"],
        "destination": relation["destination"],
        "arrival_s": arrival_s,
        "length_m": length_m,
        "beam_m": kind["beam_m"],
        "draught_m": np.where(is_loaded, kind["draught_loaded_m"], kind["draught_empty_m"]),
        "air_draught_m": _spread(
            np.where(is_loaded, kind["air_draught_loaded_m"], kind["air_draught_empty_m"]),
            per_ship(params.air_draught_cv_share, 0.0),
            normal("ship-air-draught"),
        ),
        "is_loaded": is_loaded,
        "load_tonne": np.where(is_loaded, kind["load_mean_tonne"] * length_m / middle, 0.0),
        "stay_s": _stay_s(kind["load_mean_tonne"] * length_m / middle, params.stays, per_ship, normal("ship-stay")),
        "n_cone": arrays.cargo.columns["n_cone"][arrays.cargo.pick(uniform("ship-cone"))],
        "flag": arrays.flags.columns["flag"][arrays.flags.pick(uniform("ship-flag"))],
        "known_from_s": arrival_s - known_ahead_s,
        "eta_s": arrival_s + eta_error_sd_s * normal("ship-eta"),
        "is_booked": uniform("ship-booked") < params.booked_share,
        "priority": np.zeros(len(ids), dtype=np.int64),
        "speed_m_s": np.where(is_loaded, kind["speed_loaded_m_s"], kind["speed_empty_m_s"]),
    }


def _spread(value_90_m: Floats, cv_share: Floats, z: Floats) -> Floats:
    """Return normal values of which 90 % do not exceed the one given: mean = value / (1 + z_90 cv); no ship is beyond three deviations."""
    mean_m = value_90_m / (1.0 + Z_90 * cv_share)
    return mean_m * (1.0 + cv_share * np.clip(z, -3.0, 3.0))


def _stay_s(cargo_tonne: Floats, stays: Mapping[str, StayParams], per_ship: Callable[[Mapping[str, float], float], Floats], z: Floats) -> Floats:
    """Return lognormal stays. A ship that comes loaded discharges its cargo, one that comes empty loads as much."""
    base_s = per_ship({name: stay.base_s for name, stay in stays.items()}, 0.0)
    s_per_tonne = per_ship({name: stay.time_per_tonne_s for name, stay in stays.items()}, 0.0)
    variance = np.log1p(per_ship({name: stay.cv_share for name, stay in stays.items()}, 0.0) ** 2)
    return (base_s + s_per_tonne * cargo_tonne) * np.exp(np.sqrt(variance) * z - variance / 2.0)


def _check_kinds(tables: ShipTables, params: WaterwayDemandParams) -> None:
    """Refuse a parameter of a group or class that the tables do not have, and a spread that is none."""
    known = [*GROUPS, *map(str, tables.classes["class_id"])]
    for key, given in (("announcement", params.announcement), ("air_draught_cv_share", params.air_draught_cv_share), ("stays", params.stays)):
        for name in given:
            if name not in known:
                raise DataError(f"waterway.{key}: unknown group or class '{name}'{nearest(name, known)}; allowed are: {allowed(known, limit=len(known))}")
    for name, cv in params.air_draught_cv_share.items():
        if not 0.0 <= cv <= MAX_CV_SHARE:
            raise DataError(f"waterway.air_draught_cv_share.{name}: {cv:g} is no spread of a class; it must be from 0 to {MAX_CV_SHARE:g}")


def _column(values: npt.NDArray[Any]) -> Any:
    return pd.array(values, dtype="str") if values.dtype == object else values
