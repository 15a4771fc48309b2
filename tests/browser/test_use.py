"""A reader uses the report: switches its language, sorts, copies, moves the slider, prints; nothing leaves the page."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from output_sample import results, unconverged
from playwright.sync_api import Page
from pypdf import PdfReader

MOST_BYTES = 3_000_000


def shown(page: Page) -> str:
    """The language that can be seen."""
    found: list[str] = page.eval_on_selector_all(
        ".language", "all => all.filter(it => it.offsetHeight).map(it => it.lang)"
    )
    assert len(found) == 1
    return found[0]


def printed(page: Page) -> list[str]:
    """The text of every sheet of paper."""
    return [sheet.extract_text() for sheet in PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages]


def test_the_report_in_both_languages_stays_small(page_file: Path) -> None:
    assert 300_000 < page_file.stat().st_size < MOST_BYTES


def test_the_language_is_that_of_the_browser_until_one_is_chosen(visit, page_file: Path) -> None:
    assert shown(visit(page_file, locale="nl-NL")) == "nl"
    assert shown(visit(page_file, locale="fr-FR")) == "en"
    assert shown(visit(page_file, "#nl-forest", locale="en-GB")) == "nl"


def test_switching_keeps_the_place_and_changes_title_and_language(visit, page_file: Path) -> None:
    page = visit(page_file)
    page.locator("#forest").scroll_into_view_if_needed()
    page.evaluate("document.querySelector('#forest').scrollIntoView()")
    page.evaluate("document.querySelector('.language:not([hidden]) a[data-switch=nl]').click()")
    assert shown(page) == "nl"
    assert page.evaluate("document.documentElement.lang") == "nl"
    assert page.title() == page.get_attribute(".language[lang=nl]", "data-title")
    assert page.url.endswith("#nl-forest")
    assert abs(page.evaluate("document.querySelector('#nl-forest').getBoundingClientRect().top")) < 120
    page.reload()
    assert shown(page) == "nl"


def test_switching_works_by_keyboard_and_is_remembered(visit, page_file: Path) -> None:
    page = visit(page_file)
    page.focus(".language:not([hidden]) a[data-switch=nl]")
    page.keyboard.press("Enter")
    assert shown(page) == "nl"
    assert page.evaluate("document.activeElement.getAttribute('aria-current')") == "true"
    page.goto(page_file.as_uri())
    assert shown(page) == "nl"


def test_without_scripts_both_languages_can_be_read(visit, page_file: Path) -> None:
    page = visit(page_file, java_script_enabled=False)
    assert [page.locator(f".language[lang={tag}]").is_visible() for tag in ("en", "nl")] == [True, True]
    page.locator("a[data-switch=nl]").first.click()
    assert page.url.endswith("#nl-top")


@pytest.mark.parametrize(("hash", "caption"), [("#ranking", "ranking-table"), ("#nl-ranking", "ranking-table")])
def test_tables_sort_by_value_and_back(visit, page_file: Path, hash: str, caption: str) -> None:
    page = visit(page_file, hash)
    table = page.locator(f".language:not([hidden]) table.{caption}")
    column = lambda: table.locator("tbody tr td:nth-child(5)").all_inner_texts()  # noqa: E731
    head = table.locator("thead th").nth(4)
    before = column()
    value = lambda text: float(text.replace(",", "."))  # noqa: E731
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    assert [value(it) for it in column()] == sorted(value(it) for it in before)
    head.get_by_role("button").press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    assert [value(it) for it in column()] == sorted((value(it) for it in before), reverse=True)
    said = page.locator(".language:not([hidden]) [role=status]").inner_text()
    assert head.inner_text().split(" ↓")[0] in said
    assert "{" not in said
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") is None
    assert column() == before


def test_names_sort_by_the_alphabet_and_what_is_missing_stands_last(visit, page_file: Path) -> None:
    page = visit(page_file)
    table = page.locator(".language:not([hidden]) table.trials-table")
    table.locator("thead th button").first.click()
    names = table.locator("tbody th").all_inner_texts()
    assert names == sorted(names, key=str.casefold)
    page.evaluate(
        """() => { const cell = document.querySelector('table.trials-table tbody tr:last-child td:nth-child(3)');
                   cell.textContent = '–'; cell.closest('tr').dataset.mine = 'yes'; }"""
    )
    for _ in ("ascending", "descending"):
        table.locator("thead th button").nth(2).click()
        assert table.locator("tbody tr").last.get_attribute("data-mine") == "yes"


def test_copying_takes_the_text_and_says_so(visit, page_file: Path) -> None:
    page = visit(page_file, permissions=["clipboard-read", "clipboard-write"])
    page.evaluate(
        """document.querySelector('.language:not([hidden]) main').insertAdjacentHTML('afterbegin',
             '<p id="words">Words to take</p><button class="copy" data-copy="#words">Copy</button>')"""
    )
    page.locator("button.copy[data-copy='#words']").click()
    page.wait_for_function("document.querySelector('.language:not([hidden]) [role=status]').textContent")
    assert page.evaluate("navigator.clipboard.readText()") == "Words to take"
    assert page.locator(".language:not([hidden]) [role=status]").inner_text() == "Copied"


def test_a_pointer_reads_the_numbers_of_a_row(visit, page_file: Path, long_term: dict[str, Any]) -> None:
    page = visit(page_file)
    told = page.locator("#answer .wide-figure .tip title").all_text_contents()
    assert len(told) == len(long_term["treatments"])
    best = long_term["ranking"][0]["treatment"]
    effect = next(
        row
        for row in long_term["relative_effects"]
        if row["treatment"] == best and row["versus"] == long_term["analysis"]["reference"]
    )
    assert f"{effect['median']:.2f}" in told[0]
    box = page.locator("#answer .wide-figure .tip").first.bounding_box()
    assert box is not None
    assert box["width"] > 300


def test_every_figure_has_its_numbers_in_a_table(visit, page_file: Path) -> None:
    page = visit(page_file)
    bare = page.eval_on_selector_all(
        ".language:not([hidden]) figure",
        "all => all.filter(it => !it.querySelector('details.behind table')).map(it => it.innerText)",
    )
    assert bare == []
    fold = page.locator("#answer details.behind").first
    fold.locator("summary").click()
    assert fold.locator("table").is_visible()


def test_a_region_that_does_not_scroll_is_no_stop_for_the_keyboard(visit, page_file: Path) -> None:
    page = visit(page_file, width=1280)
    page.wait_for_timeout(100)
    wrong = page.eval_on_selector_all(
        ".language:not([hidden]) main .scroll",
        """all => all.filter(it => it.checkVisibility())
             .filter(it => (it.scrollWidth > it.clientWidth) !== (it.tabIndex === 0)).length""",
    )
    assert wrong == 0


@pytest.mark.parametrize(
    ("hash", "word", "other"), [("", "The answer", "Het antwoord"), ("#nl-top", "Het antwoord", "The answer")]
)
def test_paper_has_running_titles_and_the_language_that_is_shown(
    visit, page_file: Path, hash: str, word: str, other: str
) -> None:
    page = visit(page_file, hash)
    sheets = printed(page)
    title = " ".join(page.title().split())[:40]
    assert len(sheets) > 5
    for number, sheet in enumerate(sheets, start=1):
        flat = " ".join(sheet.split())
        assert title in flat, number
        assert f"{number} / {len(sheets)}" in flat
    whole = "\n".join(sheets)
    heads = page.locator(".language:not([hidden]) table.excluded-table thead th bdi").all_text_contents()
    assert len(heads) == 3
    assert sum(" ".join(heads) in " ".join(sheet.split()) for sheet in sheets) > 1
    assert re.search(rf"^{word}$", whole, flags=re.M)
    assert not re.search(rf"^{other}$", whole, flags=re.M)


def test_a_fit_that_failed_is_stamped_on_every_sheet_and_hides_no_focus(visit, written) -> None:
    path = written("unconverged", unconverged(results()))
    page = visit(path, "#nl-top", width=390)
    assert all("NIET GECONVERGEERD" in sheet for sheet in printed(page))
    page.evaluate("document.querySelectorAll('.language:not([hidden]) details').forEach(it => it.open = true)")
    page.mouse.click(5, 5)
    hidden = []
    for key in ["Tab"] * 60 + ["Shift+Tab"] * 60:
        page.keyboard.press(key)
        hidden += page.evaluate(
            """() => { const it = document.activeElement, foot = (that) => that.getBoundingClientRect().bottom;
                       const stamp = document.querySelector('.language:not([hidden]) .stamp');
                       const under = it !== document.body && !it.closest('.skip') && foot(it) <= foot(stamp);
                       return under ? [it.outerHTML.slice(0, 90)] : []; }"""
        )
    assert hidden == []


def test_a_readers_own_risk_moves_the_numbers(visit, page_file: Path) -> None:
    page = visit(page_file)
    slider = page.locator(".language:not([hidden]) input[type=range]").first
    before = page.locator(".language:not([hidden]) #absolute").inner_text()
    slider.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    assert page.locator(".language:not([hidden]) #absolute").inner_text() != before


HOSTILE = (
    "<script>document.title = 'hacked'; alert(1)</script><img src=x onerror=alert(2)>",
    "W" * 400,
    "שלום עולם \u202e gnirts تعليم مهني",
    "😀🧑🏽‍⚕️ \"q\" 's' & {{ 7*7 }} $x^2$",
    "</title></style></svg>--><a href=javascript:alert(3)>x</a>",
)


@pytest.fixture(scope="module")
def hostile(written: Callable[..., Path], long_term: dict[str, Any]) -> Path:
    made = json.loads(json.dumps(long_term))
    for detail, name in zip(made["treatment_details"], HOSTILE, strict=False):
        detail |= {"label": name, "short": name, "description": name}
    for place, trial in enumerate(made["evidence"]["trials"]):
        trial["label"] = HOSTILE[place % len(HOSTILE)]
    for place, trial in enumerate(made["evidence"]["excluded"]):
        trial |= {"label": HOSTILE[place % len(HOSTILE)], "reason": HOSTILE[1]}
    made["analysis"] |= {"title": HOSTILE[0] + HOSTILE[1], "question": HOSTILE[2]}
    return written("hostile", made)


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("hash", ["", "#nl-top"])
def test_hostile_names_break_neither_page_nor_layout(visit, hostile: Path, width: int, hash: str) -> None:
    page = visit(hostile, hash, width=width)
    page.wait_for_timeout(100)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.querySelectorAll('img, main a[href^=javascript]').length") == 0
    assert "<script>document.title" in page.title()
