"""The graph of treatments and their direct comparisons (the only networkx)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import networkx as nx

from nma.vocab import Basis

if TYPE_CHECKING:
    from nma.evidence.evidence import Evidence, Trial

WEAK = (Basis.ASSUMED, Basis.RECALLED)
"""Levels of basis on which no treatment's place should rest alone."""

LONGEST_LOOP = 4
"""Comparisons in the longest loop that is looked at; longer ones are made of these or say little."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A direct comparison: the trials that hold both treatments."""

    treatment: str
    versus: str
    studies: tuple[str, ...]
    participants: int


@dataclass(frozen=True, slots=True)
class WeakLink:
    """A treatment that would be cut off from the rest without these trials."""

    treatment: str
    rule: str
    studies: tuple[str, ...]


def graph(designs: Iterable[Sequence[str]]) -> nx.Graph:
    """Graph with an edge between every two treatments that meet in a trial."""
    network = nx.Graph()
    for arms in designs:
        network.add_nodes_from(arms)
        network.add_edges_from(combinations(arms, 2))
    return network


def components(designs: Iterable[Sequence[str]]) -> list[set[str]]:
    """Connected components, the largest first."""
    parts: list[set[str]] = [set(part) for part in nx.connected_components(graph(designs))]
    return sorted(parts, key=lambda part: (-len(part), sorted(part)))


def is_connected(evidence: Evidence) -> bool:
    """Whether the trials still hold every treatment of the network, all of them connected."""
    parts = components([trial.design for trial in evidence.trials])
    return len(parts) == 1 and len(parts[0]) == len(evidence.treatments)


def comparisons(evidence: Evidence) -> list[Comparison]:
    """Every direct comparison once, in the order of the treatments."""
    order = {treatment: i for i, treatment in enumerate(evidence.treatments)}
    found: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for trial in evidence.trials:
        for a, b in combinations(trial.arms, 2):
            found.setdefault((b.treatment, a.treatment), []).append((trial.id, a.n + b.n))
    pairs = sorted(found, key=lambda pair: (order[pair[1]], order[pair[0]]))
    return [
        Comparison(t, v, tuple(study for study, _ in found[t, v]), sum(people for _, people in found[t, v]))
        for t, v in pairs
    ]


def designs(evidence: Evidence) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Sets of treatments that trials compare, each with its trials; in the order of the treatments."""
    order = {treatment: i for i, treatment in enumerate(evidence.treatments)}
    found: dict[tuple[str, ...], list[str]] = {}
    for trial in evidence.trials:
        found.setdefault(trial.design, []).append(trial.id)
    ordered = sorted(found, key=lambda design: (len(design), [order[treatment] for treatment in design]))
    return {design: tuple(found[design]) for design in ordered}


def loops(evidence: Evidence) -> list[tuple[str, ...]]:
    """Every triangle and quadrilateral of direct comparisons, once each, going round.

    A loop begins with its first treatment in the order of the network, and goes on to the earlier of its neighbours.
    """
    order = {treatment: i for i, treatment in enumerate(evidence.treatments)}
    network = graph(trial.design for trial in evidence.trials)
    found = [_from_first(cycle, order) for cycle in nx.simple_cycles(network, length_bound=LONGEST_LOOP)]
    return sorted(found, key=lambda loop: (len(loop), [order[treatment] for treatment in loop]))


def _from_first(cycle: Sequence[str], order: Mapping[str, int]) -> tuple[str, ...]:
    start = min(range(len(cycle)), key=lambda place: order[cycle[place]])
    turned = [*cycle[start:], *cycle[:start]]
    if order[turned[-1]] < order[turned[1]]:
        turned = [turned[0], *reversed(turned[1:])]
    return tuple(turned)


def edges(loop: Sequence[str]) -> list[tuple[str, str]]:
    """The comparisons of a loop going round, treatment against versus; the last one closes it."""
    return [(treatment, versus) for versus, treatment in zip(loop, [*loop[1:], loop[0]], strict=True)]


def has_independent_evidence(evidence: Evidence, loop: Sequence[str]) -> bool:
    """Whether a loop can disagree with itself.

    It can if each of its comparisons can be given a trial of its own that does not hold the whole loop. One of them may
    be left to the trials with the whole loop: what they say of it can be set against the way round through the others.
    That is the rule of node-splitting, read round the loop.
    """
    sides = edges(loop)
    partial = _partial(evidence, loop)
    if _can_be_matched(sides, partial):
        return True
    if len(partial) == len(evidence.trials):
        return False
    return any(_can_be_matched([side for side in sides if side != left], partial) for left in sides)


def sides_of_other_trials(evidence: Evidence, loop: Sequence[str]) -> list[bool]:
    """For each comparison of a loop, whether a trial holds it that does not hold the whole loop."""
    partial = _partial(evidence, loop)
    return [any(set(side) <= design for design in partial) for side in edges(loop)]


def _partial(evidence: Evidence, loop: Sequence[str]) -> list[set[str]]:
    """Designs of the trials that do not hold the whole loop."""
    return [set(trial.design) for trial in evidence.trials if not set(loop) <= set(trial.design)]


def _can_be_matched(sides: Sequence[tuple[str, str]], designs: Sequence[set[str]]) -> bool:
    """Whether every comparison can be given a trial of its own."""
    pairs = nx.Graph()
    pairs.add_nodes_from(("side", side) for side in sides)
    for number, design in enumerate(designs):
        pairs.add_edges_from((("side", side), ("trial", number)) for side in sides if set(side) <= design)
    matched = nx.bipartite.maximum_matching(pairs, top_nodes=[("side", side) for side in sides])
    return all(("side", side) in matched for side in sides)


def has_indirect_path(evidence: Evidence, treatment: str, versus: str) -> bool:
    """Whether two treatments stay connected without the trials that hold both (van Valkenhoef et al. 2016)."""
    rest = graph(trial.design for trial in evidence.trials if not {treatment, versus} <= set(trial.design))
    return treatment in rest and versus in rest and nx.has_path(rest, treatment, versus)


def covers(better: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The pairs of an order that do not follow from others: the lines of its Hasse diagram (transitive reduction).

    Parameters
    ----------
    better : iterable of (treatment, versus)
        Pairs of which the first is above the second, without a circle.
    """
    return sorted(nx.transitive_reduction(nx.DiGraph(list(better))).edges)


def implied(better: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The pairs that follow from an order by a chain, but are not in it themselves."""
    given = nx.DiGraph(list(better))
    return sorted(set(nx.transitive_closure_dag(given).edges) - set(given.edges))


def weak_links(evidence: Evidence) -> list[WeakLink]:
    """Treatments whose link to the rest hangs on one trial, or only on trials of a weak basis."""
    links: list[WeakLink] = []
    for trial in evidence.trials:
        rest = [other for other in evidence.trials if other is not trial]
        links += [WeakLink(name, "one trial", (trial.id,)) for name in _cut_off(evidence, rest)]
    weak = [trial for trial in evidence.trials if trial.record is not None and trial.record.basis in WEAK]
    if weak:
        rest = [trial for trial in evidence.trials if trial not in weak]
        for name in _cut_off(evidence, rest):
            holding = tuple(t.id for t in weak if any(arm.treatment == name for arm in t.arms))
            links.append(WeakLink(name, "weak basis", holding or tuple(t.id for t in weak)))
    order = {treatment: i for i, treatment in enumerate(evidence.treatments)}
    return sorted(links, key=lambda link: (order[link.treatment], link.rule, link.studies))


def _cut_off(evidence: Evidence, trials: Sequence[Trial]) -> list[str]:
    """Treatments outside the largest component when only these trials are left."""
    if not trials:
        return list(evidence.treatments)
    parts = components([trial.design for trial in trials])
    return [treatment for treatment in evidence.treatments if treatment not in parts[0]]
