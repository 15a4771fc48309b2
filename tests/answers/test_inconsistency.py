"""From a network to the methodologist's page, for networks that leave little to ask: a sentence each, no crash."""

import json

import pytest
from networks import fake_fit, frame_of

import nma
from nma.answers.inconsistency import inconsistency, sample, summary
from nma.answers.results import results
from nma.fitting import Task
from nma.output.inconsistency import write
from nma.vocab import MultiArm

PROVENANCE = {
    "project": "test", "command": "nma inconsistency", "created": "2026-11-22T00:00:00Z", "nma_version": "0",
    "specification_fingerprint": "a", "registry_fingerprint": "b", "versions": {},
}  # fmt: skip
NETWORKS = {
    "one trial": ("AB",),
    "one comparison": ("AB", "AB", "AB"),
    "a star": ("AB", "AC", "AD", "AB"),
    "a chain": ("AB", "BC", "CD"),
    "one multi-arm trial": ("ABC",),
    "multi-arm trials only": ("ABC", "ABC", "ABCD"),
    "every design once": ("AB", "AC", "BC"),
    "a triangle and a four-arm trial": ("AB", "AC", "BC", "BC", "ABCD"),
    "a quadrilateral with a spur": ("AB", "BC", "CD", "AD", "DE", "AB"),
    "complete": ("AB", "AC", "AD", "BC", "BD", "CD", "ABC", "ACD", "AB"),
}
PLANS = {
    "OR": {},
    "RR": {"measure": "RR", "link": "log"},
    "contrasts": {"measure": "RR", "likelihood": "normal", "link": "log"},
    "RD": {
        "measure": "RD", "likelihood": "normal", "link": "identity",
        "priors": {"effects": {"family": "normal", "scale": 1}, "heterogeneity": {"family": "half-normal", "scale": 1}},
    },
    "common": {"effects": "common", "priors": {"effects": {"family": "normal", "scale": 10}}},
}  # fmt: skip


def made(evidence, convention=MultiArm.SYMMETRIC):
    asked = []

    def fits(tasks):
        asked.extend(tasks)
        return {name: fake_fit(task) for name, task in tasks.items()}

    fit = fake_fit(Task(evidence, evidence.analysis))
    found = inconsistency(fit, sample(evidence, fits, convention), results(fit, {}, PROVENANCE))
    return found, asked


@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize("network", NETWORKS)
def test_every_network_has_its_numbers(analysis, network, plan):
    evidence = nma.Evidence.from_frame(frame_of(*NETWORKS[network]), analysis(**PLANS[plan]))
    found, _ = made(evidence)
    assert len(json.dumps(found, allow_nan=False)) > 1000


@pytest.mark.parametrize(("network", "plan"), [(name, "OR") for name in NETWORKS] + [("complete", p) for p in PLANS])
def test_every_network_has_its_page(analysis, tmp_path, project, network, plan):
    evidence = nma.Evidence.from_frame(frame_of(*NETWORKS[network]), analysis(**PLANS[plan]))
    found, _ = made(evidence)
    write(found, tmp_path, project.reports)
    page = (tmp_path / "inconsistency.html").read_text("utf-8")
    assert not [word for word in (">nan<", ">None<", "nan to", "inf to") if word in page]


@pytest.mark.parametrize("convention", list(MultiArm))
def test_every_convention_has_its_page(analysis, tmp_path, project, convention):
    evidence = nma.Evidence.from_frame(frame_of(*NETWORKS["complete"]), analysis())
    found, _ = made(evidence, convention)
    assert found["multi_arm"] == str(convention)
    write(found, tmp_path, project.reports)


def test_a_tree_asks_for_no_fit(analysis):
    found, asked = made(nma.Evidence.from_frame(frame_of("AB", "AC", "AD"), analysis()))
    assert asked == []
    assert (found["splits"], found["loops"], found["loops_note"]) == ([], [], "no loops")
    assert found["fit"]["unrelated_means"]["same_model"] is True
    assert found["fit"]["unrelated_means"]["dic"] == found["fit"]["dic"]
    assert found["influence"] == {"loop": None, "split": None, "global": None}


def test_the_worst_split_is_fitted_again_without_each_trial(analysis):
    evidence = nma.Evidence.from_frame(frame_of("AB", "AC", "BC", "AB", "AC", "BC"), analysis())
    found, asked = made(evidence)
    assert asked[:4] == [
        "split 1: B against A",
        "split 2: C against A",
        "split 3: C against B",
        "unrelated means",
    ]
    worst = max(found["splits"], key=lambda row: abs(row["difference"]))
    driven = found["influence"]["split"]
    assert (driven["treatment"], driven["versus"]) == (worst["treatment"], worst["versus"])
    assert driven["all"]["ratio"] == worst["ratio"]
    assert sorted(row["study"] for row in driven["rows"]) == [trial.id for trial in evidence.trials]


def test_without_sampling_it_says_that_it_is_not_complete(analysis, tmp_path, project):
    evidence = nma.Evidence.from_frame(frame_of("AB", "AC", "BC", "BC"), analysis())
    fit = fake_fit(Task(evidence, evidence.analysis))
    found = inconsistency(fit, None, results(fit, {}, PROVENANCE))
    assert (found["complete"], found["splits"], found["fit"]["unrelated_means"]) == (False, None, None)
    assert found["loops"]
    write(found, tmp_path, project.reports)
    assert "nma inconsistency" in (tmp_path / "inconsistency.html").read_text("utf-8")
    assert summary(found)["loops"] == found["loops"]


def test_names_that_look_like_anything_make_a_page(analysis, tmp_path, project):
    names = {"A": "A/B & <i>", "B": "nan", "C": "חדש", "D": "x" * 300}
    frame = frame_of("AB", "AC", "BC", "CD", "AD").assign(treatment=lambda f: f["treatment"].map(names))
    found, _ = made(nma.Evidence.from_frame(frame, analysis(reference=names["A"])))
    write(found, tmp_path, project.reports)
    assert "<i>" not in (tmp_path / "inconsistency.html").read_text("utf-8")


def test_names_that_read_alike_in_a_sentence_are_told_apart(analysis):
    """'Z against B' against 'C' and 'Z' against 'B against C' are two comparisons."""
    names = {"A": "Z", "B": "B against C", "C": "Z against B", "D": "C"}
    frame = frame_of("AB", "AC", "AD", "BC", "BD", "CD").assign(treatment=lambda f: f["treatment"].map(names))
    found, asked = made(nma.Evidence.from_frame(frame, analysis(reference="Z")))
    assert len(found["splits"]) == 6
    assert len({name for name in asked if name.startswith("split")}) == 6
    assert len({(row["treatment"], row["versus"]) for row in found["splits"]}) == 6
