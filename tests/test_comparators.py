"""A comparator that cannot fail proves nothing: each is pushed up and down past its tolerance."""

import math

import pytest
from comparators import assert_monte_carlo, assert_printed, assert_same, half_last_digit


@pytest.mark.parametrize("factor", [1 - 1e-8, 1 + 1e-8])
def test_same_fails_on_a_small_change(factor):
    assert_same([1.0, 2.0], [1.0, 2.0])
    with pytest.raises(AssertionError):
        assert_same([1.0, 2.0 * factor], [1.0, 2.0])


@pytest.mark.parametrize("value", [0.834, 0.846])
def test_printed_fails_beyond_half_a_digit(value):
    assert_printed(0.8449, "0.84")
    with pytest.raises(AssertionError):
        assert_printed(value, "0.84")


@pytest.mark.parametrize("value", [0.9, 1.1])
def test_monte_carlo_fails_beyond_four_errors(value):
    assert_monte_carlo(1.039, 0.01, 1.0)
    with pytest.raises(AssertionError):
        assert_monte_carlo(value, 0.01, 1.0)


@pytest.mark.parametrize("mcse", [0.0, math.nan])
def test_monte_carlo_refuses_an_error_that_compares_nothing(mcse):
    with pytest.raises(AssertionError):
        assert_monte_carlo(1.0, mcse, 1.0)


def test_half_a_digit():
    assert half_last_digit("1.10") == pytest.approx(0.005)
    assert half_last_digit("54") == pytest.approx(0.5)
