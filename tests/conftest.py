"""Networks and fits that several tests share."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from small_review import review  # noqa: F401

import nma
from nma.fitting.posterior import FitDiagnostics, GateRow

REFERENCE = Path(__file__).parent / "reference"


@pytest.fixture(scope="session")
def project():
    return nma.Project.find(Path(__file__).parents[1])


@pytest.fixture(scope="session")
def smoking_frame():
    """Smoking cessation, 24 trials, 4 treatments; the copy shipped in the R package gemtc."""
    return pd.read_csv(REFERENCE / "smoking_gemtc.data.csv").rename(columns={"r": "events"})


@pytest.fixture
def mapping():
    """Keys of an analysis; tests change what they need."""

    def build(**changes):
        base = {
            "outcome": "smoking cessation", "better": "higher", "measure": "OR", "likelihood": "binomial",
            "link": "logit", "effects": "random", "reference": "A",
            "priors": {
                "effects": {"family": "normal", "scale": 10},
                "heterogeneity": {"family": "uniform", "upper": 5},
            },
        }  # fmt: skip
        return {**base, **changes}

    return build


@pytest.fixture
def analysis(mapping):
    return lambda **changes: nma.Analysis.from_mapping(mapping(**changes))


@pytest.fixture
def triangle():
    """Three two-arm trials and a three-arm one on A, B, C."""
    rows = [
        ("t1", "A", 10, 100), ("t1", "B", 20, 100),
        ("t2", "A", 12, 80), ("t2", "C", 30, 90),
        ("t3", "B", 25, 70), ("t3", "C", 33, 75),
        ("t4", "A", 9, 60), ("t4", "B", 14, 62), ("t4", "C", 22, 61),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["study", "treatment", "events", "n"])


@pytest.fixture
def made_fit(triangle):
    """A fit with made-up draws: answers can be tested without sampling."""

    def build(analysis, effects=None, tau=0.2, draws=500):
        evidence = nma.Evidence.from_frame(triangle, analysis)
        rng = np.random.default_rng(7)
        if effects is None:
            effects = rng.normal([0.0, 0.3, 0.8], [0.0, 0.3, 0.3], size=(2, draws, 3))
        variables = {"effects": (("chain", "draw", "treatment"), effects)}
        if tau is not None:
            spread = np.abs(rng.normal(tau, 0.05, size=effects.shape[:2])) + 1e-6
            variables["heterogeneity_sd"] = (("chain", "draw"), spread)
        posterior = xr.Dataset(variables, {"treatment": list(evidence.treatments)})
        gate = (GateRow("max_rhat", 1.0, 1.01, True),)
        diagnostics = FitDiagnostics(1.0, 5000.0, 5000.0, 0, "heterogeneity", gate)
        return nma.Fit(evidence, analysis, posterior, diagnostics, "nuts", 1, 1.0, 1, 1000, 0.85)

    return build
