"""The page: in order, self-contained, accessible, honest when the fit failed, and proof against hostile names."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections import Counter
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from inconsistency_sample import summary
from output_sample import bare, many, results, unconverged, with_sensitivity

from nma import output
from nma.output import pages, report

HOSTILE = ("<script>alert(1)</script>", "A" * 400, "تعليم مهني", '😀 $x^2$ & "q" \'s', "{{ 7*7 }} {x} \u202e\x00%s")
VOID = {"meta", "br", "link", "img", "input", "hr", "path", "use"}


class Page(HTMLParser):
    """Collects tags, attributes and the text of a page, and sees that tags are closed."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag, tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


def scripts(templates: Path) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted((templates / "script").glob("*.js"))]


def own(page: str) -> list[str]:
    """What stands in the page as script that a browser runs."""
    return re.findall(r"<script>(.*?)</script>", page, flags=re.S)


@pytest.fixture(scope="module")
def page(templates: Path) -> str:
    made = with_sensitivity(results())
    made["evidence"]["weak_links"] = [{"treatment": "PCO", "rule": "one trial", "studies": ["drake-2013"]}]
    made["inconsistency"] = summary()
    return report.render(made, templates)


def test_sections_stand_in_the_order_a_committee_reads(page: str) -> None:
    found = [attrs["id"] for tag, attrs in Page(page).tags if tag == "section"]
    assert found == [name for name in report.order() if name in found]
    assert {name for name, make in report.SECTIONS.items() if make is None} <= set(found)
    answer = page[page.index('<section id="answer"') : page.index('<section id="ranking"')]
    assert answer.count("<figure>") == 1
    assert answer.index('class="answer"') < answer.index("<figure>")
    assert answer[answer.index('class="answer"') : answer.index('class="up"')].count("<p>") == 3


def test_nothing_is_loaded_from_elsewhere(page: str) -> None:
    for tag, attrs in Page(page).tags:
        assert tag not in ("link", "img", "iframe", "object", "embed", "base", "form"), tag
        assert not any(name.startswith("on") for name in attrs), attrs
        for name in ("src", "href", "xlink:href", "srcset", "data"):
            assert (attrs.get(name) or "#").startswith("#") or attrs[name] == report.PAGE_OF_CHECKS, attrs
    style = "".join(re.findall(r"<style.*?</style>", page, flags=re.S))
    assert "@import" not in style
    assert "@font-face" not in style
    assert not re.search(r"url\((?!#)", page)


def test_only_the_scripts_of_the_project_may_run(page: str, templates: Path) -> None:
    policy = next(dict(attrs)["content"] for tag, attrs in Page(page).tags if attrs.get("http-equiv"))
    assert policy is not None
    assert own(page) == scripts(templates)
    allowed = re.findall(r"'sha256-([^']+)'", policy)
    assert allowed == [b64encode(sha256(it.encode()).digest()).decode() for it in scripts(templates)]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe-eval" not in policy
    assert "unsafe-inline" not in policy[policy.index("script-src") :]


def test_the_page_is_well_formed_and_ids_are_unique(page: str) -> None:
    parsed = Page(page)
    assert parsed.open == []
    ids = Counter(attrs["id"] for _, attrs in parsed.tags if attrs.get("id"))
    assert [name for name, count in ids.items() if count > 1] == []
    for _, attrs in parsed.tags:
        for name in ("aria-labelledby", "href"):
            for target in (attrs.get(name) or "").replace("#", "").replace(report.PAGE_OF_CHECKS, "").split():
                assert target in ids, target


def test_headings_tables_and_figures_are_accessible(page: str) -> None:
    parsed = Page(page)
    levels = [int(tag[1]) for tag, _ in parsed.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    tags = Counter(tag for tag, _ in parsed.tags)
    assert tags["table"] == tags["caption"] == tags["thead"]
    assert all(attrs.get("scope") in ("col", "row") for tag, attrs in parsed.tags if tag == "th")
    regions = [attrs for tag, attrs in parsed.tags if attrs.get("role") == "group"]
    assert len(regions) == tags["table"]
    assert all(attrs["tabindex"] == "0" and attrs["aria-labelledby"] for attrs in regions)
    drawn = [attrs for tag, attrs in parsed.tags if attrs.get("role") == "img"]
    assert len(drawn) == 2 * tags["figure"]
    assert ("html", {"lang": "en"}) in parsed.tags


def test_every_ranking_says_which_way_is_up(page: str) -> None:
    for section in ("answer", "ranking", "league", "methods"):
        start = page.index(f'<section id="{section}"')
        assert "higher is better" in page[start : page.index("</section>", start)]


def test_the_report_prints_basis_risk_and_weak_links(page: str) -> None:
    words = Page(page).text
    for piece in (
        "How the numbers of the 20 trials came to be known",
        "not assessed",
        "hangs on one trial, Drake 2013",
        "Counts of eight sites cannot be separated.",
        "This set could not be fitted: the trials do not form one connected network",
        "2 trials left: Zhang 2017 and Wong 2008.",
        "2 trials entered: Davis 2012 and lepage-2016.",
        "ab" * 32,
        "pymc 5.28.5",
    ):
        assert piece in words, piece


def test_a_trial_without_any_judgement_is_named_and_not_assessed_in_every_cell(page: str) -> None:
    section = page[page.index('<section id="risk"') :].partition("</section>")[0]
    assert section.count('<span class="spoken">not assessed</span>') >= 7
    assert "Not assessed in any domain" in section


def test_a_fit_that_failed_is_stamped_on_screen_and_on_every_printed_page(templates: Path) -> None:
    stamped, clean = (report.render(made, templates) for made in (unconverged(results()), results()))
    assert 'class="stamp" role="alert"' in stamped
    assert 'class="watermark"' in stamped
    assert "<title>NOT CONVERGED:" in stamped
    assert f'@top-right{{content:"{pages.css_text("NOT CONVERGED")}"}}' in stamped
    style = stamped[stamped.index("<style>") : stamped.index("</style>")]
    assert re.search(r"\.stamp \{[^}]*position: sticky", style)
    assert re.search(r"\.watermark \{[^}]*position: fixed", style[style.index("@media print") :])
    assert "The fit did NOT pass its convergence checks." in Page(stamped).text
    assert "NOT CONVERGED" not in Page(clean).text
    assert "stamp" not in re.sub(r"<style>.*?</style>", "", clean, flags=re.S)
    assert pages.css_text("NOT CONVERGED") not in clean


def test_hostile_names_stay_words(templates: Path) -> None:
    made = with_sensitivity(results())
    for detail, name in zip(made["treatment_details"], HOSTILE, strict=True):
        detail |= {"label": name, "short": name, "description": name}
    for trial, name in zip(made["evidence"]["trials"], HOSTILE, strict=False):
        trial |= {"label": name, "source": name, "doubts": [name], "country": name}
    made["analysis"] |= {"title": "</style><script>x</script>", "question": HOSTILE[0], "outcome_label": HOSTILE[4]}
    made["evidence"]["log"] = list(HOSTILE)
    made["sensitivity"][0] |= {"title": HOSTILE[0], "reason": HOSTILE[4]}
    made["provenance"]["command"] = HOSTILE[0]
    page = report.render(made, templates)
    parsed = Page(page)
    assert own(page) == scripts(templates)
    assert "<script>alert(1)</script>" in parsed.text
    assert "{{ 7*7 }}" in parsed.text
    assert page.count("<style>") == page.count("</style>") == 2


@pytest.mark.parametrize(
    "make",
    [
        lambda: bare(results({"PCO": 0.0, "SE": 0.2}, tau=None)),
        lambda: bare(results({"PCO": 0.0, "SE": 0.2})),
        lambda: results(better="lower"),
        lambda: results({"PCO": 0.0, "SE": 0.15, "TE": -0.03}, sd=0.03, tau=0.05, measure="RD"),
        lambda: many(11),
        lambda: many(20),
    ],
)
def test_any_network_is_written_whole_and_small(tmp_path: Path, templates: Path, make) -> None:  # type: ignore[no-untyped-def]
    made = json.loads(json.dumps(make()))
    output.write(made, tmp_path, templates)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert Page(page).open == []
    assert len(page.encode()) < 3_000_000
    assert {path.name for path in tmp_path.iterdir()} == {"report.html", "references.bib", "tables", "figures"}
    names = {path.stem for path in (tmp_path / "figures").iterdir()}
    assert {"answer", "network", "rank-probabilities", "cumulative-ranks"} <= names
    assert any(name.startswith("forest") for name in names)


def test_the_page_is_the_same_each_time(templates: Path) -> None:
    assert report.render(results(), templates) == report.render(results(), templates)


def test_css_text_cannot_leave_its_string() -> None:
    assert pages.css_text('a"b</style>\\') == "a\\000022b\\00003c\\00002fstyle\\00003e\\00005c"
