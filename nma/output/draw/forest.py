"""Draws a forest: estimates with their intervals on one axis, beside columns of text."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.transforms import blended_transform_factory

from nma.output.axes import Axis
from nma.output.draw.frame import PAPER, Layout, canvas_of, interval, legend, marker, rank_ticks, tip, value_axis
from nma.output.figures import Forest, ForestRow, RankSpan, Section
from nma.output.palette import INK, PREDICTIVE, QUIET, RULE, Mark

_AT_THE_EDGE, _RIGHT = 0.9, 0.995
"""A column that begins so far right holds short numbers; its title ends at the edge, so that none is cut off."""


def forest(canvas: Canvas, figure: Forest, layout: Layout) -> None:
    """Rows under their headings; on a telephone the words stand above each line."""
    wide = layout is Layout.WIDE
    line = 0.27 if wide else 0.47
    rows = [(section.heading, row) for section in figure.sections for row in section.rows]
    lines = len(rows) + sum(_room(section, wide) for section in figure.sections)
    top, bottom = 0.36, 1.0 if wide else 1.22 + (0.2 if figure.legend[1] else 0)
    height = lines * line + top + bottom
    canvas.set_size_inches(layout.value, height)
    columns = _columns(figure, layout)
    plot = canvas.add_axes((columns[0], bottom / height, columns[1] - columns[0], lines * line / height))
    plot.set_ylim(lines - 0.5, -0.5)
    value_axis(plot, figure.axis)
    ranks = _rank_axes(canvas, plot, figure) if wide and figure.ranks else None
    if figure.line is not None:
        plot.axvline(figure.line, color=INK, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
    _column_titles(plot, figure, columns, layout)
    _forest_rows(plot, ranks, figure, (columns, layout))
    legend(canvas, figure.legend, wide)


def _columns(figure: Forest, layout: Layout) -> list[float]:
    """Left and right of the plot, then the left of each text column, in shares of the width."""
    if layout is Layout.NARROW:
        return [0.03, 0.97]
    if figure.widths:
        return list(figure.widths)
    if figure.ranks:
        return [0.265, 0.575, 0.595]
    return {1: [0.265, 0.76, 0.79], 2: [0.25, 0.68, 0.71, 0.93], 3: [0.225, 0.565, 0.585, 0.785, 0.94]}[
        len(figure.columns)
    ]


def _rank_axes(canvas: Canvas, plot: Axes, figure: Forest) -> Axes:
    box = plot.get_position()
    ranks = canvas.add_axes((0.80, box.y0, 0.18, box.height))
    ranks.set_ylim(plot.get_ylim())
    ranks.set_xlim(0.6, figure.ranks + 0.4)
    ranks.set_xticks(rank_ticks(figure.ranks))
    ranks.set_yticks([])
    ranks.patch.set_visible(False)
    ranks.spines["left"].set_visible(False)
    ranks.set_xlabel(figure.rank_title, fontsize=9)
    for place in rank_ticks(figure.ranks):
        ranks.axvline(place, color=RULE, linewidth=0.4, zorder=-1)
    return ranks


def _column_titles(plot: Axes, figure: Forest, columns: list[float], layout: Layout) -> None:
    place = blended_transform_factory(canvas_of(plot).transFigure, plot.transAxes)
    above = 1 + 0.1 / (plot.get_position().height * canvas_of(plot).get_size_inches()[1])
    style: dict[str, Any] = {"transform": place, "va": "bottom", "fontsize": 9, "color": QUIET}
    if layout is Layout.NARROW:
        plot.text(0.97, above, figure.columns[0], ha="right", **style)
        return
    for x, title in zip(columns[2:], figure.columns, strict=True):
        edge = x > _AT_THE_EDGE
        plot.text(_RIGHT if edge else x, above, title, ha="right" if edge else "left", **style)


def _forest_rows(plot: Axes, ranks: Axes | None, figure: Forest, place: tuple[list[float], Layout]) -> None:
    wide = place[1] is Layout.WIDE
    y, shown = 0.0, 0
    for section in figure.sections:
        if section.heading:
            _heading(plot, section, y - 0.02, place)
            y += _room(section, wide)
        for row in section.rows:
            _row_text(plot, row, y, place)
            _row_marks(plot, figure.axis, row, y if wide else y + 0.18)
            if ranks is not None and row.rank is not None:
                _row_rank(ranks, row.rank, row.mark, y)
            tip(plot, (0, y - 0.5, 1, 1), shown, _style(plot, False)["transform"])
            y, shown = y + 1, shown + 1


def _heading(plot: Axes, section: Section, y: float, place: tuple[list[float], Layout]) -> None:
    """The heading of some rows, with what is said of all of them: in its columns, or on a telephone in a note."""
    columns, layout = place
    wide = layout is Layout.WIDE
    style = _style(plot, section.strong)
    if section.cells:
        rule: dict[str, Any] = {"color": RULE, "linewidth": 0.6, "clip_on": False, "zorder": -2}
        plot.plot([0.01, 0.99], [y - 0.5] * 2, transform=style["transform"], **rule)
    plot.text(0.01 if wide else 0.03, y, section.heading, bbox=PAPER, **style)
    if wide:
        for x, cell in zip(columns[2:], section.cells, strict=False):
            plot.text(x, y, cell, fontsize=9, **style)
    elif section.note:
        plot.text(0.03, y + 0.36, section.note, fontsize=9, bbox=PAPER, **style)


def _room(section: Section, wide: bool) -> float:
    """Lines that a heading takes; a note stands on a line of its own."""
    if not section.heading:
        return 0.0
    return 0.95 if wide else 1.05 if section.note else 0.6


def _style(plot: Axes, strong: bool) -> dict[str, Any]:
    """How words stand beside their line."""
    across = blended_transform_factory(canvas_of(plot).transFigure, plot.transData)
    return {"transform": across, "va": "center"} | ({"fontweight": "bold"} if strong else {})


def _row_text(plot: Axes, row: ForestRow, y: float, place: tuple[list[float], Layout]) -> None:
    columns, layout = place
    style = _style(plot, row.strong)
    if layout is Layout.NARROW:
        plot.text(0.03, y - 0.2, row.label, bbox=PAPER, **style)
        plot.text(0.97, y - 0.2, row.cells[0], ha="right", bbox=PAPER, **style)
        return
    plot.text(0.025, y, row.label, **style)
    for x, cell in zip(columns[2:], row.cells, strict=True):
        plot.text(x, y, cell, fontsize=9, **style)


def _row_marks(plot: Axes, axis: Axis, row: ForestRow, y: float) -> None:
    if row.predictive:
        interval(plot, axis, row.predictive, (y, PREDICTIVE, 1.1))
    if row.credible:
        interval(plot, axis, row.credible, (y, INK, 2.4))
    place = axis.null if row.estimate is None else min(max(row.estimate, axis.lower), axis.upper)
    marker(plot, (place, y), row.mark, filled=row.filled and row.estimate is not None)


def _row_rank(ranks: Axes, span: RankSpan, mark: Mark, y: float) -> None:
    ranks.plot([span.lower, span.upper], [y, y], color=INK, linewidth=2.4, solid_capstyle="butt", zorder=3)
    marker(ranks, (span.median, y), mark)
