"""The turn to independent contrasts, and the filling up of a structure."""

import numpy as np
import pandas as pd
import pytest
from comparators import assert_same

import nma
from nma.fitting.layout import independent_contrasts, layout, structure_of
from nma.fitting.means import Task


@pytest.fixture
def covariance():
    rng = np.random.default_rng(1)
    root = rng.normal(size=(3, 3))
    return root @ root.T + np.eye(3)


def test_both_covariances_are_recovered(covariance):
    """M M' = R and M diag(1/precision) M' = the sampling covariance."""
    mixing, _, precision = independent_contrasts(np.array([0.1, 0.2, 0.3]), covariance)
    assert_same(mixing @ mixing.T, 0.5 * np.eye(3) + 0.5)
    assert_same(mixing @ np.diag(1 / precision) @ mixing.T, covariance)


def test_the_estimate_is_turned_with_them(covariance):
    estimate = np.array([0.1, 0.2, 0.3])
    mixing, turned, _ = independent_contrasts(estimate, covariance)
    assert_same(mixing @ turned, estimate)


def test_a_two_arm_trial_stays_as_it_is():
    mixing, turned, precision = independent_contrasts(np.array([0.4]), np.array([[0.25]]))
    assert_same(np.abs(mixing), [[1.0]])
    assert_same(mixing @ turned, [0.4])
    assert_same(precision, [4.0])


def gls(arrays, tau):
    """Least squares in the independent contrasts."""
    weight = arrays.precision / (1 + arrays.precision * tau**2)
    information = arrays.design.T @ (weight[:, None] * arrays.design)
    return np.linalg.solve(information, arrays.design.T @ (weight * arrays.estimate))


@pytest.mark.parametrize("tau", [0.0, 0.3, 1.0])
def test_least_squares_do_not_depend_on_reference_or_labels(triangle, analysis, tau):
    base = gls(layout(Task(nma.Evidence.from_frame(triangle, analysis()), analysis())), tau)  # B, C against A
    plan = analysis(reference="C")
    other = gls(layout(Task(nma.Evidence.from_frame(triangle, plan), plan)), tau)  # A, B against C
    assert_same([base[0], base[1]], [other[1] - other[0], -other[0]])
    renamed = triangle.assign(treatment=triangle["treatment"].map({"A": "A", "B": "Z", "C": "Y"}))
    relabelled = gls(layout(Task(nma.Evidence.from_frame(renamed, analysis()), analysis())), tau)  # Y, Z against A
    assert_same([base[0], base[1]], [relabelled[1], relabelled[0]])


def test_filling_up_changes_no_data(triangle, analysis):
    plan = analysis()
    evidence = nma.Evidence.from_frame(triangle, plan)
    own = structure_of(Task(evidence, plan))
    room = own.holding(structure_of(Task(nma.Evidence.from_frame(_larger(triangle), plan), plan)))
    small, large = layout(Task(evidence, plan)), layout(Task(evidence, plan), room)
    assert large.structure.studies == own.studies + 2
    assert large.people.sum() == small.people.sum()
    assert_same(large.precision[: own.contrasts], small.precision)
    assert not large.precision[own.contrasts :].any()
    assert_same(large.location[: own.parameters], small.location)


def _larger(frame):
    extra = frame[frame["study"].isin(["t1", "t4"])].assign(study=lambda f: f["study"] + "x")
    extra = extra.assign(treatment=extra["treatment"].replace({"C": "D"}))
    return pd.concat([frame, extra], ignore_index=True)


def test_no_zero_cell_rule_can_refuse_the_binomial_likelihood(triangle, analysis):
    everybody = triangle.assign(events=triangle["n"])
    for measure, link in (("RR", "log"), ("OR", "logit")):
        plan = analysis(measure=measure, link=link, zero_cells="refuse")
        arrays = layout(Task(nma.Evidence.from_frame(everybody, plan), plan))
        assert np.isfinite(arrays.location).all()
        assert (arrays.precision > 0).all()
