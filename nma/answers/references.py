"""The reports of the trials that an analysis uses, as the registry holds them."""

from __future__ import annotations

from typing import Any

from nma.evidence import Evidence


def references(evidence: Evidence) -> list[dict[str, Any]] | None:
    """Every report of every trial used, the main one first.

    Returns
    -------
    list of dict or None
        ``id`` of the trial and its ``reports`` with ``first_author``, ``year``, ``title``, ``journal``, ``doi``,
        ``pmid`` and ``registration``, each None where the registry does not know it. None where no trial comes from a
        registry.
    """
    found = [
        {"id": trial.id, "reports": [report.model_dump(mode="json") for report in trial.study.reports]}
        for trial in evidence.trials
        if trial.study is not None
    ]
    return found or None
