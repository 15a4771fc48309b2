"""What is asked of a reader in a terminal, each question with the check of its answer as one types.

A question knows nothing of terminals: whoever asks it (see ``asking``) shows its words and refuses what it refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, get_type_hints

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from nma.errors import nearest
from nma.registry.base import KINDS, PATTERNS, listed


class RefusedError(ValueError):
    """An answer that cannot stand, with what is wrong with it in words."""


@dataclass(frozen=True)
class Question:
    """One question.

    Attributes
    ----------
    text : str
        What is asked.
    value : callable
        Turns what was typed into a value, or raises :class:`RefusedError`.
    words : tuple of str
        Answers that are offered.
    default : str
        The answer that stands there already.
    hint : str
        A line of help.
    """

    text: str
    value: Callable[[str], Any]
    words: tuple[str, ...] = ()
    default: str = ""
    hint: str = ""


class Asker(Protocol):
    """Whoever puts the questions."""

    def ask(self, question: Question) -> Any:
        """The value of the answer."""

    def say(self, text: str) -> None:
        """Show a line."""


def field_value(model: type[BaseModel], name: str, *checks: Callable[[Any], None]) -> Callable[[str], Any]:
    """Turn a typed answer into a value of a model's field, as strictly as a file is read."""
    annotation = get_type_hints(model, include_extras=True)[name]
    adapter = TypeAdapter(annotation, config=ConfigDict(allow_inf_nan=False))
    numbers = bool(_refusals(adapter, "x") & {"int_type", "float_type", "not_a_number"})
    optional = not _refusals(adapter, None)

    def value(typed: str) -> Any:
        text = " ".join(typed.split())
        if not text:
            if optional:
                return None
            raise RefusedError("must be filled in")
        typed_value = _number(text) if numbers else text
        found = _validated(adapter, typed_value)
        found = typed_value if found == typed_value else found
        for check in checks:
            check(found)
        return found

    return value


def _refusals(adapter: TypeAdapter[Any], value: Any) -> set[str]:
    """Why a value is refused; empty when it is accepted."""
    try:
        adapter.validate_python(value)
    except ValidationError as error:
        return {detail["type"] for detail in error.errors()}
    return set()


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise RefusedError("must be a number") from None
    return int(text) if text.lstrip("+-").isascii() and text.lstrip("+-").isdecimal() else number


def _validated(adapter: TypeAdapter[Any], value: Any) -> Any:
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        context = detail.get("ctx", {})
        told = KINDS.get(detail["type"], detail["msg"]).format_map(context)
        allowed = PATTERNS.get(str(context.get("pattern")))
        raise RefusedError(f"{told}: {allowed}" if allowed else told) from None


def word_value(words: Iterable[str], optional: bool = False) -> Callable[[str], Any]:
    """Turn a typed answer into one of the words."""
    allowed = tuple(words)

    def value(typed: str) -> Any:
        text = typed.strip()
        if text in allowed:
            return text
        if not text and optional:
            return None
        hint = nearest(text, allowed) if text else None
        raise RefusedError(f"one of: {listed(allowed)}" + (f"; {hint}" if hint else ""))

    return value


def word(text: str, words: Iterable[str], default: str = "", hint: str = "", optional: bool = False) -> Question:
    """A question whose answer is one of some words."""
    allowed = tuple(words)
    return Question(text, word_value(allowed, optional), allowed, default, hint or f"one of: {', '.join(allowed)}")


def yes(asker: Asker, text: str, default: str = "") -> bool:
    """Whether the answer is yes."""
    return bool(asker.ask(word(f"{text}?", ("yes", "no"), default)) == "yes")


def fields(asker: Asker, model: type[BaseModel], names: Mapping[str, str]) -> dict[str, Any]:
    """Ask for fields of a model; names and the question for each."""
    return {name: asker.ask(Question(text, field_value(model, name))) for name, text in names.items()}
