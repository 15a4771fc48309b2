"""Methods and results in prose with their references, to be copied into a paper."""

from __future__ import annotations

from nma.output.blocks import Block, Widget
from nma.output.citing.bibliography import Bibliography, bibliography, trial_papers
from nma.output.citing.bibtex import bibtex
from nma.output.prose import findings, methods
from nma.output.prose.saying import Paragraph, cited, paragraphs
from nma.output.reading import Reading
from nma.output.text import Text

_COPY = {"methods": "prose.copy_methods", "results": "prose.copy_results"}


def blocks(reading: Reading) -> tuple[Block, ...]:
    """Both sections, then the references that they cite."""
    text, references = reading.text, _references(reading)
    alarm = () if reading.converged else (text("prose.unconverged"),)
    return (
        Block(lead=(text("prose.lead"),)),
        *(
            Block(
                text(heading), warnings=alarm, widgets=(_body(text, name, alarm, paragraphs(text, made, references)),)
            )
            for name, heading, made in (
                ("methods", "prose.methods", methods.parts(reading)),
                ("results", "prose.results", findings.parts(reading)),
            )
        ),
        Block(
            text("prose.references"),
            lead=(text("prose.first_authors"),) if trial_papers(reading) else (),
            widgets=(Widget("references", {"lines": references.lines(), "bibtex": bibtex(references.papers)}),),
        ),
    )


def library(reading: Reading) -> str:
    """The references as the file ``references.bib`` holds them."""
    return bibtex(_references(reading).papers)


def _references(reading: Reading) -> Bibliography:
    """The references of both sections, numbered through."""
    return bibliography(reading, [*cited(methods.parts(reading)), *cited(findings.parts(reading))])


def _body(text: Text, name: str, alarm: tuple[str, ...], written: tuple[Paragraph, ...]) -> Widget:
    """One of the sections, with the button that copies it."""
    return Widget("prose", {"id": f"prose-{name}", "alarm": alarm, "paragraphs": written, "button": text(_COPY[name])})
