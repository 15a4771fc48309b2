"""Where an interval lies against the zone of effects that are too small to matter.

The rules are those of CINeMA's web application since May 2019 (its change log, version 1.6; Nikolakopoulou et al. 2020,
doi:10.1371/journal.pmed.1003082): what counts is whether an interval reaches no effect, and whether it reaches effects
that matter in the direction opposite to the estimate.
"""

from __future__ import annotations

from typing import NamedTuple


class Ends(NamedTuple):
    """Two ends on the scale of the reported measure (RR and OR as ratios)."""

    lower: float
    upper: float

    def within(self, other: Ends) -> bool:
        """Whether it lies wholly inside the other."""
        return other.lower <= self.lower and self.upper <= other.upper


def decisive(estimate: float, interval: Ends, zone: Ends, null: float) -> Ends:
    """The zone whose ends an interval must not cross.

    It runs from no effect to the end of the zone of no important difference on the side opposite to the estimate. It is
    the whole zone where the credible interval lies wholly inside (such an estimate is precise enough to say that there
    is no important difference), and where the estimate is exactly no effect.
    """
    if interval.within(zone) or estimate == null:
        return zone
    return Ends(zone.lower, null) if estimate > null else Ends(null, zone.upper)


def crossings(interval: Ends, zone: Ends) -> int:
    """How many ends of a zone an interval crosses: 0, 1 or 2."""
    return int(interval.lower < zone.lower < interval.upper) + int(interval.lower < zone.upper < interval.upper)


def areas(interval: Ends, zone: Ends) -> tuple[bool, bool, bool]:
    """Whether an interval has a part below, inside and above the zone of no important difference."""
    inside = interval.lower < zone.upper and interval.upper > zone.lower
    return interval.lower < zone.lower, inside, interval.upper > zone.upper


def common_areas(first: Ends, second: Ends, zone: Ends) -> int:
    """In how many of the three areas two intervals are placed alike: 0 to 3."""
    return sum(one == other for one, other in zip(areas(first, zone), areas(second, zone), strict=True))
