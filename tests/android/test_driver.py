"""The driver against a simulated phone behind the real adb: what it sees, and that what it does arrives exactly."""

from __future__ import annotations

import time

import numpy as np
import pytest

from actions.geometry import Point, Size, from_pixel, to_pixel
from actions.types import (
    Button,
    Click,
    Drag,
    LongPress,
    Move,
    OpenApp,
    PressKeys,
    Scroll,
    TypeText,
)
from environments.android.driver import SCROLL_SECONDS, AndroidEnvironment
from environments.picture import decode_png
from tests.android.rig import Rig

CORNERS = [Point(0, 0), Point(1, 0), Point(0, 1), Point(1, 1), Point(0.5, 0.5), Point(0.9995, 0.00021)]


# ---------------------------------------------------------------- seeing


def test_the_picture_is_what_the_phone_shows(rig: Rig, environment: AndroidEnvironment) -> None:
    environment.reset("look")
    seen = environment.observe()
    assert np.array_equal(seen.picture.array, rig.phone.screen())
    assert (seen.app, seen.window, seen.rotation) == ("com.sim.launcher", ".Home", 0)
    assert (seen.secure, seen.locked, seen.stable, seen.changed, seen.notes) == (False, False, True, None, ())
    assert set(seen.seconds) == {"settle", "state"}


def test_png_and_raw_captures_are_the_same_picture(rig: Rig) -> None:
    with rig.open() as environment:
        raw = environment.glance()
    with AndroidEnvironment(rig.server.address, client=rig.adb.port, capture="png") as environment:
        assert np.array_equal(raw.array, environment.glance().array)


def test_the_faster_capture_is_found_by_measuring(rig: Rig) -> None:
    with AndroidEnvironment(rig.server.address, client=rig.adb.client) as environment:
        assert np.array_equal(environment.glance().array, rig.phone.screen())
    taken = [e["words"] for e in rig.phone.log.events("command") if e["words"][0] == "screencap"]
    assert taken[:2] == [["screencap"], ["screencap", "-p"]]


def test_what_changed_is_told(rig: Rig, environment: AndroidEnvironment) -> None:
    environment.reset("look")
    home = environment.observe()
    assert rig.tap(environment, "icon").status == "done"
    opened = environment.observe()
    assert (opened.app, opened.changed) == (rig.phone.foreground.package, True)
    assert opened.app != home.app
    assert environment.perform(Click(point=Point(0.5, 0.03))).status == "done"
    assert environment.observe().changed is False
    assert environment.observe().changed is None


def test_a_change_since_the_last_look_is_not_the_actions(rig: Rig, environment: AndroidEnvironment) -> None:
    """The model thinks for seconds; what moved meanwhile is not laid at the action's door."""
    environment.reset("look")
    environment.observe()
    rig.phone.open("com.sim.settings")
    time.sleep(0.7)  # until it has slid in, and the last look is too old to stand for the screen now
    environment.perform(Click(point=Point(0.5, 0.03)))
    assert environment.observe().changed is False


def test_a_screen_that_is_off_is_turned_on_once_and_said(rig: Rig, environment: AndroidEnvironment) -> None:
    environment.reset("look")
    rig.phone.key(223)
    seen = environment.observe()
    assert rig.phone.awake
    assert seen.picture.array.any()
    assert "the screen was off and has been turned on" in seen.notes
    assert [e["code"] for e in rig.phone.log.events("key")] == [223, 224]
    assert seen.locked == rig.phone.locked
    assert ("the phone is locked" in seen.notes) == rig.phone.locked


def test_a_crash_dialog_is_told_with_the_app_beneath(rig: Rig, environment: AndroidEnvironment) -> None:
    environment.reset("look")
    environment.perform(OpenApp(name="Notes"))
    rig.phone.crash()
    seen = environment.observe()
    assert seen.app == "com.sim.notes"
    assert "a dialog says that com.sim.notes keeps stopping" in seen.notes


def test_the_open_keyboard_is_told(rig: Rig, environment: AndroidEnvironment) -> None:
    rig.new_note(environment)
    assert "the on-screen keyboard is open" in environment.observe().notes


def test_a_black_picture_is_secure_only_if_the_window_says_so(rig: Rig, environment: AndroidEnvironment) -> None:
    environment.reset("look")
    rig.server.faults.black_screencap = True
    seen = environment.observe()
    assert seen.secure
    assert not seen.picture.array.any()


# ---------------------------------------------------------------- acting


def test_taps_are_pixel_exact(rig: Rig, environment: AndroidEnvironment) -> None:
    for point in CORNERS:
        environment.perform(Click(point=point))
        assert rig.taps()[-1] == to_pixel(point, rig.phone.size)


def test_taps_are_pixel_exact_with_an_overridden_size(rig: Rig, environment: AndroidEnvironment) -> None:
    rig.phone.set_override(Size(720, 1280))
    environment.reset("look")
    assert environment.observe().size == Size(720, 1280)
    for x, y in [(0, 0), (719, 1279), (360, 640), (1, 1278)]:
        environment.perform(Click(point=from_pixel(x, y, Size(720, 1280))))
        assert rig.taps()[-1] == (x, y)


def test_taps_go_to_the_size_that_input_counts_in(rig: Rig, environment: AndroidEnvironment) -> None:
    """Where pictures keep the screen's own size, a tap still lands on what was seen there."""
    rig.server.faults.frozen_screencap = True
    environment.reset("look")
    environment.observe()
    rig.phone.set_override(Size(540, 1200))
    assert environment.observe().size == Size(1080, 2400)
    environment.perform(Click(point=from_pixel(801, 1601, Size(1080, 2400))))
    assert rig.taps() == [(400, 800)]


def test_a_turned_screen_is_seen_and_tapped_as_it_is(rig: Rig, environment: AndroidEnvironment) -> None:
    environment.reset("look")
    environment.observe()
    for quarters in (1, 2, 3):
        rig.phone.rotate(quarters)
        seen = environment.observe()
        assert (seen.rotation, seen.size) == (quarters * 90, rig.phone.size)
        environment.perform(Click(point=Point(1, 1)))
        assert rig.taps()[-1] == (rig.phone.size.width - 1, rig.phone.size.height - 1)


def test_a_screen_that_turns_after_the_picture_is_looked_at_again(rig: Rig, environment: AndroidEnvironment) -> None:
    environment.reset("look")
    environment.observe()
    rig.server.faults.rotate_after_capture = 1
    environment.glance()
    seen = environment.observe()
    assert (seen.rotation, seen.size) == (90, Size(2400, 1080))


def test_taps_are_counted_in_one_command(rig: Rig, environment: AndroidEnvironment) -> None:
    for count in (2, 3):
        rig.phone.log.clear()
        assert environment.perform(Click(point=Point(0.5, 0.5), count=count)).status == "done"
        assert len(rig.taps()) == count
        (command,) = (e["service"] for e in rig.phone.log.events("open") if "input tap" in e["service"])
        assert command.count("input tap") == count


def test_a_long_press_holds_in_place(rig: Rig, environment: AndroidEnvironment) -> None:
    environment.perform(LongPress(point=Point(0.25, 0.5), seconds=0.6))
    (press,) = rig.phone.log.events("press")
    assert (press["x"], press["y"], press["seconds"]) == (270, 1200, 0.6)


def test_a_drag_goes_from_start_to_end_in_its_time(rig: Rig, environment: AndroidEnvironment) -> None:
    environment.perform(Drag(start=Point(0.2, 0.5), end=Point(0.8, 0.25), seconds=0.3))
    (swipe,) = rig.phone.log.events("swipe")
    assert (swipe["start"], swipe["end"], swipe["seconds"]) == ([216, 1200], [864, 600], 0.3)


def test_scrolling_reveals_what_lies_in_the_direction(rig: Rig, environment: AndroidEnvironment) -> None:
    for direction, axis, pixels in (("down", 1, 600), ("up", 1, -600), ("right", 0, 270), ("left", 0, -270)):
        rig.phone.log.clear()
        environment.perform(Scroll.model_validate({"direction": direction, "amount": 0.25}))
        (swipe,) = rig.phone.log.events("swipe")
        assert swipe["start"][axis] - swipe["end"][axis] == pytest.approx(pixels, abs=1)
        assert swipe["seconds"] == pytest.approx(SCROLL_SECONDS * 0.25)


def test_buttons_and_keys_have_androids_numbers(rig: Rig, environment: AndroidEnvironment) -> None:
    environment.perform(Button(name="recents"))
    environment.perform(Button(name="back"))
    environment.perform(PressKeys(keys=("enter",)))
    environment.perform(PressKeys(keys=("ctrl", "a")))
    assert [e["code"] for e in rig.phone.log.events("key")] == [187, 4, 66]
    assert [e["codes"] for e in rig.phone.log.events("combination")] == [[113, 29]]


def test_apps_open_by_label_and_by_package(rig: Rig, environment: AndroidEnvironment) -> None:
    for name in ("Notes", "notes", " NOTES ", "com.sim.notes", "com.sim.notes/com.sim.notes.Main"):
        rig.phone.home()
        assert environment.perform(OpenApp(name=name)).status == "done"
        assert rig.phone.foreground.package == "com.sim.notes"


def test_the_list_of_apps_is_asked_for_once(rig: Rig, environment: AndroidEnvironment) -> None:
    for name in ("Notes", "Settings", "Messages"):
        environment.perform(OpenApp(name=name))
    assert sum("query-activities" in e["service"] for e in rig.phone.log.events("open")) == 1


def test_an_app_that_is_not_there_is_told_with_those_that_are(rig: Rig, environment: AndroidEnvironment) -> None:
    for name in ("Nosuch", "'; touch /sdcard/PWNED; '", "$(reboot)", "com.sim.launcher"):
        outcome = environment.perform(OpenApp(name=name))
        assert outcome.status == "failed"
        assert "Notes (com.sim.notes)" in outcome.detail
    assert not rig.phone.log.events("start")


def test_apps_are_listed_and_closed(rig: Rig, environment: AndroidEnvironment) -> None:
    assert "Notes (com.sim.notes)" in map(str, environment.apps())
    environment.perform(OpenApp(name="Notes"))
    assert environment.observe().app == "com.sim.notes"
    assert environment.close_app("notes").status == "done"
    assert environment.observe().app == "com.sim.launcher"
    outcome = environment.close_app("'; touch /sdcard/PWNED; '")
    assert outcome.status == "failed"
    assert "no app is called" in outcome.detail
    assert [e["package"] for e in rig.phone.log.events("stop")] == ["com.sim.notes"]


def test_what_a_phone_cannot_do_fails_and_sends_nothing(rig: Rig, environment: AndroidEnvironment) -> None:
    for action, why in (
        (Click(point=Point(0.5, 0.5), button="right"), "no right mouse button"),
        (Drag(start=None, end=Point(0.5, 0.5)), "no pointer"),
        (Move(point=Point(0.5, 0.5)), "has no move"),
        (PressKeys(keys=("f13",)), "no key 'f13'"),
        (PressKeys(keys=("ctrl", "§")), "no key '§'"),
    ):
        outcome = environment.perform(action)
        assert outcome.status == "failed"
        assert why in outcome.detail
    assert not [e for e in rig.phone.log.events("open") if "input " in e["service"]]


def test_a_task_from_end_to_end(rig: Rig, environment: AndroidEnvironment) -> None:
    rig.new_note(environment)
    environment.perform(TypeText(text="Milk & honey"))
    rig.tap(environment, "save")
    assert environment.observe().changed
    assert [e["text"] for e in rig.phone.log.events("saved")] == ["Milk & honey"]
    assert decode_png(environment.glance().png).shape == (2400, 1080, 3)
