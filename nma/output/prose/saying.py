"""Sentences with what they cite, and the paragraphs they make once the references have numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from nma.output.citing.bibliography import Bibliography
from nma.output.text import Text

_MARKS = ("cite", "cite2", "cite3")
"""Names under which a text holds the numbers of its references."""


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence: its text, the values of it, and for each place of a citation the keys of the papers."""

    key: str
    values: Mapping[str, str | int] = field(default_factory=dict)
    cites: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A heading and its sentences, some of them written already."""

    heading: str
    said: tuple[Said | str, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A heading and one paragraph below it."""

    heading: str
    text: str


def cited(parts: Iterable[Part]) -> Iterator[str]:
    """Keys of the papers in the order in which the parts cite them."""
    for part in parts:
        for said in part.said:
            if isinstance(said, Said):
                yield from (key for keys in said.cites for key in keys)


def paragraphs(text: Text, parts: Iterable[Part], references: Bibliography) -> tuple[Paragraph, ...]:
    """The parts with their words and numbers; a part without sentences is left out."""
    return tuple(
        Paragraph(text(part.heading), " ".join(_written(text, said, references) for said in part.said))
        for part in parts
        if part.said
    )


def _written(text: Text, said: Said | str, references: Bibliography) -> str:
    if isinstance(said, str):
        return said
    marks = {name: references.mark(keys) for name, keys in zip(_MARKS, said.cites, strict=False)}
    return text(said.key, **{**said.values, **marks})
