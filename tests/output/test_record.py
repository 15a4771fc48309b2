"""The evidence map and the checklist in the report: true of their tables, whole in every language, safe."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from output_sample import results
from record_cases import made

from nma.output import pages, report
from nma.output.draw import Layout, draw
from nma.output.reading import Reading
from nma.output.sections import evidence_map, prisma
from nma.output.text import Text, load

LANGUAGES = ("en", "nl")


@pytest.fixture(scope="module")
def texts(templates: Path) -> dict[str, Text]:
    return {language: load(templates / "text", language) for language in LANGUAGES}


@pytest.fixture(scope="module")
def page(templates: Path) -> str:
    """The report of the long-term analysis in both languages, its figures left blank."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(pages, "draw", lambda *asked: "<svg></svg>")
        return report.render(made("long-term"), templates, LANGUAGES)


@pytest.fixture
def found() -> dict[str, Any]:
    return made("long-term")


def test_results_without_the_parts_have_no_section(texts: dict[str, Text]) -> None:
    old = Reading(results(), texts["en"])
    assert evidence_map.blocks(old) == ()
    assert prisma.blocks(old) == ()
    frame = Reading(made("one trial"), texts["en"])
    assert evidence_map.blocks(frame) == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_count_of_the_checklist_is_that_of_its_table(
    found: dict[str, Any], language: str, texts: dict[str, Text]
) -> None:
    text = texts[language]
    found["checklist"][2]["state"] = "stands"  # so that no two of the counts are the same
    (block,) = prisma.blocks(Reading(found, text))
    shown = [row[1].text for row in block.tables[0].rows]
    words = [text(key) for key in ("prisma.state.stands", "prisma.state.part", "prisma.state.owed")]
    assert [*map(int, re.findall(r"\d+", block.lead[1]))] == [32, *(shown.count(word) for word in words)]
    assert sum(shown.count(word) for word in words) == 32
    assert len({shown.count(word) for word in words}) == 3


@pytest.mark.parametrize(("language", "prefix"), [("en", ""), ("nl", "nl-")])
def test_every_place_of_the_checklist_is_on_the_page(
    page: str, language: str, prefix: str, texts: dict[str, Text]
) -> None:
    (block,) = prisma.blocks(Reading(made("long-term"), texts[language]))
    links = {target for row in block.tables[0].rows for cell in row for target, _ in cell.links}
    assert len(links) > 12
    table = re.search(rf'<section id="{prefix}prisma".*?</section>', page, flags=re.S)
    assert table is not None
    assert set(re.findall(r'href="#([a-z_-]+)"', table.group())) == {f"{prefix}{target}" for target in links}
    assert {f"{prefix}{target}" for target in links} <= set(re.findall(r'<section id="([a-z_-]+)"', page))


@pytest.mark.parametrize("name", ["one trial", "triangle", "common effect"])
def test_places_of_a_small_network_are_on_its_page(name: str, templates: Path, texts: dict[str, Text]) -> None:
    found = made(name)
    standing = report.blocks(Reading(found, texts["en"]))
    plain = {section for section, make in report.SECTIONS.items() if make is None}
    owed = {"sensitivity": not found["sensitivity"], "consistency": not found["inconsistency"]}
    for row in found["checklist"]:
        assert set(row["sections"]) <= set(standing) | {one for one in plain if not owed.get(one)}


def test_what_the_authors_told_and_what_is_open_is_shown(found: dict[str, Any], texts: dict[str, Text]) -> None:
    row = next(row for row in found["checklist"] if row["item"] == "27")
    row |= {"state": "stands", "told": "<b>Nobody</b> paid."}
    (block,) = prisma.blocks(Reading(found, texts["en"]))
    cells = {line[0].text: [cell.text for cell in line] for line in block.tables[0].rows}
    assert cells["27"][1] == "stands here"
    assert cells["27"][3:] == ["The authors: <b>Nobody</b> paid.", "–"]
    open_trials = sum("not assessed" in trial["risk_of_bias"].values() for trial in found["evidence"]["trials"])
    assert cells["19"][4].endswith(f"({open_trials}).")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_map_says_the_numbers_of_its_rows(found: dict[str, Any], language: str, texts: dict[str, Text]) -> None:
    blocks = evidence_map.blocks(Reading(found, texts[language]))
    arms = found["evidence_map"]["arms"]
    inside = sum(arm["used"] for arm in arms)
    numbers = [int(re.sub(r"\D", "", it)) for it in re.findall(r"[\d.,]*\d", blocks[0].lead[1])]
    people = sum(arm["n"] for arm in arms)
    assert numbers == [len(arms), len({arm["study"] for arm in arms}), people, inside, len(arms) - inside]
    rows = {row[0].text: row for row in blocks[0].tables[0].rows}
    assert sum(int(row[1].text) for row in rows.values()) == len(arms)
    summary = next(row for row in found["evidence_map"]["treatments"] if row["treatment"] == "TE")["all"]
    mark = "," if language == "nl" else "."
    ends = [f"{100 * summary[key]:.1f}%".replace(".", mark) for key in ("median", "lower", "upper")]
    joint = "tot" if language == "nl" else "to"
    assert rows["Transitional employment"][4].text == f"{ends[0]} ({ends[1]} {joint} {ends[2]})"
    every = blocks[-1].widgets[0].values["table"]
    assert len(every.rows) == len(arms)


def test_the_figure_holds_every_arm_once_and_draws_in_both_layouts(
    found: dict[str, Any], texts: dict[str, Text]
) -> None:
    record, _ = evidence_map.blocks(Reading(found, texts["en"]))[0].figures[0]
    strip = record.strips[0]
    arms = found["evidence_map"]["arms"]
    assert sorted(it for dots in strip.filled for it in dots) == sorted(
        100 * arm["share"] for arm in arms if arm["used"]
    )
    assert sorted(it for dots in strip.dots for it in dots) == sorted(
        100 * it["share"] for it in arms if not it["used"]
    )
    assert record.rows[0] == found["ranking"][0]["treatment"]
    for layout in Layout:
        assert draw(record, layout).startswith("<svg")


def test_hostile_words_stay_in_their_cells(
    found: dict[str, Any], templates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "draw", lambda *asked: "<svg></svg>")
    mapped = found["evidence_map"]
    mapped["arms"][0]["arm"] = "<img src=x onerror=alert(1)>" + "z" * 400
    mapped["treatments"][-1] |= {"label": "<script>", "short": "\u202e" + "ש" * 60, "treatment": "unknown"}
    for arm in mapped["arms"]:
        arm["treatment"] = arm["treatment"] or "unknown"
    mapped["context"][0] |= {"label": "{0} {x}", "source": "<i>s</i>"}
    page = report.render(found, templates, ("en",))
    assert "<img src=x" not in page
    assert "<script>\n" not in page.partition("unknown")[2][:50]
    assert "&lt;i&gt;s&lt;/i&gt;" in page
    assert "{0} {x}" in page
    record, _ = evidence_map.blocks(Reading(found, load(templates / "text")))[0].figures[0]
    assert all(draw(record, layout).count("<svg") == 1 for layout in Layout)


def test_every_button_copies_something_of_its_own_language(page: str) -> None:
    buttons = dict(re.findall(r'<button [^>]*data-copy="#([a-z-]+)"[^>]*>([^<]+)</button>', page))
    names = ("prose-methods", "prose-results", "prose-references", "prose-bibtex")
    assert {name: buttons[name] for name in names} == {
        "prose-methods": "Copy the methods",
        "prose-results": "Copy the results",
        "prose-references": "Copy the references",
        "prose-bibtex": "Copy the BibTeX",
    }
    assert buttons["nl-prose-methods"] == "Kopieer de methoden"
    assert all(page.count(f'id="{name}"') == 1 for name in buttons)
    numbered = re.search(r'id="prose-references".*?</div>', page, flags=re.S)
    assert numbered is not None
    assert "<p>1. <bdi>Hutton B," in numbered.group()


def test_arms_outside_say_why(found: dict[str, Any], texts: dict[str, Text]) -> None:
    every = evidence_map.blocks(Reading(found, texts["en"]))[-1].widgets[0].values["table"]
    said = {row[0].text: row[-1].text for row in every.rows}
    assert said["Drake 2013"] == "yes"
    assert said["Cook 2005"] == "no: outside the network"
    assert said["Eack 2011"] == "no: decision of the review"
