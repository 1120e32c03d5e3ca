"""The same step for another time."""

from __future__ import annotations

import re
from random import Random

import pytest

from actions.types import Click
from environments.phone.phone import Phone
from environments.phone.tasks import PhoneTask, sample
from environments.phone.tasks.clock import SetAlarm
from training.lessons import DIALECT, REWORDED, Scene, episode
from training.retiming import retimed
from training.view import SEEN

HOUR = re.compile(r"I tap (?:the hour )?(\d+)\.")
SEEDS = {"set_alarm": 10_101, "add_event": 10_100}


@pytest.fixture(scope="module")
def lessons() -> dict[str, list[Scene]]:
    return {name: list(episode(name, seed, disturbance=0)) for name, seed in SEEDS.items()}


@pytest.mark.parametrize("name", SEEDS)
def test_a_screen_on_which_a_time_is_chosen_comes_with_others(name: str, lessons: dict[str, list[Scene]]) -> None:
    chosen = [scene for scene in lessons[name] if re.search(r"I tap (the hour|the minute|:?\d)", scene.step.reply)]
    assert len(chosen) == 2  # the hour, then the minutes
    for scene in chosen:
        times = {re.findall(r"\d+:\d\d", step.ask)[0] for step in (scene.step, *scene.reworded)}
        assert REWORDED <= len(times) <= REWORDED + 1
        for step in scene.reworded:
            (action,) = DIALECT.parse(step.reply, SEEN).actions
            assert isinstance(action, Click)
            assert step.box is not None
            left, top, right, bottom = step.box
            assert left <= action.point.x <= right
            assert top <= action.point.y <= bottom
            hour, minutes = re.findall(r"\d+:\d\d", step.ask)[0].split(":")
            if (tapped := HOUR.search(step.reply)) is not None:
                assert int(tapped[1]) == int(hour)
            elif (tapped := re.search(r"I tap (?:the minute |:)(\d+)", step.reply)) is not None:
                assert int(tapped[1]) == int(minutes)
    # Past steps have chosen the hour.
    hours = [{re.findall(r"(\d+):\d\d", step.ask)[0] for step in scene.reworded} for scene in chosen]
    assert len(hours[0]) > 2
    assert len(hours[1]) == 1


def others(task: PhoneTask, phone: Phone, told: str) -> list[str]:
    goal = task.goal
    assert isinstance(goal, SetAlarm)
    return [told for told, _, _ in retimed(goal, phone, told, Random(0), REWORDED)]


def test_what_past_steps_have_chosen_or_seen_stays() -> None:
    phone, task = Phone(10_101), sample("set_alarm", 10_101)
    task.setup(phone)
    told = f"{task.text}\nActions taken so far:\n"
    assert others(task, phone, told) == []  # the home screen
    phone.open(SetAlarm.package)
    assert others(task, phone, told) == []  # the list
    (button,) = (node for node in phone.nodes() if node.resource_id == "new_alarm")
    phone.tap(*button.rect.center)
    assert len(others(task, phone, told)) == REWORDED
    hour = f"{told}1. The hour should be 18 and is 18. The minute should be 15 and is"
    assert others(task, phone, f"{hour} 00; I tap the minute 20.") == []
    assert others(task, phone, f"{hour} 15. The task is done.") == []


def test_what_past_steps_wanted_is_what_is_wanted_now() -> None:
    phone, task = Phone(10_101), sample("set_alarm", 10_101)
    task.setup(phone)
    phone.open(SetAlarm.package)
    (button,) = (node for node in phone.nodes() if node.resource_id == "new_alarm")
    phone.tap(*button.rect.center)
    told = f"{task.text}\nActions taken so far:\n1. "
    for said, is_kept in (
        ("The hour should be 18 and is 08; I tap the hour.", False),
        ("The hour should be 18 and is 08; I tap the hour 18.", True),
        ("The hour should be 18 and is 18. The minute should be 15 and is 00; I tap the minutes.", True),
    ):
        retold = others(task, phone, told + said)
        assert len(retold) > 1
        for one in retold:
            hour, minutes = re.findall(r"(\d+):(\d\d)", one)[0]
            assert f"The hour should be {int(hour):02d} and is" in one
            assert "The minute" not in said or f"The minute should be {minutes} and is 00" in one
            assert not is_kept or hour == "18"


def test_an_alarm_that_is_not_on_five_minutes_becomes_any(lessons: dict[str, list[Scene]]) -> None:
    def minutes(seed: int) -> set[int]:
        scenes = episode("set_alarm", seed, disturbance=0)
        asked = [step.ask for scene in scenes for step in scene.reworded]
        return {int(re.findall(r":(\d\d)", ask)[0]) % 5 for ask in asked}

    assert minutes(10_102) == {0, 1, 2, 3, 4}  # 12:13
    assert minutes(SEEDS["set_alarm"]) == {0}  # 18:15
