"""Every trial of the registry is used, or left out by a named rule with its reason."""

import pytest

import nma
from nma.evidence import select
from nma.evidence.network import comparisons, weak_links
from nma.vocab import Basis


@pytest.fixture(scope="module")
def long_term(project):
    return select(project.registry, project.analysis("long-term"))


def test_each_trial_is_used_or_has_a_reason(project, long_term):
    used = [trial.id for trial in long_term.trials]
    left = [exclusion.id for exclusion in long_term.excluded]
    assert sorted(used + left) == sorted(project.registry.studies)
    assert all(exclusion.reason.strip() and exclusion.rule for exclusion in long_term.excluded)


def test_long_term_takes_the_record_of_the_right_time(long_term):
    months = {trial.id: trial.record.months for trial in long_term.trials}
    assert min(months.values()) > 12
    assert months["tsang-2009"] == 15
    assert months["hoffmann-2012"] == 24
    assert months["macias-2006"] == 24


def test_short_term_stays_within_a_year(project):
    evidence = select(project.registry, project.analysis("short-term"))
    assert max(trial.record.months for trial in evidence.trials) <= 12
    assert next(t for t in evidence.trials if t.id == "erickson-2021").record.months == 12


def test_psychiatric_care_hangs_on_trials_of_a_weak_basis(long_term):
    links = {(link.treatment, link.rule): link.studies for link in weak_links(long_term)}
    assert links == {("PCO", "weak basis"): ("drake-2013", "viering-2015")}


def test_without_one_of_them_it_hangs_on_the_other(project):
    plan = project.analysis("long-term")
    patched = plan.patched(plan.sensitivity["without-drake-2013"].patch)
    links = [(link.treatment, link.rule, link.studies) for link in weak_links(select(project.registry, patched))]
    assert ("PCO", "one trial", ("viering-2015",)) in links


def test_strict_basis_takes_no_assumed_arm_sizes(project):
    plan = project.analysis("long-term")
    evidence = select(project.registry, plan.patched(plan.sensitivity["strict-basis"].patch))
    assert Basis.ASSUMED not in {trial.record.basis for trial in evidence.trials}
    assert "PCO" not in evidence.treatments


def test_recoding_moves_an_arm(project):
    plan = project.analysis("long-term")
    evidence = select(project.registry, plan.patched(plan.sensitivity["drake-2013-as-seplus"].patch))
    drake = next(trial for trial in evidence.trials if trial.id == "drake-2013")
    assert {arm.treatment for arm in drake.arms} == {"SEplus", "PCO"}


def test_arms_of_one_node_are_combined_and_the_log_says_so(project):
    plan = project.analysis("long-term")
    label = project.registry.studies["zhang-2017"].arms[1].label
    recode = {"zhang-2017": {label: {"node": "SEplus"}}}
    evidence = select(project.registry, plan.patched({"select": {"recode": recode}}))
    zhang = next(trial for trial in evidence.trials if trial.id == "zhang-2017")
    combined = next(arm for arm in zhang.arms if arm.treatment == "SEplus")
    assert (combined.events, combined.n) == (34 + 27, 54 + 54)
    assert any("Zhang 2017" in line and "combined" in line for line in evidence.log)


def test_trials_that_share_participants_cannot_stand_together(project):
    registry = project.registry
    cook = registry.studies["cook-2005"]
    eligible = cook.model_copy(update={"eligibility": cook.eligibility.model_copy(update={"network": "yes"})})
    mixed = nma.Registry({**registry.studies, "cook-2005": eligible}, registry.vocabulary, "x")
    with pytest.raises(nma.NmaError, match="cook-2005 and gold-2006 share participants"):
        select(mixed, project.analysis("long-term"))


def test_comparisons_count_each_pair_of_a_trial_once(triangle, analysis):
    found = {(c.treatment, c.versus): c for c in comparisons(nma.Evidence.from_frame(triangle, analysis()))}
    assert set(found) == {("B", "A"), ("C", "A"), ("C", "B")}
    assert found["B", "A"].studies == ("t1", "t4")
    assert found["B", "A"].participants == 100 + 100 + 60 + 62


def test_one_trial_is_all_a_network_of_one_trial_hangs_on(triangle, analysis):
    evidence = nma.Evidence.from_frame(triangle[triangle["study"] == "t4"], analysis())
    assert [(link.treatment, link.rule) for link in weak_links(evidence)] == [(t, "one trial") for t in "ABC"]


def test_a_network_of_weak_trials_alone_says_so(project):
    plan = project.analysis("long-term")
    names = ("drake-2013", "viering-2015")
    weak = {trial.id: trial for trial in select(project.registry, plan).trials if trial.id in names}
    evidence = nma.Evidence.build(plan, weak.values())
    assert [(link.treatment, link.rule) for link in weak_links(evidence)] == [
        ("PCO", "weak basis"),
        ("SE", "weak basis"),
    ]


@pytest.mark.parametrize(
    ("patch", "message"),
    [
        ({"exclude": {"drakee-2013": "misspelt"}}, "drakee-2013.*did you mean 'drake-2013'"),
        ({"recode": {"zhang-2017": {"IPSx": {"node": "SE"}}}}, "no arm of this label"),
        ({"recode": {"drake-2013": {"IPS package": {"node": "SEPLUS"}}}}, "did you mean 'SEplus'"),
    ],
)
def test_words_the_registry_does_not_have_are_refused_from_python_too(project, patch, message):
    plan = project.analysis("long-term").patched({"select": patch})
    with pytest.raises(nma.NmaError, match=message):
        select(project.registry, plan)
