"""What the network's answer on each pair of treatments rests on: contributions of direct comparisons and of trials.

The random-effects hat matrix of the two-step model at the posterior median of τ (Davies et al. 2022,
doi:10.1002/sim.9346), taken apart as netmeta and CINeMA do (Papakonstantinou et al. 2018,
doi:10.12688/f1000research.14770.3); see :mod:`nma.answers.flows`. A trial's contribution is its comparison's, shared
out by weight, added up over the comparisons of its arms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from nma.answers.flows import Aggregate, Arms, Floats, aggregate, shares, usual
from nma.answers.heterogeneity import tau_summary
from nma.evidence import Evidence, trial_contrasts
from nma.fitting import Fit
from nma.fitting.layout import zero_rule
from nma.vocab import FlowPaths

MOST_SHARES = 200_000
"""Shares of trials, or of comparisons, that results hold; where there are more, they hold those of chosen pairs."""
FIRST = 6
"""Best ranked treatments whose pairs are always told."""


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

    def plain(self, ranked: Sequence[str] = ()) -> dict[str, Any]:
        """As ``results.json`` holds it; shares of 0 are left out, the largest come first.

        Parameters
        ----------
        ranked : sequence of str
            Treatments, the best first. In a large network shares are told for pairs with the reference and for those
            among the first of these; of other pairs the lists are empty.

        Returns
        -------
        dict
            ``method``, ``tau``; ``pairs``: for each two treatments ``treatment``, ``versus``, ``direct`` (whether a
            trial compares them), ``by_comparison`` (``treatment``, ``versus``, ``share``) and ``by_trial`` (``study``,
            ``share``); ``overall``: the same two, as the mean over all pairs.
        """
        order = {name: place for place, name in enumerate(self.treatments)}
        first, direct = set(ranked[:FIRST]), {(low, high) for low, high in self.network.edges.tolist()}
        rows = []
        for place, (low, high) in enumerate(self.network.pairs.tolist()):
            pair = {self.names[low], self.names[high]}
            kept = self.treatments[0] in pair or pair <= first
            shares = self.comparisons[place], self.trials[place]
            rows.append({**self._named((low, high)), "direct": (low, high) in direct, **self._told(*shares, kept)})
        pairs = sorted(rows, key=lambda row: (order[row["versus"]], order[row["treatment"]]))
        overall = self._told(self.comparisons.mean(axis=0), self.trials.mean(axis=0), True)
        return {"method": str(self.method), "tau": self.tau, "pairs": pairs, "overall": overall}

    def _told(self, comparisons: Floats, trials: Floats, kept: bool) -> dict[str, Any]:
        """Shares of comparisons and of trials, where there is room for them."""
        of_comparisons = comparisons if kept or self.comparisons.size <= MOST_SHARES else comparisons[:0]
        of_trials = trials if kept or self.trials.size <= MOST_SHARES else trials[:0]
        return {
            "by_comparison": [
                {**self._edges[at], "share": float(of_comparisons[at])} for at in _largest(of_comparisons)
            ],
            "by_trial": [{"study": self.studies[at], "share": float(of_trials[at])} for at in _largest(of_trials)],
        }

    @cached_property
    def _edges(self) -> list[dict[str, str]]:
        return [self._named(edge) for edge in self.network.edges.tolist()]

    def _named(self, pair: Sequence[int]) -> dict[str, str]:
        """Two treatments, the one that comes later in the network against the other."""
        versus, treatment = sorted((self.names[place] for place in pair), key=self.treatments.index)
        return {"treatment": treatment, "versus": versus}


def _largest(shares: Floats) -> list[int]:
    """Places of the shares above 0, the largest first, equal ones in their order."""
    order = np.argsort(-shares, kind="stable").tolist()
    return [at for at in order if shares[at] > 0]


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
