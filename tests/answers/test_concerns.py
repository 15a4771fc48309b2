"""Each rule of each domain, cell by cell."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from nma.analysis.judgements import Concern, Domain
from nma.answers import concerns
from nma.answers.concerns import RULES, Facts
from nma.answers.risk_of_bias import TrialRisk, by_risk, network_shares, overall
from nma.answers.zones import Ends
from nma.registry.study import DOMAINS
from nma.vocab import Risk, YesNoUnclear

NONE, SOME, MAJOR, NOT_JUDGED = Concern.NONE, Concern.SOME, Concern.MAJOR, Concern.NOT_JUDGED
LOW, UNCLEAR, HIGH, UNKNOWN = Risk.LOW, Risk.UNCLEAR, Risk.HIGH, Risk.NOT_ASSESSED


def trial(risk, weak=False, study="t"):
    return TrialRisk(study, dict.fromkeys(DOMAINS, risk), weak)


def effect(median=1.44, lower=0.95, upper=2.19, predictive=(0.6, 3.4), direct=3):
    new = dict(zip(("predictive_lower", "predictive_upper"), predictive, strict=True))
    return {"median": median, "lower": lower, "upper": upper, **new, "direct_studies": direct}


def facts(**changes):
    base = Facts(
        effect=effect(),
        null=1.0,
        zone=Ends(0.8, 1.25),
        shares={"a": 0.6, "b": 0.4},
        risks={"a": trial(LOW), "b": trial(LOW)},
        flags={},
        split=None,
        design_test={"treatments": "ABC", "designs": ["AB", "BC", "AC"], "refused": None, "p_adjusted": 0.5},
        small_study=None,
    )
    return replace(base, **changes)


def test_every_domain_has_a_rule():
    assert list(RULES) == list(Domain)


@pytest.mark.parametrize(
    ("domains", "found"),
    [
        ([LOW] * 7, LOW),
        ([LOW] * 6 + [UNCLEAR], UNCLEAR),
        ([LOW] * 6 + [HIGH], HIGH),
        ([UNKNOWN] * 6 + [HIGH], HIGH),
        ([LOW] * 6 + [UNKNOWN], UNKNOWN),
        ([UNCLEAR] * 6 + [UNKNOWN], UNKNOWN),
        ([UNKNOWN] * 7, UNKNOWN),
        ([], UNKNOWN),
    ],
)
def test_the_trial_as_a_whole(domains, found):
    assert overall(domains) is found


@pytest.mark.parametrize(
    ("risks", "level", "key"),
    [
        (((LOW, 0.6), (LOW, 0.4)), NONE, "risk"),
        (((LOW, 0.6), (UNCLEAR, 0.4)), NONE, "risk"),
        (((LOW, 0.5), (UNCLEAR, 0.5)), SOME, "risk"),
        (((UNCLEAR, 0.6), (UNCLEAR, 0.4)), SOME, "risk"),
        (((LOW, 0.6), (HIGH, 0.4)), SOME, "risk"),
        (((LOW, 0.2), (HIGH, 0.8)), MAJOR, "risk"),
        (((HIGH, 0.6), (HIGH, 0.4)), MAJOR, "risk"),
        (((UNKNOWN, 0.6), (UNKNOWN, 0.4)), NOT_JUDGED, "unassessed"),
        (((LOW, 0.6), (UNKNOWN, 0.4)), NOT_JUDGED, "unassessed"),
        (((LOW, 0.9), (UNKNOWN, 0.1)), NONE, "risk"),
        (((HIGH, 0.9), (UNKNOWN, 0.1)), MAJOR, "risk"),
        (((HIGH, 0.4), (UNKNOWN, 0.6)), SOME, "at_least"),
        (((UNCLEAR, 0.6), (UNKNOWN, 0.4)), SOME, "risk"),
    ],
)
def test_within_study_bias(risks, level, key):
    (first, share), (second, rest) = risks
    found, reason = concerns.within_study_bias(
        facts(shares={"a": share, "b": rest}, risks={"a": trial(first), "b": trial(second)})
    )
    assert (found, reason.key) == (level, key)
    known = [reason.values[name] for name in ("low", "unclear", "high", "not_assessed")]
    assert sum(known) == pytest.approx(1, abs=1e-12)


ROUNDED = [(1.0, 1), (1.49, 1), (1.5, 2), (2.49, 2), (2.5, 3), (2.5 - 1e-12, 3), (3.0, 3)]


@pytest.mark.parametrize(("mean", "score"), ROUNDED)
def test_means_are_rounded_half_up(mean, score):
    assert concerns.rounded(mean) == score


def test_unassessed_risk_of_bias_lowers_nothing_whatever_its_share():
    for share in (0.2, 0.5, 0.8, 1.0):
        rest = {"b": 1 - share} if share < 1 else {}
        known = facts(shares={"a": share, **rest}, risks={"a": trial(UNKNOWN), "b": trial(LOW)})
        assert concerns.within_study_bias(known)[0] in (NOT_JUDGED, NONE)


def test_a_weak_basis_is_at_least_unclear():
    weak = facts(shares={"a": 1.0}, risks={"a": trial(LOW, weak=True)})
    assert concerns.within_study_bias(weak) == (SOME, concerns.within_study_bias(weak)[1])
    unknown = facts(shares={"a": 1.0}, risks={"a": trial(UNKNOWN, weak=True)})
    found, reason = concerns.within_study_bias(unknown)
    assert (found, reason.key, reason.values["weak_basis"]) == (SOME, "at_least", 1.0)


@pytest.mark.parametrize("shares", [None, {}])
def test_without_contributions_nothing_weighed_is_judged(shares):
    for rule in (concerns.within_study_bias, concerns.indirectness):
        assert rule(facts(shares=shares))[0] is NOT_JUDGED


@pytest.mark.parametrize(
    ("found", "level", "key"),
    [
        (None, NOT_JUDGED, "no_test"),
        ({"p": None, "comparisons": 4, "missing": 0, "people": 0}, NOT_JUDGED, "no_test"),
        ({"p": None, "comparisons": 4, "missing": 2, "people": 90}, NOT_JUDGED, "no_test_missing"),
        ({"p": 0.4, "comparisons": 20, "missing": 0, "people": 0}, NONE, "symmetric"),
        ({"p": 0.4, "comparisons": 20, "missing": 1, "people": 0}, NOT_JUDGED, "symmetric_missing"),
        ({"p": 0.1, "comparisons": 20, "missing": 0, "people": 0}, NONE, "symmetric"),
        ({"p": 0.099, "comparisons": 20, "missing": 0, "people": 0}, SOME, "asymmetric"),
        ({"p": 0.01, "comparisons": 20, "missing": 3, "people": 5}, SOME, "asymmetric_missing"),
    ],
)
def test_reporting_bias(found, level, key):
    concern, reason = concerns.reporting_bias(facts(small_study=found))
    assert (concern, reason.key) == (level, key)


@pytest.mark.parametrize(
    ("flags", "level", "key"),
    [
        ({}, NOT_JUDGED, "no_flags"),
        ({"a": "yes", "b": "yes"}, NOT_JUDGED, "flags_fit"),
        ({"a": "yes", "b": "unclear"}, NOT_JUDGED, "flags_fit"),
        ({"a": "unclear", "b": "yes"}, SOME, "flags"),
        ({"a": "no", "b": "yes"}, SOME, "flags"),
        ({"a": "no", "b": "no"}, MAJOR, "flags"),
    ],
)
def test_indirectness(flags, level, key):
    found = concerns.indirectness(facts(flags={study: YesNoUnclear(flag) for study, flag in flags.items()}))
    assert (found[0], found[1].key) == (level, key)


@pytest.mark.parametrize(
    ("given", "level", "key"),
    [
        ((1.44, 1.05, 2.19), NONE, "crosses_none"),
        ((1.44, 0.95, 2.19), SOME, "crosses_one"),
        ((1.44, 0.7, 2.9), MAJOR, "crosses_two"),
        ((0.7, 0.5, 0.95), NONE, "crosses_none"),
        ((0.7, 0.5, 1.1), SOME, "crosses_one"),
        ((0.7, 0.3, 1.4), MAJOR, "crosses_two"),
        ((1.05, 0.9, 1.2), NONE, "inside"),
        ((1.0, 0.7, 1.1), SOME, "null_one"),
        ((1.0, 0.7, 1.4), MAJOR, "null_two"),
    ],
)
def test_imprecision(given, level, key):
    found, reason = concerns.imprecision(facts(effect=effect(*given)))
    assert (found, reason.key) == (level, key)
    assert reason.values["limit"] == (0.8 if given[0] > 1 else 1.25)


def test_imprecision_and_heterogeneity_need_a_declared_zone():
    for rule in (concerns.imprecision, concerns.heterogeneity):
        found, reason = rule(facts(zone=None))
        assert (found, reason.key) == (NOT_JUDGED, "no_zone")


LIMITS = {0: 1.05, 1: 0.9, 2: 0.7}
"""Lower ends that cross none, one and both of 0.8 and 1, for an estimate of 1.44."""


@pytest.mark.parametrize(("credible", "predictive"), list(product(range(3), range(3))))
def test_heterogeneity(credible, predictive):
    given = effect(1.44, LIMITS[credible], 3.0, predictive=(LIMITS[predictive] - 0.01, 4.0))
    table = [[NONE, SOME, MAJOR], [NONE, NONE, SOME], [NONE, NONE, NONE]]
    found, reason = concerns.heterogeneity(facts(effect=given))
    assert found is table[credible][predictive]
    assert (reason.values["credible"], reason.values["predictive"]) == (credible, predictive)


def test_common_effects_have_no_predictive_interval_and_so_no_verdict_on_heterogeneity():
    found, reason = concerns.heterogeneity(facts(effect=effect(predictive=(None, None))))
    assert (found, reason.key) == (NOT_JUDGED, "common")


@pytest.mark.parametrize(
    ("p", "direct", "indirect", "level", "key"),
    [
        (0.10, (0.5, 0.7), (1.3, 1.4), NONE, "agree"),
        (0.09, (0.5, 1.5), (0.6, 1.4), NONE, "differ_alike"),
        (0.09, (0.9, 1.5), (0.6, 1.4), SOME, "differ"),
        (0.09, (1.3, 1.5), (0.9, 1.1), MAJOR, "differ"),
        (0.09, (0.5, 0.7), (0.9, 1.4), MAJOR, "differ"),
    ],
)
def test_incoherence_where_there_is_both_kinds_of_evidence(p, direct, indirect, level, key):
    found, reason = concerns.incoherence(facts(split={"p": p, "direct": Ends(*direct), "indirect": Ends(*indirect)}))
    assert (found, reason.key) == (level, key)


@pytest.mark.parametrize("changes", [{"zone": None}, {"split": {"p": 0.01, "direct": None, "indirect": None}}])
def test_a_difference_that_cannot_be_placed_is_not_judged(changes):
    split = {"p": 0.01, "direct": Ends(1, 2), "indirect": Ends(0.5, 0.9)}
    found, reason = concerns.incoherence(facts(**{"split": split, **changes}))
    assert (found, reason.key) == (NOT_JUDGED, "differ_no_zone")


GLOBAL = [(0.5, NONE), (0.101, NONE), (0.1, SOME), (0.051, SOME), (0.05, MAJOR), (0, MAJOR)]


@pytest.mark.parametrize(("p", "level"), GLOBAL)
@pytest.mark.parametrize("direct", [0, 2])
def test_incoherence_by_the_global_test(p, level, direct):
    test = {"treatments": "ABC", "designs": ["AB", "BC", "AC"], "refused": None, "p_adjusted": p}
    found, reason = concerns.incoherence(facts(design_test=test, effect=effect(direct=direct)))
    assert (found, reason.key) == (level, "global_direct" if direct else "global_indirect")


@pytest.mark.parametrize(
    ("test", "level", "key"),
    [
        ({"treatments": "AB", "designs": ["AB"], "refused": "no closed loop"}, NONE, "one_design"),
        ({"treatments": "ABC", "designs": ["ABC"], "refused": "no closed loop"}, NONE, "one_design"),
        ({"treatments": "ABC", "designs": ["AB", "AC"], "refused": "no closed loop"}, MAJOR, "no_loop"),
        ({"treatments": "ABC", "designs": ["AB", "BC"], "refused": "each design once"}, NOT_JUDGED, "designs_once"),
    ],
)
def test_incoherence_where_the_global_test_cannot_be_had(test, level, key):
    found, reason = concerns.incoherence(facts(design_test={"p_adjusted": None, **test}))
    assert (found, reason.key) == (level, key)


def test_shares_by_risk_and_over_the_network():
    shares = {"a": 0.75, "b": 0.25}
    assert by_risk(shares, {"a": HIGH, "b": LOW}.get) == {"low": 0.25, "unclear": 0, "high": 0.75, "not assessed": 0}
    pairs = [
        {"by_trial": [{"study": "a", "share": 1.0}]},
        {"by_trial": [{"study": "a", "share": 0.5}, {"study": "b", "share": 0.5}]},
        {"by_trial": []},
    ]
    assert network_shares(pairs) == {"a": 0.75, "b": 0.25}
    assert network_shares([]) == {}
