"""Trials from elsewhere: all or none, each problem with its file and line."""

from __future__ import annotations

import pytest
from small_review import BETA, STUDY

from nma import yamlio
from nma.cli import app as cli
from nma.registry.text import edited


def trial(study_id: str) -> str:
    text = STUDY.replace("ID", study_id, 1).replace("LABEL", study_id.title(), 1)
    return text.replace("NODE", "SE", 1).replace("VERSUS", "PCO", 1)


@pytest.fixture
def source(tmp_path):
    def write(content: str | bytes, name: str = "new.yaml"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    return write


def added(review, *files):
    before = {path: path.read_bytes() for path in (review.root / "studies").glob("*")}
    code, lines, errors = review.run("studies", "add", "--from", *files)
    after = {path: path.read_bytes() for path in (review.root / "studies").glob("*")}
    assert all(after[path] == content for path, content in before.items())
    assert code == (1 if errors else 0)
    assert (len(after) > len(before)) is (code == 0)
    assert not [path for path in after if path.name.startswith(".")]
    return lines if code == 0 else errors


def test_one_file_is_stored_under_its_id_with_comments(review, source):
    text = trial("new-2020").replace("country: null", "country: null  # asked")
    assert added(review, source(text)) == ["Added: studies/new-2020.yaml"]
    assert (review.root / "studies/new-2020.yaml").read_text() == text
    assert review.problems() == []


def test_many_documents_and_folders(review, source, tmp_path):
    (tmp_path / "many").mkdir()
    source("---\n" + trial("a-2020") + "...\n---\n" + trial("b-2020"), "many/two.yaml")
    source(b"\xef\xbb\xbf" + trial("c-2020").replace("\n", "\r\n").encode(), "many/one.yaml")
    assert added(review, tmp_path / "many") == [f"Added: studies/{x}-2020.yaml" for x in "cab"]
    assert review.problems() == []
    assert (review.root / "studies/b-2020.yaml").read_text() == trial("b-2020")


def test_a_problem_in_the_second_document_has_its_line_in_the_file(review, source):
    first, second = trial("a-2020"), trial("b-2020").replace("events: 30", "events: 57")
    path = source(first + "---\n" + second)
    line = (first + "---\n" + second).splitlines().index("      - {arm: IPS, events: 57, n: 50}") + 1
    assert added(review, path) == [
        f"{path}:{line} outcomes[0].counts[0].events: 57 is more than n (50), check both against the report"
    ]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("id: new-2020", "id: ../../evil"), ":2 id: is not of the right form, got '../../evil'"),
        (("id: new-2020", "id: /etc/passwd"), ":2 id: is not of the right form"),
        (("id: new-2020", "id: n\u0435w-2020"), "character 2 of it is CYRILLIC SMALL LETTER IE (U+0435)"),
        (("id: new-2020", "id: .hidden"), ":2 id: is not of the right form"),
        (("id: new-2020", "id: [a]"), ":2 id: must be text"),
        (("id: new-2020\n", ""), " id: missing"),
        (("id: new-2020", f"id: {'a' * 90}"), ":2 id: must not be longer than 80 characters"),
        (("id: new-2020", "id: beta-2002"), ":2 id: the trial is in the registry, got 'beta-2002'"),
        (("overlaps: []", "overlaps: [gone-1999]"), "eligibility.overlaps[0]: no such trial, got 'gone-1999'"),
        (("label: New-2020", "label: 3"), ":3 label: must be text"),
    ],
)
def test_what_cannot_be_stored_is_named(review, source, change, expected):
    good = trial("other-2021")
    bad = trial("new-2020").replace(*change)
    problems = added(review, source(good, "good.yaml"), source(bad, "bad.yaml"))
    assert len(problems) == 1
    assert expected in problems[0]
    assert "bad.yaml" in problems[0]


def test_one_id_twice_among_the_new_is_refused(review, source):
    problems = added(review, source(trial("new-2020")), source(trial("new-2020"), "copy.yaml"))
    assert len(problems) == 1
    assert "copy.yaml:2 id: duplicate trial id, got 'new-2020'" in problems[0]


def test_no_file_an_empty_folder_and_a_missing_file(review, source, tmp_path):
    assert "no file named" in review.run("studies", "add")[2][0]
    (tmp_path / "empty").mkdir()
    assert "no study files in this folder" in added(review, tmp_path / "empty")[0]
    assert "cannot be read (No such file" in added(review, tmp_path / "none.yaml")[0]
    assert "is not a file" in added(review, "/dev/zero")[0]


def test_a_scaffold_is_valid_once_its_blanks_are_filled(review, tmp_path):
    path = tmp_path / "draft.yaml"
    assert review.run("studies", "new", "smith-2004", "--scaffold", "--out", path)[0] == 0
    assert "is there already" in review.run("studies", "new", "smith-2004", "--scaffold", "--out", path)[2][0]
    problems = added(review, path)
    assert all("must be filled in" in each for each in problems[:-1]), problems
    assert "extraction.status: does not fit the file, got 'one reader'" in problems[-1]
    assert yamlio.load(path).data["reports"][0]["year"] == 2004

    def fill(tree):
        tree["reports"][0]["first_author"] = "Smith J"
        tree["population"].update(description="adults", flags={"smi": "yes"})
        for arm, node in zip(tree["arms"], ("SE", "PCO"), strict=True):
            arm.update(label=f"arm {node}", node=node)
        record = tree["outcomes"][0]
        record.update(months=24, timing="period", kind="competitive", basis="stated", source="p. 4")
        for row, label in zip(record["counts"], ("arm SE", "arm PCO"), strict=True):
            row.update(arm=label, events=3, n=10)

    text = edited(yamlio.load(path), fill)
    assert text.count("#") >= path.read_text().count("#") - 1
    path.write_text(text)
    assert added(review, path) == ["Added: studies/smith-2004.yaml"]
    assert review.problems() == []


def test_without_a_terminal_new_says_so(review):
    code, _, errors = review.run("studies", "new", "smith-2004")
    assert code == 1
    assert errors == [
        "nma studies new: asks questions, and there is nobody at a terminal, --scaffold prints a blank to fill in"
    ]
    for study_id in ("../x", "Smith 2004", "sm\u0456th-2004"):
        code, _, errors = review.run("studies", "new", study_id, "--scaffold")
        assert (code, "no id that a trial can have" in errors[0]) == (1, True)


def test_the_project_named_before_the_command_counts(review, source, capsys):
    path = source(trial("new-2020"))
    assert cli._exit_code(["studies", "--project", str(review.root), "add", "--from", str(path)]) == 0
    assert (review.root / "studies/new-2020.yaml").exists()
    assert (review.root / BETA).exists()
