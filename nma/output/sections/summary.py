"""The summary of findings: each treatment against the reference and the first two, in numbers and in fixed words."""

from __future__ import annotations

from collections.abc import Sequence

from nma.output import people
from nma.output.blocks import Block
from nma.output.display import Cell, Column, Table
from nma.output.reading import Reading, Row
from nma.output.sections.certainty import level_cell, pair
from nma.output.sentences import ranks

MOST_BASELINES = 2
"""Baseline risks that have a column; every one of them stands in the section on absolute effects."""
_FOUND = {"random effects": "summary.head.pooled", "one arm": "summary.head.one_arm"}
WORDS = {
    ("high", "more"): "summary.words.high.more",
    ("high", "fewer"): "summary.words.high.fewer",
    ("high", "little"): "summary.words.high.little",
    ("high", "more_unsized"): "summary.words.high.more_unsized",
    ("high", "fewer_unsized"): "summary.words.high.fewer_unsized",
    ("high", "unclear"): "summary.words.unclear",
    ("moderate", "more"): "summary.words.moderate.more",
    ("moderate", "fewer"): "summary.words.moderate.fewer",
    ("moderate", "little"): "summary.words.moderate.little",
    ("moderate", "more_unsized"): "summary.words.moderate.more_unsized",
    ("moderate", "fewer_unsized"): "summary.words.moderate.fewer_unsized",
    ("moderate", "unclear"): "summary.words.unclear",
    ("low", "more"): "summary.words.low.more",
    ("low", "fewer"): "summary.words.low.fewer",
    ("low", "little"): "summary.words.low.little",
    ("low", "more_unsized"): "summary.words.low.more_unsized",
    ("low", "fewer_unsized"): "summary.words.low.fewer_unsized",
    ("low", "unclear"): "summary.words.unclear",
    **dict.fromkeys(
        (("very low", size) for size in ("more", "fewer", "little", "more_unsized", "fewer_unsized", "unclear")),
        "summary.words.very_low",
    ),
}
"""Fixed wording by certainty and size (Santesso et al. 2020, doi:10.1016/j.jclinepi.2019.10.014)."""


def blocks(reading: Reading) -> tuple[Block, ...]:
    """The table with what its words rest on; nothing where the results do not hold it."""
    found = reading.results.get("summary")
    if not found or not found["rows"]:
        return ()
    warnings = () if reading.converged else (reading.text("stamp.answer"),)
    return (Block(warnings=warnings, lead=_lead(reading, found), tables=(_table(reading, found),)),)


def statement(reading: Reading, row: Row) -> str:
    """A finding in fixed words."""
    said = reading.text(
        WORDS[row["level"], row["size"]],
        treatment=reading.label(row["treatment"]),
        versus=reading.label(row["versus"]),
        outcome=outcome(reading),
    )
    return reading.text("summary.as_judged", statement=said) if row["provisional"] else said


def outcome(reading: Reading) -> str:
    """The outcome, as it stands in a sentence."""
    return str(reading.analysis["outcome_label"])


def _lead(reading: Reading, found: Row) -> tuple[str, ...]:
    text, zone = reading.text, (reading.analysis.get("decision") or {}).get("no_important_difference")
    said = [text("summary.lead"), text("summary.no_zone")]
    if zone:
        ends = {end: reading.value(zone[end]) for end in ("lower", "upper")}
        said[1] = text("summary.zone", measure=reading.measure_name, reason=str(zone["reason"]), **ends)
    if any(row["provisional"] for row in found["rows"]):
        said.append(text("summary.provisional"))
    return tuple(said)


def _table(reading: Reading, found: Row) -> Table:
    text, baselines = reading.text, _baselines(reading)
    columns = (
        Column(text("table.comparison")),
        Column(text("summary.head.trials"), True),
        Column(text("summary.head.effect", measure=reading.measure_code), True),
        *(Column(_head(reading, baseline), True) for baseline in baselines),
        Column(text("certainty.head.certainty")),
        Column(text("summary.head.rank"), True),
        Column(text("summary.head.words")),
    )
    kept = [baseline["id"] for baseline in baselines]
    rows = tuple(_row(reading, row, kept) for row in found["rows"])
    return Table(text("summary.caption", outcome=outcome(reading)), columns, rows, wide=True, cards=True)


def _baselines(reading: Reading) -> Sequence[Row]:
    """The declared baseline risks, as many as there is room for; without any the pooled one."""
    every: Sequence[Row] = (reading.results.get("absolute") or {}).get("baselines") or ()
    declared = [baseline for baseline in every if baseline["source"] is not None]
    return (declared or every)[:MOST_BASELINES]


def _head(reading: Reading, baseline: Row) -> str:
    if baseline["source"] is None:
        return reading.text(_FOUND[baseline["how"]["model"]])
    risk = f"{reading.text.numbers.general(100 * baseline['risk'])}%"
    return reading.text("summary.head.declared", risk=risk, reference=reading.short(reading.reference))


def _row(reading: Reading, row: Row, baselines: Sequence[str]) -> tuple[Cell, ...]:
    text, effect = reading.text, row["effect"]
    absolute = {entry["id"]: entry for entry in row["absolute"]}
    interval = text("summary.interval", interval=ranks(reading, row["rank"]))
    sucra = text("summary.sucra", sucra=text.numbers.percent(row["rank"]["sucra"]))
    return (
        Cell(pair(reading, row), mark=reading.marks[row["treatment"]]),
        _trials(reading, row),
        Cell(reading.value(effect["median"]), note=reading.interval(effect), number=True, order=effect["median"]),
        *(_absolute(reading, absolute[name]) for name in baselines),
        level_cell(reading, row),
        Cell(f"{text.numbers.general(row['rank']['median_rank'])} {interval}", note=sucra, number=True),
        Cell(statement(reading, row)),
    )


def _trials(reading: Reading, row: Row) -> Cell:
    if not row["trials"]:
        return Cell(reading.text("summary.none"), note=reading.text("summary.indirect"), number=True, order=0)
    people_ = reading.text("summary.people", count=row["participants"])
    return Cell(reading.text("summary.trials", count=row["trials"]), note=people_, number=True, order=row["trials"])


def _absolute(reading: Reading, entry: Row) -> Cell:
    """From how many to how many of 1,000, and the difference where it is known."""
    versus = people.people(reading, entry["versus_per_1000"])[0]
    median = people.people(reading, entry["per_1000"])[0]
    both = reading.text("summary.from_to", versus=versus, median=median)
    if entry["difference"] is None:
        return Cell(both, number=True, order=entry["per_1000"]["median"])
    found, interval = people.difference(reading, entry["difference"])
    note = f"{found} {reading.text('summary.interval', interval=interval)}"
    return Cell(both, note=note, number=True, order=entry["difference"]["median"])
