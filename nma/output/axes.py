"""Axes as data: limits and ticks that hold the estimates, cut off where an interval runs to extremes."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from nma.output.reading import Reading, Scale
from nma.output.text import Numbers

_REACH = 40.0
_STEPS = ((1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8), (1, 1.5, 2, 3, 5, 7), (1, 2, 5), (1, 3), (1,))
_MOST_TICKS = 7


@dataclass(frozen=True, slots=True)
class Axis:
    """A value axis.

    Attributes
    ----------
    log : bool
        Whether it is logarithmic.
    null : float
        The value of no effect, where a line stands.
    lower, upper : float
        Limits; intervals beyond them end in an arrow.
    ticks : tuple[tuple[float, str], ...]
        Position and label of each tick.
    title, left, right : str
        What is shown, and whom each side favours.
    """

    log: bool
    null: float
    lower: float
    upper: float
    ticks: tuple[tuple[float, str], ...]
    title: str
    left: str
    right: str


@dataclass(frozen=True, slots=True)
class Span:
    """A plain linear axis: its limits, its ticks and what it shows."""

    lower: float
    upper: float
    ticks: tuple[tuple[float, str], ...]
    title: str


def span(numbers: Numbers, values: Iterable[float], title: str, most: int = _MOST_TICKS, plain: bool = False) -> Span:
    """A linear axis that holds ``values`` with a margin; ``plain`` writes ticks without marks between thousands."""
    found = list(values)
    low, high = min(found), max(found)
    margin = 0.06 * (high - low) or 0.5
    ticks = _linear_ticks(low - margin, high + margin, most)
    written = ((place, f"{place:.0f}" if plain else numbers.general(place)) for place in ticks)
    return Span(low - margin, high + margin, tuple(written), title)


def axis(reading: Reading, values: Iterable[float | None], sides: tuple[str, str], title: str) -> Axis:
    """Axis of relative effects that shows ``values`` and the line of no effect."""
    return scale_axis((reading.scale, reading.text.numbers), values, sides, title)


def scale_axis(look: tuple[Scale, Numbers], values: Iterable[float | None], sides: tuple[str, str], title: str) -> Axis:
    """Axis of any effects on a scale that shows ``values`` and the line of no effect."""
    scale, numbers = look
    lower, upper = _limits(scale, [value for value in values if value is not None])
    places = _log_ticks(lower, upper) if scale.log else _linear_ticks(lower, upper)
    ticks = tuple((place, numbers.general(place)) for place in places)
    return Axis(scale.log, scale.null, lower, upper, ticks, title, *sides)


def _limits(scale: Scale, values: list[float]) -> tuple[float, float]:
    if scale.log:
        low = min([1 / 1.5, *(max(value, 1 / _REACH) for value in values)])
        high = max([1.5, *(min(value, _REACH) for value in values)])
        return low / 1.12, high * 1.12
    low, high = (edge([0.05 * sign, *values]) for edge, sign in ((min, -1), (max, 1)))
    margin = 0.04 * (high - low)
    return low - margin, high + margin


def _log_ticks(lower: float, upper: float) -> list[float]:
    decades = range(math.floor(math.log10(lower)), math.ceil(math.log10(upper)) + 1)
    for steps in _STEPS:
        ticks = [step * 10.0**decade for decade in decades for step in steps]
        shown = [round(tick, 6) for tick in ticks if lower <= tick <= upper]
        if len(shown) <= _MOST_TICKS:
            return shown
    return shown


def _linear_ticks(lower: float, upper: float, most: int = _MOST_TICKS) -> list[float]:
    rough = (upper - lower) / (most - 1)
    magnitude = 10.0 ** math.floor(math.log10(rough))
    step = next(size * magnitude for size in (1, 2, 5, 10) if size * magnitude >= rough)
    return [round(index * step, 10) for index in range(math.ceil(lower / step), math.floor(upper / step) + 1)]
