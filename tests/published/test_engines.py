"""The two engines agree: every effect, SUCRA and the heterogeneity within four Monte Carlo errors."""

from pathlib import Path

import pandas as pd
import pytest

import nma
from nma.answers.agreement import agreement
from nma.fitting import Task, fit_many

pytestmark = pytest.mark.slow
REFERENCE = Path(__file__).parents[1] / "reference"
REFERENCES = {"smoking": "A", "smoking_gemtc": "A", "thrombolytics_tsd": "SK"}
LINKS = {"log": "RR", "logit": "OR"}


@pytest.fixture(scope="module")
def tasks(project):
    """The four specifications of the project, and each binary reference network under both links."""
    found = {}
    for name in ("long-term", "short-term", "long-term-subgroups", "long-term-as-reported"):
        analysis = project.analysis(name)
        found[name] = Task(nma.select(project.registry, analysis), analysis)
    for name, reference in REFERENCES.items():
        frame = pd.read_csv(REFERENCE / f"{name}.data.csv").rename(columns={"r": "events"})
        reference = reference if reference in set(frame["treatment"]) else sorted(set(frame["treatment"]))[0]
        for link, measure in LINKS.items():
            prior = {"family": "half-normal", "scale": 1}
            analysis = nma.Analysis.from_mapping(
                {
                    "outcome": "events", "better": "higher", "measure": measure, "likelihood": "binomial", "link": link,
                    "effects": "random", "reference": reference,
                    "priors": {"effects": {"family": "normal", "scale": 10}, "heterogeneity": prior},
                }
            )  # fmt: skip
            found[f"{name} {link}"] = Task(nma.Evidence.from_frame(frame, analysis), analysis)
    return found


def test_exact_and_sampled_posteriors_agree(tasks):
    exact, sampled = (fit_many(tasks, seed=3, engine=engine) for engine in ("exact", "nuts"))
    for name in tasks:
        assert exact[name].diagnostics.converged, name
        assert sampled[name].diagnostics.converged, name
        found = agreement(sampled[name], exact[name])
        assert found.holds, f"{name}: {found}"


def test_every_reference_network_has_good_weights(tasks):
    """Issue: k below a half and a thousand effective draws, trials with three arms included."""
    for name, fit in fit_many(tasks, seed=3, engine="exact").items():
        k = fit.diagnostics.pareto_k
        assert k is None or k < 0.5, name
        assert fit.diagnostics.min_ess_bulk >= 1000, name
