"""The pocket model, which ships: a real checkpoint that sees, through all that any model goes through.

The success rate is `benchmarks/pocket.py`'s to measure. These phones are ones on which it does its task, so that what
breaks the path from the screen to the tap breaks a test; they say nothing about how often it does.
"""

import json
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from actions.geometry import Size
from agent.core import Agent, Limits
from agent.demo import POCKET, oracle_model, simulated_phone
from agent.models.transformers import TransformersModel
from agent.run_folder import read_run
from environments.base import Observation
from environments.phone.environment import PhoneEnvironment
from environments.phone.phone import Phone
from environments.phone.tasks import sample
from environments.picture import Picture
from prompts.dialects.qwen2_vl import Qwen2VL
from tests.agent.command import handeye, json_lines, run_folder

DONE = [
    ("toggle_visible", 3),
    ("search_setting", 3),
    ("unlock_and_toggle", 4),
    ("create_note", 3),
    ("read_number", 3),
    ("delete_event", 3),
    ("shop_buy", 3),
    ("shop_unavailable", 4),
    ("take_picture", 3),
    ("browser_bookmark", 3),
]
"""A row that is seen, one that is searched for, a PIN, a text, an answer, a dialog, a form, a thing that can't be done,
a camera, pages."""


class Blind(PhoneEnvironment):
    """The phone, of which nothing is shown but grey."""

    def observe(self) -> Observation:
        now = super().observe()
        return replace(now, picture=Picture(np.full_like(now.picture.array, 127)))


@pytest.fixture(scope="module")
def pocket() -> Generator[TransformersModel]:
    with TransformersModel.load(str(POCKET), device="cpu", dtype="float32", offline=True) as model:
        yield model


def test_demo_is_done_by_a_model_that_sees(tmp_path: Path) -> None:
    done = handeye("demo", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the pocket model looks at it" in done.stdout
    assert "judged by the phone's state: achieved" in done.stdout
    steps = read_run(run_folder(tmp_path)).episode.steps
    assert steps[0].observation.size == Size(1080, 2400)
    assert all(step.thought and "\n" not in step.thought for step in steps)


@pytest.mark.parametrize(("template", "seed"), DONE)
def test_it_does_tasks_over_the_real_adb(template: str, seed: int, pocket: TransformersModel) -> None:
    task = sample(template, seed)
    with simulated_phone(seed) as (phone, environment):
        task.setup(phone)
        episode = Agent(pocket, environment, limits=Limits(steps=20)).run(task.text)
        assert task.check(phone, episode.answer, gave_up=episode.end == "not_done"), [s.thought for s in episode.steps]


@pytest.mark.parametrize(("template", "seed"), DONE[:5])
def test_it_does_none_of_them_blind(template: str, seed: int, pocket: TransformersModel) -> None:
    task, phone = sample(template, seed), Phone(seed)
    task.setup(phone)
    episode = Agent(pocket, Blind(phone), limits=Limits(steps=12, attempts=1)).run(task.text)
    assert not task.check(phone, episode.answer, gave_up=episode.end == "not_done")


def test_a_suite_of_live_tasks_as_a_command(tmp_path: Path) -> None:
    """Two phones side by side, whose replies are written together; then the same file again, for what it holds."""
    (first, seed), (second, _) = DONE[:2]
    suite = ["eval", "phone", "--tasks", f"{first},{second}", "--seeds", str(seed), "--out", "live.jsonl", "--json"]
    done = handeye(*suite, "--model", POCKET, "--at-once", "2", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["total"]["done"] == 2


def test_what_was_recorded_is_predicted_and_scored(tmp_path: Path) -> None:
    """Runs of the solution are a data set; what the model would have done on their screens is scored step by step."""
    template, seed = DONE[0]
    task, phone = sample(template, seed), Phone(seed)
    task.setup(phone)
    model = oracle_model(task, phone, Qwen2VL())
    assert Agent(model, PhoneEnvironment(phone), runs=tmp_path / "runs").run(task.text).end == "done"
    done = handeye("eval", "run", "runs", "-d", "runs", "-o", "out.jsonl", "--model", POCKET, "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    scores = json_lines(done.stdout)
    assert scores
    assert all(score["exact_match"]["value"] == 1 for score in scores)
