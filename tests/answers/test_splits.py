"""Which comparisons can be split, and the closed form against Stata; the sampled splits are in tests/published."""

import numpy as np
import pandas as pd
import pytest
from comparators import assert_same, half_last_digit
from networks import consistent_frame, frame_of, two_arm

import nma
from nma.answers.contrast_level import regression
from nma.answers.splits import closed_form_split, not_split, posterior_p, split_tasks, splittable
from nma.errors import FitError
from nma.fitting.means import CONSISTENCY, Means, split
from nma.vocab import MeanModel, MultiArm

STATA = {
    ("B", "A"): (".327", ".510", "-.183", ".79"),
    ("C", "A"): (".722", ".574", ".148", ".83"),
    ("D", "A"): (".820", ".889", "-.069", ".94"),
    ("C", "B"): ("-.076", ".516", "-.592", ".41"),
    ("D", "B"): (".623", ".297", ".326", ".70"),
    ("D", "C"): ("-.076", ".872", "-.948", ".25"),
}
"""Stata, network sidesplit on the Lu & Ades copy: direct, indirect, difference, p; symmetric, restricted likelihood."""


@pytest.mark.parametrize("pair", STATA)
def test_side_splits_of_stata(smoking_frame, analysis, pair):
    """Estimates to one unit of the last digit, since Stata's search for τ ends a little off the maximum.

    Its standard errors come from the joint information of effects and τ, so they are a little larger, and so is p.
    """
    found = closed_form_split(nma.Evidence.from_frame(smoking_frame, analysis()), pair)
    for key, printed in zip(("direct", "indirect", "difference"), STATA[pair][:3], strict=True):
        assert abs(found[key] - float(printed)) <= 0.001, (key, found[key])
    larger = float(STATA[pair][3]) - found["p"]
    assert -half_last_digit(STATA[pair][3]) <= larger <= 0.01


@pytest.fixture
def built(analysis):
    return lambda *designs, **changes: nma.Evidence.from_frame(frame_of(*designs), analysis(**changes))


@pytest.mark.parametrize(
    ("designs", "expected"),
    [
        (("AB", "AC", "BC"), ["BA", "CA", "CB"]),
        (("AB", "AC", "AD"), []),
        (("ABC",), []),
        (("ABC", "AB"), []),
        (("ABC", "AB", "AC"), ["CB"]),
        (("ABC", "BC", "AC"), ["BA"]),
        (("ABC", "AD", "CD"), ["CA", "DA", "DC"]),
        (("AB", "BC", "AC", "CD"), ["BA", "CA", "CB"]),
    ],
)
def test_which_comparisons_can_be_split(built, designs, expected):
    assert ["".join(pair) for pair in splittable(built(*designs))] == expected


def test_the_parkinson_network_splits_what_van_valkenhoef_splits(analysis):
    """4-5 is a spur, 1-2 has no independent indirect evidence: neither may be split."""
    arms = [(1, "13"), (2, "12"), (3, "124"), (4, "34"), (5, "34"), (6, "45"), (7, "45")]
    rows = [(str(study), t, 10 + study, 50 + study) for study, design in arms for t in design]
    frame = pd.DataFrame(rows, columns=["study", "treatment", "events", "n"])
    evidence = nma.Evidence.from_frame(frame, analysis(reference="1"))
    assert splittable(evidence) == [("3", "1"), ("4", "1"), ("4", "2"), ("4", "3")]
    reasons = {(row["treatment"], row["versus"]): row["reason"] for row in not_split(evidence)}
    assert reasons["2", "1"] == reasons["5", "4"] == "no indirect path"
    assert reasons["5", "1"] == "no direct trial"


def test_every_pair_is_split_or_has_a_reason(smoking_frame, analysis, built):
    for evidence in (nma.Evidence.from_frame(smoking_frame, analysis()), built("ABC", "AD", "CD"), built("AB")):
        pairs = len(evidence.treatments) * (len(evidence.treatments) - 1) // 2
        assert len(splittable(evidence)) + len(not_split(evidence)) == pairs


def test_a_split_by_hand(built):
    """Direct from the one B-C trial, indirect C-A less B-A: three trials, no heterogeneity."""
    evidence = built("AB", "AC", "BC")
    (ab, v_ab), (ac, v_ac), (bc, v_bc) = (two_arm(evidence, name) for name in ("t0", "t1", "t2"))
    found = closed_form_split(evidence, ("C", "B"))
    assert_same([found["direct"], found["indirect"]], [bc, ac - ab])
    assert_same(found["difference_se"], np.sqrt(v_ab + v_ac + v_bc))


def test_splitting_a_consistent_network_recovers_the_network(analysis):
    evidence = nma.Evidence.from_frame(consistent_frame(), analysis(measure="RR", link="log"))
    effects = np.append(0.0, regression(evidence).solve()[0])
    for pair in splittable(evidence):
        treatment, versus = (evidence.treatments.index(name) for name in pair)
        for convention in MultiArm:
            found = closed_form_split(evidence, pair, convention)
            assert found["difference"] == pytest.approx(0.0, abs=1e-9)
            assert found["direct"] == pytest.approx(effects[treatment] - effects[versus], abs=1e-9)


LABELS = {"A": "z", "B": "q", "C": "m", "D": "b"}


def test_the_symmetric_split_does_not_depend_on_the_order_of_arms(smoking_frame, analysis):
    base = nma.Evidence.from_frame(smoking_frame, analysis())
    renamed = smoking_frame.assign(treatment=smoking_frame["treatment"].map(LABELS))
    other = nma.Evidence.from_frame(renamed, analysis(reference="m"))
    for treatment, versus in splittable(base):
        mine = closed_form_split(base, (treatment, versus))
        theirs = closed_form_split(other, (LABELS[treatment], LABELS[versus]))
        turned = closed_form_split(other, (LABELS[versus], LABELS[treatment]))
        for key in ("direct", "indirect", "difference"):
            assert theirs[key] == pytest.approx(mine[key], abs=1e-6)
            assert turned[key] == pytest.approx(-mine[key], abs=1e-6)
        assert theirs["p"] == pytest.approx(mine["p"], abs=1e-6)


def test_the_baseline_convention_does(smoking_frame, analysis):
    """Why it is not the default."""
    evidence = nma.Evidence.from_frame(smoking_frame, analysis())
    one = closed_form_split(evidence, ("D", "C"), MultiArm.BASELINE)["difference"]
    two = closed_form_split(evidence, ("C", "D"), MultiArm.BASELINE)["difference"]
    assert abs(one + two) > 0.01


def test_tasks_carry_the_convention(smoking_frame, analysis):
    evidence = nma.Evidence.from_frame(smoking_frame, analysis())
    tasks = split_tasks(evidence, MultiArm.SEPARATE)
    assert len(tasks) == 6
    assert {task.means for task in tasks.values()} == {split(*pair, MultiArm.SEPARATE) for pair in splittable(evidence)}


def test_taking_trials_apart_must_leave_the_network_whole(built):
    """Without arm C of the only trial that holds it, C is cut off: refused, with its reason."""
    evidence = built("ABC", "AD", "BD")
    assert splittable(evidence) == [("B", "A"), ("D", "A"), ("D", "B")]
    assert splittable(evidence, MultiArm.SEPARATE) == [("D", "A"), ("D", "B")]
    reasons = {(r["treatment"], r["versus"]): r["reason"] for r in not_split(evidence, MultiArm.SEPARATE)}
    assert reasons["B", "A"] == "falls apart"
    for pair in splittable(evidence, MultiArm.SEPARATE):
        assert np.isfinite(closed_form_split(evidence, pair, MultiArm.SEPARATE)["p"])


@pytest.mark.parametrize(("share", "p"), [(0.5, 1.0), (0.99, 0.02), (0.01, 0.02), (1.0, 0.0)])
def test_p_is_twice_the_smaller_side(share, p):
    draws = np.where(np.arange(1000) < share * 1000, 1.0, -1.0)
    assert posterior_p(draws) == pytest.approx(p, abs=1e-12)


@pytest.mark.parametrize("model", [m for m in MeanModel if m is not MeanModel.CONSISTENCY])
@pytest.mark.parametrize("answer", [nma.ranking, nma.league, nma.relative_effects])
def test_nothing_is_ranked_from_a_model_that_is_not_consistent(made_fit, analysis, model, answer):
    from dataclasses import replace

    fit = made_fit(analysis())
    assert fit.means is CONSISTENCY
    other = replace(fit, means=Means(model, ("B", "A") if model is MeanModel.SPLIT else None))
    with pytest.raises(FitError, match="no ranking or league table"):
        answer(other)
