# pyright: basic
"""The pointer's gestures over pyautogui. Runs in the input worker only: importing pyautogui needs a display.

pyautogui imports mouseinfo, a program to look up coordinates that nothing here uses, which ends the process where
tkinter is missing. So an empty module takes its place.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, Literal

from actions.errors import ActionError
from actions.geometry import Pixel

MouseButton = Literal["left", "middle", "right"]

DOWN_SECONDS = 0.02
"""How long a button is down in a click: programs that poll the pointer miss shorter ones."""
BETWEEN_SECONDS = 0.05
"""Between the clicks of a double click; toolkits take up to 0.25 s for one."""
DROP_SECONDS = 0.06
"""Between the last move and letting go: a drop target must have seen the pointer first."""
FRAME_SECONDS = 0.016

_NOTCH = 120 if sys.platform == "win32" else 1
"""What pyautogui calls one notch of the wheel: Windows counts WHEEL_DELTA = 120 for it."""


class FailSafe(Exception):
    """A person moved the pointer into a corner of the screen to stop the program."""


class Pointer:
    """`wait(seconds)` pauses within a gesture and may raise to give it up. The button is then let go, unless the
    display is no longer `alive`: pyautogui's second call on a dead X server never returns."""

    def __init__(self, wait: Callable[[float], None], alive: Callable[[], bool]) -> None:
        sys.modules.setdefault("mouseinfo", ModuleType("mouseinfo"))
        import pyautogui

        pyautogui.FAILSAFE = True
        pyautogui.PAUSE = 0
        self._gui: Any = pyautogui
        self._wait = wait
        self._alive = alive
        self._held: MouseButton | None = None
        self._left_at = self.position()

    def position(self) -> Pixel:
        x, y = self._gui.position()
        return Pixel(int(x), int(y))

    @property
    def keys(self) -> frozenset[str]:
        """The keys that pyautogui can press here; it ignores those without a code."""
        mapping = self._gui.platformModule.keyboardMapping
        return frozenset(name for name, code in mapping.items() if code is not None)

    def move(self, to: Pixel) -> None:
        with self._guarded(to):
            self._go(to)

    def click(self, at: Pixel, button: MouseButton, count: int) -> None:
        with self._guarded(at):
            self._go(at)
            for n in range(count):
                if n:
                    self._wait(BETWEEN_SECONDS)
                with self._down(button):
                    self._wait(DOWN_SECONDS)

    def hold(self, at: Pixel, seconds: float) -> None:
        with self._guarded(at):
            self._go(at)
            with self._down("left"):
                self._wait(seconds)

    def drag(self, start: Pixel | None, end: Pixel, seconds: float) -> None:
        """From `start`, or from where the pointer is."""
        begin = start or self.position()
        steps = max(3, round(seconds / FRAME_SECONDS))
        with self._guarded(begin, end):
            self._go(begin)
            with self._down("left"):
                for n in range(1, steps + 1):
                    self._wait(seconds / steps)
                    x, y = (a + round((b - a) * n / steps) for a, b in zip(begin, end, strict=True))
                    self._gui.dragTo(x, y, button="left", mouseDownUp=False)
                self._wait(DROP_SECONDS)
                self._arrived(end)

    def scroll(self, at: Pixel, direction: Literal["up", "down", "left", "right"], notches: int) -> None:
        with self._guarded(at):
            self._go(at)
            turn = notches * _NOTCH * (1 if direction in ("up", "right") else -1)
            if direction in ("up", "down"):
                self._gui.scroll(turn)
            else:
                self._gui.hscroll(turn)

    def release(self) -> None:
        """Let go of the button that is held here; never stopped by the fail-safe."""
        if self._held:
            self._gui.FAILSAFE = False
            self._gui.mouseUp(button=self._held)
            self._held = None

    def check(self) -> None:
        """Raise `FailSafe` where a person has moved the pointer into a corner."""
        with self._guarded():
            pass

    def active_title(self) -> str | None:
        """The active window's title where pyautogui tells it (Windows)."""
        ask = getattr(self._gui, "getActiveWindowTitle", None)
        return ask() if ask else None

    def keys_together(self, names: list[str]) -> None:
        """For systems other than X11 (see `x11.Screen.press`)."""
        with self._guarded():
            self._gui.hotkey(*names)

    def type_ascii(self, text: str) -> None:
        with self._guarded():
            self._gui.write(text)

    @contextmanager
    def _guarded(self, *targets: Pixel) -> Iterator[None]:
        """A gesture with the fail-safe on, except where it is this program that puts the pointer into a corner."""
        corners = {tuple(p) for p in self._gui.FAILSAFE_POINTS}
        here = self.position()
        if here in corners and here != self._left_at:
            raise FailSafe
        self._gui.FAILSAFE = corners.isdisjoint({here, *targets})
        try:
            yield
        except self._gui.FailSafeException as e:
            raise FailSafe from e
        finally:
            if self._alive():
                self.release()
                self._left_at = self.position()
            self._gui.FAILSAFE = True

    @contextmanager
    def _down(self, button: MouseButton) -> Iterator[None]:
        self._held = button
        self._gui.mouseDown(button=button)
        yield
        self._gui.mouseUp(button=button)
        self._held = None

    def _go(self, to: Pixel) -> None:
        self._gui.moveTo(to.x, to.y)
        self._arrived(to)

    def _arrived(self, at: Pixel) -> None:
        """X clamps what lies outside and programs can confine the pointer: both without a word."""
        here = self.position()
        if here != at:
            raise ActionError(f"the pointer is at {here.x},{here.y} and did not get to {at.x},{at.y}")
