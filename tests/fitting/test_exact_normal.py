"""The contrast-level posterior in closed form, against quadrature written out anew."""

from itertools import pairwise

import numpy as np
import pytest
from comparators import assert_same
from networks import frame_of
from scipy import stats
from scipy.integrate import quad
from scipy.optimize import brentq

import nma
from nma.fitting import Task
from nma.fitting.exact.density import density
from nma.fitting.exact.normal import contrast_level, normal_posterior
from nma.fitting.means import Shift

PRIORS = [
    {"family": "half-normal", "scale": 0.5},
    {"family": "half-cauchy", "scale": 0.3},
    {"family": "uniform", "upper": 2},
]


@pytest.fixture
def small(triangle, analysis):
    """Two-arm trials and a three-arm one, contrast level."""

    def build(prior=PRIORS[0], **changes):
        priors = {"effects": {"family": "normal", "scale": 10}, "heterogeneity": prior}
        made = analysis(measure="RR", likelihood="normal", link="log", priors=priors, **changes)
        return nma.Evidence.from_frame(triangle, made)

    return build


@pytest.mark.parametrize(
    "prior", [stats.halfcauchy(scale=0.7), stats.halfnorm(scale=0.2), stats.lognorm(s=1.5, scale=0.05), stats.gamma(40)]
)
def test_a_density_that_is_known_keeps_its_quantiles(prior):
    found = density(prior.logpdf, 0.5)
    for probability in (0.001, 0.025, 0.5, 0.975, 0.999):
        # Probabilities are good to 1e-9: in a tail that falls slowly that is a millionth of the quantile.
        assert found.quantile(probability) == pytest.approx(prior.ppf(probability), rel=1e-6)
        assert found.below(prior.ppf(probability)) == pytest.approx(probability, abs=1e-8)
    assert np.exp(found.log(np.array([0.3]))) == pytest.approx(prior.pdf(0.3), rel=1e-7)


def test_a_narrow_peak_far_from_the_scale_is_found():
    found = density(stats.norm(30.0, 1e-3).logpdf, 0.5)
    assert found.quantile(0.5) == pytest.approx(30.0, abs=1e-8)


def test_draws_follow_the_density():
    prior = stats.halfnorm(scale=0.4)
    draws = density(prior.logpdf, 0.3).draw(np.linspace(0.0005, 0.9995, 1000))
    assert prior.cdf(draws) == pytest.approx(np.linspace(0.0005, 0.9995, 1000), abs=1e-5)


def by_definition(evidence):
    """Density of τ, and conditional moments of one effect, from the multivariate normal of all contrasts at once."""
    analysis, rows, blocks, estimates = evidence.analysis, [], [], []
    order = list(evidence.treatments)
    for trial in evidence.trials:
        seen = nma.evidence.trial_contrasts(trial, analysis.effect_measure, analysis.zero_cells)
        x = np.zeros((len(trial.arms), len(order)))
        x[np.arange(len(trial.arms)), [order.index(arm.treatment) for arm in trial.arms]] = 1.0
        rows.append((x[1:] - x[0])[:, 1:])
        size = len(trial.arms) - 1
        blocks.append((seen.covariance, np.full((size, size), 0.5) + 0.5 * np.eye(size)))
        estimates.append(seen.estimate)
    design, y = np.concatenate(rows), np.concatenate(estimates)

    def covariance(tau):
        full = np.zeros((len(y), len(y)))
        start = 0
        for sampling, between in blocks:
            here = slice(start, start + len(sampling))
            full[here, here] = sampling + tau**2 * between
            start += len(sampling)
        return full

    def density_of(tau, prior):
        total = covariance(tau) + 100.0 * design @ design.T
        return prior.pdf(tau) * stats.multivariate_normal(np.zeros(len(y)), total).pdf(y)

    def conditional(tau):
        inverse = np.linalg.inv(covariance(tau))
        cov = np.linalg.inv(design.T @ inverse @ design + np.eye(design.shape[1]) / 100)
        return cov @ design.T @ inverse @ y, cov

    return density_of, conditional


@pytest.mark.parametrize("prior", PRIORS, ids=lambda prior: prior["family"])
def test_answers_are_those_of_the_closed_form(small, prior):
    """Issue: contrast-level results agree with the closed form to 1e-6."""
    evidence = small(prior)
    families = {
        "half-normal": lambda: stats.halfnorm(scale=0.5),
        "half-cauchy": lambda: stats.halfcauchy(scale=0.3),
        "uniform": lambda: stats.uniform(scale=2),
    }
    density_of, conditional = by_definition(evidence)
    known, top = families[prior["family"]](), 2.0 if prior["family"] == "uniform" else 60.0
    pieces = [0.0, 0.05, 0.1, 0.2, 0.4, 0.8, 2.0, *([8.0, top] if top > 2 else [])]
    scale = density_of(0.1, known)

    def integral(of):
        rule = {"epsabs": 0, "epsrel": 1e-10, "limit": 200}
        return sum(quad(lambda t: of(t) * density_of(t, known) / scale, a, b, **rule)[0] for a, b in pairwise(pieces))

    total = integral(lambda tau: 1.0)

    def below(x, a, b):
        def given(tau):
            mean, cov = conditional(tau)
            mean, cov = np.append(0.0, mean), np.pad(cov, ((1, 0), (1, 0)))
            sd = np.sqrt(cov[a, a] + cov[b, b] - 2 * cov[a, b])
            return stats.norm.cdf(x, mean[a] - mean[b], sd)

        return integral(given) / total

    fit = nma.fit(evidence, evidence.analysis, seed=1, engine="exact")
    effects = nma.relative_effects(fit).set_index(["treatment", "versus"])
    row = effects.loc[("C", "B")]
    for name, probability in (("median", 0.5), ("lower", 0.025), ("upper", 0.975)):
        assert below(np.log(row[name]), 2, 1) == pytest.approx(probability, abs=1e-6)
    assert row["p_better"] == pytest.approx(1 - below(0.0, 2, 1), abs=1e-6)
    sucra = nma.ranking(fit).set_index("treatment")["sucra"]
    assert sucra["C"] == pytest.approx((2 - below(0.0, 2, 1) - below(0.0, 2, 0)) / 2, abs=1e-6)
    spread = nma.heterogeneity(fit)
    median = brentq(lambda t: integral(lambda tau: float(tau < t)) / total - 0.5, 0.01, 2.0, xtol=1e-5)
    assert spread["median"] == pytest.approx(median, abs=2e-4)  # a step cannot be integrated closer by this check
    assert spread["mean"] == pytest.approx(integral(lambda tau: tau) / total, rel=1e-6)


@pytest.mark.parametrize("prior", PRIORS, ids=lambda prior: prior["family"])
def test_doubling_the_quadrature_changes_no_figure(small, prior):
    """Issue: no reported figure by more than 1e-4 relative."""
    evidence = small(prior)
    regression = contrast_level(Task(evidence, evidence.analysis))
    once, twice = (normal_posterior(regression, evidence.analysis, refine) for refine in (0, 1))
    for probability in (0.025, 0.5, 0.975):
        assert once.heterogeneity.quantile(probability) == pytest.approx(
            twice.heterogeneity.quantile(probability), rel=1e-8
        )
    for a, b in ((once.mixture(), twice.mixture()),):
        assert a.weight @ a.mean == pytest.approx(b.weight @ b.mean, rel=1e-8)


def test_the_ranking_adds_up(small):
    found = nma.ranking(nma.fit(small(), small().analysis, seed=1, engine="exact"))
    assert found["sucra"].mean() == pytest.approx(0.5, abs=1e-12)
    for _, row in found.iterrows():
        assert row["sucra"] == pytest.approx(np.mean(row["cumulative"][:-1]), abs=0.003)


def test_another_reference_turns_nothing(small, triangle):
    here = nma.fit(small(), small().analysis, seed=1, engine="exact")
    other = small(reference="C")
    there = nma.fit(other, other.analysis, seed=1, engine="exact")
    one, two = (nma.relative_effects(fit).set_index(["treatment", "versus"]) for fit in (here, there))
    for pair in (("A", "B"), ("C", "A"), ("B", "C")):
        # The priors of the effects are around another reference; with scale 10 that is a hair's breadth.
        assert one.loc[pair, "median"] == pytest.approx(two.loc[pair, "median"], rel=2e-3)


def test_effects_mirror_exactly(small):
    effects = nma.relative_effects(nma.fit(small(), small().analysis, seed=1, engine="exact"))
    table = effects.set_index(["treatment", "versus"])["median"]
    assert_same(table["A", "B"] * table["B", "A"], 1.0)


def test_common_effects_need_no_quadrature(triangle, analysis):
    priors = {"effects": {"family": "normal", "scale": 10}}
    made = analysis(measure="RR", likelihood="normal", link="log", effects="common", priors=priors)
    fit = nma.fit(nma.Evidence.from_frame(triangle, made), made, seed=1, engine="exact")
    assert fit.heterogeneity_sd is None
    assert nma.heterogeneity(fit) is None
    assert fit.diagnostics.converged


def test_a_supposed_bias_moves_the_only_comparison_by_itself(analysis):
    priors = {"effects": {"family": "normal", "scale": 1e4}, "heterogeneity": PRIORS[0]}
    made = analysis(measure="RR", likelihood="normal", link="log", priors=priors)
    evidence = nma.Evidence.from_frame(frame_of("AB", "AB"), made)
    from nma.fitting.exact import fit_exact

    plain, shifted = (fit_exact(Task(evidence, made, shift=s), 1) for s in (None, Shift("B", "A", 0.3)))
    medians = [
        nma.relative_effects(fit).set_index(["treatment", "versus"]).loc[("B", "A"), "median"]
        for fit in (plain, shifted)
    ]
    assert np.log(medians[1] / medians[0]) == pytest.approx(-0.3, abs=1e-5)
