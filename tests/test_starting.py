"""``nma init``: a review that works at once, for any names, and never at the cost of a file that is there."""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import nma.starting
from nma.cli import app as cli
from nma.errors import InputError, OutputError
from nma.project import Project
from nma.starting import FILES, SCHEMAS, Start, start, written

ROOT = Path(__file__).parents[1]


def run(capsys, *arguments):
    capsys.readouterr()
    code = cli._exit_code([*map(str, arguments)])
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err
    return code, printed.out.splitlines(), printed.err.splitlines()


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_new_review_is_green_and_runs(tmp_path, capsys):
    folder = tmp_path / "my review"
    code, lines, _ = run(
        capsys, "init", folder, "--nodes", "Care,CBT,Drug", "--outcome", "Relapse", "--better", "lower"
    )
    assert code == 0
    assert lines[:-2] == [f"Written: {folder / name}" for name in (*FILES, *SCHEMAS)]
    assert set(contents(folder)) == {*FILES, *SCHEMAS}
    code, lines, errors = run(capsys, "check", "--project", folder)
    assert (code, lines[0]) == (0, "1 trial and 1 specification: no problems."), errors
    out = tmp_path / "out"
    assert run(capsys, "run", "main", "--engine", "exact", "--out", out, "--project", folder)[0] == 0
    page = (out / "report.html").read_text("utf-8")
    assert "EXAMPLE (made up)" in page
    assert "MADE UP" in page
    assert json.loads((out / "results.json").read_text("utf-8"))["direction"].startswith("lower is better")
    assert tomllib.loads((folder / "nma.toml").read_text("utf-8"))["name"] == "my review"
    assert os.access(folder / "ci/living-review.sh", os.X_OK)


@pytest.mark.parametrize("measure", ["RR", "OR", "RD"])
def test_every_measure_gives_a_valid_specification(tmp_path, measure):
    start(tmp_path / "new", Start(measure=measure))
    assert Project.find(tmp_path / "new").analysis("main").measure == measure


HOSTILE = ("yes", "null", "1e5", "A: b", "#x", "- a", "'", '"', "{a}", "[b]", "&x", "*y", "!z", "%", "@", "`", "$first",
           "${n}", "<script>", "=1+1", "..", "../x", "Ärzte", "痛み", "a\\b", "true", "~", "|", ">")  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_names_that_yaml_toml_or_templates_would_misread_stay_as_they_are(tmp_path, name):
    start(tmp_path / "new", Start(nodes=(name, "other"), outcome=name, title=name))
    project = Project.find(tmp_path / "new")
    words = project.registry.vocabulary
    assert list(words.nodes) == [name, "other"]
    assert next(iter(words.outcomes.values())).label == name
    assert project.analysis("main").title == name
    assert project.analysis("main").reference == name
    assert [arm.node for arm in project.registry.study("example-made-up").arms] == [name, "other"]
    assert project.problems() == []


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=12))
def test_any_visible_name_will_do(tmp_path_factory, name):
    folder = tmp_path_factory.mktemp("any") / "new"
    start(folder, Start(nodes=(name, "other, one"), outcome=name))
    assert list(Project.find(folder).registry.vocabulary.nodes) == [name, "other, one"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--nodes", "one"], "--nodes: a network has two treatments or more"),
        (["--nodes", "a,a"], "--nodes: stands twice, got 'a'"),
        (["--nodes", "a,,b"], "--nodes: a name is empty"),
        (["--nodes", "a,b\u200bc"], "--nodes: holds an invisible character"),
        (["--nodes", "a," + "b" * 61], "--nodes: a name has no more than 60 characters"),
        (["--outcome", " "], "--outcome: a name is empty"),
        (
            ["--better", "highr"],
            "--better: unknown better, got 'highr', allowed: higher, lower, did you mean 'higher'?",
        ),
        (["--measure", "HR"], "--measure: unknown measure, got 'HR', allowed: RR, OR, RD"),
    ],
)
def test_what_no_review_can_have_is_refused_before_anything_is_written(tmp_path, capsys, arguments, said):
    code, lines, errors = run(capsys, "init", tmp_path / "new", *arguments)
    assert (code, lines) == (1, [])
    assert errors[0].startswith(said), errors
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("there", ["notes.txt", "nma.toml", ".hidden", "studies/a.yaml"])
def test_a_folder_that_is_not_empty_is_refused_and_untouched(tmp_path, capsys, there):
    (tmp_path / there).parent.mkdir(exist_ok=True)
    (tmp_path / there).write_text("mine")
    code, _, errors = run(capsys, "init", tmp_path)
    assert code == 1
    assert "the folder is not empty" in errors[0]
    assert contents(tmp_path) == {there: b"mine"}


def test_an_empty_folder_or_one_with_git_alone_will_do(tmp_path, capsys, monkeypatch):
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/config").write_text("mine")
    monkeypatch.chdir(tmp_path)
    code, lines, _ = run(capsys, "init", ".")
    assert code == 0
    assert set(contents(tmp_path)) == {*FILES, *SCHEMAS, ".git/config"}
    assert lines[-2] == "Next: nma check && nma run --engine exact"


def test_a_file_in_the_way_is_named(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputError, match="is a file, not a folder"):
        start(tmp_path / "file", Start())
    with pytest.raises(OutputError, match="cannot be written to"):
        start(tmp_path / "file" / "below", Start())


@pytest.mark.parametrize("exists", [True, False])
def test_nothing_is_left_where_writing_fails(tmp_path, monkeypatch, exists):
    if exists:
        (tmp_path / "a/b").mkdir(parents=True)

    def fails(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(nma.starting, "json_schema", fails)
    with pytest.raises(OutputError, match="No space left on device"):
        start(tmp_path / "a/b", Start())
    assert [path.name for path in tmp_path.rglob("*")] == (["a", "b"] if exists else [])


def test_nothing_is_moved_where_one_file_cannot_be(tmp_path, monkeypatch):
    rename = Path.rename

    def fails(self, target):
        if self.name == "vocabulary.yaml":
            raise OSError(5, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fails)
    with pytest.raises(OutputError, match="Input/output error"):
        start(tmp_path, Start())
    assert list(tmp_path.iterdir()) == []


def test_words_that_yaml_could_take_for_something_else_are_quoted():
    assert written("Usual care") == "Usual care"
    for text in ("yes", "No", "1", "a, b", "a: b", " a", "a #b", "ä"):
        assert written(text).startswith('"')


def test_a_start_is_frozen_and_checks_itself():
    with pytest.raises(InputError) as caught:
        Start(nodes=("a",), better="up", measure="x")
    assert len(caught.value.problems) == 3
