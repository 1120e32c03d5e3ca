"""One recorded step as data: what was seen, what was done on it, and what else would have been right.

Whatever a data set counts in, this is in our one convention: points and areas in unit floats, x before y, and
directions those in which content is revealed. Where a rule asks for the finger's own way, `Recorded.finger` has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field

from actions.geometry import Area, Box, Point, Size
from actions.types import Action
from environments.base import Observation, Platform

MOST_STEPS = 10_000
"""Of an episode, wherever one is read from a file."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a step stands in its data set. `file` is relative to the data set's root; `index` counts an episode's
    steps from 0; `length` is None where the number of the episode's steps is not known."""

    dataset: str
    file: str
    episode: str
    index: Annotated[int, Field(ge=0, lt=MOST_STEPS)]
    length: Annotated[int | None, Field(ge=1, le=MOST_STEPS)] = None

    def __str__(self) -> str:
        return f"{self.file}, episode {self.episode}, step {self.index}"


@dataclass(frozen=True, slots=True)
class Recorded:
    """One action of a recording. `areas` are those that the data set names as its target, `outline` the corners of a
    target that is no rectangle, `finger` where a touch began and ended."""

    action: Action
    areas: tuple[Area, ...] = ()
    outline: tuple[Point, ...] = ()
    finger: tuple[Point, Point] | None = None


@dataclass(frozen=True, slots=True)
class Truth:
    """All that a protocol may look at. `options` are the ways that count as right, each a sequence of actions; the
    first is the one recorded. `elements` are those found on the screen, `tags` what the data set says of the step:
    its subset, its category, an operation in its own words."""

    size: Size
    options: tuple[tuple[Recorded, ...], ...]
    elements: tuple[Area, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def recorded(self) -> Recorded:
        return self.options[0][0]


@dataclass(frozen=True, slots=True)
class RecordedStep:
    """`goal` is the whole task, `instruction` what this step is for, where the data set tells. The observation's
    picture is read when asked for and not kept; its time is 0, since data sets tell none."""

    place: Place
    goal: str
    instruction: str | None
    observation: Observation
    truth: Truth
    platform: Platform = "mobile"


@dataclass(frozen=True, slots=True)
class Unread:
    """A step that could not be read, and why. It stays in the denominator: who can't be asked isn't right."""

    place: Place
    reason: str


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a model would have done. No `actions` where its reply could not be read (`problem` says why); `box` where
    its family points with boxes."""

    actions: tuple[Action, ...] = ()
    box: Box | None = None
    problem: str | None = None

    @property
    def action(self) -> Action | None:
        return self.actions[0] if self.actions else None
