"""Relative effects of one trial: closed forms, the Handbook's equations, and netmeta's contrasts."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from comparators import assert_same

import nma
from nma.evidence import trial_contrasts
from nma.evidence.evidence import ArmData, Trial
from nma.vocab import Measure, ZeroCells

OTHERS = json.loads((Path(__file__).parents[1] / "reference" / "other_engines.json").read_text("utf-8"))
PRINTED = {"rel": 5e-8, "abs": 5e-9}
"""The reference file prints eight digits: half a unit of the last one."""


def trial(*arms):
    return Trial("t", tuple(ArmData(f"T{i}", r, n, "") for i, (r, n) in enumerate(arms)))


def test_risk_ratio_of_one_trial():
    contrasts = trial_contrasts(trial((32, 95), (69, 92)), Measure.RR, ZeroCells.REFUSE)
    assert_same(contrasts.estimate, [np.log((69 / 92) / (32 / 95))])
    assert_same(contrasts.covariance, [[1 / 69 - 1 / 92 + 1 / 32 - 1 / 95]])


def test_odds_ratio_and_risk_difference_of_one_trial():
    odds = trial_contrasts(trial((32, 95), (69, 92)), Measure.OR, ZeroCells.REFUSE)
    assert_same(odds.estimate, [np.log((69 * 63) / (23 * 32))])
    assert_same(odds.covariance, [[1 / 69 + 1 / 23 + 1 / 32 + 1 / 63]])
    difference = trial_contrasts(trial((32, 95), (69, 92)), Measure.RD, ZeroCells.REFUSE)
    assert_same(difference.estimate, [69 / 92 - 32 / 95])
    assert_same(difference.covariance, [[69 * 23 / 92**3 + 32 * 63 / 95**3]])


@pytest.mark.parametrize("measure", list(Measure))
def test_contrasts_of_a_multi_arm_trial_covary_by_the_first_arm(measure):
    contrasts = trial_contrasts(trial((10, 50), (20, 60), (30, 70)), measure, ZeroCells.REFUSE)
    first_alone = trial_contrasts(trial((10, 50), (10, 50)), measure, ZeroCells.REFUSE).covariance[0, 0] / 2
    assert_same(contrasts.covariance[0, 1], first_alone)
    assert_same(contrasts.covariance, contrasts.covariance.T)


@pytest.mark.parametrize(
    ("rule", "first", "second"),
    [(ZeroCells.HALF_IN_EVERY_ARM, (0.5, 20.5), (5.5, 30.5)), (ZeroCells.HALF_IN_ZERO_ARMS, (0.5, 20.5), (5, 30))],
)
def test_zero_cells_of_the_risk_ratio(rule, first, second):
    contrasts = trial_contrasts(trial((0, 20), (5, 30)), Measure.RR, rule)
    assert contrasts.corrected
    assert_same(contrasts.estimate, [np.log((second[0] / second[1]) / (first[0] / first[1]))])


def test_zero_cells_may_be_refused():
    with pytest.raises(nma.NmaError, match="binomial likelihood"):
        trial_contrasts(trial((0, 20), (5, 30)), Measure.RR, ZeroCells.REFUSE)


@pytest.mark.parametrize("measure", ["OR", "RR"])
@pytest.mark.parametrize("name", ["smoking_gemtc", "thrombolytics_tsd"])
def test_contrasts_equal_those_of_netmeta(name, measure, analysis):
    """netmeta 3.3.1 `pairwise`, 0.5 in every arm of a trial with a zero cell; the call is in the reference file."""
    reference = OTHERS[name]["measures"][measure]["netmeta"]["pairwise"]
    frame = pd.read_csv(Path(__file__).parents[1] / "reference" / f"{name}.data.csv").rename(columns={"r": "events"})
    frame["study"] = frame["study"].astype(str).str.zfill(2)
    link = {"OR": "logit", "RR": "log"}[measure]
    plan = analysis(measure=measure, link=link, reference=frame["treatment"].iloc[0])
    table = nma.contrast_table(nma.Evidence.from_frame(frame, plan)).set_index(["study", "treatment", "versus"])
    for row in reference:
        key, sign = (str(row["study"]).zfill(2), row["treat1"], row["treat2"]), 1
        if key not in table.index:
            key, sign = (key[0], key[2], key[1]), -1
        assert table.loc[key, "estimate"] * sign == pytest.approx(row["TE"], **PRINTED)
        assert table.loc[key, "se"] == pytest.approx(row["seTE"], **PRINTED)


def test_contrast_table_does_not_depend_on_the_order_of_rows(triangle, analysis):
    plan = analysis()
    table = nma.contrast_table(nma.Evidence.from_frame(triangle, plan))
    shuffled = triangle.sample(frac=1, random_state=3).reset_index(drop=True)
    pd.testing.assert_frame_equal(table, nma.contrast_table(nma.Evidence.from_frame(shuffled, plan)))


def test_contrast_table_turns_its_sign_with_the_reference(triangle, analysis):
    first = nma.contrast_table(nma.Evidence.from_frame(triangle, analysis(reference="A")))
    other = nma.contrast_table(nma.Evidence.from_frame(triangle, analysis(reference="C")))
    keyed = other.set_index(["study", "treatment", "versus"])["estimate"].to_dict()
    for row in first.itertuples():
        same = keyed.get((row.study, row.treatment, row.versus))
        turned = keyed.get((row.study, row.versus, row.treatment))
        assert row.estimate == (same if same is not None else -turned)


def all_events(*sizes):
    return trial(*((n, n) for n in sizes))


@pytest.mark.parametrize("measure", list(Measure))
@pytest.mark.parametrize("sizes", [(5, 7), (5, 7, 9)])
def test_a_trial_in_which_everybody_has_the_event_has_a_variance(measure, sizes):
    contrasts = trial_contrasts(all_events(*sizes), measure, ZeroCells.HALF_IN_EVERY_ARM)
    assert np.linalg.eigvalsh(contrasts.covariance).min() > 0
    if measure is Measure.RR:  # as netmeta: the half event is left out of 1/r
        assert_same(contrasts.variance, [1 / n - 1 / (n + 0.5) for n in sizes])
