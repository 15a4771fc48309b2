"""The analysis for multinma: Bayesian, by Stan."""

from __future__ import annotations

from collections.abc import Iterator

from nma.analysis import Analysis
from nma.evidence import Evidence
from nma.exchange.rcode import number, opening, reading
from nma.exchange.rdata import Data, arm_data, contrast_data
from nma.exchange.rpriors import MULTINMA, RPrior
from nma.vocab import Better, Effects


def multinma(evidence: Evidence, file: str) -> tuple[list[str], Data]:
    """Lines of the script, and its data: counts for a logit link, contrasts for everything else."""
    analysis = evidence.analysis
    counts = analysis.has_mean_log_odds
    data = arm_data(evidence) if counts else contrast_data(evidence)
    prior = analysis.priors.heterogeneity
    spread = None if prior is None else MULTINMA[prior.family](prior)
    title = "Network meta-analysis with the R package multinma (0.5 or later; it needs Stan)."
    lines = list(opening(evidence, title, list(_differences(analysis, spread))))
    lines += ["library(multinma)", "", reading(file, data.head), *data.legend(evidence), ""]
    setup, outcome = ("set_agd_arm", "r = events, n = n") if counts else ("set_agd_contrast", "y = diff, se = std.err")
    lines += [
        f"network <- {setup}(",
        f"  data, study = study, trt = treatment, {outcome}, trt_ref = {data.reference(evidence)}",
        ")",
        *_fit(analysis, spread),
        "",
        *_answers(analysis),
    ]
    return lines, data


def _fit(analysis: Analysis, spread: RPrior | None) -> Iterator[str]:
    effects = "random" if analysis.effects is Effects.RANDOM else "fixed"
    likelihood, link = ("binomial", "logit") if analysis.has_mean_log_odds else ("normal", "identity")
    scale = number(float(analysis.priors.effects.parameters()["scale"]))
    yield "fit <- nma("
    yield f'  network, trt_effects = "{effects}", likelihood = "{likelihood}", link = "{link}",'
    if analysis.has_mean_log_odds:
        baseline = number(float(analysis.baseline_prior.parameters()["scale"]))
        yield f"  prior_intercept = normal(scale = {baseline}),"
    yield f"  prior_trt = normal(scale = {scale}),"
    if spread is not None:
        yield f"  {spread.code},"
    sampling = analysis.sampling
    yield f"  chains = {sampling.chains}, warmup = {sampling.tune}, iter = {sampling.tune + sampling.draws}, seed = 1"
    yield ")"


def _answers(analysis: Analysis) -> Iterator[str]:
    lower = "TRUE" if analysis.better is Better.LOWER else "FALSE"
    yield "print(labels)"
    yield "print(fit)"
    yield "# Effects against the reference, then all pairs, on the scale on which they add."
    yield "print(relative_effects(fit))"
    yield "print(relative_effects(fit, all_contrasts = TRUE))"
    yield f"ranks <- as.data.frame(posterior_ranks(fit, lower_better = {lower}))"
    yield "print(ranks)"
    yield "# SUCRA from the mean rank."
    yield "print(data.frame(parameter = ranks$parameter, sucra = (nrow(ranks) - ranks$mean) / (nrow(ranks) - 1)))"
    yield f"print(posterior_rank_probs(fit, lower_better = {lower}))"


def _differences(analysis: Analysis, spread: RPrior | None) -> Iterator[str]:
    if analysis.has_mean_log_odds:
        yield (
            "Baselines: the analysis puts the prior on a trial's mean log odds, multinma the same prior on the log "
            "odds under the network's reference."
        )
    elif analysis.likelihood.value == "binomial":
        yield (
            "multinma has no log link for counts, so that it cannot fit the analysis's likelihood. The script takes "
            f"the log {analysis.measure} of each trial as normal with a known standard error, with a half added "
            f"({analysis.zero_cells}) where an arm has no events or events only."
        )
    if spread is not None and spread.note:
        yield spread.note
    if analysis.effect_measure is not analysis.measure:
        yield f"Effects are {analysis.effect_measure}, the scale on which they add, not {analysis.measure}."
    yield "Stan draws other random numbers: results agree within Monte Carlo error only."
