"""The oracle does every task, and the checks take nothing else for done."""

from __future__ import annotations

import json
from random import Random

import pytest

from actions.errors import UsageError
from actions.geometry import Rect, Size
from environments.phone import tasks
from environments.phone.apps.messages import Message, Messages
from environments.phone.apps.notes import Notes
from environments.phone.apps.settings import Settings
from environments.phone.apps.settings_rows import TOGGLES
from environments.phone.environment import PhoneEnvironment
from environments.phone.nodes import Node
from environments.phone.oracle import Oracle
from environments.phone.phone import Phone
from environments.phone.tasks.eyes import Eyes
from environments.phone.tasks.settings import summary
from tests.phone.drive import Clock, need, small_phone, solve

NAMES = list(tasks.TEMPLATES)


def ready(template: str, seed: int) -> tuple[tasks.PhoneTask, Phone]:
    phone, task = small_phone(seed), tasks.sample(template, seed)
    task.setup(phone)
    return task, phone


def containers(value: object) -> set[int]:
    """The identities of all lists and dictionaries in it."""
    match value:
        case dict():
            return {id(value)}.union(*map(containers, value.values()))  # pyright: ignore[reportUnknownArgumentType]
        case list():
            return {id(value)}.union(*map(containers, value))  # pyright: ignore[reportUnknownArgumentType]
        case _:
            return set()


def test_what_the_apps_keep_is_given_anew_at_each_call() -> None:
    """A task remembers it, so it must not change with the app."""
    for seed in range(6):
        phone = small_phone(seed)
        first, second = phone.data(), phone.data()
        assert first == second
        assert not containers(first) & containers(second)


@pytest.mark.parametrize("template", NAMES)
def test_the_oracle_solves_every_seed(template: str) -> None:
    for seed in range(6):
        task, phone = ready(template, seed)
        assert not task.check(phone, None)
        assert not task.check(phone, "")
        assert len(solve(task, phone)) <= 24


@pytest.mark.parametrize("template", NAMES)
def test_the_oracle_gets_past_crashes_the_keyguard_and_lost_taps(template: str) -> None:
    for seed in range(100, 104):
        task, phone = ready(template, seed)
        solve(task, phone, chaos=Random(seed))


@pytest.mark.parametrize("template", NAMES)
def test_a_task_is_possible_on_a_phone_of_another_seed(template: str) -> None:
    for seed in range(3):
        phone, task = small_phone(seed + 1000), tasks.sample(template, seed)
        task.setup(phone)
        assert not task.check(phone, None)
        solve(task, phone)


@pytest.mark.parametrize("template", NAMES)
def test_the_oracle_starts_from_anywhere(template: str) -> None:
    """Another app in front, a page below, a dialog, the recent apps."""
    for seed, place in enumerate(("com.sim.settings", "com.sim.notes", "com.sim.messages")):
        task, phone = ready(template, seed)
        phone.open(place)
        node = next((n for n in phone.nodes() if n.clickable and n.package == place and n.cls == "Button"), None)
        if node is not None:
            phone.tap(*node.rect.center)
        if seed == 1:
            phone.key(187)
        solve(task, phone)


@pytest.mark.parametrize("rotation", [1, 3])
@pytest.mark.parametrize("template", NAMES)
def test_the_oracle_solves_a_turned_phone(template: str, rotation: int) -> None:
    task, phone = ready(template, 7)
    phone.rotate(rotation)
    solve(task, phone)


@pytest.mark.parametrize(("width", "height", "density"), [(720, 1280, 320), (480, 800, 240), (800, 1280, 213)])
@pytest.mark.parametrize("template", NAMES)
def test_the_oracle_solves_other_sizes(template: str, width: int, height: int, density: int) -> None:
    phone, task = Phone(3, size=Size(width, height), density=density, clock=Clock()), tasks.sample(template, 3)
    task.setup(phone)
    solve(task, phone)


def test_the_same_seed_gives_the_same_task() -> None:
    for template in NAMES:
        texts = {tasks.sample(template, 4).text for _ in range(3)}
        assert len(texts) == 1
        assert len({tasks.sample(template, s).text for s in range(40)}) >= 2
        assert tasks.sample(template, 4).text_zh


def test_an_unknown_template_is_named() -> None:
    with pytest.raises(UsageError, match="no task template is called 'fly'"):
        tasks.sample("fly", 0)


def test_a_task_that_was_not_set_up_can_not_be_judged() -> None:
    with pytest.raises(UsageError, match="not set up"):
        tasks.sample("create_note", 0).check(small_phone())


def settings(phone: Phone) -> Settings:
    program = phone.program("com.sim.settings")
    assert isinstance(program, Settings)
    return program


def notes(phone: Phone) -> Notes:
    program = phone.program("com.sim.notes")
    assert isinstance(program, Notes)
    return program


def messages(phone: Phone) -> Messages:
    program = phone.program("com.sim.messages")
    assert isinstance(program, Messages)
    return program


@pytest.mark.parametrize("template", ["toggle_visible", "toggle_scrolled"])
def test_another_switch_is_not_the_switch(template: str) -> None:
    for seed in range(10):
        task, phone = ready(template, seed)
        assert isinstance(task.goal, tasks.ToggleVisible)
        wanted = task.goal.toggle
        other = next(t for t in TOGGLES if t != wanted)
        flip = {other.on: other.off, other.off: other.on}
        phone.settings[other.key] = flip[phone.settings[other.key]]
        assert not task.check(phone)
        phone.settings[wanted.key] = wanted.on if task.goal.value else wanted.off
        assert not task.check(phone), "the right switch and a wrong one"
        phone.settings[other.key] = flip[phone.settings[other.key]]
        assert task.check(phone)


def test_a_note_with_a_slip_is_not_the_note() -> None:
    for seed in range(10):
        task, phone = ready("create_note", seed)
        assert isinstance(task.goal, tasks.CreateNote)
        app, text = notes(phone), task.goal.note
        for near in (text + " ", text[:-1], text.swapcase(), text + "\n", text.replace(" ", "  ", 1) + "x", ""):
            app.notes.insert(0, near)
            assert not task.check(phone), near
            app.notes.pop(0)
        app.notes[:0] = [text, text]
        assert not task.check(phone), "saved twice"
        app.notes.pop(0)
        assert task.check(phone)
        app.notes.pop()
        assert not task.check(phone), "and another is gone"


def test_only_the_note_is_deleted() -> None:
    for seed in range(10):
        task, phone = ready("delete_note", seed)
        assert isinstance(task.goal, tasks.DeleteNote)
        app = notes(phone)
        place = app.notes.index(task.goal.note)
        other = (place + 1) % len(app.notes)
        kept = list(app.notes)
        app.notes.pop(other)
        assert not task.check(phone)
        app.notes = list(kept)
        app.notes[place] = "changed"
        assert not task.check(phone)
        app.notes = [n for n in kept if n != task.goal.note]
        assert task.check(phone)


def test_a_message_goes_to_that_person_with_that_text() -> None:
    for seed in range(10):
        task, phone = ready("send_message", seed)
        assert isinstance(task.goal, tasks.SendMessage)
        app, text = messages(phone), task.goal.message
        right = app.thread(task.goal.person)
        wrong = next(t for t in app.threads if t is not right)
        for thread, said, mine in ((wrong, text, True), (right, text + "!", True), (right, text, False)):
            thread.messages.append(Message(said, mine, 1))
            assert not task.check(phone), (thread.person, said, mine)
            thread.messages.pop()
        right.messages.append(Message(text, True, 1))
        assert task.check(phone)
        right.messages.append(Message(text, True, 1))
        assert not task.check(phone), "sent twice"


def test_another_choice_is_not_the_choice() -> None:
    for seed in range(10):
        task, phone = ready("change_choice", seed)
        assert isinstance(task.goal, tasks.ChangeChoice)
        choice = task.goal.choice
        for name, value in choice.options.items():
            phone.settings[choice.key] = value
            assert task.check(phone) == (name == task.goal.option)


@pytest.mark.parametrize(("top", "bottom", "is_whole"), [(0, 60, True), (0, 50, False), (32, 60, False)])
def test_a_second_line_that_the_edge_of_the_list_cuts_off_is_not_read(top: int, bottom: int, is_whole: bool) -> None:
    edge = Rect(0, top, 100, bottom)
    row = Node(rect=Rect(0, 0, 100, 60).clipped(edge), text="Ringtone", resource_id="choice")
    second = Node(rect=Rect(10, 30, 90, 50).clipped(edge), text="Orbit", resource_id="choice_summary")
    eyes = Eyes(small_phone(0), Settings.app.package)
    eyes.nodes = [row, second]
    assert summary(eyes, "Ringtone") == (second if is_whole else None)


def test_a_timer_that_is_right_and_paused_goes_on() -> None:
    task, phone = ready("start_timer", 4)
    solve(task, phone)
    phone.tap(*need(phone, resource_id="pause").rect.center)
    assert not task.check(phone)
    thought, resume = Oracle(task, phone).next()
    assert thought.endswith(". It is paused; I go on.")
    PhoneEnvironment(phone).perform(resume)
    assert task.check(phone)
    thought, _ = Oracle(task, phone).next()
    assert "should be" in thought
    assert thought.endswith(". The task is done.")


@pytest.mark.parametrize("template", ["read_network", "read_message", "read_about"])
def test_only_the_right_answer_is_right(template: str) -> None:
    for seed in range(20):
        task, phone = ready(template, seed)
        assert isinstance(task.goal, tasks.Question)
        right, others = task.goal.expected, [o for o in task.goal.others if o]
        for answer in (right, f"  {right.upper()} ", f"It is “{right}”.", f"{right}\n"):
            assert task.check(phone, answer), answer
        near = [right[:-1], right + "7", "x" + right, "", "yes", "I don't know", *others]
        for answer in near:
            if answer.casefold().strip() != right.casefold():
                assert not task.check(phone, answer), answer
        for other in others:
            assert not task.check(phone, f"{right} or {other}"), "hedging"
        notes(phone).notes.append("something else")
        assert not task.check(phone, right), "right, but something was changed"


@pytest.mark.parametrize("expected", ["HomeNet-5G", "小米路由器", "好的，明天见", "I'm on my way"])
def test_an_answer_may_be_a_sentence_in_chinese_or_have_round_quotes(expected: str) -> None:
    task, phone = ready("read_network", 1)
    assert isinstance(task.goal, tasks.Question)
    task.goal.expected, task.goal.others = expected, ["CoffeeHouse"]
    for answer in (f"手机连接的是{expected}网络。", f"是“{expected}”", expected.replace("'", "’")):
        assert task.check(phone, answer), answer
    for answer in (f"手机连接的是{expected}或CoffeeHouse。", f"是{expected}7", f"是x{expected}"):
        assert not task.check(phone, answer), answer


def test_a_task_knows_no_position_and_its_data_is_json() -> None:
    for template in NAMES:
        task, phone = ready(template, 2)
        json.dumps(phone.data())
        json.dumps(phone.state())
        assert task.text
        assert task.text[-1] in ".?”！!" or ":" in task.text


def test_the_oracle_is_done_at_once_where_the_task_is() -> None:
    task, phone = ready("toggle_visible", 1)
    solve(task, phone)
    assert Oracle(task, phone).next()[1].kind == "finish"


def test_full_size_with_observations() -> None:
    """As an agent does it: look, act, look."""
    for template in NAMES:
        phone, task = Phone(11), tasks.sample(template, 11)
        task.setup(phone)
        oracle, answer = Oracle(task, phone), None
        with PhoneEnvironment(phone) as environment:
            environment.reset(task.text)
            for _ in range(25):
                seen = environment.observe()
                assert seen.stable
                assert seen.size == Size(1080, 2400)
                action = oracle.next()[1]
                if action.kind == "finish":
                    break
                if action.kind == "answer":
                    answer = action.text
                    continue
                assert environment.perform(action).status == "done"
        assert task.check(phone, answer, gave_up=not task.goal.possible)
