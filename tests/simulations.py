"""A small simulation, as a file and as a plan."""

from __future__ import annotations

import numpy as np

from nma.simulation import load_simulation, plan_of
from nma.simulation.network import true_values
from nma.simulation.posteriors import posterior_draws

SMALL = """\
title: Three treatments
analysis:
  outcome: simulated
  better: higher
  measure: RR
  likelihood: binomial
  link: log
  effects: random
  reference: A
  priors:
    effects: {family: normal, scale: 1}
    heterogeneity: {family: half-normal, scale: 0.5}
  sampling: {chains: 4, draws: 500, tune: 500}
design:
  - {treatments: [A, B], trials: 3}
  - {treatments: [B, C], trials: 2}
  - {treatments: [A, B, C], trials: 2}
arm_sizes: [50, 100]
risks: {lowest: 0.2, highest: 0.8}
truth:
  effects: {B: 0.3, C: 0.7}
  heterogeneity: 0.2
  inconsistency:
    - {treatment: C, versus: B, by: 0.5}
"""


CONSISTENT = SMALL[: SMALL.index("  inconsistency")]
NORMAL = CONSISTENT.replace("likelihood: binomial", "likelihood: normal")
LOGIT = CONSISTENT.replace("measure: RR", "measure: OR").replace("link: log", "link: logit")


def write(folder, change=lambda text: text, text=SMALL):
    path = folder / "simulation.yaml"
    path.write_text(change(text), "utf-8")
    return path


def plan(folder, text=CONSISTENT, *, from_priors=False, change=lambda text: text):
    return plan_of(load_simulation(write(folder, change, text)), from_priors=from_priors)


CALIBRATED = {
    "normal": NORMAL,
    "log": CONSISTENT,
    "logit": LOGIT.replace("  priors:\n", "  priors:\n    baseline: {family: normal, scale: 1.5}\n"),
}
"""Small networks whose truth can be drawn from the priors, by what is put on the counts."""


def drawn(piece):
    """The truth of one network and what its posterior says: workers import this module."""
    rng = np.random.default_rng(np.random.SeedSequence(piece.seed, spawn_key=(piece.number,)))
    truth = true_values(piece.plan, rng)
    return truth, posterior_draws(piece.plan, truth, piece.engine, rng)
