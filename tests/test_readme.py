"""The README is true: its commands are those of CI, its example runs."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def test_ci_runs_the_test_command_of_the_readme():
    commands = [block.strip() for block in blocks("sh")]
    assert len(commands) == 2
    assert all("\n" not in command for command in commands)
    lines = (ROOT / ".ci" / "run").read_text("utf-8").strip().splitlines()
    assert lines[-1] == commands[1]


def test_links_in_the_readme_lead_somewhere():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert "://" in target or (ROOT / target).exists(), target


def test_constraints_name_no_address():
    text = (ROOT / "constraints.txt").read_text("utf-8")
    assert "://" not in text
    assert "--index-url" not in text
    for line in text.splitlines():
        assert line.startswith("#") or re.match(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==[^ ]+( ; .+)?$", line), line


@pytest.mark.slow
def test_the_worked_example_runs(tmp_path, monkeypatch, smoking_frame, capsys):
    smoking_frame.to_csv(tmp_path / "smoking.csv", index=False)
    monkeypatch.chdir(tmp_path)
    example = next(block for block in blocks("python") if "smoking.csv" in block)
    exec(compile(example, "README.md", "exec"), {})
    printed = capsys.readouterr().out
    assert [line.split()[1] for line in printed.splitlines()[1:]] == ["D", "C", "B", "A"]
