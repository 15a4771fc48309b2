"""The comparison-adjusted funnel and its tests against netmeta's estimates and metafor; trials without data."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from comparators import assert_same
from networks import fake_fit, frame_of
from scipy import stats

import nma
from nma.answers import without_data as without_data_module
from nma.answers.small_study import FunnelPoint, asymmetry, funnel, small_study
from nma.answers.without_data import without_data
from nma.evidence import select
from nma.fitting import Task

REFERENCE = Path(__file__).parents[1] / "reference"
PINS = json.loads((REFERENCE / "small_study.json").read_text("utf-8"))
DIRECT = json.loads((REFERENCE / "contributions.json").read_text("utf-8"))
CASES = [name for name in PINS if name != "about"]
LINKS = {"OR": "logit", "RR": "log"}
PRINTED = 1e-6
"""The reference files print eight significant digits, of numbers up to 2."""


@pytest.fixture
def points(analysis):
    def of(case, order=None):
        pin = PINS[case]
        plan = analysis(measure=pin["measure"], link=LINKS[pin["measure"]], reference=pin["reference"])
        frame = pd.read_csv(REFERENCE / f"{pin['data']}.data.csv").rename(columns={"r": "events"})
        return funnel(nma.Evidence.from_frame(frame, plan), order or pin["order"], pin["tau"])

    return of


@pytest.mark.parametrize("case", CASES)
def test_direct_effects_of_netmeta(points, case):
    """netsplit prints them: pooled at the network's τ, a multi-arm trial in each of its comparisons."""
    found = {(point.treatment, point.versus): point.direct for point in points(case)}
    for comparison, expected in DIRECT[case]["direct"].items():
        treatment, versus = comparison.split(":")
        sign = 1 if (treatment, versus) in found else -1
        pair = (treatment, versus) if sign > 0 else (versus, treatment)
        assert sign * found[pair] == pytest.approx(expected, abs=PRINTED)


@pytest.mark.parametrize("case", CASES)
def test_tests_of_metafor(points, case):
    """What netmeta's funnel calls; fourteen digits of it."""
    pin, found = PINS[case], points(case)
    assert len(found) == pin["points"]
    egger, (thompson, begg) = asymmetry(found, higher=True)
    for name, mine in (("egger", egger), ("thompson", thompson), ("begg", begg)):
        for key, expected in pin[name].items():
            assert mine[key] == pytest.approx(expected, rel=1e-8, abs=1e-12), (name, key)


def test_egger_by_hand(points):
    """Standardised effects on precision, without weights: its intercept is the slope on the standard error."""
    found = points("smoking OR")
    y, se = (np.array([getattr(point, name) for point in found]) for name in ("adjusted", "se"))
    line = stats.linregress(1 / se, y / se)
    egger, _ = asymmetry(found, higher=True)
    assert_same(
        [egger["slope"], egger["se"], egger["p"]],
        [
            line.intercept,
            line.intercept_stderr,
            2 * stats.t.sf(abs(line.intercept / line.intercept_stderr), len(y) - 2),
        ],
    )
    reach = stats.t.ppf(0.975, len(y) - 2) * line.intercept_stderr
    assert_same([egger["lower"], egger["upper"]], [line.intercept - reach, line.intercept + reach])


def test_the_other_way_round_only_turns(points):
    pin = PINS["smoking OR"]
    one, two = points("smoking OR"), points("smoking OR", pin["order"][::-1])
    assert_same(sorted(point.adjusted for point in one), sorted(-point.adjusted for point in two))
    (first, others), (second, turned) = asymmetry(one, True), asymmetry(two, True)
    assert first["slope"] == pytest.approx(-second["slope"], rel=1e-10)
    assert [first["p"], *(it["p"] for it in others)] == pytest.approx(
        [second["p"], *(it["p"] for it in turned)], rel=1e-9
    )
    assert {first["toward"], second["toward"]} == {"treatment", "versus"}


def made(adjusted, se, pair=("B", "A")):
    return [
        FunnelPoint(f"t{place}", *pair, y, spread, 0.0, y)
        for place, (y, spread) in enumerate(zip(adjusted, se, strict=True))
    ]


LEANS = [(True, 1, "treatment"), (False, 1, "versus"), (False, -1, "treatment")]


@pytest.mark.parametrize(("higher", "sign", "toward"), LEANS)
def test_whom_small_trials_flatter(higher, sign, toward):
    se = np.linspace(0.1, 1, 12)
    noise = 0.1 * se * np.tile([1, -1, -1, 1], 3)
    found, _ = asymmetry(made(sign * (2 * se + noise), se), higher)
    assert found["toward"] == toward
    assert found["asymmetric"]
    assert not asymmetry(made(noise, se), higher)[0]["asymmetric"]


def test_no_test():
    """Too few; nothing to see; one size."""
    se = np.linspace(0.1, 1, 12)
    rows = {"few": (se[:9], se[:9]), "alone": (0 * se, se), "flat": (se, np.ones(12))}
    for refused, (y, spread) in rows.items():
        found, others = asymmetry(made(y, spread), True)
        assert found["refused"] == refused
        assert found["p"] is None
        assert others == []
        assert found["comparisons"] == len(y)


def test_ten_points_are_enough():
    se = np.linspace(0.1, 1, 10)
    assert asymmetry(made(se**2, se), True)[0]["refused"] is None


def test_of_a_fit(analysis, triangle):
    """The better ranked against the other, everything against the reference; plain data."""
    evidence = nma.Evidence.from_frame(triangle, analysis())
    found = small_study(fake_fit(Task(evidence, evidence.analysis)), ["A", "C", "B"], None)
    json.dumps(found, allow_nan=False)
    assert found["order"] == ["C", "B", "A"]
    assert {(row["treatment"], row["versus"]): row["points"] for row in found["comparisons"]} == {
        ("B", "A"): 2, ("C", "A"): 2, ("C", "B"): 2,
    }  # fmt: skip
    assert found["multi_arm"] == ["t4"]
    assert found["test"]["refused"] == "few"
    assert found["without_data"] is None
    assert found["scale"] == "log OR"


def test_comparisons_with_one_trial_lie_on_the_line(analysis):
    evidence = nma.Evidence.from_frame(frame_of("AB", "AC", "BD"), analysis())
    found = small_study(fake_fit(Task(evidence, evidence.analysis)), list("DCBA"), None)
    assert found["alone"] == 3
    assert [point["adjusted"] for point in found["points"]] == [0.0, 0.0, 0.0]


@pytest.fixture(scope="module")
def long_term(project):
    analysis = project.analysis("long-term")
    return project.registry, select(project.registry, analysis)


def test_trials_without_data(long_term):
    """Each is awaited or of a basis that is not taken, would enter, and is listed once."""
    registry, evidence = long_term
    found = without_data(evidence, registry)
    rules = {row.id: row.rule for row in evidence.excluded}
    rows = {row["study"]: row for row in found["without_data"]}
    assert len(rows) == len(found["without_data"]) > 0
    assert {rules[study] for study in rows} <= {"awaiting data", "basis"}
    assert not set(rows) & set(found["outside_window"])
    window = evidence.analysis.select.follow_up
    for study, row in rows.items():
        assert len(row["treatments"]) > 1
        assert not row["months"] or any(window.holds(months) for months in row["months"])
        known = [arm["randomised"] for arm in row["arms"] if arm["treatment"]]
        assert row["randomised"] == (sum(n for n in known if n is not None) if any(known) else None)
        assert row["complete"] == (None not in known)
        flags = registry.studies[study].population.flags
        assert all(flags[flag] in allowed for flag, allowed in evidence.analysis.select.population.items())


def test_people_missing_by_comparison(long_term):
    registry, evidence = long_term
    found = without_data(evidence, registry)
    rows = {row["study"]: row for row in found["without_data"]}
    listed = {study for pair in found["missing"] for study in pair["trials"]}
    assert listed == set(rows)
    assert found["missing_people"] == {
        "randomised": sum(row["randomised"] or 0 for row in rows.values()),
        "unknown": sum(None in [arm["randomised"] for arm in row["arms"] if arm["treatment"]] for row in rows.values()),
    }
    for pair in found["missing"]:
        counts = [
            [
                arm["randomised"]
                for arm in rows[study]["arms"]
                if arm["treatment"] in (pair["treatment"], pair["versus"])
            ]
            for study in pair["trials"]
        ]
        assert pair["unknown"] == sum(None in it for it in counts)
        assert pair["randomised"] == sum(sum(it) for it in counts if None not in it)


def test_a_trial_that_another_rule_keeps_out_is_not_missed(long_term):
    """Of a population that the analysis does not take."""
    registry, evidence = long_term
    first = without_data(evidence, registry)["without_data"][0]["study"]
    study = registry.studies[first]
    flag = next(iter(evidence.analysis.select.population))
    other = study.model_copy(update={"population": study.population.model_copy(update={"flags": {flag: "no"}})})
    changed = replace(registry, studies={**registry.studies, first: other})
    assert first not in {row["study"] for row in without_data(evidence, changed)["without_data"]}


def arms_in(study, nodes):
    """A trial whose arms lie in these nodes."""
    arms = [arm.model_copy(update={"node": node}) for arm, node in zip(study.arms, nodes, strict=False)]
    return study.model_copy(update={"arms": tuple(arms)})


def test_a_trial_within_one_treatment_is_not_missed(long_term):
    registry, evidence = long_term
    first = without_data(evidence, registry)["without_data"][0]["study"]
    for nodes, listed in ((("SE", "TE"), True), (("SE", "SE"), False), (("SE", None), False)):
        changed = replace(registry, studies={**registry.studies, first: arms_in(registry.studies[first], nodes)})
        rows = without_data(evidence, changed)["without_data"]
        assert (first in {row["study"] for row in rows}) == listed


@pytest.mark.parametrize(("months", "listed"), [([6.0], False), ([6.0, 18.0], True), ([], True)])
def test_follow_up_that_may_lie_in_the_window(long_term, monkeypatch, months, listed):
    """One noted length within it is enough; none noted leaves the question open."""
    registry, evidence = long_term
    first = without_data(evidence, registry)["without_data"][0]["study"]
    noted = without_data_module._months
    monkeypatch.setattr(without_data_module, "_months", lambda study: months if study.id == first else noted(study))
    found = without_data(evidence, registry)
    assert (first in {row["study"] for row in found["without_data"]}) == listed
    assert (first in found["outside_window"]) != listed


def test_without_a_registry(analysis, triangle):
    evidence = nma.Evidence.from_frame(triangle, analysis())
    assert set(without_data(evidence, None).values()) == {None}
