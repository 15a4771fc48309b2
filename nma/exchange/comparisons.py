"""What RevMan 5 and the RevMan data package share: rows of pairs under outcomes, of which one is taken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations, groupby

from nma.errors import InputError, Problem
from nma.exchange.rows import ArmRow, Cell, Collector, Found, merged_pairs
from nma.exchange.tables import pair_problems
from nma.registry.base import listed, shown


@dataclass
class PairRow:
    """One trial in one comparison; cells as they stand in the file."""

    study: Cell
    year: Cell
    counts: tuple[Cell, Cell, Cell, Cell]
    """Events and people of the experimental group, then of the control group."""


@dataclass
class Outcome:
    """One outcome of one comparison."""

    number: str
    """Comparison and outcome, as in ``1.2``."""
    name: str
    labels: tuple[Cell, Cell]
    rows: list[PairRow] = field(default_factory=list)


def collected(outcomes: Sequence[Outcome], name: str, wanted: str | None) -> Found:
    """Arms of the outcomes that are wanted: those of that name or number, or all when they have one name.

    Raises
    ------
    InputError
        There is no dichotomous outcome, or one must be chosen.
    """
    collector, pairs = Collector(), dict[tuple[str, ...], str]()
    for outcome in _wanted([each for each in outcomes if each.rows], name, wanted):
        for row in outcome.rows:
            labels = [row.study, *outcome.labels]
            places = [Cell(label.value, row.study.place) for label in labels]
            collector.problems += pair_problems(places, pairs)
            year = collector.count(row.year, "year")
            collector.add((row.study, places[1]), row.counts[:2], year=year)
            collector.add((row.study, places[2]), row.counts[2:], year=year)
    merged_pairs(collector)
    return collector.found()


def _wanted(outcomes: Sequence[Outcome], name: str, wanted: str | None) -> list[Outcome]:
    if not outcomes:
        hint = "only dichotomous outcomes have counts"
        raise InputError(Problem(name, "", "holds no events and totals", hint=hint))
    chosen = [each for each in outcomes if wanted in (None, each.name, each.number)]
    if chosen and len({each.name for each in chosen}) == 1:
        return chosen
    what = "holds several outcomes" if wanted is None else "no such outcome"
    allowed = listed(f"{each.number} {each.name}" for each in outcomes)
    hint = "choose one by name or number with --analysis"
    raise InputError(Problem(name, "--analysis", what, wanted and shown(wanted), allowed, hint))


def pairs_of(rows: Sequence[ArmRow]) -> Iterator[tuple[tuple[str, str], list[tuple[ArmRow, ArmRow]]]]:
    """Every comparison with its trials; a trial with three arms stands in three comparisons."""
    found: dict[tuple[str, str], list[tuple[ArmRow, ArmRow]]] = {}
    for _, arms in groupby(rows, key=lambda row: row.study):
        for control, experimental in combinations(arms, 2):
            key = (experimental.treatment, control.treatment)
            found.setdefault(key, []).append((experimental, control))
    yield from found.items()
