"""The methods in prose: each sentence follows from the specification or from what the run did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from nma.output.methods import prior
from nma.output.prose.saying import Part, Said
from nma.output.reading import Reading, Row
from nma.output.sentences import risk_known
from nma.output.text import tidy

_WINDOWS = {
    (False, False): "prose.window.any",
    (True, False): "prose.window.over",
    (False, True): "prose.window.up_to",
    (True, True): "prose.window.between",
}
_LEVELS = {"main": "prose.nodes.main", "subgroup": "prose.nodes.subgroup"}
_RISK = {"any": "prose.risk.any", "no high": "prose.risk.no_high"}
_MODELS = {
    ("binomial", "log"): "prose.model.binomial_log",
    ("binomial", "logit"): "prose.model.binomial_logit",
    ("normal", "RR"): "prose.model.normal_log",
    ("normal", "OR"): "prose.model.normal_log",
    ("normal", "RD"): "prose.model.normal_difference",
}
"""By the likelihood, then its link; of contrasts the measure says the scale, whatever the link is called."""
_EFFECTS = {"random": "prose.effects_model.random", "common": "prose.effects_model.common"}
_PRIORS = {
    "effects": "prose.prior.effects",
    "heterogeneity": "prose.prior.heterogeneity",
    "baseline": "prose.prior.baseline",
}
_ENGINES = {
    ("nuts", False): ("prose.engine.nuts", (("hoffman-2014",), ("abril-pla-2023",), ("nutpie",))),
    ("exact", False): ("prose.engine.weighted", (("vehtari-2024",),)),
    ("exact", True): ("prose.engine.walked", (("vehtari-2021",),)),
}
"""How the posterior was computed, by the engine and by whether chains walked beside it; a closed form has its own."""


def parts(reading: Reading) -> tuple[Part, ...]:
    """The paragraphs of the methods section."""
    return (
        Part("prose.heading.selection", tuple(_selection(reading))),
        Part("prose.heading.data", tuple(_data(reading))),
        Part("prose.heading.model", tuple(_model(reading))),
        Part("prose.heading.computation", tuple(_computation(reading))),
        Part("prose.heading.agreement", tuple(_agreement(reading))),
        Part("prose.heading.outputs", (*_ranking(reading), *_absolute(reading), *_certainty(reading))),
        Part("prose.heading.more", tuple(_more(reading))),
    )


def _selection(reading: Reading) -> Iterator[Said]:
    select = reading.analysis["select"]
    if reading.analysis.get("question"):
        yield Said("prose.question", {"question": str(reading.analysis["question"]).strip()})
    if rows := reading.results.get("checklist"):
        states = Counter(row["state"] for row in rows)
        counts = {"stand": states["stands"], "part": states["in part"], "owed": states["owed"]}
        yield Said("prose.reported", {"number": len(rows), **counts}, (("hutton-2015",),))
    outcome = {"outcome": str(reading.analysis["outcome_label"]), "direction": str(reading.results["direction"])}
    yield Said("prose.outcome", outcome)
    if select is None:
        yield Said("prose.no_selection")
        return
    yield _window(reading, select["follow_up"])
    yield Said("prose.time_point", {"point": reading.text.word("time_point", select["time_point"])})
    yield from _rules(reading, select)
    yield from _decisions(reading, select)
    names = reading.text.listed([reading.label(name) for name in reading.ranked])
    yield Said(_LEVELS[select["nodes"]], {"count": len(reading.ranked), "names": names})


def _window(reading: Reading, window: Row) -> Said:
    numbers = reading.text.numbers
    ends = {name: numbers.general(window[name]) for name in ("over", "up_to") if window[name] is not None}
    return Said(_WINDOWS["over" in ends, "up_to" in ends], ends)


def _rules(reading: Reading, select: Row) -> Iterator[Said]:
    for flag, allowed in (select["population"] or {}).items():
        yield Said("prose.population", {"flag": reading.flag(flag), "allowed": _words(reading, "answer", allowed)})
    yield Said("prose.basis", {"bases": _words(reading, "basis", select["basis"])})
    if select["timing"] is not None:
        yield Said("prose.timing", {"timings": _words(reading, "timing", select["timing"])})
    if select["kinds"] is not None:
        yield Said("prose.kinds", {"kinds": _words(reading, "kind", select["kinds"])})
    if select["published_up_to"] is not None:
        yield Said("prose.published", {"year": str(select["published_up_to"])})
    yield Said(_RISK[select["risk_of_bias"]])


def _decisions(reading: Reading, select: Row) -> Iterator[Said]:
    reasons = {row["id"]: row["reason"] for row in reading.evidence["excluded"] if row["rule"] == "decision"}
    if reasons:
        told = [
            reading.text("prose.with_reason", trial=reading.trial(name), reason=str(reason).strip().rstrip("."))
            for name, reason in reasons.items()
        ]
        yield Said("prose.decided", {"count": len(told), "trials": "; ".join(told)})
    for name, arms in (select["recode"] or {}).items():
        for arm, to in arms.items():
            node = reading.label(to["node" if select["nodes"] == "main" else "subgroup"] or to["node"])
            yield Said("prose.recoded", {"trial": reading.trial(name), "arm": tidy(arm), "node": node})


def _words(reading: Reading, group: str, values: list[str]) -> str:
    return reading.text.listed([reading.text.word(group, value) for value in values])


def _data(reading: Reading) -> Iterator[Said]:
    """How the counts were extracted, how they came to be known, and what was done about the risk of bias."""
    trials = list(reading.trials.values())
    readers = Counter(trial.get("status") for trial in trials)
    two, one = readers["two readers"], readers["one reader"]
    if two or one:
        key = "prose.readers.all" if two == len(trials) else "prose.readers.some"
        yield Said(key, {"count": len(trials), "two": two, "one": one})
    counts = reading.evidence["basis_counts"]
    levels = [
        reading.text("basis.level", basis=reading.text.word("basis", name), number=count)
        for name, count in counts.items()
        if count
    ]
    if levels:
        yield Said("prose.levels", {"levels": reading.text.listed(levels)})
    known = sum(risk_known(trial) for trial in trials)
    if known:
        yield Said("prose.assessed.some", {"known": known, "trials": len(trials)}, (("higgins-2011",),))
    else:
        yield Said("prose.assessed.none")


def _model(reading: Reading) -> Iterator[Said]:
    text, analysis = reading.text, reading.analysis
    yield Said("prose.model.kind", cites=(("lu-2004", "dias-2013"),))
    yield _likelihood(reading)
    yield Said(_EFFECTS[analysis["effects"]])
    if analysis["likelihood"] == "normal" and analysis.get("zero_cells"):
        yield Said("prose.zero_cells", {"rule": text.word("zero_cells", analysis["zero_cells"])})
    yield Said("prose.measure", {"measure": reading.measure_name, "reference": reading.label(reading.reference)})
    if reading.random:
        yield Said("prose.predictive", cites=(("higgins-2009",),))
    if analysis.get("baseline_risk"):
        risk = analysis["baseline_risk"]
        source = str(risk["source"]).rstrip(".")
        yield Said("prose.baseline_risk", {"risk": text.numbers.percent(risk["risk"]), "source": source})
    yield from _priors(reading)


def _likelihood(reading: Reading) -> Said:
    analysis = reading.analysis
    scale = reading.measure if analysis["likelihood"] == "normal" else analysis["link"]
    return Said(_MODELS[analysis["likelihood"], scale], {"measure": reading.measure_name})


def _priors(reading: Reading) -> Iterator[Said]:
    priors = reading.analysis["priors"]
    for name, key in _PRIORS.items():
        if priors.get(name):
            yield Said(key, {"prior": prior(reading, priors[name])})
    if priors.get("reason"):
        yield Said("prose.prior.reason", {"reason": str(priors["reason"]).strip().rstrip(".")})


def _computation(reading: Reading) -> Iterator[Said]:
    run, versions = reading.results["sampling"], reading.results["provenance"]["versions"]
    if run["engine"] == "exact" and run["max_rhat"] is None and reading.analysis["likelihood"] == "normal":
        yield Said("prose.engine.closed_form", {"chains": run["chains"], "draws": run["draws"]})
    else:
        key, cites = _ENGINES[run["engine"], run["engine"] == "exact" and run["max_rhat"] is not None]
        counts = {name: run[name] for name in ("chains", "draws", "tune") if run.get(name) is not None}
        numbers = {name: str(versions.get(name, "")) for name in ("pymc", "nutpie")}
        yield Said(key, {**counts, **numbers}, cites)
    if run["engine"] == "nuts":
        yield Said("prose.diagnostics", cites=(("vehtari-2021",),))
    yield Said("prose.converged" if reading.converged else "prose.not_converged")
    agreed = reading.results.get("agreement")
    if agreed and not agreed.get("error"):
        yield Said("prose.second.holds" if agreed["holds"] else "prose.second.broken")
    made = reading.results["provenance"]
    seed = {"seed": str(made["seed"]), "version": str(made["nma_version"]), "python": str(versions.get("python", ""))}
    yield Said("prose.software", seed, (("nma",),))


def _agreement(reading: Reading) -> Iterator[Said]:
    found = reading.results.get("inconsistency")
    if not found:
        return
    if not found["design_by_treatment"]["refused"]:
        yield Said("prose.design", cites=(("higgins-2012", "white-2012"),))
    if found["loops"]:
        yield Said("prose.loops", cites=(("chaimani-2013",),))
    if found["heterogeneity"]["i2"] is not None:
        yield Said("prose.i2", cites=(("higgins-2002",),))


def _ranking(reading: Reading) -> Iterator[Said]:
    direction = {"direction": str(reading.results["direction"])}
    yield Said("prose.ranked", direction, (("salanti-2011",),))
    if reading.results.get("hierarchy"):
        yield Said("prose.hierarchy", cites=(("papakonstantinou-2022",), ("wigle-2025",)))


def _absolute(reading: Reading) -> Iterator[Said]:
    found, numbers = reading.results.get("absolute"), reading.text.numbers
    if not found:
        return
    reference = {"reference": reading.label(reading.reference)}
    for base in found["baselines"]:
        if base["how"]:
            key = "prose.absolute.pooled" if base["how"]["arms"] > 1 else "prose.absolute.one_arm"
            yield Said(key, {**reference, "count": base["how"]["arms"]}, (("dias-2013-baseline",),))
    declared = [
        reading.text("prose.absolute.risk", risk=numbers.percent(_risk(base)), source=str(base["source"]).rstrip("."))
        for base in found["baselines"]
        if base["source"]
    ]
    if declared:
        yield Said("prose.absolute.declared", {**reference, "risks": "; ".join(declared), "count": len(declared)})
    yield Said("prose.absolute.needed", cites=(("altman-1998",),))


def _risk(base: Row) -> float:
    """A baseline risk, or the median of one that was estimated."""
    risk = base["risk"]
    return float(risk["median"] if isinstance(risk, dict) else risk)


def _certainty(reading: Reading) -> Iterator[Said]:
    if reading.results.get("contributions"):
        yield Said("prose.contributions", cites=(("papakonstantinou-2018", "davies-2022"),))
    if not reading.results.get("certainty"):
        return
    zone = (reading.analysis.get("decision") or {}).get("no_important_difference")
    if zone:
        ends = {name: reading.value(zone[name]) for name in ("lower", "upper")}
        yield Said("prose.zone", {**ends, "reason": str(zone["reason"]).strip().rstrip(".")})
    else:
        yield Said("prose.no_zone")
    yield Said("prose.certainty", cites=(("nikolakopoulou-2020",), ("santesso-2020",)))


def _more(reading: Reading) -> Iterator[Said]:
    if reading.results.get("small_study"):
        yield Said("prose.small_study", cites=(("chaimani-2012",), ("egger-1997",)))
    sets = reading.results["sensitivity"]
    if sets:
        titles = reading.text.listed([str(entry["title"]) for entry in sets])
        yield Said("prose.sensitivity", {"count": len(sets), "titles": titles})
    else:
        yield Said("prose.no_sensitivity")
