"""What a task template is: parameters from the seed, a set-up, a judgement by the phone's own state, and a solution."""

from __future__ import annotations

import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Sequence
from random import Random
from typing import Any, ClassVar, TypeVar

from actions.errors import UsageError
from environments.phone.apps.base import Program
from environments.phone.phone import Phone
from environments.phone.tasks.eyes import Eyes, Move

P = TypeVar("P", bound=Program)

LETTER = re.compile(r"[^\W\u2e80-\u9fff]")
"""What makes a longer word of a word: not Chinese, which is written without spaces (“连接的是HomeNet网络”)."""
QUOTES = str.maketrans("‘’“”", "''\"\"")


class Template(ABC):
    """One kind of task with its parameters."""

    name: ClassVar[str]
    package: ClassVar[str]
    """The app that it is done in, or begins in."""
    possible: ClassVar[bool] = True
    """False where the right end is to give up, with everything left as it was."""

    pin: str = ""
    """What unlocks the phone, where the task says it."""

    text: str
    text_zh: str

    @abstractmethod
    def __init__(self, random: Random) -> None: ...

    @abstractmethod
    def setup(self, phone: Phone) -> None:
        """Make it possible, and not yet done."""

    def wanted(self, data: dict[str, Any]) -> dict[str, Any]:
        """What `Phone.data` is when the task is done, from what it was before."""
        return data

    def holds(self, phone: Phone) -> bool:  # noqa: ARG002
        """What else must be so on the phone when it is done, besides what the apps keep."""
        return True

    def answered(self, answer: str | None) -> bool:  # noqa: ARG002
        """Whether the answer is right; a task that asks nothing takes any."""
        return True

    def where(self, eyes: Eyes) -> str:  # noqa: ARG002
        """The package of the app that the next step is in; another than `package` in tasks over several apps."""
        return self.package

    def nearly(self, random: Random) -> Sequence[Template]:  # noqa: ARG002
        """Tasks that are done in the same way up to one thing."""
        return ()

    def noted(self, eyes: Eyes) -> str:  # noqa: ARG002
        """What was read in one app to be used in another, said on the way: later it is on no screen."""
        return ""

    def seen_done(self, eyes: Eyes) -> str:  # noqa: ARG002
        """What is to be seen of it once it is done, where that is on the screen: said before it is called so."""
        return ""

    @abstractmethod
    def solve(self, eyes: Eyes) -> Move:
        """The next step of the solution from the screen as it is; the task's app is in front and nothing in the way."""


class Question(Template):
    """Something to read off the screen: `expected` is known once the phone is set up; `others` must not be said."""

    expected: str = ""
    others: Sequence[str] = ()

    def answered(self, answer: str | None) -> bool:
        if answer is None or not self.expected:
            return False
        said, expected = _plain(answer), _plain(self.expected)
        rest = _without(said, expected)
        if rest == said:
            return False
        others = {_plain(o) for o in self.others} - {expected, ""}
        return not any(_without(text, o) != text for o in others for text in ([said] if expected in o else [rest]))


def app_of(phone: Phone, kind: type[P]) -> P:
    for app in phone.apps:
        program = phone.program(app.package)
        if isinstance(program, kind):
            return program
    raise UsageError(f"this phone has no {kind.__name__}")


def _plain(text: str) -> str:
    """Without case, doubled spaces, and the difference between full-width and plain characters or quotes."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(QUOTES).casefold().split())


def _without(text: str, words: str) -> str:
    """The text with these words, where they stand as whole words, taken out. A pattern would take 2 ms to compile."""
    rest: list[str] = []
    start, at = 0, text.find(words)
    while words and at >= 0:
        end = at + len(words)
        if LETTER.match(text[at - 1 : at]) or LETTER.match(text[end:]):
            at = text.find(words, at + 1)
        else:
            rest.append(text[start:at])
            start, at = end, text.find(words, end)
    return " | ".join([*rest, text[start:]])
