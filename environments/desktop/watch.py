"""Watching a person use an X11 desktop: what hands do, by the X server's word, over pictures taken all the time."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import IO, Any, ClassVar

from actions.errors import DeviceError, DeviceLost, DeviceTimeout, UsageError
from environments.base import Platform
from environments.desktop import child, hands
from environments.desktop.capture import Capture
from environments.desktop.display import connection_remedy, require_display, require_x11_session
from environments.desktop.driver import NOTCH_PIXELS
from environments.desktop.hands import Event, Hands, Happened
from environments.desktop.link import Link
from environments.picture import Array, owned
from environments.settle import Settle
from environments.watching import MARGIN_SECONDS, TICK_SECONDS, Clocks, Context, Deed, Frame, Frames, Watcher

START_SECONDS = 15.0
CLOSE_SECONDS = 1.0
PASSWORDS = "what is typed is recorded, passwords too; --no-text leaves it out"


class DesktopWatcher(Watcher):
    """The desktop of $DISPLAY while a person uses it. `monitor` 0 is all together; `text`: whether anything is kept of
    what is typed; `own`: whether what is done in the terminal of this process is left out. Errors as those of
    `DesktopEnvironment`; `UsageError` where there is no X11."""

    name: ClassVar[str] = "desktop"
    platform: ClassVar[Platform] = "desktop"

    def __init__(
        self,
        *,
        monitor: int = 0,
        patience: Settle = Settle(),
        timeout_seconds: float = 5.0,
        text: bool = True,
        own: bool = True,
    ) -> None:
        if sys.platform in ("win32", "darwin"):
            raise UsageError(f"a person can't be watched on {sys.platform} so far", remedy="use Linux with X11")
        require_display()
        self.patience = patience
        self._text = text
        self._hands = Hands(text=text, notch_pixels=NOTCH_PIXELS)
        self._clocks = Clocks()
        self._ended = 0.0
        self._stopping = threading.Event()
        self._asking = threading.Lock()
        self._link = Link(timeout_seconds=timeout_seconds * 0.8)
        self._capture: Capture | None = None
        self._frames: Frames | None = None
        self._ear: Ear | None = None
        try:
            require_x11_session(self._link.start())
            self._capture = Capture(monitor, timeout_seconds=timeout_seconds)
            self._frames = Frames(self._grab, self._context, patience=patience)
            self._frames.start()
            self._ear = Ear(self._happened, own=own)
        except BaseException:
            self.close()
            raise

    def deeds(self) -> Iterator[Deed | str]:
        if self._text:
            yield PASSWORDS
        if self._listening.methods:
            names = ", ".join(self._listening.methods)
            yield f"an input method runs ({names}): where it writes something else, the text is that of the keys"
        for told in self._deeds():
            yield told if isinstance(told, str) else replace(told, shown=self._pictures.told(told.shown))

    def _deeds(self) -> Iterator[Deed | str]:
        while True:
            happened = self._listening.next(TICK_SECONDS)
            if happened is not None:
                yield from self._hands.take(happened)
                continue
            self._pictures.check()
            if self._stopping.is_set():
                break
            yield from self._hands.rest(time.monotonic())
        yield from self._hands.end()

    def _happened(self, event: Event, now: float) -> Happened:
        """In the listening thread, so that the picture before it is found at once."""
        at = self._clocks.here(event.time, now)
        frame = self._pictures.before(at - MARGIN_SECONDS)
        happened = Happened(event, frame, frame is not None and frame.begun >= self._ended, at, self._screen.area)
        if hands.acts(event):
            self._ended = at
            self._pictures.touched()
        return happened

    def stop(self) -> None:
        self._stopping.set()

    def last(self) -> Frame:
        frame = self._pictures.settled(since=self._ended)
        self._pictures.check()
        return self._pictures.told(frame)

    def close(self) -> None:
        if self._ear is not None:
            self._ear.close()
        if self._frames is not None:
            self._frames.stop()
        if self._capture is not None:
            self._capture.close()
        self._link.close()

    def _grab(self) -> Array:
        return owned(self._screen.grab())

    def _context(self, _frame: Array) -> Context:
        with self._asking:
            self._screen.refresh()
            active = self._link.ask("active")
        return Context(app=active["app"], window=active["window"])

    @property
    def _screen(self) -> Capture:
        assert self._capture is not None
        return self._capture

    @property
    def _pictures(self) -> Frames:
        assert self._frames is not None
        return self._frames

    @property
    def _listening(self) -> Ear:
        assert self._ear is not None
        return self._ear


class Ear:
    """The listener's process, and what it tells. `heard` is called with each event and when it arrived
    (`time.monotonic`), in a thread; `own`: whether events in this process' own terminal are marked. Raises
    `DeviceError`."""

    def __init__(self, heard: Callable[[Event, float], Happened], *, own: bool) -> None:
        self._heard = heard
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  closed in close()
        self._started: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._told: queue.Queue[Happened | None] = queue.Queue()
        self._process = subprocess.Popen(
            [*child.command("listener"), *(["own"] if own else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            start_new_session=True,  # Ctrl-C on the terminal is not for it
        )
        self._reader = threading.Thread(target=self._read, name="listener", daemon=True)
        self._reader.start()
        try:
            first = self._first()
        except BaseException:
            self.close()
            raise
        self.methods: tuple[str, ...] = tuple(first["methods"])

    def next(self, seconds: float) -> Happened | None:
        """What happened next; None where nothing did within so many seconds. Raises `DeviceLost` once nothing will be
        told any more."""
        try:
            told = self._told.get(timeout=seconds)
        except queue.Empty:
            return None
        if told is None:
            raise self._lost()
        return told

    def close(self) -> None:
        """May be called twice."""
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        try:
            process.wait(CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._reader.join(CLOSE_SECONDS)
        self._errors.close()

    def _first(self) -> dict[str, Any]:
        try:
            told = self._started.get(timeout=START_SECONDS)
        except queue.Empty:
            raise DeviceTimeout(
                f"the X server told nothing within {START_SECONDS:g} s", remedy=connection_remedy()
            ) from None
        if told is None:
            raise self._lost()
        if "refused" in told:
            raise DeviceError(told["refused"], remedy=told["remedy"])
        return told

    def _lost(self) -> DeviceLost:
        self._told.put(None)  # for whoever asks again
        self._errors.seek(0)
        lines = [s for line in self._errors.read().decode(errors="replace").splitlines() if (s := line.strip())]
        return DeviceLost(
            f"nothing is told any more of what is done: {lines[-1] if lines else 'the listener has ended'}",
            remedy=connection_remedy(),
        )

    def _read(self) -> None:
        assert self._process.stdout is not None
        try:
            with self._process.stdout as lines:
                first = lines.readline()
                self._started.put(json.loads(first) if first else None)
                for line in lines:
                    self._told.put(self._heard(Event(**json.loads(line)), time.monotonic()))
        finally:
            self._told.put(None)
