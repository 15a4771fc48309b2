"""Figures as data: positions, labels, intervals, colours and alternative text. Nothing is drawn here."""

from __future__ import annotations

from dataclasses import dataclass

from nma.output.axes import Axis, Span
from nma.output.heat import Heat
from nma.output.palette import Mark


@dataclass(frozen=True, slots=True)
class Interval:
    """Two ends."""

    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class RankSpan:
    """Median rank and its 95 % interval."""

    median: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class ForestRow:
    """One line of a forest: an estimate with its intervals, none of them for the reference itself.

    ``strong`` rows stand out from the others by heavier words.
    """

    label: str
    mark: Mark
    estimate: float | None
    credible: Interval | None
    predictive: Interval | None
    cells: tuple[str, ...]
    filled: bool = True
    rank: RankSpan | None = None
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """Lines under one heading; ``cells`` stand beside the heading, or ``note`` where there is no room for columns."""

    heading: str
    rows: tuple[ForestRow, ...]
    cells: tuple[str, ...] = ()
    note: str = ""
    strong: bool = True


@dataclass(frozen=True, slots=True)
class Forest:
    """Estimates with credible (black) and predictive (red) intervals on one axis, and columns of text.

    ``rank_title`` is set when each row also shows its rank, from 1 to ``ranks``; ``line`` is a value that all rows are
    to be compared with; ``widths`` are the left and right of the plot and the left of each column, in shares of a wide
    page, where the usual ones do not fit.
    """

    name: str
    title: str
    alt: str
    axis: Axis
    columns: tuple[str, ...]
    sections: tuple[Section, ...]
    legend: tuple[str, str | None]
    ranks: int = 0
    rank_title: str = ""
    line: float | None = None
    widths: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Node:
    """A treatment in the network; ``x`` and ``y`` on the unit circle, ``share`` of the largest node's participants."""

    treatment: str
    label: str
    note: str
    x: float
    y: float
    share: float
    mark: Mark


@dataclass(frozen=True, slots=True)
class Edge:
    """A direct comparison: its trials as a ``share`` of the widest edge; its number stands ``label_at`` of the way."""

    start: int
    end: int
    count: int
    share: float
    label_at: float


@dataclass(frozen=True, slots=True)
class Network:
    """Treatments and their direct comparisons."""

    name: str
    title: str
    alt: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """Rank probabilities, or their sums, of one treatment: estimated and predictive."""

    label: str
    mark: Mark
    estimated: tuple[float, ...]
    predictive: tuple[float, ...] | None


@dataclass(frozen=True, slots=True)
class Panels:
    """Small multiples, one per treatment: bars of rank probabilities, or cumulative curves."""

    name: str
    title: str
    alt: str
    cumulative: bool
    panels: tuple[Panel, ...]
    x_title: str
    y_title: str
    y_ticks: tuple[tuple[float, str], ...]
    legend: tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class Density:
    """Prior and posterior of the heterogeneity."""

    name: str
    title: str
    alt: str
    grid: tuple[float, ...]
    prior: tuple[float, ...]
    posterior: tuple[float, ...]
    interval: Interval
    median: float
    labels: tuple[str, str]
    x_title: str
    ticks: tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True)
class Point:
    """A point; one with a label is named beside it, and one that is not filled is a part of the crowd.

    ``name`` is told to a pointer and in the table only; ``mark`` stands for the treatment that the point is of.
    """

    x: float
    y: float
    label: str = ""
    filled: bool = False
    label_left: bool = False
    name: str = ""
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class Curve:
    """A line to judge points by, named at its last point; a ``strong`` one is the line of the figure."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    label: str = ""
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Points:
    """Points among curves; ``square`` gives both axes the same length, ``key`` names the marks of points."""

    name: str
    title: str
    alt: str
    points: tuple[Point, ...]
    curves: tuple[Curve, ...]
    x: Span
    y: Span
    square: bool = False
    key: tuple[tuple[str, Mark], ...] = ()


@dataclass(frozen=True, slots=True)
class Strip:
    """One quantity in every row: a dot per trial, a longer mark at the median where there is one.

    ``filled`` are dots of a second kind, ``ranges`` thin lines behind all of them; no entries mean that there are none.
    """

    span: Span
    dots: tuple[tuple[float, ...], ...]
    medians: tuple[float | None, ...]
    filled: tuple[tuple[float, ...], ...] = ()
    ranges: tuple[tuple[float, float] | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Strips:
    """Quantities side by side, the same rows in each; rows that are ``roomy`` keep near dots apart.

    ``filled`` names the second kind of dots, where there are any.
    """

    name: str
    title: str
    alt: str
    rows: tuple[str, ...]
    strips: tuple[Strip, ...]
    legend: tuple[str, str]
    filled: str = ""
    roomy: bool = False


@dataclass(frozen=True, slots=True)
class Rung:
    """One line of a ladder: where each treatment stands, and a word on it; no marks where nothing could be computed."""

    label: str
    marks: tuple[tuple[float, Mark], ...]
    cell: str = ""
    strong: bool = False
    filled: bool = True


@dataclass(frozen=True, slots=True)
class Ladder:
    """Every treatment on every line, so that one sees who passes whom; ``key`` names the marks."""

    name: str
    title: str
    alt: str
    rows: tuple[Rung, ...]
    span: Span
    column: str
    key: tuple[tuple[str, Mark], ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A treatment in an order; ``level`` is 0 on top, and one more below each treatment it stands under.

    ``short`` is its name where there is little room.
    """

    label: str
    short: str
    mark: Mark
    level: int


@dataclass(frozen=True, slots=True)
class Hasse:
    """An order that leaves pairs open: a line from a treatment down to those that stand directly under it.

    ``links`` are places of steps, the upper first.
    """

    name: str
    title: str
    alt: str
    steps: tuple[Step, ...]
    links: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """What a part of a bar stands for: its word, the sign by which it is known without colour, and its colour."""

    word: str
    sign: str
    colour: str


@dataclass(frozen=True, slots=True)
class Stack:
    """A bar of parts that add up to one; ``written`` is each part as it is read, and a ``strong`` bar is set off."""

    label: str
    shares: tuple[float, ...]
    written: tuple[str, ...]
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Stacks:
    """Bars of shares, one below the other, with the same kinds of parts in each."""

    name: str
    title: str
    alt: str
    rows: tuple[Stack, ...]
    kinds: tuple[Kind, ...]
    x_title: str
    ticks: tuple[tuple[float, str], ...]


Figure = Forest | Network | Panels | Density | Points | Strips | Ladder | Hasse | Stacks | Heat
