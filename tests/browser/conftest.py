"""A real headless Chromium, and the report of the long-term analysis in both languages to open in it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "output"))
sys.path.insert(0, str(Path(__file__).parent))

from nma import Project
from nma.errors import OutputError
from nma.output import pdf, report
from nma.workflow import RunOptions, run

ROOT = Path(__file__).parents[2]
REPORTS = ROOT / "reports"
LANGUAGES = ("en", "nl")

Visit = Callable[..., Page]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--approve", action="store_true", help="take the pictures of this run as the approved ones")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser; a machine without one fails every test here, and is told what to install.

    Playwright keeps an event loop running in this thread, in which no other can start: it ends with each module, so
    that the tests that come after it have theirs.
    """
    try:
        path = pdf.browser()
    except OutputError as missing:
        pytest.fail(f"the tests of the pages need a Chromium; on Debian: apt-get install chromium. {missing}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Visit]:
    """Opens a file as a reader does; whatever the page complains of or asks of a network fails the test."""
    seen: list[str] = []
    contexts = []

    def open_page(path: Path, hash: str = "", width: int = 1280, **options: Any) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": 900}, **{"locale": "en-GB", **options})
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: seen.append(f"console {message.type}: {message.text}"))
        page.on("pageerror", lambda error: seen.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (seen.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda asked: seen.append(f"request: {asked.url}") if asked.url != path.as_uri() else None)
        page.goto(path.as_uri() + hash)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert seen == []


@pytest.fixture(scope="session")
def long_term(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Results of the long-term analysis, by the exact engine, as they are stored."""
    folder = tmp_path_factory.mktemp("long-term") / "out"
    run(Project.find(ROOT), "long-term", folder, RunOptions(engine="exact"))
    found: dict[str, Any] = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, dict[str, Any]], Path]:
    """Writes a report in both languages."""
    folder = tmp_path_factory.mktemp("pages")

    def write(name: str, results: dict[str, Any]) -> Path:
        path = folder / f"{name}.html"
        path.write_text(report.render(results, REPORTS, LANGUAGES), encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def page_file(long_term: dict[str, Any], written: Callable[[str, dict[str, Any]], Path]) -> Path:
    """The report of the long-term analysis in both languages."""
    return written("long-term", long_term)
