"""The pointer and the keys: what a window on the real X server gets for each action."""

from __future__ import annotations

import itertools

import pytest

from actions import keys as key_names
from actions.geometry import Pixel, Point, Size, from_pixel
from actions.types import Action, Button, Click, Drag, LongPress, Move, PressKeys, Scroll
from environments.base import DONE
from environments.desktop.driver import DesktopEnvironment
from tests.desktop.display import HEIGHT, NOTHING_DOWN, QUICK, WIDTH, Desk, Recorder, desk, recorder, screen

__all__ = ["desk", "recorder", "screen"]


@pytest.fixture(autouse=True)
def _fresh(recorder: Recorder) -> None:
    recorder.rest()


SIZE = Size(WIDTH, HEIGHT)


def at(x: int, y: int) -> Point:
    return from_pixel(x, y, SIZE)


PLACES = [(0, 0), (WIDTH - 1, 0), (0, HEIGHT - 1), (WIDTH - 1, HEIGHT - 1), (1, 1), (640, 400), (333, 777), (1279, 401)]


def test_clicks_land_on_the_pixel(screen: DesktopEnvironment, recorder: Recorder) -> None:
    """Corners too: they are the fail-safe's only where a person goes there."""
    for x, y in PLACES:
        assert screen.perform(Click(point=at(x, y))) == DONE
        got = recorder.next("press")
        assert (got["x"], got["y"], got["button"]) == (x, y, 1)
    assert len(recorder.rest("press", "release")) == 1  # the last release


@pytest.mark.parametrize(("button", "number"), [("left", 1), ("middle", 2), ("right", 3)])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_buttons_and_counts(
    screen: DesktopEnvironment, recorder: Recorder, desk: Desk, button: str, number: int, count: int
) -> None:
    action = Click.model_validate({"point": {"x": 0.5, "y": 0.5}, "button": button, "count": count})
    assert screen.perform(action) == DONE
    events = recorder.rest("press", "release")
    assert [(e["kind"], e["button"]) for e in events] == [("press", number), ("release", number)] * count
    assert events[-1]["time"] - events[0]["time"] < 400  # a double click for every toolkit
    assert desk.pressed() == NOTHING_DOWN


def test_move_presses_nothing(screen: DesktopEnvironment, recorder: Recorder) -> None:
    assert screen.perform(Move(point=at(100, 200))) == DONE
    assert screen.perform(Move(point=at(700, 300))) == DONE
    events = recorder.rest("press", "release", "move")
    assert {e["kind"] for e in events} == {"move"}
    assert (events[-1]["x"], events[-1]["y"]) == (700, 300)


def test_long_press_holds(screen: DesktopEnvironment, recorder: Recorder) -> None:
    assert screen.perform(LongPress(point=at(50, 60), seconds=0.7)) == DONE
    down, up = recorder.next("press"), recorder.next("release")
    assert (down["x"], down["y"]) == (up["x"], up["y"]) == (50, 60)
    assert 680 <= up["time"] - down["time"] < 3000


@pytest.mark.parametrize("named", [True, False])
def test_drag(screen: DesktopEnvironment, recorder: Recorder, named: bool) -> None:
    start = at(100, 700)
    assert screen.perform(Move(point=start)) == DONE
    assert screen.perform(Drag(start=start if named else None, end=at(900, 100), seconds=0.3)) == DONE
    events = recorder.rest("press", "release", "move")
    pressed = next(i for i, e in enumerate(events) if e["kind"] == "press")
    path = [Pixel(e["x"], e["y"]) for e in events[pressed:]]
    assert path[0] == (100, 700)
    assert path[-1] == (900, 100)
    assert events[-1]["kind"] == "release"
    assert len(path) > 10
    assert all(a.x <= b.x and a.y >= b.y for a, b in itertools.pairwise(path))


@pytest.mark.parametrize(("direction", "button"), [("up", 4), ("down", 5), ("left", 6), ("right", 7)])
def test_scroll(screen: DesktopEnvironment, recorder: Recorder, direction: str, button: int) -> None:
    for amount, notches in ((0.5, 400 / 60 if button < 6 else 640 / 60), (0.01, 1)):
        action = Scroll.model_validate({"direction": direction, "point": {"x": 0.25, "y": 0.5}, "amount": amount})
        assert screen.perform(action) == DONE
        events = recorder.rest("press")
        assert [e["button"] for e in events] == [button] * round(notches)
        assert {(e["x"], e["y"]) for e in events} == {(320, 400)}


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (("a",), ["a"]),
        (("Z",), ["z"]),
        (("ctrl", "c"), ["Control_L", "c"]),
        (("ctrl", "shift", "Escape"), ["Control_L", "Shift_L", "Escape"]),
        (("ctrl", "F5"), ["Control_L", "F5"]),
        (("<",), ["less"]),  # the key beside the left Shift; "," has it too
        ((">",), ["Shift_L", "greater"]),
        (("ctrl", "plus"), ["Control_L", "Shift_L", "plus"]),
        (("shift", "?"), ["Shift_L", "question"]),
        (("Return",), ["Return"]),
        (("ArrowDown",), ["Down"]),
        (("cmd", "space"), ["Super_L", "space"]),
        (("volumeup",), ["AudioRaiseVolume"]),
    ],
)
def test_keys(
    screen: DesktopEnvironment, recorder: Recorder, desk: Desk, keys: tuple[str, ...], expected: list[str]
) -> None:
    assert screen.perform(PressKeys(keys=keys)) == DONE
    events = recorder.rest("down", "up")
    assert [e["keysym"].removeprefix("XF86_") for e in events if e["kind"] == "down"] == expected
    assert len(events) == 2 * len(expected)
    assert desk.pressed() == NOTHING_DOWN


def test_every_named_key_is_pressed_or_refused(screen: DesktopEnvironment, recorder: Recorder, desk: Desk) -> None:
    refused: set[str] = set()
    for name in key_names.NAMED:
        outcome = screen.perform(PressKeys(keys=(name,)))
        events = recorder.rest("down", "up")
        if outcome.status == "failed":
            assert name in outcome.detail
            assert not events
            refused.add(name)
        elif name != "printscreen":  # Debian's openbox keeps that for itself
            assert [e["kind"] for e in events] == ["down", "up"], name
    for name in ("capslock", "numlock"):
        assert screen.perform(PressKeys(keys=(name,))) == DONE  # off again
    assert refused <= {"power", "f13", "f14", "f15", "f16", "f17", "f18", "f19", "f20", "f21", "f22", "f23", "f24"}
    assert desk.pressed() == NOTHING_DOWN


@pytest.mark.parametrize("keys", [("ctrl", "é"), ("漢",), ("power",), ("shift", "😀")])
def test_a_key_that_is_not_there_fails_and_presses_nothing(
    screen: DesktopEnvironment, recorder: Recorder, keys: tuple[str, ...]
) -> None:
    outcome = screen.perform(PressKeys(keys=keys))
    assert outcome.status == "failed"
    assert keys[-1] in outcome.detail
    assert recorder.rest("down", "up") == []


def test_keys_follow_the_layout(screen: DesktopEnvironment, desk: Desk, recorder: Recorder) -> None:
    """On a German keyboard "/" is Shift+7 and "z" lies elsewhere; with a Russian one Ctrl+C is the key of "c"."""
    try:
        desk.run(["setxkbmap", "de"], check=True)
        assert screen.perform(PressKeys(keys=("/",))) == DONE
        assert [e["keysym"] for e in recorder.rest("down")][-1] == "slash"
        desk.run(["setxkbmap", "us,ru"], check=True)
        assert screen.perform(PressKeys(keys=("ctrl", "c"))) == DONE
        assert [e["keysym"] for e in recorder.rest("down")] == ["Control_L", "c"]
    finally:
        desk.run(["setxkbmap", "us"], check=True)


LETTERS = [
    ("ru", "я", "0x6d1"),
    ("ua", "ї", "0x6a7"),
    ("rs", "њ", "0x6aa"),
    ("gr", "ς", "0x7f3"),
    ("il", "ש", "0xcf9"),
    ("ara", "ش", "0x5d4"),
    ("th", "ั", "0xdd1"),
    ("cz", "ě", "0x1ec"),
    ("ge", "ა", "0x10010d0"),
]


@pytest.mark.parametrize(("layout", "letter", "keysym"), LETTERS)
def test_letters_and_shortcuts_on_every_layout(
    screen: DesktopEnvironment, desk: Desk, recorder: Recorder, layout: str, letter: str, keysym: str
) -> None:
    """Also where it has no Latin letters: they go onto keys that have no symbol."""
    try:
        desk.run(["setxkbmap", layout], check=True)
        assert screen.perform(PressKeys(keys=(letter,))) == DONE
        assert screen.perform(PressKeys(keys=("ctrl", "c"))) == DONE
        assert screen.perform(PressKeys(keys=("ctrl", "shift", "n"))) == DONE
        pressed = [e["keysym"] for e in recorder.rest("down")]
        assert pressed == [keysym, "Control_L", "c", "Control_L", "Shift_L", "N"]
        assert screen.perform(PressKeys(keys=("a",))) == DONE
        assert recorder.rest("down")[-1]["keysym"] == "a"
        assert screen.perform(PressKeys(keys=("║",))).status == "failed"
        assert recorder.rest("down") == []
    finally:
        desk.run(["setxkbmap", "us"], check=True)
    assert desk.pressed() == NOTHING_DOWN


def test_the_keyboard_is_left_as_it_was(desk: Desk, screen: DesktopEnvironment, recorder: Recorder) -> None:
    """Whatever was put on spare keys, more than there are of them, a layout loaded in between."""
    try:
        for layout in ("ru", "gr"):
            desk.run(["setxkbmap", layout], check=True)
            before = desk.run(["xmodmap", "-pke"], check=True)
            with DesktopEnvironment(patience=QUICK) as other:
                for letter in "abcdefghijklmnopqrstuvwxyz":
                    assert other.perform(PressKeys(keys=("ctrl", letter))) == DONE
                    assert recorder.rest("down")[-1]["keysym"] == letter
                assert desk.run(["xmodmap", "-pke"], check=True) != before
            assert desk.run(["xmodmap", "-pke"], check=True) == before
    finally:
        desk.run(["setxkbmap", "us"], check=True)
    assert screen.perform(PressKeys(keys=("ctrl", "c"))) == DONE


def test_what_a_desktop_does_not_have_fails(screen: DesktopEnvironment) -> None:
    action: Action = Button(name="back")
    outcome = screen.perform(action)
    assert outcome.status == "failed"
    assert "back" in outcome.detail
    assert "button" not in screen.supports
