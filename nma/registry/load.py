"""Reading the registry: every file, every problem at once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from pydantic import ValidationError

from nma import yamlio
from nma.errors import InputError, Problem, in_order, nearest
from nma.registry.base import ID_PATTERN, problems_of, shown
from nma.registry.rules import study_problems, vocabulary_problems
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
    unread : frozenset of str
        Ids of files with problems; none in a registry that :func:`load_registry` gives.
    """

    studies: Mapping[str, Study]
    vocabulary: Vocabulary
    fingerprint: str
    unread: frozenset[str] = frozenset()

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
    """Read all study files and list the problems instead of raising them, in the order of files and lines.

    With problems, the registry holds what could be read; without a vocabulary there is none.
    """
    words, problems, text = _read_vocabulary(vocabulary)
    digest = hashlib.sha256(text)
    files, more = typed_files(studies)
    problems += more
    if not files:
        hint = "one YAML file a trial belongs there"
        problems.append(Problem(f"{studies.name}/", "", "no study files in this folder", hint=hint))
    found: dict[str, Study] = {}
    ids: dict[str, yamlio.Document] = {}
    for path in files:
        study, document, more = _read_study(path, words)
        problems += more
        if document is None:
            continue
        digest.update(path.name.encode() + b"\0" + document.text)
        problems += _id_problems(document, ids)
        if study is not None:
            found.setdefault(study.id, study)
    problems += _overlap_problems(ids)
    if words is None:
        return None, in_order(problems)
    unread = frozenset({path.stem for path in files} | set(ids)) - set(found)
    return Registry(MappingProxyType(found), words, digest.hexdigest(), unread), in_order(problems)


def typed_files(folder: Path) -> tuple[list[Path], list[Problem]]:
    """The YAML files of a folder; and those that look like one but would go unread.

    Hidden files belong to editors and operating systems.
    """
    files: list[Path] = []
    problems: list[Problem] = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        suffix, name = path.suffix.lower(), f"{folder.name}/{path.name}"
        if path.name.startswith("."):
            continue
        if path.suffix == ".yaml":
            files.append(path)
        elif suffix in (".yaml", ".yml"):
            hint = f"rename it to {path.stem}.yaml"
            problems.append(Problem(name, "", "would go unread", path.suffix, ".yaml", hint))
        elif path.is_dir() and any(child.suffix.lower() in (".yaml", ".yml") for child in path.iterdir()):
            hint = f"move its files to {folder.name}/"
            problems.append(Problem(f"{name}/", "", "YAML files in a folder below would go unread", hint=hint))
    return files, problems


def read_vocabulary(path: Path) -> Vocabulary:
    """Read the words of a review.

    Raises
    ------
    InputError
        With every problem of the file.
    """
    words, problems, _ = _read_vocabulary(path)
    if words is None or problems:
        raise InputError(problems)
    return words


def _read_vocabulary(path: Path) -> tuple[Vocabulary | None, list[Problem], bytes]:
    try:
        document = yamlio.load(path)
    except InputError as error:
        return None, list(error.problems), b""
    try:
        words = Vocabulary.model_validate(document.data)
    except ValidationError as error:
        return None, list(problems_of(error, document, Vocabulary)), b""
    return words, list(vocabulary_problems(document, words)), document.text


def check_documents(documents: Sequence[yamlio.Document], studies: Path, vocabulary: Path) -> list[Problem]:
    """Problems that study files not yet in their place would have there; the other files count by their names."""
    words, problems, _ = _read_vocabulary(vocabulary)
    ids = {path.stem: yamlio.from_data({}, f"{studies.name}/{path.name}") for path in typed_files(studies)[0]}
    for document in documents:
        ids.pop(document.path.stem, None)
    own: dict[str, yamlio.Document] = {}
    for document in documents:
        problems += [*_study_of(document, words)[1], *_id_problems(document, own)]
    return in_order([*problems, *_overlap_problems({**ids, **own})])


def document_problems(document: yamlio.Document, vocabulary: Vocabulary) -> list[Problem]:
    """Problems of one trial by itself, wherever it lies."""
    return in_order(_study_of(document, vocabulary)[1])


def _read_study(
    path: Path, vocabulary: Vocabulary | None
) -> tuple[Study | None, yamlio.Document | None, list[Problem]]:
    try:
        document = yamlio.load(path, f"{path.parent.name}/{path.name}")
    except InputError as error:
        return None, None, list(error.problems)
    study, problems = _study_of(document, vocabulary)
    return study, document, problems


def _study_of(document: yamlio.Document, vocabulary: Vocabulary | None) -> tuple[Study | None, list[Problem]]:
    if not isinstance(document.data, dict):
        hint = "start with 'id:'; nma schema study describes the keys"
        what = "the file holds no trial"
        return None, [Problem(document.place(), "", what, shown(document.data), hint=hint)]
    problems = list(study_problems(document, vocabulary))
    try:
        return Study.model_validate(document.data), problems
    except ValidationError as error:
        return None, [*problems_of(error, document, Study), *problems]


def _id_problems(document: yamlio.Document, ids: dict[str, yamlio.Document]) -> Iterator[Problem]:
    """A trial's id is its file name, and no two files share one."""
    study_id = document.data.get("id") if isinstance(document.data, dict) else None
    if not isinstance(study_id, str):
        return
    if study_id in ids:
        hint = f"{ids[study_id].name} has it too"
        yield document.problem(("id",), "duplicate trial id", shown(study_id), hint=hint)
    elif study_id != document.path.stem and len(study_id) <= 80 and re.fullmatch(ID_PATTERN, study_id):
        allowed, hint = shown(document.path.stem), "rename the file or the id"
        yield document.problem(("id",), "differs from the file name", shown(study_id), allowed, hint)
    ids.setdefault(study_id, document)


def _overlap_problems(ids: Mapping[str, yamlio.Document]) -> Iterator[Problem]:
    """Trials that share participants name each other by ids that exist."""
    for study_id, document in ids.items():
        eligibility = document.data.get("eligibility")
        overlaps = eligibility.get("overlaps") if isinstance(eligibility, dict) else None
        for i, other in enumerate(overlaps if isinstance(overlaps, list) else []):
            where = ("eligibility", "overlaps", i)
            if other == study_id:
                what = "a trial cannot overlap with itself"
                yield document.problem(where, what, shown(other), hint="remove it")
            elif isinstance(other, str) and other not in ids:
                hint = nearest(other, ids)
                yield document.problem(where, "no such trial", shown(other), hint=hint)
