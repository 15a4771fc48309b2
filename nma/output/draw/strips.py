"""Draws quantities side by side as strips of dots, the same rows in each; on a telephone one below the other."""

from __future__ import annotations

from itertools import groupby
from math import hypot
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from nma.output.draw.frame import Layout, canvas_of
from nma.output.figures import Strip, Strips
from nma.output.palette import INK, PLAIN_COLOUR, QUIET, RULE

_ROW = {False: 0.27, True: 0.62}
"""Height of a row in inches, close and roomy."""
_FOOT = 0.72
_ABREAST = 3
_DOT = 4.6
_APART = 0.07
"""Between the middles of dots that would otherwise cover each other, in inches."""
_NAMES = {Layout.WIDE: 1.95, Layout.NARROW: 1.35}
"""Room for the names of the rows, in inches."""


def strips(canvas: Canvas, figure: Strips, layout: Layout) -> None:
    """Up to three strips abreast, the rows named once in each band of strips."""
    abreast = min(_ABREAST, len(figure.strips)) if layout is Layout.WIDE else 1
    bands = -(-len(figure.strips) // abreast)
    tall = len(figure.rows) * _ROW[figure.roomy]
    width, height = layout.value, bands * (tall + _FOOT) + 0.3
    canvas.set_size_inches(width, height)
    room = (width - _NAMES[layout] - 0.1) / abreast
    for index, strip in enumerate(figure.strips):
        band, column = divmod(index, abreast)
        left, bottom = _NAMES[layout] + column * room, height - band * (tall + _FOOT) - tall - 0.08
        plot = canvas.add_axes((left / width, bottom / height, (room - 0.25) / width, tall / height))
        _strip(plot, strip, len(figure.rows), figure.roomy)
        if column == 0:
            plot.set_yticks(range(len(figure.rows)), list(figure.rows))
            plot.tick_params(axis="y", length=0, labelsize=9)
    _legend(canvas, figure, layout)


def _strip(plot: Axes, strip: Strip, rows: int, roomy: bool) -> None:
    plot.set_xlim(strip.span.lower, strip.span.upper)
    plot.set_ylim(rows - 0.5, -0.5)
    plot.set_xticks([place for place, _ in strip.span.ticks], [label for _, label in strip.span.ticks], fontsize=9)
    plot.set_yticks([])
    plot.spines["left"].set_visible(False)
    plot.set_xlabel(strip.span.title, fontsize=9, color=QUIET)
    for row, (dots, median) in enumerate(zip(strip.dots, strip.medians, strict=True)):
        plot.axhline(row, color=RULE, linewidth=0.5, zorder=0)
        if strip.ranges and (ends := strip.ranges[row]):
            plot.plot(ends, [row, row], color=QUIET, linewidth=1.1, solid_capstyle="butt", zorder=1)
        filled = strip.filled[row] if strip.filled else ()
        (_apart if roomy else _stacked)(
            plot, row, [*((it, "white") for it in dots), *((it, PLAIN_COLOUR) for it in filled)]
        )
        if median is not None:
            plot.plot([median] * 2, [row - 0.36, row + 0.36], color=INK, linewidth=2, solid_capstyle="butt", zorder=2)


def _stacked(plot: Axes, row: int, dots: list[tuple[float, str]]) -> None:
    """Trials with the same value stand one above the other."""
    for _, same in groupby(sorted(dots), key=lambda dot: dot[0]):
        found = list(same)
        step = min(0.22, 0.7 / len(found))
        for place, dot in enumerate(found):
            _dot(plot, dot, row + step * (place - (len(found) - 1) / 2))


def _apart(plot: Axes, row: int, dots: list[tuple[float, str]]) -> None:
    """Dots that would cover each other move off the middle of the row, by as little as frees them."""
    lower, upper = plot.get_xlim()
    width = plot.get_position().width * canvas_of(plot).get_size_inches()[0]
    most = int((_ROW[True] / 2 - _APART / 2) / _APART)
    steps = sorted(range(-most, most + 1), key=lambda step: (abs(step), step))
    placed: list[tuple[float, float]] = []
    for dot in sorted(dots):
        x = (dot[0] - lower) / (upper - lower) * width
        free = (step for step in steps if all(hypot(x - a, step * _APART - b) >= _APART for a, b in placed))
        y = next(free, steps[-1]) * _APART
        placed.append((x, y))
        _dot(plot, dot, row + y / _ROW[True])


def _dot(plot: Axes, dot: tuple[float, str], y: float) -> None:
    look: dict[str, Any] = {"color": dot[1], "markeredgecolor": PLAIN_COLOUR, "markersize": _DOT}
    plot.plot([dot[0]], [y], marker="o", zorder=3, **look)


def _legend(canvas: Canvas, figure: Strips, layout: Layout) -> None:
    """What a dot of each kind and a long mark is; one below the other where space is short."""
    width, height = canvas.get_size_inches()
    kinds = [(figure.legend[0], "white"), *([(figure.filled, PLAIN_COLOUR)] if figure.filled else [])]
    lines = len(kinds) if layout is Layout.NARROW else 1
    plot = canvas.add_axes((0, 0, 1, (0.26 + 0.19 * (lines - 1)) / height))
    plot.axis("off")
    plot.set_xlim(0, width)
    plot.set_ylim(-1, 2 * lines - 1)
    across = 1.6 if lines > 1 or len(kinds) == 1 else 2.3
    for place, (name, face) in enumerate(kinds):
        x, y = (0.1, 2 * (lines - 1 - place)) if lines > 1 else (0.1 + across * place, 0)
        _dot(plot, (x, face), y)
        plot.text(x + 0.12, y, name, va="center", fontsize=9)
    x, y = (across, 0) if lines > 1 or len(kinds) == 1 else (0.1 + across * len(kinds), 0)
    plot.plot([x] * 2, [y - 0.7, y + 0.7], color=INK, linewidth=2, solid_capstyle="butt")
    plot.text(x + 0.12, y, figure.legend[1], va="center", fontsize=9)
