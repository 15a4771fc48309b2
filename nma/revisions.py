"""A review as it stood at a revision of its git repository: read without touching the working tree."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from nma.errors import InputError, Problem
from nma.project import MARKER, Project
from nma.registry.base import shown

WANTED = (MARKER, "vocabulary.yaml", "studies", "models")
"""What an analysis is made of."""


@dataclass(frozen=True, slots=True)
class Revision:
    """A commit by its full name, when it was made, and its subject."""

    commit: str
    date: str
    subject: str


def find_revision(root: Path, name: str) -> Revision | None:
    """The commit that a branch, a tag, a hash or an expression such as ``HEAD~3`` names; None when it names none."""
    if not name or name.startswith("-"):
        return None
    found = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if found is None:
        return None
    commit = found.decode().strip()
    said = _git(root, "show", "--no-patch", "--format=%cs%n%s", commit)
    date, _, subject = (said or b"").decode("utf-8", "replace").strip().partition("\n")
    return Revision(commit, date, subject)


@contextmanager
def project_at(project: Project, name: str, revision: Revision) -> Iterator[Project]:
    """The review as of a commit, in a temporary folder.

    Raises
    ------
    InputError
        The review did not exist then.
    """
    prefix = (_git(project.root, "rev-parse", "--show-prefix") or b"").decode().strip()
    tree = f"{revision.commit}:{prefix.rstrip('/')}" if prefix else revision.commit
    there = (_git(project.root, "ls-tree", "--name-only", "-z", "--full-tree", tree) or b"").decode().split("\0")
    if MARKER not in there:
        what, hint = f"this review was not there yet (no {MARKER} at {revision.commit[:10]})", "choose a later revision"
        raise InputError(Problem(name, "", what, hint=hint))
    packed = _git(_top(project.root), "archive", "--format=tar", tree, "--", *(one for one in WANTED if one in there))
    if packed is None:
        raise InputError(Problem(name, "", "git cannot read this revision", hint="fetch it (git fetch --unshallow)"))
    with tempfile.TemporaryDirectory(prefix="nma-revision-") as folder:
        try:
            with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
                archive.extractall(folder, filter="data")
        except tarfile.TarError as error:
            what, hint = f"this revision cannot be unpacked ({error})", "no file of a review may be a link out of it"
            raise InputError(Problem(name, "", what, hint=hint)) from None
        yield Project(Path(folder), "argument")


def revision_hint(root: Path, name: str) -> Problem:
    """Why a name is no side of a comparison."""
    hint = "name a result folder, a revision that 'git log' shows, or . for the files as they are"
    silence = _silence(root)
    if silence:
        hint = f"name a result folder, or . for the files as they are; there are no revisions here ({silence})"
    return Problem("", "", "neither results nor a git revision", shown(name), hint=hint)


def _top(root: Path) -> Path:
    return Path((_git(root, "rev-parse", "--show-toplevel") or str(root).encode()).decode().strip())


def _silence(root: Path) -> str:
    """Why git says nothing of this folder, in its own words; empty where it does."""
    try:
        done = subprocess.run(["git", "-C", str(root), "rev-parse", "--git-dir"], capture_output=True, check=False)
    except OSError as error:
        return f"git: {error.strerror}"
    return "" if done.returncode == 0 else done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]


def _git(root: Path, *arguments: str) -> bytes | None:
    """What git prints; None where it fails or is not installed."""
    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=False)
    except (OSError, ValueError):
        return None
    return done.stdout if done.returncode == 0 else None
