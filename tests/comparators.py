"""The comparators of the test suite. Each states why its tolerance is what it is, and is itself tested to fail."""

from __future__ import annotations

import math

import numpy as np

SAME_ARITHMETIC = 1e-10
"""Relative: the same numbers through another order of operations."""

MONTE_CARLO_ERRORS = 4.0
"""A fair draw lies further off less than once in ten thousand."""


def assert_same(value: object, expected: object) -> None:
    """The same arithmetic gives the same numbers."""
    np.testing.assert_allclose(np.asarray(value, float), np.asarray(expected, float), rtol=SAME_ARITHMETIC, atol=1e-12)


def assert_printed(value: float, printed: str) -> None:
    """A number equals a published one to half a unit of its last digit."""
    assert abs(value - float(printed)) <= half_last_digit(printed) * (1 + 1e-9), f"{value} is not printed as {printed}"


def assert_monte_carlo(value: float, mcse: float, expected: float, rounding: float = 0.0) -> None:
    """A sampled number equals an expected one within Monte Carlo error and the rounding of the expected one."""
    assert math.isfinite(value), value
    assert math.isfinite(mcse), mcse
    assert mcse > 0, "a Monte Carlo error of zero compares nothing"
    allowed = MONTE_CARLO_ERRORS * mcse + rounding
    off = abs(value - expected)
    assert off <= allowed, f"{value} is {off:.5f} from {expected}, allowed {allowed:.5f}"


def half_last_digit(printed: str) -> float:
    """Half a unit of the last printed digit."""
    decimals = len(printed.split(".")[1]) if "." in printed else 0
    return 0.5 * 10.0**-decimals
