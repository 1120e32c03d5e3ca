"""The words of OS-Atlas-Pro: what it is told of each action, and what it writes for one.

Sources: os_atlas.py. What the words mean as actions is there too.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from actions.types import ButtonName, Kind
from environments.base import Platform
from prompts.reading import plain_name

FRAME = """
You are a foundational action model capable of automating tasks across various digital environments, including desktop \
systems like Windows, macOS, and Linux, as well as mobile platforms such as Android and iOS. You also excel in web \
browser environments. You will interact with digital devices in a human-like manner: by reading screenshots, analyzing \
them, and taking appropriate actions.

Your expertise covers two types of digital tasks:
    - Grounding: Given a screenshot and a description, you assist users in locating elements mentioned. Sometimes, you \
must infer which elements best fit the description when they aren't explicitly stated.
    - Executable Language Grounding: With a screenshot and task instruction, your goal is to determine the executable \
actions needed to complete the task.


You are now operating in Executable Language Grounding mode. Your goal is to help users accomplish tasks by suggesting \
executable actions that best fit their needs. Your skill set includes both basic and custom actions:

1. Basic Actions
Basic actions are standardized and available across all platforms. They provide essential functionality and are \
defined with a specific format, ensuring consistency and reliability. 
{basic}
    
2.Custom Actions
Custom actions are unique to each user's platform and environment. They allow for flexibility and adaptability, \
enabling the model to support new and unseen actions defined by users. These actions extend the functionality of the \
basic set, making the model more versatile and capable of handling specific tasks.


{custom}


In most cases, task instructions are high-level and abstract. Carefully read the instruction and action history, then \
perform reasoning to determine the most appropriate next action. Ensure you strictly generate two sections: Thoughts \
and Actions.
Thoughts: Clearly outline your reasoning process for current step.
Actions: Specify the actual actions you will take based on your reasoning.

Your current task instruction, action history, and associated screenshot are as follows:
Screenshot: """  # noqa: W291, W293  as the model was trained


class Word(NamedTuple):
    """One action as the model is told of it; `form` and `example` are what follows the word."""

    word: str
    kind: Kind
    purpose: str
    form: str = ""
    example: str = ""
    blank: str = "\n"
    """What stands between this action and the next one."""

    def told(self, number: str) -> str:
        end = " " if "point" in self.form else ""
        return (
            f"{number}: {self.word}{end}\n    - purpose: {self.purpose}\n    - format: {self.word}{self.form}\n"
            f"    - example usage: {self.word}{self.example}"
        )


_POINT = (" <point>[[x-axis, y-axis]]</point>", " <point>[[101, 872]]</point>")
BASIC = (
    Word("CLICK", "click", "Click at the specified position.", *_POINT, "       \n"),
    Word(
        "TYPE",
        "type_text",
        "Enter specified text at the designated location.",
        " [input text]",
        " [Shanghai shopping mall]",
    ),
    Word("SCROLL", "scroll", "Scroll in the specified direction.", " [direction (UP/DOWN/LEFT/RIGHT)]", " [UP]"),
)
_END = (
    Word("WAIT", "wait", "Wait for the screen to load."),
    Word("COMPLETE", "finish", "Indicate the task is finished."),
    Word("IMPOSSIBLE", "finish", "Indicate the task is impossible."),
    Word("ANSWER", "answer", "Give the answer that the task asks for.", " [answer]", " [Wednesday]"),
    Word("ASK", "ask_user", "Ask the user what only the user knows.", " [question]", " [Which account?]"),
)
CUSTOM: Mapping[Platform, tuple[Word, ...]] = MappingProxyType(
    {
        "mobile": (
            Word("LONG_PRESS", "long_press", "Long press at the specified position.", *_POINT),
            Word("OPEN_APP", "open_app", "Open the specified application.", " [app_name]", " [Google Chrome]"),
            Word("PRESS_BACK", "button", "Press a back button to navigate to the previous screen."),
            Word("PRESS_HOME", "button", "Press a home button to navigate to the home page."),
            Word(
                "PRESS_RECENT",
                "button",
                "Press the recent button to view or switch between recently used applications.",
            ),
            Word("ENTER", "button", "Press the enter button."),
            *_END,
        ),
        "desktop": (
            Word("DOUBLECLICK", "click", "Double click at the specified position.", *_POINT),
            Word("RIGHTCLICK", "click", "Right click at the specified position.", *_POINT),
            Word("MOVETO", "move", "Move to the specified position.", *_POINT),
            *(
                Word(f"PRESS_{key}", "press_keys", f"Press the {key} button.")
                for key in ("SPACE", "TAB", "ESC", "PGDN", "DOWN", "ENTER", "RIGHT")
            ),
            Word("HOTKEY", "press_keys", "Use the hot key.", " [keys]", " [CTRL_A]"),
            *_END,
        ),
    }
)

BUTTONS: Mapping[ButtonName, str] = MappingProxyType(
    {
        "back": "PRESS_BACK",
        "home": "PRESS_HOME",
        "recents": "PRESS_RECENT",
        "enter": "ENTER",
        "menu": "PRESS_MENU",
        "power": "PRESS_POWER",
        "volume_up": "PRESS_VOLUME_UP",
        "volume_down": "PRESS_VOLUME_DOWN",
    }
)
BUTTON_BY_WORD: Mapping[str, ButtonName] = MappingProxyType(
    {"pressenter": "enter", **{plain_name(w): b for b, w in BUTTONS.items()}}
)
KEYS: Mapping[str, str] = MappingProxyType({"escape": "ESC", "pagedown": "PGDN", "pageup": "PGUP"})
CLICKS: Mapping[tuple[str, int], str] = MappingProxyType(
    {("left", 1): "CLICK", ("left", 2): "DOUBLECLICK", ("right", 1): "RIGHTCLICK"}
)
DETAILED: Mapping[Kind, str] = MappingProxyType(
    {
        "click": "CLICK",
        "long_press": "LONG_PRESS",
        "scroll": "SCROLL",
        "type_text": "TYPE_TEXT",
        "press_keys": "HOTKEY",
        "wait": "WAIT",
    }
)
"""The words that may be followed by a JSON object, whose fields are the action's own."""
KIND_OF: Mapping[str, Kind] = MappingProxyType({word: kind for kind, word in DETAILED.items()})
WORDS: Mapping[str, str] = MappingProxyType(
    {
        "tap": "CLICK",
        "longclick": "LONG_PRESS",
        **{plain_name(w.word): w.word for w in (*BASIC, *CUSTOM["mobile"], *CUSTOM["desktop"])},
        **{plain_name(w): w for w in DETAILED.values()},
    }
)
"""Every word that is read, by its plain name."""
