"""An Android phone as an environment, over adb.

One screen is one settled picture and what the system says is in front. One action is one command, sent once. Taps are
pixels of the size that `input` counts in, which `wm size` may have made another than the screenshot's.
"""

# pyright: reportMissingTypeStubs=false

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import ClassVar, Literal, assert_never

from adbutils import AdbClient

from actions.errors import ActionError, CaptureError, DeviceError, DeviceLost
from actions.geometry import Pixel, Point, Size, scroll_gesture, to_pixel
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
from environments.android import displays
from environments.android import state as states
from environments.android.apps import App, Apps
from environments.android.borrowed import CHARGERS, Borrowed
from environments.android.capture import Camera, Method, black
from environments.android.devices import IDENTITY, adb_client, choose, parse_identity
from environments.android.displays import Display
from environments.android.front import GONE, STAYS, Obstacle, obstacle, put_aside
from environments.android.frozen import NOTE, Standstill
from environments.android.keycodes import BUTTONS, code_of
from environments.android.lock import DeviceLock
from environments.android.lookout import Lookout
from environments.android.state import State
from environments.android.text import Typist
from environments.android.transport import DEADLINES, Deadlines, Transport
from environments.base import Environment, Observation, Outcome, Platform
from environments.picture import Array, Picture, owned
from environments.settle import Settle, differs, settle, thin

log = logging.getLogger("handeye.android")

Capture = Method | Literal["scrcpy"]

SCROLL_SECONDS = 1.2
"""For a stroke over the whole screen. Android lets a list run on after the finger by its speed: at 2400 pixels high and
420 dpi, half a screen overshoots by 26 % at this speed, by 36 % in 0.5 s, and needs 9 s for no overshoot at all
(OverScroller.SplineOverScroller.getSplineFlingDistance). It stays well within what was visible."""


class AndroidEnvironment(Environment):
    """A phone. Not for several threads at a time.

    Without `serial`, the only phone that is ready. `client`: an adbutils client or the port of an adb server on this
    machine; None for the usual server, which is started if need be. `capture`: how pictures are taken, None to find out
    which is faster; "scrcpy": the same, and screens are waited for by the video of scrcpy's server, as long as that is
    installed on this machine and works (`lookout`).
    `fresh_seconds`: how old the last picture may be and still stand for the screen just before an action.
    `stay_awake`: whether the screen stays on during a run while the phone is charged. `display`: the number of the
    display to look at and touch, where a phone has several (`displays`); keys and text go to the one that was touched
    last. `pin_by_hand`: whether a lock that asks for a PIN is a person's to open (`DeviceLocked`); else it is shown as
    any screen is, to be opened by whoever was told the PIN.

    The phone is this environment's alone until `close`. Raises `UsageError` where several phones are connected and none
    is named, and `DeviceError` with a remedy, also where the phone is in use.
    """

    name: ClassVar[str] = "android"
    platform: ClassVar[Platform] = "mobile"
    supports: frozenset[Kind] = frozenset(
        {"click", "long_press", "drag", "scroll", "type_text", "press_keys", "button", "open_app"}
    )

    def __init__(
        self,
        serial: str | None = None,
        *,
        client: AdbClient | int | None = None,
        patience: Settle = Settle(),
        deadlines: Deadlines = DEADLINES,
        capture: Capture | None = None,
        fresh_seconds: float = 0.5,
        stay_awake: bool = True,
        display: int | None = None,
        pin_by_hand: bool = True,
    ) -> None:
        adb = adb_client(client)
        self.serial = choose(serial, adb, deadlines=deadlines)
        self._transport = Transport(self.serial, client=adb, deadlines=deadlines)
        self._transport.await_return(seconds=deadlines.connect)
        self._transport.require_shell()
        shown = None if display is None else displays.find(display, self._transport)
        identity = parse_identity(self._transport.read(IDENTITY).text)
        self._lock = DeviceLock(identity or self.serial, called=self.serial)
        self._transport.warm_up(IDENTITY, parse_identity)
        self._camera = Camera(
            self._transport, method=None if capture == "scrcpy" else capture, panel=shown and shown.panel
        )
        self._borrowed = Borrowed(self._transport)
        self._typist = Typist(self._transport, self._borrowed)
        self._apps = Apps(self._transport, display=display)
        self._display = display
        self._input = "input" if display is None else f"input -d {display}"
        self._patience = patience
        self._fresh_seconds = fresh_seconds
        self._awake = stay_awake
        self._pin_by_hand = pin_by_hand
        self._frame: Array | None = None
        self._taken = -math.inf
        self._before: Array | None = None
        self._size: Size | None = None
        self._seen: State | None = None
        self._standstill = Standstill()
        self._lookout: Lookout | None = None
        if capture == "scrcpy":
            try:
                self._lookout = Lookout.open(self._transport, display=display)
            except BaseException:
                self.close()
                raise

    def reset(self, task: str) -> None:  # noqa: ARG002  the phone is used as it is
        """Puts back the settings that an earlier run left, if it was killed, and keeps the screen on."""
        self._borrowed.restore()
        if self._awake:
            self._stay_awake()
        self._before = self._seen = None
        self._standstill = Standstill()

    def _stay_awake(self) -> None:
        """A phone that goes to sleep while a model thinks comes back locked.

        As `svc power stayon` and scrcpy's `--stay-awake` do it (scrcpy, doc/device.md), and not by a longer screen
        timeout, which would hold without a charger as well: that one stands in Settings, where a task may look for it.
        """
        kept = self._borrowed.change("stay_on", f"settings put global stay_on_while_plugged_in {CHARGERS}")
        if kept.status != "done":
            log.warning("the screen may go off during the run: %s", kept.detail)

    # ------------------------------------------------------------ looking

    def observe(self) -> Observation:
        """The settled screen. What stands in front of it is put aside, once. A phone that drops off is waited for.

        Raises `DeviceLocked` where only a person can unlock the phone.
        """
        look, state, seconds = self._look(self._before)
        changed = look.changed
        notes: list[str] = []
        tried: set[Obstacle] = set()
        while (found := self._obstacle(state)) is not None and found not in tried:
            tried.add(found)
            put_aside(found, self._transport, pin_by_hand=self._pin_by_hand)
            look, state, seconds = self._look(look.frame)
            notes.append(STAYS[found] if self._obstacle(state) == found else GONE[found])
        if state.size is not None and _turned(look.frame, state.size):
            look, state, seconds = self._look(self._before)  # it was turned after the picture was taken
        picture = Picture(look.frame)
        self._size = state.size or picture.size
        dark = black(look.frame) and state.awake is not False
        secure = dark and states.secure(self._transport.read(states.WINDOWS).text)
        frozen = self._standstill.frozen(look.frame, state) and not dark
        self._before, self._seen = None, state
        return Observation(
            picture=picture,
            time=time.time(),
            app=state.app,
            window=state.activity,
            rotation=state.rotation,
            secure=secure,
            locked=state.locked,
            stable=look.stable,
            changed=changed,
            notes=(*notes, *_notes(state, black=dark and not secure, frozen=frozen)),
            seconds=MappingProxyType(seconds),
        )

    def _obstacle(self, state: State) -> Obstacle | None:
        return obstacle(state, self._seen, acted=self._before is not None)

    def glance(self) -> Picture:
        """The screen right now; also what a later `observe` compares with, if an action follows at once."""
        return Picture(self._remember(self._camera.keep()))

    def _look(self, before: Array | None) -> tuple[_Look, State, dict[str, float]]:
        """The settled screen, what is in front of it, and how long that took. `before`: the screen before something was
        done, where something was.

        The phone is asked what is in front as soon as the screen is quiet, while it is watched whether it stays so.
        """
        start = time.monotonic()
        still = None if before is None else thin(before, self._patience)
        asked: Future[State] | None = None

        def noticed(frame: Array, patience: Settle) -> Array:
            nonlocal still, asked
            small = thin(frame, patience)
            if still is None or differs(small, still, patience):
                still, asked = small, None  # what it says may be of the screen before
            elif asked is None:
                asked = _aside(self._state)
            return frame

        result = None
        if self._lookout is not None:
            result = self._lookout.settle(self._camera.grab, before, self._patience, noticed=noticed)
        if result is None:
            result = settle(lambda: noticed(self._camera.grab(), self._patience), before, self._patience)
        settled = time.monotonic()
        state = asked.result() if asked is not None else self._state()
        told = time.monotonic()
        changed = None if before is None else result.changed
        look = _Look(self._remember(owned(result.frame)), result.stable, changed)
        return look, state, {"settle": settled - start, "state": told - settled}

    def _remember(self, frame: Array) -> Array:
        self._frame, self._taken = frame, time.monotonic()
        return frame

    def _state(self) -> State:
        state = states.parse(self._transport.read(states.COMMAND).text, self._display)
        if state.size is not None:
            return state
        command = states.WM_SIZE if self._display is None else f"{states.WM_SIZE} -d {self._display}"
        text = self._transport.read(command).text
        return replace(state, size=states.parse_wm_size(text, state.rotation))

    # ------------------------------------------------------------ acting

    def perform(self, action: Action) -> Outcome:
        """Sent once, whatever happens. `DeviceLost` only where the phone was gone before and doesn't come back."""
        try:
            self._note_before()
            return self._perform(action)
        except ActionError as e:
            return Outcome("failed", e.message)

    def _note_before(self) -> None:
        """Keep what the screen shows now, to tell afterwards what the action changed."""
        if self._frame is None or time.monotonic() - self._taken > self._fresh_seconds:
            self._frame = None  # an older one would lend the action what has changed since
            try:
                self.glance()
            except CaptureError as e:
                log.debug("no picture before the action: %s", e)
        self._before = self._frame
        if self._lookout is not None and self._before is not None:
            self._lookout.remember(self._before)

    def _perform(self, action: Action) -> Outcome:
        match action:
            case Click(button="left"):
                x, y = self._pixel(action.point)
                return self._transport.inject(" && ".join([f"{self._input} tap {x} {y}"] * action.count))
            case Click():
                raise ActionError(f"a phone has no {action.button} mouse button; tap, or press long for a menu")
            case LongPress():
                return self._swipe(action.point, action.point, action.seconds)
            case Drag():
                if action.start is None:
                    raise ActionError("a phone has no pointer to drag from; say where the drag starts")
                # Not `draganddrop`, which holds for half a second first: models mean a swipe far more often.
                return self._swipe(action.start, action.end, action.seconds)
            case Scroll():
                start, end = scroll_gesture(action.point, action.direction, action.amount)
                return self._swipe(start, end, SCROLL_SECONDS * action.amount)
            case TypeText():
                return self._typist.type(action)
            case PressKeys():
                codes = [str(code_of(key)) for key in action.keys]
                command = "keyevent" if len(codes) == 1 else "keycombination"
                return self._transport.inject(f"{self._input} {command} {' '.join(codes)}")
            case Button():
                return self._transport.inject(f"{self._input} keyevent {BUTTONS[action.name]}")
            case OpenApp():
                return self._apps.open(action.name)
            case Move() | Wait() | AskUser() | CallTool() | Answer() | Finish():
                raise ActionError(f"{self.name} has no {action.kind}; it has {', '.join(sorted(self.supports))}")
            case _:
                assert_never(action)

    def _swipe(self, start: Point, end: Point, seconds: float) -> Outcome:
        (x1, y1), (x2, y2) = self._pixel(start), self._pixel(end)
        command = f"{self._input} swipe {x1} {y1} {x2} {y2} {round(seconds * 1000)}"
        return self._transport.inject(command, seconds=seconds)

    def _pixel(self, point: Point) -> Pixel:
        """Where `input` has this point: it counts in the size that `wm size` says, turned as the screen is."""
        if self._size is None:
            self._size = self._state().size or self.glance().size
        return to_pixel(point, self._size)

    # ------------------------------------------------------------ what there is

    def displays(self) -> tuple[Display, ...]:
        """Those that can be chosen by `display`. Raises `DeviceError`."""
        return displays.read(self._transport)

    def apps(self) -> tuple[App, ...]:
        """What the launcher shows. `ActionError` where the phone doesn't tell it, `DeviceLost` where it is gone."""
        return self._apps.list(fresh=True)

    def close_app(self, name: str) -> Outcome:
        """Stop an app, by label or package; what it hasn't kept is lost. Sent once, as `perform` does it."""
        try:
            return self._apps.close(name)
        except ActionError as e:
            return Outcome("failed", e.message)

    # ------------------------------------------------------------ leaving

    def close(self) -> None:
        if self._lookout is not None:
            self._lookout.close()
        try:
            if self._transport.gone:
                raise DeviceLost(f"{self.serial} is gone")
            self._borrowed.close()
        except DeviceError as e:
            log.warning("the phone's settings are put back at the next start: %s", e)
        finally:
            self._transport.close()
            self._lock.release()


@dataclass(frozen=True, slots=True)
class _Look:
    frame: Array
    stable: bool
    changed: bool | None


def _aside(ask: Callable[[], State]) -> Future[State]:
    """Ask on another thread; one that is left alone, so that an answer that never comes holds up no exit."""
    future: Future[State] = Future()

    def run() -> None:
        try:
            future.set_result(ask())
        except BaseException as e:  # noqa: BLE001  raised again where the result is asked for
            future.set_exception(e)

    threading.Thread(target=run, name="android-state", daemon=True).start()
    return future


def _turned(frame: Array, screen: Size) -> bool:
    """Whether one is upright and the other lies."""
    height, width = frame.shape[:2]
    return (width > height) != (screen.width > screen.height)


def _notes(state: State, *, black: bool, frozen: bool) -> tuple[str, ...]:
    said = (
        state.dialog,
        "the on-screen keyboard is open" if state.keyboard else None,
        "the picture is black throughout" if black else None,
        NOTE if frozen else None,
    )
    return tuple(note for note in said if note)
