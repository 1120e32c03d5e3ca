"""A desktop as an environment: pictures by mss, input by pyautogui in a worker process.

X11 is proven by tests. Windows and macOS take the same path with less: no program's name, ASCII text only, no
starting of programs (see `supports`). Wayland lets no program see or use the screen, which is said at the start.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, assert_never

from actions.errors import ActionError, DeviceError, DeviceLost
from actions.geometry import Pixel, Point, scroll_pixels, to_pixel
from actions.types import (
    Action,
    Answer,
    AskUser,
    Button,
    CallTool,
    Click,
    Drag,
    Finish,
    Kind,
    LongPress,
    Move,
    OpenApp,
    PressKeys,
    Scroll,
    TypeText,
    Wait,
)
from environments.base import DONE, Environment, Observation, Outcome, Platform
from environments.desktop.capture import Capture
from environments.desktop.display import connection_remedy, require_display, require_x11_session
from environments.desktop.link import Input, Link, Question, WorkerLost
from environments.desktop.window import Window, of_app, titled
from environments.picture import Array, Picture, owned
from environments.settle import Settle, settle

NOTCH_PIXELS = 60
"""About how far one notch of the wheel scrolls: Chromium 53 pixels, GTK and Qt three lines."""
OPEN_SECONDS = 10.0
"""How long a program may take to show its window."""
FRONT_SECONDS = 2.0
"""How long a window may take to come to the front."""
TEXT_SECONDS = 12.0
"""How long it may take to save the clipboard, to paste and to put it back, beyond the answer itself."""

BEFORE_ENTER = Settle(react_seconds=0.3, quiet_seconds=0.2, cap_seconds=1.0)
"""What a program gets to deal with what was typed: GTK's file dialog ignores an Enter that comes at once."""


class DesktopEnvironment(Environment):
    """The desktop of $DISPLAY. `monitor` 0 is all monitors together, 1 the first; `timeout_seconds` is how long the
    display may take to answer before it counts as dead; `environment` is for the programs that are started, by default
    this process' own.

    Raises `DeviceError` where there is no display, `UsageError` where there is no such monitor. A person stops a
    run by moving the pointer into a corner of the screen.
    """

    name = "desktop"
    platform: ClassVar[Platform] = "desktop"

    def __init__(
        self,
        *,
        monitor: int = 0,
        patience: Settle = Settle(),
        timeout_seconds: float = 5.0,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        require_display()
        self._environment = os.environ if environment is None else environment
        self.supports: frozenset[Kind] = _supported()
        self._patience = patience
        self._before: Array | None = None
        # An error must be out by `timeout_seconds`: the rest is for noticing why.
        self._link = Link(timeout_seconds=timeout_seconds * 0.8, environment=environment)
        self._capture: Capture | None = None
        try:
            require_x11_session(self._start_worker())
            self._capture = Capture(monitor, timeout_seconds=timeout_seconds)
        except BaseException:
            self.close()
            raise

    def reset(self, task: str) -> None:  # noqa: ARG002  a desktop is the same for every task
        self._before = None
        self._screen.refresh()

    def observe(self) -> Observation:
        self._screen.refresh()
        settled = settle(self._screen.grab, self._before, self._patience)
        started = time.monotonic()
        picture = Picture(owned(settled.frame))
        active = self._asked("active")
        changed = None if self._before is None else settled.changed
        self._before = None
        return Observation(
            picture,
            time.time(),
            app=active["app"],
            window=active["window"],
            stable=settled.stable,
            changed=changed,
            seconds=MappingProxyType({"settle": settled.seconds, "capture": time.monotonic() - started}),
        )

    def glance(self) -> Picture:
        return Picture(owned(self._screen.grab()))

    def perform(self, action: Action) -> Outcome:
        self._before = self._screen.grab()
        try:
            detail = self._carry_out(action)
        except ActionError as e:
            return Outcome("failed", e.message)
        except WorkerLost as e:
            self._start_worker(release=True)  # raises where the display is gone
            return Outcome("unknown", e.message)
        return Outcome("done", detail) if detail else DONE

    def windows(self) -> tuple[Window, ...]:
        """The open windows, the topmost first; those that are minimised too. All that are
        shown where no window manager runs; none where the system does not tell (Windows, macOS)."""
        if "open_app" not in self.supports:
            return ()
        told = self._asked("windows")["windows"]
        return tuple(Window.from_worker(w) for w in told)

    def close(self) -> None:
        self._link.close()
        if self._capture is not None:
            self._capture.close()

    def _carry_out(self, action: Action) -> str:
        """Returns what there is to add; mostly nothing."""
        match action:
            case Click():
                return self._ask(
                    "click", {"at": self._at(action.point), "button": action.button, "count": action.count}
                )
            case Move():
                return self._ask("move", {"at": self._at(action.point)})
            case LongPress():
                return self._ask("hold", {"at": self._at(action.point), "seconds": action.seconds}, action.seconds)
            case Drag():
                start = self._at(action.start) if action.start else None
                order = {"start": start, "end": self._at(action.end), "seconds": action.seconds}
                return self._ask("drag", order, action.seconds)
            case Scroll():
                pixels = scroll_pixels(action.direction, action.amount, self._screen.area.size)
                notches = max(1, round(pixels / NOTCH_PIXELS))
                order = {"at": self._at(action.point), "direction": action.direction, "notches": notches}
                return self._ask("scroll", order)
            case PressKeys():
                return self._ask("keys", {"keys": list(action.keys)})
            case TypeText():
                detail = self._ask("text", {"text": action.text, "replace": action.replace}, TEXT_SECONDS)
                if action.submit:
                    settle(self._screen.grab, self._before, BEFORE_ENTER)
                    self._ask("keys", {"keys": ["enter"]})
                return detail
            case OpenApp():
                return self._open(action.name)
            case Button():
                raise ActionError(f"a desktop has no {action.name!r} button; use press_keys")
            case Wait() | AskUser() | CallTool() | Answer() | Finish():
                raise ActionError(f"{action.kind} is not for a device to carry out")
            case _:
                assert_never(action)

    def _open(self, name: str) -> str:
        from environments.desktop import apps

        if "open_app" not in self.supports:
            raise ActionError(f"programs can't be started by name on {sys.platform} so far")
        open_windows = self.windows()
        app = None
        try:
            app = apps.find(name, apps.installed(apps.entry_folders(self._environment)))
            window = of_app(app, open_windows)
        except ActionError:
            window = titled(name, open_windows)
            if window is None:
                raise
        if window is not None:
            self._ask("activate", {"id": window.id, "seconds": FRONT_SECONDS}, FRONT_SECONDS)
            return f"it was open already: its window {window.title!r} is in front now"
        assert app is not None
        order = {"argv": apps.command_line(app), "folder": app.folder, "seconds": OPEN_SECONDS}
        return self._ask("start", order, OPEN_SECONDS)

    def _ask(self, order: Input, arguments: dict[str, Any], seconds: float = 0.0) -> str:
        return self._link.ask(order, arguments, seconds=seconds).get("detail", "")

    def _asked(self, question: Question) -> dict[str, Any]:
        """A question changes nothing, so it is asked once more where somebody has killed the worker."""
        try:
            return self._link.ask(question)
        except WorkerLost:
            self._start_worker(release=True)
            return self._link.ask(question)

    def _at(self, point: Point) -> Pixel:
        """The only place where a point becomes a position on the whole desktop: the monitor's origin is added."""
        area = self._screen.area
        return area.at(to_pixel(point, area.size))

    def _start_worker(self, *, release: bool = False) -> dict[str, Any]:
        try:
            return dict(self._link.start(release=release))
        except WorkerLost as e:
            kind = DeviceLost if release else DeviceError
            raise kind(f"the display can't be used: {e.message}", remedy=connection_remedy()) from e

    @property
    def _screen(self) -> Capture:
        if self._capture is None:
            raise DeviceError("this desktop is closed", remedy="make a new DesktopEnvironment")
        return self._capture


def _supported() -> frozenset[Kind]:
    kinds: list[Kind] = ["click", "long_press", "move", "drag", "scroll", "type_text", "press_keys"]
    if sys.platform not in ("win32", "darwin"):
        kinds.append("open_app")
    return frozenset(kinds)
