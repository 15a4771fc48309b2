"""One visual language: a colour and a shape per treatment, the same in every figure and table.

The colours differ in lightness (they survive a grey print), stay apart for the three kinds of colour blindness, and
leave red alone: red belongs to predictive intervals. A treatment is also known by its shape, so that twenty can be
told apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

INK = "#1a1a1a"
QUIET = "#595959"
RULE = "#d4d4d4"
PREDICTIVE = "#c8102e"

COLOURS = ("#d49a1c", "#2a2f6e", "#8bcdf0", "#7a4a7a", "#35a582", "#d5e3a0", "#2f7bbd")


@dataclass(frozen=True, slots=True)
class Shape:
    """A marker: its name, its code for drawing, and its outline in a box of 12 by 12."""

    name: str
    code: str
    outline: str


PLAIN_COLOUR = "#4d4d4d"

SHAPES = (
    Shape("circle", "o", "M6 1a5 5 0 1 1 0 10a5 5 0 1 1 0-10z"),
    Shape("square", "s", "M1.5 1.5h9v9h-9z"),
    Shape("triangle", "^", "M6 1l5 10h-10z"),
    Shape("diamond", "D", "M6 .5l5.5 5.5l-5.5 5.5l-5.5-5.5z"),
    Shape("triangle down", "v", "M6 11l5-10h-10z"),
    Shape("plus", "P", "M4 1h4v3h3v4h-3v3h-4v-3h-3v-4h3z"),
    Shape("pentagon", "p", "M6 .8l5.2 3.9l-2 6.3h-6.4l-2-6.3z"),
    Shape("cross", "X", "M1 3l2-2l3 3l3-3l2 2l-3 3l3 3l-2 2l-3-3l-3 3l-2-2l3-3z"),
    Shape("hexagon", "h", "M6 .8l4.6 2.6v5.2l-4.6 2.6l-4.6-2.6v-5.2z"),
)


@dataclass(frozen=True, slots=True)
class Mark:
    """The colour and shape by which a treatment is known."""

    colour: str
    shape: Shape


PLAIN = Mark(PLAIN_COLOUR, SHAPES[0])
DIRECT = Mark(PLAIN_COLOUR, SHAPES[1])
INDIRECT = Mark(PLAIN_COLOUR, SHAPES[3])
"""Marks of what belongs to no one treatment: grey, because colours stand for treatments."""


def marks(treatments: Iterable[str]) -> dict[str, Mark]:
    """A mark per treatment, given out in the order of the ids, so that it does not move with the ranking.

    Returns
    -------
    dict[str, Mark]
        No two of up to 63 treatments share both colour and shape.
    """
    return {
        name: Mark(COLOURS[index % len(COLOURS)], SHAPES[index % len(SHAPES)])
        for index, name in enumerate(sorted(treatments))
    }
