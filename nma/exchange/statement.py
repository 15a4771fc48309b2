"""What a file of counts cannot say, and the user must: outcome, time, source, and what its labels stand for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from nma.errors import InputError, Problem, nearest
from nma.registry.base import ID_PATTERN, listed, shown
from nma.registry.vocabulary import Vocabulary
from nma.vocab import Basis, Timing, YesNoUnclear

_AUTHOR = re.compile(r"(?P<author>.+?)[\s,;(_-]+(?P<year>(?:19|20)[0-9]{2})[a-z]?\)?")
"""A label that names an author and a year, as in Smith 2004, Smith et al, 2004, smith-2004."""


@dataclass(frozen=True)
class Statement:
    """The user's words for everything that the file leaves open."""

    outcome: str | None = None
    months: float | None = None
    timing: str | None = None
    kind: str | None = None
    basis: str | None = None
    source: str | None = None
    population: str | None = None
    flags: Mapping[str, str] = field(default_factory=dict)
    nodes: Mapping[str, str] = field(default_factory=dict)
    """Node or subgroup of each treatment's label; empty for an arm that fits none."""
    ids: Mapping[str, str] = field(default_factory=dict)
    reports: Mapping[str, str] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    label_as_author: bool = False


@dataclass(frozen=True)
class Place:
    """Where a treatment lies in the network."""

    node: str | None
    subgroup: str | None


def pairs(option: str, words: Sequence[str]) -> dict[str, str]:
    """``LABEL=WORD`` options as a mapping; the label may hold equals signs, the word none.

    Raises
    ------
    InputError
        A word lacks its equals sign, or a label stands twice.
    """
    found: dict[str, str] = {}
    for each in words:
        label, sign, word = each.rpartition("=")
        if not sign or not label:
            raise InputError(Problem("", option, "must be LABEL=WORD", shown(each)))
        if label in found:
            raise InputError(Problem("", option, "the label stands twice", shown(label)))
        found[label] = word.strip()
    return found


def statement_problems(stated: Statement, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Everything that is missing or not a word of the review."""
    outcome = vocabulary.outcomes.get(stated.outcome or "")
    choices: dict[str, tuple[str | None, list[str] | None]] = {
        "--outcome": (stated.outcome, list(vocabulary.outcomes)),
        "--timing": (stated.timing, [str(word) for word in Timing]),
        "--kind": (stated.kind, list(outcome.kinds) if outcome else None),
        "--basis": (stated.basis, [str(word) for word in Basis]),
        "--source": (stated.source, None),
        "--population": (stated.population, None),
        "--months": (None if stated.months is None else str(stated.months), None),
    }
    for option, (given, allowed) in choices.items():
        yield from _word(option, given, allowed)
    yield from _flags(stated, vocabulary)


def _word(option: str, given: str | None, allowed: list[str] | None) -> Iterator[Problem]:
    if given is None or not given.strip():
        what = "missing: the file cannot say it"
        hint = f"add {option}{'' if option.endswith('=') else ' '}{_EXAMPLES.get(option, 'WORD')}"
        yield Problem("", option, what, None, listed(allowed or ()), hint)
    elif allowed is not None and given not in allowed:
        yield Problem("", option, "unknown word", shown(given), listed(allowed), nearest(given, allowed))


_EXAMPLES = {
    "--source": "'Cochrane review of 2017, analysis 1.1'",
    "--population": "'adults with ...'",
    "--months": "18",
}


def _flags(stated: Statement, vocabulary: Vocabulary) -> Iterator[Problem]:
    words = [str(word) for word in YesNoUnclear]
    for flag in stated.flags:
        if flag not in vocabulary.population_flags:
            known = list(vocabulary.population_flags)
            yield Problem("", "--flag", "unknown flag", shown(flag), listed(known), nearest(flag, known))
    for flag in vocabulary.population_flags:
        yield from _word(f"--flag {flag}=", stated.flags.get(flag), words)


def place_of(label: str, stated: Statement, vocabulary: Vocabulary) -> Place | None:
    """The node a label stands for: as the user maps it, or when it is the very name of a node or subgroup."""
    word = stated.nodes.get(label, label)
    if label in stated.nodes and not word:
        return Place(None, None)
    if word in vocabulary.nodes:
        return Place(word, None)
    homes = {name: node for node, known in vocabulary.nodes.items() for name in known.subgroups}
    return Place(homes[word], word) if word in homes else None


def known_places(vocabulary: Vocabulary) -> list[str]:
    """Every word a label may be mapped to."""
    subgroups = [name for node in vocabulary.nodes.values() for name in node.subgroups]
    return [*vocabulary.nodes, *subgroups]


def id_of(label: str, stated: Statement) -> str | None:
    """Id of a trial: as the user says, or the label in lower case with hyphens; None if that is none."""
    if label in stated.ids:
        return stated.ids[label] if re.fullmatch(ID_PATTERN, stated.ids[label]) else None
    plain = "".join(c for c in unicodedata.normalize("NFKD", label) if not unicodedata.combining(c))
    if any(c.isalnum() and not c.isascii() for c in plain):
        return None
    found = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:80].strip("-")
    return found or None


def report_of(label: str, year: int | None, stated: Statement) -> tuple[str, int | None] | None:
    """First author and year of a trial: as the user says, as the label says, or None."""
    named = _AUTHOR.fullmatch(stated.reports.get(label, label))
    if named is not None and re.search(r"\w", named["author"]):
        author = re.sub(r",?\s+(et al\.?|and colleagues)$", "", named["author"]).strip(" ,;")
        return author, int(named["year"])
    if label in stated.reports:
        return stated.reports[label], year
    return (label, year) if stated.label_as_author else None
