"""Transitivity and influence."""

import pytest
from networks import frame_of

import nma
from nma.answers.designs import design_by_treatment
from nma.answers.influence import global_influence, loop_influence, split_influence_tasks, without
from nma.answers.loops import loop_table
from nma.answers.transitivity import transitivity
from nma.fitting.means import split


@pytest.fixture(scope="module")
def found(project):
    return transitivity(nma.select(project.registry, project.analysis("long-term")))


def test_every_recorded_modifier_is_there(found):
    names = [modifier["name"] for modifier in found["modifiers"]]
    assert names[:6] == ["year", "months", "mean_age", "percent_men", "percent_psychosis", "basis"]
    assert any(name.startswith("population: ") for name in names)


def test_values_are_those_of_the_registry(found, project):
    years = next(modifier for modifier in found["modifiers"] if modifier["name"] == "year")
    for row in years["comparisons"]:
        values = {entry["study"]: entry["value"] for entry in row["values"]}
        assert values == {name: project.registry.study(name).year for name in values}
        assert row["lower"] == min(values.values())
        assert row["upper"] == max(values.values())


READ = {
    "year": lambda study: {study.year},
    "months": lambda study: {record.months for record in study.outcomes},
    "mean_age": lambda study: {study.effect_modifiers.mean_age},
    "percent_men": lambda study: {study.effect_modifiers.percent_men},
    "percent_psychosis": lambda study: {study.effect_modifiers.percent_psychosis},
    "basis": lambda study: {str(record.basis) for record in study.outcomes},
    "population: severe_mental_illness": lambda study: {str(study.population.flags["severe_mental_illness"])},
}


@pytest.mark.parametrize("name", READ)
def test_each_modifier_is_read_from_its_own_place(found, project, name):
    modifier = next(modifier for modifier in found["modifiers"] if modifier["name"] == name)
    entries = [entry for row in modifier["comparisons"] for entry in row["values"]]
    assert entries
    for entry in entries:
        assert entry["value"] in READ[name](project.registry.study(entry["study"]))


def test_known_and_missing_add_up(found):
    for row, modifier in zip(found["missing"], found["modifiers"], strict=True):
        assert row["known"] + len(row["missing"]) == row["trials"] == 20
        for comparison in modifier["comparisons"]:
            assert comparison["known"] == len(comparison["values"]) <= comparison["studies"]
            if modifier["kind"] == "category":
                assert sum(comparison["counts"].values()) == comparison["known"]


def test_data_from_a_frame_record_nothing(triangle, analysis):
    found = transitivity(nma.Evidence.from_frame(triangle, analysis()))
    assert found == {"recorded": False, "modifiers": [], "missing": []}


@pytest.fixture
def loops(analysis):
    designs = ("AB", "AC", "BC", "AB", "AC", "AD")
    return nma.Evidence.from_frame(frame_of(*designs), analysis())


def test_each_trial_of_the_worst_loop_is_left_out(loops):
    table = loop_table(loops)["loops"]
    found = loop_influence(loops, table, 0.0)
    assert found["treatments"] == ["A", "B", "C"]
    assert [row["study"] for row in found["refused"]] == ["t2"]  # the only B-C trial
    assert {row["study"] for row in found["rows"]} == {"t0", "t1", "t3", "t4"}
    for row in found["rows"]:
        alone = loop_table(without(loops, row["study"]))["loops"][0]
        assert row["ror"] == alone["ror"]
    sizes = [abs(row["difference"]) for row in found["rows"]]
    assert sizes == sorted(sizes)


def test_without_loops_nothing_drives_them(analysis):
    evidence = nma.Evidence.from_frame(frame_of("AB", "AC"), analysis())
    assert loop_influence(evidence, loop_table(evidence)["loops"], 0.0) is None


def test_trials_without_which_nothing_can_be_split_are_refused(loops, made_fit, analysis):
    from dataclasses import replace

    fit = replace(made_fit(analysis()), evidence=loops, means=split("C", "B"))
    tasks, refused = split_influence_tasks(fit)
    assert refused == ["t2"]
    assert set(tasks) == {"t0", "t1", "t3", "t4", "t5"}
    assert all(name not in [trial.id for trial in task.evidence.trials] for name, task in tasks.items())


def test_the_global_test_without_each_trial(loops):
    found = global_influence(loops)
    assert [row["study"] for row in found["refused"]] == ["t2", "t5"]  # the loop opens; D is cut off
    assert [row["reason"] for row in found["refused"]] == ["no closed loop", "the network falls apart"]
    for row in found["rows"]:
        assert row["p"] == design_by_treatment(without(loops, row["study"]))["p"]
    assert [row["p"] for row in found["rows"]] == sorted((row["p"] for row in found["rows"]), reverse=True)


def test_without_a_global_test_nothing_drives_it(analysis):
    assert global_influence(nma.Evidence.from_frame(frame_of("AB", "AC"), analysis())) is None
