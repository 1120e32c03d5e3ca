"""The words of `mobile_use` and `computer_use`, the two tools that Qwen2.5-VL and later were trained to use.

Source: QwenLM/Qwen3-VL at 8cdcb85, cookbooks/utils/agent_function_call.py (names, descriptions, parameters) and
cookbooks/mobile_agent.ipynb. `answer` on the phone and its place are as in the prompt of the Qwen3-VL cookbook. Left
out are two examples of `key` that no `Button` and no key stands for (camera, clear), and what the source says of its
own executor (that a triple click is a double one, a horizontal scroll a vertical one). What the words mean as actions
is in device_use.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple, get_args

from actions.types import ButtonName, Kind
from environments.base import Platform
from prompts.reading import plain_name
from prompts.schema import CLASSES, Function


class Word(NamedTuple):
    """One value of `action`: what the model is told of it, its arguments, and the kinds of action it stands for."""

    text: str
    arguments: tuple[str, ...]
    kinds: tuple[Kind, ...]


@dataclass(frozen=True, slots=True)
class DeviceTool:
    """`about` has a place for the resolution, `properties` texts a place for "Required only by"."""

    name: str
    about: str
    words: Mapping[str, Word]
    properties: Mapping[str, Mapping[str, Any]]

    def function(self, offered: Set[Kind], resolution: str) -> Function:
        """The tool with the words for the kinds that are offered."""
        words = {name: word for name, word in self.words.items() if offered & set(word.kinds)}
        listed = "\n".join(f"* `{name}`: {word.text}" for name, word in words.items())
        properties: dict[str, Any] = {
            "action": {
                "description": f"The action to perform. The available actions are:\n{listed}",
                "enum": list(words),
                "type": "string",
            }
        }
        for name, schema in self.properties.items():
            users = [f"`action={w}`" for w, word in words.items() if name in word.arguments]
            if users:
                properties[name] = {**schema, "description": schema["description"].format(_required(users))}
        parameters = {"properties": properties, "required": ["action"], "type": "object"}
        return Function(self.name, self.about.format(resolution), parameters)

    @property
    def kinds(self) -> frozenset[Kind]:
        return frozenset(k for word in self.words.values() for k in word.kinds)


def _required(users: list[str]) -> str:
    if len(users) < 3:
        return f"Required only by {' and '.join(users)}"
    return f"Required only by {', '.join(users[:-1])}, and {users[-1]}"


_PLACE = "(x, y): The x (pixels from the left edge) and y (pixels from the top edge) coordinates to move the mouse to."
_STATUS = {
    "description": "The status of the task. {}.",
    "type": "string",
    "enum": ["success", "failure"],
}

MOBILE = DeviceTool(
    "mobile_use",
    "Use a touchscreen to interact with a mobile device, and take screenshots.\n"
    "* This is an interface to a mobile device with touchscreen. You can perform actions like clicking, typing, "
    "swiping, etc.\n"
    "* Some applications may take time to start or process actions, so you may need to wait and take successive "
    "screenshots to see the results of your actions.\n"
    "* The screen's resolution is {}.\n"
    "* Make sure to click any buttons, links, icons, etc with the cursor tip in the center of the element. "
    "Don't click boxes on their edges unless asked.",
    MappingProxyType(
        {
            "key": Word(
                "Perform a key event on the mobile device.\n    - This supports adb's `keyevent` syntax.\n"
                '    - Examples: "volume_up", "volume_down", "power".',
                ("text",),
                ("button", "press_keys"),
            ),
            "click": Word("Click the point on the screen with coordinate (x, y).", ("coordinate",), ("click",)),
            "long_press": Word(
                "Press the point on the screen with coordinate (x, y) for specified seconds.",
                ("coordinate", "time"),
                ("long_press",),
            ),
            "swipe": Word(
                "Swipe from the starting point with coordinate (x, y) to the end point with coordinates2 (x2, y2).",
                ("coordinate", "coordinate2"),
                ("drag", "scroll"),
            ),
            "type": Word("Input the specified text into the activated input box.", ("text",), ("type_text",)),
            "answer": Word("Output the answer.", ("text",), ("answer",)),
            "system_button": Word("Press the system button.", ("button",), ("button",)),
            "open": Word("Open an app on the device.", ("text",), ("open_app",)),
            "wait": Word("Wait specified seconds for the change to happen.", ("time",), ("wait",)),
            "terminate": Word("Terminate the current task and report its completion status.", ("status",), ("finish",)),
        }
    ),
    MappingProxyType(
        {
            "coordinate": {"description": f"{_PLACE} {{}}.", "type": "array"},
            "coordinate2": {"description": f"{_PLACE} {{}}.", "type": "array"},
            "text": {"description": "{}.", "type": "string"},
            "time": {"description": "The seconds to wait. {}.", "type": "number"},
            "button": {
                "description": "Back means returning to the previous interface, Home means returning to the desktop, "
                "Menu means opening the application background menu, and Enter means pressing the enter. {}",
                "enum": ["Back", "Home", "Menu", "Enter"],
                "type": "string",
            },
            "status": _STATUS,
        }
    ),
)

_AT = "at a specified (x, y) pixel coordinate on the screen"
COMPUTER = DeviceTool(
    "computer_use",
    "Use a mouse and keyboard to interact with a computer, and take screenshots.\n"
    "* This is an interface to a desktop GUI. You do not have access to a terminal or applications menu. You must "
    "click on desktop icons to start applications.\n"
    "* Some applications may take time to start or process actions, so you may need to wait and take successive "
    "screenshots to see the results of your actions. E.g. if you click on Firefox and a window doesn't open, try wait "
    "and taking another screenshot.\n"
    "* The screen's resolution is {}.\n"
    "* Whenever you intend to move the cursor to click on an element like an icon, you should consult a screenshot to "
    "determine the coordinates of the element before moving the cursor.\n"
    "* If you tried clicking on a program or link but it failed to load, even after waiting, try adjusting your cursor "
    "position so that the tip of the cursor visually falls on the element that you want to click.\n"
    "* Make sure to click any buttons, links, icons, etc with the cursor tip in the center of the element. Don't click "
    "boxes on their edges.",
    MappingProxyType(
        {
            "key": Word(
                "Performs key down presses on the arguments passed in order, then performs key releases in reverse "
                "order.",
                ("keys",),
                ("press_keys",),
            ),
            "type": Word("Type a string of text on the keyboard.", ("text",), ("type_text",)),
            "mouse_move": Word(
                "Move the cursor to a specified (x, y) pixel coordinate on the screen.", ("coordinate",), ("move",)
            ),
            "left_click": Word(f"Click the left mouse button {_AT}.", ("coordinate",), ("click",)),
            "left_click_drag": Word(
                "Click and drag the cursor to a specified (x, y) pixel coordinate on the screen.",
                ("coordinate",),
                ("drag",),
            ),
            "right_click": Word(f"Click the right mouse button {_AT}.", ("coordinate",), ("click",)),
            "middle_click": Word(f"Click the middle mouse button {_AT}.", ("coordinate",), ("click",)),
            "double_click": Word(f"Double-click the left mouse button {_AT}.", ("coordinate",), ("click",)),
            "triple_click": Word(f"Triple-click the left mouse button {_AT}.", ("coordinate",), ("click",)),
            "scroll": Word("Performs a scroll of the mouse scroll wheel.", ("pixels",), ("scroll",)),
            "hscroll": Word("Performs a horizontal scroll.", ("pixels",), ("scroll",)),
            "wait": Word("Wait specified seconds for the change to happen.", ("time",), ("wait",)),
            "terminate": Word("Terminate the current task and report its completion status.", ("status",), ("finish",)),
            "answer": Word("Answer a question.", ("text",), ("answer",)),
        }
    ),
    MappingProxyType(
        {
            "keys": {"description": "{}.", "type": "array"},
            "text": {"description": "{}.", "type": "string"},
            "coordinate": {"description": _PLACE, "type": "array"},
            "pixels": {
                "description": "The amount of scrolling to perform. Positive values scroll up, negative values scroll "
                "down. {}.",
                "type": "number",
            },
            "time": {"description": "The seconds to wait. {}.", "type": "number"},
            "status": _STATUS,
        }
    ),
)

TOOLS: Mapping[Platform, DeviceTool] = MappingProxyType({"mobile": MOBILE, "desktop": COMPUTER})
TOOL_NAMES = frozenset({"mobileuse", "computeruse", "mobile", "computer"})
"""Every name of the tools that is read, plain. Qwen3.5 also says `computer`."""

_ALIASES = MappingProxyType(
    {
        **dict.fromkeys(("tap", "press", "touch"), "click"),
        **dict.fromkeys(("longpress", "longclick", "longtap"), "long_press"),
        **dict.fromkeys(("doubletap", "leftdouble"), "double_click"),
        **dict.fromkeys(("rightsingle",), "right_click"),
        **dict.fromkeys(("inputtext", "typetext", "input", "write"), "type"),
        **dict.fromkeys(("openapp", "launch", "launchapp"), "open"),
        **dict.fromkeys(("hotkey", "presskey", "presskeys", "keypress", "keyevent"), "key"),
        **dict.fromkeys(("systembutton", "pressbutton"), "system_button"),
        **dict.fromkeys(("mousemove", "hover"), "mouse_move"),
        **dict.fromkeys(("drag", "leftclickdrag"), "left_click_drag"),
        **dict.fromkeys(("askuser", "interact", "calluser"), "ask_user"),
    }
)
WORDS: Mapping[str, str] = MappingProxyType(
    {**_ALIASES, **{plain_name(w): w for tool in (MOBILE, COMPUTER) for w in tool.words}}
)
"""Every spelling of a word that is read, by its plain name. The words of both tools are read on both platforms."""

ARGUMENTS = frozenset({"action", *MOBILE.properties, *COMPUTER.properties, "start_coordinate", "end_coordinate"})
SYSTEM_BUTTONS: Mapping[ButtonName, str] = MappingProxyType(
    {"back": "Back", "home": "Home", "recents": "Menu", "enter": "Enter"}
)
BUTTON_BY_NAME: Mapping[str, ButtonName] = MappingProxyType(
    {
        **{plain_name(b): b for b in get_args(ButtonName)},
        **dict.fromkeys(("appswitch", "recent", "recentapps", "overview"), "recents"),
    }
)
CLICKS: Mapping[tuple[str, int], str] = MappingProxyType(
    {
        ("left", 1): "left_click",
        ("right", 1): "right_click",
        ("middle", 1): "middle_click",
        ("left", 2): "double_click",
        ("left", 3): "triple_click",
    }
)


def taken(name: str) -> bool:
    """Whether a call by this name is read as the dialect's own, so that no tool may have it."""
    plain = plain_name(name)
    return plain in WORDS or plain in TOOL_NAMES or plain in {plain_name(k) for k in CLASSES}
