"""Every dialect through a whole task: prompt, reply, parser, loop and phone, judged by the phone's state."""

import pytest

from actions.geometry import Size
from agent.core import Agent
from agent.demo import oracle_model
from agent.models.family import FAMILIES
from environments.phone.environment import PhoneEnvironment
from environments.phone.phone import Phone
from environments.phone.tasks import PhoneTask, sample
from prompts.dialects import BUILT_IN

PIXELS = 400_000
"""Fewer than the screen has, so that what the model sees is not what the phone shows."""
SCREEN = Size(720, 1600)


def solved(name: str, template: str, seed: int) -> tuple[Agent, bool]:
    now = [0.0]
    phone = Phone(seed, size=SCREEN, density=280, clock=lambda: now[0])
    task: PhoneTask = sample(template, seed)
    task.setup(phone)
    dialect = BUILT_IN[name]("mobile", space=next(f.space for f in FAMILIES if f.dialect == name))
    agent = Agent(oracle_model(task, phone, dialect, max_pixels=PIXELS), PhoneEnvironment(phone), dialect=dialect)
    for _ in agent.iter(task.text):
        now[0] += 1.0
    assert agent.episode is not None
    return agent, task.check(phone, agent.episode.answer, gave_up=agent.episode.end == "not_done")


@pytest.mark.parametrize("template", ["send_message", "toggle_scrolled", "read_about"])
@pytest.mark.parametrize("name", sorted(BUILT_IN))
def test_a_whole_task_in_every_dialect(name: str, template: str) -> None:
    agent, achieved = solved(name, template, seed=3)
    assert agent.episode is not None
    steps = agent.episode.steps
    assert achieved
    assert agent.episode.end == "done"
    assert all(len(s.attempts) == 1 and s.attempts[0].repairs == () for s in steps), "nothing had to be mended"
    assert all(s.seen != SCREEN for s in steps), "the model saw a smaller picture than the phone showed"


@pytest.mark.parametrize("template", ["shop_add", "star_contact"])
def test_a_tap_that_changes_one_digit_or_fills_a_star_is_not_said_to_do_nothing(template: str) -> None:
    agent, achieved = solved("qwen2_vl", template, seed=3)
    assert agent.episode is not None
    assert achieved
    taps = [s for s in agent.episode.steps if s.action is not None and s.action.kind == "click"]
    assert taps
    assert all(s.changed is not False for s in taps)
