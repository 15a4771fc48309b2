"""``nma inconsistency``: what it leaves on disk, beside a run or alone."""

import json

import pytest
from folders import OURS, PAGE, REPORT


def splits_in(out):
    return json.loads((out / "inconsistency.json").read_text())["splits"]


def test_alone_it_writes_its_own_files_only(review, sampler, tmp_path, snapshot):
    code, lines, _ = review.run("inconsistency", "main", "--out", tmp_path / "out")
    assert code == 0
    assert set(snapshot(tmp_path / "out")) == PAGE
    assert lines[-1] == f"Page: {tmp_path / 'out/inconsistency.html'} (en)"
    assert "No comparison can be split" in lines[0]


def test_beside_a_run_the_report_stays(review, sampler, tmp_path, snapshot):
    out = tmp_path / "out"
    review.run("run", "main", "--out", out)
    before = snapshot(out)
    assert splits_in(out) is None
    code, _, _ = review.run("inconsistency", "main", "--out", out)
    after = snapshot(out)
    assert code == 0
    assert set(after) == OURS
    assert {name: after[name] for name in REPORT} == {name: before[name] for name in REPORT}
    assert splits_in(out) == []


def test_a_second_time_it_does_nothing(review, sampler, tmp_path):
    out = tmp_path / "out"
    review.run("inconsistency", "main", "--out", out)
    calls = sampler.calls
    code, lines, _ = review.run("inconsistency", "main", "--out", out)
    assert (code, sampler.calls) == (0, calls)
    assert "nothing has changed" in lines[0]
    for arguments in (["--force"], ["--seed", 2], ["--multi-arm", "baseline"]):
        calls = sampler.calls
        review.run("inconsistency", "main", "--out", out, *arguments)
        assert sampler.calls > calls


def test_a_run_keeps_a_page_with_every_split_of_the_same_inputs(review, sampler, tmp_path, snapshot):
    out = tmp_path / "out"
    review.run("inconsistency", "main", "--out", out)
    review.run("run", "main", "--out", out)
    assert set(snapshot(out)) == OURS
    assert splits_in(out) == []
    review.run("run", "main", "--out", out, "--seed", 3)
    assert splits_in(out) is None


def test_a_report_of_other_inputs_is_said(review, sampler, tmp_path):
    out = tmp_path / "out"
    review.run("run", "main", "--out", out)
    _, _, errors = review.run("inconsistency", "main", "--out", out, "--seed", 4)
    assert any("was made of other inputs; 'nma run main' makes it anew" in line for line in errors)


def test_the_users_files_stay_and_a_cut_changes_nothing(review, sampler, tmp_path, snapshot):
    out = tmp_path / "out"
    review.run("run", "main", "--out", out)
    (out / "tables/mine.csv").write_text("mine")
    before = snapshot(out)
    sampler.error = KeyboardInterrupt()
    code, _, _ = review.run("inconsistency", "main", "--out", out)
    assert (code, snapshot(out)) == (130, before)
    sampler.error = None
    review.run("inconsistency", "main", "--out", out)
    assert snapshot(out)["tables/mine.csv"] == "mine"


def test_both_pages_are_made_anew_from_what_is_stored(review, sampler, tmp_path, snapshot):
    out = tmp_path / "out"
    review.run("run", "main", "--out", out)
    (out / "inconsistency.html").write_text("old")
    code, lines, _ = review.run("report", out)
    assert code == 0
    assert snapshot(out)["inconsistency.html"] == "no splits"
    assert len(lines) == 2
    alone = tmp_path / "alone"
    review.run("inconsistency", "main", "--out", alone)
    code, lines, _ = review.run("report", alone)
    assert (code, lines) == (0, [f"Report: {alone / 'inconsistency.html'} (en)"])
    assert set(snapshot(alone)) == PAGE


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["nothing"], "no such specification, got 'nothing'"),
        (["main", "--multi-arm", "symetric"], "did you mean 'symmetric'?"),
        (["main", "--seed", "-1"], "--seed: must be a whole number"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(review, sampler, tmp_path, arguments, expected):
    code, _, errors = review.run("inconsistency", *arguments, "--out", tmp_path / "out")
    assert code == 1
    assert len(errors) == 1
    assert expected in errors[0]
    assert not (tmp_path / "out").exists()


def test_on_a_terminal_fits_are_counted_on_a_bar(monkeypatch):
    import io

    from rich.console import Console

    from nma import terminal

    shown = io.StringIO()
    console = Console(file=shown, force_terminal=True, width=100, legacy_windows=False)
    monkeypatch.setattr(terminal, "err", console)
    with terminal.progress() as say:
        say("main: compiling")
        say("main: 3 of 4 fits [bold] done", 3, 4)
        console.print("between")  # draws the bar anew
    assert "3 of 4 fits [bold] done" in shown.getvalue()
    assert "━" in shown.getvalue()
