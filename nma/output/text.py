"""Every word and every number of the report: one translation table, one place that writes numbers."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from string import Formatter
from typing import Any

from nma import yamlio
from nma.errors import OutputError

PLURAL = frozenset({"one", "other"})
_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f]")
_FALLBACK = "words."


@dataclass(frozen=True, slots=True)
class Numbers:
    """How a language writes numbers.

    Attributes
    ----------
    decimal, thousands : str
        The decimal mark and the mark between thousands.
    """

    decimal: str
    thousands: str

    def count(self, value: float) -> str:
        """A whole number with its thousands apart."""
        return self.decimals(value, 0)

    def decimals(self, value: float, digits: int) -> str:
        """A number with a fixed count of decimals, a true minus sign and no negative zero."""
        if not math.isfinite(value):
            return "∞" if value == math.inf else "−∞" if value == -math.inf else "–"
        plain = f"{abs(value):,.{digits}f}"
        sign = "−" if value < 0 and any(figure in "123456789" for figure in plain) else ""
        return sign + plain.translate({ord(","): self.thousands, ord("."): self.decimal})

    def general(self, value: float) -> str:
        """A number as it was typed, for priors and limits: up to six significant figures."""
        digits = len(f"{value:.6g}".partition(".")[2]) if "e" not in f"{value:.6g}" else 0
        return self.decimals(value, digits)

    def percent(self, share: float) -> str:
        """A share from 0 to 1 as a percentage; a share too near an end to be written is said to lie beyond it."""
        whole = self.decimals(100 * share, 0)
        return {"0": "<1%", "100": ">99%"}.get(whole, f"{whole}%")

    def ratio(self, value: float) -> str:
        """A ratio: two decimals round one, two significant figures below a tenth, fewer decimals above ten."""
        if value < 0.001:
            return f"<{self.decimals(0.001, 3)}"
        if value > 1e6:
            return f">{self.count(1e6)}"
        return self.decimals(value, 3 if value < 0.095 else 2 if value < 9.995 else 1 if value < 99.95 else 0)

    def difference(self, value: float) -> str:
        """A difference of risks, in three decimals."""
        return self.decimals(value, 3)


@dataclass(frozen=True)
class Text:
    """The translation table of one language; call it with a key and the values the text names.

    Attributes
    ----------
    language : str
        Tag of the language, as in ``<html lang>``.
    entries : Mapping[str, str | Mapping[str, str]]
        Text, or its plural forms ``one`` and ``other``, per dotted key.
    numbers : Numbers
        How the language writes numbers.
    """

    language: str
    entries: Mapping[str, str | Mapping[str, str]]
    numbers: Numbers

    def __call__(self, key: str, /, **values: str | int) -> str:
        """Text of ``key``; whole numbers are written out, and ``count`` picks the plural form.

        Raises
        ------
        OutputError
            The table has no such key, or the text names a value that was not given.
        """
        entry = self.entries.get(key)
        if entry is None:
            raise OutputError(f"the translation table '{self.language}' has no text '{key}'")
        pattern = entry if isinstance(entry, str) else entry[self._form(key, values)]
        written = {name: self.numbers.count(it) if isinstance(it, int) else it for name, it in values.items()}
        missing = [name for _, name, _, _ in Formatter().parse(pattern) if name is not None and name not in written]
        if missing:
            raise OutputError(f"the text '{key}' needs a value for {', '.join(missing)}")
        return pattern.format_map(written)

    def word(self, group: str, value: object) -> str:
        """A word of the closed vocabulary in this language; a word the table does not know stays as it is."""
        entry = self.entries.get(f"{_FALLBACK}{group}.{value}")
        return entry if isinstance(entry, str) else str(value)

    def date(self, iso: str) -> str:
        """A day as the language writes it, of a time such as ``2026-11-25T04:10:00Z``; anything else as it is."""
        try:
            day = date.fromisoformat(iso[:10])
        except ValueError:
            return iso
        return self("date.written", day=day.day, month=self.word("month", day.month), year=str(day.year))

    def listed(self, items: list[str] | tuple[str, ...]) -> str:
        """Items in one phrase: a, b and c."""
        if len(items) < 2:
            return "".join(items)
        return self("list.last", items=", ".join(items[:-1]), last=items[-1])

    def _form(self, key: str, values: Mapping[str, str | int]) -> str:
        count = values.get("count")
        if not isinstance(count, int):
            raise OutputError(f"the text '{key}' has plural forms and needs a whole number 'count'")
        return "one" if count == 1 else "other"


def load(folder: Path, language: str = "en") -> Text:
    """Read the translation table of a language: every ``folder/<language>/*.yaml``, a part of the table each.

    Raises
    ------
    OutputError
        There is no table of that language, or two of its parts have the same key.
    """
    parts = sorted((folder / language).glob("*.yaml")) if re.fullmatch(r"[A-Za-z-]+", language) else []
    if not parts:
        raise OutputError(f"no translation table '{language}' in {folder}")
    data: dict[str, Any] = {}
    for path in parts:
        part = yamlio.load(path).data
        if twice := sorted(data.keys() & part.keys()):
            raise OutputError(f"{path}: {', '.join(twice)} stands in another part of the table too")
        data |= part
    marks = data.pop("number")
    return Text(language, dict(_flat(data, "")), Numbers(marks["decimal"], marks["thousands"]))


def tidy(label: object) -> str:
    """A label on one line, without control characters; right-to-left text is isolated from what stands beside it."""
    plain = _CONTROLS.sub("", " ".join(str(label).split()))
    plain = "".join(sign for sign in plain if unicodedata.category(sign) not in ("Cc", "Cs"))
    turned = any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in plain)
    return f"\u2068{plain}\u2069" if turned else plain


def clip(label: str, longest: int) -> str:
    """A label cut to what fits in a figure."""
    if len(label) <= longest:
        return label
    cut = label[: longest - 1].rstrip() + "…"
    return f"{cut}\u2069" if label.startswith("\u2068") else cut


def _flat(data: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str | Mapping[str, str]]]:
    for name, value in data.items():
        key = f"{prefix}{name}"
        if isinstance(value, Mapping) and set(value) != PLURAL:
            yield from _flat(value, f"{key}.")
        else:
            yield key, value if isinstance(value, Mapping) else str(value)
