"""The simulated phone as an environment, without adb: the same screens and the same events, at once."""

from __future__ import annotations

import time
from types import MappingProxyType
from typing import ClassVar, assert_never

from actions.errors import ActionError
from actions.geometry import Pixel, Point, scroll_gesture, to_pixel
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
from environments.android.front import GONE, STAYS
from environments.android.keycodes import BACKSPACE, BUTTONS, ENTER, SELECT_ALL, WAKEUP, code_of
from environments.base import DONE, Environment, Observation, Outcome, Platform
from environments.phone.phone import Phone
from environments.picture import Array, Picture
from environments.settle import Settle, settle

AT_ONCE = Settle(react_seconds=0.0, quiet_seconds=0.03, poll_seconds=0.015)
"""The phone draws what an action does as soon as it is done: only animations are waited for."""

ROTATIONS = (0, 90, 180, 270)


class PhoneEnvironment(Environment):
    """Drives a `Phone` of this process. `phone` may be driven from elsewhere at the same time; its lock is held."""

    name: ClassVar[str] = "phone"
    platform: ClassVar[Platform] = "mobile"
    supports: frozenset[Kind] = frozenset(
        {"click", "long_press", "drag", "scroll", "type_text", "press_keys", "button", "open_app"}
    )

    def __init__(self, phone: Phone | None = None, *, patience: Settle = AT_ONCE) -> None:
        self.phone = Phone() if phone is None else phone
        self._patience = patience
        self._before: Array | None = None

    def reset(self, task: str) -> None:  # noqa: ARG002  the phone is used as it is
        self._before = None

    def observe(self) -> Observation:
        """The settled screen. A screen that is off is turned on, and what is noted is said, as by the Android
        environment."""
        notes: tuple[str, ...] = ()
        with self.phone.lock:
            if not self.phone.awake:
                self.phone.key(WAKEUP)
                notes = (GONE["off"],)
        before, self._before = self._before, None
        result = settle(self._grab, before, self._patience)
        with self.phone.lock:
            phone = self.phone
            said = (
                phone.dialog,
                STAYS["lock"] if phone.locked else None,
                "the on-screen keyboard is open" if phone.keyboard_shown else None,
            )
            return Observation(
                picture=Picture(result.frame),
                time=time.time(),
                app=phone.foreground.package,
                window=phone.foreground.activity,
                rotation=ROTATIONS[phone.rotation],
                locked=phone.locked,
                stable=result.stable,
                changed=None if before is None else result.changed,
                notes=(*notes, *(n for n in said if n)),
                seconds=MappingProxyType({"settle": result.seconds}),
            )

    def glance(self) -> Picture:
        return Picture(self._grab())

    def perform(self, action: Action) -> Outcome:
        with self.phone.lock:
            self._before = self.phone.screen()
            try:
                self._perform(action)
            except ActionError as e:
                return Outcome("failed", e.message)
        return DONE

    def _perform(self, action: Action) -> None:
        phone = self.phone
        match action:
            case Click(button="left"):
                for _ in range(action.count):
                    phone.tap(*self._pixel(action.point))
            case Click():
                raise ActionError(f"a phone has no {action.button} mouse button; tap, or press long for a menu")
            case LongPress():
                phone.press(*self._pixel(action.point), action.seconds)
            case Drag():
                if action.start is None:
                    raise ActionError("a phone has no pointer to drag from; say where the drag starts")
                phone.swipe(*self._pixel(action.start), *self._pixel(action.end), action.seconds)
            case Scroll():
                start, end = scroll_gesture(action.point, action.direction, action.amount)
                phone.swipe(*self._pixel(start), *self._pixel(end), 0.4)
            case TypeText():
                self._type(action)
            case PressKeys():
                codes = [code_of(key) for key in action.keys]
                if len(codes) == 1:
                    phone.key(codes[0])
                else:
                    phone.combination(codes)
            case Button():
                phone.key(BUTTONS[action.name])
            case OpenApp():
                self._open(action.name)
            case Move() | Wait() | AskUser() | CallTool() | Answer() | Finish():
                raise ActionError(f"{self.name} has no {action.kind}; it has {', '.join(sorted(self.supports))}")
            case _:
                assert_never(action)

    def _type(self, action: TypeText) -> None:
        if not self.phone.editing:
            raise ActionError("no text field has the focus; tap one first")
        if action.replace:
            self.phone.combination(SELECT_ALL)
            self.phone.key(BACKSPACE)
        if action.text:
            self.phone.type_text(action.text)
        if action.submit:
            self.phone.key(ENTER)

    def _open(self, name: str) -> None:
        wanted = name.strip().casefold()
        for app in self.phone.apps:
            if wanted in (app.label.casefold(), app.package.casefold()):
                self.phone.open(app.package)
                return
        raise ActionError(f"no app is called {name!r}; there are {', '.join(a.label for a in self.phone.apps)}")

    def _pixel(self, point: Point) -> Pixel:
        return to_pixel(point, self.phone.size)

    def _grab(self) -> Array:
        with self.phone.lock:
            return self.phone.screen()
