"""Sections on certainty, findings and risk of bias: what they say over the corner cases, in both languages."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import output_sample as sample
import pytest
from judged_sample import CONCERNS, VALUES, with_certainty

from nma.analysis.judgements import Certainty, Concern, Domain
from nma.answers import concerns
from nma.answers.summary import Size
from nma.output import report, tables
from nma.output.draw import Layout, draw
from nma.output.reading import Reading
from nma.output.sections import certainty, reasons, risk, summary
from nma.output.text import load

PEOPLE = {
    "all": {"indirectness": {"concern": "none", "reason": "As <b>asked</b>.", "by": "The panel"}},
    "comparisons": [
        {
            "between": ["SEplus", "SE"],
            "imprecision": {"concern": "some", "reason": "Enough people.", "by": "A. Reader", "date": "2026-11-25"},
            "overall": {"level": "high", "reason": "All in all.", "by": "The panel", "date": "2026-11-25"},
        }
    ],
}
LANGUAGES = ("en", "nl")


@pytest.fixture(params=LANGUAGES)
def words(request, templates):
    return load(templates / "text", request.param)


def said(blocks):
    """Every sentence and cell of blocks."""
    for block in blocks:
        yield from (block.heading, *block.warnings, *block.lead, *block.after, *block.items)
        for _, note in block.figures:
            yield note
        for table in block.tables:
            yield table.caption
            yield from (column.text for column in table.columns)
            yield from (text for row in table.rows for cell in row for text in (cell.text, cell.note, cell.spoken))
        for widget in block.widgets:
            for pair in widget.values.get("pairs", ()):
                yield pair["title"]
                yield from (text for entry in pair["domains"] for text in entry)


def test_every_certainty_and_size_has_words_in_both_languages(words):
    made = with_certainty(sample.results())
    made["analysis"] |= {"outcome_label": "competitive employment"}
    reading = Reading(made, words)
    assert set(summary.WORDS) == set(product(map(str, Certainty), map(str, Size)))
    row = made["summary"]["rows"][0]
    for level, size in product(map(str, Certainty), map(str, Size)):
        found = summary.statement(reading, row | {"level": level, "size": size, "provisional": False})
        assert found.endswith(".")
        assert reading.label(row["treatment"]) in found
        assert reading.label(row["versus"]) in found
        assert "{" not in found


FIXED = {
    ("en", "high", "more"): "results in more people",
    ("en", "moderate", "more"): "probably results in more people",
    ("en", "low", "fewer"): "may result in fewer people",
    ("en", "low", "little"): "may result in little to no important difference",
    ("en", "very low", "more"): "The evidence is very uncertain",
    ("nl", "high", "more"): "leidt tot meer mensen",
    ("nl", "moderate", "fewer"): "leidt waarschijnlijk tot minder mensen",
    ("nl", "low", "more"): "leidt mogelijk tot meer mensen",
    ("nl", "very low", "little"): "Het bewijs is zeer onzeker",
}


@pytest.mark.parametrize(("language", "level", "size"), list(FIXED))
def test_the_wording_is_that_of_grade(templates, language, level, size):
    reading = Reading(with_certainty(sample.results()), load(templates / "text", language))
    row = reading.results["summary"]["rows"][0] | {"level": level, "size": size, "provisional": False}
    assert FIXED[language, level, size] in summary.statement(reading, row)


def test_a_provisional_level_is_said_as_at_most_and_the_words_hold_as_far_as_judged(words):
    made = with_certainty(sample.results(), concerns=("not judged", "none", "none", "some", "none", "none"))
    reading = Reading(made, words)
    row = made["summary"]["rows"][0]
    assert row["provisional"]
    most, far = {"en": ("at most", "As far as"), "nl": ("ten hoogste", "Voor zover")}[words.language]
    assert summary.statement(reading, row).startswith(far)
    assert most in certainty.level(reading, row)
    judged = with_certainty(sample.results(), concerns=("none",) * 6)
    assert most not in certainty.level(Reading(judged, words), judged["summary"]["rows"][0])


def test_every_reason_of_the_rules_has_a_sentence(words):
    reading = Reading(with_certainty(sample.results()), words)
    source = Path(concerns.__file__).read_text("utf-8")
    keys = set(re.findall(r'Reason\(\s*"([a-z_]+)"', source)) | {"at_least", "no_loop", "designs_once"}
    assert keys - set(reasons.WHY) == set()
    for key in reasons.WHY:
        found = reasons.computed(reading, {"key": key, "values": VALUES})
        assert found.endswith(".")
        assert "{" not in found


SHARES = [(0.0, "none", "geen"), (1.0, "all", "alles"), (0.153, "15%", "15%"), (0.001, "<1%", "<1%")]


@pytest.mark.parametrize(("value", "english", "dutch"), SHARES)
def test_shares(templates, value, english, dutch):
    for language, expected in zip(LANGUAGES, (english, dutch), strict=True):
        reading = Reading(sample.results(), load(templates / "text", language))
        assert reasons.share(reading, value) == expected


CASES = {
    "random": lambda: sample.results(),
    "common": lambda: sample.results(tau=None),
    "no effect": lambda: sample.results(dict.fromkeys(sample.LONG_TERM, 0.0)),
    "crossing": lambda: sample.results(sd=2.0),
    "lower is better": lambda: sample.results(better="lower"),
    "odds ratio": lambda: sample.results(measure="OR"),
    "risk difference": lambda: sample.results({"PCO": 0.0, "SE": 0.1, "TE": -0.05}, sd=0.05, measure="RD"),
    "two treatments": lambda: sample.results({"PCO": 0.0, "SE": 0.6}),
    "not converged": lambda: sample.unconverged(sample.results()),
    "data frame": lambda: sample.bare(sample.results()),
    "many": lambda: sample.many(14),
    "with sensitivity": lambda: sample.with_sensitivity(sample.results()),
}


@pytest.mark.parametrize("case", CASES)
def test_every_sentence_is_whole_in_every_case(words, case):
    reading = Reading(with_certainty(CASES[case]()), words)
    for section in (summary, certainty, risk):
        found = [text for text in said(section.blocks(reading)) if text]
        assert found
        for text in found:
            assert "{" not in text
            assert "None" not in text
            assert "nan" not in text.split()


def test_a_fit_that_did_not_converge_warns_in_each_section_that_uses_it(words):
    reading = Reading(with_certainty(sample.unconverged(sample.results())), words)
    assert summary.blocks(reading)[0].warnings
    assert certainty.blocks(reading)[0].warnings


@pytest.mark.parametrize("section", [summary, certainty])
def test_old_results_have_no_such_section(words, section):
    assert section.blocks(Reading(sample.results(), words)) == ()


def test_without_a_zone_the_summary_says_so(words):
    made = sample.results()
    made["analysis"]["decision"] = None
    expected = {"en": "No zone of no important difference was declared", "nl": "Er is niet vastgelegd"}
    lead = summary.blocks(Reading(with_certainty(made), words))[0].lead
    assert any(sentence.startswith(expected[words.language]) for sentence in lead)


def test_numbers_of_the_summary_table_are_written_as_the_league_table_writes_them(words):
    made = with_certainty(sample.results())
    reading = Reading(made, words)
    (table,) = summary.blocks(reading)[0].tables
    for row, cells in zip(made["summary"]["rows"], table.rows, strict=True):
        effect = reading.effects[row["treatment"], row["versus"]]
        assert (cells[2].text, cells[2].note) == (reading.value(effect["median"]), reading.interval(effect))
        assert cells[-1].text == summary.statement(reading, row)


def test_a_declared_risk_has_a_column_before_the_pooled_one(read):
    (table,) = summary.blocks(read(with_certainty(sample.results())))[0].tables
    assert [column.text for column in table.columns][3] == "Per 1,000, at 14% under PCO"
    made = with_certainty(sample.results())
    made["absolute"]["baselines"] = made["absolute"]["baselines"][:1]
    (table,) = summary.blocks(read(made))[0].tables
    assert [column.text for column in table.columns][3] == "Per 1,000, pooled risk"
    made["absolute"]["baselines"][0]["how"] = {"model": "one arm"}
    (table,) = summary.blocks(read(made))[0].tables
    assert [column.text for column in table.columns][3] == "Per 1,000, risk in one arm"


def test_people_are_shown_with_reason_name_and_day(words):
    reading = Reading(with_certainty(sample.results(), PEOPLE), words)
    blocks = certainty.blocks(reading)
    (table,) = blocks[1].tables
    assert len(table.rows) == 3
    assert table.rows[0][0].text.startswith("10 ")
    texts = [text for row in table.rows for cell in row for text in (cell.text, cell.note)]
    day = {"en": "25 November 2026", "nl": "25 november 2026"}[words.language]
    assert {"Enough people.", "A. Reader", "All in all.", day} <= set(texts)
    told = " ".join(said(blocks))
    assert "Enough people." in told


def test_the_page_escapes_what_people_wrote(templates):
    page = report.render(with_certainty(sample.results(), PEOPLE) | {"absolute": None}, templates, ("en", "nl"))
    assert "As <b>asked</b>" not in page
    assert "As &lt;b&gt;asked&lt;/b&gt;" in page


def test_levels_and_concerns_are_known_without_colour(read):
    reading = read(with_certainty(sample.results()))
    (table,) = certainty.blocks(reading)[0].tables
    for row in table.rows:
        assert re.fullmatch(r"[⊕⊖]{4} .+", row[1].text)
        assert row[1].spoken.endswith("certainty")
        assert all(re.fullmatch(r"(✓|▼|▼▼|\?) .+", cell.text) for cell in row[2:])
    shown = {cell.text for cell in table.rows[0][2:]}
    assert shown == {"? not judged", "✓ none", "▼▼ major", "▼ some"}


def test_of_many_comparisons_those_with_the_reference_and_the_first_two_are_shown(read):
    reading = read(with_certainty(sample.many(14)))
    block = certainty.blocks(reading)[0]
    assert 13 <= len(block.tables[0].rows) <= 14
    assert "all 91 stand in the table certainty.csv" in block.lead[-1]


def test_every_level_concern_and_domain_has_a_word():
    assert set(certainty.LEVELS) == set(map(str, Certainty))
    assert set(reasons.CONCERNS) == set(reasons.SHORT) == set(map(str, Concern))
    assert set(reasons.DOMAINS) == set(map(str, Domain))


def test_unassessed_risk_of_bias_is_grey_signed_spoken_and_named(read):
    reading = read(with_certainty(sample.results()))
    first, second = risk.blocks(reading)
    (table,) = second.tables
    unassessed = [row for row in table.rows if all(cell.text == "·" for cell in row[1:])]
    assert unassessed
    assert all(cell.spoken == "not assessed" and cell.mark.colour == "#d4d4d4" for cell in unassessed[0][1:])
    assert unassessed[0][0].text in second.items[0]
    assert len(first.figures) == 2


def test_marks_of_risk_differ_in_sign_shape_and_colour():
    signs, marks, _ = zip(*risk.MARKS.values(), strict=True)
    assert len(set(signs)) == len({mark.shape.name for mark in marks}) == len({mark.colour for mark in marks}) == 4


@pytest.mark.parametrize("layout", list(Layout))
def test_bars_are_drawn_the_same_each_time_with_words_where_there_is_room(read, layout):
    (figure, _), *_ = risk.blocks(read(with_certainty(sample.results())))[0].figures
    svg = draw.__wrapped__(figure, layout)
    assert svg == draw.__wrapped__(figure, layout)
    assert "· 60%" in svg
    assert sum(figure.rows[0].shares) == pytest.approx(1)


def test_data_without_judgements_say_so_in_one_sentence(words):
    made = sample.bare(sample.results())
    (block,) = risk.blocks(Reading(made, words))
    assert len(block.lead) == 1


def test_tables_for_spreadsheets_hold_every_comparison_and_domain():
    made = with_certainty(sample.results(), PEOPLE) | {"absolute": None}
    found = tables.frames(made)
    assert len(found["certainty"]) == 10 * 7
    assert len(found["summary_of_findings"]) == len(made["summary"]["rows"]) * 2
    assert len(found["risk_of_bias"]) == 8 * 2
    empty = tables.frames(sample.results())
    assert all(empty[name].empty and len(empty[name].columns) for name in ("certainty", "summary_of_findings"))


def test_the_sample_has_a_concern_for_each_domain():
    assert len(CONCERNS) == len(Domain)
