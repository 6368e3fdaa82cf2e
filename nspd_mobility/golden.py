"""Golden values: the key figures of the bundled studies, with tolerances, so that a change of results is seen and explained.

The file lives in the source tree, ``tests/golden/golden.json``. Every update adds its reason.
"""

from __future__ import annotations

import datetime
import json
import math
import tempfile
from pathlib import Path
from typing import Any

from .api import run
from .appraisal.summary import summary_table
from .errors import DataError, UsageError

FILE = Path("tests", "golden", "golden.json")
STUDIES = {"smoke": None, "district-today": 2}
"""Studies with the number of replications that their golden values are made with; None: all of the study."""
RELATIVE_TOLERANCE = 1e-9
"""Results are the same on one machine to the byte, and on another after rounding to 9 significant digits."""


def golden_path() -> Path:
    """Return the golden file of the source tree: the one that the package lies in, else the present folder's.

    Raises
    ------
    UsageError
        If neither is a source tree.
    """
    for root in (Path(__file__).resolve().parents[1], Path.cwd()):
        if (root / FILE).parent.is_dir():
            return root / FILE
    raise UsageError("golden values belong to the source tree of nspd-mobility; run this from a checkout")


def values_of(study: str, out: Path) -> dict[str, float]:
    """Run a study and return the mean of every indicator by a readable key."""
    folder = run(study, replications=STUDIES[study], out=out, jobs=1)
    table = summary_table(folder)
    keys = table["scenario"] + "/" + table["year"] + "/" + table["variant"] + "/" + table["indicator"] + "/" + table["dimension"]
    return {str(key).rstrip("/"): float(value) for key, value in zip(keys, table["mean"], strict=True) if math.isfinite(value)}


def differences(expected: dict[str, float], found: dict[str, float]) -> list[str]:
    """Return one line per value that is missing, new, or differs by more than the tolerance."""
    lines = [f"{key}: is gone, was {expected[key]:.9g}" for key in expected.keys() - found.keys()]
    lines += [f"{key}: is new, {found[key]:.9g}" for key in found.keys() - expected.keys()]
    for key in expected.keys() & found.keys():
        if not math.isclose(expected[key], found[key], rel_tol=RELATIVE_TOLERANCE, abs_tol=1e-9):
            lines.append(f"{key}: is {found[key]:.9g}, was {expected[key]:.9g}")
    return sorted(lines)


def read() -> dict[str, Any]:
    """Return the content of the golden file.

    Raises
    ------
    UsageError
        Outside a source tree.
    """
    path = golden_path()
    if not path.is_file():
        return {"studies": {}, "history": []}
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return content
    except ValueError as error:
        raise DataError(f"{path}: is damaged ({error}); take it back from version control") from None


def update(reason: str) -> str:
    """Compute the golden values anew, write them with the reason, and return what changed in one line."""
    if not reason.strip():
        raise UsageError("give the reason of the change with --reason")
    golden = read()
    changed = 0
    for study in STUDIES:
        with tempfile.TemporaryDirectory() as folder:
            found = values_of(study, Path(folder))
        changed += len(differences(golden["studies"].get(study, {}), found))
        golden["studies"][study] = found
    golden["history"].append({"date": datetime.date.today().isoformat(), "reason": reason.strip(), "values_changed": changed})
    golden_path().write_text(json.dumps(golden, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return f"{changed} golden values changed in {FILE.name}"
