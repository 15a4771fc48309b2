"""Files that are broken, wrong or meant to harm: each gives located lines, and no row of it is taken for good."""

# ruff: noqa: E501 (a case is a line)

import io
import json
import os
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from exchange.layouts import FILES
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from nma.errors import InputError
from nma.evidence import select
from nma.exchange import files, workbooks
from nma.exchange.reading import read
from nma.exchange.source import Source
from nma.exchange.writing import content as content_of
from nma.vocab import ExchangeFormat

HEAD = b"Study,T,R,N\n"
GOOD = b"one,A,1,10\none,C,2,10\n"


def complaints(path, layout=None, **more):
    """Every problem of a file; reading it must give one at least."""
    try:
        _, found = read(Source(path, **more), layout)
    except InputError as error:
        return [str(problem) for problem in error.problems]
    return [str(problem) for problem in found.problems]


CSV = {
    "empty": (b"", "table.csv: the file is empty"),
    "no rows": (HEAD, "table.csv: holds no trial"),
    "blank": (b"\n\n", "table.csv: holds no table"),
    "binary": (b"\x00\x01\x02", "table.csv:1: holds a null character"),
    "latin": (HEAD + b"Andr\xe9 2001,A,1,2\n", "table.csv:2: the file is not UTF-8 text"),
    "cut utf-16": (b"\xff\xfeS\x00t", "table.csv"),
    "no such column": (b"Study,Arm,R,N\n" + GOOD, "table.csv treatment: no such column"),
    "column twice": (b"Study,T,R,R,N\none,A,1,1,2\n", "table.csv R: the column stands twice"),
    "too many cells": (HEAD + b"one,A,1,10,5\n", "table.csv:2: has 5 cells, the head has 4"),
    "too few cells": (HEAD + GOOD + b"two,A\n", "table.csv:4: has 2 cells, the head has 4"),
    "open quote": (HEAD + b'"one,A,1,10\n', "table.csv:2: a quote is astray"),
    "text after a quote": (HEAD + b'"one"x,A,1,10\n', "table.csv:2: a quote is astray"),
    "quote in a bare cell": (HEAD + b'the "one",A,1,10\n', "table.csv:2: a quote is astray"),
    "negative": (HEAD + b"one,A,-1,10\none,C,2,10\n", "table.csv:2 events: must be 0 or more, got '-1'"),
    "nobody": (HEAD + b"one,A,0,0\none,C,2,10\n", "table.csv:2 n: must be 1 or more, got '0'"),
    "more events than people": (HEAD + b"one,A,11,10\none,C,2,10\n", "table.csv:2 events: 11 is more than n (10)"),
    "decimals": (HEAD + b"one,A,1.5,10\none,C,2,10\n", "table.csv:2 events: must be a whole number, got '1.5'"),
    "decimal comma": (b"Study;T;R;N\none;A;1,5;10\none;C;2;10\n", "table.csv:2 events: must be a whole number"),
    "NaN": (HEAD + b"one,A,NaN,10\none,C,2,10\n", "table.csv:2 events: must be a whole number, got 'NaN'"),
    "1e400": (HEAD + b"one,A,1,1e400\none,C,2,10\n", "table.csv:2 n: must be a whole number, got '1e400'"),
    "infinite": (HEAD + b"one,A,1,inf\none,C,2,10\n", "table.csv:2 n: must be a whole number"),
    "hexadecimal": (HEAD + b"one,A,0x1,10\none,C,2,10\n", "table.csv:2 events: must be a whole number"),
    "digits of another script": (HEAD + "one,A,١,10\none,C,2,10\n".encode(), "table.csv:2 events: must be a whole number"),
    "too many people": (HEAD + b"one,A,1,9999999999\none,C,2,10\n", "table.csv:2 n: must be 1000000000 or less"),
    "formula": (HEAD + b"one,A,=1+1,10\none,C,2,10\n", "table.csv:2 events: must be a whole number"),
    "doubled row": (HEAD + GOOD + b"one,C,2,10\n", "table.csv:4 treatment: doubled arm: 'C' of 'one'"),
    "one arm": (HEAD + GOOD + b"two,A,1,10\n", "table.csv:4 study: a trial with one arm"),
    "no study": (HEAD + b",A,1,10\none,C,2,10\n", "table.csv:2 study: empty"),
    "no treatment": (HEAD + b"one,,1,10\none,C,2,10\n", "table.csv:2 treatment: empty"),
    "missing treatment": (HEAD + b"one,NA,1,10\none,C,2,10\n", "table.csv:2 treatment: reads as missing"),
    "space at the end": (HEAD + b"one ,A,1,10\none,C,2,10\n", "table.csv:2 study: begins or ends with a space"),
    "line break": (HEAD + b'"o\nne",A,1,10\none,C,2,10\n', "table.csv:2 study: holds an invisible character"),
    "zero width": (HEAD + "o\u200bne,A,1,10\n".encode(), "table.csv:2 study: holds an invisible character"),
    "right to left": (HEAD + "o\u202ene,A,1,10\n".encode(), "RIGHT-TO-LEFT OVERRIDE"),
    "look-alike": (HEAD + "one,A,1,10\nоne,C,2,10\n".encode(), "table.csv:3 study: a trial with one arm"),
    "no-break space": (HEAD + "o\u00a0ne,A,1,10\n".encode(), "table.csv:2 study: holds an invisible character"),
    "effects only": (b"studlab,treat1,treat2,TE,seTE\none,A,C,0.1,0.2\n", "table.csv event1: holds effects without counts"),
    "arm without treatment": (b"Study,T.1,R.1,N.1,T.2,R.2,N.2\none,A,1,2,,1,2\n", "table.csv:2 T.2: counts without a treatment"),
    "trial on two lines": (b"Study,T.1,R.1,N.1,T.2,R.2,N.2\n" + b"one,A,1,2,C,1,2\n" * 2, "table.csv:3 study: doubled trial"),
    "pair twice": (
        b"studlab,treat1,treat2,event1,n1,event2,n2\n" + b"one,A,C,1,2,1,2\n" * 2,
        "table.csv:3 study: doubled row: 'A' against 'C' of 'one'",
    ),
    "pair with itself": (
        b"studlab,treat1,treat2,event1,n1,event2,n2\none,A,A,1,2,1,2\n",
        "table.csv:2 treat2: 'A' is compared with itself",
    ),
    "arm of two counts": (
        b"studlab,treat1,treat2,event1,n1,event2,n2\none,A,C,1,20,1,20\none,A,B,1,10,1,20\n",
        "table.csv:3 counts: 'A' of 'one' has 1/10 here and 1/20 elsewhere",
    ),
    "endless label": (HEAD + b"x" * 400 + b",A,1,10\n", "table.csv:2 study: longer than 300 characters"),
    "endless cell": (HEAD + b'"' + b"x" * 200_000 + b'",A,1,10\n', "table.csv:2: a quote is astray (field larger"),
    "columns without end": (b"," * 2000 + b"\n", "table.csv:1: more than 1,000 columns"),
    "two ids": (b"study,id,t,r,n\none,1,A,1,2\none,2,C,1,2\n", "table.csv:3 id: another id for the trial 'one'"),
}  # fmt: skip


@pytest.mark.parametrize("case", CSV)
def test_a_spoilt_table_is_located(tmp_path, case):
    content, expected = CSV[case]
    (tmp_path / "table.csv").write_bytes(content)
    lines = complaints(tmp_path / "table.csv")
    assert any(expected in line for line in lines), lines


def test_a_good_table_has_no_problem(tmp_path):
    (tmp_path / "table.csv").write_bytes(HEAD + GOOD)
    assert complaints(tmp_path / "table.csv") == []


def test_all_rows_are_told_at_once(tmp_path):
    (tmp_path / "table.csv").write_bytes(HEAD + b"one,A,x,10\none,C,11,10\ntwo,A,1,\n")
    assert len(complaints(tmp_path / "table.csv")) == 3


def test_cells_are_counted_while_they_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr("nma.exchange.delimited.MAX_CELLS", 11)
    (tmp_path / "table.csv").write_bytes(HEAD + GOOD)
    assert "table.csv:3: more than 1,000 columns or 11 cells" in complaints(tmp_path / "table.csv")[0]


def test_a_thousand_problems_are_told_in_two_hundred_lines(tmp_path):
    (tmp_path / "table.csv").write_bytes(HEAD + b"one,A,1\n" * 1000)
    lines = complaints(tmp_path / "table.csv")
    assert len(lines) == 201
    assert lines[-1] == "and 800 more problems, mend these first"


def test_a_file_of_200_megabytes_is_not_read(tmp_path, monkeypatch):
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(200_000_000)
    monkeypatch.setattr(type(path), "read_bytes", lambda self: pytest.fail("it was read"))
    assert complaints(path) == [
        "huge.csv: the file is larger than 20,000,000 bytes, got 200,000,000, export only the table of counts"
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("nothing.csv", "cannot be read"),
        ("table.pdf", "not a kind of file that is read"),
        ("pipe.csv", "is not a file"),
    ],
)
def test_what_is_no_table_is_named(tmp_path, name, expected):
    if name == "pipe.csv":
        os.mkfifo(tmp_path / name)
    elif name == "table.pdf":
        (tmp_path / name).write_bytes(b"%PDF")
    assert expected in complaints(tmp_path / name)[0]


def book(tmp_path, *rows, spoil=lambda sheet: None):
    made = Workbook()
    for row in (("Study", "T", "R", "N"), *rows):
        made.active.append(row)
    spoil(made.active)
    made.save(tmp_path / "table.xlsx")
    return tmp_path / "table.xlsx"


WORKBOOKS = {
    "formula": (lambda s: s.__setitem__("C2", "=1+1"), "table.xlsx Sheet!C2: a formula, not a value, got '=1+1'"),
    "merged": (lambda s: s.merge_cells("A2:A3"), "table.xlsx Sheet!A2:A3: merged cells"),
    "error": (lambda s: s.__setitem__("D2", "#N/A"), "table.xlsx Sheet!D2: an error value"),
    "logical": (lambda s: s.__setitem__("C2", True), "table.xlsx Sheet!C2: a logical value"),
    "date": (lambda s: s.__setitem__("A2", pd.Timestamp("2001-01-02")), "table.xlsx Sheet!A2: a date"),
    "decimals": (lambda s: s.__setitem__("C2", 1.5), "table.xlsx Sheet!C2 events: must be a whole number, got '1.5'"),
    "huge number": (lambda s: s.__setitem__("D2", 1e300), "must be a whole number"),
    "far cell": (lambda s: s.__setitem__("XFD1048576", 1), "table.xlsx Sheet: the sheet has more than 2,000,000 cells"),
}  # fmt: skip


@pytest.mark.parametrize("case", WORKBOOKS)
def test_a_spoilt_workbook_is_located(tmp_path, case):
    spoil, expected = WORKBOOKS[case]
    path = book(tmp_path, ("one", "A", 1, 10), ("one", "C", 2, 10), spoil=spoil)
    lines = complaints(path)
    assert any(expected in line for line in lines), lines


def test_whole_numbers_of_a_workbook_may_be_floats(tmp_path):
    assert complaints(book(tmp_path, ("one", "A", 1.0, 10.0), ("one", "C", 2, 10))) == []


def zipped(path, parts):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


BOMB = b"0" * (files.MAX_UNPACKED + 1)
ROWS, SETTINGS = "x-data-rows.csv", "x-overall-estimates-and-settings.csv"


@pytest.mark.parametrize(("name", "inside"), [("b.zip", ROWS), ("b.xlsx", "xl/worksheets/sheet1.xml")])
def test_a_zip_bomb_is_not_unpacked(tmp_path, name, inside):
    path = zipped(tmp_path / name, {inside: BOMB})
    assert path.stat().st_size < 100_000
    assert complaints(path)[0].startswith(f"{name}: unpacks to more than 20,000,000 bytes")


def test_a_zip_bomb_that_lies_about_its_size_is_not_unpacked(tmp_path):
    raw = zipped(tmp_path / "b.zip", {ROWS: BOMB, SETTINGS: b"x"}).read_bytes()
    lie = raw.replace(len(BOMB).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    assert lie != raw
    (tmp_path / "b.zip").write_bytes(lie)
    assert "cannot be unpacked" in complaints(tmp_path / "b.zip")[0]


def test_a_zip_in_a_zip_is_opened_once(tmp_path):
    inner = zipped(
        tmp_path / "i.zip", {"y-data.zip": zipped(tmp_path / "j.zip", {ROWS: HEAD}).read_bytes()}
    ).read_bytes()
    path = zipped(tmp_path / "o.zip", {"x-data.zip": inner})
    assert "holds 0 files that end in" in complaints(path)[0]


@pytest.mark.parametrize("name", ["t.zip", "t.xlsx", "t.dta", "t.rm5", "t.json"])
@pytest.mark.parametrize("content", [b"nonsense", b"PK\x03\x04" + b"\xff" * 40, b"\xff" * 300, b"[" * 100_000])
def test_nonsense_is_one_line(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    lines = complaints(tmp_path / name)
    assert len(lines) == 1
    assert lines[0].startswith(name)


def test_paths_in_a_package_lead_nowhere(tmp_path):
    path = zipped(tmp_path / "p.zip", {f"../../{ROWS}": b"a\n1\n", f"/{SETTINGS}": b"a\n1\n"})
    assert complaints(path)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["p.zip"]


LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<COCHRANE_REVIEW>&b;</COCHRANE_REVIEW>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><COCHRANE_REVIEW>&a;</COCHRANE_REVIEW>"""


@pytest.mark.parametrize("content", [LAUGHS, OUTSIDE])
def test_entities_are_not_expanded(tmp_path, content):
    (tmp_path / "r.rm5").write_bytes(content)
    assert complaints(tmp_path / "r.rm5")[0].startswith("r.rm5: declares entities or a document type")


XML = {
    "not closed": (b"<COCHRANE_REVIEW>\n<COMPARISON>\n", "r.rm5:3: not valid XML"),
    "no data": (b"<COCHRANE_REVIEW/>", "r.rm5: holds no events and totals"),
    "unknown encoding": (b'<?xml version="1.0" encoding="klingon"?><A/>', "r.rm5"),
    "deep": (b"<a>" * 200_000, "r.rm5"),
}


@pytest.mark.parametrize("case", XML)
def test_a_spoilt_review_is_located(tmp_path, case):
    content, expected = XML[case]
    (tmp_path / "r.rm5").write_bytes(content)
    assert complaints(tmp_path / "r.rm5")[0].startswith(expected)


def test_a_wrong_count_of_a_review_has_its_line(tmp_path):
    text = (FILES / "review.rm5").read_text("latin-1").replace('EVENTS_1="23"', 'EVENTS_1="230"')
    (tmp_path / "r.rm5").write_text(text, "latin-1")
    line = text[: text.index('EVENTS_1="230"')].count("\n") + 1
    assert f"r.rm5:{line} events: 230 is more than n (140), study 'Alpha 2001', treatment 'C'" in complaints(
        tmp_path / "r.rm5"
    )


ENTRY = {"study": "one", "treatment": "A", "responders": 1, "sampleSize": 10}
JSON = {
    "no entries": ({}, "g.json entries: no list of entries"),
    "lacks a key": ({"entries": [{"study": "one"}]}, "g.json entries[0]: an entry lacks a key"),
    "not a mapping": ({"entries": [7]}, "g.json entries[0]: an entry lacks a key"),
    "continuous": ({"entries": [{"study": "one", "treatment": 1, "mean": 2}]}, "an entry lacks a key"),
    "unknown treatment": ({"entries": [ENTRY], "treatments": [{"id": 1, "name": "A"}]}, "no treatment of this id"),
    "treatment twice": ({"entries": [ENTRY], "treatments": [{"id": 1, "name": "A"}] * 2}, "the treatment stands twice"),
    "treatments of no kind": ({"entries": [ENTRY], "treatments": 7}, "needs an id and a name"),
    "decimals": ({"entries": [{**ENTRY, "responders": 0.5}]}, "g.json entries[0] events: must be a whole number"),
    "a truth": ({"entries": [{**ENTRY, "responders": True}]}, "g.json entries[0] events: must be a whole number"),
    "a list": ({"entries": [{**ENTRY, "study": ["x"]}]}, "g.json entries[0] study: must be text"),
}  # fmt: skip
RAW = {
    "not a number": (
        b'{"entries": [{"study": "o", "treatment": "A", "responders": NaN, "sampleSize": 1}]}',
        "whole number",
    ),
    "infinite": (
        b'{"entries": [{"study": "o", "treatment": "A", "responders": 1e400, "sampleSize": 1}]}',
        "whole number",
    ),
    "digits without end": (b'{"entries": ' + b"9" * 5000 + b"}", "g.json: not usable JSON"),
    "key twice": (b'{"entries": [], "entries": [1]}', "g.json: the key 'entries' stands twice"),
    "comma": (b'{"entries": [\n1,]}', "g.json:2: not valid JSON"),
}


@pytest.mark.parametrize("case", [*JSON, *RAW])
def test_spoilt_json_is_located(tmp_path, case):
    content, expected = RAW[case] if case in RAW else (json.dumps(JSON[case][0]).encode(), JSON[case][1])
    (tmp_path / "g.json").write_bytes(content)
    assert any(expected in line for line in complaints(tmp_path / "g.json"))


def test_a_stata_file_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr("nma.exchange.stata.MAX_ROWS", 3)
    pd.DataFrame({"study": ["a"] * 4, "trt": ["A"] * 4, "r": [1] * 4, "n": [2] * 4}).to_stata(tmp_path / "s.dta")
    assert complaints(tmp_path / "s.dta") == ["s.dta: has more than 3 rows, got 4"]


TABLES = [name.name for name in FILES.glob("*.csv")] + ["gemtc_problem.json", "review.rm5"]


@settings(max_examples=150, deadline=None)
@given(name=st.sampled_from(TABLES), data=st.data())
def test_a_file_with_any_bytes_changed_is_read_or_refused(tmp_path_factory, name, data):
    raw = bytearray((FILES / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(raw) - 1))
        raw[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    path = tmp_path_factory.mktemp("any") / name
    path.write_bytes(bytes(raw) or b"x")
    for line in complaints(path):
        assert name in line
        assert "\n" not in line


@pytest.fixture(scope="module")
def containers(project):
    """Parts of a workbook and of a data package, and a Stata file, made of the review."""
    evidence = select(project.registry, project.analysis("long-term"))
    made = {
        "w.xlsx": content_of(evidence, ExchangeFormat.METAINSIGHT_WIDE, Path("w.xlsx")),
        "p.zip": content_of(evidence, ExchangeFormat.REVMAN, Path("p.zip")),
    }
    parts = {}
    for name, raw in made.items():
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            parts[name] = {part: archive.read(part) for part in archive.namelist()}
    return {**parts, "s.dta": {"": content_of(evidence, ExchangeFormat.STATA, Path("s.dta"))}}


@settings(max_examples=80, deadline=None)
@given(name=st.sampled_from(["w.xlsx", "p.zip", "s.dta"]), data=st.data())
def test_a_container_with_any_bytes_changed_is_read_or_refused(containers, tmp_path_factory, name, data):
    parts = dict(containers[name])
    part = data.draw(st.sampled_from(sorted(parts)))
    raw = bytearray(parts[part])
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(raw) - 1))
        raw[place : place + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=4))
    path = tmp_path_factory.mktemp("any") / name
    if name == "s.dta":
        path.write_bytes(bytes(raw) or b"x")
    else:
        zipped(path, {**parts, part: bytes(raw)})
    assert all("\n" not in line for line in complaints(path))


def test_a_workbook_that_openpyxl_cannot_open_is_one_line():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("xl/workbook.xml", LAUGHS)
    with pytest.raises(InputError, match="not a readable XLSX workbook"):
        workbooks.read(out.getvalue(), "w.xlsx")


@pytest.mark.parametrize("layout", ExchangeFormat)
def test_a_file_of_another_layout_is_refused_or_read_the_same(layout):
    lines = complaints(FILES / "netmeta_pairwise.csv", layout)
    assert lines or layout is ExchangeFormat.NETMETA
