"""Figures as data: positions, labels, intervals, colours and alternative text. Nothing is drawn here."""

from __future__ import annotations

from dataclasses import dataclass

from nma.output.axes import Axis
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
    """One line of a forest: an estimate with its intervals, none of them for the reference itself."""

    label: str
    mark: Mark
    estimate: float | None
    credible: Interval | None
    predictive: Interval | None
    cells: tuple[str, ...]
    filled: bool = True
    rank: RankSpan | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """Lines under one heading."""

    heading: str
    rows: tuple[ForestRow, ...]


@dataclass(frozen=True, slots=True)
class Forest:
    """Estimates with credible (black) and predictive (red) intervals on one axis, and columns of text.

    ``rank_title`` is set when each row also shows its rank, from 1 to ``ranks``.
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


Figure = Forest | Network | Panels | Density
