"""WCAG 2.2 AA as far as a machine can see it: axe-core, reflow, spacing of text, motion, in both languages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SPACING = """
.language * { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
.language p { margin-bottom: 2em !important; }
"""
"""The spacing that a reader may set (WCAG 2.2, success criterion 1.4.12)."""


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("hash", ["#answer", "#nl-answer"])
def test_axe_finds_no_violation_with_everything_unfolded(visit, page_file: Path, hash: str, width: int) -> None:
    page = visit(page_file, hash, width=width)
    page.evaluate("document.querySelectorAll('.language:not([hidden]) details').forEach(it => it.open = true)")
    page.wait_for_timeout(100)
    options: dict[str, Any] = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
    found = Axe().run(page, options=options).response["violations"]
    told = "\n".join(f"{it['id']}: {it['help']} {node['html'][:200]}" for it in found for node in it["nodes"][:5])
    assert not found, told


@pytest.mark.parametrize("hash", ["#answer", "#nl-answer"])
def test_text_reflows_and_may_be_spaced(visit, page_file: Path, hash: str) -> None:
    page = visit(page_file, hash, width=320)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.add_style_tag(content=SPACING)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    cut = page.eval_on_selector_all(
        ".language:not([hidden]) :is(p, li, h2, h3, summary, figcaption, dd)",
        """all => all.filter(it => it.checkVisibility() && !it.matches('.spoken') && it.scrollWidth > it.clientWidth + 2
             && getComputedStyle(it).display !== 'inline').map(it => it.outerHTML.slice(0, 120))""",
    )
    assert cut == []


def test_a_table_that_goes_on_says_so(visit, page_file: Path) -> None:
    page = visit(page_file, width=390)
    wide = page.eval_on_selector_all(
        ".language:not([hidden]) main .scroll",
        "all => all.filter(it => it.scrollWidth > it.clientWidth).map(it => getComputedStyle(it).backgroundImage)",
    )
    assert wide
    assert all("gradient" in it for it in wide)


def test_nothing_moves_by_itself(visit, page_file: Path) -> None:
    page = visit(page_file, reduced_motion="no-preference")
    moving = """all => all.map(it => getComputedStyle(it)).filter(it => it.animationName !== 'none'
                || it.transitionDuration.split(', ').some(lasts => lasts !== '0s')).length"""
    assert page.eval_on_selector_all("*", moving) == 0


def test_forced_colours_keep_marks_and_the_choice_of_language(visit, page_file: Path) -> None:
    page = visit(page_file, forced_colors="active")
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.language:not([hidden]) svg.chip')).forcedColorAdjust")
        == "none"
    )
    chosen = (
        "getComputedStyle(document.querySelector('.language:not([hidden]) .languages [aria-current]')).backgroundColor"
    )
    assert page.evaluate(chosen) == "rgb(26, 26, 26)"
