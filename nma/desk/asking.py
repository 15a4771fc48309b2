"""Questions in a terminal: words are completed, answers are checked as one types, Ctrl-C leaves no trace."""

from __future__ import annotations

import sys
from typing import Any

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import WordCompleter
from prompt_toolkit.document import Document
from prompt_toolkit.validation import ValidationError, Validator

from nma.desk.questions import Question, RefusedError
from nma.errors import StoppedError, printable

STOPPED = "Stopped; nothing was written."


def in_a_terminal() -> bool:
    """Whether there is somebody to ask."""
    return sys.stdin.isatty() and sys.stdout.isatty()


class _Checked(Validator):
    def __init__(self, question: Question) -> None:
        self.question = question

    def validate(self, document: Document) -> None:
        try:
            self.question.value(document.text)
        except RefusedError as refused:
            raise ValidationError(len(document.text), printable(str(refused))) from None


class Terminal:
    """Puts questions to whoever sits at the terminal."""

    def __init__(self) -> None:
        self.session: PromptSession[str] = PromptSession()

    def ask(self, question: Question) -> Any:
        """The value of the answer; what was refused stays in the line to be mended.

        Raises
        ------
        StoppedError
            Ctrl-C or Ctrl-D.
        """
        completer = WordCompleter(list(question.words), sentence=True, ignore_case=True) if question.words else None
        try:
            text = self.session.prompt(
                printable(question.text) + (" " if question.text.endswith("?") else ": "),
                completer=completer,
                complete_while_typing=True,
                validator=_Checked(question),
                validate_while_typing=True,
                default=question.default,
                bottom_toolbar=printable(question.hint) if question.hint else None,
            )
        except (KeyboardInterrupt, EOFError):
            raise StoppedError(STOPPED) from None
        return question.value(text)

    def say(self, text: str) -> None:
        """Show a line."""
        print("\n" + printable(text))
