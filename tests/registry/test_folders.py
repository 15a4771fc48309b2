"""What lies in the folders beside proper files, and files that are no trial at all."""

# ruff: noqa: E501 (a case is a line)

import pytest
from small_review import ALPHA, BETA, MAIN, STUDY


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        (ALPHA, "", f"{ALPHA}:1: the file holds no trial, got nothing, start with 'id:'"),
        (ALPHA, "- a\n", f"{ALPHA}:1: the file holds no trial, got a list"),
        (ALPHA, "42\n", f"{ALPHA}:1: the file holds no trial, got 42"),
        (ALPHA, b"id: \xff\n", f"{ALPHA}:1: the file is not UTF-8 text, save it as UTF-8"),
        (ALPHA, "id: alpha-2001\nid: alpha-2001\n", f"{ALPHA}:2 id: the key 'id' stands twice"),
        (MAIN, "", f"{MAIN}:1: the file holds no specification, got nothing, start with 'title:'"),
        (MAIN, "[a]", f"{MAIN}:1: the file holds no specification, got a list"),
        (MAIN, b"\xfe\xff", f"{MAIN}:1: the file is not UTF-8 text"),
        ("nma.toml", "name =\n", "nma.toml:1: not valid TOML: Invalid value, as in name"),
        ("nma.toml", b"\xff", "nma.toml: the file is not UTF-8 text"),
        (
            "nma.toml",
            "nmae = 'x'\n",
            "nma.toml nmae: unknown key, allowed: name, title, languages, did you mean 'name'?",
        ),
        ("nma.toml", "name = 3\n", "nma.toml name: must be text, got 3"),
    ],
)
def test_a_file_of_the_wrong_kind(review, name, content, expected):
    review.write(name, content)
    assert any(problem.startswith(expected) for problem in review.problems()), review.problems()


@pytest.mark.parametrize("suffix", [".yml", ".YAML", ".Yml"])
@pytest.mark.parametrize("folder", ["studies", "models"])
def test_another_extension_is_not_passed_over_in_silence(review, folder, suffix):
    review.write(f"{folder}/x{suffix}", STUDY)
    expected = f"{folder}/x{suffix}: would go unread, got {suffix}, allowed: .yaml, rename it to x.yaml"
    assert review.problem() == expected


def test_a_folder_below_is_not_passed_over_in_silence(review):
    review.write("studies/new/x.yaml", STUDY)
    assert review.problem() == "studies/new/: YAML files in a folder below would go unread, move its files to studies/"


def test_files_that_are_not_ours_are_left_alone(review):
    for name in ("studies/.#alpha.yaml", "studies/notes.md", "studies/study.schema.json", "models/.x.yaml"):
        review.write(name, b"\xff")
    assert review.problems() == []


def test_a_folder_named_like_a_file(review):
    (review.root / "studies/x.yaml").mkdir()
    assert review.problem() == "studies/x.yaml: is not a file, move it elsewhere or rename it"


@pytest.mark.parametrize("remove", ["files", "folder"])
def test_an_empty_registry(review, remove):
    for path in (review.root / "studies").iterdir():
        path.unlink()
    if remove == "folder":
        (review.root / "studies").rmdir()
    review.change(MAIN, "alpha-2001: left out here", "null: x")
    problems = review.problems()
    assert "studies/: no study files in this folder, one YAML file a trial belongs there" in problems


def test_texts_of_any_length_and_script_are_taken_as_they_are(review, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    label = "[bold]a[/] :smile: <b>&amp;</b> 😀 שלום " + "x" * 5000
    review.change(ALPHA, "label: Alpha", f"label: '{label}'")
    review.change(ALPHA, "description: adults", "description: '[/] [link=x] %s {0}'")
    assert review.problems() == []
    code, lines, _ = review.run("studies", "show", "alpha-2001")
    assert code == 0
    assert lines[0] == f"{label} (alpha-2001)"
    assert any("[/] [link=x] %s {0}" in line for line in lines)


def test_a_mistake_in_a_long_text_stays_one_short_line(review):
    review.change(ALPHA, "node: SE", f"node: '{'[red]' * 1000}'")
    review.change(ALPHA, "country: null", f"'{'k' * 900}': 1\ncountry: null")
    problems = review.problems()
    assert len(problems) == 2
    assert max(map(len, problems)) < 400
    assert "got '[red][red]" in problems[1]


def test_a_control_character_in_a_key_cannot_reach_the_terminal(review):
    review.change(ALPHA, "country: null", '"a\\e[2J\\nb": 1\ncountry: null')
    assert "\x1b" not in review.problem()
    assert "\\x1b[2J" in review.problem()


def test_an_unknown_trial_names_the_nearest(review):
    code, _, errors = review.run("studies", "show", "bata-2002")
    assert code == 1
    assert errors == ["studies/ id: no such trial, got 'bata-2002', did you mean 'beta-2002'?"]


def test_the_id_is_the_file_name(review):
    (review.root / BETA).rename(review.root / "studies/other.yaml")
    expected = "studies/other.yaml:2 id: differs from the file name, got 'beta-2002', allowed: 'other', rename the file or the id"
    assert review.problem() == expected
