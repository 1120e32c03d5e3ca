"""What other tasks would do on the screens of one."""

from __future__ import annotations

import re
from collections import Counter
from random import Random

import pytest

from actions.types import Click, Finish
from environments.phone import world
from environments.phone.phone import Phone
from environments.phone.tasks import TEMPLATES, SetAlarm, sample
from training.companions import Companions
from training.lessons import DIALECT, OTHERS, Scene, Turn, episode
from training.view import SEEN

STATE = re.compile(r"should be (.+?) and is (.+?)[.;]")
PAST = "Actions taken so far:"
TRIED = {"toggle_scrolled": 10_101, "change_choice": 10_102, "dismiss_notification": 10_103, "transfer_money": 10_104}


@pytest.fixture(scope="module")
def lessons() -> dict[str, list[Scene]]:
    return {name: list(episode(name, seed, disturbance=0)) for name, seed in TRIED.items()}


def action_of(turn: Turn) -> object:
    (action,) = DIALECT.parse(turn.reply, SEEN).actions
    return action


def test_they_think_and_are_asked_for_something_else(lessons: dict[str, list[Scene]]) -> None:
    for scenes in lessons.values():
        for scene in scenes:
            thoughts = [turn.reply.partition("\n")[0] for turn in (scene.step, *scene.others)]
            assert len(set(thoughts)) == len(thoughts) <= 1 + OTHERS
            asked = [told.partition(PAST)[0] for told in (scene.told, *(turn.ask for turn in scene.others))]
            assert len(set(asked)) == len(asked)


def test_past_steps_did_the_same_with_thoughts_of_their_own(lessons: dict[str, list[Scene]]) -> None:
    def done(told: str) -> list[str]:
        return re.findall(r"^\d+\. .*? (\w+ \{.*)$", told.partition(PAST)[2], re.MULTILINE)

    for scenes in lessons.values():
        for number, scene in enumerate(scenes):
            assert len(done(scene.told)) == number
            for turn in scene.others:
                assert done(turn.ask) == done(scene.told)


def test_a_tap_is_on_what_is_called_so(lessons: dict[str, list[Scene]]) -> None:
    found: Counter[bool] = Counter()
    for scene in lessons["toggle_scrolled"]:
        for turn in scene.others:
            action = action_of(turn)
            name = re.search(r"I look for (.+?); I see it", turn.reply)
            if not isinstance(action, Click) or name is None:
                continue
            assert turn.box is not None
            left, top, right, bottom = turn.box
            assert left < action.point.x < right
            assert top < action.point.y < bottom
            (row,) = (n for n in scene.nodes if n.text == name[1] and n.clickable)
            assert action.point in row.rect.box(scene.size)
            found[name[1] in turn.ask.partition(PAST)[0]] += 1
    assert found[True] > 3  # others are on the way, as “About phone” is


def test_what_is_right_already_is_said_to_be_once_it_is_seen(lessons: dict[str, list[Scene]]) -> None:
    ended = 0
    for scene in lessons["toggle_scrolled"]:
        for turn in scene.others:
            state = STATE.search(turn.reply)
            ends = isinstance(action_of(turn), Finish)
            if state is not None:
                assert ends is (state[1] == state[2])
                assert [one.box is not None for one in turn.stated] == [True]
            ended += ends
            assert not ends or state is not None  # not blindly, on the home screen
    assert ended > 1


def test_no_more_is_it_on_the_home_screen_of_a_phone_that_was_locked() -> None:
    for seed in range(10_110, 10_116):
        for scene in episode("unlock_and_toggle", seed, disturbance=0):
            assert not [turn.reply for turn in scene.others if turn.reply.startswith("The task is done.")]


def test_they_share_the_pin(lessons: dict[str, list[Scene]]) -> None:
    scenes = lessons["transfer_money"]
    pin = re.findall(r"PIN is (\d+)", scenes[0].told)
    others = [turn for scene in scenes for turn in scene.others]
    assert len(others) > 3
    assert all(re.findall(r"PIN is (\d+)", turn.ask) == pin for turn in others)
    typed = [turn for turn in others if "PIN still needs" in turn.reply]
    assert not typed  # it is the same for all


def test_they_leave_the_task_and_its_screens_as_they_are() -> None:
    for name in TEMPLATES:
        task, phone = sample(name, 10_107), Phone(10_107)
        task.setup(phone)
        before = phone.data()
        along = Companions(task, phone, Random(0))
        along.look()
        assert phone.data() == before
        assert not task.check(phone)


def test_a_transfer_has_others_with_another_note_and_without_one(lessons: dict[str, list[Scene]]) -> None:
    seen = list[str]()
    for scene in lessons["transfer_money"]:
        if scene.step.reply.startswith("The amount is "):
            seen += [turn.reply for turn in (scene.step, *scene.others)]
    assert any("I tap Next." in reply for reply in seen)
    assert any("I see it and tap the field." in reply for reply in seen)


def test_an_alarm_has_others_at_the_same_time_on_other_days() -> None:
    random, goal = Random(3), sample("set_alarm", 10_105).goal
    assert isinstance(goal, SetAlarm)
    others = goal.nearly(random)
    assert {len(other.days) for other in others if isinstance(other, SetAlarm)} == {0, 1, 2, 3}
    for other in others:
        assert isinstance(other, SetAlarm)
        assert other.minutes == goal.minutes
        assert world.clock_text(goal.minutes) in other.text
    assert len({other.text for other in others}) == len(others)


def test_what_was_answered_is_not_asked_for_again() -> None:
    """Others answer what the task does, and none of them is set up, so none knows what is right."""
    after: Counter[type] = Counter()
    for name in ("read_network", "read_picture_name", "read_message"):
        for scene in episode(name, 10_200, disturbance=0):
            for told, turn in ((scene.told, scene.step), *((turn.ask, turn) for turn in scene.others)):
                past = re.findall(r"^\d+\. .*? (\w+) \{.*$", told.partition(PAST)[2], re.MULTILINE)
                if "Answer" in past:
                    after[type(action_of(turn))] += 1
    assert after[Finish] >= 3
    assert set(after) == {Finish}
