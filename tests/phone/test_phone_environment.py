"""The in-process environment: every action, settled observations, failures that say why."""

from __future__ import annotations

import pytest

from actions.geometry import Point, Size, from_pixel
from actions.types import (
    Button,
    Click,
    Drag,
    LongPress,
    OpenApp,
    PressKeys,
    Scroll,
    TypeText,
    Wait,
)
from environments.phone.environment import PhoneEnvironment
from environments.phone.phone import Phone
from tests.phone.drive import SMALL, SMALL_DENSITY, need


@pytest.fixture
def environment() -> PhoneEnvironment:
    return PhoneEnvironment(Phone(1, size=SMALL, density=SMALL_DENSITY))


def at(environment: PhoneEnvironment, **wanted: object) -> Point:
    return from_pixel(*need(environment.phone, **wanted).rect.center, environment.phone.size)


def test_an_app_is_opened_by_name_or_package_and_waited_for(environment: PhoneEnvironment) -> None:
    first = environment.observe()
    assert (first.app, first.window, first.changed, first.stable) == ("com.sim.launcher", ".Home", None, True)
    for name in ("Notes", " notes ", "com.sim.notes"):
        environment.perform(Button(name="home"))
        environment.observe()
        assert environment.perform(OpenApp(name=name)).status == "done"
        seen = environment.observe()
        assert (seen.app, seen.changed, seen.stable) == ("com.sim.notes", True, True)
        assert seen.seconds["settle"] >= 0.15, "the app slides in for 0.2 s"
        assert (seen.picture.array == environment.phone.screen()).all()
    missing = environment.perform(OpenApp(name="Telegraph"))
    assert missing.status == "failed"
    assert (missing.detail or "").startswith("no app is called 'Telegraph'; there are Home, Settings, Notes, Messages")


def test_looking_is_fast_where_nothing_moves(environment: PhoneEnvironment) -> None:
    environment.observe()
    environment.perform(Click(point=Point(0.5, 0.001)))
    seen = environment.observe()
    assert seen.changed is False
    assert seen.seconds["settle"] < 0.3


def test_typing(environment: PhoneEnvironment) -> None:
    failed = environment.perform(TypeText(text="x"))
    assert (failed.status, failed.detail) == ("failed", "no text field has the focus; tap one first")
    environment.perform(OpenApp(name="Messages"))
    environment.perform(Click(point=at(environment, resource_id="thread_0")))
    environment.perform(Click(point=at(environment, resource_id="message")))
    assert "the on-screen keyboard is open" in environment.observe().notes
    environment.perform(TypeText(text="wrong"))
    environment.perform(TypeText(text="right 好", replace=True))
    assert need(environment.phone, resource_id="message").text == "right 好"
    environment.perform(TypeText(text="!", submit=True))
    assert environment.phone.log.events("sent")[-1]["text"] == "right 好!"
    environment.perform(PressKeys(keys=("h",)))
    environment.perform(PressKeys(keys=("shift", "i")))
    assert need(environment.phone, resource_id="message").text == "hI"
    environment.perform(PressKeys(keys=("ctrl", "a")))
    environment.perform(PressKeys(keys=("backspace",)))
    assert need(environment.phone, resource_id="message").text == ""


def test_pointing(environment: PhoneEnvironment) -> None:
    environment.perform(OpenApp(name="Settings"))
    environment.observe()
    before = environment.phone.nodes()
    assert environment.perform(Scroll(direction="down", amount=0.3)).status == "done"
    assert environment.phone.nodes() != before
    environment.perform(Drag(start=Point(0.5, 0.4), end=Point(0.5, 0.9)))
    assert environment.phone.nodes() == before
    environment.perform(OpenApp(name="Notes"))
    environment.perform(LongPress(point=at(environment, resource_id="note_0")))
    assert need(environment.phone, resource_id="dialog")
    environment.perform(Button(name="back"))
    environment.perform(Click(point=at(environment, resource_id="title"), count=3))
    environment.perform(Click(point=at(environment, resource_id="new_note")))
    assert [e["hit"] for e in environment.phone.log.events("tap")] == [None, None, None, "new_note"]


@pytest.mark.parametrize(
    ("action", "detail"),
    [
        (Click(point=Point(0.5, 0.5), button="right"), "a phone has no right mouse button"),
        (Drag(start=None, end=Point(0.5, 0.5)), "a phone has no pointer to drag from"),
        (PressKeys(keys=("f20",)), "a phone has no key 'f20'"),
        (Wait(), "phone has no wait"),
    ],
    ids=str,
)
def test_what_a_phone_can_not_do_is_said(environment: PhoneEnvironment, action: Click, detail: str) -> None:
    outcome = environment.perform(action)
    assert outcome.status == "failed"
    assert outcome.detail.startswith(detail)


def test_an_observation_tells_of_rotation_lock_and_dialogs(environment: PhoneEnvironment) -> None:
    environment.phone.rotate(3)
    environment.phone.crash()
    seen = environment.observe()
    assert (seen.rotation, seen.size) == (270, Size(960, 432))
    assert "Home keeps stopping" in seen.notes
    environment.perform(Button(name="power"))
    seen = environment.observe()
    assert seen.locked
    assert "the screen was off and has been turned on" in seen.notes
    assert seen.picture.array.max() > 0


def test_a_glance_does_not_wait_and_close_may_come_twice() -> None:
    with PhoneEnvironment() as environment:
        assert environment.glance().size == Size(1080, 2400)
        environment.close()
