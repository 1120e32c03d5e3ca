"""Actions as calls of `mobile_use` and `computer_use`, and back.

What an action can say beyond the tools' words (a double tap, text that ends with Enter, a drag along a scroll's path, a
question to the person) is said by a function made from the action's own class, named after its kind. So every action
can be written, and is read back as it was.

A swipe is read as a `Scroll` where it is exactly the stroke of one: straight along an axis and clear of the edges, as
`scroll_gesture` draws it, to within one unit. The content follows the finger, so a finger that moves up scrolls down.
Any other swipe is a `Drag`, and so is one that is given a time. On a device both are the same stroke.

`scroll` counts up as positive, `hscroll` right. A count of at most `NOTCHES` is taken for notches of the wheel: the
pixels of such a scroll would show nothing, and public runners of these models hand the number to pyautogui, which
counts notches (xlang-ai/OSWorld, mm_agents).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, assert_never

from actions.errors import ParseError
from actions.geometry import Direction, Point, Size, Space, scroll_gesture, scroll_pixels, scroll_share, to_model
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
from environments.base import Platform
from prompts.dialects.device_words import ARGUMENTS, BUTTON_BY_NAME, CLICKS, SYSTEM_BUTTONS, TOOL_NAMES, TOOLS, WORDS
from prompts.reading import Notes, plain_name, read_point
from prompts.schema import CLASSES, POINT_NAMES, arguments_of, as_text, read_action, validated

NOTCHES = 20
IN_NOTCHES = "scroll counted in notches"
NOTCH_SHARE = 0.1
"""How much of the screen's side a notch of the wheel scrolls, about: three lines of text in a window."""


@dataclass(frozen=True, slots=True)
class Device:
    """Where a call is written for or read from: the platform, and how its coordinates count.

    `ask`: the tool's word for asking the person, where it has one.
    """

    platform: Platform
    space: Space
    seen: Size
    ask: str | None = None

    @property
    def stated(self) -> Size:
        """The screen as the prompt states it; scrolling counts its pixels."""
        return self.seen if self.space == "absolute" else Size(1000, 1000)

    def write(self, action: Action) -> tuple[str, dict[str, Any]]:
        """The function and the arguments of the call for an action."""
        match action:
            case CallTool():
                return action.name, action.arguments
            case AskUser():
                said = {"action": self.ask, "text": action.question} if self.ask is not None else None
            case Wait():
                said = {"action": "wait", "time": action.seconds}
            case Answer():
                said = {"action": "answer", "text": action.text}
            case Finish():
                said = {"action": "terminate", "status": "success" if action.success else "failure"}
                if action.message:
                    said["text"] = action.message
            case TypeText():
                said = None if action.submit or action.replace else {"action": "type", "text": action.text}
            case Click() | LongPress() | Move() | Drag() | Scroll() | PressKeys() | Button() | OpenApp():
                said = self._mobile(action) if self.platform == "mobile" else self._desktop(action)
            case _:
                assert_never(action)
        if said is not None:
            return TOOLS[self.platform].name, said
        return self.by_kind(action)

    def by_kind(self, action: Action) -> tuple[str, dict[str, Any]]:
        """The call of the function that is made from the action's own class."""
        arguments = arguments_of(action, space=self.space, seen=self.seen)
        return action.kind, {k: list(v) if isinstance(v, tuple) else v for k, v in arguments.items()}  # pyright: ignore[reportUnknownArgumentType]

    def _mobile(self, action: Action) -> dict[str, Any] | None:
        match action:
            case Click(point=point, button="left", count=1):
                return {"action": "click", "coordinate": self._xy(point)}
            case LongPress(point=point, seconds=seconds):
                return {"action": "long_press", "coordinate": self._xy(point), "time": seconds}
            case Drag() | Scroll():
                ends = self.swipe(action)
                return ends and {"action": "swipe", "coordinate": self._xy(ends[0]), "coordinate2": self._xy(ends[1])}
            case PressKeys(keys=(key,)) if self._key(key) == action:
                return {"action": "key", "text": key}
            case Button(name=name):
                if name in SYSTEM_BUTTONS:
                    return {"action": "system_button", "button": SYSTEM_BUTTONS[name]}
                return {"action": "key", "text": name}
            case OpenApp(name=name):
                return {"action": "open", "text": name}
            case _:
                return None

    def _desktop(self, action: Action) -> dict[str, Any] | None:
        match action:
            case Click(point=point, button=button, count=count) if (button, count) in CLICKS:
                return {"action": CLICKS[button, count], "coordinate": self._xy(point)}
            case Move(point=point):
                return {"action": "mouse_move", "coordinate": self._xy(point)}
            case Drag(start=None, end=end, seconds=0.5):
                return {"action": "left_click_drag", "coordinate": self._xy(end)}
            case Scroll(direction=direction):
                pixels = scroll_pixels(direction, action.amount, self.stated)
                if pixels <= NOTCHES:
                    return None
                word = "scroll" if direction in ("up", "down") else "hscroll"
                signed = pixels if direction in ("up", "right") else -pixels
                return {"action": word, "coordinate": self._xy(action.point), "pixels": signed}
            case PressKeys(keys=keys):
                return {"action": "key", "keys": list(keys)}
            case _:
                return None

    def _xy(self, point: Point) -> list[float]:
        return list(to_model(point, space=self.space, seen=self.seen))

    def swipe(self, action: Drag | Scroll) -> tuple[Point, Point] | None:
        """Where the swipe starts and ends that `swiped` reads as this action; None where there is none."""
        match action:
            case Drag(start=Point() as start, end=end, seconds=0.5):
                ambiguous = self._xy(start) == self._xy(end) or self._stroke(start, end) is not None
                return None if ambiguous else (start, end)
            case Scroll():
                start, end = scroll_gesture(action.point, action.direction, action.amount)
                read = self._stroke(start, end)
                return (start, end) if read is not None and self._same(read, action) else None
            case _:
                return None

    def swiped(self, start: Point, end: Point) -> Action:
        """What a swipe without a time means."""
        if start == end:
            raise ParseError("a swipe needs two different places")
        return self._stroke(start, end) or Drag(start=start, end=end)

    def _near(self, a: Point, b: Point, units: int) -> bool:
        unit = 0.001 if self.space == "unit" else 1
        return all(abs(m - n) <= units * unit for m, n in zip(self._xy(a), self._xy(b), strict=True))

    def _same(self, read: Scroll, meant: Scroll) -> bool:
        upright = meant.direction in ("up", "down")
        far, near = (Point(0, s.amount) if upright else Point(s.amount, 0) for s in (read, meant))
        return read.direction == meant.direction and self._near(read.point, meant.point, 1) and self._near(far, near, 2)

    def _stroke(self, start: Point, end: Point) -> Scroll | None:
        """The scroll whose gesture goes from `start` to `end` as a model would write them, if there is one."""
        (x1, y1), (x2, y2) = self._xy(start), self._xy(end)
        if (x1 == x2) == (y1 == y2):
            return None
        direction: Direction
        if x1 == x2:
            direction, amount = ("down" if y2 < y1 else "up"), abs(start.y - end.y)
        else:
            direction, amount = ("right" if x2 < x1 else "left"), abs(start.x - end.x)
        middle = Point(round((start.x + end.x) / 2, 6), round((start.y + end.y) / 2, 6))
        amount = round(amount, 6)
        if not 0 < amount <= 1:
            return None
        begin, last = scroll_gesture(middle, direction, amount)
        if not self._near(begin, start, 1) or not self._near(last, end, 1):
            return None
        return Scroll(direction=direction, point=middle, amount=amount)

    # ------------------------------------------------------------ call -> action

    def read(self, name: str, arguments: dict[str, Any], notes: Notes) -> Action | None:
        """The action of a call; None where the name is none of the dialect's own. Raises `ParseError`."""
        plain = plain_name(name)
        if plain in TOOL_NAMES:
            if name != TOOLS[self.platform].name:
                notes.add(f"{name!r} read as {TOOLS[self.platform].name!r}")
            if "action" not in arguments:
                raise ParseError(f"{name} was called without an action")
            return self._word(arguments["action"], arguments, notes)
        kind: Kind | None = next((k for k in CLASSES if plain_name(k) == plain and k != "call_tool"), None)
        if kind is not None and set(arguments) <= set(CLASSES[kind].model_fields):
            return read_action(kind, arguments, space=self.space, seen=self.seen, notes=notes)
        if plain in WORDS:
            notes.add(f"action {name!r} given as the function")
            return self._word(name, arguments, notes)
        if kind is not None:
            return read_action(kind, arguments, space=self.space, seen=self.seen, notes=notes)
        return None

    def _word(self, said: Any, arguments: dict[str, Any], notes: Notes) -> Action:
        if not isinstance(said, str) or plain_name(said) not in WORDS:
            known = ", ".join(TOOLS[self.platform].words)
            raise ParseError(f"no action is called {str(said)[:40]!r}; there are {known}")
        word = WORDS[plain_name(said)]
        if said not in (word, self.ask):
            notes.add(f"action {said[:40]!r} read as {word!r}")
        args = self._known(arguments, notes)
        match word:
            case "key":
                return self._read_key(args, notes)
            case "swipe":
                return self._read_swipe(args, notes)
            case "left_click_drag":
                return self._read_drag(args, notes)
            case "scroll" | "hscroll":
                return self._read_scroll(args, notes, sideways=word == "hscroll")
            case "system_button":
                return self._read_button(args, notes)
            case "terminate":
                return self._read_terminate(args)
            case "wait":
                return self._timed("wait", args)
            case "long_press":
                return self._timed("long_press", args, point=self._point(args, word, notes))
            case "mouse_move":
                return Move(point=self._point(args, word, notes))
            case "type":
                return self._with_text("type_text", "text", args, notes)
            case "answer":
                return self._with_text("answer", "text", args, notes)
            case "open":
                return self._with_text("open_app", "name", args, notes)
            case "ask_user":
                return self._with_text("ask_user", "question", args, notes)
            case _:
                button, count = next((c for c, w in CLICKS.items() if w == word), ("left", 1))
                return validated(
                    {"kind": "click", "point": self._point(args, word, notes), "button": button, "count": count}
                )

    def _known(self, arguments: dict[str, Any], notes: Notes) -> dict[str, Any]:
        """The arguments by their own names; what no word has is refused, what another word has is let be."""
        result: dict[str, Any] = {}
        for key, value in arguments.items():
            name = key
            if key not in ARGUMENTS and (key in POINT_NAMES or key == "point") and "coordinate" not in arguments:
                name = "coordinate"
            elif key in ("seconds", "duration") and "time" not in arguments:
                name = "time"
            elif key == "content" and "text" not in arguments:
                name = "text"
            if name not in ARGUMENTS:
                raise ParseError(f"no argument is called {key[:40]!r}; there are {', '.join(sorted(ARGUMENTS))}")
            if name != key:
                notes.add(f"{key!r} read as {name!r}")
            if value is not None:
                result[name] = value
        return result

    def _point(self, args: dict[str, Any], word: str, notes: Notes, name: str = "coordinate") -> Point:
        if name not in args:
            raise ParseError(f"{word} needs a {name}")
        return read_point(args[name], space=self.space, seen=self.seen, notes=notes)

    def _key(self, text: str) -> Action:
        """A single key on a phone: one of its buttons where it has such a one."""
        plain = plain_name(text).removeprefix("keycode")
        if plain in BUTTON_BY_NAME:
            return Button(name=BUTTON_BY_NAME[plain])
        return validated({"kind": "press_keys", "keys": [text]})

    # one reader for each word

    def _read_key(self, args: dict[str, Any], notes: Notes) -> Action:
        value = args.get("keys", args.get("text"))
        if isinstance(value, str):
            value = _split_keys(value)
            if self.platform == "desktop" or len(value) > 1:
                notes.add("keys in one string")
        if not isinstance(value, list) or not value or not all(isinstance(k, str) for k in value):  # pyright: ignore[reportUnknownVariableType]
            raise ParseError("key needs the names of keys")
        names: list[str] = [part for k in value for part in _split_keys(k)]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        if self.platform == "mobile" and len(names) == 1:
            return self._key(names[0])
        return validated({"kind": "press_keys", "keys": names})

    def _read_swipe(self, args: dict[str, Any], notes: Notes) -> Action:
        start, end = self._point(args, "swipe", notes), self._point(args, "swipe", notes, "coordinate2")
        if "time" in args:
            return validated({"kind": "drag", "start": start, "end": end, "seconds": args["time"]})
        return self.swiped(start, end)

    def _read_drag(self, args: dict[str, Any], notes: Notes) -> Action:
        start: Point | None = None
        if "start_coordinate" in args:
            start = self._point(args, "left_click_drag", notes, "start_coordinate")
            end = self._point(
                args, "left_click_drag", notes, "end_coordinate" if "end_coordinate" in args else "coordinate"
            )
        elif "coordinate2" in args:
            start = self._point(args, "left_click_drag", notes)
            end = self._point(args, "left_click_drag", notes, "coordinate2")
        else:
            end = self._point(args, "left_click_drag", notes)
        return Drag(start=start, end=end)

    def _read_scroll(self, args: dict[str, Any], notes: Notes, *, sideways: bool = False) -> Action:
        pixels = args.get("pixels")
        if isinstance(pixels, bool) or not isinstance(pixels, int | float) or not 0 < abs(pixels) < 1e6:
            raise ParseError("scroll needs a number of pixels other than 0")
        direction: Direction = ("right" if pixels > 0 else "left") if sideways else ("up" if pixels > 0 else "down")
        if abs(pixels) <= NOTCHES:
            notes.add(IN_NOTCHES)
            amount = round(min(abs(pixels) * NOTCH_SHARE, 1.0), 6)
        else:
            amount = scroll_share(direction, pixels, self.stated)
        values: dict[str, Any] = {"kind": "scroll", "direction": direction, "amount": amount}
        if "coordinate" in args:
            values["point"] = self._point(args, "scroll", notes)
        return validated(values)

    def _read_button(self, args: dict[str, Any], notes: Notes) -> Action:
        name = args.get("button")
        if isinstance(name, str):
            for button, said in SYSTEM_BUTTONS.items():
                if plain_name(name) == said.lower():
                    return Button(name=button)
            if plain_name(name) in BUTTON_BY_NAME:
                notes.add(f"{name!r} is no system button of the tool")
                return Button(name=BUTTON_BY_NAME[plain_name(name)])
        raise ParseError("system_button needs a button: Back, Home, Menu or Enter")

    def _read_terminate(self, args: dict[str, Any]) -> Action:
        status = args.get("status")
        if status not in ("success", "failure"):
            raise ParseError("terminate needs a status: success or failure")
        return validated({"kind": "finish", "success": status == "success", "message": args.get("text", "")})

    def _timed(self, kind: Kind, args: dict[str, Any], **values: object) -> Action:
        return validated({"kind": kind, **values, **({"seconds": args["time"]} if "time" in args else {})})

    def _with_text(self, kind: Kind, field: str, args: dict[str, Any], notes: Notes) -> Action:
        if "text" not in args:
            raise ParseError(f"{kind} needs a text")
        return validated({"kind": kind, field: as_text(args["text"], notes)})


def _split_keys(text: str) -> list[str]:
    """ "ctrl+c" and "ctrl c" as their keys; a single character, and "page down", stay whole."""
    if len(text.strip()) <= 1:
        return [text]
    if "+" in text:
        return [part or "+" for part in text.strip().removesuffix("++").split("+")] + (
            ["+"] if text.endswith("++") else []
        )
    parts = text.split()
    return parts if len(parts) > 1 and plain_name(parts[0]) in ("ctrl", "control", "alt", "shift", "super") else [text]
