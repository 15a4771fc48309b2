"""Relative effects: antisymmetry, consistency, scales."""

import numpy as np
import pytest
from comparators import assert_same
from scipy.special import expit, logit

import nma
from nma.answers.scale import positions


def test_every_ordered_pair_stands_once(made_fit, analysis):
    frame = nma.relative_effects(made_fit(analysis()))
    assert len(frame) == 6
    assert not frame.duplicated(["treatment", "versus"]).any()


def test_an_effect_turned_round_is_its_inverse(made_fit, analysis):
    frame = nma.relative_effects(made_fit(analysis())).set_index(["treatment", "versus"])
    for treatment, versus in frame.index:
        row, turned = frame.loc[(treatment, versus)], frame.loc[(versus, treatment)]
        assert_same(row["median"] * turned["median"], 1.0)
        assert_same(row["lower"] * turned["upper"], 1.0)
        assert_same(row["predictive_lower"] * turned["predictive_upper"], 1.0)
        assert_same(row["mean_log"], -turned["mean_log"])
        assert_same(row["p_better"] + turned["p_better"], 1.0)


def test_effects_add_up_round_a_triangle(made_fit, analysis):
    means = nma.relative_effects(made_fit(analysis())).set_index(["treatment", "versus"])["mean_log"]
    assert_same(means["C", "A"], means["C", "B"] + means["B", "A"])


def test_a_predictive_interval_holds_the_credible_one(made_fit, analysis):
    frame = nma.relative_effects(made_fit(analysis(), tau=0.5))
    assert (frame["predictive_lower"] < frame["lower"]).all()
    assert (frame["predictive_upper"] > frame["upper"]).all()


def test_common_effects_have_no_predictive_interval(made_fit, mapping):
    plan = nma.Analysis.from_mapping(mapping(effects="common", priors={"effects": {"family": "normal", "scale": 10}}))
    frame = nma.relative_effects(made_fit(plan, tau=None))
    assert frame["predictive_lower"].isna().all()
    assert nma.heterogeneity(made_fit(plan, tau=None)) is None


@pytest.mark.parametrize("measure", ["RR", "RD"])
def test_logit_effects_at_a_declared_baseline(made_fit, analysis, measure):
    plan = analysis(measure=measure, baseline_risk={"risk": 0.24, "source": "psychiatric care in the 2015 report"})
    sure = np.broadcast_to(np.array([0.0, 0.5, 1.0]), (2, 100, 3)).copy()
    risk = expit(logit(0.24) + np.array([0.0, 0.5, 1.0]))
    frame = nma.relative_effects(made_fit(plan, effects=sure)).set_index(["treatment", "versus"])
    expected = risk[2] / risk[1] if measure == "RR" else risk[2] - risk[1]
    assert_same(frame.loc[("C", "B"), "median"], expected)


def test_a_risk_difference_has_no_logarithm(made_fit, analysis):
    plan = analysis(measure="RD", baseline_risk={"risk": 0.24, "source": "made up for this test"})
    frame = nma.relative_effects(made_fit(plan))
    assert frame["mean_log"].isna().all()
    assert (frame["lower"] < frame["upper"]).all()


def test_league_reads_row_against_column(made_fit, analysis):
    fit = made_fit(analysis())
    effects = nma.relative_effects(fit).set_index(["treatment", "versus"])
    row = effects.loc[("B", "A")]
    assert nma.league(fit).loc["B", "A"] == f"{row['median']:.2f} ({row['lower']:.2f} to {row['upper']:.2f})"
    assert nma.league(fit).loc["A", "A"] == ""


def test_positions_of_a_log_link_are_the_effects(made_fit, analysis):
    fit = made_fit(analysis())
    assert_same(positions(fit), fit.effects.to_numpy().reshape(-1, 3))


def test_heterogeneity_stands_beside_its_prior(made_fit, analysis):
    found = nma.heterogeneity(made_fit(analysis()))
    assert found["lower"] < found["median"] < found["upper"]
    assert_same([found["prior"]["median"], found["prior"]["upper"]], [2.5, 4.875])
    density = found["density"]
    mass = np.trapezoid(density["posterior"], density["grid"])
    assert mass == pytest.approx(1.0, abs=0.02)  # a kernel density on a grid that ends in the tail
