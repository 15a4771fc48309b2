"""What the pieces of the page with a template of their own say, without what can only be clicked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from nma.output.blocks import Widget
from nma.output.paste.pieces import Heading, Kind, Paragraph, Piece
from nma.output.text import Text

Values = Mapping[str, Any]


def pieces_of(widget: Widget, text: Text) -> Iterator[Piece]:
    """What a widget says."""
    return WIDGETS[widget.name](widget.values, text)


def _nothing(values: Values, text: Text) -> Iterator[Piece]:
    """A slider shows what a reader sets; nothing of it can be pasted."""
    yield from ()


def _reasons(values: Values, text: Text) -> Iterator[Piece]:
    for pair in values["pairs"]:
        yield Heading(pair["title"], 3)
        for domain, sentence in pair["domains"]:
            yield Paragraph(f"{domain} {sentence}", Kind.ITEM)


def _folded(values: Values, text: Text) -> Iterator[Piece]:
    yield values["table"]


def _prose(values: Values, text: Text) -> Iterator[Piece]:
    """The paragraphs; what warns in what a button copies stands in the block's own warning here."""
    for paragraph in values["paragraphs"]:
        yield Heading(paragraph.heading, 3)
        yield Paragraph(paragraph.text)


def _references(values: Values, text: Text) -> Iterator[Piece]:
    for number, line in enumerate(values["lines"], start=1):
        yield Paragraph(f"{number}. {line}")


WIDGETS: Mapping[str, Callable[[Values, Text], Iterator[Piece]]] = {
    "absolute": _nothing,
    "certainty": _reasons,
    "folded": _folded,
    "prose": _prose,
    "references": _references,
}
"""By the name of the widget's template."""
