"""The rules that span several keys of a specification: which likelihood, link, measure and priors go together.

They read plain data, so that a misspelt word in one place hides no problem in another; :class:`nma.analysis.Analysis`
asks the same rules of itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from nma.analysis.priors import FAMILIES, PARAMETERS, ROLES, families_for
from nma.vocab import Effects, Family, Likelihood, Link, Measure

Data = Mapping[str, Any]
Finding = tuple[tuple[str, ...], str, str | None, str | None, str | None]
"""Where, what, got, allowed, hint."""

MODELS: dict[tuple[Likelihood, Link], tuple[Measure, ...]] = {
    (Likelihood.BINOMIAL, Link.LOG): (Measure.RR,),
    (Likelihood.BINOMIAL, Link.LOGIT): (Measure.OR, Measure.RR, Measure.RD),
    (Likelihood.NORMAL, Link.LOG): (Measure.RR,),
    (Likelihood.NORMAL, Link.LOGIT): (Measure.OR,),
    (Likelihood.NORMAL, Link.IDENTITY): (Measure.RD, Measure.RR, Measure.OR),
}
"""Which measures a likelihood and link can give. With contrast data the measure fixes the scale on which effects add,
so that ``link: identity`` (the contrasts as they are) says the same as the measure's own link."""


def findings(data: Data) -> Iterator[Finding]:
    """Every rule's findings; a rule is silent about keys whose own value is no allowed word."""
    for rule in RULES:
        yield from rule(data)


def _word(data: Data, key: str, words: type[Likelihood] | type[Link] | type[Measure] | type[Effects]) -> str | None:
    value = data.get(key)
    return str(value) if isinstance(value, str) and value in list(words) else None


def _model(data: Data) -> tuple[str, str, str] | None:
    """Likelihood, link and measure, where each is a known word."""
    words = _word(data, "likelihood", Likelihood), _word(data, "link", Link), _word(data, "measure", Measure)
    return None if None in words else words  # type: ignore[return-value]


def _has_mean_log_odds(data: Data) -> bool:
    return (data.get("likelihood"), data.get("link")) == (Likelihood.BINOMIAL, Link.LOGIT)


def _priors(data: Data) -> Data:
    priors = data.get("priors")
    return priors if isinstance(priors, Mapping) else {}


def model_rule(data: Data) -> Iterator[Finding]:
    """The likelihood and link exist together, and give the measure."""
    model = _model(data)
    if model is None:
        return
    likelihood, link, measure = model
    links = [str(known) for of, known in MODELS if of == likelihood]
    if link not in links:
        yield ("link",), f"does not go with likelihood '{likelihood}'", f"'{link}'", ", ".join(links), None
        return
    measures = [str(known) for known in MODELS[Likelihood(likelihood), Link(link)]]
    if measure not in measures:
        what = f"does not go with likelihood '{likelihood}' and link '{link}'"
        yield ("measure",), what, f"'{measure}'", ", ".join(measures), None


def baseline_rule(data: Data) -> Iterator[Finding]:
    """A risk under the reference is declared where odds ratios are turned into another measure, and nowhere else."""
    model, declared = _model(data), data.get("baseline_risk") is not None
    if model is None:
        return
    needed = _has_mean_log_odds(data) and model[2] != Measure.OR
    if needed and not declared:
        what = f"missing: a logit link gives the {model[2]} only at a declared risk under the reference"
        yield ("baseline_risk",), what, None, None, "add baseline_risk: {risk: ..., source: ...}"
    if declared and not needed:
        yield ("baseline_risk",), "this measure does not depend on one", None, None, "remove it"
    if _priors(data).get("baseline") is not None and not _has_mean_log_odds(data):
        what = "only the binomial likelihood with a logit link has one"
        yield ("priors", "baseline"), what, None, None, "remove it"


def heterogeneity_rule(data: Data) -> Iterator[Finding]:
    """Random effects have a prior on their spread, common effects none; log-normal ones are for odds ratios."""
    effects, prior = _word(data, "effects", Effects), _priors(data).get("heterogeneity")
    where = ("priors", "heterogeneity")
    if effects == Effects.RANDOM and prior is None and isinstance(data.get("priors"), Mapping):
        hint = "as in heterogeneity: {family: half-normal, scale: 0.5}"
        yield where, "missing: random effects need a prior on their spread", None, None, hint
    if effects == Effects.COMMON and prior is not None:
        yield where, "common effects have none", None, None, "remove it, or write effects: random"
    model = _model(data)
    log_normal = isinstance(prior, Mapping) and prior.get("family") == Family.LOG_NORMAL
    if log_normal and model is not None and not _has_mean_log_odds(data) and model[2] != Measure.OR:
        what = "the log-normal priors (Turner 2012, 2015) are for log odds ratios only"
        yield where, what, None, None, "use half-normal or uniform on this scale"


def prior_rule(data: Data) -> Iterator[Finding]:
    """A prior has the parameters of its family, and stands for a quantity it can describe."""
    for role in ROLES:
        prior = _priors(data).get(role)
        family = prior.get("family") if isinstance(prior, Mapping) else None
        if not isinstance(prior, Mapping) or not isinstance(family, str) or family not in list(Family):
            continue
        where, row = ("priors", role), FAMILIES[Family(family)]
        if role not in row.stands_for:
            what = f"not a family for {role}"
            yield (*where, "family"), what, f"'{family}'", ", ".join(families_for(role)), None
            continue
        for name in row.needs:
            if prior.get(name) is None:
                hint = f"as in {EXAMPLES[Family(family)]}"
                yield (*where, name), f"missing: a {family} prior needs it", None, None, hint
        for name in PARAMETERS:
            if prior.get(name) is not None and name not in row.needs:
                yield (*where, name), f"a {family} prior has no such key", None, ", ".join(row.needs), "remove it"


def window_rule(data: Data) -> Iterator[Finding]:
    """The follow-up window holds some time."""
    select = data.get("select")
    window = select.get("follow_up") if isinstance(select, Mapping) else None
    over, up_to = (window.get("over"), window.get("up_to")) if isinstance(window, Mapping) else (None, None)
    if isinstance(over, (int, float)) and isinstance(up_to, (int, float)) and over >= up_to:
        where = ("select", "follow_up", "up_to")
        yield where, "the window holds no time", f"over {over:g}, up to {up_to:g}", f"more than {over:g}", None


NULL = {Measure.RR: 1.0, Measure.OR: 1.0, Measure.RD: 0.0}
"""No effect, on each measure's own scale."""


def decision_rule(data: Data) -> Iterator[Finding]:
    """The zone of no important difference holds no effect and has some width; a baseline risk stands once."""
    decision, measure = data.get("decision"), _word(data, "measure", Measure)
    zone = decision.get("no_important_difference") if isinstance(decision, Mapping) else None
    lower, upper = (zone.get("lower"), zone.get("upper")) if isinstance(zone, Mapping) else (None, None)
    if measure is None or not isinstance(lower, (int, float)) or not isinstance(upper, (int, float)):
        return
    null = NULL[Measure(measure)]
    if not lower < null < upper or (null == 1 and lower <= 0):
        where = ("decision", "no_important_difference")
        yield where, f"does not hold no effect ({null:g}) between two ends", f"{lower:g} to {upper:g}", None, None


EXAMPLES: dict[Family, str] = {
    Family.NORMAL: "{family: normal, scale: 10}",
    Family.HALF_NORMAL: "{family: half-normal, scale: 0.5}",
    Family.HALF_CAUCHY: "{family: half-cauchy, scale: 0.5}",
    Family.UNIFORM: "{family: uniform, upper: 2}",
    Family.LOG_NORMAL: "{family: log-normal, mean: -2.56, sd: 1.74, on: variance}",
}

RULES: tuple[Callable[[Data], Iterator[Finding]], ...] = (
    model_rule,
    baseline_rule,
    heterogeneity_rule,
    prior_rule,
    window_rule,
    decision_rule,
)
