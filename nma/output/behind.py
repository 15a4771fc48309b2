"""The numbers behind every figure as tables, for those who cannot see it and for those who want to check it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from nma.output.axes import Axis
from nma.output.display import Cell, Column, Table
from nma.output.figures import (
    Density,
    Figure,
    Forest,
    ForestRow,
    Hasse,
    Interval,
    Ladder,
    Network,
    Panel,
    Panels,
    Points,
    RankSpan,
    Stacks,
    Strips,
)
from nma.output.heat import Heat
from nma.output.text import Text

_DIGITS = 3
"""Significant figures of a position that the figure itself does not write."""

Rows = list[tuple[Cell, ...]]


def behind(figure: Figure, text: Text) -> Table | None:
    """What a figure shows, as a table; nothing where it shows no number.

    Heavy curves are told at the ticks of their axis. A number that the figure writes stands as it is written there,
    any other in three significant figures.
    """
    make = _TABLES.get(type(figure))
    if make is None:
        return None
    heads, rows = make(figure, text)
    if not rows:
        return None
    numbers = [any(row[place].number for row in rows if place < len(row)) for place in range(len(heads))]
    columns = tuple(Column(head, number) for head, number in zip(heads, numbers, strict=True))
    return Table(text("form.caption", title=figure.title), columns, tuple(rows), wide=len(heads) > 5)


def tips(figure: Figure, table: Table | None) -> tuple[str, ...]:
    """What a pointer reads on each row, point or panel of a figure: the row of the table, under its heads."""
    if table is None or type(figure) in _WITHOUT_TIPS:
        return ()
    rows = ["\n".join(_line(table, row)) for row in table.rows]
    each = len(rows) // len(figure.panels) if isinstance(figure, Panels) else 1
    return tuple("\n".join(rows[at : at + each]) for at in range(0, len(rows), each))


def _line(table: Table, row: tuple[Cell, ...]) -> Iterable[str]:
    """The name of the row, then what stands under each head."""
    yield row[0].text
    for column, cell in zip(table.columns[1:], row[1:], strict=True):
        if cell.text not in ("", "–"):
            yield f"{column.text}: {cell.text}"


def place(text: Text, value: float) -> Cell:
    """A position on an axis, in three significant figures; it sorts by its value."""
    if not math.isfinite(value):
        return Cell(text.numbers.decimals(value, 0), number=True)
    digits = max(0, _DIGITS - 1 - math.floor(math.log10(abs(value)))) if value else 0
    return Cell(text.numbers.decimals(value, min(digits, 6)), number=True, order=value)


def _forest(figure: Forest, text: Text) -> tuple[list[str], Rows]:
    grouped = any(section.heading for section in figure.sections)
    every = [row for section in figure.sections for row in section.rows]
    extra = _extra(figure, every)
    heads = [*([text("form.group")] if grouped else []), text("form.row"), *figure.columns, *extra]
    rows = [
        (*([Cell(section.heading)] if grouped else []), *_forest_row(figure, row, text, extra))
        for section in figure.sections
        for row in section.rows
    ]
    return heads, rows


def _extra(figure: Forest, rows: Sequence[ForestRow]) -> dict[str, str]:
    """What a forest draws but does not write: its second interval, and ranks."""
    predictive = len(figure.columns) < 2 and figure.legend[1] and any(row.predictive for row in rows)
    found = {figure.legend[1]: "predictive"} if predictive and figure.legend[1] else {}
    return found | ({figure.rank_title: "rank"} if figure.ranks else {})


def _forest_row(figure: Forest, row: ForestRow, text: Text, extra: dict[str, str]) -> Iterable[Cell]:
    yield Cell(row.label, mark=row.mark)
    written = [*row.cells, *[""] * (len(figure.columns) - len(row.cells))]
    for column, cell in enumerate(written):
        yield Cell(cell or "–", number=True, order=row.estimate if column == 0 else None)
    for kind in extra.values():
        yield _predictive(figure.axis, row.predictive, text) if kind == "predictive" else _rank(row.rank, text)


def _predictive(axis: Axis, ends: Interval | None, text: Text) -> Cell:
    if ends is None:
        return Cell("–", number=True)
    write = text.numbers.ratio if axis.log else text.numbers.difference
    return Cell(text("interval", lower=write(ends.lower), upper=write(ends.upper)), number=True, order=ends.lower)


def _rank(span: RankSpan | None, text: Text) -> Cell:
    if span is None:
        return Cell("–", number=True)
    median, lower, upper = (text.numbers.general(it) for it in (span.median, span.lower, span.upper))
    ends = text("interval", lower=lower, upper=upper)
    return Cell(text("form.interval", median=median, interval=ends), number=True, order=span.median)


def _network(figure: Network, text: Text) -> tuple[list[str], Rows]:
    beside = zip(figure.nodes, _beside(figure, text), strict=True)
    rows: Rows = [(Cell(it.label, mark=it.mark), Cell(it.note, number=True), Cell(edges)) for it, edges in beside]
    return [text("form.node"), text("form.size"), text("form.edge")], rows


def _beside(figure: Network, text: Text) -> list[str]:
    """With whom each treatment was compared, and in how many trials."""
    found: list[list[str]] = [[] for _ in figure.nodes]
    for edge in figure.edges:
        for own, other in ((edge.start, edge.end), (edge.end, edge.start)):
            found[own].append(f"{figure.nodes[other].label} ({text.numbers.count(edge.count)})")
    return [", ".join(names) or text("form.none") for names in found]


def _panels(figure: Panels, text: Text) -> tuple[list[str], Rows]:
    ranks = range(1, 1 + max(len(panel.estimated) for panel in figure.panels))
    heads = [text("form.node"), text("form.line"), *(text("form.rank", number=rank) for rank in ranks)]
    lines = [(panel, kind) for panel in figure.panels for kind in (0, 1) if kind == 0 or panel.predictive]
    return heads, [_panel(figure, panel, kind, text) for panel, kind in lines]


def _panel(figure: Panels, panel: Panel, kind: int, text: Text) -> tuple[Cell, ...]:
    shares = panel.predictive if kind and panel.predictive else panel.estimated
    written = (Cell(text.numbers.percent(share), number=True, order=share) for share in shares)
    return Cell(panel.label, mark=panel.mark), Cell(figure.legend[kind] or "–"), *written


def _density(figure: Density, text: Text) -> tuple[list[str], Rows]:
    """The posterior by its median and interval, and both curves at the ticks of the axis."""
    ends = text(
        "interval", lower=place(text, figure.interval.lower).text, upper=place(text, figure.interval.upper).text
    )
    near = [_nearest(figure.grid, tick) for tick, _ in figure.ticks]
    heads = [text("form.curve"), text("form.median"), text("form.ends"), *(label for _, label in figure.ticks)]
    curves = ((figure.labels[1], figure.posterior), (figure.labels[0], figure.prior))
    summary = ((place(text, figure.median), Cell(ends, number=True)), (Cell("–", number=True), Cell("–", number=True)))
    return heads, [
        (Cell(label), *told, *(place(text, curve[k]) for k in near))
        for (label, curve), told in zip(curves, summary, strict=True)
    ]


def _nearest(grid: Sequence[float], value: float) -> int:
    return min(range(len(grid)), key=lambda place: abs(grid[place] - value))


def _points(figure: Points, text: Text) -> tuple[list[str], Rows]:
    rows: Rows = [
        (
            Cell(point.name or point.label or text("form.crowd"), mark=point.mark),
            place(text, point.x),
            place(text, point.y),
        )
        for point in figure.points
    ]
    return [text("form.point"), figure.x.title, figure.y.title], rows


def _strips(figure: Strips, text: Text) -> tuple[list[str], Rows]:
    heads = [text("form.row"), *(strip.span.title for strip in figure.strips)]
    return heads, [
        (
            Cell(row),
            *(
                _strip(strip.dots[at] + (strip.filled[at] if strip.filled else ()), strip.medians[at], text)
                for strip in figure.strips
            ),
        )
        for at, row in enumerate(figure.rows)
    ]


def _strip(dots: Sequence[float], median: float | None, text: Text) -> Cell:
    values = "; ".join(text.numbers.general(value) for value in sorted(dots)) or "–"
    if median is None:
        return Cell(values)
    return Cell(text("form.values", median=text.numbers.general(median), values=values), order=median)


def _ladder(figure: Ladder, text: Text) -> tuple[list[str], Rows]:
    heads = [text("form.row"), figure.column, *(name for name, _ in figure.key)]
    rows: Rows = []
    for rung in figure.rows:
        at = {mark: value for value, mark in rung.marks}
        shown = (place(text, at[mark]) if mark in at else Cell("–", number=True) for _, mark in figure.key)
        rows.append((Cell(rung.label), Cell(rung.cell or "–"), *shown))
    return heads, rows


def _stacks(figure: Stacks, text: Text) -> tuple[list[str], Rows]:
    heads = [text("form.row"), *(kind.word for kind in figure.kinds)]
    return heads, [
        (
            Cell(row.label),
            *(Cell(said, number=True, order=share) for said, share in zip(row.written, row.shares, strict=True)),
        )
        for row in figure.rows
    ]


def _hasse(figure: Hasse, text: Text) -> tuple[list[str], Rows]:
    """Each treatment with those to which a line goes down from it."""
    below = {step: [lower for upper, lower in figure.links if upper == step] for step in range(len(figure.steps))}
    rows: Rows = [
        (Cell(step.label, mark=step.mark), Cell(text.listed([figure.steps[it].label for it in below[at]]) or "–"))
        for at, step in enumerate(figure.steps)
    ]
    return [text("form.node"), text("form.below")], rows


def _heat(figure: Heat, text: Text) -> tuple[list[str], Rows]:
    shown = (zip(said, shares, strict=True) for said, shares in zip(figure.written, figure.shares, strict=True))
    rows: Rows = [
        (Cell(name), *(Cell(said or "–", number=True, order=share) for said, share in cells))
        for name, cells in zip(figure.rows, shown, strict=True)
    ]
    return [figure.titles[0], *figure.columns], rows


_WITHOUT_TIPS = (Density, Strips)
"""Whose table is not one row for each thing that a pointer rests on."""
_TABLES: dict[type, Callable[[Any, Text], tuple[list[str], Rows]]] = {
    Forest: _forest,
    Network: _network,
    Panels: _panels,
    Density: _density,
    Points: _points,
    Strips: _strips,
    Ladder: _ladder,
    Stacks: _stacks,
    Heat: _heat,
    Hasse: _hasse,
}
