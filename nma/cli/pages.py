"""What commands that write pages share: the option for their languages, and how stored results are shown anew."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nma.terminal import out

if TYPE_CHECKING:
    from nma.languages import Pages
    from nma.project import Project
    from nma.vocab import Form

LanguageOption = Annotated[
    str | None,
    typer.Option("--lang", help="Language of the pages: en, nl or both (default: what nma.toml says, or en)."),
]


def told(page: Path, pages: Pages) -> str:
    """Where a page is, and in which languages."""
    return f"{page} ({', '.join(pages.languages)})"


def rewrite(folder: Path, project: Project, asked: tuple[Form, ...] = ()) -> None:
    """Write the pages of stored results anew; with the report go the forms asked for and those that are there."""
    from nma.output import forms
    from nma.workflow import render

    forms.refuse(asked)
    there = [form for form in forms.there(folder) if form not in asked]
    gone = [form for form in there if forms.FORMS[form].missing()]
    wanted = (*asked, *(form for form in there if form not in gone))
    render(folder, replace(project.pages, forms=wanted), project)
    for form in gone:
        problem = forms.FORMS[form].missing()
        out.print(f"The {form} of before is gone, it would not fit the new pages: {problem}")


def unchanged(name: str, page: Path, found: Project) -> None:
    """Say that a folder holds what was asked for; in the language that was asked for, if one was."""
    if found.asked is None:
        out.print(f"{name}: nothing has changed since {page} was made; --force runs it again.")
        return
    rewrite(page.parent, found)
    out.print(f"{name}: the results are those of before, the pages were written anew: {told(page, found.pages)}")
