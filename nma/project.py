"""Where the folders of a review are. Finding a project never changes directory and reads nothing but its marker."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from nma.analysis import Analysis, load_analysis
from nma.analysis.translations import FOLDER, load_translations
from nma.errors import InputError, Problem, ProjectError, nearest, shorten
from nma.languages import DEFAULT, LANGUAGES, Pages, chosen, problems_of
from nma.registry import Registry, load_registry
from nma.registry.load import typed_files

MARKER = "nma.toml"
WORDS = ("name", "title")
KEYS = (*WORDS, LANGUAGES)
ENVIRONMENT = "NMA_PROJECT"
PACKAGE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Project:
    """A folder with a study registry, model specifications and report templates.

    Attributes
    ----------
    root : Path
        The folder that holds ``nma.toml``.
    origin : str
        How it was found: argument, environment, nearest, checkout or bundled.
    asked : str or None
        The language of pages that was asked for, where that is not what ``nma.toml`` says.
    """

    root: Path
    origin: str
    asked: str | None = None

    @classmethod
    def find(cls, folder: str | Path | None = None) -> Project:
        """Find the project: the argument, ``NMA_PROJECT``, the nearest ``nma.toml``, the checkout, the bundled one.

        Raises
        ------
        ProjectError
            The folder that was named is not a project.
        """
        if folder is not None:
            return cls._named(Path(folder), "argument")
        if os.environ.get(ENVIRONMENT):
            return cls._named(Path(os.environ[ENVIRONMENT]), "environment")
        for candidate in _here_and_above():
            if _is_project(candidate):
                return cls(candidate, "nearest")
        for candidate, origin in ((PACKAGE.parent, "checkout"), (PACKAGE / "_bundled", "bundled")):
            if _is_project(candidate):
                return cls(candidate, origin)
        raise ProjectError(Problem("", "", f"no {MARKER} here or above", hint="name the folder with --project DIR"))

    @classmethod
    def _named(cls, folder: Path, origin: str) -> Project:
        if not _is_project(folder):
            source = f"{ENVIRONMENT}=" if origin == "environment" else ""
            hint = "name the folder that holds it"
            raise ProjectError(Problem(f"{source}{folder}", "", f"no {MARKER} in this folder", hint=hint))
        return cls(folder.resolve(), origin)

    @cached_property
    def name(self) -> str:
        """Name of the review, from ``nma.toml``.

        Raises
        ------
        ProjectError
            The file has problems.
        """
        settings, problems = self._marker()
        if problems:
            raise ProjectError(problems)
        return str(settings.get("name", self.root.name))

    def problems(self) -> list[Problem]:
        """What is wrong with ``nma.toml``."""
        return self._marker()[1]

    def _marker(self) -> tuple[dict[str, Any], list[Problem]]:
        hint = 'as in name = "my-review"'
        try:
            settings = tomllib.loads((self.root / MARKER).read_text("utf-8"))
        except UnicodeDecodeError:
            return {}, [Problem(MARKER, "", "the file is not UTF-8 text", hint="save it as UTF-8")]
        except OSError as error:
            return {}, [Problem(MARKER, "", f"cannot be read ({error.strerror})")]
        except tomllib.TOMLDecodeError as error:
            found = re.search(r"at line (\d+)", str(error))
            line = found[1] if found else (self.root / MARKER).read_text("utf-8").count("\n") + 1
            place = f"{MARKER}:{line}"
            return {}, [Problem(place, "", f"not valid TOML: {str(error).partition(' (at ')[0]}", hint=hint)]
        except RecursionError:
            return {}, [Problem(MARKER, "", "nested too deeply", hint=hint)]
        unknown = [
            Problem(MARKER, shorten(key), "unknown key", None, ", ".join(KEYS), nearest(key, KEYS) or "remove it")
            for key in settings
            if key not in KEYS
        ]
        wrong = [
            Problem(MARKER, key, "must be text", str(settings[key]), None, hint)
            for key in WORDS
            if key in settings and not (isinstance(settings[key], str) and settings[key].strip())
        ]
        if LANGUAGES in settings:
            wrong += problems_of(settings[LANGUAGES], self.reports, MARKER)
        return settings, unknown + wrong

    @property
    def pages(self) -> Pages:
        """Templates, style and texts of the pages, and the languages they are told in.

        Raises
        ------
        ProjectError
            ``nma.toml`` has problems.
        InputError
            There is no translation table of the language that was asked for, or the project's own words in another
            language cannot be read.
        """
        settings, problems = self._marker()
        if problems:
            raise ProjectError(problems)
        languages = chosen(self.asked, settings.get(LANGUAGES, DEFAULT), self.reports)
        return Pages(self.reports, languages, translations=load_translations(self.translations).plain())

    def told_in(self, asked: str | None) -> Project:
        """The same project, its pages told in the language that is asked for.

        Raises
        ------
        InputError
            There is no such language.
        """
        found = replace(self, asked=asked)
        if asked is not None:
            _ = found.pages
        return found

    @property
    def studies(self) -> Path:
        """Folder of the study files."""
        return self.root / "studies"

    @property
    def models(self) -> Path:
        """Folder of the specifications."""
        return self.root / "models"

    @property
    def judgements(self) -> Path:
        """Folder of what people judge of the certainty of the evidence, one file an analysis; it may be missing."""
        return self.root / "judgements"

    @property
    def translations(self) -> Path:
        """Folder of the review's words in other languages, one file a language; it may be missing."""
        return self.root / FOLDER

    @property
    def vocabulary(self) -> Path:
        """File of the review's words."""
        return self.root / "vocabulary.yaml"

    @property
    def reports(self) -> Path:
        """Folder of templates, style and texts: the project's own, or those that come with the package."""
        for folder in (self.root / "reports", PACKAGE.parent / "reports", PACKAGE / "_bundled" / "reports"):
            if (folder / "templates").is_dir():
                return folder
        raise ProjectError(Problem("reports/", "", "no report templates found", hint="reinstall the package"))

    @cached_property
    def registry(self) -> Registry:
        """The study registry.

        Raises
        ------
        InputError
            With every problem of every file.
        """
        return load_registry(self.studies, self.vocabulary)

    def specifications(self) -> dict[str, Path]:
        """Paths of the specifications by name."""
        return {path.stem: path for path in typed_files(self.models)[0]}

    def analysis(self, name: str) -> Analysis:
        """Read the specification of that name, and check its words against the registry's.

        Raises
        ------
        InputError
            There is none, or it or the registry has problems.
        """
        paths = self.specifications()
        if name not in paths:
            allowed, hint = ", ".join(paths) or "none yet", nearest(Path(name).stem, paths)
            raise InputError(Problem("models/", "", "no such specification", f"'{name}'", allowed, hint))
        return load_analysis(paths[name], self.registry)


def _here_and_above() -> list[Path]:
    try:
        here = Path.cwd().resolve()
    except OSError:
        return []
    return [here, *here.parents]


def _is_project(folder: Path) -> bool:
    try:
        return (folder / MARKER).is_file()
    except (OSError, ValueError):
        return False
