"""The only matplotlib: draws the figure records to SVG text, the same bytes each time, wide and narrow."""

from __future__ import annotations

import io
import math
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from enum import Enum
from functools import lru_cache
from html import escape
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Canvas
from matplotlib.transforms import ScaledTranslation, blended_transform_factory

from nma.output.axes import Axis
from nma.output.figures import (
    Density,
    Edge,
    Figure,
    Forest,
    ForestRow,
    Interval,
    Network,
    Node,
    Panel,
    Panels,
    RankSpan,
)
from nma.output.palette import INK, PREDICTIVE, QUIET, RULE, Mark

FONTS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
_STYLE: Any = {
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.family": "DejaVu Sans",
    "font.size": 9.5,
    "text.color": INK,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
_PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
_WHOLE_PAGE = re.compile(r"\s*<metadata>.*?</metadata>|\s*<defs>\s*<style.*?</style>\s*</defs>", flags=re.S)
_JOINS = 'stroke-linejoin="round" stroke-linecap="butt"'
_IDS = re.compile(r'(\bid="|url\(#|xlink:href="#|(?<!:)href="#)')


class Layout(Enum):
    """Width of a figure in inches: a printed page or screen, and a telephone."""

    WIDE = 8.0
    NARROW = 3.5


@lru_cache(maxsize=128)
def draw(figure: Figure, layout: Layout = Layout.WIDE) -> str:
    """SVG text of a figure record.

    Returns
    -------
    str
        An ``svg`` element with title and description, ids of its own, and text that stays text.
    """
    name = f"{figure.name}-{layout.name.lower()}"
    with _drawing(name):
        canvas = Canvas()
        FigureCanvasSVG(canvas)
        _DRAWERS[type(figure)](canvas, figure, layout)
        stream = io.StringIO()
        canvas.savefig(stream, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return _finish(stream.getvalue(), name, figure.title, figure.alt)


def standalone(figure: Figure) -> str:
    """SVG file of a figure record, in the wide layout."""
    svg = draw(figure, Layout.WIDE).replace(' class="figure"', f' font-family="{FONTS}"')
    return f'<?xml version="1.0" encoding="utf-8"?>\n{svg}\n'


@contextmanager
def _drawing(salt: str) -> Iterator[None]:
    with matplotlib.rc_context(_STYLE | {"svg.hashsalt": salt}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r".*[Gg]lyph.*missing")
        warnings.filterwarnings("ignore", message=r".*does not support.*natively")
        yield


def _finish(svg: str, name: str, title: str, alt: str) -> str:
    body = svg[svg.index("<svg") :]
    body = _WHOLE_PAGE.sub("", body)
    body = _IDS.sub(lambda found: f"{found.group(1)}{name}-", body)
    body = re.sub(r"'DejaVu Sans'(, sans-serif)?", FONTS, body)
    end = body.index(">")
    words = f'<title id="{name}-title">{escape(title)}</title>\n <desc id="{name}-desc">{escape(alt)}</desc>'
    head = re.sub(r'\s(width|height)="[^"]*"', "", body[:end])
    width = re.search(r'viewBox="0 0 ([\d.]+) ', head)
    size = f' style="max-width:{float(width.group(1)) * 96 / 72:.0f}px"' if width else ""
    named = f'role="img" aria-labelledby="{name}-title {name}-desc" class="figure"{size}'
    return f"{head} {_JOINS} {named}>\n {words}{body[end + 1 :]}"


def _forest(canvas: Canvas, figure: Forest, layout: Layout) -> None:
    wide = layout is Layout.WIDE
    line = 0.27 if wide else 0.47
    rows = [(section.heading, row) for section in figure.sections for row in section.rows]
    headings = sum(bool(section.heading) for section in figure.sections)
    lines = len(rows) + headings * (0.95 if wide else 0.6)
    top, bottom = 0.36, 1.0 if wide else 1.22 + (0.2 if figure.legend[1] else 0)
    height = lines * line + top + bottom
    canvas.set_size_inches(layout.value, height)
    columns = _columns(figure, layout)
    plot = canvas.add_axes((columns[0], bottom / height, columns[1] - columns[0], lines * line / height))
    plot.set_ylim(lines - 0.5, -0.5)
    _value_axis(plot, figure.axis)
    ranks = _rank_axes(canvas, plot, figure) if wide and figure.ranks else None
    _column_titles(plot, figure, columns, layout)
    _forest_rows(plot, ranks, figure, (columns, layout))
    _legend(canvas, figure.legend, wide)


def _columns(figure: Forest, layout: Layout) -> list[float]:
    """Left and right of the plot, then the left of each text column, in shares of the width."""
    if layout is Layout.NARROW:
        return [0.03, 0.97]
    if figure.ranks:
        return [0.265, 0.575, 0.595]
    return {1: [0.265, 0.76, 0.79], 2: [0.25, 0.68, 0.71, 0.93], 3: [0.225, 0.565, 0.585, 0.785, 0.94]}[
        len(figure.columns)
    ]


def _canvas(plot: Axes) -> Any:
    """The figure that axes stand in."""
    return plot.figure


def _value_axis(plot: Axes, axis: Axis) -> None:
    plot.set_xscale("log" if axis.log else "linear")
    plot.set_xlim(axis.lower, axis.upper)
    plot.minorticks_off()
    plot.set_xticks([place for place, _ in axis.ticks], [label for _, label in axis.ticks])
    plot.set_yticks([])
    plot.spines["left"].set_visible(False)
    plot.axvline(axis.null, color=QUIET, linewidth=0.9, zorder=0)
    for place, _ in axis.ticks:
        plot.axvline(place, color=RULE, linewidth=0.4, zorder=-1)
    _sides(plot, axis)


def _sides(plot: Axes, axis: Axis) -> None:
    """Below the axis: whom each side favours; one below the other where space is short."""
    width, height = _canvas(plot).get_size_inches()
    base, narrow = plot.get_position().y0 * height, width < Layout.WIDE.value
    inches = _canvas(plot).dpi_scale_trans
    at_null = blended_transform_factory(plot.transData, inches)
    at_edge = blended_transform_factory(plot.transAxes, inches)
    left, right = f"← {axis.left}", f"{axis.right} →"
    style: dict[str, Any] = {"va": "center", "fontsize": 9}
    if narrow:
        plot.text(0, base - 0.37, left, transform=at_edge, ha="left", **style)
        plot.text(1, base - 0.55, right, transform=at_edge, ha="right", **style)
    else:
        for label, gap, anchor in ((left, -6 / 72, "right"), (right, 6 / 72, "left")):
            aside = at_null + ScaledTranslation(gap, 0, inches)
            plot.text(axis.null, base - 0.38, label, transform=aside, ha=anchor, **style)
    plot.text(0.5, base - (0.74 if narrow else 0.59), axis.title, transform=at_edge, ha="center", color=QUIET, **style)


def _rank_axes(canvas: Canvas, plot: Axes, figure: Forest) -> Axes:
    box = plot.get_position()
    ranks = canvas.add_axes((0.80, box.y0, 0.18, box.height))
    ranks.set_ylim(plot.get_ylim())
    ranks.set_xlim(0.6, figure.ranks + 0.4)
    ranks.set_xticks(_rank_ticks(figure.ranks))
    ranks.set_yticks([])
    ranks.spines["left"].set_visible(False)
    ranks.set_xlabel(figure.rank_title, fontsize=9)
    for place in _rank_ticks(figure.ranks):
        ranks.axvline(place, color=RULE, linewidth=0.4, zorder=-1)
    return ranks


def _rank_ticks(count: int) -> list[int]:
    return list(range(1, count + 1)) if count <= 8 else [1, (count + 1) // 2, count]


def _column_titles(plot: Axes, figure: Forest, columns: list[float], layout: Layout) -> None:
    place = blended_transform_factory(_canvas(plot).transFigure, plot.transAxes)
    above = 1 + 0.1 / (plot.get_position().height * _canvas(plot).get_size_inches()[1])
    style: dict[str, Any] = {"transform": place, "va": "bottom", "fontsize": 9, "color": QUIET}
    if layout is Layout.NARROW:
        plot.text(0.97, above, figure.columns[0], ha="right", **style)
        return
    for x, title in zip(columns[2:], figure.columns, strict=True):
        plot.text(x, above, title, ha="left", **style)


def _forest_rows(plot: Axes, ranks: Axes | None, figure: Forest, place: tuple[list[float], Layout]) -> None:
    wide = place[1] is Layout.WIDE
    y = 0.0
    across = blended_transform_factory(_canvas(plot).transFigure, plot.transData)
    for section in figure.sections:
        if section.heading:
            plot.text(
                0.01 if wide else 0.03,
                y - 0.02,
                section.heading,
                transform=across,
                va="center",
                fontweight="bold",
                bbox=_PAPER,
            )
            y += 0.95 if wide else 0.6
        for row in section.rows:
            _row_text(plot, row, y, place)
            _row_marks(plot, figure.axis, row, y if wide else y + 0.18)
            if ranks is not None and row.rank is not None:
                _row_rank(ranks, row.rank, row.mark, y)
            y += 1


def _row_text(plot: Axes, row: ForestRow, y: float, place: tuple[list[float], Layout]) -> None:
    columns, layout = place
    across = blended_transform_factory(_canvas(plot).transFigure, plot.transData)
    if layout is Layout.NARROW:
        plot.text(0.03, y - 0.2, row.label, transform=across, va="center", bbox=_PAPER)
        plot.text(0.97, y - 0.2, row.cells[0], transform=across, va="center", ha="right", bbox=_PAPER)
        return
    plot.text(0.025, y, row.label, transform=across, va="center")
    for x, cell in zip(columns[2:], row.cells, strict=True):
        plot.text(x, y, cell, transform=across, va="center", fontsize=9)


def _row_marks(plot: Axes, axis: Axis, row: ForestRow, y: float) -> None:
    if row.predictive:
        _interval(plot, axis, row.predictive, (y, PREDICTIVE, 1.1))
    if row.credible:
        _interval(plot, axis, row.credible, (y, INK, 2.4))
    place = axis.null if row.estimate is None else min(max(row.estimate, axis.lower), axis.upper)
    _marker(plot, (place, y), row.mark, filled=row.filled and row.estimate is not None)


def _interval(plot: Axes, axis: Axis, interval: Interval, look: tuple[float, str, float]) -> None:
    y, colour, width = look
    low, high = max(interval.lower, axis.lower), min(interval.upper, axis.upper)
    if low > high:
        low = high = axis.lower if interval.upper < axis.lower else axis.upper
    plot.plot([low, high], [y, y], color=colour, linewidth=width, solid_capstyle="butt", zorder=2 if width < 2 else 3)
    for end, limit, arrow in ((interval.lower, axis.lower, "<"), (interval.upper, axis.upper, ">")):
        beyond = end < limit if arrow == "<" else end > limit
        if beyond:
            plot.plot([limit], [y], marker=arrow, color=colour, markersize=4.5, clip_on=False, zorder=4)
        elif width < 2:
            plot.plot([end], [y], marker="|", color=colour, markersize=6, markeredgewidth=1.1, zorder=2)


def _marker(plot: Axes, place: tuple[float, float], mark: Mark, filled: bool = True, size: float = 7.5) -> None:
    face, edge, width = (mark.colour, INK, 0.7) if filled else ("white", mark.colour, 1.8)
    look: dict[str, Any] = {"color": face, "markeredgecolor": edge, "markeredgewidth": width}
    plot.plot(*place, marker=mark.shape.code, markersize=size, clip_on=False, zorder=6, **look)


def _row_rank(ranks: Axes, span: RankSpan, mark: Mark, y: float) -> None:
    ranks.plot([span.lower, span.upper], [y, y], color=INK, linewidth=2.4, solid_capstyle="butt", zorder=3)
    _marker(ranks, (span.median, y), mark)


def _legend(canvas: Canvas, legend: tuple[str, str | None], wide: bool, look: tuple[str, float] = (INK, 2.4)) -> None:
    """A sample of each line with its name, side by side or, on a telephone, one below the other."""
    width, height = canvas.get_size_inches()
    length = 0.3 / width
    for index, (label, colour, weight) in enumerate(((legend[0], *look), (legend[1], PREDICTIVE, 1.3))):
        if label is None:
            continue
        x = 0.03 + (0.34 * index if wide else 0)
        y = (0.16 + (0.0 if wide or legend[1] is None else (1 - index) * 0.19)) / height
        _sample(canvas, (x, y, length), colour, weight)
        canvas.text(x + 1.3 * length, y, label, va="center", fontsize=9)


def _sample(canvas: Canvas, place: tuple[float, float, float], colour: str, width: float) -> None:
    x, y, length = place
    line = matplotlib.lines.Line2D([x, x + length], [y, y], color=colour, linewidth=width, transform=canvas.transFigure)
    canvas.add_artist(line)


def _network(canvas: Canvas, figure: Network, layout: Layout) -> None:
    wide = layout is Layout.WIDE
    crowd = len(figure.nodes) > 8
    height = (5.6 if crowd else 4.3) if wide else (4.3 if crowd else 3.5)
    canvas.set_size_inches(layout.value, height)
    plot = canvas.add_axes((0, 0, 1, 1))
    plot.axis("off")
    across = 1.5 * layout.value / height if wide else 2.25
    plot.set_xlim(-across, across)
    plot.set_ylim(-1.45, 1.45)
    for edge in figure.edges:
        _edge(plot, figure, edge)
    for node in figure.nodes:
        size = max(5.0, (34 if crowd else 46) * math.sqrt(node.share) * (1 if wide else 0.75))
        _node(plot, node, size)
        _node_label(plot, node, size)


def _edge(plot: Axes, figure: Network, edge: Edge) -> None:
    start, end = figure.nodes[edge.start], figure.nodes[edge.end]
    plot.plot(
        [start.x, end.x],
        [start.y, end.y],
        color="#9a9a9a",
        linewidth=0.8 + 9 * edge.share,
        zorder=1,
        solid_capstyle="butt",
    )
    plot.text(
        start.x + edge.label_at * (end.x - start.x),
        start.y + edge.label_at * (end.y - start.y),
        str(edge.count),
        ha="center",
        va="center",
        fontsize=9,
        zorder=3,
        bbox={"boxstyle": "round,pad=0.2", "facecolor": "white", "edgecolor": "none"},
    )


def _node(plot: Axes, node: Node, size: float) -> None:
    """A disc whose area counts the participants, with the treatment's shape on it."""
    plot.plot(
        [node.x],
        [node.y],
        marker="o",
        markersize=size,
        color=node.mark.colour,
        markeredgecolor=INK,
        markeredgewidth=0.7,
        zorder=5,
    )
    _marker(plot, (node.x, node.y), replace(node.mark, colour="white"))


def _node_label(plot: Axes, node: Node, size: float) -> None:
    anchor = "center" if abs(node.x) < 0.3 else "left" if node.x > 0 else "right"
    side = 0 if anchor == "center" else math.copysign(1, node.x)
    away = max(size, 8) / 2 + 5
    shift = (side * away, (math.copysign(away + 9, node.y) if anchor == "center" else 0))
    plot.annotate(
        f"{node.label}\n{node.note}",
        (node.x, node.y),
        xytext=shift,
        textcoords="offset points",
        ha=anchor,
        va="center",
        fontsize=9,
        linespacing=1.3,
        zorder=7,
    )


def _panels(canvas: Canvas, figure: Panels, layout: Layout) -> None:
    wide = layout is Layout.WIDE
    columns = min(len(figure.panels), (5 if len(figure.panels) <= 5 else 4) if wide else 2)
    rows = math.ceil(len(figure.panels) / columns)
    cell, bottom = 1.72, 0.55 if wide or not figure.legend[1] else 0.75
    height = rows * cell + bottom
    canvas.set_size_inches(layout.value, height)
    left, width = 0.7 / layout.value, 1 - 0.75 / layout.value
    for index, panel in enumerate(figure.panels):
        row, column = divmod(index, columns)
        x, y = left + column * width / columns, 1 - ((row + 1) * cell - 0.28) / height
        plot = canvas.add_axes((x, y, width / columns - 0.22 / layout.value, (cell - 0.62) / height))
        _panel(plot, figure, panel)
        if column:
            plot.set_yticklabels([])
    style: dict[str, Any] = {"fontsize": 9, "color": QUIET, "va": "center"}
    canvas.text(0.1 / layout.value, 1 - (rows * cell / 2) / height, figure.y_title, rotation=90, ha="center", **style)
    canvas.text(0.5 + left / 2, (bottom - 0.08) / height, figure.x_title, ha="center", **style)
    _legend(canvas, figure.legend, wide, ("#9a9a9a", 6.0))


def _panel(plot: Axes, figure: Panels, panel: Panel) -> None:
    ranks = list(range(1, len(panel.estimated) + 1))
    plot.set_title(panel.label, fontsize=9, loc="left", pad=7, x=0.12)
    plot.plot(
        [0.04],
        [1.13],
        marker=panel.mark.shape.code,
        color=panel.mark.colour,
        markeredgecolor=INK,
        markeredgewidth=0.7,
        markersize=7,
        transform=plot.transAxes,
        clip_on=False,
    )
    plot.set_ylim(0, 1.02)
    plot.set_xlim(0.4, len(ranks) + 0.6)
    plot.set_xticks(_rank_ticks(len(ranks)))
    plot.set_yticks([place for place, _ in figure.y_ticks], [label for _, label in figure.y_ticks])
    plot.tick_params(length=2.5, labelsize=9)
    (_curve if figure.cumulative else _bars)(plot, ranks, panel)


def _bars(plot: Axes, ranks: list[int], panel: Panel) -> None:
    plot.bar(ranks, panel.estimated, width=0.72, color=panel.mark.colour, edgecolor=INK, linewidth=0.6, zorder=2)
    if panel.predictive:
        for rank, share in zip(ranks, panel.predictive, strict=True):
            plot.plot(
                [rank - 0.42, rank + 0.42],
                [share, share],
                color=PREDICTIVE,
                linewidth=1.6,
                zorder=4,
                solid_capstyle="butt",
            )


def _curve(plot: Axes, ranks: list[int], panel: Panel) -> None:
    plot.plot(ranks, panel.estimated, color=INK, linewidth=3.4, zorder=2, clip_on=False)
    plot.plot(ranks, panel.estimated, color=panel.mark.colour, linewidth=2.2, zorder=3, clip_on=False)
    if panel.predictive:
        plot.plot(
            ranks, panel.predictive, color=PREDICTIVE, linewidth=1.3, linestyle=(0, (4, 2)), zorder=4, clip_on=False
        )


def _density(canvas: Canvas, figure: Density, layout: Layout) -> None:
    height = 2.6
    canvas.set_size_inches(layout.value, height)
    width = layout.value
    plot = canvas.add_axes((0.25 / width, 0.62 / height, 1 - 0.5 / width, (height - 1.05) / height))
    plot.fill_between(figure.grid, figure.prior, color="#e6e6e6", linewidth=0, zorder=1)
    plot.plot(figure.grid, figure.prior, color=QUIET, linewidth=1, linestyle=(0, (3, 2)), zorder=2)
    plot.plot(figure.grid, figure.posterior, color=INK, linewidth=1.8, zorder=3)
    peak = max((*figure.prior, *figure.posterior))
    plot.set_ylim(-0.09 * peak, 1.05 * peak)
    plot.set_xlim(min(figure.grid), max(figure.grid))
    plot.plot(
        [figure.interval.lower, figure.interval.upper], [-0.05 * peak] * 2, color=INK, linewidth=2.4, clip_on=True
    )
    plot.plot([figure.median], [-0.05 * peak], marker="o", color=INK, markersize=5)
    plot.set_yticks([])
    plot.set_xticks([place for place, _ in figure.ticks], [label for _, label in figure.ticks])
    plot.spines["left"].set_visible(False)
    plot.set_xlabel(figure.x_title, fontsize=9, color=QUIET)
    _density_legend(canvas, figure, height)


def _density_legend(canvas: Canvas, figure: Density, height: float) -> None:
    y = 1 - 0.16 / height
    width = canvas.get_size_inches()[0]
    samples: tuple[tuple[float, str, str, Any], ...] = (
        (0.25, figure.labels[1], INK, "-"),
        (1.75, figure.labels[0], QUIET, (0, (3, 2))),
    )
    for x, label, colour, line in samples:
        sample = matplotlib.lines.Line2D(
            [x / width, (x + 0.3) / width], [y, y], color=colour, linestyle=line, transform=canvas.transFigure
        )
        canvas.add_artist(sample)
        canvas.text((x + 0.38) / width, y, label, va="center", fontsize=9)


_DRAWERS: dict[type, Callable[[Canvas, Any, Layout], None]] = {
    Forest: _forest,
    Network: _network,
    Panels: _panels,
    Density: _density,
}
