"""The tutorial is true: its commands run as they stand, print what it quotes, and leave the files that it names."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from nma.cli import app as cli

ROOT = Path(__file__).parents[1]
TUTORIAL = (ROOT / "docs/tutorial.md").read_text("utf-8")
STEP = re.compile(
    r"```(?P<kind>sh|text|csv)(?: (?P<name>\S+))?\n(?P<body>.*?)```|^Made: (?P<made>[^\n]+)$", re.DOTALL | re.MULTILINE
)
REFERENCE = ROOT / "tests/reference/smoking_gemtc.data.csv"
NAMES = {"A": "No contact", "B": "Self-help", "C": "Individual counselling", "D": "Group counselling"}


def steps():
    return list(STEP.finditer(TUTORIAL))


def test_it_has_ten_commands_that_are_counted():
    commands = [step["body"] for step in steps() if step["kind"] == "sh"]
    assert len(commands) == 10
    assert all(command.count("\n") == 1 for command in commands)
    assert re.findall(r"^\*\*(\d+)\.\*\*", TUTORIAL, flags=re.MULTILINE) == [str(n) for n in range(1, 11)]


def test_its_counts_are_those_of_the_published_data():
    rows = [line.replace('"', "").split(",") for line in REFERENCE.read_text("utf-8").splitlines()[1:]]
    known = {f"Trial {study},{NAMES[arm]},{events},{n}" for study, arm, events, n in rows}
    given = [line for step in steps() if step["kind"] == "csv" for line in step["body"].splitlines()[1:]]
    assert len(given) == 18
    assert set(given) <= known
    trials = {line.split(",")[0] for line in given}
    assert {line for line in known if line.split(",")[0] in trials} == set(given)


def test_the_commands_do_what_it_says(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NMA_PROJECT", raising=False)
    printed = ""
    for step in steps():
        if step["kind"] == "sh":
            printed = run(step["body"], monkeypatch, capsys)
        elif step["kind"] == "csv":
            Path(step["name"]).write_text(step["body"], "utf-8")
        elif step["kind"] == "text":
            for line in step["body"].splitlines():
                assert line in printed.splitlines(), printed
        else:
            for name in re.findall(r"`([^`]+)`", step["made"]):
                assert Path(name).is_file(), name
    assert "Trial 23" in Path("out/main/report.html").read_text("utf-8")
    assert "MADE UP" not in Path("out/main/report.html").read_text("utf-8")


def run(command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """A command as a shell takes it; ``nma`` in this process, which is faster."""
    program, *arguments = shlex.split(command)
    if program == "cd":
        monkeypatch.chdir(arguments[0])
        return ""
    if program == "rm":
        Path(arguments[0]).unlink()
        return ""
    assert program == "nma"
    capsys.readouterr()
    code = cli._exit_code(arguments)
    said = capsys.readouterr()
    assert code == 0, said.err
    return said.out
