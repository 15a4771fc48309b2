"""The graph of treatments and their direct comparisons (the only networkx)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import networkx as nx

from nma.vocab import Basis

if TYPE_CHECKING:
    from nma.evidence.evidence import Evidence, Trial

WEAK = (Basis.ASSUMED, Basis.RECALLED)
"""Levels of basis on which no treatment's place should rest alone."""


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
    parts = components([[arm.treatment for arm in trial.arms] for trial in trials])
    return [treatment for treatment in evidence.treatments if treatment not in parts[0]]
