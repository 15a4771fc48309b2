"""``nma simulate``: what it leaves on disk, what it says, and what it refuses."""

from __future__ import annotations

import json

import pytest
from simulations import CALIBRATED, NORMAL, write

import nma.simulation

OWN = {"simulation.json", "simulation.md", "tables/simulation.csv"}
FEW = ("--networks", 3, "--workers", 1)


@pytest.fixture
def file(tmp_path):
    return write(tmp_path, text=NORMAL)


@pytest.fixture
def simulated(review, file, tmp_path):
    """Simulate into a folder; more options may be given."""

    def run(*more, what=file):
        return review.run("simulate", what, "--out", tmp_path / "out", *FEW, *more)

    return run


@pytest.fixture
def counted(monkeypatch):
    """How many studies were made."""
    made, study = [], nma.simulation.study
    monkeypatch.setattr(nma.simulation, "study", lambda *a, **k: made.append(1) or study(*a, **k))
    return made


def test_a_file_becomes_a_table(simulated, tmp_path, snapshot):
    code, lines, errors = simulated()
    assert code == 0
    found = snapshot(tmp_path / "out")
    assert set(found) == OWN
    assert lines[0].split("\t")[0] == "quantity"
    assert [line.split("\t")[0] for line in lines[1:5]] == [
        "B against A", "C against A", "C against B", "heterogeneity (τ)",
    ]  # fmt: skip
    assert lines[5].startswith("3 networks of 7 trials on 3 treatments, engine exact; missed the gate: 0.0%")
    assert lines[-1] == f"Table: {tmp_path / 'out/simulation.md'}"
    assert errors[-1] == "3 of 3 networks done"
    stored = json.loads(found["simulation.json"])
    assert (stored["schema"], stored["networks"], stored["calibration"]) == ("nma-simulation/1", 3, None)
    assert stored["provenance"]["command"].endswith("--networks 3 --seed 1 --engine exact --truth stated")
    assert "| C against B | 0.400 |" in found["simulation.md"]
    assert found["tables/simulation.csv"].count("\n") == 5


def test_an_analysis_of_the_project_is_simulated_as_it_is(simulated, tmp_path):
    code, lines, _ = simulated(what="main")
    assert code == 0
    assert any("3 networks of 4 trials on 3 treatments" in line for line in lines)
    stored = json.loads((tmp_path / "out/simulation.json").read_text())
    assert [sorted(trial["sizes"]) for trial in stored["trials"]] == [[50, 52]] * 4


def test_a_truth_from_the_priors_says_whether_it_is_calibrated(simulated):
    code, lines, _ = simulated("--truth", "prior")
    assert code == 0
    assert lines[0].endswith("p (χ²)\tp (band)")
    assert "smallest of 8 p-values" in lines[-2]
    assert lines[-2].endswith("(allowed over this many networks: 67.6% to 100.0%).")


@pytest.mark.parametrize("what", ["file", "main"])
def test_a_second_time_it_does_nothing(simulated, file, counted, tmp_path, snapshot, what):
    what = file if what == "file" else what
    simulated(what=what)
    before = snapshot(tmp_path / "out")
    code, lines, errors = simulated(what=what)
    assert (code, errors, len(counted)) == (0, [], 1)
    told = f"{what}: nothing has changed since {tmp_path / 'out/simulation.md'} was made; --force runs it again."
    assert lines == [told]
    assert snapshot(tmp_path / "out") == before
    simulated("--force", what=what)
    assert len(counted) == 2
    assert set(snapshot(tmp_path / "out")) == OWN


@pytest.mark.parametrize("more", [["--seed", 2], ["--networks", 4], ["--truth", "prior"]])
def test_other_options_are_another_study(simulated, counted, more):
    simulated()
    simulated(*more)
    assert len(counted) == 2
    simulated(*more)
    assert len(counted) == 2


def test_where_the_work_is_done_changes_nothing(simulated, counted):
    simulated()
    _, lines, _ = simulated("--workers", 2)
    assert "nothing has changed" in lines[0]
    assert len(counted) == 1


def test_another_file_under_the_same_name_is_another_study(simulated, file, counted):
    simulated()
    file.write_text(file.read_text().replace("C: 0.7", "C: 0.8"))
    simulated()
    assert len(counted) == 2
    file.write_text("# a remark\n" + file.read_text())
    simulated()
    assert len(counted) == 2


def test_a_file_that_is_gone_is_made_again(simulated, counted, tmp_path, snapshot):
    simulated()
    (tmp_path / "out/tables/simulation.csv").unlink()
    simulated()
    assert len(counted) == 2
    assert set(snapshot(tmp_path / "out")) == OWN


def test_the_users_files_stay(simulated, tmp_path, snapshot):
    out = tmp_path / "out"
    out.mkdir()
    (out / "notes.txt").write_text("mine")
    simulated()
    (out / "tables/mine.csv").write_text("mine")
    simulated("--seed", 2)
    assert set(snapshot(out)) == OWN | {"notes.txt", "tables/mine.csv"}
    assert snapshot(out)["tables/mine.csv"] == "mine"


@pytest.mark.parametrize("name", ["simulation.md", "simulation.json", "tables/mine.csv"])
def test_a_file_of_the_users_under_one_of_our_names_stops_it(simulated, tmp_path, snapshot, name):
    (tmp_path / "out" / name).parent.mkdir(parents=True)
    (tmp_path / "out" / name).write_text("mine")
    code, _, errors = simulated()
    assert code == 1
    assert "is there already, and no run of nma made it" in errors[-1]
    assert snapshot(tmp_path / "out") == {name: "mine"}


def test_beside_a_report_both_stay(review, simulated, sampler, tmp_path, snapshot):
    out = tmp_path / "out"
    review.run("run", "main", "--out", out)
    report = snapshot(out)
    simulated()
    simulated("--seed", 2)
    after = snapshot(out)
    assert set(after) == set(report) | OWN
    assert {name: after[name] for name in report} == report
    for again in (["run", "main", "--force"], ["inconsistency", "main", "--force"]):
        assert review.run(*again, "--out", out)[0] == 0
        assert {name: snapshot(out)[name] for name in OWN} == {name: after[name] for name in OWN}
    assert review.run("report", out)[0] == 0
    assert {name: snapshot(out)[name] for name in OWN} == {name: after[name] for name in OWN}


def test_a_cut_changes_nothing(simulated, monkeypatch, tmp_path, snapshot):
    simulated()
    before = snapshot(tmp_path / "out")

    def cut(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(nma.simulation, "study", cut)
    code, _, errors = simulated("--seed", 2)
    assert (code, errors[-1]) == (130, "Stopped; the folder that was being made is as it was.")
    assert snapshot(tmp_path / "out") == before


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["nothing"], "no such specification, got 'nothing', allowed: main"),
        (["nothing.yaml"], "nothing.yaml: cannot be read"),
        (["main", "--networks", 1], "--networks: must be a whole number from 2"),
        (["main", "--truth", "priors"], "--truth: not an allowed word, got 'priors', allowed: stated, prior, did you"),
        (["main", "--engine", "nut"], "--engine: unknown engine, got 'nut', allowed: nuts, exact, did you mean 'nuts'"),
        (["main", "--seed", "-1"], "--seed: must be a whole number"),
        (["main", "--workers", 0], "--workers: must be 1 or more, got 0"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(review, tmp_path, arguments, expected):
    code, lines, errors = review.run("simulate", *arguments, "--out", tmp_path / "out")
    assert (code, lines, len(errors)) == (1, [], 1)
    assert expected in errors[0]
    assert not (tmp_path / "out").exists()


def test_without_a_scheduler_nothing_is_left(simulated, tmp_path):
    code, _, errors = simulated("--scheduler", "nonsense")
    assert code == 1
    assert errors[-1].startswith("--scheduler: no Dask scheduler answers")
    assert not (tmp_path / "out").exists()


def test_a_file_without_a_truth_says_where_one_comes_from(review, tmp_path):
    text = CALIBRATED["normal"]
    path = write(tmp_path, text=text[: text.index("risks:")])
    code, _, errors = review.run("simulate", path, *FEW, "--out", tmp_path / "out")
    assert code == 1
    assert errors == ["Three treatments truth: missing, add the key, or draw it from the priors with --truth prior"]


def test_the_table_is_made_anew_from_what_is_stored(simulated, review, tmp_path, snapshot):
    simulated()
    before = snapshot(tmp_path / "out")
    (tmp_path / "out/simulation.md").unlink()
    (tmp_path / "out/tables/simulation.csv").write_text("spoilt")
    code, lines, _ = review.run("report", tmp_path / "out")
    assert (code, lines) == (0, [f"Table: {tmp_path / 'out/simulation.md'}"])
    assert snapshot(tmp_path / "out") == before
