"""What changed between two results: each number against its definition, and each word against its number."""

from __future__ import annotations

import copy
import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nma.answers.changes import LEVEL, SIZES, changes, compared, shift, size
from nma.answers.trial_changes import trial_changes
from nma.errors import InputError


def effect(treatment, versus, median, factor=2.0, sd=0.25):
    return {
        "treatment": treatment, "versus": versus, "median": median, "lower": median / factor, "upper": median * factor,
        "sd_log": sd,
    }  # fmt: skip


def trial(name, *arms, **more):
    rows = [{"treatment": t, "label": t, "events": e, "n": n} for t, e, n in arms]
    return {"id": name, "label": name.title(), "participants": sum(n for _, _, n in arms), "arms": rows, **more}


def results(*, sucra=(0.9, 0.5, 0.1), medians=(2.0, 1.5), trials=(), tau=0.3, **analysis):
    """Three treatments A, B, C with C as the reference."""
    ac, bc = medians
    pairs = {("A", "C"): ac, ("B", "C"): bc, ("A", "B"): ac / bc}
    rows = [effect(a, b, value) for (a, b), value in pairs.items()]
    rows += [effect(b, a, 1 / value) for (a, b), value in pairs.items()]
    order = sorted(zip("ABC", sucra, strict=True), key=lambda row: -row[1])
    spread = None if tau is None else {"median": tau, "lower": 0.1, "upper": 0.8, "sd": 0.2, "scale": "log RR"}
    base = {
        "name": "main", "outcome": "work", "better": "higher", "measure": "RR", "reference": "C", "effects": "random",
        "link": "log",
    }  # fmt: skip
    return {
        "analysis": {**base, **analysis},
        "treatments": ["C", "A", "B"],
        "relative_effects": rows,
        "ranking": [{"treatment": name, "sucra": value, "p_best": value / 2} for name, value in order],
        "heterogeneity": spread,
        "evidence": {"trials": list(trials), "participants": sum(t["participants"] for t in trials), "excluded": []},
    }


def pair(found, treatment, versus):
    return next(row for row in found["effects"] if (row["treatment"], row["versus"]) == (treatment, versus))


def test_a_shift_is_the_difference_of_log_medians_in_standard_deviations_of_before():
    found = changes(results(medians=(2.0, 1.5)), results(medians=(3.0, 1.5)))
    row = pair(found, "A", "C")
    assert row["shift"] == pytest.approx(math.log(3 / 2) / 0.25, rel=1e-12)
    assert row["old"]["sd"] == 0.25
    assert found["against"][0]["shift"] == row["shift"]
    assert found["largest"] in found["effects"]
    assert found["largest"]["shift"] == max(row["shift"] for row in found["effects"])


def test_a_difference_of_risks_moves_on_its_own_scale():
    before = {"median": 0.10, "lower": 0.0, "upper": 0.196, "sd_log": None}
    after = {"median": 0.15, "lower": 0.05, "upper": 0.25, "sd_log": None}
    assert shift(before, after, log=False) == pytest.approx(0.05 / (0.196 / 3.92), rel=1e-12)
    assert compared(before, after, log=False)["interval"] == "gained"


@settings(max_examples=60, deadline=None)
@given(st.floats(0.05, 20), st.floats(0.05, 20), st.floats(0.01, 3))
def test_a_shift_turns_its_sign_with_the_direction_of_the_effect(before, after, sd):
    one = shift(effect("A", "B", before, sd=sd), effect("A", "B", after, sd=sd), log=True)
    other = shift(effect("B", "A", 1 / before, sd=sd), effect("B", "A", 1 / after, sd=sd), log=True)
    assert one == pytest.approx(-other, rel=1e-9, abs=1e-9)


def test_each_limit_of_the_words_separates_two_of_them():
    for (word, limit), (following, _) in itertools.pairwise(SIZES):
        assert size(limit - 1e-9) == word == size(-(limit - 1e-9))
        assert size(limit) == following == size(-limit)


@pytest.mark.parametrize(
    ("before", "after", "turned", "interval"),
    [
        ((1.5, 1.2), (1.4, 1.5), False, "lost"),
        ((1.5, 2.0), (2.5, 2.0), False, "gained"),
        ((1.5, 2.0), (0.7, 2.0), True, "open"),
        ((3.0, 2.0), (0.3, 2.0), True, "clear"),
        ((3.0, 2.0), (3.1, 2.0), False, "clear"),
        ((1.001, 2.0), (0.999, 2.0), False, "open"),
    ],
)
def test_direction_and_interval(before, after, turned, interval):
    found = compared(effect("A", "C", *before), effect("A", "C", *after), log=True)
    assert (found["turned"], found["interval"]) == (turned, interval)


def test_the_same_results_have_not_moved():
    trials = [trial("one", ("A", 3, 10), ("C", 2, 10))]
    found = changes(results(trials=trials), results(trials=copy.deepcopy(trials)))
    assert found["same"]
    assert found["trials"]["same"] == 1
    for other in (results(trials=trials, tau=0.31), results(trials=trials, medians=(2.0, 1.500001)), results()):
        assert not changes(results(trials=trials), other)["same"]


def test_a_pair_changes_places_only_where_it_was_apart_before_and_is_now():
    def swapped(before, after):
        return changes(results(sucra=before), results(sucra=after))["ranks"]["swapped"]

    assert swapped((0.6, 0.5, 0.4), (0.5, 0.6, 0.4)) == [["B", "A"]]
    assert swapped((0.5 + LEVEL / 2, 0.5, 0.4), (0.5, 0.6, 0.4)) == []
    assert swapped((0.6, 0.5, 0.4), (0.5, 0.5 + LEVEL / 2, 0.4)) == []
    assert changes(results(sucra=(0.6, 0.5, 0.4)), results(sucra=(0.5, 0.6, 0.4)))["ranks"]["first"] == {
        "old": "A",
        "new": "B",
    }


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ({}, {"measure": "OR"}, [("effects", "measure")]),
        ({}, {"better": "lower"}, [("ranks", "better")]),
        ({}, {"tau": None, "effects": "common"}, [("heterogeneity", "effects")]),
        ({"measure": "RD"}, {"better": "lower"}, [("effects", "measure"), ("ranks", "better")]),
    ],
)
def test_what_cannot_be_compared_is_refused_and_the_rest_compared(old, new, why):
    found = changes(results(**old), results(**new))
    assert [(row["what"], row["why"]) for row in found["refused"]] == why
    barred = {what for what, _ in why}
    assert bool(found["effects"]) == ("effects" not in barred)
    assert (found["ranks"] is None) == ("ranks" in barred)
    assert (found["heterogeneity"] is None) == ("heterogeneity" in barred)
    assert not found["same"]


def test_another_outcome_is_another_question():
    with pytest.raises(InputError, match="outcome: the two results are about different outcomes"):
        changes(results(), results(outcome="hospital"))


def test_another_reference_leaves_every_pair_comparable():
    found = changes(results(), results(reference="A"))
    assert found["reference"] == "A"
    assert {row["treatment"] for row in found["against"]} == {"B", "C"}
    assert all(row["versus"] == "A" and row["shift"] == 0 for row in found["against"])
    assert found["specification"] == [{"key": "reference", "old": "C", "new": "A", "modelled": True}]


def test_keys_of_the_specification_by_what_they_change():
    before = results(select={"basis": ["stated"]}, priors={"effects": {"scale": 10}, "reason": "a"})
    after = results(
        select={"basis": ["stated", "derived"]}, priors={"effects": {"scale": 5}, "reason": "b"}, title="New"
    )
    rows = {row["key"]: row["modelled"] for row in changes(before, after)["specification"]}
    assert rows == {"select.basis": False, "priors.effects.scale": True, "priors.reason": False, "title": False}


def evidence(*trials, excluded=()):
    return {"trials": list(trials), "participants": sum(t["participants"] for t in trials), "excluded": list(excluded)}


def test_trials_that_enter_and_leave_keep_their_arms_and_the_reason():
    a, b = trial("a", ("A", 1, 9), ("C", 2, 9)), trial("b", ("B", 1, 9), ("C", 2, 9))
    out = [{"id": "a", "label": "A", "rule": "decided", "reason": "a doubt"}]
    found = trial_changes(evidence(a), evidence(b, excluded=out))
    assert [(row["id"], row["rule"]) for row in found["entered"]] == [("b", None)]
    assert [(row["id"], row["rule"], row["reason"]) for row in found["left"]] == [("a", "decided", "a doubt")]
    assert found["entered"][0]["arms"] == b["arms"]
    assert (found["studies"], found["participants"]) == ({"old": 1, "new": 1}, {"old": 18, "new": 18})


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        (lambda t: t["arms"][0].update(events=5), [("events", "A", 3, 5)]),
        (lambda t: t["arms"][1].update(n=12), [("n", "C", 10, 12)]),
        (lambda t: t["arms"][0].update(treatment="B"), [("node", "A", "A", "B")]),
        (
            lambda t: t["arms"].append({"treatment": "B", "label": "B", "events": 1, "n": 4}),
            [("arm", "B", None, "1/4")],
        ),
        (lambda t: t["arms"].pop(), [("arm", "C", "2/10", None)]),
        (lambda t: t.update(basis="derived"), [("basis", None, "stated", "derived")]),
        (lambda t: t.update(months=6), [("months", None, 24, 6)]),
        (lambda t: t["risk_of_bias"].update(other="high"), [("other", None, "low", "high")]),
    ],
)
def test_each_field_of_a_trial_that_changed_is_named(change, fields):
    before = trial("a", ("A", 3, 10), ("C", 2, 10), basis="stated", months=24, risk_of_bias={"other": "low"})
    after = copy.deepcopy(before)
    change(after)
    found = trial_changes(evidence(before), evidence(after))
    assert [(f["field"], f["arm"], f["old"], f["new"]) for f in found["changed"][0]["fields"]] == fields
    assert found["changed"][0]["counted"] == (fields[0][0] in ("events", "n", "node", "arm"))
    assert found["same"] == 0
