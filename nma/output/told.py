"""Results told in a language: words of the project by its own translations, lines made by code by their keys.

What a page reads is the same ``results.json`` with other words in it, so that no section has to know of translations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations
from typing import Any

from nma.output.text import Text

Row = Mapping[str, Any]

FREE = frozenset(
    {"title", "question", "reason", "description", "source", "better_in_words", "doubts", "outcome_label", "told"}
)
"""Keys under which results hold what a person wrote in sentences or words of a language."""
OWN = FREE | {"label", "short", "old", "new"}
"""Keys whose text the project may have translated; ``old`` and ``new`` are those of a comparison."""
UNTOUCHED = frozenset({"arms", "select", "translations", "provenance", "patch"})
"""Keys whose content stays as it is stored: words of a report, and what identifies an input."""
LINES = "en"
"""Language of the lines that code makes for terminals and for readers of JSON."""
TOLD = "told"
"""Key of told results that says how they were told."""

_BETTER = {"higher": "said.better.higher", "lower": "said.better.lower"}
_REASONS = {
    "awaiting_data": "said.reason.awaiting_data",
    "population": "said.reason.population",
    "population_not_judged": "said.reason.population_not_judged",
    "published": "said.reason.published",
    "published_unknown": "said.reason.published_unknown",
    "risk_of_bias": "said.reason.risk_of_bias",
    "follow_up": "said.reason.follow_up",
    "basis": "said.reason.basis",
    "timing": "said.reason.timing",
    "kind": "said.reason.kind",
    "no_node": "said.reason.no_node",
    "one_node": "said.reason.one_node",
    "one_node_and_none": "said.reason.one_node_and_none",
}
"""Why a trial is left out, by the key that selection gives."""
_SETS = {"select": "said.set.select", "network": "said.set.network", "reference": "said.set.reference"}
"""Why a sensitivity set has no fit."""
_PARAMETERISATIONS = {
    ("binomial", "random"): "said.parameterisation.binomial_random",
    ("binomial", "common"): "said.parameterisation.binomial_common",
    ("normal", "random"): "said.parameterisation.normal_random",
    ("normal", "common"): "said.parameterisation.normal_common",
}


@dataclass(frozen=True)
class _Teller:
    """Results, the texts of a language, and the project's translations into it."""

    results: Row
    text: Text

    @cached_property
    def own(self) -> Mapping[str, str]:
        """Translations by the original on one line; none for the language of the originals."""
        found: Row = self.results.get("translations") or {}
        translations: Mapping[str, str] = found.get("texts", {}).get(self.text.language, {})
        return translations

    @cached_property
    def names(self) -> dict[str, str]:
        """Short name of each treatment."""
        rows = self.results.get("treatment_details") or ()
        return {str(row["id"]): self.word(str(row.get("short") or row["id"])) for row in rows}

    def word(self, original: str) -> str:
        """What the project says for an original; the original where it has no translation."""
        return self.own.get(" ".join(original.split()), original)

    def whole(self, value: Any, key: str = "") -> Any:
        """A value of the results with the project's words and the reasons replaced."""
        if key in UNTOUCHED:
            return value
        if isinstance(value, Mapping):
            told = {name: self.whole(inner, name) for name, inner in value.items()}
            return told | self.reason(value)
        if isinstance(value, list):
            plain = bool(value) and isinstance(value[0], int | float)
            return value if plain else [self.whole(inner, key) for inner in value]
        return self.word(value) if key in OWN and isinstance(value, str) else value

    def reason(self, row: Row) -> dict[str, str]:
        """The reason of a row that says it by a key."""
        key = _REASONS.get(row.get("reason_key") or "")
        if key is None:
            return {}
        values = {name: _VALUES[name](self, value) for name, value in row["reason_values"].items()}
        return {"reason": self.text(key, **values)}

    def direction(self, analysis: Row) -> str:
        """Which way is up, in words."""
        better = self.text(_BETTER[str(analysis["better"])])
        words = analysis.get("better_in_words")
        return self.text("said.better.in_words", better=better, words=self.word(words)) if words else better

    def combined(self, row: Row) -> str:
        """That arms of a trial were counted as one."""
        labels = {trial["id"]: str(trial.get("label") or trial["id"]) for trial in self.results["evidence"]["trials"]}
        treatment = self.names.get(str(row["treatment"]), str(row["treatment"]))
        arms = self.text.listed([str(arm) for arm in row["arms"]])
        return self.text("said.combined", trial=labels[row["trial"]], arms=arms, treatment=treatment)

    @cached_property
    def quantities(self) -> dict[str, str]:
        """How each quantity that a fit is judged by is called, by the name that the fit gives it."""
        text, names = self.text, self.names
        found = {"heterogeneity": text("said.quantity.heterogeneity")}
        for name, short in names.items():
            found[f"rank of {name}"] = text("said.quantity.rank", treatment=short)
            found[f"SUCRA of {name}"] = text("said.quantity.sucra", treatment=short)
        for (first, one), (second, other) in permutations(names.items(), 2):
            found[f"{first} against {second}"] = text("said.quantity.effect", first=one, second=other)
        return found

    def quantity(self, name: str) -> str:
        """A quantity by the names that readers know."""
        return self.quantities.get(name, name)


def _flag(teller: _Teller, value: Any) -> str:
    words = teller.word(str(value).replace("_", " "))
    return words[:1].upper() + words[1:]


_VALUES: Mapping[str, Callable[[_Teller, Any], str]] = {
    "flag": _flag,
    "answer": lambda teller, value: teller.text.word("answer", value),
    "people": lambda teller, value: teller.word(str(value)),
    "year": lambda teller, value: str(value),
    "limit": lambda teller, value: str(value),
    "domains": lambda teller, value: ", ".join(teller.text.word("domain", name).lower() for name in value),
    "months": lambda teller, value: teller.text.listed([teller.text.numbers.general(month) for month in value]),
    "basis": lambda teller, value: teller.text.word("basis", value),
    "timing": lambda teller, value: teller.text.word("timing", value),
    "kind": lambda teller, value: teller.text.word("kind", value),
    "treatment": lambda teller, value: teller.names.get(value, str(value)),
}
"""How each value of a reason is written."""


def told(results: Row, text: Text) -> Row:
    """The results with every word that a page shows in the language of ``text``.

    Parameters
    ----------
    results : Mapping[str, Any]
        What ``results.json``, or one of its neighbours, holds.
    text : Text
        The translation table.

    Returns
    -------
    Mapping[str, Any]
        A copy with other words; ``told`` holds the language, the specification as it is stored, and the texts of
        people that had no translation. Told results are returned as they are.
    """
    if results.get(TOLD, {}).get("language") == text.language:
        return results
    teller = _Teller(results, text)
    found: dict[str, Any] = teller.whole({name: value for name, value in results.items() if name != TOLD})
    for name, tell in _PARTS.items():
        if isinstance(results.get(name), Mapping | list):
            found[name] = tell(teller, found[name])
    analysis: Row = results.get("analysis") or {}
    if str(analysis.get("better")) in _BETTER:
        found["direction"] = teller.direction(analysis)
    return found | {TOLD: {"language": text.language, "analysis": analysis, "original": _original(teller)}}


def _original(teller: _Teller) -> frozenset[str]:
    """Texts of people that stay in the language they were written in; none where the page is in that language."""
    language = (teller.results.get("translations") or {}).get("original")
    if language is None or language == teller.text.language:
        return frozenset()
    every = [*_free(teller.results), *_arms(teller.results)]
    return frozenset(text for text in every if " ".join(text.split()) not in teller.own)


def _arms(results: Row) -> list[str]:
    """What reports call the arms of their trials."""
    trials = (results.get("evidence") or {}).get("trials") or ()
    shares = results.get("evidence_map") or {}
    labels = [arm.get("label") for trial in trials for arm in trial.get("arms") or ()]
    labels += [row.get("arm") for part in ("arms", "printed") for row in shares.get(part) or ()]
    return [label for label in labels if isinstance(label, str)]


def _free(value: Any, key: str = "") -> list[str]:
    if isinstance(value, Mapping):
        if value.get("reason_key"):
            value = {name: inner for name, inner in value.items() if name != "reason"}
        return [text for name, inner in value.items() if name not in UNTOUCHED for text in _free(inner, name)]
    if isinstance(value, list):
        return [] if value and isinstance(value[0], int | float) else [it for one in value for it in _free(one, key)]
    return [value] if key in FREE and isinstance(value, str) else []


def _evidence(teller: _Teller, found: dict[str, Any]) -> dict[str, Any]:
    if "combined" not in found:
        return found
    return found | {"log": [teller.combined(row) for row in found["combined"]]}


def _sampling(teller: _Teller, found: dict[str, Any]) -> dict[str, Any]:
    analysis = teller.results["analysis"]
    key = _PARAMETERISATIONS.get((str(analysis["likelihood"]), str(analysis["effects"])))
    said = {"worst": teller.quantity(found["worst"])} if found.get("worst") else {}
    return found | said | ({"parameterisation": teller.text(key)} if key and found.get("parameterisation") else {})


def _sensitivity(teller: _Teller, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Why a set has no fit; the line that the code made says more, in its own language."""
    if teller.text.language == LINES:
        return found
    return [
        entry | {"error": teller.text(_SETS[entry["error_key"]])} if entry.get("error_key") in _SETS else entry
        for entry in found
    ]


def _agreement(teller: _Teller, found: dict[str, Any]) -> dict[str, Any]:
    if found.get("error"):
        failed = found.get("error_key") == "gate"
        said = teller.text("said.exact_failed") if failed else teller.text("said.exact_error", error=found["error"])
        return found | {"error": said}
    return found | ({"quantity": teller.quantity(found["quantity"])} if found.get("quantity") else {})


_PARTS: Mapping[str, Callable[[_Teller, Any], Any]] = {
    "evidence": _evidence,
    "sampling": _sampling,
    "sensitivity": _sensitivity,
    "agreement": _agreement,
}
"""Parts of the results with lines that lower floors made."""
