"""From pyautogui's calls to our actions: where the pointer is, what is held down, what belongs together.

A move before a click, a drag or a scroll is part of it. Enter right after a text submits it, and a text that is copied
and pasted is typed. What our actions have no word for (a click with a key held, a button that stays down) is `Damaged`.
A notch of the wheel is taken for the share of the screen that it scrolls in our own dialects.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Any, NamedTuple, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from actions.geometry import Point, Rect, Size, from_pixel
from actions.types import Action, Click, Drag, Move, PressKeys, Scroll, TypeText, Wait
from agent.evaluation.datasets.pyautogui_code import Call
from agent.evaluation.datasets.reading import Damaged
from prompts.dialects.device_use import NOTCH_SHARE

MOST_ACTIONS = 100
"""Of one step: `press('tab', presses=10**9)` is no step."""

_CLICKS: Mapping[str, tuple[str, int]] = MappingProxyType(
    {
        "click": ("left", 1),
        "leftClick": ("left", 1),
        "rightClick": ("right", 1),
        "middleClick": ("middle", 1),
        "doubleClick": ("left", 2),
        "tripleClick": ("left", 3),
    }
)
T = TypeVar("T")
_number: TypeAdapter[float] = TypeAdapter(Annotated[float, Field(ge=-1e6, le=1e6)])
_count: TypeAdapter[int] = TypeAdapter(Annotated[int, Field(ge=0, le=MOST_ACTIONS)])
_text = TypeAdapter(str)
_keys = TypeAdapter(str | list[str] | tuple[str, ...])


class Pixels(NamedTuple):
    """Where the pointer is, in pixels of the screen."""

    x: float
    y: float


class Held(NamedTuple):
    button: str
    at: Pixels


class Hand:
    """Does the calls of one step on a screen of `size`, and keeps what it did. `pointer`: None where nothing tells."""

    def __init__(self, size: Size, pointer: Pixels | None) -> None:
        self.size = size
        self.pointer = pointer
        self.actions: list[Action] = []
        self._keys: list[str] = []
        self._unused = False
        self._down: Held | None = None
        self._copied: str | None = None
        self._slept = 0.0

    def do_all(self, calls: Sequence[Call]) -> list[Action]:
        for call in calls:
            self._do(call.name, call.given)
            if len(self.actions) > MOST_ACTIONS:
                raise Damaged(f"it does more than {MOST_ACTIONS} things")
        if self._down is not None or self._keys:
            raise Damaged("it ends with a key or a button held down")
        if self._copied is not None:
            raise Damaged("it copies a text and does not paste it")
        if not self.actions and self._slept > 0:
            self.actions.append(Wait(seconds=min(self._slept, 60.0)))
        if not self.actions:
            raise Damaged("its code does nothing")
        return self.actions

    def _do(self, name: str, given: Mapping[str, Any]) -> None:
        match name:
            case "click" | "leftClick" | "rightClick" | "middleClick" | "doubleClick" | "tripleClick":
                button, count = _CLICKS[name]
                button = _value(_text, given, "button", button)
                self._click(given, button, _value(_count, given, "clicks", count))
            case "moveTo":
                self._move(self._place(given))
            case "move" | "moveRel":
                self._move(self._relative(given))
            case "dragTo":
                self._drag(self._place(given), given)
            case "drag" | "dragRel":
                self._drag(self._relative(given), given)
            case "mouseDown":
                self._free("presses a button")
                self._down = Held(_value(_text, given, "button", "left"), self._place(given))
                self.pointer = self._down.at
            case "mouseUp":
                self._release(given)
            case "scroll" | "vscroll" | "hscroll":
                self._scroll(name, given)
            case "write" | "typewrite":
                self._write(_value(_keys, given, "message", ""))
            case "press":
                keys = _value(_keys, given, "keys", ())
                for _ in range(_value(_count, given, "presses", 1)):
                    self._press_each((keys,) if isinstance(keys, str) else keys)
            case "hotkey":
                self._hotkey(given)
            case "keyDown":
                self._keys.append(_value(_text, given, "key", ""))
                self._unused = True
            case "keyUp":
                self._key_up(_value(_text, given, "key", ""))
            case "sleep":
                self._slept += _value(_number, given, "seconds", 0.0)
            case "copy":
                self._copied = _value(_text, given, "text", "")
            case _:
                raise Damaged(f"no call of pyautogui's is called {name!r} here")

    # ------------------------------------------------------------ pointer

    def _click(self, given: Mapping[str, Any], button: str, count: int) -> None:
        self._free("clicks")
        self.pointer = self._place(given)
        self._arrived()
        self.actions.append(_made(Click, point=self._point(self.pointer), button=_plain(button), count=count))

    def _move(self, to: Pixels) -> None:
        point = self._point(to)
        self.pointer = to
        if self._down is None:
            self._free("moves the pointer")
            self._arrived()
            self.actions.append(Move(point=point))

    def _drag(self, to: Pixels, given: Mapping[str, Any]) -> None:
        self._free("drags")
        if _plain(_value(_text, given, "button", "left")) != "left":
            raise Damaged("it drags with another button than the left one")
        self._arrived()
        start = None if self.pointer is None else self._point(self.pointer)
        self.actions.append(Drag(start=start, end=self._point(to)))
        self.pointer = to

    def _release(self, given: Mapping[str, Any]) -> None:
        held, self._down = self._down, None
        if held is None:
            raise Damaged("it lets go of a button that is not pressed")
        if _value(_text, given, "button", "left") != held.button:
            raise Damaged("it lets go of another button than it pressed")
        to = self.pointer = self._place(given)
        self._arrived()
        if to == held.at:
            self.actions.append(_made(Click, point=self._point(to), button=_plain(held.button)))
        elif _plain(held.button) != "left":
            raise Damaged("it drags with another button than the left one")
        else:
            self.actions.append(Drag(start=self._point(held.at), end=self._point(to)))

    def _scroll(self, name: str, given: Mapping[str, Any]) -> None:
        self._free("scrolls")
        notches = _value(_number, given, "clicks", 0.0)
        if not notches:
            raise Damaged("its scroll has no amount")
        direction = ("right" if notches > 0 else "left") if name == "hscroll" else ("up" if notches > 0 else "down")
        amount = min(1.0, abs(notches) * NOTCH_SHARE)
        if "x" in given or self.pointer is not None:
            self.pointer = self._place(given)
            self._arrived()
            point = self._point(self.pointer)
            self.actions.append(_made(Scroll, direction=direction, amount=amount, point=point))
        else:
            self.actions.append(_made(Scroll, direction=direction, amount=amount))

    def _place(self, given: Mapping[str, Any]) -> Pixels:
        """As given; where it isn't, as the pointer is."""
        if "x" in given or "y" in given:
            if self.pointer is None and not ("x" in given and "y" in given):
                raise Damaged("it gives half a place")
            x, y = self.pointer or (0.0, 0.0)
            return Pixels(_value(_number, given, "x", x), _value(_number, given, "y", y))
        if self.pointer is None:
            raise Damaged("it acts where the pointer is, which nothing tells")
        return self.pointer

    def _relative(self, given: Mapping[str, Any]) -> Pixels:
        if self.pointer is None:
            raise Damaged("it moves from where the pointer is, which nothing tells")
        x, y = (_value(_number, given, name, 0.0) for name in ("xOffset", "yOffset"))
        return Pixels(self.pointer.x + x, self.pointer.y + y)

    def _point(self, at: Pixels) -> Point:
        if at not in Rect.of(self.size):
            raise Damaged(f"its place {at.x:g}, {at.y:g} lies outside the screen of {self.size}")
        return from_pixel(int(at.x), int(at.y), self.size)

    def _arrived(self) -> None:
        """The move that led here is part of what comes now."""
        if self.actions and isinstance(self.actions[-1], Move):
            self.actions.pop()

    def _free(self, what: str) -> None:
        if self._keys or self._down is not None:
            raise Damaged(f"it {what} while a key or a button is held down")

    # ------------------------------------------------------------ keys

    def _write(self, text: str | Sequence[str]) -> None:
        self._free("types")
        if not isinstance(text, str):
            self._press_each(text)
        elif text in ("\n", "\r"):
            self._press(("enter",))
        elif not text:
            raise Damaged("it types no text")
        else:
            self.actions.append(TypeText(text=text.removesuffix("\n"), submit=text.endswith("\n")))

    def _hotkey(self, given: Mapping[str, Any]) -> None:
        first = given.get("keys", ())
        keys = _value(_keys, {"keys": first[0] if first and isinstance(first[0], list | tuple) else first}, "keys", ())
        keys = (keys,) if isinstance(keys, str) else tuple(keys)
        if self._copied is not None and [k.lower() for k in keys] in (["ctrl", "v"], ["command", "v"]):
            text, self._copied = self._copied, None
            self._write(text)
        else:
            self._press(keys)

    def _press(self, keys: tuple[str, ...]) -> None:
        if self._down is not None:
            raise Damaged("it presses keys while a button is held down")
        pressed: PressKeys = _made(PressKeys, keys=(*self._keys, *keys))
        last = self.actions[-1] if self.actions else None
        if pressed.keys == ("enter",) and isinstance(last, TypeText) and not last.submit:
            self.actions[-1] = last.model_copy(update={"submit": True})
        else:
            self.actions.append(pressed)
        self._unused = False

    def _press_each(self, keys: Sequence[str]) -> None:
        if len(keys) > MOST_ACTIONS:
            raise Damaged(f"it presses more than {MOST_ACTIONS} keys")
        for key in keys:
            self._press((key,))

    def _key_up(self, key: str) -> None:
        if key not in self._keys:
            raise Damaged(f"it lets go of the key {key!r}, which is not pressed")
        if self._unused:  # pressed and let go, with nothing in between
            self._press(())
        self._keys.remove(key)


def _plain(button: str) -> str:
    return {"primary": "left", "secondary": "right"}.get(button, button)


def _value(kind: TypeAdapter[T], given: Mapping[str, Any], name: str, default: T) -> T:
    try:
        return kind.validate_python(given[name]) if name in given else default
    except ValidationError as e:
        raise Damaged(f"{name} is {str(given[name])[:40]!r}: {e.errors(include_url=False)[0]['msg']}") from e


def _made(kind: Callable[..., T], **given: object) -> T:
    """Of values that only pydantic has yet to look at."""
    return kind(**given)
