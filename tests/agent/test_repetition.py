"""What counts as going round in circles, and what doesn't."""

import numpy as np
import pytest

from actions.geometry import Point
from actions.types import Action, Button, Click, Drag, OpenApp, Scroll, TypeText, Wait
from agent.repetition import Repetition, same_action
from environments.base import Observation
from environments.picture import Picture


def screen(value: int) -> Observation:
    return Observation(Picture(np.full((240, 120, 3), value, np.uint8)), time=0.0)


A, B = Click(point=Point(0.5, 0.5)), Button(name="back")


def circles(*turns: tuple[Action, int]) -> list[bool]:
    repetition = Repetition()
    return [repetition.add(action, screen(value)) is not None for action, value in turns]


def test_three_times_on_the_same_screen() -> None:
    assert circles((A, 0), (A, 0), (A, 0)) == [False, False, True]


def test_a_counter_that_counts_is_progress() -> None:
    """The same button again and again, and each time a few digits change."""
    repetition = Repetition()
    for i in range(5):
        array = np.zeros((2400, 1080, 3), np.uint8)
        array[300:360, 500 : 520 + 30 * i] = 255
        assert repetition.add(A, Observation(Picture(array), time=0.0)) is None


def test_a_quantity_that_goes_up_by_one_digit_is_progress() -> None:
    """So little of the screen that it doesn't count anywhere but beside what is tapped."""
    repetition = Repetition()
    for i in range(6):
        array = np.zeros((2400, 1080, 3), np.uint8)
        array[1180:1200, 600 : 604 + 4 * i] = 255
        assert repetition.add(A, Observation(Picture(array), time=0.0)) is None


def test_a_star_that_is_filled_and_emptied_goes_round() -> None:
    repetition = Repetition()
    said: list[str | None] = []
    for i in range(4):
        array = np.zeros((2400, 1080, 3), np.uint8)
        array[1190:1210, 530:550] = 255 * (i % 2)
        said.append(repetition.add(A, Observation(Picture(array), time=0.0)))
    assert said == [None, None, None, "click and click in turn on the same two screens"]


def test_other_screens_are_progress() -> None:
    assert circles((A, 0), (A, 50), (A, 100), (A, 150)) == [False] * 4


def test_a_pause_between_starts_again() -> None:
    assert circles((A, 0), (A, 0), (B, 0), (A, 0), (A, 0)) == [False] * 5


def test_to_and_fro() -> None:
    assert circles((A, 0), (B, 90), (A, 0), (B, 90)) == [False, False, False, True]
    assert circles((A, 0), (B, 90), (A, 0), (B, 120)) == [False] * 4


def test_round_three_or_four_screens() -> None:
    c, d, e = Scroll(direction="down"), Wait(), OpenApp(name="a")
    for lap in ([(A, 0), (B, 60), (c, 120)], [(A, 0), (B, 60), (c, 120), (d, 180)]):
        assert circles(*lap, *lap) == [False] * (2 * len(lap) - 1) + [True]
        assert not any(circles(*lap, *lap[:-1], (lap[-1][0], 240)))
    five = [(A, 0), (B, 60), (c, 120), (d, 180), (e, 240)]
    assert not any(circles(*five, *five))


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        (A, Click(point=Point(0.51, 0.49)), True),
        (A, Click(point=Point(0.55, 0.5)), False),
        (A, Click(point=Point(0.5, 0.5), count=2), False),
        (A, B, False),
        (Scroll(direction="down"), Scroll(direction="up"), False),
        (Scroll(direction="down"), Scroll(direction="down", point=Point(0.51, 0.5)), True),
        (Drag(start=None, end=Point(0, 0)), Drag(start=Point(0, 0), end=Point(0, 0)), False),
        (Drag(start=None, end=Point(0, 0)), Drag(start=None, end=Point(0.01, 0)), True),
        (TypeText(text="a"), TypeText(text="b"), False),
        (OpenApp(name="a"), OpenApp(name="a"), True),
        (Wait(seconds=1), Wait(seconds=1), True),
    ],
)
def test_same_action(a: Action, b: Action, same: bool) -> None:
    assert same_action(a, b) is same
    assert same_action(b, a) is same
