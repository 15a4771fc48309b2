"""Layouts that are one table: a row an arm, a row a trial, or a row a pair of arms."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from nma.errors import InputError, Problem
from nma.exchange.grid import Grid, columns, has, unused
from nma.exchange.rows import ArmRow, Cell, Collector, Found, merged_pairs
from nma.registry.base import shown
from nma.vocab import ExchangeFormat

STUDY = ("study", "studlab", "study name", "trial")
TREATMENT = ("t", "treatment", "treat", "trt")
EVENTS = ("r", "events", "event", "responders", "d")
PEOPLE = ("n", "samplesize", "sample size", "total")
REMARKS = ("rob", "indirectness")
"""Columns whose words are kept as remarks: the registry judges seven domains, and an overall word fits none."""


@dataclass(frozen=True)
class LongRow:
    """The columns of a layout with one row an arm, in the order in which the program's own files have them."""

    study: str
    treatment: str
    events: str
    n: str
    extra: tuple[str, ...] = ()
    """Columns that are written besides, empty where the registry knows nothing of the kind."""
    n_first: bool = False

    @property
    def head(self) -> tuple[str, ...]:
        """The head of a file that is written."""
        numbers = (self.n, self.events) if self.n_first else (self.events, self.n)
        id_column = ("id",) if "id" in self.extra else ()
        rest = tuple(name for name in self.extra if name != "id")
        return (self.study, *id_column, self.treatment, *numbers, *rest)


LONG: dict[ExchangeFormat, LongRow] = {
    ExchangeFormat.METAINSIGHT_LONG: LongRow("Study", "T", "R", "N"),
    ExchangeFormat.BUGSNET: LongRow("study", "treatment", "events", "sampleSize"),
    ExchangeFormat.GEMTC: LongRow("study", "treatment", "responders", "sampleSize"),
    ExchangeFormat.CINEMA: LongRow("study", "t", "r", "n", ("id", "rob", "indirectness")),
    ExchangeFormat.STATA: LongRow("study", "trt", "r", "n"),
}


def read_long(grid: Grid, layout: ExchangeFormat) -> Found:
    """One row an arm; besides the layout's own columns the names that other programs use are known too."""
    own = LONG[layout]
    names = ((own.study, STUDY), (own.treatment, TREATMENT), (own.events, EVENTS), (own.n, PEOPLE))
    keys = ("study", "treatment", "events", "n")
    roles = {key: (mine.lower(), *others) for key, (mine, others) in zip(keys, names, strict=True)}
    found = columns(grid, {**roles, **{name: (name,) for name in (*REMARKS, "id", "year")}}, (*REMARKS, "id", "year"))
    collector, ids = Collector(), _Ids()
    for line in grid.lines:
        study, treatment, events, n = (line[found[key]] for key in keys)
        if "id" in found:
            collector.problems += ids.problems(study, line[found["id"]])
        collector.add((study, treatment), (events, n), **_more(collector, line, found))
    return collector.found(unused(grid, found.values()))


def _more(collector: Collector, line: Sequence[Cell], found: dict[str, int]) -> dict[str, Any]:
    said = [(name, line[found[name]]) for name in REMARKS if name in found]
    words = [f"{name} {cell.text}" for name, cell in said if not cell.is_missing]
    year = collector.count(line[found["year"]], "year") if "year" in found else None
    return {"remarks": tuple(words), "year": year}


class _Ids:
    """A trial has one number and a number one trial, where a file gives both."""

    def __init__(self) -> None:
        self.of: dict[str, Cell] = {}

    def problems(self, study: Cell, number: Cell) -> Iterator[Problem]:
        seen = self.of.setdefault(study.text, number)
        if seen.text != number.text:
            hint = f"{seen.place} has id {shown(seen.text)}: two trials of one name? name them apart"
            yield Problem(
                number.place, "id", f"another id for the trial {shown(study.text)}", shown(number.text), None, hint
            )


def write_long(rows: Sequence[ArmRow], layout: ExchangeFormat) -> tuple[tuple[str, ...], list[list[Any]]]:
    """Head and cells of a file with one row an arm."""
    own = LONG[layout]
    numbers = {study: i for i, study in enumerate(dict.fromkeys(row.study for row in rows), start=1)}
    cells = []
    for row in rows:
        values = {own.study: row.study, own.treatment: row.treatment, own.events: row.events, own.n: row.n}
        cells.append([values.get(name, numbers[row.study] if name == "id" else "") for name in own.head])
    return own.head, cells


_NUMBERED = re.compile(r"(?i)t\.?([0-9]{1,2})")


def read_wide(grid: Grid, _: ExchangeFormat) -> Found:
    """One row a trial: T.1, R.1, N.1, T.2 and so on; an arm without a treatment is not there."""
    names = grid.names()
    arms = [match[1] for name in grid.head if (match := _NUMBERED.fullmatch(name))]
    if len(arms) < 2:
        what, hint = "no columns T.1 and T.2", "name the layout with --format"
        raise InputError(Problem(grid.name, "T", what, shown(", ".join(grid.head)), "T.1, R.1, N.1, T.2, ...", hint))
    roles = {f"{mark}.{arm}": (f"{mark}.{arm}".lower(), f"{mark}{arm}".lower()) for arm in arms for mark in "TRN"}
    found = columns(grid, {"study": STUDY, **roles, **{name: (name,) for name in REMARKS}}, REMARKS)
    collector = Collector()
    seen: dict[str, str] = {}
    for line in grid.lines:
        study = line[found["study"]]
        first = seen.setdefault(study.text, study.place)
        if first != study.place:
            collector.problems.append(Problem(study.place, "study", "doubled trial", shown(study.text), None, first))
        for arm in arms:
            _add_wide(collector, line, found, arm)
    numbered = {names[name.lower()] for name in grid.head if _NUMBERED.fullmatch(name)}
    return collector.found(unused(grid, {*found.values(), *numbered}))


def _add_wide(collector: Collector, line: Sequence[Cell], found: dict[str, int], arm: str) -> None:
    treatment, events, n = (line[found[f"{mark}.{arm}"]] for mark in "TRN")
    if treatment.is_missing:
        if not (events.is_missing and n.is_missing):
            what = "counts without a treatment"
            collector.problems.append(Problem(treatment.place, f"T.{arm}", what, hint="name the arm, or empty R and N"))
        return
    remarks = _more(collector, line, {name: place for name, place in found.items() if name in REMARKS})
    collector.add((line[found["study"]], treatment), (events, n), **remarks)


def write_wide(rows: Sequence[ArmRow], _: ExchangeFormat) -> tuple[tuple[str, ...], list[list[Any]]]:
    """Head and cells of a file with one row a trial."""
    trials = [(study, list(arms)) for study, arms in groupby(rows, key=lambda row: row.study)]
    most = max((len(arms) for _, arms in trials), default=0)
    head = ("Study", *(f"{mark}.{i}" for i in range(1, most + 1) for mark in "TRN"))
    cells = []
    for study, arms in trials:
        numbers = [value for arm in arms for value in (arm.treatment, arm.events, arm.n)]
        cells.append([study, *numbers, *[None] * (3 * (most - len(arms)))])
    return head, cells


def read_pairs(grid: Grid, _: ExchangeFormat) -> Found:
    """One row a pair of arms, as R's ``pairwise`` gives them; only the counts are read, never the effects."""
    sides = {f"{name}{side}": (f"{name}{side}",) for side in "12" for name in ("treat", "event", "n")}
    if has(grid, "te", "sete") and not has(grid, "event1", "n1", "event2", "n2"):
        what = "holds effects without counts"
        hint = "the registry stores what was printed for each arm: keep event1, n1, event2, n2 in the file"
        raise InputError(Problem(grid.name, "event1", what, shown(", ".join(grid.head)), None, hint))
    found = columns(grid, {"study": STUDY, **sides})
    collector = Collector()
    pairs: dict[tuple[str, ...], str] = {}
    for line in grid.lines:
        labels = [line[found[name]] for name in ("study", "treat1", "treat2")]
        collector.problems += pair_problems(labels, pairs)
        for side in "12":
            counts = (line[found[f"event{side}"]], line[found[f"n{side}"]])
            collector.add((labels[0], line[found[f"treat{side}"]]), counts)
    merged_pairs(collector)
    return collector.found(unused(grid, found.values()))


def pair_problems(labels: Sequence[Cell], seen: dict[tuple[str, ...], str]) -> Iterator[Problem]:
    """A pair stands once, and is a pair."""
    study, one, other = (label.text for label in labels)
    first = seen.setdefault((study, *sorted((one, other))), labels[0].place)
    if first != labels[0].place:
        what = f"doubled row: {shown(one)} against {shown(other)} of {shown(study)}"
        yield Problem(labels[0].place, "study", what, hint=f"it stands at {first} too; keep one of them")
    if one == other and one:
        yield Problem(labels[1].place, "treat2", f"{shown(one)} is compared with itself", hint="name the arms apart")


Reader = Callable[[Grid, ExchangeFormat], Found]
READERS: dict[ExchangeFormat, Reader] = {
    **dict.fromkeys(LONG, read_long),
    ExchangeFormat.METAINSIGHT_WIDE: read_wide,
    ExchangeFormat.NETMETA: read_pairs,
}


def recognised(grid: Grid) -> ExchangeFormat:
    """The layout that the names of the columns speak of; long when they fit several."""
    names = {name.lower() for name in grid.head}
    signs = (
        ({"treat1", "treat2"}, ExchangeFormat.NETMETA),
        ({"t.1", "t.2"}, ExchangeFormat.METAINSIGHT_WIDE),
        ({"t1", "t2"}, ExchangeFormat.METAINSIGHT_WIDE),
        ({"responders", "samplesize"}, ExchangeFormat.GEMTC),
        ({"samplesize"}, ExchangeFormat.BUGSNET),
        ({"id", "t", "r", "n"}, ExchangeFormat.CINEMA),
        ({"trt"}, ExchangeFormat.STATA),
    )
    return next((layout for sign, layout in signs if sign <= names), ExchangeFormat.METAINSIGHT_LONG)
