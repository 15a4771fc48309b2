"""The registry of this review: complete, of one form, and selected as the review decided."""

# ruff: noqa: E501 (a case is a line)

import json
import re
from pathlib import Path

import jsonschema
import pytest

import nma
from nma import yamlio
from nma.cli import app as cli

ROOT = Path(__file__).parents[2]
STUDIES = sorted((ROOT / "studies").glob("*.yaml"))
MODELS = sorted((ROOT / "models").glob("*.yaml"))

# The review's own selection (trial facts, point 6): trials of the two primary analyses. A change here changes the answer.
LONG = """bejerholm-2015 bond-2007 burns-2007 christensen-2019 drake-1999 drake-2013 gold-2006 hoffmann-2012 howard-2010
lehman-2002 macias-2006 mcgurk-2015 michon-2014 mueser-2004 nuechterlein-2020 tsang-2009 van-duin-2021 viering-2015
wong-2008 zhang-2017"""
SHORT = """bond-2015 craig-2014 erickson-2021 killackey-2008 killackey-2019 latimer-2006 mcgurk-2005 oshima-2014
poremski-2017 rodriguez-pulido-2019 smith-2022 twamley-2012 waghorn-2014 yamaguchi-2017"""


@pytest.mark.parametrize(("name", "trials"), [("long-term", LONG), ("short-term", SHORT)])
def test_the_primary_selections_are_the_reviews(project, name, trials):
    evidence = nma.select(project.registry, project.analysis(name))
    assert [trial.id for trial in evidence.trials] == trials.split()
    assert len(evidence.trials) + len(evidence.excluded) == 107


def test_the_registry_is_complete_and_its_counts_are_possible(project):
    assert len(project.registry.studies) == 107
    counts = [c for s in project.registry.studies.values() for r in s.outcomes for c in r.counts if c.is_complete]
    assert len(counts) > 80
    assert all(0 <= count.events <= count.n for count in counts)


def test_the_population_flags_are_the_reviews(project):
    flags = {key: str(s.population.flags["severe_mental_illness"]) for key, s in project.registry.studies.items()}
    assert {flags[key] for key in ("lones-2017", "rognli-2025", "sveinsdottir-2020")} == {"no"}
    assert {flags[key] for key in ("davis-2012", "bejerholm-2017", "lepage-2016")} == {"unclear"}
    assert {flags[key] for key in (*LONG.split(), *SHORT.split())} == {"yes"}


@pytest.mark.parametrize(
    ("what", "folder"), [("study", "studies"), ("analysis", "models"), ("judgements", "judgements")]
)
def test_the_committed_schema_is_what_the_command_prints(what, folder, capsys):
    committed = ROOT / folder / f"{what}.schema.json"
    assert cli._exit_code(["schema", what, "--project", str(ROOT)]) == 0
    assert capsys.readouterr().out == committed.read_text("utf-8"), f"nma schema {what} --out {committed}"


@pytest.mark.parametrize(("what", "files"), [("study", STUDIES), ("analysis", MODELS)])
def test_the_schema_accepts_every_file(what, files):
    schema = json.loads((files[0].parent / f"{what}.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    errors = [f"{path.name}: {e.message}" for path in files for e in validator.iter_errors(yamlio.load(path).data)]
    assert errors == []
    assert len(files) == (107 if what == "study" else 4)


def test_the_schema_refuses_what_check_refuses():
    schema = json.loads((ROOT / "studies/study.schema.json").read_text("utf-8"))
    data = yamlio.load(ROOT / "studies/drake-2013.yaml").data
    for spoil in (
        lambda d: d.update(contry="x"),
        lambda d: d.pop("label"),
        lambda d: d.update(id="../x"),
        lambda d: d["arms"][0].update(node="SEE"),
        lambda d: d["outcomes"][0]["counts"][0].update(events=-1),
        lambda d: d["outcomes"][0].update(basis="statd"),
    ):
        spoiled = json.loads(json.dumps(data))
        spoil(spoiled)
        assert list(jsonschema.Draft202012Validator(schema).iter_errors(spoiled))


@pytest.mark.parametrize("path", [*STUDIES, *MODELS], ids=lambda path: path.stem)
def test_every_file_names_its_schema_and_no_machine(path):
    text = path.read_text("utf-8")
    what = "study" if path.parent.name == "studies" else "analysis"
    assert text.startswith(f"# yaml-language-server: $schema={what}.schema.json\n")
    assert not re.search(r"(?<![\w./])/(home|root|tmp|work|Users|mnt|opt)/|[A-Z]:\\\\|file://", text)
