"""Small networks made for a purpose."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from nma.evidence import trial_contrasts
from nma.fitting import Fit, FitDiagnostics, GateRow
from nma.fitting.layout import layout
from nma.fitting.means import prepared


def consistent_frame():
    """Risks A .1, B .2, C .3 in every trial, twice each design: log risk ratios agree exactly."""
    designs, risks = ("AB", "AC", "BC", "ABC"), {"A": 0.1, "B": 0.2, "C": 0.3}
    rows = [
        (f"{design}{size}", arm, round(size * risks[arm]), size)
        for design in designs
        for size in (100, 400)
        for arm in design
    ]
    return pd.DataFrame(rows, columns=["study", "treatment", "events", "n"])


def frame_of(*designs):
    """One trial for each design (a string of treatments), with made-up counts."""
    rows = [(f"t{i}", arm, 10 + 3 * ord(arm) % 7 + i, 60 + i) for i, design in enumerate(designs) for arm in design]
    return pd.DataFrame(rows, columns=["study", "treatment", "events", "n"])


def two_arm(evidence, name):
    """Estimate and variance of a two-arm trial, by its id."""
    trial = next(trial for trial in evidence.trials if trial.id == name)
    seen = trial_contrasts(trial, evidence.analysis.effect_measure, evidence.analysis.zero_cells)
    return float(seen.estimate[0]), float(seen.covariance[0, 0])


def fake_fit(task, chains=2, draws=60):
    """A fit with made-up draws of any model, near what was observed: the way from draws to page without a sampler."""
    names = layout(task).names["effect"]
    trials = prepared(task.evidence, task.means).trials
    rng = np.random.default_rng(len(names))
    size = (chains, draws)
    own = rng.normal(0, 0.5, size=(*size, len(names)))
    variables, coords = {"parameters": (("chain", "draw", "parameter"), own)}, {"parameter": names}
    if task.means.consistent:
        effects = np.concatenate([np.zeros((*size, 1)), own], axis=-1)
        variables = {"effects": (("chain", "draw", "treatment"), effects)}
        coords = {"treatment": list(task.evidence.treatments)}
    if task.analysis.effects == "random":
        variables["heterogeneity_sd"] = (("chain", "draw"), np.abs(rng.normal(0.3, 0.1, size)) + 1e-9)
    if task.analysis.likelihood == "binomial":
        width = max(len(trial.arms) for trial in trials)
        rows = [(trial.arms * width)[:width] for trial in trials]
        seen = np.array([[(arm.events + 0.5) / (arm.n + 1) for arm in arms] for arms in rows])
        noise = rng.uniform(0.8, 1.2, size=(*size, *seen.shape))
        variables["probability"] = (("chain", "draw", "study", "arm"), np.clip(seen * noise, 1e-6, 1 - 1e-6))
    gate = (GateRow("max_rhat", 1.0, 1.01, True),)
    diagnostics = FitDiagnostics(1.0, 5000.0, 5000.0, 0, "heterogeneity", gate)
    posterior = xr.Dataset(variables, coords)
    return Fit(task.evidence, task.analysis, posterior, diagnostics, "nuts", 1, 1.0, 1, 100, 0.9, task.means)
