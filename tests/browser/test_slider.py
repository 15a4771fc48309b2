"""The slider and the tables agree: what the script computes from the draws is what stands in the report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from decision_sample import analysis, decided
from playwright.sync_api import Page

from nma.output import pages
from nma.output.reading import Reading
from nma.output.sections import absolute
from nma.output.text import Text

Visit = Callable[..., Page]
REPORTS = Path(__file__).parents[2] / "reports"
BOX = ".language:not([hidden]) .absolute-slider"
ROWS = """rows => rows.map(row => [...row.cells].filter(cell => !cell.classList.contains("absolute-picture"))
    .map(cell => cell.innerText.trim().split(/\\s*\\n\\s*/)))"""
CASES = {
    "RR-higher": ((0.7, -0.2), analysis("RR")),
    "RR-lower": ((-0.7, 0.05), analysis("RR", "lower")),
    "OR-higher": ((0.0, 1.4), analysis("OR")),
    "RD-higher": ((0.05, 0.3), analysis("RD")),
    "RR-common": ((1.7, 0.0), analysis("RR", tau=None)),
    "rare": ((-0.7, 0.01), analysis("RR", decision={"baseline_risks": [{"risk": 0.01, "source": "rare"}]})),
}


def small(made: dict[str, Any], path: Path) -> Path:
    """A page with the section alone."""

    def tell(text: Text, prefix: str) -> tuple[Reading, dict[str, Any]]:
        reading = Reading(made, text)
        found = absolute.blocks(reading)
        drawn = {record.name: pages.drawn(record, text, prefix) for block in found for record, _ in block.figures}
        parts = {"sections": {"absolute": "Absolute effects"}, "parts": {}, "blocks": {"absolute": found}}
        return reading, {**parts, "drawn": drawn, "report": True, "complete": True}

    path.write_text(pages.page("inconsistency.html.j2", tell, REPORTS, ("en",)), encoding="utf-8")
    return path


def set_to(page: Page, percent: float) -> None:
    page.locator(f"{BOX} .absolute-number").fill(f"{percent:g}")


def own(page: Page) -> list[list[str]]:
    return sorted(page.locator(f"{BOX} tbody tr").evaluate_all(ROWS))


def static(page: Page, place: int) -> list[list[str]]:
    """Rows of the table at the ``place``-th risk of the section."""
    tables = page.locator(".language:not([hidden]) section[id$=absolute] table[class^=absolute-3]")
    return sorted(tables.nth(place).locator("tbody tr").evaluate_all(ROWS))


@pytest.mark.parametrize("language", ["en", "nl"])
def test_at_the_declared_risks_the_slider_says_what_the_tables_say(
    visit: Visit, page_file: Path, long_term: dict[str, Any], language: str
) -> None:
    page = visit(page_file, locale={"en": "en-GB", "nl": "nl-NL"}[language])
    for place, baseline in enumerate(long_term["absolute"]["baselines"]):
        if baseline["source"] is not None:
            set_to(page, 100 * baseline["risk"])
            assert own(page) == static(page, place)


@pytest.mark.parametrize("case", sorted(CASES))
def test_every_scale_and_direction_agrees(visit: Visit, tmp_path: Path, made_fit: Any, case: str) -> None:
    means, plan = CASES[case]
    tau = 0.2 if str(plan.effects) == "random" else None
    made = decided(made_fit, means, sd=0.3, tau=tau, plan=plan)
    page = visit(small(made, tmp_path / "page.html"))
    set_to(page, 100 * made["absolute"]["baselines"][1]["risk"])
    assert own(page) == static(page, 1)
    best_first = [name for name in _by_need(page, BOX) if name != "A"]
    assert best_first == sorted(
        made["treatments"][1:], key=dict(zip("BC", means, strict=True)).get, reverse=plan.better == "higher"
    )
    assert best_first == _by_need(page, ".language:not([hidden]) table.absolute-3-2")[:2]


def _by_need(page: Page, table: str) -> list[str]:
    """Names of the treatments, sorted by the number needed to treat."""
    page.locator(f"{table} thead th button").last.click()
    return page.locator(f"{table} tbody th bdi").all_inner_texts()


def test_the_keyboard_moves_the_slider_and_the_numbers_follow(visit: Visit, page_file: Path) -> None:
    page = visit(page_file)
    slider, box = page.locator(f"{BOX} .absolute-range"), page.locator(f"{BOX} .absolute-number")
    slider.focus()
    before = own(page)
    page.keyboard.press("ArrowRight")
    assert box.input_value() == slider.input_value() == "15"
    assert own(page) != before
    page.keyboard.press("End")
    assert box.input_value() == "90"
    assert page.locator(f"{BOX} .absolute-capped").is_visible()
    page.wait_for_function(
        "box => document.querySelector(box).textContent.includes('90%')", arg=f"{BOX} .absolute-live"
    )


def test_a_number_out_of_range_changes_nothing(visit: Visit, page_file: Path) -> None:
    page = visit(page_file)
    before = own(page)
    for typed in ("0", "95", ""):
        page.locator(f"{BOX} .absolute-number").fill(typed)
        assert own(page) == before
    page.locator(f"{BOX} .absolute-number").blur()
    assert page.locator(f"{BOX} .absolute-number").input_value() == "14"


def test_without_script_and_in_print_there_is_no_slider(visit: Visit, page_file: Path) -> None:
    page = visit(page_file, java_script_enabled=False)
    assert not page.locator(".absolute-slider").first.is_visible()
    assert page.locator("section[id=absolute] table[class^=absolute-3]").first.is_visible()
    page = visit(page_file)
    page.emulate_media(media="print")
    assert not page.locator(BOX).is_visible()
