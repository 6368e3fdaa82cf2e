"""Passages through the locks in a year, per group: linear between the years given, with a constant growth rate after the last."""

from __future__ import annotations

import numpy as np

from ..errors import DataError, allowed, nearest
from ..params.waterway import WaterwayDemandParams
from .sheets import GROUPS


def yearly_passages(params: WaterwayDemandParams, year: int) -> dict[str, float]:
    """Return the passages per group of a year: as given, linear between given years, grown after the last one; times the factor.

    Raises
    ------
    DataError
        For a year before the first one given, an unknown group, or a year that lacks a group of another year.

    Examples
    --------
    >>> p = WaterwayDemandParams(passages={"2019": {"sea": 100.0}, "2021": {"sea": 120.0}}, loaded_share=0.6)
    >>> yearly_passages(p, 2020)
    {'sea': 110.0}
    """
    odd = [key for key in params.passages if not (key.isdecimal() and len(key) == 4)]
    if odd or not params.passages:
        raise DataError(
            f"waterway.passages: {f'{odd[0]!r} is not a year' if odd else 'gives no year'}; write the passages of at least one year, such as '2019'"
        )
    years = sorted(int(key) for key in params.passages)
    groups = {group for of_year in params.passages.values() for group in of_year}
    if not groups:
        raise DataError(f"waterway.passages.{years[0]}: gives no group; allowed are: {allowed(GROUPS)}; write the passages of at least one")
    for given in years:
        of_year = params.passages[str(given)]
        for group in sorted(groups - set(GROUPS)):
            raise DataError(f"waterway.passages.{given}: unknown group '{group}'{nearest(group, GROUPS)}; allowed are: {allowed(GROUPS)}")
        for group in sorted(groups - set(of_year)):
            raise DataError(f"waterway.passages.{given}: the group '{group}' is missing and another year has it; add it (0 is allowed)")
        for group, value in of_year.items():
            if value < 0:
                raise DataError(f"waterway.passages.{given}.{group}: {value:g} passages; must be 0 or more")
    if year < years[0]:
        raise DataError(
            f"year {year} has no passages; allowed are {years[0]} and later (given: {', '.join(map(str, years))}); add the year to waterway.passages"
        )
    growth = (1.0 + params.growth_share_per_year) ** max(year - years[-1], 0)
    return {
        group: float(np.interp(year, years, [params.passages[str(given)][group] for given in years])) * growth * params.factor
        for group in GROUPS
        if group in groups
    }
