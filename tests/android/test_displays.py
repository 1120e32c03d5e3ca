"""Displays by number: which there are, and that pictures, touches and state are of the one that was chosen."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.errors import DeviceError
from actions.geometry import Point, Size
from actions.types import Button, Click, OpenApp
from environments.android import state
from environments.android.displays import Display, parse
from environments.android.driver import AndroidEnvironment
from environments.phone.commands.screen import DISPLAY_ID
from tests.android.rig import QUICK, Rig

SEVERAL = (
    "  mViewports=[DisplayViewport{type=INTERNAL, valid=true, isActive=true, displayId=0, "
    "uniqueId='local:4619827259835644672', physicalPort=0, orientation=0, logicalFrame=Rect(0, 0 - 1080, 600), "
    "physicalFrame=Rect(0, 0 - 1080, 600), deviceWidth=1080, deviceHeight=600}, DisplayViewport{type=EXTERNAL, "
    "valid=true, isActive=true, displayId=2, uniqueId='local:4619827551948147201', physicalPort=1, orientation=1, "
    "logicalFrame=Rect(0, 0 - 400, 600), physicalFrame=Rect(0, 0 - 400, 600), deviceWidth=400, deviceHeight=600}, "
    "DisplayViewport{type=VIRTUAL, valid=true, isActive=true, displayId=5, uniqueId='virtual:com.android.shell,2000,"
    "scrcpy,0', physicalPort=null, orientation=0, logicalFrame=Rect(0, 0 - 800, 600)}]"
)
"""As Android 13 prints three of them."""
CONTENTS = """
  Display: mDisplayId=0 (organized)
    init=1080x600 160dpi cur=1080x600 app=1080x600 rng=600x536-1080x1016
  mCurrentFocus=Window{41b37570 u0 com.example.mail/com.example.mail.Inbox}
  mFocusedApp=ActivityRecord{6cd8f2 u0 com.example.mail/.Inbox t14}
    mCurrentRotation=ROTATION_0
  Display: mDisplayId=2
    init=400x600 120dpi cur=600x400 app=600x400 rng=400x336-600x536
  mCurrentFocus=Window{5a u0 com.example.map/com.example.map.Street}
  mFocusedApp=ActivityRecord{77 u0 com.example.map/.Street t15}
    mCurrentRotation=ROTATION_90
  mWakefulness=Awake
  mInputShown=true
"""


def test_displays_have_two_numbers() -> None:
    assert parse(SEVERAL) == (
        Display(0, "4619827259835644672", Size(1080, 600)),
        Display(2, "4619827551948147201", Size(400, 600)),
    )


@given(st.text(max_size=200))
def test_no_list_is_too_strange(text: str) -> None:
    parse(text)
    for found in parse(f"DisplayViewport{{displayId=3, uniqueId='local:12', {text}}}"):
        assert (found.number, found.panel) == (3, "12")


def test_the_state_is_that_of_the_display() -> None:
    first, second = state.parse(CONTENTS), state.parse(CONTENTS, 2)
    assert (first.app, first.size, first.rotation) == ("com.example.mail", Size(1080, 600), 0)
    assert (second.app, second.activity, second.size, second.rotation) == (
        "com.example.map",
        ".Street",
        Size(600, 400),
        90,
    )
    assert second.focus == "com.example.map/com.example.map.Street"
    assert (second.awake, second.keyboard) == (True, True)
    missing = state.parse(CONTENTS, 7)
    assert (missing.app, missing.size, missing.awake) == (None, None, True)


def test_a_display_is_seen_and_touched_by_its_numbers(rig: Rig) -> None:
    with AndroidEnvironment(
        rig.server.address, client=rig.adb.client, patience=QUICK, capture="raw", display=0
    ) as environment:
        assert environment.displays() == (Display(0, DISPLAY_ID, Size(1080, 2400)),)
        environment.reset("look")
        assert environment.perform(OpenApp(name="Notes")).status == "done"
        seen = environment.observe()
        assert (seen.app, seen.size) == ("com.sim.notes", Size(1080, 2400))
        assert np.array_equal(seen.picture.array, rig.phone.screen())
        assert environment.perform(Click(point=Point(0.5, 0.5))).status == "done"
        assert environment.perform(Button(name="back")).status == "done"
    words = [" ".join(e["words"]) for e in rig.phone.log.events("command")]
    assert f"screencap -d {DISPLAY_ID}" in words
    assert "screencap" not in words
    assert "input -d 0 tap 540 1200" in words
    assert "input -d 0 keyevent 4" in words
    assert any(w.startswith("am start --display 0 ") for w in words)


def test_a_display_that_is_not_there_is_told_with_those_that_are(rig: Rig) -> None:
    with pytest.raises(DeviceError, match=r"has no display 3; it has 0 \(1080x2400\)") as caught:
        AndroidEnvironment(rig.server.address, client=rig.adb.client, display=3)
    assert caught.value.exit_code == 4
    with rig.open():
        pass  # it is not left locked
