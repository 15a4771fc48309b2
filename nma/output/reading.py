"""What the report reads out of ``results.json``: look-ups by treatment and pair, and which side an interval favours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property
from itertools import combinations
from typing import Any

from nma.errors import OutputError
from nma.output.palette import Mark, marks
from nma.output.text import Text, clip, tidy
from nma.output.told import TOLD, told

Row = Mapping[str, Any]
LONGEST_SHORT = 30


class Side(Enum):
    """Which of two treatments a credible interval favours."""

    TREATMENT = auto()
    VERSUS = auto()
    NEITHER = auto()


@dataclass(frozen=True, slots=True)
class Scale:
    """How a measure is shown: its value of no effect, its kind of axis, the keys of its name and short name."""

    null: float
    log: bool
    name: str
    code: str


SCALES = {
    "RR": Scale(1.0, True, "measure.RR.name", "measure.RR.code"),
    "OR": Scale(1.0, True, "measure.OR.name", "measure.OR.code"),
    "RD": Scale(0.0, False, "measure.RD.name", "measure.RD.code"),
}


@dataclass(frozen=True)
class Reading:
    """Results beside the language they are told in.

    Attributes
    ----------
    results : Mapping[str, Any]
        What ``results.json`` holds, told in the language of ``text`` (:func:`nma.output.told.told`).
    text : Text
        The translation table.
    """

    results: Row
    text: Text

    def __post_init__(self) -> None:
        """Tell the results in the language."""
        object.__setattr__(self, "results", told(self.results, self.text))

    @property
    def specification(self) -> Row:
        """The resolved specification as it is stored, its words untranslated."""
        stored: Row = self.results[TOLD]["analysis"]
        return stored

    def language_of(self, said: object) -> str:
        """Tag of the language of a text of the data that is not in the language of the page; empty for any other."""
        return self.original_language if said in self.results[TOLD]["original"] else ""

    @property
    def original_language(self) -> str:
        """Tag of the language of the project's files, where that is not the language of the page; empty otherwise."""
        language = (self.results.get("translations") or {}).get("original")
        return "" if language in (None, self.text.language) else str(language)

    def flag(self, name: str) -> str:
        """A flag of the population, in words."""
        own = (self.results.get("translations") or {}).get("texts", {}).get(self.text.language, {})
        words = name.replace("_", " ")
        return tidy(own.get(words, words))

    @cached_property
    def analysis(self) -> Row:
        """The resolved specification."""
        analysis: Row = self.results["analysis"]
        if analysis["measure"] not in SCALES:
            raise OutputError(f"no way to show the measure {analysis['measure']}; known: {', '.join(SCALES)}")
        return analysis

    @property
    def measure(self) -> str:
        """Code of the measure."""
        return str(self.analysis["measure"])

    @property
    def scale(self) -> Scale:
        """How the measure is shown."""
        return SCALES[self.measure]

    @property
    def measure_name(self) -> str:
        """Name of the measure, as it stands in a sentence."""
        return self.text(self.scale.name)

    @property
    def measure_code(self) -> str:
        """Short name of the measure, for axes and table heads."""
        return self.text(self.scale.code)

    @property
    def higher(self) -> bool:
        """Whether more of the outcome is better."""
        return bool(self.analysis["better"] == "higher")

    @property
    def reference(self) -> str:
        """Id of the reference treatment."""
        return str(self.analysis["reference"])

    @property
    def ranking(self) -> Sequence[Row]:
        """Ranking rows, best first."""
        rows: Sequence[Row] = self.results["ranking"]
        return rows

    @cached_property
    def ranked(self) -> tuple[str, ...]:
        """Ids, best first."""
        return tuple(row["treatment"] for row in self.ranking)

    @property
    def random(self) -> bool:
        """Whether the model lets true effects differ between trials."""
        return bool(self.analysis["effects"] == "random")

    @property
    def converged(self) -> bool:
        """Whether the fit passed its gate."""
        return bool(self.results["sampling"]["converged"])

    @property
    def evidence(self) -> Row:
        """Trials, comparisons and what was left out."""
        evidence: Row = self.results["evidence"]
        return evidence

    @cached_property
    def marks(self) -> dict[str, Mark]:
        """Colour and shape per treatment."""
        return marks(self.results["treatments"])

    @cached_property
    def details(self) -> dict[str, Row]:
        """Label, description and size per treatment."""
        return {row["id"]: row for row in self.results["treatment_details"]}

    @cached_property
    def effects(self) -> dict[tuple[str, str], Row]:
        """Relative effect per ordered pair."""
        return effects(self.results["relative_effects"])

    @cached_property
    def trials(self) -> dict[str, Row]:
        """Trials by id."""
        return {trial["id"]: trial for trial in self.evidence["trials"]}

    def label(self, treatment: str) -> str:
        """Full name of a treatment."""
        return tidy(self.details.get(treatment, {}).get("label") or treatment)

    def short(self, treatment: str) -> str:
        """Short name of a treatment, for figures and wide tables."""
        return clip(tidy(self.details.get(treatment, {}).get("short") or treatment), LONGEST_SHORT)

    def trial(self, name: str) -> str:
        """Label of a trial, used or left out; its id when neither list has it."""
        left_out = {row["id"]: row for row in self.evidence["excluded"]}
        return tidy(self.trials.get(name, left_out.get(name, {})).get("label") or name)

    def pairs(self) -> list[tuple[str, str]]:
        """Each pair once, the better ranked first, in the order of the ranking."""
        return list(combinations(self.ranked, 2))

    def side(self, effect: Row, prefix: str = "") -> Side:
        """Which treatment an interval favours: it must lie wholly on one side of no effect.

        Parameters
        ----------
        effect : Mapping[str, Any]
            A row of relative effects.
        prefix : str
            ``"predictive_"`` to judge the predictive interval.
        """
        lower, upper = effect[f"{prefix}lower"], effect[f"{prefix}upper"]
        if lower > self.scale.null:
            return Side.TREATMENT if self.higher else Side.VERSUS
        if upper < self.scale.null:
            return Side.VERSUS if self.higher else Side.TREATMENT
        return Side.NEITHER

    def chance(self, share: float) -> str:
        """A probability inside a sentence, in words where it is too near an end to be written."""
        words = {"<": "chance.under", ">": "chance.over"}
        shown = self.text.numbers.percent(share)
        return self.text(words[shown[0]]) if shown[0] in words else shown

    @property
    def null(self) -> str:
        """The value of no effect, written."""
        return self.text.numbers.count(self.scale.null)

    def value(self, value: float) -> str:
        """One effect, written."""
        numbers = self.text.numbers
        return numbers.ratio(value) if self.scale.log else numbers.difference(value)

    def bound(self, value: float) -> str:
        """One end of an interval, with a sign where rounding would put it on no effect."""
        null = self.scale.null
        if value == null or self.value(value) != self.value(null):
            return self.value(value)
        return f"{'<' if value < null else '>'}{self.value(null)}"

    def interval(self, row: Row, prefix: str = "") -> str:
        """An interval, written; empty when the model gives none."""
        if row[f"{prefix}lower"] is None:
            return ""
        ends = self.bound(row[f"{prefix}lower"]), self.bound(row[f"{prefix}upper"])
        return self.text("interval", lower=ends[0], upper=ends[1])

    def estimate(self, effect: Row) -> str:
        """Estimate and credible interval, written."""
        return self.text("estimate", median=self.value(effect["median"]), interval=self.interval(effect))


def effects(rows: Sequence[Row]) -> dict[tuple[str, str], Row]:
    """Relative effects by ordered pair."""
    return {(row["treatment"], row["versus"]): row for row in rows}
