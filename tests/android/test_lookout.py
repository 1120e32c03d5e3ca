"""Waiting by a video: it says when to look, true pictures say what is there, and a video that is wrong is told."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest

from environments.android.lookout import same_screen, wait
from environments.picture import Array
from environments.settle import Settle

QUICK = Settle(react_seconds=0.1, quiet_seconds=0.05, cap_seconds=0.6, poll_seconds=0.01)
LIGHT, DARK = 200, 30


def screen(tone: int, *, turned: bool = False) -> Array:
    array = np.full((480, 224, 3), tone, np.uint8)
    array[200:230, 40:180] = 255 - tone
    return array.transpose(1, 0, 2) if turned else array


def frame_of(picture: Array) -> Array:
    """As an encoder leaves it: half the size, blurred and noisy."""
    noise = np.random.default_rng(0).integers(-8, 9, picture[::2, ::2].shape)
    return np.clip(picture[::2, ::2] + noise, 0, 255).astype(np.uint8)


class Phone:
    """Shows the last of these screens whose time has come; its video `late` seconds later, or only until `stalled`."""

    def __init__(self, *screens: tuple[float, Array], late: float = 0.0, stalled: float = 99.0) -> None:
        self._screens = screens
        self._late, self._stalled = late, stalled
        self._start = time.monotonic()
        self.captures = 0

    def _at(self, seconds: float) -> Array:
        return next(picture for since, picture in reversed(self._screens) if seconds >= since or since == 0.0)

    def frame(self) -> Array:
        return frame_of(self._at(min(time.monotonic() - self._start - self._late, self._stalled)))

    def capture(self) -> Array:
        self.captures += 1
        return self._at(time.monotonic() - self._start)


def test_a_screen_that_stays_is_pictured_once() -> None:
    phone = Phone((0.0, screen(LIGHT)))
    found = wait(phone.frame, phone.capture, seen=phone.frame(), before=phone.capture(), patience=QUICK)
    assert found is not None
    assert (found.changed, found.stable, phone.captures) == (False, True, 2)  # one of them is `before`
    assert found.seconds >= QUICK.react_seconds
    assert np.array_equal(found.frame, screen(LIGHT))


def test_a_change_is_waited_out_and_pictured_once() -> None:
    phone = Phone((0.0, screen(LIGHT)), (0.05, screen(120)), (0.09, screen(DARK)))
    found = wait(phone.frame, phone.capture, seen=phone.frame(), before=screen(LIGHT), patience=QUICK)
    assert found is not None
    assert (found.changed, found.stable, phone.captures) == (True, True, 1)
    assert np.array_equal(found.frame, screen(DARK))


def test_a_late_video_is_waited_for() -> None:
    """The video still shows the screen before when the time to react is over; the picture doesn't."""
    phone = Phone((0.0, screen(LIGHT)), (0.02, screen(DARK)), late=0.12)
    found = wait(phone.frame, phone.capture, seen=phone.frame(), before=screen(LIGHT), patience=QUICK)
    assert found is not None
    assert (found.changed, found.stable) == (True, True)
    assert np.array_equal(found.frame, screen(DARK))


def test_a_small_change_that_only_the_pictures_show_counts() -> None:
    ticked = screen(LIGHT)
    ticked[40:56, 40:56] = 0
    phone = Phone((0.0, ticked))
    found = wait(phone.frame, phone.capture, seen=phone.frame(), before=screen(LIGHT), patience=QUICK)
    assert found is not None
    assert found.changed


def test_a_video_that_has_stalled_is_not_trusted() -> None:
    phone = Phone((0.0, screen(LIGHT)), (0.05, screen(DARK)), stalled=0.0)
    assert wait(phone.frame, phone.capture, seen=phone.frame(), before=screen(LIGHT), patience=QUICK) is None


def test_a_video_that_was_turned_too_late_is_not_trusted() -> None:
    phone = Phone((0.0, screen(LIGHT)), (0.05, screen(LIGHT, turned=True)), stalled=0.0)
    assert wait(phone.frame, phone.capture, seen=None, before=None, patience=QUICK) is None


def test_a_screen_that_never_rests_is_given_up_on_in_time() -> None:
    tones = itertools.cycle((40, 100, 160, 220))
    phone = Phone((0.0, screen(LIGHT)))
    started = time.monotonic()
    found = wait(
        lambda: frame_of(screen(next(tones))), phone.capture, seen=phone.frame(), before=screen(LIGHT), patience=QUICK
    )
    assert found is not None
    assert (found.stable, phone.captures) == (False, 1)
    assert QUICK.cap_seconds <= time.monotonic() - started < QUICK.cap_seconds + 1


def test_a_black_picture_proves_nothing_against_the_video() -> None:
    found = wait(
        lambda: frame_of(screen(LIGHT)),
        lambda: np.zeros((480, 224, 3), np.uint8),
        seen=None,
        before=None,
        patience=QUICK,
    )
    assert found is not None


@pytest.mark.parametrize("shift", [0, 20, -20])
def test_the_same_screen_is_known_in_other_colours(shift: int) -> None:
    """Colours that mean something else to the decoder are shifted, text stays where it is."""
    picture = screen(LIGHT)
    frame = np.clip(frame_of(picture).astype(int) + shift, 0, 255).astype(np.uint8)
    assert same_screen(picture, frame)
    dialog = picture.copy()
    dialog[120:360, 20:200] = DARK
    assert not same_screen(dialog, frame)
