"""Pieces of R: strings, names that R packages bear, comments, and the lines every script begins with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from textwrap import wrap

from nma._version import __version__
from nma.analysis import Analysis
from nma.analysis.priors import Prior
from nma.errors import printable
from nma.evidence import Evidence

SAFE = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
"""What gemtc takes as a name; netmeta and multinma take more."""


def quoted(text: str) -> str:
    """An R string that holds exactly this text."""
    plain = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isascii() and c.isprintable() else f"\\U{{{ord(c):x}}}" for c in plain) + '"'


def number(value: float) -> str:
    """A number as R reads it, without loss."""
    return repr(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))


def codes(labels: Sequence[str], letter: str) -> dict[str, str]:
    """A code for each label: the label itself where all are safe names, otherwise a letter and a number."""
    if all(SAFE.fullmatch(label) for label in labels) and "NA" not in labels:
        return {label: label for label in labels}
    return {label: f"{letter}{i}" for i, label in enumerate(labels, start=1)}


def study_codes(labels: Sequence[str]) -> dict[str, str]:
    """As :func:`codes`; a trial's id may have hyphens and begin with a digit."""
    if all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", label) for label in labels) and "NA" not in labels:
        return {label: label for label in labels}
    return {label: f"S{i}" for i, label in enumerate(labels, start=1)}


def comment(text: str) -> list[str]:
    """Text as lines of comment; nothing in it can end the comment."""
    return [f"# {line}" for line in wrap(printable(text), 116)]


def vector(items: Iterable[str]) -> str:
    """An R vector, a line an item where there are many."""
    inside = list(items)
    one = f"c({', '.join(inside)})"
    return one if len(one) < 60 else "c(\n  " + ",\n  ".join(inside) + "\n)"


def names_vector(names: Mapping[str, str]) -> str:
    """Code → label as a named R vector."""
    return vector(f"{code} = {quoted(label)}" for label, code in names.items())


def said(prior: Prior) -> str:
    """A prior in words, with its numbers."""
    inside = ", ".join(f"{name} {value}" for name, value in prior.parameters().items())
    return f"{prior.family} ({inside})"


def opening(evidence: Evidence, title: str, differences: Sequence[str]) -> Iterator[str]:
    """What the script is, what the analysis is, and where the package differs."""
    yield from comment(f"{title} Written by nma {__version__}; run it in the folder that holds its data.")
    yield "#"
    yield from (line for each in facts(evidence.analysis, evidence) for line in comment(each))
    yield "#"
    yield "# Where this differs from the analysis it came from:"
    for difference in differences:
        first, *rest = wrap(printable(difference), 112)
        yield f"# - {first}"
        yield from (f"#   {line}" for line in rest)
    yield ""


def facts(analysis: Analysis, evidence: Evidence) -> Iterator[str]:
    """The analysis in a few lines."""
    yield f"{analysis.title or analysis.name}: outcome {analysis.outcome}, {analysis.direction}."
    yield f"{len(evidence.trials)} trials, {evidence.participants} people, {len(evidence.treatments)} treatments."
    yield (
        f"Likelihood {analysis.likelihood}, link {analysis.link}, measure {analysis.measure}, {analysis.effects} "
        f"effects, reference {analysis.reference}."
    )
    yield f"Prior of each effect against the reference: {said(analysis.priors.effects)}."
    if analysis.priors.heterogeneity is not None:
        yield f"Prior of the heterogeneity: {said(analysis.priors.heterogeneity)}."
    if analysis.has_mean_log_odds:
        yield f"Prior of a trial's mean log odds: {said(analysis.baseline_prior)}."
    if analysis.baseline_risk is not None:
        yield (
            f"The analysis turns odds ratios into {analysis.measure} at a risk of {analysis.baseline_risk.risk} under "
            "the reference; this script leaves them as odds ratios."
        )


def reading(file: str, columns: Mapping[str, str]) -> str:
    """R that reads the data beside the script, with the classes of its columns."""
    classes = vector(f"{name} = {quoted(kind)}" for name, kind in columns.items())
    return f"data <- read.csv({quoted(file)}, colClasses = {classes})"
