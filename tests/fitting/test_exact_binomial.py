"""The parts of the binomial engine, each against brute force, and the whole against a grid."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from comparators import assert_monte_carlo
from scipy import stats
from scipy.integrate import quad
from scipy.special import expit, logsumexp

import nma
from nma.answers.agreement import agreement, estimates, vouched
from nma.errors import NmaError
from nma.evidence import trial_contrasts
from nma.fitting import Shift, Task
from nma.fitting.exact import fit_exact, sampling
from nma.fitting.exact.baseline import Arms
from nma.fitting.exact.binomial import likelihood
from nma.fitting.exact.tables import Approximation, Box, tabulated
from nma.fitting.exact.two_arm import TwoArm
from nma.fitting.exact.weights import pareto, smoothed
from nma.vocab import Link, ZeroCells

PRIORS = {"effects": {"family": "normal", "scale": 2}, "heterogeneity": {"family": "half-normal", "scale": 0.5}}
LINKS = {"log": "RR", "logit": "OR"}


@pytest.fixture
def network(analysis):
    """Evidence of rows (study, treatment, events, n) under either link."""

    def build(rows, link="log", **changes):
        priors = PRIORS if changes.get("effects") != "common" else {"effects": PRIORS["effects"]}
        made = analysis(measure=LINKS[link], link=link, **{"priors": priors, **changes})
        return nma.Evidence.from_frame(pd.DataFrame(rows, columns=["study", "treatment", "events", "n"]), made)

    return build


def brute_likelihood(counts, delta, link):
    """∫ p(baseline) Π Binomial without coefficients: scipy's quadrature, or a sum over a fine grid of log odds."""
    delta = np.append(0.0, delta)

    def product(p):
        return np.prod([q**r * (1 - q) ** (n - r) for (r, n), q in zip(counts, p, strict=True)])

    if link == "log":
        return quad(lambda p: product(p * np.exp(delta - delta.max())), 0, 1, epsabs=0, epsrel=1e-11, limit=400)[0]
    a = np.linspace(-60, 60, 6001)[:, None]
    p = expit(a + delta - delta.mean())
    (r, n) = (np.array(column) for column in zip(*counts, strict=True))
    values = np.prod(p**r * (1 - p) ** (n - r), axis=1) * stats.norm.pdf(a[:, 0], scale=10)
    return values.sum() * 0.02


COUNTS = {
    "usual": [(7, 20), (12, 25)],
    "no events in one": [(0, 12), (5, 14)],
    "all events in one": [(9, 9), (4, 11)],
    "three arms": [(3, 15), (6, 14), (0, 9)],
    "four arms": [(3, 15), (6, 14), (1, 9), (8, 8)],
}


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("counts", COUNTS.values(), ids=COUNTS)
def test_the_baseline_is_integrated_out(counts, link):
    events, people = (np.array([column], float) for column in zip(*counts, strict=True))
    arms = Arms(events, people, Link(link), 10.0)
    for scale in (-0.7, 0.0, 0.4):
        delta = scale * np.arange(1, len(counts))
        found = arms.log_likelihood(np.append(0.0, delta)[None, None])[0, 0]
        assert found == pytest.approx(np.log(brute_likelihood(counts, delta, link)), abs=2e-5)


def two_arm(evidence):
    trials = [trial for trial in evidence.trials if len(trial.arms) == 2]
    seen = [trial_contrasts(t, evidence.analysis.effect_measure, ZeroCells.HALF_IN_EVERY_ARM) for t in trials]
    centre = np.array([float(one.estimate[0]) for one in seen])
    return TwoArm(Arms.of(trials, evidence.analysis), centre, np.sqrt([float(one.covariance[0, 0]) for one in seen]))


ROWS = [
    ("s1", "A", 4, 30), ("s1", "B", 11, 32), ("s2", "A", 0, 12), ("s2", "B", 5, 14),
    ("s3", "A", 9, 9), ("s3", "B", 4, 11), ("s4", "A", 20, 60), ("s4", "B", 25, 61),
]  # fmt: skip


@pytest.mark.parametrize("link", LINKS)
def test_a_random_effect_is_integrated_out(network, link):
    evidence = network(ROWS, link)
    trials = two_arm(evidence)
    mean, sd = 0.35, 0.4
    found = trials.tilted(np.full((4, 1), mean), np.full((4, 1), sd))
    for row, trial in enumerate(evidence.trials):
        counts = [(arm.events, arm.n) for arm in trial.arms]

        peak = brute_likelihood(counts, [mean], link) * stats.norm.pdf(mean, mean, sd)

        def joint(d, power, counts=counts, peak=peak):
            return (d - mean) ** power * brute_likelihood(counts, [d], link) * stats.norm.pdf(d, mean, sd) / peak

        rule = {"epsabs": 1e-12, "epsrel": 1e-7}
        parts = [sum(quad(joint, *ends, (power,), **rule)[0] for ends in ((-3, 0), (0, 3.5))) for power in (0, 1)]
        assert found.log_mass[row, 0] == pytest.approx(np.log(parts[0] * peak), abs=1e-4)
        assert found.mean[row, 0] == pytest.approx(mean + parts[1] / parts[0], abs=1e-4)


@pytest.mark.parametrize("link", LINKS)
def test_tables_give_what_they_tabulate(network, link):
    trials = two_arm(network(ROWS, link))
    rng = np.random.default_rng(3)
    tau = np.abs(rng.normal(0, 0.5, 300)) + 1e-4
    means = rng.normal(0.3, 0.5, size=(4, 300))
    close = Approximation(trials.centre, trials.scale**2)
    tables = tabulated(trials, close, Box.around(close, means, tau, 0.02))
    exact = trials.tilted(means, np.tile(tau, (4, 1))).log_mass.sum(axis=0)
    off = tables.log_likelihood(means, tau) - exact
    assert (
        np.ptp(off) < 0.02
    )  # a constant of the approximation aside; draws are off by a hundredth of a log unit at most
    assert off.std() < 0.003
    assert tables.holds(means, tau).all()
    assert not tables.holds(means + 50, tau).any()


@pytest.mark.parametrize("link", LINKS)
def test_trials_of_many_arms_are_weighed_without_bias(network, link):
    """Two arms, where quadrature knows the answer, and three, against two-dimensional quadrature."""
    rng = np.random.default_rng(5)
    evidence = network([*ROWS, ("s5", "A", 3, 15), ("s5", "B", 6, 14), ("s5", "C", 2, 9)], link)
    exact = two_arm(evidence).tilted(np.full((4, 1), 0.2), np.full((4, 1), 0.5))
    for row, trial in enumerate(evidence.trials[:4]):
        points = likelihood(trial, evidence.analysis).points(np.array([[0.2]]), np.array([[[0.25]]]), 20_000, rng)
        assert points.log_mass[0] == pytest.approx(exact.log_mass[row, 0], abs=0.01)
        assert points.moments()[0][0, 0] == pytest.approx(exact.mean[row, 0], abs=0.01)
    counts = [(arm.events, arm.n) for arm in evidence.trials[4].arms]
    between = 0.16 * np.array([[1, 0.5], [0.5, 1]])
    normal = stats.multivariate_normal([0.2, -0.1], between)
    grid = np.linspace(-1.8, 2.1, 27)
    values = [[brute_likelihood(counts, [x, y], link) * normal.pdf([x, y]) for y in grid] for x in grid]
    brute = np.log(np.sum(values) * (grid[1] - grid[0]) ** 2)
    three = likelihood(evidence.trials[4], evidence.analysis)
    points = three.points(np.array([[0.2, -0.1]]), between[None], 20_000, rng)
    assert points.log_mass[0] == pytest.approx(brute, abs=0.01)


def grid_posterior(evidence):
    """β and τ of a network of two treatments on a grid, with the random effects integrated out trial by trial."""
    beta, tau = np.linspace(-3, 4, 281), np.linspace(0.005, 2.4, 160)
    trials = two_arm(evidence)
    b, t = (axis.ravel() for axis in np.meshgrid(beta, tau, indexing="ij"))
    size = len(trials.centre)
    log = trials.tilted(np.tile(b, (size, 1)), np.tile(t, (size, 1))).log_mass.sum(axis=0)
    log += stats.norm(scale=2).logpdf(b) + stats.halfnorm(scale=0.5).logpdf(t)
    weight = np.exp(log - logsumexp(log))
    return weight, b, t


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("rows", [ROWS, ROWS[:2], ROWS[:4]], ids=["four trials", "one trial", "a zero cell"])
def test_the_posterior_is_that_of_a_grid(network, link, rows):
    evidence = network(rows, link)
    fit = nma.fit(evidence, evidence.analysis, seed=2, engine="exact")
    assert fit.diagnostics.converged
    weight, b, t = grid_posterior(evidence)
    found = dict(estimates(fit))
    for name, values in (("B against A", b), ("heterogeneity", t)):
        # The grid of 0.025 by 0.015 is good to a thousandth.
        assert_monte_carlo(found[name].mean, found[name].error, float(weight @ values), rounding=0.003)
    ess = fit.diagnostics.min_ess_bulk
    above = float(weight @ (b > 0))
    assert_monte_carlo(found["SUCRA of B"].mean, np.sqrt(above * (1 - above) / ess), above, rounding=0.003)


def test_markov_chains_take_over_and_agree(network, monkeypatch):
    evidence = network(ROWS)
    weighted = nma.fit(evidence, evidence.analysis, seed=1, engine="exact")
    monkeypatch.setattr(sampling, "ATTEMPTS", ())
    walked = nma.fit(evidence, evidence.analysis, seed=1, engine="exact")
    assert walked.diagnostics.pareto_k is None
    assert walked.diagnostics.max_rhat is not None
    assert walked.diagnostics.converged
    assert agreement(walked, weighted).holds


def test_a_wrong_engine_is_caught(network):
    evidence = network(ROWS)
    fit = nma.fit(evidence, evidence.analysis, seed=1, engine="exact")
    other = nma.fit(evidence, evidence.analysis, seed=7, engine="exact")
    assert agreement(other, fit).holds
    assert vouched(other, agreement(other, fit)).diagnostics.converged
    moved = other.posterior.copy()
    moved["effects"] = moved["effects"] + 0.2 * (moved["treatment"] == "B")
    found = agreement(replace(other, posterior=moved), fit)
    assert not found.holds
    assert found.quantity in ("B against A", "SUCRA of A", "SUCRA of B")
    stamped = vouched(other, found)
    assert not stamped.diagnostics.converged
    assert stamped.diagnostics.gate[-1].check == "engines"


def test_a_supposed_bias_moves_what_it_should(network):
    rows = [row for row in ROWS if row[0] in ("s1", "s4")]
    evidence = network(rows, "logit", priors={**PRIORS, "effects": {"family": "normal", "scale": 1000}})
    one, two = (fit_exact(Task(evidence, evidence.analysis, shift=s), 1) for s in (None, Shift("B", "A", 0.5)))
    before, after = (dict(estimates(fit))["B against A"] for fit in (one, two))
    assert_monte_carlo(after.mean - before.mean, np.hypot(before.error, after.error), -0.5)


@pytest.mark.parametrize("engine_seed", [1, 5])
def test_the_same_seed_gives_the_same_draws(network, engine_seed):
    evidence = network([*ROWS, ("s5", "A", 3, 15), ("s5", "B", 6, 14), ("s5", "C", 2, 9)])
    one, two = (nma.fit(evidence, evidence.analysis, seed=engine_seed, engine="exact") for _ in range(2))
    assert one.posterior.equals(two.posterior)
    assert np.array_equal(one.probability, two.probability)


DEGENERATE = {
    "one trial": [("t", "A", 3, 20), ("t", "B", 8, 20)],
    "no events": [(t, a, 0, 30) for t in "tuv" for a in "AB"],
    "all events": [(t, a, 30, 30) for t in "tu" for a in "ABC"],
    "nothing and everything": [("t", "A", 0, 20), ("t", "B", 20, 20)],
    "thousand million": [(t, a, r, 10**9) for t in "tuv" for a, r in zip("AB", (10**8, 2 * 10**8), strict=True)],
    "one person an arm": [("t", "A", 0, 1), ("t", "B", 1, 1), ("u", "B", 0, 1), ("u", "C", 1, 1)],
    "five arms": [("t", a, r, 40) for a, r in zip("ABCDE", (3, 0, 12, 40, 20), strict=True)],
    "no heterogeneity": [(f"t{i}", a, r, 1000) for i in range(8) for a, r in zip("AB", (300, 400), strict=True)],
}


@pytest.mark.parametrize("effects", ["random", "common"])
@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("rows", DEGENERATE.values(), ids=DEGENERATE)
def test_degenerate_networks_give_a_posterior_or_a_refusal(network, rows, link, effects):
    evidence = network(rows, link, effects=effects)
    try:
        fit = nma.fit(evidence, evidence.analysis, seed=1, engine="exact")
    except NmaError as error:
        pytest.fail(f"refused: {error}")
    assert np.isfinite(fit.posterior["effects"]).all()
    assert fit.diagnostics.converged
    assert nma.relative_effects(fit)[["median", "lower", "upper"]].notna().all(axis=None)


def test_huge_trials_give_the_normal_answer(network):
    rows = [(t, a, r, 10**8) for t in "tuvw" for a, r in zip("AB", (10**7, 2 * 10**7), strict=True)]
    fit = nma.fit(network(rows), network(rows).analysis, seed=1, engine="exact")
    effect = dict(estimates(fit))["B against A"]
    assert_monte_carlo(effect.mean, effect.error, float(np.log(2)))


def test_weights_of_a_known_tail():
    rng = np.random.default_rng(1)
    for shape in (0.2, 0.6):
        excess = np.sort(stats.genpareto(shape).rvs(4000, random_state=rng))
        assert pareto(excess)[0] == pytest.approx(shape, abs=0.06)


def test_smoothed_weights_are_those_of_arviz():
    az = pytest.importorskip("arviz", reason="a dependency of the package")
    log = np.random.default_rng(2).standard_t(5, size=4000)
    theirs, k = az.psislw(log.copy())
    found = smoothed(log)
    assert found.pareto_k == pytest.approx(float(k), abs=1e-6)
    assert np.log(found.share) == pytest.approx(np.asarray(theirs), abs=1e-6)


def test_resampling_keeps_the_shares():
    weights = smoothed(np.log(np.array([0.1, 0.2, 0.7])).repeat(1000))
    kept = weights.resample(9000, np.random.default_rng(1)) // 1000
    assert np.bincount(kept) / 9000 == pytest.approx([0.1, 0.2, 0.7], abs=0.01)


def test_the_exact_engine_imports_no_sampler():
    code = """
import sys, pandas as pd, nma
from nma.answers.results import results
rows = [("t", "A", 3, 20), ("t", "B", 8, 20), ("u", "A", 5, 30), ("u", "B", 9, 30)]
analysis = nma.Analysis.from_mapping({"outcome": "x", "better": "higher", "measure": "RR", "likelihood": "binomial",
    "link": "log", "effects": "random", "reference": "A", "priors": {"effects": {"family": "normal", "scale": 10},
    "heterogeneity": {"family": "half-normal", "scale": 0.5}}})
evidence = nma.Evidence.from_frame(pd.DataFrame(rows, columns=["study", "treatment", "events", "n"]), analysis)
fit = nma.fit(evidence, analysis, seed=1, engine="exact")
results(fit, {}, {"created": "2026-01-01T00:00:00Z"}), nma.goodness(fit)
print(sorted({"pymc", "pytensor", "nutpie", "arviz", "numba", "matplotlib"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
