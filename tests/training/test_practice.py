"""What the model does itself is done, and the solution says what would have been right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import torch

from actions.geometry import Point
from actions.types import Answer, Button, Click, Finish
from tests.training.conftest import Made
from training import model, practice, store
from training.eyes import Seen
from training.lessons import episode, written
from training.practice import practise
from training.tower import look
from training.worlds import TRAINING

SEEDS = TRAINING[:2]


def practised(made: Made, monkeypatch: pytest.MonkeyPatch, said: Sequence[str]) -> list[str]:
    """What stands before each picture of two tasks, if the model says this in turn, and then always the last of it."""
    left = list(said)

    def replies(_: Any, batch: Any, seen: torch.Tensor, end: int) -> list[list[int]]:
        text = left.pop(0) if len(left) > 1 else left[0]
        return [made.tokenizer(text)["input_ids"]] * len(seen)

    monkeypatch.setattr(practice, "replies", replies)
    pocket = model.begin(made.tokenizer, seed=1)
    system = (made.folder / "system.txt").read_text("utf-8")
    episodes = [episode("send_message", seed, disturbance=0) for seed in SEEDS]
    return [scene.told for scene in practise(pocket, made.tokenizer, system, episodes, look)]


def test_what_the_model_does_is_done_with_its_own_thought(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    away = written("I am lost.", Button(name="recents"))
    told = practised(made, monkeypatch, [away, "nothing that can be read"])
    second = [t for t in told if "\n1. " in t and "\n2. " not in t]
    assert len(second) == len(SEEDS)
    assert all("\n1. I am lost. Recents {}\n" in t for t in second)
    assert sum("the text is there" in t.casefold() for t in told) == len(SEEDS)  # the solution went on from there


@pytest.mark.parametrize("said", ["nothing that can be read", written("It is done.", Finish())])
def test_where_the_model_says_nothing_to_be_done_the_solution_goes_on(
    said: str, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = [scene.told for seed in SEEDS for scene in episode("send_message", seed, disturbance=0)]
    assert practised(made, monkeypatch, [said]) == alone


def test_a_model_that_goes_round_in_a_circle_is_stopped(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = written("I wait.", Click(point=Point(0.5, 0.01)))
    assert len(practised(made, monkeypatch, [nothing])) == 2 * len(SEEDS)


def test_shards_of_practice_are_learned_from_and_drawn_once(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "EPISODES", 2)
    held_out, learned = (len(store.read(made.folder, held_out=held)) for held in (True, False))
    practice.draw(made.folder, 1, model.begin(made.tokenizer, seed=1))
    try:
        (file,) = made.folder.glob("03*.jsonl")
        assert file.stem > f"{store.READINGS[-1]:05}"
        drawn = store.read(made.folder, held_out=False)
        assert len(store.read(made.folder, held_out=True)) == held_out
        at = file.stat().st_mtime_ns
        practice.draw(made.folder, 1, model.begin(made.tokenizer, seed=1))
        assert file.stat().st_mtime_ns == at
        assert len(drawn) - learned == len(file.read_text("utf-8").splitlines())
        pocket = model.begin(made.tokenizer, seed=1)
        seen = Seen(pocket, drawn, made.folder / "seen")
        chosen = [len(drawn) - 1, 0]
        with torch.no_grad():
            expected = look(pocket, drawn.pictures.pick(chosen))[1]
        assert torch.allclose(seen(chosen), expected, atol=0.05, rtol=0.05)
    finally:
        for left in made.folder.glob("03*"):
            left.unlink()


def test_an_answer_that_the_model_does_not_give_is_not_given() -> None:
    played = episode("read_message", SEEDS[0], disturbance=0)
    scene = next(played)
    while "Answer" not in scene.step.reply:
        scene = next(played)
    instead = played.send(("I am lost.", Button(name="home")))
    assert "Finish" not in instead.step.reply
    with pytest.raises(StopIteration):
        played.send(("It says no.", Answer(text="no")))
