"""Networks on which the exact engine once failed: unequal arms, zero cells, heavy tails; by integrals of their own."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import log_expit, logsumexp
from scipy.stats import halfcauchy

import nma
from nma.fitting import Task
from nma.fitting.exact.binomial import _trials

LINKS = {"log": "RR", "logit": "OR"}
SCALE, BASELINE = 2.0, 10.0
"""Standard deviations of the effects' prior, and of the baseline's on the logit scale."""


def task_of(analysis, rows, link, **changes):
    priors = {
        "effects": {"family": "normal", "scale": SCALE},
        "heterogeneity": {"family": "half-normal", "scale": 0.5},
    }
    plan = analysis(measure=LINKS[link], link=link, **{"priors": priors, **changes})
    frame = pd.DataFrame(rows, columns=["study", "treatment", "events", "n"])
    return Task(nma.Evidence.from_frame(frame, plan), plan)


def common(analysis, rows, link):
    return task_of(analysis, rows, link, effects="common", priors={"effects": {"family": "normal", "scale": SCALE}})


def fit(task, seed=1):
    return nma.fit(task.evidence, task.analysis, seed=seed, engine="exact")


def log_likelihood(counts, delta, link):
    """Log L(δ) of one two-arm trial by a fine grid over the baseline, zoomed to where the integrand counts."""
    (r1, n1), (r2, n2) = counts

    def integrand(a):
        if link == "log":
            logs = [log_expit(a) - max(delta, 0.0), log_expit(a) + min(delta, 0.0)]
            lower = np.log(-np.expm1(np.minimum(logs[0] if delta > 0 else logs[1], -1e-300)))
            fails = (lower, log_expit(-a)) if delta > 0 else (log_expit(-a), lower)
            prior = log_expit(a) + log_expit(-a)
        else:
            logs = [log_expit(a - delta / 2), log_expit(a + delta / 2)]
            fails = (log_expit(-a + delta / 2), log_expit(-a - delta / 2))
            prior = -0.5 * (a / BASELINE) ** 2 - np.log(BASELINE * np.sqrt(2 * np.pi))
        return r1 * logs[0] + r2 * logs[1] + (n1 - r1) * fails[0] + (n2 - r2) * fails[1] + prior

    low, high = -300.0, 300.0
    for _ in range(7):
        grid = np.linspace(low, high, 2001)
        value = integrand(grid)
        counted = np.flatnonzero(value > value.max() - 45)
        step = grid[1] - grid[0]
        low, high = grid[counted[0]] - step, grid[counted[-1]] + step
    grid = np.linspace(low, high, 4001)
    return logsumexp(integrand(grid)) + np.log(grid[1] - grid[0])


UNEQUAL = [
    (((99_990, 100_000), (8, 10)), "log"),
    (((4_990, 5_000), (3, 10)), "log"),
    (((20_000, 100_000), (1, 5)), "log"),
    (((5 * 10**8, 10**9), (3, 10)), "log"),
    (((5 * 10**8, 10**9), (3, 10)), "logit"),
    (((10**6, 10**6), (0, 5)), "log"),
]


@pytest.mark.parametrize(("counts", "link"), UNEQUAL)
def test_arms_known_very_unequally_well(analysis, counts, link):
    """A trial alone, common effects: mean and standard deviation by a grid over its only contrast."""
    rows = [("t", name, *count) for name, count in zip("AB", counts, strict=True)]
    found = fit(common(analysis, rows, link))
    assert found.diagnostics.converged
    delta = np.concatenate([np.linspace(-12, -0.5, 1500), np.linspace(-0.5, 3, 3500)])
    log = np.array([log_likelihood(counts, one, link) for one in delta]) - 0.5 * (delta / SCALE) ** 2
    weight = np.exp(log - log.max()) * np.gradient(delta)
    weight /= weight.sum()
    mean = weight @ delta
    sd = np.sqrt(weight @ (delta - mean) ** 2)
    draws = found.effects.to_numpy()[..., 1].ravel()
    error = sd / np.sqrt(found.diagnostics.min_ess_bulk)
    assert abs(draws.mean() - mean) < 4 * error
    assert draws.std() == pytest.approx(sd, rel=0.06)


@pytest.mark.parametrize("counts", [((0, 25), (0, 25)), ((0, 1), (1, 1)), ((0, 25), (5, 25)), ((4, 25), (8, 25))])
def test_tails_of_a_risk_ratio_are_straight(analysis, counts):
    """Far out the likelihood falls as exp(-r₁ δ) to the right and exp(r₂ δ) to the left: flat where r is 0."""
    rows = [("t", name, *count) for name, count in zip("AB", counts, strict=True)]
    two = _trials(common(analysis, rows, "log")).two
    (r1, _), (r2, _) = counts
    far = np.array([[-1000.0, -500.0, 500.0, 1000.0]])
    found = two.log_likelihood(far)[0]
    assert found[0] - found[1] == pytest.approx(-500 * r2, abs=1e-3)
    assert found[3] - found[2] == pytest.approx(-500 * r1, abs=1e-3)


def test_a_trial_that_says_nothing_leaves_a_heavy_prior(analysis):
    """No events in three arms of 25: L lies between 1/76 and 1/26 whatever δ is: τ stays near its prior."""
    prior = {"family": "half-cauchy", "scale": 5}
    rows = [("t", name, 0, 25) for name in "ABC"]
    task = task_of(
        analysis, rows, "log", priors={"effects": {"family": "normal", "scale": SCALE}, "heterogeneity": prior}
    )
    found = fit(task)
    assert found.diagnostics.converged
    beyond, before = float((found.heterogeneity_sd > 50).mean()), float(halfcauchy(scale=5).sf(50))
    assert before * 26 / 76 < beyond < before * 76 / 26


WILD = [
    """
    A40/240 B144/240; A2/68 B1/68; A1/25 B7/25; A8/54 C7/54; A2/68 C3/68; A57/57 C55/57; B84/1030
    C24/1030; B99/110 C38/110; B287/1030 C58/1030; A14/93 D80/93; A4/46 D2/46; B2/54 D1/54; B2/125
    D2/125; C22/93 D48/93; C13/54 D38/54; A3/25 E9/25; A0/25 E6/25; D31/75 E34/75; D31/57 E27/57; A1/93
    B19/93 D26/93; A11/68 D16/68 E13/68; A9/54 D7/54 E35/54
    """,
    """
    A16/54 B31/54; A24/75 B23/75; A2/76 B4/76; A57/70 C4/70; A263/1030 C51/1030; A44/46 C10/46; B50/94
    C3/94; B33/240 C3/240; B44/68 C5/68; A23/25 D9/25; A24/156 D32/156; B1/125 D3/125; B17/70 D5/70;
    C13/54 D45/54; C9/54 D29/54; A74/93 E25/93; A13/28 E3/28; D301/1030 E79/1030; D30/46 E10/46; A0/25
    B0/25 D1/25; A968/1030 D814/1030 E227/1030; A32/50 B11/50 D8/50
    """,
    """
    A15/50 B39/50; A33/110 B66/110; A121/240 B213/240; A11/50 C24/50; A2/25 C5/25; A42/57 C38/57;
    B24/110 C10/110; B58/75 C38/75; B15/54 C8/54; A28/70 D13/70; A40/156 D11/156; B14/50 D3/50; B35/60
    D19/60; C12/54 D13/54; C4/75 D6/75; A0/25 E0/25; A48/240 E174/240; D8/60 E47/60; D61/240 E182/240;
    A7/76 B2/76 D9/76; A1/76 D0/76 E4/76; A3/76 D2/76 E7/76
    """,
]
"""Networks drawn from their priors: trials as treatment, events and people of each arm."""


@pytest.mark.parametrize("network", WILD)
def test_simulated_networks_with_full_and_empty_arms_pass_at_once(analysis, network):
    """Their matching once ran away, or a table was refused: weights were useless, or there was no posterior."""
    rows = []
    for i, trial in enumerate(network.split(";")):
        for arm in trial.split():
            events, people = map(int, arm[1:].split("/"))
            rows.append((f"t{i:02}", arm[0], events, people))
    found = fit(task_of(analysis, rows, "log"))
    assert found.attempts == 1
    assert found.diagnostics.pareto_k < 0.5
    assert found.diagnostics.min_ess_bulk > 3000


def test_risks_of_arms_without_events_under_a_wide_heterogeneity(analysis):
    """Quantiles of an arm's risk, by weighted draws from the prior."""
    prior = {"family": "uniform", "upper": 5}
    rows = [("t", "A", 0, 25), ("t", "B", 5, 25)]
    task = task_of(
        analysis, rows, "log", priors={"effects": {"family": "normal", "scale": SCALE}, "heterogeneity": prior}
    )
    rng = np.random.default_rng(3)
    size = 1_000_000
    delta = rng.normal(0, SCALE, size) + rng.uniform(0, 5, size) * rng.standard_normal(size)
    top = np.log(rng.random(size))
    first, second = top - np.maximum(delta, 0), top + np.minimum(delta, 0)
    log = 25 * np.log1p(-np.exp(first)) + 5 * second + 20 * np.log1p(-np.exp(second))
    weight = np.exp(log - log.max())
    order = np.argsort(first)
    below = np.cumsum(weight[order]) / weight.sum()
    risks = fit(task).probability.to_numpy().reshape(-1, 2)[:, 0]
    for share in (0.05, 0.25, 0.5, 0.75, 0.95):
        limit = np.exp(first[order][np.searchsorted(below, share)])
        found = float((risks < limit).mean())
        assert found == pytest.approx(share, abs=0.02), share  # four Monte Carlo errors and a little
