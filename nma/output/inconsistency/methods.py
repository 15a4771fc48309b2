"""The methods of the page in words, each with its paper; only what was done is told."""

from __future__ import annotations

from nma.output.inconsistency.case import Block, Case
from nma.output.inconsistency.splits import MULTI_ARM

_KINDS = {"binomial": "checks.methods.binomial", "normal": "checks.methods.normal"}


def blocks(case: Case) -> tuple[Block, ...]:
    """What was computed, from what, and where the method is described."""
    text = case.text
    multi_arm = text(MULTI_ARM[case.found["multi_arm"]])
    return (
        Block(text("checks.methods.data"), lead=(_data(case),)),
        Block(text("checks.section.loops"), lead=(text("checks.methods.loops"), text("checks.methods.three"))),
        Block(text("checks.section.splits"), lead=(text("checks.methods.splits"), multi_arm)),
        Block(text("checks.section.overall"), lead=(text("checks.methods.designs"), text("checks.methods.means"))),
        Block(text("checks.section.spread"), lead=(text("checks.methods.spread"),)),
        Block(text("checks.section.fit"), lead=(text("checks.methods.fit"), text("checks.methods.prediction"))),
        Block(text("checks.section.influence"), lead=(text("checks.methods.influence"),)),
    )


def _data(case: Case) -> str:
    """On what the numbers stand, with the rule for zero cells and the scale where it is not that of the report."""
    text, analysis = case.text, case.reading.analysis
    said = [text("checks.methods.contrasts"), text(_KINDS[analysis["likelihood"]])]
    if analysis.get("zero_cells"):
        said.append(text("methods.zero_cells", rule=text.word("zero_cells", analysis["zero_cells"])))
    if case.scaled.measure != case.reading.measure:
        said.append(text("checks.methods.scale", scale=case.scaled.measure_name, measure=case.reading.measure_name))
    return " ".join(said)
