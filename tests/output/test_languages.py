"""Every language says all that English says, in its own words, numbers and dates; no other one shines through."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from dutch import Nodes, foreign
from inconsistency_sample import differences, found, single, tree
from output_sample import LONG_TERM, ROOT, bare, many, results, unconverged, with_sensitivity

from nma import Project, yamlio
from nma.analysis.translations import load_translations
from nma.evidence import select
from nma.fitting.nuts import PARAMETERISATION
from nma.languages import Pages, languages_there
from nma.output import compose, display, report, sentences
from nma.output.figures import Figure
from nma.output.inconsistency import page as checks
from nma.output.methods import methods
from nma.output.reading import Reading
from nma.output.text import Text, load
from nma.output.told import told

TEXTS = ROOT / "reports" / "text"
PARTS = sorted(path.name for path in (TEXTS / "en").glob("*.yaml"))
OTHERS = [tag for tag in languages_there(ROOT / "reports") if tag != "en"]
Made = dict[str, Any]
Entry = str | Mapping[str, str]

STATISTICS = {"P-score", "SUCRA", "DIC", "ROR", "RR", "OR", "RD", "NNTB", "NNTH", "SD", "I²", "p", "Q", "half-Cauchy"}
"""Names and letters of statistics, which no language translates."""
SAME_WORD = {
    "Direct",
    "direct",
    "Indirect",
    "indirect",
    "Model",
    "Project",
    "follow-up",
    "uniform",
    "Node-splits",
    "arm",
}
"""Words that are spelt alike in English and Dutch; node-splits and follow-up are the Dutch terms of the field too."""


@cache
def _text(language: str) -> Text:
    return load(TEXTS, language)


@cache
def _entries(language: str, part: str) -> dict[str, Entry]:
    return dict(_flat(yamlio.load(TEXTS / language / part).data, ""))


def _flat(data: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Entry]]:
    for name, value in data.items():
        if isinstance(value, Mapping) and set(value) != {"one", "other"}:
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value if isinstance(value, Mapping) else str(value)


def _forms(entry: Entry) -> dict[str, str]:
    return {"": entry} if isinstance(entry, str) else dict(entry)


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def _words(text: str) -> list[str]:
    """Words of a pattern, without the values it names."""
    bare_text = "".join(plain for plain, _, _, _ in Formatter().parse(text))
    return re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", bare_text)


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("part", PARTS)
def test_a_language_has_every_text_with_the_same_values_and_plural_forms(language: str, part: str) -> None:
    english, other = _entries("en", part), _entries(language, part)
    assert set(other) == set(english)
    for key, entry in english.items():
        own, theirs = _forms(entry), _forms(other[key])
        assert own.keys() == theirs.keys(), key
        assert {form: _fields(text) for form, text in own.items()} == {
            form: _fields(text) for form, text in theirs.items()
        }, key


def test_no_language_has_a_part_that_english_has_not() -> None:
    for language in OTHERS:
        assert sorted(path.name for path in (TEXTS / language).glob("*.yaml")) == PARTS


@pytest.mark.parametrize("part", PARTS)
def test_no_dutch_text_is_the_english_one(part: str) -> None:
    dutch = _entries("nl", part)
    for key, entry in _entries("en", part).items():
        for form, text in _forms(entry).items():
            if _forms(dutch[key])[form] == text:
                assert set(_words(text)) <= STATISTICS | SAME_WORD, f"{key}: {text}"


@pytest.mark.parametrize("part", PARTS)
def test_no_dutch_text_has_english_words_or_a_decimal_point(part: str) -> None:
    for key, entry in _entries("nl", part).items():
        for text in _forms(entry).values():
            plain = " ".join(plain for plain, _, _, _ in Formatter().parse(text))
            assert foreign(plain) == [], f"{key}: {text}"


def test_the_check_for_english_would_see_it() -> None:
    assert foreign("De interventie does niet")
    assert foreign("RR 1.23")
    assert foreign("Gemaakt op 2026-11-25.")
    assert (
        foreign("een risicoverhouding van 0,95 tot 2,19 bij 1.234 deelnemers (doi:10.1016/j.jclinepi.2011.01.012)")
        == []
    )


def test_dates_and_numbers_follow_the_language(text: Text) -> None:
    dutch = _text("nl")
    assert text.date("2026-11-25T04:10:00Z") == "25 November 2026"
    assert dutch.date("2026-11-25T04:10:00Z") == "25 november 2026"
    assert dutch.date("2026-03-01") == "1 maart 2026"
    assert dutch.date("yesterday") == "yesterday"
    assert dutch.numbers.decimals(1234.5, 1) == "1.234,5"
    assert dutch("interval", lower="0,95", upper="2,19") == "0,95 tot 2,19"


# The project's words


SAMPLE = {
    "Competitive work after more than a year": "Regulier betaald werk na meer dan een jaar",
    "Which vocational rehabilitation gets most adults with severe illness into competitive work?": "Welke vorm werkt?",
    "more people in competitive work is better": "meer mensen met regulier betaald werk",
    "fewer people in competitive work is better": "minder mensen met regulier betaald werk",
    "Wide for effects; half-normal keeps extremes out.": "Ruim voor effecten; halfnormaal houdt uitersten buiten.",
    "Knowledge synthesis 2015": "Kennissynthese 2015",
}
"""Words of the sample results that the project does not have."""


@cache
def _translations() -> Made:
    own = load_translations(ROOT / "translations").plain()
    return {**own, "texts": {"nl": {**own["texts"]["nl"], **SAMPLE}}}


def _dutch(made: Made) -> Reading:
    return Reading({**made, "translations": _translations()}, _text("nl"))


def test_words_of_the_project_are_told_in_its_translations() -> None:
    reading = _dutch(with_sensitivity(results()))
    assert reading.label("PCO") == "Alleen psychiatrische zorg"
    assert reading.analysis["outcome_label"] == "regulier betaald werk"
    assert reading.results["direction"] == "hoger is beter: meer mensen met regulier betaald werk"
    assert [entry["title"] for entry in reading.results["sensitivity"]][1] == "Alle populaties"
    assert reading.flag("severe_mental_illness") == "ernstige psychische aandoening"


def test_what_is_stored_stays_as_it_is_stored() -> None:
    made = with_sensitivity(results())
    made["evidence"]["trials"][0]["arms"][0]["label"] = "Psychiatric care only"
    made["provenance"]["title"] = "All populations"
    reading = _dutch(made)
    assert reading.specification == made["analysis"]
    assert [arm["label"] for trial in reading.evidence["trials"] for arm in trial["arms"]] == [
        arm["label"] for trial in made["evidence"]["trials"] for arm in trial["arms"]
    ]
    assert reading.results["provenance"] == made["provenance"]
    assert told(reading.results, reading.text) is reading.results


def test_a_text_without_a_translation_is_marked_with_its_language() -> None:
    made = results()
    made["analysis"] |= {"question": "Does it work?", "title": "Competitive employment, follow-up up to 12 months"}
    reading = _dutch(made)
    assert reading.language_of("Does it work?") == "en"
    assert reading.language_of(reading.analysis["title"]) == ""
    assert Reading(made, _text("en")).language_of("Does it work?") == ""
    page = report.render({**made, "translations": _translations()}, ROOT / "reports", "nl")
    assert '<p class="question" lang="en">Does it work?</p>' in page
    assert '<pre tabindex="0" lang="en">' in page
    assert '<pre tabindex="0">' in report.render({**made, "translations": _translations()}, ROOT / "reports")


def test_stored_translations_give_way_to_those_of_the_project() -> None:
    own = {"original": "en", "texts": {"nl": {"a": "eigen"}}}
    stored = {"original": "en", "texts": {"nl": {"a": "oud", "b": "bewaard"}, "fr": {"a": "un"}}}
    pages = Pages(Path(), translations=own)
    assert pages.worded({"translations": stored})["translations"] == {
        "original": "en",
        "texts": {"nl": {"a": "eigen", "b": "bewaard"}, "fr": {"a": "un"}},
    }
    assert pages.worded({})["translations"] == own
    assert Pages(Path()).worded({"translations": stored})["translations"] == stored


# What lower floors say by a key

REASONS: tuple[tuple[str, Made, str], ...] = (
    (
        "awaiting_data",
        {},
        "In wat gelezen kon worden, zijn geen aantallen voor deze uitkomst in twee groepen gevonden.",
    ),
    (
        "population",
        {"flag": "severe_mental_illness", "answer": "unclear", "people": "Unemployed veterans with PTSD"},
        "Ernstige psychische aandoening: onduidelijk. Werkloze veteranen met PTSS.",
    ),
    (
        "population_not_judged",
        {"flag": "severe_mental_illness", "people": "X"},
        "Ernstige psychische aandoening: niet beoordeeld. X.",
    ),
    ("published", {"year": "2019", "limit": "2015"}, "Gepubliceerd in 2019, na 2015."),
    ("published_unknown", {"limit": "2015"}, "Gepubliceerd in een onbekend jaar, na 2015."),
    (
        "risk_of_bias",
        {"domains": ["selective reporting", "other"]},
        "Hoog risico op vertekening: selectieve rapportage, overig.",
    ),
    ("follow_up", {"months": [6.0, 7.5, 12.0]}, "Geteld na 6, 7,5 en 12 maanden, buiten de follow-upperiode."),
    ("basis", {"basis": "recalled"}, "De herkomst van de aantallen is ‘uit herinnering’."),
    ("timing", {"timing": "point prevalence"}, "De uitkomst is geteld als ‘op één moment’."),
    ("kind", {"kind": "any_paid"}, "De soort uitkomst is ‘elk betaald werk’."),
    ("no_node", {}, "Geen van de groepen met aantallen hoort op dit niveau bij een interventie."),
    ("one_node", {"treatment": "SE"}, "Alle groepen met aantallen horen bij één interventie (SE)."),
    (
        "one_node_and_none",
        {"treatment": "SE"},
        "Alle groepen met aantallen horen bij één interventie (SE) of op dit niveau bij geen enkele.",
    ),
)


@pytest.mark.parametrize(("key", "values", "said"), REASONS, ids=[key for key, _, _ in REASONS])
def test_the_reason_of_an_exclusion_is_said_in_dutch(key: str, values: Made, said: str) -> None:
    made = results()
    row = {"id": "x", "label": "X", "rule": "r", "reason": "in English", "reason_key": key, "reason_values": values}
    made["evidence"]["excluded"] = [row]
    assert _dutch(made).evidence["excluded"][0]["reason"] == said


def test_every_reason_of_selection_has_a_text_and_a_test() -> None:
    source = (ROOT / "nma/evidence/reasons.py").read_text("utf-8")
    prefix = "said.reason."
    texts = {key.removeprefix(prefix) for key in _text("en").entries if key.startswith(prefix)}
    assert {key for key in texts if f'"{key}"' in source} == texts == {key for key, _, _ in REASONS}


def test_pages_say_in_english_what_the_line_beside_the_key_says(text: Text) -> None:
    project = Project.find(ROOT)
    excluded = select(project.registry, project.analysis("long-term")).excluded
    made = results()
    made["evidence"]["excluded"] = [
        {
            "id": e.id,
            "label": e.label,
            "rule": e.rule,
            "reason": e.reason,
            "reason_key": e.key,
            "reason_values": e.values,
        }
        for e in excluded
    ]
    told_rows = Reading(made, text).evidence["excluded"]
    assert {row["reason_key"] for row in told_rows} >= {"", "population", "follow_up", "basis", "awaiting_data"}
    assert [row["reason"] for row in told_rows] == [exclusion.reason for exclusion in excluded]


def test_pages_say_in_english_how_the_sampler_saw_the_model(text: Text) -> None:
    said = {words: text(f"said.parameterisation.{words[0]}_{words[1]}") for words in PARAMETERISATION}
    assert said == PARAMETERISATION


def test_lines_of_the_engines_are_said_in_dutch() -> None:
    made = results()
    made["evidence"]["combined"] = [{"trial": "bond-2007", "arms": ["IPS", "IPS-LITE"], "treatment": "SE"}]
    made["sampling"] |= {"worst": "rank of SEplus"}
    made["agreement"] = {"error": "no mode", "error_key": None}
    made["sensitivity"] = [{"title": "x", "reason": "y", "error": "in English", "error_key": "network"}]
    told_results = _dutch(made).results
    trial = next(trial["label"] for trial in made["evidence"]["trials"] if trial["id"] == "bond-2007")
    assert told_results["evidence"]["log"] == [f"{trial}: de groepen IPS en IPS-LITE zijn samengevoegd tot SE."]
    assert told_results["sampling"]["worst"] == "de rang van SEplus"
    assert told_results["sampling"]["parameterisation"].startswith("De effecten van elk onderzoek")
    assert told_results["agreement"]["error"] == "de exacte rekenmethode stopte met de melding “no mode”"
    assert told_results["sensitivity"][0]["error"].startswith("het netwerk valt uiteen")


# Sentences in every corner


def _set(made: Made, pair: tuple[str, str], **values: float) -> Made:
    for row in made["relative_effects"]:
        if (row["treatment"], row["versus"]) == pair:
            row |= values
    return made


def _inconsistent() -> Made:
    made = results()
    made["evidence"]["weak_links"] = [
        {"treatment": "TE", "rule": "one trial", "studies": ["bond-2007"]},
        {"treatment": "PVT", "rule": "weak basis", "studies": ["bond-2007", "burns-2007"]},
    ]
    return made


CORNERS: Mapping[str, Callable[[], Made]] = {
    "plain": results,
    "crosses no effect": lambda: _set(results(), ("SEplus", "PCO"), lower=0.96, upper=3.9),
    "just excludes no effect": lambda: _set(results(), ("SEplus", "PCO"), lower=1.0004, upper=3.9),
    "against the first": lambda: _set(
        _set(results(), ("SEplus", "PCO"), lower=0.5, upper=0.9), ("SEplus", "SE"), lower=0.5, upper=0.9
    ),
    "told apart": lambda: _set(results(), ("SEplus", "SE"), lower=1.3, upper=2.66, p_better=1.0),
    "common effect": lambda: results(tau=None),
    "reference first": lambda: results({"PCO": 0.9, "SE": 0.2, "TE": 0.0}),
    "two treatments": lambda: bare(results({"PCO": 0.0, "SE": 0.2})),
    "risk difference": lambda: results({"PCO": 0.0, "TE": -0.05, "SE": 0.15}, sd=0.03, tau=0.05, measure="RD"),
    "odds ratio": lambda: results(measure="OR"),
    "lower is better": lambda: results(better="lower"),
    "sets": lambda: with_sensitivity(results()),
    "not converged": lambda: unconverged(with_sensitivity(results())),
    "weak links": _inconsistent,
    "many": many,
}


def _everything(reading: Reading) -> list[str]:
    """Every sentence, caption, head and cell that the report makes of its results, but for those of data."""
    said = [*sentences.answer(reading), *sentences.grounds(reading), *sentences.weak_links(reading)]
    said += [sentences.direction(reading), sentences.separated(reading), sentences.gate(reading)]
    said += [sentences.spread(reading, reading.results["heterogeneity"])]
    said += [sentences.change(reading, entry) for entry in reading.results["sensitivity"] if not entry["error"]]
    said += [line for part in methods(reading) for line in (part.heading, *part.sentences)]
    figures: list[Figure] = [compose.answer_strip(reading), compose.network(reading), *compose.forests(reading)]
    said += [line for figure in (*figures, *compose.rank_panels(reading)) for line in (figure.title, figure.alt)]
    tables = [display.treatments(reading), display.ranking(reading), *display.league(reading), display.gate(reading)]
    return said + [line for table in tables for line in (table.caption, *(column.text for column in table.columns))]


@pytest.mark.parametrize("corner", CORNERS)
def test_every_corner_is_said_in_dutch(corner: str) -> None:
    for line in _everything(_dutch(CORNERS[corner]())):
        assert foreign(line) == [], line
        assert "{" not in line


PAIR = ("SEplus", "PCO")


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (
            lambda: _set(results(), PAIR, median=2.08, lower=1.12, upper=3.9),
            "Supported employment plus staat van de 5 interventies op de eerste plaats: de kans op regulier betaald "
            "werk is naar schatting 2,08 keer zo groot als met Alleen psychiatrische zorg (risicoverhouding "
            "2,08, 95%-geloofwaardigheidsinterval 1,12 tot 3,90); het hele interval valt uit in het voordeel van "
            "Supported employment plus.",
        ),
        (
            lambda: _set(results(), PAIR, median=2.08, lower=0.96, upper=3.9),
            "Supported employment plus staat van de 5 interventies op de eerste plaats: de kans op regulier betaald "
            "werk is naar schatting 2,08 keer zo groot als met Alleen psychiatrische zorg (risicoverhouding "
            "2,08, 95%-geloofwaardigheidsinterval 0,96 tot 3,90); het interval omvat 1, zodat niet is aangetoond dat "
            "Supported employment plus beter werkt dan Alleen psychiatrische zorg.",
        ),
    ],
)
def test_the_answer_in_dutch(made: Callable[[], Made], said: str) -> None:
    assert sentences.answer(_dutch(made()))[0] == said


# Whole pages


def _report() -> str:
    made = unconverged(with_sensitivity(results()))
    made["sensitivity"][-1]["error_key"] = "network"
    made["evidence"]["combined"] = []
    return report.render({**made, "translations": _translations()}, ROOT / "reports", "nl")


def _checks(make: Callable[[], Made]) -> Callable[[], str]:
    def render() -> str:
        made = make()
        made["sampling"]["worst"] = "heterogeneity"
        return checks.PAGE.render({**made, "translations": _translations()}, ROOT / "reports", ("nl",))

    return render


PAGES: Mapping[str, Callable[[], str]] = {
    "report": _report,
    "checks": _checks(found),
    "checks of a tree": _checks(tree),
    "checks of one trial": _checks(single),
    "checks of differences": _checks(differences),
}


@pytest.mark.parametrize("name", PAGES)
def test_no_english_and_no_decimal_point_on_a_dutch_page(name: str) -> None:
    page = PAGES[name]()
    assert '<html lang="nl"' in page
    nodes = [node for node in Nodes(page).found if node.language == "nl"]
    assert len(nodes) > 100
    assert [node.text for node in nodes if foreign(node.text)] == []
    every = " ".join(node.text for node in nodes)
    assert "severe mental illness" not in every
    whole = [text for entry in _text("en").entries.values() for text in _forms(entry).values()]
    sentences_of_english = [text for text in whole if len(_words(text)) > 3 and not _fields(text)]
    assert [text for text in sentences_of_english if text in every] == []


def test_the_same_results_have_the_same_nodes_in_both_languages() -> None:
    """No sentence stands in one language only."""
    made = {**with_sensitivity(results(LONG_TERM)), "translations": _translations()}
    english, dutch = (Nodes(report.render(made, ROOT / "reports", tag)).found for tag in ("en", "nl"))
    assert [node.tag for node in english] == [node.tag for node in dutch]
