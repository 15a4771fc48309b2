"""The trials that entered, left or changed, with the numbers that differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nma.output.changes.summary import trials as sentence
from nma.output.display import Cell
from nma.output.inconsistency.case import Block, Case, table
from nma.output.reading import Row
from nma.output.text import clip, tidy

MOST_FIELDS = 8
LONGEST = 160
_KINDS = {"entered": "changes.trials.entered", "left": "changes.trials.left"}
_GROUPS = {"basis": "basis", "timing": "timing", "kind": "kind", "status": "status"}
"""Words of a field; any other word is a judgement of risk, or stands as it is."""
_UNKNOWN = {"entered": "changes.trials.unknown_before", "left": "changes.trials.unknown_now"}
_HEADS = ("changes.head.trial", "changes.head.what", "changes.head.details")


def blocks(case: Case) -> tuple[Block, ...]:
    """A row a trial."""
    found, text = case.found["trials"], case.text
    rows = list(_rows(case, found))
    same = text("changes.trials.same", count=found["same"])
    if not rows:
        return (Block(lead=(text("changes.trials.none"), same)),)
    return (Block(lead=(sentence(case), same), tables=(table(case, text("changes.trials.caption"), _HEADS, rows),)),)


def _rows(case: Case, found: Row) -> Iterator[tuple[Cell, ...]]:
    for kind, key in _KINDS.items():
        for row in found[kind]:
            yield (
                Cell(case.reading.trial(row["id"])),
                Cell(case.text(key)),
                Cell(_arms(case, row), note=_why(case, kind, row)),
            )
    for row in found["changed"]:
        key = "changes.trials.changed" if row["counted"] else "changes.trials.described"
        yield Cell(case.reading.trial(row["id"])), Cell(case.text(key)), Cell(_fields(case, row))


def _arms(case: Case, row: Row) -> str:
    return "; ".join(
        case.text(
            "changes.trials.arm", treatment=case.reading.short(arm["treatment"]), events=arm["events"], n=arm["n"]
        )
        for arm in row["arms"]
    )


def _why(case: Case, kind: str, row: Row) -> str:
    """Why the side without the trial leaves it out; a side that does not list it did not know it."""
    if not row["rule"]:
        return case.text(_UNKNOWN[kind])
    rule = case.text.word("rule", row["rule"])
    return case.text("changes.trials.reason", rule=rule, reason=clip(tidy(row["reason"]), LONGEST))


def _fields(case: Case, row: Row) -> str:
    said = [_field(case, field) for field in row["fields"][:MOST_FIELDS]]
    rest = len(row["fields"]) - MOST_FIELDS
    return "; ".join([*said, *([case.text("changes.trials.more", count=rest)] if rest > 0 else [])])


def _field(case: Case, field: Row) -> str:
    ends = {side: _value(case, field, field[side]) for side in ("old", "new")}
    name = _name(case, str(field["field"]))
    if field["arm"] is None:
        return case.text("changes.trials.field", field=name, **ends)
    return case.text("changes.trials.arm_field", treatment=case.reading.short(field["arm"]), field=name, **ends)


def _name(case: Case, field: str) -> str:
    """A field in words: one of a trial, or a domain of its risk of bias."""
    known = case.text.word("field", field)
    return known if known != field else case.text.word("domain", field.replace("_", " ")).lower()


def _value(case: Case, field: Row, value: Any) -> str:
    if value is None or value == []:
        return case.text("changes.trials.nothing")
    if isinstance(value, int | float):
        return case.text.numbers.general(value)
    if field["field"] == "node":
        return case.reading.short(value)
    if isinstance(value, str):
        return clip(tidy(case.text.word(_GROUPS.get(str(field["field"]), "risk"), value)), LONGEST)
    if isinstance(value, list):
        return clip(tidy("; ".join(map(str, value))), LONGEST)
    return clip(tidy(value), LONGEST)
