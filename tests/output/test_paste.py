"""The report for pasting: what stands in it, and that neither Markdown nor Word obeys hostile words."""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from inconsistency_sample import summary
from output_sample import bare, many, results, unconverged, with_sensitivity

from nma.output import paste, report
from nma.output.blocks import Widget
from nma.output.display import Cell, Column, Table
from nma.output.paste import markdown, word
from nma.output.paste.document import Document, clean, document
from nma.output.paste.pieces import Heading, Kind, Paragraph, Piece
from nma.output.paste.sections import TEMPLATED
from nma.output.paste.widgets import WIDGETS, pieces_of
from nma.output.text import load

MADE = "2026-11-25T10:00:00Z"


def difference() -> dict[str, Any]:
    """Two treatments, told as a difference of risks."""
    made = results(measure="RD", effects={"A": 0.0, "B": 0.1})
    made["analysis"]["link"] = "logit"
    return made


CASES: dict[str, Callable[[], dict[str, Any]]] = {
    "whole": lambda: with_sensitivity(results()),
    "difference": difference,
    "common": lambda: results(tau=None),
    "bare": lambda: bare(results()),
    "many": many,
    "failed": lambda: unconverged(results()),
}


@pytest.fixture(scope="module")
def whole() -> dict[str, Any]:
    made = with_sensitivity(results())
    made["inconsistency"] = summary()
    return made


def texts(piece: Piece) -> list[str]:
    """Every text of a piece."""
    if not isinstance(piece, Table):
        return [piece.text]
    cells = [text for row in piece.rows for cell in row for text in (cell.text, cell.note)]
    return [piece.caption, *(column.text for column in piece.columns), *cells]


def alone(*pieces: Piece, stamp: str = "", language: str = "en") -> Document:
    return Document("Title", language, stamp, MADE, pieces)


def cells_of(line: str) -> list[str]:
    """Cells of a line of a table, as a reader of GitHub-flavoured Markdown takes it apart."""
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def test_every_section_that_the_page_lays_out_itself_is_told_here_too() -> None:
    assert set(TEMPLATED) == {name for name, make in report.SECTIONS.items() if make is None}


def test_every_widget_of_the_page_is_told_here_too(templates: Path) -> None:
    assert set(WIDGETS) == {path.stem for path in (templates / "templates/widgets").glob("*.j2")}


@pytest.mark.parametrize(("case", "language"), [("whole", "en"), *((case, "nl") for case in CASES)])
def test_any_network_is_written_in_either_language(tmp_path: Path, templates: Path, case: str, language: str) -> None:
    made = CASES[case]()
    paste.write_markdown(made, tmp_path / "report.md", templates, language)
    paste.write_docx(made, tmp_path / "report.docx", templates, language)
    text = (tmp_path / "report.md").read_text("utf-8")
    written = docx.Document(str(tmp_path / "report.docx"))
    heading = load(templates / "text", language)("section.answer")
    assert f"\n## {heading}\n" in text
    assert heading in [it.text for it in written.paragraphs if it.style is not None and it.style.name == "Heading 1"]
    assert len(written.tables) == len(
        [it for it in document(made, templates, language).pieces if isinstance(it, Table)]
    )


def test_sections_stand_in_the_order_of_the_page(whole: dict[str, Any], templates: Path) -> None:
    text = load(templates / "text")
    headings = [it.text for it in document(whole, templates, "en").pieces if isinstance(it, Heading) and it.level == 1]
    order = [text(f"section.{name}") for name in report.order()]
    assert headings == [name for name in order if name in headings]
    assert len(headings) >= len(TEMPLATED)


def test_the_sentences_and_tables_are_those_of_the_page(whole: dict[str, Any], templates: Path) -> None:
    """Every text of a table that a reader pastes stands on the page too."""
    page = html.unescape(re.sub(r"<[^>]*>", "", report.render(whole, templates, ("en",))))
    for piece in document(whole, templates, "en").pieces:
        if isinstance(piece, Table):
            for text in texts(piece):
                assert text in page, text


def test_pairs_with_both_intervals_and_the_effect_of_each_trial_can_be_pasted(templates: Path) -> None:
    made = results()
    trial = {"study": "drake-2013", "treatment": "SE", "versus": "PCO", "measure": "RR"}
    made["trial_effects"] = [trial | {"effect": 1.59, "lower": 1.43, "upper": 1.77}]
    tables = [it for it in document(made, templates, "en").pieces if isinstance(it, Table)]
    pairs = next(it for it in tables if [column.text for column in it.columns][2:4] == ["RR (95% CrI)", "95% PI"])
    assert len(pairs.rows) == 10
    assert any(cell.text == "1.59 (1.43 to 1.77)" for it in tables for row in it.rows for cell in row)


def test_a_reason_of_certainty_is_one_sentence_after_another(templates: Path) -> None:
    values = {"pairs": [{"title": "A versus B: low", "domains": [("Imprecision: some concern.", "It crosses 1.")]}]}
    said = list(pieces_of(Widget("certainty", values), load(templates / "text")))
    assert said[-1] == Paragraph("Imprecision: some concern. It crosses 1.", Kind.ITEM)


def test_a_table_of_a_fit_that_failed_says_so_itself(templates: Path) -> None:
    made = document(unconverged(results()), templates, "en")
    captions = [piece.caption for piece in made.pieces if isinstance(piece, Table)]
    assert captions
    assert all(caption.startswith("NOT CONVERGED: ") for caption in captions)
    assert markdown.written(made).splitlines()[2] == "> **NOT CONVERGED**"
    assert not [it for it in document(results(), templates, "en").pieces if "NOT CONVERGED" in " ".join(texts(it))]


HOSTILE = {
    "a|b": "a\\|b",
    "<script>alert(1)</script>": "\\<script\\>alert(1)\\</script\\>",
    "*a* _b_ `c`": "\\*a\\* \\_b\\_ \\`c\\`",
    "[x](javascript:1)": "\\[x\\](javascript:1)",
    "![x](y)": "!\\[x\\](y)",
    "&lt; $x$ ~~y~~": "\\&lt; \\$x\\$ \\~\\~y\\~\\~",
    "back\\slash": "back\\\\slash",
    "two\nlines\r\n| --- |": "two lines \\| --- \\|",
    "https://doi.org/10.1/a_b": "<https://doi.org/10.1/a_b>",
    "see https://x.org/a, b": "see <https://x.org/a>, b",
}


@pytest.mark.parametrize(("typed", "expected"), HOSTILE.items())
def test_hostile_words_stay_words_in_a_table_and_a_paragraph(typed: str, expected: str) -> None:
    assert markdown.inline(clean(typed)) == expected
    table = Table("c", (Column("x"), Column("y", number=True)), ((Cell(clean(typed)), Cell("1", number=True)),))
    text = markdown.written(alone(table, Paragraph(clean(typed))))
    row = next(line for line in text.splitlines() if line.endswith("| 1 |"))
    assert cells_of(row) == [expected, "1"]
    assert text.endswith(f"\n\n{expected}\n")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("# a", "\\# a"), ("- a", "\\- a"), ("+ a", "\\+ a"), ("1. a", "1\\. a"), ("12) a", "12\\) a"), ("= a", "\\= a")],
)
def test_no_word_of_data_begins_a_heading_or_a_list(typed: str, expected: str) -> None:
    assert markdown.written(alone(Paragraph(typed))) == f"# Title\n\n{expected}\n"
    assert markdown.written(alone(Paragraph(typed, Kind.ITEM))) == f"# Title\n\n- {expected}\n"


def test_markdown_keeps_columns_notes_and_spans() -> None:
    columns = (Column("a"), Column("b", number=True), Column("c"))
    rows = (
        (Cell("x"), Cell("1.9", note="1.1 to 3.2", number=True, strong=True), Cell("")),
        (Cell("y"), Cell("none", span=2)),
        (Cell("z"), Cell("14", note="3 more (1 to 5 more)", number=True), Cell("1 (1 to 2)", note="SUCRA 9%")),
    )
    lines = markdown.written(alone(Table("caption", columns, rows))).splitlines()[2:]
    assert lines == [
        "**caption**",
        "",
        "| a | b | c |",
        "| --- | ---: | --- |",
        "| x | **1.9** (1.1 to 3.2) |  |",
        "| y | none |  |",
        "| z | 14; 3 more (1 to 5 more) | 1 (1 to 2); SUCRA 9% |",
    ]


def test_items_stand_together_and_the_rest_apart() -> None:
    made = alone(Paragraph("a"), Paragraph("b", Kind.ITEM), Paragraph("c", Kind.ITEM), Paragraph("d", Kind.WARNING))
    assert markdown.written(made) == "# Title\n\na\n\n- b\n- c\n\n> **d**\n"


NASTY = "x\x00\x0b\x1f\ud800\ufffe\uffffy <b>&amp; \u202e عربي 😀"


def test_what_neither_xml_nor_a_spreadsheet_may_see_is_gone(tmp_path: Path, templates: Path) -> None:
    made = results()
    made["analysis"]["title"] = NASTY * 30
    made["evidence"]["trials"][0]["label"] = NASTY
    made["evidence"]["trials"][1]["label"] = "=HYPERLINK(1)"
    made["evidence"]["trials"][2]["label"] = "A" * 400
    made["evidence"]["trials"][0]["doubts"] = [NASTY]
    paste.write_docx(made, tmp_path / "report.docx", templates, "en")
    words = [cell.text for table in docx.Document(str(tmp_path / "report.docx")).tables for cell in table._cells]
    assert "'=HYPERLINK(1)" in words
    assert "A" * 400 in words
    assert not [text for text in words if text.startswith(("=", "+", "@", "-"))]
    assert any(text.startswith("x y <b>&amp; ") for text in words)
    paste.write_markdown(made, tmp_path / "report.md", templates, "en")
    text = (tmp_path / "report.md").read_text("utf-8")
    assert not re.search("[\x00-\x09\x0b-\x1f\ufffe\uffff]", text)
    assert "'=HYPERLINK(1)" in text


def test_a_word_document_has_real_heads_captions_and_a_language(tmp_path: Path) -> None:
    table = Table(
        "The caption", (Column("a"), Column("b", number=True)), ((Cell("x"), Cell("2", "1 to 3", number=True)),)
    )
    word.save(alone(Heading("First", 1), Paragraph("w", Kind.WARNING), table, language="nl"), tmp_path / "a.docx")
    made = docx.Document(str(tmp_path / "a.docx"))
    assert [it.style.name for it in made.paragraphs if it.style] == [
        "Title", "Heading 1", "Intense Quote", "Caption", "Normal",
    ]  # fmt: skip
    found = made.tables[0]
    assert found.style is not None
    assert found.style.name == "Table Grid"
    assert found.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert found.rows[1]._tr.trPr.find(qn("w:cantSplit")) is not None
    assert found._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val")) == "The caption"
    assert [cell.text for cell in found.rows[1].cells] == ["x", "2\n1 to 3"]
    assert {it.get(qn("w:val")) for it in made.styles.element.iter(qn("w:lang"))} == {"nl-NL"}
    assert made.core_properties.language == "nl-NL"
    assert made.core_properties.title == "Title"
    assert made.core_properties.created is not None
    assert made.core_properties.created.isoformat() == "2026-11-25T10:00:00+00:00"
    with zipfile.ZipFile(tmp_path / "a.docx") as packed:
        assert packed.testzip() is None
        assert "PAGE" in packed.read("word/footer1.xml").decode()


def test_a_wide_table_lies_on_its_side_and_the_next_one_stands(tmp_path: Path) -> None:
    def table(columns: int) -> Table:
        return Table("c", (Column("x"),) * columns, ((Cell("y"),) * columns,))

    word.save(alone(table(2), table(9), table(8), Paragraph("p"), table(3)), tmp_path / "a.docx")
    sections = docx.Document(str(tmp_path / "a.docx")).sections
    portrait, landscape = WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE
    assert [it.orientation for it in sections] == [portrait, landscape, portrait]
    assert [(it.page_width or 0) > (it.page_height or 0) for it in sections] == [False, True, False]


def test_a_cell_that_spans_columns_is_merged_in_word(tmp_path: Path) -> None:
    table = Table("c", (Column("x"),) * 4, ((Cell("a"), Cell("all of it", span=3)), (Cell("b"),) * 4))
    word.save(alone(table), tmp_path / "a.docx")
    rows = docx.Document(str(tmp_path / "a.docx")).tables[0].rows
    assert [cell.text for cell in rows[1].cells] == ["a", "all of it", "all of it", "all of it"]
    assert len(rows[1]._tr.tc_lst) == 2


def test_the_stamp_of_a_fit_that_failed_is_at_the_head_of_every_page(tmp_path: Path) -> None:
    word.save(alone(Paragraph("p"), stamp="NOT CONVERGED"), tmp_path / "a.docx")
    head = docx.Document(str(tmp_path / "a.docx")).sections[0].header.paragraphs[0]
    assert head.text == "Title  NOT CONVERGED"
    assert head.runs[-1].bold


def test_without_python_docx_one_line_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paste, "find_spec", lambda name: None)
    assert str(paste.missing()) == (
        "--docx: python-docx is not installed, python -m pip install 'nma-toolkit[docx]' installs it"
    )
