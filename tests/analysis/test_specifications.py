"""Mistakes in ``models/*.yaml``, inside sensitivity sets too, and words the registry does not know."""

# ruff: noqa: E501 (a case is a line)

import pytest
from small_review import MAIN

from nma.project import Project

PATCH = "select: {exclude: {alpha-2001: left out here}}"
CASES = {
    "unknown key": ("better: higher", "beter: x\nbetter: higher", ":4 beter: unknown key, allowed: name, title"),
    "no title": ("title: Work after more than a year\n", "", "title: missing, a report needs it"),
    "no select": ("select:", "xselect:", "select: missing, a report needs it"),
    "outcome": ("outcome: work", "outcome: job", ":3 outcome: unknown outcome, got 'job', allowed: work"),
    "reference": ("reference: PCO", "reference: TAU", ":10 reference: unknown main node, got 'TAU', allowed: SE, PVT, PCO"),
    "trial": ("exclude: {}", "exclude: {alpha-2011: x}", ":22 select.exclude.alpha-2011: no such trial, got 'alpha-2011', allowed: alpha-2001, beta-2002, delta-2004, gamma-2003, did you mean 'alpha-2001'?"),
    "no reason": ("exclude: {}", "exclude: {alpha-2001: null}", ":22 select.exclude.alpha-2001: must be filled in"),
    "flag": ("{smi: [yes]}", "{sim: [yes]}", ":20 select.population.sim: unknown flag, got 'sim', allowed: smi, did you mean 'smi'?"),
    "judgement": ("{smi: [yes]}", "{smi: [yess]}", ":20 select.population.smi[0]: not an allowed word, got 'yess'"),
    "empty list": ("{smi: [yes]}", "{smi: []}", ":20 select.population.smi: must have 1 or more entries, got 0"),
    "basis": ("[stated, derived]", "[stated, derivd]", ":19 select.basis[1]: not an allowed word, got 'derivd', allowed: stated"),
    "kinds": ("risk_of_bias: any", "risk_of_bias: any\n  kinds: [paid]", ":22 select.kinds[0]: unknown kind, got 'paid'"),
    "window": ("{over: 12}", "{over: 12, up_to: 6}", ":16 select.follow_up.up_to: the window holds no time, got over 12, up to 6, allowed: more than 12"),
    "recode trial": ("exclude: {}", "exclude: {}\n  recode: {alpha: {IPS: {node: SE}}}", ":23 select.recode.alpha: no such trial"),
    "recode arm": ("exclude: {}", "exclude: {}\n  recode: {alpha-2001: {ISP: {node: SE}}}", ":23 select.recode.alpha-2001.ISP: no arm of this label, got 'ISP', allowed: IPS, TAU, did you mean 'IPS'?"),
    "recode node": ("exclude: {}", "exclude: {}\n  recode: {alpha-2001: {IPS: {node: S}}}", ":23 select.recode.alpha-2001.IPS.node: unknown node, got 'S'"),
    "recode subgroup": ("exclude: {}", "exclude: {}\n  recode: {alpha-2001: {IPS: {node: SE, subgroup: skills}}}", "IPS.subgroup: not a subgroup of SE, got 'skills', allowed: ips, other_se"),
    "name": ("title:", "name: other\ntitle:", ":1 name: differs from the file name, got 'other', allowed: 'main'"),
    "set without title": ("    title: Without Alpha\n", "", ":24 sensitivity.without-alpha.title: missing"),
    "set unknown key": (PATCH, "selct: {}", ":28 sensitivity.without-alpha.patch.selct: unknown key, allowed: name"),
    "set unknown word": (PATCH, "link: lgo", ":28 sensitivity.without-alpha.patch.link: not an allowed word, got 'lgo', allowed: log, logit, identity, did you mean 'log'?"),
    "set deep key": (PATCH, "select: {folow_up: 3}", "sensitivity.without-alpha.patch.select.folow_up: unknown key, allowed: follow_up"),
    "set combination": (PATCH, "measure: OR", ":28 sensitivity.without-alpha.patch.measure: does not go with likelihood"),
    "set common": (PATCH, "effects: common", "sensitivity.without-alpha.patch.priors.heterogeneity: common effects have none"),
    "set unknown trial": (PATCH, "select: {exclude: {alpha-2011: x}}", ":28 sensitivity.without-alpha.patch.select.exclude.alpha-2011: no such trial"),
    "set unknown node": (PATCH, "reference: SEE", ":28 sensitivity.without-alpha.patch.reference: unknown main node, got 'SEE'"),
    "set misspelt null": (PATCH, "select: {exclude: {alpha-2001: null}}", "patch.select.exclude.alpha-2001: nothing here to remove"),
    "set empty": (PATCH, "{}", ":27 sensitivity.without-alpha.patch: changes nothing, say what this set does differently"),
    "set same": (PATCH, "reference: PCO", "sensitivity.without-alpha.patch: changes nothing"),
    "set of sets": (PATCH, "sensitivity: {a: {}}", ":28 sensitivity.without-alpha.patch.sensitivity: a set cannot change this"),
    "set without selection": (PATCH, "select: null", ":28 sensitivity.without-alpha.patch.select: a set cannot change this"),
    "set as text": ("patch:\n      " + PATCH, "patch: without alpha", ":27 sensitivity.without-alpha.patch: must be a mapping"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_mistake_is_named_with_its_line(review, case):
    assert review.problems() == []
    old, new, expected = CASES[case]
    review.change(MAIN, old, new)
    problems = review.problems()
    assert any(expected in problem for problem in problems), problems
    assert all(problem.startswith(MAIN) for problem in problems)
    assert not any(jargon in str(problems) for jargon in ("Input should", "valid ", "instance of", "tuple"))


def test_a_mistake_is_not_said_again_for_each_set(review):
    review.change(MAIN, "better: higher", "better: up")
    assert review.problem().startswith(f"{MAIN}:4 better: not an allowed word")


def test_a_run_refuses_a_misspelt_trial_instead_of_including_it(review):
    review.change(MAIN, "exclude: {}", "exclude: {alhpa-2001: x}")
    for command in ("run", "extract"):
        code, _, errors = review.run(command, "main")
        assert code == 1
        assert "select.exclude.alhpa-2001: no such trial" in errors[-1]


def test_a_null_takes_a_key_away(review):
    review.change(MAIN, "exclude: {}", "exclude: {alpha-2001: for a reason}")
    review.change(MAIN, PATCH, "select: {exclude: {alpha-2001: null}}")
    assert review.problems() == []
    analysis = Project.find(review.root).analysis("main")
    assert analysis.patched(analysis.sensitivity["without-alpha"].patch).select.exclude == {}
