"""Recorded steps shown to an agent: what it is asked, and what is made of its replies."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from actions.geometry import Point, Size
from actions.types import Action, Button, Click, Finish, TypeText
from agent.core import Agent, Limits
from agent.evaluation.replay import HistoryOf, Level, replay
from agent.evaluation.step import Place, Recorded, RecordedStep, Truth, Unread
from agent.models.scripted import ScriptedModel
from environments.base import Observation
from environments.picture import Picture
from environments.shown import shown
from prompts.dialect import Decision
from prompts.dialects.qwen2_vl import Qwen2VL
from prompts.messages import Message, transcript

SIZE = Size(84, 112)
DIALECT = Qwen2VL()
RECORDED: list[Action] = [Click(point=Point(0.25, 0.5)), TypeText(text="milk"), Button(name="back"), Finish()]


def place(index: int) -> Place:
    return Place("made", "a.json", "7", index, len(RECORDED))


def episode() -> list[RecordedStep | Unread]:
    steps: list[RecordedStep | Unread] = []
    for i, action in enumerate(RECORDED):
        picture = Picture(np.full((SIZE.height, SIZE.width, 3), 40 * i, np.uint8))
        truth = Truth(SIZE, ((Recorded(action),),))
        instruction = f"instruction {i}" if i != 2 else None
        steps.append(RecordedStep(place(i), "Buy milk", instruction, Observation(picture, 0.0), truth))
    return [*steps[:2], Unread(place(9), "the picture is missing"), *steps[2:]]


def agent(replies: Sequence[str], asked: list[str]) -> Agent:
    left = iter(replies)

    def reply(messages: Sequence[Message]) -> str:
        asked.append(transcript(messages))
        return next(left)

    return Agent(ScriptedModel(reply), shown("mobile"), dialect=DIALECT, limits=Limits(attempts=1))


def says(action: Action, thought: str = "") -> str:
    return DIALECT.write(Decision(thought, (action,)), SIZE)


def test_each_reply_becomes_a_prediction() -> None:
    replies = [says(RECORDED[0]), "I would buy it.", says(Button(name="home")), says(Finish(success=False))]
    decided = list(replay(agent(replies, []), episode()))
    assert [d.step.place.index for d in decided] == [0, 1, 2, 3]
    assert [d.prediction.action for d in decided] == [RECORDED[0], None, Button(name="home"), Finish(success=False)]
    assert [d.prediction.problem is None for d in decided] == [True, False, True, True]


@pytest.mark.parametrize("history", ["gold", "own"])
def test_the_past_is_the_recorded_one_or_its_own(history: HistoryOf) -> None:
    asked: list[str] = []
    replies = [says(Click(point=Point(0.75, 0.9)), "the cart"), says(TypeText(text="bread")), "?", says(Finish())]
    list(replay(agent(replies, asked), episode(), history=history))
    last = asked[-1]
    assert ("milk" in last.replace("Buy milk", ""), "(250,500)" in last) == (
        (True, True) if history == "gold" else (False, False)
    )
    assert ("bread" in last, "(750,900)" in last) == ((True, True) if history == "own" else (False, False))


@pytest.mark.parametrize("level", ["high", "low"])
def test_what_a_step_is_for_is_told_at_the_low_level(level: Level) -> None:
    asked: list[str] = []
    list(replay(agent([says(a) for a in RECORDED], asked), episode(), level=level))
    assert [f"instruction {i}" in text for i, text in enumerate(asked)] == [level == "low" and i != 2 for i in range(4)]
    assert all("Buy milk" in text for text in asked)


def test_a_recording_is_not_run() -> None:
    made = agent([], [])
    with pytest.raises(RuntimeError, match="looked at, not run"):
        made.run("Buy milk")
