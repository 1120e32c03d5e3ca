"""Several recorded episodes at a time: the same predictions, none asked for twice, errors told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from actions.errors import ModelError
from actions.geometry import Point, Size
from actions.types import Click
from agent.core import Agent, Limits
from agent.evaluation.replay import Decided, Earlier, HistoryOf
from agent.evaluation.runner import episodes, predict
from agent.evaluation.step import Place, Recorded, RecordedStep, Truth, Unread
from agent.models.base import Model, Reply, Request
from agent.models.scripted import ScriptedModel
from environments.base import Observation, Platform
from environments.picture import Picture
from environments.shown import shown
from prompts.dialect import Decision
from prompts.dialects.qwen2_vl import Qwen2VL
from prompts.messages import Message, transcript

SIZE = Size(84, 112)
LENGTHS = (3, 1, 5, 2, 4, 2)
Key = tuple[str, int]


def recorded() -> list[RecordedStep | Unread]:
    steps: list[RecordedStep | Unread] = []
    for e, length in enumerate(LENGTHS):
        for i in range(length):
            place = Place("made", f"{e}.json", str(e), i, length)
            if (e, i) == (2, 3):
                steps.append(Unread(place, "damaged"))
                continue
            platform: Platform = "desktop" if e == 1 else "mobile"
            seen = Observation(Picture(np.full((SIZE.height, SIZE.width, 3), 10 * i, np.uint8)), 0.0)
            truth = Truth(SIZE, ((Recorded(Click(point=Point(0.1 * e, 0.1 * i))),),))
            steps.append(RecordedStep(place, f"goal {e}", None, seen, truth, platform))
    return steps


class Hashing(ScriptedModel):
    """Taps where the prompt's text says, so that another prompt is another prediction. Tells how many at once.

    meet: so many threads ask before the first gets an answer; it takes no time, and would be done before a second asks.
    """

    def __init__(self, spoil: Callable[[str], bool] = lambda _: False, meet: int = 1) -> None:
        super().__init__([])
        self._meeting = threading.Barrier(meet)
        self._to_meet = iter(range(meet))
        self.asked = 0
        self.spoil = spoil
        self.sizes: list[int] = []

    def _reply(self, messages: Sequence[Message]) -> Reply:
        text = transcript(messages)
        if self.spoil(text):
            raise ModelError("spoiled")
        self.asked += 1
        x, y = (sum(map(ord, text)) * k % 997 / 997 for k in (31, 17))
        written = Qwen2VL().write(Decision(f"thought {x:.3f}", (Click(point=Point(x, y)),)), SIZE)
        return Reply(written, (SIZE,))

    def prepare(self, request: Request) -> Request:
        if next(self._to_meet, None) is not None:
            self._meeting.wait(10)
        return request

    def generate_all(self, requests: Sequence[Request]) -> list[Reply]:
        self.sizes.append(len(requests))
        return [self._reply(r.messages) for r in requests]


def make(model: Model, platform: Platform) -> Agent:
    return Agent(model, shown(platform), dialect=Qwen2VL(platform), limits=Limits(attempts=1))


def predicted(model: Model, at_once: int, history: HistoryOf = "gold", **more: object) -> dict[Key, Decided]:
    found: dict[Key, Decided] = {}

    def sink(decided: Decided) -> None:
        key = (decided.step.place.episode, decided.step.place.index)
        assert key not in found
        found[key] = decided

    predict(recorded(), model, make, sink, at_once=at_once, history=history, **more)  # pyright: ignore[reportArgumentType]
    return found


def test_the_steps_of_each_episode() -> None:
    assert [len(e) for e in episodes(recorded())] == list(LENGTHS)


@pytest.mark.parametrize("history", ["gold", "own"])
def test_how_many_run_at_once_changes_nothing(history: HistoryOf) -> None:
    alone = predicted(Hashing(), 1, history)
    assert list(alone) == sorted(alone)
    assert len(alone) == sum(LENGTHS) - 1
    for at_once in (2, 4, 16):
        model = Hashing(meet=2)
        together = predicted(model, at_once, history)
        assert {k: d.prediction for k, d in together.items()} == {k: d.prediction for k, d in alone.items()}
        assert max(model.sizes) > 1
        assert max(model.sizes) <= at_once


@pytest.mark.parametrize("history", ["gold", "own"])
def test_what_was_predicted_before_is_not_asked_again(history: HistoryOf) -> None:
    whole = predicted(Hashing(), 1, history)
    half = {k: d for i, (k, d) in enumerate(whole.items()) if i % 3}

    def earlier(place: Place) -> Earlier | None:
        found = half.get((place.episode, place.index))
        if found is None:
            return None
        assert found.choice.decision is not None
        return Earlier(found.choice.decision.thought, found.prediction.action)

    model = Hashing()
    rest = predicted(model, 3, history, earlier=earlier)
    assert rest.keys() == whole.keys() - half.keys()
    assert model.asked == len(rest)
    assert all(d.prediction == whole[k].prediction for k, d in rest.items())


@pytest.mark.parametrize("at_once", [1, 3])
def test_an_error_ends_it_and_leaves_no_thread(at_once: int) -> None:
    model = Hashing(spoil=lambda text: "goal 2" in text)
    with pytest.raises(ModelError, match="spoiled"):
        predicted(model, at_once)
    assert not [t for t in threading.enumerate() if t.name.startswith("episode")]
