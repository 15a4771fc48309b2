"""Studies × analysis → evidence: each trial of the registry is used, or left out by a named rule with its reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from nma.analysis import Analysis, Selection, check_words
from nma.errors import Problem, SelectionError
from nma.evidence.evidence import ArmData, Evidence, Exclusion, Trial
from nma.registry import OutcomeRecord, Registry, Study, Vocabulary
from nma.registry.study import ArmCount
from nma.registry.vocabulary import TreatmentName
from nma.vocab import NodeLevel, Risk, RiskOfBiasRule, TimePoint, YesNo


def select(registry: Registry, analysis: Analysis) -> Evidence:
    """Select the evidence of an analysis from the registry.

    Raises
    ------
    InputError
        The specification names what the registry does not have.
    SelectionError
        The specification selects nothing, or includes people twice.
    NetworkError
        The reference is absent, or the network falls apart.
    """
    if analysis.select is None:
        hint = "add a select part, or use Evidence.from_frame"
        raise SelectionError(Problem(analysis.name, "select", "says nothing about which trials to use", hint=hint))
    check_words(analysis, registry)
    trials: list[Trial] = []
    excluded: list[Exclusion] = []
    log: list[str] = []
    for study in registry.studies.values():
        outcome = _judge(study, analysis, analysis.select)
        if isinstance(outcome, Exclusion):
            excluded.append(outcome)
        else:
            trials.append(outcome)
            log += _combined(outcome)
    _check_overlap(trials, analysis)
    names = names_of(registry.vocabulary, analysis.select.nodes)
    return Evidence.build(analysis, trials, excluded, log, names)


def names_of(vocabulary: Vocabulary, level: NodeLevel) -> dict[str, TreatmentName]:
    """How reports call the treatments of a level, in the order of the vocabulary."""
    return vocabulary.node_names() if level is NodeLevel.MAIN else vocabulary.subgroup_names()


@dataclass(frozen=True)
class _Candidate:
    study: Study
    analysis: Analysis
    select: Selection


def _judge(study: Study, analysis: Analysis, selection: Selection) -> Trial | Exclusion:
    """Apply the rules on the trial, then choose its record, then place its arms."""
    candidate = _Candidate(study, analysis, selection)
    for rule, test in STUDY_RULES.items():
        reason = test(candidate)
        if reason is not None:
            return Exclusion(study.id, study.label, rule, reason)
    records = [record for record in study.outcomes if record.outcome == analysis.outcome and _counted(record)]
    for rule, keep in RECORD_RULES.items():
        kept = [record for record in records if keep(record, selection)]
        if not kept:
            return Exclusion(study.id, study.label, rule, _record_reason(rule, records))
        records = kept
    record = _at_time_point(study, records, selection)
    arms = _place_arms(study, record, selection)
    if len(arms) < 2:
        return Exclusion(study.id, study.label, "one node", _one_node_reason(study, record, arms))
    return Trial(study.id, arms, study, record)


def _counted(record: OutcomeRecord) -> bool:
    return sum(count.is_complete for count in record.counts) >= 2


def _outside_network(c: _Candidate) -> str | None:
    return c.study.eligibility.reason if c.study.eligibility.network is YesNo.NO else None


def _awaiting_data(c: _Candidate) -> str | None:
    if any(r.outcome == c.analysis.outcome and _counted(r) for r in c.study.outcomes):
        return None
    return "No counts of this outcome in two arms were found in what could be read."


def _decided(c: _Candidate) -> str | None:
    return c.select.exclude.get(c.study.id)


def _population(c: _Candidate) -> str | None:
    for flag, allowed in c.select.population.items():
        judgement = c.study.population.flags.get(flag)
        if judgement not in allowed:
            words = flag.replace("_", " ").capitalize()
            return f"{words}: {judgement or 'not judged'}. {c.study.population.description.rstrip('.')}."
    return None


def _published(c: _Candidate) -> str | None:
    limit = c.select.published_up_to
    if limit is None or (c.study.year is not None and c.study.year <= limit):
        return None
    return f"Published in {c.study.year or 'an unknown year'}, after {limit}."


def _risk_of_bias(c: _Candidate) -> str | None:
    if c.select.risk_of_bias is RiskOfBiasRule.ANY:
        return None
    high = [name for name, risk in c.study.risk_of_bias.domains().items() if risk is Risk.HIGH]
    return f"High risk of bias: {', '.join(high).replace('_', ' ')}." if high else None


STUDY_RULES: dict[str, Callable[[_Candidate], str | None]] = {
    "outside the network": _outside_network,
    "awaiting data": _awaiting_data,
    "population": _population,
    "decision": _decided,
    "publication year": _published,
    "risk of bias": _risk_of_bias,
}
"""Rules on a trial, in the order in which they are asked; the first that speaks gives the reason."""

RECORD_RULES: dict[str, Callable[[OutcomeRecord, Selection], bool]] = {
    "follow-up": lambda record, select: select.follow_up.holds(record.months),
    "basis": lambda record, select: record.basis in select.basis,
    "timing": lambda record, select: select.timing is None or record.timing in select.timing,
    "kind": lambda record, select: select.kinds is None or record.kind in select.kinds,
}
"""Rules on a trial's records of the outcome."""


def _record_reason(rule: str, records: list[OutcomeRecord]) -> str:
    months = " and ".join(f"{months:g}" for months in sorted(record.months for record in records))
    reasons = {
        "follow-up": f"Counted at {months} months, outside the follow-up window.",
        "basis": f"The basis of its counts is '{records[0].basis}'.",
        "timing": f"Its count is of timing '{records[0].timing}'.",
        "kind": f"Its outcome is of kind '{records[0].kind.replace('_', ' ')}'.",
    }
    return reasons[rule]


def _at_time_point(study: Study, records: list[OutcomeRecord], selection: Selection) -> OutcomeRecord:
    choose = min if selection.time_point is TimePoint.EARLIEST else max
    months = choose(record.months for record in records)
    chosen = [record for record in records if record.months == months]
    if len(chosen) > 1:
        what = f"{study.id} would be included twice: {len(chosen)} records at {months:g} months"
        raise SelectionError(Problem(f"studies/{study.id}.yaml", "outcomes", what, hint="keep one of them"))
    return chosen[0]


def _place_arms(study: Study, record: OutcomeRecord, selection: Selection) -> tuple[ArmData, ...]:
    """Arms with counts in their nodes; arms of one node are combined by adding events and people."""
    placed: dict[str, list[ArmCount]] = {}
    for count in record.counts:
        treatment = treatment_of(study, count.arm, selection)
        if treatment is not None and count.is_complete:
            placed.setdefault(treatment, []).append(count)
    return tuple(
        ArmData(
            treatment,
            sum(count.events or 0 for count in counts),
            sum(count.n or 0 for count in counts),
            " + ".join(count.arm for count in counts),
        )
        for treatment, counts in placed.items()
    )


def treatment_of(study: Study, label: str, selection: Selection) -> str | None:
    """The treatment of an arm at the level of an analysis, recodings applied; None for an arm that fits none."""
    arm = study.arm(label)
    recode = selection.recode.get(study.id, {}).get(label)
    node, subgroup = (recode.node, recode.subgroup) if recode else (arm.node, arm.subgroup)
    return node if selection.nodes is NodeLevel.MAIN else subgroup


def _one_node_reason(study: Study, record: OutcomeRecord, arms: tuple[ArmData, ...]) -> str:
    if not arms:
        return "None of its arms with counts has a node at this level."
    counted = sum(count.is_complete for count in record.counts)
    also = " and arms without one at this level" if counted > len(arms[0].label.split(" + ")) else ""
    return f"All its arms with counts lie in one node ({arms[0].treatment}){also}."


def _combined(trial: Trial) -> Iterator[str]:
    for arm in trial.arms:
        if " + " in arm.label and trial.record is not None:
            labels = [c.arm for c in trial.record.counts]
            if arm.label not in labels:
                yield f"{trial.label}: the arms {arm.label.replace(' + ', ' and ')} were combined in {arm.treatment}."


def _check_overlap(trials: list[Trial], analysis: Analysis) -> None:
    chosen = {trial.id for trial in trials}
    problems = [
        Problem(
            analysis.name,
            "select",
            f"{trial.id} and {other} share participants and would both be included",
            hint="add one of them to select.exclude with a reason",
        )
        for trial in trials
        if trial.study is not None
        for other in trial.study.eligibility.overlaps
        if other in chosen and (trial.id < other or trial.id not in _overlaps_of(trials, other))
    ]
    if problems:
        raise SelectionError(problems)


def _overlaps_of(trials: list[Trial], study_id: str) -> tuple[str, ...]:
    return next((t.study.eligibility.overlaps for t in trials if t.id == study_id and t.study is not None), ())
