"""The section on contributions: what each comparison rests on, comparison by comparison and trial by trial."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from nma.output.blocks import Block, Widget, number, table
from nma.output.display import Cell, Table
from nma.output.figures import Figure
from nma.output.heat import Heat
from nma.output.reading import Reading, Row
from nma.output.text import clip

Pair = frozenset[str]
MOST_ROWS = 15
"""Comparisons in the figure; beyond, those of the best and those with the reference. A file has all of them."""
MOST_COLUMNS = 14
OPEN_TRIALS = 12
"""Trials in a table that stands open; a longer one is folded."""
NAMED = 3
"""Other comparisons that a sentence names with their shares."""
_SHORT = 12
_METHODS = {"shortest path": "contributions.method.shortest_path", "random walk": "contributions.method.random_walk"}


def blocks(reading: Reading) -> tuple[Block, ...]:
    """The figure with what the first two rest on, and the trials."""
    found = reading.results.get("contributions")
    if not found or not found["pairs"]:
        return ()
    trials = _table(reading, found)
    return (
        Block(lead=(reading.text("contributions.what"), *first_two(reading, found))),
        Block(figures=_figures(reading, found), after=(_how(reading, found), reading.text("contributions.file"))),
        Block(
            reading.text("contributions.heading"),
            lead=(heaviest(reading, found),),
            tables=(trials,) if len(trials.rows) <= OPEN_TRIALS else (),
            widgets=() if len(trials.rows) <= OPEN_TRIALS else (_folded(reading, trials),),
        ),
    )


def by_pair(found: Row) -> dict[Pair, Row]:
    """Each pair by its two treatments."""
    return {_key(row): row for row in found["pairs"]}


def _key(row: Row) -> Pair:
    return frozenset((row["treatment"], row["versus"]))


def percent(reading: Reading, share: float) -> str:
    """A share as a percentage; a whole one is whole: it follows from the network and is no estimate."""
    whole = 1 - share < 1e-9
    return reading.text("contributions.all") if whole else reading.text.numbers.percent(share)


def first_two(reading: Reading, found: Row) -> tuple[str, ...]:
    """What the comparison of the two that rank first rests on, and which trial carries most of it."""
    text, (first, second) = reading.text, reading.ranked[:2]
    row = by_pair(found)[frozenset((first, second))]
    own = next((it["share"] for it in row["by_comparison"] if _key(it) == _key(row)), 0.0)
    rest = [it for it in row["by_comparison"] if _key(it) != _key(row)]
    values = {"first": reading.label(first), "second": reading.label(second), "direct": percent(reading, own)}
    if not rest:
        return text("contributions.first.direct_only", **values), *_carried(reading, row["by_trial"])
    key = _FIRST_TWO["mixed" if own > 0 else "indirect_only", len(rest) > NAMED]
    said = text(key, **values, most=_most(reading, rest[:NAMED]), count=len(rest), others=len(rest))
    return said, *_carried(reading, row["by_trial"])


_FIRST_TWO = {
    ("mixed", False): "contributions.first.mixed",
    ("mixed", True): "contributions.first.mixed_many",
    ("indirect_only", False): "contributions.first.indirect_only",
    ("indirect_only", True): "contributions.first.indirect_many",
}


def _most(reading: Reading, rows: Iterable[Row]) -> str:
    """Comparisons with their shares."""
    return reading.text.listed(
        [
            reading.text("contributions.named", name=pair_name(reading, row), share=percent(reading, row["share"]))
            for row in rows
        ]
    )


def pair_name(reading: Reading, row: Row) -> str:
    """A comparison by the short names of its treatments, the better ranked first."""
    first, second = sorted((row["treatment"], row["versus"]), key=reading.ranked.index)
    return reading.text("pair", first=reading.short(first), second=reading.short(second))


def _carried(reading: Reading, trials: Sequence[Row]) -> tuple[str, ...]:
    """The trial with the largest share in the comparison of the first two."""
    if not trials:
        return ()
    values = {"trial": reading.trial(trials[0]["study"]), "share": percent(reading, trials[0]["share"])}
    if len(trials) == 1:
        return (reading.text("contributions.trial.one", trial=values["trial"]),)
    return (reading.text("contributions.trial.most", **values, count=len(trials)),)


def heaviest(reading: Reading, found: Row) -> str:
    """The trial with the largest share in the network as a whole."""
    trials = found["overall"]["by_trial"]
    if len(trials) == 1:
        return reading.text("contributions.network.one", trial=reading.trial(trials[0]["study"]))
    values = {"trial": reading.trial(trials[0]["study"]), "share": percent(reading, trials[0]["share"])}
    said = reading.text("contributions.network.most", **values, trials=len(trials))
    return " ".join((said, reading.text("contributions.network.half", count=_half(trials))))


def _half(trials: Sequence[Row]) -> int:
    """How many of the trials, the heaviest first, carry half of the network."""
    carried = 0.0
    for place, row in enumerate(trials, start=1):
        carried += row["share"]
        if carried >= 0.5:
            return place
    return len(trials)


def _how(reading: Reading, found: Row) -> str:
    """How the shares were computed."""
    method = reading.text(_METHODS[found["method"]])
    if found["tau"] == 0:
        return reading.text("contributions.how_common", method=method)
    return reading.text("contributions.how", method=method, tau=reading.text.numbers.decimals(found["tau"], 2))


def _figures(reading: Reading, found: Row) -> tuple[tuple[Figure, str], ...]:
    rows = _rows(reading, by_pair(found))
    columns = _columns(reading, found, rows)
    if len(columns) < 2:
        return ()
    text, pairs = reading.text, by_pair(found)
    shares = [_shares(pairs[frozenset(pair)], columns) for pair in rows]
    figure = Heat(
        name="contributions",
        title=text("contributions.figure"),
        alt=_alt(reading, found, rows),
        rows=tuple(_label(reading, pair) for pair in rows),
        columns=tuple(_label(reading, pair) for pair in columns),
        shares=tuple(shares),
        written=tuple(tuple(_written(reading, share) for share in row) for row in shares),
        own=tuple(_place(columns, pair) for pair in rows),
        titles=(text("table.comparison"), text("contributions.columns")),
    )
    left_out = len(reading.pairs()) - len(rows), len(_direct(found)) - len(columns)
    key = "contributions.caption_part" if any(left_out) else "contributions.caption"
    return ((figure, text(key, rows=left_out[0], columns=left_out[1])),)


def _alt(reading: Reading, found: Row, rows: Sequence[tuple[str, str]]) -> str:
    pairs = by_pair(found)
    told = [
        reading.text(
            "contributions.alt_row",
            name=_label(reading, pair),
            most=_most(reading, pairs[frozenset(pair)]["by_comparison"][:1]),
        )
        for pair in rows
    ]
    return reading.text("contributions.alt", count=len(rows), rows="; ".join(told))


def _rows(reading: Reading, told: Mapping[Pair, Row]) -> list[tuple[str, str]]:
    """Comparisons to show, in the order of the ranking; those with the reference always."""
    pairs = [pair for pair in reading.pairs() if told[frozenset(pair)]["by_comparison"]]
    if len(pairs) <= MOST_ROWS:
        return pairs
    against = [pair for pair in pairs if reading.reference in pair][:MOST_ROWS]
    chosen = {*against, *[pair for pair in pairs if pair not in against][: MOST_ROWS - len(against)]}
    return [pair for pair in pairs if pair in chosen]


def _direct(found: Row) -> list[Pair]:
    return [_key(row) for row in found["pairs"] if row["direct"]]


def _columns(reading: Reading, found: Row, rows: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Direct comparisons in the order of the ranking; of many, those with the largest shares."""
    direct, pairs = set(_direct(found)), by_pair(found)
    ordered = [pair for pair in reading.pairs() if frozenset(pair) in direct]
    if len(ordered) <= MOST_COLUMNS:
        return ordered
    largest = {pair: max(_shares(pairs[frozenset(row)], [pair])[0] for row in rows) for pair in ordered}
    kept = sorted(ordered, key=lambda pair: -largest[pair])[:MOST_COLUMNS]
    return [pair for pair in ordered if pair in kept]


def _shares(row: Row, columns: Sequence[tuple[str, str]]) -> tuple[float, ...]:
    told = {_key(it): it["share"] for it in row["by_comparison"]}
    return tuple(told.get(frozenset(pair), 0.0) for pair in columns)


def _place(columns: Sequence[tuple[str, str]], pair: tuple[str, str]) -> int | None:
    return columns.index(pair) if pair in columns else None


def _label(reading: Reading, pair: tuple[str, str]) -> str:
    first, second = (clip(reading.short(name), _SHORT) for name in pair)
    return reading.text("pair", first=first, second=second)


def _written(reading: Reading, share: float) -> str:
    """A percentage without its sign; nothing for no share."""
    return percent(reading, share).rstrip("%") if share > 0 else ""


def _table(reading: Reading, found: Row) -> Table:
    """Trials with their shares, the heaviest of the network first."""
    text, first = reading.text, by_pair(found)[frozenset(reading.ranked[:2])]
    of_first = {row["study"]: row["share"] for row in first["by_trial"]}
    heads = ("table.trial", "table.participants", "contributions.head.network", "contributions.head.first")
    names = [clip(reading.short(name), _SHORT) for name in reading.ranked[:2]]
    caption = text("contributions.caption_of.trials", pair=text("pair", first=names[0], second=names[1]))
    rows = [_row(reading, row, of_first) for row in found["overall"]["by_trial"]]
    return table(text, caption, heads, rows)


def _row(reading: Reading, row: Row, of_first: Mapping[str, float]) -> tuple[Cell, ...]:
    people = reading.trials.get(row["study"], {}).get("participants")
    return (
        Cell(reading.trial(row["study"])),
        number("–" if people is None else reading.text.numbers.count(people)),
        _share(reading, row["share"]),
        _share(reading, of_first.get(row["study"], 0.0)),
    )


def _share(reading: Reading, share: float) -> Cell:
    return Cell(percent(reading, share) if share > 0 else "–", number=True, order=share)


def _folded(reading: Reading, trials: Table) -> Widget:
    summary = reading.text("contributions.open", count=len(trials.rows))
    return Widget("folded", {"summary": summary, "table": trials})
