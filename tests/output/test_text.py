"""The translation table is complete, used in full, and strict; numbers are written one way."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from output_sample import ROOT

from nma import vocab
from nma.errors import OutputError
from nma.output.report import SECTIONS
from nma.output.text import Numbers, Text, clip, load, tidy
from nma.registry.study import DOMAINS

ENGLISH = Numbers(".", ",")
DUTCH = Numbers(",", ".")
KEY = re.compile(r"""["']([a-z_]+(?:\.(?!(?:html|json|csv|md|j2)["'.])[A-Za-z_0-9]+)+)["']""")
CALLED = re.compile(r"""\b(?:t|text|reading\.text)\(\s*["']([A-Za-z_.0-9]+)["']""")


def _sources() -> str:
    files = [*(ROOT / "nma/output").rglob("*.py"), *(ROOT / "reports/templates").rglob("*.j2")]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def test_every_text_of_the_table_is_used(text: Text) -> None:
    quoted = set(KEY.findall(_sources())) | set(CALLED.findall(_sources())) | {f"section.{name}" for name in SECTIONS}
    unused = {key for key in text.entries if not key.startswith("words.")} - quoted
    assert not unused


def test_every_text_that_is_asked_for_exists(text: Text) -> None:
    called = set(CALLED.findall(_sources()))
    assert len(called) > 100
    assert called <= set(text.entries)


def test_every_table_of_keys_points_at_texts(text: Text) -> None:
    roots = {key.partition(".")[0] for key in text.entries}
    quoted = {key for key in KEY.findall(_sources()) if key.partition(".")[0] in roots}
    assert quoted <= set(text.entries)


@pytest.mark.parametrize(
    ("group", "words"),
    [
        ("basis", vocab.Basis),
        ("basis_meaning", vocab.Basis),
        ("timing", vocab.Timing),
        ("risk", vocab.Risk),
        ("status", vocab.ExtractionStatus),
        ("family", vocab.Family),
        ("zero_cells", vocab.ZeroCells),
        ("answer", vocab.YesNoUnclear),
        ("time_point", vocab.TimePoint),
        ("prior_on", vocab.PriorOn),
    ],
)
def test_every_word_of_the_vocabulary_has_a_text(text: Text, group: str, words: type[vocab.Basis]) -> None:
    assert {f"words.{group}.{word}" for word in words} <= set(text.entries)


def test_every_domain_of_risk_of_bias_has_a_text(text: Text) -> None:
    assert {f"words.domain.{name.replace('_', ' ')}" for name in DOMAINS} <= set(text.entries)


def test_a_missing_text_or_value_is_an_error(text: Text) -> None:
    with pytest.raises(OutputError, match=r"no text 'answer\.nothing'"):
        text("answer.nothing")
    with pytest.raises(OutputError, match="needs a value for direction"):
        text("direction")
    with pytest.raises(OutputError, match="whole number 'count'"):
        text("figure.participants")


def test_plurals_follow_the_count(text: Text) -> None:
    assert text("figure.participants", count=1) == "1 person"
    assert text("figure.participants", count=1234) == "1,234 people"
    assert text("figure.participants", count=0) == "0 people"


def test_braces_in_a_value_are_not_read_as_fields(text: Text) -> None:
    assert text("axis.favours", name="{x} {0}") == "favours {x} {0}"


@pytest.mark.parametrize("language", ["xx", "../text/en", ""])
def test_an_unknown_language_is_an_error(templates: Path, language: str) -> None:
    with pytest.raises(OutputError, match="no translation table"):
        load(templates / "text", language)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (1.934, "1.93"),
        (1.0, "1.00"),
        (0.0341, "0.034"),
        (0.0949, "0.095"),
        (0.095, "0.10"),
        (12.34, "12.3"),
        (123.4, "123"),
        (1234.5, "1,234"),
        (0.0001, "<0.001"),
        (3e7, ">1,000,000"),
        (9.994, "9.99"),
        (9.996, "10.0"),
    ],
)
def test_ratios(value: float, written: str) -> None:
    assert ENGLISH.ratio(value) == written


@pytest.mark.parametrize(
    ("share", "written"),
    [(0.0, "<1%"), (0.005, "<1%"), (0.0051, "1%"), (0.5, "50%"), (0.9949, "99%"), (0.995, ">99%"), (1.0, ">99%")],
)
def test_percentages_never_claim_certainty(share: float, written: str) -> None:
    assert ENGLISH.percent(share) == written


def test_numbers_follow_the_language() -> None:
    assert ENGLISH.decimals(1234.5, 1) == "1,234.5"
    assert DUTCH.decimals(1234.5, 1) == "1.234,5"
    assert DUTCH.ratio(1.934) == "1,93"


def test_minus_signs_are_true_and_zero_has_none() -> None:
    assert ENGLISH.difference(-0.1234) == "−0.123"
    assert ENGLISH.difference(-0.0001) == "0.000"
    assert ENGLISH.general(-0.5) == "−0.5"
    assert ENGLISH.general(10.0) == "10"


def test_labels_are_tidied_and_clipped() -> None:
    assert tidy("a\u202eb\n\tc\u0000") == "ab c"
    assert tidy("عربي")[0] == "\u2068"
    assert tidy("عربي")[-1] == "\u2069"
    assert clip("x" * 400, 25) == "x" * 24 + "…"
    assert clip(tidy("ع" * 90), 25)[-1] == "\u2069"
    assert all(unicodedata.category(sign) != "Cc" for sign in tidy("\x07bell"))
