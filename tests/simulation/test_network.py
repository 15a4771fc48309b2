"""Simulated networks hold what was planted, and are the same wherever they are made."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from simulations import CALIBRATED, CONSISTENT, LOGIT, plan

import nma
from nma.parallel import Executors
from nma.simulation import Request, Truth, study
from nma.simulation.network import counts, true_values
from nma.simulation.plan import plan_like

INCONSISTENT = """\
  inconsistency:
    - {treatment: C, versus: B, by: 0.5}
"""


def huge(text):
    """Trials so large, and so alike, that their counts show what was planted."""
    for before, after in {
        "[50, 100]": "[4000000]", "lowest: 0.2, highest: 0.8": "lowest: 0.4, highest: 0.4",
        "heterogeneity: 0.2": "heterogeneity: 0",
    }.items():  # fmt: skip
        text = text.replace(before, after)
    return text


def observed(evidence, measure):
    """Effect of each arm against the first, by design."""
    found = {}
    for trial in evidence.trials:
        risk = np.array([arm.events / arm.n for arm in trial.arms])
        scale = np.log(risk) if measure == "RR" else np.log(risk / (1 - risk))
        found[trial.design] = tuple(scale[1:] - scale[0])
    return found


@pytest.mark.parametrize(("text", "measure"), [(CONSISTENT, "RR"), (LOGIT, "OR")])
@pytest.mark.parametrize("planted", [False, True])
def test_inconsistency_shifts_the_trials_that_hold_both_and_no_others(tmp_path, text, measure, planted):
    made = plan(tmp_path, text + INCONSISTENT * planted, change=huge)
    found = observed(counts(made, made.truth, np.random.default_rng(1)), measure)
    by = 0.5 * planted
    assert found["A", "B"] == pytest.approx((0.3,), abs=0.01)
    assert found["B", "C"] == pytest.approx((0.4 + by,), abs=0.01)
    # Half on each of the two arms: the one is raised against A, the other lowered.
    assert found["A", "B", "C"] == pytest.approx((0.3 - by / 2, 0.7 + by / 2), abs=0.01)


@pytest.mark.parametrize(("size", "bias"), [(100, 0.4), (400, 0.2), (2500, 0.08)])
def test_small_trials_overstate_by_one_over_the_root_of_their_size(tmp_path, size, bias):
    def many(text):
        text = huge(text).replace("[4000000]", f"[{size}]").replace("trials: 3", "trials: 3000")
        return text + "  small_study_bias: 0.4\n"

    made = plan(tmp_path, change=many)
    evidence = counts(made, made.truth, np.random.default_rng(2))
    events = Counter()
    for trial in evidence.trials:
        if trial.design == ("A", "B"):
            events += Counter({arm.treatment: arm.events for arm in trial.arms})
    error = np.sqrt(1 / events["A"] + 1 / events["B"])
    assert np.log(events["B"] / events["A"]) == pytest.approx(0.3 + bias, abs=4 * error)


def test_heterogeneity_is_the_spread_of_the_trials(tmp_path):
    made = plan(tmp_path, change=lambda text: huge(text).replace("trials: 3", "trials: 2000"))
    evidence = counts(made, Truth(made.truth.effects, 0.3), np.random.default_rng(3))
    effects = [np.log(t.arms[1].events / t.arms[0].events) for t in evidence.trials if t.design == ("A", "B")]
    assert np.std(effects) == pytest.approx(0.3, abs=4 * 0.3 / np.sqrt(2 * 2000))


def test_a_truth_from_the_priors_has_their_spread(tmp_path):
    made = plan(tmp_path, from_priors=True)
    truths = [true_values(made, np.random.default_rng(seed)) for seed in range(2000)]
    effects = np.array([truth.effects for truth in truths])
    assert (effects[:, 0] == 0).all()
    assert effects[:, 1:].std(axis=0) == pytest.approx([1, 1], abs=4 / np.sqrt(4000))
    assert np.median([truth.heterogeneity for truth in truths]) == pytest.approx(0.5 * 0.6745, abs=0.04)


@pytest.mark.parametrize("kind", CALIBRATED)
@pytest.mark.parametrize("from_priors", [False, True])
def test_the_same_seed_gives_the_same_study_whatever_the_executor(tmp_path, kind, from_priors):
    made = plan(tmp_path, CALIBRATED[kind], from_priors=from_priors)
    one, two = (study(made, Request(4, seed=5, executors=Executors(workers=n)), {}) for n in (1, 2))
    assert one == two
    assert study(made, Request(4, seed=6, executors=Executors(workers=1)), {})["quantities"] != one["quantities"]


def test_more_networks_begin_with_the_same_ones(tmp_path):
    from nma.simulation.trial_run import Piece, tried
    from nma.vocab import Engine

    made = plan(tmp_path, CALIBRATED["normal"])
    first = [tried(Piece(made, Engine.EXACT, 1, number)) for number in (0, 1)]
    assert tried(Piece(made, Engine.EXACT, 1, 1)) == first[1] != first[0]


def test_networks_like_one_that_was_analysed_have_its_trials_and_medians(triangle, analysis):
    made = analysis(measure="RR", link="log")
    evidence = nma.Evidence.from_frame(triangle, made)
    fit = nma.fit(evidence, made, seed=1, engine="exact")
    like = plan_like(evidence, fit)
    assert [(t.id, t.treatments, t.sizes) for t in like.trials] == [
        (t.id, t.design, tuple(arm.n for arm in t.arms)) for t in evidence.trials
    ]
    medians = fit.effects.median(("chain", "draw")).to_numpy()
    assert like.truth.effects == pytest.approx(medians)
    assert all(trial.risks is not None for trial in like.trials)
    drawn = plan_like(evidence, None)
    assert (drawn.truth, drawn.trials[0].risks) == (None, None)
