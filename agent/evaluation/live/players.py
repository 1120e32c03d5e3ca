"""Who plays an episode: the model that is measured, or one of the baselines beside which its figures mean something.

The baselines are scripted models that write in any dialect, through the same loop, parser and driver as a model.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from random import Random
from typing import Literal, assert_never

from actions.geometry import Point, Size
from actions.types import Action, Answer, Button, Click, Finish, Kind, LongPress, OpenApp, Scroll, TypeText
from agent.core import Agent
from agent.demo import oracle_model
from agent.evaluation.live.stage import Stage
from agent.models.base import Model
from agent.models.scripted import ScriptedModel
from agent.models.shared import SharedModel
from environments.base import Environment
from prompts.dialect import Decision, Dialect

Baseline = Literal["oracle", "random", "done", "give_up"]
"""oracle: the phone's own solution, the upper bound. random: taps, strokes, buttons and words at random. done: says at
once that it is done. give_up: says at once that it can't be done, which is right for the impossible tasks."""

MakeAgent = Callable[[Model, Environment, int], Agent]
"""From the model, the phone and the most steps."""

Seat = Callable[[Stage, int], AbstractContextManager[Agent]]
"""An agent for one episode of at most so many steps; it is used from one thread, and other seats beside it."""

WORDS = ("hello", "milk", "7", "42", "Anna", "settings", "12:30", "weather")
CHANCES: dict[Kind, float] = {
    "click": 0.6,
    "scroll": 0.12,
    "button": 0.08,
    "type_text": 0.08,
    "long_press": 0.04,
    "open_app": 0.03,
    "answer": 0.02,
    "finish": 0.03,
}


def model_seat(model: Model, make: MakeAgent, *, at_once: int) -> Seat:
    """One model for all episodes: what those that run side by side ask is written at once."""
    shared = SharedModel(model, most=at_once)

    @contextmanager
    def seat(stage: Stage, most_steps: int) -> Generator[Agent]:
        with shared.asking():
            yield make(shared, stage.environment, most_steps)

    return seat


def baseline_seat(baseline: Baseline, dialect: Dialect, make: MakeAgent) -> Seat:
    @contextmanager
    def seat(stage: Stage, most_steps: int) -> Generator[Agent]:
        yield make(baseline_model(baseline, dialect, stage), stage.environment, most_steps)

    return seat


def baseline_model(baseline: Baseline, dialect: Dialect, stage: Stage) -> Model:
    """It plays this one episode, the same at each time."""
    match baseline:
        case "oracle":
            return oracle_model(stage.task, stage.phone, dialect)
        case "random":
            return _acting(baseline, dialect, stage, _at_random(stage, dialect.kinds()))
        case "done":
            return _acting(baseline, dialect, stage, iter([Finish()]))
        case "give_up":
            return _acting(baseline, dialect, stage, iter([Finish(success=False)]))
        case _:
            assert_never(baseline)


def _acting(name: str, dialect: Dialect, stage: Stage, actions: Iterator[Action]) -> ScriptedModel:
    def size() -> Size:
        with stage.phone.lock:
            return stage.phone.size

    replies = (dialect.write(Decision("", (action,)), size()) for action in actions)
    return ScriptedModel(replies, dialect=dialect.name, space=dialect.space, name=name)


def _at_random(stage: Stage, kinds: frozenset[Kind]) -> Iterator[Action]:
    random = Random(f"random/{stage.task.template} {stage.task.seed}")  # noqa: S311  no secret
    able: list[Kind] = [kind for kind in CHANCES if kind in kinds]
    weights = [CHANCES[kind] for kind in able]
    apps = [app.label for app in stage.phone.apps]

    def point() -> Point:
        return Point(random.random(), random.random())

    while True:
        match random.choices(able, weights)[0]:
            case "click":
                yield Click(point=point())
            case "scroll":
                yield Scroll(direction=random.choice(("up", "down", "left", "right")), point=point())
            case "button":
                yield Button(name=random.choice(("back", "home")))
            case "type_text":
                yield TypeText(text=random.choice(WORDS))
            case "long_press":
                yield LongPress(point=point())
            case "open_app":
                yield OpenApp(name=random.choice(apps))
            case "answer":
                yield Answer(text=random.choice(WORDS))
            case _:
                yield Finish(success=random.random() < 0.9)
