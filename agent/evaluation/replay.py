"""Recorded steps, shown to an agent one after the other: what would it have done?

The agent is asked by `Agent.decide`, as in a live run, so that what is scored is what would run. Nothing is done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Literal, NamedTuple

from actions.types import Action
from agent.core import Agent, Choice
from agent.evaluation.step import Place, Prediction, RecordedStep, Unread
from environments.base import DONE
from environments.episode import Step

HistoryOf = Literal["gold", "own"]
"""Whether an agent is told of the recorded actions before a step, or of those that it chose itself."""
Level = Literal["high", "low"]
"""Whether it is told the goal alone, or what this step is for as well."""


class Earlier(NamedTuple):
    """What an agent decided on a step before, for the past that it is told."""

    thought: str
    action: Action | None


class Decided(NamedTuple):
    """What an agent decided on a recorded step, and all that it cost."""

    step: RecordedStep
    prediction: Prediction
    choice: Choice


def replay(
    agent: Agent,
    episode: Iterable[RecordedStep | Unread],
    *,
    history: HistoryOf = "gold",
    level: Level = "high",
    earlier: Callable[[Place], Earlier | None] = lambda _: None,
) -> Iterator[Decided]:
    """An episode's steps in order. A step that could not be read is passed over, here and in the past that is told; one
    that was decided `earlier` is passed over here.

    Raises `ModelError`. A level of "low" is the goal alone where a data set doesn't tell what a step is for.
    """
    past: list[Step] = []
    for step in episode:
        if isinstance(step, Unread):
            continue
        own = earlier(step.place)
        if own is None:
            choice = agent.decide(asked(step, level), past, step.observation)
            decided = _decided(step, choice)
            yield decided
            thought = "" if choice.decision is None else choice.decision.thought
            own = Earlier(thought, decided.prediction.action)
        thought, action = own if history == "own" else ("", step.truth.recorded.action)
        seen = agent.model.seen(step.observation.size)
        past.append(Step(step.place.index, step.observation, (), thought, action, DONE, seen))


def _decided(step: RecordedStep, choice: Choice) -> Decided:
    actions = () if choice.decision is None else choice.decision.actions
    return Decided(step, Prediction(actions, problem=choice.attempts[-1].problem), choice)


def asked(step: RecordedStep, level: Level) -> str:
    """The task's words for a step."""
    if level == "high" or not step.instruction:
        return step.goal
    return f"{step.goal}\nThe step to do now: {step.instruction}"
