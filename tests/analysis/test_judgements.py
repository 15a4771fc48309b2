"""Files of judgements: what people may write, and one located line for whatever else they write."""

# ruff: noqa: E501 (a case is a line)

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from nma import yamlio
from nma.analysis.judgements import NOTHING, Concern, Domain, Judgements, load_judgements
from nma.project import Project

ROOT = Path(__file__).resolve().parents[2]
FILE = "judgements/main.yaml"
GOOD = """\
# yaml-language-server: $schema=judgements.schema.json
all:
  indirectness: {concern: none, reason: As asked., by: The panel, date: 2026-11-25}
comparisons:
  - between: [SE, PCO]
    indirectness: {concern: some, reason: Older programmes., by: A. Reader}
    overall: {level: low, reason: One cause counted twice., by: The panel}
  - between: [PVT, SE]
    reporting_bias: {concern: not judged, reason: The funnel misleads., by: The panel}
"""
ONE = "comparisons:\n  - between: [SE, PCO]\n    imprecision: {concern: some, reason: x, by: y}\n"

HOSTILE = [
    ("", "- a\n", "the file holds no judgements, got a list"),
    ("", "just words\n", "the file holds no judgements"),
    ("", "all: [\n", "not valid YAML"),
    ("", "all: &a {}\ncomparisons: *a\n", "anchors and aliases are not used here"),
    ("", "all: !!python/object:os.system {}\n", "is not used here"),
    ("", "all:\n\tindirectness: x\n", "not valid YAML"),
    ("", "all: {}\nall: {}\n", "the key 'all' stands twice"),
    ("", "judgements: {}\n", "unknown key, allowed: all, comparisons"),
    ("all", "all: none\n", "must be a mapping of keys to values, got 'none'"),
    ("all.indirectnes", "all:\n  indirectnes: {concern: none, reason: x, by: y}\n", "unknown key"),
    ("all.overall", "all:\n  overall: {level: low, reason: x, by: y}\n", "unknown key"),
    ("all.indirectness", "all:\n  indirectness: none\n", "must be a mapping of keys to values"),
    ("all.indirectness.by", "all:\n  indirectness: {concern: none, reason: x}\n", "missing"),
    ("all.indirectness.reason", "all:\n  indirectness: {concern: none, by: y}\n", "missing"),
    ("all.indirectness.concern", "all:\n  indirectness: {reason: x, by: y}\n", "missing"),
    ("all.indirectness.concern", "all:\n  indirectness: {concern: sme, reason: x, by: y}\n", "not an allowed word, got 'sme', allowed: none, some, major, not judged, did you mean 'some'?"),
    ("all.indirectness.concern", "all:\n  indirectness: {concern: , reason: x, by: y}\n", "must be filled in"),
    ("all.indirectness.concern", "all:\n  indirectness: {concern: 1, reason: x, by: y}\n", "not an allowed word, got 1"),
    ("all.indirectness.reason", "all:\n  indirectness: {concern: none, reason: '  ', by: y}\n", "must not be empty"),
    ("all.indirectness.reason", "all:\n  indirectness: {concern: none, reason: 7, by: y}\n", "must be text"),
    ("all.indirectness.by", "all:\n  indirectness: {concern: none, reason: x, by: [y]}\n", "must be text"),
    ("all.indirectness.by", 'all:\n  indirectness: {concern: none, reason: x, by: "a\\u202Eb"}\n', "holds an invisible character"),
    ("all.indirectness.date", "all:\n  indirectness: {concern: none, reason: x, by: y, date: 25-11-2026}\n", "must be a day, got '25-11-2026', as in 2026-11-25"),
    ("all.indirectness.date", "all:\n  indirectness: {concern: none, reason: x, by: y, date: 2026-02-30}\n", "must be a day"),
    ("all.indirectness.date", "all:\n  indirectness: {concern: none, reason: x, by: y, date: 20261125}\n", "must be a day"),
    ("all.indirectness.level", "all:\n  indirectness: {level: low, reason: x, by: y, concern: none}\n", "unknown key"),
    ("comparisons", "comparisons: {SE: x}\n", "must be a list"),
    ("comparisons[0].between", "comparisons:\n  - imprecision: {concern: none, reason: x, by: y}\n", "missing"),
    ("comparisons[0].between", ONE.replace("[SE, PCO]", "[SE]"), "must have 2 or more entries"),
    ("comparisons[0].between", ONE.replace("[SE, PCO]", "[SE, PCO, PVT]"), "must have no more than 2 entries"),
    ("comparisons[0].between[0]", ONE.replace("[SE, PCO]", "[SEE, PCO]"), "unknown treatment, got 'SEE', allowed: SE, PVT, PCO, did you mean 'SE'?"),
    ("comparisons[0].between", ONE.replace("[SE, PCO]", "[SE, SE]"), "a treatment is not compared with itself"),
    ("comparisons[1].between", ONE + ONE.partition("\n")[2].replace("[SE, PCO]", "[PCO, SE]"), "the comparison stands twice, got 'PCO' and 'SE', it is already on line 2"),
    ("comparisons[0]", "comparisons:\n  - between: [SE, PCO]\n", "nothing is judged here"),
    ("comparisons[0].overall.level", "comparisons:\n  - between: [SE, PCO]\n    overall: {level: verylow, reason: x, by: y}\n", "not an allowed word, got 'verylow', allowed: high, moderate, low, very low"),
    ("comparisons[0].overall.by", "comparisons:\n  - between: [SE, PCO]\n    overall: {level: low, reason: x}\n", "missing"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "text", "what"), HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_is_wrong_is_one_line_with_its_place(review, field, text, what):
    review.write(FILE, text)
    problem = review.problem()
    place, _, said = problem.partition(": ")
    assert place.startswith("judgements/main.yaml:")
    assert field in place
    assert what in said
    assert "\n" not in problem


def test_every_problem_is_told_at_once(review):
    review.write(FILE, ONE.replace("reason: x, ", "").replace("some", "sme") + "more: 1\n")
    assert len(review.problems()) == 3


def test_a_file_that_belongs_to_no_specification_is_named(review):
    review.write("judgements/mian.yaml", GOOD)
    assert review.problem() == (
        "judgements/mian.yaml: no specification has this name, got 'mian', allowed: main, did you mean 'main'?"
    )


def test_a_file_that_would_go_unread_is_named(review):
    review.write("judgements/main.yml", GOOD)
    assert "would go unread" in review.problem()


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "all: {}\n", "comparisons: []\n"])
def test_an_empty_file_judges_nothing(review, text):
    review.write(FILE, text)
    assert review.problems() == []
    project = Project.find(review.root)
    found = load_judgements(review.root / FILE, project.analysis("main"), project.registry.vocabulary)
    assert found.domain(frozenset({"SE", "PCO"}), Domain.INDIRECTNESS) is None


def test_a_comparison_speaks_before_all_of_them(review):
    review.write(FILE, GOOD)
    assert review.problems() == []
    project = Project.find(review.root)
    found = load_judgements(review.root / FILE, project.analysis("main"), project.registry.vocabulary)
    own, other = frozenset({"PCO", "SE"}), frozenset({"SE", "PVT"})
    assert found.domain(own, Domain.INDIRECTNESS).concern is Concern.SOME
    assert found.domain(other, Domain.INDIRECTNESS).concern is Concern.NONE
    assert found.domain(other, Domain.REPORTING_BIAS).concern is Concern.NOT_JUDGED
    assert found.domain(own, Domain.REPORTING_BIAS) is None
    assert str(found.overall(own).level) == "low"
    assert found.overall(other) is None


def test_the_fingerprint_is_of_what_is_judged_and_not_of_comments():
    data = yamlio.parse(GOOD.encode(), Path("x"), "x").data
    found = Judgements.model_validate(data)
    assert found.fingerprint == Judgements.model_validate(data).fingerprint
    data["all"]["indirectness"]["by"] = "Another"
    assert found.fingerprint != Judgements.model_validate(data).fingerprint
    assert NOTHING.fingerprint is None


def test_the_schema_takes_the_good_and_refuses_the_bad():
    schema = json.loads((ROOT / "judgements/judgements.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    good = yamlio.parse(GOOD.encode(), Path("x"), "x").data
    assert not list(validator.iter_errors(good))
    good["comparisons"][0]["between"] = ["SEE", "PCO"]
    assert list(validator.iter_errors(good))


def test_the_files_of_this_review_judge_nothing_that_nobody_judged():
    """Until a committee has met, the files hold the form alone."""
    for path in (ROOT / "judgements").glob("*.yaml"):
        assert path.read_text("utf-8").startswith("# yaml-language-server: $schema=judgements.schema.json\n")
        data = yamlio.load(path).data
        assert data is None or Judgements.model_validate(data)
