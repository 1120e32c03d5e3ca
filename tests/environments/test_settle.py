"""The wait ends when the screen is quiet, on a clock that only the test moves."""

from collections.abc import Callable

import numpy as np
import pytest

from actions.geometry import Point
from environments.picture import Array
from environments.settle import Settle, Settled, close_to, differs, left_mark, left_trace, settle, share_changed, thin

STILL: Array = np.zeros((320, 160, 3), np.uint8)
CAPTURE = 0.01


def frame(value: int, *, rows: int = 320) -> Array:
    """A screen whose first rows have a colour."""
    array = STILL.copy()
    array[:rows] = value
    return array


def wait(
    screen: Callable[[float], Array], before: Array | None, patience: Settle = Settle(), *, late: float = 0.0
) -> Settled:
    """Settle on a screen that is a function of time; each capture takes 10 ms, and `late` more to arrive."""
    now = [100.0]

    def grab() -> Array:
        now[0] += CAPTURE
        frame = screen(now[0] - 100.0)
        now[0] += late
        return frame

    def sleep(seconds: float) -> None:
        assert seconds >= 0
        now[0] += seconds

    return settle(grab, before, patience, clock=lambda: now[0], sleep=sleep)


def test_nothing_changes() -> None:
    settled = wait(lambda _: STILL, STILL)
    assert (settled.changed, settled.stable) == (False, True)
    assert settled.seconds == pytest.approx(0.4, abs=0.05)


def test_a_change_and_then_quiet() -> None:
    settled = wait(lambda t: frame(200) if t > 0.1 else STILL, STILL)
    assert (settled.changed, settled.stable) == (True, True)
    assert settled.seconds == pytest.approx(0.1 + 0.15, abs=0.06)
    assert settled.frame[0, 0, 0] == 200


def test_a_transition_is_waited_out() -> None:
    settled = wait(lambda t: frame(min(250, int(t * 500))), STILL)
    assert (settled.changed, settled.stable) == (True, True)
    assert settled.frame[0, 0, 0] == 250


def test_a_second_paint_within_the_quiet_time_is_seen() -> None:
    settled = wait(lambda t: frame(50) if t < 0.15 else frame(200), STILL)
    assert settled.frame[0, 0, 0] == 200


def test_an_endless_animation_ends_at_the_cap() -> None:
    settled = wait(lambda t: frame(int(t * 1000) % 250), STILL)
    assert (settled.changed, settled.stable) == (True, False)
    assert settled.seconds == pytest.approx(Settle().cap_seconds, abs=0.05)


def test_a_small_spinner_is_quiet() -> None:
    patience = Settle(stride=1)
    spinner = STILL.copy()
    spinner[:8, :8] = 255  # 0.125 % of the screen

    def screen(t: float) -> Array:
        return spinner if int(t * 20) % 2 else STILL

    assert wait(screen, STILL, patience).stable


@pytest.mark.parametrize(("side", "changed"), [(15, False), (60, True)])
def test_a_small_change_that_stays_is_seen(side: int, changed: bool) -> None:
    """On a phone's screen: a tick in a box has changed something, a caret hasn't; neither is waited out."""
    still = np.zeros((2400, 1080, 3), np.uint8)
    after = still.copy()
    after[1000 : 1000 + side, 500 : 500 + side] = 255
    settled = wait(lambda t: after if t > 0.1 else still, still)
    assert (settled.changed, settled.stable) == (changed, True)
    assert settled.seconds == pytest.approx(0.4, abs=0.05)


def test_a_rotation_is_a_change() -> None:
    turned = np.zeros((160, 320, 3), np.uint8)
    settled = wait(lambda t: turned if t > 0.05 else STILL, STILL)
    assert (settled.changed, settled.stable) == (True, True)
    assert settled.frame.shape == turned.shape


def test_without_an_action_only_quiet_is_waited_for() -> None:
    settled = wait(lambda _: STILL, None)
    assert settled.stable
    assert not settled.changed
    assert settled.seconds == pytest.approx(0.15, abs=0.05)


def test_a_screen_that_goes_back_has_changed() -> None:
    """A flash: the last picture is like the first, and yet something happened."""
    settled = wait(lambda t: frame(200) if 0.05 < t < 0.2 else STILL, STILL)
    assert settled.changed


def test_thresholds() -> None:
    assert not differs(STILL, frame(12))
    assert differs(STILL, frame(13))
    assert share_changed(STILL, frame(200, rows=32), 12) == pytest.approx(0.1)
    assert share_changed(STILL, STILL[:100], 12) == 1.0


def test_a_slow_fade_is_waited_out() -> None:
    """So slow that no two pictures in a row differ visibly."""
    settled = wait(lambda t: frame(min(250, int(t * 200))), STILL)
    assert (settled.changed, settled.stable) == (True, True)
    assert settled.frame[0, 0, 0] == 250


@pytest.mark.parametrize("late", [0.5, 4.0])
def test_a_picture_that_took_long_does_not_stand_for_a_screen_that_had_time_to_react(late: float) -> None:
    settled = wait(lambda t: frame(200) if t > 0.1 else STILL, STILL, late=late)
    assert settled.changed
    assert settled.frame[0, 0, 0] == 200


@pytest.mark.parametrize(
    ("rows", "columns", "is_mark"),
    [
        (slice(1000, 1020), slice(620, 634), True),  # a digit beside the plus that was tapped
        (slice(1000, 1050), slice(560, 566), False),  # a caret
        (slice(1000, 1004), slice(560, 563), False),  # a speck
        (slice(40, 60), slice(620, 634), False),  # the clock
    ],
)
def test_a_small_change_counts_close_to_what_was_tapped(rows: slice, columns: slice, is_mark: bool) -> None:
    before = np.zeros((2400, 1080, 3), np.uint8)
    after = before.copy()
    after[rows, columns] = 255
    tapped = Point(0.5, 0.42)
    assert left_mark(close_to(before, tapped), close_to(after, tapped)) is is_mark
    assert not left_trace(thin(before), thin(after)), "so little of the whole screen"


def test_what_is_close_to_a_corner_is_on_the_screen() -> None:
    for corner in (Point(0.0, 0.0), Point(1.0, 1.0)):
        assert close_to(STILL, corner).shape[:2] == (25, 25)
