"""Every prior family has every column, and the columns agree."""

import numpy as np
import pytest
from comparators import assert_same

import nma
from nma.analysis import Prior
from nma.analysis.priors import FAMILIES
from nma.fitting.priors import DENSITIES, distribution
from nma.fitting.quiet import pymc
from nma.vocab import Family

EXAMPLES = [
    Prior(family="normal", scale=10),
    Prior(family="half-normal", scale=0.5),
    Prior(family="half-cauchy", scale=0.3),
    Prior(family="uniform", upper=5),
    Prior(family="log-normal", mean=-2.01, sd=1.64, on="variance"),
    Prior(family="log-normal", mean=-1.0, sd=0.8, on="sd"),
]


def test_every_family_has_its_rows():
    assert set(FAMILIES) == set(DENSITIES) == set(Family) == {prior.family for prior in EXAMPLES}


@pytest.mark.parametrize("prior", EXAMPLES, ids=lambda p: f"{p.family} {p.on or ''}")
def test_pymc_and_scipy_have_the_same_density(prior):
    pm = pymc()
    at = np.array([0.05, 0.4, 1.3])
    row = DENSITIES[prior.family]
    with pm.Model():
        variable = row.pymc(pm, "x", np.array(row.numbers(prior)), {})  # as data of the model: double precision
    density = pm.logp(variable, at).eval(mode="FAST_COMPILE")
    expected = distribution(prior).logpdf(at)
    assert_same(density - density[0], expected - expected[0])
    # PyMC holds some constants, such as the square root of 2π, in single precision: 24 bits.
    np.testing.assert_allclose(density, expected, rtol=2.0**-24)


def test_log_normal_on_the_variance_is_halved_for_the_sd():
    """Turner 2012, non-pharmacological and subjective: log tau² ~ N(-2.01, 1.64); median tau 0.37."""
    prior = EXAMPLES[4]
    assert distribution(prior).median() == pytest.approx(np.exp(-2.01 / 2))
    assert distribution(prior).ppf([0.025, 0.975]) == pytest.approx([0.07, 1.83], abs=0.006)


def test_turner_priors_are_refused_for_risk_ratios(mapping):
    priors = {
        "effects": {"family": "normal", "scale": 10},
        "heterogeneity": {"family": "log-normal", "mean": -2, "sd": 1.6, "on": "variance"},
    }
    assert nma.Analysis.from_mapping(mapping(priors=priors)).priors.heterogeneity.mean == -2
    with pytest.raises(nma.NmaError, match="log odds ratios only"):
        nma.Analysis.from_mapping(mapping(priors=priors, measure="RR", link="log"))
