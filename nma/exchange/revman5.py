"""RevMan 5 (.rm5): the dichotomous data of a Cochrane review's XML, every row with its line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.sax import SAXException, SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.saxutils import escape, quoteattr
from xml.sax.xmlreader import AttributesImpl, Locator

from nma.errors import InputError, Problem
from nma.exchange.comparisons import Outcome, PairRow, collected, pairs_of
from nma.exchange.rows import ArmRow, Cell, Found
from nma.exchange.source import Source

_COUNTS = ("EVENTS_1", "TOTAL_1", "EVENTS_2", "TOTAL_2")
_TEXTS = {
    ("COMPARISON", "NAME"): "comparison",
    ("DICH_OUTCOME", "NAME"): "name",
    ("DICH_OUTCOME", "GROUP_LABEL_1"): "one",
    ("DICH_OUTCOME", "GROUP_LABEL_2"): "two",
}
"""Elements whose text is read, by parent and own name."""


def read(source: Source) -> Found:
    """Arms of a review's dichotomous outcome.

    Raises
    ------
    InputError
        It is not XML of this kind, or a choice is missing.
    """
    from defusedxml.common import DefusedXmlException
    from defusedxml.sax import parseString

    review = _Review(source.name)
    try:
        parseString(source.raw, review, forbid_dtd=True)
    except DefusedXmlException:
        what = "declares entities or a document type"
        raise InputError(Problem(source.name, "", what, hint="RevMan writes none: export it again")) from None
    except SAXParseException as error:
        place = f"{source.name}:{error.getLineNumber() or 1}"
        raise InputError(Problem(place, "", f"not valid XML ({error.getMessage()})")) from None
    except (SAXException, ValueError, LookupError, RecursionError) as error:
        raise InputError(Problem(source.name, "", f"not usable XML ({type(error).__name__})")) from None
    return collected(review.named(), source.name, source.analysis)


class _Review(ContentHandler):
    """Gathers studies and outcomes while the file is read."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.path: list[str] = []
        self.studies: dict[str, tuple[str, str]] = {}
        self.outcomes: list[Outcome] = []
        self.number = ["", ""]
        self.texts: dict[str, str] = {}
        self.locator: Locator | None = None

    def setDocumentLocator(self, locator: Locator) -> None:  # noqa: N802 (the name is SAX's)
        """Remember who knows the line."""
        self.locator = locator

    @property
    def place(self) -> str:
        """Where the reader is."""
        line = self.locator.getLineNumber() if self.locator is not None else None
        return f"{self.name}:{line or 1}"

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 (the name is SAX's)
        """Take a study, an outcome or a row."""
        self.path.append(name)
        if name == "STUDY":
            self.studies[attrs.get("ID", "")] = (attrs.get("NAME", ""), attrs.get("YEAR", ""))
        elif name == "COMPARISON":
            self.number[0] = attrs.get("NO", "")
        elif name == "DICH_OUTCOME":
            self.number[1] = attrs.get("NO", "")
            self.texts = {}
            self.outcomes.append(Outcome(".".join(self.number), "", (Cell("", self.place), Cell("", self.place))))
        elif name == "DICH_DATA" and self.outcomes:
            self.outcomes[-1].rows.append(self._row(attrs))

    def _row(self, attrs: AttributesImpl) -> PairRow:
        events_1, total_1, events_2, total_2 = (Cell(attrs.get(name, ""), self.place) for name in _COUNTS)
        study = Cell(attrs.get("STUDY_ID", ""), self.place)
        return PairRow(study, Cell("", self.place), (events_1, total_1, events_2, total_2))

    def characters(self, content: str) -> None:
        """Add to the text of the element, where it is one that is read."""
        key = _TEXTS.get((self.path[-2], self.path[-1])) if len(self.path) > 1 else None
        if key is not None:
            self.texts[key] = self.texts.get(key, "") + content

    def endElement(self, name: str) -> None:  # noqa: N802 (the name is SAX's)
        """Name the outcome when it is complete."""
        self.path.pop()
        if name == "DICH_OUTCOME":
            last = self.outcomes[-1]
            last.name = self.texts.get("name", "")
            one, two = (Cell(self.texts.get(key, ""), last.labels[0].place) for key in ("one", "two"))
            last.labels = (one, two)

    def named(self) -> list[Outcome]:
        """Outcomes whose rows bear the names of the studies instead of their ids."""
        for outcome in self.outcomes:
            for row in outcome.rows:
                name, year = self.studies.get(row.study.text, (row.study.text, ""))
                row.study, row.year = Cell(name, row.study.place), Cell(year, row.study.place)
        return self.outcomes


def written(rows: Sequence[ArmRow], outcome: str) -> bytes:
    """A review with its studies and one comparison for each pair of treatments; every text of it is empty."""
    return ("\n".join(_lines(rows, outcome)) + "\n").encode("utf-8")


def _lines(rows: Sequence[ArmRow], outcome: str) -> Iterator[str]:
    years = {row.study: row.year for row in rows}
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<COCHRANE_REVIEW TYPE="INTERVENTION" STAGE="R" STATUS="A" REVMAN_VERSION="5">'
    yield f"<COVER_SHEET>\n<TITLE>{escape(outcome)}</TITLE>\n</COVER_SHEET>"
    yield "<STUDIES_AND_REFERENCES>\n<STUDIES>\n<INCLUDED_STUDIES>"
    for study, year in years.items():
        shown_year = str(year) if year else ""
        attributes = f"ID={quoteattr(_id(study))} NAME={quoteattr(study)} YEAR={quoteattr(shown_year)}"
        yield f'<STUDY DATA_SOURCE="PUB" {attributes}/>'
    yield "</INCLUDED_STUDIES>\n</STUDIES>\n</STUDIES_AND_REFERENCES>"
    yield '<ANALYSES_AND_DATA CALCULATED_DATA="NO">'
    for number, ((one, two), trials) in enumerate(pairs_of(rows), start=1):
        yield from _comparison(number, (one, two, outcome), trials)
    yield "</ANALYSES_AND_DATA>\n</COCHRANE_REVIEW>"


def _comparison(number: int, names: tuple[str, str, str], trials: Sequence[tuple[ArmRow, ArmRow]]) -> Iterator[str]:
    one, two, outcome = names
    yield f'<COMPARISON ID="CMP-{number:03d}" NO="{number}">\n<NAME>{escape(f"{one} versus {two}")}</NAME>'
    yield f'<DICH_OUTCOME ID="CMP-{number:03d}.01" NO="1" SUBGROUPS="NO" TOTALS="YES">'
    yield f"<NAME>{escape(outcome)}</NAME>"
    yield f"<GROUP_LABEL_1>{escape(one)}</GROUP_LABEL_1>\n<GROUP_LABEL_2>{escape(two)}</GROUP_LABEL_2>"
    for order, (experimental, control) in enumerate(trials, start=1):
        values = (experimental.events, experimental.n, control.events, control.n)
        counts = " ".join(f'{name}="{value}"' for name, value in zip(_COUNTS, values, strict=True))
        yield f'<DICH_DATA {counts} ORDER="{order}" STUDY_ID={quoteattr(_id(experimental.study))}/>'
    yield "</DICH_OUTCOME>\n</COMPARISON>"


def _id(study: str) -> str:
    """RevMan's id of a study: characters beyond letters and digits as their code."""
    return "STD-" + "".join(c if c.isascii() and c.isalnum() else f"_x{ord(c):04x}_" for c in study)
