"""The section on risk of bias: signs and colours per trial and domain, and shares weighted by contribution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nma.output.blocks import Block
from nma.output.display import Cell, Column, Table
from nma.output.figures import Kind, Stack, Stacks
from nma.output.palette import SHAPES, Mark
from nma.output.reading import Reading, Row
from nma.output.sections.reasons import share
from nma.output.sentences import risk_known

_SHAPES = {shape.name: shape for shape in SHAPES}
MARKS = {
    "low": ("+", Mark("#8fc9a3", _SHAPES["circle"]), 0),
    "unclear": ("?", Mark("#f2cf63", _SHAPES["triangle"]), 1),
    "high": ("−", Mark("#e0764f", _SHAPES["diamond"]), 2),
    "not assessed": ("·", Mark("#d4d4d4", _SHAPES["square"]), -1),
}
"""Sign, mark and order of each judgement, in the order in which bars show them; none is known by its colour alone."""
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
_FIGURES = {
    "network": ("risk.figure.network", "risk.note.network"),
    "first_two": ("risk.figure.first_two", "risk.note.first_two"),
}
_OVERALL = "overall"


def blocks(reading: Reading) -> tuple[Block, ...]:
    """What is known of the trials' risk of bias; one sentence where the data hold no judgement."""
    domains = _domains(reading)
    if not domains:
        return (Block(lead=(reading.text("risk.none"),)),)
    found = reading.results.get("risk_of_bias")
    return (
        Block(lead=_lead(reading, domains), figures=_figures(reading, found) if found else ()),
        Block(lead=(reading.text("risk.legend"),), tables=(_table(reading, domains, found),), items=_named(reading)),
    )


def _domains(reading: Reading) -> list[str]:
    return list(dict.fromkeys(name for trial in reading.trials.values() for name in trial.get("risk_of_bias") or {}))


def _word(reading: Reading, domain: str) -> str:
    return reading.text("risk.overall") if domain == _OVERALL else reading.text.word("domain", domain.replace("_", " "))


def _lead(reading: Reading, domains: Sequence[str]) -> tuple[str, ...]:
    text, trials = reading.text, list(reading.trials.values())
    judged = [trial for trial in trials if risk_known(trial)]
    whole = [trial for trial in judged if set(domains) <= _assessed(trial)]
    said = [text("risk.never", trials=len(trials))]
    if judged:
        full = text("risk.whole", count=len(whole)) if whole else text("risk.none_whole")
        said = [" ".join((text("risk.assessed", count=len(judged), trials=len(trials)), full))]
    return *said, *(() if len(whole) == len(trials) else (text("risk.unassessed"),)), text("risk.rule")


def _assessed(trial: Row) -> set[str]:
    return {name for name, risk in trial["risk_of_bias"].items() if risk != "not assessed"}


def _figures(reading: Reading, found: Row) -> tuple[tuple[Stacks, str], ...]:
    """Bars for the whole network, and for the first two; none where contributions are not known."""
    known = [to for to in _FIGURES if all(row[to] for row in found["shares"])]
    return tuple((_stacks(reading, found, to), reading.text(_FIGURES[to][1])) for to in known)


def _stacks(reading: Reading, found: Row, to: str) -> Stacks:
    text = reading.text
    rows = tuple(_stack(reading, row["domain"], row[to]) for row in found["shares"])
    pair = text("pair", first=reading.short(found["first_two"][0]), second=reading.short(found["first_two"][-1]))
    kinds = tuple(Kind(text.word("risk", risk), sign, mark.colour) for risk, (sign, mark, _) in MARKS.items())
    return Stacks(
        name=f"risk-{to.replace('_', '-')}",
        title=text(_FIGURES[to][0], pair=pair),
        alt=text("risk.alt", rows="; ".join(_told(reading, kinds, row) for row in rows)),
        rows=rows,
        kinds=kinds,
        x_title=text("risk.axis"),
        ticks=tuple((at, f"{text.numbers.count(100 * at)}%") for at in _TICKS),
    )


def _stack(reading: Reading, domain: str, shares: Mapping[str, float]) -> Stack:
    values = tuple(shares[risk] for risk in MARKS)
    return Stack(_word(reading, domain), values, tuple(share(reading, it) for it in values), domain == _OVERALL)


def _told(reading: Reading, kinds: Sequence[Kind], row: Stack) -> str:
    parts = [
        reading.text("risk.alt_share", risk=kind.word, share=said)
        for kind, value, said in zip(kinds, row.shares, row.written, strict=True)
        if value > 0
    ]
    return reading.text("risk.alt_row", domain=row.label, shares=", ".join(parts))


def _table(reading: Reading, domains: Sequence[str], found: Row | None) -> Table:
    """A row for each trial, a column for each domain, and the trial as a whole."""
    text = reading.text
    whole = {row["study"]: row[_OVERALL] for row in (found or {}).get("trials") or ()}
    heads = [*domains, *((_OVERALL,) if whole else ())]
    columns = (Column(text("table.trial")), *(Column(_word(reading, name)) for name in heads))
    rows = tuple(_row(reading, (name, trial), domains, whole) for name, trial in reading.trials.items())
    return Table(text("risk.caption"), columns, rows, wide=True)


def _row(
    reading: Reading, named: tuple[str, Mapping[str, Any]], domains: Sequence[str], whole: Mapping[str, str]
) -> tuple[Cell, ...]:
    name, trial = named
    judged: Mapping[str, str] = trial.get("risk_of_bias") or {}
    risks = [judged.get(domain, "not assessed") for domain in domains] + ([whole[name]] if whole else [])
    return Cell(reading.trial(name)), *(_cell(reading, risk) for risk in risks)


def _cell(reading: Reading, risk: str) -> Cell:
    sign, mark, order = MARKS.get(risk, MARKS["not assessed"])
    return Cell(sign, mark=mark, spoken=reading.text.word("risk", risk), order=order)


def _named(reading: Reading) -> tuple[str, ...]:
    """The trials that nobody assessed, by name."""
    names = [reading.trial(name) for name, trial in reading.trials.items() if not risk_known(trial)]
    return (reading.text("risk.named", count=len(names), trials=reading.text.listed(names)),) if names else ()
