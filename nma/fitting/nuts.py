"""The model in PyMC, and its sampling with nutpie."""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from nma.analysis.spec import Sampling
from nma.errors import FitError
from nma.fitting.layout import ABSENT_VARIANCE, Layout, Structure
from nma.fitting.means import Task, basis, prepared
from nma.fitting.priors import DENSITIES
from nma.fitting.quiet import pymc
from nma.vocab import Effects, Family, Likelihood, Link

PARAMETERISATION = {
    (Likelihood.BINOMIAL, Effects.RANDOM): (
        "Each trial's effects are sampled in coordinates in which they are independent, centred by the weight of what "
        "the trial itself knows; the effects against the reference are sampled around their least-squares estimate."
    ),
    (Likelihood.BINOMIAL, Effects.COMMON): (
        "The effects against the reference are sampled around their least-squares estimate."
    ),
    (Likelihood.NORMAL, Effects.RANDOM): (
        "Random effects are integrated out; the effects against the reference are sampled around their least-squares "
        "estimate."
    ),
    (Likelihood.NORMAL, Effects.COMMON): (
        "The effects against the reference are sampled around their least-squares estimate."
    ),
}
"""What was used, in words for the report."""


def build(layout: Layout) -> Any:
    """The network model as a PyMC model; every array of the layout is data of it.

    With d the effects against the reference, τ the between-trial standard deviation and X the design::

        d_k ~ Normal(0, scale²)                           τ ~ its prior
        x_c ~ Normal((M⁻¹ X d)_c, τ²)                     independent contrasts; δ = M x has covariance τ²(½I + ½J)
        r_ik ~ Binomial(n_ik, p_ik)
        log link:    p_max,i ~ Uniform(0, 1)              log p_ik = log p_max,i + δ_ik - max_j δ_ij
        logit link:  m_i ~ its prior                      logit p_ik = m_i + δ_ik - mean_j δ_ij
        contrasts:   x̂_c ~ Normal((M⁻¹ X d)_c, τ² + 1/Λ_c)

    with δ = 0 for a trial's first arm. On the log scale the baseline is the risk of the arm whose risk is highest, so
    that every probability stays below 1 and no arm is special.
    """
    pm = pymc()
    from nma.fitting.transforms import located_normal

    names = layout.names
    with pm.Model(coords=names) as model:
        data = {name: pm.Data(name, value) for name, value in layout.data().items()}
        guide = (data["location"], data["spread"])
        effects = located_normal("effects", data["effects_prior"][0], guide, dims="effect")
        tau = _heterogeneity(pm, data["heterogeneity_prior"], layout.structure.heterogeneity_prior)
        mean = data["design"] @ effects
        if layout.structure.likelihood is Likelihood.NORMAL:
            variance = 1 / pm.math.maximum(data["precision"], 1 / ABSENT_VARIANCE)
            pm.Normal("contrasts", mean, pm.math.sqrt(variance + tau**2), observed=data["estimate"], dims="contrast")
        else:
            log_odds = BASELINES[layout.structure.link](pm, data, _arm_effects(data, mean, tau, layout.structure))
            pm.Deterministic("probability", pm.math.sigmoid(log_odds), dims=("study", "arm"))
            pm.Binomial(
                "observed_events", data["people"], logit_p=log_odds, observed=data["events"], dims=("study", "arm")
            )
    return model


def _heterogeneity(pm: Any, parameters: Any, family: Family | None) -> Any:
    """Between-trial standard deviation; the constant 0 for common effects."""
    if family is None:
        return 0.0
    return DENSITIES[family].pymc(pm, "heterogeneity_sd", parameters, {})


def _arm_effects(data: Mapping[str, Any], mean: Any, tau: Any, structure: Structure) -> Any:
    """δ of every arm against its trial's first arm, where it is 0; shape (S, A)."""
    from nma.fitting.transforms import informed_normal

    contrasts = mean
    if structure.effects is Effects.RANDOM:
        guide = (data["estimate"], data["precision"])
        contrasts = informed_normal("independent_contrasts", mean, tau, guide, dims="contrast")
    return (data["mixing"] @ contrasts).reshape((structure.studies, structure.arms_per_study))


def _log_link(pm: Any, data: Mapping[str, Any], delta: Any) -> Any:
    """Log odds of each arm from the risk of the trial's highest-risk arm and the log risk ratios."""
    import pytensor.tensor as pt

    highest_risk = pm.Uniform("highest_risk", 0.0, 1.0, dims="study")
    log_risk = pm.math.log(highest_risk)[:, None] + delta - delta.max(axis=1, keepdims=True)
    return log_risk - pt.log1mexp(log_risk)


def _logit_link(pm: Any, data: Mapping[str, Any], delta: Any) -> Any:
    """Log odds of each arm from the trial's mean log odds and the log odds ratios."""
    mean_log_odds = pm.Normal("mean_log_odds", 0.0, data["baseline_prior"][0], dims="study")
    return (mean_log_odds - (data["share"] * delta).sum(axis=1))[:, None] + delta


BASELINES = {Link.LOG: _log_link, Link.LOGIT: _logit_link}


@dataclass(frozen=True)
class Sampled:
    """Draws as they came: arrays of the padded structure, with the seconds they took."""

    draws: Mapping[str, Any]
    divergences: int
    seconds: float


class Compiled:
    """A compiled model structure; any evidence that fits in it is sampled without a new compilation."""

    def __init__(self, layout: Layout) -> None:
        pymc()
        import nutpie
        import pytensor

        self.structure = layout.structure
        # Numba compiles the model; without C nothing else needs a compiler, nor looks for a BLAS.
        with pytensor.config.change_flags(cxx=""), warnings.catch_warnings():
            # A hint about speed for whoever writes the compiled code; nobody who fits a model can follow it.
            warnings.filterwarnings("ignore", message=".*faster on contiguous arrays")
            self._model = nutpie.compile_pymc_model(build(layout))

    def sample(self, layout: Layout, settings: Sampling, seed: int, cores: int, progress: bool = False) -> Sampled:
        """Draw from the posterior of one evidence.

        Raises
        ------
        FitError
            The sampler could not start or stopped.
        KeyboardInterrupt
            The user stopped it; nothing is returned.
        """
        import nutpie

        used = self._model.shared_data
        model = self._model.with_data(**{name: array for name, array in layout.data().items() if name in used})
        started = time.perf_counter()
        try:
            sampler = nutpie.sample(
                model,
                draws=settings.draws,
                tune=settings.tune,
                chains=settings.chains,
                cores=cores,
                seed=seed,
                target_accept=settings.target_accept,
                save_warmup=False,
                progress_bar=progress,
                blocking=False,
            )
        except (RuntimeError, ValueError) as error:
            raise FitError(f"the sampler could not start: {error}") from None
        trace = _wait(sampler)
        seconds = time.perf_counter() - started
        divergences = int(trace.sample_stats["diverging"].sum())
        return Sampled({str(name): trace.posterior[name] for name in trace.posterior.data_vars}, divergences, seconds)


def _wait(sampler: Any) -> Any:
    try:
        return sampler.wait()
    except KeyboardInterrupt:
        sampler.cancel()
        raise
    except RuntimeError as error:
        raise FitError(f"the sampler stopped: {error}") from None


def posterior(sampled: Sampled, layout: Layout, task: Task) -> xr.Dataset:
    """Turn draws of the padded structure into the posterior of this evidence: real entries only, named coordinates."""
    draws = {name: array.to_numpy() for name, array in sampled.draws.items()}
    analysis = task.analysis
    variables, coords = _parameters(draws["effects"], task)
    if "heterogeneity_sd" in draws:
        variables["heterogeneity_sd"] = (("chain", "draw"), draws["heterogeneity_sd"])
    if "probability" in draws:
        studies = layout.names["study"][: len(prepared(task.evidence, task.means).trials)]
        variables["probability"] = (("chain", "draw", "study", "arm"), draws["probability"][:, :, : len(studies)])
        coords |= {"study": studies, "arm": layout.names["arm"]}
    chains, size = draws["effects"].shape[:2]
    coords |= {"chain": np.arange(chains), "draw": np.arange(size)}
    attributes = {"likelihood": str(analysis.likelihood), "link": str(analysis.link), "measure": str(analysis.measure)}
    return xr.Dataset(variables, coords, attributes)


def _parameters(draws: Any, task: Task) -> tuple[dict[str, Any], dict[str, Any]]:
    """Effects of all treatments, the reference's 0 first; of models that are not consistent the parameters."""
    names = list(basis(task.evidence, task.means).names)
    own = draws[..., : len(names)]
    if not task.means.consistent:
        return {"parameters": (("chain", "draw", "parameter"), own)}, {"parameter": names}
    with_reference = np.concatenate([np.zeros((*own.shape[:2], 1)), own], axis=-1)
    variables = {"effects": (("chain", "draw", "treatment"), with_reference)}
    return variables, {"treatment": list(task.evidence.treatments)}


def on_terminal() -> bool:
    """Whether a progress bar has somebody to look at it."""
    return sys.stderr.isatty()
