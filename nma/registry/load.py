"""Reading the registry: every file, every problem at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from pydantic import ValidationError

from nma import yamlio
from nma.errors import InputError, Problem, nearest
from nma.registry.base import problems_of, shown
from nma.registry.rules import study_problems
from nma.registry.study import Study
from nma.registry.vocabulary import Vocabulary


@dataclass(frozen=True)
class Registry:
    """The trials of a review.

    Attributes
    ----------
    studies : Mapping[str, Study]
        Trials by id, in alphabetical order.
    vocabulary : Vocabulary
        The words they use.
    fingerprint : str
        SHA-256 over the vocabulary and all study files: the same fingerprint, the same evidence.
    """

    studies: Mapping[str, Study]
    vocabulary: Vocabulary
    fingerprint: str

    def study(self, study_id: str) -> Study:
        """The trial of that id.

        Raises
        ------
        InputError
            There is none.
        """
        if study_id not in self.studies:
            hint = nearest(study_id, self.studies) or "nma studies lists them"
            raise InputError(Problem("studies/", "id", "no such trial", shown(study_id), hint=hint))
        return self.studies[study_id]


def load_registry(studies: Path, vocabulary: Path) -> Registry:
    """Read all study files of a folder.

    Raises
    ------
    InputError
        With every problem of every file.
    """
    registry, problems = read_registry(studies, vocabulary)
    if problems or registry is None:
        raise InputError(problems)
    return registry


def read_registry(studies: Path, vocabulary: Path) -> tuple[Registry | None, list[Problem]]:
    """Read all study files and list the problems instead of raising them."""
    digest = hashlib.sha256()
    words, problems = _read_vocabulary(vocabulary)
    if words is None:
        return None, problems
    digest.update(vocabulary.read_bytes())
    files = sorted(studies.glob("*.yaml")) if studies.is_dir() else []
    if not files:
        hint = "one YAML file a trial belongs there"
        return None, [*problems, Problem(f"{studies.name}/", "", "no study files in this folder", hint=hint)]
    found: dict[str, Study] = {}
    places: dict[str, str] = {}
    ids: dict[str, str] = {}
    for path in files:
        study, document, more = _read_study(path, words)
        problems += more
        if document is None:
            continue
        digest.update(path.name.encode() + b"\0" + document.text)
        problems += _id_problems(document, ids)
        if study is not None:
            found[study.id] = study
            places[study.id] = document.name
    problems += _overlap_problems(found, places, set(ids))
    registry = Registry(MappingProxyType(found), words, digest.hexdigest()) if not problems else None
    return registry, problems


def _read_vocabulary(path: Path) -> tuple[Vocabulary | None, list[Problem]]:
    try:
        document = yamlio.load(path)
    except InputError as error:
        return None, list(error.problems)
    try:
        return Vocabulary.model_validate(document.data), []
    except ValidationError as error:
        return None, list(problems_of(error, document, Vocabulary))


def _read_study(path: Path, vocabulary: Vocabulary) -> tuple[Study | None, yamlio.Document | None, list[Problem]]:
    try:
        document = yamlio.load(path, f"{path.parent.name}/{path.name}")
    except InputError as error:
        return None, None, list(error.problems)
    if not isinstance(document.data, dict):
        hint = "start with 'id:'; nma schema study describes the keys"
        return None, document, [Problem(document.place(), "", "the file holds no trial", shown(document.data), hint=hint)]
    problems = list(study_problems(document, vocabulary))
    try:
        return Study.model_validate(document.data), document, problems
    except ValidationError as error:
        return None, document, [*problems_of(error, document, Study), *problems]


def _id_problems(document: yamlio.Document, ids: dict[str, str]) -> Iterator[Problem]:
    """A trial's id is its file name, and no two files share one."""
    study_id = document.data.get("id") if isinstance(document.data, dict) else None
    if not isinstance(study_id, str):
        return
    place = document.place(("id",))
    if study_id in ids:
        yield Problem(place, "id", "duplicate trial id", shown(study_id), hint=f"{ids[study_id]} has it too")
    elif study_id != document.path.stem:
        hint = "rename the file or the id"
        yield Problem(place, "id", "differs from the file name", shown(study_id), document.path.stem, hint)
    ids.setdefault(study_id, document.name)


def _overlap_problems(studies: Mapping[str, Study], places: Mapping[str, str], ids: set[str]) -> Iterator[Problem]:
    for study in studies.values():
        for other in study.eligibility.overlaps:
            if other not in ids:
                hint = nearest(other, ids)
                yield Problem(places[study.id], "eligibility.overlaps", "no such trial", shown(other), hint=hint)
