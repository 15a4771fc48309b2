"""``nma run`` and ``nma report``: what they leave on disk when all goes well, and when nothing does."""

# ruff: noqa: E501 (a case is a line)

import json

import pytest
from folders import OURS, PAGE, REPORT
from small_review import ALPHA, MAIN

import nma.fitting
from nma.answers.results import SCHEMA
from nma.project import Project
from nma.staging import staging


def test_a_run_writes_its_folder_and_lists_its_files(review, sampler, tmp_path, snapshot):
    code, lines, _ = review.run("run", "main", "--out", tmp_path / "a/b/out")
    assert code == 0
    assert set(snapshot(tmp_path / "a/b/out")) == OURS
    assert set(json.loads((tmp_path / "a/b/out/results.json").read_text())["files"]) == REPORT
    assert set(json.loads((tmp_path / "a/b/out/inconsistency.json").read_text())["files"]) == PAGE
    assert [path.name for path in (tmp_path / "a/b").iterdir()] == ["out"]
    assert any("[bold]Care" in line for line in lines)


def test_a_second_run_does_nothing_unless_forced_or_something_changed(review, sampler, tmp_path, snapshot):
    out = tmp_path / "out"
    review.run("run", "main", "--out", out)
    before = snapshot(out)
    code, lines, _ = review.run("run", "main", "--out", out)
    assert (code, sampler.calls) == (0, 1)
    assert lines == [f"main: nothing has changed since {out / 'report.html'} was made; --force runs it again."]
    assert snapshot(out) == before
    for changed in (
        lambda: review.run("run", "main", "--out", out, "--force"),
        lambda: review.run("run", "main", "--out", out, "--seed", 2),
        lambda: review.change(ALPHA, "events: 30", "events: 31"),
        lambda: review.change(MAIN, "scale: 0.5", "scale: 1"),
        lambda: (out / "tables/ranking.csv").unlink(),
        lambda: (out / "results.json").write_text((out / "results.json").read_text().replace('"provenance": {', '"provenance": [1], "x": {')),
    ):  # fmt: skip
        calls = sampler.calls
        changed()
        review.run("run", "main", "--out", out)
        assert sampler.calls > calls
        review.run("run", "main", "--out", out)


@pytest.mark.parametrize("earlier", [True, False])
@pytest.mark.parametrize("command", ["run", "report"])
def test_the_users_own_files_stay(review, sampler, tmp_path, snapshot, earlier, command):
    out = tmp_path / "out"
    if earlier or command == "report":
        sampler.tables = ["ranking.csv", "old.csv"]
        review.run("run", "main", "--out", out)
        sampler.tables = ["ranking.csv"]
        own = {"notes.txt": "mine", "more/a.csv": "mine", "tables/mine.csv": "mine", "figures/x/y.svg": "mine"}
    else:
        own = {"notes.txt": "mine", "more/a.csv": "mine", ".hidden": "mine"}
    for name, text in own.items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text(text)
    code, _, errors = (
        review.run("run", "main", "--out", out, "--force") if command == "run" else review.run("report", out)
    )
    assert (code, [error for error in errors if "cannot" in error]) == (0, [])
    after = snapshot(out)
    assert {name: after[name] for name in own} == own
    assert set(after) == OURS | set(own)
    assert {path.name for path in tmp_path.iterdir()} == {"out", "review"}


@pytest.mark.parametrize("name", ["report.html", "tables/mine.csv", "figures", "results.json", "posterior.nc"])
def test_a_file_of_the_users_with_one_of_our_names_is_not_overwritten(review, sampler, tmp_path, snapshot, name):
    out = tmp_path / "out"
    (out / name).parent.mkdir(parents=True)
    (out / name).write_text('{"mine": 1}')
    code, _, errors = review.run("run", "main", "--out", out)
    assert (code, sampler.calls) == (1, 0)
    top = name.split("/")[0]
    assert f"{out / top}: is there already, and no run of nma made it, move it away, or choose another" in errors[-1]
    assert snapshot(out) == {name: '{"mine": 1}'}


def test_a_new_file_of_ours_puts_one_of_the_users_aside(review, sampler, tmp_path, snapshot):
    out = tmp_path / "out"
    review.run("run", "main", "--out", out)
    (out / "tables/league.csv").write_text("mine")
    sampler.tables = ["ranking.csv", "league.csv"]
    review.run("run", "main", "--out", out, "--force")
    assert snapshot(out)["tables/league.csv~"] == "mine"
    assert snapshot(out)["tables/league.csv"] == "run 2"


@pytest.mark.parametrize(
    "error", [KeyboardInterrupt(), MemoryError("full"), OSError(28, "No space left on device"), RuntimeError("odd")]
)
@pytest.mark.parametrize("existing", [True, False])
def test_a_run_that_is_cut_off_leaves_everything_as_it_was(review, sampler, tmp_path, snapshot, error, existing):
    out = tmp_path / "deep/out"
    if existing:
        review.run("run", "main", "--out", out)
        (out / "notes.txt").write_text("mine")
    before, around = snapshot(tmp_path), sorted(tmp_path.iterdir())
    sampler.error = error
    code, _, errors = review.run("run", "main", "--out", out, "--force")
    expected = {KeyboardInterrupt: 130, MemoryError: 70, OSError: 1, RuntimeError: 70}
    assert code == expected[type(error)]
    assert snapshot(tmp_path) == before
    assert sorted(tmp_path.iterdir()) == around
    if isinstance(error, KeyboardInterrupt):
        assert errors[-1] == "Stopped; the folder that was being made is as it was."


@pytest.mark.parametrize("after", range(1, 9))
def test_a_cut_between_two_renames_is_rolled_back(review, sampler, tmp_path, snapshot, monkeypatch, after):
    out = tmp_path / "out"
    review.run("run", "main", "--out", out)
    before = snapshot(out)
    real, moves = type(out).rename, []

    def rename(self, target):
        moves.append(target)
        if len(moves) == after:
            raise KeyboardInterrupt
        return real(self, target)

    monkeypatch.setattr(type(out), "rename", rename)
    code, _, _ = review.run("run", "main", "--out", out, "--force")
    assert code == 130
    assert snapshot(out) == before


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("file", "file: is a file, not a folder"),
        ("file/below/it", "file: is a file, not a folder"),
        ("loop", "symbolic link"),
    ],
)
def test_a_folder_that_cannot_be_written_is_said_before_sampling(review, sampler, tmp_path, where, expected):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    code, _, errors = review.run("run", "main", "--out", tmp_path / where)
    assert (code, sampler.calls) == (1, 0)
    assert "--out" in errors[-1]
    assert expected in errors[-1] or "symbolic links" in errors[-1]
    assert (tmp_path / "file").read_text() == "mine"


def test_every_specification_is_run_even_when_one_cannot(review, sampler, tmp_path):
    text = (review.root / MAIN).read_text()
    review.write("models/a.yaml", text.replace("over: 12", "over: 120"))
    code, lines, errors = review.run("run", "--out", tmp_path / "out")
    assert code == 1
    assert errors[-1].startswith("a select: no trial fits this analysis, left out: 4 by follow-up")
    assert lines[-1] == f"Report: {tmp_path / 'out/main/report.html'} (en)"
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["main"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([(MAIN, "over: 12", "over: 36")], "main select: no trial fits this analysis, left out: 4 by follow-up"),
        ([(MAIN, "reference: PCO", "reference: SEE")], "models/main.yaml:10 reference: unknown main node, got 'SEE'"),
        ([(MAIN, "exclude: {}", "exclude: {beta-2002: x, delta-2004: x, gamma-2003: x}")], "main reference: no trial has this treatment, got 'PCO', allowed: SE, PVT"),
        ([("studies/gamma-2003.yaml", "node: PVT", "node: Z"), ("studies/alpha-2001.yaml", "node: PVT", "node: Z")], "studies/alpha-2001.yaml:13 arms[1].node: unknown node"),
        ([("studies/beta-2002.yaml", "overlaps: []", "overlaps: [gamma-2003]")], "main select: beta-2002 and gamma-2003 share participants and would both be included"),
    ],
)  # fmt: skip
def test_what_cannot_be_pooled_is_said_before_sampling(review, sampler, tmp_path, changes, expected):
    for change in changes:
        review.change(*change)
    code, _, errors = review.run("run", "main", "--out", tmp_path / "out")
    assert (code, sampler.calls) == (1, 0)
    assert any(expected in error for error in errors), errors
    assert not (tmp_path / "out").exists()


def test_a_network_in_pieces_names_them(review, sampler, tmp_path):
    review.change(
        "vocabulary.yaml", "  PCO:\n", "  X: {label: X, description: x}\n  Y: {label: Y, description: y}\n  PCO:\n"
    )
    review.change("studies/alpha-2001.yaml", "node: SE", "node: X")
    review.change("studies/alpha-2001.yaml", "node: PVT", "node: Y")
    code, _, errors = review.run("run", "main", "--out", tmp_path / "out")
    assert code == 1
    assert "main network: the network falls apart into 2 components: PCO, PVT, SE | X, Y" in errors[-1]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            ["main", "--engine", "nutz"],
            "--engine: unknown engine, got 'nutz', allowed: nuts, exact, did you mean 'nuts'?",
        ),
        (["main", "--seed", "-1"], "--seed: must be a whole number from 0 up to 2^63 - 1, got -1"),
        (["main", "--seed", str(2**64)], "--seed: must be a whole number"),
        (["mian"], "models/: no such specification, got 'mian', allowed: main, did you mean 'main'?"),
        (
            ["models/main.yaml"],
            "models/: no such specification, got 'models/main.yaml', allowed: main, did you mean 'main'?",
        ),
        (["../main"], "models/: no such specification, got '../main'"),
    ],
)
def test_a_wrong_argument_is_said(review, sampler, arguments, expected):
    code, _, errors = review.run("run", *arguments)
    assert (code, sampler.calls) == (1, 0)
    assert expected in errors[-1]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            "{broken",
            "results.json:1: not valid JSON: Expecting property name enclosed in double quotes, run the analysis",
        ),
        ("", "results.json:1: not valid JSON"),
        ("[" * 100_000, "results.json: not valid JSON"),
        ("[]", f"results.json schema: not of this version, got an empty list, allowed: {SCHEMA}"),
        ({"schema": "nma-results/99"}, "results.json schema: not of this version, got 'nma-results/99'"),
        ({"schema": SCHEMA}, "results.json: does not hold what a report needs (KeyError"),
        ({"schema": SCHEMA, "direction": 5, "analysis": []}, "results.json: does not hold what a report needs"),
    ],
)
def test_results_that_cannot_be_shown_are_said_and_left(review, stored, snapshot, content, expected):
    folder = stored(content)
    before = snapshot(folder)
    code, _, errors = review.run("report", folder)
    assert code == 1
    assert len(errors) == 1
    assert expected in errors[0]
    assert snapshot(folder) == before


def test_a_folder_without_results_is_said(review, tmp_path):
    code, _, errors = review.run("report", tmp_path / "nothing")
    assert code == 1
    assert errors == [f"{tmp_path / 'nothing/results.json'}: no results here, nma run makes them"]
    assert not (tmp_path / "nothing").exists()


def test_results_cannot_name_files_outside_their_folder(tmp_path, stored):
    (tmp_path / "precious").write_text("mine")
    out = stored(
        {"schema": SCHEMA, "files": ["../precious", "/etc/passwd", "tables/a.csv", "tables/../../precious", "notes", 5]}
    )
    (out / "notes").write_text("mine")
    (out / "tables").mkdir()
    with staging(out) as folder:
        (folder / "report.html").write_text("new")
    assert (tmp_path / "precious").read_text() == (out / "notes").read_text() == "mine"


def test_ctrl_c_in_the_library_reaches_the_caller(review, sampler, tmp_path):
    from nma.workflow import RunOptions, run

    sampler.error = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        run(Project.find(review.root), "main", tmp_path / "out", RunOptions())
    assert nma.fitting.fit_many == sampler.fit_many
    assert not (tmp_path / "out").exists()
