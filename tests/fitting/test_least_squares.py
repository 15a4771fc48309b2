"""Restricted likelihood and moments against their definitions."""

import numpy as np
import pytest
from comparators import assert_same
from scipy.optimize import minimize_scalar

from nma.fitting.least_squares import Regression


@pytest.fixture
def made():
    rng = np.random.default_rng(3)
    x = np.column_stack([np.ones(12), rng.normal(size=12)])
    variance = rng.uniform(0.05, 0.4, size=12)
    y = x @ [0.3, -0.2] + rng.normal(size=12) * np.sqrt(variance + 0.3)
    return Regression(x, y, variance)


def by_definition(regression, tau2):
    """-½ log|V| - ½ log|X'V⁻¹X| - ½ y'Py with the full matrices."""
    v = np.diag(regression.variance + tau2)
    inverse = np.linalg.inv(v)
    cross = regression.x.T @ inverse @ regression.x
    p = inverse - inverse @ regression.x @ np.linalg.inv(cross) @ regression.x.T @ inverse
    return -0.5 * (np.linalg.slogdet(v)[1] + np.linalg.slogdet(cross)[1] + regression.y @ p @ regression.y)


@pytest.mark.parametrize("tau2", [0.0, 0.1, 2.0])
def test_the_restricted_likelihood_is_the_one_defined(made, tau2):
    assert_same(made.restricted_log_likelihood(tau2), by_definition(made, tau2))


def test_its_maximum_is_found(made):
    found = minimize_scalar(
        lambda t: -by_definition(made, t), bounds=(0, 20), method="bounded", options={"xatol": 1e-12}
    )
    assert found.x > 0.05
    assert made.restricted_variance() == pytest.approx(found.x, rel=1e-5)  # the maximum is flat: √1e-10 of its width


def test_equal_variances_have_a_closed_form():
    """With equal sampling variances both estimates are the sample variance less the sampling variance."""
    y = np.array([0.1, 0.9, -0.4, 0.5, 1.3])
    regression = Regression(np.ones((5, 1)), y, np.full(5, 0.1))
    assert regression.restricted_variance() == pytest.approx(y.var(ddof=1) - 0.1, rel=1e-6)
    assert_same(regression.moment_variance(), y.var(ddof=1) - 0.1)


def test_homogeneous_data_give_exactly_zero():
    regression = Regression(np.ones((4, 1)), np.array([0.1, 0.11, 0.09, 0.1]), np.full(4, 0.1))
    assert regression.restricted_variance() == 0.0
    assert regression.moment_variance() == 0.0


def test_without_degrees_of_freedom_there_is_no_variance():
    regression = Regression(np.eye(2), np.array([1.0, 5.0]), np.array([0.1, 0.1]))
    assert regression.df == 0
    assert regression.restricted_variance() == regression.moment_variance() == 0.0


@pytest.mark.parametrize("apart", [0.5, 5.0, 50.0, 5000.0])
def test_two_trials_far_apart(apart):
    """Two estimates with variance v: τ² = difference² / 2 - v."""
    regression = Regression(np.ones((2, 1)), np.array([0.0, apart]), np.full(2, 0.01))
    assert regression.restricted_variance() == pytest.approx(apart**2 / 2 - 0.01, rel=1e-6)
