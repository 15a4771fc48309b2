"""The analysis for netmeta: frequentist, on contrasts."""

from __future__ import annotations

from collections.abc import Iterator

from nma.analysis import Analysis
from nma.evidence import Evidence
from nma.exchange.rcode import opening, quoted, reading
from nma.exchange.rdata import Data, arm_data, is_contrast_level
from nma.vocab import Better, Effects, ZeroCells

ZERO_CELLS = {
    ZeroCells.HALF_IN_EVERY_ARM: "Zero cells: netmeta adds a half in every arm of a trial that has one.",
    ZeroCells.HALF_IN_ZERO_ARMS: (
        "Zero cells: the analysis adds a half in the empty arm alone, netmeta in every arm of such a trial."
    ),
    ZeroCells.REFUSE: "Zero cells: the analysis refuses them, netmeta would add a half in every arm of such a trial.",
}


def netmeta(evidence: Evidence, file: str) -> tuple[list[str], Data]:
    """Lines of the script, and its data."""
    analysis, data = evidence.analysis, arm_data(evidence)
    random = analysis.effects is Effects.RANDOM
    title = "Network meta-analysis with the R package netmeta (3 or later)."
    lines = list(opening(evidence, title, list(_differences(analysis, is_contrast_level(evidence)))))
    lines += ["library(netmeta)", "", reading(file, data.head), *data.legend(evidence), ""]
    lines += [
        "contrasts <- pairwise(",
        "  treat = treatment, event = events, n = n, studlab = study, data = data,",
        f"  sm = {quoted(str(analysis.effect_measure))}",
        ")",
        "fit <- netmeta(",
        f'  contrasts, common = {_logical(not random)}, random = {_logical(random)}, method.tau = "REML",',
        f"  reference.group = {data.reference(evidence)},",
        f"  small.values = {quoted('undesirable' if analysis.better is Better.HIGHER else 'desirable')}",
        ")",
        "",
        "print(labels)",
        "print(summary(fit))",
        "print(netleague(fit))",
        "# P-scores, the frequentist counterpart of SUCRA.",
        "print(netrank(fit))",
        "# Does the network agree with itself? By designs, and direct against indirect evidence.",
        "print(decomp.design(fit))",
        "print(netsplit(fit))",
    ]
    return lines, data


def _differences(analysis: Analysis, contrast_level: bool) -> Iterator[str]:
    yield "netmeta is frequentist: it has no priors, and estimates the heterogeneity by restricted likelihood."
    if not contrast_level:
        yield (
            f"The analysis uses the exact {analysis.likelihood} likelihood of the counts; netmeta takes each contrast "
            "as normal with a known standard error."
        )
    yield ZERO_CELLS[analysis.zero_cells]
    yield "netmeta leaves out a pair of arms in which nobody had the event."
    if analysis.effect_measure is not analysis.measure:
        yield f"Effects are {analysis.effect_measure}, the scale on which they add, not {analysis.measure}."


def _logical(value: bool) -> str:
    return "TRUE" if value else "FALSE"
