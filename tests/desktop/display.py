"""A desktop of the test's own: real programs on it, and a window that records its input."""

from __future__ import annotations

import contextlib
import json
import queue
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from actions.geometry import Size
from environments.desktop.driver import DesktopEnvironment
from environments.desktop.practice.desk import PracticeDesktop
from environments.settle import Settle

PROGRAMS = (
    "dmenu",
    "featherpad",
    "xrandr",
    "setxkbmap",
    "xdotool",
    "xclip",
    "xterm",
    "mousepad",
    "chromium",
)

WIDTH, HEIGHT = 1280, 800
QUICK = Settle(react_seconds=0.15, quiet_seconds=0.06, cap_seconds=1.5)


def until(condition: Callable[[], Any], *, seconds: float = 15.0, what: str = "condition") -> Any:
    """The first true value of `condition`, looked at again and again; a failed test where it doesn't come."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.02)
    raise AssertionError(f"after {seconds:g} s still not: {what}")


class Desk(PracticeDesktop):
    """A practice desktop with what tests need to look at it from outside. `environment` is for programs there."""

    def __init__(self, folder: Path, *, cookie: bool = True) -> None:
        missing = [p for p in PROGRAMS if not shutil.which(p)]
        if missing:
            pytest.fail(f"these tests need {', '.join(missing)}: scripts/setup installs them")
        super().__init__(folder, size=Size(WIDTH, HEIGHT), cookie=cookie)

    def run(self, argv: Sequence[str], *, check: bool = False) -> str:
        done = subprocess.run(argv, env=self.environment, capture_output=True, check=check, timeout=20)
        return done.stdout.decode(errors="replace")

    def copy(self, content: bytes, *options: str) -> subprocess.Popen[bytes]:
        """Put bytes into the clipboard; the program that holds them is returned."""
        holder = self.start(["xclip", "-i", "-quiet", "-selection", "clipboard", *options], stdin=subprocess.PIPE)
        assert holder.stdin is not None
        with holder.stdin as pipe:
            pipe.write(content)
        until(lambda: self.pasted(*options) == content, what="copied")  # the former owner's is there until then
        return holder

    def pasted(self, *options: str) -> bytes:
        """What is in the clipboard."""
        paste = ["xclip", "-o", "-selection", "clipboard", *options]
        return subprocess.run(paste, env=self.environment, capture_output=True, check=False, timeout=20).stdout

    def pressed(self) -> str:
        """What is down on this server: keys as codes, buttons as names. Asked over a connection of its own."""
        code = (
            "from Xlib import X, display; d = display.Display(); m = d.screen().root.query_pointer().mask;"
            "keys = [8 * i + b for i, v in enumerate(d.query_keymap()) for b in range(8) if v >> b & 1];"
            "print('down:', keys, [n for n in (1, 2, 3) if m >> (7 + n) & 1])"
        )
        return self.run([sys.executable, "-c", code], check=True).splitlines()[-1]


MARK = "KP_Add"
"""A key that no action presses."""
NOTHING_DOWN = "down: [] []"


class Recorder:
    """A window over the whole screen that has the focus and records what arrives in it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._lines: queue.Queue[str] = queue.Queue()
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("recorder.py"))],
            env=desk.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )
        threading.Thread(target=self._read, daemon=True).start()
        assert self.next("ready")

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith(b"{"):
                self._lines.put(line.decode())

    def next(self, *kinds: str, seconds: float = 15.0) -> dict[str, Any]:
        """The next event of these kinds; others before it are dropped."""
        while True:
            found = json.loads(self._lines.get(timeout=seconds))
            if found["kind"] in kinds:
                return found

    def rest(self, *kinds: str) -> list[dict[str, Any]]:
        """All events of these kinds so far: `MARK` marks the end."""
        self._desk.run(["xdotool", "key", MARK], check=True)
        found: list[dict[str, Any]] = []
        while (happened := self.next("press", "release", "move", "down", "up"))["keysym"] != MARK:
            if happened["kind"] in kinds:
                found.append(happened)
        self.next("up")
        return found

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desktop that the tests of a module share."""
    with contextlib.closing(Desk(tmp_path_factory.mktemp("desk"))) as made:
        yield made


@pytest.fixture
def own_desk(tmp_path: Path) -> Iterator[Desk]:
    """A desktop for one test, which may break it."""
    with contextlib.closing(Desk(tmp_path)) as made:
        yield made


def enter(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a desk this process' display."""
    for name in ("DISPLAY", "XAUTHORITY", "HOME"):
        if name in desk.environment:
            monkeypatch.setenv(name, desk.environment[name])
        else:
            monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)


@pytest.fixture(scope="module")
def screen(desk: Desk) -> Iterator[DesktopEnvironment]:
    """The environment under test, on the shared desk."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        enter(desk, monkeypatch)
        with DesktopEnvironment(patience=QUICK) as made:
            yield made


@pytest.fixture(scope="module")
def recorder(desk: Desk) -> Iterator[Recorder]:
    with contextlib.closing(Recorder(desk)) as made:
        yield made
