"""Each change alone, the specification, methods and provenance of the page."""

from __future__ import annotations

import json

from nma.output.changes.case import change, sds, side, size
from nma.output.display import Cell
from nma.output.inconsistency.case import Block, Case, number, table
from nma.output.reading import Row
from nma.output.text import clip, tidy

LONGEST = 120
_ROWS = {
    "entered": "changes.alone.row.entered",
    "left": "changes.alone.row.left",
    "changed": "changes.alone.row.changed",
    "specification": "changes.alone.row.specification",
}
_HEADS = ("changes.head.change", "changes.head.moves", "changes.head.first")
_METHODS = (
    "changes.methods.shift",
    "changes.methods.words",
    "changes.methods.order",
    "changes.methods.alone",
    "changes.methods.made",
)


def alone(case: Case) -> tuple[Block, ...]:
    """Which change moves the answer most."""
    found, text = case.found["alone"], case.text
    if found["error"]:
        return (Block(lead=(text("changes.alone.error", reason=tidy(found["error"])),)),)
    if not found["rows"]:
        key = "changes.alone.none" if case.found["effects"] else "changes.alone.refused"
        return (Block(lead=(text(key),)),)
    tried = [row for row in found["rows"] if row["kind"] != "specification"]
    lead = [text("changes.alone.lead")]
    if len(tried) < found["of"]:
        lead.append(text("changes.alone.limited", shown=len(tried), count=found["of"]))
    rows = [_row(case, row, found["first"]) for row in found["rows"]]
    return (Block(lead=tuple(lead), tables=(table(case, text("changes.alone.caption"), _HEADS, rows),)),)


def _row(case: Case, row: Row, first: str) -> tuple[Cell, ...]:
    head = Cell(change(case, row, _ROWS), strong=bool(row["first"]) and row["first"] != first)
    if row["error"] or not row["moved"]:
        return head, Cell(tidy(row["error"] or "–"), span=2)
    moved, reading = row["moved"], case.reading
    ends = {name: reading.value(moved[name]) for name in ("old", "new")}
    values = {"sds": sds(case, moved["shift"]), "word": size(case, moved["size"])}
    told = case.text("changes.alone.moves", pair=case.pair(moved), **ends, **values)
    return head, Cell(told), Cell(reading.short(row["first"]), mark=reading.marks.get(row["first"]))


def specification(case: Case) -> tuple[Block, ...]:
    """Keys with other values."""
    heads = ("changes.head.key", "changes.head.before", "changes.head.now")
    rows = [
        (Cell(tidy(row["key"])), *(Cell(_plain(case, row[name])) for name in ("old", "new")))
        for row in case.found["specification"]
    ]
    return (Block(tables=(table(case, case.text("changes.specification.caption"), heads, rows),)),)


def _plain(case: Case, value: object) -> str:
    """A value of a specification: a number as the language writes it, anything else as it stands in the file."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return case.text.numbers.general(value)
    shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return clip(tidy(shown), LONGEST)


def methods(case: Case) -> tuple[Block, ...]:
    """How the numbers and the words came about."""
    return (Block(lead=tuple(case.text(key) for key in _METHODS)),)


def provenance(case: Case) -> tuple[Block, ...]:
    """What the two sides are."""
    sides = [case.found["old"], case.found["new"]]
    heads = ("changes.head.key", "changes.head.before", "changes.head.now")
    rows = [(Cell(case.text(key)), *(number(make(case, row)) for row in sides)) for key, make in _FACTS.items()]
    lead = tuple(case.text(key, side=side(case, row)) for key, row in zip(_SAID, sides, strict=True))
    made = table(case, case.text("changes.provenance.caption"), heads, rows)
    return (Block(lead=lead, tables=(made,)),)


_SAID = ("changes.page.before", "changes.page.now")


def _gate(case: Case, row: Row) -> str:
    return case.text("changes.provenance.passed" if row["converged"] else "changes.provenance.failed")


_FACTS = {
    "changes.provenance.analysis": lambda case, row: tidy(row["analysis"]),
    "changes.provenance.made": lambda case, row: str(row["created"]),
    "changes.provenance.engine": lambda case, row: f"{row['engine']}, {row['seed']}",
    "changes.provenance.version": lambda case, row: str(row["nma_version"]),
    "changes.provenance.registry": lambda case, row: str(row["registry_fingerprint"])[:12],
    "changes.provenance.fingerprint": lambda case, row: str(row["specification_fingerprint"])[:12],
    "changes.provenance.gate": _gate,
}
