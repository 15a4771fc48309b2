"""Importing at the command line: a preview, every problem at once, and all of it or nothing."""

import pytest
from exchange.layouts import ARMS, FILES, LABELS

from nma.errors import InputError
from nma.exchange.importing import carry_out, plan
from nma.exchange.reading import read
from nma.exchange.source import Source
from nma.exchange.statement import Statement, id_of, pairs, report_of
from nma.project import Project
from nma.vocab import ExchangeFormat

WHAT = ("--outcome", "work", "--months", "24", "--timing", "cumulative", "--kind", "competitive")
STATED = (*WHAT, "--basis", "stated", "--source", "review of 2017", "--population", "adults", "--flag", "smi=yes")
MAPPED = ("--map", "A=PCO", "--map", "B=PVT", "--map", "C=ips", "--map", "D=")
IDS = ("--id", "Alpha 2001=alpha-2011", "--id", "Beta, 2002=beta-2012")
ALL = (*STATED, *MAPPED, *IDS)
NAMES = [path.name for path in sorted(FILES.iterdir()) if path.name != "README.md"]


def imported(review, name, *more):
    return review.run("studies", "import", FILES / name, *more)


def studies(review):
    return Project.find(review.root).registry.studies


@pytest.fixture
def nothing_written(review):
    """The study files are as they were when the test is over."""
    before = {path.name: path.read_bytes() for path in (review.root / "studies").iterdir()}
    yield
    assert {path.name: path.read_bytes() for path in (review.root / "studies").iterdir()} == before


@pytest.mark.parametrize("name", NAMES)
def test_every_count_and_label_arrives(review, name):
    code, lines, errors = imported(review, name, *ALL, "--yes")
    assert code == 0, errors
    assert lines[-1] == f"Written: 3 study files in {review.root / 'studies'}"
    new = {key: study for key, study in studies(review).items() if study.label in LABELS}
    assert list(new) == ["alpha-2011", "beta-2012", "gamma-g-2003"]
    counts = {(s.label, c.arm): (c.events, c.n) for s in new.values() for c in s.outcomes[0].counts}
    assert counts == ARMS


def test_the_file_says_where_each_number_was_read(review):
    assert imported(review, "cinema.csv", *ALL, "--yes")[0] == 0
    study = studies(review)["beta-2012"]
    assert (study.reports[0].first_author, study.reports[0].year) == ("Beta", 2002)
    assert study.outcomes[0].source == "review of 2017 (imported from cinema.csv:5, cinema.csv:6)"
    assert study.outcomes[0].doubts == ("Imported from cinema.csv; not yet checked against the report.",)
    assert study.risk_of_bias.remarks == "cinema.csv: rob H; indirectness 2"
    assert set(study.risk_of_bias.domains().values()) == {"not assessed"}
    assert [(arm.node, arm.subgroup, arm.randomised) for arm in study.arms] == [
        ("PVT", None, None),
        ("SE", "ips", None),
    ]
    assert study.extraction.status == "one reader"


def test_the_preview_shows_what_would_be_and_writes_nothing(review, nothing_written):
    code, lines, errors = imported(review, "metainsight_long.csv", *ALL)
    assert code == 0
    assert lines[1].split("\t") == ["alpha-2011", "Alpha 2001", "A 9/140 (PCO); C 23/140 (ips); D 10/138 (no node)"]
    assert errors[0] == "metainsight_long.csv, read as metainsight-long"
    assert "Not imported, the registry has no place for them: covar.duration." in errors
    assert errors[-1] == "Nothing was written; --yes writes it."


def test_what_the_file_cannot_say_is_asked_for_all_at_once(review, nothing_written):
    code, lines, errors = imported(review, "gemtc.csv", "--yes")
    assert code == 1
    assert len(lines) == 4
    text = "\n".join(errors)
    for option in ("--outcome", "--months", "--timing", "--kind", "--basis", "--source", "--population", "--flag smi="):
        assert f"{option}: missing: the file cannot say it" in text
    assert "gemtc.csv:2 treatment: which node is this treatment?, got 'A', allowed: SE, PVT, PCO, ips" in text
    assert "say it with --map A=NODE" in text
    assert "gemtc.csv:2 study: the registry has a trial of this id, got alpha-2001" in text


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (("--outcome", "wrk"), "--outcome: unknown word, got 'wrk', allowed: work, did you mean 'work'?"),
        (("--timing", "cumulativ"), "--timing: unknown word, got 'cumulativ'"),
        (("--kind", "paid"), "--kind: unknown word, got 'paid', allowed: competitive, any_paid"),
        (("--basis", "guessed"), "--basis: unknown word, got 'guessed'"),
        (("--flag", "smi=perhaps"), "--flag: the label stands twice"),
        (("--map", "E=SE"), "--map: no such label in the file, got 'E'"),
        (("--id", "Gamma=x"), "--id: no such label in the file, got 'Gamma'"),
        (("--without", "Delta"), "--without: no such label in the file, got 'Delta'"),
        (("--report", "Delta=D 2001"), "--report: no such label in the file, got 'Delta'"),
        (("--map", "C"), "--map: must be LABEL=WORD, got 'C'"),
        (("--id", 'Gamma "G" 2003=../../x'), "study: no id can be made of this label"),
        (("--id", 'Gamma "G" 2003=beta-2012'), "study: two labels give the same id, got beta-2012"),
        (("--months", "nan"), "outcomes[0].months: must be a finite number, got nan"),
        (("--months", "-1"), "outcomes[0].months: must be 0 or more, got -1"),
        (("--format", "gemtk"), "--format: unknown layout, got 'gemtk'"),
    ],
)
def test_a_wrong_word_is_one_line_and_writes_nothing(review, nothing_written, more, expected):
    code, _, errors = imported(review, "gemtc.csv", *ALL, "--yes", *more)
    assert code == 1
    assert any(expected in line for line in errors), errors


def test_a_mapping_to_no_node_names_the_nearest(review, nothing_written):
    mapped = ("--map", "A=PCО", "--map", "B=PVT", "--map", "C=SE", "--map", "D=SE")
    code, _, errors = imported(review, "gemtc.csv", *STATED, *mapped, *IDS, "--yes")
    assert code == 1
    assert "no node of this name, got 'PCО'" in errors[-1]
    assert "did you mean 'PCO'? (character 3 of it is CYRILLIC CAPITAL LETTER O (U+041E))" in errors[-1]


def test_one_spoilt_row_keeps_all_trials_out(review, nothing_written, tmp_path):
    text = (FILES / "gemtc.csv").read_text().replace('"C",9,48', '"C",49,48')
    (tmp_path / "spoilt.csv").write_text(text)
    code, _, errors = review.run("studies", "import", tmp_path / "spoilt.csv", *ALL, "--yes")
    assert code == 1
    assert errors[-1].startswith("spoilt.csv:8 events: 49 is more than n (48)")


def test_a_spoilt_trial_may_be_left_out(review, tmp_path):
    text = (FILES / "gemtc.csv").read_text().replace('"C",9,48', '"C",49,48')
    (tmp_path / "spoilt.csv").write_text(text)
    path = tmp_path / "spoilt.csv"
    code, lines, errors = review.run("studies", "import", path, *ALL, "--without", LABELS[2], "--yes")
    assert (code, lines[-1][:22]) == (0, "Written: 2 study files"), errors
    assert f"Left out: {LABELS[2]}." in errors


def test_unknown_counts_stay_unknown(review, tmp_path):
    (tmp_path / "na.csv").write_text("study,treatment,events,n\nSmith 2004,A,NA,10\nSmith 2004,C,3,\n")
    code, _, errors = review.run("studies", "import", tmp_path / "na.csv", *STATED, *MAPPED[:2], *MAPPED[4:6], "--yes")
    assert code == 0, errors
    assert "Without counts: Smith 2004 A, Smith 2004 C." in errors
    study = studies(review)["smith-2004"]
    assert [(count.events, count.n) for count in study.outcomes[0].counts] == [(None, 10), (3, None)]
    assert study.extraction.status == "awaiting data"


def test_a_label_without_an_author_is_a_question(review, tmp_path):
    (tmp_path / "arm.csv").write_text("study,treatment,events,n\nARMADA,A,1,10\nARMADA,C,3,10\n")
    start = ("studies", "import", tmp_path / "arm.csv", *STATED, *MAPPED[:2], *MAPPED[4:6], "--yes")
    code, _, errors = review.run(*start)
    assert code == 1
    assert "the label names no author and year, got 'ARMADA', allowed: as in Smith 2004" in errors[-1]
    assert review.run(*start, "--report", "ARMADA=Weinblatt 2003")[0] == 0
    report = studies(review)["armada"].reports[0]
    assert (report.first_author, report.year) == ("Weinblatt", 2003)


def test_a_trial_that_came_meanwhile_is_not_overwritten(review, monkeypatch):
    from nma.exchange import importing

    made = importing.plan

    def slow(project, *more):
        planned = made(project, *more)
        (project.studies / "alpha-2011.yaml").write_text("someone else's\n")
        return planned

    monkeypatch.setattr(importing, "plan", slow)
    code, _, errors = imported(review, "gemtc.csv", *ALL, "--yes")
    assert code == 1
    assert "alpha-2011" in errors[-1]
    assert (review.root / "studies/alpha-2011.yaml").read_text() == "someone else's\n"
    assert not (review.root / "studies/beta-2012.yaml").exists()


@pytest.mark.parametrize(
    ("label", "expected"),
    [("Smith 2004", "smith-2004"), ("Rudolph and Feiger, 1999", "rudolph-and-feiger-1999"), ("Åsa 2001", "asa-2001"),
     ("../../etc/passwd", "etc-passwd"), ("Ѕmith 2004", None), ("???", None), ("x" * 200, "x" * 80)],
)  # fmt: skip
def test_ids_are_made_of_labels_or_asked_for(label, expected):
    assert id_of(label, Statement()) == expected


@pytest.mark.parametrize(
    ("label", "expected"),
    [("Smith 2004", ("Smith", 2004)), ("De Wilde et al, 1993", ("De Wilde", 1993)), ("Smith (2004)", ("Smith", 2004)),
     ("smith-2004", ("smith", 2004)), ("Smith 2004b", ("Smith", 2004)), ("ARMADA", None), ("2004", None), ("01", None)],
)  # fmt: skip
def test_authors_are_read_from_labels_or_asked_for(label, expected):
    assert report_of(label, None, Statement()) == expected


def test_a_label_may_hold_equals_signs():
    assert pairs("--map", ["a=b=SE", "x="]) == {"a=b": "SE", "x": ""}


@pytest.mark.parametrize("command", [["studies", "import"], ["export"]])
def test_help_fits_a_narrow_terminal(review, monkeypatch, command):
    monkeypatch.setenv("COLUMNS", "80")
    code, lines, _ = review.run(*command, "-h")
    assert code == 0
    assert max(map(len, lines)) <= 80


def test_labels_cannot_drive_a_terminal(review, nothing_written, tmp_path):
    (tmp_path / "x.csv").write_text("study,treatment,events,n\n\x1b[2Jone 2001,A,1,2\n\x1b[2Jone 2001,C,1,2\n")
    code, lines, errors = review.run("studies", "import", tmp_path / "x.csv", *STATED, "--yes")
    assert code == 1
    assert "\x1b" not in "".join([*lines, *errors])
    assert "holds an invisible character" in "".join(errors)


def test_a_trial_that_the_registry_may_have_is_pointed_out(review):
    _, _, errors = imported(review, "gemtc.csv", *ALL)
    pointed = [line for line in errors if line.endswith("the same trial?")]
    assert pointed == []
    review.change("studies/beta-2002.yaml", "first_author: Smith, year: 2004", "first_author: Beta AB, year: 2002")
    _, _, errors = imported(review, "gemtc.csv", *ALL)
    assert "Beta, 2002 has the author and year of beta-2002, which the registry holds: the same trial?" in errors


def test_a_plan_with_problems_is_never_carried_out(review, nothing_written):
    project = Project.find(review.root)
    planned = plan(project, read(Source(FILES / "gemtc.csv"))[1], Statement(), "gemtc.csv")
    assert planned.texts == {}
    with pytest.raises(InputError, match="--outcome: missing"):
        carry_out(project, planned)


def test_a_terminal_is_asked(review, monkeypatch):
    monkeypatch.setattr("nma.cli.exchange._agreed", lambda number: number == 3)
    assert imported(review, "gemtc.csv", *ALL)[1][-1].startswith("Written: 3")


@pytest.mark.parametrize("layout", ExchangeFormat)
def test_an_export_of_one_review_is_the_evidence_of_another(review, tmp_path, layout):
    from nma.exchange.writing import LAYOUTS

    path = tmp_path / f"main{LAYOUTS[layout].endings[0]}"
    code, lines, errors = review.run("export", "main", "--format", layout, "--out", path)
    assert (code, lines) == (0, [f"Written: {path} (4 trials, 408 people)"])
    assert errors[0].startswith(f"{layout} cannot hold: ")
    before = review.run("extract", "main")[1]
    for old in (review.root / "studies").iterdir():
        old.unlink()
    code, lines, errors = review.run("studies", "import", path, *STATED, "--format", layout, "--yes")
    assert code == 0, errors
    assert review.run("extract", "main")[1] == before


def test_an_export_replaces_nothing_unless_told(review, tmp_path):
    path = tmp_path / "main.csv"
    path.write_text("mine")
    start = ("export", "main", "--format", "gemtc", "--out", path)
    code, _, errors = review.run(*start)
    assert (code, errors) == (1, [f"{path}: is there already, --force replaces it"])
    assert path.read_text() == "mine"
    assert review.run(*start, "--force")[0] == 0
    assert read(Source(path))[0] is ExchangeFormat.GEMTC
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []


def test_an_export_that_cannot_be_written_is_one_line(review, tmp_path):
    code, _, errors = review.run("export", "main", "--format", "gemtc", "--out", tmp_path / "no" / "main.csv")
    assert code == 1
    assert errors == [f"{tmp_path / 'no' / 'main.csv'}: cannot be written (No such file or directory)"]


def test_a_sensitivity_set_is_exported(review, tmp_path):
    path = tmp_path / "main.csv"
    code, _, errors = review.run("export", "main", "--format", "gemtc", "--out", path, "--set", "without-alpha")
    assert code == 0, errors
    assert "alpha" not in path.read_text()
    code, _, errors = review.run("export", "main", "--format", "gemtc", "--out", path, "--set", "none")
    assert errors == ["--set: no such set, got 'none', allowed: without-alpha"]
