"""What a reviewer types wrongly is named with file, line, field and a way out."""

# ruff: noqa: E501 (a case is a line)

import pytest
from small_review import ALPHA, BETA, STUDY

COUNT = "{arm: IPS, events: 30, n: 50}"
ARM = "{label: IPS, description: null, node: SE, subgroup: null, randomised: 50}"
CASES = {
    "events above n": (COUNT, COUNT.replace("30", "57"), ":24 outcomes[0].counts[0].events: 57 is more than n (50), check both"),
    "negative": (COUNT, COUNT.replace("30", "-1"), ":24 outcomes[0].counts[0].events: must be 0 or more, got -1"),
    "fraction": (COUNT, COUNT.replace("30", "30.5"), ":24 outcomes[0].counts[0].events: must be a whole number, got 30.5"),
    "text": (COUNT, COUNT.replace("30", "'30'"), ":24 outcomes[0].counts[0].events: must be a whole number, got '30'"),
    "true": (COUNT, COUNT.replace("30", "true"), ":24 outcomes[0].counts[0].events: must be a whole number, got true"),
    "n of zero": (COUNT, COUNT.replace("30, n: 50", "0, n: 0"), ":24 outcomes[0].counts[0].n: must be 1 or more, got 0"),
    "huge": (COUNT, COUNT.replace("n: 50", "n: 99999999999"), ":24 outcomes[0].counts[0].n: must be 1000000000 or less"),
    "nan": ("months: 24", "months: .nan", ":16 outcomes[0].months: must be a finite number, got nan"),
    "inf": ("months: 24", "months: 1e400", ":16 outcomes[0].months: must be a finite number, got inf"),
    "months as text": ("months: 24", "months: two years", ":16 outcomes[0].months: must be a number, got 'two years'"),
    "age": ("40.5", "400", ":27 effect_modifiers.mean_age: must be less than 120, got 400"),
    "number as label": ("label: Alpha", "label: 2004", ":3 label: must be text (put it in quotes), got 2004"),
    "empty label": ("label: Alpha", "label: ''", ":3 label: must not be empty, got ''"),
    "blank label": ("label: Alpha", "label: '  '", ":3 label: must not be empty"),
    "escape": ("label: Alpha", 'label: "a\\e[31m"', "character, got 'a\\x1b[31m', delete it: it is a control character (U+001B)"),
    "zero width": ("label: Alpha", "label: Al\u200bpha", ":3 label: holds an invisible character, got 'Al\\u200bpha'"),
    "id with a path": ("id: alpha-2001", "id: ../x", ":2 id: is not of the right form, got '../x', allowed: lower-case"),
    "look-alike id": ("id: alpha-2001", "id: \u0430lpha-2001", "character 1 of it is CYRILLIC SMALL LETTER A (U+0430)"),
    "look-alike node": ("node: SE", "node: S\u0415", "did you mean 'SE'? (character 2 of it is CYRILLIC CAPITAL LETTER IE (U+0415))"),
    "unknown node": ("node: SE", "node: SEE", ":12 arms[0].node: unknown node, got 'SEE', allowed: SE, PVT, PCO, did you mean 'SE'?"),
    "node as list": ("node: SE", "node: [SE]", ":12 arms[0].node: must be text (put it in quotes), got a list"),
    "subgroup": ("node: SE, subgroup: null", "node: SE, subgroup: skills", ":12 arms[0].subgroup: not a subgroup of SE, got 'skills', allowed: ips, other_se"),
    "subgroup without node": ("node: SE, subgroup: null", "node: null, subgroup: ips", ":12 arms[0].subgroup: a subgroup without a node"),
    "outcome as mapping": ("outcome: work", "outcome: {a: b}", ":15 outcomes[0].outcome: must be text (put it in quotes), got a mapping"),
    "outcome": ("outcome: work", "outcome: wrok", "unknown outcome, got 'wrok', allowed: work, did you mean 'work'?"),
    "kind": ("kind: competitive", "kind: competitve", "not a kind of work, got 'competitve', allowed: competitive, any_paid, did you mean"),
    "basis": ("basis: stated", "basis: statd", ":20 outcomes[0].basis: not an allowed word, got 'statd', allowed: stated, derived, reconstructed, arm sizes assumed, recalled, did you mean 'stated'?"),
    "unknown key": ("country: null", "contry: x\ncountry: null", ":6 contry: unknown key, allowed: id, label, reports"),
    "key in a list": ("events: 30", "event: 1, events: 30", ":24 outcomes[0].counts[0].event: unknown key, allowed: arm, events, n, did you mean 'events'?"),
    "missing key": ("setting: null\n", "", ":2 setting: missing, add this key"),
    "missing arm": (f"      - {COUNT}\n", f"      - {COUNT.replace('IPS', 'TAU')}\n", ":23 outcomes[0].counts: missing arm 'IPS', add its row"),
    "one arm": (f"  - {ARM}\n", "", ":11 arms: a trial with one arm, got 1 arm, allowed: 2 or more"),
    "doubled row": (f"      - {COUNT}\n", f"      - {COUNT}\n      - {COUNT}\n", ":25 outcomes[0].counts[1].arm: doubled arm, got 'IPS', one row an arm"),
    "doubled arm": (f"  - {ARM}\n", f"  - {ARM}\n  - {ARM}\n", ":13 arms[1].label: doubled arm, got 'IPS', give each arm its own label"),
    "arms as text": ("arms:\n", "arms: none\nxarms:\n", ":11 arms: must be a list, as in [a, b], got 'none'"),
    "record as list": ("{mean_age: 40.5, percent_men: null, percent_psychosis: null, diagnoses: null}", "[1]", ":27 effect_modifiers: must be a mapping of keys to values, got a list"),
    "doi": ("10.1234/abc", "'https://doi.org/10.1234/abc'", ":5 reports[0].doi: is not of the right form, got 'https://doi.org/10.1234/abc', allowed: as in 10.1093"),
    "flag": ("{smi: yes}", "{smi: true}", ":10 population.flags.smi: not an allowed word, got true, allowed: yes, no, unclear"),
    "no flag": ("{smi: yes}", "{}", ":10 population.flags.smi: missing, allowed: yes, no, unclear"),
    "no without reason": ("network: yes", "network: no", ":41 eligibility.reason: missing where network is 'no', say why"),
    "status": ("one reader", "two readers", "extraction.status: does not fit the file, got 'two readers', allowed: one reader"),
    "overlap": ("overlaps: []", "overlaps: [beta-2003]", ":41 eligibility.overlaps[0]: no such trial, got 'beta-2003', did you mean 'beta-2002'?"),
    "own overlap": ("overlaps: []", "overlaps: [alpha-2001]", ":41 eligibility.overlaps[0]: a trial cannot overlap with itself"),
    "duplicate key": ("country: null", "country: null\ncountry: null", ":7 country: the key 'country' stands twice, it is already on line 6"),
    "deep duplicate": ("events: 30", "events: 30, events: 31", ":24 events: the key 'events' stands twice"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_mistake_is_named_with_its_line(review, case):
    assert review.problems() == []
    old, new, expected = CASES[case]
    review.change(ALPHA, old, new)
    problems = review.problems()
    assert any(expected in problem for problem in problems), problems
    assert all(problem.startswith(ALPHA) for problem in problems)
    assert not any(
        jargon in str(problems) for jargon in ("Input should", "valid ", "instance of", "Value error", "tuple")
    )


def test_two_records_at_one_time_are_an_error(review):
    record = STUDY[STUDY.index("  - outcome") : STUDY.index("effect_modifiers")]
    review.change(ALPHA, record, record + record.replace("months: 24", "months: 24.0"))
    assert "outcomes[1].months: the same outcome at the same time as outcomes[0], got 24.0" in review.problem()


def test_a_duplicate_id_names_the_other_file(review):
    review.change(BETA, "id: beta-2002", "id: alpha-2001")
    assert review.problem() == f"{BETA}:2 id: duplicate trial id, got 'alpha-2001', {ALPHA} has it too"


def test_every_file_is_read_and_the_order_is_that_of_files_and_lines(review):
    review.change(ALPHA, "events: 15", "events: -15")
    review.change(ALPHA, "node: SE", "node: X")
    review.change(BETA, "timing: cumulative", "timing: always")
    review.change("models/main.yaml", "better: higher", "better: up")
    review.change("models/main.yaml", "alpha-2001", "alhpa-2001")
    review.write("nma.toml", "name = 3\n")
    places = [problem.split(" ")[0].rstrip(":") for problem in review.problems()]
    assert places == ["models/main.yaml:4", "nma.toml", f"{ALPHA}:12", f"{ALPHA}:25", f"{BETA}:17"]


def test_a_broken_study_hides_no_mistake_in_a_specification(review):
    review.change(BETA, "timing: cumulative", "timing: always")
    review.change("models/main.yaml", "exclude: {}", "exclude: {beta-2002: x, beta-2003: y}")
    problems = review.problems()
    assert [p.split(" ")[1] for p in problems] == ["select.exclude.beta-2003:", "outcomes[0].timing:"]


def test_a_broken_vocabulary_hides_no_mistake_in_a_study(review):
    review.change("vocabulary.yaml", "label: Psychiatric care", "lable: Psychiatric care")
    review.change(ALPHA, "events: 30", "events: 57")
    problems = review.problems()
    assert any(
        "vocabulary.yaml:14 nodes.PCO.lable: unknown key, allowed: label, description, subgroups, did you mean 'label'?"
        in problem
        for problem in problems
    )
    assert any("57 is more than n (50)" in problem for problem in problems)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, "vocabulary.yaml: cannot be read (No such file or directory)"),
        ("", "vocabulary.yaml:1: must be a mapping of keys to values, got nothing"),
        ("[]", "vocabulary.yaml:1: must be a mapping of keys to values, got an empty list"),
        ("nodes: {}\noutcomes: {}\n", "vocabulary.yaml:1 nodes: must have 2 or more entries, got 0"),
        (b"\xff", "vocabulary.yaml:1: the file is not UTF-8 text, save it as UTF-8"),
    ],
)
def test_a_broken_vocabulary(review, text, expected):
    (review.root / "vocabulary.yaml").unlink()
    if text is not None:
        review.write("vocabulary.yaml", text)
    assert any(problem.startswith(expected) for problem in review.problems()), review.problems()
    code, _, errors = review.run("schema", "study")
    assert code == 1
    assert errors[0].startswith(expected)


def test_a_subgroup_has_one_node(review):
    review.change("vocabulary.yaml", "skills: {", "ips: {")
    assert "nodes.PVT.subgroups.ips: SE has a subgroup of this name too" in review.problem()
