"""GeoJSON files of a dataset: points and lines with properties, checked for what any layer needs."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..errors import DataError, allowed, nearest

COUNTRIES = ("NL", "BE")
EARTH_RADIUS_M = 6_371_008.8


def line_length_m(coordinates: Iterable[Iterable[float]]) -> float:
    """Return the length of a line over the sphere by the haversine formula.

    Parameters
    ----------
    coordinates : sequence of (longitude, latitude)
        Degrees, EPSG:4326.

    Examples
    --------
    >>> round(line_length_m([(3.0, 51.0), (3.0, 52.0)]) / 1000, 1)
    111.2
    """
    points = [tuple(math.radians(value) for value in list(point)[:2]) for point in coordinates]
    total = 0.0
    for (lon_a, lat_a), (lon_b, lat_b) in itertools.pairwise(points):
        half = math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
        total += 2 * EARTH_RADIUS_M * math.asin(math.sqrt(half))
    return total


def features(path: Path, geometry: str, columns: tuple[str, ...], may_be_empty: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Return the properties of a GeoJSON file's features with their coordinates, checked for what any layer needs.

    Raises
    ------
    DataError
        For the first fault: no GeoJSON, a property of `columns` that is missing, an id that comes twice, another geometry, an
        unknown country, coordinates that are none.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        rows = [
            {**feature["properties"], "coordinates": feature["geometry"]["coordinates"], "type": feature["geometry"]["type"]} for feature in data["features"]
        ]
    except json.JSONDecodeError as error:
        raise DataError(f"{path}:{error.lineno}: is not JSON ({error.msg}); mend it here") from None
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: can't be read ({error})") from None
    except (KeyError, TypeError):
        raise DataError(f"{path}: is not a GeoJSON FeatureCollection; every feature needs properties and a geometry with coordinates") from None
    seen: set[str] = set()
    for number, row in enumerate(rows, start=1):
        where = f"{path}: feature {row.get('id') or f'number {number}'}"
        for column in columns:
            if row.get(column) is None or (row[column] == "" and column not in may_be_empty):
                raise DataError(f"{where}: property '{column}' is missing; every {geometry} needs: {', '.join(columns)}")
        if row["id"] in seen:
            raise DataError(f"{where}: the id stands there twice; give each feature an id of its own")
        if row["type"] != geometry:
            raise DataError(f"{where}: is a {row['type']}; it must be a {geometry}")
        one_of(where, "country", row["country"], COUNTRIES)
        _coordinates(where, [row["coordinates"]] if geometry == "Point" else row["coordinates"], 1 if geometry == "Point" else 2)
        seen.add(row["id"])
    return rows


def one_of(where: str, key: str, value: object, words: tuple[str, ...]) -> None:
    """Refuse a value that is not one of some words."""
    if value not in words:
        raise DataError(f"{where}: {key} is {value!r}{nearest(str(value), words)}; allowed are: {allowed(words)}")


def _coordinates(where: str, points: Any, least: int) -> None:
    try:
        is_usable = len(points) >= least and all(-180 <= float(p[0]) <= 180 and -90 <= float(p[1]) <= 90 for p in points)
    except (TypeError, ValueError, IndexError):
        is_usable = False
    if not is_usable:
        raise DataError(f"{where}: the coordinates are not usable; write [longitude, latitude] in degrees, at least {least}")
