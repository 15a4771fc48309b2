"""References are complete, numbered as a text cites them, and BibTeX that any reader of BibTeX can read."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import bibtexparser
import pytest
from bibtexparser.middlewares import LatexDecodingMiddleware
from output_sample import ROOT, results

from nma import yamlio
from nma.output.citing.bibliography import Bibliography, bibliography, line, trial_papers
from nma.output.citing.bibtex import bibtex
from nma.output.citing.papers import PAPERS, Paper

HOSTILE = [
    "50% of <b>people</b> & {braces} in $costs$ #1 with under_scores, a ~tilde and a ^caret",
    r"A lone } brace, two {{ more, a \command and a trailing backslash \ ",
    '"Quoted", @article{fake, title = {x}} and a\nline break',
    "שלום ועבודה: a trial",
    "Emoji 🙂 in a title, and ümläuts, Đ and ł",
    "x" * 400,
]


def parsed(text: str) -> Any:
    """What another reading of a BibTeX file gives: entries with plain text in their fields."""
    found = bibtexparser.parse_string(text, append_middleware=[LatexDecodingMiddleware()])
    assert not found.failed_blocks
    return found


def plain(value: str) -> str:
    """A field with the signs that TeX sets in other ways as they were typed."""
    return value.translate({ord("”"): '"', ord("ˆ"): "^"})


@pytest.mark.parametrize("title", HOSTILE)
def test_any_title_comes_back_from_bibtex(title: str) -> None:
    paper = Paper("trial-a", "Smith AB, et al", 2020, title, title, "1(2):3-4", "10.1000/abc")
    entry = parsed(bibtex([paper, PAPERS["hutton-2015"]])).entries_dict["trial-a"]
    expected = " ".join(title.split())
    assert plain(entry["title"]) == expected
    assert plain(entry["journal"]) == expected
    assert len(parsed(bibtex([paper, PAPERS["hutton-2015"]])).entries) == 2


@pytest.mark.parametrize("title", HOSTILE)
def test_braces_of_every_field_are_paired(title: str) -> None:
    paper = Paper("a", f"{title}, et al", 2020, title, title, "", "10.1000/a{b}c", "https://a.b/{c}", title)
    depth = 0
    for sign in bibtex([paper]):
        depth += {"{": 1, "}": -1}.get(sign, 0)
        assert depth >= 0
    assert depth == 0


def test_fields_are_what_readers_of_bibtex_expect() -> None:
    entry = parsed(bibtex([PAPERS["nikolakopoulou-2020"]])).entries_dict["nikolakopoulou-2020"]
    assert entry.entry_type == "article"
    assert {name: entry[name] for name in ("volume", "number", "pages", "year")} == {
        "volume": "17",
        "number": "4",
        "pages": "e1003082",
        "year": "2020",
    }
    assert entry["author"].startswith("Nikolakopoulou, A. and Higgins, J. P. T. and")
    assert "Del Giovane, C." in entry["author"]
    assert parsed(bibtex([PAPERS["hutton-2015"]])).entries[0]["author"].endswith("and others")
    assert parsed(bibtex([PAPERS["nma"]])).entries[0]["author"] == "The nma toolkit authors"


def test_every_paper_can_be_found_and_is_cited() -> None:
    without = {paper.key for paper in PAPERS.values() if not paper.doi}
    assert without == {"hoffman-2014", "vehtari-2024", "nutpie", "nma"}  # a journal without DOIs, and programs
    dois = [paper.doi for paper in PAPERS.values() if paper.doi]
    assert len(set(dois)) == len(dois)
    assert all(re.fullmatch(r"10\.\d{4,9}/\S+", doi) for doi in dois)
    prose = (ROOT / "nma/output/prose/methods.py").read_text("utf-8")
    assert {key for key in PAPERS if f'"{key}"' not in prose} == set()


def test_the_software_is_cited_as_it_asks_to_be() -> None:
    asked = yamlio.load(ROOT / "CITATION.cff").data
    paper = PAPERS["nma"]
    assert paper.title == asked["title"]
    assert paper.authors == f"{{{asked['authors'][0]['name']}}}"
    assert paper.year == int(str(asked["date-released"])[:4])


def test_numbers_follow_the_order_of_the_text_and_runs_are_short() -> None:
    keys = ["lu-2004", "hutton-2015", "lu-2004", "dias-2013", "altman-1998", "nma"]
    found = Bibliography(tuple(PAPERS[key] for key in dict.fromkeys(keys)))
    assert found.mark(["lu-2004"]) == "[1]"
    assert found.mark(["dias-2013", "lu-2004"]) == "[1, 3]"
    assert found.mark(["lu-2004", "hutton-2015"]) == "[1, 2]"
    assert found.mark(["lu-2004", "hutton-2015", "dias-2013", "nma"]) == "[1–3, 5]"
    assert found.lines()[1].startswith("Hutton B, Salanti G")


def test_lines_hold_what_is_known_and_nothing_twice() -> None:
    paper = Paper("a", "Smith AB, et al", 2004, "", "Lancet 2004, in press", note="PMID 12")
    assert line(paper) == "Smith AB, et al. Lancet 2004, in press. PMID 12."
    assert line(replace(paper, journal="Lancet", place="1:2-3", doi="10.1000/x")) == (
        "Smith AB, et al. Lancet. 2004;1:2-3. PMID 12. doi:10.1000/x"
    )
    seven = Paper("b", ", ".join(f"Name{place} A" for place in range(7)), 2000, "Title", "J")
    assert line(seven).startswith("Name0 A, Name1 A, Name2 A, Name3 A, Name4 A, Name5 A, et al. Title.")


def test_reports_of_trials_are_read_from_the_results(read: Any) -> None:
    report = {
        "first_author": "Drake RE", "year": 1999, "title": "A trial.", "doi": "10.1001/x", "pmid": 5,
        "journal": "Archives of General Psychiatry 1999;56:627-633", "registration": "NCT1",
    }  # fmt: skip
    bare = dict.fromkeys(report) | {"first_author": "Kukla, M"}
    made = results() | {"references": [{"id": "drake-1999", "reports": [report, bare]}]}
    first, second = trial_papers(read(made))["drake-1999"]
    assert (first.key, first.journal, first.place) == (
        "trial-drake-1999",
        "Archives of General Psychiatry",
        "56:627-633",
    )
    assert line(first) == (
        "Drake RE, et al. A trial. Archives of General Psychiatry. 1999;56:627-633. PMID 5. doi:10.1001/x"
    )
    assert (second.key, line(second)) == ("trial-drake-1999-2", "Kukla M, et al.")
    assert trial_papers(read(results())) == {}
    found = bibliography(read(made), ["nma", "trial-drake-1999", "nma"])
    assert [paper.key for paper in found.papers] == ["nma", "trial-drake-1999"]
    assert "version 0.1.0" in found.lines()[0]
