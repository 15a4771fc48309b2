"""The report as PDF: which browser prints it, what it is told, and what is said when it cannot."""

from __future__ import annotations

import os
import re
import stat
import time
from pathlib import Path

import pypdf
import pytest
from inconsistency_sample import summary
from output_sample import results, unconverged

from nma.errors import OutputError
from nma.output import pdf

PRINTS = 'for it; do case $it in --print-to-pdf=*) echo "%PDF-1.4 $*" > "${it#*=}";; esac; done'


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without any browser: its PATH holds one empty folder."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv(pdf.VARIABLE, raising=False)
    monkeypatch.setattr(pdf, "PLACES", {})
    return folder


def install(folder: Path, name: str, script: str) -> Path:
    """Put a stand-in for a browser into a folder."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def problem(act: object = pdf.browser) -> str:
    with pytest.raises(OutputError) as found:
        act()  # type: ignore[operator]
    assert "\n" not in str(found.value)
    return str(found.value)


def test_without_a_browser_one_line_says_what_to_install(bare: Path) -> None:
    assert problem() == (
        "--pdf: no Chromium on this machine, install Chromium, Google Chrome or Microsoft Edge, "
        "or name one in NMA_CHROMIUM"
    )
    assert pdf.missing() is not None


@pytest.mark.parametrize("name", pdf.NAMES)
def test_each_name_is_found(bare: Path, name: str) -> None:
    made = install(bare, name, "")
    assert pdf.browser() == str(made)
    assert pdf.missing() is None


def test_the_usual_places_of_other_systems_are_searched(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "PLACES", {"PROGRAMFILES": ("Google/Chrome/Application/chrome.exe",)})
    assert "no Chromium" in problem()
    monkeypatch.setenv("PROGRAMFILES", str(bare))
    (bare / "Google/Chrome/Application").mkdir(parents=True)
    made = install(bare / "Google/Chrome/Application", "chrome.exe", "")
    assert pdf.browser() == str(made)


def test_the_one_that_is_named_goes_first(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(bare, "chromium", "")
    mine = install(bare, "mine", "")
    monkeypatch.setenv(pdf.VARIABLE, str(mine))
    assert pdf.browser() == str(mine)
    monkeypatch.setenv(pdf.VARIABLE, str(bare / "gone"))
    assert problem().startswith(f"NMA_CHROMIUM: no program that can be run, got {bare / 'gone'}")


def test_it_is_told_to_leave_the_network_alone_and_to_tag(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(bare, "chromium", PRINTS)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    pdf.print_page(bare / "a b.html", bare / "a.pdf")
    said = (bare / "a.pdf").read_text()
    for flag in (
        "--host-resolver-rules=MAP * ~NOTFOUND",
        "--disable-background-networking",
        "--no-pdf-header-footer",
        "--export-tagged-pdf",
        "--generate-pdf-document-outline",
        "a%20b.html",
    ):
        assert flag in said
    assert "--no-sandbox" not in said
    assert not Path(re.findall(r"--user-data-dir=(\S+)", said)[0]).exists()
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    pdf.print_page(bare / "a.html", bare / "b.pdf")
    assert "--no-sandbox" in (bare / "b.pdf").read_text()


def test_a_browser_that_is_shut_in_prints_in_its_own_room(
    bare: Path, tmp_path: Path, templates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(bare, "chromium", PRINTS)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(pdf, "SNAPS", str(bare))
    monkeypatch.setattr("nma.output.report.render", lambda *_: "a page")
    room = tmp_path / "snap/chromium/common"
    for expected in (False, True):
        pdf.write({}, tmp_path / "report.pdf", templates, "en")
        said = (tmp_path / "report.pdf").read_text()
        assert said.count(f"{room}/nma-") == (3 if expected else 0)
        room.mkdir(parents=True, exist_ok=True)
    assert list(room.iterdir()) == []


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("echo one >&2; echo 'no display' >&2; exit 3", "chromium: printed nothing, got no display, try another one"),
        ("exit 0", "chromium: printed nothing, try another one in NMA_CHROMIUM"),
        (PRINTS.replace("%PDF-1.4", "<html>"), "chromium: printed nothing, try another one in NMA_CHROMIUM"),
    ],
)
def test_a_browser_that_fails_is_one_line(bare: Path, script: str, expected: str) -> None:
    install(bare, "chromium", script)
    assert expected in problem(lambda: pdf.print_page(bare / "a.html", bare / "a.pdf"))


def test_what_cannot_be_run_is_one_line(bare: Path) -> None:
    (install(bare, "chromium", "")).write_bytes(b"\x7fELF nonsense")
    assert "chromium: cannot be run" in problem(lambda: pdf.print_page(bare / "a.html", bare / "a.pdf"))


def test_a_browser_that_hangs_is_ended_with_all_that_it_started(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{bare}:/usr/bin:/bin")
    mark = bare / "alive"
    install(bare, "chromium", f"(sleep 1; touch {mark}) & sleep 60")
    monkeypatch.setattr(pdf, "PATIENCE", 0.3)
    started = time.monotonic()
    said = problem(lambda: pdf.print_page(bare / "a.html", bare / "a.pdf"))
    assert said.endswith("chromium: did not finish within 0.3 seconds, try another one in NMA_CHROMIUM")
    assert not mark.exists()
    time.sleep(max(0.0, started + 1.6 - time.monotonic()))
    assert not mark.exists()


def test_links_to_files_beside_the_page_go_and_others_stay() -> None:
    page = '<a href="inconsistency.html">x</a> <a class="y" href="#answer">z</a> <a href="https://doi.org/1">d</a>'
    assert pdf.without_links_to_files(page) == (
        '<a>x</a> <a class="y" href="#answer">z</a> <a href="https://doi.org/1">d</a>'
    )


def test_a_real_browser_prints_a_tagged_page_with_an_outline_in_its_language(tmp_path: Path, templates: Path) -> None:
    made = unconverged(results()) | {"inconsistency": summary()}
    pdf.write(made, tmp_path / "report.pdf", templates, "nl")
    printed = pypdf.PdfReader(tmp_path / "report.pdf")
    root = printed.trailer["/Root"]
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"]) == ("nl", True)
    assert "/StructTreeRoot" in root
    assert "Het antwoord" in str(printed.outline)
    assert {tuple(map(round, page.mediabox[2:])) for page in printed.pages} == {(595, 842)}
    assert "NIET GECONVERGEERD" in printed.pages[0].extract_text()
    assert b"file://" not in (tmp_path / "report.pdf").read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["report.pdf"]
