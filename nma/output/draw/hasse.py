"""Draws an order that leaves pairs open: a row per treatment, lines down to those that stand directly below."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.transforms import blended_transform_factory

from nma.output.draw.frame import Layout, canvas_of, marker
from nma.output.figures import Hasse
from nma.output.palette import QUIET, RULE

_LINE, _MARGIN = 0.38, 0.12
"""Height of a row, and room above and below all rows, in inches."""
_PLOT = {Layout.WIDE: (2.4, 7.7), Layout.NARROW: (1.35, 3.3)}
"""Left and right of the room for the levels, in inches."""
_LEVEL, _LEVEL_OF_ROWS = 1.6, 0.27
"""Width of a level where there is room, and more of it for each row, in inches: many lines need it to fan out."""
_CROWD = 24
"""Above this number of lines each is thinner."""


def hasse(canvas: Canvas, figure: Hasse, layout: Layout) -> None:
    """Treatments from above in the order of the ranking, each as far to the right as it has levels above it."""
    rows = len(figure.steps)
    tall = _LINE * rows
    height = tall + 2 * _MARGIN
    canvas.set_size_inches(layout.value, height)
    deepest = max(1, *(step.level for step in figure.steps))
    left, right = _PLOT[layout]
    width = min(right - left, max(_LEVEL, _LEVEL_OF_ROWS * rows) * deepest)
    plot = canvas.add_axes((left / layout.value, _MARGIN / height, width / layout.value, tall / height))
    plot.axis("off")
    plot.set_xlim(0, deepest)
    plot.set_ylim(rows - 0.5, -0.5)
    weight = 1.2 if len(figure.links) <= _CROWD else 0.6
    for upper, lower in figure.links:
        ends = figure.steps[upper].level, figure.steps[lower].level
        plot.plot(ends, (upper, lower), color=QUIET, linewidth=weight, zorder=2)
    for row in range(rows):
        _step(plot, figure, row, layout)


def _step(plot: Axes, figure: Hasse, row: int, layout: Layout) -> None:
    step = figure.steps[row]
    across = blended_transform_factory(canvas_of(plot).transFigure, plot.transData)
    style: dict[str, Any] = {"transform": across, "va": "center", "zorder": 4}
    plot.plot([0.01, 0.99], [row + 0.5] * 2, transform=across, color=RULE, linewidth=0.4, zorder=0, clip_on=False)
    plot.text(0.01, row, step.label if layout is Layout.WIDE else step.short, **style)
    marker(plot, (step.level, row), step.mark, size=9.0)
