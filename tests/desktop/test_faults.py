"""What goes wrong with a display: it ends in one line and in time, and nothing stays pressed."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from actions.errors import DeviceError, DeviceLost, DeviceTimeout, UsageError
from actions.geometry import Point
from actions.types import Action, Click, LongPress, Move, PressKeys, TypeText
from environments.base import DONE
from environments.desktop.display import check_display
from environments.desktop.driver import DesktopEnvironment
from tests.desktop.command import HOLD_SECONDS, signalled
from tests.desktop.display import HEIGHT, NOTHING_DOWN, QUICK, WIDTH, Desk, desk, enter, own_desk, until

__all__ = ["desk", "own_desk"]

MIDDLE = Point(0.5, 0.5)
ROOT = Path(__file__).parents[2]


@pytest.fixture
def own(own_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[DesktopEnvironment]:
    """An environment on a display that the test may break."""
    enter(own_desk, monkeypatch)
    with DesktopEnvironment(patience=QUICK) as made:
        yield made


@contextlib.contextmanager
def within(seconds: float) -> Generator[None]:
    start = time.monotonic()
    yield
    assert time.monotonic() - start < seconds


def test_without_a_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    with pytest.raises(DeviceError, match="DISPLAY is not set") as caught:
        DesktopEnvironment()
    assert caught.value.remedy
    assert "Xvfb" in caught.value.remedy
    [problem] = check_display()
    assert problem.what == caught.value.message
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    with pytest.raises(DeviceError, match="Wayland"):
        DesktopEnvironment()


def test_the_driver_is_imported_without_a_display() -> None:
    code = (
        "import sys, environments.desktop.driver, environments.desktop.display;"
        "print([m for m in ('pyautogui', 'Xlib', 'tkinter', 'torch') if m in sys.modules])"
    )
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "XAUTHORITY", "HOME")}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


def test_a_display_that_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":64000")
    with pytest.raises(DeviceError) as caught:
        DesktopEnvironment()
    assert "\n" not in str(caught.value)
    assert ":64000" in str(caught.value)


def test_a_wrong_cookie(desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    enter(desk, monkeypatch)
    monkeypatch.setenv("XAUTHORITY", str(tmp_path / "none"))
    with pytest.raises(DeviceError) as caught:
        DesktopEnvironment()
    assert "XAUTHORITY" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_good_display_has_no_problems(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(desk, monkeypatch)
    assert check_display() == []


def test_what_was_never_tried_is_said(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(desk, monkeypatch)
    monkeypatch.setattr("environments.desktop.display._is_x11", lambda: False)
    [problem] = check_display()
    assert "never been tried" in problem.what
    assert "docs/desktop.md" in problem.remedy


def test_neither_tkinter_nor_a_cookie_file_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules" / "tkinter.py").write_text("raise ImportError('no tkinter here')\n")
    (tmp_path / "home").mkdir()
    with contextlib.closing(Desk(tmp_path / "home", cookie=False)) as open_desk:
        enter(open_desk, monkeypatch)
        monkeypatch.setenv("PYTHONPATH", str(tmp_path / "modules"))
        with DesktopEnvironment(patience=QUICK) as made:
            assert made.perform(Click(point=Point(0.25, 0.75))) == DONE
        assert f"x:{WIDTH // 4} y:{HEIGHT * 3 // 4}" in open_desk.run(["xdotool", "getmouselocation"])


def test_no_window_manager_is_said(own_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(own_desk, monkeypatch)
    own_desk.end(own_desk.manager)  # killed, it leaves its properties on the root window
    [problem] = check_display()
    assert "window manager" in problem.what
    assert "openbox" in problem.remedy
    with DesktopEnvironment(patience=QUICK) as made:
        seen = made.observe()
    assert (seen.app, seen.window) == (None, None)


def test_no_such_monitor(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(desk, monkeypatch)
    with pytest.raises(UsageError, match="no monitor has the number 7"):
        DesktopEnvironment(monitor=7)


ACTIONS: list[Action] = [Click(point=MIDDLE), PressKeys(keys=("a",)), TypeText(text="x")]


@pytest.mark.parametrize("action", ACTIONS, ids=lambda a: a.kind)
def test_a_dead_display_ends_it_in_time(own: DesktopEnvironment, own_desk: Desk, action: Action) -> None:
    assert own.perform(Move(point=MIDDLE)) == DONE
    own_desk.server.kill()
    own_desk.server.wait()
    for again in (lambda: own.perform(action), own.observe, own.glance, lambda: own.perform(action)):
        with within(5.0), pytest.raises(DeviceLost) as caught:
            again()
        assert "\n" not in str(caught.value)
    with within(5.0):
        own.close()


def test_a_display_that_dies_in_the_middle(own: DesktopEnvironment, own_desk: Desk) -> None:
    threading.Timer(0.5, own_desk.server.kill).start()
    with within(5.5), pytest.raises(DeviceLost):
        own.perform(LongPress(point=MIDDLE, seconds=3))


@pytest.mark.parametrize("seeing", [True, False])
def test_a_display_that_hangs(own_desk: Desk, monkeypatch: pytest.MonkeyPatch, seeing: bool) -> None:
    enter(own_desk, monkeypatch)
    with DesktopEnvironment(patience=QUICK, timeout_seconds=1.5) as made:
        made.observe()
        own_desk.server.send_signal(signal.SIGSTOP)
        try:
            click = {"at": (5, 5), "button": "left", "count": 1}
            stuck = made.observe if seeing else lambda: made._link.ask("click", click)  # pyright: ignore[reportPrivateUsage]
            with within(3.0), pytest.raises(DeviceTimeout) as caught:
                stuck()
            assert "\n" not in str(caught.value)
            with within(3.0), pytest.raises(DeviceError):
                made.perform(Click(point=MIDDLE))
            with within(3.0):
                made.close()
        finally:
            own_desk.server.send_signal(signal.SIGCONT)


def test_a_killed_worker_leaves_nothing_pressed(own: DesktopEnvironment, own_desk: Desk) -> None:
    worker = own._link.pid  # pyright: ignore[reportPrivateUsage]
    assert worker is not None
    threading.Thread(target=lambda: (until(lambda: own_desk.pressed() == "down: [] [1]"), os.kill(worker, 9))).start()
    outcome = own.perform(LongPress(point=MIDDLE, seconds=10))
    assert outcome.status == "unknown"
    assert own_desk.pressed() == NOTHING_DOWN
    assert own.perform(Click(point=MIDDLE)) == DONE


def test_ctrl_c_leaves_nothing_pressed(own: DesktopEnvironment, own_desk: Desk) -> None:
    def interrupt() -> None:
        until(lambda: own_desk.pressed() == "down: [] [1]")
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        own.perform(LongPress(point=MIDDLE, seconds=10))
    assert own_desk.pressed() == NOTHING_DOWN


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_second_signal_ends_a_run_at_once(own_desk: Desk, number: signal.Signals, code: int) -> None:
    """Nothing stays pressed, the run folder says so, and no page is drawn first, which takes seconds of a long run."""
    ended = signalled(own_desk, [number, number])
    assert (ended.code, ended.episode.exit_code, ended.down) == (code, code, NOTHING_DOWN)
    assert ended.seconds < HOLD_SECONDS
    assert "Traceback" not in ended.output
    assert f"`handeye show {ended.folder}` writes it" in ended.output
    assert not (ended.folder / "run.html").exists()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_run_leaves_nothing_pressed(own_desk: Desk, number: signal.Signals) -> None:
    code = (
        "from environments.desktop.driver import DesktopEnvironment; from actions.types import *;"
        "DesktopEnvironment().perform(LongPress(point=Point(0.5, 0.5), seconds=10))"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=own_desk.environment) as run:
        until(lambda: own_desk.pressed() == "down: [] [1]", what="the button is held")
        run.send_signal(number)
    until(lambda: own_desk.pressed() == NOTHING_DOWN, seconds=2, what="nothing is held")


SPINS = """
import environments.desktop.worker as worker
worker.LEAVE_SECONDS = 0.5
def spin(*_):
    while True: pass
worker.Worker.carry_out = spin
worker.main()
"""


def test_a_worker_that_hangs_ends_though_nobody_is_left_to_kill_it(desk: Desk) -> None:
    with subprocess.Popen([sys.executable, "-c", SPINS], env=desk.environment, stdin=subprocess.PIPE, cwd=ROOT) as run:
        assert run.stdin is not None
        with run.stdin as orders:
            orders.write(b'{"do": "facts"}\n')
        assert run.wait(15) == 1


def test_the_fail_safe_corner_stops_it(own: DesktopEnvironment, own_desk: Desk) -> None:
    assert own.perform(Move(point=MIDDLE)) == DONE
    own_desk.run(["xdotool", "mousemove", "0", "0"], check=True)
    for action in ACTIONS:
        with pytest.raises(DeviceError, match="corner"):
            own.perform(action)
    own_desk.run(["xdotool", "mousemove", "300", "300"], check=True)
    assert own.perform(Click(point=MIDDLE)) == DONE
    threading.Thread(
        target=lambda: (
            until(lambda: own_desk.pressed() == "down: [] [1]"),
            own_desk.run(["xdotool", "mousemove", "0", "0"]),
        )
    ).start()
    with pytest.raises(DeviceError, match="corner"):
        own.perform(LongPress(point=MIDDLE, seconds=2))
    assert own_desk.pressed() == NOTHING_DOWN


def test_a_closed_desktop_says_so(own: DesktopEnvironment) -> None:
    own.close()
    own.close()
    for call in (own.observe, lambda: own.perform(Click(point=MIDDLE)), lambda: own.reset("again")):
        with pytest.raises(DeviceError):
            call()
