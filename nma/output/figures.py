"""Figures as data: positions, labels, intervals, colours and the words of the alternative text. Nothing is drawn here."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nma.output.axes import Axis, axis
from nma.output.palette import Mark
from nma.output.places import label_places
from nma.output.reading import Reading, Row, Side, effects
from nma.output.sentences import favours
from nma.output.text import clip

LONGEST_LABEL = 26
ROWS_PER_PART = 26


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
    """A direct comparison between two nodes, ``share`` of the most studied edge's trials; its number stands ``label_at`` of the way."""

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


def answer_strip(reading: Reading) -> Forest:
    """The figure of the answer: each treatment against the reference, with its rank, best first."""
    text, reference = reading.text, reading.reference
    rows = tuple(_strip_row(reading, row) for row in reading.ranking)
    sides = favours(reading, text("axis.named"), clip(reading.short(reference), LONGEST_LABEL))
    title = text("axis.against", measure=reading.measure_code, reference=clip(reading.short(reference), LONGEST_LABEL))
    best = reading.ranking[0]
    alt = text("alt.answer", best=reading.label(best["treatment"]), order=_names(reading, reading.ranked), reference=reading.label(reference))
    return Forest(
        name="answer",
        title=text("figure.answer"),
        alt=alt,
        axis=axis(reading, _values(rows), sides, title),
        columns=(text("column.estimate", measure=reading.measure_code),),
        sections=(Section("", rows),),
        legend=_legend(reading),
        ranks=len(rows),
        rank_title=text("axis.rank"),
    )


def forests(reading: Reading) -> tuple[Forest, ...]:
    """Each pair once, the better ranked first; in parts that fit a page, all on one axis."""
    text = reading.text
    rows = [(first, _pair_row(reading, first, second)) for first, second in reading.pairs()]
    shared = axis(reading, _values(row for _, row in rows), _pair_sides(reading), reading.measure_code)
    columns = (text("column.estimate", measure=reading.measure_code), text("column.predictive"), text("column.trials"))
    columns = columns if reading.random else (columns[0], columns[2])
    parts = _parts([_section(reading, first, rows) for first in reading.ranked[:-1]])
    clear = sum(reading.side(reading.effects[pair]) is not Side.NEITHER for pair in reading.pairs())
    return tuple(
        Forest(
            name=f"forest-{number}" if len(parts) > 1 else "forest",
            title=_part_title(reading, text("figure.forest"), number, len(parts)),
            alt=text("alt.forest", count=len(rows), clear=clear, null=reading.null),
            axis=shared,
            columns=columns,
            sections=part,
            legend=_legend(reading),
        )
        for number, part in enumerate(parts, start=1)
    )


def sensitivity(reading: Reading) -> tuple[Forest, ...]:
    """Each treatment against the reference in the primary analysis (filled) and in every set that could be fitted (open)."""
    text, reference = reading.text, reading.reference
    sets = [entry for entry in reading.results["sensitivity"] if not entry["error"]]
    if not sets:
        return ()
    sections = [_set_section(reading, name, sets) for name in reading.ranked if name != reference]
    sides = favours(reading, text("axis.named_above"), clip(reading.short(reference), LONGEST_LABEL))
    title = text("axis.against", measure=reading.measure_code, reference=clip(reading.short(reference), LONGEST_LABEL))
    shared = axis(reading, _values(row for section in sections for row in section.rows), sides, title)
    parts = _parts(sections)
    return tuple(
        Forest(
            name=f"sensitivity-{number}" if len(parts) > 1 else "sensitivity",
            title=_part_title(reading, text("figure.sensitivity"), number, len(parts)),
            alt=text("alt.sensitivity", count=len(sets), reference=reading.label(reference)),
            axis=shared,
            columns=(text("column.estimate", measure=reading.measure_code),),
            sections=part,
            legend=(text("legend.credible"), None),
        )
        for number, part in enumerate(parts, start=1)
    )


def network(reading: Reading) -> Network:
    """Treatments on a circle in the order of the ids; edges by their number of trials."""
    text, names = reading.text, sorted(reading.results["treatments"])
    largest = max(reading.details[name]["participants"] for name in names) or 1
    edges = _edges(reading, names)
    return Network(
        name="network",
        title=text("figure.network"),
        alt=text("alt.network", treatments=len(names), count=len(edges), edges=_edge_words(reading, names, edges)),
        nodes=tuple(_node(reading, name, index, len(names), largest) for index, name in enumerate(names)),
        edges=edges,
    )


def rank_panels(reading: Reading) -> tuple[Panels, Panels]:
    """Rank probabilities and cumulative curves, a panel per treatment, best first."""
    text = reading.text
    likeliest = text.listed([_likeliest(reading, row) for row in reading.ranking])
    legend = (text("legend.estimated"), text("legend.predictive_ranks") if reading.random else None)
    shown = {"x_title": text("axis.rank"), "legend": legend}
    bars = Panels(
        name="rank-probabilities",
        title=text("figure.ranks"),
        alt=text("alt.ranks", likeliest=likeliest),
        cumulative=False,
        panels=_panels(reading, "rank_probabilities"),
        y_title=text("axis.probability"),
        **shown,  # type: ignore[arg-type]
    )
    curves = Panels(
        name="cumulative-ranks",
        title=text("figure.cumulative"),
        alt=text("alt.cumulative", sucra=text.listed([_sucra(reading, row) for row in reading.ranking])),
        cumulative=True,
        panels=_panels(reading, "cumulative"),
        y_title=text("axis.cumulative"),
        **shown,  # type: ignore[arg-type]
    )
    return bars, curves


def heterogeneity(reading: Reading) -> Density | None:
    """Prior and posterior of the between-trial standard deviation; nothing for a common-effect fit."""
    found, text = reading.results["heterogeneity"], reading.text
    if found is None or not found.get("density"):
        return None
    density, numbers = found["density"], reading.text.numbers
    limits = text("interval", lower=numbers.decimals(found["lower"], 2), upper=numbers.decimals(found["upper"], 2))
    top = max(density["grid"])
    step = next(size for size in (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 100.0) if top / size <= 6 or size == 100.0)
    return Density(
        name="heterogeneity",
        title=text("figure.heterogeneity"),
        alt=text("alt.heterogeneity", median=numbers.decimals(found["median"], 2), interval=limits, scale=found["scale"]),
        grid=tuple(density["grid"]),
        prior=tuple(density["prior"]),
        posterior=tuple(density["posterior"]),
        interval=Interval(found["lower"], found["upper"]),
        median=found["median"],
        labels=(text("legend.prior"), text("legend.posterior")),
        x_title=text("axis.heterogeneity", scale=found["scale"]),
        ticks=tuple((step * k, numbers.general(step * k)) for k in range(int(top / step) + 1)),
    )


def _legend(reading: Reading) -> tuple[str, str | None]:
    return reading.text("legend.credible"), reading.text("legend.predictive") if reading.random else None


def _names(reading: Reading, names: Iterable[str]) -> str:
    return reading.text.listed([reading.label(name) for name in names])


def _values(rows: Iterable[ForestRow]) -> list[float]:
    found: list[float] = []
    for row in rows:
        for interval in (row.credible, row.predictive):
            found += [interval.lower, interval.upper] if interval else []
    return found


def _strip_row(reading: Reading, row: Row) -> ForestRow:
    name = row["treatment"]
    rank = RankSpan(row["median_rank"], row["rank_lower"], row["rank_upper"])
    label = clip(reading.label(name), LONGEST_LABEL)
    if name == reading.reference:
        return ForestRow(label, reading.marks[name], None, None, None, (reading.text("column.reference"),), True, rank)
    effect = reading.effects[name, reading.reference]
    return _row(reading, effect, label, name, (reading.estimate(effect),), rank)


def _pair_row(reading: Reading, first: str, second: str) -> ForestRow:
    effect = reading.effects[first, second]
    names = {"first": clip(reading.short(first), LONGEST_LABEL // 2), "second": clip(reading.short(second), LONGEST_LABEL // 2)}
    trials = reading.text.numbers.count(effect["direct_studies"])
    cells = (reading.estimate(effect), reading.interval(effect, "predictive_"), trials)
    cells = cells if reading.random else (cells[0], cells[2])
    return _row(reading, effect, reading.text("pair", **names), first, cells)


def _row(reading: Reading, effect: Row, label: str, name: str, cells: tuple[str, ...], rank: RankSpan | None = None) -> ForestRow:  # noqa: PLR0913
    credible = Interval(effect["lower"], effect["upper"])
    return ForestRow(label, reading.marks[name], effect["median"], credible, _predictive(effect), cells, True, rank)


def _predictive(effect: Row) -> Interval | None:
    if effect["predictive_lower"] is None:
        return None
    return Interval(effect["predictive_lower"], effect["predictive_upper"])


def _pair_sides(reading: Reading) -> tuple[str, str]:
    if len(reading.ranked) == 2:
        first, second = (clip(reading.short(name), LONGEST_LABEL) for name in reading.ranked)
        return favours(reading, first, second)
    return favours(reading, reading.text("axis.first"), reading.text("axis.second"))


def _section(reading: Reading, first: str, rows: Sequence[tuple[str, ForestRow]]) -> Section:
    own = tuple(row for name, row in rows if name == first)
    heading = clip(reading.label(first), LONGEST_LABEL)
    return Section(heading if len(reading.ranked) > 3 else "", own)


def _parts(sections: Sequence[Section]) -> list[tuple[Section, ...]]:
    parts: list[tuple[Section, ...]] = []
    for section in sections:
        if parts and sum(len(it.rows) + 1 for it in (*parts[-1], section)) <= ROWS_PER_PART:
            parts[-1] = (*parts[-1], section)
        else:
            parts.append((section,))
    return parts


def _part_title(reading: Reading, title: str, number: int, count: int) -> str:
    return title if count == 1 else reading.text("figure.part", title=title, number=number, parts=count)


def _set_section(reading: Reading, name: str, sets: Sequence[Row]) -> Section:
    effect = reading.effects[name, reading.reference]
    rows = [_row(reading, effect, reading.text("sensitivity.primary"), name, (reading.estimate(effect),))]
    for entry in sets:
        found = effects(entry["relative_effects"]).get((name, reading.reference))
        label = clip(str(entry["title"]), LONGEST_LABEL)
        if found is not None:
            made = _row(reading, found, label, name, (reading.estimate(found),))
            rows.append(ForestRow(made.label, made.mark, made.estimate, made.credible, None, made.cells, filled=False))
    first = rows[0]
    rows[0] = ForestRow(first.label, first.mark, first.estimate, first.credible, None, first.cells)
    return Section(clip(reading.label(name), 2 * LONGEST_LABEL), tuple(rows))


def _node(reading: Reading, name: str, index: int, count: int, largest: int) -> Node:
    x, y = _circle(index, count)
    people = reading.details[name]["participants"]
    note = reading.text("figure.participants", count=people)
    label = clip(reading.short(name), LONGEST_LABEL)
    return Node(name, label, note, x, y, people / largest, reading.marks[name])


def _circle(index: int, count: int) -> tuple[float, float]:
    turn = 1 - 2 * index / count if count == 2 else 0.5 - 2 * index / count
    return math.cos(math.pi * turn), math.sin(math.pi * turn)


def _edges(reading: Reading, names: Sequence[str]) -> tuple[Edge, ...]:
    found = reading.evidence["comparisons"]
    most = max((len(row["studies"]) for row in found), default=1)
    ends = [(names.index(row["treatment"]), names.index(row["versus"])) for row in found]
    places = label_places([tuple(_circle(end, len(names)) for end in pair) for pair in ends])  # type: ignore[misc]
    return tuple(
        Edge(*pair, len(row["studies"]), len(row["studies"]) / most, place)
        for pair, row, place in zip(ends, found, places, strict=True)
    )


def _edge_words(reading: Reading, names: Sequence[str], edges: Sequence[Edge]) -> str:
    said = [
        reading.text("alt.edge", first=reading.short(names[edge.start]), second=reading.short(names[edge.end]), count=edge.count)
        for edge in edges
    ]
    return reading.text.listed(said)


def _panels(reading: Reading, kind: str) -> tuple[Panel, ...]:
    return tuple(
        Panel(
            label=clip(reading.short(row["treatment"]), LONGEST_LABEL // 2 + 3),
            mark=reading.marks[row["treatment"]],
            estimated=tuple(row[kind]),
            predictive=None if row[f"predictive_{kind}"] is None else tuple(row[f"predictive_{kind}"]),
        )
        for row in reading.ranking
    )


def _likeliest(reading: Reading, row: Row) -> str:
    shares = row["rank_probabilities"]
    rank = max(range(len(shares)), key=shares.__getitem__)
    share = reading.text.numbers.percent(shares[rank])
    return reading.text("alt.likeliest", name=reading.label(row["treatment"]), rank=rank + 1, share=share)


def _sucra(reading: Reading, row: Row) -> str:
    return f"{reading.label(row['treatment'])} {reading.text.numbers.percent(row['sucra'])}"
