"""The base of every model that is typed by hand: strict, frozen, no unknown keys; and its errors as located problems."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Annotated, Any, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from nma.errors import Problem, nearest
from nma.yamlio import Document


class Typed(BaseModel):
    """A mapping a person types: unknown keys are errors, values are not coerced, nothing changes afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, use_attribute_docstrings=True)


def _plain_text(value: Any) -> Any:
    if isinstance(value, str) and any(ord(c) < 32 and c not in "\n\t" for c in value):
        raise PydanticCustomError("control_characters", "control characters in a text")
    return value


def _number(value: Any) -> Any:
    if isinstance(value, (bool, str)):
        raise PydanticCustomError("not_a_number", "must be a number")
    return value


Text = Annotated[str, BeforeValidator(_plain_text), Field(min_length=1, strict=True)]
Number = Annotated[float, BeforeValidator(_number)]
Whole = Annotated[int, Field(strict=True)]


def problems_of(error: ValidationError, document: Document, model: type[BaseModel]) -> Iterator[Problem]:
    """Translate pydantic's errors into problems with file and line, the allowed words and the nearest one."""
    for detail in error.errors(include_url=False):
        yield _problem(detail, document, model)


def _problem(detail: ErrorDetails, document: Document, model: type[BaseModel]) -> Problem:
    location = [step for step in detail["loc"] if not _is_pydantic_tag(step, document, detail["loc"])]
    place, field = document.place(location), dotted(location)
    kind, context, got = detail["type"], detail.get("ctx", {}), detail.get("input")
    if kind == "extra_forbidden":
        allowed = _keys_at(model, location[:-1])
        hint = nearest(location[-1], allowed) or "remove it"
        return Problem(place, field, "unknown key", allowed=", ".join(allowed) or None, hint=hint)
    if kind == "missing":
        return Problem(place, field, "missing", hint="add this key (null where nothing is known, if it may be empty)")
    if kind in ("enum", "literal_error"):
        words = _words(context)
        return Problem(place, field, "not an allowed word", shown(got), ", ".join(words), nearest(got, words))
    if kind == "int_from_float" or (kind == "int_type" and isinstance(got, float)):
        return Problem(place, field, "must be a whole number", shown(got))
    what = detail["msg"].removeprefix("Value error, ").replace("Input should be", "should be")
    return Problem(place, field, what[:1].lower() + what[1:], shown(got), hint=context.get("hint"))


def _is_pydantic_tag(step: Any, document: Document, location: Sequence[Any]) -> bool:
    """Tell pydantic's own steps (``[key]``) from those of the file."""
    return step == "[key]"


def _words(context: Any) -> list[str]:
    text = str(context.get("expected", ""))
    return [word.strip().strip("'") for word in text.replace(" or ", ", ").split(",")]


def _keys_at(model: type[BaseModel], location: Sequence[Any]) -> list[str]:
    """Keys of the model that stands at a location."""
    current: Any = model
    for step in location:
        if isinstance(step, int) or not _is_model(current):
            current = _inner_model(current)
            continue
        field = _field(current, step)
        current = _inner_model(field.annotation) if field is not None else None
    if not _is_model(current):
        return []
    return [field.alias or name for name, field in current.model_fields.items()]


def _field(model: type[BaseModel], step: Any) -> Any:
    by_key = {field.alias or name: field for name, field in model.model_fields.items()}
    return by_key.get(step)


def _is_model(candidate: Any) -> bool:
    return isinstance(candidate, type) and issubclass(candidate, BaseModel)


def _inner_model(annotation: Any) -> Any:
    """Model inside ``Model | None``, ``tuple[Model, ...]`` or ``dict[str, Model]``; the annotation itself if it is one."""
    if _is_model(annotation):
        return annotation
    for inner in get_args(annotation):
        found = _inner_model(inner)
        if _is_model(found):
            return found
    return None


def dotted(location: Sequence[Any]) -> str:
    """``arms[2].events`` for ``("arms", 2, "events")``."""
    text = ""
    for step in location:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text


def shown(value: Any) -> str:
    """A short, one-line picture of what was found."""
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, (dict, list)):
        return "a mapping" if isinstance(value, dict) else "a list"
    text = "nothing" if value is None else f"'{value}'" if isinstance(value, str) else str(value)
    text = " ".join(text.split())
    return text if len(text) <= 60 else text[:57] + "..."
