"""Hundreds of malformed and hostile study files: each is named with its place, nothing breaks, nothing is written."""

# ruff: noqa: E501 (a case is a line)

from __future__ import annotations

import json
import re

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from small_review import ALPHA, STUDY

from nma import yamlio
from nma.registry.base import shown

TEXT = (
    STUDY.replace("ID", "alpha-2001", 1)
    .replace("LABEL", "Alpha", 1)
    .replace("NODE", "SE", 1)
    .replace("VERSUS", "PVT", 1)
)
DATA = yamlio.parse(TEXT.encode(), yamlio.Path("alpha-2001.yaml"), "alpha").data
NUMBERS = {"year", "pmid", "randomised", "months", "events", "n", "mean_age", "percent_men", "percent_psychosis"}
WORDS = {
    "timing", "basis", "smi", "network", "status", "sequence_generation", "allocation_concealment", "blinding_of_participants",
    "blinding_of_outcome_assessment", "incomplete_outcome_data", "selective_reporting", "other",
}  # fmt: skip
WRONG = {
    "number": (
        ".nan",
        "-.inf",
        "1e400",
        "-1",
        "'40'",
        "forty",
        "[40]",
        "{a: 40}",
        "true",
        "40 %",
        "99999999999999999999",
        "0x1F40FFFFFF",
    ),
    "word": ("''", "lo", "3", "true", "[low]", "{low: 1}", "l\u043ew", "'low\u200b'", ".nan"),
    "text": ("''", "'   '", "3", "2.5", "true", "[a]", "{a: b}", '"a\\e[31mb"', '"a\\u202Eb"', "'a\u200bb'", ".inf"),
}
"""Values that no field of the kind may have, as they would be typed."""


def leaves(value, path=()):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list) and value:
        for i, inner in enumerate(value):
            yield from leaves(inner, (*path, i))
    elif not isinstance(value, list):
        yield path


def mappings(value, path=()):
    if isinstance(value, dict):
        yield path
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from mappings(inner, (*path, key))


def with_value(path, raw):
    """The trial with something else typed at one place, one value a line."""
    data = json.loads(json.dumps(DATA))
    inner = data
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = "@@"
    return json.dumps(data, indent=1).replace('"@@"', raw)


def without(path):
    data = json.loads(json.dumps(DATA))
    inner = data
    for step in path[:-1]:
        inner = inner[step]
    del inner[path[-1]]
    return json.dumps(data, indent=1)


def with_key(path, key):
    data = json.loads(json.dumps(DATA))
    inner = data
    for step in path:
        inner = inner[step]
    inner[key] = 1
    return json.dumps(data, indent=1)


def kind_of(path):
    return "number" if path[-1] in NUMBERS else "word" if path[-1] in WORDS else "text"


def wrong_values():
    for path in leaves(DATA):
        for raw in WRONG[kind_of(path)]:
            text = with_value(path, raw)
            line = next(
                i
                for i, row in enumerate(text.split("\n"), 1)
                if row != (json.dumps(DATA, indent=1).split("\n") + [""] * 9)[i - 1]
            )
            yield f"{yamlio.dotted(path)} = {raw}", text, line


def broken_structure():
    for path in leaves(DATA):
        yield f"no {yamlio.dotted(path)}", without(path), None
    for path in mappings(DATA):
        yield f"more in {yamlio.dotted(path)}", with_key(path, "constructor"), None
        yield f"hostile key in {yamlio.dotted(path)}", with_key(path, "\x1b[2J<script>"), None


CASES = {name: (text, line) for name, text, line in (*wrong_values(), *broken_structure())}
GROUPS = [f"{kind}{part}" for kind in ("number", "word", "text") for part in range(3)] + ["structure"]


def group_of(name):
    found = re.fullmatch(r"(.*) = (.*)", name, re.DOTALL)
    if found is None:
        return "structure"
    key = re.split(r"[.\[]", found[1].rstrip("]"))[-1]
    return f"{'number' if key in NUMBERS else 'word' if key in WORDS else 'text'}{sum(map(ord, name)) % 3}"


def test_there_are_three_hundred_distinct_malformed_files():
    assert len({text for text, _ in CASES.values()}) >= 300
    assert {group_of(name) for name in CASES} == set(GROUPS)


def judged(review):
    """The problems of the registry; the file that was judged stays as it was."""
    before = (review.root / ALPHA).read_bytes()
    code, _, errors = review.run("check")
    assert (review.root / ALPHA).read_bytes() == before
    return code, errors


@pytest.mark.parametrize("group", GROUPS)
def test_every_malformed_file_is_named_with_its_line(review, group):
    """All files of a group lie in one registry: the problems of one hide none of another."""
    cases = {f"case-{i}": case for i, case in enumerate(CASES.items()) if group_of(case[0]) == group}
    for study_id, (_, (text, _)) in cases.items():
        review.write(f"studies/{study_id}.yaml", text.replace("alpha-2001", study_id))
    before = {path: path.read_bytes() for path in (review.root / "studies").iterdir()}
    code, _, errors = review.run("check")
    assert code == 1
    assert {path: path.read_bytes() for path in (review.root / "studies").iterdir()} == before
    assert max(map(len, errors)) < 500
    assert "\x1b" not in "".join(errors)
    for study_id, (name, (_, line)) in cases.items():
        found = [problem for problem in errors if problem.startswith(f"studies/{study_id}.yaml:")]
        assert found, name
        assert all(re.match(r"\S+:\d+ ", problem) for problem in found), (name, found)
        assert line is None or any(f"yaml:{line} " in problem for problem in found), (name, line, found)
    assert all(problem.startswith("studies/case-") for problem in errors[1:])


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
HOSTILE = {
    "alias bomb": (BOMB, "anchors and aliases are not used here"),
    "alias to itself": ("id: &a [*a]\n", "anchors and aliases are not used here"),
    "merge key": ("id: x\n<<: {label: y}\n", "<<"),
    "deep lists": ("id: " + "[" * 5000 + "]" * 5000, "nested more than 40 levels deep"),
    "deep mappings": ("id: " + "{a: " * 5000 + "}" * 5000, "nested more than 40 levels deep"),
    "deep indentation": ("".join(" " * i + "a:\n" for i in range(200)), "nested more than 40 levels deep"),
    "python object": ("id: !!python/object/apply:os.system [ls]\n", "the tag !!python/object/apply:os.system is not used here"),
    "binary": ("id: !!binary aGk=\n", "the tag !!binary is not used here"),
    "directive": ("%YAML 9.9\n---\nid: x\n", "not valid YAML"),
    "two documents": (TEXT + "---\n" + TEXT, "more than one YAML document in a file"),
    "utf-16": (TEXT.encode("utf-16"), "the file is not UTF-8 text"),
    "latin-1": (TEXT.replace("adults", "adultos de Espa\xf1a").encode("latin-1"), ":9: the file is not UTF-8 text"),
    "windows-1252": (TEXT.replace("adults", "\u201cadults\u201d").encode("cp1252"), ":9: the file is not UTF-8 text"),
    "shift-jis": (TEXT.replace("adults", "\u6210\u4eba").encode("shift-jis"), ":9: the file is not UTF-8 text"),
    "nul": (TEXT.encode().replace(b"adults", b"ad\x00lts"), ":9: a control character, got U+0000"),
    "escape": (TEXT.encode().replace(b"adults", b"\x1b[2J"), ":9: a control character, got U+001B"),
    "tab": (TEXT.replace("  description", "\tdescription", 1), "indent with spaces, not with a tab"),
    "open quote": (TEXT.replace("adults", "'adults", 1), "not valid YAML"),
    "open bracket": (TEXT.replace("{smi: yes}", "{smi: yes"), "not valid YAML"),
    "truncated": (TEXT[: len(TEXT) // 2], "missing"),
    "a spreadsheet": (b"PK\x03\x04\x14\x00\x06\x00\x08\x00", "a control character"),
    "a picture": (b"\x89PNG\r\n\x1a\n", "the file is not UTF-8 text"),
    "json of another kind": ('{"trials": []}', "unknown key"),
    "csv": ("study,treatment,r,n\nA,SE,3,10\n", "the file holds no trial"),
    "huge number": (TEXT.replace("events: 30", "events: " + "9" * 4000), ":24: a number with more than 20 digits"),
    "list as key": (TEXT.replace("country: null", "? [a]\n: b"), "a key must be a single word or text"),
    "path in the id": (TEXT.replace("id: alpha-2001", "id: ../../../etc/cron.d/x"), ":2 id: is not of the right form"),
    "windows path in the id": (TEXT.replace("id: alpha-2001", "id: 'C:\\x'"), ":2 id: is not of the right form"),
    "full-width id": (TEXT.replace("id: alpha-2001", "id: \uff41lpha-2001"), "FULLWIDTH LATIN SMALL LETTER A (U+FF41)"),
    "look-alike hyphen": (TEXT.replace("id: alpha-2001", "id: alpha\u20102001"), "HYPHEN (U+2010)"),
    "right-to-left id": (TEXT.replace("id: alpha-2001", "id: '\u202ealpha-2001'"), "RIGHT-TO-LEFT OVERRIDE (U+202E)"),
    "nothing": ("", "the file holds no trial"),
    "only a comment": ("# id: alpha-2001\n", "the file holds no trial"),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused_in_a_line(review, case, tmp_path):
    content, expected = HOSTILE[case]
    path = review.write(ALPHA, content)
    code, errors = judged(review)
    assert code == 1
    assert any(expected in problem for problem in errors[1:]), errors
    assert all(re.match(rf"{ALPHA}:\d+|models/main.yaml:\d+ ", problem) for problem in errors[1:])
    source = tmp_path / "new.yaml"
    path.rename(source)
    before = sorted((review.root / "studies").iterdir())
    if case != "two documents":
        code, _, errors = review.run("studies", "add", "--from", source)
        assert code == 1
        assert all(problem.startswith(f"{source}") for problem in errors), errors
    assert sorted((review.root / "studies").iterdir()) == before


def test_a_file_of_200_megabytes_is_refused_unread(review, tmp_path):
    path = review.root / ALPHA
    with path.open("r+b") as file:
        file.truncate(200_000_000)
    assert review.problem() == f"{ALPHA}: the file is larger than 2,000,000 bytes, split it"
    big = path.rename(tmp_path / "big.yaml")
    assert review.run("studies", "add", "--from", big)[2] == [
        f"{big}: the file is larger than 2,000,000 bytes, split it"
    ]


INJECTIONS = (
    "<script>alert(1)</script>",
    '=HYPERLINK("http://x","y")',
    "@SUM(A1)",
    "+1+1",
    "-2+3",
    "[red]x[/red]",
    "{{ 7*7 }}",
    "'; DROP TABLE studies; --",
)


@pytest.mark.parametrize("name", INJECTIONS)
def test_markup_and_formulas_in_names_stay_text(review, name):
    data = json.loads(json.dumps(DATA))
    data["label"] = data["arms"][0]["label"] = data["outcomes"][0]["counts"][0]["arm"] = name
    review.write(ALPHA, json.dumps(data))
    assert review.problems() == []
    shown_lines = "\n".join(review.run("studies", "show", "alpha-2001")[1])
    assert name in shown_lines
    assert "49" not in shown_lines


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    at=st.integers(0, len(TEXT.encode())),
    cut=st.integers(0, 40),
    put=st.binary(max_size=6) | st.sampled_from([b"\n", b": ", b"- ", b"{", b"}", b"[", b"'", b'"', b"&a ", b"*a", b"!!x ", b"#", b"\t", b"|\n", b">\n", b"? ", b"\xef\xbb\xbf", b"---\n", b"...\n", b"\r"]),
    again=st.booleans(),
)  # fmt: skip
@example(at=0, cut=0, put=b"\xef\xbb\xbf", again=False)
def test_a_file_with_a_stray_edit_passes_or_is_named(review, at, cut, put, again):
    raw = TEXT.encode()
    raw = raw[:at] + put + raw[at + cut :]
    if again:
        raw = raw[: at // 2] + put + raw[at // 2 :]
    review.write(ALPHA, raw)
    code, errors = judged(review)
    assert code in (0, 1)
    assert all(re.match(rf"{ALPHA}(:\d+)?[: ]|models/main.yaml:\d+ ", problem) for problem in errors[1:]), errors
    assert shown(at)
