"""Judgements of people: in a run, again without sampling, in a new review; nothing is written while a file is wrong."""

from __future__ import annotations

import json
import shutil

import pytest

import nma.fitting

JUDGED = """\
all:
  indirectness: {concern: major, reason: Other times., by: The panel}
"""
FILE = "judgements/main.yaml"


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Where the one run of this module is kept."""
    return tmp_path_factory.mktemp("kept") / "out"


@pytest.fixture
def folder(review, kept):
    """A run without judgements; the review is the same each time, so that one run serves every test."""
    out = review.root / "out"
    if not kept.exists():
        code, _, errors = review.run("run", "main", "--engine", "exact", "--out", out)
        assert code == 0, errors
        shutil.copytree(out, kept)
    return out if out.exists() else shutil.copytree(kept, out)


@pytest.fixture
def no_sampling(monkeypatch):
    """Whoever fits a model fails."""

    def fail(*arguments, **options):
        raise AssertionError("a model was fitted")

    monkeypatch.setattr(nma.fitting, "fit_many", fail)
    monkeypatch.setattr(nma.fitting, "fit", fail)


def found(folder):
    results = json.loads((folder / "results.json").read_text("utf-8"))
    (concern,) = {row["domains"][2]["concern"] for row in results["certainty"]["pairs"]}
    return concern, results["provenance"]["judgements_fingerprint"]


@pytest.mark.parametrize("again", [("run", "main", "--engine", "exact", "--out"), ("report",)])
def test_a_judgement_goes_into_results_that_are_there_without_sampling(review, folder, no_sampling, again):
    assert found(folder) == ("not judged", None)
    before = (folder / "report.html").read_text("utf-8")
    review.write(FILE, JUDGED)
    code, _, errors = review.run(*again, folder)
    assert code == 0, errors
    concern, fingerprint = found(folder)
    assert concern == "major"
    assert len(fingerprint) == 64
    page = (folder / "report.html").read_text("utf-8")
    assert "Other times." in page
    assert "Other times." not in before
    review.write(FILE, "# taken back\n")
    assert review.run(*again, folder)[0] == 0
    assert found(folder) == ("not judged", None)


def test_results_are_current_until_a_judgement_changes(review, folder, no_sampling):
    run = ("run", "main", "--engine", "exact", "--out", folder)
    assert "nothing has changed" in review.run(*run)[1][-1]
    review.write(FILE, JUDGED)
    assert review.run(*run)[0] == 0
    assert "nothing has changed" in review.run(*run)[1][-1]


@pytest.mark.parametrize("command", [("run", "main", "--engine", "exact", "--out"), ("report",)])
def test_a_wrong_file_stops_before_anything_is_written(review, folder, command):
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    review.write(FILE, "all: {indirectnes: {}}\n")
    code, _, errors = review.run(*command, folder)
    assert code == 1
    assert errors[-1].startswith("judgements/main.yaml:1 all.indirectnes: unknown key")
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_a_link_that_leads_nowhere_is_no_missing_file(review, folder):
    (review.root / FILE).parent.mkdir(exist_ok=True)
    (review.root / FILE).unlink(missing_ok=True)
    (review.root / FILE).symlink_to("elsewhere.yaml")
    code, _, errors = review.run("report", folder)
    assert code == 1
    assert errors[-1].startswith("judgements/main.yaml: ")


def test_results_of_another_review_keep_what_was_judged_there(review, folder, no_sampling):
    review.write(FILE, JUDGED)
    assert review.run("report", folder)[0] == 0
    review.write("nma.toml", 'name = "another"\n')
    review.write(FILE, "")
    assert review.run("report", folder)[0] == 0
    assert found(folder)[0] == "major"


def test_the_schema_of_judgements_names_the_treatments_of_the_review(review):
    code, lines, _ = review.run("schema", "judgements")
    assert code == 0
    between = json.loads("\n".join(lines))["$defs"]["Comparison"]["properties"]["between"]
    assert between["items"]["enum"][:3] == ["SE", "PVT", "PCO"]
