"""``nma report`` with other forms: what lies in the folder afterwards, and what is said where one cannot be made."""

from __future__ import annotations

import errno
import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "output"))

from output_sample import results

from nma.output import paste, pdf

BOTH = ("--lang", "both")
PRINTS = '#!/bin/sh\nfor it; do case $it in --print-to-pdf=*) echo "%PDF-1.4" > "${it#*=}";; esac; done\n'


@pytest.fixture
def folder(tmp_path):
    """Results as a run leaves them."""
    made = tmp_path / "out"
    made.mkdir()
    (made / "results.json").write_text(json.dumps(results() | {"files": ["results.json"]}))
    return made


@pytest.fixture
def browser(tmp_path, monkeypatch):
    """A stand-in for a browser, that can be taken away."""
    path = tmp_path / "browser"
    path.write_text(PRINTS)
    path.chmod(0o755)
    monkeypatch.setenv(pdf.VARIABLE, str(path))
    return path


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """No figures are drawn: here it is the files that count."""
    monkeypatch.setattr("nma.output.report.render", lambda results, templates, languages: " ".join(languages))
    monkeypatch.setattr("nma.output.report.drawings", lambda reading: {})


def forms(folder):
    return sorted(path.name for path in folder.glob("report*"))


def listed(folder):
    files = json.loads((folder / "results.json").read_text())["files"]
    return sorted(name for name in files if name.startswith("report"))


def test_each_form_is_written_in_each_language_and_listed(review, folder, browser):
    code, lines, _ = review.run("report", folder, "--pdf", "--markdown", "--docx", *BOTH)
    assert code == 0
    expected = [
        "report-nl.docx",
        "report-nl.md",
        "report-nl.pdf",
        "report.docx",
        "report.html",
        "report.md",
        "report.pdf",
    ]
    assert forms(folder) == listed(folder) == expected
    assert lines[0] == f"Report: {folder / 'report.html'} (en, nl)"
    assert lines[-1] == f"Report: {folder / 'report-nl.docx'} (nl)"
    assert len(lines) == 7
    assert "\n## The answer\n" in (folder / "report.md").read_text()
    assert "\n## Het antwoord\n" in (folder / "report-nl.md").read_text()


def test_forms_that_are_there_follow_the_pages(review, folder, browser):
    review.run("report", folder, "--markdown", *BOTH)
    review.run("report", folder, "--pdf", "--lang", "nl")
    assert forms(folder) == listed(folder) == ["report.html", "report.md", "report.pdf"]
    assert "\n## Het antwoord\n" in (folder / "report.md").read_text()
    (folder / "report.md").unlink()
    review.run("report", folder)
    assert "\n## The answer\n" in (folder / "report.md").read_text()


def test_a_form_that_can_no_longer_be_made_goes_and_is_said(review, folder, browser):
    review.run("report", folder, "--pdf")
    browser.unlink()
    code, lines, _ = review.run("report", folder)
    assert (code, forms(folder), listed(folder)) == (0, ["report.html"], ["report.html"])
    assert lines[0].startswith("The pdf of before is gone, it would not fit the new pages: NMA_CHROMIUM: no program")


def test_a_form_that_cannot_be_made_is_one_line_and_nothing_is_touched(review, folder, browser, snapshot, monkeypatch):
    before = snapshot(folder)
    browser.unlink()
    monkeypatch.setattr(paste, "find_spec", lambda name: None)
    code, lines, errors = review.run("report", folder, "--pdf", "--docx", "--markdown")
    assert (code, lines, len(errors)) == (1, [], 2)
    assert errors[0].startswith("NMA_CHROMIUM: no program that can be run")
    assert errors[1].startswith("--docx: python-docx is not installed")
    assert snapshot(folder) == before


def test_a_browser_that_fails_leaves_the_folder_as_it_was(review, folder, browser, snapshot):
    before = snapshot(folder)
    browser.write_text("#!/bin/sh\nexit 1\n")
    code, _, errors = review.run("report", folder, "--pdf")
    assert (code, len(errors)) == (1, 1)
    assert "printed nothing" in errors[0]
    assert snapshot(folder) == before
    assert [path.name for path in folder.parent.iterdir() if path.name.startswith(".")] == []


def test_a_full_disk_is_one_line_and_names_no_option_that_is_not_there(review, folder, snapshot, monkeypatch):
    def full(*arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    before = snapshot(folder)
    monkeypatch.setattr("nma.stored._write_json", full)
    code, _, errors = review.run("report", folder)
    assert (code, len(errors)) == (1, 1)
    assert errors[0].startswith(f"{folder}: cannot be written to (No space left on device), make room there")
    assert snapshot(folder) == before


@pytest.mark.parametrize("name", ["report.md", "report-nl.md"])
def test_a_file_of_the_users_with_the_name_of_a_form_is_not_overwritten(review, folder, snapshot, name):
    (folder / name).write_text("mine")
    before = snapshot(folder)
    code, _, errors = review.run("report", folder, "--markdown", *BOTH)
    assert (code, len(errors)) == (1, 1)
    assert errors[0].startswith(f"{folder / name}: is there already, and no run of nma made it")
    assert snapshot(folder) == before
    assert review.run("report", folder)[0] == 0
    assert (folder / name).read_text() == "mine"


def test_without_a_report_there_is_nothing_to_write_in_another_form(review, tmp_path, folder):
    (folder / "results.json").rename(folder / "compare.json")
    code, _, errors = review.run("report", folder, "--markdown")
    assert code == 1
    assert errors == [
        f"{folder / 'results.json'}: no results here, and no other page is written in another form, "
        "'nma run' makes them"
    ]
