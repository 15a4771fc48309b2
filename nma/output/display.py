"""Tables for the page, as data: captions, heads and written cells. The templates only lay them out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nma.output.palette import Mark
from nma.output.reading import Reading, Row, Side, effects
from nma.output.sentences import ranks

LEAGUE_COLUMNS = 6
SETS_PER_TABLE = 5


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its text, a quieter second line, its mark, how it is set, how many columns it takes, by what it sorts.

    ``links`` are the sections that it names, each with the words that stand for it in ``text``.
    """

    text: str
    note: str = ""
    mark: Mark | None = None
    number: bool = False
    strong: bool = False
    spoken: str = ""
    span: int = 1
    order: float | None = None
    links: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A column head; ``number`` sets it right."""

    text: str
    number: bool = False
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first cell of each row is its head. One in ``cards`` stands as a card a row where room is scarce."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    wide: bool = False
    cards: bool = False


def treatments(reading: Reading) -> Table:
    """Key to the treatments: mark, short name, full name and meaning, and how much evidence each has."""
    text = reading.text
    heads = ("table.treatment", "table.short", "table.meaning", "table.trials", "table.participants")
    return Table(
        text("caption_of.key"),
        tuple(Column(text(head), number=place > 2) for place, head in enumerate(heads)),
        tuple(_key_row(reading, name) for name in reading.ranked),
    )


def ranking(reading: Reading) -> Table:
    """The ranking with its uncertainty."""
    text = reading.text
    heads = ["table.treatment", "table.sucra", "table.p_best", "table.median_rank", "table.mean_rank"]
    heads += ["table.predictive_sucra", "table.predictive_p_best"] if reading.random else []
    return Table(
        text("caption_of.ranking", direction=str(reading.results["direction"])),
        tuple(Column(text(head), number=place > 0) for place, head in enumerate(heads)),
        tuple(_rank_row(reading, row) for row in reading.ranking),
    )


def league(reading: Reading) -> tuple[Table, ...]:
    """Row against column, in the order of the ranking; a large network is cut into blocks of columns."""
    names = reading.ranked
    blocks = [names] if len(names) <= LEAGUE_COLUMNS + 1 else _blocks(names)
    caption = "caption_of.league" if len(blocks) == 1 else "caption_of.league_part"
    return tuple(
        Table(
            reading.text(caption, measure=reading.measure_name, number=number, parts=len(blocks)),
            (
                Column(reading.text("table.row_against_column")),
                *(Column(reading.short(name), True, reading.marks[name]) for name in block),
            ),
            tuple(_league_row(reading, name, block) for name in names),
            wide=True,
        )
        for number, block in enumerate(blocks, start=1)
    )


def comparisons(reading: Reading) -> Table:
    """Direct comparisons and their trials."""
    text = reading.text
    heads = ("table.comparison", "table.trials", "table.participants", "table.which_trials")
    rows = sorted(
        reading.evidence["comparisons"], key=lambda row: (-len(row["studies"]), row["treatment"], row["versus"])
    )
    return Table(
        text("caption_of.comparisons"),
        tuple(Column(text(head), number=0 < place < 3) for place, head in enumerate(heads)),
        tuple(_comparison_row(reading, row) for row in rows),
    )


def basis(reading: Reading) -> Table | None:
    """How many trials stand on each level of basis."""
    counts: Mapping[str, int] = reading.evidence["basis_counts"]
    if not counts:
        return None
    text = reading.text
    columns = (Column(text("table.basis")), Column(text("table.trials"), True), Column(text("table.meaning")))
    rows = tuple(
        (
            Cell(text.word("basis", name)),
            Cell(text.numbers.count(count), number=True),
            Cell(text.word("basis_meaning", name)),
        )
        for name, count in counts.items()
    )
    return Table(text("caption_of.basis", count=sum(counts.values())), columns, rows)


def trials(reading: Reading) -> Table:
    """The trials used; a column that no trial fills is left out."""
    text = reading.text
    optional = [
        (name, head)
        for name, head in _TRIAL_COLUMNS.items()
        if any(_told(trial.get(name)) for trial in reading.trials.values())
    ]
    heads = ["table.trial", "table.arms", *(head for _, head in optional)]
    return Table(
        text("caption_of.trials", count=reading.evidence["studies"], participants=reading.evidence["participants"]),
        tuple(Column(text(head), number=head in ("table.months", "table.participants")) for head in heads),
        tuple(_trial_row(reading, trial, [name for name, _ in optional]) for trial in reading.trials.values()),
        wide=True,
    )


_TRIAL_COLUMNS = {
    "participants": "table.participants",
    "months": "table.months",
    "basis": "table.basis",
    "timing": "table.timing",
    "kind": "table.kind",
    "status": "table.status",
}


def excluded(reading: Reading) -> Table:
    """The trials left out; those that share rule and reason share a row, and rules with few trials come first."""
    text, found = reading.text, reading.evidence["excluded"]
    groups: dict[tuple[str, str], list[str]] = {}
    for row in found:
        groups.setdefault((row["rule"], row["reason"]), []).append(str(row["label"] or row["id"]))
    sizes = Counter(row["rule"] for row in found)
    order = sorted(groups, key=lambda key: (sizes[key[0]], key[0], len(groups[key]), groups[key]))
    levels = [text("basis.level", number=count, basis=text.word("rule", rule)) for rule, count in sizes.most_common()]
    return Table(
        text("caption_of.excluded", count=len(found), rules=text.listed(levels)),
        tuple(Column(text(head)) for head in ("table.trials", "table.rule", "table.reason")),
        tuple((Cell(text.listed(groups[key])), Cell(text.word("rule", key[0])), Cell(key[1])) for key in order),
    )


def sensitivity(reading: Reading) -> tuple[Table, ...]:
    """The primary analysis and the sets side by side; many sets are cut into blocks, each beside the primary."""
    sets = reading.results["sensitivity"]
    blocks = [sets[start : start + SETS_PER_TABLE] for start in range(0, len(sets), SETS_PER_TABLE)]
    return tuple(_set_table(reading, block) for block in blocks)


def _set_table(reading: Reading, sets: Sequence[Row]) -> Table:
    text = reading.text
    heads = (text("sensitivity.primary"), *(str(entry["title"]) for entry in sets))
    primary = {**reading.results, **{name: reading.evidence[name] for name in ("studies", "participants")}}
    entries = [primary, *sets]
    others = [name for name in reading.ranked if name != reading.reference]
    rows = (
        _set_row(text("table.trials"), [_count(reading, entry, "studies") for entry in entries]),
        _set_row(text("table.participants"), [_count(reading, entry, "participants") for entry in entries]),
        *(_against_row(reading, name, entries) for name in others),
        _set_row(text("table.heterogeneity"), [_spread(reading, entry) for entry in entries]),
        _set_row(text("table.order"), [_order(reading, entry) for entry in entries]),
        _set_row(text("table.gate"), [_gate(reading, entry) for entry in entries]),
    )
    caption = text("caption_of.sensitivity", measure=reading.measure_name, reference=reading.label(reading.reference))
    return Table(caption, (Column(""), *(Column(head, True) for head in heads)), rows, wide=True)


def gate(reading: Reading) -> Table:
    """The checks of the gate with their limits."""
    text, checks = reading.text, reading.results["sampling"].get("gate") or []
    heads = ("table.check", "table.value", "table.limit", "table.verdict")
    return Table(
        text("caption_of.gate"),
        tuple(Column(text(head), number=0 < place < 3) for place, head in enumerate(heads)),
        tuple(_gate_row(reading, check) for check in checks),
    )


def _key_row(reading: Reading, name: str) -> tuple[Cell, ...]:
    detail, numbers = reading.details[name], reading.text.numbers
    return (
        Cell(reading.label(name), mark=reading.marks[name]),
        Cell(reading.short(name)),
        Cell(str(detail.get("description") or "–")),
        Cell(numbers.count(detail["studies"]), number=True),
        Cell(numbers.count(detail["participants"]), number=True),
    )


def _rank_row(reading: Reading, row: Row) -> tuple[Cell, ...]:
    numbers = reading.text.numbers
    shown = [
        numbers.percent(row["sucra"]),
        numbers.percent(row["p_best"]),
        reading.text("table.rank_interval", median=numbers.general(row["median_rank"]), interval=ranks(reading, row)),
        numbers.decimals(row["mean_rank"], 1),
    ]
    shown += (
        [numbers.percent(row[name]) for name in ("predictive_sucra", "predictive_p_best")] if reading.random else []
    )
    return (
        Cell(reading.label(row["treatment"]), mark=reading.marks[row["treatment"]]),
        *(Cell(it, number=True) for it in shown),
    )


def _blocks(names: Sequence[str]) -> list[Sequence[str]]:
    return [names[start : start + LEAGUE_COLUMNS] for start in range(0, len(names), LEAGUE_COLUMNS)]


def _league_row(reading: Reading, name: str, block: Sequence[str]) -> tuple[Cell, ...]:
    cells = [Cell(reading.short(name), mark=reading.marks[name])]
    for other in block:
        if other == name:
            cells.append(Cell("–", number=True, spoken=reading.text("table.same")))
        else:
            cells.append(_effect_cell(reading, reading.effects[name, other]))
    return tuple(cells)


def _effect_cell(reading: Reading, effect: Row | None) -> Cell:
    if effect is None:
        return Cell("–", number=True, spoken=reading.text("table.not_in_network"))
    clear = reading.side(effect) is not Side.NEITHER
    return Cell(reading.value(effect["median"]), note=reading.interval(effect), number=True, strong=clear)


def _comparison_row(reading: Reading, row: Row) -> tuple[Cell, ...]:
    numbers = reading.text.numbers
    pair = reading.text("pair", first=reading.short(row["treatment"]), second=reading.short(row["versus"]))
    names = reading.text.listed([reading.trial(name) for name in row["studies"]])
    people = "–" if row.get("participants") is None else numbers.count(row["participants"])
    return Cell(pair), Cell(numbers.count(len(row["studies"])), number=True), Cell(people, number=True), Cell(names)


def _told(value: object) -> bool:
    return value is not None and value != ""


def _trial_row(reading: Reading, trial: Row, columns: Iterable[str]) -> tuple[Cell, ...]:
    arms = "; ".join(_arm(reading, arm) for arm in trial.get("arms") or []) or "–"
    return (
        Cell(str(trial.get("label") or trial["id"])),
        Cell(arms),
        *(_trial_cell(reading, name, trial.get(name)) for name in columns),
    )


def _arm(reading: Reading, arm: Row) -> str:
    if arm.get("events") is None or arm.get("n") is None:
        return reading.short(arm["treatment"])
    return reading.text("table.arm", treatment=reading.short(arm["treatment"]), events=arm["events"], n=arm["n"])


def _trial_cell(reading: Reading, name: str, value: Any) -> Cell:
    if not _told(value):
        return Cell("–")
    if isinstance(value, int | float):
        return Cell(reading.text.numbers.decimals(value, 0 if float(value).is_integer() else 1), number=True)
    return Cell(reading.text.word(name, value))


def _set_row(head: str, cells: Iterable[Cell]) -> tuple[Cell, ...]:
    return Cell(head), *cells


def _count(reading: Reading, entry: Row, name: str) -> Cell:
    return Cell("–" if entry[name] is None else reading.text.numbers.count(entry[name]), number=True)


def _against_row(reading: Reading, name: str, entries: Sequence[Row]) -> tuple[Cell, ...]:
    pair = (name, reading.reference)
    cells = [_effect_cell(reading, effects(entry["relative_effects"] or []).get(pair)) for entry in entries]
    return Cell(reading.label(name), mark=reading.marks[name]), *cells


def _spread(reading: Reading, entry: Row) -> Cell:
    found, numbers = entry["heterogeneity"], reading.text.numbers
    if not found:
        return Cell("–", number=True)
    limits = reading.text(
        "interval", lower=numbers.decimals(found["lower"], 2), upper=numbers.decimals(found["upper"], 2)
    )
    return Cell(numbers.decimals(found["median"], 2), note=limits, number=True)


def _order(reading: Reading, entry: Row) -> Cell:
    names = [reading.short(row["treatment"]) for row in entry["ranking"] or []]
    return Cell(" > ".join(names) or "–", number=True)


def _gate(reading: Reading, entry: Row) -> Cell:
    if entry.get("error"):
        return Cell(reading.text("table.could_not_fit"), number=True, strong=True)
    passed = (entry["sampling"] or {}).get("converged")
    return Cell(reading.text("table.passed" if passed else "table.not_converged"), number=True, strong=not passed)


def _gate_row(reading: Reading, check: Row) -> tuple[Cell, ...]:
    text, numbers = reading.text, reading.text.numbers
    value = "–" if check["value"] is None else numbers.decimals(check["value"], 3 if 0 < check["value"] < 10 else 0)
    return (
        Cell(text.word("check", check["check"])),
        Cell(value, number=True),
        Cell(numbers.general(check["limit"]), number=True),
        Cell(text("table.passed" if check["passed"] else "table.failed"), strong=not check["passed"]),
    )
