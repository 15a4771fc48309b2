"""Draws a table of shares: grey cells with their numbers; columns that do not fit abreast stand in bands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Rectangle

from nma.output.draw.frame import Layout, tip
from nma.output.heat import Heat
from nma.output.palette import INK, QUIET, RULE

_DARKEST = 0.58
"""Grey of a whole share: black words still stand out on it (5 to 1)."""
_NAMES = {Layout.WIDE: 2.15, Layout.NARROW: 1.2}
"""Room for the names of the rows, in inches."""
_ABREAST = {Layout.WIDE: 14, Layout.NARROW: 7}
_ROW = {Layout.WIDE: 0.27, Layout.NARROW: 0.36}
"""Height of a row in inches; on a telephone its name takes two lines."""
_SIGN, _HEAD, _BETWEEN, _FOOT = 0.075, 0.35, 0.15, 0.12
"""Width of a letter; room above the names of the columns; between bands; below the last, in inches."""
_WIDEST = 0.72
_ONE_LINE = 15
"""Letters of a name that fit beside the cells on a telephone."""


def heat(canvas: Canvas, figure: Heat, layout: Layout) -> None:
    """Bands of columns, as many as fit abreast; the rows are named in each band."""
    count = len(figure.columns)
    abreast = -(-count // -(-count // _ABREAST[layout]))
    bands = [range(first, count)[:abreast] for first in range(0, count, abreast)]
    head = _HEAD + _SIGN * max(len(name) for name in figure.columns)
    tall = len(figure.rows) * _ROW[layout]
    height = len(bands) * (head + tall) + (len(bands) - 1) * _BETWEEN + _FOOT
    canvas.set_size_inches(layout.value, height)
    each = min(_WIDEST, (layout.value - _NAMES[layout] - 0.05) / abreast)
    for number, band in enumerate(bands):
        bottom = height - (number + 1) * (head + tall) - number * _BETWEEN
        width = each * len(band)
        box = (_NAMES[layout] / layout.value, bottom / height, width / layout.value, tall / height)
        _band(canvas.add_axes(box), figure, band, layout)
        style: dict[str, Any] = {"fontsize": 8.5, "color": QUIET, "va": "top"}
        top = (bottom + tall + head - 0.02) / height
        left = 0.02 if layout is Layout.NARROW else _NAMES[layout] / layout.value
        canvas.text(left, top, figure.titles[1], ha="left", **style)


def _band(plot: Axes, figure: Heat, band: Sequence[int], layout: Layout) -> None:
    plot.set_xlim(0, len(band))
    plot.set_ylim(len(figure.rows), 0)
    for side in ("left", "bottom"):
        plot.spines[side].set_visible(False)
    plot.tick_params(length=0, labelsize=8.5)
    fold = layout is Layout.NARROW and max(len(name) for name in figure.rows) > _ONE_LINE
    names = [_folded(name) if fold else name for name in figure.rows]
    plot.set_yticks([place + 0.5 for place in range(len(names))], names, color=INK, multialignment="right")
    plot.xaxis.tick_top()
    plot.set_xticks([place + 0.5 for place in range(len(band))], [figure.columns[at] for at in band], color=INK)
    plot.tick_params(axis="x", rotation=90)
    for row in range(len(figure.rows)):
        for place, at in enumerate(band):
            _cell(plot, figure, (row, at), place)
        tip(plot, (0, row, len(band), 1), row)


def _cell(plot: Axes, figure: Heat, at: tuple[int, int], place: int) -> None:
    row, column = at
    share, written = figure.shares[row][column], figure.written[row][column]
    own = figure.own[row] == column
    grey = str(round(1 - share * (1 - _DARKEST), 3)) if written else "white"
    look: dict[str, Any] = {"edgecolor": INK if own else RULE, "linewidth": 1.6 if own else 0.5}
    plot.add_patch(Rectangle((place, row), 1, 1, facecolor=grey, zorder=3 if own else 2, clip_on=False, **look))
    plot.text(place + 0.5, row + 0.5, written, ha="center", va="center", fontsize=8.5, zorder=4)


def _folded(name: str) -> str:
    """A name in two lines, parted at the space nearest its middle."""
    spaces = [place for place, sign in enumerate(name) if sign == " "]
    if not spaces:
        return name
    middle = min(spaces, key=lambda place: abs(place - len(name) / 2))
    return f"{name[:middle]}\n{name[middle + 1 :]}"
