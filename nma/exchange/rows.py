"""Rows of counts as other programs write them, each with its place, and the checks that all layouts share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from nma.errors import Problem, strange_character
from nma.registry.base import shown

MOST = 10**9
"""No arm has more people; larger numbers are mistakes."""
MISSING = ("", "NA", ".")
"""How spreadsheets, R and Stata write that a number is not known."""
LONGEST_LABEL = 300
_WHOLE = re.compile(r"[0-9]{1,10}(\.0{0,15})?")
_NUMBER = re.compile(r"[-+]?[0-9.]+([eE][-+]?[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Cell:
    """A value as it stands in a file, and where."""

    value: Any
    place: str

    @property
    def text(self) -> str:
        """The value as text; a whole number that a spreadsheet keeps as 3.0 is 3."""
        if self.value is None:
            return ""
        if isinstance(self.value, float) and self.value.is_integer():
            return str(int(self.value))
        return str(self.value)

    @property
    def is_missing(self) -> bool:
        """Whether nothing is known."""
        return self.text.strip() in MISSING


@dataclass(frozen=True, slots=True)
class ArmRow:
    """Events among people in one treatment of one trial, as a file gives them."""

    study: str
    treatment: str
    events: int | None
    n: int | None
    place: str
    year: int | None = None
    remarks: tuple[str, ...] = ()
    """What the file says of the trial beyond its counts, in words."""


@dataclass(frozen=True)
class Found:
    """What was read of a file."""

    rows: tuple[ArmRow, ...]
    problems: tuple[Problem, ...] = ()
    unused: tuple[str, ...] = ()
    """Columns that the registry has no place for."""


@dataclass
class Collector:
    """Gathers rows and every problem on the way."""

    rows: list[ArmRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def label(self, cell: Cell, name: str) -> str:
        """A label exactly as it stands, or a problem."""
        self.problems += label_problems(cell, name)
        return cell.text

    def count(self, cell: Cell, name: str, least: int = 0) -> int | None:
        """A whole number, nothing where the file says that it is missing, or a problem."""
        text = cell.text.strip()
        if text in MISSING:
            return None
        what = _not_a_count(text, least)
        if what is None:
            return int(text.partition(".")[0])
        self.problems.append(Problem(cell.place, name, what, shown(text), None, "check it against the report"))
        return None

    def add(self, labels: tuple[Cell, Cell], counts: tuple[Cell, Cell], **more: Any) -> None:
        """Take a row: study and treatment, events and people."""
        study, treatment = self.label(labels[0], "study"), self.label(labels[1], "treatment")
        events, n = self.count(counts[0], "events"), self.count(counts[1], "n", least=1)
        if events is not None and n is not None and events > n:
            what = f"{events} is more than n ({n})"
            hint = f"study {shown(study)}, treatment {shown(treatment)}"
            self.problems.append(Problem(counts[0].place, "events", what, hint=hint))
        self.rows.append(ArmRow(study, treatment, events, n, labels[0].place, **more))

    def found(self, unused: Iterable[str] = ()) -> Found:
        """Rows and problems, those between rows included."""
        rows = [row for row in self.rows if row.study and row.treatment]
        problems = [*self.problems, *_between(rows)]
        return Found(tuple(rows), tuple(dict.fromkeys(problems)), tuple(unused))


def capped(problems: Sequence[Problem], most: int = 200) -> list[Problem]:
    """The first problems, and how many more there are: nobody reads a hundred thousand lines."""
    rest = len(problems) - most
    more = [Problem("", "", f"and {rest:,} more problems", hint="mend these first")] if rest > 0 else []
    return [*problems[:most], *more]


def label_problems(cell: Cell, name: str) -> Iterator[Problem]:
    """What keeps a label from being a name: it is empty, has spaces at its ends, or holds what cannot be seen."""
    text = cell.text
    if isinstance(cell.value, bool) or (cell.value is not None and not isinstance(cell.value, (str, int, float))):
        yield Problem(cell.place, name, "must be text", shown(cell.value), None, "format the cell as text")
    elif not text.strip() or text.strip() in MISSING:
        what = "empty" if not text.strip() else "reads as missing"
        yield Problem(cell.place, name, what, shown(text) if text else None, None, "every row names its study and arm")
    elif len(text) > LONGEST_LABEL:
        what = f"longer than {LONGEST_LABEL} characters"
        yield Problem(cell.place, name, what, shown(text), None, "is a quote missing? shorten it")
    elif text != text.strip():
        hint = "it would be a name of its own"
        yield Problem(cell.place, name, "begins or ends with a space", shown(text), None, hint)
    elif not text.isprintable():
        hidden = next(c for c in text if not c.isprintable())
        hint = f"delete it: {strange_character(hidden)}".replace("character 1 of it", "it")
        yield Problem(cell.place, name, "holds an invisible character", None, None, hint)


def _not_a_count(text: str, least: int) -> str | None:
    if not _WHOLE.fullmatch(text):
        if _NUMBER.fullmatch(text) and text.startswith("-"):
            return f"must be {least} or more"
        return "must be a whole number"
    number = int(text.partition(".")[0])
    if number > MOST:
        return f"must be {MOST} or less"
    return None if number >= least else f"must be {least} or more"


def _between(rows: list[ArmRow]) -> Iterator[Problem]:
    """Problems between the rows of a trial: an arm that stands twice, a trial with one arm."""
    first: dict[tuple[str, str], ArmRow] = {}
    arms: dict[str, list[ArmRow]] = {}
    for row in rows:
        seen = first.setdefault((row.study, row.treatment), row)
        if seen is not row:
            what = f"doubled arm: {shown(row.treatment)} of {shown(row.study)}"
            yield Problem(row.place, "treatment", what, hint=f"it stands at {seen.place} too; keep one of them")
        arms.setdefault(row.study, []).append(row)
    for study, of_study in arms.items():
        if len(of_study) == 1:
            hint = "add the other arm, or leave the trial out with --without"
            yield Problem(of_study[0].place, "study", "a trial with one arm", shown(study), None, hint)


def merged_pairs(collector: Collector) -> None:
    """Turn rows of pairs into rows of arms: an arm that stands in several pairs must have the same counts in each."""
    arms: dict[tuple[str, str], ArmRow] = {}
    for row in collector.rows:
        seen = arms.setdefault((row.study, row.treatment), row)
        if (seen.events, seen.n) != (row.events, row.n):
            what = f"{shown(row.treatment)} of {shown(row.study)} has {_counts(row)} here and {_counts(seen)} elsewhere"
            hint = f"compare {seen.place}; an arm that was split between comparisons must be put together"
            collector.problems.append(Problem(row.place, "counts", what, hint=hint))
        arms[row.study, row.treatment] = replace(seen, year=seen.year or row.year)
    collector.rows = list(arms.values())


def _counts(row: ArmRow) -> str:
    return "/".join("?" if number is None else str(number) for number in (row.events, row.n))
