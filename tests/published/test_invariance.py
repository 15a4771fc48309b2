"""What must not matter: names, the order of arms and trials, the reference, the cores. Slow: one compilation."""

import numpy as np
import pytest
from comparators import assert_monte_carlo

import nma
from nma.fitting import Task, fit_many
from nma.fitting.quiet import arviz

pytestmark = pytest.mark.slow

RENAMED = {"A": "zz", "B": "b", "C": "a", "D": "m"}


@pytest.fixture(scope="module")
def fits(smoking_frame):
    base = {
        "outcome": "smoking cessation", "better": "higher", "measure": "RR", "likelihood": "binomial",
        "link": "log", "effects": "random", "reference": "A",
        "priors": {
            "effects": {"family": "normal", "scale": 10},
            "heterogeneity": {"family": "half-normal", "scale": 0.5},
        },
    }  # fmt: skip
    frames = {
        "as it is": (smoking_frame, "A"),
        "rows shuffled": (smoking_frame.sample(frac=1, random_state=5).reset_index(drop=True), "A"),
        "treatments renamed": (smoking_frame.assign(treatment=smoking_frame["treatment"].map(RENAMED)), "zz"),
        "trials renamed": (smoking_frame.assign(study=smoking_frame["study"].map(lambda s: f"x{99 - int(s)}")), "A"),
        "another reference": (smoking_frame, "D"),
    }
    tasks = {}
    for name, (frame, reference) in frames.items():
        plan = nma.Analysis.from_mapping({**base, "reference": reference})
        tasks[name] = Task(nma.Evidence.from_frame(frame, plan), plan)
    fitted = fit_many(tasks, seed=21)
    assert all(fit.diagnostics.converged for fit in fitted.values())
    return fitted


def effect(fit, treatment, versus):
    difference = fit.effects.sel(treatment=treatment) - fit.effects.sel(treatment=versus)
    return difference.transpose("chain", "draw").to_numpy()


@pytest.mark.parametrize("name", ["treatments renamed", "trials renamed", "another reference"])
@pytest.mark.parametrize("pair", [("B", "A"), ("C", "A"), ("D", "A"), ("D", "C")])
def test_relative_effects_stay_the_same(fits, name, pair):
    az = arviz()
    other = tuple(RENAMED[t] for t in pair) if name == "treatments renamed" else pair
    one, two = effect(fits["as it is"], *pair), effect(fits[name], *other)
    error = float(np.squeeze(np.hypot(az.mcse(one, method="mean"), az.mcse(two, method="mean"))))
    assert_monte_carlo(two.mean(), error, one.mean())


def test_the_order_of_rows_changes_not_even_the_draws(fits):
    np.testing.assert_array_equal(fits["as it is"].effects, fits["rows shuffled"].effects)


def test_swapping_event_and_non_event_does_change_a_risk_ratio(smoking_frame, mapping):
    """The RR of success is not the inverse RR of failure; an analysis must say which it means."""
    plan = nma.Analysis.from_mapping(
        mapping(
            measure="RR",
            link="log",
            priors={
                "effects": {"family": "normal", "scale": 10},
                "heterogeneity": {"family": "half-normal", "scale": 0.5},
            },
        )
    )
    events = nma.contrast_table(nma.Evidence.from_frame(smoking_frame, plan))["estimate"]
    swapped = smoking_frame.assign(events=smoking_frame["n"] - smoking_frame["events"])
    failures = nma.contrast_table(nma.Evidence.from_frame(swapped, plan))["estimate"]
    assert not np.allclose(events, -failures, atol=0.1)
