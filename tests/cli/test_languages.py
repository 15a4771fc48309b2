"""In which languages pages are told: what the project and the command line say; neither is an input of a result."""

from __future__ import annotations

import json

import pytest

from nma.errors import InputError, ProjectError
from nma.languages import chosen, languages_there
from nma.project import Project

HERE = ("en", "nl")


@pytest.fixture
def told(sampler, monkeypatch):
    """The languages of each report that the stand-in was asked to write."""
    found, write = [], sampler.write

    def noted(results, out, templates, languages):
        found.append(tuple(languages))
        write(results, out, templates, languages)

    monkeypatch.setattr("nma.output.write", noted)
    return found


def test_the_languages_are_those_with_a_table(project):
    assert languages_there(project.reports) == HERE


def test_a_project_that_names_none_is_told_in_english(review):
    assert Project.find(review.root).pages.languages == ("en",)


@pytest.mark.parametrize(
    ("own", "asked", "expected"),
    [
        (("en",), None, ("en",)),
        (("nl", "en"), None, ("nl", "en")),
        (("en", "nl"), "nl", ("nl",)),
        (("en",), "both", ("en", "nl")),
        (("nl",), "both", ("nl", "en")),
        (("nl", "en"), "both", ("nl", "en")),
    ],
)
def test_the_command_line_goes_before_the_project(project, own, asked, expected):
    assert chosen(asked, own, project.reports) == expected


def test_an_unknown_language_is_one_line_that_names_those_there_are(review, tmp_path):
    for command in (["run", "main"], ["inconsistency", "main"], ["sweep", "main"], ["report", tmp_path], ["compare"]):
        code, lines, errors = review.run(*command, "--lang", "dutch")
        assert (code, lines) == (1, [])
        assert errors == ["--lang: no such language, got 'dutch', allowed: en, nl, both"]
    with pytest.raises(InputError, match="did you mean 'both'"):
        Project.find(review.root).told_in("bot")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ('["fr"]', "nma.toml languages: no such language, got 'fr', allowed: en, nl"),
        ('"nl"', 'nma.toml languages: must be a list of languages, got nl, as in languages = ["en", "nl"]'),
        ("[]", 'nma.toml languages: must be a list of languages, got [], as in languages = ["en", "nl"]'),
        ("[1]", 'nma.toml languages: must be a list of languages, got [1], as in languages = ["en", "nl"]'),
        ('["nl", "nl"]', "nma.toml languages: stands twice, got 'nl', name it once"),
        ('["../en"]', "nma.toml languages: no such language, got '../en', allowed: en, nl"),
    ],
)
def test_what_a_project_says_is_checked(review, typed, expected):
    review.write("nma.toml", f'name = "small"\nlanguages = {typed}\n')
    assert review.problem() == expected
    with pytest.raises(ProjectError):
        _ = Project.find(review.root).pages


def test_a_run_is_told_in_the_languages_of_the_project_or_those_asked_for(review, told, tmp_path):
    review.write("nma.toml", 'name = "small"\nlanguages = ["nl", "en"]\n')
    _, lines, _ = review.run("run", "main", "--out", tmp_path / "out")
    assert lines[-1] == f"Report: {tmp_path / 'out/report.html'} (nl, en)"
    review.run("run", "main", "--out", tmp_path / "out", "--force", "--lang", "en")
    review.run("report", tmp_path / "out")
    review.run("report", tmp_path / "out", "--lang", "nl")
    assert told == [("nl", "en"), ("en",), ("nl", "en"), ("nl",)]


def test_a_language_is_no_input_other_pages_are_the_same_results(review, told, sampler, tmp_path):
    out = tmp_path / "out"
    review.run("run", "main", "--out", out)
    before = json.loads((out / "results.json").read_text("utf-8"))
    code, lines, _ = review.run("run", "main", "--out", out, "--lang", "nl")
    assert (code, sampler.calls) == (0, 1)
    assert lines == [f"main: the results are those of before, the pages were written anew: {out / 'report.html'} (nl)"]
    assert told == [("en",), ("nl",)]
    assert json.loads((out / "results.json").read_text("utf-8")) == before
    code, lines, _ = review.run("run", "main", "--out", out)
    assert lines == [f"main: nothing has changed since {out / 'report.html'} was made; --force runs it again."]
