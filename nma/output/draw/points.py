"""Draws points among curves; the odd ones are named beside them, or in a list below where there is no room."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_lowercase
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from nma.output.axes import Span
from nma.output.draw.frame import Layout, marker, tip
from nma.output.figures import Curve, Point, Points
from nma.output.palette import INK, PLAIN_COLOUR, QUIET, RULE
from nma.output.places import apart

_LINE = 0.18
"""Height of a line of words, in inches."""
_NEAR = 0.09
"""Half the side of the area where a pointer reads a point, in inches."""
_ABREAST = {Layout.WIDE: 3, Layout.NARROW: 1}
"""Names in the key beside each other."""
_FOOT, _HEAD, _LEFT, _RIGHT = 0.62, 0.2, 0.72, 0.23


def points(canvas: Canvas, figure: Points, layout: Layout) -> None:
    """The curves in grey, the crowd open, the points that are named filled."""
    wide = layout is Layout.WIDE
    named = [point for point in figure.points if point.label]
    width = 5.6 if figure.square and wide else layout.value
    tall = (4.4 if figure.square else 3.6) if wide else 2.9
    lines = -(-len(figure.key) // _ABREAST[layout])
    foot = _FOOT + _LINE * (lines + (0 if wide else len(named)))
    height = tall + foot + _HEAD
    canvas.set_size_inches(width, height)
    plot = canvas.add_axes((_LEFT / width, foot / height, 1 - (_LEFT + _RIGHT) / width, tall / height))
    _span(plot, figure.x, "x")
    _span(plot, figure.y, "y")
    for curve in figure.curves:
        _curve(plot, curve)
    for place, point in enumerate(figure.points):
        _point(plot, point)
        tip(plot, _near(figure, point, (width - _LEFT - _RIGHT, tall)), place)
    _key(canvas, figure, layout)
    inch = tall / (figure.y.upper - figure.y.lower)
    if wide:
        _names(plot, [(point, point.label) for point in named], inch)
    else:
        _list(canvas, plot, named, inch)


def _near(figure: Points, point: Point, inches: tuple[float, float]) -> tuple[float, float, float, float]:
    """The area round a point where a pointer reads its numbers."""
    across, up = (
        2 * _NEAR * (span.upper - span.lower) / size for span, size in zip((figure.x, figure.y), inches, strict=True)
    )
    return point.x - across / 2, point.y - up / 2, across, up


def _span(plot: Axes, span: Span, side: str) -> None:
    places, labels = [place for place, _ in span.ticks], [label for _, label in span.ticks]
    if side == "x":
        plot.set_xlim(span.lower, span.upper)
        plot.set_xticks(places, labels)
        plot.set_xlabel(span.title, fontsize=9, color=QUIET)
    else:
        plot.set_ylim(span.lower, span.upper)
        plot.set_yticks(places, labels)
        plot.set_ylabel(span.title, fontsize=9, color=QUIET)


def _curve(plot: Axes, curve: Curve) -> None:
    plot.plot(curve.xs, curve.ys, color=QUIET if curve.strong else RULE, linewidth=1.1, zorder=1)
    if curve.label:
        style: dict[str, Any] = {"fontsize": 8.5, "color": QUIET, "ha": "center", "va": "bottom"}
        plot.text(curve.xs[-1], curve.ys[-1], curve.label, **style)


def _point(plot: Axes, point: Point) -> None:
    if point.mark is not None:
        marker(plot, (point.x, point.y), point.mark, size=6)
        return
    face, edge = (INK, INK) if point.filled else ("white", PLAIN_COLOUR)
    plot.plot([point.x], [point.y], marker="o", markersize=5.5, color=face, markeredgecolor=edge, zorder=3)


def _key(canvas: Canvas, figure: Points, layout: Layout) -> None:
    """What the marks stand for, below the axis."""
    if not figure.key:
        return
    width, height = canvas.get_size_inches()
    plot = canvas.add_axes((0, 0, 1, 1))
    plot.axis("off")
    plot.set_xlim(0, width)
    plot.set_ylim(0, height)
    abreast = _ABREAST[layout]
    for place, (name, mark) in enumerate(figure.key):
        line, column = divmod(place, abreast)
        x, y = 0.12 + column * (width - 0.1) / abreast, _LINE * (-(-len(figure.key) // abreast) - line) - 0.06
        marker(plot, (x, y), mark, size=6)
        plot.text(x + 0.12, y, name, va="center", fontsize=9)


def _names(plot: Axes, named: Sequence[tuple[Point, str]], inch: float) -> None:
    """Words beside their points, one above the other where points are close."""
    for left in (True, False):
        own = sorted((it for it in named if it[0].label_left == left), key=lambda it: it[0].y)
        heights = apart([point.y for point, _ in own], _LINE / inch)
        for (point, words), y in zip(own, heights, strict=True):
            style: dict[str, Any] = {"ha": "right" if left else "left", "va": "center", "fontsize": 8.5, "zorder": 4}
            plot.annotate(words, (point.x, y), xytext=(-7 if left else 7, 0), textcoords="offset points", **style)


def _list(canvas: Canvas, plot: Axes, named: Sequence[Point], inch: float) -> None:
    """A letter beside each point, and the names in the order of the letters below."""
    letters = ascii_lowercase[: len(named)]
    _names(plot, list(zip(named, letters, strict=True)), inch)
    height = canvas.get_size_inches()[1]
    for place, (point, letter) in enumerate(zip(named, letters, strict=True), start=1):
        y = (_LINE * (len(named) - place) + 0.1) / height
        canvas.text(0.06, y, f"{letter}  {point.label}", va="center", fontsize=9)
