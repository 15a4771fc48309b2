"""What the page reads: ``firmness.json`` beside its language, and how the pieces of a sweep are called."""

from __future__ import annotations

from collections.abc import Sequence

from nma.output.compose import LONGEST_LABEL
from nma.output.inconsistency.case import Case
from nma.output.reading import Reading, Row
from nma.output.text import Text, clip

MOST_NAMED = 3
"""Pieces that a sentence names before it points at the table."""

_PIECE = {
    "trials": "firmness.piece.trials",
    "comparisons": "firmness.piece.comparisons",
    "sets": "firmness.piece.sets",
    "priors": "firmness.piece.priors",
    "over": "firmness.piece.over",
    "up_to": "firmness.piece.up_to",
}
_ROW = {
    "trials": "firmness.row.trials",
    "comparisons": "firmness.row.comparisons",
    "sets": "firmness.row.sets",
    "priors": "firmness.row.priors",
    "over": "firmness.row.over",
    "up_to": "firmness.row.up_to",
}


def case_of(found: Row, text: Text) -> Case:
    """The case of a whole ``firmness.json``, with the scale on which effects add."""
    analysis = found["analysis"]
    on_odds = (analysis["likelihood"], analysis["link"]) == ("binomial", "logit")
    measure = "OR" if on_odds else analysis["measure"]
    scale = {"name": "RD" if measure == "RD" else f"log {measure}", "ratio": measure != "RD"}
    reading = Reading(found, text)
    return Case({**reading.results, "scale": scale}, reading)


def best(case: Case) -> str:
    """The treatment that ranks first in the analysis as it is."""
    return str(case.found["primary"]["best"])


def rows_of(case: Case, kind: str) -> Sequence[Row]:
    """The rows of a sweep."""
    rows: Sequence[Row] = case.found["sweeps"][kind]["rows"]
    return rows


def counted(row: Row) -> bool:
    """Whether a piece says something: it was fitted, and passed its checks."""
    return not row["error"] and bool(row["converged"])


def changed(row: Row) -> bool:
    """Whether another treatment ranks first in a piece that says something."""
    return counted(row) and bool(row["changed"])


def piece(case: Case, kind: str, row: Row) -> str:
    """A piece of a sweep, inside a sentence."""
    key, values = _values(case, kind, row, sentence=True)
    return case.text(_PIECE[key], **values)


def label(case: Case, kind: str, row: Row) -> str:
    """A piece of a sweep at the head of a row."""
    key, values = _values(case, kind, row, sentence=False)
    return case.text(_ROW[key], **values)


def _values(case: Case, kind: str, row: Row, sentence: bool) -> tuple[str, dict[str, str]]:
    """The key of a piece's name, and what the name says."""
    about, numbers = row["about"], case.text.numbers
    if kind == "trials":
        return kind, {"trial": case.reading.trial(about["study"])}
    if kind == "comparisons":
        return kind, {"pair": case.pair(about)}
    if kind == "sets":
        return kind, {"title": str(about["title"])}
    if kind == "priors":
        family = case.text.word("family", about["family"])
        return kind, {"family": family, "median": numbers.decimals(about["median"], 2)}
    months, last = numbers.general(about["months"]), numbers.general(about.get("to", about["months"]))
    shown = months if sentence or last == months else case.text("firmness.row.same", months=months, last=last)
    return str(about["limit"]), {"months": shown}


def named(case: Case, told: Sequence[str]) -> str:
    """Several pieces in one phrase, the first few by name."""
    rest = len(told) - MOST_NAMED
    if rest <= 0:
        return case.text.listed(list(told))
    return case.text.listed([*told[:MOST_NAMED], case.text("firmness.more", count=rest)])


def taken_over(case: Case, kind: str, rows: Sequence[Row]) -> str:
    """Who ranks first in which piece."""
    told = [
        case.text("firmness.which", treatment=case.reading.label(row["best"]), piece=piece(case, kind, row))
        for row in rows
    ]
    return named(case, told)


def pair_names(case: Case, longest: int = LONGEST_LABEL) -> dict[str, str]:
    """Measure and short names of the comparison that is followed through the sweeps."""
    first, second = (clip(case.reading.short(name), longest // 2) for name in case.found["pair"])
    return {"measure": case.reading.measure_code, "first": first, "second": second}
