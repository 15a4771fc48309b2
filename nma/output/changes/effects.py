"""The effects and the ranking before and now: figure and tables."""

from __future__ import annotations

from nma.output.axes import axis
from nma.output.changes.case import refusals, sds, verdict
from nma.output.changes.summary import largest, order, spread
from nma.output.compose import LONGEST_LABEL, ends, in_parts, room_for
from nma.output.display import Cell
from nma.output.figures import Forest, ForestRow, Interval, Section
from nma.output.inconsistency.case import Block, Case, number, table
from nma.output.palette import Mark
from nma.output.reading import Row
from nma.output.sentences import favours
from nma.output.text import clip

_EFFECT_HEADS = ("changes.head.effect", "changes.head.before", "changes.head.now")
_EFFECT_WORDS = ("changes.head.shift", "changes.head.word")
_RANK_HEADS = (
    "changes.head.treatment",
    "changes.head.rank_before",
    "changes.head.rank_now",
    "changes.head.sucra_before",
    "changes.head.sucra_now",
    "changes.head.best_before",
    "changes.head.best_now",
    "changes.head.word",
)
_RANK_WORDS = {
    "none": "changes.ranks.words.none",
    "small": "changes.ranks.words.small",
    "clear": "changes.ranks.words.clear",
    "large": "changes.ranks.words.large",
}


def effects(case: Case) -> tuple[Block, ...]:
    """The largest shift, the figure against the reference, every pair; then the heterogeneity."""
    found, text = case.found, case.text
    refused = refusals(case)
    if not found["effects"]:
        return (Block(lead=refused),)
    rows = [_effect_row(case, row) for row in found["effects"]]
    caption = text("changes.effects.caption", measure=case.reading.measure_name)
    made = Block(
        lead=(largest(case, found["largest"]),),
        figures=tuple((part, text("changes.effects.note")) for part in _forest(case)),
        tables=(table(case, caption, (*_EFFECT_HEADS, *_EFFECT_WORDS), rows),),
    )
    between = found["heterogeneity"]
    if not between:
        return (made,)
    return made, Block(heading=text("changes.spread.heading"), lead=(spread(case, between),))


def _effect_row(case: Case, row: Row) -> tuple[Cell, ...]:
    strong = row["turned"] or row["interval"] in ("gained", "lost")
    return (
        Cell(case.pair(row)),
        number(case.reading.estimate(row["old"])),
        number(case.reading.estimate(row["new"])),
        number(sds(case, row["shift"])),
        Cell(verdict(case, row), strong=strong),
    )


def _forest(case: Case) -> tuple[Forest, ...]:
    """Each treatment against the reference: before with an open mark, now with a filled one."""
    text, reading, reference = case.text, case.reading, str(case.found["reference"])
    sections = tuple(
        Section(room_for(reading, row["treatment"]), tuple(_line(case, row, side) for side in ("old", "new")))
        for row in case.found["against"]
    )
    if not sections:
        return ()
    short = clip(reading.short(reference), LONGEST_LABEL)
    title = text("axis.against", measure=reading.measure_code, reference=short)
    sides = favours(reading, text("axis.named_above"), short)
    forest = Forest(
        name="compare-effects",
        title=text("changes.effects.figure", reference=reading.label(reference)),
        alt=text("changes.effects.alt", count=len(sections), reference=reading.label(reference)),
        axis=axis(reading, ends(line for section in sections for line in section.rows), sides, title),
        columns=(text("column.estimate", measure=reading.measure_code),),
        sections=sections,
        legend=(text("legend.credible"), None),
    )
    return in_parts(reading, forest)


_WHEN = {"old": "changes.effects.before", "new": "changes.effects.now"}


def _line(case: Case, row: Row, side: str) -> ForestRow:
    effect, mark = row[side], _mark(case, row["treatment"])
    interval = Interval(effect["lower"], effect["upper"])
    cells = (case.reading.estimate(effect),)
    return ForestRow(case.text(_WHEN[side]), mark, effect["median"], interval, None, cells, filled=side == "new")


def _mark(case: Case, treatment: str) -> Mark:
    return case.reading.marks[treatment]


def ranks(case: Case) -> tuple[Block, ...]:
    """Who ranks where, before and now."""
    found, text = case.found["ranks"], case.text
    if not found:
        return (Block(lead=refusals(case)),)
    differ = not all(row["old"] and row["new"] for row in found["rows"])
    others = (text("changes.ranks.others"),) if differ else ()
    rows = [_rank_row(case, row) for row in found["rows"]]
    caption = text("changes.ranks.caption")
    lead = (" ".join(order(case, found)), *others)
    return (Block(lead=lead, tables=(table(case, caption, _RANK_HEADS, rows),)),)


def _rank_row(case: Case, row: Row) -> tuple[Cell, ...]:
    cells = [number(_place(case, row[side], name)) for name in ("rank", "sucra", "p_best") for side in ("old", "new")]
    mark = _mark(case, row["treatment"])
    moved = bool(row["old"] and row["new"] and row["old"]["rank"] != row["new"]["rank"])
    return Cell(case.reading.label(row["treatment"]), mark=mark), *cells, Cell(_rank_word(case, row), strong=moved)


def _place(case: Case, place: Row | None, name: str) -> str:
    if place is None:
        return case.text("changes.ranks.absent")
    numbers = case.text.numbers
    return numbers.count(place["rank"]) if name == "rank" else numbers.percent(place[name])


def _rank_word(case: Case, row: Row) -> str:
    if row["old"] is None:
        return case.text("changes.ranks.entered")
    return case.text("changes.ranks.left") if row["new"] is None else case.text(_RANK_WORDS[row["size"]])
