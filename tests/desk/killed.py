"""Run by test_killed: forks writers, kills each at a random moment, and looks at what they leave behind.

A quarter dies after a random time, the others at a random use of a file, so that slow machines kill as well.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from nma import yamlio
from nma.desk import reconciling
from nma.desk.decisions import Decided
from nma.project import Project
from nma.registry import read_registry
from nma.registry.writing import create, edit, locked

STEPS = 60
"""What a writer may do with files before it is killed in the midst of it."""


def die_at(step: int, root: Path) -> None:
    """Kill this process just before its step-th use of a file of the review, as the interpreter reports them."""
    left = [step]

    def count(*_: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event.startswith(("open", "os.", "shutil.")) and str(root) in str(arguments):
            count()

    real = os.fsync
    os.fsync = lambda handle: (count(), real(handle))[1]
    sys.addaudithook(hook)


def add(project: Project, new: str, number: int) -> None:
    ids = [f"new-{number}-{part}" for part in "abc"]
    create(project, {each: new.replace("new-2020", each) for each in ids})


def append(project: Project, number: int) -> None:
    edit(project, "beta-2002", lambda tree: tree["eligibility"]["doubts"].append(f"doubt {number}"))


def reconcile(project: Project, take: str) -> None:
    two = reconciling.pair(project, "alpha-2001", None, None, again=True)
    decided = [Decided(each, getattr(each, take), f"took {take}", "Ada") for each in two.comparison.differences]
    reconciling.write(project, two, decided)


TASKS = (
    add,
    lambda project, new, number: append(project, number),
    lambda project, new, number: reconcile(project, "second"),
)


def write_for_ever(root: Path, new: str, start: int) -> None:
    project = Project.find(root)
    for number in range(start, start + 1000):
        random.choice(TASKS)(project, new, number)


def look(root: Path) -> list[str]:
    """What is wrong after a kill: before the next writer comes, and after it."""
    project = Project.find(root)
    wrong = [str(problem) for problem in read_registry(project.studies, project.vocabulary)[1]]
    with locked(project.studies):
        pass
    wrong += [str(problem) for problem in read_registry(project.studies, project.vocabulary)[1]]
    names = sorted(path.name for path in project.studies.iterdir())
    wrong += [name for name in names if name.startswith(".") and name != ".extractions"]
    added = [name for name in names if name.startswith("new-")]
    wrong += ["part of what was to be added together"] if len(added) % 3 else []
    data = yamlio.load(project.studies / "alpha-2001.yaml").data
    wrong += [] if len(data["extraction"]["readings"]) in (0, 2) else ["half reconciled"]
    return wrong


def main(root: Path, new: str, kills: int) -> None:
    random.seed(5)
    wrong: list[str] = []
    cut_short = 0
    for number in range(kills):
        step = random.randrange(1, STEPS) if number % 4 else 0
        child = os.fork()
        if child == 0:
            if step:
                die_at(step, root)
            write_for_ever(root, new, number * 1000)
        if not step:
            time.sleep(random.uniform(0.0, 0.3))
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        cut_short += any(
            path.name.startswith((".writing-", ".adding-", ".ready-")) for path in (root / "studies").iterdir()
        )
        wrong += look(root)
        for path in (root / "studies").glob("new-*.yaml"):
            path.unlink()
    doubts = yamlio.load(root / "studies/beta-2002.yaml").data["eligibility"]["doubts"]
    print(json.dumps({"wrong": wrong, "cut_short": cut_short, "doubts": len(doubts)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]).read_text("utf-8"), int(sys.argv[3]))
