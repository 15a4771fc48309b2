"""The recipe of a living review: the workflow is valid, and its script does on a real repository what it says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from small_review import ALPHA, MAIN

from nma.yamlio import load

ROOT = Path(__file__).parents[1]
WORKFLOWS = (".github/workflows/living-review.yml", "reports/start/living-review.yml")
GIT = ("git", "-c", "user.name=n", "-c", "user.email=n@example.org", "-c", "init.defaultBranch=main")


def git(root: Path, *arguments: str) -> None:
    subprocess.run([*GIT, "-C", str(root), *arguments], capture_output=True, check=True)


@pytest.fixture
def branch(review):
    """The small review with a base branch, and a branch that changes a trial and adds an analysis."""
    git(review.root, "init", "-q", "-b", "main")
    git(review.root, "add", ".")
    git(review.root, "commit", "-q", "-m", "The beginning")
    git(review.root, "checkout", "-q", "-b", "change")
    return review


def commit(review) -> None:
    git(review.root, "add", ".")
    git(review.root, "commit", "-q", "-m", "A change")


def script(review, base: str = "main"):
    """Run the script as a runner would, with this interpreter's nma on the path."""
    there = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    environment = {**os.environ, "PATH": there, "PYTHONPATH": str(ROOT)}
    environment.pop("NMA_PROJECT", None)
    return subprocess.run(
        ["bash", str(ROOT / "ci/living-review.sh"), base],
        cwd=review.root, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("name", WORKFLOWS)
def test_the_workflow_is_valid_by_the_published_schema(name):
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows"]
    done = subprocess.run([*check, str(ROOT / name)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_workflow_that_is_wrong_is_found(tmp_path):
    wrong = tmp_path / "wrong.yml"
    wrong.write_text((ROOT / WORKFLOWS[0]).read_text("utf-8").replace("runs-on:", "runs-at:"), "utf-8")
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", str(wrong)]
    assert subprocess.run(check, capture_output=True, check=False).returncode == 1


@pytest.mark.parametrize("name", WORKFLOWS)
def test_the_workflow_watches_what_the_answer_depends_on_and_writes_nothing(name):
    found = load(ROOT / name).data
    paths = found["on"]["pull_request"]["paths"]
    assert {"studies/**", "models/**", "vocabulary.yaml", "nma.toml"} <= set(paths)
    assert found["permissions"] == {"contents": "read"}
    steps = found["jobs"]["compare"]["steps"]
    assert steps[0]["with"]["fetch-depth"] == 0
    assert any("ci/living-review.sh" in step.get("run", "") for step in steps)
    assert "${{" not in "".join(step.get("run", "") for step in steps)
    assert steps[-1]["with"]["path"] == "out/living-review"


def test_a_new_review_gets_the_same_recipe():
    assert (ROOT / "reports/start/living-review.sh").read_bytes() == (ROOT / "ci/living-review.sh").read_bytes()
    own, new = (load(ROOT / name).data for name in WORKFLOWS)
    install = own["jobs"]["compare"]["steps"][2], new["jobs"]["compare"]["steps"][2]
    assert [step["name"] for step in install] == ["Install nma", "Install nma"]
    for found in (own, new):
        del found["jobs"]["compare"]["steps"][2]["run"]
    assert own == new


def test_the_script_checks_runs_and_compares_a_branch(branch):
    branch.change(ALPHA, "events: 30", "events: 44")
    commit(branch)
    done = script(branch)
    assert done.returncode == 0, done.stderr
    out = branch.root / "out/living-review"
    found = json.loads((out / "compare-main/compare.json").read_text("utf-8"))
    assert [row["id"] for row in found["trials"]["changed"]] == ["alpha-2001"]
    assert found["old"]["kind"] == "revision"
    assert {path.name for path in out.iterdir()} == {"main", "compare-main", "summary.md"}
    assert (out / "compare-main/compare.html").is_file()
    summary = (out / "summary.md").read_text("utf-8")
    assert "## main\n\n- The numbers of 1 trial changed (Alpha): 4 trials now, 4 before.\n" in summary
    assert summary in done.stdout


def test_the_script_fails_on_a_file_with_problems(branch):
    branch.change(ALPHA, "events: 30", "events: 300")
    commit(branch)
    done = script(branch)
    assert done.returncode == 1
    assert "studies/alpha-2001.yaml:" in done.stderr
    assert not (branch.root / "out/living-review/main").exists()


def test_the_script_says_when_one_analysis_cannot_be_run_and_goes_on(branch):
    branch.change(MAIN, "exclude: {}", "published_up_to: 1950\n  exclude: {}")
    branch.write("models/second.yaml", (branch.root / MAIN).read_text("utf-8").replace("1950", "2020"))
    commit(branch)
    done = script(branch)
    assert done.returncode == 1
    assert "## main\n\nThis analysis could not be run.\n" in done.stdout
    assert "## second\n\nA new analysis: there is nothing to compare it with.\n" in done.stdout
    assert (branch.root / "out/living-review/second/report.html").is_file()


def test_the_script_without_a_base_says_how_it_is_used(branch):
    done = script(branch, "")
    assert done.returncode != 0
    assert "usage: ci/living-review.sh BASE [OUT]" in done.stderr
