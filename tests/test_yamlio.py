"""The YAML reader against hostile and careless files: one line that names the place, and never a traceback."""

# ruff: noqa: E501 (a case is a line)

import os
import time

import pytest

from nma import yamlio
from nma.errors import InputError

HOSTILE = {
    "tab": (b"a:\n\tb: 1\n", "x.yaml:2: not valid YAML", "indent with spaces, not with a tab"),
    "python object": (b"a: !!python/object/apply:os.system [id]\n", "x.yaml:1: the tag !!python/object/apply:os.system", "plain value"),
    "any tag": (b"a: 1\nb: !!str 5\n", "x.yaml:2: the tag !!str is not used here", "quotes"),
    "alias bomb": (b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "x.yaml:1: anchors and aliases are not used", "write the value out"),
    "merge of an alias": (b"a: 1\nb: {<<: *a}\n", "x.yaml:2: anchors and aliases", "write"),
    "two documents": (b"a: 1\n---\nb: 2\n", "x.yaml:2: more than one YAML document", ""),
    "200 levels": (b"a: " + b"[" * 200 + b"]" * 200, "x.yaml:1: nested more than 40 levels deep", ""),
    "a million brackets": (b"[" * 1_000_000, "x.yaml:1: nested more than 40 levels deep", ""),
    "3 MB": (b"a: " + b"x" * 3_000_000, "x.yaml: the file is larger than 2,000,000 bytes", "split it"),
    "null byte": (b"a: 1\r\nb: \x00\n", "x.yaml:2: a control character, got U+0000", "delete it"),
    "latin-1": ("a: 1\nb: é\n".encode("latin-1"), "x.yaml:2: the file is not UTF-8 text", "save it as UTF-8"),
    "utf-16": ("a: 1\n".encode("utf-16"), "x.yaml:1: the file is not UTF-8 text", "UTF-8"),
    "duplicate": (b"a: 1\nb:\n  - c: 1\n    c: 2\n", "x.yaml:4 c: the key 'c' stands twice", "it is already on line 3"),
    "null twice": (b"null: 1\n'null': 2\n", "x.yaml:2 null: the key 'null' stands twice", "line 1"),
    "list as key": (b"? [a]\n: 1\n", "x.yaml:1: a key must be a single word", ""),
    "open bracket": (b"a: [1,\n\nb: 2\n", "x.yaml:4: not valid YAML", "it began on line 1"),
    "open quote": (b'a: "abc\nb: 2\n', "not valid YAML: found unexpected end of stream (it began on line 1)", "a quote is not closed"),
    "colon": (b"a: 1\nb: c: d\n", "x.yaml:2: not valid YAML", "put a text that holds ': ' in quotes"),
    "at sign": (b"a: @x\n", "x.yaml:1: not valid YAML", "in quotes"),
    "surrogate": (b'a: "\\ud800"\n', "x.yaml:1: not valid YAML", ""),
    "huge number": (b"a: " + b"9" * 5000, "x.yaml:1: a number with more than 20 digits", "quote it"),
    "directive": (b"%YAML 9.9\n---\na: 1\n", "x.yaml:1: not valid YAML", ""),
    "long key": (b"x" * 500 + b": 1\n" + b"x" * 500 + b": 2\n", "x.yaml:2 xxxx", "xxx...' stands twice"),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused_in_one_line(tmp_path, case):
    content, start, hint = HOSTILE[case]
    (tmp_path / "x.yaml").write_bytes(content)
    began = time.monotonic()
    with pytest.raises(InputError) as caught:
        yamlio.load(tmp_path / "x.yaml")
    message = str(caught.value)
    assert start in message
    assert hint in message
    assert "\n" not in message
    assert len(message) < 300
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("a: yes\nb: no\nc: on\n", {"a": "yes", "b": "no", "c": "on"}),
        ("a: 012\nb: 0o17\nc: 1_000\nd: 1:30\n", {"a": 12, "b": 15, "c": "1_000", "d": "1:30"}),
        ("a: 2024-01-01\nb: '5'\nc: .5\nd: ~\n", {"a": "2024-01-01", "b": "5", "c": 0.5, "d": None}),
        ("\ufeffa: 1\r\nb: 😀\r\n", {"a": 1, "b": "😀"}),
        ("a: [bold]\nb: '[/]'\nc: <script>\n", {"a": ["bold"], "b": "[/]", "c": "<script>"}),
        ("<<: {a: 1}\n", {"<<": {"a": 1}}),
        ("a: -.INF\n", {"a": float("-inf")}),
        ("", None),
        ("# nothing\n", None),
        ("just text\n", "just text"),
    ],
)
def test_plain_values_are_those_of_yaml_1_2(tmp_path, text, data):
    (tmp_path / "x.yaml").write_bytes(text.encode("utf-8"))
    assert yamlio.load(tmp_path / "x.yaml").data == data


def test_every_part_knows_its_line(tmp_path):
    (tmp_path / "x.yaml").write_text("# top\na:\n  - b: 1\n    c:\n      d: 2\n  - {b: 3,\n     c: 4}\n")
    document = yamlio.load(tmp_path / "x.yaml")
    where = {(): 2, ("a",): 2, ("a", 0, "b"): 3, ("a", 0, "c"): 4, ("a", 0, "c", "d"): 5, ("a", 1, "c"): 7, ("a", 2): 2}
    assert {location: document.line(location) for location in where} == where


@pytest.mark.parametrize(
    ("location", "text"),
    [
        (("arms", 2, "events"), "arms[2].events"),
        (("recode", "x-1", "IPS (v1.5)", "node"), "recode.x-1['IPS (v1.5)'].node"),
        (("a" * 500,), f"['{'a' * 57}...']"),
        (("été",), "été"),
    ],
)
def test_a_location_reads_as_one_would_write_it(location, text):
    assert yamlio.dotted(location) == text


@pytest.mark.parametrize("make", ["folder", "loop", "nothing", "pipe"])
def test_what_is_no_readable_file_is_said(tmp_path, make):
    path = tmp_path / "x.yaml"
    if make == "folder":
        path.mkdir()
    elif make == "loop":
        path.symlink_to(path)
    elif make == "pipe":
        os.mkfifo(path)
    with pytest.raises(InputError, match=r"x\.yaml: (is not a file|cannot be read)"):
        yamlio.load(path)


def test_an_unreadable_file_is_said(tmp_path, monkeypatch):
    path = tmp_path / "x.yaml"
    path.write_text("a: 1\n")

    def refuse(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "read_bytes", refuse)
    with pytest.raises(InputError, match=r"x\.yaml: cannot be read \(Permission denied\)"):
        yamlio.load(path)
