"""The words of ShowUI-2B: what it is told of each action, on a phone and on a desktop.

Sources: showui.py. What the words mean as actions is there too.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from actions.types import Kind
from environments.base import Platform

Word = tuple[str, Kind, str]
"""The word, the kind of action that it is offered for, and what the model is told of it."""

NAVIGATION = """You are an assistant trained to navigate the {app} screen. 
Given a task instruction, a screen observation, and an action history sequence, 
output the next action and wait for the next observation. 
Here is the action space:

{actions}


Format the action as a dictionary with the following keys:
{{'action': 'ACTION_TYPE', 'value': 'element', 'position': [x,y]}}

If value or position is not applicable, set it as `None`.
Position might be [[x1,y1], [x2,y2]] if the action requires a start and end position.
Position represents the relative coordinates on the screenshot and should be scaled to a range of 0-1.
"""  # noqa: W291  as the model was trained
GROUNDING = (
    "Based on the screenshot of the page, I give a text description and you give its corresponding location. The "
    "coordinate represents a clickable location [x, y] for an element, which is a relative coordinate on the "
    "screenshot, scaled from 0 to 1."
)
APP: Mapping[Platform, str] = MappingProxyType({"mobile": "smartphone", "desktop": "website"})
_NONE = "value and position are not applicable."
_WAIT = (
    "WAIT",
    "wait",
    "Wait for the screen to load, value is the seconds to wait and the position is not applicable.",
)
SPACES: Mapping[Platform, tuple[Word, ...]] = MappingProxyType(
    {
        "mobile": (
            (
                "INPUT",
                "type_text",
                "Type a string into an element, value is a string to type and the position [x,y] is required. ",
            ),
            (
                "SWIPE",
                "scroll",
                "Swipe the screen, value is not applicable and the position [[x1,y1], [x2,y2]] is the start and end "
                "position of the swipe operation.",
            ),
            ("TAP", "click", "Tap on an element, value is not applicable and the position [x,y] is required."),
            (
                "ANSWER",
                "answer",
                "Answer the question, value is the status (e.g., 'task complete') and the position is not applicable.",
            ),
            ("ENTER", "button", f"Enter operation, {_NONE}"),
            ("PRESS BACK", "button", f"Press for returning to the previous step, {_NONE}"),
            ("PRESS HOME", "button", f"Press for returning to the home screen, {_NONE}"),
            _WAIT,
        ),
        "desktop": (
            ("CLICK", "click", "Click on an element, value is not applicable and the position [x,y] is required. "),
            (
                "INPUT",
                "type_text",
                "Type a string into an element, value is a string to type and the position [x,y] is required. ",
            ),
            (
                "SELECT",
                "click",
                "Select a value for an element, value is not applicable and the position [x,y] is required. ",
            ),
            ("HOVER", "move", "Hover on an element, value is not applicable and the position [x,y] is required."),
            ("ANSWER", "answer", "Answer the question, value is the answer and the position is not applicable."),
            ("ENTER", "press_keys", f"Enter operation, {_NONE}"),
            (
                "SCROLL",
                "scroll",
                "Scroll the screen, value is the direction to scroll and the position is not applicable.",
            ),
            (
                "SELECT_TEXT",
                "drag",
                "Select some text content, value is not applicable and position [[x1,y1], [x2,y2]] is the start and "
                "end position of the select operation.",
            ),
            ("COPY", "press_keys", "Copy the text, value is the text to copy and the position is not applicable."),
            _WAIT,
            ("STATUS TASK COMPLETE", "finish", f"Indicate the task is completed, {_NONE}"),
            ("STATUS TASK IMPOSSIBLE", "finish", f"Indicate the task is impossible to complete, {_NONE}"),
        ),
    }
)
STATUS: Mapping[str, bool] = MappingProxyType({"task complete": True, "task impossible": False})
"""What a phone's ANSWER says at the end."""
FORM: Mapping[Platform, str] = MappingProxyType(
    {
        "mobile": "{'action': 'TAP', 'value': None, 'position': [0.5, 0.5]}",
        "desktop": "{'action': 'CLICK', 'value': None, 'position': [0.5, 0.5]}",
    }
)
