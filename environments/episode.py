"""What happened: steps, the attempts within them, and the episode they make up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from actions.geometry import Point, Size
from actions.types import Action
from environments.base import Observation, Outcome

End = Literal[
    "done",
    "not_done",
    "model",
    "device",
    "error",
    "unreadable",
    "limit",
    "interrupted",
    "terminated",
]
"""How an episode ended: the model says done, the model says it can't be done, the model or the device failed,
something else did (the disk is full, a plug-in raised), the output could not be read, a limit was reached,
SIGINT, SIGTERM."""

EXIT_CODES: Mapping[End, int] = MappingProxyType(
    {
        "done": 0,
        "not_done": 1,
        "model": 3,
        "device": 4,
        "error": 3,
        "unreadable": 5,
        "limit": 7,
        "interrupted": 130,
        "terminated": 143,
    }
)


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of model calls."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    calls: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.calls + other.calls,
        )


@dataclass(frozen=True, slots=True)
class Grounding:
    """What a grounder wrote for an element that the planner described, and the point that this means (None: `problem`
    says why there is none)."""

    description: str
    text: str
    point: Point | None
    problem: str | None = None
    seconds: float = 0.0
    usage: Usage = Usage()


@dataclass(frozen=True, slots=True)
class Attempt:
    """What the model wrote, and what was wrong with it, so that it was not carried out (None: nothing). `repairs` names
    what the reader mended; `groundings` are what a grounder made of the elements that it describes."""

    text: str
    problem: str | None = None
    repairs: tuple[str, ...] = ()
    groundings: tuple[Grounding, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One turn of the loop.

    `seconds` has the stages that took place: capture, settle, render, prefill, decode, ground, parse, act,
    journal; `usage` counts both models.
    `changed` tells whether anything visible changed after the action, close to a tap be it one digit; None where that
    is not known.
    """

    index: int
    observation: Observation
    attempts: tuple[Attempt, ...]
    thought: str
    action: Action | None
    outcome: Outcome | None
    seen: Size | None = None
    """The size of the current screenshot as the model saw it."""
    changed: bool | None = None
    result: str = ""
    """What a tool returned, or the person answered."""
    seconds: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    usage: Usage = Usage()


@dataclass(slots=True)
class Episode:
    """One task from start to end."""

    task: str
    steps: list[Step] = field(default_factory=list[Step])
    end: End | None = None
    """None while it is running."""
    message: str = ""
    """The model's last word, or the error's line."""
    answer: str | None = None

    @property
    def exit_code(self) -> int:
        return EXIT_CODES[self.end] if self.end is not None else 1

    @property
    def success(self) -> bool:
        return self.end == "done"

    @property
    def usage(self) -> Usage:
        return sum((s.usage for s in self.steps), Usage())
