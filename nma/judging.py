"""What people judge of an analysis, read from its project and put into results; nothing is sampled for it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from nma.analysis import Analysis, load_analysis
from nma.analysis.judgements import NOTHING, Judgements, load_judgements
from nma.project import Project
from nma.registry import read_vocabulary

FINGERPRINT = "judgements_fingerprint"
"""Key of the provenance of results."""


def judgements_of(project: Project, analysis: Analysis) -> Judgements:
    """What people judged of an analysis: ``judgements/<name>.yaml``, or nothing.

    Raises
    ------
    InputError
        The file has problems.
    """
    path = project.judgements / f"{analysis.name}.yaml"
    return load_judgements(path, analysis, read_vocabulary(project.vocabulary)) if os.path.lexists(path) else NOTHING


def rejudged(project: Project, found: Mapping[str, Any]) -> Mapping[str, Any]:
    """Stored results with the judgements as the project has them now.

    Results of another project, or of an analysis that the project no longer has, stay as they are.

    Raises
    ------
    InputError
        The specification or the file of judgements has problems.
    """
    path = project.specifications().get(found["analysis"]["name"])
    if path is None or found["provenance"].get("project") != project.name:
        return found
    from nma.answers.summary import judged

    return judged(found, judgements_of(project, load_analysis(path)))
