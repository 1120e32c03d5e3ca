# pyright: basic
"""The input worker: a process that carries out one order after the other, so that a hang can be ended from outside.

One JSON object per line comes in, one goes out: {"ok": {...}}, {"failed": why} (the action can't be done), or
{"stopped": why} (the fail-safe corner). Any other error ends the process; `link.py` starts it and tells what that
means. Where the other end goes away, even in the middle of a gesture, all that is held is let go.
"""

from __future__ import annotations

import json
import os
import queue
import select
import signal
import subprocess
import sys
import threading
import time
from typing import Any

from actions.errors import ActionError
from actions.geometry import Pixel
from environments.desktop import child
from environments.desktop.pointer import FailSafe, Pointer

X11 = sys.platform not in ("win32", "darwin")

POLL_SECONDS = 0.05
RELEASE_SECONDS = 1.0
"""How long letting go may take at the end: on a dead X server it would take for ever."""

LEAVE_SECONDS = 20.0
"""How long the worker may take to end once nobody gives orders: python-xlib loops for ever on a server that died at a
bad moment. Enough to paste a text to its end and to put the clipboard back."""

_STOPPED = "the pointer was moved into a corner of the screen, which stops the run"


class Gone(Exception):
    """Nobody gives orders any more."""


def main() -> None:
    environment = dict(os.environ)  # what is started here gets the user's own
    with child.private_stdout() as answers:
        inbox: queue.Queue[bytes | None] = queue.Queue()
        gone = threading.Event()
        threading.Thread(target=_listen, args=(inbox, gone), daemon=True).start()
        for name in ("SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), _end)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that gives the orders
        worker = Worker(gone, environment)
        try:
            while (line := inbox.get()) is not None:
                answers.write(json.dumps(_answer(worker, json.loads(line))).encode() + b"\n")
        except (Gone, BrokenPipeError):
            pass
        finally:
            worker.close()


def _listen(inbox: queue.Queue[bytes | None], gone: threading.Event) -> None:
    for line in sys.stdin.buffer:
        inbox.put(line)
    gone.set()
    inbox.put(None)
    time.sleep(LEAVE_SECONDS)
    os._exit(1)


def _end(*_: object) -> None:
    sys.exit(143)


def _answer(worker: Worker, order: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"ok": worker.carry_out(order)}
    except ActionError as e:
        return {"failed": e.message}
    except FailSafe:
        return {"stopped": _STOPPED}


class Worker:
    """Carries out orders. `environment` is for the programs that it starts."""

    def __init__(self, gone: threading.Event, environment: dict[str, str]) -> None:
        self._gone = gone
        self._environment = environment
        self._screen: Any = None
        self._windows: Any = None
        if X11:
            from environments.desktop import windows, x11

            x11.spare_cookie_file()
            self._screen = x11.Screen()
            self._windows = windows.Windows(self._screen.display)
        self._pointer = Pointer(self._wait, self._alive)

    def carry_out(self, order: dict[str, Any]) -> dict[str, Any]:
        """`order["do"]` names one; the other keys are its arguments, in pixels of the whole desktop and seconds."""
        match order:
            case {"do": "move", "at": at}:
                self._pointer.move(Pixel(*at))
            case {"do": "click", "at": at, "button": button, "count": count}:
                self._pointer.click(Pixel(*at), button, count)
            case {"do": "hold", "at": at, "seconds": seconds}:
                self._pointer.hold(Pixel(*at), seconds)
            case {"do": "drag", "start": start, "end": end, "seconds": seconds}:
                self._pointer.drag(Pixel(*start) if start else None, Pixel(*end), seconds)
            case {"do": "scroll", "at": at, "direction": direction, "notches": notches}:
                self._pointer.scroll(Pixel(*at), direction, notches)
            case {"do": "keys", "keys": keys}:
                self._press(keys)
            case {"do": "text", "text": text, "replace": replace}:
                return {"detail": self._text(text, replace)}
            case {"do": "start", "argv": argv, "folder": folder, "seconds": seconds}:
                return {"detail": self._start(argv, folder, seconds)}
            case {"do": "active"}:
                return self._active()
            case {"do": "facts"}:
                return {**self._screen.facts(), "manager": self._windows.managed()} if self._screen else {}
            case {"do": "windows"}:
                return {"windows": self._windows.listed()}
            case {"do": "activate", "id": window, "seconds": seconds}:
                self._activate(window, seconds)
            case {"do": "release"}:
                if self._screen:
                    self._screen.release_all()
            case _:
                raise ValueError(f"no such order: {order}")
        return {}

    def close(self) -> None:
        """Let go of what is held, if the display still answers."""
        if self._screen:
            if not self._alive():
                return
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_REAL, RELEASE_SECONDS)
            self._screen.release()
            self._screen.spares.clear()
        self._pointer.release()

    def _wait(self, seconds: float) -> None:
        """Pause, but not on when nobody gives orders any more or the display has gone."""
        deadline = time.monotonic() + seconds
        while True:
            if self._gone.wait(max(0.0, min(POLL_SECONDS, deadline - time.monotonic()))):
                raise Gone
            if not self._alive():
                raise ConnectionError("the X server closed the connection")
            if time.monotonic() >= deadline:
                return

    def _alive(self) -> bool:
        """Whether the connection to the display still stands."""
        if not self._screen:
            return True
        closed = select.poll()
        closed.register(self._screen.display.fileno(), select.POLLHUP)
        return not closed.poll(0)

    def _press(self, keys: list[str]) -> None:
        if self._screen:
            self._pointer.check()
            self._screen.press(keys)
        else:
            from environments.desktop.keys import pyautogui_name

            self._pointer.keys_together([pyautogui_name(k, sys.platform, self._pointer.keys) for k in keys])

    def _text(self, text: str, replace: bool) -> str:
        if not (text or replace):
            return ""
        if not self._screen:
            return self._text_elsewhere(text, replace)
        from environments.desktop import text as typing

        self._pointer.check()
        return typing.enter(self._screen, self._windows, text, replace=replace, environment=self._environment)

    def _text_elsewhere(self, text: str, replace: bool) -> str:
        """Windows and macOS, not proven yet: ASCII by pyautogui, and nothing else, since it drops it silently."""
        if not (text.isascii() and all(c.isprintable() or c in "\t\n" for c in text)):
            raise ActionError(f"on {sys.platform} only printable ASCII text can be typed so far")
        if replace:
            self._press(["super" if sys.platform == "darwin" else "ctrl", "a"])
            self._press(["backspace"])
        self._pointer.type_ascii(text)
        return ""

    def _active(self) -> dict[str, Any]:
        if self._screen:
            return self._windows.active()
        return {"app": None, "window": self._pointer.active_title()}

    def _activate(self, window: int, seconds: float) -> None:
        self._windows.activate(window)
        deadline = time.monotonic() + seconds
        while self._windows.active_id() != window:
            if time.monotonic() >= deadline:
                raise ActionError("the window manager did not bring that window to the front")
            self._wait(POLL_SECONDS / 5)

    def _start(self, argv: list[str], folder: str | None, seconds: float) -> str:
        """Start a program and wait until it shows a window, or an open one of it comes to the front."""
        before, active = set(self._windows.ids()), self._windows.active_id()
        try:
            process = subprocess.Popen(
                argv,
                env=self._environment,
                cwd=folder or self._environment.get("HOME"),  # as from a menu
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as e:
            raise ActionError(f"{argv[0]} could not be started: {e.strerror}") from e
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if process.poll():
                raise ActionError(f"{argv[0]} ended at once with code {process.returncode}")
            if set(self._windows.ids()) - before or self._windows.active_id() != active:
                return ""
            self._wait(POLL_SECONDS)
        return f"{argv[0]} was started, but no window has appeared within {seconds:g} s"
