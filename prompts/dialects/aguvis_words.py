"""The prompts of Aguvis: the sentences before and after its functions, and what it is told of them.

Source: xlang-ai/aguvis, src/aguvis/constants.py at c711282 (`agent_system_message`, and `grounding_system_message` for
a desktop, where no functions are listed; `user_instruction`). Left out: `browser.select_option`, which no action stands
for. Added, since the prompts leave out what the data has: `answer`, `terminate`, and `ask_user` of this project.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from actions.types import Kind
from environments.base import Platform

SYSTEM = (
    "You are a GUI agent. You are given a task and a screenshot of the screen. You need to perform a series of "
    "pyautogui actions to complete the task."
)
LISTED = "\n\nYou have access to the following functions:\n{}\n"
USER = """Please generate the next move according to the ui screenshot, instruction and previous actions.

Instruction: {task}

Previous actions:
{past}
"""


def _function(name: str, description: str, /, **parameters: Mapping[str, Any]) -> str:
    function: dict[str, Any] = {"name": name, "description": description}
    if parameters:
        function["parameters"] = {"type": "object", "properties": parameters, "required": [*parameters]}
    return json.dumps(function)


def _number(description: str) -> Mapping[str, Any]:
    return {"type": "number", "description": description}


def _text(description: str) -> Mapping[str, Any]:
    return {"type": "string", "description": description}


def _coordinates(description: str) -> Mapping[str, Any]:
    return {"type": "array", "items": {"type": "number"}, "description": description}


_WAIT = _function("mobile.wait", "wait for the change to happen", seconds=_number("The seconds to wait"))
_MORE: tuple[tuple[str, frozenset[Kind]], ...] = (
    (
        _function(
            "answer", "Give the answer that the task asked for, then terminate", text=_text("The text of the answer")
        ),
        frozenset({"answer"}),
    ),
    (
        _function(
            "ask_user", "Ask the user for what only they can know or decide", question=_text("The question to the user")
        ),
        frozenset({"ask_user"}),
    ),
    (
        _function(
            "terminate",
            "End the task",
            status={**_text("Whether the task is done"), "enum": ["success", "failure"]},
            reason=_text("Why it can't be done"),
        ).replace('["status", "reason"]', '["status"]'),
        frozenset({"finish"}),
    ),
)
FUNCTIONS: Mapping[Platform, Sequence[tuple[str, frozenset[Kind]]]] = MappingProxyType(
    {
        "mobile": (
            (
                _function(
                    "mobile.swipe",
                    "Swipe on the screen",
                    from_coord=_coordinates("The starting coordinates of the swipe"),
                    to_coord=_coordinates("The ending coordinates of the swipe"),
                ),
                frozenset({"scroll", "drag"}),
            ),
            (_function("mobile.home", "Press the home button"), frozenset({"button"})),
            (_function("mobile.back", "Press the back button"), frozenset({"button"})),
            (_WAIT, frozenset({"wait"})),
            (
                _function(
                    "mobile.long_press",
                    "Long press on the screen",
                    x=_number("The x coordinate of the long press"),
                    y=_number("The y coordinate of the long press"),
                ),
                frozenset({"long_press"}),
            ),
            (
                _function(
                    "mobile.open_app", "Open an app on the device", app_name=_text("The name of the app to open")
                ),
                frozenset({"open_app"}),
            ),
            *_MORE,
        ),
        "desktop": ((_WAIT, frozenset({"wait"})), *_MORE),
    }
)
