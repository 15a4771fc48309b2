"""What the page reads: the mapping beside its language, and the one way in which its numbers are written."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from nma.errors import OutputError
from nma.output import blocks
from nma.output.blocks import Block, number
from nma.output.compose import LONGEST_LABEL
from nma.output.display import Cell, Table
from nma.output.reading import Reading, Row
from nma.output.text import Text, clip

__all__ = ["Block", "Case", "Size", "case_of", "excludes_nought", "number", "table"]

_SMALLEST = 0.001
_MEASURES = {"log RR": "RR", "log OR": "OR", "RD": "RD"}
_SIZES = {"RR": "checks.size.RR", "OR": "checks.size.OR", "RD": "checks.size.RD"}
_CODES = {"RR": "checks.code.ROR", "OR": "checks.code.ROR", "RD": "checks.code.difference"}


@dataclass(frozen=True, slots=True)
class Size:
    """A value with its ends, as shown: a ratio, or a difference of risks."""

    value: float
    lower: float | None
    upper: float | None


@dataclass(frozen=True)
class Case:
    """The mapping beside its reading.

    Attributes
    ----------
    found : Mapping[str, Any]
        What ``inconsistency.json`` holds, or what ``results.json`` holds under ``inconsistency``.
    reading : Reading
        The consistency model, as it is reported.
    """

    found: Row
    reading: Reading

    @property
    def text(self) -> Text:
        """The translation table."""
        return self.reading.text

    @cached_property
    def scaled(self) -> Reading:
        """The reading on the scale on which effects add, which need not be that of the report."""
        name = str(self.found["scale"]["name"])
        if name not in _MEASURES:
            raise OutputError(f"no way to show the scale {name}; known: {', '.join(_MEASURES)}")
        analysis = {**self.reading.analysis, "measure": _MEASURES[name]}
        return Reading({**self.reading.results, "analysis": analysis}, self.text)

    @property
    def ratio(self) -> bool:
        """Whether disagreement is a ratio of effects, and not a difference."""
        return bool(self.found["scale"]["ratio"])

    @property
    def null(self) -> str:
        """The value of no disagreement, written."""
        return self.scaled.null

    @property
    def size_name(self) -> str:
        """Name of the size of a disagreement, in a sentence."""
        return self.text(_SIZES[self.scaled.measure])

    @property
    def size_code(self) -> str:
        """Short name of the size of a disagreement, for heads and axes."""
        return self.text(_CODES[self.scaled.measure])

    def shown(self, value: float) -> float:
        """A value of the additive scale as it is shown."""
        return math.exp(value) if self.ratio else value

    def part(self, row: Row, name: str) -> Size:
        """One of the effects of a split, as it is shown."""
        return Size(*(self.shown(row[f"{name}{end}"]) for end in ("", "_lower", "_upper")))

    def size(self, row: Row) -> Size:
        """The size of a disagreement: of a loop without its sign, of a split with its sign."""
        name = "ror" if "ror" in row else "ratio"
        if self.ratio:
            return Size(row[name], row[f"{name}_lower"], row[f"{name}_upper"])
        ends = [row.get(f"signed_difference_{end}", row.get(f"difference_{end}")) for end in ("lower", "upper")]
        return _turned(row["difference"], ends) if name == "ror" else Size(row["difference"], *ends)

    def signed(self, row: Row) -> Size:
        """The size of a loop's disagreement with its sign, its interval as computed."""
        if self.ratio:
            return Size(row["signed_ratio"], row["signed_lower"], row["signed_upper"])
        return Size(row["difference"], row["signed_difference_lower"], row["signed_difference_upper"])

    def distance(self, size: Size) -> float:
        """How far a value lies from agreement, to find the largest."""
        return abs(math.log(size.value)) if self.ratio else abs(size.value)

    def value(self, size: Size) -> str:
        """The value alone, written."""
        return self.scaled.value(size.value)

    def interval(self, size: Size) -> str:
        """The interval alone, written; empty where there is none."""
        return self.scaled.interval({"lower": size.lower, "upper": size.upper})

    def written(self, size: Size) -> str:
        """Value and interval, written."""
        if size.lower is None:
            return self.value(size)
        return self.text("estimate", median=self.value(size), interval=self.interval(size))

    def p(self, value: float) -> str:
        """A p-value without its letter."""
        numbers = self.text.numbers
        return (
            f"<{numbers.decimals(_SMALLEST, 3)}"
            if value < _SMALLEST
            else numbers.decimals(value, 3 if value < 0.0995 else 2)
        )

    def chance(self, value: float) -> str:
        """What a p-value means, in a sentence: in how many networks whose evidence agrees this would turn up."""
        return self.text("checks.chance", chance=self.reading.chance(value), p=self.p_named(value))

    def p_named(self, value: float) -> str:
        """A p-value with its letter."""
        return self.text("checks.p.under" if value < _SMALLEST else "checks.p.exact", p=self.p(value).lstrip("<"))

    def tau(self, value: float | None) -> str:
        """A standard deviation between trials, written."""
        return "–" if value is None else self.text.numbers.decimals(value, 2 if self.ratio else 3)

    def share(self, value: float | None) -> str:
        """A share, written; unlike a probability it may be nought."""
        return "–" if value is None else f"{self.text.numbers.count(100 * value)}%"

    def deviance(self, value: float | None) -> str:
        """A deviance or a statistic, written."""
        return "–" if value is None else self.text.numbers.decimals(value, 1)

    def pair(self, row: Row, longest: int = 2 * LONGEST_LABEL) -> str:
        """A comparison by short names."""
        first, second = (clip(self.reading.short(row[key]), longest // 2) for key in ("treatment", "versus"))
        return self.text("pair", first=first, second=second)

    def loop(self, treatments: Sequence[str], longest: int = 30) -> str:
        """A loop by the short names of its treatments, in the order of the cycle."""
        return "–".join(clip(self.reading.short(name), longest) for name in treatments)

    def trials(self, names: Iterable[str]) -> str:
        """Trials by their labels, in one phrase."""
        return self.text.listed([self.reading.trial(name) for name in names])


def case_of(found: Row, text: Text) -> Case:
    """The case of a whole ``inconsistency.json``."""
    reading = Reading(found, text)
    return Case(reading.results, reading)


def excludes_nought(row: Row) -> bool:
    """Whether the interval of a split excludes agreement."""
    return bool(row["difference_lower"] > 0 or row["difference_upper"] < 0)


def table(case: Case, caption: str, heads: Sequence[str], rows: Iterable[tuple[Cell, ...]]) -> Table:
    """A table whose heads are keys."""
    return blocks.table(case.text, caption, heads, rows)


def _turned(difference: float, ends: Sequence[float | None]) -> Size:
    """A difference without its sign; its interval stops at nought, as that of a ratio stops at one."""
    lower, upper = ends
    if lower is None or upper is None:
        return Size(abs(difference), None, None)
    low, high = (lower, upper) if difference >= 0 else (-upper, -lower)
    return Size(abs(difference), max(0.0, low), high)
