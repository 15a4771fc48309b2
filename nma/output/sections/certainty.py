"""The section on certainty: the level of each comparison, six domains, why, and who judged otherwise than the rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from nma.output.blocks import Block, Widget, table
from nma.output.display import Cell, Table
from nma.output.reading import Reading, Row
from nma.output.sections.reasons import CONCERNS, DOMAINS, SHORT, judged_otherwise, judgement, reason

MOST_PAIRS = 45
"""Comparisons (those of ten treatments) up to which all are shown."""
LEVELS = {
    "high": ("certainty.level.high", "⊕⊕⊕⊕", 4),
    "moderate": ("certainty.level.moderate", "⊕⊕⊕⊖", 3),
    "low": ("certainty.level.low", "⊕⊕⊖⊖", 2),
    "very low": ("certainty.level.very_low", "⊕⊖⊖⊖", 1),
}
"""Word, sign and order of each level."""
_SIGNS = {"none": ("✓", 0), "some": ("▼", 1), "major": ("▼▼", 2), "not judged": ("?", -1)}
_HEADS = (
    "table.comparison",
    "certainty.head.certainty",
    "certainty.head.within_study_bias",
    "certainty.head.reporting_bias",
    "certainty.head.indirectness",
    "certainty.head.imprecision",
    "certainty.head.heterogeneity",
    "certainty.head.incoherence",
)
_PEOPLE = (
    "table.comparison",
    "certainty.head.domain",
    "certainty.head.judged",
    "certainty.head.rule",
    "table.reason",
    "certainty.head.by",
)


def blocks(reading: Reading) -> tuple[Block, ...]:
    """Levels and domains, the reasons, the judgements of people; nothing where the results do not say."""
    found = reading.results.get("certainty")
    if not found or not found["pairs"]:
        return ()
    shown = _shown(reading, found["pairs"])
    judged = tuple(_judgements(reading, found["pairs"]))
    people = table(reading.text, reading.text("certainty.caption_people"), _PEOPLE, judged)
    widget = Widget("certainty", {"pairs": [_reasons(reading, row) for row in shown]})
    warnings = () if reading.converged else (reading.text("stamp.long"),)
    return (
        Block(warnings=warnings, lead=_lead(reading, found["pairs"], shown), tables=(_levels(reading, shown),)),
        *((Block(reading.text("certainty.heading_people"), tables=(people,)),) if judged else ()),
        Block(reading.text("certainty.reasons"), widgets=(widget,)),
        Block(reading.text("certainty.rules"), lead=_rules(reading, len(judged))),
    )


def level(reading: Reading, row: Row) -> str:
    """The level of certainty in words: "at most" where it is provisional."""
    word = reading.text(LEVELS[row["level"]][0])
    return reading.text("certainty.at_most", level=word) if row["provisional"] else word


def level_cell(reading: Reading, row: Row) -> Cell:
    """A level with GRADE's signs, which a screen reader hears as words."""
    word, (_, sign, order) = level(reading, row), LEVELS[row["level"]]
    return Cell(f"{sign} {word}", spoken=reading.text("certainty.spoken", level=word), order=order)


def _shown(reading: Reading, pairs: Sequence[Row]) -> Sequence[Row]:
    """All comparisons, or of many those with the reference and that of the first two."""
    if len(pairs) <= MOST_PAIRS:
        return pairs
    return [
        row for place, row in enumerate(pairs) if place == 0 or reading.reference in (row["treatment"], row["versus"])
    ]


def _part(reading: Reading, pairs: Sequence[Row], shown: Sequence[Row]) -> tuple[str, ...]:
    if len(shown) == len(pairs):
        return ()
    return (reading.text("certainty.part", reference=reading.label(reading.reference), number=len(pairs)),)


def _rules(reading: Reading, judged: int) -> tuple[str, ...]:
    text = reading.text
    people = text("certainty.people", count=judged) if judged else text("certainty.no_people")
    return text("certainty.rule"), text("certainty.joined"), people, text("certainty.source")


def _lead(reading: Reading, pairs: Sequence[Row], shown: Sequence[Row]) -> tuple[str, ...]:
    text = reading.text
    levels = Counter(row["level"] for row in pairs)
    counted = [text("certainty.counted", level=text(LEVELS[it][0]), number=levels[it]) for it in LEVELS if levels[it]]
    never = [name for name in DOMAINS if all(name in row["not_judged"] for row in pairs)]
    missing = text("certainty.never", domains=text.listed([text(DOMAINS[name]) for name in never]))
    return (
        text("certainty.counts", count=len(pairs), levels=text.listed(counted)),
        *((missing,) if never else ()),
        *((text("certainty.open"),) if any(row["not_judged"] or row["provisional"] for row in pairs) else ()),
        *_part(reading, pairs, shown),
    )


def _levels(reading: Reading, pairs: Sequence[Row]) -> Table:
    return table(reading.text, reading.text("certainty.caption"), _HEADS, (_row(reading, row) for row in pairs))


def pair(reading: Reading, row: Row) -> str:
    """The two treatments, by their short names."""
    return reading.text("pair", first=reading.short(row["treatment"]), second=reading.short(row["versus"]))


def _row(reading: Reading, row: Row) -> tuple[Cell, ...]:
    cells = [_domain(reading, entry) for entry in row["domains"]]
    return Cell(pair(reading, row), mark=reading.marks[row["treatment"]]), level_cell(reading, row), *cells


def _domain(reading: Reading, entry: Row) -> Cell:
    sign, order = _SIGNS[entry["concern"]]
    note = reading.text("certainty.by") if entry["by"] else ""
    word = concern(reading, entry, SHORT)
    return Cell(f"{sign} {word}", note=note, order=order, strong=entry["concern"] == "major")


def concern(reading: Reading, entry: Row, words: Mapping[str, str] = CONCERNS) -> str:
    """A level of concern in words: "at least" where it may turn out to be more."""
    word = reading.text(words[entry["concern"]])
    return reading.text("certainty.at_least", concern=word) if entry["at_least"] else word


def _reasons(reading: Reading, row: Row) -> dict[str, object]:
    """What stands behind the level of a comparison, a sentence for each domain."""
    text = reading.text
    said = [
        (
            text("certainty.reason_of", domain=text(head), concern=concern(reading, entry)),
            reason(reading, entry),
        )
        for head, entry in zip(_HEADS[2:], row["domains"], strict=True)
    ]
    if row["overall"]:
        domains = text("certainty.level_by", level=text(LEVELS[row["overall"]["computed"]][0]))
        said.append((text("certainty.head.certainty"), " ".join((judgement(reading, row["overall"]), domains))))
    title = text("certainty.summary_of_pair", pair=pair(reading, row), level=level(reading, row))
    return {"title": title, "domains": said}


def _judgements(reading: Reading, pairs: Sequence[Row]) -> Iterator[tuple[Cell, ...]]:
    """A row for each judgement of a person, however many comparisons it holds for."""
    groups: dict[tuple[str, ...], list[tuple[Row, str]]] = {}
    for row in pairs:
        for domain, judged, rule, own in _own(reading, row):
            key = domain, judged, own["reason"], own["by"], own["date"] or ""
            groups.setdefault(key, []).append((row, rule))
    for (domain, judged, why, by, date), members in groups.items():
        rules = list(dict.fromkeys(rule for _, rule in members))
        names = pair(reading, members[0][0])
        if len(members) > 1:
            names = reading.text("certainty.several", count=len(members))
        cells = (names, domain, judged, reading.text.listed(rules), why)
        yield *(Cell(cell) for cell in cells), Cell(by, note=reading.text.date(date))


def _own(reading: Reading, row: Row) -> Iterator[tuple[str, str, str, Row]]:
    """What people judged of a comparison: of what, how, how the rule judges it, and who and why."""
    text = reading.text
    for entry in row["domains"]:
        if entry["by"]:
            rule = text(CONCERNS[entry["computed"]])
            yield text(DOMAINS[entry["domain"]]), concern(reading, entry), rule, judged_otherwise(entry)
    if row["overall"]:
        rule = text(LEVELS[row["overall"]["computed"]][0])
        yield text("certainty.domain.overall"), level(reading, row), rule, row["overall"]
