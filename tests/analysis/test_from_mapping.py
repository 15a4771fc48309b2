"""Every wrong word and combination of a specification is named by its key, with the words that are allowed."""

# ruff: noqa: E501 (a case is a line)

import pytest

import nma
from nma.analysis.priors import FAMILIES
from nma.analysis.rules import EXAMPLES, MODELS
from nma.errors import InputError
from nma.vocab import Effects, Family, Likelihood, Link, Measure

NORMAL = {"family": "normal", "scale": 10}
HALF = {"family": "half-normal", "scale": 0.5}
TURNER = {"family": "log-normal", "mean": -2.56, "sd": 1.74, "on": "variance"}
RISK = {"risk": 0.3, "source": "registry"}


def priors(**changes):
    return {"priors": {"effects": NORMAL, "heterogeneity": HALF, **changes}}


RR = {"measure": "RR", "link": "log"}
CASES = {
    "measure": ({"measure": "HR"}, "analysis measure: not an allowed word, got 'HR', allowed: RR, OR, RD"),
    "better": ({"better": "up"}, "analysis better: not an allowed word, got 'up', allowed: higher, lower"),
    "likelihood": ({"likelihood": "binominal"}, "likelihood: not an allowed word, got 'binominal', allowed: binomial, normal, did you mean 'binomial'?"),
    "link": ({"link": "lgoit"}, "link: not an allowed word, got 'lgoit', allowed: log, logit, identity, did you mean 'logit'?"),
    "effects": ({"effects": "fixed"}, "effects: not an allowed word, got 'fixed', allowed: random, common"),
    "unknown key": ({"refrence": "A"}, "analysis refrence: unknown key, allowed: name, title"),
    "number as word": ({"outcome": 5}, "outcome: must be text (put it in quotes), got 5"),
    "priors as list": ({"priors": [1]}, "priors: must be a mapping of keys to values, got a list"),
    "priors unknown key": (priors(hetero=HALF), "priors.hetero: unknown key, allowed: effects, heterogeneity, baseline, reason"),
    "family": (priors(heterogeneity={"family": "halfnormal", "scale": 1}), "priors.heterogeneity.family: not an allowed word, got 'halfnormal'"),
    "family for effects": (priors(effects=HALF), "priors.effects.family: not a family for effects, got 'half-normal', allowed: normal"),
    "family for spread": (priors(heterogeneity=NORMAL), "priors.heterogeneity.family: not a family for heterogeneity, got 'normal', allowed: half-normal, half-cauchy, uniform, log-normal"),
    "no scale": (priors(effects={"family": "normal"}), "priors.effects.scale: missing: a normal prior needs it, as in {family: normal, scale: 10}"),
    "wrong parameter": (priors(effects={"family": "normal", "scale": 1, "upper": 5}), "priors.effects.upper: a normal prior has no such key, allowed: scale, remove it"),
    "two wrong parameters": (priors(heterogeneity={"family": "uniform", "scale": 5}), "priors.heterogeneity.upper: missing: a uniform prior needs it"),
    "scale of zero": (priors(effects={"family": "normal", "scale": 0}), "priors.effects.scale: must be more than 0, got 0"),
    "scale as text": (priors(effects={"family": "normal", "scale": "wide"}), "priors.effects.scale: must be a number, got 'wide'"),
    "infinite scale": (priors(effects={"family": "normal", "scale": float("inf")}), "priors.effects.scale: must be a finite number, got inf"),
    "log-normal without on": (priors(heterogeneity={"family": "log-normal", "mean": -2, "sd": 1}), "priors.heterogeneity.on: missing: a log-normal prior needs it"),
    "common with spread": ({"effects": "common"}, "priors.heterogeneity: common effects have none, remove it"),
    "random without spread": ({"priors": {"effects": NORMAL}}, "priors.heterogeneity: missing: random effects need a prior on their spread, as in"),
    "identity": ({"link": "identity"}, "link: does not go with likelihood 'binomial', got 'identity', allowed: log, logit"),
    "OR with log": ({"link": "log"}, "measure: does not go with likelihood 'binomial' and link 'log', got 'OR', allowed: RR"),
    "RR without risk": ({"measure": "RR"}, "baseline_risk: missing: a logit link gives the RR only at a declared risk"),
    "risk not needed": ({"baseline_risk": RISK}, "baseline_risk: this measure does not depend on one, remove it"),
    "risk of 2": ({"measure": "RR", "baseline_risk": {"risk": 2, "source": "x"}}, "baseline_risk.risk: must be less than 1, got 2"),
    "Turner on RR": ({**RR, **priors(heterogeneity=TURNER)}, "priors.heterogeneity: the log-normal priors (Turner 2012, 2015) are for log odds ratios only"),
    "baseline prior": ({**RR, **priors(baseline=NORMAL)}, "priors.baseline: only the binomial likelihood with a logit link has one"),
    "draws": ({"sampling": {"draws": 10}}, "sampling.draws: must be 100 or more, got 10"),
    "sampling key": ({"sampling": {"drawz": 1000}}, "sampling.drawz: unknown key, allowed: chains, draws, tune, target_accept, did you mean 'draws'?"),
    "zero cells": ({"zero_cells": "none"}, "zero_cells: not an allowed word, got 'none', allowed: half in every arm, half in zero arms, refuse"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_mistake_is_named_by_its_key(mapping, case):
    changes, expected = CASES[case]
    nma.Analysis.from_mapping(mapping())
    with pytest.raises(InputError) as caught:
        nma.Analysis.from_mapping(mapping(**changes))
    lines = str(caught.value).splitlines()
    assert any(expected in line for line in lines), lines
    assert not any(jargon in str(lines) for jargon in ("Input should", "valid ", "instance of", "Value error", "tuple"))


@pytest.mark.parametrize(
    "key", ["outcome", "better", "measure", "likelihood", "link", "effects", "reference", "priors"]
)
def test_a_scientific_choice_has_no_default(mapping, key):
    choices = mapping()
    del choices[key]
    with pytest.raises(InputError, match=f"^analysis {key}: missing"):
        nma.Analysis.from_mapping(choices)


@pytest.mark.parametrize("what", [None, [], "long-term", 5])
def test_what_is_no_mapping_is_said(what):
    with pytest.raises(InputError, match="must be a mapping of keys to values"):
        nma.Analysis.from_mapping(what)


def test_every_mistake_is_said_at_once(mapping):
    spoiled = mapping(
        better="up", effects="common", link="identity", nonsense=1, **priors(effects={"family": "normal"})
    )
    with pytest.raises(InputError) as caught:
        nma.Analysis.from_mapping(spoiled)
    assert {problem.field for problem in caught.value.problems} == {
        "better", "nonsense", "link", "priors.heterogeneity", "priors.effects.scale",
    }  # fmt: skip


@pytest.mark.parametrize("measure", list(Measure))
@pytest.mark.parametrize("link", list(Link))
@pytest.mark.parametrize("likelihood", list(Likelihood))
def test_only_models_of_the_table_exist(mapping, likelihood, link, measure):
    needs_risk = (likelihood, link) == (Likelihood.BINOMIAL, Link.LOGIT) and measure != Measure.OR
    choices = mapping(
        likelihood=likelihood, link=link, measure=measure, **({"baseline_risk": RISK} if needs_risk else {})
    )
    if measure in MODELS.get((likelihood, link), ()):
        assert nma.Analysis.from_mapping(choices).measure is measure
    else:
        with pytest.raises(InputError, match=r"link: does not go|measure: does not go"):
            nma.Analysis.from_mapping(choices)


@pytest.mark.parametrize("effects", list(Effects))
@pytest.mark.parametrize("family", list(Family))
def test_only_priors_of_the_table_exist(mapping, family, effects):
    example = {"normal": NORMAL, "half-normal": HALF, "log-normal": TURNER}.get(
        family, {"family": family, **dict.fromkeys(FAMILIES[family].needs, 1)}
    )
    choices = mapping(effects=effects, **priors(heterogeneity=example))
    if "heterogeneity" in FAMILIES[family].stands_for and effects is Effects.RANDOM:
        assert nma.Analysis.from_mapping(choices).priors.heterogeneity.family is family
    else:
        with pytest.raises(InputError, match=r"priors\.heterogeneity"):
            nma.Analysis.from_mapping(choices)


def test_every_family_has_an_example():
    assert set(EXAMPLES) == set(FAMILIES) == set(Family)
    assert all(f"{name}:" in EXAMPLES[family] for family, row in FAMILIES.items() for name in row.needs)
