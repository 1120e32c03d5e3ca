"""What a dialect is: one model family's prompt and output form, with `render`, `write` and `parse` side by side.

`render` makes the messages for the next step, `write` is what a model of the family would write for a decision, `parse`
reads it back: `parse(write(d)) == d` for everything the dialect can say.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import ClassVar, Literal

from actions.geometry import Size, Space
from actions.tools import Tool
from actions.types import Action, Kind
from environments.base import Observation, Platform
from environments.episode import Attempt, Step
from prompts.grammar import Grammar
from prompts.history import History
from prompts.messages import Message

Language = Literal["en", "zh"]

ALWAYS: frozenset[Kind] = frozenset({"wait", "answer", "finish"})
"""Kinds that a model is always offered. Asking the person is not among them: that is offered where `Moment.supports`
has it, since there may be nobody to ask."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a reply means. `repairs` names everything that had to be mended to read it."""

    thought: str
    actions: tuple[Action, ...]
    repairs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Moment:
    """What a prompt is made for: the task, what was done, and the screen as it is now.

    `seen` is the size at which the model will see the current screenshot. `attempts` are replies to this very
    screen that were not carried out, oldest first; the model is shown what was wrong with them.
    """

    task: str
    steps: Sequence[Step]
    now: Observation
    seen: Size
    supports: Set[Kind]
    tools: Sequence[Tool] = ()
    attempts: Sequence[Attempt] = ()


class Dialect(ABC):
    """One family. Stateless: the same moment always gives the same messages."""

    name: ClassVar[str]
    model_types: ClassVar[frozenset[str]] = frozenset()
    """The `model_type` of the checkpoints, in transformers' words, that were trained on this dialect."""
    space: Space
    """The coordinate space that it reads and writes."""
    stop: ClassVar[tuple[str, ...]] = ()
    """Texts at which the model must stop; they are not part of the reply."""
    history: History = History()
    """Which past steps and screenshots the family is used to seeing."""

    def __init__(
        self,
        platform: Platform = "mobile",
        *,
        language: Language = "en",
        space: Space | None = None,
        history: History | None = None,
    ) -> None:
        self.platform: Platform = platform
        self.language: Language = language
        if space is not None:
            self.space = space
        if history is not None:
            self.history = history

    @abstractmethod
    def kinds(self) -> frozenset[Kind]:
        """The kinds of action that it can express on this platform."""

    @abstractmethod
    def render(self, moment: Moment) -> list[Message]: ...

    @abstractmethod
    def write(self, decision: Decision, seen: Size) -> str:
        """The reply that a model of this family would give. `ValueError` for a kind that it can't express."""

    @abstractmethod
    def parse(self, text: str, seen: Size) -> Decision:
        """The last complete action of a reply, and the thought before it.

        Raises `ParseError` for anything that holds no readable action; never evaluates the text; takes bounded time
        and memory on any input.
        """

    def grammar(self, moment: Moment) -> Grammar | None:  # noqa: ARG002
        """What a reply may look like, so that `parse` reads whatever is written so; None where that is not known."""
        return None
