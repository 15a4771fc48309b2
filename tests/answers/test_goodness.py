"""Residual deviance, leverage, pD and DIC: closed forms, and the definition written out."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from comparators import assert_same
from scipy import stats

import nma
from nma.answers.goodness import binomial_deviance, contrasts, goodness, slices
from nma.answers.predictive import leave_one_out, predictive_check
from nma.fitting.layout import layout
from nma.fitting.means import Task

NORMAL = {"measure": "RR", "likelihood": "normal", "link": "log"}


@pytest.mark.parametrize(("r", "n", "p"), [(3, 10, 0.25), (0, 10, 0.1), (10, 10, 0.9), (7, 10, 0.7)])
def test_deviance_is_twice_the_loss_of_log_likelihood(r, n, p):
    loss = stats.binom.logpmf(r, n, r / n) - stats.binom.logpmf(r, n, p)
    assert_same(binomial_deviance(r, n, np.array(p)), 2 * loss)


@pytest.mark.parametrize("p", [0.0, 1.0, 1e-320, 1 - 1e-17])
def test_deviance_stays_finite_at_the_ends(p):
    for r in (0, 4, 10):
        assert np.isfinite(binomial_deviance(r, 10, np.array(p)))


@pytest.fixture
def binomial(made_fit, analysis):
    """Made-up draws with probabilities of each arm around what was observed."""
    fit = made_fit(analysis())
    rng = np.random.default_rng(2)
    people = np.array([[arm.n for arm in (*t.arms, t.arms[0])[:3]] for t in fit.evidence.trials])
    events = np.array([[arm.events for arm in (*t.arms, t.arms[0])[:3]] for t in fit.evidence.trials])
    draws = rng.beta(events + 1, people - events + 1, size=(2, 500, *events.shape))
    names = [trial.id for trial in fit.evidence.trials]
    posterior = fit.posterior.assign(probability=(("chain", "draw", "study", "arm"), draws))
    return replace(fit, posterior=posterior.assign_coords(study=names, arm=["1", "2", "3"])), draws


def test_each_arm_is_a_point(binomial):
    fit, draws = binomial
    found = goodness(fit)
    arms = [(trial, k) for trial in range(4) for k in range(len(fit.evidence.trials[trial].arms))]
    assert found["data_points"] == len(found["points"]) == 9
    for point, (trial, k) in zip(found["points"], arms, strict=True):
        arm = fit.evidence.trials[trial].arms[k]
        p = draws[:, :, trial, k].ravel()
        assert_same(point["deviance"], binomial_deviance(arm.events, arm.n, p).mean())
        assert_same(point["leverage"], point["deviance"] - binomial_deviance(arm.events, arm.n, np.array(p.mean())))
        assert_same(point["fitted"], arm.n * p.mean())
        assert np.sign(point["signed_root"]) == (1 if arm.events >= point["fitted"] else -1)
    assert_same(found["dic"], found["dbar"] + found["pd"])
    assert_same(found["pd"], sum(point["leverage"] for point in found["points"]))


def test_a_saturated_posterior_has_about_one_parameter_an_arm(binomial):
    """Beta posteriors with flat priors: Dbar and pD are both about the number of arms."""
    found = goodness(binomial[0])
    assert found["dbar"] == pytest.approx(9, rel=0.15)
    assert found["pd"] == pytest.approx(9, rel=0.15)


@pytest.fixture
def exact_normal(analysis, made_fit, triangle):
    """Draws of a common-effect contrast-level model from its closed form."""
    priors = {"effects": {"family": "normal", "scale": 100}}
    plan = analysis(**NORMAL, effects="common", priors=priors)
    arrays = layout(Task(nma.Evidence.from_frame(triangle, plan), plan))
    weight = arrays.precision
    covariance = np.linalg.inv(arrays.design.T @ (weight[:, None] * arrays.design))
    mean = covariance @ arrays.design.T @ (weight * arrays.estimate)
    draws = np.random.default_rng(4).multivariate_normal(mean, covariance, size=(2, 20_000))
    effects = np.concatenate([np.zeros((2, 20_000, 1)), draws], axis=-1)
    return made_fit(plan, effects=effects, tau=None), arrays, mean


def test_a_common_effect_model_spends_one_parameter_an_effect(exact_normal):
    """Normal data and mean: pD = 2 exactly, Dbar = Q + pD; 40,000 draws leave an error of 0.02."""
    fit, arrays, mean = exact_normal
    q = np.sum(arrays.precision * (arrays.estimate - arrays.design @ mean) ** 2)
    found = goodness(fit)
    assert found["pd"] == pytest.approx(2.0, abs=0.05)
    assert found["dbar"] == pytest.approx(q + 2.0, abs=0.05)
    assert found["data_points"] == 5
    assert [point["data_points"] for point in found["points"]] == [1, 1, 1, 2]


def test_deviance_of_a_trial_is_that_of_its_full_covariance(exact_normal):
    """(y - m)' S⁻¹ (y - m) with the covariance of the shared arm, for the three-arm trial and a draw."""
    from nma.evidence import trial_contrasts

    fit, _, _ = exact_normal
    trial = fit.evidence.trials[3]
    seen = trial_contrasts(trial, fit.analysis.effect_measure, fit.analysis.zero_cells)
    found = contrasts(fit)
    part = slices(fit.evidence.trials)[3]
    draw = fit.effects.to_numpy().reshape(-1, 3)[7]
    residual = seen.estimate - (draw[1:] - draw[0])
    expected = residual @ np.linalg.inv(seen.covariance) @ residual
    assert_same((found.precision[part] * (found.seen[part] - found.mean[7, part]) ** 2).sum(), expected)


def test_random_effects_are_put_back(made_fit, analysis):
    """Given d and τ a trial's effect is the precision-weighted mean of what is expected and what was seen."""
    fit = made_fit(analysis(**NORMAL))
    found = contrasts(fit)
    weight = found.precision / (found.precision + 1 / found.tau**2)
    assert_same(found.true_mean, found.mean + weight * (found.seen - found.mean))
    assert_same(found.true_variance, 1 / (found.precision + 1 / found.tau**2))


def test_parkinson_at_contrast_level_fits_as_in_tsd2():
    """NICE DSU TSD 2, example 5, contrast level, random effects: 6.6 / 5.5 / 12.1, by quadrature over τ ~ U(0, 5).

    The data are means, which an analysis does not take, so the regression and the deviance are written out here from
    the same independent contrasts; 10 % as multinma's own tests allow.
    """
    from pathlib import Path

    from nma.fitting.layout import independent_contrasts
    from nma.fitting.least_squares import Regression

    data = pd.read_csv(Path(__file__).parents[1] / "reference/parkinson.data.csv")
    parts = []
    for _, arms in data.groupby("study"):
        mean, variance = arms["mean"].to_numpy(), (arms["sd"] ** 2 / arms["n"]).to_numpy()
        design = np.array([[t == name for name in "BCDE"] for t in arms["treatment"]], dtype=float)
        seen = mean[1:] - mean[0], np.diag(variance[1:]) + variance[0]
        mixing, estimate, precision = independent_contrasts(*seen)
        parts.append((np.linalg.solve(mixing, design[1:] - design[0]), estimate, 1 / precision))
    x, y, v = (np.concatenate(list(part)) for part in zip(*parts, strict=True))
    regression = Regression(x, y, v, ridge=100.0**-2)
    grid = np.linspace(0.0025, 4.9975, 1000)
    log_weight = regression.restricted_log_likelihood(grid**2)
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    deviance, fitted = np.zeros(len(y)), np.zeros(len(y))
    for tau, share in zip(grid, weight, strict=True):
        beta, covariance = regression.solve(tau**2)
        shrink = tau**2 / (tau**2 + v)
        location = x @ beta + shrink * (y - x @ beta)
        spread = (1 - shrink) ** 2 * np.einsum("cp,pq,cq->c", x, covariance, x) + shrink * v
        deviance += share * ((y - location) ** 2 + spread) / v
        fitted += share * location
    dbar = deviance.sum()
    pd_ = dbar - np.sum((y - fitted) ** 2 / v)
    assert (dbar, pd_, dbar + pd_) == pytest.approx((6.6, 5.5, 12.1), rel=0.1)


def test_a_model_that_made_the_data_is_not_surprised(binomial):
    found = predictive_check(binomial[0])
    assert 0.05 < found["p"] < 0.95
    assert [row["study"] for row in found["trials"]] == ["t1", "t2", "t3", "t4"]


@pytest.mark.parametrize("changes", [{}, NORMAL])
def test_a_trial_that_lies_far_off_is_named(analysis, triangle, changes):
    """One trial with an effect that no other shows: its p-value, and only its, is small."""
    off = triangle.copy()
    off.loc[off["study"] == "t2", "events"] = [60, 10]
    plan = analysis(**changes)
    evidence = nma.Evidence.from_frame(off, plan)
    p = {"A": 0.11, "B": 0.21, "C": 0.35}
    size = (2, 500)
    log_p = np.array([np.log(p[t] / p["A"]) if changes else np.log(p[t] / (1 - p[t]) * 8.09) for t in "ABC"])
    effects = np.broadcast_to(log_p, (*size, 3))
    variables = {
        "effects": (("chain", "draw", "treatment"), effects.copy()),
        "heterogeneity_sd": (("chain", "draw"), np.full(size, 0.05)),
    }
    seen = np.array([[arm.events / arm.n for arm in (*t.arms, t.arms[0])[:3]] for t in evidence.trials])
    variables["probability"] = (("chain", "draw", "study", "arm"), np.broadcast_to(seen, (*size, 4, 3)).copy())
    fit = nma.Fit(evidence, plan, xr.Dataset(variables), None, "nuts", 1, 1.0, 1, 1000, 0.9)
    trials = {row["study"]: row["p"] for row in predictive_check(fit)["trials"]}
    assert trials["t2"] < 0.01
    assert min(value for name, value in trials.items() if name != "t2") > 0.05


def test_leave_one_out_of_contrasts_is_the_closed_form(exact_normal):
    """Common effect: each trial predicted from the others, by least squares without it (no k is large here)."""
    fit, arrays, _ = exact_normal
    expected = 0.0
    for part in slices(fit.evidence.trials):
        rest = np.ones(len(arrays.estimate), dtype=bool)
        rest[part] = False
        x, w = arrays.design[rest], arrays.precision[rest]
        covariance = np.linalg.inv(x.T @ (w[:, None] * x))
        mean = covariance @ x.T @ (w * arrays.estimate[rest])
        own = arrays.design[part]
        spread = own @ covariance @ own.T + np.diag(1 / arrays.precision[part])
        expected += stats.multivariate_normal(own @ mean, spread).logpdf(arrays.estimate[part])
    found = leave_one_out(fit)
    assert found["k_over"] == 0
    assert found["elpd"] == pytest.approx(expected, abs=0.1)  # 40,000 draws, smoothed weights


def test_one_trial_cannot_be_left_out(analysis, made_fit, triangle):
    fit = made_fit(analysis(**NORMAL))
    one = nma.Evidence.from_frame(triangle[triangle["study"] == "t4"], fit.analysis)
    assert leave_one_out(replace(fit, evidence=one)) is None


def test_the_range_over_settings_is_that_of_a_normal_with_the_median_spread(made_fit, analysis):
    """95 % of settings lie within 1.96 τ: a factor on a ratio scale, a width for differences, nothing if common."""
    from nma.answers.heterogeneity import settings_range

    fit = made_fit(analysis(**NORMAL))
    median, upper = np.quantile(fit.heterogeneity_sd, [0.5, 0.975])
    found = settings_range(fit)
    assert_same([found["factor"], found["factor_upper"]], np.exp(stats.norm.ppf(0.975) * np.array([median, upper])))
    priors = {"effects": {"family": "normal", "scale": 1}, "heterogeneity": {"family": "half-normal", "scale": 1}}
    risk = made_fit(analysis(measure="RD", likelihood="normal", link="identity", priors=priors))
    assert_same(settings_range(risk)["width"], stats.norm.ppf(0.975) * np.median(risk.heterogeneity_sd))
    common = {"effects": "common", "priors": {"effects": {"family": "normal", "scale": 1}}}
    assert settings_range(made_fit(analysis(**NORMAL, **common), tau=None)) is None
