"""A blank trial with the words of the review beside each blank, for a first or a second reader to fill in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from nma import yamlio
from nma.registry import Study, Vocabulary
from nma.registry.study import DOMAINS
from nma.registry.writing import study_text
from nma.vocab import Basis, Risk, Timing

HEAD = """\
# yaml-language-server: $schema={schema}
# {title}
# An empty value must be filled in. null says "not printed" and may stay. Delete what does not apply; comments may go.
id: {id}
label: {label}
"""
REPORTS = """\
reports:                  # one entry a publication; companion reports of the same trial go here
  - first_author:         # as in Smith J
    year: {year}
    title: null
    journal: null
    doi: null             # as in 10.1093/schbul/sbn024, without an address in front
    pmid: null
    registration: null
"""
PEOPLE = """\
country: null
setting: null
population:
  description:            # who took part, in a sentence
  flags:
{flags}
"""
ARMS = "arms:                     # one entry a randomised group; nodes: {nodes}\n"
ARM = """\
  - label: {label}
    description: null
    node:                 # {nodes}; null if it fits none
    subgroup: null        # {subgroups}
    randomised: null
"""
OUTCOMES = """\
outcomes:                 # one record an outcome and time point; write "outcomes: []" if no counts are printed
  - outcome: {outcome}
    months:               # of follow-up after randomisation
    timing:               # {timing}
    kind:                 # {kinds}
    definition: null      # in the words of the report
    basis:                # {basis}
    source:               # page, table or address, and what is printed there
    arithmetic: null      # how the counts follow from what is printed, if they are not printed themselves
    counts:               # one row an arm, with the labels of above
{counts}
    doubts: []
"""
TAIL = """\
effect_modifiers:         # as printed
  mean_age: null
  percent_men: null
  percent_psychosis: null
  diagnoses: null
risk_of_bias:             # {risk}
  tool: null
  source: null
{domains}
  remarks: null
fidelity: null
comparator_content: null
eligibility:
  network: yes            # yes or no; a no needs its reason
  reason: null
  doubts: []
  overlaps: []            # ids of trials that share participants
extraction:
  status: one reader      # "awaiting data" while there are no counts in two arms
  readings: []            # nma studies reconcile fills these in
  decision: null
"""


def new_trial(study_id: str, words: Vocabulary) -> str:
    """A blank study file for a first reader, with two arms."""
    year = study_id.rpartition("-")[2]
    year = year if year.isdecimal() and len(year) == 4 else ""
    head = HEAD.format(schema="study.schema.json", title="A new trial.", id=study_id, label=label_of(study_id))
    labels = ("", "")
    return _tidy(head + REPORTS.format(year=year or "null") + _body(labels, words))


def second_reading(study: Study, reader: str, words: Vocabulary) -> str:
    """A blank of the same trial for another reader, who sees its reports and the labels of its arms, no more."""
    title = f"What {reader} reads in the reports of {study.id}, without a look at the other reading."
    head = HEAD.format(schema="../../study.schema.json", title=title, id=study.id, label=_quoted(study.label))
    reports = study_text({"reports": [report.model_dump(mode="json") for report in study.reports]})
    return _tidy(head + reports.partition("\n")[2] + _body([arm.label for arm in study.arms], words))


def label_of(study_id: str) -> str:
    """``Smith 2004`` for ``smith-2004``."""
    return " ".join(part.capitalize() for part in study_id.split("-"))


def _body(labels: Iterable[str], words: Vocabulary) -> str:
    shown = [_quoted(label) if label else "" for label in labels]
    nodes = ", ".join(words.nodes)
    subgroups = "; ".join(
        f"{name}: {', '.join(node.subgroups)}" for name, node in words.nodes.items() if node.subgroups
    )
    rows = "\n".join(f"      - {{arm: {label}, events: null, n: null}}" for label in shown)
    outcomes = OUTCOMES.format(
        outcome=next(iter(words.outcomes)) if len(words.outcomes) == 1 else f"  # {', '.join(words.outcomes)}",
        timing=", ".join(Timing),
        kinds="; ".join(f"{name}: {', '.join(outcome.kinds)}" for name, outcome in words.outcomes.items()),
        basis=", ".join(Basis),
        counts=rows,
    )
    flags = "\n".join(f"    {flag}:  # yes, no, unclear" for flag in words.population_flags)
    people = PEOPLE.format(flags=flags) if flags else PEOPLE.replace("flags:\n{flags}", "flags: {{}}").format()
    arms = "".join(ARM.format(label=label, nodes=nodes, subgroups=subgroups or "none here") for label in shown)
    domains = "\n".join(f"  {domain}: not assessed" for domain in DOMAINS)
    return people + ARMS.format(nodes=nodes) + arms + outcomes + TAIL.format(risk=", ".join(Risk), domains=domains)


def _quoted(text: str) -> str:
    """A text on one line as it may stand anywhere in a file, inside braces too."""
    if re.fullmatch(r"[A-Za-z0-9]([\w +/.-]*\w)?", text, re.ASCII) and yamlio.reads_as_text(text):
        return text
    return json.dumps(text, ensure_ascii=False)


def _tidy(text: str) -> str:
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())
