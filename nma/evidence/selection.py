"""Studies × analysis → evidence: each trial of the registry is used, or left out by a named rule with its reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nma.analysis import Analysis, Selection, check_words
from nma.errors import Problem, SelectionError
from nma.evidence import reasons
from nma.evidence.evidence import ArmData, Evidence, Exclusion, Trial
from nma.evidence.reasons import JOINED, Reason, combined
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
            log += [found.line for found in combined(outcome)]
    _check_overlap(trials, analysis)
    names = names_of(registry.vocabulary, analysis.select.nodes)
    return Evidence.build(analysis, trials, excluded, log, names)


def wanted(study: Study, analysis: Analysis) -> bool:
    """Whether no rule on trials but the want of counts keeps a trial out of an analysis."""
    if analysis.select is None:
        return False
    candidate = _Candidate(study, analysis, analysis.select)
    return all(test(candidate) is None for rule, test in STUDY_RULES.items() if rule != AWAITING)


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
            return _left_out(study, rule, reason)
    records = [record for record in study.outcomes if record.outcome == analysis.outcome and _counted(record)]
    for rule, keep in RECORD_RULES.items():
        kept = [record for record in records if keep(record, selection)]
        if not kept:
            return _left_out(study, rule, reasons.of_record(rule, records))
        records = kept
    record = _at_time_point(study, records, selection)
    arms = _place_arms(study, record, selection)
    if len(arms) < 2:
        return _left_out(study, "one node", reasons.one_node(record, arms))
    return Trial(study.id, arms, study, record)


def _left_out(study: Study, rule: str, reason: Reason) -> Exclusion:
    return Exclusion(study.id, study.label, rule, reason.line, reason.key, reason.values)


def _counted(record: OutcomeRecord) -> bool:
    return sum(count.is_complete for count in record.counts) >= 2


def _outside_network(c: _Candidate) -> Reason | None:
    eligibility = c.study.eligibility
    return Reason(eligibility.reason or "") if eligibility.network is YesNo.NO else None


def _awaiting_data(c: _Candidate) -> Reason | None:
    if any(r.outcome == c.analysis.outcome and _counted(r) for r in c.study.outcomes):
        return None
    return reasons.awaiting_data()


def _decided(c: _Candidate) -> Reason | None:
    reason = c.select.exclude.get(c.study.id)
    return None if reason is None else Reason(reason)


def _population(c: _Candidate) -> Reason | None:
    for flag, allowed in c.select.population.items():
        judgement = c.study.population.flags.get(flag)
        if judgement not in allowed:
            return reasons.population(c.study, flag, judgement)
    return None


def _published(c: _Candidate) -> Reason | None:
    limit = c.select.published_up_to
    if limit is None or (c.study.year is not None and c.study.year <= limit):
        return None
    return reasons.published(c.study.year, limit)


def _risk_of_bias(c: _Candidate) -> Reason | None:
    if c.select.risk_of_bias is RiskOfBiasRule.ANY:
        return None
    high = [name for name, risk in c.study.risk_of_bias.domains().items() if risk is Risk.HIGH]
    return reasons.risk_of_bias(high) if high else None


AWAITING = "awaiting data"
STUDY_RULES: dict[str, Callable[[_Candidate], Reason | None]] = {
    "outside the network": _outside_network,
    AWAITING: _awaiting_data,
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
            JOINED.join(count.arm for count in counts),
        )
        for treatment, counts in placed.items()
    )


def treatment_of(study: Study, label: str, selection: Selection) -> str | None:
    """The treatment of an arm at the level of an analysis, recodings applied; None for an arm that fits none."""
    arm = study.arm(label)
    recode = selection.recode.get(study.id, {}).get(label)
    node, subgroup = (recode.node, recode.subgroup) if recode else (arm.node, arm.subgroup)
    return node if selection.nodes is NodeLevel.MAIN else subgroup


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
