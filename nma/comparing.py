"""From two sides to the page that says what changed between them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nma._version import __version__
from nma.errors import InputError, NmaError, OutputError, Problem
from nma.parallel import HERE, Executors
from nma.project import Project
from nma.sides import WORKING_TREE, Side, read_side, run_side
from nma.staging import COMPARISON, PREVIOUS, RESULTS, staging
from nma.stored import AGAIN, read, write_beside
from nma.vocab import Engine
from nma.workflow import RunOptions

Row = Mapping[str, Any]
Plain = dict[str, Any]

EXACT_RUN = RunOptions(engine=str(Engine.EXACT))


@dataclass(frozen=True)
class CompareOptions:
    """Which analysis, where revisions and files have to be run; how; and where the page goes."""

    model: str | None = None
    run: RunOptions = EXACT_RUN
    out: Path | None = None
    executors: Executors = HERE


def compare(project: Project, names: tuple[str | None, str | None], options: CompareOptions) -> tuple[Plain, Path]:
    """Compare two sides, and write the page with its numbers.

    Parameters
    ----------
    project : Project
        The review.
    names : tuple
        Old and new: a result folder or results file, a git revision, or ``.``. Without the old one the last run of the
        analysis is taken, without the new one the files as they are.

    Returns
    -------
    tuple
        The content of ``compare.json``, and the folder.

    Raises
    ------
    NmaError
        A side cannot be read or run, or the two cannot be compared; what the folder held is untouched.
    """
    old, new = _sides(project, names, options)
    try:
        found = _compared(old, new, options) | {"provenance": _provenance(project, old, new)}
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        what = f"results that do not hold what a comparison needs ({type(error).__name__}: {error})"
        raise OutputError(Problem(f"{old.name}, {new.name}", "", what, hint=AGAIN)) from error
    out = options.out or Path("out") / f"compare-{_slug(old.name)}-{_slug(new.name)}"
    with staging(out, manifests=[COMPARISON]) as folder:
        write_beside(COMPARISON, folder, found, project.pages)
    return found, out


def _compared(old: Side, new: Side, options: CompareOptions) -> Plain:
    from nma.answers.changes import changes
    from nma.sweeps.alone import Tried, alone

    found = changes(old.results, new.results)
    options.run.say("comparing: each changed trial alone")
    tried = Tried(options.run.seed, options.executors)
    return found | {"alone": alone(old.results, new.results, found, tried), **_frame(old, new)}


def _sides(project: Project, names: tuple[str | None, str | None], options: CompareOptions) -> tuple[Side, Side]:
    old, new = names[0], names[1] or WORKING_TREE
    stored = {name: read_side(name) for name in (old, new) if name is not None}
    model = options.model or _model(project, list(stored.values()))
    old = old or _last_run(model)
    made = []
    for name in (old, new):
        side = stored.get(name) or read_side(name)
        if side is None:
            side = run_side(project, name, model, options.run)
        made.append(side)
    return made[0], made[1]


def _model(project: Project, stored: list[Side | None]) -> str:
    """The analysis that is meant: that of stored results, or the only one."""
    named = [str(side.results["analysis"]["name"]) for side in stored if side is not None]
    known = list(project.specifications())
    if named or len(known) == 1:
        return (named or known)[0]
    hint = "say which analysis" if known else "one YAML file an analysis belongs in models/"
    raise InputError(
        Problem("", "--model", "several analyses" if known else "no analysis", None, ", ".join(known), hint)
    )


def _last_run(model: str) -> str:
    folder = Path("out") / model
    if not (folder / RESULTS).exists():
        hint = f"'nma run {model}' makes one; or name what to compare with"
        raise InputError(Problem(str(folder), "", "no run here to compare with", hint=hint))
    return str(folder)


def _slug(name: str) -> str:
    if name == WORKING_TREE:
        return "files"
    path = Path(name)
    word = f"{path.parent.name}-{path.stem}" if path.is_file() else path.name if path.is_dir() else name
    return re.sub(r"[^A-Za-z0-9._]+", "-", word).strip("-.") or "side"


def _frame(old: Side, new: Side) -> Plain:
    """What a page of the family reads beside what changed; names of both sides."""
    results = new.results
    known = {row["id"]: row for side in (new, old) for row in reversed(side.results["treatment_details"])}
    details = [*results["treatment_details"]]
    details += [row for name, row in known.items() if name not in results["treatments"]]
    labels = {
        row["id"]: row["label"]
        for side in (old, new)
        for part in ("excluded", "trials")
        for row in side.results["evidence"][part]
    }
    converged = all(side.results["sampling"]["converged"] for side in (old, new))
    evidence = {name: results["evidence"][name] for name in ("studies", "participants")}
    return {
        "analysis": results["analysis"],
        "direction": results["direction"],
        "treatments": [row["id"] for row in details],
        "treatment_details": details,
        "evidence": {**evidence, "trials": [{"id": k, "label": v} for k, v in labels.items()], "excluded": []},
        "sampling": {**results["sampling"], "converged": converged},
        "old": old.about(),
        "new": new.about(),
    }


def _provenance(project: Project, old: Side, new: Side) -> Plain:
    from nma.workflow import now

    command = f"nma compare {old.name} {new.name}"
    return {"project": project.name, "created": now(), "command": command, "nma_version": __version__}


def since_last(folder: Path) -> Plain | None:
    """What the last run changed, where its folder kept the results of before; None where nothing can be said."""
    from nma.answers.changes import changes

    try:
        old, new = (Side("", "results", "", read(folder, name)) for name in (PREVIOUS, RESULTS))
        return changes(old.results, new.results) | _frame(old, new)
    except (LookupError, TypeError, ValueError, AttributeError, NmaError):
        return None
