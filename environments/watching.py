"""What a person does on a screen, as an agent would have done it: the screen before, and the action.

Pictures are taken all the time; the one that belongs to an action is the newest that was whole before it began.
"""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import ClassVar, Literal, Self

import numpy as np

from actions.errors import CaptureError, DeviceError
from actions.types import Action
from environments.base import Observation, Platform
from environments.picture import Array, Picture
from environments.settle import Settle, differs, thin

MOVING_SECONDS = 0.5
"""While a screen doesn't become quiet, it is asked so often what is in front."""
MARGIN_SECONDS = 0.03
"""A picture must be whole so long before something is done."""
TICK_SECONDS = 0.05
MOST_FRAMES = 24
"""So many pictures are kept; those that are the same share their pixels."""


@dataclass(frozen=True, slots=True)
class Context:
    """What is in front while a picture is taken, where the screen tells. `asked`: when it was, by `time.monotonic`."""

    asked: float = 0.0
    app: str | None = None
    window: str | None = None
    rotation: Literal[0, 90, 180, 270] = 0
    secure: bool = False
    locked: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture that was asked for at `begun` and whole at `ended`; the screen has been quiet since `quiet_since`.
    Times are of `time.monotonic`."""

    array: Array
    begun: float
    ended: float
    quiet_since: float
    context: Context = field(default_factory=Context)

    def observation(self, quiet_seconds: float, notes: tuple[str, ...] = ()) -> Observation:
        return Observation(
            Picture(self.array),
            time=time.time() - (time.monotonic() - self.ended),
            app=self.context.app,
            window=self.context.window,
            rotation=self.context.rotation,
            secure=self.context.secure,
            locked=self.context.locked,
            stable=self.ended - self.quiet_since >= quiet_seconds,
            notes=notes,
            seconds=MappingProxyType({"capture": self.ended - self.begun}),
        )


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that was done. `shown` is the screen before it began; `seen`: whether that picture was taken after
    the deed before had ended, so that it shows what that one led to."""

    action: Action
    shown: Frame
    seconds: float = 0.0
    seen: bool = True
    notes: tuple[str, ...] = ()


class Clocks:
    """The clock that events are told by, beside this machine's. No event arrives before it has happened, so the
    quickest one gives the difference, to within what the way takes."""

    def __init__(self) -> None:
        self._ahead = float("inf")

    def here(self, moment: float, now: float) -> float:
        """An event's moment by this machine's clock (`time.monotonic`); `now`: when it arrived."""
        self._ahead = min(self._ahead, now - moment)
        return moment + self._ahead


class Watcher(ABC):
    """Watches one screen. Calls: `deeds` once, from any thread `stop`, at last `close`."""

    name: ClassVar[str]
    platform: ClassVar[Platform]
    patience: Settle

    @abstractmethod
    def deeds(self) -> Iterator[Deed | str]:
        """What is done, until `stop`; a text is for the person at the terminal. Raises `DeviceError`."""

    @abstractmethod
    def stop(self) -> None: ...

    @abstractmethod
    def last(self) -> Frame:
        """The screen as it is at the end. Raises `DeviceError`."""

    @abstractmethod
    def close(self) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Frames:
    """The newest pictures of a screen, taken on a thread of their own."""

    def __init__(
        self,
        grab: Callable[[], Array],
        context: Callable[[Array], Context],
        *,
        patience: Settle,
        every_seconds: float = 0.05,
    ) -> None:
        """`grab`: the screen now, an array that may be overwritten by the next. `context`: what is in front; asked
        whenever the screen has become quiet, or has another shape."""
        self._grab = grab
        self._context = context
        self._patience = patience
        self._every = every_seconds
        self._frames: deque[Frame] = deque(maxlen=MOST_FRAMES)
        self._still: Array | None = None
        self._asked = False
        self._due = 0.0
        self._latest = Context()
        self._told: dict[float, Context] = {}
        self._asking: Future[Context] | None = None
        self._asker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="context")
        self._new = threading.Condition()
        self._stopping = threading.Event()
        self._problem: DeviceError | None = None
        self._thread = threading.Thread(target=self._run, name="frames", daemon=True)

    def start(self) -> None:
        """Returns once there is a first picture. Raises `DeviceError`."""
        self._thread.start()
        with self._new:
            while not self._frames and self._problem is None:
                self._new.wait()
        self.check()

    def check(self) -> None:
        """Raises what has ended the thread."""
        if self._problem is not None:
            raise self._problem

    def touched(self) -> None:
        """Something has been done: what is in front is asked again, once that can have come about, also where nothing
        visible changes."""
        self._due, self._asked = time.monotonic() + self._patience.quiet_seconds, False

    def before(self, moment: float) -> Frame | None:
        """The newest picture that was whole before a moment; None where none was."""
        with self._new:
            return next((f for f in reversed(self._frames) if f.ended <= moment), None)

    def newest(self) -> Frame:
        with self._new:
            return self._frames[-1]

    def context_after(self, moment: float, *, seconds: float = 3.0) -> Context:
        """What is in front, asked after a moment; within so many seconds, or as it was last known."""
        end = time.monotonic() + seconds
        with self._new:
            while self._latest.asked < moment and time.monotonic() < end and not self._problem:
                self._new.wait(0.1)
            return self._latest

    def told(self, frame: Frame) -> Frame:
        """With the app in front as it was asked of this very screen; None where it was not."""
        with self._new:
            told = self._told.get(frame.quiet_since)
        context = frame.context if told is None else told
        return replace(frame, context=replace(context, app=told and told.app, window=told and told.window))

    def settled(self, *, since: float) -> Frame:
        """The newest picture once one that was asked for after `since` is quiet, or time is up."""
        end = time.monotonic() + self._patience.cap_seconds
        with self._new:
            while True:
                frame = self._frames[-1]
                quiet = frame.ended - max(frame.quiet_since, since) >= self._patience.quiet_seconds
                if self._problem is not None or time.monotonic() > end or (frame.begun >= since and quiet):
                    return frame
                self._new.wait(0.1)

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(10)
        self._asker.shutdown(cancel_futures=True)

    def _run(self) -> None:
        while not self._stopping.is_set():
            begun = time.monotonic()
            try:
                self._take(begun)
            except CaptureError:
                pass  # the next one may come whole
            except DeviceError as e:
                with self._new:
                    self._problem = e
                    self._new.notify_all()
                return
            self._stopping.wait(max(0.0, self._every - (time.monotonic() - begun)))

    def _take(self, begun: float) -> None:
        grabbed = self._grab()
        ended = time.monotonic()
        last = self._frames[-1] if self._frames else None
        same = last is not None and np.array_equal(grabbed, last.array)
        array = last.array if last is not None and same else grabbed.copy()
        small = thin(array, self._patience)
        moved = last is None or self._still is None or differs(small, self._still, self._patience)
        if moved:
            self._still, self._asked = small, False
        frame = Frame(array, begun, ended, begun if moved or last is None else last.quiet_since)
        turned = last is None or last.array.shape != array.shape
        frame = replace(frame, context=self._asked_now(frame) if turned else self._latest)
        with self._new:
            self._frames.append(frame)
            self._new.notify_all()
        if not turned and (self._asking is None or self._asking.done()) and self._is_due(frame):
            self._asking = self._asker.submit(self._asked_now, frame)

    def _is_due(self, frame: Frame) -> bool:
        """Of a screen that has become quiet, and of one that moves for long."""
        if frame.begun >= max(frame.quiet_since + self._patience.quiet_seconds, self._due):
            asked, self._asked = self._asked, True
            return not asked
        return frame.begun - self._latest.asked > MOVING_SECONDS

    def _asked_now(self, frame: Frame) -> Context:
        """What is in front; kept for the pictures of the quiet screen that it was asked of, if that is still there."""
        context = replace(self._context(frame.array), asked=frame.begun)
        with self._new:
            self._latest = context
            if not self._frames or self._frames[-1].quiet_since == frame.quiet_since:
                self._told[frame.quiet_since] = context
            while len(self._told) > MOST_FRAMES:
                del self._told[min(self._told)]
            self._new.notify_all()
        return context
