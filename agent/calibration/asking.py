"""Asking a model where a target is, as a run would ask it: an agent is given a task and its first click counts, a
grounder is given the description.

What it wrote is kept twice: as the dialect reads it, and as bare numbers (`Answer.written`), which are there also where
the dialect refuses them as outside the picture. Those tell most about what is wrong.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

from actions.errors import ParseError
from actions.geometry import Point, Size, Space, apart
from actions.types import Click
from agent.calibration.targets import Target
from agent.core import Agent, Limits
from agent.grounder import Grounder
from agent.models.base import Budget, Model
from agent.models.published import Family, Role
from environments.base import Observation, Platform
from environments.shown import shown
from prompts.dialect import Decision, Dialect, Language
from prompts.dialects import GROUNDING, by_name, grounding_by_name, names
from prompts.grounding import GroundingDialect

MakeDialect = Callable[[Platform, Space | None], Dialect]
"""A dialect for a platform, and in another coordinate space than its own."""

_RULER = 1_000_000
_WIDE = Size(_RULER, _RULER)
"""A picture so large that no number a model writes lies outside; read as pixels of it, numbers stay as they are."""


@dataclass(frozen=True, slots=True)
class Answer:
    """seen: the size at which the model saw the picture. text: its reply. point: what the dialect reads in it; None
    where it reads none, and `problem` says why. written: the numbers in it."""

    target: Target
    seen: Size
    text: str
    point: Point | None
    problem: str | None
    written: tuple[float, float] | None

    @property
    def error_pixels(self) -> float | None:
        """How far from the target's middle, in pixels of the picture."""
        if self.point is None:
            return None
        return math.hypot(*apart(self.point.x, self.point.y, self.target.point, self.target.size))

    @property
    def inside(self) -> bool:
        return self.error_pixels is not None and self.error_pixels <= self.target.screen.radius


class Pointer(ABC):
    """A model that is asked to point, in one dialect."""

    role: ClassVar[Role]
    model: Model
    dialect: str
    space: Space

    @abstractmethod
    def ask(self, target: Target) -> Answer:
        """Raises `ModelError`."""

    @abstractmethod
    def in_space(self, space: Space) -> str:
        """How to have it read in another space, from Python."""


class AgentPointer(Pointer):
    """An agent, asked as `handeye run` asks it. constrain: as there."""

    role = "agent"

    def __init__(
        self, model: Model, make: MakeDialect, *, constrain: bool | None = None, budget: Budget = Budget()
    ) -> None:
        self.model = model
        self._make = make
        self._agents = {
            screen.platform: Agent(
                model,
                screen,
                dialect=make(screen.platform, None),
                constrain=constrain,
                limits=Limits(attempts=1),
                budget=budget,
            )
            for screen in map(shown, get_args(Platform))
        }
        one = self._agents["mobile"].dialect
        self.dialect, self.space, self._class = one.name, one.space, type(one).__name__

    def ask(self, target: Target) -> Answer:
        platform = target.screen.platform
        verb = "Tap" if platform == "mobile" else "Click"
        now = Observation(target.picture, 0.0)
        choice = self._agents[platform].decide(f"{verb} {target.description}.", (), now)
        (attempt,) = choice.attempts
        point, problem = None, attempt.problem
        if choice.decision is not None:
            point = first_click(choice.decision)
            problem = None if point is not None else f"it does not click: {choice.decision.actions[0].kind}"
        return Answer(target, choice.seen, attempt.text, point, problem, self._written(attempt.text, platform))

    def in_space(self, space: Space) -> str:
        return f'Agent(model, environment, dialect={self._class}(environment.platform, space="{space}"))'

    def _written(self, text: str, platform: Platform) -> tuple[float, float] | None:
        def read(space: Literal["absolute", "unit"]) -> Point | None:
            return first_click(self._make(platform, space).parse(text, _WIDE))

        return _numbers(read)


class GroundingPointer(Pointer):
    """A grounder, asked as the one beside a planner is."""

    role = "grounder"

    def __init__(self, model: Model, *, dialect: GroundingDialect, budget: Budget = Budget()) -> None:
        self.model = model
        self._grounder = Grounder(model, dialect=dialect, budget=budget)
        self.dialect, self.space = dialect.name, dialect.space

    def ask(self, target: Target) -> Answer:
        found = self._grounder.find(target.description, target.picture)
        seen = self.model.seen(target.size)
        return Answer(target, seen, found.text, found.point, found.problem, self._written(found.text))

    def in_space(self, space: Space) -> str:
        return f'Grounder(model, dialect={type(self._grounder.dialect).__name__}(space="{space}"))'

    def _written(self, text: str) -> tuple[float, float] | None:
        kind = type(self._grounder.dialect)
        return _numbers(lambda space: kind(space=space).parse(text, _WIDE))


def pointer_for(
    model: Model,
    *,
    dialect: str | None = None,
    language: Language = "en",
    as_grounder: bool = False,
    constrain: bool | None = None,
    budget: Budget = Budget(),
) -> Pointer:
    """The model, asked as it would be in a run; with `as_grounder` as it would be beside a planner, as one that only
    points always is. dialect: where not the model's own. Raises `UsageError`."""
    name = dialect or model.dialect
    if as_grounder or _only_points(model, name):
        asked = grounding_by_name(name)(space=None if dialect else model.space)
        return GroundingPointer(model, dialect=asked, budget=budget)
    kind = by_name(name)

    def make(platform: Platform, space: Space | None) -> Dialect:
        own = None if dialect else model.space
        return kind(platform, language=language, space=space or own)

    return AgentPointer(model, make, constrain=constrain, budget=budget)


def _only_points(model: Model, dialect: str) -> bool:
    family = getattr(model, "family", None)
    told = isinstance(family, Family) and family.role == "grounder" and family.dialect == dialect
    return told or (dialect in GROUNDING and dialect not in names())


def first_click(decision: Decision) -> Point | None:
    return next((action.point for action in decision.actions if isinstance(action, Click)), None)


def _numbers(read: Callable[[Literal["absolute", "unit"]], Point | None]) -> tuple[float, float] | None:
    """The numbers as they were written; fractions are read in no other space than their own."""
    scales: tuple[tuple[Literal["absolute", "unit"], int], ...] = (("absolute", _RULER), ("unit", 1))
    for space, scale in scales:
        try:
            point = read(space)
        except ParseError:
            continue
        return None if point is None else (point.x * scale, point.y * scale)
    return None
