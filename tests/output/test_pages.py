"""A page in several languages: each whole, with ids of its own, the first shown; a policy that lets nothing in."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from inconsistency_sample import found
from output_sample import results, unconverged, with_sensitivity

from nma.errors import OutputError
from nma.output import pages, report
from nma.output.inconsistency import page as checks

BOTH = ("en", "nl")


@pytest.fixture(scope="module")
def both(templates: Path) -> str:
    return report.render(with_sensitivity(results()), templates, BOTH)


def test_ids_are_unique_and_every_reference_leads_somewhere(both: str) -> None:
    assert _broken(both) == []


def test_the_pages_beside_the_report_speak_both_languages(templates: Path) -> None:
    page = checks.PAGE.render(found(), templates, BOTH)
    assert _broken(page) == []
    assert re.findall(r'<div class="language" lang="(\w+)"', page) == ["en", "nl"]


def _broken(page: str) -> list[str]:
    """Ids that stand twice, and references to ids that are not there."""
    ids = Counter(re.findall(r'\sid="([^"]+)"', page))
    used = set(re.findall(r'\b(?:href|for|data-copy)="#?([^"#.]+)"', page)) - {"html"}
    for name in ("aria-labelledby", "aria-describedby", "for"):
        used |= {it for value in re.findall(rf'\b{name}="([^"]+)"', page) for it in value.split()}
    used |= set(re.findall(r"url\(#([^)]+)\)", page))
    return [name for name, count in ids.items() if count > 1] + sorted(used - ids.keys())


def test_the_first_language_is_shown_and_any_other_prefixed(both: str) -> None:
    bodies = re.findall(r'<div class="language" lang="(\w+)"[^>]*?( hidden)?>', both)
    assert bodies == [("en", ""), ("nl", " hidden")]
    dutch = both[both.index('<div class="language" lang="nl"') :]
    assert all(name.startswith("nl-") for name in re.findall(r'\sid="([^"]+)"', dutch))
    assert both.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert "The answer" in both[: both.index('<div class="language" lang="nl"')]
    assert "Het antwoord" in dutch


def test_one_language_has_no_switch(templates: Path) -> None:
    page = report.render(results(), templates, ("nl",))
    assert "data-switch" not in page[: page.index("<script>")]
    assert '<html lang="nl">' in page
    assert report.render(results(), templates, "nl") == page


@pytest.mark.parametrize("languages", [(), ("en", "en")])
def test_languages_are_named_once_each(templates: Path, languages: tuple[str, ...]) -> None:
    with pytest.raises(OutputError, match="at least one language, and each once"):
        report.render(results(), templates, languages)


def test_each_language_has_its_own_printed_heads(templates: Path) -> None:
    page = report.render(unconverged(results()), templates, BOTH)
    heads = re.findall(r'@page of-(\w+)\{@top-left\{content:"[^"]+"\}@top-right\{content:"([^"]+)"\}\}', page)
    assert heads == [("en", pages.css_text("NOT CONVERGED")), ("nl", pages.css_text("NIET GECONVERGEERD"))]


def test_every_section_stands_in_one_part() -> None:
    counted = Counter(name for names in report.GROUPS.values() for name in names)
    assert [name for name, count in counted.items() if count > 1] == []
    assert set(report.SECTIONS) <= set(counted)
