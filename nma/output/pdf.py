"""The report as PDF, printed by a Chromium that is on this machine; nothing leaves it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from nma.errors import OutputError, Problem

VARIABLE = "NMA_CHROMIUM"
"""The environment variable that names a browser; it goes before every other."""
NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "msedge",
)
"""What a Chromium is called on PATH, in the order in which they are looked for."""
PLACES = {
    "": (
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    ),
    **dict.fromkeys(
        ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"),
        ("Google/Chrome/Application/chrome.exe", "Microsoft/Edge/Application/msedge.exe"),
    ),
}
"""Where macOS and Windows keep them, below the folder that an environment variable names."""
SNAPS = "/snap/"
"""Where Ubuntu keeps the programs that are shut in."""
PATIENCE = 120.0
"""Seconds after which a browser hangs; a page takes a few."""
FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--no-pdf-header-footer",
    "--export-tagged-pdf",
    "--generate-pdf-document-outline",
)
"""No network, no header or footer of the browser (the page has its own), tagged, and with an outline."""
_INSTALL = f"install Chromium, Google Chrome or Microsoft Edge, or name one in {VARIABLE}"
_LINK_TO_A_FILE = re.compile(r"""(<a\b[^>]*?)\shref=(["'])(?!#|[a-z]+:)[^"']*\2""")


def write(results: Mapping[str, Any], path: Path, templates: Path, language: str) -> None:
    """Write the report in one language as PDF (A4, tagged, with an outline).

    Parameters
    ----------
    results : Mapping[str, Any]
        What ``results.json`` holds.
    path : Path
        The file to write.
    templates : Path
        The folder ``reports/``.
    language : str
        Tag of the translation table.

    Raises
    ------
    OutputError
        There is no browser, it failed, or it hung.
    """
    from nma.output import report

    page = without_links_to_files(report.render(results, templates, (language,)))
    with tempfile.TemporaryDirectory(prefix="nma-print-", dir=_room(), ignore_cleanup_errors=True) as folder:
        source, made = Path(folder) / "report.html", Path(folder) / "report.pdf"
        source.write_text(page, encoding="utf-8")
        print_page(source, made)
        shutil.copyfile(made, path)


def without_links_to_files(page: str) -> str:
    """The page without links to files beside it: a PDF would name the folder in which it was printed."""
    return _LINK_TO_A_FILE.sub(r"\1", page)


def missing() -> Problem | None:
    """Why nothing can be printed on this machine; None where a browser is found."""
    try:
        browser()
    except OutputError as error:
        return error.problems[0]
    return None


def browser() -> str:
    """The Chromium of this machine.

    Raises
    ------
    OutputError
        There is none, or the one that is named cannot be run.
    """
    named = os.environ.get(VARIABLE)
    if named:
        found = shutil.which(named)
        if found is None:
            raise OutputError(Problem(VARIABLE, "", "no program that can be run", named, None, _INSTALL))
        return found
    for candidate in _candidates():
        if found := shutil.which(candidate):
            return found
    raise OutputError(Problem("", "--pdf", "no Chromium on this machine", hint=_INSTALL))


def _candidates() -> Iterator[str]:
    yield from NAMES
    for variable, places in PLACES.items():
        root = os.environ.get(variable) if variable else "/"
        yield from (str(Path(root) / place) for place in places if root)


def print_page(source: Path, target: Path) -> None:
    """Print an HTML file to a PDF file.

    Raises
    ------
    OutputError
        There is no browser, it failed, or it hung for longer than ``PATIENCE``.
    """
    program = browser()
    with tempfile.TemporaryDirectory(prefix="nma-profile-", dir=_room(), ignore_cleanup_errors=True) as profile:
        asked = [program, *FLAGS, *_unboxed(), f"--user-data-dir={profile}", f"--print-to-pdf={target}"]
        said = _ran([*asked, source.as_uri()])
    if not target.is_file() or target.read_bytes()[:5] != b"%PDF-":
        raise OutputError(Problem(program, "", "printed nothing", said or None, hint=f"try another one in {VARIABLE}"))


def _room() -> Path | None:
    """Where a browser may read and write: one that Ubuntu packed as a snap sees only a folder of its own."""
    own = Path.home() / "snap/chromium/common"
    return own if browser().startswith(SNAPS) and own.is_dir() else None


def _unboxed() -> list[str]:
    """Chromium refuses its sandbox to root; the page it prints is our own, and reaches nothing."""
    return ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []


def _ran(command: list[str]) -> str:
    """Run a browser to its end; the last line of what it complained about."""
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
        )
    except OSError as error:
        what = f"cannot be run ({error.strerror})"
        raise OutputError(Problem(command[0], "", what, hint=_INSTALL)) from None
    with process:
        try:
            _, said = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            what, hint = f"did not finish within {PATIENCE:g} seconds", f"try another one in {VARIABLE}"
            raise OutputError(Problem(command[0], "", what, hint=hint)) from None
        finally:
            _end(process)
    return (said.decode("utf-8", "replace").strip().splitlines() or [""])[-1][:200]


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a browser that still runs, with the processes that it started."""
    if process.poll() is not None:
        return
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
