"""What a person may type as a simulation, and what is said of what they may not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from simulations import write

from nma.errors import InputError
from nma.simulation import load_simulation, plan_of


def test_a_good_file_is_a_plan(tmp_path):
    plan = plan_of(load_simulation(write(tmp_path)))
    assert plan.treatments == ("A", "B", "C")
    assert [trial.treatments for trial in plan.trials] == [("A", "B")] * 3 + [("B", "C")] * 2 + [("A", "B", "C")] * 2
    assert plan.truth is not None
    assert plan.truth.effects == (0.0, 0.3, 0.7)
    assert (plan.truth.heterogeneity, plan.trials[0].risks) == (0.2, (0.2, 0.8))


def test_the_file_that_the_documentation_shows_is_a_plan(tmp_path):
    shown = re.search(r"```yaml\n(.*?)```", (Path(__file__).parents[2] / "docs/simulation.md").read_text("utf-8"), re.S)
    plan = plan_of(load_simulation(write(tmp_path, text=shown[1])))
    assert plan.shifts == (("C", "B", 0.5),)
    assert (len(plan.trials), plan.small_study_bias) == (12, 0.1)


def test_a_truth_from_the_priors_needs_neither_truth_nor_risks(tmp_path):
    path = write(tmp_path, lambda text: text[: text.index("risks:")])
    plan = plan_of(load_simulation(path), from_priors=True)
    assert (plan.truth, plan.trials[0].risks) == (None, None)
    with pytest.raises(InputError, match="--truth prior"):
        plan_of(load_simulation(path))


CASES = {
    "effects: {B: 0.3, C: 0.7}": ("effects: {B: 0.3, D: 0.7}", r"truth\.effects\.D: no trial has this treatment"),
    "{B: 0.3, C: 0.7}": ("{B: 0.3}", r"truth\.effects\.C: missing, its effect against A"),
    "{B: 0.3,": ("{A: 1, B: 0.3,", r"the reference has none: it is 0"),
    "lowest: 0.2": ("lowest: 0.9", r"simulation\.yaml:\d+ risks\.highest: is less than lowest"),
    "highest: 0.8": ("highest: 1.8", r"risks\.highest: must be less than 1"),
    "0.7}\n  heterogeneity: 0.2": ("0.7}\n  heterogeneity: -1", r"truth\.heterogeneity: must be 0 or more"),
    "heterogeneity: 0.2": ("hetrogeneity: 0.2", r"unknown key.*did you mean 'heterogeneity'"),
    "[B, C], trials: 2": ("[B, B], trials: 2", r"simulation\.yaml:\d+ design\[1\]\.treatments: 'B' stands 2 times"),
    "trials: 3": ("trials: 0", r"design\[0\]\.trials: must be 1 or more"),
    "reference: A": ("reference: Z", r"analysis\.reference: no trial has this treatment"),
    "link: log": ("link: identity", r"simulation\.yaml:\d+ analysis\.link: does not go with likelihood 'binomial'"),
    "arm_sizes: [50, 100]": ("arm_sizes: []", r"arm_sizes: must have 1 or more entries"),
    "by: 0.5": ("by: many", r"by: must be a number"),
    "versus: B,": ("versus: Q,", r"no trial compares C with Q"),
}


@pytest.mark.parametrize("before", CASES)
def test_a_mistake_is_one_line_with_its_place(tmp_path, before):
    after, said = CASES[before]
    path = write(tmp_path, lambda text: text.replace(before, after, 1))
    with pytest.raises(InputError, match=said):
        load_simulation(path)


def test_a_network_that_falls_apart_is_refused(tmp_path):
    path = write(tmp_path, lambda text: text.replace("[A, B, C], trials: 2", "[D, E], trials: 2"))
    with pytest.raises(InputError, match=r"the network falls apart: A, B, C \| D, E"):
        load_simulation(path)


def test_risk_differences_are_refused(tmp_path):
    change = {"measure: RR": "measure: RD", "likelihood: binomial": "likelihood: normal", "link: log": "link: identity"}

    def changed(text):
        for before, after in change.items():
            text = text.replace(before, after)
        return text

    with pytest.raises(InputError, match="risk differences cannot be simulated"):
        load_simulation(write(tmp_path, changed))


@pytest.mark.parametrize("text", ["", "- a list", "just words"])
def test_a_file_that_holds_no_mapping_is_refused(tmp_path, text):
    with pytest.raises(InputError, match="simulation"):
        load_simulation(write(tmp_path, lambda _: text))
