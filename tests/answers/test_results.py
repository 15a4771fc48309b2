"""results.json: the keys people rely on, plain JSON, numbers equal to the answers."""

import json

import nma
from nma.answers.results import results

KEYS = {
    "schema", "analysis", "evidence", "direction", "treatments", "treatment_details", "relative_effects",
    "heterogeneity", "ranking", "sampling", "sensitivity", "provenance",
}  # fmt: skip


def test_results_are_plain_json_with_every_key(made_fit, analysis):
    fit = made_fit(analysis())
    found = json.loads(json.dumps(results(fit, {}, {"registry_fingerprint": "x"}), allow_nan=False))
    assert set(found) == KEYS
    assert found["treatments"] == ["A", "B", "C"]
    assert found["evidence"]["participants"] == sum(trial["participants"] for trial in found["evidence"]["trials"])
    assert len(found["relative_effects"]) == 6
    first = nma.relative_effects(fit).iloc[0]
    assert found["relative_effects"][0]["median"] == first["median"]
    assert {row["treatment"] for row in found["ranking"]} == {"A", "B", "C"}
    assert found["sampling"]["converged"] is True


def test_a_set_that_could_not_be_fitted_says_why(made_fit, analysis, mapping):
    entry = {"no-b": {"title": "Without B", "reason": "a test", "patch": {"reference": "C"}}}
    fit = made_fit(nma.Analysis.from_mapping(mapping(sensitivity=entry)))
    found = results(fit, {"no-b": {"error": "the network falls apart", "error_key": "network"}}, {})
    assert found["sensitivity"] == [
        {
            "id": "no-b",
            "title": "Without B",
            "reason": "a test",
            "error": "the network falls apart",
            "error_key": "network",
        }
    ]


def test_common_effects_have_null_where_nothing_is_predicted(made_fit, mapping):
    plan = nma.Analysis.from_mapping(mapping(effects="common", priors={"effects": {"family": "normal", "scale": 10}}))
    found = results(made_fit(plan, tau=None), {}, {})
    assert found["heterogeneity"] is None
    assert found["relative_effects"][0]["predictive_lower"] is None
    assert found["ranking"][0]["predictive_cumulative"] is None
