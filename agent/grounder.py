"""A second model beside the planner: it finds on the screen what the planner describes.

A planner that reasons well may point badly; models that are trained to point and nothing else do that better. With a
grounder the planner is asked for words where it would give coordinates (prompts/planning.py), and the loop stays as it
is. An element that is not found is told to the planner like a reply that can't be read: no point is ever made up.

Both models are loaded at once, each with memory of its own.
"""

from __future__ import annotations

import time
from dataclasses import replace

from actions.errors import ModelError, ParseError
from actions.geometry import Point, Size
from agent.models.base import Budget, Model
from environments.episode import Grounding
from environments.picture import Picture
from prompts.dialect import Decision
from prompts.dialects import grounding_by_name
from prompts.grounding import GroundingDialect
from prompts.planning import PlanningDialect


class Grounder:
    """A model that says where something is. Closing the model is left to whoever opened it.

    dialect: how the model is asked; by default as its family was trained to be (`UsageError` where that is not known).
    budget: of one reply, which is a few numbers.
    """

    def __init__(
        self, model: Model, *, dialect: GroundingDialect | None = None, budget: Budget = Budget(tokens=128)
    ) -> None:
        self.model = model
        self.dialect = grounding_by_name(model.dialect)(space=model.space) if dialect is None else dialect
        self.budget = budget

    def find(self, description: str, picture: Picture, *, seconds: float = float("inf")) -> Grounding:
        """Where it is, or why that can't be told. Raises `ModelError`."""
        started = time.perf_counter()
        budget = replace(self.budget, seconds=max(0.0, min(self.budget.seconds, seconds)))
        reply = self.model.generate(self.dialect.render(picture, description), budget=budget)
        seen = self.model.seen(picture.size)
        if reply.seen[-1:] not in ((), (seen,)):
            raise ModelError(f"{self.model.name} saw {reply.seen[-1]} where {seen} was announced")
        point, problem = None, None
        try:
            point = self.dialect.parse(reply.text, seen)
        except ParseError as e:
            problem = e.message
        return Grounding(description, reply.text, point, problem, time.perf_counter() - started, reply.usage)

    def decide(
        self,
        dialect: PlanningDialect,
        text: str,
        *,
        seen: Size,
        picture: Picture,
        deadline: float,
        groundings: list[Grounding],
    ) -> Decision:
        """What a planner's reply comes to on the screen that it was written for.

        seen: the size at which the planner saw it. deadline: by `time.monotonic`. groundings: gets each search, also
        where `ParseError` is raised in the end.
        """
        plan = dialect.plan(text)
        found: dict[str, Point] = {}
        for argument, description in plan.places.items():
            grounding = self.find(description, picture, seconds=deadline - time.monotonic())
            groundings.append(grounding)
            if grounding.point is None:
                raise ParseError(
                    f"the model that looks for {description!r} on the screen did not find it ({grounding.problem}): "
                    "describe it in other words, or do something else"
                )
            found[argument] = grounding.point
        return dialect.resolve(plan, found, seen)
