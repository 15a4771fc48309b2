"""Direct against indirect evidence of every comparison: node-splits one by one, or all at once where there are many.

All at once: by back-calculation from the network's own estimates at one between-trial variance (Dias et al. 2010,
doi:10.1002/sim.3767, section 3; König, Krahn & Binder 2013, doi:10.1002/sim.6001), as netmeta and CINeMA split. With
two-arm trials this is the node-split at that variance; a trial of more arms counts by its adjusted weights.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from nma.answers.contrast_level import between_variance, regression, two_sided
from nma.answers.contribution import by_name, two_step
from nma.answers.splits import closed_form_split, splittable
from nma.evidence import Evidence
from nma.evidence.network import comparisons
from nma.fitting.means import Pair

MOST_SPLITS = 40
"""Comparisons up to which each is split with a between-trial variance of its own: a few seconds."""
WHOLLY_DIRECT = 1 - 1e-9
"""Share of direct evidence from which on there is no indirect evidence to speak of."""

Sides = Mapping[str, float]
"""``direct``, ``direct_se``, ``indirect``, ``indirect_se``, on the scale on which effects add, and ``p``."""


def sides(evidence: Evidence) -> dict[Pair, Sides]:
    """Direct and indirect evidence of every comparison that has both.

    Where they are split all at once, the way round inside a multi-arm trial counts as indirect evidence too; it agrees.
    """
    if len(comparisons(evidence)) <= MOST_SPLITS:
        return {pair: closed_form_split(evidence, pair) for pair in splittable(evidence)}
    return back_calculated(evidence, float(np.sqrt(between_variance(evidence, regression(evidence)))))


def back_calculated(evidence: Evidence, tau: float) -> dict[Pair, Sides]:
    """The same for all comparisons at once, at a given between-trial standard deviation.

    A comparison with direct estimate d (variance v) and network estimate n (variance u) has the indirect estimate
    (n - pd) / (1 - p) with variance u / (1 - p), where p = u / v is its share of direct evidence.
    """
    network, names = two_step(evidence, tau), by_name(evidence)
    if network is None:
        return {}
    inverse, (lower, upper) = network.inverse(), network.edges.T
    direct, spread = network.direct, 1 / network.weights
    potential = np.zeros(network.size)
    np.add.at(potential, upper, network.weights * direct)
    np.add.at(potential, lower, -network.weights * direct)
    position = inverse @ potential
    whole = inverse[lower, lower] + inverse[upper, upper] - 2 * inverse[lower, upper]
    found: dict[Pair, Sides] = {}
    for edge, (first, second) in enumerate(network.edges.tolist()):
        share = float(whole[edge] / spread[edge])
        if share < WHOLLY_DIRECT:
            estimate = float(position[second] - position[first])
            indirect = (estimate - share * float(direct[edge])) / (1 - share)
            errors = float(np.sqrt(spread[edge])), float(np.sqrt(whole[edge] / (1 - share)))
            side = _side(float(direct[edge]), indirect, errors)
            found[names[second], names[first]] = side
            found[names[first], names[second]] = {**side, "direct": -side["direct"], "indirect": -side["indirect"]}
    return found


def _side(direct: float, indirect: float, errors: tuple[float, float]) -> dict[str, float]:
    p = two_sided(direct - indirect, float(np.hypot(*errors)))
    return {"direct": direct, "direct_se": errors[0], "indirect": indirect, "indirect_se": errors[1], "p": p}
