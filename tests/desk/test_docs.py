"""docs/desk.md is true: its commands run, in their order, on a small review."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from desk_readings import FIRST

TEXT = (Path(__file__).parents[2] / "docs/desk.md").read_text("utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)
COMMANDS = [line.partition(" #")[0].strip() for block in BLOCKS for line in block.splitlines()]


def test_the_commands_of_the_page_run(review, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert len(COMMANDS) == 9
    smith = FIRST.replace("alpha-2001", "smith-2020")
    Path("smith.yaml").write_text(smith)
    anna = review.root / "studies/.extractions/anna/smith-2020.yaml"
    typed = smith.replace("events: 30", "events: 31").replace("node: SE", "node: PCO", 1)
    ran = []
    for command in (COMMANDS[5], COMMANDS[1], COMMANDS[2]):
        assert review.run(*shlex.split(command)[1:])[0] == 0, command
        ran.append(command)
    for command in (f"{COMMANDS[3]} --list", COMMANDS[6], COMMANDS[7], COMMANDS[8]):
        # What was decided before is no difference any more; the last two commands get one of their own.
        anna.write_text(
            typed if "--worksheet" not in " ".join(ran) else typed.replace("country: null", "country: Chile")
        )
        if "--decisions" in command:
            sheet = Path("decisions.yaml").read_text()
            Path("decisions.yaml").write_text(re.sub("(take|reason|by):", r"\1: first", sheet))
        if "--worksheet" in command:
            anna.write_text(typed.replace("country: null", "country: Chile"))
        again = ["--again"] if "--decisions" in command or "--worksheet" in command else []
        code, _, errors = review.run(*shlex.split(command)[1:], *again)
        assert code == 0, (command, errors)
        ran.append(command)
    assert len(ran) == 7
    assert review.problems() == []
    for command in COMMANDS:
        assert review.run(*shlex.split(command)[1:3], "-h")[0] == 0 or "compare" in command


def test_help_fits_a_narrow_terminal(review, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    for command in ("new", "add", "read", "reconcile", "agreement"):
        code, lines, _ = review.run("studies", command, "-h")
        assert code == 0
        assert max(map(len, lines)) <= 80
