"""Small networks made for a purpose."""

from __future__ import annotations

import pandas as pd

from nma.evidence import trial_contrasts


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
