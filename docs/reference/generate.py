"""Write the reference pages that follow from the code: study file, parameters, tables, indicators.

``python docs/reference/generate.py`` rewrites them; with ``--check`` it changes nothing and fails where a page is stale. The pages
depend on the definitions alone, so the same code gives the same bytes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic.fields import FieldInfo

from nspd_mobility.appraisal.indicators import INDICATORS
from nspd_mobility.codes import Code
from nspd_mobility.params.fields import Params, describe
from nspd_mobility.params.study import StudyParams
from nspd_mobility.params.waterway import DistrictParams
from nspd_mobility.tables.schemas import SCHEMA_VERSION, TABLES, table_as_data
from nspd_mobility.units import S_PER_DAY, parse_duration_s

FOLDER = Path(__file__).resolve().parent
NOTICE = "<!-- Written by docs/reference/generate.py; change the definitions in the code, not this page. -->"
_WORDS: dict[Any, str] = {float: "number", int: "whole number", bool: "true or false", str: "text", Any: "any", type(None): "none"}


def table(columns: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table."""
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def plain(annotation: Any) -> Any:
    """Return an annotation without its validators."""
    while hasattr(annotation, "__metadata__"):
        annotation = annotation.__origin__
    return annotation


def model_of(annotation: Any) -> tuple[type[Params] | None, bool]:
    """Return the parameter model that an annotation holds, and whether it is a map of them by name."""
    annotation = plain(annotation)
    if isinstance(annotation, type) and issubclass(annotation, Params):
        return annotation, False
    if get_origin(annotation) is dict:
        value = plain(get_args(annotation)[1])
        if isinstance(value, type) and issubclass(value, Params):
            return value, True
    return None, False


def kind_of(annotation: Any, validators: list[Any] | None = None) -> str:
    """Return in words what may stand at a key."""
    annotation = plain(annotation)
    if any(getattr(validator, "func", None) is parse_duration_s for validator in validators or []):
        return "duration"
    if isinstance(annotation, type) and issubclass(annotation, Code):
        return " or ".join(f"`{member.word}`" for member in annotation)
    origin, inside = get_origin(annotation), get_args(annotation)
    if origin is dict:
        return f"map of name to {kind_of(inside[1])}"
    if origin is list:
        return f"list of {kind_of(inside[0])}"
    if set(inside) == {str, dict[str, str]}:
        return "text, or text per language"
    if inside:
        return " or ".join(dict.fromkeys(kind_of(part) for part in inside))
    if isinstance(annotation, type) and issubclass(annotation, Params):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    return _WORDS[annotation]


def value_of(value: Any) -> str:
    """Return a default as it is written in a file."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, Params | dict | list):
        return "see below" if isinstance(value, Params) else "none" if not value else ", ".join(f"`{key}`" for key in value)
    return f"`{value}`" if value != "" else "none"


def models_below(model: type[Params]) -> Iterator[type[Params]]:
    """Yield a model and all that it is made of, each once, in the order in which they are met."""
    seen: list[type[Params]] = []
    todo = [model]
    while todo:
        here = todo.pop(0)
        if here in seen:
            continue
        seen.append(here)
        yield here
        todo += [inner for field in here.model_fields.values() if (inner := model_of(field.annotation)[0]) is not None]


def paths_of(model: type[Params], path: str = "") -> Iterator[tuple[type[Params], str]]:
    """Yield each place where a model stands in a tree: the model and its dotted path, with <name> for the keys of a map."""
    yield model, path
    for name, field in model.model_fields.items():
        inner, is_map = model_of(field.annotation)
        if inner is not None:
            here = f"{path}.{name}".lstrip(".") + (".<name>" if is_map else "")
            yield from paths_of(inner, here)


def limits_of(field: FieldInfo) -> str:
    """Return the bounds of a field as text."""
    signs = {"gt": ">", "ge": "≥", "lt": "<", "le": "≤"}
    found = [f"{sign} {getattr(mark, name):g}" for mark in field.metadata for name, sign in signs.items() if getattr(mark, name, None) is not None]
    return ", ".join(found)


def default_of(field: FieldInfo, row: dict[str, Any]) -> str:
    """Return the default of a field, or that it must be given."""
    if field.is_required():
        return "required"
    is_duration = kind_of(field.annotation, field.metadata) == "duration"
    return f"{row['default'] / S_PER_DAY:g} d" if is_duration else value_of(row["default"])


def study_page() -> str:
    """Return the page on study files."""
    parts = [
        "# The study file",
        NOTICE,
        "`study.yaml` in a folder of its own. YAML 1.2; keyed maps and lists of plain words, no lists of objects. An unknown key is an "
        "error that names the nearest known one. `nspd schema study` prints the same as JSON Schema. What the keys do: "
        "[study and overlays](../concepts/study-and-overlays.md).",
        "A *duration* is a number with `ms`, `s`, `min`, `h` or `d`, such as `7 d`; a number alone is seconds. A text may be one string, "
        "or one per language: `{nl: ..., en: ...}`.",
    ]
    for model in models_below(StudyParams):
        rows = []
        for row, (name, field) in zip(describe(model), model.model_fields.items(), strict=True):
            inner, is_map = model_of(field.annotation)
            link = f"[{inner.__name__}](#{inner.__name__.lower()})" if inner else ""
            kind = (f"map of name to {link}" if is_map else link) if inner else kind_of(field.annotation, field.metadata)
            rows.append([f"`{name}`", kind, default_of(field, row), row["doc"]])
        parts += [f"## {model.__name__}", (model.__doc__ or "").splitlines()[0], table(["key", "holds", "default", "meaning"], rows)]
    return "\n\n".join(parts) + "\n"


def parameters_page() -> str:
    """Return the page on parameters."""
    parts = [
        "# Parameters",
        NOTICE,
        "Every parameter of the model, from the definitions in `nspd_mobility/params`. The path is where it stands in an overlay; "
        "`<name>` is a name of the dataset's own (a lock, a chamber, a year). *required*: the dataset gives it, no default is made up. "
        "The unit is the end of the name; m NAP is metres above the Dutch datum. Low, high, source and quality are those of the "
        "default; those of the values in use are printed by `nspd check` and `nspd show`. Any number may be written as a quantity, "
        "`{value, low, high, unit, source, year, quality, note}`.",
        "A `MovementTime` or `LevellingTime` may be written as one number, which is its `base_s`; `gate_width_m` left out is `width_m`.",
    ]
    places: dict[type[Params], list[str]] = {}
    for model, path in paths_of(DistrictParams):
        places.setdefault(model, []).append(path)
    for model, paths in places.items():
        rows = []
        for row, (name, field) in zip(describe(model), model.model_fields.items(), strict=True):
            inner, _ = model_of(field.annotation)
            default = f"see [{inner.__name__}](#{inner.__name__.lower()})" if inner else default_of(field, row)
            band = [value_of(row[key]) if row[key] is not None else "" for key in ("low", "high")]
            origin = ["", ""] if inner or field.is_required() else [row["source"], row["quality"]]
            rows.append([f"`{name}`", row["unit"], default, *band, limits_of(field), *origin, row["doc"]])
        first = (model.__doc__ or "").splitlines()[0]
        others = f" and {len(paths) - 2} more places" if len(paths) > 2 else ""
        where = "At " + ", ".join(f"`{path}`" for path in paths[:2]) + others + "." if any(paths) else ""
        columns = ["name", "unit", "default", "low", "high", "allowed", "source", "quality", "meaning"]
        parts += [f"## {model.__name__}", f"{first} {where}".rstrip(), table(columns, rows)]
    return "\n\n".join(parts) + "\n"


def tables_page() -> str:
    """Return the page on result tables."""
    parts = [
        "# Result tables",
        NOTICE,
        f"Parquet files of one replication, in `runs/<study>/<scenario>/<year>/<variant>/<replication>/`. Schema version {SCHEMA_VERSION}; "
        "the meaning and unit of a column are also in the file's metadata. `nspd schema tables` prints this as JSON; "
        "`read_results` reads a table of all replications at once, with `scenario`, `year`, `variant` and `replication` in front.",
        "Times ending in `_s` are seconds since the epoch of the period, which is the beginning of its warm-up; `run.json` holds "
        "the epoch (UTC) of each period. A time that did not come is missing, not 0.",
    ]
    for name, entry in TABLES.items():
        data = table_as_data(entry)
        rows = [[f"`{c['name']}`", c["type"], c["unit"], c["doc"]] for c in data["columns"]]
        parts += [f"## {name}", data["doc"], table(["column", "type", "unit", "meaning"], rows)]
    return "\n\n".join(parts) + "\n"


def indicators_page() -> str:
    """Return the page on indicators."""
    rows = []
    for name, entry in INDICATORS.items():
        needs = ", ".join(f"`{needed}`" for needed in entry.needs)
        rows.append([f"`{name}`", entry.unit, needs, ", ".join(filter(None, (entry.split_by, *entry.sums))) or "–", entry.doc])
    parts = [
        "# Indicators",
        NOTICE,
        "Computed for every replication from its tables, over the rows that count, and weighted to a year. *Split by* means: one "
        "figure in all and one per value; a study file names the split ones `wait_mean/sea`. A dash as unit is a share of 1. "
        "How to add one: [new indicator](../how-to/new-indicator.md).",
        table(["indicator", "unit", "from", "split by", "meaning"], rows),
    ]
    return "\n\n".join(parts) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "study-file.md": study_page,
    "parameters.md": parameters_page,
    "tables.md": tables_page,
    "indicators.md": indicators_page,
}


def stale() -> list[str]:
    """Return the pages that are not as the code says."""
    return [name for name, page in PAGES.items() if not (FOLDER / name).is_file() or (FOLDER / name).read_text(encoding="utf-8") != page()]


def main(arguments: list[str]) -> int:
    """Rewrite the pages, or check them, and return the exit code."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python docs/reference/generate.py [--check]\n")
        return 2
    old = stale()
    if arguments:
        if old:
            sys.stderr.write(f"stale: {', '.join(old)}; run python docs/reference/generate.py\n")
        return 1 if old else 0
    for name in old:
        (FOLDER / name).write_text(PAGES[name](), encoding="utf-8")
    sys.stdout.write(f"written: {', '.join(old) or 'nothing, all are current'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
