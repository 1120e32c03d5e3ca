"""A data set, predicted into a file: what is there already is not asked again, whatever ended the run before."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator

from agent.core import Agent
from agent.evaluation.predictions import Predicted, PredictionsFile, UnreadStep
from agent.evaluation.replay import Decided, Earlier, HistoryOf, Level
from agent.evaluation.runner import Found, predict
from agent.evaluation.step import Place, Unread
from agent.models.base import Model
from environments.base import Platform


def predict_into(
    file: PredictionsFile,
    steps: Iterable[Found],
    model: Model,
    make_agent: Callable[[Model, Platform], Agent],
    *,
    at_once: int = 1,
    history: HistoryOf = "gold",
    level: Level = "high",
    on_step: Callable[[], None] = lambda: None,
) -> None:
    """Each step becomes a line, also one that can't be read. `on_step` is called for each that is done with.

    Raises `ModelError`, `StorageError`; what was predicted until then stands in the file.
    """

    using = threading.Lock()

    def noted() -> Iterator[Found]:
        for step in steps:
            with using:
                there = step.place in file
                if not there and isinstance(step, Unread):
                    file.write(UnreadStep.of(step))
                    there = True
                if there:
                    on_step()
            yield step

    def earlier(place: Place) -> Earlier | None:
        with using:
            found = file.earlier(place)
        return None if found is None else Earlier(found.thought, found.prediction.action)

    def sink(decided: Decided) -> None:
        with using:
            file.write(as_line(decided))
            on_step()

    predict(noted(), model, make_agent, sink, at_once=at_once, earlier=earlier, history=history, level=level)


def as_line(decided: Decided) -> Predicted:
    """What is written of it."""
    choice = decided.choice
    return Predicted(
        place=decided.step.place,
        truth=decided.step.truth,
        prediction=decided.prediction,
        thought="" if choice.decision is None else choice.decision.thought,
        reply=choice.attempts[-1].text,
        seconds=sum(choice.seconds.values()),
    )
