"""GUI-Owl's own `computer_use`: `click` and `drag`, a text with `clear` and `enter`, a wheel that turns five notches.

Source: X-PLUG/MobileAgent, Mobile-Agent-v3/os_world_v3/mm_agents/owl_agent.py at 7994819. The prompt has no horizontal
scroll, no triple click and no answer: those are functions of their own, as in device_use.py.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Any

from actions.errors import ParseError
from actions.geometry import Point
from actions.types import Action, Answer, Click, Drag, Scroll, TypeText
from prompts.dialects.device_use import IN_NOTCHES, NOTCH_SHARE, Device
from prompts.dialects.device_words import COMPUTER, Word
from prompts.reading import Notes

MOST_NOTCHES = 5
_AT = "at a specified (x, y) pixel coordinate on the screen"
_SAME = ("right_click", "middle_click", "double_click", "scroll", "wait", "terminate")
_PLACE = COMPUTER.properties["coordinate"]
_NUMBER = "number"

OWL_COMPUTER = replace(
    COMPUTER,
    about=f"{COMPUTER.about.removesuffix('.')} unless asked.",
    words=MappingProxyType(
        {
            "key": COMPUTER.words["key"],
            "type": Word(
                "Input a string of text. Use the `clear` parameter to decide whether to overwrite the existing text, "
                "and use the `enter` parameter to decide whether the enter key should be pressed after typing the "
                "text.",
                ("text", "clear", "enter"),
                ("type_text",),
            ),
            "mouse_move": COMPUTER.words["mouse_move"],
            "click": Word(f"Click the left mouse button {_AT}.", ("coordinate",), ("click",)),
            "drag": Word(
                f"Click {_AT}, and drag the cursor to another specified (x2, y2) pixel coordinate on the screen.",
                ("coordinate", "coordinate2"),
                ("drag",),
            ),
            **{word: COMPUTER.words[word] for word in _SAME},
        }
    ),
    properties=MappingProxyType(
        {
            "keys": COMPUTER.properties["keys"],
            "text": COMPUTER.properties["text"],
            "clear": {
                "description": "Assign it to 1 if the text should overwrite the existing text, otherwise assign it to "
                "0. Using this argument clears all text in an element. {}.",
                "type": _NUMBER,
            },
            "enter": {
                "description": "Assign it to 1 if the enter key should be pressed after typing the text, otherwise "
                "assign it to 0. {}.",
                "type": _NUMBER,
            },
            "coordinate": _PLACE,
            "coordinate2": {
                "description": "(x2, y2): The x2 (pixels from the left edge) and y2 (pixels from the top edge) "
                "coordinates to drag the cursor to. {}.",
                "type": "array",
            },
            "pixels": {
                "description": "The amount of scrolling to perform. Positive values scroll up, negative values scroll "
                f"down. This value should be between -{MOST_NOTCHES} and {MOST_NOTCHES}. {{}}.",
                "type": _NUMBER,
            },
            "time": COMPUTER.properties["time"],
            "status": COMPUTER.properties["status"],
        }
    ),
)


class OwlDesktop(Device):
    """Calls of that tool, and back."""

    __slots__ = ()

    def write(self, action: Action) -> tuple[str, dict[str, Any]]:
        match action:
            case TypeText(text=text, submit=submit, replace=clear):
                said = {"action": "type", "text": text, "clear": int(clear), "enter": int(submit)}
            case Click(point=point, button="left", count=1):
                said = {"action": "click", "coordinate": self._xy(point)}
            case Drag(start=Point() as start, end=end, seconds=0.5):
                said = {"action": "drag", "coordinate": self._xy(start), "coordinate2": self._xy(end)}
            case Scroll(direction="up" | "down", amount=amount) if amount in _NOTCHES:
                notches = _NOTCHES[amount] if action.direction == "up" else -_NOTCHES[amount]
                said = {"action": "scroll", "coordinate": self._xy(action.point), "pixels": notches}
            case Answer() | Drag() | Scroll() | Click(button="left", count=3):
                return self.by_kind(action)
            case _:
                return super().write(action)
        return OWL_COMPUTER.name, said

    def _word(self, said: Any, arguments: dict[str, Any], notes: Notes) -> Action:
        flags = {k: _flag(k, arguments[k]) for k in ("clear", "enter") if k in arguments}
        action = super()._word(said, {k: v for k, v in arguments.items() if k not in flags}, notes)
        notes.drop(IN_NOTCHES)
        notes.drop("action 'drag' read as 'left_click_drag'")
        if isinstance(action, TypeText):
            flagged = {"replace": flags.get("clear", False), "submit": flags.get("enter", False)}
            return action.model_copy(update=flagged)
        if any(flags.values()):
            raise ParseError("clear and enter belong to the action type")
        return action


_NOTCHES = {round(n * NOTCH_SHARE, 6): n for n in range(1, MOST_NOTCHES + 1)}
"""The notches of an amount that is so many."""


def _flag(name: str, value: Any) -> bool:
    if value not in (0, 1, "0", "1"):
        raise ParseError(f"{name} must be 0 or 1")
    return value in (1, "1")
