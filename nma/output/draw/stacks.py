"""Draws bars of shares, one below the other; a part with room for it shows its sign and its share."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from nma.output.draw.frame import Layout, tip
from nma.output.figures import Stack, Stacks
from nma.output.palette import INK, QUIET

_ROW = {Layout.WIDE: 0.34, Layout.NARROW: 0.56}
_NAMES = {Layout.WIDE: 2.75, Layout.NARROW: 0.12}
"""Room for the names of the bars, in inches; on a telephone they stand above."""
_FOOT = {Layout.WIDE: 0.92, Layout.NARROW: 1.2}
_LEAST = {Layout.WIDE: 0.09, Layout.NARROW: 0.17}
"""Least share that has room for its words."""
_BAR = {Layout.WIDE: 0.64, Layout.NARROW: 0.42}


def stacks(canvas: Canvas, figure: Stacks, layout: Layout) -> None:
    """The bars, the axis, and what each colour and sign means."""
    tall = len(figure.rows) * _ROW[layout]
    width, height = layout.value, tall + _FOOT[layout] + 0.05
    canvas.set_size_inches(width, height)
    left = _NAMES[layout]
    plot = canvas.add_axes((left / width, _FOOT[layout] / height, (width - left - 0.3) / width, tall / height))
    plot.set_xlim(0, 1)
    plot.set_ylim(len(figure.rows) - 0.5, -0.5)
    plot.set_xticks([place for place, _ in figure.ticks], [label for _, label in figure.ticks], fontsize=9)
    plot.set_yticks([])
    plot.spines["left"].set_visible(False)
    plot.set_xlabel(figure.x_title, fontsize=9, color=QUIET)
    for place, row in enumerate(figure.rows):
        _bar(plot, figure, (place, row), layout)
    _legend(canvas, figure, layout)


def _bar(plot: Axes, figure: Stacks, numbered: tuple[int, Stack], layout: Layout) -> None:
    place, row = numbered
    narrow, start = layout is Layout.NARROW, 0.0
    middle = place + (0.18 if narrow else 0.0)
    weight = "bold" if row.strong else "normal"
    if narrow:
        plot.text(0, place - 0.3, row.label, fontsize=9, va="center", ha="left", fontweight=weight)
    else:
        plot.text(-0.015, place, row.label, fontsize=9, va="center", ha="right", fontweight=weight)
    for kind, share, said in zip(figure.kinds, row.shares, row.written, strict=True):
        if share <= 0:
            continue
        plot.barh(middle, share, left=start, height=_BAR[layout], color=kind.colour, edgecolor=INK, linewidth=0.6)
        if share >= _LEAST[layout]:
            words = f"{kind.sign} {said}"
            plot.text(start + share / 2, middle, words, fontsize=8.5, va="center", ha="center", color=INK)
        start += share
    tip(plot, (0, place - 0.5, 1, 1), place)


def _legend(canvas: Canvas, figure: Stacks, layout: Layout) -> None:
    """The kinds, in one line or in two."""
    width, height = canvas.get_size_inches()
    abreast = len(figure.kinds) if layout is Layout.WIDE else 2
    room = (width - 0.2) / abreast
    plot = canvas.add_axes((0, 0, 1, 0.5 / height if layout is Layout.NARROW else 0.28 / height))
    plot.axis("off")
    plot.set_xlim(0, width)
    plot.set_ylim(0, -(-len(figure.kinds) // abreast))
    for place, kind in enumerate(figure.kinds):
        line, column = divmod(place, abreast)
        x, y = 0.12 + column * room, -(-len(figure.kinds) // abreast) - line - 0.5
        plot.barh(y, 0.2, left=x, height=0.55, color=kind.colour, edgecolor=INK, linewidth=0.6)
        plot.text(x + 0.1, y, kind.sign, fontsize=8.5, ha="center", va="center")
        plot.text(x + 0.27, y, kind.word, fontsize=9, va="center")
