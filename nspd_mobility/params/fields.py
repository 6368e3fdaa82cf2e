"""The base of all parameter definitions.

A parameter is defined once, as a field of a frozen pydantic model whose name ends in its unit. From that one definition come
the Python constructor, the YAML keys, the JSON Schema, the documentation and the record that a kernel reads.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated, Any, get_args, get_origin

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.fields import FieldInfo

from ..codes import Code, Quality
from ..errors import DataError, allowed, nearest
from ..units import unit_of


class Params(BaseModel):
    """Base of the frozen parameter models: an unknown key is an error, a wrong type is an error, nothing is converted silently."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, validate_default=True)


def param(
    default: Any = ...,
    *,
    doc: str,
    source: str = "",
    quality: Quality = Quality.ASSUMPTION,
    low: float | None = None,
    high: float | None = None,
    **limits: Any,
) -> Any:
    """Define one parameter.

    Parameters
    ----------
    default : Any
        The default; left out, the parameter must be given.
    doc : str
        What it is, with its unit.
    source : str
        Where the default comes from.
    quality : Quality
        Quality of the default.
    low, high : float, optional
        Plausible band of the default, for the documentation; ``--uncertainty`` draws the values that a dataset or study gives.
    **limits
        Bounds that pydantic checks: ``gt``, ``ge``, ``lt``, ``le``.
    """
    extra: dict[str, Any] = {"quality": quality.word, "source": source}
    if low is not None:
        extra["low"] = low
    if high is not None:
        extra["high"] = high
    return Field(default, description=doc, json_schema_extra=extra, **limits)


def code_field(kind: type[Code]) -> Any:
    """Return the annotation of a field that holds a code and is written as a word."""

    def parse(value: object) -> Code:
        try:
            return kind.parse(value)
        except DataError as error:
            raise ValueError(str(error)) from None

    schema: Any = {"type": "string", "enum": [member.word for member in kind]}
    return Annotated[kind, BeforeValidator(parse), Field(json_schema_extra=schema)]


def scalar_type(field: FieldInfo) -> type | None:
    """Return float, int, bool or a code for a field that fits in a kernel record, else None."""
    annotation = field.annotation
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if isinstance(annotation, type) and issubclass(annotation, bool | int | float | IntEnum):
        return annotation
    return None


def record_dtype(model: type[Params], **more: Any) -> np.dtype[Any]:
    """Return the record that a kernel reads for a parameter model: its scalar fields, in order.

    Parameters
    ----------
    model : type of Params
    **more
        Further fields, name to dtype, for what the caller derives from the parameters.
    """
    fields: list[tuple[str, str]] = []
    for name, field in model.model_fields.items():
        kind = scalar_type(field)
        if kind is not None:
            fields.append((name, "f8" if issubclass(kind, float) else "i8"))
    return np.dtype(fields + list(more.items()))


def fill_record(record: Any, params: Params) -> None:
    """Copy the scalar fields of a parameter model into one element of a record array."""
    for name in record.dtype.names:
        if name in type(params).model_fields:
            value = getattr(params, name)
            record[name] = int(value) if isinstance(value, IntEnum) else value


def describe(model: type[Params]) -> list[dict[str, Any]]:
    """Return one row per parameter: name, unit, default, low, high, doc, source, quality."""
    rows = []
    for name, field in model.model_fields.items():
        extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        default = None if field.is_required() else field.get_default(call_default_factory=True)
        rows.append(
            {
                "name": name,
                "unit": unit_of(name),
                "default": default.word if isinstance(default, Code) else default,
                "low": extra.get("low"),
                "high": extra.get("high"),
                "doc": field.description or "",
                "source": extra.get("source", ""),
                "quality": extra.get("quality", ""),
            }
        )
    return rows


def unknown_key(key: str, model: type[BaseModel]) -> str:
    """Return the message for a key that a model does not have."""
    known = list(model.model_fields)
    return f"unknown key '{key}'{nearest(key, known)}; allowed are: {allowed(known)}"


def json_schema_of(model: type[Params]) -> dict[str, Any]:
    """Return the JSON Schema of a parameter model; a number in a file may also be a quantity with value, source and quality."""
    schema: dict[str, Any] = model.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["$comment"] = "a value may also be written as {value, low, high, unit, source, year, quality, note}"
    return schema
