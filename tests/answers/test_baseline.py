"""The pooled risk of the reference: against brute force, and where it must go in the limit."""

import numpy as np
import pytest
from scipy import integrate, stats
from scipy.special import expit, logit

from nma.answers.baseline import MEAN_SCALE, SPREAD_SCALE, _marginal, pooled_risk

ARMS = [(12, 100), (30, 120), (9, 60)]
SIZE = 40_000


def pooled(arms, seed=1):
    return pooled_risk(arms, SIZE, np.random.default_rng(seed))


@pytest.mark.parametrize(
    ("arm", "mean", "spread"), [((0, 40), -2.0, 0.5), ((30, 120), -1.0, 2.5), ((700, 1000), 0.8, 0.02)]
)
def test_the_random_effect_is_integrated_out(arm, mean, spread):
    events, people = arm

    def height(z):
        return np.exp(stats.binom.logpmf(events, people, expit(mean + spread * z)) + stats.norm.logpdf(z))

    at = np.linspace(-12, 12, 400_001)
    expected = integrate.trapezoid(height(at), at)
    constant = stats.binom.logpmf(events, people, 0.3) - events * np.log(0.3) - (people - events) * np.log(0.7)
    found = float(_marginal(np.array(arm, float), np.array(mean), np.array(spread)))
    # Fifteen nodes round the mode of a skewed integrand: good to four figures of a probability.
    assert np.exp(found + constant) == pytest.approx(expected, rel=1e-4, abs=0.0)


def test_the_pooled_risk_agrees_with_importance_sampling():
    rng = np.random.default_rng(2)
    means = rng.normal(logit(0.2), 1.5, 400_000)
    spreads = np.abs(rng.normal(0, SPREAD_SCALE, len(means)))
    log_weight = stats.norm.logpdf(means, 0, MEAN_SCALE) - stats.norm.logpdf(means, logit(0.2), 1.5)
    for events, people in ARMS:
        risk = expit(means + spreads * rng.standard_normal(len(means)))
        # One random effect for each draw makes the weights unbiased for the integral over it.
        log_weight = log_weight + stats.binom.logpmf(events, people, risk)
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    order = np.argsort(means)
    quantiles = np.interp([0.1, 0.5, 0.9], np.cumsum(weight[order]), expit(means[order]))
    effective = 1 / (weight**2).sum()
    assert effective > 2000
    # Four standard errors of a weighted quantile, from about 2,000 effective draws, in units of the risk's own spread.
    assert np.quantile(pooled(ARMS).average, [0.1, 0.5, 0.9]) == pytest.approx(quantiles, abs=0.012)


def test_many_large_arms_alike_leave_no_doubt():
    found = pooled([(2000, 10_000)] * 30)
    assert np.quantile(found.average, [0.025, 0.975]) == pytest.approx([0.2, 0.2], abs=0.01)
    assert found.new.std() < 0.01


def test_a_new_setting_is_less_sure_than_the_average_one():
    found = pooled(ARMS)
    assert found.arms == 3
    assert np.ptp(np.quantile(found.new, [0.025, 0.975])) > np.ptp(np.quantile(found.average, [0.025, 0.975]))


def test_one_arm_has_the_uncertainty_of_its_counts_alone():
    found = pooled([(348, 1055)])
    assert found.new is None
    # Under so flat a prior of the log odds the posterior is that of a beta distribution, to the width of a grid step.
    expected = stats.beta(348, 707).ppf([0.025, 0.5, 0.975])
    assert np.quantile(found.average, [0.025, 0.5, 0.975]) == pytest.approx(expected, abs=5e-4)


@pytest.mark.parametrize("arms", [[(0, 50)], [(50, 50)], [(0, 50), (0, 80)], [(0, 50), (80, 80)]])
def test_arms_without_events_or_with_nothing_else_have_a_risk(arms):
    found = pooled(arms)
    assert np.isfinite(found.average).all()
    assert ((found.average >= 0) & (found.average <= 1)).all()


def test_events_and_their_absence_mirror_each_other():
    turned = pooled([(people - events, people) for events, people in ARMS])
    assert np.quantile(turned.average, 0.5) == pytest.approx(1 - np.quantile(pooled(ARMS).average, 0.5), abs=1e-3)


def test_no_arm_gives_nothing():
    assert pooled([]) is None
