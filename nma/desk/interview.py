"""The interview that makes a new trial: each answer is checked as it is typed, so that the file is valid at the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from nma.desk.questions import Asker, Question, RefusedError, field_value, fields, word, yes
from nma.desk.scaffold import label_of
from nma.project import Project
from nma.registry import Arm, ArmCount, OutcomeRecord, Study, Vocabulary, read_vocabulary
from nma.registry.study import DOMAINS, Eligibility, Population, Report
from nma.vocab import Basis, ExtractionStatus, Risk, Timing, YesNo, YesNoUnclear

NOTHING = "Enter leaves it empty"
REPORT = {
    "first_author": "First author (as in Smith J)",
    "year": "Year",
    "title": "Title",
    "journal": "Journal, volume, pages",
    "doi": "DOI",
    "pmid": "PubMed number",
    "registration": "Trial register number",
}
LATER = "Risk of bias, effect modifiers, fidelity and comparator content can be typed in the file afterwards."


def interview(asker: Asker, project: Project, study_id: str | None) -> dict[str, Any]:
    """Ask for a new trial; plain data of its study file."""
    words = read_vocabulary(project.vocabulary)
    study_id = _id(asker, project, study_id)
    label = asker.ask(Question("Label in tables", field_value(Study, "label"), default=label_of(study_id)))
    asker.say("The main report (companion reports can be added in the file):")
    reports = [fields(asker, Report, REPORT)]
    asker.say("Who took part:")
    places = fields(asker, Study, {"country": "Country", "setting": "Setting"})
    population = _population(asker, words)
    arms = _arms(asker, words)
    outcomes = _outcomes(asker, words, [arm["label"] for arm in arms])
    eligibility = _eligibility(asker)
    asker.say(LATER)
    head = {"id": study_id, "label": label, "reports": reports, **places, "population": population}
    return {**head, "arms": arms, "outcomes": outcomes, **_unread(), "eligibility": eligibility, **_once(outcomes)}


def _id(asker: Asker, project: Project, given: str | None) -> str:
    def is_new(value: str) -> None:
        if (project.studies / f"{value}.yaml").exists():
            raise RefusedError("the registry has a trial of this id")

    value = field_value(Study, "id", is_new)
    if given is None:
        return str(asker.ask(Question("Id (names the file, as in smith-2004)", value)))
    return str(value(given))


def _population(asker: Asker, words: Vocabulary) -> dict[str, Any]:
    description = asker.ask(Question("Participants, in a sentence", field_value(Population, "description")))
    flags = {
        flag: asker.ask(word(flag.replace("_", " "), YesNoUnclear, hint=told))
        for flag, told in words.population_flags.items()
    }
    return {"description": description, "flags": flags}


def _arms(asker: Asker, words: Vocabulary) -> list[dict[str, Any]]:
    arms: list[dict[str, Any]] = []
    while len(arms) < 2 or yes(asker, f"Another arm after these {len(arms)}", "no"):
        asker.say(f"Arm {len(arms) + 1}:")
        arms.append(_arm(asker, words, [arm["label"] for arm in arms]))
    return arms


def _arm(asker: Asker, words: Vocabulary, labels: list[str]) -> dict[str, Any]:
    label = asker.ask(Question("Label of the arm", field_value(Arm, "label", _not_in(labels, "an arm has this label"))))
    description = asker.ask(Question("What it received", field_value(Arm, "description"), hint=NOTHING))
    told = "; ".join(f"{name} = {node.label}" for name, node in words.nodes.items())
    node = asker.ask(word("Node", words.nodes, hint=f"{told}; Enter if it fits none", optional=True))
    subgroups = words.nodes[node].subgroups if node else {}
    subgroup = None
    if subgroups:
        subgroup = asker.ask(word("Subgroup", subgroups, hint=f"{', '.join(subgroups)}; {NOTHING}", optional=True))
    randomised = asker.ask(Question("Number randomised, as printed", field_value(Arm, "randomised"), hint=NOTHING))
    return {
        "label": label,
        "description": description,
        "node": node,
        "subgroup": subgroup,
        "randomised": randomised,
    }


def _not_in(taken: list[str], told: str) -> Callable[[Any], None]:
    def check(value: Any) -> None:
        if value in taken:
            raise RefusedError(told)

    return check


def _outcomes(asker: Asker, words: Vocabulary, labels: list[str]) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = []
    question = "Does the report give counts"
    while yes(asker, question):
        records.append(_record(asker, words, labels, records))
        question = "Counts at another time or of another outcome"
    return records


def _record(asker: Asker, words: Vocabulary, labels: list[str], earlier: list[dict[str, Any]]) -> dict[str, Any]:
    outcome = asker.ask(word("Outcome", words.outcomes, _only(words.outcomes)))
    kinds = words.outcomes[outcome].kinds
    taken = [record["months"] for record in earlier if record["outcome"] == outcome]
    once = _not_in(taken, "this outcome has counts at that time already")
    months = Question("Months of follow-up after randomisation", field_value(OutcomeRecord, "months", once))
    record = {
        "outcome": outcome,
        "months": asker.ask(months),
        "timing": asker.ask(word("What the events count", Timing)),
        "kind": asker.ask(
            word("Kind", kinds, _only(kinds), "; ".join(f"{name}: {told}" for name, told in kinds.items()))
        ),
        "definition": asker.ask(Question("Definition, in the report's words", _optional("definition"), hint=NOTHING)),
        "basis": asker.ask(word("Basis of the counts", Basis)),
        "source": asker.ask(Question("Source (page, table, what is printed)", field_value(OutcomeRecord, "source"))),
    }
    derived = record["basis"] != Basis.STATED
    how = "How the counts follow from what is printed"
    record["arithmetic"] = asker.ask(Question(how, _optional("arithmetic"), hint=NOTHING)) if derived else None
    return {**record, "counts": [_counts(asker, label) for label in labels], "doubts": []}


def _only(words: Mapping[str, Any]) -> str:
    """The word that can be meant; empty where there are several."""
    return next(iter(words)) if len(words) == 1 else ""


def _optional(name: str) -> Callable[[str], Any]:
    return field_value(OutcomeRecord, name)


def _counts(asker: Asker, label: str) -> dict[str, Any]:
    n = asker.ask(Question(f"{label}: number of people (n)", field_value(ArmCount, "n"), hint=NOTHING))

    def within(value: Any) -> None:
        if value is not None and n is not None and value > n:
            raise RefusedError(f"is more than n ({n})")

    events = asker.ask(
        Question(f"{label}: people with the event", field_value(ArmCount, "events", within), hint=NOTHING)
    )
    return {"arm": label, "events": events, "n": n}


def _eligibility(asker: Asker) -> dict[str, Any]:
    network = asker.ask(word("Can the trial stand in the network?", YesNo, "yes"))
    reason = None
    if network == YesNo.NO:
        reason = asker.ask(Question("Why not?", field_value(Report, "first_author")))
    doubt = asker.ask(Question("A doubt about it", field_value(Eligibility, "reason"), hint=NOTHING))
    return {"network": network, "reason": reason, "doubts": [doubt] if doubt else [], "overlaps": []}


def _unread() -> dict[str, Any]:
    """The parts that are typed in the file afterwards."""
    modifiers = dict.fromkeys(("mean_age", "percent_men", "percent_psychosis", "diagnoses"))
    domains = dict.fromkeys(DOMAINS, str(Risk.NOT_ASSESSED))
    bias = {"tool": None, "source": None, **domains, "remarks": None}
    return {"effect_modifiers": modifiers, "risk_of_bias": bias, "fidelity": None, "comparator_content": None}


def _once(outcomes: list[dict[str, Any]]) -> dict[str, Any]:
    """The extraction of a trial that was read once."""
    counted = any(sum(_complete(row) for row in record["counts"]) >= 2 for record in outcomes)
    status = ExtractionStatus.ONE_READER if counted else ExtractionStatus.AWAITING_DATA
    return {"extraction": {"status": str(status), "readings": [], "decision": None}}


def _complete(row: Mapping[str, Any]) -> bool:
    return row["events"] is not None and row["n"] is not None
