"""The evidence of one analysis: trials with their arms, in one connected network around the reference."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from nma.analysis import Analysis
from nma.errors import InputError, NetworkError, Problem, SelectionError, nearest
from nma.evidence.network import components
from nma.registry.base import shown
from nma.registry.study import OutcomeRecord, Study
from nma.registry.vocabulary import TreatmentName

MOST = 10**9
"""No arm has more people; larger numbers are mistakes."""

COLUMNS = ("study", "treatment", "events", "n")


@dataclass(frozen=True, slots=True)
class ArmData:
    """Events among people in one treatment of one trial; ``label`` joins the arms that were combined."""

    treatment: str
    events: int
    n: int
    label: str


@dataclass(frozen=True, slots=True)
class Trial:
    """One trial as the analysis uses it; ``study`` and ``record`` are what the registry holds of it, if it does."""

    id: str
    arms: tuple[ArmData, ...]
    study: Study | None = None
    record: OutcomeRecord | None = None

    @property
    def label(self) -> str:
        """Name in tables."""
        return self.study.label if self.study else self.id

    @property
    def participants(self) -> int:
        """People counted."""
        return sum(arm.n for arm in self.arms)

    @property
    def design(self) -> tuple[str, ...]:
        """The treatments it compares, in the order of its arms."""
        return tuple(arm.treatment for arm in self.arms)


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A trial the analysis does not use, the rule that left it out, and the reason in words.

    ``key`` and ``values`` are how a translation table says the reason; a reason that a person wrote has no key.
    """

    id: str
    label: str
    rule: str
    reason: str
    key: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Evidence:
    """The trials of one analysis.

    Attributes
    ----------
    analysis : Analysis
        The specification they were selected by.
    trials : tuple of Trial
        S trials; arms in the order of ``treatments``.
    treatments : tuple of str
        T treatments, the reference first.
    excluded : tuple of Exclusion
        Every other trial of the registry, with its reason.
    log : tuple of str
        What was done to the data on the way, such as combined arms.
    """

    analysis: Analysis
    trials: tuple[Trial, ...]
    treatments: tuple[str, ...]
    excluded: tuple[Exclusion, ...] = ()
    log: tuple[str, ...] = ()
    names: Mapping[str, TreatmentName] = field(default_factory=dict)
    """How reports call each treatment, where the registry knows it."""

    @property
    def participants(self) -> int:
        """People counted in all trials."""
        return sum(trial.participants for trial in self.trials)

    def frame(self) -> pd.DataFrame:
        """One row an arm: study, treatment, events, n, label."""
        rows = [(t.id, a.treatment, a.events, a.n, a.label) for t in self.trials for a in t.arms]
        return pd.DataFrame(rows, columns=[*COLUMNS, "label"])

    @classmethod
    def build(
        cls,
        analysis: Analysis,
        trials: Iterable[Trial],
        excluded: Sequence[Exclusion] = (),
        log: Sequence[str] = (),
        names: Mapping[str, TreatmentName] | None = None,
    ) -> Evidence:
        """Order trials and arms, and check that they form one network that holds the reference.

        Raises
        ------
        SelectionError
            There is no trial.
        NetworkError
            The reference is absent, or the network falls apart; the message names the components.
        """
        trials = sorted(trials, key=lambda trial: trial.id)
        if not trials:
            what = "no trial fits this analysis"
            raise SelectionError(Problem(analysis.name, "select", what, hint=_most_common(excluded)))
        present = _treatments(trials, analysis.reference, names or {})
        _check_network(trials, present, analysis)
        order = {treatment: i for i, treatment in enumerate(present)}
        ordered = tuple(
            Trial(t.id, tuple(sorted(t.arms, key=lambda arm: order[arm.treatment])), t.study, t.record) for t in trials
        )
        return cls(analysis, ordered, present, tuple(excluded), tuple(log), dict(names or {}))

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, analysis: Analysis) -> Evidence:
        """Build evidence from a data frame with one row an arm.

        Parameters
        ----------
        frame : DataFrame
            Columns ``study``, ``treatment``, ``events`` and ``n``; other columns are ignored.
        analysis : Analysis
            The specification; its ``select`` part is not applied.

        Raises
        ------
        InputError
            With every row that cannot be used.
        SelectionError, NetworkError
            As :meth:`build`.
        """
        if not isinstance(frame, pd.DataFrame):
            what = "must be a pandas data frame with one row an arm"
            raise InputError(Problem("data frame", "", what, type(frame).__name__, ", ".join(COLUMNS)))
        twice = [column for column in COLUMNS if list(frame.columns).count(column) > 1]
        if twice:
            raise InputError(Problem("data frame", column, "the column stands twice") for column in twice)
        missing = [column for column in COLUMNS if column not in frame.columns]
        if missing:
            problems = [
                Problem(
                    "data frame", column, "missing column", None, ", ".join(COLUMNS), nearest(column, frame.columns)
                )
                for column in missing
            ]
            raise InputError(problems)
        rows = list(frame[list(COLUMNS)].itertuples(index=True, name=None))
        problems = [problem for row in rows for problem in _row_problems(row)]
        if problems:
            raise InputError(problems)
        by_study: dict[str, list[ArmData]] = {}
        for _, study, treatment, events, n in rows:
            by_study.setdefault(str(study), []).append(ArmData(str(treatment), int(events), int(n), str(treatment)))
        problems = [problem for study, arms in by_study.items() for problem in _trial_problems(study, arms)]
        if problems:
            raise InputError(problems)
        return cls.build(analysis, [Trial(study, tuple(arms)) for study, arms in by_study.items()])


def _row_problems(row: tuple[Any, ...]) -> Iterator[Problem]:
    index, study, treatment, events, n = row
    place = f"data frame row {index}"
    for name, value in (("study", study), ("treatment", treatment)):
        if value is None or value != value or str(value).strip() == "":
            yield Problem(place, name, "empty", hint="every row names its study and treatment")
        elif str(value) != str(value).strip():
            hint = "it would be a name of its own"
            yield Problem(place, name, "begins or ends with a space", shown(value), hint=hint)
    bad = False
    for name, value, least in (("events", events, 0), ("n", n, 1)):
        what = _not_a_count(value, least)
        if what:
            bad = True
            yield Problem(place, name, what, shown(value), hint=f"study {study}, treatment {treatment}")
    if not bad and events > n:
        yield Problem(place, "events", f"{events} is more than n ({n})", hint=f"study {study}, treatment {treatment}")


def _not_a_count(value: Any, least: int) -> str | None:
    if isinstance(value, (bool, str)) or value is None:
        return "must be a whole number"
    try:
        number = float(value)
    except (TypeError, ValueError):
        return "must be a whole number"
    if not math.isfinite(number) or number != int(number):
        return "must be a whole number"
    if number > MOST:
        return f"must be {MOST} or less"
    return None if number >= least else f"must be {least} or more"


def _trial_problems(study: str, arms: Sequence[ArmData]) -> Iterator[Problem]:
    if len(arms) < 2:
        yield Problem("data frame", f"study {study}", "a trial with one arm", hint="add the other arm or drop the row")
    for treatment, times in Counter(arm.treatment for arm in arms).items():
        if times > 1:
            hint = "combine its rows into one"
            yield Problem(
                "data frame", f"study {study}", f"doubled arm: treatment {treatment} stands {times} times", hint=hint
            )


def _most_common(excluded: Sequence[Exclusion]) -> str:
    if not excluded:
        return "there is no trial to select from"
    counts = Counter(exclusion.rule for exclusion in excluded).most_common(3)
    return "left out: " + ", ".join(f"{number} by {rule}" for rule, number in counts)


def _treatments(trials: Sequence[Trial], reference: str, names: Mapping[str, TreatmentName]) -> tuple[str, ...]:
    """Reference first, then in the order of the vocabulary, then by name: never in the order of the data."""
    known = list(names)
    found = {arm.treatment for trial in trials for arm in trial.arms}
    rank = {treatment: known.index(treatment) if treatment in known else len(known) for treatment in found}
    return tuple(sorted(found, key=lambda treatment: (treatment != reference, rank[treatment], treatment)))


def _check_network(trials: Sequence[Trial], treatments: Sequence[str], analysis: Analysis) -> None:
    place = analysis.name
    if analysis.reference not in treatments:
        raise NetworkError(
            Problem(
                place,
                "reference",
                "no trial has this treatment",
                f"'{analysis.reference}'",
                ", ".join(treatments),
                nearest(analysis.reference, treatments) or "choose one of them as the reference",
            )
        )
    parts = components([trial.design for trial in trials])
    if len(parts) > 1:
        pieces = " | ".join(", ".join(sorted(part)) for part in parts)
        what = f"the network falls apart into {len(parts)} components: {pieces}"
        raise NetworkError(Problem(place, "network", what, hint="analyse one component, or widen the selection"))
