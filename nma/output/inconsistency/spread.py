"""Heterogeneity: how much trials of the same comparison differ, and what that means in a new setting."""

from __future__ import annotations

from dataclasses import replace

from nma.output import sentences
from nma.output.axes import axis
from nma.output.compose import LONGEST_LABEL, effect_row, ends, heterogeneity, legend, room_for
from nma.output.display import Cell, Table
from nma.output.figures import Density, Forest, ForestRow
from nma.output.inconsistency.case import Block, Case, number, table
from nma.output.inconsistency.forests import plain
from nma.output.sentences import CHANCE
from nma.output.text import clip

_NEW = "predictive_"
_PARTS = {
    "total": ("checks.spread.total", "checks.spread.total_meaning"),
    "within": ("checks.spread.within", "checks.spread.within_meaning"),
    "between": ("checks.spread.between", "checks.spread.between_meaning"),
}


def blocks(case: Case) -> tuple[Block, ...]:
    """The spread of the model, the tests of the contrasts, and what is to be expected in a new setting."""
    return _posterior(case), _tests(case), *_predictions(case)


def in_words(case: Case) -> str:
    """What the spread means: how far true effects reach across settings."""
    wide = case.found["heterogeneity"]["range"]
    if wide is None:
        return case.text("checks.spread.common")
    if not case.ratio:
        width, most = (case.text.numbers.difference(wide[key]) for key in ("width", "width_upper"))
        return case.text("checks.spread.width", width=width, most=most)
    factor, most = (case.text.numbers.ratio(wide[key]) for key in ("factor", "factor_upper"))
    return case.text("checks.spread.factor", measure=case.scaled.measure_name, factor=factor, most=most)


def band(case: Case) -> str:
    """I² with its band, in a sentence."""
    found = case.found["heterogeneity"]
    if found["i2"] is None:
        return case.text("checks.spread.no_share")
    word = case.text.word("band", found["band"])
    return case.text("checks.spread.share", share=case.share(found["i2"]), band=word)


def _posterior(case: Case) -> Block:
    found = case.found["heterogeneity_posterior"]
    record = _density(case)
    figures = ((record, sentences.spread(case.reading, found)),) if record else ()
    return Block(lead=(in_words(case),), figures=figures)


def _density(case: Case) -> Density | None:
    record = heterogeneity(case.reading, case.found["heterogeneity_posterior"])
    return replace(record, name="inconsistency-heterogeneity") if record else None


def _tests(case: Case) -> Block:
    text, found = case.text, case.found["heterogeneity"]
    lead = (band(case), text("checks.spread.bands"), *_within(case))
    heads = ("checks.head.part", "checks.head.meaning", "checks.head.q", "checks.head.df", "checks.head.p")
    rows = [_test_row(case, name) for name in _PARTS]
    taus = {"reml": case.tau(found["tau_reml"]), "moments": case.tau(found["tau_moments"])}
    caption = text("checks.caption_of.q", scale=str(case.found["scale"]["name"]), **taus)
    tests = table(case, caption, heads, rows)
    return Block(text("checks.spread.tests"), lead=lead, tables=(tests, _by_comparison(case)))


def _within(case: Case) -> tuple[str, ...]:
    """What the test within designs says; nothing when no design has two trials."""
    p = case.found["heterogeneity"]["p_within"]
    if p is None:
        return ()
    key = "checks.spread.differ" if p < CHANCE else "checks.spread.alike"
    return (case.text(key, share=case.reading.chance(p), p=case.p_named(p)),)


def _test_row(case: Case, name: str) -> tuple[Cell, ...]:
    found, numbers = case.found["heterogeneity"], case.text.numbers
    q, df, p = (found[f"{key}_{name}"] for key in ("q", "df", "p"))
    label, meaning = (case.text(key) for key in _PARTS[name])
    return (
        Cell(label),
        Cell(meaning),
        number("–" if q is None else numbers.decimals(q, 2)),
        number("–" if df is None else numbers.count(df)),
        number("–" if p is None else case.p(p)),
    )


def _by_comparison(case: Case) -> Table:
    numbers = case.text.numbers
    rows = [
        (
            Cell(case.pair(row)),
            number(numbers.count(row["studies"])),
            number("–" if row["q"] is None else numbers.decimals(row["q"], 2)),
            number("–" if row["df"] is None else numbers.count(row["df"])),
            number("–" if row["p"] is None else case.p(row["p"])),
            number(case.share(row["i2"])),
            Cell("–" if row["band"] is None else case.text.word("band", row["band"])),
        )
        for row in case.found["heterogeneity"]["i2_by_comparison"]
    ]
    heads = ("checks.head.q", "checks.head.df", "checks.head.p", "checks.head.share", "checks.head.band")
    caption = case.text("checks.caption_of.by_comparison")
    return table(case, caption, ("table.comparison", "table.trials", *heads), rows)


def _predictions(case: Case) -> tuple[Block, ...]:
    """What is to be expected in a new setting; nothing for a common-effect fit."""
    if not case.reading.random:
        return ()
    figures = ((_forest(case), case.text("checks.caption.predictions")),)
    return (
        Block(case.text("checks.spread.predictions"), lead=(case.text("checks.spread.prediction"),), figures=figures),
    )


def _forest(case: Case) -> Forest:
    """Each treatment against the reference, in the order of the specification: this page ranks nothing."""
    reading, text = case.reading, case.text
    reference = clip(reading.short(reading.reference), LONGEST_LABEL)
    rows = [_row(case, name) for name in reading.results["treatments"] if name != reading.reference]
    sides = sentences.favours(reading, text("axis.named"), reference)
    return Forest(
        name="inconsistency-predictions",
        title=text("checks.figure.predictions"),
        alt=text("checks.alt.predictions", count=len(rows), reference=reading.label(reading.reference)),
        axis=axis(reading, ends(rows), sides, text("axis.against", measure=reading.measure_code, reference=reference)),
        columns=(text("column.estimate", measure=reading.measure_code), text("column.predictive")),
        sections=plain(rows),
        legend=legend(reading),
        widths=(0.27, 0.60, 0.62, 0.83),
    )


def _row(case: Case, name: str) -> ForestRow:
    reading = case.reading
    effect = reading.effects[name, reading.reference]
    return effect_row(
        reading, effect, room_for(reading, name), (reading.estimate(effect), reading.interval(effect, _NEW))
    )
