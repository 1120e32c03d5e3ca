"""Replies that are held to a grammar, in a run: a model with random weights acts, and never can without."""

from __future__ import annotations

from pathlib import Path

import pytest

from actions.errors import UsageError
from agent import Agent, Limits, ScriptedModel, TransformersModel
from agent.models.base import Budget
from environments.phone.environment import PhoneEnvironment
from environments.phone.phone import Phone
from tests.agent.command import handeye
from tests.models.tiny import tiny_checkpoint

SMALL = 28 * 28 * 64


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tiny_checkpoint(tmp_path_factory.mktemp("checkpoint"), family="qwen2_vl"))


def test_a_model_without_sense_acts(checkpoint: str) -> None:
    phone = PhoneEnvironment(Phone(1))
    with TransformersModel.load(checkpoint, dtype="float32", device="cpu", max_pixels=SMALL) as model:
        held, free = (
            Agent(model, phone, constrain=constrain, limits=Limits(steps=2), budget=Budget(tokens=224))
            for constrain in (None, False)
        )
        steps = list(held.iter("Turn on Wi-Fi"))
        assert steps
        assert all(step.action is not None for step in steps)
        (unread,) = free.iter("Turn on Wi-Fi")
        assert unread.action is None
        with pytest.raises(UsageError, match="the dialect autoglm_phone has no grammar"):
            next(Agent(model, phone, dialect="autoglm_phone", constrain=True).iter("Turn on Wi-Fi"))


def test_what_can_not_be_held_says_so() -> None:
    with pytest.raises(UsageError, match="scripted can't be held to a grammar"):
        Agent(ScriptedModel([]), PhoneEnvironment(Phone(1)), constrain=True)


def test_the_command(checkpoint: str, tmp_path: Path) -> None:
    command = ["run", "x", "--on", "phone", "--model", checkpoint, "--max-pixels", str(SMALL), "--steps", "1"]
    held = handeye(*command, "--reply-tokens", "224", cwd=tmp_path)
    assert held.returncode == 7, held.stdout + held.stderr
    free = handeye(*command, "--no-constrain", "--reply-tokens", "16", cwd=tmp_path)
    assert free.returncode == 5, free.stdout + free.stderr
