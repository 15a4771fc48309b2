"""What a document is made of: headings, paragraphs, and the tables of the report."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from nma.output.display import Table


class Kind(Enum):
    """What a paragraph is: plain words, a warning, an item of a list."""

    PLAIN = auto()
    WARNING = auto()
    ITEM = auto()


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; the title of the document is none of them."""

    text: str
    level: int


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph on one line."""

    text: str
    kind: Kind = Kind.PLAIN


Piece = Heading | Paragraph | Table
