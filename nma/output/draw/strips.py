"""Draws quantities side by side as strips of dots, the same rows in each; on a telephone one below the other."""

from __future__ import annotations

from itertools import groupby

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from nma.output.draw.frame import Layout
from nma.output.figures import Strip, Strips
from nma.output.palette import INK, PLAIN_COLOUR, QUIET, RULE

_ROW = 0.27
_FOOT = 0.72
_ABREAST = 3
_NAMES = {Layout.WIDE: 1.95, Layout.NARROW: 1.35}
"""Room for the names of the rows, in inches."""


def strips(canvas: Canvas, figure: Strips, layout: Layout) -> None:
    """Up to three strips abreast, the rows named once in each band of strips."""
    abreast = min(_ABREAST, len(figure.strips)) if layout is Layout.WIDE else 1
    bands = -(-len(figure.strips) // abreast)
    tall = len(figure.rows) * _ROW
    width, height = layout.value, bands * (tall + _FOOT) + 0.3
    canvas.set_size_inches(width, height)
    room = (width - _NAMES[layout] - 0.1) / abreast
    for index, strip in enumerate(figure.strips):
        band, column = divmod(index, abreast)
        left, bottom = _NAMES[layout] + column * room, height - band * (tall + _FOOT) - tall - 0.08
        plot = canvas.add_axes((left / width, bottom / height, (room - 0.25) / width, tall / height))
        _strip(plot, strip, len(figure.rows))
        if column == 0:
            plot.set_yticks(range(len(figure.rows)), list(figure.rows))
            plot.tick_params(axis="y", length=0, labelsize=9)
    _legend(canvas, figure.legend)


def _strip(plot: Axes, strip: Strip, rows: int) -> None:
    plot.set_xlim(strip.span.lower, strip.span.upper)
    plot.set_ylim(rows - 0.5, -0.5)
    plot.set_xticks([place for place, _ in strip.span.ticks], [label for _, label in strip.span.ticks], fontsize=9)
    plot.set_yticks([])
    plot.spines["left"].set_visible(False)
    plot.set_xlabel(strip.span.title, fontsize=9, color=QUIET)
    for row, (dots, median) in enumerate(zip(strip.dots, strip.medians, strict=True)):
        plot.axhline(row, color=RULE, linewidth=0.5, zorder=0)
        _dots(plot, dots, row)
        if median is not None:
            plot.plot([median] * 2, [row - 0.36, row + 0.36], color=INK, linewidth=2, solid_capstyle="butt", zorder=2)


def _dots(plot: Axes, dots: tuple[float, ...], row: int) -> None:
    """A dot per trial; trials with the same value stand one above the other."""
    for value, same in groupby(sorted(dots)):
        count = len(list(same))
        step = min(0.22, 0.7 / count)
        for place in range(count):
            y = row + step * (place - (count - 1) / 2)
            plot.plot([value], [y], marker="o", markersize=4.6, color="white", markeredgecolor=PLAIN_COLOUR, zorder=3)


def _legend(canvas: Canvas, legend: tuple[str, str]) -> None:
    """What a dot and what a long mark is."""
    width, height = canvas.get_size_inches()
    y = 0.13 / height
    plot = canvas.add_axes((0, 0, 1, 2 * y))
    plot.axis("off")
    plot.set_xlim(0, width)
    plot.set_ylim(-1, 1)
    plot.plot([0.1], [0], marker="o", markersize=4.6, color="white", markeredgecolor=PLAIN_COLOUR)
    plot.text(0.22, 0, legend[0], va="center", fontsize=9)
    plot.plot([1.6] * 2, [-0.7, 0.7], color=INK, linewidth=2, solid_capstyle="butt")
    plot.text(1.72, 0, legend[1], va="center", fontsize=9)
