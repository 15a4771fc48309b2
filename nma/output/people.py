"""How counts of people among 1,000, their differences and numbers needed to treat are written."""

from __future__ import annotations

import math

from nma.output.reading import Reading, Row
from nma.output.text import Numbers

MOST_NEEDED = 10_000
"""Above this a number needed to treat is only said to be larger."""
NOTHING = 1e-9
"""A difference of so few people is a rounding error of none."""
_TOUCHES = 1e-9
"""What a reciprocal such as 1 / 0.04 may lie beside its whole number."""
_KINDS = {"benefit": "absolute.nnt.benefit", "harm": "absolute.nnt.harm", "none": "absolute.nnt.none"}
_OTHER = {"benefit": "harm", "harm": "benefit", "none": "harm"}
_UP = {"benefit": True, "harm": False, "none": True}
"""Numbers needed are rounded with caution: to benefit up, to harm down."""


def counted(numbers: Numbers, value: float) -> str:
    """People among 1,000: whole numbers, and a decimal where there is less than one."""
    size = abs(value)
    if NOTHING < size < 0.05:
        return f"<{numbers.decimals(0.1, 1)}"
    return numbers.decimals(value, 1 if 0.05 <= size < 0.95 else 0)


def signed(reading: Reading, value: float) -> str:
    """A difference with its sign."""
    sign = "+" if value > NOTHING else "−" if value < -NOTHING else ""
    return sign + counted(reading.text.numbers, abs(value))


def more_or_fewer(reading: Reading, value: float) -> str:
    """A difference in words: how many more or fewer."""
    if abs(value) <= NOTHING:
        return reading.text("absolute.difference.same")
    key = "absolute.difference.more" if value > 0 else "absolute.difference.fewer"
    return reading.text(key, n=counted(reading.text.numbers, abs(value)))


def people(reading: Reading, row: Row) -> tuple[str, str]:
    """A count of people and its interval."""
    median, lower, upper = (counted(reading.text.numbers, row[key]) for key in ("median", "lower", "upper"))
    return median, reading.text("interval", lower=lower, upper=upper)


def difference(reading: Reading, row: Row) -> tuple[str, str]:
    """A difference in words and its interval."""
    median, lower, upper = (more_or_fewer(reading, row[key]) for key in ("median", "lower", "upper"))
    return median, reading.text("interval", lower=lower, upper=upper)


def needed(reading: Reading, nnt: Row) -> tuple[str, str]:
    """A number needed to treat and its interval, which runs through infinity where benefit and harm are both in it."""
    kind = nnt["kind"]
    estimate = _needed(reading, kind, nnt["value"])
    if not nnt["crosses"]:
        return estimate, bare(reading, nnt)[1]
    same = "benefit" if kind == "none" else kind
    near, far = _needed(reading, same, nnt["lower"]), _needed(reading, _OTHER[kind], nnt["upper"])
    return estimate, reading.text("absolute.nnt.through", near=near, far=far)


def bare(reading: Reading, nnt: Row) -> tuple[str, str]:
    """A number needed to treat and its interval without its kind, where no effect is excluded."""
    numbers, up = reading.text.numbers, _UP[nnt["kind"]]
    value, lower, upper = (_whole(numbers, nnt[key], up) for key in ("value", "lower", "upper"))
    return value, reading.text("interval", lower=lower, upper=upper)


def _needed(reading: Reading, kind: str, value: float | None) -> str:
    if value is None:
        return reading.text("absolute.nnt.none")
    return reading.text(_KINDS[kind], n=_whole(reading.text.numbers, value, _UP[kind]))


def _whole(numbers: Numbers, value: float | None, up: bool) -> str:
    if value is None:
        return "∞"
    if value > MOST_NEEDED:
        return f">{numbers.count(MOST_NEEDED)}"
    return numbers.count(max(1, math.ceil(value - _TOUCHES) if up else math.floor(value + _TOUCHES)))
