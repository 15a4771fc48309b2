"""Splits all at once agree with splits one by one wherever they must."""

from __future__ import annotations

import numpy as np
import pytest
from networks import frame_of

import nma
from nma.answers import sides as module
from nma.answers.contrast_level import regression
from nma.answers.sides import back_calculated, sides
from nma.answers.splits import splittable
from nma.fitting.means import split

TAUS = (0.0, 0.3)


@pytest.fixture
def network(analysis):
    designs = ("AB", "AB", "AC", "BC", "BD", "CD", "AD", "DE")
    return nma.Evidence.from_frame(frame_of(*designs), analysis())


def one_by_one(evidence, pair, tau):
    """Direct and indirect estimates of the split model at a given between-trial variance, with their variances."""
    estimate, covariance = regression(evidence, split(*pair)).solve(tau**2)
    weights = np.zeros(len(evidence.treatments) + 1)
    weights[[evidence.treatments.index(name) for name in pair]] = 1.0, -1.0
    indirect = weights[1:]
    return estimate[-1], covariance[-1, -1], indirect @ estimate, indirect @ covariance @ indirect


@pytest.mark.parametrize("tau", TAUS)
def test_with_two_arm_trials_it_is_the_node_split_at_that_variance(network, tau):
    found = back_calculated(network, tau)
    for pair in splittable(network):
        direct, direct_variance, indirect, indirect_variance = one_by_one(network, pair, tau)
        side = found[pair]
        assert side["direct"] == pytest.approx(direct, abs=1e-10)
        assert side["indirect"] == pytest.approx(indirect, abs=1e-9)
        assert side["direct_se"] ** 2 == pytest.approx(direct_variance, rel=1e-9)
        assert side["indirect_se"] ** 2 == pytest.approx(indirect_variance, rel=1e-9)


@pytest.mark.parametrize("tau", TAUS)
def test_a_triangle_is_bucher(analysis, tau):
    evidence = nma.Evidence.from_frame(frame_of("AB", "AC", "BC"), analysis())
    found = back_calculated(evidence, tau)
    side, others = found["C", "B"], (found["C", "A"], found["B", "A"])
    assert side["indirect"] == pytest.approx(others[0]["direct"] - others[1]["direct"], abs=1e-10)
    assert side["indirect_se"] == pytest.approx(np.hypot(*(other["direct_se"] for other in others)), rel=1e-10)


def test_a_comparison_without_a_second_way_is_left_out(network):
    assert ("E", "D") not in back_calculated(network, 0.1)
    assert ("D", "A") in back_calculated(network, 0.1)


def test_both_ends_say_the_same(network):
    found = back_calculated(network, 0.2)
    for first, second in found:
        one, other = found[first, second], found[second, first]
        assert (one["direct"], one["indirect"], one["p"]) == (-other["direct"], -other["indirect"], other["p"])


def test_many_comparisons_are_split_all_at_once(network, monkeypatch):
    before = sides(network)
    monkeypatch.setattr(module, "MOST_SPLITS", 0)
    after = sides(network)
    assert {frozenset(pair) for pair in before} == {frozenset(pair) for pair in after}
    for pair in before:
        side = after[pair]
        assert side["direct"] == pytest.approx(before[pair]["direct"], abs=0.5 * before[pair]["direct_se"])
