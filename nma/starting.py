"""Starting another review: a folder with its own words, an example trial, a specification and the editor's schemas."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import TypeVar

from nma.errors import InputError, OutputError, Problem, nearest, strange_character
from nma.project import Project
from nma.registry.base import shown
from nma.schema import json_schema
from nma.vocab import Better, Measure

NODES = ("Usual care", "Treatment A", "Treatment B")
"""Treatments of a review that names none."""
OUTCOME = "Response"
LONGEST = 60
"""Characters of a name."""
ALLOWED = (".git",)
"""What may lie in the folder beforehand."""
FILES = {
    ".gitignore": "gitignore.template",
    "README.md": "README.md.template",
    "vocabulary.yaml": "vocabulary.yaml.template",
    "studies/example-made-up.yaml": "study.yaml.template",
    "models/main.yaml": "main.yaml.template",
    "judgements/main.yaml": "judgements.yaml",
    "ci/living-review.sh": "living-review.sh",
    ".github/workflows/living-review.yml": "living-review.yml",
    "nma.toml": "nma.toml.template",
}
"""Each file of a new review, with what it is made of: a template, or a file that is taken as it is."""
SCHEMAS = {
    "studies/study.schema.json": "study",
    "models/analysis.schema.json": "analysis",
    "judgements/judgements.schema.json": "judgements",
}

_MODELS = {
    Measure.RR: ("binomial", "log", 10, 0.5, "log risk ratio"),
    Measure.OR: ("binomial", "logit", 10, 0.5, "log odds ratio"),
    Measure.RD: ("normal", "identity", 1, 0.1, "risk difference"),
}
"""Likelihood, link, scales of both priors, and the scale they are on, for each measure."""
_REASON = (
    "On the {scale} scale. Normal(0, {effect}) says next to nothing about an effect before the data; "
    "half-normal({spread}) keeps the spread of true effects mostly below {most:g}. Give your own reason."
)
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_+]*( [A-Za-z0-9_+]+)*")
_WORDS = {"yes", "no", "on", "off", "true", "false", "null", "y", "n"}
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")

Word = TypeVar("Word", Better, Measure)


@dataclass(frozen=True)
class Start:
    """What a new review is about; the first node is the reference."""

    nodes: tuple[str, ...] = NODES
    outcome: str = OUTCOME
    better: str = str(Better.HIGHER)
    measure: str = str(Measure.RR)
    title: str | None = None

    def __post_init__(self) -> None:
        """Refuse what no review can have, before anything is written."""
        problems = [*_named("--nodes", self.nodes), *_named("--outcome", (self.outcome,))]
        if len(self.nodes) < 2:
            hint = "as in --nodes 'Usual care,Treatment A'"
            problems.append(
                Problem("", "--nodes", "a network has two treatments or more", shown(self.nodes), hint=hint)
            )
        twice = sorted({name for name in self.nodes if self.nodes.count(name) > 1})
        problems += [Problem("", "--nodes", "stands twice", shown(name), hint="name it once") for name in twice]
        problems += _named("--title", () if self.title is None else (self.title,), longest=200)
        for option, value, words in (("--better", self.better, Better), ("--measure", self.measure, Measure)):
            known = [str(word) for word in words]
            if value not in known:
                what = f"unknown {option[2:]}"
                problems.append(Problem("", option, what, shown(value), ", ".join(known), nearest(value, known)))
        if problems:
            raise InputError(problems)


def _named(option: str, names: Sequence[str], longest: int = LONGEST) -> list[Problem]:
    """Names that nobody could read, or type."""
    found = []
    for name in names:
        if not name.strip() or name != name.strip():
            found.append(Problem("", option, "a name is empty, or begins or ends with a space", shown(name)))
        elif _UNSEEN.search(name):
            hint = strange_character(name)
            found.append(Problem("", option, "holds an invisible character", shown(name), hint=hint))
        elif len(name) > longest:
            found.append(Problem("", option, f"a name has no more than {longest} characters", shown(name)))
    return found


def start(folder: Path, review: Start) -> list[Path]:
    """Write the folder of a new review: all of it, or nothing.

    Returns
    -------
    list of Path
        The files, by their path inside the folder.

    Raises
    ------
    OutputError
        The folder is not empty, or nothing can be written there; it is as it was.
    """
    try:
        target = folder.resolve()
        _refuse(folder, target)
        made = [path for path in (target, *target.parents) if not path.exists()]
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=".nma-start-", dir=target if target.is_dir() else target.parent))
        try:
            _write(aside, target.name, review)
            _put(aside, target)
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            for path in made:
                with suppress(OSError):
                    path.rmdir()
            raise
    except (OSError, RuntimeError) as error:
        what = f"cannot be written to ({getattr(error, 'strerror', None) or error})"
        raise OutputError(Problem(str(folder), "", what, hint="choose another folder")) from None
    return [Path(name) for name in (*FILES, *SCHEMAS)]


def _refuse(folder: Path, target: Path) -> None:
    if target.exists() and not target.is_dir():
        raise OutputError(Problem(str(folder), "", "is a file, not a folder", hint="choose another folder"))
    there = sorted(path.name for path in target.iterdir() if path.name not in ALLOWED) if target.is_dir() else []
    if there:
        what = f"the folder is not empty ({', '.join(there[:3])}{' ...' if len(there) > 3 else ''})"
        raise OutputError(Problem(str(folder), "", what, hint="choose a new folder; nothing in this one was touched"))


def _write(folder: Path, name: str, review: Start) -> None:
    folder.chmod(0o755)
    project = Project(folder, "argument")
    values = _values(name, review)
    for path, template in FILES.items():
        text = (project.reports / "start" / template).read_text("utf-8")
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(
            Template(text).substitute(values) if template.endswith(".template") else text, "utf-8"
        )
    (folder / "ci/living-review.sh").chmod(0o755)
    for path, what in SCHEMAS.items():
        schema = json_schema(what, project.vocabulary)
        (folder / path).write_text(json.dumps(schema, indent=1, ensure_ascii=False) + "\n", "utf-8")
    project.analysis("main")


def _put(aside: Path, target: Path) -> None:
    """Rename the folder to its place; where that exists, move the files into it, or none of them."""
    if not target.exists():
        aside.rename(target)
        return
    moved: list[Path] = []
    try:
        for path in sorted(aside.iterdir(), key=lambda it: it.name == "nma.toml"):
            path.rename(target / path.name)
            moved.append(target / path.name)
    except BaseException:
        for path in moved:
            path.rename(aside / path.name)
        raise
    aside.rmdir()


def _values(name: str, review: Start) -> Mapping[str, str]:
    """What the templates name, each written as YAML or TOML reads it back."""
    likelihood, link, effect, spread, scale = _MODELS[Measure(review.measure)]
    label = review.outcome
    title = review.title or f"{label}: {', '.join(review.nodes[:6])}{' ...' if len(review.nodes) > 6 else ''}"
    words = {"higher": f"more people with {label}", "lower": f"fewer people with {label}"}
    scalars = {
        "title": title,
        "outcome": re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_") or label,
        "outcome_label": label,
        "first": review.nodes[0],
        "second": review.nodes[1],
        "question": f"Which treatment is best for {label}?",
        "in_words": words[review.better],
        "reason": _REASON.format(scale=scale, effect=effect, spread=spread, most=2 * spread),
    }
    numbers = {"effect_scale": effect, "spread_scale": spread}
    plain = {"better": review.better, "measure": review.measure, "likelihood": likelihood, "link": link}
    return {
        **{key: written(value) for key, value in scalars.items()},
        **{key: f"{value:g}" for key, value in numbers.items()},
        **plain,
        "name": _quoted(name or "review"),
        "title": _quoted(title),
        "nodes": "\n".join(map(_node, review.nodes)),
        "heading": _prose(title),
        "treatments": _prose(", ".join(review.nodes)),
        "outcome_text": _prose(label),
    }


def _node(name: str) -> str:
    return f"  {written(name)}:\n    label: {written(name)}\n    description: {written(name)}"


def written(text: str) -> str:
    """Text as a YAML scalar that stays text, plain where it may be, also between braces."""
    return text if _PLAIN.fullmatch(text) and text.lower() not in _WORDS else _quoted(text)


def _quoted(text: str) -> str:
    """Text in double quotes, as YAML and TOML both read it."""
    return json.dumps(text, ensure_ascii=False)


_MARKUP: Callable[[re.Match[str]], str] = lambda found: f"\\{found[0]}"  # noqa: E731


def _prose(text: str) -> str:
    """Text that Markdown shows as it stands."""
    return re.sub(r"[\\`*_{}\[\]<>#|!]", _MARKUP, text)
