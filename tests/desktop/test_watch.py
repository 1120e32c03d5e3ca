"""A person at a desktop, watched: xdotool is the hands, real programs and a real X server the rest."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from actions.geometry import Pixel, Size, to_pixel
from actions.types import Action, Click, Drag, Finish, LongPress, PressKeys, Scroll, TypeText
from agent.run_folder import read_run
from environments.base import DONE
from environments.desktop import hands
from environments.desktop.driver import DesktopEnvironment
from environments.desktop.watch import PASSWORDS, DesktopWatcher
from tests.desktop.display import HEIGHT, QUICK, WIDTH, Desk, Recorder, desk, enter, own_desk, until
from tests.watched import Told, stopped_by_a_slow_handler

__all__ = ["desk", "own_desk"]

SIZE = Size(WIDTH, HEIGHT)
REST = 0.8


@dataclass(kw_only=True)
class Watched(Told):
    desk: Desk
    watcher: DesktopWatcher

    def do(self, *words: str) -> None:
        """The person rests first, so that the screen is seen."""
        time.sleep(REST)
        self.desk.run(["xdotool", *words], check=True)


@contextmanager
def watching(desk: Desk, *, text: bool = True) -> Generator[Watched]:
    """What is done in the block is in `deeds` after it."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        enter(desk, monkeypatch)
        with DesktopWatcher(patience=QUICK, text=text, own=False) as watcher:
            watched = Watched(desk=desk, watcher=watcher)
            with watched.listening(watcher):
                yield watched
                time.sleep(REST)


@pytest.fixture
def window(desk: Desk) -> Iterator[None]:
    """One over the whole screen, in which nothing happens by what is done."""
    with contextlib.closing(Recorder(desk)):
        yield


@pytest.fixture
def layouts(desk: Desk) -> Iterator[None]:
    yield
    desk.run(["setxkbmap", "-layout", "us", "-option", ""], check=True)


def press(desk: Desk, *codes: int) -> None:
    """Keys together, by their codes."""
    program = (
        "import sys; from Xlib import X, display; from Xlib.ext import xtest; d = display.Display()\n"
        "codes = [int(c) for c in sys.argv[1:]]\n"
        "for c in codes: xtest.fake_input(d, X.KeyPress, c)\n"
        "for c in reversed(codes): xtest.fake_input(d, X.KeyRelease, c)\n"
        "d.sync()"
    )
    desk.run([sys.executable, "-c", program, *map(str, codes)], check=True)


def at(action: Action) -> Pixel:
    assert isinstance(action, Click | LongPress | Scroll)
    return to_pixel(action.point, SIZE)


@pytest.mark.usefixtures("window")
def test_what_hands_do_is_told_to_the_pixel(desk: Desk) -> None:
    with watching(desk) as watched:
        watched.do("mousemove", "0", "0", "click", "1")
        watched.do("mousemove", "1279", "799", "click", "3")
        watched.do("mousemove", "300", "200", "click", "--repeat", "2", "--delay", "60", "1")
        watched.do("click", "--repeat", "3", "--delay", "60", "1")
        watched.do("mousemove", "640", "400", "click", "--repeat", "3", "--delay", "80", "5")
        watched.do("click", "7")
        watched.do(
            "mousemove", "100", "100", "mousedown", "1", "mousemove", "500", "333", "sleep", "0.2", "mouseup", "1"
        )
        watched.do("mousemove", "50", "60", "mousedown", "1", "sleep", "1.2", "mouseup", "1")
        watched.do("mousemove", "70", "80", "mousedown", "3", "mousemove", "300", "300", "mouseup", "3")
        watched.do("keydown", "ctrl", "click", "1", "keyup", "ctrl")
        watched.do("click", "2")
    corner, right, double, triple, wheel, aside, drag, hold, middle = watched.actions
    assert (at(corner), at(right), at(double)) == (Pixel(0, 0), Pixel(1279, 799), Pixel(300, 200))
    assert isinstance(right, Click)
    assert right.button == "right"
    assert [a.count for a in (corner, double, triple) if isinstance(a, Click)] == [1, 2, 3]
    assert isinstance(wheel, Scroll)
    assert (wheel.direction, at(wheel)) == ("down", Pixel(640, 400))
    assert wheel.amount == pytest.approx(3 * 60 / HEIGHT)
    assert isinstance(aside, Scroll)
    assert aside.direction == "right"
    assert isinstance(drag, Drag)
    assert drag.start is not None
    assert (to_pixel(drag.start, SIZE), to_pixel(drag.end, SIZE)) == (Pixel(100, 100), Pixel(500, 333))
    assert 0.15 < drag.seconds < 1
    assert isinstance(hold, LongPress)
    assert 1.0 < hold.seconds < 2
    assert isinstance(middle, Click)
    assert middle.button == "middle"
    assert watched.said == [PASSWORDS, hands.OTHER_DRAG, hands.HELD]
    assert list(watched.deeds[-1].notes) == [
        "a drag with another button than the left one was left out",
        "a click with keys held was left out",
    ]
    assert all(deed.seen for deed in watched.deeds)


@pytest.mark.usefixtures("window")
def test_keys_are_what_they_write_and_what_they_are_together(desk: Desk) -> None:
    with watching(desk) as watched:
        watched.do("type", "--delay", "20", "Hello, <World> & {x} 'no")
        watched.do("key", "BackSpace", "BackSpace", "a")
        watched.do("key", "Return")
        watched.do("key", "ctrl+shift+t")
        watched.do("key", "BackSpace")
        watched.do("key", "shift+Tab")
        watched.do("key", "alt+F4")
        watched.do("key", "super")
        watched.do("key", "ctrl", "shift")  # nothing by themselves
        watched.do("key", "Caps_Lock", "a", "b", "Caps_Lock", "c")
        watched.do("key", "KP_Enter")
        watched.do("key", "--delay", "30", "Prior", "Next")
    assert watched.actions == [
        TypeText(text="Hello, <World> & {x} 'a"),
        *(PressKeys(keys=keys) for keys in [("enter",), ("ctrl", "shift", "t"), ("backspace",), ("shift", "tab")]),
        *(PressKeys(keys=keys) for keys in [("alt", "f4"), ("super",)]),
        TypeText(text="ABc"),
        *(PressKeys(keys=(key,)) for key in ("enter", "pageup", "pagedown")),
    ]
    assert all(deed.seen for deed in watched.deeds[:-1])  # the last one came at once


@pytest.mark.usefixtures("window", "layouts")
def test_layouts_accents_and_third_levels(desk: Desk) -> None:
    with watching(desk) as watched:
        desk.run(["setxkbmap", "-layout", "de"], check=True)
        watched.do("key", "y", "z", "odiaeresis", "dead_acute", "e", "dead_circumflex", "space", "EuroSign", "at")
        watched.do("key", "Return")
        desk.run(["setxkbmap", "-layout", "us,ru", "-option", "grp:shifts_toggle"], check=True)
        time.sleep(REST)
        press(desk, 50, 62)  # both shifts
        press(desk, 38)  # where a, b and c are on an American keyboard; xdotool would choose a group itself
        press(desk, 56)
        press(desk, 54)
        time.sleep(REST)
        press(desk, 37, 54)
        time.sleep(REST)
        press(desk, 50, 62)
        watched.do("key", "Multi_key", "apostrophe", "e")
        watched.do("key", "Escape")
    assert watched.actions == [
        TypeText(text="yzöé^€@"),
        PressKeys(keys=("enter",)),
        TypeText(text="фис"),
        PressKeys(keys=("ctrl", "c")),
        PressKeys(keys=("escape",)),
    ]
    assert watched.said == [PASSWORDS, hands.COMPOSED]


@pytest.mark.usefixtures("window", "layouts")
def test_third_levels_are_no_shortcuts_where_another_layout_has_alt_there(desk: Desk) -> None:
    desk.run(["setxkbmap", "-layout", "us,de", "-option", "grp:shifts_toggle"], check=True)
    with watching(desk) as watched:
        press(desk, 50, 62)  # both shifts: German
        time.sleep(REST)
        press(desk, 108, 24)  # AltGr and q
        press(desk, 53)
        time.sleep(REST)
        press(desk, 64, 50, 62)  # with Alt held, which is let go on the other layout
        time.sleep(REST)
        press(desk, 53)
    texts = [action.text for action in watched.actions if isinstance(action, TypeText)]
    assert len(texts) == len(watched.actions)
    assert "".join(texts) == "@xx"


@pytest.mark.usefixtures("window")
def test_nothing_that_is_typed_is_kept_where_that_is_not_wanted(desk: Desk) -> None:
    with watching(desk, text=False) as watched:
        watched.do("type", "secret")
        watched.do("key", "Return")
    assert watched.actions == [PressKeys(keys=("enter",))]
    assert watched.said == [hands.NO_TEXT]


@pytest.mark.usefixtures("layouts")
def test_a_session_by_hand_does_the_same_again(desk: Desk, tmp_path: Path) -> None:
    """What was recorded is carried out by the driver: the file that comes of it is the person's."""

    def open_editor(path: Path) -> subprocess.Popen[bytes]:
        path.write_text("former\n")
        process = desk.start(["mousepad", "--disable-server", str(path)])
        until(lambda: path.name in desk.run(["xdotool", "getactivewindow", "getwindowname"]), what="it is in front")
        time.sleep(1.0)
        return process

    desk.run(["setxkbmap", "-layout", "de"], check=True)  # for a letter that a layout lacks xdotool changes it
    note = tmp_path / "note.txt"
    editor = open_editor(note)
    with watching(desk) as watched:
        watched.do("mousemove", "600", "400", "click", "1")
        watched.do("key", "ctrl+a")
        watched.do("type", "--delay", "15", "Zwölf Boxkämpfer: 12 < 13 & so on")
        watched.do("key", "Return")
        watched.do("type", "--delay", "15", "second line")
        for accent in ("dead_acute", "dead_grave", "dead_circumflex"):
            for other in (accent, "a", "space"):
                watched.do("key", accent, other)
        watched.do("key", "ctrl+s")
        until(lambda: "second" in note.read_text(), what="saved")
    desk.end(editor)
    by_hand = note.read_text()
    assert [deed.shown.context.app for deed in watched.deeds] == ["Mousepad"] * 6
    assert all(deed.seen for deed in watched.deeds)
    assert not np.array_equal(watched.deeds[2].shown.array, watched.deeds[3].shown.array)

    editor = open_editor(note)
    with pytest.MonkeyPatch.context() as monkeypatch:
        enter(desk, monkeypatch)
        with DesktopEnvironment(patience=QUICK) as environment:
            for action in watched.actions:
                environment.observe()
                assert environment.perform(action) == DONE
            until(lambda: "second" in note.read_text(), what="saved again")
    desk.end(editor)
    assert note.read_text() == by_hand == "Zwölf Boxkämpfer: 12 < 13 & so on\nsecond line´á'`à`^â^"


def test_a_display_that_dies_is_said_in_time(own_desk: Desk) -> None:
    with watching(own_desk) as watched:
        watched.do("click", "1")
        time.sleep(REST)
        own_desk.server.kill()
        died = time.monotonic()
        until(lambda: watched.problem, seconds=10, what="it is noticed")
        assert time.monotonic() - died < 5
    assert watched.problem[0].exit_code == 4
    assert [type(a) for a in watched.actions] == [Click]


def test_a_listener_that_is_killed_is_said(desk: Desk) -> None:
    with watching(desk) as watched:
        watched.watcher._listening._process.kill()  # pyright: ignore[reportPrivateUsage]
        until(lambda: watched.problem, seconds=5, what="it is noticed")
    assert watched.problem[0].exit_code == 4


def test_a_terminal_that_records_is_left_out(desk: Desk, tmp_path: Path) -> None:
    """The command in a real terminal on the same desktop, ended there by Ctrl-C and by the answer to its question."""
    command = [sys.executable, "-m", "agent.cli.main", "record", "--task", "Say hello", "--on", "desktop", "--out"]
    words = [*command, str(tmp_path / "runs")]
    where = Path(__file__).parents[2]
    terminal = desk.start(["xterm", "-geometry", "80x12+0+0", "-e", "env", "-C", str(where), *words])
    editor = desk.start(["xterm", "-geometry", "60x12+600+400", "-title", "other", "-e", "cat"])
    journal = until(lambda: next(iter((tmp_path / "runs").glob("*/*.jsonl")), None), seconds=60, what="it records")
    time.sleep(2.0)
    for words in (
        ["mousemove", "100", "100", "click", "1"],
        ["type", "nobody's business"],
        ["mousemove", "700", "500", "click", "1"],
        ["type", "hello"],
        ["mousemove", "100", "100", "click", "1"],
        ["key", "ctrl+c"],
    ):
        time.sleep(REST)
        desk.run(["xdotool", *words], check=True)
    time.sleep(2.0)
    desk.run(["xdotool", "key", "Return"], check=True)
    until(lambda: '"end"' in journal.read_text(), what="it has ended")
    with contextlib.suppress(subprocess.TimeoutExpired):
        terminal.wait(15)
    desk.end(editor)
    episode = read_run(journal.parent).episode
    actions = [step.action for step in episode.steps]
    assert episode.end == "done"
    assert [type(a) for a in actions] == [Click, TypeText, Finish], actions
    assert actions[1] == TypeText(text="hello")


def test_a_screen_that_is_not_there_is_one_line(desk: Desk, tmp_path: Path) -> None:
    words = ["record", "--task", "x", "--on", "desktop", "--screen", "9", "--out", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-m", "agent.cli.main", *words],
        env=desk.environment,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1), done.stderr
    assert "no monitor has the number 9" in done.stderr


def test_a_signal_whose_handler_outlasts_a_wait_ends_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(desk, monkeypatch)
    with DesktopWatcher(patience=QUICK, text=False, own=False) as watcher:
        assert stopped_by_a_slow_handler(watcher) == []


def test_the_command_ends_by_a_signal_and_leaves_nothing(desk: Desk, tmp_path: Path) -> None:
    words = ["record", "--task", "x", "--on", "desktop", "--json", "--out", str(tmp_path / "runs")]
    with subprocess.Popen(
        [sys.executable, "-m", "agent.cli.main", *words],
        env=desk.environment,
        cwd=Path(__file__).parents[2],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        until(lambda: list((tmp_path / "runs").glob("*/*.jsonl")), seconds=60, what="it records")
        time.sleep(1.0)
        desk.run(["xdotool", "mousemove", "200", "200", "click", "1"], check=True)
        time.sleep(1.0)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 143, err
    assert [json.loads(line).get("kind") for line in out.splitlines()]
    (folder,) = (tmp_path / "runs").iterdir()
    assert [type(step.action) for step in read_run(folder).episode.steps] == [Click]
