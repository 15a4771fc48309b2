"""Deciding between two readings in a terminal, one field after the other."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from nma.desk.decisions import FIRST, SECOND, Choice, Decided, one_line, settle
from nma.desk.differences import Difference
from nma.desk.questions import Asker, Question, RefusedError, field_value, word, yes
from nma.desk.readings import as_read
from nma.desk.reconciling import Pair, problems
from nma.project import Project
from nma.registry import read_vocabulary
from nma.registry.load import document_problems
from nma.registry.study import FieldDecision
from nma.yamlio import dotted, plain_value

EACH = "each"


@dataclass(frozen=True)
class _Answer:
    taken: str
    reason: str


def decide(asker: Asker, project: Project, found: Pair) -> list[Decided] | None:
    """Ask for every decision until the agreed file is valid; None when it shall not be written."""
    by = asker.ask(
        Question("Who decides", field_value(FieldDecision, "by"), hint="stands in the file with each decision")
    )
    earlier: dict[str, _Answer] = {}
    while True:
        decided = _round(asker, project, found, by, earlier)
        wrong = problems(project, found, decided)
        if not wrong:
            break
        asker.say("The agreed file would not be valid:")
        for problem in wrong:
            asker.say(str(problem))
        asker.say("Once more; your answers stand there already.")
    for each in decided:
        asker.say(f"{each.difference.field}: {one_line(each.taken)} ({each.reason})")
    return decided if yes(asker, f"Write studies/{found.study_id}.yaml", "yes") else None


def _round(asker: Asker, project: Project, found: Pair, by: str, earlier: dict[str, _Answer]) -> list[Decided]:
    differences = found.comparison.differences
    wording = _wording(asker, found)
    asked = [each for each in differences if wording is None or not each.is_wording]
    choices: list[Choice] = []
    for number, difference in enumerate(asked, 1):
        asker.say(f"{number} of {len(asked)}  {difference.field}")
        for which, name, value in _sides(found, difference):
            asker.say(f"   {which} ({name}): {one_line(value)}")
        answer = _answer(asker, _check(project, found, difference), earlier.get(difference.field))
        earlier[difference.field] = answer
        take = answer.taken if answer.taken in (FIRST, SECOND) else None
        value = None if take else plain_value(answer.taken)
        choices.append(Choice(difference.field, take, value, answer.reason, by))
    return settle(found.comparison, choices, None if wording is None else (wording, by))


def _sides(found: Pair, difference: Difference) -> Sequence[tuple[str, str, Any]]:
    return ((FIRST, found.names[0], difference.first), (SECOND, found.names[1], difference.second))


def _wording(asker: Asker, found: Pair) -> str | None:
    """Whose free texts are kept; None when each is to be asked for."""
    texts = [each.field for each in found.comparison.differences if each.is_wording]
    if not texts:
        return None
    asker.say(f"{len(texts)} texts differ in words: {', '.join(texts)}")
    kept = asker.ask(word("Whose words to keep", (FIRST, SECOND, EACH), FIRST, hint="each: decide one by one"))
    return None if kept == EACH else str(kept)


def _answer(asker: Asker, check: Callable[[str], Any], earlier: _Answer | None) -> _Answer:
    hint = "first, second, or a value that neither has"
    default = earlier.taken if earlier else ""
    taken = asker.ask(Question("Take first, second, or a value", check, (FIRST, SECOND), default, hint))
    reason = field_value(FieldDecision, "reason")
    return _Answer(taken, asker.ask(Question("Reason", reason, default=earlier.reason if earlier else "")))


def _check(project: Project, found: Pair, difference: Difference) -> Callable[[str], str]:
    """Refuse a value that this field cannot have, whatever the others are."""
    words = read_vocabulary(project.vocabulary)
    document = as_read(found.first.document)

    def check(typed: str) -> str:
        text = typed.strip()
        if text in (FIRST, SECOND):
            return text
        if difference.whole:
            raise RefusedError("a whole entry is taken from one reading: first or second")
        if not text:
            raise RefusedError("first, second or a value; null for nothing")
        data = copy.deepcopy(dict(document.data))
        inner: Any = data
        for step in difference.path[:-1]:
            inner = inner[step]
        inner[difference.path[-1]] = plain_value(text)
        where = dotted(difference.path)
        for problem in document_problems(replace(document, data=data), words):
            if problem.field == where and "is more than n" not in problem.what:
                raise RefusedError(str(replace(problem, place="", field="")))
        return text

    return check
