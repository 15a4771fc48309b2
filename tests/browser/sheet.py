"""A small page with a piece of every kind, whose words and numbers never change: what pictures are compared on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from output_sample import results, unconverged

from nma.output import compose, pages
from nma.output.blocks import Block, number, table
from nma.output.display import Cell, Column, Table
from nma.output.reading import Reading
from nma.output.text import Text

FONT = '* { font-family: "DejaVu Sans" !important; }'
"""The one font that the test machine has."""
_THREE = {"PCO": 0.0, "SE": 0.66, "TE": -0.3}
_WORDS = "One sentence that a committee reads, long enough to be set on more than one line of a telephone."
_SECTIONS = {"summary": "What stands first", "plain": "A table that is wide", "last": "For the record"}
_PARTS = {"The answer": ["summary", "plain"], "For the record": ["last"]}


def sheet(reports: Path, failed: bool = False) -> str:
    """The page in both languages."""

    def tell(text: Text, prefix: str) -> tuple[Reading, dict[str, Any]]:
        made = results(_THREE)
        reading = Reading(unconverged(made) if failed else made, text)
        return reading, _context(reading, prefix)

    return pages.page("inconsistency.html.j2", tell, reports, ("en", "nl"))


def _context(reading: Reading, prefix: str) -> dict[str, Any]:
    strip = compose.answer_strip(reading)
    blocks = {
        "summary": (Block("", (_WORDS,), (_WORDS,), ((strip, "What the lines are."),), ()),),
        "plain": (
            Block(
                "A heading", (), (_WORDS,), (), (), (_narrow(reading.text), _wide()), ("First item.", "Second item.")
            ),
        ),
        "last": (Block("Another heading", (), (_WORDS, _WORDS)),),
    }
    drawn = {strip.name: pages.drawn(strip, reading.text, prefix)}
    return {"sections": _SECTIONS, "parts": _PARTS, "blocks": blocks, "drawn": drawn, "report": True, "complete": True}


def _narrow(text: Text) -> Table:
    rows = [(Cell(name), number(value, note), Cell("word")) for name, value, note in _ROWS]
    return table(text, "A table of three rows", ("table.treatment", "table.value", "table.verdict"), rows)


_ROWS = (("Supported employment", "1.93", "1.21 to 3.08"), ("Care", "1.00", ""), ("Transitional", "0.74", "0.4 to 1.3"))


def _wide() -> Table:
    heads = tuple(Column(f"Column {place}", place > 0) for place in range(10))
    rows = tuple(
        (Cell(f"Row {row}"), *(number(f"{row + column / 10:.1f}") for column in range(1, 10))) for row in range(4)
    )
    return Table("A table of many columns", heads, rows, wide=True)
