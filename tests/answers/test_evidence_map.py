"""The evidence map counts every arm of the registry once, and says which of them the network holds."""

from __future__ import annotations

from statistics import median

import pytest
from small_review import BETA, MAIN

import nma
from nma.answers.evidence_map import evidence_map
from nma.evidence import select

OTHER = """\
  - outcome: work
    months: 6
    timing: cumulative
    kind: competitive
    definition: null
    basis: recalled
    source: page 6
    arithmetic: null
    counts:
      - {arm: IPS, events: 10, n: 40}
      - {arm: TAU, events: 4, n: 41}
    doubts: []
effect_modifiers:"""
PERCENT = """extraction:
  status: awaiting data
  readings:
    - reader: first
      basis: null
      counts:
        - {arm: IPS, node: SE, months: 12, randomised: null, events: null, n: null, percent: 37.4}
        - {arm: TAU, node: PCO, months: 12, randomised: null, events: null, n: null, percent: null}
      sources: []
      notes: null
    - reader: second
      basis: null
      counts:
        - {arm: IPS, node: SE, months: 12, randomised: null, events: null, n: null, percent: 37.4}
      sources: []
      notes: null
  decision: null
"""


def mapped(root, name="main"):
    project = nma.Project.find(root)
    return evidence_map(select(project.registry, project.analysis(name)), project.registry)


@pytest.fixture
def changed(review):
    """The small review with a trial outside the network, which has two records of the outcome."""
    review.change(BETA, "effect_modifiers:", OTHER)
    review.change(BETA, "flags: {smi: yes}", "flags: {smi: unclear}")
    return review


@pytest.mark.parametrize("name", ["long-term", "short-term", "long-term-subgroups"])
def test_arms_of_the_network_are_those_of_the_analysis(project, name):
    evidence = select(project.registry, project.analysis(name))
    found = evidence_map(evidence, project.registry)
    frame = evidence.frame()
    people = frame.groupby("treatment")["n"].sum().to_dict()
    events = frame.groupby("treatment")["events"].sum().to_dict()
    inside = {row["treatment"]: row["network"] for row in found["treatments"] if row["network"]}
    assert {treatment: row["participants"] for treatment, row in inside.items()} == people
    assert {treatment: row["events"] for treatment, row in inside.items()} == events


def test_every_trial_of_the_registry_has_its_place(project):
    found = evidence_map(select(project.registry, project.analysis("long-term")), project.registry)
    places = ({it["study"] for it in found["arms"]}, {it["study"] for it in found["printed"]}, set(found["uncounted"]))
    assert sum(map(len, places)) == len(project.registry.studies)
    assert set.union(*places) == set(project.registry.studies)
    assert sum(row["all"]["arms"] for row in found["treatments"]) == len(found["arms"])


def test_summaries_are_those_of_the_shares(project):
    found = evidence_map(select(project.registry, project.analysis("long-term")), project.registry)
    for row in found["treatments"]:
        shares = [it["events"] / it["n"] for it in found["arms"] if it["treatment"] == row["treatment"]]
        assert (row["all"]["median"], row["all"]["lower"], row["all"]["upper"]) == (
            median(shares),
            min(shares),
            max(shares),
        )


def test_figures_of_the_desk_review_are_stored_as_printed(project):
    """Dutch desk review of 2025: median share (range) in paid work for each of its five kinds of support."""
    printed = {
        "Transitional work and clubhouse": (31.4, 17, 57),
        "Work skills training": (34.7, 5, 54.3),
        "Work therapy": (52.4, 9.8, 75.9),
        "Broad programmes": (6, 4, 55),
        "Vocational support in multidisciplinary care": (40.8, 25.7, 64),
    }
    stored = {it.label: (it.median, it.lower, it.upper) for it in project.registry.vocabulary.context}
    assert stored == printed


def test_the_record_is_the_one_of_the_analysis_and_lies_in_the_window_outside_it(changed):
    arms = mapped(changed.root)["arms"]
    assert {it["months"] for it in arms if it["used"]} == {24}
    outside = [it for it in arms if not it["used"]]
    assert [(it["study"], it["months"], it["rule"]) for it in outside] == [("beta-2002", 24, "population")] * 2


def test_without_a_record_in_the_window_the_time_point_decides(changed):
    for study in ("alpha-2001", "gamma-2003", "delta-2004"):
        changed.change(f"studies/{study}.yaml", "months: 24", "months: 48")
    changed.change(MAIN, "over: 12", "over: 36")
    assert {it["months"] for it in mapped(changed.root)["arms"] if not it["used"]} == {6}
    changed.change(MAIN, "time_point: earliest", "time_point: latest")
    assert {it["months"] for it in mapped(changed.root)["arms"] if not it["used"]} == {24}


def test_recoded_arms_stand_where_the_analysis_puts_them(review):
    review.change(MAIN, "exclude: {}", "exclude: {}\n  recode: {beta-2002: {TAU: {node: PVT}}}")
    placed = {(it["study"], it["arm"]): it["treatment"] for it in mapped(review.root)["arms"]}
    assert placed["beta-2002", "TAU"] == "PVT"
    assert placed["delta-2004", "TAU"] == "PCO"


def test_an_arm_without_both_numbers_has_no_share(review):
    review.change(BETA, "{arm: TAU, events: 15, n: 52}", "{arm: TAU, events: 15, n: null}")
    review.change(BETA, "status: one reader", "status: awaiting data")
    found = mapped(review.root)
    assert [it["arm"] for it in found["arms"] if it["study"] == "beta-2002"] == ["IPS"]
    assert not any(it["used"] for it in found["arms"] if it["study"] == "beta-2002")


def test_percentages_are_listed_once_and_never_made_into_counts(review):
    text = (review.root / BETA).read_text("utf-8")
    start, end = text.index("outcomes:\n"), text.index("effect_modifiers:")
    text = text[:start] + "outcomes: []\n" + text[end : text.index("extraction:")] + PERCENT
    review.write(BETA, text)
    found = mapped(review.root)
    assert found["printed"] == [{"study": "beta-2002", "arm": "IPS", "percent": 37.4, "months": 12.0}]
    assert "beta-2002" not in {it["study"] for it in found["arms"]} | set(found["uncounted"])


def test_trials_that_share_people_are_named_once(review):
    review.change(BETA, "overlaps: []", "overlaps: [alpha-2001, delta-2004]")
    review.change(MAIN, "exclude: {}", "exclude: {alpha-2001: no, delta-2004: no}")
    assert mapped(review.root)["overlaps"] == [["alpha-2001", "beta-2002"], ["beta-2002", "delta-2004"]]


def test_without_a_registry_there_is_no_map(analysis, triangle):
    assert evidence_map(nma.Evidence.from_frame(triangle, analysis()), None) is None


@pytest.mark.parametrize(
    ("figure", "problem"),
    [
        ("{label: a, node: TE, median: 5, lower: 1, upper: 9, source: b}", "unknown node"),
        ("{label: a, median: 10, lower: 1, upper: 9, source: b}", "10 lies outside the range from 1 to 9"),
        ("{label: a, median: 101, lower: 1, upper: 109, source: b}", "must be 100 or less"),
        ("{label: a, median: 5, lower: 1, upper: 9}", "missing"),
    ],
)
def test_a_wrong_figure_of_context_is_one_line_with_its_place(review, figure, problem):
    vocabulary = (review.root / "vocabulary.yaml").read_text("utf-8")
    review.write("vocabulary.yaml", f"{vocabulary}context:\n  - {figure}\n")
    problems = review.problems()
    assert problem in problems[0]
    assert "vocabulary.yaml:" in problems[0]
    assert "context" in problems[0]
