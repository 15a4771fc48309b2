"""The two sides of a comparison: stored results, a git revision, or the files as they are, each as results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nma.errors import InputError, NmaError, Problem
from nma.evidence import select
from nma.project import Project
from nma.revisions import Revision, find_revision, project_at, revision_hint
from nma.staging import RESULTS
from nma.stored import read
from nma.vocab import Engine
from nma.workflow import RunOptions, provenance

WORKING_TREE = "."


@dataclass(frozen=True)
class Side:
    """One side: how it was called, what it is, and its results.

    ``kind`` is ``results``, ``revision`` or ``working tree``; ``detail`` says which commit, with its date and subject.
    """

    name: str
    kind: str
    detail: str
    results: Mapping[str, Any]

    def about(self) -> dict[str, Any]:
        """What the comparison keeps of it."""
        made, sampling = self.results["provenance"], self.results["sampling"]
        names = ("created", "seed", "nma_version", "registry_fingerprint", "specification_fingerprint", "project")
        evidence = {name: self.results["evidence"][name] for name in ("studies", "participants")}
        kept = {name: made.get(name) for name in names}
        how = {"engine": sampling["engine"], "converged": sampling["converged"]}
        return {"name": self.name, "kind": self.kind, "detail": self.detail, **kept, **how, **evidence} | {
            "analysis": self.results["analysis"]["name"]
        }


def stored_results(name: str) -> Path | None:
    """The results file that a name means, where it is that of a folder or a file."""
    path = Path(name)
    if name == WORKING_TREE or not path.exists():
        return None
    return path / RESULTS if path.is_dir() else path


def read_side(name: str) -> Side | None:
    """A side that is stored; None for one that has to be run.

    Raises
    ------
    OutputError
        The file holds no results of this version.
    """
    path = stored_results(name)
    if path is None or not path.exists():
        return None
    return Side(name, "results", "", read(path.parent, path.name))


def run_side(project: Project, name: str, model: str, options: RunOptions) -> Side:
    """A side that has to be run: the exact engine fits the analysis as of a revision, or as it is.

    Raises
    ------
    NmaError
        There is no such revision, or its files cannot be used.
    """
    if name == WORKING_TREE:
        options.say(f"running {model} on the files as they are")
        return Side(name, "working tree", "", _results(project, model, options))
    revision = find_revision(project.root, name)
    if revision is None:
        raise InputError(_nothing(project.root, name))
    detail = f"{revision.commit[:10]}, {revision.date}: {revision.subject}"
    options.say(f"running {model} as of {name}")
    with project_at(project, name, revision) as then:
        try:
            return Side(_called(name, revision), "revision", detail, _results(then, model, options))
        except NmaError as error:
            raise InputError(replace(problem, place=f"{name}:{problem.place}") for problem in error.problems) from None


def _called(name: str, revision: Revision) -> str:
    """The name that was given, or the short one of a commit that was given in full."""
    return revision.commit[:10] if name == revision.commit else name


def _nothing(root: Path, name: str) -> Problem:
    """Why a name is no side: a folder without results, or nothing at all."""
    path = stored_results(name)
    if path is None:
        return revision_hint(root, name)
    below = sorted(child.parent.name for child in path.parent.glob(f"*/{RESULTS}"))
    hint = f"did you mean {path.parent / below[0]}?" if below else "nma run makes them"
    return Problem(str(path), "", "no results here", hint=hint)


def _results(project: Project, model: str, options: RunOptions) -> dict[str, Any]:
    from nma.answers.results import results
    from nma.fitting import fit

    analysis = project.analysis(model)
    evidence = select(project.registry, analysis)
    command = f"nma run {model} --seed {options.seed} --engine exact"
    made = provenance(project, analysis, replace(options, engine=str(Engine.EXACT)), command)
    return results(fit(evidence, analysis, seed=options.seed, engine=str(Engine.EXACT)), {}, made)
