"""The base of every model that is typed by hand: strict, frozen, no unknown keys; its errors as located problems."""

from __future__ import annotations

import math
import re
from collections.abc import Container, Iterable, Iterator, Sequence
from enum import Enum
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema
from pydantic_core import ErrorDetails, PydanticCustomError

from nma.errors import Problem, nearest, shorten, strange_character
from nma.yamlio import Document

ID_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
DOI_PATTERN = r"^10\.\d{4,9}/\S+$"
LANGUAGE_PATTERN = r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$"

PATTERNS = {
    ID_PATTERN: "lower-case letters a to z, digits and single hyphens, as in smith-2004",
    DOI_PATTERN: "as in 10.1093/schbul/sbn024, without an address in front",
    LANGUAGE_PATTERN: "the tag of a language, as in en",
}
"""What each pattern of a text allows, in words."""

SAID_BY_RULES = "said_by_rules"
"""Kind of an error that a rule on the plain data reports too, with its place."""

BLANK = "must be filled in"

KINDS = {
    "blank": BLANK,
    "string_type": "must be text (put it in quotes)",
    "string_too_short": "must not be empty",
    "string_too_long": "must not be longer than {max_length} characters",
    "string_pattern_mismatch": "is not of the right form",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_parsing": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be {ge} or more",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be {le} or less",
    "model_type": "must be a mapping of keys to values",
    "model_attributes_type": "must be a mapping of keys to values",
    "dict_type": "must be a mapping of keys to values",
    "tuple_type": "must be a list, as in [a, b]",
    "list_type": "must be a list, as in [a, b]",
    "too_short": "must have {min_length} or more entries",
    "too_long": "must have no more than {max_length} entries",
    "invalid_key": "a key must be text",
}
"""Pydantic's kinds of error in the words of someone who types a file."""

_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


class Typed(BaseModel):
    """A mapping a person types: unknown keys are errors, values are not coerced, nothing changes afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, use_attribute_docstrings=True)


def _plain_text(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    found = _INVISIBLE.search(value)
    if found is not None:
        hint = f"delete it: {strange_character(value[found.start() :])}".replace("character 1 of it", "it")
        raise PydanticCustomError("invisible", "holds an invisible character", {"hint": hint})
    if not value.strip():
        raise PydanticCustomError("only_blanks", "must not be empty")
    return value


def _number(value: Any) -> Any:
    if isinstance(value, (bool, str)):
        raise PydanticCustomError("not_a_number", "must be a number")
    return value


Text = Annotated[str, BeforeValidator(_plain_text), Field(min_length=1, strict=True)]
Number = Annotated[float, BeforeValidator(_number)]
Whole = Annotated[int, Field(strict=True)]


def _scalar(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        raise PydanticCustomError("not_finite", KINDS["finite_number"])
    if not isinstance(value, (str, int, float, type(None))):
        raise PydanticCustomError("not_scalar", "must be one text, number, or null")
    return _plain_text(value)


Scalar = Annotated[
    Any, BeforeValidator(_scalar), WithJsonSchema({"type": ["string", "number", "boolean", "null"], "title": "Scalar"})
]
"""Any one value that a study file may hold in a field."""


def problems_of(
    error: ValidationError,
    document: Document,
    model: type[BaseModel],
    base: Sequence[Any] = (),
    without: Container[str] = (),
) -> Iterator[Problem]:
    """Translate pydantic's errors into problems with file and line, the allowed words and the nearest one.

    ``base`` is where in the document the model's data stand; kinds of error in ``without`` are passed over.
    """
    for detail in error.errors(include_url=False):
        if detail["type"] not in without and not _only_faulty(detail):
            yield _problem(detail, document, model, base)


def _only_faulty(detail: ErrorDetails) -> bool:
    """Whether a list is only too short because pydantic does not count its faulty items."""
    return detail["type"] == "too_short" and len(detail.get("input", ())) >= detail.get("ctx", {}).get("min_length", 0)


def _problem(detail: ErrorDetails, document: Document, model: type[BaseModel], base: Sequence[Any]) -> Problem:
    kind, context, got = _kind(detail), detail.get("ctx", {}), detail.get("input")
    within = [step for step in detail["loc"] if step != "[key]"] + list(context.get("at", ()))
    where = [*base, *within]
    if kind == "extra_forbidden":
        allowed = _keys_at(model, within[:-1])
        hint = nearest(within[-1], allowed) or "remove it"
        return document.problem(where, "unknown key", allowed=listed(allowed), hint=hint)
    if kind == "missing":
        hint = "add this key (null where nothing is known, if it may be empty)"
        return document.problem(where, "missing", hint=hint)
    if kind in ("enum", "literal_error"):
        words = _words(context)
        told = (BLANK, None) if got is None else ("not an allowed word", nearest(got, words))
        return document.problem(where, told[0], shown(got), listed(words), told[1])
    if kind == "string_pattern_mismatch":
        allowed_form = PATTERNS.get(context["pattern"])
        return document.problem(where, KINDS[kind], shown(got), allowed_form, strange_character(str(got)))
    if kind in ("too_short", "too_long"):
        return document.problem(where, KINDS[kind].format_map(context), str(context["actual_length"]))
    if kind in KINDS:
        return document.problem(where, KINDS[kind].format_map(context), shown(got))
    found = None if isinstance(got, (dict, list)) else shown(got)
    return document.problem(where, detail["msg"], found, context.get("allowed"), context.get("hint"))


def _kind(detail: ErrorDetails) -> str:
    """Kind of an error; a value that is missing after its key is a kind of its own."""
    scalars = ("string_type", "not_a_number", "int_type", "float_type")
    return "blank" if detail.get("input") is None and detail["type"] in scalars else detail["type"]


def _words(context: Any) -> list[str]:
    text = str(context.get("expected", ""))
    return [word.strip().strip("'") for word in text.replace(" or ", ", ").split(",")]


def _keys_at(model: type[BaseModel], location: Sequence[Any]) -> list[str]:
    """Keys of the model that stands at a location."""
    current: list[Any] = [model]
    for step in location:
        current = [inner for annotation in current for inner in _inside(annotation, step)]
    models = [found for annotation in current for found in _models(annotation)]
    return [field.alias or name for found in models[:1] for name, field in found.model_fields.items()]


def _inside(annotation: Any, step: Any) -> list[Any]:
    """What a key or an item of something so annotated is annotated with."""
    if _is_model(annotation):
        fields = {field.alias or name: field for name, field in annotation.model_fields.items()}
        return [fields[step].annotation] if step in fields else []
    if get_origin(annotation) in (dict, tuple):
        return [get_args(annotation)[1 if get_origin(annotation) is dict else 0]]
    return [inner for option in get_args(annotation) for inner in _inside(option, step)]


def _models(annotation: Any) -> list[type[BaseModel]]:
    """The models among the options of ``Model | None``."""
    if _is_model(annotation):
        return [annotation]
    if get_origin(annotation) in (dict, tuple):
        return []
    return [model for option in get_args(annotation) for model in _models(option)]


def _is_model(candidate: Any) -> bool:
    return isinstance(candidate, type) and issubclass(candidate, BaseModel)


def listed(words: Iterable[str]) -> str | None:
    """The allowed words in one line; None when there are none."""
    return ", ".join(shorten(word) for word in words) or None


def shown(value: Any) -> str:
    """A short, one-line picture of what was found."""
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, (dict, list, tuple)):
        return "a mapping" if isinstance(value, dict) else "a list" if value else "an empty list"
    if value is None or isinstance(value, bool):
        return "nothing" if value is None else str(value).lower()
    return shorten(" ".join((f"'{value}'" if isinstance(value, str) else str(value)).split()))
