"""How evidence flows through a network: the hat matrix of the two-step model, and what it says of contributions.

A trial with arm values y_i, each seen with variance a_i (its sampling variance and half the between-trial variance),
says as much as independent comparisons of each two of its arms with the weights

    w_ij = b_i b_j / Σ b,   b = 1 / a,

whatever its number of arms: the star of its arms turned into a mesh. These are the adjusted weights of Rücker 2012
(doi:10.1002/jrsm.1058). Added up over trials they give the aggregate model of Davies et al. 2022
(doi:10.1002/sim.9346): first a direct estimate for each comparison, then the network's from these, by weighted least
squares. Row ab of its hat matrix H = B L⁺ B'W is a flow of evidence: one unit leaves a, one arrives at b, and elsewhere
as much comes as goes. Taken apart into paths, each path shares its flow equally among its comparisons; a comparison's
shares add up to its contribution (Papakonstantinou et al. 2018, doi:10.12688/f1000research.14770.3).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from nma.vocab import FlowPaths

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]

NO_FLOW = 1e-12
"""Flow, of a unit, that is no more than rounding."""
SEARCHED = 300_000
"""Pairs times direct comparisons up to which paths are looked for one by one: a few seconds, 60 treatments with 160
comparisons. Beyond, only the random walk, which lists no path, is quick."""


@dataclass(frozen=True)
class Arms:
    """One trial: which treatments its arms are, by place, with the value and the sampling variance of each."""

    places: tuple[int, ...]
    value: Floats
    variance: Floats


@dataclass(frozen=True)
class Aggregate:
    """The two-step model of S trials on T treatments with E direct comparisons, from M rows of two arms of a trial.

    Attributes
    ----------
    size : int
        T.
    edges : array, shape (E, 2)
        Treatments of each direct comparison by place, the lower first, in order.
    trial, edge : array, shape (M,)
        Which trial a row belongs to, and which comparison it informs.
    weight, estimate : array, shape (M,)
        Adjusted weight of each row, and its estimate: the second treatment against the first.
    """

    size: int
    edges: Ints
    trial: Ints
    edge: Ints
    weight: Floats
    estimate: Floats

    @property
    def weights(self) -> Floats:
        """Weight of each direct comparison; shape (E,)."""
        return np.asarray(np.bincount(self.edge, self.weight, len(self.edges)), dtype=float)

    @property
    def direct(self) -> Floats:
        """Direct estimate of each comparison; shape (E,)."""
        summed = np.bincount(self.edge, self.weight * self.estimate, len(self.edges))
        return np.asarray(summed / self.weights, dtype=float)

    @property
    def pairs(self) -> Ints:
        """Every two treatments by place, the lower first; shape (P, 2)."""
        return np.array(list(combinations(range(self.size), 2)), dtype=np.int64)

    def inverse(self) -> Floats:
        """Pseudo-inverse of the Laplacian of the weights; shape (T, T)."""
        laplacian = np.zeros((self.size, self.size))
        lower, upper = self.edges.T
        np.add.at(laplacian, (lower, upper), -self.weights)
        laplacian += laplacian.T
        laplacian -= np.diag(laplacian.sum(axis=1))
        scale = float(np.mean(self.weights))
        even = np.full_like(laplacian, scale / self.size)
        found: Floats = np.linalg.inv(laplacian + even) - 1 / (scale * self.size)
        return found

    def potentials(self) -> Floats:
        """Of each pair's flow at each treatment, falling from its first treatment to its second; shape (P, T)."""
        inverse, pairs = self.inverse(), self.pairs
        potentials: Floats = inverse[pairs[:, 0]] - inverse[pairs[:, 1]]
        return potentials

    def hat(self) -> Floats:
        """The long hat matrix H: network estimates = H times the direct ones; shape (P, E)."""
        potentials = self.potentials()
        hat: Floats = self.weights * (potentials[:, self.edges[:, 0]] - potentials[:, self.edges[:, 1]])
        return hat

    def of_trials(self, shares: Floats, trials: int) -> Floats:
        """Shares of comparisons, shape (P, E), given on to their trials by weight; shape (P, S)."""
        within = self.weight / self.weights[self.edge]
        given = np.zeros((len(self.edges), trials))
        np.add.at(given, (self.edge, self.trial), within)
        found: Floats = shares @ given
        return found


def aggregate(trials: Iterable[Arms], size: int, tau: float) -> Aggregate:
    """Put trials together; ``tau`` is the between-trial standard deviation, on the scale on which effects add."""
    rows = [(number, *row) for number, trial in enumerate(trials) for row in _mesh(trial, tau)]
    found = {pair: place for place, pair in enumerate(sorted({row[1] for row in rows}))}
    return Aggregate(
        size,
        np.array(list(found), dtype=np.int64),
        np.array([row[0] for row in rows], dtype=np.int64),
        np.array([found[row[1]] for row in rows], dtype=np.int64),
        np.array([row[2] for row in rows]),
        np.array([row[3] for row in rows]),
    )


def _mesh(trial: Arms, tau: float) -> Iterable[tuple[tuple[int, int], float, float]]:
    """Each two arms of a trial: their treatments, adjusted weight and estimate."""
    precision = 1 / (trial.variance + tau**2 / 2)
    total = precision.sum()
    for first, second in combinations(np.argsort(trial.places), 2):
        pair = (int(trial.places[first]), int(trial.places[second]))
        yield pair, float(precision[first] / total * precision[second]), float(trial.value[second] - trial.value[first])


def usual(network: Aggregate) -> FlowPaths:
    """The method of netmeta and CINeMA, the shortest path first, where the network is not too large for it."""
    searched = len(network.pairs) * len(network.edges)
    return FlowPaths.SHORTEST if searched <= SEARCHED else FlowPaths.RANDOM_WALK


def shares(network: Aggregate, method: FlowPaths) -> Floats:
    """What each direct comparison contributes to each pair; shape (P, E), rows add up to 1."""
    found = _METHODS[method](network)
    scaled: Floats = found / found.sum(axis=1, keepdims=True)
    return scaled


def _flows(network: Aggregate) -> Floats:
    """Flow of each pair from treatment to treatment, nothing where it goes the other way; shape (P, T, T)."""
    hat, (lower, upper) = network.hat(), network.edges.T
    flows = np.zeros((len(hat), network.size, network.size))
    flows[:, lower, upper] = np.where(hat > NO_FLOW, hat, 0.0)
    flows[:, upper, lower] = np.where(hat < -NO_FLOW, -hat, 0.0)
    return flows


def _random_walk(network: Aggregate) -> Floats:
    """A walker leaves each treatment along its flows, in proportion to them (Davies et al. 2022, their section 4).

    The walks that pass a comparison add up without being listed: Φ_k(i) is the flow that reaches i by k steps, Ψ_l(j)
    the probability of walking from j to the end in l steps, and a comparison ij gets Σ_kl Φ_k(i) p_ij Ψ_l(j)/(k+l+1).
    """
    size, found = network.size, []
    steps = np.arange(size)
    lengths = 1.0 / (steps[:, None] + steps[None, :] + 1)
    for flow, (start, end) in zip(_flows(network), network.pairs, strict=True):
        flow[end] = 0.0
        leaving = flow.sum(axis=1, keepdims=True)
        walk = np.divide(flow, leaving, out=np.zeros_like(flow), where=leaving > 0)
        reached, left = np.zeros((size, size)), np.zeros((size, size))
        reached[0, start] = left[0, end] = 1.0
        for step in range(1, size):
            reached[step] = reached[step - 1] @ walk
            left[step] = walk @ left[step - 1]
        passed = walk * (reached.T @ lengths @ left)
        found.append((passed + passed.T)[network.edges[:, 0], network.edges[:, 1]])
    return np.array(found)


def _shortest_paths(network: Aggregate) -> Floats:
    """The shortest path first, with as much flow as it carries, then the next (Papakonstantinou et al. 2018).

    Among paths of one length the choice is free. It is netmeta's here, so that the shares are its own: it hangs on the
    order of treatments, and moves a share by up to a hundredth where many paths of three comparisons share one.
    """
    found, lines = [], [(int(lower), int(upper)) for lower, upper in network.edges]
    for flow, row, pair in zip(_flows(network), network.hat(), network.pairs, strict=True):
        passed = _taken_apart(flow, (int(pair[0]), int(pair[1])), _first_met(lines, row))
        found.append((passed + passed.T)[network.edges[:, 0], network.edges[:, 1]])
    return np.array(found)


def _first_met(lines: Sequence[tuple[int, int]], row: Floats) -> list[int]:
    """Treatments in the order in which the comparisons, each written along its flow, name them."""
    ends = (line if flow > 0 else line[::-1] for line, flow in zip(lines, row, strict=True))
    return list(dict.fromkeys(place for line in ends for place in line))


Onward = dict[int, dict[int, float]]


def _taken_apart(flow: Floats, pair: tuple[int, int], order: Sequence[int]) -> Floats:
    """Shares of the comparisons of one flow, by direction; shape (T, T)."""
    start, end = pair
    passed, left = np.zeros_like(flow), flow.copy()
    # Paths of one or two comparisons share none of them: all at once.
    through = np.minimum(flow[start], flow[:, end])
    passed[start] += through / 2
    passed[:, end] += through / 2
    passed[start, end] = flow[start, end]
    left[start] -= through
    left[:, end] -= through
    left[start, end] = 0.0
    rest = {here: {there: float(left[here, there]) for there in order if left[here, there] > NO_FLOW} for here in order}
    while steps := _first_of_shortest(rest, start, end):
        carried = min(rest[here][there] for here, there in steps)
        for here, there in steps:
            passed[here, there] += carried / len(steps)
            rest[here][there] -= carried
            if rest[here][there] <= NO_FLOW:
                del rest[here][there]
    return passed


def _first_of_shortest(rest: Onward, start: int, end: int) -> list[tuple[int, int]]:
    """The comparisons of a shortest path from start to end, the first found going breadth first; none where it ends."""
    before, waiting = {start: start}, deque([start])
    while waiting and end not in before:
        here = waiting.popleft()
        for there in rest[here]:
            if there not in before:
                before[there] = here
                waiting.append(there)
    steps, here = [], end
    while here in before and here != start:
        steps.append((before[here], here))
        here = before[here]
    return steps


_METHODS: Mapping[FlowPaths, Callable[[Aggregate], Floats]] = {
    FlowPaths.SHORTEST: _shortest_paths,
    FlowPaths.RANDOM_WALK: _random_walk,
}
