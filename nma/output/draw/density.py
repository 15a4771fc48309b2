"""Draws a prior and a posterior density."""

from __future__ import annotations

from typing import Any

import matplotlib
from matplotlib.figure import Figure as Canvas

from nma.output.draw.frame import Layout
from nma.output.figures import Density
from nma.output.palette import INK, QUIET

_LETTER = 0.079
"""Inches that a letter of the legend takes at most, on average."""


def density(canvas: Canvas, figure: Density, layout: Layout) -> None:
    """Two curves over one axis, with the interval of the posterior below them."""
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
        (0.6 + _LETTER * max(len(figure.labels[1]), 16), figure.labels[0], QUIET, (0, (3, 2))),
    )
    for x, label, colour, line in samples:
        sample = matplotlib.lines.Line2D(
            [x / width, (x + 0.3) / width], [y, y], color=colour, linestyle=line, transform=canvas.transFigure
        )
        canvas.add_artist(sample)
        canvas.text((x + 0.38) / width, y, label, va="center", fontsize=9)
