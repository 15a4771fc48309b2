"""Risk of bias of each trial as a whole, and how much of the evidence stands on which judgement.

A trial's overall risk follows the Cochrane Handbook 5.1 (2011), table 8.7.a: high where a domain is high, low where all
are low, unclear otherwise. A domain that nobody assessed leaves the trial unassessed, unless another domain is already
high: an unassessed domain is never read as low, nor as unclear.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nma.evidence import Evidence, Trial
from nma.registry.study import DOMAINS
from nma.vocab import Basis, Risk

Shares = Mapping[str, float]
"""Share of a comparison's evidence by trial; they add up to one."""

WEAK_BASIS = frozenset({Basis.ASSUMED, Basis.RECALLED})
"""Counts that rest on assumed arm sizes, or that were only recalled."""


def overall(domains: Iterable[Risk]) -> Risk:
    """Risk of bias of a trial from its domains (Cochrane Handbook 5.1, table 8.7.a)."""
    found = set(domains)
    if Risk.HIGH in found:
        return Risk.HIGH
    if Risk.NOT_ASSESSED in found or not found:
        return Risk.NOT_ASSESSED
    return Risk.LOW if found == {Risk.LOW} else Risk.UNCLEAR


@dataclass(frozen=True, slots=True)
class TrialRisk:
    """What is known of one trial's risk of bias.

    Attributes
    ----------
    study : str
        Its id.
    domains : Mapping[str, Risk]
        Judgement by domain; every domain unassessed for a trial that stands in no registry.
    weak_basis : bool
        Whether its counts rest on assumed arm sizes or recalled numbers.
    """

    study: str
    domains: Mapping[str, Risk]
    weak_basis: bool

    @property
    def risk(self) -> Risk:
        """Of the trial as a whole."""
        return overall(self.domains.values())


def trial_risks(evidence: Evidence) -> dict[str, TrialRisk]:
    """Risk of bias by trial."""
    return {trial.id: _trial(trial) for trial in evidence.trials}


def _trial(trial: Trial) -> TrialRisk:
    if trial.study is None or trial.record is None:
        return TrialRisk(trial.id, dict.fromkeys(DOMAINS, Risk.NOT_ASSESSED), False)
    return TrialRisk(trial.id, trial.study.risk_of_bias.domains(), trial.record.basis in WEAK_BASIS)


def by_risk(shares: Shares, risk_of: Callable[[str], Risk]) -> dict[str, float]:
    """Share of the evidence on each judgement."""
    found = {str(risk): 0.0 for risk in Risk}
    for study, share in shares.items():
        found[str(risk_of(study))] += share
    return found


def trial_shares(pair: Mapping[str, Any]) -> Shares:
    """Share of each trial in a comparison, from a row of the contributions."""
    return {row["study"]: row["share"] for row in pair["by_trial"]}


def network_shares(pairs: Sequence[Mapping[str, Any]]) -> Shares:
    """Share of each trial in the whole network: the mean over the comparisons whose shares by trial are known."""
    known = [shares for pair in pairs if (shares := trial_shares(pair))]
    total: dict[str, float] = {}
    for shares in known:
        for study, share in shares.items():
            total[study] = total.get(study, 0.0) + share / len(known)
    return total


def risk_of_bias(
    evidence: Evidence, ranked: Sequence[str], contributions: Mapping[str, Any] | None
) -> dict[str, Any] | None:
    """Risk of bias by trial and domain, weighted by what each trial contributes.

    Parameters
    ----------
    evidence : Evidence
        The trials.
    ranked : sequence of str
        Treatments, best first.
    contributions : mapping, optional
        ``pairs`` with their shares ``by_trial``; without them nothing is weighted.

    Returns
    -------
    dict or None
        ``trials``: ``study``, ``overall``, ``weak_basis``; ``shares``: for each domain and for ``overall`` the share on
        each judgement, ``network`` over the whole network and ``first_two`` in the comparison of the two that rank
        first (both None without contributions); ``first_two``: these two. None where no trial stands in a registry.
    """
    risks = trial_risks(evidence)
    if not any(trial.study for trial in evidence.trials):
        return None
    weights = _weights(ranked, contributions)
    names = (*DOMAINS, "overall")
    return {
        "trials": [
            {"study": name, "overall": str(found.risk), "weak_basis": found.weak_basis} for name, found in risks.items()
        ],
        "first_two": list(ranked[:2]),
        "shares": [
            {"domain": name, **{to: _weighed(risks, name, shares) for to, shares in weights.items()}} for name in names
        ],
    }


def _weights(ranked: Sequence[str], contributions: Mapping[str, Any] | None) -> dict[str, Shares | None]:
    pairs = (contributions or {}).get("pairs") or []
    top = [pair for pair in pairs if {pair["treatment"], pair["versus"]} == set(ranked[:2])]
    return {
        "network": network_shares(pairs) or None,
        "first_two": (trial_shares(top[0]) if top else {}) or None,
    }


def _weighed(risks: Mapping[str, TrialRisk], name: str, shares: Shares | None) -> dict[str, float] | None:
    if shares is None:
        return None
    return by_risk(shares, lambda study: risks[study].risk if name == "overall" else risks[study].domains[name])
