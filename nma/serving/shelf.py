"""Which result folders there are, and which of their files may be handed out. Looks only: nothing is mended or made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

from nma.output.shelf import Shelved
from nma.staging import FORM, MANIFESTS, listed

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".svg": "image/svg+xml",
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
    ".md": "text/plain; charset=utf-8",
    ".bib": "text/plain; charset=utf-8",
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
"""What may be handed out, by the end of its name; draws of a posterior may not."""
_PAGES = ("report.html", "inconsistency.html", "firmness.html", "compare.html", "simulation.md")


@dataclass(frozen=True, slots=True)
class _Known:
    """What one list of a folder's files says."""

    titles: dict[str, str]
    made: str
    converged: bool | None
    files: frozenset[str]


def folders(root: Path) -> dict[str, Path]:
    """The result folders by name: ``root`` itself where it is one, otherwise those in it; links are not followed."""
    if _known(root):
        return {root.resolve().name or "results": root}
    try:
        inside = sorted(path for path in root.iterdir() if path.is_dir() and not path.is_symlink())
    except OSError:
        return {}
    return {path.name: path for path in inside if not path.name.startswith(".") and _known(path)}


def shelved(root: Path) -> list[Shelved]:
    """Every result folder with its pages, the latest first."""
    found = [_shelved(name, folder) for name, folder in folders(root).items()]
    return sorted((it for it in found if it.pages), key=lambda it: it.made, reverse=True)


def file_of(root: Path, name: str, inside: str) -> Path | None:
    """A file that may be handed out; None for everything else.

    It is one that a command of ours wrote and listed, of a type that is shown, and no part of its path is a link.

    Parameters
    ----------
    root : Path
        What is served.
    name : str
        Name of a result folder.
    inside : str
        Path in that folder, with ``/`` between its parts.
    """
    folder = folders(root).get(name)
    if folder is None or PurePosixPath(inside).suffix not in TYPES:
        return None
    if not any(inside in known.files for known in _known(folder)):
        return None
    path = folder.resolve() / inside
    try:
        return path if path.is_file() and path.resolve() == path else None
    except (OSError, RuntimeError, ValueError):
        return None


def _shelved(name: str, folder: Path) -> Shelved:
    known = _known(folder)
    files = {it for one in known for it in one.files}
    forms = sorted(filter(FORM.fullmatch, files), key=lambda it: (len(it), it))
    pages = [page for page in (*_PAGES, *forms) if page in files]
    return Shelved(
        name,
        known[0].titles if known[0].titles[""] else {"": name},
        max(one.made for one in known),
        next((one.converged for one in known if one.converged is not None), None),
        tuple(page for page in pages if file_in(folder, page)),
    )


def file_in(folder: Path, name: str) -> bool:
    """Whether a file of that name lies in a folder, and is no link."""
    path = folder / name
    return path.is_file() and not path.is_symlink()


def _known(folder: Path) -> list[_Known]:
    """What each list in a folder says, the report's first."""
    found = []
    for manifest in MANIFESTS:
        path = folder / manifest
        try:
            if path.is_symlink() or not path.is_file():
                continue
            about = path.stat()
        except OSError:
            continue
        known = _read(folder, manifest, (about.st_mtime_ns, about.st_size))
        found += [known] if known.files else []
    return found


@lru_cache(maxsize=256)
def _read(folder: Path, manifest: str, stamp: tuple[int, int]) -> _Known:
    """What a list says, read once as long as its ``stamp`` is the same."""
    files = frozenset(listed(folder, manifest))
    try:
        found = json.loads((folder / manifest).read_text("utf-8")) if files else {}
    except (OSError, ValueError, RecursionError):
        found = {}
    converged = _part(found, "sampling").get("converged")
    analysis = _part(found, "analysis")
    title = next((str(it) for it in (analysis.get("title"), analysis.get("name"), found.get("title")) if it), "")
    texts = _part(_part(found, "translations"), "texts")
    titles = {"": title, **{tag: str(_part(texts, tag).get(title) or title) for tag in texts}}
    made = str(_part(found, "provenance").get("created") or "")
    return _Known(titles, made, converged if isinstance(converged, bool) else None, files)


def _part(found: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = found.get(name)
    return part if isinstance(part, Mapping) else {}
