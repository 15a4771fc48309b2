"""``nma compare``: stored results, revisions and files as they are, each against the others."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from small_review import ALPHA, BETA, MAIN, TRIALS

from nma.fitting.exact import fit_exact
from nma.project import Project
from nma.revisions import find_revision
from nma.sides import run_side
from nma.sweeps import alone as alone_module
from nma.sweeps.alone import Tried, _built, _trials, alone
from nma.workflow import RunOptions

GIT = ("git", "-c", "user.name=n", "-c", "user.email=n@example.org", "-c", "init.defaultBranch=main")


def git(root: Path, *arguments: str) -> str:
    done = subprocess.run([*GIT, "-C", str(root), *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def repository(review):
    """The small review, committed."""
    git(review.root, "init", "-q")
    git(review.root, "add", ".")
    git(review.root, "commit", "-q", "-m", "The beginning")
    return review


def store(review, folder: Path) -> Path:
    """Results as a run of the exact engine stores them, without its pages."""
    side = run_side(Project.find(review.root), ".", "main", RunOptions(engine="exact"))
    folder.mkdir()
    (folder / "results.json").write_text(json.dumps(side.results), "utf-8")
    return folder


def _told(page: str) -> str:
    """A page without its style, its own scripts, and the patterns that these fill in."""
    return re.sub(r'<style>.*?</style>|<script>// .*?</script>|data-sorted-[a-z]+="[^"]*"', "", page, flags=re.DOTALL)


def compare(review, *arguments, out):
    code, lines, errors = review.run("compare", *arguments, "--out", out, "--workers", 1)
    assert code == 0, errors
    return json.loads((out / "compare.json").read_text("utf-8")), lines


def test_a_revision_against_itself_has_not_moved(repository, tmp_path):
    found, lines = compare(repository, "HEAD", "HEAD", out=tmp_path / "out")
    assert found["same"]
    assert lines[0] == "Nothing moved: the trials, the specification and every number are the same as before."
    assert lines[1] == f"Page: {tmp_path / 'out/compare.html'} (en)"


def test_the_files_as_they_are_against_a_revision(repository, tmp_path):
    review = repository
    review.change(ALPHA, "events: 30", "events: 44")
    (review.root / "studies/delta-2004.yaml").unlink()
    status = git(review.root, "status", "--short")
    found, lines = compare(review, "HEAD", out=tmp_path / "out")
    assert git(review.root, "status", "--short") == status
    trials = found["trials"]
    assert [row["id"] for row in trials["left"]] == ["delta-2004"]
    assert [(row["id"], row["fields"]) for row in trials["changed"]] == [
        ("alpha-2001", [{"field": "events", "arm": "SE", "old": 30, "new": 44}])
    ]
    assert trials["same"] == 2
    assert {(row["kind"], row["id"]) for row in found["alone"]["rows"]} == {
        ("left", "delta-2004"),
        ("changed", "alpha-2001"),
    }
    assert found["alone"]["most"] == found["alone"]["rows"][0]
    assert lines[0] == "1 trial left (Delta) and the numbers of 1 trial changed (Alpha): 3 trials now, 4 before."
    assert found["old"]["detail"].endswith(": The beginning")
    assert (found["old"]["kind"], found["new"]["kind"]) == ("revision", "working tree")
    files = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert files == set(found["files"])
    assert {"compare.html", "tables/compare_effects.csv", "figures/compare-effects.svg"} < files


def test_the_sentences_of_the_page_say_what_the_numbers_say(repository, tmp_path):
    review = repository
    review.change(ALPHA, "events: 30", "events: 44")
    found, lines = compare(review, "HEAD", ".", out=tmp_path / "out")
    page = (tmp_path / "out/compare.html").read_text("utf-8")
    for line in lines[:-1]:
        assert line in page
    row = found["largest"]
    names = {"SE": "Supported employment", "PVT": "Prevocational training", "PCO": "Psychiatric care"}
    said = next(line for line in lines if line.startswith("The effect that moved most is "))
    assert said.startswith(
        f"The effect that moved most is {names[row['treatment']]} against {names[row['versus']]}: risk ratio "
        f"{row['new']['median']:.2f} ({row['new']['lower']:.2f} to {row['new']['upper']:.2f}) now, "
        f"{row['old']['median']:.2f} ({row['old']['lower']:.2f} to {row['old']['upper']:.2f}) before. "
        f"That is a shift of {abs(row['shift']):.2f} standard errors: "
    )
    best = found["ranks"]["first"]["new"]
    assert f"{names[best]} ranks first" in lines[1]
    assert "SE events: 30 before, 44 now" in page
    assert not re.search(r"\{[a-z_]+\}|None|\bnan\b", _told(page))


def test_results_against_results_and_the_page_again(review, tmp_path):
    old, new, out = tmp_path / "old", tmp_path / "new", tmp_path / "out"
    store(review, old)
    review.change(BETA, "events: 15", "events: 40")
    store(review, new)
    found, _ = compare(review, old, new, out=out)
    assert found["trials"]["changed"][0]["id"] == "beta-2002"
    assert (found["old"]["kind"], found["new"]["kind"]) == ("results", "results")
    page = (out / "compare.html").read_bytes()
    code, printed, _ = review.run("report", out)
    assert (code, printed) == (0, [f"Report: {out / 'compare.html'} (en)"])
    assert (out / "compare.html").read_bytes() == page
    back, _ = compare(review, new, old, out=tmp_path / "back")
    for row, turned in zip(found["effects"], back["effects"], strict=True):
        if (row["treatment"], row["versus"]) == (turned["treatment"], turned["versus"]):
            assert (row["old"], row["new"]) == (turned["new"], turned["old"])


def test_a_run_keeps_what_it_replaces_and_says_what_changed(review, tmp_path):
    out = tmp_path / "out"
    run = ("run", "main", "--engine", "exact", "--out", out)
    _, lines, _ = review.run(*run)
    assert not any("Since the last run" in line for line in lines)
    first = (out / "results.json").read_bytes()
    review.change(ALPHA, "events: 30", "events: 44")
    _, lines, _ = review.run(*run)
    assert (out / "previous.json").read_bytes() == first
    assert "previous.json" in json.loads((out / "results.json").read_text("utf-8"))["files"]
    assert lines[-2].startswith(
        "Since the last run of other inputs: The numbers of 1 trial changed (Alpha): 4 trials now, 4 before. "
    )
    assert lines[-1] == f"More of it: nma compare {out / 'previous.json'} {out}"
    found, _ = compare(review, out / "previous.json", out, out=tmp_path / "page")
    assert [row["id"] for row in found["trials"]["changed"]] == ["alpha-2001"]
    review.run(*run, "--force")
    assert (out / "previous.json").read_bytes() == first
    assert review.run("report", out)[0] == 0
    assert (out / "previous.json").read_bytes() == first


def test_the_last_run_against_the_files_is_what_compare_does_without_names(review, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, errors = review.run("compare")
    said = "out/main: no run here to compare with, 'nma run main' makes one; or name what to compare with"
    assert (code, errors) == (1, [said])
    (tmp_path / "out").mkdir()
    store(review, tmp_path / "out/main")
    for arguments in ((), ("--working-tree",), ("--model", "main")):
        code, lines, errors = review.run("compare", *arguments)
        assert (code, lines[0].startswith("Nothing moved")) == (0, True), errors
        assert lines[-1] == "Page: out/compare-main-files/compare.html (en)"


def test_two_runs_of_the_same_inputs_differ_in_nothing_but_time(review, tmp_path):
    texts = []
    for name in ("one", "two"):
        review.run("run", "main", "--engine", "exact", "--out", tmp_path / name)
        texts.append(timeless((tmp_path / name / "results.json").read_text("utf-8")))
    assert texts[0] == texts[1]
    found, lines = compare(review, tmp_path / "one", tmp_path / "two", out=tmp_path / "out")
    assert found["same"]
    assert lines[0].startswith("Nothing moved")


@pytest.mark.slow
def test_two_sampled_runs_of_the_same_inputs_differ_in_nothing_but_time(review, tmp_path):
    texts = []
    for name in ("one", "two"):
        assert review.run("run", "main", "--out", tmp_path / name)[0] == 0
        texts.append(timeless((tmp_path / name / "results.json").read_text("utf-8")))
    assert texts[0] == texts[1]
    found, _ = compare(review, tmp_path / "one", tmp_path / "two", out=tmp_path / "out")
    assert found["same"]


def timeless(text: str) -> str:
    """Results without when they were made and how long that took."""
    assert '"created": ' in text
    assert '"seconds": ' in text
    return re.sub(r'"(created|seconds)": [^,\n]+', r'"\1"', text)


def test_each_change_alone_is_the_fit_of_the_evidence_with_that_change(review, tmp_path):
    store(review, tmp_path / "old")
    (review.root / "studies/delta-2004.yaml").unlink()
    review.change(MAIN, "scale: 0.5", "scale: 1")
    store(review, tmp_path / "new")
    found, lines = compare(review, tmp_path / "old", tmp_path / "new", out=tmp_path / "out")
    rows = {row["kind"]: row for row in found["alone"]["rows"]}
    assert set(rows) == {"left", "specification"}
    old, new = (json.loads((tmp_path / name / "results.json").read_text("utf-8")) for name in ("old", "new"))
    rest = {name: trial for name, trial in _trials(old).items() if name != "delta-2004"}
    for kind, evidence in (("left", _built(old, rest)), ("specification", _built(new, _trials(old)))):
        fitted = alone_module._fitted(alone_module._Asked(alone_module.Task(evidence, evidence.analysis), (), 1))
        assert fitted["first"] == rows[kind]["first"]
        moved = rows[kind]["moved"]
        effects = alone_module.relative_effects(fit_exact(alone_module.Task(evidence, evidence.analysis), 1))
        row = effects.query("treatment == @moved['treatment'] and versus == @moved['versus']").iloc[0]
        assert moved["new"] == pytest.approx(row["median"], rel=1e-12)
    assert "The specification of the analysis changed: priors.heterogeneity.scale." in lines
    made = alone(old, new, found, Tried())
    assert made["most"] == found["alone"]["most"]


def test_a_trial_without_which_there_is_no_network_says_so(review, tmp_path):
    store(review, tmp_path / "old")
    for name in ("alpha-2001", "gamma-2003"):
        (review.root / f"studies/{name}.yaml").unlink()
    review.change(MAIN, "select: {exclude: {alpha-2001: left out here}}", "select: {published_up_to: 2010}")
    found, lines = compare(review, tmp_path / "old", ".", out=tmp_path / "out")
    assert {row["treatment"]: row["new"] is None for row in found["ranks"]["rows"]}["PVT"]
    assert any("of the treatments that stand in both" in line for line in lines)
    page = (tmp_path / "out/compare.html").read_text("utf-8")
    assert "no longer in the network" in page


def test_more_changed_trials_than_can_be_tried_are_said_to_be(review, tmp_path, monkeypatch):
    monkeypatch.setattr(alone_module, "MOST", 1)
    store(review, tmp_path / "old")
    for name in TRIALS:
        review.change(f"studies/{name}.yaml", "events: 30", "events: 31")
    found, _ = compare(review, tmp_path / "old", ".", out=tmp_path / "out")
    assert (len(found["alone"]["rows"]), found["alone"]["of"]) == (1, 4)
    assert "Only 1 of the 4 changed trials" in (tmp_path / "out/compare.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("measure: RR\nlikelihood: binomial\nlink: log", "measure: OR\nlikelihood: binomial\nlink: logit"),
         "Effects cannot be compared: they are RR before and OR now."),
        (("better: higher", "better: lower"),
         "Rankings cannot be compared: higher was better before, lower is better now."),
        (("effects: random", "effects: common"),
         "The standard deviations between trials cannot be compared: effects are random before and common now."),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_one_clear_line(review, tmp_path, change, said):
    store(review, tmp_path / "old")
    review.change(MAIN, *change)
    if change[0].startswith("effects"):
        review.change(MAIN, "  heterogeneity: {family: half-normal, scale: 0.5}\n", "")
    found, lines = compare(review, tmp_path / "old", ".", out=tmp_path / "out")
    assert said in lines
    assert [row["kind"] for row in found["alone"]["rows"]] == (["specification"] if found["effects"] else [])
    assert found["refused"]
    assert said in (tmp_path / "out/compare.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere",), "neither results nor a git revision, got 'nowhere'"),
        (("HEAD~7", "."), "neither results nor a git revision, got 'HEAD~7'"),
        (("EMPTY", "."), "EMPTY/results.json: no results here, nma run makes them"),
        (("nma.toml", "."), "nma.toml:1: not valid JSON"),
        (("HEAD", ".", "--working-tree"), "--working-tree: stands for NEW, which is given too"),
        (("HEAD", ".", "--model", "mian"), "HEAD:models/: no such specification, got 'mian', allowed: main"),
        (("HEAD", ".", "--workers", "0"), "--workers: must be 1 or more"),
    ],
)  # fmt: skip
def test_what_is_no_side_is_one_clear_line(repository, tmp_path, monkeypatch, arguments, said):
    monkeypatch.chdir(repository.root)
    (repository.root / "EMPTY").mkdir()
    code, lines, errors = repository.run("compare", *arguments)
    assert (code, lines) == (1, [])
    assert any(said in error for error in errors), errors
    assert not (repository.root / "out").exists()


@pytest.mark.parametrize("name", ["-x", "--all", "", "HEAD:studies", "\0"])
def test_what_is_no_commit_names_no_revision(repository, name):
    assert find_revision(repository.root, name) is None
    assert find_revision(repository.root, "HEAD") is not None


def test_a_revision_before_the_review_began_says_so(review, tmp_path):
    git(review.root, "init", "-q")
    git(review.root, "commit", "-q", "--allow-empty", "-m", "Nothing yet")
    git(review.root, "add", ".")
    git(review.root, "commit", "-q", "-m", "The review")
    code, _, errors = review.run("compare", "HEAD~1", ".", "--out", tmp_path / "out")
    assert code == 1
    assert "this review was not there yet" in errors[-1]


def test_a_revision_with_problems_names_file_line_and_revision(repository, tmp_path):
    review = repository
    review.change(ALPHA, "events: 30", "events: 300")
    git(review.root, "commit", "-q", "-a", "-m", "A slip")
    review.change(ALPHA, "events: 300", "events: 30")
    code, _, errors = review.run("compare", "HEAD", ".", "--out", tmp_path / "out")
    assert code == 1
    assert re.match(
        r"HEAD:studies/alpha-2001.yaml:\d+ outcomes\[0\]\.counts\[0\]\.events: 300 is more than n", errors[-1]
    )
    assert not (tmp_path / "out").exists()


def test_a_review_in_a_folder_of_a_larger_repository(review, tmp_path):
    git(review.root.parent, "init", "-q")
    git(review.root.parent, "add", "review")
    git(review.root.parent, "commit", "-q", "-m", "All of it")
    found, lines = compare(review, "HEAD", ".", out=tmp_path / "out")
    assert found["same"], lines


def test_the_users_files_in_the_folder_stay(review, tmp_path):
    out = tmp_path / "old"
    review.run("run", "main", "--engine", "exact", "--out", out)
    (out / "notes.txt").write_text("mine")
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    compare(review, out, ".", out=out)
    assert {path: path.read_bytes() for path in before} == before


def test_a_link_out_of_the_review_is_refused(repository, tmp_path):
    (tmp_path / "elsewhere.yaml").write_text("x")
    (repository.root / "studies/linked.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    git(repository.root, "add", ".")
    git(repository.root, "commit", "-q", "-m", "A link")
    (repository.root / "studies/linked.yaml").unlink()
    code, _, errors = repository.run("compare", "HEAD", ".", "--out", tmp_path / "out")
    assert code == 1
    assert errors[-1].startswith("HEAD: this revision cannot be unpacked (")


def test_outside_a_repository_there_are_no_revisions(review, tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    code, _, errors = review.run("compare", "HEAD", ".", "--out", tmp_path / "out")
    assert code == 1
    assert "there are no revisions here (fatal: not a git repository" in errors[-1]
    monkeypatch.setenv("PATH", "")
    code, _, errors = review.run("compare", "HEAD", ".", "--out", tmp_path / "out")
    assert code == 1
    assert "there are no revisions here (git: No such file or directory)" in errors[-1]


@pytest.mark.parametrize("key", ["evidence", "ranking", "relative_effects", "analysis", "sampling", "provenance"])
def test_results_that_lack_a_part_are_one_clear_line(review, tmp_path, key):
    results = json.loads((store(review, tmp_path / "old") / "results.json").read_text("utf-8"))
    (tmp_path / "old/results.json").write_text(json.dumps({k: v for k, v in results.items() if k != key}), "utf-8")
    code, lines, errors = review.run("compare", tmp_path / "old", ".", "--model", "main", "--out", tmp_path / "out")
    assert (code, lines) == (1, [])
    assert "results that do not hold what a comparison needs (KeyError: " in errors[-1]
    assert not (tmp_path / "out").exists()


def test_names_that_a_browser_or_a_terminal_would_obey_are_text(review, tmp_path):
    folder = store(review, tmp_path / "old")
    text = (folder / "results.json").read_text("utf-8")
    hostile = "<script>alert(1)</script>\x1b[31m=1+1"
    changed = text.replace('"label": "Alpha"', f'"label": {json.dumps(hostile)}').replace(
        '"events": 30', '"events": 31'
    )
    assert changed != text
    (folder / "results.json").write_text(changed, "utf-8")
    _, lines = compare(review, folder, ".", out=tmp_path / "out")
    back, more = compare(review, ".", folder, out=tmp_path / "back")
    assert back["trials"]["changed"]
    assert not any("\x1b" in line for line in lines + more)
    for name in ("out", "back"):
        page = (tmp_path / name / "compare.html").read_text("utf-8")
        assert "<script>alert" not in page
        assert "<script" not in _told(page)
        assert "\x1b" not in page
    assert "&lt;script&gt;" in page
