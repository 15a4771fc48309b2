"""Catalogues of a review's words in other languages: what they hold, what is wrong with them, what is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from nma.analysis.translations import (
    gaps,
    load_translations,
    of_judgements,
    of_project,
    of_registry,
    one_line,
    read_translations,
)
from nma.project import Project

ROOT = Path(__file__).resolve().parents[2]
FILE = "translations/nl.yaml"
HEAD = "original_language: en\n"
ROW = "- original: Supported employment\n  translation: Begeleid werken\n"

HOSTILE = [
    ("", "- a\n", "must be a mapping of keys to values, got a list"),
    ("", "texts: [\n", "not valid YAML"),
    ("original_language", "texts: []\n", "missing"),
    (
        "original_language",
        "original_language: Dutch language\n",
        "is not of the right form, got 'Dutch language', allowed: the tag of a language, as in en",
    ),
    ("word", f"{HEAD}word: x\n", "unknown key"),
    ("texts[0].translation", f"{HEAD}texts:\n- original: x\n", "missing"),
    ("texts[0].translation", f"{HEAD}texts:\n- {{original: x, translation: }}\n", "must be filled in"),
    ("texts[0].translation", f"{HEAD}texts:\n- {{original: x, translation: 1}}\n", "must be text"),
    (
        "texts[0].translation",
        f'{HEAD}texts:\n- {{original: x, translation: "a\\u202Eb"}}\n',
        "holds an invisible character",
    ),
    (
        "texts[1].original",
        f"{HEAD}texts:\n{ROW}{ROW}",
        "translated twice, got 'Supported employment', keep one of them",
    ),
]


@pytest.mark.parametrize(("field", "content", "said"), HOSTILE, ids=[said for _, _, said in HOSTILE])
def test_a_mistake_is_one_located_line(review, field, content, said) -> None:  # type: ignore[no-untyped-def]
    review.write(FILE, content)
    code, _, err = review.run("check")
    assert code == 1
    line = next(line for line in err if line.startswith(FILE))
    assert said in line
    assert field.partition("[")[0] in line


def test_every_mistake_is_named_at_once(review) -> None:  # type: ignore[no-untyped-def]
    review.write(FILE, f"{HEAD}texts:\n- {{original: x}}\n- {{translation: y}}\n")
    found = read_translations(review.root / "translations")[1]
    assert [(problem.place, problem.field) for problem in found] == [
        (f"{FILE}:3", "texts[0].translation"),
        (f"{FILE}:4", "texts[1].original"),
    ]


def test_a_file_is_named_after_its_language(review) -> None:  # type: ignore[no-untyped-def]
    review.write("translations/Dutch words.yaml", HEAD)
    assert "the name is no tag of a language" in str(read_translations(review.root / "translations")[1][0])


def test_a_review_is_written_in_one_language(review) -> None:  # type: ignore[no-untyped-def]
    review.write(FILE, HEAD)
    review.write("translations/fr.yaml", "original_language: de\n")
    assert "another language of the originals" in str(read_translations(review.root / "translations")[1][0])


def test_no_folder_holds_no_translations(tmp_path: Path) -> None:
    assert load_translations(tmp_path / "translations").plain() == {"original": None, "texts": {}}


def test_originals_and_translations_stand_on_one_line(review) -> None:  # type: ignore[no-untyped-def]
    review.write(FILE, f"{HEAD}texts:\n- original: >-\n    a\n    b\n  translation: >-\n    c\n    d\n")
    assert load_translations(review.root / "translations").texts == {"nl": {"a b": "c d"}}


def test_check_names_what_has_no_translation_where_the_project_is_told_in_that_language(review) -> None:  # type: ignore[no-untyped-def]
    code, out, _ = review.run("check")
    assert code == 0
    assert not any("translation" in line for line in out)
    review.change("nma.toml", "name =", 'languages = ["en", "nl"]\nname =')
    review.write(FILE, f"{HEAD}texts:\n{ROW}- {{original: Gone, translation: Weg}}\n")
    code, out, _ = review.run("check")
    said = [line for line in out if line.startswith(FILE)]
    assert code == 0
    assert any(
        line.startswith(f"{FILE}: no translation of 'Psychiatric care") and "vocabulary.yaml" in line for line in said
    )
    assert not any("'Supported employment'" in line for line in said)
    assert out[-1].startswith("and ")


def test_a_translation_of_nothing_is_named() -> None:
    found = read_translations(ROOT / "translations")[0]
    assert gaps(found, ("en", "nl"), {}, {})[0].endswith("translates nothing")
    assert gaps(found, ("en",), {}, {}) == []


def test_every_text_of_this_project_is_there_in_dutch() -> None:
    project = Project.find(ROOT)
    analyses = {name: project.analysis(name) for name in project.specifications()}
    needed = of_project(project.registry.vocabulary, analyses) | of_judgements(project.judgements)
    assert len(needed) > 80
    assert gaps(load_translations(project.translations), ("en", "nl"), needed, of_registry(project.registry)) == []


def test_the_texts_of_an_analysis_are_all_asked_for() -> None:
    project = Project.find(ROOT)
    analysis = project.analysis("long-term")
    needed = of_project(project.registry.vocabulary, {"long-term": analysis})
    sets = [text for entry in analysis.sensitivity.values() for text in (entry.title, entry.reason)]
    words = [analysis.title, analysis.question, analysis.better_in_words, analysis.priors.reason, *sets]
    assert analysis.select is not None
    assert {one_line(str(text)) for text in (*words, *analysis.select.exclude.values())} <= set(needed)
