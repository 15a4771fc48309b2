"""The sections of the report that have a template of their own, as blocks without figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from nma.output import compose, display, page_one, report, sentences
from nma.output.behind import behind
from nma.output.blocks import Block
from nma.output.inconsistency.case import Case
from nma.output.inconsistency.summary import committee
from nma.output.methods import methods
from nma.output.reading import Reading, Row
from nma.output.sections import trial_effects

Blocks = tuple[Block, ...]


def blocks_of(reading: Reading, name: str) -> Blocks:
    """The blocks of a section of the report, in its order; none where it has nothing to say."""
    make = report.SECTIONS[name]
    return TEMPLATED[name](reading) if make is None else make(reading)


def _answer(reading: Reading) -> Blocks:
    text = reading.text
    return (
        Block(
            warnings=() if reading.converged else (text("stamp.answer"),),
            lead=(*page_one.answer(reading), sentences.direction(reading)),
        ),
        Block(text("heading.weak"), items=tuple(sentences.grounds(reading))),
        Block(tables=(display.treatments(reading),)),
    )


def _ranking(reading: Reading) -> Blocks:
    text = reading.text
    lead = (sentences.direction(reading), text("ranking.explain"), sentences.separated(reading))
    after = (text("ranking.predictive"),) if reading.random else ()
    return (Block(lead=lead, after=after, tables=(display.ranking(reading),)),)


def _forest(reading: Reading) -> Blocks:
    spread = sentences.spread(reading, reading.results["heterogeneity"])
    made = [(figure.title, behind(figure, reading.text)) for figure in compose.forests(reading)]
    pairs = tuple(replace(table, caption=title) for title, table in made if table)
    return Block(tables=pairs), Block(reading.text("heading.heterogeneity"), lead=(spread,) if spread else ())


def _network(reading: Reading) -> Blocks:
    return (Block(tables=(display.comparisons(reading),), items=tuple(sentences.weak_links(reading))),)


def _consistency(reading: Reading) -> Blocks:
    found = reading.results.get("inconsistency")
    return (Block(lead=tuple(committee(Case(found, reading)))),) if found else ()


def _league(reading: Reading) -> Blocks:
    direction = str(reading.results["direction"])
    said = reading.text("league.explain", measure=reading.measure_name, null=reading.null, direction=direction)
    return (Block(lead=(said,), tables=display.league(reading)),)


def _trials(reading: Reading) -> Blocks:
    text = reading.text
    doubts = [(name, doubt) for name, trial in reading.trials.items() for doubt in trial.get("doubts") or ()]
    sources = [(name, trial["source"]) for name, trial in reading.trials.items() if trial.get("source")]
    found = (display.basis(reading), display.trials(reading), trial_effects.made(reading))
    return (
        Block(tables=tuple(table for table in found if table)),
        Block(text("heading.doubts"), items=tuple(_of_trial(reading, *row) for row in doubts)),
        Block(text("heading.sources"), items=tuple(_of_trial(reading, *row) for row in sources)),
    )


def _of_trial(reading: Reading, name: str, said: str) -> str:
    return reading.text("paste.fact", name=reading.trial(name), value=str(said))


def _excluded(reading: Reading) -> Blocks:
    text, evidence = reading.text, reading.evidence
    found = evidence["excluded"]
    return (
        Block(lead=() if found else (text("excluded.none"),), tables=(display.excluded(reading),) if found else ()),
        Block(text("heading.log"), items=tuple(map(str, evidence.get("log") or ()))),
    )


def _methods(reading: Reading) -> Blocks:
    return tuple(Block(it.heading, lead=(" ".join(it.sentences),)) for it in methods(reading))


def _sensitivity(reading: Reading) -> Blocks:
    sets = reading.results["sensitivity"]
    if not sets:
        return ()
    first = Block(lead=(reading.text("sensitivity.explain"),), tables=display.sensitivity(reading))
    return (first, *(_set(reading, entry) for entry in sets))


def _set(reading: Reading, entry: Row) -> Block:
    text, title = reading.text, str(entry["title"])
    if entry["error"]:
        return Block(title, (text("sensitivity.failed", error=str(entry["error"])),), _reason(entry))
    moved = tuple(
        text(key, count=len(entry[name]), trials=text.listed([reading.trial(it) for it in entry[name]]))
        for name, key in (("entered", "sensitivity.entered"), ("left", "sensitivity.left"))
        if entry[name]
    )
    said = (*_reason(entry), sentences.change(reading, entry), *(moved or (text("sensitivity.same_trials"),)))
    return Block(title, () if entry["sampling"]["converged"] else (text("sensitivity.not_converged"),), said)


def _reason(entry: Row) -> tuple[str, ...]:
    return (str(entry["reason"]),) if entry["reason"] else ()


def _provenance(reading: Reading) -> Blocks:
    text, made, gate = reading.text, reading.results["provenance"], display.gate(reading)
    versions = ", ".join(f"{name} {it}" for name, it in {"nma": made["nma_version"], **made["versions"]}.items())
    facts = {
        "provenance.project": made["project"],
        "provenance.command": made["command"],
        "provenance.created": made["created"],
        "provenance.specification": f"{reading.analysis['name']} {made['specification_fingerprint']}",
        "certainty.provenance": made.get("judgements_fingerprint"),
        "provenance.registry": made["registry_fingerprint"],
        "provenance.seed": made["seed"],
        "provenance.versions": versions,
    }
    told = {key: value for key, value in facts.items() if value is not None or key != "certainty.provenance"}
    items = tuple(text("paste.fact", name=text(key), value=str(value)) for key, value in told.items())
    passed = text("gate.passed" if reading.converged else "gate.failed")
    return Block(items=items), Block(text("heading.gate"), lead=(passed,), tables=(gate,) if gate.rows else ())


TEMPLATED: Mapping[str, Callable[[Reading], Blocks]] = {
    "answer": _answer,
    "ranking": _ranking,
    "forest": _forest,
    "network": _network,
    "consistency": _consistency,
    "league": _league,
    "trials": _trials,
    "excluded": _excluded,
    "methods": _methods,
    "sensitivity": _sensitivity,
    "provenance": _provenance,
}
"""What stands in each section that the page lays out by a template of its own."""
