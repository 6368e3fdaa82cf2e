"""What the sections read: one scenario and year of a run, its tables, indicators and comparison."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..appraisal.comparison import compare_variants, indicator_matrix, mean_interval
from ..appraisal.indicators import counted
from ..appraisal.summary import is_saturated
from ..tables.run_folder import MANIFEST_FILE, RunFolder, read_json
from .texts import Text, given

FloatArray = npt.NDArray[np.float64]
_COLUMNS = {
    "ships": ["period", "lock", "group", "is_counted", "refused_reason", "arrival_s", "entry_start_s", "wait_rv_s", "passage_s"],
    "legs": ["period", "stretch", "is_counted"],
}


@dataclass(frozen=True)
class Context:
    """One scenario and year of a run, for reading; the reference is the first of `variants`."""

    run: RunFolder
    scenario: str
    year: str
    variants: tuple[str, ...]
    matrix: pd.DataFrame
    comparison: pd.DataFrame
    bounds: frozenset[tuple[str, str, str]]
    _tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    _counted: dict[str, pd.DataFrame] = field(default_factory=dict)

    @property
    def facts(self) -> dict[str, Any]:
        """The facts of the run."""
        return self.run.facts

    @property
    def reference(self) -> str:
        """The variant that the others are compared with."""
        return self.variants[0]

    @property
    def others(self) -> tuple[str, ...]:
        """The variants that are compared with the reference."""
        return self.variants[1:]

    def title(self, variant: str) -> Text:
        """Return the title of a variant."""
        return given(self.facts["variants"][variant].get("title"), variant)

    def has(self, table: str) -> bool:
        """Return whether every replication has a table."""
        return all((self.run.folder(cell) / f"{table}.parquet").is_file() for cell in self._cells())

    def table(self, name: str) -> pd.DataFrame:
        """Return a table of all replications, what of it the sections use, with variant and replication; read once."""
        if name not in self._tables:
            frames = [self.run.read(cell, name, _COLUMNS.get(name)).assign(variant=cell.variant, replication=cell.replication) for cell in self._cells()]
            self._tables[name] = pd.concat(frames, ignore_index=True)
        return self._tables[name]

    def counted(self, name: str) -> pd.DataFrame:
        """Return the rows of a table that count, with `weight` and `end_s`; computed once."""
        if name not in self._counted:
            self._counted[name] = counted(self.table(name), self.facts)
        return self._counted[name]

    def values(self, variant: str, indicator: str, dimension: str = "") -> FloatArray:
        """Return the values of an indicator by replication, empty where there are none."""
        return self._values.get((variant, indicator, dimension), np.array([]))

    @cached_property
    def _values(self) -> dict[tuple[str, str, str], FloatArray]:
        keys = [(str(v), str(i), str(d)) for v, i, d, _ in self.matrix.index]
        return {key: row[np.isfinite(row)] for key, row in zip(keys, self.matrix.to_numpy(dtype=np.float64), strict=True)}

    def mean(self, variant: str, indicator: str, dimension: str = "") -> tuple[float, float]:
        """Return the mean over replications and the half-width of its interval."""
        return mean_interval(self.values(variant, indicator, dimension))

    def is_saturated(self, variant: str) -> bool:
        """Return whether a mean time says nothing: too many ships not through, or a queue that grows."""
        return variant in self._saturated

    @cached_property
    def _saturated(self) -> frozenset[str]:
        return frozenset(
            variant
            for variant in self.variants
            if is_saturated(self.mean(variant, "unfinished_share")[0], self.mean(variant, "queue_growth_per_day"), self.facts)
        )

    def other_results(self) -> list[tuple[str, str]]:
        """Return the scenarios and years of the run, other than this one, whose reference has results: they have a page of their own."""
        finished = {(cell.scenario, cell.year) for cell in self.run.cells() if cell.variant == self.reference}
        return [(s, y) for s in self.facts["scenarios"] for y in self.facts["years"] if (s, y) in finished and (s, y) != (self.scenario, self.year)]

    def fingerprints(self) -> dict[str, str]:
        """Return the fingerprint of every replication."""
        folder = self.run.folder
        return {cell.path: str(read_json(folder(cell) / MANIFEST_FILE, "run the study again with --fresh")["fingerprint"]) for cell in self._cells()}

    def _cells(self) -> list[Any]:
        return [c for c in self.run.cells() if (c.scenario, c.year) == (self.scenario, self.year) and c.variant in self.variants]


def read_context(run: RunFolder, scenario: str | None, year: str | None) -> Context:
    """Return the context of a scenario and year, by default the first of the run.

    Raises
    ------
    UsageError
        If the run has no such scenario or year, or the reference has no finished replication.
    """
    facts = run.facts
    scenario = run.choose("scenarios", scenario)
    year = run.choose("years", year)
    comparison = compare_variants(run, scenario=scenario, year=year)
    matrix = indicator_matrix(run, scenario, year)
    finished = set(matrix.index.get_level_values("variant"))
    reference = run.reference
    variants = (reference, *(name for name in facts["variants"] if name != reference and name in finished))
    bounds = set()
    for cell in run.cells():
        if (cell.scenario, cell.year) == (scenario, year):
            table = run.read(cell, "indicators", ["indicator", "dimension", "is_bound"])
            bounds |= {(cell.variant, *key) for key in table[table["is_bound"]][["indicator", "dimension"]].itertuples(index=False, name=None)}
    return Context(run, scenario, year, variants, matrix, comparison, frozenset(bounds))
