"""The PyMC model against its equations, written out with scipy: the log density at arbitrary points, with Jacobians."""

from dataclasses import replace

import numpy as np
import pytest
from comparators import assert_same
from scipy import stats
from scipy.special import expit

import nma
from nma.fitting import build_model
from nma.fitting.layout import layout, structure_of
from nma.fitting.means import Task
from nma.fitting.nuts import build

HALF_NORMAL = {
    "effects": {"family": "normal", "scale": 10},
    "heterogeneity": {"family": "half-normal", "scale": 0.5},
}


def log_density(model, point):
    return float(model.compile_logp(mode="FAST_COMPILE")(point))


def random_point(model, seed):
    rng = np.random.default_rng(seed)
    return {name: rng.normal(0, 0.7, np.shape(value)) for name, value in model.initial_point().items()}


def by_hand(arrays, point, link, prior_sd):
    """Log posterior up to a constant of the binomial model in the sampler's coordinates."""
    z_effects = point["effects_located__"]
    effects = arrays.location + arrays.spread @ z_effects
    z_tau = point["heterogeneity_sd_log_exp_m1__"]
    tau = np.logaddexp(0, z_tau)
    total = stats.norm(0, 10).logpdf(effects).sum() + np.log(np.diag(arrays.spread)).sum()
    total += stats.halfnorm(scale=prior_sd).logpdf(tau) + np.log(expit(z_tau))
    mean, gain = arrays.design @ effects, arrays.precision * tau**2
    scale = tau / np.sqrt(1 + gain)
    x = (mean + gain * arrays.estimate) / (1 + gain) + scale * point["independent_contrasts_informed__"]
    total += stats.norm(mean, tau).logpdf(x).sum() + np.log(scale).sum()
    delta = (arrays.mixing @ x).reshape(arrays.people.shape)
    if link == "log":
        z = point["highest_risk_interval__"]
        total += (np.log(expit(z)) + np.log(expit(-z))).sum()
        risk = expit(z)[:, None] * np.exp(delta - delta.max(axis=1, keepdims=True))
    else:
        m = point["mean_log_odds"]
        total += stats.norm(0, 10).logpdf(m).sum()
        risk = expit(m[:, None] + delta - (arrays.share * delta).sum(axis=1)[:, None])
    return total + stats.binom(arrays.people, risk).logpmf(arrays.events).sum()


@pytest.mark.parametrize(("measure", "link"), [("RR", "log"), ("OR", "logit")])
@pytest.mark.parametrize("seed", [1, 2])
def test_binomial_models_follow_their_equations(triangle, analysis, measure, link, seed):
    plan = analysis(measure=measure, link=link, priors=HALF_NORMAL)
    evidence = nma.Evidence.from_frame(triangle, plan)
    model = build_model(evidence, plan)
    point = random_point(model, seed)
    assert_same(log_density(model, point), by_hand(layout(Task(evidence, plan)), point, link, 0.5))


@pytest.mark.parametrize("seed", [1, 2])
def test_contrast_level_model_has_the_marginal_covariance_of_each_trial(triangle, analysis, seed):
    """y_i ~ Normal(X d, Σ_i + τ²(½I + ½J)), written with the full matrices; the turn costs the constant log|M|."""
    plan = analysis(measure="RR", likelihood="normal", link="log", priors=HALF_NORMAL)
    evidence = nma.Evidence.from_frame(triangle, plan)
    model, arrays = build_model(evidence, plan), layout(Task(evidence, plan))
    point = random_point(model, seed)
    d = np.concatenate([[0.0], arrays.location + arrays.spread @ point["effects_located__"]])
    z_tau = point["heterogeneity_sd_log_exp_m1__"]
    tau = np.logaddexp(0, z_tau)
    expected = stats.norm(0, 10).logpdf(d[1:]).sum() + np.log(np.diag(arrays.spread)).sum()
    expected += stats.halfnorm(scale=0.5).logpdf(tau) + np.log(expit(z_tau))
    for trial in evidence.trials:
        seen = nma.evidence.trial_contrasts(trial, plan.measure, plan.zero_cells)
        position = [evidence.treatments.index(arm.treatment) for arm in trial.arms]
        k = len(position) - 1
        covariance = seen.covariance + tau**2 * (0.5 * np.eye(k) + 0.5)
        expected += stats.multivariate_normal(d[position[1:]] - d[position[0]], covariance).logpdf(seen.estimate)
        expected += 0.5 * np.linalg.slogdet(0.5 * np.eye(k) + 0.5)[1]
    assert_same(log_density(model, point), expected)


def test_filled_up_studies_add_only_their_own_priors(triangle, analysis):
    """The difference between the padded and the plain log density does not depend on what is estimated."""
    plan = analysis(measure="RR", link="log", priors=HALF_NORMAL)
    evidence = nma.Evidence.from_frame(triangle, plan)
    own = structure_of(Task(evidence, plan))
    room = replace(own, studies=own.studies + 1, contrasts=own.contrasts + 1, arms_per_study=4)
    plain, padded = build_model(evidence, plan), build(layout(Task(evidence, plan), room))
    differences = []
    for seed in (1, 2, 3):
        point = random_point(plain, seed)
        extra = {
            "independent_contrasts_informed__": np.append(point["independent_contrasts_informed__"], 0.3),
            "highest_risk_interval__": np.append(point["highest_risk_interval__"], -0.4),
        }
        differences.append(log_density(padded, {**point, **extra}) - log_density(plain, point))
    assert_same(differences, [differences[0]] * 3)


def test_model_has_named_coordinates(triangle, analysis):
    plan = analysis()
    model = build_model(nma.Evidence.from_frame(triangle, plan), plan)
    assert list(model.coords["treatment"]) == ["A", "B", "C"]
    assert list(model.coords["study"]) == ["t1", "t2", "t3", "t4"]
    assert model.named_vars_to_dims["observed_events"] == ("study", "arm")


def test_no_probability_exceeds_one_however_large_the_effects(triangle, analysis):
    plan = analysis(measure="RR", link="log", priors=HALF_NORMAL)
    model = build_model(nma.Evidence.from_frame(triangle, plan), plan)
    graph = model.replace_rvs_by_values([model["probability"]])
    probability = model.compile_fn(graph, mode="FAST_COMPILE", inputs=model.value_vars)
    for scale in (1, 10, 30):
        point = {k: np.full(np.shape(v), float(scale)) for k, v in model.initial_point().items()}
        point["heterogeneity_sd_log_exp_m1__"] = np.array(0.5)
        risk = probability(point)[0]
        assert np.isfinite(risk).all()
        assert (risk <= 1).all()
