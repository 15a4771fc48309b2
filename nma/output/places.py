"""Where the number of each edge stands, so that it lies on its own line and not where lines cross."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

Point = tuple[float, float]
Line = tuple[Point, Point]
_CHOICES = (0.5, 0.44, 0.56, 0.38, 0.62, 0.32, 0.68, 0.26, 0.74)
_ROOM = 0.2


def label_places(lines: Sequence[Line]) -> list[float]:
    """Share of the way along each line at which its label has most room.

    Parameters
    ----------
    lines : sequence of pairs of points
        The edges, on the unit circle.

    Returns
    -------
    list[float]
        One of a few places between a quarter and three quarters of the way.
    """
    taken: list[Point] = []
    places = []
    for line in lines:
        others = [other for other in lines if other != line]
        place = max(_CHOICES, key=partial(_room, line, others, tuple(taken)))
        taken.append(_along(line, place))
        places.append(place)
    return places


def apart(heights: Sequence[float], gap: float) -> list[float]:
    """Heights moved up as little as keeps them ``gap`` apart, in the order given (which must be from below)."""
    placed: list[float] = []
    for height in heights:
        placed.append(max(height, placed[-1] + gap) if placed else height)
    return placed


def _along(line: Line, share: float) -> Point:
    (x0, y0), (x1, y1) = line
    return x0 + share * (x1 - x0), y0 + share * (y1 - y0)


def _room(line: Line, lines: Sequence[Line], taken: Sequence[Point], share: float) -> float:
    """Distance to the nearest other line or label, as far as it matters."""
    point = _along(line, share)
    near = [math.dist(point, other) / 1.5 for other in taken] + [_distance(point, line) for line in lines]
    return min([_ROOM, *near])


def _distance(point: Point, line: Line) -> float:
    (x0, y0), (x1, y1) = line
    along = ((point[0] - x0) * (x1 - x0) + (point[1] - y0) * (y1 - y0)) / ((x1 - x0) ** 2 + (y1 - y0) ** 2)
    return math.dist(point, _along(line, min(1.0, max(0.0, along))))
