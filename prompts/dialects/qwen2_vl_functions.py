"""What Qwen2-VL may call: the names of its functions, and how they are described to it.

Sources: the agent example in section 2.2 of the Qwen2-VL paper (arXiv 2409.12191) for `Tap`, for `Home` as a function
of its own, and for parameters as a list of name, description and `"required": True` (`[]` where there are none);
QwenLM/Qwen-Agent, qwen_agent/llm/fncall_prompts/qwen_fncall_prompt.py at bb52139 for JSON schemas (the user's tools
have those), the Chinese words and the layout of a description. The functions are made from the action classes
(prompts/schema.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from types import MappingProxyType
from typing import Any

from actions.geometry import Size, Space
from actions.types import KINDS, ButtonName, Kind
from environments.base import Platform
from prompts.chinese import to_chinese
from prompts.dialect import Language
from prompts.foreign import dumps
from prompts.reading import plain_name
from prompts.schema import Function, of_action

NAMES: Mapping[Kind, str] = MappingProxyType(
    {
        "click": "Tap",
        "long_press": "LongPress",
        "move": "Move",
        "drag": "Swipe",
        "scroll": "Scroll",
        "type_text": "Type",
        "press_keys": "PressKeys",
        "open_app": "OpenApp",
        "wait": "Wait",
        "ask_user": "AskUser",
        "answer": "Answer",
        "finish": "Finish",
    }
)
BUTTONS: Mapping[ButtonName, tuple[str, str]] = MappingProxyType(
    {
        "back": ("Back", "Go back to the screen before."),
        "home": ("Home", "Go to the phone's home screen."),
        "recents": ("Recents", "Show the apps used last."),
        "enter": ("Enter", "Press Enter."),
        "menu": ("Menu", "Press the phone's menu button."),
        "power": ("Power", "Press the phone's power button."),
        "volume_up": ("VolumeUp", "Press the phone's volume up button."),
        "volume_down": ("VolumeDown", "Press the phone's volume down button."),
    }
)
"""Each of the phone's buttons is a function of its own: its name and description."""

_RARE: frozenset[ButtonName] = frozenset({"menu", "power", "volume_up", "volume_down"})
"""Read, but not offered where `PressKeys` is, which reaches them too: every prompt would pay for them."""

KIND_BY_NAME: Mapping[str, Kind] = MappingProxyType(
    {
        **{plain_name(k): k for k in KINDS if k not in ("call_tool", "button")},
        **{plain_name(n): k for k, n in NAMES.items()},
    }
)
BUTTON_BY_NAME: Mapping[str, ButtonName] = MappingProxyType({plain_name(n): b for b, (n, _) in BUTTONS.items()})

_ACTION = {
    "en": "### {name}\n\n{name}: {description} Parameters: {parameters}",
    "zh": "### {name}\n\n{name}: {description} 输入参数：{parameters}",
}
_TOOL = {
    "en": f"{_ACTION['en']} Format the arguments as a JSON object.",
    "zh": f"{_ACTION['zh']} 此工具的输入应为JSON对象。",
}
_NOTHING: dict[str, object] = {"type": "object", "properties": {}, "required": []}


def taken(name: str) -> bool:
    """Whether a call by this name is read as the dialect's own, so that no tool may have it."""
    return plain_name(name) in KIND_BY_NAME or plain_name(name) in BUTTON_BY_NAME


def of_actions(
    offered: Set[Kind], *, platform: Platform, space: Space, seen: Size, language: Language
) -> list[Function]:
    """The functions for these kinds of action, in the order of the kinds."""
    translate: Callable[[str], str] = to_chinese if language == "zh" else str
    pointer = platform == "desktop"
    functions: list[Function] = []
    for kind in KINDS:
        if kind not in offered or kind == "call_tool":
            continue
        if kind == "button":
            rare = _RARE if "press_keys" in offered else frozenset[ButtonName]()
            functions += (Function(n, translate(d), _NOTHING) for b, (n, d) in BUTTONS.items() if b not in rare)
            continue
        without = () if pointer or kind != "click" else ("button",)
        functions.append(
            of_action(
                kind, name=NAMES[kind], space=space, seen=seen, without=without, pointer=pointer, translate=translate
            )
        )
    return functions


def described(function: Function, language: Language) -> str:
    """An action's function as the model is told of it."""
    required = function.parameters["required"]
    parameters = ", ".join(
        _parameter(name, schema, name in required) for name, schema in function.parameters["properties"].items()
    )
    return _ACTION[language].format(name=function.name, description=function.description, parameters=f"[{parameters}]")


def described_tool(function: Function, language: Language) -> str:
    """A user's tool as the model is told of it."""
    return _TOOL[language].format(
        name=function.name, description=function.description, parameters=dumps(function.parameters)
    )


def _parameter(name: str, schema: Mapping[str, Any], required: bool) -> str:
    """A point's description says what it is; anything else also has its type or the values there are."""
    said: dict[str, Any] = {"name": name}
    if "enum" in schema:
        said["enum"] = schema["enum"]
    elif schema.get("type", "array") != "array":
        said["type"] = schema["type"]
    if "description" in schema:
        said["description"] = schema["description"]
    return f'{dumps(said)[:-1]}, "required": {required}}}'
