"""What a person types on the simulated phone's keyboard, watched through the real adb."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from actions.types import Button, TypeText
from environments.android import hands
from environments.phone.editing import BACK
from environments.phone.fields import Fields
from environments.phone.phone import Phone
from environments.phone.text_field import Field
from tests.android.rig import Rig
from tests.android.watched import REST, watching


@pytest.fixture
def phone(rig: Rig) -> Phone:
    rig.phone.settings[("secure", "long_press_timeout")] = "400"
    return rig.phone


def test_text_is_text_where_the_field_tells_it(rig: Rig, phone: Phone) -> None:
    rig.new_note_by_hand()
    with watching(rig) as watched:
        time.sleep(REST)
        watched.person.type("Call Mum, 2pm")
        time.sleep(REST)
        watched.person.type(" or 3")
        time.sleep(REST)
        watched.person.key("back")
        time.sleep(0.3)
    assert rig.draft == "Call Mum, 2pm or 3"
    assert watched.actions == [TypeText(text="Call Mum, 2pm or 3"), Button(name="back")]
    assert watched.deeds[0].seen


def test_touches_of_keys_stay_what_they_are_where_the_field_tells_nothing(rig: Rig, phone: Phone) -> None:
    phone.faults.uiautomator_error = True
    rig.new_note_by_hand()
    with watching(rig) as watched:
        time.sleep(REST)
        watched.person.type("ab", pause=0.7)
    assert [a.kind for a in watched.actions] == ["click", "click"]
    assert watched.said == [hands.AS_TAPS]


def test_nothing_is_kept_of_what_is_typed_where_that_is_wished(rig: Rig, phone: Phone) -> None:
    rig.new_note_by_hand()
    with watching(rig, text=False) as watched:
        time.sleep(REST)
        watched.person.type("ab")
        time.sleep(REST)
        watched.person.key("back")
        time.sleep(0.3)
    assert watched.actions == [Button(name="back")]
    assert watched.said == [hands.NO_TEXT]
    assert watched.deeds[0].notes == ("what was typed is left out",)


def test_no_touch_of_a_password_is_kept(rig: Rig, phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    """However soon it is typed; here the phone tells the kind of the field, and the tree says nothing."""
    monkeypatch.setattr(Fields, "current", secret(Fields.current))
    rig.new_note_by_hand()
    phone.key(BACK)  # the keyboard goes
    with watching(rig) as watched:
        watched.look()
        watched.person.tap(540, 800)
        watched.person.type("pass", pause=0.02)
        watched.person.type("word", pause=0.2)
        time.sleep(REST)
        watched.person.key("back")
        time.sleep(0.3)
    assert rig.draft == "password"
    assert [a.kind for a in watched.actions] == ["click", "button"]
    assert watched.said == [hands.HIDDEN]
    assert watched.deeds[1].notes == ("what was typed into a password field is left out",)


def secret(current: Callable[[Fields], Field | None]) -> Callable[[Fields], Field | None]:
    def hidden(self: Fields) -> Field | None:
        found = current(self)
        return None if found is None else replace(found, password=True)

    return hidden
