"""The report in forms beside HTML: what each is called, what makes it, and what it needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nma.errors import OutputError, Problem
from nma.languages import Pages
from nma.output import paste, pdf
from nma.staging import FORM, RESULTS, own_files
from nma.vocab import Form

Writer = Callable[[Mapping[str, Any], Path, Path, str], None]


@dataclass(frozen=True, slots=True)
class Made:
    """How a form is made: the end of its name, what writes it, and why this machine cannot."""

    suffix: str
    write: Writer
    missing: Callable[[], Problem | None]


FORMS: Mapping[Form, Made] = {
    Form.PDF: Made(".pdf", pdf.write, pdf.missing),
    Form.MARKDOWN: Made(".md", paste.write_markdown, lambda: None),
    Form.DOCX: Made(".docx", paste.write_docx, paste.missing),
}


def name_of(form: Form, language: str, first: str) -> str:
    """Name of a file: ``report.pdf`` in the first language of the pages, ``report-nl.pdf`` in another."""
    return f"report{'' if language == first else f'-{language}'}{FORMS[form].suffix}"


def there(folder: Path) -> tuple[Form, ...]:
    """The forms that an earlier command wrote into a result folder."""
    suffixes = {Path(name).suffix for name in own_files(folder, [RESULTS]) if FORM.fullmatch(name)}
    return tuple(form for form, made in FORMS.items() if made.suffix in suffixes)


def refuse(forms: tuple[Form, ...]) -> None:
    """Refuse, before any page is made, forms that this machine cannot make.

    Raises
    ------
    OutputError
        With each of them, and what to install.
    """
    if problems := [problem for form in forms if (problem := FORMS[form].missing())]:
        raise OutputError(problems)


def write(results: Mapping[str, Any], out: Path, pages: Pages) -> None:
    """Write the report in every form and language that is asked for into the existing folder ``out``.

    Raises
    ------
    OutputError
        The results cannot be shown, or this machine cannot make one of the forms.
    """
    for form in pages.forms:
        for language in pages.languages:
            target = out / name_of(form, language, pages.languages[0])
            FORMS[form].write(results, target, pages.reports, language)
