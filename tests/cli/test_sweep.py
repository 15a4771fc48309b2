"""``nma sweep``: what it leaves on disk, what it says, and what it refuses."""

from __future__ import annotations

import json
import re
import sys

import pytest
from small_review import MAIN

import nma.sweeps
from nma.vocab import Sweep

TRIALS = {"firmness.html", "firmness.json", "tables/firmness_refits.csv", "figures/firmness-trials.svg"}
CONTRASTS = ("likelihood: binomial", "likelihood: normal")


@pytest.fixture
def swept(review, tmp_path):
    """Sweep over a folder, contrasts for speed; more options may be given."""
    review.change(MAIN, *CONTRASTS)

    def run(*more):
        return review.run("sweep", "main", "--out", tmp_path / "out", "--workers", 1, *more)

    return run


@pytest.fixture
def counted(monkeypatch):
    """Which sweeps were made."""
    made, sweep = [], nma.sweeps.sweep

    def counting(source, request, provenance):
        made.extend(map(str, request.kinds))
        return sweep(source, request, provenance)

    monkeypatch.setattr(nma.sweeps, "sweep", counting)
    return made


def stored(out):
    return json.loads((out / "firmness.json").read_text())


def test_alone_it_writes_its_own_files_only(swept, tmp_path, snapshot):
    code, lines, errors = swept("--over", "trials")
    assert code == 0
    assert set(snapshot(tmp_path / "out")) == TRIALS
    assert re.match(r"Supported employment ranks first in the analysis as it is and in .* refits? of this", lines[0])
    assert lines[-1] == f"Page: {tmp_path / 'out/firmness.html'} (en)"
    assert errors[-1] == "trials: 4 of 4 done"
    rows = stored(tmp_path / "out")["sweeps"]["trials"]["rows"]
    assert [row["about"]["study"] for row in rows] == ["alpha-2001", "beta-2002", "delta-2004", "gamma-2003"]


def test_words_are_given_with_commas_or_one_by_one(swept, counted, tmp_path):
    swept("--over", "priors, trials", "--over", "window", "--over", "trials")
    assert counted == ["trials", "priors", "window"]
    assert stored(tmp_path / "out")["provenance"]["command"].startswith(
        "nma sweep main --over trials --over priors --over window"
    )


def test_a_second_time_it_does_only_what_is_missing(swept, counted, tmp_path):
    swept("--over", "trials")
    code, lines, errors = swept("--over", "trials")
    assert (code, errors, counted) == (0, [], ["trials"])
    told = f"main: nothing has changed since {tmp_path / 'out/firmness.html'} was made; --force runs it again."
    assert lines == [told]
    swept("--over", "trials,sets")
    assert counted == ["trials", "sets"]
    assert list(stored(tmp_path / "out")["sweeps"]) == ["trials", "sets"]
    swept("--over", "trials", "--force")
    swept("--over", "trials", "--seed", 2)
    assert counted[2:] == ["trials", "trials"]
    assert list(stored(tmp_path / "out")["sweeps"]) == ["trials"]


def test_other_evidence_is_swept_anew(swept, review, counted, tmp_path):
    swept("--over", "trials,sets")
    review.change("studies/beta-2002.yaml", "events: 30", "events: 31")
    swept("--over", "trials")
    assert counted == ["trials", "sets", "trials"]
    assert list(stored(tmp_path / "out")["sweeps"]) == ["trials"]


def test_the_users_files_stay(swept, tmp_path, snapshot):
    out = tmp_path / "out"
    out.mkdir()
    (out / "notes.txt").write_text("mine")
    swept("--over", "trials")
    (out / "tables/mine.csv").write_text("mine")
    (out / "figures/firmness-mine.svg").write_text("mine")
    swept("--over", "trials,sets")
    found = snapshot(out)
    mine = {"notes.txt", "tables/mine.csv", "figures/firmness-mine.svg"}
    assert set(found) == TRIALS | mine | {"figures/firmness-sets.svg"}
    assert {found[name] for name in mine} == {"mine"}


def test_a_page_of_the_users_stops_it(swept, tmp_path, snapshot):
    (tmp_path / "out").mkdir()
    (tmp_path / "out/firmness.html").write_text("mine")
    code, _, errors = swept("--over", "trials")
    assert code == 1
    assert "is there already, and no run of nma made it" in errors[-1]
    assert snapshot(tmp_path / "out") == {"firmness.html": "mine"}


def test_a_cut_changes_nothing(swept, monkeypatch, tmp_path, snapshot):
    swept("--over", "trials")
    before = snapshot(tmp_path / "out")

    def cut(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(nma.sweeps, "sweep", cut)
    code, _, errors = swept("--over", "sets")
    assert (code, errors[-1]) == (130, "Stopped; the folder that was being made is as it was.")
    assert snapshot(tmp_path / "out") == before


def test_the_page_is_made_anew_from_what_is_stored(swept, review, tmp_path, snapshot):
    out = tmp_path / "out"
    swept("--over", "trials,priors")
    before = snapshot(out)
    (out / "firmness.html").write_text("old")
    code, lines, _ = review.run("report", out)
    assert (code, lines) == (0, [f"Report: {out / 'firmness.html'} (en)"])
    assert snapshot(out) == before


def test_without_a_word_a_star_is_swept_over_everything(swept, review, tmp_path, monkeypatch):
    """Each trial that is left out takes a treatment along: the best, or another one."""
    monkeypatch.setattr(sys.modules["nma.sweeps.sweep"], "SIZES", (50,))
    review.change(MAIN, "exclude: {}", "exclude: {alpha-2001: not wanted, delta-2004: not wanted}")
    review.change(MAIN, "exclude: {alpha-2001: left out here}", "exclude: {beta-2002: gone}")
    code, lines, _ = swept()
    assert code == 0
    found = stored(tmp_path / "out")
    assert list(found["sweeps"]) == [str(kind) for kind in Sweep]
    assert found["provenance"]["command"] == "nma sweep main --seed 1"
    assert found["sweeps"]["trials"]["best_absent"] == 1
    assert "refits of this page that can be judged" in lines[0]
    assert "more say nothing: they could not be fitted" in lines[1]
    page = (tmp_path / "out/firmness.html").read_text("utf-8")
    for kind in Sweep:
        assert f'id="{kind}"' in page, kind
    for said in ("In 1 more, ", "show a risk ratio of", "up to a factor of 20"):
        assert said in page, said


def test_what_cannot_be_fitted_names_the_reference_that_is_missing(swept, review, tmp_path):
    care = "exclude: {beta-2002: b, gamma-2003: c, delta-2004: d}"
    review.change(MAIN, "left out here}", "left out here, beta-2002: b, gamma-2003: c, delta-2004: d}")
    entry = f"  no-care:\n    title: No care\n    reason: to see\n    patch:\n      select: {{{care}}}\n"
    review.change(MAIN, "sensitivity:\n", f"sensitivity:\n{entry}")
    swept("--over", "sets")
    page = (tmp_path / "out/firmness.html").read_text("utf-8")
    assert "no trial is left with Psychiatric care, the reference" in page
    assert "no trial fits this analysis" in page
    assert "no trial has this treatment" not in page


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["nothing"], "no such specification, got 'nothing', allowed: main"),
        (["main", "--over", "trial"], "--over: unknown sweep, got 'trial', allowed: trials, comparisons, sets, priors, "
         "window, new-trial, threshold, did you mean 'trials'?"),
        (["main", "--over", "trials,"], "--over: unknown sweep, got ''"),
        (["main", "--over", "all"], "--over: unknown sweep, got 'all'"),
        (["main", "--seed", "-1"], "--seed: must be a whole number"),
        (["main", "--workers", 0], "--workers: must be 1 or more, got 0"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said_in_one_line(review, tmp_path, arguments, expected):
    code, lines, errors = review.run("sweep", *arguments, "--out", tmp_path / "out")
    assert (code, lines, len(errors)) == (1, [], 1)
    assert expected in errors[0]
    assert not (tmp_path / "out").exists()


def test_beside_a_run_both_stay(swept, review, tmp_path):
    """A short run by the exact engine; then a sweep, and the run again."""
    review.change(MAIN, "reference: PCO\n", "reference: PCO\nsampling: {chains: 2, draws: 1000}\n")
    out = tmp_path / "out"
    assert review.run("run", "main", "--engine", "exact", "--out", out)[0] == 0
    report = snapshot_of(out)
    assert swept("--over", "trials")[0] == 0
    after = snapshot_of(out)
    assert set(after) == set(report) | TRIALS
    assert {name: after[name] for name in report} == report
    assert stored(out)["report"] is True
    assert review.run("run", "main", "--engine", "exact", "--out", out, "--force")[0] == 0
    assert {name: snapshot_of(out)[name] for name in TRIALS} == {name: after[name] for name in TRIALS}
    _, _, errors = swept("--over", "trials", "--seed", 1, "--force")
    assert not any("was made of other inputs" in line for line in errors)


def snapshot_of(folder):
    """Every file, whatever is in it."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
