"""From a project and the name of an analysis to the methodologist's page: inconsistency, heterogeneity and fit."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nma.evidence import select
from nma.project import Project
from nma.staging import FIRMNESS, INCONSISTENCY, RESULTS, own_files, staging
from nma.stored import is_current, stored_fit, write_beside
from nma.vocab import Engine, MultiArm
from nma.workflow import RunOptions, announce, inputs, provenance

if TYPE_CHECKING:
    from nma.fitting import Fit, Task


def diagnose(project: Project, name: str, out: Path, options: RunOptions) -> dict[str, Any] | None:
    """Split every comparison that can be split, fit unrelated means, and write the page with its numbers.

    Where the folder holds a run of the same inputs its fit is used, and its report stays.

    Returns
    -------
    dict or None
        The content of ``inconsistency.json``; None when the folder already holds it.

    Raises
    ------
    NmaError
        The input or the output folder cannot be used; what the folder held is untouched.
    """
    analysis = project.analysis(name)
    asked = inputs(project, analysis, options)
    wanted = asked | {"multi_arm": options.multi_arm, "complete": True}
    if not options.force and is_current(out, wanted, INCONSISTENCY):
        return None
    evidence = select(project.registry, analysis)
    options.say(f"{name}: {len(evidence.trials)} trials, {evidence.participants:,} people, seed {options.seed}")
    of_the_run = own_files(out, [RESULTS])
    current = is_current(out, asked)
    if of_the_run and not current:
        options.say(f"{name}: the report in {out} was made of other inputs; 'nma run {name}' makes it anew")
    with staging(out, of_the_run | own_files(out, [FIRMNESS])) as folder:
        from nma.answers.inconsistency import inconsistency, sample
        from nma.answers.results import results
        from nma.fitting import Task, Workbench

        workbench = Workbench(seed=options.seed, engine=options.engine)

        def fit(tasks: Mapping[str, Task]) -> Mapping[str, Fit]:
            return workbench.fit(tasks, announce(options.say, name, len(tasks)))

        if options.engine == Engine.NUTS:
            options.say(f"{name}: compiling the models")
        primary = stored_fit(out, evidence) if current else None
        primary = primary or fit({"": Task(evidence, analysis)})[""]
        sampled = sample(evidence, fit, MultiArm(options.multi_arm))
        command = f"nma inconsistency {name} --seed {options.seed} --multi-arm {options.multi_arm}"
        made = {**provenance(project, analysis, options, command), "multi_arm": options.multi_arm, "complete": True}
        found = inconsistency(primary, sampled, results(primary, {}, made), report=bool(of_the_run))
        write_beside(INCONSISTENCY, folder, found, project.pages)
    return found
