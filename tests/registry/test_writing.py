"""Writing to the registry keeps every line that was typed, loses no edit, and is all or nothing."""

from __future__ import annotations

import difflib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_review import ALPHA, STUDY

from nma import yamlio
from nma.errors import InputError, OutputError
from nma.project import Project
from nma.registry import writing
from nma.registry.text import edited
from nma.registry.writing import create, edit, locked, study_text

ROOT = Path(__file__).parents[2]
STUDIES = sorted((ROOT / "studies").glob("*.yaml"))
NEW = STUDY.replace("ID", "new-2020", 1).replace("LABEL", "New", 1).replace("NODE", "SE", 1).replace("VERSUS", "PCO", 1)


def changed_lines(old: str, new: str) -> list[str]:
    lines = list(difflib.unified_diff(old.splitlines(), new.splitlines(), n=0, lineterm=""))[2:]
    return [line for line in lines if not line.startswith("@@")]


@pytest.fixture
def project(review):
    return Project.find(review.root)


def text_of(review, name=ALPHA):
    return (review.root / name).read_text("utf-8")


def nothing_left(review):
    return sorted(path.name for path in (review.root / "studies").iterdir() if path.name.startswith("."))


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_every_real_file_is_written_as_it_stands_and_edited_by_the_line(path):
    document = yamlio.load(path)
    original = document.text.decode("utf-8")
    assert study_text(document.data) == original
    new = edited(document, lambda tree: tree.update(fidelity="105 of 115"))
    gone = [line[1:] for line in changed_lines(original, new) if line.startswith("-")]
    block = original[original.index("\nfidelity:") + 1 : original.index("\ncomparator_content:")].splitlines()
    assert gone == block
    assert [line for line in changed_lines(original, new) if line.startswith("+")] == ["+fidelity: 105 of 115"]


HAND_MADE = NEW.replace("country: null", "country:   ~   # not printed\n\n# asked the authors\n").replace(
    "      - {arm: IPS, events: 30, n: 50}", "      - { arm: IPS, events: 30,   n: 50 } # Table 2"
).replace("source: page 5", "source: >-\n      page 5,\n      folded by hand\n")  # fmt: skip


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_comments_blanks_and_odd_layout_survive_an_edit(review, project, ending, mark):
    review.write("studies/new-2020.yaml", (mark + HAND_MADE.replace("\n", ending)).encode("utf-8"))

    def change(tree):
        tree["outcomes"][0]["counts"][1]["events"] = 16
        tree["outcomes"][0]["doubts"].append("a doubt: with a colon")

    edit(project, "new-2020", change)
    new = (review.root / "studies/new-2020.yaml").read_bytes().decode("utf-8")
    assert new.startswith(mark + "# yaml-language-server")
    assert new.count("\r\n") == (new.count("\n") if ending == "\r\n" else 0)
    assert changed_lines(mark + HAND_MADE, new.replace("\r\n", "\n")) == [
        "-      - {arm: TAU, events: 15, n: 52}",
        "-    doubts: []",
        "+      - {arm: TAU, events: 16, n: 52}",
        "+    doubts:",
        "+      - 'a doubt: with a colon'",
    ]
    assert review.problems() == []


def test_an_edit_can_add_and_remove_a_record(review, project):
    before = text_of(review)

    def change(tree):
        record = dict(tree["outcomes"][0])
        tree["outcomes"].append({**record, "months": 12})

    edit(project, "alpha-2001", change)
    assert not [line for line in changed_lines(before, text_of(review)) if line.startswith("-")]
    assert len(yamlio.load(review.root / ALPHA).data["outcomes"]) == 2
    edit(project, "alpha-2001", lambda tree: tree["outcomes"].pop())
    assert text_of(review) == before


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    comments=st.lists(st.integers(0, 45), max_size=6),
    text=st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cf", "Zl", "Zp", "Cn")), min_size=1),
    months=st.floats(0, 1200),
    events=st.integers(0, 50),
)
def test_comments_anywhere_survive_and_values_arrive(comments, text, months, events):
    lines = NEW.splitlines()
    for at in sorted(comments, reverse=True):
        if at and at < len(lines):
            lines.insert(at, f"# comment {at}")
    original = "\n".join(lines) + "\n"
    document = yamlio.parse(original.encode("utf-8"), Path("new-2020.yaml"), "new")

    def change(tree):
        tree["label"] = text
        tree["outcomes"][0]["months"] = months
        tree["outcomes"][0]["counts"][0]["events"] = events

    new = edited(document, change)
    data = yamlio.parse(new.encode("utf-8"), Path("new-2020.yaml"), "new").data
    assert (data["label"], data["outcomes"][0]["months"]) == (text, months)
    assert data["outcomes"][0]["counts"][0]["events"] == events
    assert new.count("# comment") == original.count("# comment")
    written = study_text(data)
    assert yamlio.parse(written.encode("utf-8"), Path("new-2020.yaml"), "new").data == data


@pytest.mark.parametrize(
    "text", ["0x1f", "0o17", "1e400", "null", "yes", "~", "1_000", "a: b", "# x", "- x", "'", " x "]
)
def test_text_that_looks_like_something_else_stays_text(text):
    data = yamlio.parse(NEW.encode(), Path("x"), "x").data | {"label": text}
    assert yamlio.parse(study_text(data).encode(), Path("x"), "x").data == data


def test_new_files_are_all_or_none(review, project):
    broken = NEW.replace("new-2020", "other-2021").replace("events: 30", "events: 57")
    before = nothing_left(review)
    with pytest.raises(InputError) as caught:
        create(project, {"new-2020": NEW, "other-2021": broken})
    assert [problem.place for problem in caught.value.problems] == ["studies/other-2021.yaml:24"]
    assert not (review.root / "studies/new-2020.yaml").exists()
    fine = broken.replace("events: 57", "events: 50").replace("overlaps: []", "overlaps: [new-2020]")
    create(project, {"new-2020": NEW, "other-2021": fine})
    assert review.problems() == []
    assert text_of(review, "studies/new-2020.yaml") == NEW
    assert nothing_left(review) == before == []


def test_nothing_is_overwritten(review, project):
    before = text_of(review)
    with pytest.raises(InputError, match="the trial is in the registry, got 'alpha-2001'"):
        create(project, {"alpha-2001": NEW.replace("new-2020", "alpha-2001")})
    assert text_of(review) == before


@pytest.mark.parametrize("study_id", ["../x", "a/b", "A-2001", "\u0430lpha-2001", "", "a" * 81, ".hidden", "a\n"])
def test_an_id_that_is_no_id_never_becomes_a_path(review, project, study_id):
    before = sorted(review.root.rglob("*"))
    for attempt in (lambda: create(project, {study_id: NEW}), lambda: edit(project, study_id, lambda tree: None)):
        with pytest.raises(InputError, match="no id that a trial can have"):
            attempt()
    assert sorted(review.root.rglob("*")) == before


def test_a_change_that_breaks_the_file_is_not_written(review, project):
    before = text_of(review)
    with pytest.raises(InputError, match="57 is more than n"):
        edit(project, "alpha-2001", lambda tree: tree["outcomes"][0]["counts"][0].update(events=57))
    with pytest.raises(InputError, match="differs from the file name"):
        edit(project, "alpha-2001", lambda tree: tree.update(id="alpha-2009"))
    assert text_of(review) == before
    assert nothing_left(review) == []


def test_a_full_disk_leaves_the_registry_as_it_was(review, project, monkeypatch):
    before = text_of(review)

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    for attempt in (
        lambda: create(project, {"new-2020": NEW}),
        lambda: edit(project, "alpha-2001", lambda tree: tree.update(label="X")),
    ):
        with pytest.raises(OutputError, match="No space left"):
            attempt()
    assert text_of(review) == before
    assert not (review.root / "studies/new-2020.yaml").exists()
    assert nothing_left(review) == []


def test_the_next_writer_finishes_what_a_kill_cut_short(review, project):
    review.write("studies/.ready-abc/new-2020.yaml", NEW)
    review.write("studies/.adding-abc/half-2020.yaml", "id: ha")
    review.write("studies/.writing-abc", "id: ha")
    assert review.problems() == []
    with locked(project.studies):
        pass
    assert text_of(review, "studies/new-2020.yaml") == NEW
    assert nothing_left(review) == []
    assert review.problems() == []


def test_a_lock_that_is_held_is_one_clear_line(review, project):
    code = (
        "import sys; from pathlib import Path; from nma.registry.writing import locked\n"
        "with locked(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    start = [sys.executable, "-c", code, str(project.studies)]
    with subprocess.Popen(start, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        expected = "studies/: another process is writing to the registry, wait"
        with pytest.raises(OutputError, match=expected), locked(project.studies, 0.2):
            pass
        other.communicate("")
    with locked(project.studies, 0.2):
        pass


EDITOR = """
import sys
from nma.project import Project
from nma.registry.writing import edit
project = Project.find(sys.argv[1])
for i in range(15):
    edit(project, "alpha-2001", lambda tree: tree["eligibility"]["doubts"].append(f"{sys.argv[2]} {i}"))
"""


def test_two_processes_lose_no_edit(review, project):
    both = [subprocess.Popen([sys.executable, "-c", EDITOR, str(review.root), who]) for who in ("one", "two")]
    assert [process.wait(60) for process in both] == [0, 0]
    doubts = yamlio.load(review.root / ALPHA).data["eligibility"]["doubts"]
    assert sorted(doubts) == sorted(f"{who} {i}" for who in ("one", "two") for i in range(15))
    assert review.problems() == []


def test_a_link_stays_a_link_and_rights_stay(review, project):
    target = review.root / "elsewhere.yaml"
    (review.root / ALPHA).rename(target)
    target.chmod(0o640)
    (review.root / ALPHA).symlink_to(target)
    edit(project, "alpha-2001", lambda tree: tree.update(label="Changed"))
    assert (review.root / ALPHA).is_symlink()
    assert target.stat().st_mode & 0o777 == 0o640
    assert "label: Changed" in target.read_text("utf-8")


def test_leftovers_and_lock_are_hidden_from_the_reader():
    assert all(name.startswith(".") for name in (writing.ASIDE, writing.ADDING, writing.READY))
