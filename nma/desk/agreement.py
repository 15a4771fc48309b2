"""How often two readers agreed, field by field, over all trials that were read twice.

For each field: pairs of values that both readers gave, the share of them that are equal, and Cohen's kappa,

    kappa = (p_o - p_e) / (1 - p_e),

where p_o is the share of equal pairs and p_e the share expected if each reader drew from her own distribution of values
at random (Cohen 1960, Educational and Psychological Measurement 20:37-46, doi:10.1177/001316446002000104, equation 1).
Every distinct value is a category of its own, numbers too, so that kappa of a count is nominal and unweighted. Kappa is
undefined where p_e is 1: both readers gave one and the same value throughout. Values that only one reader gave are
counted apart, and so are those that neither gave.
"""

from __future__ import annotations

import copy
import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nma.desk import readings
from nma.desk.differences import ABSENT, OUT_OF_SIGHT, TEXTS, entry_key, rename_arm
from nma.project import Project
from nma.registry import Study
from nma.registry.study import Decision, ReadCount, Reading
from nma.vocab import Risk

COUNT_FIELDS = ("node", "months", "randomised", "events", "n", "percent")
HEADINGS = ("field", "pairs", "agree", "share", "kappa", "one reader only", "neither")
LEFT_OUT = frozenset({"year", "pmid", "doi", "arm", "outcome"})
"""What the second reader is given, and what only tells rows apart."""
ONE_VALUE = "undefined: one value throughout"
NO_PAIRS = "undefined: no pairs"

Pair = tuple[Any, Any]


@dataclass(frozen=True)
class FieldAgreement:
    """Agreement on one field; ``share`` and ``kappa`` are None where they are undefined, and ``why`` says so."""

    field: str
    pairs: int
    agree: int
    share: float | None
    kappa: float | None
    why: str | None
    one_only: int
    neither: int

    def cells(self) -> tuple[str, ...]:
        """The row of a table."""
        share = "" if self.share is None else f"{self.share:.3f}"
        kappa = self.why or f"{self.kappa:.3f}"
        return (self.field, str(self.pairs), str(self.agree), share, kappa, str(self.one_only), str(self.neither))


@dataclass(frozen=True)
class AgreementTable:
    """Agreement over all trials that were read twice."""

    trials: int
    rows: tuple[FieldAgreement, ...]
    unmatched_rows: int
    """Rows of counts that only one reader has."""

    def sentence(self) -> str:
        """A sentence for a methods section."""
        if not self.trials:
            return "No trial has been read twice."
        found = {row.field: row for row in self.rows}
        parts = [_in_words(found[field]) for field in ("node", "events", "n") if field in found and found[field].pairs]
        told = f" They agreed on {'; '.join(parts)}." if parts else ""
        apart = f" Rows of counts that only one reader has: {self.unmatched_rows}." if self.unmatched_rows else ""
        return f"Two readers extracted {self.trials} trial{'s' * (self.trials != 1)}.{told}{apart}"


_NAMES = {"node": "the treatment node", "events": "the number of events", "n": "the number of participants"}


def _in_words(row: FieldAgreement) -> str:
    kappa = "kappa undefined, one value throughout" if row.kappa is None else f"Cohen's kappa {row.kappa:.2f}"
    return f"{_NAMES[row.field]} in {row.agree} of {row.pairs} pairs ({row.share or 0:.0%}, {kappa})"


def agreement(project: Project) -> AgreementTable:
    """Compare the readings of every trial that has two.

    Raises
    ------
    InputError
        The registry or a reading has problems.
    """
    twice = [study for study in project.registry.studies.values() if len(study.extraction.readings) > 1]
    pairs: dict[str, list[Pair]] = {field: [] for field in COUNT_FIELDS}
    unmatched = 0
    for study in twice:
        first, second = study.extraction.readings[:2]
        matched, alone = _matched(first, second)
        unmatched += alone
        for one, other in matched:
            for field in COUNT_FIELDS:
                pairs[field].append((getattr(one, field), getattr(other, field)))
        for field, pair in _whole_pairs(project, study, second):
            pairs.setdefault(field, []).append(pair)
    rows = tuple(field_agreement(field, found) for field, found in pairs.items())
    return AgreementTable(len(twice), rows, unmatched)


def field_agreement(field: str, pairs: Iterable[Pair]) -> FieldAgreement:
    """Share and kappa of one field."""
    pairs = list(pairs)
    both = [(one, other) for one, other in pairs if one is not None and other is not None]
    neither = sum(one is None and other is None for one, other in pairs)
    agree = sum(one == other for one, other in both)
    kappa, why = cohens_kappa(both)
    share = agree / len(both) if both else None
    return FieldAgreement(field, len(both), agree, share, kappa, why, len(pairs) - len(both) - neither, neither)


def cohens_kappa(pairs: Sequence[Pair]) -> tuple[float | None, str | None]:
    """Cohen's kappa over nominal categories, or None and why there is none."""
    if not pairs:
        return None, NO_PAIRS
    total = len(pairs)
    ours, theirs = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    observed = sum(one == other for one, other in pairs)
    # In whole numbers: p_e is 1 exactly when both gave one value throughout.
    expected = sum(number * theirs[value] for value, number in ours.items())
    if expected == total**2:
        return None, ONE_VALUE
    return (observed * total - expected) / (total**2 - expected), None


def _matched(first: Reading, second: Reading) -> tuple[list[tuple[ReadCount, ReadCount]], int]:
    """Rows of one arm and time; rows that differ in months alone are matched in order when they are equally many."""
    left, right = list(first.counts), list(second.counts)
    found: list[tuple[ReadCount, ReadCount]] = []
    for one in list(left):
        other = next((row for row in right if (row.arm, row.months) == (one.arm, one.months)), None)
        if other is not None:
            found.append((one, other))
            left.remove(one)
            right.remove(other)
    for arm in dict.fromkeys(row.arm for row in left):
        ours, theirs = ([row for row in rows if row.arm == arm] for rows in (left, right))
        if len(ours) == len(theirs):
            found += zip(ours, theirs, strict=True)
            left, right = ([row for row in rows if row.arm != arm] for rows in (left, right))
    return found, len(left) + len(right)


def _whole_pairs(project: Project, study: Study, second: Reading) -> Iterator[tuple[str, Pair]]:
    """Values of all other fields where the whole second reading is kept: the first differs where history says so."""
    decision = study.extraction.decision
    if second.name is None or decision is None:
        return
    path = readings.path_of(project, second.name, study.id)
    if not path.is_file():
        return
    reading = readings.read(project, second.name, study.id, project.registry.vocabulary)
    differed = {each.field: (each.first, each.second) for each in decision.fields}
    alone = tuple(f"{name}." for name, pair in differed.items() if ABSENT in pair)
    for name, value in _fields(_as_compared(reading.data, decision), ""):
        key = name.rpartition(".")[2]
        if key not in TEXTS | LEFT_OUT and key not in COUNT_FIELDS and not name.startswith(alone):
            yield key, _judged(differed.get(name, (value, value)))


def _judged(pair: Pair) -> Pair:
    """A domain that a reader did not assess is no value of hers."""
    one, other = (None if value == Risk.NOT_ASSESSED else value for value in pair)
    return one, other


def _as_compared(data: Mapping[str, Any], decision: Decision) -> dict[str, Any]:
    """A second reading under the labels and months of the first, as it was when they were compared."""
    result = copy.deepcopy(dict(data))
    for each in decision.fields:
        if re.fullmatch(r"arms\[.*\]\.label", each.field):
            rename_arm(result, str(each.second), str(each.first))
        elif each.field.endswith("].months"):
            outcome = each.field.removeprefix("outcomes[").rpartition("@")[0]
            for record in result["outcomes"]:
                if (record["outcome"], record["months"]) == (outcome, each.second):
                    record["months"] = each.first
    return result


def _fields(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Every field of a reading by its name, without what lists hold that is no entry."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if name or key not in OUT_OF_SIGHT:
                yield from _fields(inner, f"{name}.{key}" if name else key)
    elif isinstance(value, list):
        kind = name.rpartition(".")[2]
        for i, entry in enumerate(value):
            if isinstance(entry, Mapping):
                yield from _fields(entry, f"{name}[{entry_key(kind, entry, i)}]")
    else:
        yield name, value


def csv_text(table: AgreementTable) -> str:
    """The table as CSV; a flag of the review that a spreadsheet would run as a formula gets an apostrophe in front."""
    from nma.output.tables import guard

    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(HEADINGS)
    writer.writerows((guard(row.field), *row.cells()[1:]) for row in table.rows)
    return stream.getvalue()
