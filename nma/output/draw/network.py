"""Draws the network of treatments and their direct comparisons."""

from __future__ import annotations

import math
from dataclasses import replace

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from nma.output.draw.frame import Layout, marker, tip
from nma.output.figures import Edge, Network, Node
from nma.output.palette import INK

_REACH = 0.22
"""How near to the middle of a node a pointer reads its numbers, in units of the circle."""


def network(canvas: Canvas, figure: Network, layout: Layout) -> None:
    """Discs on a circle, joined by lines as wide as their trials are many."""
    wide = layout is Layout.WIDE
    crowd = len(figure.nodes) > 8
    height = (5.6 if crowd else 4.3) if wide else (4.3 if crowd else 3.5)
    canvas.set_size_inches(layout.value, height)
    plot = canvas.add_axes((0, 0, 1, 1))
    plot.axis("off")
    across = 1.5 * layout.value / height if wide else 2.5
    plot.set_xlim(-across, across)
    plot.set_ylim(-1.45, 1.45)
    for edge in figure.edges:
        _edge(plot, figure, edge)
    for place, node in enumerate(figure.nodes):
        size = max(5.0, (34 if crowd else 46) * math.sqrt(node.share) * (1 if wide else 0.75))
        _node(plot, node, size)
        _node_label(plot, node, size)
        tip(plot, (node.x - _REACH, node.y - _REACH, 2 * _REACH, 2 * _REACH), place)


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
    marker(plot, (node.x, node.y), replace(node.mark, colour="white"))


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
