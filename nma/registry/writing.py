"""Writing to the registry: all or nothing, one writer at a time, and never at the cost of a line that was typed.

Every writer holds the registry's lock. A file is written aside under a hidden name, which the reader passes over, and
put in place by one rename: whoever kills the process leaves the old file or the new one. Several new files are made
ready in a hidden folder; once that folder bears its final name, the next writer finishes what was cut short.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from nma import yamlio
from nma.errors import InputError, OutputError, Problem
from nma.registry.base import ID_PATTERN, PATTERNS, shown
from nma.registry.load import check_documents

if TYPE_CHECKING:
    from typing import Any

    from ruamel.yaml.comments import CommentedMap

PATIENCE = 20.0
"""Seconds to wait for another process that writes to the registry."""
ASIDE, ADDING, READY = ".writing-", ".adding-", ".ready-"
"""How the names of what is half made begin; all are hidden, so that the reader passes over them."""


class Folders(Protocol):
    """What writing needs of a project."""

    @property
    def studies(self) -> Path:
        """Folder of the study files."""

    @property
    def vocabulary(self) -> Path:
        """File of the review's words."""


def study_text(data: Mapping[str, Any], *, comments: bool = False) -> str:
    """Plain data of a trial as a study file, in the style of the hand-written ones; it reads back to equal data."""
    from nma.registry.text import study_text as text

    return text(data, comments=comments)


@contextmanager
def locked(folder: Path, patience: float = PATIENCE) -> Iterator[None]:
    """Hold the registry's lock, which lies beside the folder of the study files; what was cut short is put right.

    Raises
    ------
    OutputError
        Another process holds it for longer than one waits, or nothing can be written there.
    """
    from filelock import FileLock, Timeout

    # One lock for one folder, by whatever path it was reached.
    folder = folder.resolve()
    try:
        lock = FileLock(folder.parent / f".{folder.name}.lock", is_singleton=True)
        lock.acquire(timeout=patience)
    except Timeout:
        what = "another process is writing to the registry"
        raise OutputError(Problem(f"{folder.name}/", "", what, hint="wait until it is done, then try again")) from None
    except OSError as error:
        raise _unwritable(folder, error) from None
    try:
        _finish(folder)
        yield
    finally:
        lock.release()


def create(project: Folders, files: Mapping[str, str]) -> list[Path]:
    """Write new study files by id, all of them or none.

    Raises
    ------
    InputError
        With every problem of every file, as it would be in its place; or an id is taken.
    OutputError
        Nothing can be written there.
    """
    check_ids(files)
    studies = project.studies
    documents = [
        yamlio.parse(text.encode("utf-8"), studies / f"{study_id}.yaml", f"{studies.name}/{study_id}.yaml")
        for study_id, text in files.items()
    ]
    return create_documents(project, documents)


def create_documents(project: Folders, documents: Iterable[yamlio.Document]) -> list[Path]:
    """As :func:`create`, of documents whose path is their place and whose name is where a person finds them."""
    documents = list(documents)
    with locked(project.studies):
        problems = [problem for document in documents for problem in _taken(document)]
        problems += check_documents(documents, project.studies, project.vocabulary)
        if problems:
            raise InputError(problems)
        try:
            _make_ready(project.studies, documents)
            _finish(project.studies)
        except OSError as error:
            raise _unwritable(project.studies, error) from None
    return [document.path for document in documents]


def edit(project: Folders, study_id: str, change: Callable[[CommentedMap], None]) -> Path:
    """Change one study file; comments, order and formatting of everything that is not touched stay.

    Raises
    ------
    InputError
        There is no such file, or the changed file would have problems.
    OutputError
        It cannot be written.
    """
    from nma.registry.text import edited

    check_ids([study_id])
    path = project.studies / f"{study_id}.yaml"
    name = f"{project.studies.name}/{path.name}"
    with locked(project.studies):
        text = edited(yamlio.load(path, name), change).encode("utf-8")
        problems = check_documents([yamlio.parse(text, path, name)], project.studies, project.vocabulary)
        if problems:
            raise InputError(problems)
        try:
            replace_file(path, text)
        except OSError as error:
            raise _unwritable(path, error) from None
    return path


def replace_file(path: Path, content: bytes) -> None:
    """Put new content in the place of a file, at once and with its rights; a kill leaves the old or the new."""
    target = path.resolve()
    handle, name = tempfile.mkstemp(prefix=ASIDE, dir=target.parent)
    try:
        _write(handle, content, target.stat().st_mode & 0o7777 if target.exists() else _default_mode())
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _settle(target.parent)


def _make_ready(folder: Path, documents: Iterable[yamlio.Document]) -> None:
    """Write new files in a hidden folder, and give it the name that says that it is complete."""
    folder.mkdir(exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=ADDING, dir=folder))
    try:
        for document in documents:
            handle = os.open(aside / document.path.name, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
            _write(handle, document.text.lstrip(b"\n"), _default_mode())
        _settle(aside)
        aside.rename(folder / aside.name.replace(ADDING, READY, 1))
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise


def _finish(folder: Path) -> None:
    """Put complete new files in place, and clear away what never became complete; only under the lock."""
    for ready in sorted(folder.glob(f"{READY}*/")):
        for path in sorted(ready.iterdir()):
            if not os.path.lexists(folder / path.name):
                path.rename(folder / path.name)
        # What cannot be put in place, because somebody made a file of that name, is kept.
        with suppress(OSError):
            ready.rmdir()
        _settle(folder)
    for left in [*folder.glob(f"{ADDING}*"), *folder.glob(f"{ASIDE}*")]:
        shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)


def _write(handle: int, content: bytes, mode: int) -> None:
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fchmod(file.fileno(), mode)
        os.fsync(file.fileno())


def _settle(folder: Path) -> None:
    """Let a rename reach the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _default_mode() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def check_ids(ids: Iterable[str]) -> None:
    """Refuse what cannot be the id of a trial, before it becomes part of a path; raises InputError."""
    import re

    from nma.errors import strange_character

    wrong = [each for each in ids if len(each) > 80 or not re.fullmatch(ID_PATTERN, each)]
    if wrong:
        what, form = "no id that a trial can have", PATTERNS[ID_PATTERN]
        raise InputError(Problem("studies/", "id", what, shown(each), form, strange_character(each)) for each in wrong)


def _taken(document: yamlio.Document) -> Iterator[Problem]:
    if os.path.lexists(document.path):
        hint = f"{document.path.parent.name}/{document.path.name} is there already; nothing is overwritten"
        yield document.problem(("id",), "the trial is in the registry", shown(document.path.stem), hint=hint)


def _unwritable(path: Path, error: OSError) -> OutputError:
    return OutputError(Problem(f"{path}", "", f"cannot be written to ({error.strerror or error})"))
