"""The hierarchy beyond SUCRA: how sure the order is, and what of it is established."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, pairwise

from nma.output.blocks import Block
from nma.output.compose import room_for
from nma.output.display import LEAGUE_COLUMNS, Cell, Column, Table
from nma.output.figures import Hasse, Step
from nma.output.reading import Reading, Row
from nma.output.text import clip, tidy

MOST_NAMED = 10
"""Pairs that are named one by one; where there are more, they are counted."""
SHORTEST = 14
"""Signs of a name beside a figure on a telephone."""
_ZONE = {
    (True, True): "hierarchy.better.above",
    (True, False): "hierarchy.better.below",
    (False, True): "hierarchy.better.more",
    (False, False): "hierarchy.better.fewer",
}
"""What it is to be better by more than the zone: on a ratio or not, higher or lower better."""
_DOUBTED = {
    ("low", False): "hierarchy.level.low",
    ("low", True): "hierarchy.level.low_at_most",
    ("very low", False): "hierarchy.level.very_low",
    ("very low", True): "hierarchy.level.very_low",
}
"""Levels of certainty at which a rank should not be leaned on, by whether they are provisional."""

Pair = tuple[str, str]


def blocks(reading: Reading) -> tuple[Block, ...]:
    """How sure the order is, who is better by enough, what is established, and where rank and certainty part."""
    found = reading.results.get("hierarchy")
    if not found:
        return ()
    return (
        _order(reading, found),
        _precise(reading, found),
        _by_enough(reading, found),
        _established(reading, found),
        *_apart(reading, found),
    )


def _order(reading: Reading, found: Row) -> Block:
    text, order, likeliest = reading.text, found["order"], found["likeliest"]
    values = {"order": _order_named(reading, order["treatments"]), "chance": reading.chance(order["probability"])}
    same = order["treatments"] == likeliest["treatments"]
    other = {
        "other": _order_named(reading, likeliest["treatments"]),
        "likelier": reading.chance(likeliest["probability"]),
    }
    lead = (
        text("hierarchy.what"),
        text("hierarchy.order.likeliest", **values) if same else text("hierarchy.order.other", **values, **other),
        *((text("hierarchy.top.heading"),) if found["top"] else ()),
    )
    return Block(
        warnings=() if reading.converged else (text("stamp.answer"),),
        lead=lead,
        items=tuple(_top(reading, row) for row in found["top"]),
    )


def _precise(reading: Reading, found: Row) -> Block:
    """The precision of the hierarchy, and what each treatment does to it."""
    text, whole = reading.text, reading.text.numbers.decimals(found["poth"]["value"], 2)
    lead = (text("hierarchy.poth.value", poth=whole), *_least_settled(reading, found["poth"]))
    return Block(text("hierarchy.heading.poth"), lead=lead, tables=(_scores(reading, found),))


def _order_named(reading: Reading, names: Sequence[str]) -> str:
    return " > ".join(reading.short(name) for name in names)


def _top(reading: Reading, row: Row) -> str:
    names = [reading.label(name) for name in row["treatments"]]
    if len(names) == 1:
        return reading.text("hierarchy.top.first", best=names[0], chance=reading.chance(row["as_set"]))
    chances = {"any": reading.chance(row["as_set"]), "exact": reading.chance(row["in_order"])}
    return reading.text("hierarchy.top.places", count=len(names), names=reading.text.listed(names), **chances)


def _least_settled(reading: Reading, poth: Row) -> tuple[str, ...]:
    """Whose place is least settled: the treatment without which the rest would be ordered more surely."""
    if not poth["without"]:
        return ()
    row = max(poth["without"], key=lambda it: it["value"])
    values = {"treatment": reading.label(row["treatment"]), "without": reading.text.numbers.decimals(row["value"], 2)}
    return (reading.text("hierarchy.poth.least" if row["change"] < 0 else "hierarchy.poth.all_add", **values),)


def _scores(reading: Reading, found: Row) -> Table:
    """SUCRA and P-score side by side, and what each treatment does to the precision."""
    text = reading.text
    heads = (
        "table.treatment",
        "table.sucra",
        "hierarchy.head.p_score",
        "hierarchy.head.without",
        "hierarchy.head.best",
    )
    columns = tuple(Column(text(head), number=place > 0) for place, head in enumerate(heads))
    sucra = {row["treatment"]: row["sucra"] for row in reading.ranking}
    p_score = {row["treatment"]: row["p_score"] for row in found["p_scores"]}
    without = {row["treatment"]: row["value"] for row in found["poth"]["without"]}
    best = {row["k"]: row["value"] for row in found["poth"]["best"]} | {len(sucra): found["poth"]["value"]}
    rows = [
        (
            Cell(reading.label(name), mark=reading.marks[name]),
            Cell(text.numbers.percent(sucra[name]), number=True, order=sucra[name]),
            Cell(text.numbers.percent(p_score[name]), number=True, order=p_score[name]),
            _precision(reading, without.get(name)),
            _precision(reading, best.get(place)),
        )
        for place, name in enumerate(reading.ranked, start=1)
    ]
    return Table(text("hierarchy.caption_of.scores"), columns, tuple(rows))


def _precision(reading: Reading, value: float | None) -> Cell:
    if value is None:
        return Cell("–", number=True)
    return Cell(reading.text.numbers.decimals(value, 2), number=True, order=value)


def _by_enough(reading: Reading, found: Row) -> Block:
    """The probability of being better, and better by more than the zone, for each ordered pair."""
    text, zone = reading.text, found["zone"]
    lead = (text("hierarchy.better.no_zone"),) if zone is None else (_zone_said(reading, zone),)
    return Block(text("hierarchy.heading.better"), lead=lead, tables=_chances(reading, found))


def _zone_said(reading: Reading, zone: Row) -> str:
    reason = reading.analysis["decision"]["no_important_difference"]["reason"]
    lower, upper = (reading.value(zone[key]) for key in ("lower", "upper"))
    values = {"zone": reading.text("interval", lower=lower, upper=upper), "enough": _enough(reading, zone)}
    return reading.text("hierarchy.better.zone", **values, reason=tidy(reason))


def _enough(reading: Reading, zone: Row) -> str:
    end = reading.value(zone["upper" if reading.higher else "lower"])
    return reading.text(_ZONE[reading.scale.log, reading.higher], measure=reading.measure_name, end=end)


def _chances(reading: Reading, found: Row) -> tuple[Table, ...]:
    """Row against column, in the order of the ranking; a large network is cut into blocks of columns."""
    text, names = reading.text, reading.ranked
    chances = {(row["treatment"], row["versus"]): row for row in found["chances"]}
    few = len(names) <= LEAGUE_COLUMNS + 1
    parts = [names] if few else [names[at : at + LEAGUE_COLUMNS] for at in range(0, len(names), LEAGUE_COLUMNS)]
    zone = found["zone"]
    key = "hierarchy.caption_of.better" if zone is None else "hierarchy.caption_of.enough"
    enough = "" if zone is None else _enough(reading, zone)
    return tuple(
        Table(
            text(key, enough=enough),
            (
                Column(text("table.row_against_column")),
                *(Column(reading.short(name), True, reading.marks[name]) for name in part),
            ),
            tuple(_chance_row(reading, chances, name, part) for name in names),
            wide=True,
        )
        for part in parts
    )


def _chance_row(reading: Reading, chances: dict[Pair, Row], name: str, part: Sequence[str]) -> tuple[Cell, ...]:
    cells = [Cell(reading.short(name), mark=reading.marks[name])]
    for other in part:
        row = chances.get((name, other))
        if row is None:
            cells.append(Cell("–", number=True, spoken=reading.text("table.same")))
        else:
            cells.append(_chance(reading, row))
    return tuple(cells)


def _chance(reading: Reading, row: Row) -> Cell:
    write, better, enough = reading.text.numbers.percent, row["p_better"], row["p_important"]
    if enough is None:
        return Cell(write(better), number=True, order=better)
    return Cell(
        write(enough), note=reading.text("hierarchy.better.at_all", chance=write(better)), number=True, order=enough
    )


def _established(reading: Reading, found: Row) -> Block:
    """The Hasse diagram and what it says."""
    text, partial = reading.text, found["partial"]
    pairs = {(row["treatment"], row["versus"]) for row in partial["established"]}
    total = len(reading.ranked) * (len(reading.ranked) - 1) // 2
    key = "hierarchy.partial.counted" if pairs else "hierarchy.partial.nothing"
    lead = text(key, established=len(pairs), count=total, null=reading.null)
    figures = ((_hasse(reading, partial), text("hierarchy.partial.caption")),) if pairs else ()
    said = (*_does_better(reading, pairs), *_open(reading, pairs), *_chained(reading, partial["chained"]))
    return Block(
        text("hierarchy.heading.partial"), lead=(text("hierarchy.partial.meaning"), lead), figures=figures, items=said
    )


def _hasse(reading: Reading, partial: Row) -> Hasse:
    text = reading.text
    place = {name: row for row, name in enumerate(reading.ranked)}
    links = tuple(sorted((place[row["treatment"]], place[row["versus"]]) for row in partial["links"]))
    steps = tuple(
        Step(room_for(reading, name), clip(reading.short(name), SHORTEST), reading.marks[name], partial["levels"][name])
        for name in reading.ranked
    )
    pairs = {(row["treatment"], row["versus"]) for row in partial["established"]}
    alt = text("hierarchy.partial.alt", said=" ".join(_does_better(reading, pairs)))
    return Hasse("hierarchy", text("hierarchy.partial.figure"), alt, steps, links)


def _does_better(reading: Reading, pairs: set[Pair]) -> tuple[str, ...]:
    """For each treatment, those it is established to be better than."""
    said = []
    for name in reading.ranked:
        below = [reading.label(other) for other in reading.ranked if (name, other) in pairs]
        if below:
            said.append(
                reading.text("hierarchy.partial.better", best=reading.label(name), others=reading.text.listed(below))
            )
    return tuple(said)


def _open(reading: Reading, pairs: set[Pair]) -> tuple[str, ...]:
    """The pairs of which neither is established to be the better."""
    text = reading.text
    left = [pair for pair in combinations(reading.ranked, 2) if not {pair, pair[::-1]} & pairs]
    if not left or not pairs or len(left) > MOST_NAMED:
        return ()
    named = [text("hierarchy.partial.two", first=reading.label(a), second=reading.label(b)) for a, b in left]
    return (text("hierarchy.partial.open", pairs="; ".join(named)),)


def _chained(reading: Reading, rows: Sequence[Row]) -> tuple[str, ...]:
    """Pairs that stand above each other in the figure by way of others only."""
    names = [
        reading.text("pair", first=reading.label(row["treatment"]), second=reading.label(row["versus"])) for row in rows
    ]
    if not names:
        return ()
    shown = reading.text.listed(names[:MOST_NAMED])
    return (reading.text("hierarchy.partial.chained", count=len(names), pairs=shown),)


def _apart(reading: Reading, found: Row) -> tuple[Block, ...]:
    """Neighbours in the ranking, and the first against the others, that are ranked apart on weak ground."""
    text, best = reading.text, reading.ranked[0]
    pairs = [*pairwise(reading.ranked), *((best, other) for other in reading.ranked[2:])]
    open_pairs, levels = _unsettled(reading, found), _levels(reading)
    said = [line for pair in pairs if (line := _warned(reading, pair, open_pairs, levels))]
    if not said:
        return ()
    rest = len(said) - MOST_NAMED
    more = (text("hierarchy.apart.more", count=rest),) if rest > 0 else ()
    return (
        Block(text("hierarchy.heading.apart"), lead=(text("hierarchy.apart.what"),), items=(*said[:MOST_NAMED], *more)),
    )


def _unsettled(reading: Reading, found: Row) -> set[Pair]:
    established = {(row["treatment"], row["versus"]) for row in found["partial"]["established"]}
    return set(combinations(reading.ranked, 2)) - established


def _levels(reading: Reading) -> dict[frozenset[str], str]:
    """Words for the certainty of each pair where it is low or very low; none where nobody judged it."""
    judged = (reading.results.get("certainty") or {}).get("pairs", ())
    found = {}
    for row in judged:
        key = _DOUBTED.get((row["level"], bool(row.get("provisional"))))
        if key is not None:
            found[frozenset((row["treatment"], row["versus"]))] = reading.text(key)
    return found


def _warned(reading: Reading, pair: Pair, open_pairs: set[Pair], levels: dict[frozenset[str], str]) -> str:
    """The warning on a pair; empty where there is nothing to warn of."""
    names = {"first": reading.label(pair[0]), "second": reading.label(pair[1])}
    level, unsettled = levels.get(frozenset(pair)), pair in open_pairs
    if level and unsettled:
        return reading.text("hierarchy.apart.both", **names, level=level, null=reading.null)
    if level:
        return reading.text("hierarchy.apart.certainty", **names, level=level)
    return reading.text("hierarchy.apart.interval", **names, null=reading.null) if unsettled else ""
