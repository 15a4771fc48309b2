"""The methods in words, generated from the resolved specification: what was chosen is what is printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nma.output.reading import Reading, Row

_LIKELIHOODS = {"binomial": "methods.likelihood.binomial", "normal": "methods.likelihood.normal"}
_LINKS = {"log": "methods.link.log", "logit": "methods.link.logit", "identity": "methods.link.identity"}
_EFFECTS = {"random": "methods.effects.random", "common": "methods.effects.common"}
_WINDOWS = {
    (False, False): "methods.window.any",
    (True, False): "methods.window.over",
    (False, True): "methods.window.up_to",
    (True, True): "methods.window.between",
}
_LEVELS = {"main": "methods.nodes.main", "subgroup": "methods.nodes.subgroup"}
_RISK = {"any": "methods.risk.any", "no high": "methods.risk.no_high"}
_ENGINES = {"nuts": "methods.engine.nuts", "exact": "methods.engine.exact"}
_EXACT = {"normal": "methods.exact.closed_form", "binomial": "methods.exact.weighted"}
"""How the exact engine computes, by the likelihood."""
_PRIORS = {
    "effects": "methods.prior.effects",
    "heterogeneity": "methods.prior.heterogeneity",
    "baseline": "methods.prior.baseline",
}


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A heading and the sentences under it."""

    heading: str
    sentences: tuple[str, ...]


def methods(reading: Reading) -> tuple[Paragraph, ...]:
    """The method section."""
    text = reading.text
    return (
        Paragraph(text("methods.selection"), tuple(_selection(reading))),
        Paragraph(text("methods.model"), tuple(_model(reading))),
        Paragraph(text("methods.priors"), tuple(_priors(reading))),
        Paragraph(text("methods.computation"), tuple(_computation(reading))),
        Paragraph(text("methods.ranking"), tuple(_ranking(reading))),
    )


def _selection(reading: Reading) -> list[str]:
    text, select = reading.text, reading.analysis["select"]
    outcome = text(
        "methods.outcome", outcome=str(reading.analysis["outcome_label"]), direction=str(reading.results["direction"])
    )
    if select is None:
        return [outcome, text("methods.no_selection")]
    return [outcome, _window(reading, select["follow_up"]), *_rules(reading, select), *_decisions(reading, select)]


def _window(reading: Reading, window: Row) -> str:
    over, up_to = window["over"], window["up_to"]
    written = {
        name: reading.text.numbers.general(value)
        for name, value in (("over", over), ("up_to", up_to))
        if value is not None
    }
    return reading.text(_WINDOWS[over is not None, up_to is not None], **written)


def _rules(reading: Reading, select: Row) -> list[str]:
    text = reading.text
    said = [
        text("methods.time_point", point=text.word("time_point", select["time_point"])),
        text(_LEVELS[select["nodes"]]),
        text("methods.basis", bases=_words(reading, "basis", select["basis"])),
    ]
    for flag, allowed in (select["population"] or {}).items():
        said.append(text("methods.population", flag=reading.flag(flag), allowed=_words(reading, "answer", allowed)))
    if select["timing"] is not None:
        said.append(text("methods.timing", timings=_words(reading, "timing", select["timing"])))
    if select["kinds"] is not None:
        said.append(text("methods.kinds", kinds=_words(reading, "kind", select["kinds"])))
    if select["published_up_to"] is not None:
        said.append(text("methods.published", year=str(select["published_up_to"])))
    return [*said, text(_RISK[select["risk_of_bias"]])]


def _decisions(reading: Reading, select: Row) -> list[str]:
    text = reading.text
    said = [text("methods.exclude", count=len(select["exclude"]))] if select["exclude"] else []
    for name, arms in (select["recode"] or {}).items():
        moves = [text("methods.recode.arm", arm=arm, node=_node(to)) for arm, to in arms.items()]
        said.append(text("methods.recode.trial", trial=reading.trial(name), moves=text.listed(moves)))
    return said


def _node(target: Any) -> str:
    if not isinstance(target, dict):
        return str(target)
    return " / ".join(str(part) for part in (target.get("node"), target.get("subgroup")) if part)


def _model(reading: Reading) -> list[str]:
    text, analysis = reading.text, reading.analysis
    said = [
        text(_LIKELIHOODS[analysis["likelihood"]]),
        text(_LINKS[analysis["link"]]),
        text(_EFFECTS[analysis["effects"]]),
        text("methods.measure", measure=reading.measure_name, reference=reading.label(reading.reference)),
    ]
    if analysis["likelihood"] == "normal" and analysis.get("zero_cells"):
        said.append(text("methods.zero_cells", rule=text.word("zero_cells", analysis["zero_cells"])))
    if analysis.get("baseline_risk"):
        risk = analysis["baseline_risk"]
        said.append(
            text(
                "methods.baseline_risk", risk=text.numbers.percent(risk["risk"]), source=str(risk["source"]).rstrip(".")
            )
        )
    return said


def _priors(reading: Reading) -> list[str]:
    text, priors = reading.text, reading.analysis["priors"]
    said = [text(key, prior=prior(reading, priors[name])) for name, key in _PRIORS.items() if priors.get(name)]
    return [
        *said,
        *([text("methods.prior.reason", reason=str(priors["reason"]).rstrip("."))] if priors.get("reason") else []),
    ]


def prior(reading: Reading, stated: Row) -> str:
    """A prior in words: its family, then each number by its name."""
    text = reading.text
    parts = [text.word("family", stated["family"])]
    for name, value in stated.items():
        if name in ("family", "median") or value is None:
            continue
        shown = text.numbers.general(value) if isinstance(value, int | float) else text.word("prior_on", value)
        parts.append(f"{text.word('prior', name)} {shown}")
    return ", ".join(parts)


def _computation(reading: Reading) -> list[str]:
    text, run = reading.text, reading.results["sampling"]
    values: dict[str, str | int] = {
        name: run[name] for name in ("chains", "draws", "tune") if run.get(name) is not None
    }
    said = [text(_ENGINES[run["engine"]], **values)]
    if run["engine"] == "exact":
        walked = run["max_rhat"] is not None
        said.append(text("methods.exact.walked" if walked else _EXACT[reading.analysis["likelihood"]], **values))
    elif run.get("parameterisation"):
        said.append(str(run["parameterisation"]))
    return [*said, text("gate.passed" if reading.converged else "gate.failed"), *_agreement(reading)]


def _agreement(reading: Reading) -> list[str]:
    """What the second engine says of the first."""
    text, found = reading.text, reading.results.get("agreement")
    if not found:
        return []
    if found.get("error"):
        return [text("methods.agreement.none", reason=found["error"])]
    errors, sds = (text.numbers.decimals(min(found[name], 1e6), digits) for name, digits in (("errors", 1), ("sds", 3)))
    key = "methods.agreement.holds" if found["holds"] else "methods.agreement.broken"
    return [text(key, count=found["quantities"], quantity=found["quantity"], errors=errors, sds=sds)]


def _ranking(reading: Reading) -> list[str]:
    text = reading.text
    said = [text("methods.ranks", direction=str(reading.results["direction"])), text("methods.sucra")]
    return [*said, text("methods.predictive" if reading.random else "methods.no_predictive")]


def _words(reading: Reading, group: str, values: list[str]) -> str:
    return reading.text.listed([reading.text.word(group, value) for value in values])
