"""What is seen: pictures, the active window, monitors, programs that open, waiting for the screen to settle."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from actions.errors import CaptureError, DeviceError, UsageError
from actions.geometry import Pixel, Point, Rect, Size, from_pixel
from actions.types import Click, Drag, OpenApp, PressKeys
from agent.plugins import open_environment
from environments.base import DONE
from environments.desktop import capture
from environments.desktop.driver import DesktopEnvironment
from environments.picture import Array
from tests.desktop.display import HEIGHT, QUICK, WIDTH, Desk, Recorder, desk, enter, own_desk, recorder, screen, until

__all__ = ["desk", "own_desk", "recorder", "screen"]


def test_the_picture_is_the_screen(desk: Desk, screen: DesktopEnvironment) -> None:
    """Red, green and blue are in their places, at the pixel where a program has put them."""
    code = (
        "from Xlib import X, display; d = display.Display(); r = d.screen().root; w = r.create_window("
        "200, 100, 300, 50, 0, d.screen().root_depth, override_redirect=True, background_pixel=0xFF8001);"
        "w.map(); d.sync(); d.next_event()"
    )
    program = desk.start([sys.executable, "-c", code])
    color = (0xFF, 0x80, 0x01)
    picture = until(lambda: next((o for o in [screen.observe()] if tuple(o.picture.array[125, 300]) == color), None))
    assert picture.size == Size(WIDTH, HEIGHT)
    rows, columns = np.nonzero((picture.picture.array == color).all(axis=-1))
    assert (columns.min(), columns.max(), rows.min(), rows.max()) == (200, 499, 100, 149)
    assert tuple(screen.glance().array[100, 200]) == color
    desk.end(program)


def test_programs_are_opened_by_name(own_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(own_desk, monkeypatch)
    for name, value in own_desk.environment.items():
        monkeypatch.setenv(name, value)
    with DesktopEnvironment(patience=QUICK) as made:
        before = made.observe()
        assert (before.app, before.window, before.changed) == (None, None, None)
        assert made.perform(OpenApp(name="mousepad")) == DONE
        after = made.observe()
        assert after.changed
        assert after.app == "Mousepad"
        assert "Mousepad" in (after.window or "")
        assert {"settle", "capture"} <= set(after.seconds)
        assert made.perform(OpenApp(name="XTerm")) == DONE
        until(lambda: made.observe().app == "XTerm", what="xterm is in front")
        assert made.perform(PressKeys(keys=("ctrl", "d"))) == DONE
        until(lambda: made.observe().app == "Mousepad", what="xterm has ended")
        outcome = made.perform(OpenApp(name="mousepda"))
        assert outcome.status == "failed"
        assert "Mousepad" in outcome.detail
        for program in ("mousepad", "xterm"):  # they outlive the environment, but not this test
            for window in own_desk.run(["xdotool", "search", "--class", program]).split():
                own_desk.run(["xdotool", "windowkill", window])


def test_windows_are_listed_and_brought_to_the_front(desk: Desk, screen: DesktopEnvironment) -> None:
    """By program or by title, from beneath other windows and minimised."""
    terminals = [desk.start(["xterm", "-title", title, "-e", "cat"]) for title in ("first shell", "second shell")]
    editor = desk.start(["mousepad", "--disable-server"])
    windows = until(
        lambda: len(found := screen.windows()) == 3 and any(w.active for w in found) and found, what="three"
    )
    assert sorted(w.app for w in windows) == ["Mousepad", "XTerm", "XTerm"]
    assert {w.title for w in windows} > {"first shell", "second shell"}
    for name, app, title in (
        ("Mousepad", "Mousepad", "Untitled 1 - Mousepad"),
        ("first", "XTerm", "first shell"),
        ("mousepad", "Mousepad", "Untitled 1 - Mousepad"),
        ("XTerm", "XTerm", "first shell"),
        ("Second Shell", "XTerm", "second shell"),
    ):
        outcome = screen.perform(OpenApp(name=name))
        assert outcome.status == "done"
        assert title in outcome.detail
        seen = screen.observe()
        assert (seen.app, seen.window) == (app, title)
        [front, *rest] = screen.windows()
        assert (front.title, front.active) == (title, True)
        assert not any(w.active for w in rest)
        desk.run(["xdotool", "windowminimize", str(front.id)], check=True)
        until(lambda front=front: not any(w.active for w in screen.windows() if w.id == front.id), what="minimised")
    outcome = screen.perform(OpenApp(name="shell"))  # it names two of them
    assert outcome.status == "failed"
    [area] = [w.area for w in screen.windows() if w.title == "first shell"]
    assert f"Width: {area.width}" in desk.run(["xwininfo", "-name", "first shell"])
    for program in (*terminals, editor):
        desk.end(program)


def test_a_program_that_fails_is_said(screen: DesktopEnvironment, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = desk.home / ".local/share/applications"
    folder.mkdir(parents=True)
    for name, line in (("Broken", "sh -c 'exit 3'"), ("Missing", "/nonexistent/program")):
        (folder / f"{name}.desktop").write_text(f"[Desktop Entry]\nType=Application\nName={name}\nExec={line}\n")
    monkeypatch.setenv("HOME", str(desk.home))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    broken, missing = (screen.perform(OpenApp(name=n)) for n in ("Broken", "Missing"))
    assert broken.status == missing.status == "failed"
    assert "code 3" in broken.detail
    assert "/nonexistent/program" in missing.detail


def test_nothing_changed_is_said(screen: DesktopEnvironment, recorder: Recorder) -> None:
    screen.observe()
    assert screen.perform(Click(point=Point(0.5, 0.5))) == DONE
    assert screen.observe().changed is False
    assert screen.observe().changed is None


TWO = {1: Rect(0, 0, 640, HEIGHT), 2: Rect(640, 0, WIDTH, HEIGHT)}


def test_two_monitors(own_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each alone and both together: a click lands where the picture shows it."""
    enter(own_desk, monkeypatch)
    own_desk.run(["xrandr", "--setmonitor", "left", "640/169x800/212+0+0", "screen"], check=True)
    own_desk.run(["xrandr", "--setmonitor", "right", "640/169x800/212+640+0", "none"], check=True)
    with contextlib.closing(Recorder(own_desk)) as recorder:
        for monitor, area in (*TWO.items(), (0, Rect(0, 0, WIDTH, HEIGHT))):
            with DesktopEnvironment(monitor=monitor, patience=QUICK) as made:
                made.reset("")
                size = made.observe().size
                assert size == area.size
                for x, y in ((0, 0), (size.width - 1, size.height - 1), (123, 456)):
                    assert made.perform(Click(point=from_pixel(x, y, size))) == DONE
                    got = recorder.next("press")
                    assert Pixel(got["x"], got["y"]) == area.at(Pixel(x, y))
        with DesktopEnvironment(monitor=2, patience=QUICK) as made:
            end = from_pixel(10, 20, TWO[2].size)
            assert made.perform(Drag(start=from_pixel(300, 300, TWO[2].size), end=end, seconds=0.1)) == DONE
            assert (recorder.next("press")["x"], recorder.next("release")["x"]) == (940, 650)
            with open_environment("desktop", screen=1) as other:
                assert other.observe().size == TWO[1].size
            own_desk.run(["xrandr", "--delmonitor", "right"], check=True)
            with pytest.raises(UsageError, match="no monitor has the number 2"):
                made.observe()


def test_a_picture_of_another_scale(
    screen: DesktopEnvironment, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of twice as many pixels as its area has units of input, and of half as many: a click lands where it shows it."""
    recorder.rest()  # of an earlier test
    grab = capture.Capture.grab
    for bigger, smaller in ((2, 1), (1, 2)):

        def scaled(made: capture.Capture, bigger: int = bigger, smaller: int = smaller) -> Array:
            return grab(made).repeat(bigger, axis=0).repeat(bigger, axis=1)[::smaller, ::smaller]

        monkeypatch.setattr(capture.Capture, "grab", scaled)
        size = screen.observe().size
        assert size == Size(WIDTH * bigger // smaller, HEIGHT * bigger // smaller)
        for x, y in ((0, 0), (size.width - 1, size.height - 1), (246, 358)):
            assert screen.perform(Click(point=from_pixel(x, y, size))) == DONE
            got = recorder.next("press")
            assert max(abs(got["x"] - x * smaller // bigger), abs(got["y"] - y * smaller // bigger)) <= 1
    recorder.rest()


def test_a_screen_that_grows(own_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond what mss made room for when it was opened, too."""
    enter(own_desk, monkeypatch)
    own_desk.run(["xrandr", "--newmode", "small", "0", *["1024", "0", "0", "1024", "768", "0", "0", "768"]], check=True)
    own_desk.run(["xrandr", "--addmode", "screen", "small"], check=True)
    own_desk.run(["xrandr", "--output", "screen", "--mode", "small"], check=True)
    with DesktopEnvironment(patience=QUICK) as made:
        assert made.observe().size == Size(1024, 768)
        own_desk.run(["xrandr", "--output", "screen", "--mode", f"{WIDTH}x{HEIGHT}"], check=True)
        assert made.observe().size == Size(WIDTH, HEIGHT)
        assert made.perform(Click(point=Point(1, 1))) == DONE
        assert f"x:{WIDTH - 1} y:{HEIGHT - 1}" in own_desk.run(["xdotool", "getmouselocation"])


def test_a_failed_capture_is_never_a_picture(screen: DesktopEnvironment, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise capture.mss.ScreenShotError("no")

    monkeypatch.setattr(capture.mss.MSS, "grab", refuse)
    with pytest.raises(CaptureError, match="could not be captured: no"):
        screen.observe()
    with pytest.raises(DeviceError):
        screen.glance()


def test_an_interpreter_that_only_looked_ends_at_once(desk: Desk) -> None:
    """No thread of the capture's keeps a program alive that forgot to close it."""
    code = "from environments.desktop.driver import DesktopEnvironment as D; print(D().observe().size)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[2],
        env=desk.environment,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (done.returncode, done.stdout) == (0, f"{WIDTH}x{HEIGHT}\n")
