"""A person at the simulated phone, watched through the real adb: what is recorded is what was done, and not later."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest

from actions.errors import DeviceError
from actions.geometry import Pixel, Size, scroll_gesture, to_pixel
from actions.types import Button, Click, Drag, LongPress, Scroll
from environments.android import hands
from environments.android.watch import AndroidWatcher
from environments.phone.keyguard import PIN
from environments.phone.phone import Phone
from environments.picture import Array
from tests.android.rig import Rig, until
from tests.android.watched import QUICK, watching
from tests.watched import stopped_by_a_slow_handler


@pytest.fixture
def phone(rig: Rig) -> Phone:
    rig.phone.settings[("secure", "long_press_timeout")] = "400"
    return rig.phone


def test_gestures_are_what_was_done_on_the_screen_before(rig: Rig, phone: Phone) -> None:
    looks: list[Array] = []
    phone.open("com.sim.notes")
    with watching(rig) as watched:
        person = watched.person

        def do(gesture: Callable[[], object]) -> None:
            looks.append(watched.look())
            gesture()

        do(lambda: person.touch("new_note"))
        do(lambda: person.key("back"))
        do(lambda: person.key("home"))
        do(lambda: person.swipe(540, 1700, 540, 900))
        do(lambda: person.press(300, 700, seconds=0.8))
        do(lambda: (person.tap(540, 300), time.sleep(0.05), person.tap(540, 300)))
        do(lambda: person.swipe(3, 1200, 600, 1200))
        do(lambda: person.pinch(540, 1200, reach=200))
        watched.look()
    size = phone.size
    tap, back, home, scroll, press, double, edge = watched.actions
    assert isinstance(tap, Click)
    assert to_pixel(tap.point, size) == rig.taps()[0]
    assert (back, home) == (Button(name="back"), Button(name="home"))
    assert isinstance(scroll, Scroll)
    begin, end = (to_pixel(p, size) for p in scroll_gesture(scroll.point, "down", scroll.amount))
    assert scroll.direction == "down"
    assert abs(begin.y - 1700) <= 1
    assert abs(end.y - 900) <= 1
    assert isinstance(press, LongPress)
    assert to_pixel(press.point, size) == Pixel(300, 700)
    assert isinstance(double, Click)
    assert double.count == 2
    assert isinstance(edge, Drag)
    assert watched.said == ["a gesture of 2 fingers is left out"]
    for deed, look in zip(watched.deeds, looks, strict=False):
        assert deed.seen
        assert np.array_equal(deed.shown.array, look), deed.action
        assert deed.shown.observation(QUICK.quiet_seconds).stable
    assert [d.shown.context.app for d in watched.deeds[:4]] == ["com.sim.notes"] * 3 + ["com.sim.launcher"]


def test_points_are_exact_however_the_screen_is_turned_and_sized(rig: Rig, phone: Phone) -> None:
    phone.panel.axes = Size(4096, 32768)
    spots: list[tuple[Pixel, Size]] = []
    with watching(rig) as watched:
        for override, quarters in [(None, 1), (None, 2), (None, 3), (Size(720, 1600), 0), (Size(720, 1600), 1)]:
            with phone.lock:
                phone.set_override(override)
                phone.rotate(quarters)
            for spot in (Pixel(0, 0), Pixel(phone.size.width - 1, 456)):
                spots.append((spot, phone.size))
                watched.look()
                watched.person.tap(*spot)
        watched.look()
    taps = [a for a in watched.actions if isinstance(a, Click)]
    for tap, (spot, size) in zip(taps, spots, strict=True):
        pixel = to_pixel(tap.point, size)
        assert abs(pixel.x - spot.x) <= 1
        assert abs(pixel.y - spot.y) <= 1


def test_no_touch_of_a_locked_phone_is_kept(rig: Rig, phone: Phone) -> None:
    phone.settings[PIN] = "4711"
    with phone.lock:
        phone.locked = True
        phone.changed()
    with watching(rig) as watched:
        watched.look()
        watched.person.swipe(540, 1900, 540, 700)
        watched.look()
        watched.person.tap(300, 1500)
        watched.look()
    assert [a.kind for a in watched.actions] == ["scroll"]
    assert watched.said == [hands.LOCKED]


def test_what_is_done_before_anything_was_seen_is_told_apart(rig: Rig, phone: Phone) -> None:
    with watching(rig) as watched:
        watched.look()
        phone.faults.slow = 0.6  # each picture takes longer than the person
        time.sleep(0.2)
        watched.person.tap(100, 600)
        watched.person.tap(900, 900)
        phone.faults.clear()
        time.sleep(0.3)
    assert [d.seen for d in watched.deeds] == [True, False]


def test_a_phone_that_comes_back_is_watched_again(rig: Rig, phone: Phone) -> None:
    with watching(rig) as watched:
        watched.look()
        watched.person.tap(100, 600)
        watched.look()
        rig.server.disconnect()
        until(lambda: any("left out" in said for said in watched.said), seconds=20)
        back = time.monotonic()
        until(lambda: watched.watcher._frames.newest().begun > back, seconds=20)  # pyright: ignore[reportPrivateUsage]
        time.sleep(1.0)
        until(lambda: phone.panel.heard)
        watched.person.tap(200, 600)
        watched.look()
    assert [to_pixel(a.point, phone.size).x for a in watched.actions if isinstance(a, Click)] == [100, 200]


def test_a_phone_without_a_touch_panel_is_told(rig: Rig) -> None:
    rig.phone.panel.axes = Size(1, 1)
    with pytest.raises(DeviceError, match="tells of no touch panel"):
        AndroidWatcher(rig.server.address, client=rig.adb.client)
    with rig.open():  # and nothing stays locked
        pass


def test_a_watched_phone_is_no_agents(rig: Rig) -> None:
    with watching(rig), pytest.raises(DeviceError, match="in use"):
        rig.open()


def test_a_signal_whose_handler_outlasts_a_wait_ends_it(rig: Rig) -> None:
    with AndroidWatcher(rig.server.address, client=rig.adb.client, patience=QUICK, capture="raw") as watcher:
        assert stopped_by_a_slow_handler(watcher) == []
