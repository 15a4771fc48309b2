"""Where intervals lie against the zone of no important difference: as CINeMA's own source counts, written apart."""

from __future__ import annotations

import numpy as np
import pytest

from nma.answers.zones import Ends, areas, common_areas, crossings, decisive

ZONE = Ends(0.8, 1.25)


def cinema(interval, estimate, zone, null):
    """Count of crossings by the signs of products of differences, as the web application has it since version 1.6."""
    if interval.lower > zone.lower and interval.upper < zone.upper:
        return 0
    lower = zone.lower if estimate > null else null
    upper = zone.upper if estimate < null else null
    if (lower - interval.upper) * (upper - interval.lower) > 0:
        return 0
    below, above = lower - interval.lower, upper - interval.upper
    if below * above > 0:
        return 1
    return 0 if above > 0 else 2


def test_crossings_agree_with_cinemas_arithmetic_on_ten_thousand_intervals():
    rng = np.random.default_rng(3)
    seen = set()
    for _ in range(10_000):
        middle, half = rng.normal(0, 0.4), rng.exponential(0.4)
        estimate, interval = float(np.exp(middle)), Ends(*(float(x) for x in np.exp([middle - half, middle + half])))
        found = crossings(interval, decisive(estimate, interval, ZONE, 1.0))
        assert found == cinema(interval, estimate, ZONE, 1.0)
        seen.add(found)
    assert seen == {0, 1, 2}


@pytest.mark.parametrize(
    ("estimate", "interval", "zone", "count"),
    [
        (1.44, (0.95, 2.19), (0.8, 1.0), 1),
        (1.44, (1.02, 2.19), (0.8, 1.0), 0),
        (1.09, (0.78, 1.54), (0.8, 1.0), 2),
        (1.02, (0.9, 1.2), (0.8, 1.25), 0),
        (0.7, (0.45, 1.1), (1.0, 1.25), 1),
        (0.7, (0.45, 1.3), (1.0, 1.25), 2),
        (0.7, (0.45, 0.99), (1.0, 1.25), 0),
        (1.0, (0.7, 1.1), (0.8, 1.25), 1),
        (1.0, (0.7, 1.4), (0.8, 1.25), 2),
    ],
)
def test_the_decisive_zone_and_its_crossings(estimate, interval, zone, count):
    found = decisive(estimate, Ends(*interval), ZONE, 1.0)
    assert found == zone
    assert crossings(Ends(*interval), found) == count


def test_turning_a_ratio_over_changes_no_count():
    rng = np.random.default_rng(4)
    for _ in range(500):
        middle, half = rng.normal(0, 0.4), rng.exponential(0.4)
        ends = [float(x) for x in np.exp([middle - half, middle, middle + half])]
        turned = [1 / x for x in reversed(ends)]
        counts = [crossings(Ends(a, c), decisive(b, Ends(a, c), ZONE, 1.0)) for a, b, c in (tuple(ends), tuple(turned))]
        assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("interval", "placed"),
    [
        ((0.5, 0.7), (True, False, False)),
        ((0.5, 0.9), (True, True, False)),
        ((0.5, 1.5), (True, True, True)),
        ((0.9, 1.1), (False, True, False)),
        ((0.9, 1.5), (False, True, True)),
        ((1.3, 1.5), (False, False, True)),
    ],
)
def test_areas(interval, placed):
    assert areas(Ends(*interval), ZONE) == placed


@pytest.mark.parametrize(
    ("direct", "indirect", "count"),
    [
        ((0.5, 1.5), (0.6, 1.4), 3),
        ((0.9, 1.5), (0.6, 1.4), 2),
        ((1.3, 1.5), (0.9, 1.1), 1),
        ((0.5, 0.7), (0.9, 1.4), 0),
        ((0.5, 0.7), (1.3, 1.4), 1),
    ],
)
def test_common_areas(direct, indirect, count):
    assert common_areas(Ends(*direct), Ends(*indirect), ZONE) == count
