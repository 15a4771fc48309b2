"""What a reader who stops after page one must know: the answer, how certain it is, and how many people it means."""

from __future__ import annotations

from nma.output import people as counts
from nma.output import sentences
from nma.output.reading import Reading, Row
from nma.output.sections import certainty
from nma.output.sections.summary import MOST_BASELINES

_MEANINGS = {
    "high": "answer.certainty.high",
    "moderate": "answer.certainty.moderate",
    "low": "answer.certainty.low",
    "very low": "answer.certainty.very_low",
}
"""What each level says of the true effect (GRADE)."""


def answer(reading: Reading) -> tuple[str, ...]:
    """The answer in the order in which it is read: who ranks first, how certain, how many people, and what is open."""
    first, second, sure = sentences.answer(reading)
    return first, *_certain(reading), *_people(reading), second, sure


def _certain(reading: Reading) -> tuple[str, ...]:
    """How certain the evidence is on the best against the reference and the second; nothing where nobody judged it."""
    found = reading.results.get("certainty") or {"pairs": ()}
    levels = {frozenset((row["treatment"], row["versus"])): row for row in found["pairs"]}
    best, second = reading.ranked[:2]
    others = [name for name in dict.fromkeys((reading.reference, second)) if frozenset((best, name)) in levels]
    rows = [(name, levels[frozenset((best, name))]) for name in others if name != best]
    return (_certainty(reading, rows),) if rows else ()


def _certainty(reading: Reading, rows: list[tuple[str, Row]]) -> str:
    text, (name, row) = reading.text, rows[0]
    level, meaning = certainty.level(reading, row), _meaning(reading, row)
    values = {"best": reading.label(reading.ranked[0]), "versus": reading.label(name), "level": level}
    if len(rows) == 1:
        return text("answer.certainty.one", meaning=meaning, **values)
    second, other = rows[1]
    values |= {"second": reading.label(second), "other": certainty.level(reading, other)}
    if level == values["other"]:
        return text("answer.certainty.same", meaning=meaning, **values)
    return text("answer.certainty.differ", meaning=meaning, also=_meaning(reading, other), **values)


def _meaning(reading: Reading, row: Row) -> str:
    """What a level says of the true effect; one that may still turn out lower says only that."""
    return reading.text("answer.certainty.open" if row["provisional"] else _MEANINGS[row["level"]])


def _people(reading: Reading) -> tuple[str, ...]:
    """Of 1,000 people, how many with the best and how many with the reference, at the risks of the summary."""
    rows = (reading.results.get("summary") or {"rows": ()})["rows"]
    best = next(name for name in reading.ranked if name != reading.reference)
    every = [row["absolute"] for row in rows if (row["treatment"], row["versus"]) == (best, reading.reference)]
    if not every or not every[0]:
        return ()
    declared = [entry for entry in every[0] if _given(entry)]
    text, (first, *rest) = reading.text, (declared or every[0])[:MOST_BASELINES]
    said = [text("answer.people.other", **_counts(reading, entry)) for entry in rest]
    values = {"best": reading.label(best), "reference": reading.label(reading.reference), "rest": "".join(said)}
    values |= {"outcome": str(reading.analysis["outcome_label"]), **_counts(reading, first)}
    return (text("answer.people.given" if declared else "answer.people.estimated", **values),)


def _given(entry: Row) -> bool:
    """Whether the risk with the reference is declared, and so known without an interval."""
    return bool(entry["versus_per_1000"]["lower"] == entry["versus_per_1000"]["upper"])


def _counts(reading: Reading, entry: Row) -> dict[str, str]:
    median, interval = counts.people(reading, entry["per_1000"])
    return {"median": median, "interval": interval, "versus": counts.people(reading, entry["versus_per_1000"])[0]}
