"""Where the folders of a review are. Finding a project never changes directory and reads nothing but its marker."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from nma.analysis import Analysis, load_analysis
from nma.errors import InputError, Problem, ProjectError, nearest
from nma.registry import Registry, load_registry

MARKER = "nma.toml"
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
    """

    root: Path
    origin: str

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
        here = Path.cwd().resolve()
        for candidate in (here, *here.parents):
            if (candidate / MARKER).is_file():
                return cls(candidate, "nearest")
        if (PACKAGE.parent / MARKER).is_file():
            return cls(PACKAGE.parent, "checkout")
        if (PACKAGE / "_bundled" / MARKER).is_file():
            return cls(PACKAGE / "_bundled", "bundled")
        raise ProjectError(Problem("", "", f"no {MARKER} here or above", hint="name the folder with --project DIR"))

    @classmethod
    def _named(cls, folder: Path, origin: str) -> Project:
        if not (folder / MARKER).is_file():
            raise ProjectError(Problem(str(folder), "", f"no {MARKER} in this folder", hint="is it the project's root?"))
        return cls(folder.resolve(), origin)

    @cached_property
    def name(self) -> str:
        """Name of the review, from ``nma.toml``."""
        try:
            content = tomllib.loads((self.root / MARKER).read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
            raise ProjectError(Problem(MARKER, "", f"cannot be read: {error}")) from None
        return str(content.get("name", self.root.name))

    @property
    def studies(self) -> Path:
        """Folder of the study files."""
        return self.root / "studies"

    @property
    def models(self) -> Path:
        """Folder of the specifications."""
        return self.root / "models"

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
        return {path.stem: path for path in sorted(self.models.glob("*.yaml"))} if self.models.is_dir() else {}

    def analysis(self, name: str) -> Analysis:
        """Read the specification of that name.

        Raises
        ------
        InputError
            There is none, or it has problems.
        """
        paths = self.specifications()
        if name not in paths:
            allowed = ", ".join(paths) or "none yet"
            raise InputError(Problem("models/", "", "no such specification", f"'{name}'", allowed, nearest(name, paths)))
        return load_analysis(paths[name])
