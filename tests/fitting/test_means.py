"""Models of the means: what the expected contrasts of a trial are made of."""

import numpy as np
import pandas as pd
import pytest
from comparators import assert_same

import nma
from nma.errors import FitError
from nma.fitting.layout import layout, structure_of
from nma.fitting.means import CONSISTENCY, DESIGNS, UNRELATED, Task, basis, prepared, split
from nma.vocab import MultiArm


@pytest.fixture
def evidence(triangle, analysis):
    return nma.Evidence.from_frame(triangle, analysis())


def trial(evidence, name):
    return next(trial for trial in evidence.trials if trial.id == name)


def contrasts(evidence, means, name, values):
    return basis(evidence, means).matrix(trial(evidence, name)) @ np.asarray(values)


def test_consistent_contrasts_are_differences(evidence):
    assert_same(contrasts(evidence, CONSISTENCY, "t4", [0.2, 0.7]), [0.2, 0.7])
    assert_same(contrasts(evidence, CONSISTENCY, "t3", [0.2, 0.7]), [0.5])


@pytest.mark.parametrize("convention", list(MultiArm))
def test_a_two_arm_trial_of_the_split_pair_sees_only_the_direct_effect(evidence, convention):
    means = split("C", "B", convention)
    assert_same(contrasts(prepared(evidence, means), means, "t3", [0.2, 0.7, 1.5]), [1.5])
    assert_same(contrasts(prepared(evidence, means), means, "t1", [0.2, 0.7, 1.5]), [0.2])


def test_symmetric_arms_share_the_difference(evidence):
    """Direct 1.5, indirect 0.5: B falls and C rises by half of 1.0, A stays."""
    assert_same(contrasts(evidence, split("C", "B"), "t4", [0.2, 0.7, 1.5]), [-0.3, 1.2])


def test_baseline_moves_the_later_arm_alone(evidence):
    assert_same(contrasts(evidence, split("C", "B", MultiArm.BASELINE), "t4", [0.2, 0.7, 1.5]), [0.2, 1.7])


def test_separate_takes_the_trial_apart(evidence, analysis):
    parts = prepared(evidence, split("C", "B", MultiArm.SEPARATE)).trials
    assert [part.design for part in parts if part.id.startswith("t4")] == [("B", "C")]
    four = pd.DataFrame(
        [("f", t, 5 + i, 50) for i, t in enumerate("ABCD")], columns=["study", "treatment", "events", "n"]
    )
    wide = nma.Evidence.from_frame(four, analysis())
    assert [part.design for part in prepared(wide, split("C", "B", MultiArm.SEPARATE)).trials] == [
        ("B", "C"),
        ("A", "D"),
    ]


@pytest.mark.parametrize("convention", list(MultiArm))
def test_a_split_without_difference_is_the_consistency_model(evidence, convention):
    """With direct = indirect every trial is as under consistency (for trials that stay whole)."""
    means = split("C", "B", convention)
    for name in ("t1", "t2", "t3", "t4"):
        if len(trial(prepared(evidence, means), name).arms) == len(trial(evidence, name).arms):
            assert_same(
                contrasts(evidence, means, name, [0.2, 0.7, 0.5]), contrasts(evidence, CONSISTENCY, name, [0.2, 0.7])
            )


def test_unrelated_means_are_those_against_the_first_arm(evidence):
    assert basis(evidence, UNRELATED).names == ("B against A", "C against A", "C against B")
    assert_same(contrasts(evidence, UNRELATED, "t4", [0.2, 0.7, 9.0]), [0.2, 0.7])
    assert_same(contrasts(evidence, UNRELATED, "t3", [0.2, 0.7, 9.0]), [9.0])


def test_designs_have_parameters_of_their_own(evidence):
    names = basis(evidence, DESIGNS).names
    assert len(names) == 5  # A-B, A-C, B-C one each, A-B-C two
    assert len(set(names)) == 5


def test_what_is_filled_up_changes_no_parameter(evidence):
    small = structure_of(Task(evidence, evidence.analysis, split("C", "B")))
    room = small.holding(structure_of(Task(evidence, evidence.analysis, DESIGNS)))
    padded = layout(Task(evidence, evidence.analysis, split("C", "B")), room)
    own = layout(Task(evidence, evidence.analysis, split("C", "B")))
    assert_same(padded.location[:3], own.location)
    assert not padded.design[:, 3:].any()


def test_consistency_never_shares_a_compilation_with_the_others(evidence):
    kinds = [structure_of(Task(evidence, evidence.analysis, m)).kind for m in (CONSISTENCY, UNRELATED, split("C", "B"))]
    assert kinds[0] != kinds[1] == kinds[2]


def test_names_that_look_like_filling_are_kept(triangle, analysis):
    """What is filled up is told by its place, not by its name."""
    from types import SimpleNamespace

    import xarray as xr

    from nma.fitting.nuts import posterior

    names = {"A": "(no treatment)", "B": "(no drug)", "C": "(no effect 0)"}
    plan = analysis(reference="(no treatment)")
    task = Task(nma.Evidence.from_frame(triangle.assign(treatment=triangle["treatment"].map(names)), plan), plan)
    room = structure_of(task).holding(structure_of(Task(task.evidence, plan, DESIGNS)))
    arrays = layout(task, room)
    shapes = {"effects": (2, 5, 5), "heterogeneity_sd": (2, 5), "probability": (2, 5, *arrays.events.shape)}
    draws = {name: xr.DataArray(np.full(shape, 0.5)) for name, shape in shapes.items()}
    found = posterior(SimpleNamespace(draws=draws), arrays, task)
    assert set(found["treatment"].to_numpy()) == set(names.values())
    assert found.sizes["study"] == 4


def test_a_split_of_what_is_not_there_is_refused(evidence):
    with pytest.raises(FitError, match="the network does not hold both"):
        basis(evidence, split("Z", "A"))
