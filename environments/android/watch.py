"""Watching a person use a phone: what fingers and keys do, by the kernel's word, over pictures taken all the time."""

# pyright: reportMissingTypeStubs=false

from __future__ import annotations

import queue
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

from adbutils import AdbClient

from actions.errors import DeviceError, DeviceLost
from actions.geometry import Rect
from environments.android import state as states
from environments.android.capture import Camera, Method, black
from environments.android.devices import IDENTITY, adb_client, choose, parse_identity
from environments.android.gestures import Feel
from environments.android.getevent import DESCRIBE, LISTEN, Began, Events, Lost, Pressed, Stroke, panels
from environments.android.hands import Hands, Key, PhoneContext, Touched
from environments.android.lock import DeviceLock
from environments.android.nodes import Tree
from environments.android.transport import DEADLINES, Deadlines, Transport
from environments.android.typed import FieldText
from environments.base import Platform
from environments.picture import Array
from environments.settle import Settle
from environments.watching import MARGIN_SECONDS, TICK_SECONDS, Clocks, Deed, Frame, Frames, Watcher

FEEL = "wm density; settings get secure long_press_timeout"
KEYBOARD = "dumpsys input | grep -F InputMethod; dumpsys input_method | grep -F inputType="
_REGION = re.compile(r"\bInputMethod'[^\n]*?touchableRegion=\[(-?\d+),(-?\d+)\]\[(-?\d+),(-?\d+)\]")
"""InputDispatcher::dumpDispatchStateLocked: the part of a window that takes touches."""
_KIND = re.compile(r"\binputType=0x([0-9a-f]{1,8})\b")
_PASSWORDS = {0x1: (0x80, 0x90, 0xE0), 0x2: (0x10,)}
"""android.text.InputType: the variations of texts and of numbers that are passwords."""
_DENSITY = re.compile(r"(?:Override|Physical) density: (\d{2,4})")


class AndroidWatcher(Watcher):
    """A phone that a person uses. It is this watcher's alone until `close`. Arguments and errors as those of
    `AndroidEnvironment`. `text`: whether anything is kept of what is typed on the on-screen keyboard."""

    name: ClassVar[str] = "android"
    platform: ClassVar[Platform] = "mobile"

    def __init__(
        self,
        serial: str | None = None,
        *,
        client: AdbClient | int | None = None,
        patience: Settle = Settle(),
        deadlines: Deadlines = DEADLINES,
        capture: Method | None = None,
        text: bool = True,
    ) -> None:
        adb = adb_client(client)
        self.patience = patience
        self.serial = choose(serial, adb, deadlines=deadlines)
        self._transport = Transport(self.serial, client=adb, deadlines=deadlines)
        self._transport.await_return(seconds=deadlines.connect)
        self._transport.require_shell()
        self._lock = DeviceLock(parse_identity(self._transport.read(IDENTITY).text) or self.serial, called=self.serial)
        try:
            self._transport.warm_up(IDENTITY, parse_identity)
            self._axes = panels(self._transport.read(DESCRIBE).text)
            if not self._axes:
                raise DeviceError(
                    f"{self.serial} tells of no touch panel: `{DESCRIBE}` names none",
                    remedy="a phone whose shell may read /dev/input is needed",
                )
            feel = parse_feel(self._transport.read(FEEL).text)
            self._frames = Frames(Camera(self._transport, method=capture).grab, self._context, patience=patience)
            self._frames.start()
        except BaseException:
            self._release()
            raise
        self._tree = Tree(self._transport)
        self._events: queue.Queue[Touched | Key | Lost | DeviceError] = queue.Queue()
        self._hands = Hands(feel, self._frames.context_after, text=text, held=self._field)
        self._touching = False
        self._touches = 0
        self._ended = 0.0
        self._clocks = Clocks()
        self._stopping = threading.Event()
        self._listener = threading.Thread(target=self._listen, name="getevent", daemon=True)
        self._listener.start()

    # ------------------------------------------------------------ what is done

    def deeds(self) -> Iterator[Deed | str]:
        for told in self._deeds():
            yield told if isinstance(told, str) else replace(told, shown=self._frames.told(told.shown))

    def _deeds(self) -> Iterator[Deed | str]:
        while True:
            try:
                event = self._events.get(timeout=TICK_SECONDS)
            except queue.Empty:
                self._frames.check()
                if self._stopping.is_set():
                    break
                if not self._touching:
                    yield from self._hands.rest(time.monotonic() - self._ended)
                continue
            match event:
                case Touched():
                    yield from self._hands.touched(event)
                case Key():
                    yield from self._hands.pressed(event)
                case Lost():
                    yield "some touches were not told by the phone and are left out"
                case _:
                    raise event
        yield from self._hands.end()

    def stop(self) -> None:
        self._stopping.set()

    def last(self) -> Frame:
        frame = self._frames.settled(since=self._ended)
        self._frames.check()
        return self._frames.told(frame)

    def close(self) -> None:
        self._stopping.set()
        self._frames.stop()
        self._listener.join(10)
        self._release()

    def _release(self) -> None:
        self._transport.close()
        self._lock.release()

    # ------------------------------------------------------------ looking

    def _context(self, frame: Array) -> PhoneContext:
        text = self._transport.read(states.COMMAND).text
        state = states.parse(text)
        size = state.size or states.parse_wm_size(self._transport.read(states.WM_SIZE).text, state.rotation)
        keyboard, password = None, False
        if state.keyboard:
            keyboard, password = parse_keyboard(self._transport.read(KEYBOARD).text)
        dark = black(frame) and state.awake is not False
        return PhoneContext(
            app=state.app,
            window=state.activity,
            rotation=state.rotation,
            secure=dark and states.secure(self._transport.read(states.WINDOWS).text),
            locked=state.locked,
            keyboard=keyboard,
            password=password,
            size=size,
        )

    def _field(self) -> FieldText | None:
        """What the focused field holds; None where that can't be told, or a finger came down meanwhile."""
        touches = self._touches
        node = self._tree.focused()
        if node is None or self._touches != touches or self._touching:
            return None
        return FieldText(node.text, node)

    # ------------------------------------------------------------ listening

    def _listen(self) -> None:
        """On a thread of its own, so that the picture before a touch is found at once."""
        try:
            while not self._stopping.is_set():
                try:
                    self._hear()
                except DeviceLost:
                    self._touching = False
                    self._transport.await_return()
                    self._events.put(Lost())
        except DeviceError as e:
            self._events.put(e)

    def _hear(self) -> None:
        events = Events(self._axes)
        shown, seen = None, False
        with self._transport.listening(LISTEN) as more:
            while not self._stopping.is_set():
                data = more(TICK_SECONDS)
                now = time.monotonic()
                for told in events.feed(data):
                    match told:
                        case Began():
                            self._touches += 1
                            self._touching = True
                            shown, seen = self._before(told.time, now)
                        case Stroke():
                            self._ended = self._clocks.here(told.ended, now)
                            self._touching = False
                            self._frames.touched()
                            self._events.put(Touched(told, shown, seen, self._ended))
                        case Pressed():
                            self._events.put(Key(told, *self._before(told.time, now)))
                            self._ended = self._clocks.here(told.time, now)
                            self._frames.touched()
                        case Lost():
                            self._touching = False
                            self._events.put(told)

    def _before(self, moment: float, now: float) -> tuple[Frame | None, bool]:
        """The screen before a moment of the phone's, and whether it was taken after what was done last."""
        frame = self._frames.before(self._clocks.here(moment, now) - MARGIN_SECONDS)
        return frame, frame is not None and frame.begun >= self._ended


def parse_feel(text: str) -> Feel:
    """From what `FEEL` prints; Android's own values where it says nothing. An override comes after the phone's own."""
    densities = _DENSITY.findall(text)
    last = text.strip().rpartition("\n")[2].strip()
    hold = int(last) / 1000 if re.fullmatch(r"\d{2,5}", last) else 0.4
    return Feel.of(int(densities[-1]) if densities else 420, hold)


def parse_keyboard(text: str) -> tuple[Rect | None, bool]:
    """Where the keys are and whether they write a password, from what `KEYBOARD` prints."""
    region, kind = _REGION.search(text), _KIND.search(text)
    value = int(kind[1], 16) if kind else 0
    password = value & 0xFF0 in _PASSWORDS.get(value & 0xF, ())
    return (Rect(*map(int, region.groups())) if region else None), password
