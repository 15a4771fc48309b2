"""The page behind the ranking: a sentence for every corner, flagged told from not flagged, nothing loaded."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from inconsistency_sample import crowded, differences, flag, found, single, summary, tree, unrecorded
from output_sample import results, unconverged
from test_report import HOSTILE, Page

from nma import output
from nma.errors import OutputError
from nma.output import inconsistency, report
from nma.output.inconsistency import fit, influence, loops, overall, page, splits, spread, tables, transitivity
from nma.output.inconsistency.case import Case, case_of
from nma.output.inconsistency.summary import committee
from nma.output.reading import Reading
from nma.output.sentences import grounds
from nma.output.text import Text

Make = Callable[[], dict[str, Any]]
MAKERS = [found, tree, single, differences, crowded, lambda: found(complete=False), lambda: tree(complete=False)]
TABLES = {
    "loops",
    "loop_edges",
    "splits",
    "not_split",
    "heterogeneity_by_comparison",
    "designs",
    "fit_points",
    "unrelated_means",
    "transitivity",
    "missing_modifiers",
    "influence",
    "influence_global",
}


def _case(made: dict[str, Any], text: Text) -> Case:
    return case_of(made, text)


def _said(blocks: tuple[Any, ...]) -> str:
    return " ".join(it for block in blocks for it in (*block.warnings, *block.lead, *block.after, *block.items))


def _render(made: dict[str, Any], text: Text, templates: Path) -> str:
    return page.PAGE.render(made, templates, (text.language,))


@pytest.fixture(scope="module")
def whole(text: Text, templates: Path) -> str:
    return _render(found(), text, templates)


@pytest.mark.parametrize("make", MAKERS)
def test_any_network_is_written_whole(tmp_path: Path, templates: Path, make: Make) -> None:
    made = json.loads(json.dumps(make(), allow_nan=False))
    (tmp_path / "report.html").write_text("kept")
    inconsistency.write(made, tmp_path, templates)
    written = (tmp_path / "inconsistency.html").read_text(encoding="utf-8")
    parsed = Page(written)
    assert parsed.open == []
    assert [attrs["id"] for tag, attrs in parsed.tags if tag == "section"] == list(page.SECTIONS)
    assert "None" not in parsed.text
    assert "nan" not in parsed.text.split()
    assert (tmp_path / "report.html").read_text() == "kept"
    assert {path.name for path in (tmp_path / "tables").iterdir()} == {f"inconsistency_{name}.csv" for name in TABLES}
    assert all(path.name.startswith("inconsistency-") for path in (tmp_path / "figures").iterdir())


def test_the_page_loads_nothing_and_links_only_to_the_report(whole: str) -> None:
    for tag, attrs in Page(whole).tags:
        assert tag not in ("link", "img", "iframe", "object", "embed", "base", "form"), tag
        assert not any(name.startswith("on") for name in attrs), attrs
        for name in ("src", "href", "xlink:href", "srcset", "data"):
            assert (attrs.get(name) or "#").startswith("#") or attrs[name] == "report.html", attrs


def test_ids_are_unique_and_headings_descend(whole: str) -> None:
    parsed = Page(whole)
    ids = Counter(attrs["id"] for _, attrs in parsed.tags if attrs.get("id"))
    assert [name for name, count in ids.items() if count > 1] == []
    levels = [int(tag[1]) for tag, _ in parsed.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    drawn = [attrs for _, attrs in parsed.tags if attrs.get("role") == "img"]
    assert len(drawn) == 2 * sum(tag == "figure" for tag, _ in parsed.tags)


def test_the_page_shows_no_ranking_and_avoids_the_word_significant(whole: str) -> None:
    words = Page(re.sub(r"<pre.*?</pre>", "", whole, flags=re.S)).text
    assert "SUCRA" not in words
    assert "significan" not in words.lower()
    assert "No ranking is computed from a split or from unrelated means" in words


def test_every_figure_has_its_place_and_every_record_its_name(text: Text) -> None:
    names = [record.name for record in page.PAGE.drawings(found(), text)]
    assert len(names) == len(set(names))
    assert {name.removeprefix("inconsistency-") for name in names} == {
        "loops",
        "splits",
        "deviance",
        "heterogeneity",
        "predictions",
        "leverage",
        "transitivity",
        "influence-loop",
        "influence-split",
    }


def test_a_fit_that_failed_is_stamped(text: Text, templates: Path, whole: str) -> None:
    stamped = _render(found(unconverged(results())), text, templates)
    assert 'class="stamp" role="alert"' in stamped
    assert "NOT CONVERGED" not in Page(whole).text


def test_other_fits_that_failed_are_marked_where_they_stand(text: Text) -> None:
    made = found()
    made["splits"][1]["converged"] = False
    made["fit"]["unrelated_means"]["converged"] = False
    made["influence"]["split"]["rows"][0]["converged"] = False
    case = _case(made, text)
    assert "NOT CONVERGED: the fit of 1 split" in _said(splits.blocks(case))
    assert "NOT CONVERGED: the fit of the unrelated means" in _said(overall.blocks(case))
    assert "NOT CONVERGED: the fit without 1 trial" in _said(influence.blocks(case))
    (figure, _), *_ = splits.blocks(case)[0].figures
    assert sum("NOT CONVERGED" in section.heading for section in figure.sections) == 1


@pytest.mark.parametrize(
    ("lower", "upper", "flagged"), [(0.01, 1.2, True), (-0.01, 1.2, False), (-0.4, 0.4, False), (0.5, 0.6, True)]
)
def test_flagged_loops_are_told_from_the_others_by_their_interval(
    text: Text, lower: float, upper: float, flagged: bool
) -> None:
    made = found()
    made["loops"] = [flag(made["loops"][0], lower, upper)]
    case = _case(made, text)
    said = " ".join(loops.lead(case))
    assert ("the interval excludes 1: direct and indirect evidence disagree more than chance" in said) is flagged
    assert ("no disagreement was detected, which is not proof that there is none" in said) is not flagged
    (forest, _), *_ = loops.blocks(case)[0].figures
    (row,) = forest.sections[0].rows
    assert row.filled is row.strong is flagged
    assert row.credible.lower == pytest.approx(math.exp(max(lower, 0.0)))


def test_flagged_splits_are_told_from_the_others(text: Text) -> None:
    made = found()
    for row, ends in zip(made["splits"], [(0.1, 0.9), (-0.9, -0.1), *[(-0.5, 0.5)] * 4], strict=True):
        row |= {"difference_lower": ends[0], "difference_upper": ends[1]}
    case = _case(made, text)
    assert "For 2 of the 6 comparisons that can be split" in splits.lead(case)[0]
    (figure, _), *_ = splits.blocks(case)[0].figures
    assert sum(section.strong for section in figure.sections) == 2


def test_a_tree_says_that_nothing_can_be_compared(text: Text) -> None:
    case = _case(tree(), text)
    assert "The network has no closed loop" in _said(loops.blocks(case))
    assert "No comparison can be split" in _said(splits.blocks(case))
    assert "2 comparisons, because nothing but their own trials links the two" in _said(splits.blocks(case))
    assert "There is no test of the whole network, because it has no closed loop" in overall.sentence(case)
    assert "nothing for a single trial to drive" in _said(influence.blocks(case))


def test_loops_of_one_multi_arm_trial_only_are_explained(text: Text) -> None:
    made = found()
    made |= {"loops": [], "loops_note": None}
    assert "agree with themselves by construction" in loops.lead(_case(made, text))[0]


def test_what_waits_for_a_command_names_it(text: Text) -> None:
    case = _case(found(complete=False), text)
    for blocks in (splits.blocks, overall.blocks, influence.blocks):
        assert "“nma inconsistency long-term” computes them" in _said(blocks(case))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"p_adjusted": 0.02}, "evidence disagree more than chance would explain: a disagreement this large"),
        ({"p_adjusted": 0.00001}, "less than 1% of networks whose evidence agrees (p < 0.001)"),
        ({"p_adjusted": 0.3}, "in 30% of networks whose evidence agrees (p = 0.30)"),
        ({"refused": "each design once", "p": None, "chi2": None, "df": None}, "compared in one trial only"),
    ],
)
def test_the_global_test_is_told_with_its_meaning(text: Text, change: dict[str, Any], words: str) -> None:
    made = found()
    made["design_by_treatment"] |= change
    assert words in overall.sentence(_case(made, text))


@pytest.mark.parametrize(("p", "words"), [(0.3, "no disagreement"), (0.01, "any difference between trials counts")])
def test_common_effects_have_no_spread_to_allow_for(text: Text, p: float, words: str) -> None:
    made = found()
    made["analysis"]["effects"] = "common"
    made["design_by_treatment"]["p_adjusted"] = p
    assert words in overall.sentence(_case(made, text))
    assert "spread" not in overall.sentence(_case(made, text))


@pytest.mark.parametrize(
    ("dic", "words"),
    [
        (75.9, "differ by less than 3"),
        (71.0, "a slight sign"),
        (60.0, "a clear sign"),
        (90.0, "no disagreement is seen"),
    ],
)
def test_unrelated_means_are_judged_by_their_dic(text: Text, dic: float, words: str) -> None:
    made = found()
    made["fit"]["unrelated_means"]["dic"] = dic
    assert words in _said(overall.blocks(_case(made, text)))


def test_points_far_from_their_model_are_named(text: Text) -> None:
    made = found()
    made["fit"]["points"][0] |= {"signed_root": -2.4, "leverage": 0.9, "deviance": 5.76}
    (figure, _), *_ = fit.blocks(_case(made, text))[0].figures
    assert figure.points[0].label == "Bejerholm 2015, SE"
    assert figure.points[0].label_left
    for curve in figure.curves:
        level = curve.xs[0] ** 2 + curve.ys[0]
        assert all(x * x + y == pytest.approx(level) for x, y in zip(curve.xs, curve.ys, strict=True))


def test_a_normal_likelihood_has_a_point_for_each_trial(text: Text) -> None:
    made = found()
    for row in (*made["fit"]["points"], *made["fit"]["unrelated_means"]["points"]):
        row |= {"treatment": None, "observed": None, "fitted": None}
    case = _case(made, text)
    named = [row[0].text for row in fit.blocks(case)[0].tables[0].rows]
    assert set(named) <= {trial["label"] for trial in made["evidence"]["trials"]}
    assert all(row[1].text == row[2].text == "–" for row in fit.blocks(case)[0].tables[0].rows)


def test_leaving_one_out_says_when_it_is_unreliable(text: Text) -> None:
    made = found()
    assert "8 of 20 trials have a Pareto k over 0.7" in _said(fit.blocks(_case(made, text)))
    made["fit"]["loo"] |= {"k_over": 0, "worst_k": 0.4}
    assert "can be used to compare models" in _said(fit.blocks(_case(made, text)))


def test_a_comparison_whose_trials_stand_apart_is_named_and_one_trial_proves_nothing(text: Text) -> None:
    made = found()
    year = made["transitivity"]["modifiers"][0]["comparisons"]
    for row in year:
        row |= {"lower": 2000, "upper": 2010, "known": 3}
    year[1] |= {"lower": 2015, "upper": 2020}
    assert "the trials of 1 comparison all lie outside" in _said(transitivity.blocks(_case(made, text)))
    year[1]["known"] = 1
    assert "all lie outside" not in _said(transitivity.blocks(_case(made, text)))
    assert "Nothing is recorded" in _said(transitivity.blocks(_case(unrecorded(found()), text)))


@pytest.mark.parametrize(
    ("without", "every", "words"),
    [
        (0.2, 0.01, "no disagreement is detected any more"),
        (0.02, 0.01, "No single trial"),
        (0.6, 0.5, "With all trials no disagreement is detected"),
    ],
)
def test_the_global_test_without_each_trial_names_the_one_that_settles_it(
    text: Text, without: float, every: float, words: str
) -> None:
    made = found()
    driven = made["influence"]["global"]
    driven["all"]["p_adjusted"], driven["rows"][0]["p_adjusted"] = every, without
    block = influence.blocks(_case(made, text))[0]
    assert words in block.lead[0]
    first = driven["rows"][-1 if every > 0.05 else 0]["study"]
    assert _case(made, text).reading.trial(first) in block.lead[0]
    assert next(row[0].text for row in block.tables[0].rows) == "none (all trials)"
    assert len(block.tables[0].rows) == len(driven["rows"]) + 1
    assert "the network would fall apart" in block.items[0]


def test_heterogeneity_that_may_hide_disagreement_is_said(text: Text) -> None:
    made = found()
    made["fit"]["unrelated_means"]["heterogeneity"] = {"median": 0.1, "lower": 0.0, "upper": 0.2}
    assert "can take disagreement between designs for heterogeneity" in _said(overall.blocks(_case(made, text)))
    made["fit"]["unrelated_means"]["heterogeneity"] = {"median": 9.0, "lower": 8.0, "upper": 10.0}
    assert "for heterogeneity" not in _said(overall.blocks(_case(made, text)))


def test_a_page_without_a_report_links_to_none(text: Text, templates: Path) -> None:
    assert 'href="report.html"' in _render(found(), text, templates)
    assert 'href="report.html"' not in _render(found() | {"report": False}, text, templates)


def test_what_the_answer_hangs_on_says_where_the_evidence_contradicts_itself(text: Text) -> None:
    told = "contradict each other more than chance would explain: see"
    for p, said in ((0.01, True), (0.2, False), (None, False)):
        made = summary()
        made["design_by_treatment"] = made["design_by_treatment"] | {"p_adjusted": p}
        assert any(told in line for line in grounds(Reading(results() | {"inconsistency": made}, text))) is said
    assert not any(told in line for line in grounds(Reading(results(), text)))


def test_influence_names_the_trial_and_warns_of_choosing_after_the_fact(text: Text) -> None:
    said = _said(influence.blocks(_case(found(), text)))
    assert "comes closest to 1" in said
    assert "a choice made after seeing the data" in said


def test_differences_are_told_without_ratios(text: Text, templates: Path) -> None:
    made = differences()
    words = Page(_render(made, text, templates)).text
    assert "difference of the two risk differences" in words
    assert "ROR (" not in words
    case = _case(made, text)
    turned = flag(made["loops"][0], -0.02, 0.1) | {"difference": -0.04}
    turned |= {"signed_difference_lower": -0.1, "signed_difference_upper": 0.02}
    size = case.size(turned)
    assert (size.value, size.lower, size.upper) == (0.04, 0.0, 0.1)
    assert "within 0.098 on either side" in spread.in_words(case)


def test_another_scale_than_that_of_the_report_is_said(text: Text) -> None:
    made = found()
    made["scale"] = {"name": "log OR", "ratio": True}
    case = _case(made, text)
    assert "that of the odds ratio, although the report gives the risk ratio" in _said(
        page.PAGE.sections(case)["methods"]
    )
    assert "ratio of the two odds ratios" in " ".join(loops.lead(case))
    with pytest.raises(OutputError, match="no way to show the scale"):
        loops.lead(_case(made | {"scale": {"name": "SMD", "ratio": False}}, text))


def test_many_loops_are_capped_and_numbered_and_the_file_has_all(text: Text) -> None:
    made = crowded()
    case = _case(made, text)
    (forest, _), *_ = loops.blocks(case)[0].figures
    rows = [row for section in forest.sections for row in section.rows]
    assert len(rows) == loops.MOST
    assert rows[2].label.startswith("3. ")
    assert f"{len(made['loops']) - loops.MOST} loops with a smaller disagreement" in _said(loops.blocks(case))
    assert len(tables.frames(made)["loops"]) == len(made["loops"])


def test_assumptions_that_disagree_about_a_flag_are_told(text: Text) -> None:
    made = found()
    for loop in made["loops"]:
        for way in loop["by_heterogeneity"].values():
            way["flagged"] = False
    assert "does not depend" in _said(loops.blocks(_case(made, text)))
    made["loops"][1]["by_heterogeneity"]["network"]["flagged"] = True
    assert "The three assumptions disagree about the loop PVT–SE–SEplus–TE" in _said(loops.blocks(_case(made, text)))


def test_hostile_names_stay_words(text: Text, templates: Path) -> None:
    made = found()
    for detail, name in zip(made["treatment_details"], HOSTILE, strict=True):
        detail |= {"label": name, "short": name, "description": name}
    for trial, name in zip(made["evidence"]["trials"], HOSTILE, strict=False):
        trial |= {"label": name}
    page = _render(made, text, templates)
    parsed = Page(page)
    own = [path.read_text(encoding="utf-8") for path in sorted((templates / "script").glob("*.js"))]
    assert re.findall(r"<script>(.*?)</script>", page, flags=re.S) == own
    assert "{{ 7*7 }}" in parsed.text


def test_tables_have_their_columns_even_when_empty(tmp_path: Path) -> None:
    tables.write(single(), tmp_path)
    for name in TABLES:
        head = (tmp_path / f"inconsistency_{name}.csv").read_text(encoding="utf-8").splitlines()[0]
        assert len(head.split(",")) > 2, name
    assert set(tables.frames(found())) == TABLES


def test_numbers_come_back_from_disk_as_they_were(tmp_path: Path) -> None:
    made = found()
    tables.write(made, tmp_path)
    back = pd.read_csv(tmp_path / "inconsistency_loops.csv")
    for name in ("difference", "se", "p", "ror", "network_ror_upper"):
        wanted = [
            loop["by_heterogeneity"]["network"]["ror_upper"] if "_" in name else loop[name] for loop in made["loops"]
        ]
        assert back[name].tolist() == pytest.approx(wanted, abs=1e-12)
    assert pd.read_csv(tmp_path / "inconsistency_splits.csv")["heterogeneity_median"].tolist() == [0.34] * 6


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (found, ("do not contradict each other more than chance would explain", "this may be chance", "average times")),
        (tree, ("cannot be said, because no comparison", "these data cannot test", "average times")),
        (differences, ("do not contradict", "apart", "on either side")),
    ],
)
def test_the_committee_reads_three_sentences(text: Text, make: Make, words: tuple[str, ...]) -> None:
    made = make()
    made["loops"] = [flag(loop, -0.1, 0.4) for loop in made["loops"]]
    said = committee(Case(summary(made), Reading(results(), text)))
    assert len(said) == 3
    for sentence, piece in zip(said, words, strict=True):
        assert piece in sentence


def test_the_report_has_the_section_only_where_results_hold_it(tmp_path: Path, templates: Path) -> None:
    bare = report.render(results(), templates)
    assert 'id="consistency"' not in bare
    assert report.PAGE_OF_CHECKS not in bare
    made = results() | {"inconsistency": summary() | {"page": "../../elsewhere.html"}}
    output.write(made, tmp_path, templates)
    written = (tmp_path / "report.html").read_text(encoding="utf-8")
    start = written.index('<section id="consistency"')
    section = written[start : written.index("</section>", start)]
    assert section.count("<p>") == 4
    assert f'<a href="{report.PAGE_OF_CHECKS}">' in section
    assert "elsewhere" not in written
    assert written.index('<section id="answer"') < start < written.index('<section id="network"')


def test_loops_are_named_in_the_figure_as_in_the_table(text: Text) -> None:
    case = _case(found(), text)
    block = loops.blocks(case)[0]
    (forest, _), *_ = block.figures
    assert [row.label for row in forest.sections[0].rows] == [row[0].text for row in block.tables[0].rows]
