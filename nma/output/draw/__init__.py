"""The only matplotlib: draws the figure records to SVG text, the same bytes each time, wide and narrow."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Canvas

from nma.output.draw.density import density
from nma.output.draw.forest import forest
from nma.output.draw.frame import FONTS, Layout, drawing, finish
from nma.output.draw.hasse import hasse
from nma.output.draw.heat import heat
from nma.output.draw.ladder import ladder
from nma.output.draw.network import network
from nma.output.draw.panels import panels
from nma.output.draw.points import points
from nma.output.draw.stacks import stacks
from nma.output.draw.strips import strips
from nma.output.figures import Density, Figure, Forest, Hasse, Ladder, Network, Panels, Points, Stacks, Strips
from nma.output.heat import Heat

__all__ = ["Layout", "draw", "standalone", "write"]


@lru_cache(maxsize=256)
def draw(figure: Figure, layout: Layout = Layout.WIDE, prefix: str = "", tips: tuple[str, ...] = ()) -> str:
    """SVG text of a figure record; its ids begin with ``prefix``, its rows or points say ``tips`` to a pointer.

    Returns
    -------
    str
        An ``svg`` element with title and description, ids of its own, and text that stays text.
    """
    name = f"{prefix}{figure.name}-{layout.name.lower()}"
    return finish(_drawn(figure, layout), name, (figure.title, figure.alt), tips)


@lru_cache(maxsize=256)
def _drawn(figure: Figure, layout: Layout) -> str:
    """What matplotlib draws, once for the page and for the file beside it."""
    with drawing(f"{figure.name}-{layout.name.lower()}"):
        canvas = Canvas()
        FigureCanvasSVG(canvas)
        _DRAWERS[type(figure)](canvas, figure, layout)
        stream = io.StringIO()
        canvas.savefig(stream, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return stream.getvalue()


def standalone(figure: Figure) -> str:
    """SVG file of a figure record, in the wide layout."""
    svg = draw(figure, Layout.WIDE).replace(' class="figure"', f' font-family="{FONTS}"')
    return f'<?xml version="1.0" encoding="utf-8"?>\n{svg}\n'


def write(figures: Iterable[Figure], folder: Path) -> None:
    """Write each figure to ``folder/<name>.svg``; the folder is made where there is none."""
    folder.mkdir(exist_ok=True)
    for figure in figures:
        (folder / f"{figure.name}.svg").write_text(standalone(figure), encoding="utf-8")


_DRAWERS: dict[type, Callable[[Canvas, Any, Layout], None]] = {
    Forest: forest,
    Network: network,
    Panels: panels,
    Density: density,
    Points: points,
    Strips: strips,
    Ladder: ladder,
    Stacks: stacks,
    Heat: heat,
    Hasse: hasse,
}
