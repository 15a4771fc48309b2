"""Simulation-based calibration in small: every likelihood is calibrated, and a planted fault is found.

The large one is benchmarks/calibrate_engines.py; docs/engines.md shows its tables.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from simulations import CALIBRATED, drawn, plan

from nma.parallel import spread
from nma.simulation import Request, study
from nma.simulation.performance import quantity_rows
from nma.simulation.ranks import DRAWS
from nma.simulation.trial_run import Piece, compared
from nma.vocab import Engine

NETWORKS = 80
SEED = 20
LEVEL = 0.001
"""A calibrated engine fails with fewer seeds than one in a thousand; the planted faults must fail all the same.

In so few networks a shift of half a posterior sd is found with most seeds only: a whole one is planted.
"""


@pytest.fixture(scope="module", params=CALIBRATED)
def fitted(request, tmp_path_factory):
    """A plan, and the truth and the draws of each of its networks."""
    made = plan(tmp_path_factory.mktemp("plan"), CALIBRATED[request.param], from_priors=True)
    return made, spread(drawn, [Piece(made, Engine.EXACT, SEED, number) for number in range(NETWORKS)])


def smallest_p(fitted, change=lambda draws: draws):
    """What the ranks of draws that were changed say: the smallest p-value, corrected for the number of tests.

    Beside the two tests of a study that of the mean rank, which finds a shift in so few networks.
    """
    made, networks = fitted
    found = [compared(truth, change(draws), made.analysis.better) for truth, draws in networks]
    rows = quantity_rows(made, found, SEED)
    mean_rank = (np.array([one.ranks for one in found]).mean(axis=0) + 0.5) / (DRAWS + 1)
    p_mean = 2 * stats.norm.sf(np.abs(mean_rank - 0.5) * np.sqrt(12 * NETWORKS))
    p_values = [*(row[p] for row in rows for p in ("p_chi2", "p_band")), *p_mean]
    return len(p_values) * min(p_values), rows


def test_the_exact_engine_is_calibrated(fitted):
    found, rows = smallest_p(fitted)
    assert found > LEVEL, rows
    hits = [round(row["coverage"] * NETWORKS) for row in rows]
    assert len(rows) * min(stats.binomtest(hit, NETWORKS, 0.95).pvalue for hit in hits) > LEVEL, hits


def test_a_study_judges_the_same_networks(fitted):
    made, networks = fitted
    found = study(made, Request(2, seed=SEED), {})
    rows = quantity_rows(made, [compared(*one, made.analysis.better) for one in networks[:2]], SEED)
    assert found["quantities"] == rows


def _shifted(by):
    return lambda draws: replace(draws, effects=draws.effects + by * draws.effects.std(axis=0))


FAULTS = {
    "heterogeneity a third too small": lambda draws: replace(draws, tau=0.7 * draws.tau),
    "heterogeneity half as large again": lambda draws: replace(draws, tau=1.5 * draws.tau),
    "effects a posterior sd too high": _shifted(1),
    "effects a posterior sd too low": _shifted(-1),
    "intervals too short": lambda draws: replace(
        draws, effects=draws.effects.mean(axis=0) + 0.5 * (draws.effects - draws.effects.mean(axis=0))
    ),
    "effects that come from another network": lambda draws: replace(
        draws, effects=draws.effects - draws.effects.mean(axis=0)
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(fitted, fault):
    found, rows = smallest_p(fitted, FAULTS[fault])
    assert found < LEVEL, rows


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["log"])
def test_the_sampler_finds_what_the_exact_engine_finds(kind, tmp_path):
    """The same networks by both engines; calibration in small of the sampler itself is benchmarks/."""
    made = plan(tmp_path, CALIBRATED[kind].replace("draws: 500", "draws: 1500"), from_priors=True)
    pieces = {engine: [Piece(made, engine, SEED, number) for number in range(8)] for engine in Engine}
    (nuts, exact) = ([compared(*drawn(one), made.analysis.better) for one in pieces[e]] for e in Engine)
    assert np.mean([one.converged for one in nuts]) >= 0.5
    for sampled, integrated in zip(nuts, exact, strict=True):
        assert sampled.truth == integrated.truth
        width = np.array(integrated.upper) - np.array(integrated.lower)
        # Monte Carlo errors of a median of a thousand draws or more are below a twentieth of a posterior sd.
        apart = np.abs(np.array(sampled.median) - np.array(integrated.median)) / (width / 3.92)
        assert apart.max() < 0.25
