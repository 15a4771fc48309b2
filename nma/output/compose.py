"""Composes the figure records out of the results: which rows, in which order, on which axis, with which words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from nma.output.axes import axis
from nma.output.figures import (
    Density,
    Edge,
    Forest,
    ForestRow,
    Interval,
    Network,
    Node,
    Panel,
    Panels,
    RankSpan,
    Section,
)
from nma.output.places import label_places
from nma.output.reading import Reading, Row, Side, effects
from nma.output.sentences import favours
from nma.output.text import clip

LONGEST_LABEL = 25
LONGEST_PANEL = 13
ROWS_PER_PART = 26
WIDEST_EDGE = 6


def answer_strip(reading: Reading) -> Forest:
    """The figure of the answer: each treatment against the reference, with its rank, best first."""
    text, reference = reading.text, reading.reference
    rows = tuple(_strip_row(reading, row) for row in reading.ranking)
    sides = favours(reading, text("axis.named"), clip(reading.short(reference), LONGEST_LABEL))
    title = text("axis.against", measure=reading.measure_code, reference=clip(reading.short(reference), LONGEST_LABEL))
    best = reading.ranking[0]
    alt = text(
        "alt.answer",
        best=reading.label(best["treatment"]),
        order=_names(reading, reading.ranked),
        reference=reading.label(reference),
    )
    return Forest(
        name="answer",
        title=text("figure.answer"),
        alt=alt,
        axis=axis(reading, ends(rows), sides, title),
        columns=(text("column.estimate", measure=reading.measure_code),),
        sections=(Section("", rows),),
        legend=legend(reading),
        ranks=len(rows),
        rank_title=text("axis.rank"),
    )


def forests(reading: Reading) -> tuple[Forest, ...]:
    """Each pair once, the better ranked first; in parts that fit a page, all on one axis."""
    text = reading.text
    rows = [(first, _pair_row(reading, first, second)) for first, second in reading.pairs()]
    shared = axis(reading, ends(row for _, row in rows), _pair_sides(reading), reading.measure_code)
    predictive = (text("column.predictive"),) if reading.random else ()
    columns = (text("column.estimate", measure=reading.measure_code), *predictive, text("column.trials"))
    clear = sum(reading.side(reading.effects[pair]) is not Side.NEITHER for pair in reading.pairs())
    forest = Forest(
        name="forest",
        title=text("figure.forest"),
        alt=text("alt.forest", count=len(rows), clear=clear, null=reading.null),
        axis=shared,
        columns=columns,
        sections=tuple(_section(reading, first, rows) for first in reading.ranked[:-1]),
        legend=legend(reading),
    )
    return in_parts(reading, forest)


def sensitivity(reading: Reading) -> tuple[Forest, ...]:
    """Each treatment against the reference, in the primary analysis (filled) and in every set fitted (open)."""
    text, reference = reading.text, reading.reference
    sets = [entry for entry in reading.results["sensitivity"] if not entry["error"]]
    if not sets:
        return ()
    sections = tuple(_set_section(reading, name, sets) for name in reading.ranked if name != reference)
    sides = favours(reading, text("axis.named_above"), clip(reading.short(reference), LONGEST_LABEL))
    title = text("axis.against", measure=reading.measure_code, reference=clip(reading.short(reference), LONGEST_LABEL))
    shared = axis(reading, ends(row for section in sections for row in section.rows), sides, title)
    forest = Forest(
        name="sensitivity",
        title=text("figure.sensitivity"),
        alt=text("alt.sensitivity", count=len(sets), reference=reading.label(reference)),
        axis=shared,
        columns=(text("column.estimate", measure=reading.measure_code),),
        sections=sections,
        legend=(text("legend.credible"), None),
    )
    return in_parts(reading, forest)


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
    bars = Panels(
        name="rank-probabilities",
        title=text("figure.ranks"),
        alt=text("alt.ranks", likeliest=text.listed([_likeliest(reading, row) for row in reading.ranking])),
        cumulative=False,
        panels=_panels(reading, "rank_probabilities"),
        x_title=text("axis.rank"),
        y_title=text("axis.probability"),
        y_ticks=tuple((share, f"{text.numbers.count(100 * share)}%") for share in (0.0, 0.5, 1.0)),
        legend=(text("legend.estimated"), text("legend.predictive_ranks") if reading.random else None),
    )
    curves = replace(
        bars,
        name="cumulative-ranks",
        title=text("figure.cumulative"),
        alt=text("alt.cumulative", sucra=text.listed([_sucra(reading, row) for row in reading.ranking])),
        cumulative=True,
        panels=_panels(reading, "cumulative"),
        y_title=text("axis.cumulative"),
    )
    return bars, curves


def heterogeneity(reading: Reading, found: Row | None) -> Density | None:
    """Prior and posterior of the between-trial standard deviation; nothing for a common-effect fit."""
    text = reading.text
    if found is None or not found.get("density"):
        return None
    density, numbers = found["density"], reading.text.numbers
    limits = text("interval", lower=numbers.decimals(found["lower"], 2), upper=numbers.decimals(found["upper"], 2))
    top = max(density["grid"])
    step = next(size for size in (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 100.0) if top / size <= 6 or size == 100.0)
    return Density(
        name="heterogeneity",
        title=text("figure.heterogeneity"),
        alt=text(
            "alt.heterogeneity", median=numbers.decimals(found["median"], 2), interval=limits, scale=found["scale"]
        ),
        grid=tuple(density["grid"]),
        prior=tuple(density["prior"]),
        posterior=tuple(density["posterior"]),
        interval=Interval(found["lower"], found["upper"]),
        median=found["median"],
        labels=(text("legend.prior"), text("legend.posterior")),
        x_title=text("axis.heterogeneity", scale=found["scale"]),
        ticks=tuple((step * k, numbers.general(step * k)) for k in range(int(top / step) + 1)),
    )


def legend(reading: Reading) -> tuple[str, str | None]:
    """Names of the black line and, where the model gives them, of the red one."""
    return reading.text("legend.credible"), reading.text("legend.predictive") if reading.random else None


def _names(reading: Reading, names: Iterable[str]) -> str:
    return reading.text.listed([reading.label(name) for name in names])


def ends(rows: Iterable[ForestRow]) -> list[float]:
    """The ends of all intervals, for an axis that holds them."""
    found: list[float] = []
    for row in rows:
        for interval in (row.credible, row.predictive):
            found += [interval.lower, interval.upper] if interval else []
    return found


def room_for(reading: Reading, name: str) -> str:
    """The label of a treatment where it fits, its short name otherwise."""
    label = reading.label(name)
    return label if len(label) <= LONGEST_LABEL else clip(reading.short(name), LONGEST_LABEL)


def _strip_row(reading: Reading, row: Row) -> ForestRow:
    name = row["treatment"]
    rank = RankSpan(row["median_rank"], row["rank_lower"], row["rank_upper"])
    label = room_for(reading, name)
    if name == reading.reference:
        return ForestRow(label, reading.marks[name], None, None, None, (reading.text("column.reference"),), rank=rank)
    effect = reading.effects[name, reading.reference]
    return replace(effect_row(reading, effect, label, (reading.estimate(effect),)), rank=rank)


def _pair_row(reading: Reading, first: str, second: str) -> ForestRow:
    effect = reading.effects[first, second]
    names = {
        "first": clip(reading.short(first), LONGEST_LABEL // 2),
        "second": clip(reading.short(second), LONGEST_LABEL // 2),
    }
    trials = reading.text.numbers.count(effect["direct_studies"])
    predictive = (reading.interval(effect, "predictive_"),) if reading.random else ()
    cells = (reading.estimate(effect), *predictive, trials)
    return effect_row(reading, effect, reading.text("pair", **names), cells)


def effect_row(reading: Reading, effect: Row, label: str, cells: tuple[str, ...]) -> ForestRow:
    """A line of a relative effect, under the mark of its treatment."""
    credible = Interval(effect["lower"], effect["upper"])
    return ForestRow(label, reading.marks[effect["treatment"]], effect["median"], credible, _predictive(effect), cells)


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
    heading = room_for(reading, first)
    return Section(heading if len(reading.ranked) > 3 else "", own)


def in_parts(reading: Reading, forest: Forest) -> tuple[Forest, ...]:
    """A forest cut into parts that fit a page, all on its axis."""
    parts = _parts(forest.sections)
    return tuple(
        replace(
            forest,
            name=f"{forest.name}-{place}" if len(parts) > 1 else forest.name,
            title=part_title(reading, forest.title, place, len(parts)),
            sections=part,
        )
        for place, part in enumerate(parts, start=1)
    )


def _parts(sections: Sequence[Section]) -> list[tuple[Section, ...]]:
    """Sections in parts that fit a page."""
    parts: list[tuple[Section, ...]] = []
    for section in sections:
        if parts and sum(len(it.rows) + 1 for it in (*parts[-1], section)) <= ROWS_PER_PART:
            parts[-1] = (*parts[-1], section)
        else:
            parts.append((section,))
    return parts


def part_title(reading: Reading, title: str, number: int, count: int) -> str:
    """The title of a figure, with its number where there are several parts."""
    return title if count == 1 else reading.text("figure.part", title=title, number=number, parts=count)


def _set_section(reading: Reading, name: str, sets: Sequence[Row]) -> Section:
    pair = (name, reading.reference)
    rows = [_set_row(reading, reading.effects[pair], reading.text("sensitivity.primary"), filled=True)]
    for entry in sets:
        effect = effects(entry["relative_effects"]).get(pair)
        if effect is not None:
            rows.append(_set_row(reading, effect, clip(str(entry["title"]), LONGEST_LABEL), filled=False))
    return Section(room_for(reading, name), tuple(rows))


def _set_row(reading: Reading, effect: Row, label: str, filled: bool) -> ForestRow:
    return replace(effect_row(reading, effect, label, (reading.estimate(effect),)), predictive=None, filled=filled)


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
    most = max([WIDEST_EDGE, *(len(row["studies"]) for row in found)])
    ends = [(names.index(row["treatment"]), names.index(row["versus"])) for row in found]
    places = label_places([(_circle(start, len(names)), _circle(end, len(names))) for start, end in ends])
    return tuple(
        Edge(*pair, len(row["studies"]), len(row["studies"]) / most, place)
        for pair, row, place in zip(ends, found, places, strict=True)
    )


def _edge_words(reading: Reading, names: Sequence[str], edges: Sequence[Edge]) -> str:
    said = [
        reading.text(
            "alt.edge", first=reading.short(names[edge.start]), second=reading.short(names[edge.end]), count=edge.count
        )
        for edge in edges
    ]
    return reading.text.listed(said)


def _panels(reading: Reading, kind: str) -> tuple[Panel, ...]:
    return tuple(
        Panel(
            label=clip(reading.short(row["treatment"]), LONGEST_PANEL),
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
