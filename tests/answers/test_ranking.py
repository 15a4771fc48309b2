"""Rankings: which way is up, and what must always hold."""

import numpy as np
import pytest
from comparators import assert_same

import nma
from nma.answers.scale import predictive_positions


def by_treatment(frame, column):
    return frame.set_index("treatment")[column].to_dict()


def test_mean_sucra_is_one_half(made_fit, analysis):
    for plan in (analysis(), analysis(better="lower")):
        assert_same(nma.ranking(made_fit(plan))["sucra"].mean(), 0.5)
        assert_same(nma.ranking(made_fit(plan))["predictive_sucra"].mean(), 0.5)


def test_a_larger_effect_ranks_first_when_higher_is_better(made_fit, analysis):
    assert list(nma.ranking(made_fit(analysis(better="higher")))["treatment"]) == ["C", "B", "A"]
    assert list(nma.ranking(made_fit(analysis(better="lower")))["treatment"]) == ["A", "B", "C"]


def test_turning_the_direction_mirrors_the_ranks(made_fit, analysis):
    up, down = nma.ranking(made_fit(analysis(better="higher"))), nma.ranking(made_fit(analysis(better="lower")))
    sucra_up, sucra_down = by_treatment(up, "sucra"), by_treatment(down, "sucra")
    for treatment, value in sucra_up.items():
        assert_same(value, 1 - sucra_down[treatment])
    probabilities = by_treatment(down, "rank_probabilities")
    for treatment, values in by_treatment(up, "rank_probabilities").items():
        assert_same(values, probabilities[treatment][::-1])


def test_the_direction_is_said_in_words(made_fit, analysis):
    plan = analysis(better_in_words="more people stop smoking")
    assert nma.ranking(made_fit(plan)).attrs["direction"] == "higher is better: more people stop smoking"


def test_sucra_is_the_mean_of_the_cumulative_curve(made_fit, analysis):
    for row in nma.ranking(made_fit(analysis())).itertuples():
        assert_same(row.sucra, np.mean(row.cumulative[:-1]))
        assert_same(row.sucra, (3 - row.mean_rank) / 2)
        assert_same(sum(row.rank_probabilities), 1.0)
        assert row.p_best == row.rank_probabilities[0]


def test_a_sure_order_has_sucra_one_half_and_zero(made_fit, analysis):
    sure = np.broadcast_to(np.array([0.0, 1.0, 2.0]), (2, 100, 3)).copy()
    frame = nma.ranking(made_fit(analysis(), effects=sure))
    assert list(frame["sucra"]) == [1.0, 0.5, 0.0]
    assert list(frame["rank_lower"]) == list(frame["rank_upper"]) == [1, 2, 3]


def test_common_effects_have_no_predictive_ranking(made_fit, mapping):
    plan = nma.Analysis.from_mapping(mapping(effects="common", priors={"effects": {"family": "normal", "scale": 10}}))
    frame = nma.ranking(made_fit(plan, tau=None))
    assert frame["predictive_sucra"].isna().all()


@pytest.mark.parametrize("pair", [(0, 1), (1, 2), (0, 2)])
def test_predictive_differences_have_variance_tau_squared_for_every_pair(made_fit, analysis, pair):
    fixed = np.zeros((2, 40_000, 3))
    fit = made_fit(analysis(), effects=fixed)
    new = predictive_positions(fit, np.random.default_rng(1))
    tau2 = float((fit.heterogeneity_sd**2).mean())
    difference = new[:, pair[1]] - new[:, pair[0]]
    # 80,000 draws of a normal scale mixture: standard error of a variance about sqrt(2/80,000) = 0.5 %; four of them.
    assert difference.var() == pytest.approx(tau2, rel=0.02)


def test_the_predictive_draws_belong_to_the_fit(made_fit, analysis):
    fit = made_fit(analysis())
    assert nma.ranking(fit).equals(nma.ranking(fit))
