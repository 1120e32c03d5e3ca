"""What stands in front is put aside or told: the screen, the lock, the keyboard, dialogs; and pictures that stopped."""

from __future__ import annotations

import numpy as np
import pytest

from actions.errors import DeviceLocked
from actions.geometry import Point
from actions.types import Drag, OpenApp
from agent.core import Agent
from agent.models.scripted import ScriptedModel
from environments.android.driver import AndroidEnvironment
from environments.android.front import needs_person, obstacle
from environments.android.frozen import LOOKS, NOTE, Standstill
from environments.android.state import State
from prompts.dialect import Decision
from prompts.dialects.qwen2_vl import Qwen2VL
from tests.android.rig import Rig

PIN = ("secure", "lockscreen_pin")


def lock(rig: Rig, pin: str = "") -> None:
    with rig.phone.lock:
        rig.phone.settings[PIN] = pin
        rig.phone.key(223)


def test_a_lock_without_a_pin_is_opened_and_said(rig: Rig, environment: AndroidEnvironment) -> None:
    lock(rig)
    seen = environment.observe()
    assert not seen.locked
    assert not rig.phone.locked
    assert [n.split(",")[0] for n in seen.notes] == [
        "the screen was off and has been turned on",
        "the phone was locked",
    ]


def test_a_lock_with_a_pin_is_a_persons(rig: Rig, environment: AndroidEnvironment) -> None:
    lock(rig, "2468")
    with pytest.raises(DeviceLocked) as caught:
        environment.observe()
    assert caught.value.exit_code == 4
    assert caught.value.remedy == "unlock it by hand"
    assert rig.phone.locked
    assert not rig.phone.log.events("wrong_pin", "text")


def test_a_pin_that_the_agent_was_told_is_its_own_to_type(rig: Rig) -> None:
    lock(rig, "2468")
    with AndroidEnvironment(rig.server.address, client=rig.adb.client, pin_by_hand=False) as environment:
        for _ in range(2):
            seen = environment.observe()
            assert seen.locked
            assert "the phone is locked and stays locked" in seen.notes
        environment.perform(Drag(start=Point(0.5, 0.8), end=Point(0.5, 0.3)))
        for key in ("pin_2", "pin_4", "pin_6", "pin_8", "pin_ok"):
            assert environment.observe().locked
            rig.tap(environment, key)
        assert not environment.observe().locked
    assert not rig.phone.log.events("wrong_pin")


def one_step(rig: Rig, environment: AndroidEnvironment, **how: object) -> Agent:
    dialect = Qwen2VL("mobile")
    reply = dialect.write(Decision("", (OpenApp(name="Notes"),)), rig.phone.size)
    return Agent(ScriptedModel([reply], space=dialect.space), environment, dialect=dialect, **how)  # pyright: ignore[reportArgumentType]


def test_a_person_who_can_be_asked_unlocks_it_and_the_run_goes_on(rig: Rig, environment: AndroidEnvironment) -> None:
    asked: list[str] = []

    def unlock(question: str) -> str:
        asked.append(question)
        with rig.phone.lock:
            rig.phone.locked = len(asked) < 2
        return ""

    lock(rig, "2468")
    step = next(one_step(rig, environment, ask=unlock).iter("open the notes"))
    assert step.outcome is not None
    assert step.outcome.status == "done"
    assert len(asked) == 2
    assert "asks for its PIN: unlock it by hand, then press Enter" in asked[0]


def test_where_nobody_can_be_asked_the_run_ends_clearly(rig: Rig, environment: AndroidEnvironment) -> None:
    lock(rig, "2468")
    agent = one_step(rig, environment)
    with pytest.raises(DeviceLocked):
        next(agent.iter("open the notes"))
    assert agent.episode is not None
    assert agent.episode.end == "device"


TRUSTED = ' User "Owner" (id=0, flags=0xc13) (current): trusted=0, trustManaged=0, deviceLocked={}, strongAuth=0x0\n'
DELEGATE = "    KeyguardServiceDelegate\n      showing=true\n      secure={}\n"


@pytest.mark.parametrize(
    ("said", "person"),
    [
        (TRUSTED.format(1), True),
        (TRUSTED.format(0), False),
        (TRUSTED.format(0) + DELEGATE.format("true"), False),
        (DELEGATE.format("true"), True),
        (DELEGATE.format("false"), False),
        ("Can't find service: trust", False),
    ],
)
def test_which_locks_need_a_person(said: str, person: bool) -> None:
    assert needs_person(said) is person


# ---------------------------------------------------------------- the keyboard, dialogs


def test_a_keyboard_that_comes_up_by_itself_is_hidden_and_said(rig: Rig, environment: AndroidEnvironment) -> None:
    rig.new_note(environment)
    with rig.phone.lock:
        rig.phone.keyboard_shown = False
    environment.observe()
    with rig.phone.lock:
        rig.phone.keyboard_shown = True
    seen = environment.observe()
    assert seen.notes == ("the on-screen keyboard had come up by itself and has been hidden",)
    assert not rig.phone.keyboard_shown
    assert rig.phone.state()["focus"] == "note"
    assert np.array_equal(seen.picture.array, rig.phone.screen())


def test_a_keyboard_that_an_action_brings_up_stays(rig: Rig, environment: AndroidEnvironment) -> None:
    rig.new_note(environment)
    assert "the on-screen keyboard is open" in environment.observe().notes
    assert rig.phone.keyboard_shown
    hidden, open_ = State(keyboard=False), State(keyboard=True)
    assert obstacle(open_, hidden, acted=True) is None
    assert obstacle(open_, None, acted=False) is None
    assert obstacle(open_, hidden, acted=False) == "keyboard"


def test_a_permission_dialog_is_told(rig: Rig, environment: AndroidEnvironment) -> None:
    rig.phone.permissions.ask = True
    environment.perform(OpenApp(name="Notes"))
    assert "the system asks for a permission" in environment.observe().notes


# ---------------------------------------------------------------- pictures that stopped


def test_a_frozen_picture_is_told_after_three_looks(rig: Rig, environment: AndroidEnvironment) -> None:
    environment.observe()
    rig.server.faults.frozen_screencap = True
    environment.glance()
    told: list[bool] = []
    for name in ("Notes", "Settings", "Messages"):
        environment.perform(OpenApp(name=name))
        told.append(NOTE in environment.observe().notes)
    assert told == [False, False, True]


def test_a_screen_on_which_nothing_happens_is_not_frozen() -> None:
    standstill, frame, there = Standstill(), np.zeros((8, 4, 3), np.uint8), State(app="a")
    assert not any(standstill.frozen(frame, there) for _ in range(9))
    other = State(app="b")
    assert [standstill.frozen(frame, other) for _ in range(LOOKS)] == [False, False, True]
    assert not standstill.frozen(frame + 1, other)
