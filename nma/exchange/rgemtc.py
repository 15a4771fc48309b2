"""The analysis for gemtc: Bayesian, by JAGS."""

from __future__ import annotations

from collections.abc import Iterator

from nma.analysis import Analysis
from nma.evidence import Evidence
from nma.exchange.rcode import number, opening, quoted, reading
from nma.exchange.rdata import Data, arm_data, contrast_data, is_contrast_level
from nma.exchange.rpriors import GEMTC, RPrior
from nma.vocab import Better, Effects, Likelihood, Link

MODELS = {
    (Likelihood.BINOMIAL, Link.LOG): ("binom", "log"),
    (Likelihood.BINOMIAL, Link.LOGIT): ("binom", "logit"),
}
"""Likelihood and link in gemtc's words; contrasts are normal with the identity link."""


def gemtc(evidence: Evidence, file: str) -> tuple[list[str], Data]:
    """Lines of the script, and its data."""
    analysis, contrasts = evidence.analysis, is_contrast_level(evidence)
    data = contrast_data(evidence) if contrasts else arm_data(evidence, "responders", "sampleSize")
    prior = None if analysis.priors.heterogeneity is None else GEMTC[analysis.priors.heterogeneity.family]
    spread = None if prior is None or analysis.priors.heterogeneity is None else prior(analysis.priors.heterogeneity)
    title = "Network meta-analysis with the R package gemtc (1.0 or later; it needs JAGS)."
    lines = list(opening(evidence, title, list(_differences(analysis, contrasts, spread))))
    lines += ["library(gemtc)", "library(coda)", "", reading(file, data.head), *data.legend(evidence), ""]
    lines += [
        "network <- mtc.network(",
        f"  {'data.re' if contrasts else 'data.ab'} = data,",
        "  treatments = data.frame(id = names(labels), description = unname(labels), stringsAsFactors = FALSE),",
        f"  description = {quoted(analysis.title or analysis.name)}",
        ")",
        *_model(analysis, spread),
        "set.seed(1)",
        f"samples <- mtc.run(model, n.adapt = {2 * analysis.sampling.tune}, n.iter = 20000, thin = 1)",
        "",
        *_answers(analysis, data.reference(evidence)),
    ]
    return lines, data


def _model(analysis: Analysis, spread: RPrior | None) -> Iterator[str]:
    likelihood, link = MODELS.get((analysis.likelihood, analysis.link), ("normal", "identity"))
    linear = "random" if analysis.effects is Effects.RANDOM else "fixed"
    yield "model <- mtc.model("
    yield f'  network, type = "consistency", linearModel = "{linear}", n.chain = {analysis.sampling.chains},'
    yield f'  likelihood = "{likelihood}", link = "{link}",'
    scale = number(float(analysis.priors.effects.parameters()["scale"]))
    yield f"  re.prior.sd = {scale}" + (f",\n  hy.prior = {spread.code}" if spread else "")
    yield ")"


def _answers(analysis: Analysis, reference: str) -> Iterator[str]:
    yield "# Each chain must have forgotten its start: values near 1."
    yield "print(gelman.diag(samples$samples, multivariate = FALSE))"
    yield "print(labels)"
    yield "print(summary(samples))"
    yield f"effects <- relative.effect(samples, t1 = {reference}, preserve.extra = FALSE)"
    yield "limits <- t(apply(as.matrix(effects$samples), 2, quantile, probs = c(0.5, 0.025, 0.975)))"
    yield "print(limits)"
    if analysis.effect_measure.value != "RD":
        yield f"# The same as {analysis.effect_measure}: median and 95 % credible interval against the reference."
        yield "print(exp(limits))"
    direction = 1 if analysis.better is Better.HIGHER else -1
    yield f"ranks <- rank.probability(samples, preferredDirection = {direction})"
    yield "print(ranks)"
    yield "print(sucra(ranks))"


def _differences(analysis: Analysis, contrasts: bool, spread: RPrior | None) -> Iterator[str]:
    yield (
        "gemtc puts the prior of the effects on comparisons along a tree that it chooses, not on the effects against "
        "the reference; with a prior as wide as the usual ones that seldom matters."
    )
    if not contrasts:
        yield from _baseline(analysis)
    if spread is not None and spread.note:
        yield spread.note
    if analysis.effect_measure is not analysis.measure:
        yield f"Effects are {analysis.effect_measure}, the scale on which they add, not {analysis.measure}."
    yield "JAGS draws other random numbers: results agree within Monte Carlo error only."


def _baseline(analysis: Analysis) -> Iterator[str]:
    scale = number(float(analysis.priors.effects.parameters()["scale"]))
    if analysis.link is Link.LOG:
        yield (
            "Baselines: in the analysis the highest risk of a trial is uniform on 0 to 1, whatever the order of its "
            f"arms. gemtc gives the log risk of the first arm a normal prior (mean log 0.5, sd {scale}) below 0, which "
            "favours small risks, and cuts every log risk at 0 where the analysis allows no risk above 1."
        )
    else:
        yield (
            "Baselines: in the analysis a trial's mean log odds has the prior named above; gemtc gives the log odds of "
            f"the first arm a normal prior with the standard deviation of the effects ({scale})."
        )
