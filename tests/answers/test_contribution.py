"""Contributions: netmeta's estimates, direct evidence and paths; a brute-force walk; invariants; small networks."""

import json
from itertools import combinations
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from comparators import assert_same
from networks import fake_fit, frame_of

import nma
from nma.answers import contribution
from nma.answers.contribution import by_name, contributions, contributions_at, two_step
from nma.answers.flows import SEARCHED, Arms, aggregate, shares, usual
from nma.fitting import Task
from nma.vocab import FlowPaths

REFERENCE = Path(__file__).parents[1] / "reference"
PINS = json.loads((REFERENCE / "contributions.json").read_text("utf-8"))
CASES = [name for name in PINS if " " in name]
LINKS = {"OR": "logit", "RR": "log"}
PRINTED = 1e-6
"""The reference files print eight significant digits, of numbers up to 2."""


@pytest.fixture
def loaded(analysis):
    """Evidence of a pinned case, with the pin."""

    def load(case, reference=None, rename=None):
        pin = PINS[case]
        names = rename or {}
        reference = names.get(reference or pin["reference"], reference or pin["reference"])
        plan = analysis(measure=pin["measure"], link=LINKS[pin["measure"]], reference=reference)
        frame = pd.read_csv(REFERENCE / f"{pin['data']}.data.csv").rename(columns={"r": "events"})
        return nma.Evidence.from_frame(frame.replace({"treatment": names}), plan), pin

    return load


def league_of(pin, names):
    """Estimates of each two treatments in the order of ``names``, the second against the first."""
    place = [pin["treatments"].index(name) for name in names]
    return [pin["league"]["TE"][place[b]][place[a]] for a, b in combinations(range(len(names)), 2)]


@pytest.mark.parametrize("case", CASES)
def test_hat_matrix_gives_netmetas_estimates(loaded, case):
    evidence, pin = loaded(case)
    network = two_step(evidence, pin["tau"])
    assert list(by_name(evidence)) == pin["treatments"]
    np.testing.assert_allclose(network.hat() @ network.direct, league_of(pin, by_name(evidence)), atol=PRINTED)


@pytest.mark.parametrize("estimator", ["DL", "REML"])
def test_hat_matrix_of_mean_differences(estimator):
    """Parkinson, with a three-arm trial: the arithmetic does not know what an arm's value is."""
    pin, frame = PINS["parkinson"], pd.read_csv(REFERENCE / "parkinson.data.csv")
    names = pin["treatments"]
    trials = [
        Arms(
            tuple(names.index(name) for name in rows["treatment"]),
            rows["mean"].to_numpy(),
            (rows["sd"] ** 2 / rows["n"]).to_numpy(),
        )
        for _, rows in frame.groupby("study")
    ]
    network = aggregate(trials, len(names), pin[estimator]["tau"])
    expected = league_of({"treatments": names, **pin[estimator]}, names)
    np.testing.assert_allclose(network.hat() @ network.direct, expected, atol=PRINTED)


@pytest.mark.parametrize("case", CASES)
def test_diagonal_is_the_proportion_of_direct_evidence(loaded, case):
    """netsplit's ``prop`` counts a multi-arm trial as if its comparison stood alone; elsewhere it is H's diagonal."""
    evidence, pin = loaded(case)
    network, names = two_step(evidence, pin["tau"]), by_name(evidence)
    hat, pairs = network.hat(), network.pairs.tolist()
    shared = {pair for t in evidence.trials if len(t.arms) > 2 for pair in combinations(sorted(t.design), 2)}
    checked = 0
    for comparison, expected in pin["proportion"].items():
        treatments = comparison.split(":")
        if tuple(sorted(treatments)) in shared:
            continue
        edge = sorted(names.index(name) for name in treatments)
        assert hat[pairs.index(edge), network.edges.tolist().index(edge)] == pytest.approx(expected, abs=PRINTED)
        checked += 1
    assert checked


@pytest.mark.parametrize("case", CASES)
def test_shortest_paths_of_igraph(loaded, case):
    """The same hat matrix taken apart by R's igraph as netcontrib does, ten digits."""
    evidence, pin = loaded(case)
    found = contributions_at(evidence, pin["tau"])
    assert found.method is FlowPaths.SHORTEST
    names = by_name(evidence)
    columns = [f"{names[a]}:{names[b]}" for a, b in found.network.edges]
    for (a, b), row in zip(found.network.pairs, found.comparisons, strict=True):
        expected = pin["shortest_path"][f"{names[a]}:{names[b]}"]
        assert_same_ten_digits(row, [expected.get(column, 0.0) for column in columns])


def assert_same_ten_digits(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


def test_many_equal_paths_of_igraph():
    """A made-up network of eight treatments, full of paths of one length: the choice among them is netcontrib's."""
    pin = PINS["made"]
    places = [tuple("ABCDEFGH".index(name) for name in pair.split(":")) for pair in pin["weights"]]
    weights = pin["weights"].values()
    arms = [Arms(pair, np.zeros(2), np.array([1 / w, 1e-300])) for pair, w in zip(places, weights, strict=True)]
    found = shares(aggregate(arms, 8, 0.0), FlowPaths.SHORTEST)
    assert_same_ten_digits(found, pin["shortest_path"])


def brute_force(network, pair):
    """Every walk of a flow, one by one, with its probability: the definition of the random-walk method."""
    hat = network.hat()[network.pairs.tolist().index(list(pair))]
    graph, found = nx.DiGraph(), np.zeros(len(hat))
    for (a, b), flow in zip(network.edges.tolist(), hat, strict=True):
        if abs(flow) > 1e-12:
            graph.add_edge(*((a, b) if flow > 0 else (b, a)), flow=abs(flow))
    for path in nx.all_simple_edge_paths(graph, *pair):
        chance = np.prod([graph.edges[e]["flow"] / graph.out_degree(e[0], weight="flow") for e in path])
        for edge in path:
            found[network.edges.tolist().index(sorted(edge))] += chance / len(path)
    return found


@pytest.mark.parametrize("case", [case for case in CASES if case.endswith("RR")])
def test_random_walk_is_the_sum_over_all_walks(loaded, case):
    evidence, pin = loaded(case)
    network = two_step(evidence, pin["tau"])
    found = shares(network, FlowPaths.RANDOM_WALK)
    for place, pair in enumerate(network.pairs.tolist()):
        assert_same(found[place], brute_force(network, pair))


def drawn(rng, treatments, trials):
    """A connected network of two- and three-arm trials with made-up values."""
    found = []
    for number in range(trials):
        size = 3 if number % 4 == 3 else 2
        places = (number, number + 1) if number < treatments - 1 else tuple(rng.choice(treatments, size, replace=False))
        found.append(Arms(places, rng.normal(size=len(places)), rng.uniform(0.02, 0.5, len(places))))
    return found


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("method", FlowPaths)
def test_what_holds_in_every_network(seed, method):
    """Rows sum to 1; no path gives a comparison more than its flow; trials add up to their comparisons."""
    rng = np.random.default_rng(seed)
    trials = drawn(rng, 7, 16)
    network = aggregate(trials, 7, 0.3)
    found, hat = shares(network, method), network.hat()
    np.testing.assert_allclose(found.sum(axis=1), 1.0, atol=1e-9)
    assert found.min() >= 0
    assert (found <= np.abs(hat) + 1e-12).all()
    of_trials = network.of_trials(found, len(trials))
    np.testing.assert_allclose(of_trials.sum(axis=1), 1.0, atol=1e-9)
    leaving = np.zeros((len(hat), 7))
    for edge, (a, b) in enumerate(network.edges):
        leaving[:, a] += hat[:, edge]
        leaving[:, b] -= hat[:, edge]
    expected = np.zeros_like(leaving)
    expected[np.arange(len(hat)), network.pairs[:, 0]], expected[np.arange(len(hat)), network.pairs[:, 1]] = 1, -1
    np.testing.assert_allclose(leaving, expected, atol=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_weights_agree_with_generalised_least_squares(seed):
    """The mesh of each trial and the contrasts with their covariance say the same: estimates and variances."""
    rng = np.random.default_rng(seed)
    trials, tau = drawn(rng, 6, 14), 0.4
    network = aggregate(trials, 6, tau)
    information, moment = np.zeros((5, 5)), np.zeros(5)
    for trial in trials:
        design = np.zeros((len(trial.places) - 1, 6))
        for row, place in enumerate(trial.places[1:]):
            design[row, place], design[row, trial.places[0]] = 1, -1
        own = trial.variance + tau**2 / 2
        weight = np.linalg.inv(np.diag(own[1:]) + own[0])
        information += design[:, 1:].T @ weight @ design[:, 1:]
        moment += design[:, 1:].T @ weight @ (trial.value[1:] - trial.value[0])
    effects, covariance = np.r_[0, np.linalg.solve(information, moment)], np.zeros((6, 6))
    covariance[1:, 1:] = np.linalg.inv(information)
    potentials = network.potentials()
    for place, (a, b) in enumerate(network.pairs):
        assert (network.hat() @ network.direct)[place] == pytest.approx(effects[b] - effects[a], abs=1e-10)
        variance = covariance[a, a] + covariance[b, b] - 2 * covariance[a, b]
        assert potentials[place, a] - potentials[place, b] == pytest.approx(variance, rel=1e-9)


def by_pair(found):
    """Shares of trials and comparisons, whichever way round a pair is written."""
    told = {}
    for row in found.plain()["pairs"]:
        comparisons = {frozenset((it["treatment"], it["versus"])): it["share"] for it in row["by_comparison"]}
        trials = {it["study"]: it["share"] for it in row["by_trial"]}
        told[frozenset((row["treatment"], row["versus"]))] = (row["direct"], comparisons, trials)
    return told


def assert_same_shares(one, two):
    assert one.keys() == two.keys()
    for pair, (direct, *kinds) in one.items():
        assert direct == two[pair][0]
        for shares_one, shares_two in zip(kinds, two[pair][1:], strict=True):
            for key in shares_one.keys() | shares_two.keys():
                assert shares_one.get(key, 0.0) == pytest.approx(shares_two.get(key, 0.0), abs=1e-9)


@pytest.mark.parametrize("method", FlowPaths)
@pytest.mark.parametrize("reference", ["t-PA", "UK"])
def test_another_reference_changes_nothing(loaded, method, reference):
    case = "thrombolytics_tsd OR"
    one, _ = loaded(case)
    two, _ = loaded(case, reference)
    assert one.treatments != two.treatments
    assert_same_shares(by_pair(contributions_at(one, 0.1, method)), by_pair(contributions_at(two, 0.1, method)))


@pytest.mark.parametrize(
    ("case", "method", "moved"),
    [
        ("smoking OR", FlowPaths.SHORTEST, 1e-9),
        ("smoking OR", FlowPaths.RANDOM_WALK, 1e-9),
        ("thrombolytics_tsd OR", FlowPaths.RANDOM_WALK, 1e-9),
        ("thrombolytics_tsd OR", FlowPaths.SHORTEST, 0.01),
    ],
)
def test_names_only_name(loaded, case, method, moved):
    """Other names permute only. Where paths of three or more steps compete, netmeta's choice hangs on the names."""
    one, _ = loaded(case)
    names = dict(zip(sorted(one.treatments), sorted(one.treatments, reverse=True), strict=True))
    two, _ = loaded(case, rename=names)
    other = by_pair(contributions_at(two, 0.1, method))
    for pair, (_, comparisons, _) in by_pair(contributions_at(one, 0.1, method)).items():
        found = other[frozenset(names[name] for name in pair)][1]
        for edge, share in comparisons.items():
            assert found.get(frozenset(names[name] for name in edge), 0.0) == pytest.approx(share, abs=moved)


@pytest.mark.parametrize("method", FlowPaths)
def test_star_in_closed_form(analysis, method):
    """Without loops each comparison rests on its one path, in equal parts."""
    evidence = nma.Evidence.from_frame(frame_of("AB", "AC", "AD", "AD"), analysis())
    found = by_pair(contributions_at(evidence, 0.2, method))
    for pair, (direct, comparisons, trials) in found.items():
        assert direct == ("A" in pair)
        others = sorted(pair - {"A"})
        assert_same([comparisons[frozenset("A" + name)] for name in others], [1 / len(others)] * len(others))
        assert sum(trials.values()) == pytest.approx(1.0, abs=1e-12)


def test_triangle_by_hand():
    """Three comparisons of weight 1, 2 and 4: AB has 1 / (1 + 2·4/6) of its flow direct, the rest over C in halves."""
    network = aggregate(
        [
            Arms((a, b), np.zeros(2), np.array([v, 0.0]) + 1e-300)
            for a, b, v in ((0, 1, 1), (0, 2, 1 / 2), (1, 2, 1 / 4))
        ],
        3,
        0.0,
    )
    direct = 1 / (1 + 2 * 4 / 6)
    for method in FlowPaths:
        assert_same(shares(network, method)[0], [direct, (1 - direct) / 2, (1 - direct) / 2])


@pytest.mark.parametrize("design", ["AB", "ABC"])
def test_one_trial(analysis, design):
    evidence = nma.Evidence.from_frame(frame_of(design), analysis())
    for pair, (direct, comparisons, trials) in by_pair(contributions_at(evidence, 0.2)).items():
        assert direct
        assert trials == {"t0": pytest.approx(1.0)}
        assert len(design) > 2 or comparisons == {pair: pytest.approx(1.0)}


def test_arms_of_very_different_size():
    """A trial of a thousand million people beside one of ten: shares stay shares."""
    trials = [Arms((0, 1), np.zeros(2), np.full(2, v)) for v in (1e-9, 1.0)]
    trials += [Arms((1, 2), np.zeros(2), np.full(2, 1e3)), Arms((0, 2), np.zeros(2), np.full(2, 1e-6))]
    for method in FlowPaths:
        found = shares(aggregate(trials, 3, 0.0), method)
        np.testing.assert_allclose(found.sum(axis=1), 1.0, atol=1e-9)
        assert np.isfinite(found).all()


@pytest.mark.parametrize("effects", ["random", "common"])
def test_of_a_fit(analysis, triangle, effects):
    """At the posterior median of τ; at 0 for common effects."""
    evidence = nma.Evidence.from_frame(triangle, analysis(effects=effects) if effects == "random" else common(analysis))
    fit = fake_fit(Task(evidence, evidence.analysis))
    found = contributions(fit)
    expected = 0.0 if effects == "common" else float(np.median(fit.heterogeneity_sd))
    assert found.tau == pytest.approx(expected, abs=1e-12)
    plain = json.loads(json.dumps(found.plain(), allow_nan=False))
    assert plain["method"] == "shortest path"
    assert [(row["versus"], row["treatment"]) for row in plain["pairs"]] == [("A", "B"), ("A", "C"), ("B", "C")]
    for row in plain["pairs"]:
        for kind in ("by_comparison", "by_trial"):
            told = [it["share"] for it in row[kind]]
            assert sum(told) == pytest.approx(1.0, abs=1e-9)
            assert told == sorted(told, reverse=True)


def common(analysis):
    return analysis(effects="common", priors={"effects": {"family": "normal", "scale": 10}})


def test_many_shares_are_kept_for_the_reference(analysis, triangle, monkeypatch):
    evidence = nma.Evidence.from_frame(triangle, analysis())
    monkeypatch.setattr(contribution, "MOST_SHARES", 5)
    found = contributions_at(evidence, 0.1)
    for kind in ("by_trial", "by_comparison"):
        assert [bool(row[kind]) for row in found.plain()["pairs"]] == [True, True, False]
        assert all(row[kind] for row in found.plain(["C", "B", "A"])["pairs"])
        assert sum(row["share"] for row in found.plain()["overall"][kind]) == pytest.approx(1.0)


def test_a_large_network_is_walked():
    """Where listing paths would take minutes, the method says that it is another."""
    rng = np.random.default_rng(1)
    network = aggregate(drawn(rng, 60, 2000), 60, 0.3)
    assert len(network.pairs) * len(network.edges) > SEARCHED
    assert usual(network) is FlowPaths.RANDOM_WALK
    np.testing.assert_allclose(shares(network, usual(network)).sum(axis=1), 1.0, atol=1e-9)


@pytest.fixture(scope="module")
def depression():
    """The two-step model of the published contrasts: 11 treatments, trials of up to four arms, common effects."""
    frame = pd.read_csv(REFERENCE / "depression.data.csv")
    return aggregate([arms_of(rows) for _, rows in frame.groupby("study")], 11, 0.0)


def arms_of(rows):
    """Values and variances of arms whose differences are the contrasts of a trial."""
    names = sorted({*rows["treat1"], *rows["treat2"]})
    design = np.zeros((len(rows), len(names)))
    for row, (one, two) in enumerate(zip(rows["treat1"], rows["treat2"], strict=True)):
        design[row, names.index(one)], design[row, names.index(two)] = 1, -1
    value = np.linalg.lstsq(design, -rows["TE"].to_numpy(), rcond=None)[0]
    variance = np.linalg.lstsq(np.abs(design), rows["seTE"].to_numpy() ** 2, rcond=None)[0]
    return Arms(tuple(name - 1 for name in names), value, variance)


def published(network, kind):
    """What the authors print, comparison by comparison."""
    return [PINS["depression"][kind][f"{a + 1}-{b + 1}"] for a, b in network.edges]


def test_weights_and_flow_of_davies(depression):
    """Appendix D: adjusted weights to six digits; the flow of 1 to 3 to the seven digits of the contrasts."""
    for weight, printed in zip(depression.weights, published(depression, "weights"), strict=True):
        assert weight == pytest.approx(float(printed), rel=5e-6)
    row = depression.pairs.tolist().index([0, 2])
    expected = [float(value) for value in published(depression, "flow")]
    np.testing.assert_allclose(depression.hat()[row], expected, atol=1e-6)


def test_random_walk_of_davies(depression):
    """Table 4, six significant digits."""
    row = depression.pairs.tolist().index([0, 2])
    expected = [float(value) for value in published(depression, "random_walk")]
    np.testing.assert_allclose(shares(depression, FlowPaths.RANDOM_WALK)[row], expected, atol=1e-6)


def test_shortest_paths_of_davies(depression):
    """Table 4 to the seven digits of the contrasts."""
    row = depression.pairs.tolist().index([0, 2])
    expected = [float(value) for value in published(depression, "shortest_path")]
    np.testing.assert_allclose(shares(depression, FlowPaths.SHORTEST)[row], expected, atol=1e-6)
