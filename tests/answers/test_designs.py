"""Q, I² and the design-by-treatment test: other packages, invariants, refusals."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from comparators import assert_printed, assert_same
from networks import consistent_frame, frame_of
from scipy import stats

import nma
from nma.answers.designs import band, design_by_treatment, heterogeneity_statistics

REFERENCE = Path(__file__).parents[1] / "reference"
ENGINES = json.loads((REFERENCE / "inconsistency.json").read_text("utf-8"))
CASES = [(data, measure) for data in ENGINES if data != "about" for measure in ENGINES[data]["measures"]]
LINKS = {"OR": "logit", "RR": "log"}
EIGHT_DIGITS = 5e-8
"""Relative: half a unit of the last of eight significant digits."""


@pytest.fixture
def loaded(analysis):
    def load(data, measure, **changes):
        plan = analysis(measure=measure, link=LINKS[measure], reference=ENGINES[data]["reference"], **changes)
        frame = pd.read_csv(REFERENCE / f"{data}.data.csv").rename(columns={"r": "events"})
        return nma.Evidence.from_frame(frame, plan)

    return load


@pytest.mark.parametrize(("data", "measure"), CASES)
def test_q_of_netmeta(loaded, data, measure):
    expected = ENGINES[data]["measures"][measure]["netmeta"]
    found = heterogeneity_statistics(loaded(data, measure))
    for part, row in expected["Q"].items():
        assert found[f"q_{part}"] == pytest.approx(row["Q"], rel=EIGHT_DIGITS)
        assert found[f"df_{part}"] == row["df"]
        assert found[f"p_{part}"] == pytest.approx(row["p"], rel=1e-6, abs=1e-8)
    assert found["i2"] == pytest.approx(expected["I2"], abs=1e-8)


@pytest.mark.parametrize(("data", "measure"), CASES)
def test_heterogeneity_of_the_network(loaded, data, measure):
    """Restricted likelihood and moments; the likelihood is flat at its maximum, so its place is found to 1e-6."""
    expected = ENGINES[data]["measures"][measure]["exact_REML"]
    found = heterogeneity_statistics(loaded(data, measure))
    assert found["tau_reml"] == pytest.approx(expected["tau_REML"], abs=1e-6)
    assert found["tau_moments"] == pytest.approx(expected["tau_DL_mv"], rel=EIGHT_DIGITS, abs=1e-12)


@pytest.mark.parametrize(("data", "measure"), CASES)
def test_global_test_of_netmeta(loaded, data, measure):
    """netmeta's random-effects test takes the moment estimate within designs."""
    expected = ENGINES[data]["measures"][measure]["netmeta"]["Q_inc_random_DL"]
    found = design_by_treatment(loaded(data, measure))
    assert found["df"] == expected["df"]
    assert found["moments"]["chi2"] == pytest.approx(expected["Q"], rel=EIGHT_DIGITS)
    assert found["moments"]["p"] == pytest.approx(expected["pval"], rel=1e-6)
    assert found["moments"]["heterogeneity"] == pytest.approx(expected["tau.within"], abs=1e-8)


def test_global_test_of_stata(loaded):
    """Stata's network meta i on the Lu & Ades copy, restricted likelihood: chi2(7) = 5.11, p = .646, tau .743."""
    found = design_by_treatment(loaded("smoking_gemtc", "OR"))
    assert (found["df"], found["df_within"]) == (7, 16)
    assert_printed(found["chi2"], "5.11")
    assert_printed(found["p"], "0.646")
    assert_printed(found["heterogeneity"], "0.743")


def test_the_adjusted_p_allows_for_the_heterogeneity_being_estimated(loaded):
    """Against F(7, 16), by scipy; larger than that of χ², and the same for common effects."""
    found = design_by_treatment(loaded("smoking_gemtc", "OR"))
    assert_same(found["p_adjusted"], stats.f.sf(found["chi2"] / 7, 7, 16))
    assert found["p_adjusted"] > found["p"]
    changes = {"effects": "common", "priors": {"effects": {"family": "normal", "scale": 10}}}
    common = design_by_treatment(loaded("smoking_gemtc", "OR", **changes))
    assert common["p_adjusted"] == common["p"]


def test_arms_of_very_different_size_leave_numbers(analysis):
    """A thousand million people beside one: the covariance cannot be inverted, the regression still can be solved."""
    n = 10**9
    rows = [("1", "A", n, n), ("1", "B", n, n), ("1", "C", n, n), ("1", "D", 0, 1), ("1", "E", 1, 1)]
    rows += [("2", "A", 0, 1), ("2", "E", 0, 1)]
    frame = pd.DataFrame(rows, columns=["study", "treatment", "events", "n"])
    evidence = nma.Evidence.from_frame(frame, analysis(measure="RR", link="log"))
    found = heterogeneity_statistics(evidence)
    assert all(np.isfinite(found[key]) and found[key] >= 0 for key in ("q_total", "q_within", "q_between", "tau_reml"))


def test_common_effects_test_is_q_between(loaded, mapping):
    changes = {"effects": "common", "priors": {"effects": {"family": "normal", "scale": 10}}}
    evidence = loaded("smoking", "OR", **changes)
    assert_same(design_by_treatment(evidence)["chi2"], heterogeneity_statistics(evidence)["q_between"])
    assert heterogeneity_statistics(evidence)["tau_reml"] == 0.0


@pytest.mark.parametrize("reference", ["B", "C", "D"])
def test_nothing_depends_on_the_reference(smoking_frame, analysis, reference):
    base = nma.Evidence.from_frame(smoking_frame, analysis())
    other = nma.Evidence.from_frame(smoking_frame, analysis(reference=reference))
    for key in ("chi2", "p", "heterogeneity"):
        assert design_by_treatment(other)[key] == pytest.approx(design_by_treatment(base)[key], rel=1e-6)
    for key in ("q_total", "q_within", "q_between", "i2"):
        assert_same(heterogeneity_statistics(other)[key], heterogeneity_statistics(base)[key])


def test_the_order_of_arms_changes_nothing(smoking_frame, analysis):
    base = nma.Evidence.from_frame(smoking_frame, analysis())
    renamed = smoking_frame.assign(treatment=smoking_frame["treatment"].map({"A": "z", "B": "c", "C": "b", "D": "a"}))
    other = nma.Evidence.from_frame(renamed, analysis(reference="z"))
    assert design_by_treatment(other)["chi2"] == pytest.approx(design_by_treatment(base)["chi2"], rel=1e-6)


def test_a_consistent_network_disagrees_nowhere(analysis):
    evidence = nma.Evidence.from_frame(consistent_frame(), analysis(measure="RR", link="log"))
    assert heterogeneity_statistics(evidence)["q_between"] == pytest.approx(0.0, abs=1e-9)
    found = design_by_treatment(evidence)
    assert found["chi2"] == pytest.approx(0.0, abs=1e-9)
    assert found["p"] == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize(
    ("designs", "refused", "df"),
    [
        (("AB",), "no closed loop", 0),
        (("AB", "AB"), "no closed loop", 0),
        (("AB", "AC", "AD"), "no closed loop", 0),
        (("ABC",), "no closed loop", 0),
        (("AB", "AC", "BC"), "each design once", 1),
        (("AB", "AC", "BC", "BC"), None, 1),
        (("AB", "ABC", "ABC"), None, 1),
    ],
)
def test_where_there_is_nothing_to_test_it_says_so(analysis, designs, refused, df):
    found = design_by_treatment(nma.Evidence.from_frame(frame_of(*designs), analysis()))
    assert (found["refused"], found["df"]) == (refused, df)
    assert (found["chi2"] is None) is (found["p"] is None) is (refused is not None)


def test_one_trial_has_no_q(analysis):
    found = heterogeneity_statistics(nma.Evidence.from_frame(frame_of("AB"), analysis()))
    assert (found["q_total"], found["df_total"], found["p_total"], found["i2"], found["band"]) == (
        0.0,
        0,
        None,
        None,
        None,
    )


def test_i2_of_a_comparison_is_that_of_its_trials(analysis):
    """Cochran's Q by hand for the A-B trials of the smoking data is 2.9401491 in netmeta (its A:B design)."""
    expected = ENGINES["smoking"]["measures"]["OR"]["netmeta"]["Q_het_design"][0]
    frame = pd.read_csv(REFERENCE / "smoking.data.csv").rename(columns={"r": "events"})
    rows = heterogeneity_statistics(nma.Evidence.from_frame(frame, analysis()))["i2_by_comparison"]
    row = next(row for row in rows if (row["treatment"], row["versus"]) == ("B", "A"))
    assert row["q"] == pytest.approx(expected["Q"], rel=EIGHT_DIGITS)
    assert_same(row["i2"], max(0.0, 1 - expected["df"] / row["q"]))


@pytest.mark.parametrize(
    ("i2", "word"),
    [
        (0.0, "little"),
        (0.2499, "little"),
        (0.25, "low"),
        (0.4999, "low"),
        (0.5, "moderate"),
        (0.75, "moderate"),
        (0.76, "high"),
    ],
)
def test_bands_of_the_2015_report(i2, word):
    assert band(i2) == word


def test_the_reference_files_are_the_ones_that_were_analysed():
    import hashlib

    for data in {data for data, _ in CASES}:
        digest = hashlib.sha256((REFERENCE / f"{data}.data.csv").read_bytes()).hexdigest()
        assert digest == ENGINES[data]["data_sha256"]


def test_risk_differences_have_q_too(triangle, analysis):
    priors = {"effects": {"family": "normal", "scale": 1}, "heterogeneity": {"family": "half-normal", "scale": 0.2}}
    plan = analysis(measure="RD", likelihood="normal", link="identity", priors=priors)
    found = heterogeneity_statistics(nma.Evidence.from_frame(triangle, plan))
    assert np.isfinite(found["q_total"])
    assert found["df_total"] == 3
