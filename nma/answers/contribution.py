"""What the network's answer on each pair of treatments rests on: contributions of direct comparisons and of trials.

The random-effects hat matrix of the two-step model at the posterior median of τ (Davies et al. 2022,
doi:10.1002/sim.9346), taken apart as netmeta and CINeMA do (Papakonstantinou et al. 2018,
doi:10.12688/f1000research.14770.3); see :mod:`nma.answers.flows`. A trial's contribution is its comparison's, shared
out by weight, added up over the comparisons of its arms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nma.answers.flows import Aggregate, Arms, Floats, aggregate, shares, usual
from nma.answers.heterogeneity import tau_summary
from nma.evidence import Evidence, trial_contrasts
from nma.fitting import Fit
from nma.fitting.layout import zero_rule
from nma.vocab import FlowPaths

MOST_SHARES = 200_000
"""Pairs times trials up to which results hold trials' shares in every pair; beyond, in pairs with the reference."""


@dataclass(frozen=True)
class Contributions:
    """Contributions to each of P pairs of T treatments.

    Attributes
    ----------
    treatments : tuple of str
        T treatments, the reference first.
    names : tuple of str
        The same by name, which is the order of the network's places.
    studies : tuple of str
        Ids of the S trials.
    network : Aggregate
        The two-step model.
    method : FlowPaths
        How flows were taken apart.
    tau : float
        Between-trial standard deviation that was used, on the scale on which effects add; 0 for common effects.
    comparisons : array, shape (P, E)
        Share of each direct comparison (in the order of ``network.edges``) in each pair (``network.pairs``).
    trials : array, shape (P, S)
        Share of each trial; the rows of both add up to 1.
    """

    treatments: tuple[str, ...]
    names: tuple[str, ...]
    studies: tuple[str, ...]
    network: Aggregate
    method: FlowPaths
    tau: float
    comparisons: Floats
    trials: Floats

    def plain(self) -> dict[str, Any]:
        """As ``results.json`` holds it; shares of 0 are left out, the largest come first.

        Returns
        -------
        dict
            ``method``, ``tau``; ``pairs``: for each two treatments ``treatment``, ``versus``, ``direct`` (whether a
            trial compares them), ``by_comparison`` (``treatment``, ``versus``, ``share``) and ``by_trial`` (``study``,
            ``share``); ``overall``: the same two, as the mean over all pairs.
        """
        order = {name: place for place, name in enumerate(self.treatments)}
        rows = [self._pair(place) for place in range(len(self.network.pairs))]
        pairs = sorted(rows, key=lambda row: (order[row["versus"]], order[row["treatment"]]))
        return {"method": str(self.method), "tau": self.tau, "pairs": pairs, "overall": self._overall()}

    def _overall(self) -> dict[str, Any]:
        """Shares in the network as a whole: the mean over all pairs."""
        named = map(self._named, self.network.edges.tolist())
        comparisons = zip(named, self.comparisons.mean(axis=0).tolist(), strict=True)
        trials = zip(self.studies, self.trials.mean(axis=0).tolist(), strict=True)
        return {
            "by_comparison": _largest_first([{**comparison, "share": share} for comparison, share in comparisons]),
            "by_trial": _largest_first([{"study": study, "share": share} for study, share in trials]),
        }

    def _pair(self, place: int) -> dict[str, Any]:
        edges, pair = self.network.edges.tolist(), self.network.pairs[place].tolist()
        named, studies = self._named(pair), self._studies(pair)
        comparisons = zip(map(self._named, edges), self.comparisons[place].tolist(), strict=True)
        trials = zip(studies, self.trials[place, : len(studies)].tolist(), strict=True)
        return {
            **named,
            "direct": pair in edges,
            "by_comparison": _largest_first([{**comparison, "share": share} for comparison, share in comparisons]),
            "by_trial": _largest_first([{"study": study, "share": share} for study, share in trials]),
        }

    def _named(self, pair: Sequence[int]) -> dict[str, str]:
        """Two treatments, the one that comes later in the network against the other."""
        versus, treatment = sorted((self.names[place] for place in pair), key=self.treatments.index)
        return {"treatment": treatment, "versus": versus}

    def _studies(self, pair: Sequence[int]) -> tuple[str, ...]:
        """Trials whose shares in a pair are kept: all, unless there are too many of them in too many pairs."""
        told = self.trials.size <= MOST_SHARES or self.treatments[0] in [self.names[place] for place in pair]
        return self.studies if told else ()


def _largest_first(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted((row for row in rows if row["share"] > 0), key=lambda row: -row["share"])


def contributions(fit: Fit, method: FlowPaths | None = None) -> Contributions | None:
    """Contributions to every pair of treatments, at the posterior median of τ; None where no trial compares anything.

    Parameters
    ----------
    fit : Fit
        The primary fit.
    method : FlowPaths, optional
        How to take flows apart; netmeta's default unless the network is too large for it.
    """
    found = tau_summary(fit)
    return contributions_at(fit.evidence, 0.0 if found is None else found["median"], method)


def contributions_at(evidence: Evidence, tau: float, method: FlowPaths | None = None) -> Contributions | None:
    """The same at a given between-trial standard deviation, on the scale on which effects add."""
    network = two_step(evidence, tau)
    if network is None:
        return None
    chosen = method or usual(network)
    comparisons = shares(network, chosen)
    studies = tuple(trial.id for trial in evidence.trials)
    trials = network.of_trials(comparisons, len(studies))
    return Contributions(evidence.treatments, by_name(evidence), studies, network, chosen, tau, comparisons, trials)


def by_name(evidence: Evidence) -> tuple[str, ...]:
    """Treatments as netmeta orders them: by name, small letters as capitals."""
    return tuple(sorted(evidence.treatments, key=lambda name: (name.casefold(), name)))


def two_step(evidence: Evidence, tau: float) -> Aggregate | None:
    """The two-step model of an evidence, its treatments by name; None without a comparison."""
    place = {treatment: i for i, treatment in enumerate(by_name(evidence))}
    measure, rule = evidence.analysis.effect_measure, zero_rule(evidence.analysis)
    trials = []
    for trial in evidence.trials:
        seen = trial_contrasts(trial, measure, rule)
        trials.append(Arms(tuple(place[name] for name in trial.design), seen.value, seen.variance))
    if all(len(trial.places) < 2 for trial in trials):
        return None
    return aggregate(trials, len(evidence.treatments), tau)
