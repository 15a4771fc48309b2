"""What was decided on each field on which two readers differ, and the file in which decisions can be typed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from nma import yamlio
from nma.desk.differences import Comparison, Difference
from nma.errors import InputError, Problem, nearest
from nma.registry.base import Scalar, Text, Typed, problems_of, shown
from nma.registry.writing import study_text

FIRST, SECOND = "first", "second"
WORDING = "one wording is kept, the sense is the same"
"""The reason that stands with free texts that were taken together."""


@dataclass(frozen=True)
class Decided:
    """One decision: the difference, what is taken, why, and who decided."""

    difference: Difference
    taken: Any
    reason: str
    by: str

    @property
    def takes_second(self) -> bool:
        """Whether the second reading is taken as it stands."""
        return bool(self.taken == self.difference.second)


class Row(Typed):
    """One entry of a decisions file."""

    field: Text
    take: Literal["first", "second"] | None = None
    value: Scalar = None
    """A value that neither reader has; instead of ``take``."""
    reason: Text
    by: Text | None = None


@dataclass(frozen=True)
class Choice:
    """A decision as it was typed: on the command line, in a file or at a prompt."""

    field: str
    take: str | None
    value: Any
    reason: str
    by: str
    place: str = ""


def read_choices(path: Path, by: str | None) -> list[Choice]:
    """Decisions typed in a YAML file: a list of field, take or value, reason, and by whom.

    Raises
    ------
    InputError
        With every problem of the file.
    """
    document = yamlio.load(path, str(path))
    rows = document.data
    if not isinstance(rows, list):
        what, hint = "the file holds no decisions", "a list of field, take, reason and by"
        raise InputError(document.problem((), what, shown(rows), hint=hint))
    problems: list[Problem] = []
    choices: list[Choice] = []
    for i, row in enumerate(rows):
        try:
            choices.append(_choice(Row.model_validate(row), document, i, by, "value" in row))
        except ValidationError as error:
            problems += problems_of(error, document, Row, (i,))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return choices


def _choice(row: Row, document: yamlio.Document, i: int, by: str | None, has_value: bool) -> Choice:
    if (row.take is None) is not has_value:
        raise InputError(
            document.problem((i,), "needs either take or value", allowed="take: first, take: second, value")
        )
    decider = row.by or by
    if decider is None:
        raise InputError(document.problem((i, "by"), "missing", hint="say who decided, here or with --by"))
    return Choice(row.field, row.take, row.value, row.reason, decider, document.place((i,)))


def typed_choice(text: str, comparison: Comparison, reason: str, by: str) -> Choice:
    """A decision as it stands on the command line: FIELD=first, FIELD=second, FIELD=VALUE, or the field's number.

    Raises
    ------
    InputError
        There is no equals sign.
    """
    known = next((each.field for each in comparison.differences if text.startswith(f"{each.field}=")), None)
    field, equals, value = (known, "=", text[len(known) + 1 :]) if known else text.rpartition("=")
    if not equals:
        raise InputError(Problem("", "--take", "must be FIELD=first, FIELD=second or FIELD=VALUE", shown(text)))
    if re.fullmatch(r"[0-9]{1,4}", field) and 1 <= int(field) <= len(comparison.differences):
        field = comparison.differences[int(field) - 1].field
    if value in (FIRST, SECOND):
        return Choice(field, value, None, reason, by, "--take")
    return Choice(field, None, yamlio.plain_value(value), reason, by, "--take")


def settle(comparison: Comparison, choices: Iterable[Choice], wording: tuple[str, str] | None = None) -> list[Decided]:
    """Match decisions with differences; ``wording`` says whose free texts are taken by default, and by whom.

    Raises
    ------
    InputError
        A decision names no difference, a field is decided twice, or a difference is left undecided.
    """
    by_field = {difference.field: difference for difference in comparison.differences}
    found: dict[str, Decided] = {}
    problems: list[Problem] = []
    for choice in choices:
        difference = by_field.get(choice.field)
        if difference is None:
            hint = nearest(choice.field, by_field) or "nma studies reconcile ID --list shows the fields"
            problems.append(
                Problem(choice.place, "field", "the readings do not differ here", shown(choice.field), hint=hint)
            )
        elif choice.field in found:
            problems.append(Problem(choice.place, "field", "decided twice", shown(choice.field)))
        elif choice.take is None and difference.whole:
            what = "a whole entry is taken from one reading"
            problems.append(Problem(choice.place, choice.field, what, allowed="first, second"))
        else:
            found[choice.field] = _decided(difference, choice)
    problems += _blank_reasons(found.values())
    if wording is not None:
        found |= {each.difference.field: each for each in _wordings(comparison, found, *wording)}
    undecided = [field for field in by_field if field not in found]
    problems += [Problem("", field, "not decided", hint="take first, second or a value") for field in undecided]
    if problems:
        raise InputError(problems)
    return [found[field] for field in by_field]


def _decided(difference: Difference, choice: Choice) -> Decided:
    taken = {FIRST: difference.first, SECOND: difference.second}.get(choice.take or "", choice.value)
    return Decided(difference, taken, choice.reason, choice.by)


def _blank_reasons(decided: Iterable[Decided]) -> Iterator[Problem]:
    for each in decided:
        for what in ("reason", "by"):
            try:
                TypeAdapter(Annotated[Text, Field()]).validate_python(getattr(each, what))
            except ValidationError:
                yield Problem("", each.difference.field, f"the decision has no {what}", hint="one short line of text")


def _wordings(comparison: Comparison, found: Mapping[str, Decided], whose: str, by: str) -> Iterator[Decided]:
    for difference in comparison.differences:
        if difference.is_wording and difference.field not in found:
            one, other = difference.first, difference.second
            if whose == SECOND:
                one, other = other, one
            yield Decided(difference, other if one is None else one, WORDING, by)


def worksheet(comparison: Comparison, names: Sequence[str]) -> str:
    """A decisions file to fill in, with both readings above each blank."""
    lines = [
        f"# first = {names[0]}, second = {names[1]}. For each field: take first or second, or write value: instead."
    ]
    for difference in comparison.differences:
        lines.append(
            study_text({"field": difference.field}).partition("\n")[2].replace("field:", "- field:", 1).rstrip()
        )
        lines.append(f"  # first:  {one_line(difference.first)}")
        lines.append(f"  # second: {one_line(difference.second)}")
        lines += ["  take:", "  reason:", "  by:"]
    return "\n".join(lines) + "\n"


def one_line(value: Any) -> str:
    """A value on one line, for people."""
    return "nothing" if value is None else " ".join(str(value).split())
