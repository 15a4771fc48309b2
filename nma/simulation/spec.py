"""What a simulation study is made of, as a person types it: the analysis, the design and the truth.

Every effect is on the scale on which effects add: the logarithm of the risk ratio or odds ratio.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError

from nma import yamlio
from nma.analysis import Analysis
from nma.analysis.rules import findings
from nma.analysis.spec import Risk
from nma.errors import InputError, Problem, in_order, nearest
from nma.evidence.evidence import MOST
from nma.evidence.network import components
from nma.registry.base import SAID_BY_RULES, Number, Text, Typed, Whole, problems_of, shown
from nma.vocab import Measure
from nma.yamlio import Document

MANY = 10_000
"""No simulated network has more trials of one design."""

Finding = tuple[tuple[str | int, ...], str, str | None, str | None, str | None]
"""Where, what, got, allowed, hint."""


class Design(Typed):
    """Trials that compare the same treatments."""

    treatments: Annotated[tuple[Text, ...], Field(min_length=2, max_length=20)]
    trials: Annotated[Whole, Field(ge=1, le=MANY)]


class Risks(Typed):
    """Range from which a trial's risk is drawn: that of its highest arm (RR), or that of its mean log odds (OR)."""

    lowest: Risk
    highest: Risk


class Disagreement(Typed):
    """A comparison that every trial which holds both treatments overstates."""

    treatment: Text
    versus: Text
    by: Number
    """Added to the effect of ``treatment`` against ``versus``; half on each of the two arms."""


class TrueValues(Typed):
    """The truth, on the scale on which effects add."""

    effects: dict[str, Number]
    """Of every treatment against the reference."""
    heterogeneity: Annotated[Number, Field(ge=0, le=10)]
    """Between-trial standard deviation."""
    inconsistency: tuple[Disagreement, ...] = ()
    small_study_bias: Number = 0.0
    """What a trial with 100 people an arm adds to each effect against its first arm; it falls as 1/√n."""


class Simulation(Typed):
    """A simulation study: an analysis, and the networks it is tried on."""

    title: Text
    analysis: Analysis
    design: Annotated[tuple[Design, ...], Field(min_length=1, max_length=1000)]
    arm_sizes: Annotated[tuple[Annotated[Whole, Field(ge=1, le=MOST)], ...], Field(min_length=1)]
    """People in an arm; one of these is drawn for each trial."""
    risks: Risks | None = None
    """Required unless the truth is drawn from the priors."""
    truth: TrueValues | None = None
    """Required unless the truth is drawn from the priors."""

    @property
    def treatments(self) -> list[str]:
        """Every treatment, the reference first."""
        named = {name for design in self.design for name in design.treatments}
        return sorted(named, key=lambda name: (name != self.analysis.reference, name))


def load_simulation(path: Path) -> Simulation:
    """Read the specification of a simulation study.

    Raises
    ------
    InputError
        With every problem of the file.
    """
    document = yamlio.load(path, path.name)
    if not isinstance(document.data, dict):
        hint = "start with 'title:'; docs/simulation.md shows one"
        raise InputError(Problem(document.place(), "", "the file holds no simulation", shown(document.data), hint=hint))
    return _valid(document, document.data)


def _valid(document: Document, data: dict[str, Any]) -> Simulation:
    meant = data.get("analysis")
    found = list(findings(meant)) if isinstance(meant, dict) else []
    problems = [
        _at(document, (("analysis", *where), what, got, allowed, hint)) for where, what, got, allowed, hint in found
    ]
    try:
        simulation = Simulation.model_validate(data)
    except ValidationError as error:
        said = {SAID_BY_RULES} if problems else set()
        raise InputError(in_order([*problems, *problems_of(error, document, Simulation, (), said)])) from None
    problems += [_at(document, finding) for rule in RULES for finding in rule(simulation)]
    if problems:
        raise InputError(in_order(problems))
    return simulation


def _at(document: Document, finding: Finding) -> Problem:
    where, what, got, allowed, hint = finding
    return document.problem(where, what, got, allowed, hint)


def _measure_rule(simulation: Simulation) -> Iterator[Finding]:
    if simulation.analysis.effect_measure is Measure.RD:
        hint = "risks could leave 0 to 1: simulate on a log or logit scale"
        yield ("analysis", "measure"), "risk differences cannot be simulated", "'RD'", "RR, OR", hint


def _design_rule(simulation: Simulation) -> Iterator[Finding]:
    """Trials hold each treatment once, and form one network around the reference."""
    for place, design in enumerate(simulation.design):
        for name, times in Counter(design.treatments).items():
            if times > 1:
                yield ("design", place, "treatments"), f"'{name}' stands {times} times", None, None, "once is enough"
    reference, named = simulation.analysis.reference, simulation.treatments
    if reference not in named:
        what, hint = "no trial has this treatment", nearest(reference, named)
        yield ("analysis", "reference"), what, shown(reference), ", ".join(named), hint
    parts = components([design.treatments for design in simulation.design])
    if len(parts) > 1:
        pieces = " | ".join(", ".join(sorted(part)) for part in parts)
        yield ("design",), f"the network falls apart: {pieces}", None, None, "add a comparison between the parts"


def _risks_rule(simulation: Simulation) -> Iterator[Finding]:
    risks = simulation.risks
    if risks is not None and risks.lowest > risks.highest:
        yield ("risks", "highest"), f"is less than lowest ({risks.lowest:g})", str(risks.highest), None, None
    if risks is None and simulation.truth is not None:
        yield ("risks",), "missing", None, None, "as in risks: {lowest: 0.2, highest: 0.8}"


def _truth_rule(simulation: Simulation) -> Iterator[Finding]:
    """Each effect against the reference is known, and nothing else."""
    if simulation.truth is None:
        return
    reference, named = simulation.analysis.reference, simulation.treatments
    others = [name for name in named if name != reference]
    given = simulation.truth.effects
    for name in others:
        if name not in given:
            yield ("truth", "effects", name), "missing", None, None, f"its effect against {reference}"
    for name in given:
        if name not in others:
            what = "the reference has none: it is 0" if name == reference else "no trial has this treatment"
            yield ("truth", "effects", name), what, shown(name), ", ".join(others), nearest(name, others)


def _inconsistency_rule(simulation: Simulation) -> Iterator[Finding]:
    designs = [set(design.treatments) for design in simulation.design]
    for place, one in enumerate(simulation.truth.inconsistency if simulation.truth else ()):
        pair = {one.treatment, one.versus}
        if len(pair) < 2 or not any(pair <= design for design in designs):
            what = f"no trial compares {one.treatment} with {one.versus}"
            yield ("truth", "inconsistency", place), what, None, None, "name a comparison of the design"


RULES: tuple[Callable[[Simulation], Iterator[Finding]], ...] = (
    _measure_rule,
    _design_rule,
    _risks_rule,
    _truth_rule,
    _inconsistency_rule,
)
