"""The summary of findings holds the numbers of the results, and sizes in words."""

from __future__ import annotations

import pytest
from networks import frame_of

import nma
from nma.answers.absolute import absolute
from nma.answers.certainty import Sources, certainty
from nma.answers.contribution import contributions
from nma.answers.inconsistency import closed_form
from nma.answers.results import results
from nma.answers.summary import Size, size, summary
from nma.fitting import fit as fit_model

DECISION = {
    "baseline_risks": [{"risk": 0.2, "source": "somewhere"}],
    "no_important_difference": {"lower": 0.8, "upper": 1.25, "reason": "for the test"},
}


def whole(analysis, *designs, **changes):
    """Results of a small network with everything a summary refers to."""
    evidence = nma.Evidence.from_frame(frame_of(*designs), analysis(**{"decision": DECISION, **changes}))
    fit = fit_model(evidence, evidence.analysis, seed=1, engine="exact")
    found = results(fit, {}, {})
    found |= {"inconsistency": closed_form(evidence, fit), "contributions": contributions(fit).plain()}
    found |= {"absolute": absolute(fit)}
    found |= {"certainty": certainty(Sources(evidence, found))}
    return found | {"summary": summary(found)}


@pytest.fixture(scope="module", params=["higher", "lower"])
def found(request):
    base = {
        "outcome": "work", "better": request.param, "measure": "OR", "likelihood": "binomial", "link": "logit",
        "effects": "random", "reference": "A",
        "priors": {
            "effects": {"family": "normal", "scale": 10},
            "heterogeneity": {"family": "half-normal", "scale": 1},
        },
    }  # fmt: skip
    return whole(lambda **changes: nma.Analysis.from_mapping({**base, **changes}), "AB", "AC", "BC", "ABC", "CD")


def test_every_number_of_the_summary_is_the_one_of_the_results(found):
    effects = {(row["treatment"], row["versus"]): row for row in found["relative_effects"]}
    ranks = {row["treatment"]: row for row in found["ranking"]}
    levels = {frozenset((row["treatment"], row["versus"])): row for row in found["certainty"]["pairs"]}
    direct = {frozenset((row["treatment"], row["versus"])): row for row in found["evidence"]["comparisons"]}
    for row in found["summary"]["rows"]:
        pair = row["treatment"], row["versus"]
        assert row["effect"] == {end: effects[pair][end] for end in ("median", "lower", "upper")}
        assert all(ranks[row["treatment"]][key] == value for key, value in row["rank"].items())
        assert row["level"] == levels[frozenset(pair)]["level"]
        assert row["provisional"] == levels[frozenset(pair)]["provisional"]
        known = direct.get(frozenset(pair), {"studies": [], "participants": 0})
        assert (row["trials"], row["participants"]) == (len(known["studies"]), known["participants"])


def test_absolute_effects_are_those_of_the_results(found):
    baselines = {baseline["id"]: baseline for baseline in found["absolute"]["baselines"]}
    for row in found["summary"]["rows"]:
        assert [entry["id"] for entry in row["absolute"]] == list(baselines)
        for entry in row["absolute"]:
            baseline = baselines[entry["id"]]
            effects = {effect["treatment"]: effect for effect in baseline["effects"]}
            assert entry["per_1000"] == effects[row["treatment"]]["per_1000"]
            if row["versus"] == found["summary"]["reference"]:
                assert entry["versus_per_1000"] == baseline["per_1000"]
                assert entry["difference"] == effects[row["treatment"]]["difference"]
            else:
                assert entry["versus_per_1000"] == effects[row["versus"]]["per_1000"]
                assert entry["difference"] is None


def test_rows_are_each_treatment_against_the_reference_and_the_first_two(found):
    ranked = [row["treatment"] for row in found["ranking"]]
    pairs = [(row["treatment"], row["versus"]) for row in found["summary"]["rows"]]
    against = [(name, "A") for name in ranked if name != "A"]
    assert ("A" in ranked[:2]) == (found["analysis"]["better"] == "higher"), "both cases are to be seen"
    assert pairs == (against if "A" in ranked[:2] else [*against, (ranked[0], ranked[1])])


def test_results_without_certainty_have_no_summary(found):
    assert summary({**found, "certainty": None}) is None


def test_results_without_absolute_effects_have_a_summary_all_the_same(found):
    rows = summary({**found, "absolute": None})["rows"]
    assert all(row["absolute"] == [] for row in rows)


ZONED = {"measure": "RR", "decision": {"no_important_difference": {"lower": 0.8, "upper": 1.25}}}


@pytest.mark.parametrize(
    ("analysis", "given", "found"),
    [
        (ZONED, (1.26, 0.5, 3.0), Size.MORE),
        (ZONED, (1.25, 1.2, 1.3), Size.LITTLE),
        (ZONED, (0.8, 0.7, 0.9), Size.LITTLE),
        (ZONED, (0.79, 0.7, 0.9), Size.FEWER),
        ({"measure": "RR", "decision": None}, (1.5, 1.01, 2.0), Size.MORE_UNSIZED),
        ({"measure": "RR", "decision": None}, (1.5, 0.99, 2.0), Size.UNCLEAR),
        ({"measure": "OR"}, (0.5, 0.3, 0.99), Size.FEWER_UNSIZED),
        ({"measure": "RD"}, (0.1, 0.01, 0.2), Size.MORE_UNSIZED),
        ({"measure": "RD"}, (0.1, -0.01, 0.2), Size.UNCLEAR),
        ({"measure": "RR", "decision": {"no_important_difference": None}}, (1.0, 1.0, 1.0), Size.UNCLEAR),
    ],
)
def test_sizes(analysis, given, found):
    assert size(dict(zip(("median", "lower", "upper"), given, strict=True)), analysis) is found
