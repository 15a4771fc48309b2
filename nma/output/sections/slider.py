"""What the slider of a reader's own baseline risk needs: kept draws, words with their places, and where to begin."""

from __future__ import annotations

from typing import Any

from nma.output import people
from nma.output.reading import Reading, Row
from nma.output.text import clip

ENDS, WIDER = (1, 90), (0.1, 99)
"""Ends of the slider, in per cent: the second where a risk of the tables lies beyond the first."""
LONGEST = 40
_TEMPLATES = {
    "interval": ("interval", ("lower", "upper")),
    "more": ("absolute.difference.more", ("n",)),
    "fewer": ("absolute.difference.fewer", ("n",)),
    "benefit": ("absolute.nnt.benefit", ("n",)),
    "harm": ("absolute.nnt.harm", ("n",)),
    "through": ("absolute.nnt.through", ("near", "far")),
    "capped": ("absolute.slider.capped", ("share",)),
}
"""Texts the script fills in itself: their keys, and the names of what stands in braces."""
_PLAIN = {
    "same": "absolute.difference.same",
    "none": "absolute.nnt.none",
    "under": "chance.under",
    "over": "chance.over",
}


def slider(reading: Reading, found: Row) -> dict[str, Any]:
    """Everything the template and its script need, in the language of the page."""
    text = reading.text
    words = {
        name: text(key, **{place: f"{{{place}}}" for place in places}) for name, (key, places) in _TEMPLATES.items()
    }
    words |= {name: text(key) for name, key in _PLAIN.items()}
    names = [name for name in reading.ranked if name in found["draws"]]
    lowest, highest = _ends(found)
    return {
        "start": float(min(max(_start(found), lowest), highest)),
        "lowest": lowest,
        "highest": highest,
        "step": 1 if lowest == ENDS[0] else lowest,
        "labels": {name: reading.label(name) for name in names},
        "marks": {name: reading.marks[name] for name in names},
        "mark": reading.marks[reading.reference],
        "reference": clip(reading.label(reading.reference), LONGEST),
        "outcome": str(reading.analysis["outcome_label"]),
        "predictive": found["predictive"] is not None,
        "data": {
            "scale": found["scale"],
            "per": found["per"],
            "higher": reading.higher,
            "draws": {name: found["draws"][name] for name in names},
            "predictive": found["predictive"],
            "most": people.MOST_NEEDED,
            "decimal": text.numbers.decimal,
            "thousands": text.numbers.thousands,
            "words": words | {"live": _live(reading, names[0]), "percent": "{n}%"},
            "first": names[0],
        },
    }


def _live(reading: Reading, best: str) -> str:
    """The sentence that is read aloud when the slider has been moved, its numbers left open."""
    places = {name: f"{{{name}}}" for name in ("risk", "own", "count", "interval")}
    own, count = places["own"], places["count"]
    names = {"treatment": reading.label(best), "reference": reading.label(reading.reference)}
    return reading.text(
        "absolute.slider.live", risk=places["risk"], own=own, people=count, interval=places["interval"], **names
    )


def _start(found: Row) -> float:
    """Where the slider begins: at the first declared risk, else at the pooled one, else in the lower middle."""
    declared = [baseline["risk"] for baseline in found["baselines"] if baseline["source"] is not None]
    pooled = [baseline["risk"]["median"] for baseline in found["baselines"] if baseline["source"] is None]
    return float(round(100 * [*declared, *pooled, 0.2][0], 1))


def _ends(found: Row) -> tuple[float, float]:
    """Where the slider ends: every risk of the tables is within its reach, but for those next to 0 or 1."""
    risks = [baseline["per_1000"]["median"] / 10 for baseline in found["baselines"]]
    lowest = WIDER[0] if any(risk < ENDS[0] for risk in risks) else ENDS[0]
    return lowest, WIDER[1] if any(risk > ENDS[1] for risk in risks) else ENDS[1]
