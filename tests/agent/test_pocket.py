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
from agent.demo import oracle_model, simulated_phone
from agent.models.transformers import TransformersModel
from agent.pocket import POCKET, pocket_model
from agent.run_folder import read_run
from environments.base import Observation
from environments.phone.environment import PhoneEnvironment
from environments.phone.phone import Phone
from environments.phone.tasks import sample
from environments.picture import Picture
from prompts.dialects.qwen2_vl import Qwen2VL
from tests.agent.command import handeye, json_lines, run_folder

DONE = [
    ("toggle_visible", 5),
    ("search_setting", 3),
    ("unlock_and_toggle", 6),
    ("create_note", 6),
    ("read_number", 3),
    ("delete_event", 4),
    ("shop_buy", 3),
    ("shop_unavailable", 4),
    ("take_picture", 3),
    ("browser_bookmark", 3),
]
"""A row that is seen, one that is searched for, a PIN, a text, an answer, a dialog, a form, a thing that can't be done,
a camera, pages."""


class Blind(PhoneEnvironment):
    """The phone, of which nothing is shown but grey, at a glance as well: so no tap is withheld."""

    def glance(self) -> Picture:
        return grey(super().glance())

    def observe(self) -> Observation:
        now = super().observe()
        return replace(now, picture=grey(now.picture))


def grey(picture: Picture) -> Picture:
    return Picture(np.full_like(picture.array, 127))


@pytest.fixture(scope="module")
def pocket() -> Generator[TransformersModel]:
    with pocket_model() as model:
        yield model


def test_demo_is_done_by_a_model_that_sees(tmp_path: Path) -> None:
    done = handeye("demo", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the pocket model looks at it" in done.stdout
    assert "judged by the phone's state: achieved" in done.stdout
    run = read_run(run_folder(tmp_path))
    assert run.about["model"] == "qwen2-vl-pocket"
    steps = run.episode.steps
    assert steps[0].observation.size == Size(1080, 2400)
    assert all(step.thought and "\n" not in step.thought for step in steps)


def test_a_task_of_ones_own_is_not_judged(tmp_path: Path) -> None:
    done = handeye("demo", "Turn on Night light.", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    end = json_lines(done.stdout)[-1]["end"]
    assert (end["end"], end["player"], end["model"], end["achieved"]) == ("done", "pocket", "qwen2-vl-pocket", None)


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
    assert any(step.outcome is not None and step.outcome.status == "done" for step in episode.steps)


def test_a_suite_of_live_tasks_as_a_command(tmp_path: Path) -> None:
    """Two phones side by side; then what the file holds, for which no model is opened."""
    templates = ",".join([template for template, seed in DONE if seed == 3][:2])
    suite = ["eval", "phone", "--tasks", templates, "--seeds", "3", "--model", POCKET, "--at-once", "2"]
    done = handeye(*suite, "--out", "live.jsonl", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["total"]["done"] == 2
    shown = handeye("eval", "phone", "--show", "--out", "live.jsonl", "--json", cwd=tmp_path)
    assert shown.stdout == done.stdout


def test_what_was_recorded_is_predicted_and_scored(tmp_path: Path) -> None:
    """Runs of the solution are a data set; what the model would have done on their screens is scored step by step."""
    template, seed = DONE[1]
    task, phone = sample(template, seed), Phone(seed)
    task.setup(phone)
    model = oracle_model(task, phone, Qwen2VL())
    assert Agent(model, PhoneEnvironment(phone), runs=tmp_path / "runs").run(task.text).end == "done"
    done = handeye("eval", "run", "runs", "-d", "runs", "-o", "out.jsonl", "--model", POCKET, "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    scores = json_lines(done.stdout)
    assert scores
    assert all(score["exact_match"]["value"] == 1 for score in scores)
