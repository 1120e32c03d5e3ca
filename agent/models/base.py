"""What a model is to the loop: messages in, text out, and the size at which it saw each picture."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, Self

from actions.geometry import Size, Space
from environments.episode import Usage
from prompts.grammar import Grammar
from prompts.messages import Message


@dataclass(frozen=True, slots=True)
class Budget:
    """How much one reply may cost."""

    tokens: int = 1024
    seconds: float = 120.0


@dataclass(frozen=True, slots=True)
class Reply:
    """`seen`: the size of each picture, in the order of the messages, after the processor's resize.
    `seconds`: prefill (until the first token) and decode (the rest); an endpoint may only know their sum.
    `ended`: "stop" where the model ended by itself or at a stop text; else what cut it off."""

    text: str
    seen: tuple[Size, ...]
    usage: Usage = Usage()
    seconds: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    ended: Literal["stop", "tokens", "seconds"] = "stop"


@dataclass(frozen=True, slots=True)
class Request:
    """The arguments of one `Model.generate`, without `on_text`."""

    messages: Sequence[Message]
    grammar: Grammar | None = None
    stop: Sequence[str] = ()
    budget: Budget = Budget()
    prepared: object = None
    """What `Model.prepare` has done for it."""


class Model(ABC):
    """A model that reads messages with pictures and writes text. Not thread-safe: one screen, one model."""

    name: str
    dialect: str
    """Name of the dialect that this model was trained on, from its own config."""
    space: Space | None = None
    """The coordinate space, where the checkpoint differs from its dialect's own."""
    constrainable: bool = False
    """Whether `generate` can be given a grammar."""

    @abstractmethod
    def seen(self, size: Size) -> Size:
        """The size at which it sees a picture of `size`, before any is sent."""

    @abstractmethod
    def generate(
        self,
        messages: Sequence[Message],
        *,
        grammar: Grammar | None = None,
        stop: Sequence[str] = (),
        budget: Budget = Budget(),
        on_text: Callable[[str], None] | None = None,
    ) -> Reply:
        """Write the next message (or go on with the last one, where that is the assistant's).

        `grammar`: nothing else is written (`ModelError` where the model is not `constrainable`); `ended` is "tokens"
        also where such a reply had to be brought to its end. Stop texts are cut off. `on_text` gets the pieces as they
        come. Raises `ModelError`.
        """

    def prepare(self, request: Request) -> Request:
        """Do beforehand what `generate_all` would begin with, as far as that touches nothing shared: from any thread,
        also while replies are written. May be left out. Raises `ModelError`."""
        return request

    def generate_all(self, requests: Sequence[Request]) -> list[Reply]:
        """What `generate` would write for each, at once where the model can do that. Raises `ModelError`."""
        return [self.generate(r.messages, grammar=r.grammar, stop=r.stop, budget=r.budget) for r in requests]

    def close(self) -> None:  # noqa: B027
        """Give back the memory; may be called twice."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
