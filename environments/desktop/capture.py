# pyright: basic
"""Pictures of a desktop by mss: one long-lived object, in a thread with a watchdog.

A capture from an X server that hangs never returns and can't be interrupted, so it runs in a daemon thread that may
be left behind. mss' errors (AssertionError when the server died, ScreenShotError, XError, OSError) are translated here.
"""

from __future__ import annotations

import contextlib
import queue
import sys
import threading
from collections.abc import Callable
from typing import Any, TypeVar

import mss
import numpy as np

from actions.errors import CaptureError, DeviceLost, DeviceTimeout, UsageError
from actions.geometry import Rect
from environments.picture import Array

T = TypeVar("T")

_ERRORS = (mss.ScreenShotError, AssertionError, OSError, ValueError, AttributeError, TypeError)


class Capture:
    """Pictures of one monitor: 0 is all of them together, 1 the first.

    `area` is where the monitor lies on the desktop, in the units that input uses. A picture may have more pixels or
    fewer. (mss asks macOS for as many as there are units, also on HiDPI screens.)
    """

    def __init__(self, monitor: int = 0, *, timeout_seconds: float) -> None:
        self._monitor = monitor
        self._timeout = timeout_seconds
        self._calls: queue.Queue[tuple[Callable[[], Any], queue.Queue[Any]] | None] = queue.Queue()
        self._stuck = False
        self._mss: mss.MSS | None = None
        self.area = Rect(0, 0, 1, 1)
        threading.Thread(target=_serve, args=(self._calls,), name="capture", daemon=True).start()
        self.refresh()

    def refresh(self) -> None:
        """Look where the monitor lies now: monitors come and go."""
        self.area = self._guarded(self._find_area)

    def grab(self) -> Array:
        """The monitor's pixels right now, (height, width, 3) RGB; a view, so copy what is kept."""
        return self._guarded(self._grab)

    def close(self) -> None:
        """End the thread; may be called twice."""
        if not self._stuck:
            self._calls.put((self._close, queue.Queue()))
        self._calls.put(None)
        self._stuck = True

    def _guarded(self, call: Callable[[], T]) -> T:
        if self._stuck:
            raise DeviceLost("the display no longer answers", remedy="start the X server, then run again")
        answer: queue.Queue[T | BaseException] = queue.Queue()
        self._calls.put((call, answer))
        try:
            result = answer.get(timeout=self._timeout)
        except queue.Empty:
            self._stuck = True
            raise DeviceTimeout(
                f"the display gave no picture within {self._timeout:g} s",
                remedy="check that its X server runs, then try again",
            ) from None
        if isinstance(result, BaseException):
            raise result
        return result

    # ------------------------------------------------------------ in the thread

    def _find_area(self) -> Rect:
        """By a short-lived object, since mss remembers the monitors that it saw first."""
        try:
            with mss.MSS() as fresh:
                monitors = list(fresh.monitors)
        except _ERRORS as e:
            raise _gone(e) from e
        if not 0 <= self._monitor < len(monitors):
            known = "there are no single ones" if len(monitors) < 2 else f"there are 0 (all) to {len(monitors) - 1}"
            raise UsageError(f"no monitor has the number {self._monitor}; {known}")
        m = monitors[self._monitor]
        return Rect(m["left"], m["top"], m["left"] + m["width"], m["top"] + m["height"])

    def _grab(self) -> Array:
        if self._mss is None:
            self._mss = self._open()
        try:
            return self._shot(self._mss)
        except _ERRORS:  # the screen may have grown, which mss' buffer doesn't: once more with a new object
            self._close()
            self._mss = self._open()
        try:
            return self._shot(self._mss)
        except _ERRORS as e:
            raise CaptureError(f"the screen could not be captured: {_words(e)}") from e

    def _shot(self, source: mss.MSS) -> Array:
        shot = source.grab(self.area.bounds)
        pixels = np.frombuffer(shot.raw, np.uint8).reshape(shot.height, shot.width, 4)
        return pixels[:, :, 2::-1]

    def _open(self) -> mss.MSS:
        try:
            return mss.MSS()
        except _ERRORS as e:
            raise _gone(e) from e

    def _close(self) -> None:
        source, self._mss = self._mss, None  # closing twice after a lost connection frees it twice in libxcb
        if source is not None:
            with contextlib.suppress(*_ERRORS):
                source.close()


def _serve(calls: queue.Queue[tuple[Callable[[], Any], queue.Queue[Any]] | None]) -> None:
    while (entry := calls.get()) is not None:
        call, answer = entry
        try:
            answer.put(call())
        except BaseException as e:  # noqa: BLE001  raised again in the thread that asked
            answer.put(e)


def _gone(e: BaseException) -> DeviceLost:
    remedy = None if sys.platform in ("win32", "darwin") else "check DISPLAY and XAUTHORITY with `handeye doctor`"
    return DeviceLost(f"the display can't be reached: {_words(e)}", remedy=remedy)


def _words(e: BaseException) -> str:
    return str(e).splitlines()[0] if str(e) else type(e).__name__
