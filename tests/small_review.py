"""A small review on disk, its command line run in this process, and ways to spoil it."""

from __future__ import annotations

from pathlib import Path

import pytest

from nma.cli import app as cli

VOCABULARY = """\
nodes:
  SE:
    label: Supported employment
    description: supported employment
    subgroups:
      ips: {label: IPS, description: high-fidelity IPS}
      other_se: {label: SE, description: other supported employment}
  PVT:
    label: Prevocational training
    description: training first
    subgroups:
      skills: {label: ST, description: skills training}
  PCO:
    label: Psychiatric care
    description: care only
outcomes:
  work:
    label: work
    description: a job
    kinds: {competitive: a regular job, any_paid: any paid work}
population_flags:
  smi: severe mental illness
"""

STUDY = """\
# yaml-language-server: $schema=study.schema.json
id: ID
label: LABEL
reports:
  - {first_author: Smith, year: 2004, title: null, journal: null, doi: 10.1234/abc, pmid: null, registration: null}
country: null
setting: null
population:
  description: adults
  flags: {smi: yes}
arms:
  - {label: IPS, description: null, node: NODE, subgroup: null, randomised: 50}
  - {label: TAU, description: null, node: VERSUS, subgroup: null, randomised: 52}
outcomes:
  - outcome: work
    months: 24
    timing: cumulative
    kind: competitive
    definition: null
    basis: stated
    source: page 5
    arithmetic: null
    counts:
      - {arm: IPS, events: 30, n: 50}
      - {arm: TAU, events: 15, n: 52}
    doubts: []
effect_modifiers: {mean_age: 40.5, percent_men: null, percent_psychosis: null, diagnoses: null}
risk_of_bias:
  tool: null
  source: null
  sequence_generation: low
  allocation_concealment: low
  blinding_of_participants: high
  blinding_of_outcome_assessment: unclear
  incomplete_outcome_data: low
  selective_reporting: not assessed
  other: not assessed
  remarks: null
fidelity: null
comparator_content: null
eligibility: {network: yes, reason: null, doubts: [], overlaps: []}
extraction: {status: one reader, readings: [], decision: null}
"""

MODEL = """\
title: Work after more than a year
question: What helps?
outcome: work
better: higher
better_in_words: more people in work
measure: RR
likelihood: binomial
link: log
effects: random
reference: PCO
priors:
  effects: {family: normal, scale: 10}
  heterogeneity: {family: half-normal, scale: 0.5}
  reason: as usual
select:
  follow_up: {over: 12}
  time_point: earliest
  nodes: main
  basis: [stated, derived]
  population: {smi: [yes]}
  risk_of_bias: any
  exclude: {}
sensitivity:
  without-alpha:
    title: Without Alpha
    reason: to see
    patch:
      select: {exclude: {alpha-2001: left out here}}
"""

TRIALS = {
    "alpha-2001": ("SE", "PVT"),
    "beta-2002": ("SE", "PCO"),
    "gamma-2003": ("PVT", "PCO"),
    "delta-2004": ("SE", "PCO"),
}
ALPHA, BETA, MAIN = "studies/alpha-2001.yaml", "studies/beta-2002.yaml", "models/main.yaml"


class Review:
    """A project folder, and what the command line prints of it."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root, self.capsys = root, capsys

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    def change(self, name: str, old: str, new: str) -> None:
        text = (self.root / name).read_text("utf-8")
        assert old in text, f"{old!r} is not in {name}"
        self.write(name, text.replace(old, new, 1))

    def run(self, *arguments: object) -> tuple[int, list[str], list[str]]:
        """Exit code, lines on standard output, lines on standard error."""
        self.capsys.readouterr()
        code = cli._exit_code([*map(str, arguments), "--project", str(self.root)])
        printed = self.capsys.readouterr()
        assert "Traceback" not in printed.err + printed.out
        return code, printed.out.splitlines(), printed.err.splitlines()

    def problems(self) -> list[str]:
        """What ``nma check`` complains about."""
        code, lines, errors = self.run("check")
        assert code == (1 if errors else 0)
        assert bool(lines) is not bool(errors)
        return errors[1:]

    def problem(self) -> str:
        """The only complaint of ``nma check``."""
        problems = self.problems()
        assert len(problems) == 1, problems
        return problems[0]


@pytest.fixture
def review(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Review:
    small = Review(tmp_path / "review", capsys)
    small.write("nma.toml", 'name = "small"\n')
    small.write("vocabulary.yaml", VOCABULARY)
    small.write(MAIN, MODEL)
    for study_id, (node, versus) in TRIALS.items():
        text = STUDY.replace("ID", study_id, 1).replace("LABEL", study_id.split("-")[0].title(), 1)
        small.write(f"studies/{study_id}.yaml", text.replace("NODE", node, 1).replace("VERSUS", versus, 1))
    return small
