"""The questions of the desk, answered by keys as at a terminal."""

# ruff: noqa: E501 (a case is a line)

from __future__ import annotations

import json

import pytest
from desk_readings import ANNA, EVENTS, second
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput
from small_review import ALPHA, BETA

from nma import yamlio
from nma.cli import app as cli
from nma.desk import asking
from nma.desk.questions import RefusedError, field_value, word_value
from nma.registry import Arm, OutcomeRecord, Study
from nma.registry.study import Report

CTRL_C, CTRL_D, CLEAR, ENTER = "\x03", "\x04", "\x01\x0b", "\r"


@pytest.fixture
def at_a_terminal(review, monkeypatch):
    """Run a command while keys are pressed; exit code and what was printed."""
    monkeypatch.setattr(asking, "in_a_terminal", lambda: True)

    def run(keys: list[str], *arguments: str):
        with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
            pipe.send_text("".join(keys))
            code = cli._exit_code([*arguments, "--project", str(review.root)])
        printed = review.capsys.readouterr()
        return code, printed.out, printed.err

    return run


def lines(*answers: str) -> list[str]:
    return [answer + ENTER for answer in answers]


NEW = lines(
    "smith-2020", "", "Smith J", "2020", "A title: with a colon", "", "10.1000/abc", "", "",
    "Norway", "", "adults", "yes",
    "IPS", "", "SE", "ips", "60",
    "TAU", "usual care", "PCO", "61", "",
    "yes", "", "18", "cumulative", "competitive", "", "derived", "Table 2", "52 % of 60", "60", "31", "61", "15",
    "no", "", "",
)  # fmt: skip


def test_a_new_trial_is_asked_for_shown_and_written(review, at_a_terminal):
    code, out, err = at_a_terminal([*NEW, ENTER], "studies", "new")
    assert code == 0, err
    text = (review.root / "studies/smith-2020.yaml").read_text()
    assert text in out
    data = yamlio.load(review.root / "studies/smith-2020.yaml").data
    assert data["label"] == "Smith 2020"
    assert data["arms"][0] == {"label": "IPS", "description": None, "node": "SE", "subgroup": "ips", "randomised": 60}
    record = data["outcomes"][0]
    assert (record["months"], record["arithmetic"]) == (18, "52 % of 60")
    assert "months: 18\n" in text
    assert record["counts"] == [{"arm": "IPS", "events": 31, "n": 60}, {"arm": "TAU", "events": 15, "n": 61}]
    assert review.problems() == []


def test_what_is_refused_stays_to_be_mended(review, at_a_terminal):
    keys = [*NEW]
    keys[0] = "Smith 2020" + ENTER + CLEAR + "beta-2002" + ENTER + CLEAR + "smith-2020" + ENTER
    keys[3] = "MMXX" + ENTER + CLEAR + "1066" + ENTER + CLEAR + "2020" + ENTER
    keys[15] = "SEE" + ENTER + CLEAR + "SE" + ENTER
    keys[18] = "IPS" + ENTER + CLEAR + "TAU" + ENTER
    keys[-6] = "61" + ENTER + CLEAR + "31" + ENTER
    assert keys[-6].endswith("31" + ENTER)
    code, _, err = at_a_terminal([*keys, ENTER], "studies", "new")
    assert code == 0, err
    assert yamlio.load(review.root / "studies/smith-2020.yaml").data["outcomes"][0]["counts"][0]["events"] == 31


@pytest.mark.parametrize("key", [CTRL_C, CTRL_D])
@pytest.mark.parametrize("after", [0, 1, 8, 20, len(NEW)])
def test_stopping_leaves_no_trace(review, at_a_terminal, key, after):
    before = {path: path.read_bytes() for path in review.root.rglob("*") if path.is_file()}
    keys = [*NEW[:after], CLEAR + "\x15" + key]
    code, _, err = at_a_terminal(keys, "studies", "new")
    assert (code, err) == (130, "Stopped; nothing was written.\n")
    assert {path: path.read_bytes() for path in review.root.rglob("*") if path.is_file()} == before


def test_a_no_at_the_end_writes_nothing(review, at_a_terminal):
    code, _, err = at_a_terminal([*NEW, CLEAR + "no" + ENTER], "studies", "new")
    assert (code, err) == (0, "Nothing was written.\n")
    assert not (review.root / "studies/smith-2020.yaml").exists()


def test_an_id_on_the_command_line_is_checked_at_once(at_a_terminal):
    assert at_a_terminal([], "studies", "new", "beta-2002")[::2] == (
        1,
        "ID: the registry has a trial of this id, got 'beta-2002'\n",
    )
    assert at_a_terminal([], "studies", "new", "../x")[0] == 1


def test_a_reader_decides_field_by_field(review, at_a_terminal):
    review.write(ANNA, second(("events: 30", "events: 31"), ("source: page 5", "source: p. 5"), ("n: 52", "n: 53")))
    keys = lines(
        "Ada", "", "forty", CLEAR + "51", "typed wrongly", "second", "page 6", "", "", CLEAR + "49", "", "", "", "yes"
    )
    keys = [
        *lines("Ada", ""),
        *lines("forty", CLEAR + "57", "typed wrongly"),
        *lines("second", "page 6"),
        # 57 is more than n: once more, with the answers in place.
        *lines("", CLEAR + "49", "", "", ""),
        ENTER,
    ]
    code, out, err = at_a_terminal(keys, "studies", "reconcile", "alpha-2001")
    assert code == 0, (out, err)
    assert "57 is more than n (50)" in out
    data = yamlio.load(review.root / ALPHA).data
    assert data["outcomes"][0]["counts"] == [
        {"arm": "IPS", "events": 49, "n": 50},
        {"arm": "TAU", "events": 15, "n": 53},
    ]
    fields = {
        row["field"]: (row["taken"], row["reason"], row["by"]) for row in data["extraction"]["decision"]["fields"]
    }
    assert fields[EVENTS] == (49, "typed wrongly", "Ada")
    assert fields["outcomes[work@24].source"][0] == "page 5"


def test_stopping_a_reconciliation_leaves_the_file(review, at_a_terminal):
    review.write(ANNA, second(("events: 30", "events: 31")))
    before = (review.root / ALPHA).read_bytes()
    for keys in (lines("Ada"), lines("Ada", "first"), lines("Ada", "first", "why")):
        code, _, err = at_a_terminal([*keys, CLEAR + "\x15" + CTRL_C], "studies", "reconcile", "alpha-2001")
        assert (code, err) == (130, "Stopped; nothing was written.\n")
    assert (
        at_a_terminal([*lines("Ada", "first", "why"), CLEAR + "no" + ENTER], "studies", "reconcile", "alpha-2001")[2]
        == "Nothing was written.\n"
    )
    assert (review.root / ALPHA).read_bytes() == before
    assert (review.root / BETA).exists()


@pytest.mark.parametrize(
    ("model", "name", "typed", "expected"),
    [
        (Arm, "randomised", "60", 60), (Arm, "randomised", "", None), (Arm, "randomised", "0", RefusedError), (Arm, "randomised", "6.5", RefusedError),
        (Arm, "randomised", "1e400", RefusedError), (Arm, "randomised", "nan", RefusedError), (Arm, "randomised", "\u0666", RefusedError),
        (Arm, "label", "", RefusedError), (Arm, "label", " two  words ", "two words"), (Arm, "label", "a\u200bb", RefusedError),
        (OutcomeRecord, "months", "18", 18), (OutcomeRecord, "months", "4.5", 4.5), (OutcomeRecord, "months", "inf", RefusedError),
        (OutcomeRecord, "months", "-1", RefusedError), (Report, "year", "2020", 2020), (Report, "year", "20", RefusedError),
        (Report, "doi", "https://doi.org/10.1000/x", RefusedError), (Study, "id", "../x", RefusedError), (Study, "id", "\u0430-2001", RefusedError),
    ],
)  # fmt: skip
def test_an_answer_is_read_as_strictly_as_a_file(model, name, typed, expected):
    value = field_value(model, name)
    if expected is RefusedError:
        with pytest.raises(RefusedError):
            value(typed)
    else:
        found = value(typed)
        assert (found, type(found)) == (expected, type(expected))


def test_a_word_names_the_nearest():
    with pytest.raises(RefusedError, match="one of: yes, no; did you mean 'yes'"):
        word_value(("yes", "no"))("yess")
    assert json.dumps(word_value(("yes",), optional=True)("")) == "null"
