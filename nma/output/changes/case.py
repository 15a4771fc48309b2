"""What the page reads: ``compare.json`` beside its language, and the one way in which its changes are written."""

from __future__ import annotations

from collections.abc import Sequence

from nma.output.inconsistency.case import Case
from nma.output.reading import Reading, Row
from nma.output.text import Text, tidy

MOST_NAMED = 5
"""Trials that a sentence names before it points at the table."""

SIZES = {
    "none": "changes.size.none",
    "small": "changes.size.small",
    "clear": "changes.size.clear",
    "large": "changes.size.large",
}
_VERDICTS = {"gained": "changes.verdict.gained", "lost": "changes.verdict.lost"}
_REFUSED = {
    "measure": "changes.refused.measure",
    "treatments": "changes.refused.treatments",
    "better": "changes.refused.better",
    "effects": "changes.refused.effects",
    "scale": "changes.refused.scale",
}
CHANGES = {
    "entered": "changes.alone.entered",
    "left": "changes.alone.left",
    "changed": "changes.alone.changed",
    "specification": "changes.alone.specification",
}
_SIDES = {
    "results": "changes.side.results",
    "revision": "changes.side.revision",
    "working tree": "changes.side.tree",
}


def case_of(found: Row, text: Text) -> Case:
    """The case of a whole ``compare.json``; its effects are read on the scale of the report."""
    measure = str(found["analysis"]["measure"])
    scale = {"name": "RD" if measure == "RD" else f"log {measure}", "ratio": measure != "RD"}
    reading = Reading(found, text)
    return Case({**reading.results, "scale": scale}, reading)


def size(case: Case, word: str) -> str:
    """The words of a shift's size."""
    return case.text(SIZES[word])


def verdict(case: Case, row: Row) -> str:
    """A change of an effect in words: its size, and what became of its direction and its interval."""
    words, null = size(case, row["size"]), case.reading.null
    if row["turned"] and row["interval"] == "clear":
        return case.text("changes.verdict.crossed", size=words, null=null)
    if row["interval"] in _VERDICTS:
        return case.text(_VERDICTS[row["interval"]], size=words, null=null)
    return case.text("changes.verdict.turned", size=words) if row["turned"] else words


def sds(case: Case, shift: float) -> str:
    """A shift in standard errors, written with two decimals."""
    return case.text.numbers.decimals(shift, 2)


def names(case: Case, rows: Sequence[Row]) -> str:
    """Trials by their labels, the first few by name."""
    labels = [case.reading.trial(row["id"]) for row in rows]
    rest = len(labels) - MOST_NAMED
    if rest <= 0:
        return case.text.listed(labels)
    return case.text.listed([*labels[:MOST_NAMED], case.text("changes.summary.more", count=rest)])


def change(case: Case, row: Row, keys: dict[str, str] = CHANGES) -> str:
    """A change that was tried alone, in words."""
    if row["kind"] == "specification":
        return case.text(keys["specification"])
    return case.text(keys[row["kind"]], trial=case.reading.trial(row["id"]))


def refusals(case: Case) -> tuple[str, ...]:
    """What cannot be compared, a line each."""
    return tuple(
        case.text(_REFUSED[row["why"]], old=str(row["old"]), new=str(row["new"])) for row in case.found["refused"]
    )


def side(case: Case, row: Row) -> str:
    """One of the two sides in words."""
    values = {"name": tidy(row["name"]), "detail": tidy(row["detail"]), "date": case.text.date(str(row["created"]))}
    return case.text(_SIDES[row["kind"]], **values)
