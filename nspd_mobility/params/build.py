"""From a configuration tree to validated parameters, with errors that name file, line and key, and a list of what is assumed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from ..codes import Code, Quality
from ..errors import DataError
from ..units import unit_of
from .fields import unknown_key
from .tree import Branch, Leaf, find, to_plain

ModelT = TypeVar("ModelT", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Value:
    """One resolved value of a configuration with all that is known of it."""

    path: str
    value: Any
    unit: str
    low: float | None
    high: float | None
    source: str
    quality: Quality
    where: str


def build(model: type[ModelT], tree: Branch, prefix: str = "") -> ModelT:
    """Validate a tree against a parameter model.

    Raises
    ------
    DataError
        For the first fault, with file, line, key, what is allowed, and how many more faults there are.
    """
    try:
        return model.model_validate(to_plain(tree))
    except ValidationError as error:
        raise DataError(_message(model, tree, error, prefix)) from None


def build_plain(model: type[ModelT], what: str, **values: Any) -> ModelT:
    """Build parameters from Python values, with a one-line error in place of a validation report."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise DataError(_message(model, Branch(what), error, "", is_file=False)) from None


def _message(model: type[BaseModel], tree: Branch, error: ValidationError, prefix: str, is_file: bool = True) -> str:
    faults = error.errors(include_url=False)
    fault = faults[0]
    path: tuple[str, ...] = tuple(str(part) for part in fault["loc"] if part != "[key]")
    reason = fault["msg"].removeprefix("Value error, ").removeprefix("Input ")
    if fault["type"] == "value_error" and (named := reason.split(":", 1)[0]) in (*model.model_fields, *_keys_at(tree, path)):
        path, reason = (*path, named), reason.split(":", 1)[1].strip()  # a check of several keys says which one it is about
    node = find(tree, path)
    key = ".".join((prefix, *path) if prefix else path)
    place = node.where if is_file else tree.file
    if fault["type"] == "extra_forbidden":
        owner = _model_at(model, path[:-1])
        text = unknown_key(path[-1], owner) if owner else "unknown key"
        text = f"{text} (at '{key}')"
    elif fault["type"] == "missing":
        text = f"key '{key}' is missing; add it"
    elif fault["type"] == "too_short":
        text = f"'{key}': is empty; it needs at least {fault['ctx']['min_length']}"
    elif fault["type"] == "string_pattern_mismatch" and fault["loc"][-1] == "[key]":
        text = f"'{key}': {path[-1]!r} can't be a name here; use small letters, digits and hyphens, at most 64, such as 'low-growth'"
    elif fault["type"] == "string_pattern_mismatch":
        text = f"'{key}': {fault['input']!r} can't be a name; use small letters, digits and hyphens, at most 64, such as 'low-growth'"
    else:
        got = fault["input"]
        is_said = isinstance(got, dict | BaseModel) or len(repr(got)) > 60 or (isinstance(got, str) and repr(got) in reason)
        text = f"'{key}': {reason}{'' if is_said else f', not {got!r}'}"
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return f"{place}: {text}{more}"


def _keys_at(tree: Branch, path: tuple[str, ...]) -> tuple[str, ...]:
    node = find(tree, path)
    return tuple(node) if isinstance(node, Branch) else ()


def _model_at(model: type[BaseModel], path: tuple[str, ...]) -> type[BaseModel] | None:
    """Return the model that holds the keys at a path."""
    current: Any = model
    for part in path:
        if isinstance(current, type) and issubclass(current, BaseModel):
            field = current.model_fields.get(part)
            if field is None:
                return None
            current = field.annotation
        else:
            current = _value_type(current)
        current = _strip(current)
    return current if isinstance(current, type) and issubclass(current, BaseModel) else None


def is_whole_number(model: type[BaseModel], path: str) -> bool:
    """Say whether the value at a dotted path of a model is a whole number."""
    *parents, name = path.split(".")
    owner = _model_at(model, tuple(parents))
    return owner is not None and name in owner.model_fields and owner.model_fields[name].annotation is int


def _strip(annotation: Any) -> Any:
    while hasattr(annotation, "__metadata__"):
        annotation = annotation.__origin__
    members = [kind for kind in getattr(annotation, "__args__", ()) if kind is not type(None)]
    is_optional = type(None) in getattr(annotation, "__args__", ()) and len(members) == 1
    return _strip(members[0]) if is_optional else annotation


def _value_type(annotation: Any) -> Any:
    arguments: tuple[Any, ...] = getattr(annotation, "__args__", ())
    return arguments[1] if len(arguments) == 2 else None


def inventory(params: BaseModel, tree: Branch, prefix: str = "") -> Iterator[Value]:
    """Yield every resolved value of a parameter model with its source and quality, defaults included.

    A plain value in a file has no source of its own: it counts as an assumption of that file.
    """
    for name, field in type(params).model_fields.items():
        value = getattr(params, name)
        path = f"{prefix}.{name}" if prefix else name
        node = tree.get(name)
        if isinstance(value, BaseModel):
            if isinstance(node, Leaf):
                yield _leaf_value(path, node)
            else:
                yield from inventory(value, node if node is not None else Branch(tree.file, tree.line), path)
        elif isinstance(value, dict):
            for key, item in value.items():
                sub = node.get(key) if isinstance(node, Branch) else None
                if isinstance(item, BaseModel):
                    if isinstance(sub, Leaf):
                        yield _leaf_value(f"{path}.{key}", sub)
                    else:
                        yield from inventory(item, sub if sub is not None else Branch(tree.file, tree.line), f"{path}.{key}")
                elif isinstance(sub, Leaf):
                    yield _leaf_value(f"{path}.{key}", sub)
        elif isinstance(value, str | bool | list) or value is None:
            continue  # a name, a switch or a list is no quantity
        elif isinstance(node, Leaf):
            yield _leaf_value(path, node)
        else:
            extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
            shown = value.word if isinstance(value, Code) else value
            low, high = extra.get("low"), extra.get("high")
            quality = Quality.parse(extra.get("quality", "assumption"))
            yield Value(path, shown, unit_of(name), low, high, str(extra.get("source") or "default"), quality, "default")  # type: ignore[arg-type]


def _leaf_value(path: str, leaf: Leaf) -> Value:
    quality = leaf.quality if leaf.quality is not None else Quality.ASSUMPTION
    return Value(path, leaf.value, unit_of(path.rsplit(".", 1)[-1]), leaf.low, leaf.high, leaf.source or f"set in {leaf.where}", quality, leaf.where)
