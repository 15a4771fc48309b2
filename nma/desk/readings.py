"""Blind readings: ``studies/.extractions/READER/ID.yaml``, each a study file as one reader filled it in.

The folder is hidden, so that nothing in it is evidence before the readings are reconciled. What stands there under
``extraction`` counts for nothing: a reading is a reading.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nma import yamlio
from nma.desk.scaffold import second_reading
from nma.errors import InputError, OutputError, Problem, strange_character
from nma.project import Project
from nma.registry import Vocabulary, read_vocabulary
from nma.registry.base import ID_PATTERN, PATTERNS, shown
from nma.registry.load import document_problems, typed_files
from nma.registry.writing import locked, replace_file

FOLDER = ".extractions"
REGISTRY = "registry"
"""How a reading is called that is the trial's file in the registry."""


@dataclass(frozen=True)
class ReadingFile:
    """One reader's extraction of one trial."""

    reader: str
    document: yamlio.Document

    @property
    def data(self) -> Mapping[str, Any]:
        """Plain data, in the shape of a study file."""
        return dict(self.document.data)


def start(project: Project, study_id: str, reader: str) -> Path:
    """Write a blank for a reader, with the trial's reports and the labels of its arms and nothing else of it.

    Raises
    ------
    InputError
        No such trial, the reader's name is of no use, or the reading is there already.
    """
    _check_reader(reader)
    study = project.registry.study(study_id)
    path = path_of(project, reader, study_id)
    text = second_reading(study, reader, read_vocabulary(project.vocabulary))
    with locked(project.studies):
        if os.path.lexists(path):
            hint = "fill it in, or delete it to start again"
            raise InputError(Problem(name_of(project, path), "", "this reading is there already", hint=hint))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(path, text.encode("utf-8"))
        except OSError as error:
            raise OutputError(Problem(str(path), "", f"cannot be written ({error.strerror})")) from None
    return path


def path_of(project: Project, reader: str, study_id: str) -> Path:
    """Where a reader's extraction of a trial lies."""
    return project.studies / FOLDER / reader / f"{study_id}.yaml"


def name_of(project: Project, path: Path) -> str:
    """How messages call a file of the project."""
    return path.relative_to(project.root).as_posix()


def readers_of(project: Project, study_id: str) -> list[str]:
    """Who has extracted a trial, apart from the registry's own file."""
    folder = project.studies / FOLDER
    readers = sorted(child.name for child in folder.iterdir() if child.is_dir()) if folder.is_dir() else []
    return [reader for reader in readers if path_of(project, reader, study_id).is_file()]


def read(project: Project, reader: str, study_id: str, words: Vocabulary) -> ReadingFile:
    """One reader's extraction, valid by itself.

    Raises
    ------
    InputError
        With every problem of the file.
    """
    if reader == REGISTRY:
        path = project.studies / f"{study_id}.yaml"
    else:
        _check_reader(reader)
        path = path_of(project, reader, study_id)
    document = yamlio.load(path, name_of(project, path))
    problems = reading_problems(document, words)
    if problems:
        raise InputError(problems)
    return ReadingFile(reader, document)


def reading_problems(document: yamlio.Document, words: Vocabulary) -> list[Problem]:
    """What is wrong with a reading."""
    problems = document_problems(as_read(document), words)
    study_id = document.data.get("id") if isinstance(document.data, dict) else None
    if isinstance(study_id, str) and study_id != document.path.stem:
        allowed = shown(document.path.stem)
        problems.append(document.problem(("id",), "differs from the file name", shown(study_id), allowed))
    return problems


def as_read(document: yamlio.Document) -> yamlio.Document:
    """The document with the only ``extraction`` that a single reading can have."""
    data = document.data
    if not isinstance(data, dict) or len(_list(data.get("extraction", {}), "readings")) > 0:
        return document
    counted = any(_counted(record) >= 2 for record in _list(data, "outcomes"))
    status = "one reader" if counted else "awaiting data"
    return replace(document, data={**data, "extraction": {"status": status, "readings": [], "decision": None}})


def _list(data: Any, key: str) -> list[Any]:
    value = data.get(key) if isinstance(data, dict) else None
    return value if isinstance(value, list) else []


def _counted(record: Any) -> int:
    rows = [row for row in _list(record, "counts") if isinstance(row, dict)]
    return sum(row.get("events") is not None and row.get("n") is not None for row in rows)


def check_readings(project: Project, words: Vocabulary) -> Iterator[Problem]:
    """Problems of every blind reading, and of files among them that would go unread."""
    folder = project.studies / FOLDER
    for reader in sorted(folder.iterdir()) if folder.is_dir() else []:
        if not reader.is_dir():
            continue
        files, problems = typed_files(reader)
        yield from (replace(each, place=f"{folder.parent.name}/{FOLDER}/{each.place}") for each in problems)
        for path in files:
            try:
                yield from reading_problems(yamlio.load(path, name_of(project, path)), words)
            except InputError as error:
                yield from error.problems


def _check_reader(reader: str) -> None:
    if len(reader) > 80 or reader == REGISTRY or not re.fullmatch(ID_PATTERN, reader):
        form = PATTERNS[ID_PATTERN].replace("smith-2004", "anna")
        hint = strange_character(reader)
        raise InputError(Problem("", "reader", "no name that a reader can have here", shown(reader), form, hint))
