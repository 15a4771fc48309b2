"""Two readings of one trial of the small review."""

from __future__ import annotations

from small_review import STUDY

ANNA = "studies/.extractions/anna/alpha-2001.yaml"
FIRST = STUDY.replace("ID", "alpha-2001", 1).replace("LABEL", "Alpha", 1)
FIRST = FIRST.replace("NODE", "SE", 1).replace("VERSUS", "PVT", 1)
EVENTS = "outcomes[work@24].counts[IPS].events"


def second(*changes: tuple[str, str]) -> str:
    """The second reading: the first with changes."""
    text = FIRST
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text
