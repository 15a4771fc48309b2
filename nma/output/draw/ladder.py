"""Draws a ladder: each line with the marks of all treatments on one axis, and the key to the marks below."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.transforms import blended_transform_factory

from nma.output.draw.frame import PAPER, Layout, canvas_of, marker, tip
from nma.output.figures import Ladder, Rung
from nma.output.palette import QUIET, RULE

_LINE = {Layout.WIDE: 0.27, Layout.NARROW: 0.44}
"""Height of a row, in inches; on a telephone its words stand above it."""
_PLOT = {Layout.WIDE: (0.3, 0.74), Layout.NARROW: (0.05, 0.95)}
"""Left and right of the plot, in shares of the width."""
_ABREAST = {Layout.WIDE: 5, Layout.NARROW: 2}
_HEAD, _FOOT, _KEY = 0.3, 0.55, 0.22


def ladder(canvas: Canvas, figure: Ladder, layout: Layout) -> None:
    """Rows from above; what could not be computed has words but no marks."""
    tall = len(figure.rows) * _LINE[layout]
    below = _FOOT + _KEY * -(-len(figure.key) // _ABREAST[layout])
    height = tall + below + _HEAD
    canvas.set_size_inches(layout.value, height)
    left, right = _PLOT[layout]
    plot = canvas.add_axes((left, below / height, right - left, tall / height))
    _axis(plot, figure)
    _head(plot, figure, layout)
    for place, row in enumerate(figure.rows):
        _row(plot, row, place, layout)
    _key(canvas, figure, layout)


def _axis(plot: Axes, figure: Ladder) -> None:
    plot.set_xlim(figure.span.lower, figure.span.upper)
    plot.set_ylim(len(figure.rows) - 0.5, -0.5)
    plot.set_xticks([place for place, _ in figure.span.ticks], [label for _, label in figure.span.ticks])
    plot.set_yticks([])
    plot.spines["left"].set_visible(False)
    plot.set_xlabel(figure.span.title, fontsize=9, color=QUIET)
    for place, _ in figure.span.ticks:
        plot.axvline(place, color=RULE, linewidth=0.4, zorder=-1)


def _head(plot: Axes, figure: Ladder, layout: Layout) -> None:
    """The head of the words on the right."""
    place = blended_transform_factory(canvas_of(plot).transFigure, plot.transAxes)
    above = 1 + 0.08 / (plot.get_position().height * canvas_of(plot).get_size_inches()[1])
    wide = layout is Layout.WIDE
    style: dict[str, Any] = {"transform": place, "va": "bottom", "fontsize": 9, "color": QUIET}
    plot.text(0.76 if wide else _PLOT[layout][1], above, figure.column, ha="left" if wide else "right", **style)


def _row(plot: Axes, row: Rung, place: int, layout: Layout) -> None:
    wide = layout is Layout.WIDE
    y = place if wide else place + 0.2
    plot.axhline(y, color=RULE, linewidth=0.5, zorder=0)
    across = blended_transform_factory(canvas_of(plot).transFigure, plot.transData)
    style: dict[str, Any] = {"transform": across, "va": "center", "fontweight": "bold" if row.strong else "normal"}
    if wide:
        plot.text(0.01, place, row.label, **style)
        plot.text(0.76, place, row.cell, fontsize=9, **style)
    else:
        plot.text(_PLOT[layout][0], place - 0.22, row.label, fontsize=9, bbox=PAPER, **style)
        plot.text(_PLOT[layout][1], place - 0.22, row.cell, ha="right", fontsize=9, bbox=PAPER, **style)
    tip(plot, (0, place - 0.5, 1, 1), place, across)
    for value, mark in row.marks:
        marker(plot, (value, y), mark, filled=row.filled, size=7.0)


def _key(canvas: Canvas, figure: Ladder, layout: Layout) -> None:
    """Marks with their names, the best first."""
    width, height = canvas.get_size_inches()
    plot = canvas.add_axes((0, 0, 1, 1))
    plot.axis("off")
    plot.set_xlim(0, width)
    plot.set_ylim(0, height)
    abreast = _ABREAST[layout]
    lines = -(-len(figure.key) // abreast)
    for place, (name, mark) in enumerate(figure.key):
        line, column = divmod(place, abreast)
        x, y = 0.16 + column * (width - 0.2) / abreast, 0.12 + _KEY * (lines - 1 - line)
        marker(plot, (x, y), mark, size=7.0)
        plot.text(x + 0.13, y, name, va="center", fontsize=9)
