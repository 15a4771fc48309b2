"""What all drawings share: the style, the value axis with its sides, marks, intervals, and samples of lines."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from html import escape
from typing import Any

import matplotlib
import matplotlib.patches
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.transforms import ScaledTranslation, blended_transform_factory

from nma.output.axes import Axis
from nma.output.draw.slim import TAG, TIP, slim
from nma.output.figures import Interval
from nma.output.palette import INK, PREDICTIVE, QUIET, RULE, Mark

FONTS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
_STYLE: Any = {
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.family": "DejaVu Sans",
    "font.size": 9.5,
    "text.color": INK,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
_WHOLE_PAGE = re.compile(r"\s*<metadata>.*?</metadata>|\s*<defs>\s*<style.*?</style>\s*</defs>", flags=re.S)
_JOINS = 'stroke-linejoin="round" stroke-linecap="butt"'
_TIP = re.compile(rf'<g id="{TIP}(\d+)">\s*(<path[^>]*/>)\s*</g>')
_IDS = re.compile(r'(\bid="|url\(#|xlink:href="#|(?<!:)href="#)')


class Layout(Enum):
    """Width of a figure in inches: a printed page or screen, and a telephone."""

    WIDE = 8.0
    NARROW = 3.5


@contextmanager
def drawing(salt: str) -> Iterator[None]:
    """The style of every drawing; ids made with ``salt`` are the same each time."""
    with matplotlib.rc_context(_STYLE | {"svg.hashsalt": salt}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r".*[Gg]lyph.*missing")
        warnings.filterwarnings("ignore", message=r".*does not support.*natively")
        yield


def finish(svg: str, name: str, words: tuple[str, str], tips: tuple[str, ...] = ()) -> str:
    """The drawing as an element of a page: ids of its own, title and description, tips, no metadata."""
    title, alt = words
    body = svg[svg.index("<svg") :]
    body = slim(_WHOLE_PAGE.sub("", body))
    body = _TIP.sub(lambda found: _told(found, tips), body)
    body = TAG.sub(lambda tag: _IDS.sub(rf"\g<1>{name}-", tag.group()), body)
    end = body.index(">")
    told = f'<title id="{name}-title">{escape(title)}</title>\n <desc id="{name}-desc">{escape(alt)}</desc>'
    head = re.sub(r'\s(width|height)="[^"]*"', "", body[:end])
    width = re.search(r'viewBox="0 0 ([\d.]+) ', head)
    size = f' style="max-width:{float(width.group(1)) * 96 / 72:.0f}px"' if width else ""
    named = f'role="img" aria-labelledby="{name}-title {name}-desc" class="figure"{size}'
    return f"{head} {_JOINS} {named}>\n {told}{body[end + 1 :]}"


def _told(found: re.Match[str], tips: tuple[str, ...]) -> str:
    """The area with its words; an area without words is left out."""
    place = int(found.group(1))
    return f'<g class="tip"><title>{escape(tips[place])}</title>{found.group(2)}</g>' if place < len(tips) else ""


def tip(plot: Axes, box: tuple[float, float, float, float], place: int, transform: Any = None) -> None:
    """An area that nobody sees, on which a pointer rests to read the numbers of one row or point.

    Parameters
    ----------
    plot : Axes
        Where it stands.
    box : tuple of float
        Left, lower, width and height, in data or in ``transform``.
    place : int
        Which of the tips of the figure it shows, from nought.
    transform : Transform, optional
        Where it is not data.
    """
    area = matplotlib.patches.Rectangle(box[:2], *box[2:], facecolor=INK, alpha=0, linewidth=0, clip_on=False, zorder=9)
    area.set_transform(plot.transData if transform is None else transform)
    area.set_gid(f"{TIP}{place}")
    plot.add_artist(area)


def canvas_of(plot: Axes) -> Any:
    """The figure that axes stand in."""
    return plot.figure


def value_axis(plot: Axes, axis: Axis) -> None:
    """The axis of a forest, with a line at no effect and thin ones at the ticks."""
    plot.set_xscale("log" if axis.log else "linear")
    plot.set_xlim(axis.lower, axis.upper)
    plot.minorticks_off()
    plot.set_xticks([place for place, _ in axis.ticks], [label for _, label in axis.ticks])
    plot.set_yticks([])
    plot.spines["left"].set_visible(False)
    plot.axvline(axis.null, color=QUIET, linewidth=0.9, zorder=0)
    for place, _ in axis.ticks:
        plot.axvline(place, color=RULE, linewidth=0.4, zorder=-1)
    _sides(plot, axis)


def _sides(plot: Axes, axis: Axis) -> None:
    """Below the axis: whom each side favours; one below the other where space is short."""
    width, height = canvas_of(plot).get_size_inches()
    base, narrow = plot.get_position().y0 * height, width < Layout.WIDE.value
    inches = canvas_of(plot).dpi_scale_trans
    at_null = blended_transform_factory(plot.transData, inches)
    at_edge = blended_transform_factory(plot.transAxes, inches)
    left, right = f"← {axis.left}" if axis.left else "", f"{axis.right} →" if axis.right else ""
    style: dict[str, Any] = {"va": "center", "fontsize": 9}
    if narrow:
        plot.text(0, base - 0.37, left, transform=at_edge, ha="left", **style)
        plot.text(1, base - 0.55, right, transform=at_edge, ha="right", **style)
    else:
        for label, gap, anchor in ((left, -6 / 72, "right"), (right, 6 / 72, "left")):
            aside = at_null + ScaledTranslation(gap, 0, inches)
            plot.text(axis.null, base - 0.38, label, transform=aside, ha=anchor, **style)
    plot.text(0.5, base - (0.74 if narrow else 0.59), axis.title, transform=at_edge, ha="center", color=QUIET, **style)


def rank_ticks(count: int) -> list[int]:
    """Ranks that are written: all of up to eight, otherwise first, middle and last."""
    return list(range(1, count + 1)) if count <= 8 else [1, (count + 1) // 2, count]


def interval(plot: Axes, axis: Axis, ends: Interval, look: tuple[float, str, float]) -> None:
    """A line from end to end; an end beyond the axis is an arrow."""
    y, colour, width = look
    low, high = max(ends.lower, axis.lower), min(ends.upper, axis.upper)
    if low > high:
        low = high = axis.lower if ends.upper < axis.lower else axis.upper
    plot.plot([low, high], [y, y], color=colour, linewidth=width, solid_capstyle="butt", zorder=2 if width < 2 else 3)
    for end, limit, arrow in ((ends.lower, axis.lower, "<"), (ends.upper, axis.upper, ">")):
        beyond = end < limit if arrow == "<" else end > limit
        if beyond:
            plot.plot([limit], [y], marker=arrow, color=colour, markersize=4.5, clip_on=False, zorder=4)
        elif width < 2:
            plot.plot([end], [y], marker="|", color=colour, markersize=6, markeredgewidth=1.1, zorder=2)


def marker(plot: Axes, place: tuple[float, float], mark: Mark, filled: bool = True, size: float = 7.5) -> None:
    """A mark in its colour and shape, filled or open."""
    face, edge, width = (mark.colour, INK, 0.7) if filled else ("white", mark.colour, 1.8)
    look: dict[str, Any] = {"color": face, "markeredgecolor": edge, "markeredgewidth": width}
    plot.plot(*place, marker=mark.shape.code, markersize=size, clip_on=False, zorder=6, **look)


def legend(canvas: Canvas, legend: tuple[str, str | None], wide: bool, look: tuple[str, float] = (INK, 2.4)) -> None:
    """A sample of each line with its name, side by side or, on a telephone, one below the other."""
    width, height = canvas.get_size_inches()
    length = 0.3 / width
    for index, (label, colour, weight) in enumerate(((legend[0], *look), (legend[1], PREDICTIVE, 1.3))):
        if label is None:
            continue
        x = 0.03 + (0.34 * index if wide else 0)
        y = (0.16 + (0.0 if wide or legend[1] is None else (1 - index) * 0.19)) / height
        sample(canvas, (x, y, length), colour, weight)
        canvas.text(x + 1.3 * length, y, label, va="center", fontsize=9)


def sample(canvas: Canvas, place: tuple[float, float, float], colour: str, width: float) -> None:
    """A short line as it looks in the drawing."""
    x, y, length = place
    line = matplotlib.lines.Line2D([x, x + length], [y, y], color=colour, linewidth=width, transform=canvas.transFigure)
    canvas.add_artist(line)
