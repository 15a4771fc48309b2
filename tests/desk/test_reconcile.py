"""Two readings become one agreed file that keeps both, every decision, its reason and who took it."""

# ruff: noqa: E501 (a case is a line)

from __future__ import annotations

import difflib

import pytest
from desk_readings import ANNA, EVENTS, FIRST, second
from hypothesis import given, settings
from hypothesis import strategies as st
from small_review import ALPHA, VOCABULARY

from nma import yamlio
from nma.desk import readings, reconciling
from nma.desk.decisions import Decided
from nma.desk.differences import compare
from nma.desk.scaffold import second_reading
from nma.project import Project
from nma.registry import Study, Vocabulary
from nma.registry.text import edited
from nma.registry.writing import study_text

WORDS = Vocabulary.model_validate(yamlio.parse(VOCABULARY.encode(), readings.Path("v"), "v").data)


def fields(review, *changes):
    review.write(ANNA, second(*changes))
    code, lines, errors = review.run("studies", "reconcile", "alpha-2001", "--list")
    assert code == 0, errors
    return [tuple(line.split("\t")[1:]) for line in lines[1:]]


def loaded(review, name=ALPHA):
    return yamlio.load(review.root / name).data


RECORD = FIRST[FIRST.index("  - outcome:") : FIRST.index("effect_modifiers")]
DIFFERENCES = [
    (("node: PVT", "node: PCO"), ("arms[TAU].node", "PVT", "PCO")),
    (("subgroup: null", "subgroup: ips"), ("arms[IPS].subgroup", "nothing", "ips")),
    (("randomised: 52", "randomised: 53"), ("arms[TAU].randomised", "52", "53")),
    (("events: 30", "events: 31"), (EVENTS, "30", "31")),
    (("n: 52}", "n: null}"), ("outcomes[work@24].counts[TAU].n", "52", "nothing")),
    (("months: 24", "months: 18"), ("outcomes[work@24].months", "24", "18")),
    (("timing: cumulative", "timing: point prevalence"), ("outcomes[work@24].timing", "cumulative", "point prevalence")),
    (("kind: competitive", "kind: any_paid"), ("outcomes[work@24].kind", "competitive", "any_paid")),
    (("basis: stated", "basis: derived"), ("outcomes[work@24].basis", "stated", "derived")),
    (("definition: null", "definition: a job"), ("outcomes[work@24].definition", "nothing", "a job")),
    (("mean_age: 40.5", "mean_age: 41"), ("effect_modifiers.mean_age", "40.5", "41")),
    (("sequence_generation: low", "sequence_generation: high"), ("risk_of_bias.sequence_generation", "low", "high")),
    (("smi: yes", "smi: unclear"), ("population.flags.smi", "yes", "unclear")),
    (("country: null", "country: Chile"), ("country", "nothing", "Chile")),
    (("year: 2004", "year: 2005"), ("reports[0].year", "2004", "2005")),
    (("network: yes, reason: null", "network: no, reason: why"), ("eligibility.network", "yes", "no")),
]  # fmt: skip


@pytest.mark.parametrize(("change", "expected"), DIFFERENCES, ids=[expected[0] for _, expected in DIFFERENCES])
def test_every_disagreement_is_named_by_its_field(review, change, expected):
    found = fields(review, change)
    assert expected in found
    assert len(found) == (2 if "network" in expected[0] else 1)


def test_the_same_number_and_the_same_words_are_no_disagreement(review):
    assert fields(review, ("months: 24", "months: 24.0"), ("source: page 5", "source: Page   5")) == []


def test_another_label_is_one_disagreement_and_its_counts_are_still_compared(review):
    changes = [("label: TAU", "label: Usual care"), ("arm: TAU, events: 15", "arm: Usual care, events: 16")]
    assert fields(review, *changes) == [
        ("arms[TAU].label", "TAU", "Usual care"),
        ("outcomes[work@24].counts[TAU].events", "15", "16"),
    ]
    done = review.run("studies", "reconcile", "alpha-2001", "--take", "1=second", "--take", "2=first", "--reason", "as printed", "--by", "Ada")  # fmt: skip
    assert done[0] == 0, done
    data = loaded(review)
    assert [arm["label"] for arm in data["arms"]] == ["IPS", "Usual care"]
    assert data["outcomes"][0]["counts"][1] == {"arm": "Usual care", "events": 15, "n": 52}
    assert [row["events"] for reading in data["extraction"]["readings"] for row in reading["counts"]] == [
        30,
        15,
        30,
        16,
    ]
    assert review.problems() == []


def test_a_record_of_one_reader_is_taken_or_left_whole(review):
    other = RECORD.replace("months: 24", "months: 6")
    found = fields(review, (RECORD, RECORD + other))
    assert found[0][:2] == ("outcomes[work@6]", "not in this reading")
    assert "IPS 30/50, TAU 15/52" in found[0][2]
    code, _, errors = review.run("studies", "reconcile", "alpha-2001", "--take", "1=7", "--reason", "x", "--by", "Ada")
    assert code == 1
    assert "a whole entry is taken from one reading" in errors[0]
    review.run("studies", "reconcile", "alpha-2001", "--take", "1=second", "--reason", "page 7 has it", "--by", "Ada")
    assert [record["months"] for record in loaded(review)["outcomes"]] == [24, 6]
    assert review.problems() == []


def test_an_arm_of_one_reader_comes_or_goes_with_its_counts(review):
    arm = "  - {label: Third, description: null, node: PCO, subgroup: null, randomised: 9}\n"
    row = "      - {arm: Third, events: 2, n: 9}\n"
    both = second(("outcomes:\n", arm + "outcomes:\n"), ("    doubts: []\neff", row + "    doubts: []\neff"))
    review.write(ANNA, both)
    review.run("studies", "reconcile", "alpha-2001", "--take", "arms[Third]=second", "--reason", "p. 2", "--by", "Ada")
    data = loaded(review)
    assert len(data["arms"]) == 3
    assert data["outcomes"][0]["counts"][2] == {"arm": "Third", "events": 2, "n": 9}
    review.write("studies/.extractions/bert/alpha-2001.yaml", FIRST)
    done = review.run("studies", "reconcile", "alpha-2001", "--second", "bert", "--again", "--take", "1=second", "--reason", "no", "--by", "Ada")  # fmt: skip
    assert done[0] == 0, done
    assert [arm["label"] for arm in loaded(review)["arms"]] == ["IPS", "TAU"]
    assert review.problems() == []


def test_the_agreed_file_keeps_both_readings_and_why(review):
    text = FIRST.replace("country: null", "country: null  # asked the authors")
    review.write(ALPHA, text)
    review.write(
        ANNA, second(("events: 30", "events: 31"), ("months: 24", "months: 18"), ("doubts: []", "doubts: [a doubt]"))
    )
    code, lines, _ = review.run("studies", "reconcile", "alpha-2001", "--take", f"{EVENTS}=32", "--take", "outcomes[work@24].months=first", "--reason", "table 2", "--by", "Ada")  # fmt: skip
    assert code == 0
    assert lines[0].startswith("Written: studies/alpha-2001.yaml (")
    data = loaded(review)
    assert data["outcomes"][0]["counts"][0]["events"] == 32
    assert data["outcomes"][0]["doubts"] == ["a doubt"]
    extraction = data["extraction"]
    assert extraction["status"] == "two readers"
    assert [[row["events"] for row in reading["counts"]] for reading in extraction["readings"]] == [[30, 15], [31, 15]]
    assert [[row["months"] for row in reading["counts"]] for reading in extraction["readings"]] == [[24, 24], [18, 18]]
    assert extraction["readings"][1]["agreement"] == "partly"
    rows = {row.pop("field"): row for row in extraction["decision"]["fields"]}
    assert rows[EVENTS] == {"first": 30, "second": 31, "taken": 32, "reason": "table 2", "by": "Ada"}
    gone = [
        line
        for line in difflib.ndiff(text.splitlines(), (review.root / ALPHA).read_text().splitlines())
        if line[0] == "-"
    ]
    assert gone == [
        "-       - {arm: IPS, events: 30, n: 50}",
        "-     doubts: []",
        "- extraction: {status: one reader, readings: [], decision: null}",
    ]
    code, _, errors = review.run("studies", "reconcile", "alpha-2001")
    assert code == 1
    assert "holds two readings already, --again" in errors[0]
    assert "Single-read, 3 trials: beta-2002, delta-2004, gamma-2003." in review.run("check")[1]


def test_nothing_is_decided_in_silence(review):
    review.write(
        ANNA,
        second(("events: 30", "events: 31"), ("country: null", "country: Chile"), ("source: page 5", "source: p. 5")),
    )
    before = (review.root / ALPHA).read_text()
    run = lambda *more: review.run("studies", "reconcile", "alpha-2001", *more)  # noqa: E731
    cases = {
        (): "3 differences to decide, and nobody at a terminal",
        ("--take", f"{EVENTS}=first", "--by", "Ada"): "--reason: missing",
        ("--take", f"{EVENTS}=first", "--reason", "x"): "--by: missing",
        ("--take", f"{EVENTS}=first", "--reason", " ", "--by", "Ada"): "the decision has no reason",
        ("--take", f"{EVENTS}=first", "--reason", "x", "--by", "Ada"): "country: not decided",
        ("--take", "outcomes[work@24].counts[IPS].event=first", "--reason", "x", "--by", "Ada"): f"did you mean '{EVENTS}'?",
        ("--take", "1", "--reason", "x", "--by", "Ada"): "must be FIELD=first",
        ("--wording", "mine", "--by", "Ada"): "--wording: unknown word",
        ("--second", "bert"): "--second: no such reading, got 'bert', allowed: registry, anna",
        ("--take", f"{EVENTS}=57", "--take", "country=second", "--wording", "first", "--reason", "x", "--by", "A"): "57 is more than n (50)",
        ("--take", f"{EVENTS}=x", "--take", "country=second", "--wording", "first", "--reason", "x", "--by", "A"): "must be a whole number, got 'x'",
    }  # fmt: skip
    for arguments, expected in cases.items():
        code, _, errors = run(*arguments)
        assert (code, any(expected in line for line in errors)) == (1, True), (arguments, errors)
        assert (review.root / ALPHA).read_text() == before


def test_a_worksheet_is_filled_in_and_read(review, tmp_path):
    review.write(ANNA, second(("events: 30", "events: 31"), ("country: null", "country: Chile")))
    sheet = tmp_path / "sheet.yaml"
    assert review.run("studies", "reconcile", "alpha-2001", "--worksheet", sheet)[0] == 0
    assert review.run("studies", "reconcile", "alpha-2001", "--worksheet", sheet)[0] == 1
    code, _, errors = review.run("studies", "reconcile", "alpha-2001", "--decisions", sheet)
    assert code == 1
    assert f"{sheet}:6 [0].reason: must be filled in" in errors[0]
    text = (
        sheet.read_text().replace("take:", "take: second").replace("reason:", "reason: seen").replace("by:", "by: Ada")
    )
    sheet.write_text(text.replace("take: second", "value: 40", 1) if EVENTS in text.split("take")[0] else text)
    code, _, errors = review.run("studies", "reconcile", "alpha-2001", "--decisions", sheet)
    assert code == 0, errors
    assert loaded(review)["country"] == "Chile"


def test_two_blind_readings_make_a_new_trial(review):
    (review.root / ALPHA).unlink()
    review.change("models/main.yaml", "alpha-2001", "beta-2002")
    review.write("studies/.extractions/bert/alpha-2001.yaml", "# What bert reads\n" + FIRST)
    review.write(ANNA, second(("events: 30", "events: 31")))
    code, _, errors = review.run("studies", "reconcile", "alpha-2001", "--first", "bert", "--take", "1=first", "--reason", "seen", "--by", "Ada")  # fmt: skip
    assert code == 0, errors
    assert (
        (review.root / ALPHA)
        .read_text()
        .startswith("# yaml-language-server: $schema=study.schema.json\nid: alpha-2001")
    )
    assert [reading["name"] for reading in loaded(review)["extraction"]["readings"]] == ["bert", "anna"]
    assert review.problems() == []


def test_a_second_reader_sees_no_judgement(review):
    code, _, errors = review.run("studies", "read", "alpha-2001", "--reader", "anna")
    assert code == 0, errors
    blank = loaded(review, ANNA)
    first = yamlio.load(review.root / ALPHA).data
    assert blank["reports"] == first["reports"]
    assert [set(map(str, arm.values())) for arm in blank["arms"]] == [{"IPS", "None"}, {"TAU", "None"}]
    assert {row["events"] for row in blank["outcomes"][0]["counts"]} == {None}
    assert {blank["risk_of_bias"][key] for key in first["risk_of_bias"]} == {"not assessed", None}
    problems = review.problems()
    assert all(problem.startswith(ANNA) for problem in problems)
    assert len(problems) == 7
    assert "this reading is there already" in review.run("studies", "read", "alpha-2001", "--reader", "anna")[2][0]
    for name in ("../x", "Anna", "registry", "\u0430nna", "a/b", ""):
        code, _, errors = review.run("studies", "read", "alpha-2001", "--reader", name)
        assert (code, "no name that a reader can have" in errors[0]) == (1, True)


def test_an_edit_in_the_meantime_is_not_undone(review):
    review.write(ANNA, second(("events: 30", "events: 31")))
    project = Project.find(review.root)
    two = reconciling.pair(project, "alpha-2001", None, None)
    review.change(ALPHA, "country: null", "country: Peru")
    decided = [Decided(each, each.second, "x", "Ada") for each in two.comparison.differences]
    with pytest.raises(Exception, match="was changed while the readings were compared"):
        reconciling.write(project, two, decided)
    assert "country: Peru" in (review.root / ALPHA).read_text()


BLANKS = {
    "node": st.sampled_from(["SE", "PVT", "PCO", None]),
    "randomised": st.integers(1, 99) | st.none(),
    "events": st.integers(0, 40) | st.none(),
    "n": st.integers(41, 99) | st.none(),
    "months": st.sampled_from([6, 12, 24, 36.5]),
    "basis": st.sampled_from(["stated", "derived", "recalled"]),
    "low": st.sampled_from(["low", "high", "unclear"]),
}


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_taking_all_of_one_reader_gives_that_reading(data):
    """Decisions do what they say: all of the first changes nothing, all of the second gives the second."""
    base = yamlio.parse(FIRST.encode(), readings.Path("alpha-2001.yaml"), "x")
    other = yamlio.parse(FIRST.encode(), readings.Path("alpha-2001.yaml"), "x").data
    for arm in other["arms"]:
        arm["node"], arm["randomised"] = data.draw(BLANKS["node"]), data.draw(BLANKS["randomised"])
    for row in other["outcomes"][0]["counts"]:
        row["events"], row["n"] = data.draw(BLANKS["events"]), data.draw(BLANKS["n"])
    record = other["outcomes"][0]
    record["months"], record["basis"] = data.draw(BLANKS["months"]), data.draw(BLANKS["basis"])
    other["risk_of_bias"]["sequence_generation"] = data.draw(BLANKS["low"])
    theirs = yamlio.parse(study_text(other).encode(), readings.Path("alpha-2001.yaml"), "y")
    comparison = compare(base.data, theirs.data)
    pair = reconciling.Pair(
        "alpha-2001", readings.ReadingFile("registry", base), readings.ReadingFile("anna", theirs), comparison
    )
    for take, expected in (("first", base.data), ("second", theirs.data)):
        decided = [Decided(each, getattr(each, take), "x", "Ada") for each in comparison.differences]
        text = edited(base, lambda tree, decided=decided: reconciling.apply(tree, pair, decided))
        result = yamlio.parse(text.encode(), base.path, "x").data
        assert {**result, "extraction": 0} == {**expected, "extraction": 0}


def test_readings_that_agree_need_no_decision(review):
    review.write(ANNA, FIRST)
    code, lines, _ = review.run("studies", "reconcile", "alpha-2001")
    assert code == 0
    assert "fields agreed, 0 were decided" in lines[0]
    extraction = loaded(review)["extraction"]
    assert (extraction["readings"][1]["agreement"], extraction["decision"]["by"]) == ("yes", None)
    assert review.problems() == []


@pytest.mark.parametrize(
    ("study_id", "expected"),
    [
        ("beta-2002", "beta-2002: there are no two readings, got only that of registry, nma studies read beta-2002"),
        ("beta-2009", "beta-2009: there are no two readings, got none"),
        ("../alpha-2001", "studies/ id: no id that a trial can have, got '../alpha-2001'"),
    ],
)
def test_without_two_readings_one_line_says_what_to_do(review, study_id, expected):
    code, _, errors = review.run("studies", "reconcile", study_id)
    assert code == 1
    assert errors[0].startswith(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ":1: the file holds no decisions, got nothing"),
        ("- 3\n", ":1 [0]: must be a mapping of keys to values"),
        (
            "- {field: country, take: both, reason: x, by: y}\n",
            ":1 [0].take: not an allowed word, got 'both', allowed: first, second",
        ),
        ("- {field: country, reason: x, by: y}\n", ":1 [0]: needs either take or value"),
        ("- {field: country, take: first, value: x, reason: x, by: y}\n", ":1 [0]: needs either take or value"),
        ("- {field: country, take: first, reason: x}\n", ":1 [0].by: missing, say who decided, here or with --by"),
        (
            "- {field: contry, take: first, reason: x, by: y}\n",
            ":1 field: the readings do not differ here, got 'contry', did you mean 'country'?",
        ),
        ("- &a {field: country, take: first, reason: x, by: y}\n- *a\n", ":1: anchors and aliases are not used here"),
        ("- {field: country, take: first, reason: x, by: y}\n" * 2, ":2 field: decided twice, got 'country'"),
        ("- {field: country, value: .nan, reason: x, by: y}\n", ":1 [0].value: must be a finite number, got nan"),
    ],
)
def test_a_mistake_in_a_decisions_file_is_named_with_its_line(review, tmp_path, text, expected):
    review.write(ANNA, second(("country: null", "country: Chile")))
    sheet = tmp_path / "sheet.yaml"
    sheet.write_text(text)
    before = (review.root / ALPHA).read_bytes()
    code, _, errors = review.run("studies", "reconcile", "alpha-2001", "--decisions", sheet)
    assert code == 1
    assert any(line.startswith(f"{sheet}{expected}") for line in errors), errors
    assert (review.root / ALPHA).read_bytes() == before


def test_a_reading_with_a_mistake_is_named_by_check_and_refused(review):
    review.write(ANNA, second(("events: 30", "events: 57")))
    expected = f"{ANNA}:24 outcomes[0].counts[0].events: 57 is more than n (50), check both against the report"
    assert review.problem() == expected
    assert review.run("studies", "reconcile", "alpha-2001")[2] == [expected]
    review.write("studies/.extractions/anna/x.yml", FIRST)
    assert any("x.yml: would go unread" in problem for problem in review.problems())


LABELS = st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=150).filter(
    lambda text: text.strip()
)


@settings(max_examples=60, deadline=None)
@given(st.lists(LABELS, min_size=2, max_size=3, unique=True), LABELS)
def test_a_blank_carries_any_label(labels, title):
    data = yamlio.parse(FIRST.encode(), readings.Path("alpha-2001.yaml"), "x").data
    data["label"] = data["reports"][0]["title"] = title
    data["arms"] = [{**data["arms"][0], "label": label} for label in labels]
    study = Study.model_validate({**data, "outcomes": []})
    text = second_reading(study, "anna", WORDS)
    blank = yamlio.parse(text.encode(), readings.Path("alpha-2001.yaml"), "x").data
    assert [arm["label"] for arm in blank["arms"]] == [row["arm"] for row in blank["outcomes"][0]["counts"]] == labels
    assert (blank["label"], blank["reports"]) == (title, data["reports"])


@pytest.mark.parametrize(
    "value", ["a=b", "# five", "a: b", "*x", "'", "{", "[1", "- x", "! x", "& y", "null", "second"]
)
def test_any_value_can_be_typed(review, value):
    review.write(ANNA, second(("country: null", "country: Chile")))
    code, _, errors = review.run("studies", "reconcile", "alpha-2001", "--take", f"country={value}", "--reason", "x", "--by", "Ada")  # fmt: skip
    assert code == 0, errors
    assert loaded(review)["country"] == {"null": None, "second": "Chile"}.get(value, value)
    assert review.problems() == []
