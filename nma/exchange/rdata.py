"""The data of an R script: arms with counts, or contrasts against the first arm with the rest of their covariance."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nma.evidence import Evidence, trial_contrasts
from nma.exchange import delimited
from nma.exchange.rcode import codes, quoted, study_codes, vector
from nma.vocab import Likelihood

ARM_HEAD = {"study": "character", "treatment": "character", "events": "integer", "n": "integer"}
CONTRAST_HEAD = {"study": "character", "treatment": "character", "diff": "numeric", "std.err": "numeric"}


@dataclass(frozen=True)
class Data:
    """The table beside a script, and what its codes stand for."""

    head: Mapping[str, str]
    """Columns and their classes in R."""
    content: bytes
    treatments: Mapping[str, str]
    """Code of each treatment, reference first."""
    studies: Mapping[str, str]

    def reference(self, evidence: Evidence) -> str:
        """The reference's code as an R string."""
        return quoted(self.treatments[evidence.analysis.reference])

    def legend(self, evidence: Evidence) -> list[str]:
        """R that says what the codes stand for."""
        labels = {treatment: _label(evidence, treatment) for treatment in self.treatments}
        rows = [f"{code} = {quoted(labels[treatment])}" for treatment, code in self.treatments.items()]
        lines = [f"labels <- {vector(rows)}"]
        if any(study != code for study, code in self.studies.items()):
            lines.append(f"studies <- {vector(f'{code} = {quoted(study)}' for study, code in self.studies.items())}")
        return lines


def _label(evidence: Evidence, treatment: str) -> str:
    name = evidence.names.get(treatment)
    return name.label if name is not None else treatment


def _coded(evidence: Evidence) -> tuple[dict[str, str], dict[str, str]]:
    return codes(evidence.treatments, "T"), study_codes([trial.id for trial in evidence.trials])


def arm_data(evidence: Evidence, events: str = "events", n: str = "n") -> Data:
    """One row an arm, with the names of the columns that the package wants."""
    treatments, studies = _coded(evidence)
    head = {"study": "character", "treatment": "character", events: "integer", n: "integer"}
    rows = [[studies[t.id], treatments[arm.treatment], arm.events, arm.n] for t in evidence.trials for arm in t.arms]
    return Data(head, delimited.written(list(head), rows), treatments, studies)


def contrast_data(evidence: Evidence) -> Data:
    """One row an arm: its difference from the trial's first arm, which has none; its standard error.

    In a trial with three arms or more the first arm's own standard error stands in its row: it is the covariance of
    the differences. Both gemtc and multinma take contrasts in this form.
    """
    treatments, studies = _coded(evidence)
    analysis = evidence.analysis
    rows: list[Sequence[object]] = []
    for trial in evidence.trials:
        found = trial_contrasts(trial, analysis.effect_measure, analysis.zero_cells)
        for i, arm in enumerate(trial.arms):
            first = math.sqrt(found.variance[0]) if len(trial.arms) > 2 else None
            diff = None if i == 0 else float(found.value[i] - found.value[0])
            error = first if i == 0 else math.sqrt(found.variance[i] + found.variance[0])
            rows.append([studies[trial.id], treatments[arm.treatment], diff, error])
    return Data(CONTRAST_HEAD, delimited.written(list(CONTRAST_HEAD), rows), treatments, studies)


def is_contrast_level(evidence: Evidence) -> bool:
    """Whether the analysis itself is one of contrasts."""
    return evidence.analysis.likelihood is Likelihood.NORMAL
