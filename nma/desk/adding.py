"""Study files from elsewhere into the registry: one or many, all of them or none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from nma import yamlio
from nma.errors import InputError, Problem
from nma.project import Project
from nma.registry.base import ID_PATTERN
from nma.registry.load import typed_files
from nma.registry.text import SCHEMA_COMMENT
from nma.registry.writing import create_documents

REFUSED = ".refused"
"""Stands for the file name of a trial without a usable id; nothing is ever written under it."""


def add(project: Project, sources: Sequence[Path]) -> list[Path]:
    """Add the trials of files and folders to the registry.

    A file may hold several YAML documents. Each trial is stored under its id.

    Raises
    ------
    InputError
        With every problem of every file; then nothing is written.
    """
    problems: list[Problem] = []
    documents: list[yamlio.Document] = []
    for path in _files(sources, problems):
        try:
            found = yamlio.load_all(path, str(path))
        except InputError as error:
            problems += error.problems
            continue
        documents += [_placed(document, project.studies) for document in found]
    if problems:
        raise InputError(problems)
    return create_documents(project, documents)


def _files(sources: Sequence[Path], problems: list[Problem]) -> Iterator[Path]:
    for source in sources:
        if not source.is_dir():
            yield source
            continue
        files, more = typed_files(source)
        problems += more
        if not files:
            problems.append(Problem(f"{source}/", "", "no study files in this folder", hint="they end in .yaml"))
        yield from files


def _placed(document: yamlio.Document, studies: Path) -> yamlio.Document:
    """The document with the place that its id gives it, and with the schema's comment on top."""
    study_id = document.data.get("id") if isinstance(document.data, dict) else None
    usable = isinstance(study_id, str) and len(study_id) <= 80 and re.fullmatch(ID_PATTERN, study_id)
    text = document.text.decode("utf-8").lstrip("\n")
    first, _, rest = text.partition("\n")
    body = rest if first.startswith("# yaml-language-server:") else text
    content = (SCHEMA_COMMENT + body).encode("utf-8")
    return replace(document, path=studies / f"{study_id if usable else REFUSED}.yaml", text=content)
