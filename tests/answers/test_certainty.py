"""Certainty of comparisons: levels from concerns, judgements of people, and the long-term analysis read by hand."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import pytest
from networks import frame_of

import nma
from nma.analysis.judgements import NOTHING, Certainty, Concern, Domain, Judgements
from nma.answers import certainty as certainties
from nma.answers import summary as summaries
from nma.answers.certainty import Sources, certainty, final, judged
from nma.answers.contribution import contributions
from nma.answers.inconsistency import closed_form
from nma.answers.results import results
from nma.answers.sides import sides
from nma.answers.small_study import small_study
from nma.evidence import select
from nma.fitting import fit as fit_model

ROOT = Path(__file__).resolve().parents[2]
JUDGED = Judgements.model_validate(
    {
        "all": {"indirectness": {"concern": "none", "reason": "As asked.", "by": "The panel"}},
        "comparisons": (
            {
                "between": ("SE", "SEplus"),
                "imprecision": {"concern": "some", "reason": "Enough people.", "by": "A. Reader", "date": "2026-11-25"},
            },
            {
                "between": ("SEplus", "PVT"),
                "overall": {"level": "moderate", "reason": "One cause.", "by": "The panel"},
            },
        ),
    }
)


def known(fit):
    """What certainty is read from, of a fit alone."""
    found = results(fit, {}, {})
    shares = contributions(fit)
    checked = closed_form(fit.evidence, fit)
    return found | {"inconsistency": checked, "contributions": shares.plain() if shares else None}


@pytest.fixture(scope="module")
def long_term(project):
    evidence = select(project.registry, project.analysis("long-term"))
    fit = fit_model(evidence, evidence.analysis, seed=1, engine="exact")
    found = known(fit)
    ranked = [row["treatment"] for row in found["ranking"]]
    found |= {"small_study": small_study(fit, ranked, project.registry)}
    return Sources(evidence, found)


def rows(found):
    return {(row["treatment"], row["versus"]): row for row in found["pairs"]}


def concerns_of(row):
    return [entry["concern"] for entry in row["domains"]]


@pytest.mark.parametrize("levels", list(product(Concern, repeat=2)))
def test_each_concern_lowers_by_its_levels_and_what_is_not_judged_by_none(levels):
    lowered = sum({"some": 1, "major": 2}.get(str(level), 0) for level in levels)
    assert final(levels) is list(Certainty)[min(3, lowered)]


def test_nothing_goes_below_very_low():
    assert final([Concern.MAJOR] * 6) is Certainty.VERY_LOW


def test_the_long_term_analysis_as_read_by_hand(long_term):
    """Each cell was read off the intervals, the splits, the global test and the flags of that analysis."""
    found = rows(certainty(long_term))
    unknown, weak = "not judged", "some"
    expected = {
        ("SEplus", "SE"): [unknown, "some", unknown, "major", "none", "major"],
        ("SEplus", "PCO"): [weak, "some", unknown, "none", "major", "major"],
        ("SEplus", "PVT"): [unknown, "some", unknown, "none", "some", "none"],
        ("SEplus", "TE"): [unknown, "some", unknown, "none", "none", "major"],
        ("SE", "PCO"): [weak, "some", unknown, "none", "major", "major"],
        ("SE", "PVT"): [unknown, "some", unknown, "none", "some", "none"],
        ("SE", "TE"): [unknown, "some", unknown, "none", "none", "major"],
        ("PCO", "PVT"): [weak, "some", unknown, "major", "none", "major"],
        ("PCO", "TE"): [unknown, "some", unknown, "major", "none", "major"],
        ("PVT", "TE"): [unknown, "some", unknown, "major", "none", "none"],
    }
    assert {pair: concerns_of(row) for pair, row in found.items()} == expected
    low = {("SEplus", "PVT"), ("SE", "PVT")}
    assert {pair for pair, row in found.items() if row["level"] == "low"} == low
    assert {row["level"] for pair, row in found.items() if pair not in low} == {"very low"}
    assert {pair for pair, row in found.items() if row["provisional"]} == low


def test_reasons_hold_the_numbers_that_stand_elsewhere(long_term):
    found, effects = rows(certainty(long_term)), long_term.results["relative_effects"]
    for effect in effects:
        row = found.get((effect["treatment"], effect["versus"]))
        if row:
            imprecision, heterogeneity = (row["domains"][place]["reason"]["values"] for place in (3, 4))
            assert (imprecision["lower"], imprecision["upper"]) == (effect["lower"], effect["upper"])
            ends = effect["predictive_lower"], effect["predictive_upper"]
            assert (heterogeneity["lower"], heterogeneity["upper"]) == ends
    p = long_term.results["inconsistency"]["design_by_treatment"]["p_adjusted"]
    assert found["SE", "PCO"]["domains"][5]["reason"] == {"key": "global_direct", "values": {"p": p}}


def test_certainty_is_plain_data(long_term):
    found = certainty(long_term)
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_people_replace_what_a_rule_says_and_the_rule_stays_beside_it(long_term):
    before, after = rows(certainty(long_term)), rows(certainty(Sources(long_term.evidence, long_term.results, JUDGED)))
    entry = after["SEplus", "SE"]["domains"][3]
    assert (entry["concern"], entry["computed"]) == ("some", "major")
    said = entry["by"], entry["override_reason"], entry["date"]
    assert said == ("A. Reader", "Enough people.", "2026-11-25")
    assert entry["reason"] == before["SEplus", "SE"]["domains"][3]["reason"]
    assert all(row["domains"][2]["concern"] == "none" for row in after.values())
    assert after["SE", "TE"]["domains"][3] == before["SE", "TE"]["domains"][3]


def test_a_level_that_people_set_is_not_provisional(long_term):
    row = rows(certainty(Sources(long_term.evidence, long_term.results, JUDGED)))["SEplus", "PVT"]
    assert (row["level"], row["provisional"]) == ("moderate", False)
    assert row["overall"]["computed"] == "low"
    assert row["not_judged"] == ["within_study_bias"]


def test_judgements_can_be_put_in_and_taken_out_again_without_the_fit(long_term):
    plain = certainty(long_term)
    with_people = certainty(Sources(long_term.evidence, long_term.results, JUDGED))
    assert judged(plain, JUDGED) == with_people
    assert judged(with_people, NOTHING) == plain


def test_stored_results_are_judged_anew_with_their_summary(long_term):
    stored = {**long_term.results, "certainty": certainty(long_term)}
    stored |= {"summary": summaries.summary(stored)}
    found = summaries.judged(json.loads(json.dumps(stored)), JUDGED)
    assert found["certainty"] == certainty(Sources(long_term.evidence, long_term.results, JUDGED))
    assert found["provenance"]["judgements_fingerprint"] == JUDGED.fingerprint
    levels = {(row["treatment"], row["versus"]): row["level"] for row in found["certainty"]["pairs"]}
    assert all(row["level"] in levels.values() for row in found["summary"]["rows"])
    assert summaries.judged({"certainty": None}, JUDGED) == {"certainty": None}


def small(analysis, *designs, **changes):
    evidence = nma.Evidence.from_frame(frame_of(*designs), analysis(**changes))
    return Sources(evidence, known(fit_model(evidence, evidence.analysis, seed=1, engine="exact")))


ZONE = {"no_important_difference": {"lower": 0.8, "upper": 1.25, "reason": "for the test"}}


def test_a_table_of_data_without_a_zone_leaves_nearly_everything_to_people(analysis):
    for row in certainty(small(analysis, "AB", "AC", "BC", "AB"))["pairs"]:
        keys = [entry["reason"]["key"] for entry in row["domains"]]
        assert keys[:5] == ["unassessed", "no_test", "no_flags", "no_zone", "no_zone"]
        assert row["provisional"]


def test_one_trial_of_two_treatments(analysis):
    (row,) = certainty(small(analysis, "AB", decision=ZONE))["pairs"]
    assert row["domains"][5]["reason"]["key"] == "one_design"
    assert row["level"] in list(Certainty)


def test_a_star_is_a_major_concern_as_in_cinema(analysis):
    found = certainty(small(analysis, "AB", "AC", "AD", decision=ZONE))["pairs"]
    assert {row["domains"][5]["reason"]["key"] for row in found} == {"no_loop"}
    assert {row["domains"][5]["concern"] for row in found} == {"major"}


def test_common_effects_leave_heterogeneity_to_people(analysis):
    priors = {"effects": {"family": "normal", "scale": 10}}
    found = certainty(small(analysis, "AB", "AC", "BC", effects="common", priors=priors, decision=ZONE))["pairs"]
    assert {row["domains"][4]["reason"]["key"] for row in found} == {"common"}


def test_the_direction_of_benefit_changes_no_concern(analysis):
    """A zone that is its own reciprocal says the same of A against B and of B against A."""
    designs = ("AB", "AC", "BC", "ABC", "AB")
    both = [
        {frozenset(pair): concerns_of(row) for pair, row in rows(certainty(small(analysis, *designs, **way))).items()}
        for way in ({"better": "higher", "decision": ZONE}, {"better": "lower", "decision": ZONE})
    ]
    assert both[0] == both[1]


def test_a_split_is_told_the_same_from_both_ends(analysis):
    sources = small(analysis, "AB", "AC", "BC", "ABC", decision=ZONE)
    splits = sides(sources.evidence)
    for first, second in splits:
        one = certainties._oriented(splits, (first, second), sources.evidence)
        other = certainties._oriented(splits, (second, first), sources.evidence)
        for name in ("direct", "indirect"):
            assert one[name].lower == pytest.approx(1 / other[name].upper, rel=1e-12)
        assert one["p"] == other["p"]


def test_domains_stand_in_the_order_of_the_enumeration(long_term):
    for row in certainty(long_term)["pairs"]:
        assert [entry["domain"] for entry in row["domains"]] == list(Domain)
