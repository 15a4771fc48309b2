"""Draws small multiples: rank probabilities as bars, their sums as curves."""

from __future__ import annotations

import math
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from nma.output.draw.frame import Layout, legend, rank_ticks, tip
from nma.output.figures import Panel, Panels
from nma.output.palette import INK, PREDICTIVE, QUIET


def panels(canvas: Canvas, figure: Panels, layout: Layout) -> None:
    """A panel per treatment, five in a row, on a telephone two."""
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
        tip(plot, (0, 0, 1, 1), index, plot.transAxes)
        if column:
            plot.set_yticklabels([])
    style: dict[str, Any] = {"fontsize": 9, "color": QUIET, "va": "center"}
    canvas.text(0.1 / layout.value, 1 - (rows * cell / 2) / height, figure.y_title, rotation=90, ha="center", **style)
    canvas.text(0.5 + left / 2, (bottom - 0.08) / height, figure.x_title, ha="center", **style)
    legend(canvas, figure.legend, wide, ("#9a9a9a", 6.0))


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
    plot.set_xticks(rank_ticks(len(ranks)))
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
