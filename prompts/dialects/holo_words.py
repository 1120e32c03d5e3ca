"""The prompts of Holo: its guidelines, and its actions as the JSON schema that it is shown.

Source: hcompai/surfer-h-cli, src/surfer_h_cli/skills: navigation_step.py at 304ec9c (`NAVIGATION_PROMPT`),
navigation_models.py (its classes; read in the copy at sheikh-shaban004/surfer-h-cli, 69aa46e, whose schema is what
pydantic makes of them) and localization_1_5.py at 0c73029. Left out: starting anew, which no action stands for. Added:
functions named after their kind for what the words, those of a browser, leave out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from types import MappingProxyType
from typing import Any, NamedTuple

from actions.geometry import Size, Space
from actions.types import Kind
from environments.base import Platform
from prompts.schema import of_action

GUIDELINES = """\
Imagine you are a robot browsing the web, just like humans. Now you need to complete a task.
In each iteration, you will receive an Observation that includes the last  screenshots of a web browser and the \
current memory of the agent.
You have also information about the step that the agent is trying to achieve to solve the task.
Carefully analyze the visual information to identify what to do, then follow the guidelines to choose the following \
action.
You should detail your thought (i.e. reasoning steps) before taking the action.
Also detail in the notes field of the action the extracted information relevant to solve the task.
Once you have enough information in the notes to answer the task, return an answer action with the detailed answer in \
the notes field.
This will be evaluated by an evaluator and should match all the criteria or requirements of the task.

Guidelines:
- store in the notes all the relevant information to solve the task that fulfill the task criteria. Be precise
- Use both the task and the step information to decide what to do
- if you want to write in a text field and the text field already has text, designate the text field by the text it \
contains and its type
- If there is a cookies notice, always accept all the cookies first
- The observation is the screenshot of the current page and the memory of the agent.
- If you see relevant information on the screenshot to answer the task, add it to the notes field of the action.
- If there is no relevant information on the screenshot to answer the task, add an empty string to the notes field of \
the action.
- If you see buttons that allow to navigate directly to relevant information, like jump to ... or go to ... , use them \
to navigate faster.
- In the answer action, give as many details a possible relevant to answering the task.
- if you want to write, don't click before. Directly use the write action
- to write, identify the web element which is type and the text it already contains
- If you want to use a search bar, directly write text in the search bar
- Don't scroll too much. Don't scroll if the number of scrolls is greater than 3
- Don't scroll if you are at the end of the webpage
- Only refresh if you identify a rate limit problem
- If you are looking for a single flights, click on round-trip to select 'one way'
- Never try to login, enter email or password. If there is a need to login, then go back.
- If you are facing a captcha on a website, try to solve it.

- if you have enough information in the screenshot and in the notes to answer the task, return an answer action with \
the detailed answer in the notes field"""
DATE = "\n- The current date is {}."


class Word(NamedTuple):
    """`title`: the class that the schema names."""

    title: str
    description: str
    parameters: Mapping[str, Mapping[str, Any]] = MappingProxyType({})


def _integer(description: str) -> Mapping[str, Any]:
    return {"description": description, "type": "integer"}


def _string(description: str) -> Mapping[str, Any]:
    return {"description": description, "type": "string"}


_XY = {
    "x": _integer("The x coordinate, number of pixels from the left edge."),
    "y": _integer("The y coordinate, number of pixels from the top edge."),
}
WORDS: Mapping[str, Word] = MappingProxyType(
    {
        "click_element": Word(
            "AbsClickElementAction",
            "Click at coordinates of a web element identified by its description.",
            {"element": _string("text description of the element"), **_XY},
        ),
        "write_element": Word(
            "AbsWriteElementAction",
            "Write content at coordinates of a web element identified by its description. Don't Enter at the end.",
            {
                "content": _string("Content to write"),
                "element": _string("Text description of the element and the text it contains"),
                **_XY,
            },
        ),
        "scroll": Word(
            "ScrollAction",
            "Scroll in a specified direction.",
            {
                "direction": {
                    "default": "down",
                    **_string("The direction to scroll in"),
                    "enum": ["up", "down", "left", "right"],
                }
            },
        ),
        "go_back": Word("GoBackAction", "Go back to the previous screen."),
        "refresh": Word("RefreshAction", "Refresh the current page."),
        "wait": Word("WaitAction", "Wait for screen changes or page load."),
        "answer": Word(
            "AnswerAction",
            "Return a final answer to the task. This is the last action to call in an episode.",
            {"content": _string("The answer content")},
        ),
    }
)
_BOTH: Mapping[str, Kind] = {"click_element": "click", "write_element": "type_text", "scroll": "scroll"}
_OF: Mapping[Platform, Mapping[str, Kind]] = MappingProxyType(
    {
        "mobile": {**_BOTH, "go_back": "button"},
        "desktop": {**_BOTH, "go_back": "press_keys", "refresh": "press_keys"},
    }
)
OWN: Mapping[Platform, tuple[Kind, ...]] = MappingProxyType(
    {
        "mobile": ("long_press", "drag", "type_text", "button", "open_app", "ask_user", "finish"),
        "desktop": ("click", "move", "drag", "type_text", "press_keys", "open_app", "ask_user", "finish"),
    }
)
"""Kinds that a function is shown for, on each platform."""

STATE: Mapping[str, Any] = MappingProxyType(
    {
        "properties": {
            "task": {"description": "The task to solve", "title": "Task", "type": "string"},
            "previous_actions": {
                "description": "The previous actions taken by the agent",
                "title": "Previous Actions",
                "type": "string",
            },
            "step": {
                "default": "",
                "description": "The current step the agent is trying to achieve to solve the task",
                "title": "Step",
                "type": "string",
            },
            "notes": {
                "default": "",
                "description": "The previous notes taken by the agent",
                "title": "Notes",
                "type": "string",
            },
            "force_answer": {"default": False, "title": "Force Answer", "type": "boolean"},
            "screenshots": {
                "description": "The last N screenshots.",
                "items": {"type": "string"},
                "title": "Screenshots",
                "type": "array",
            },
        },
        "required": ["task", "previous_actions", "screenshots"],
        "title": "NavigationState",
        "type": "object",
    }
)


def answer_format(platform: Platform, offered: Set[Kind], *, space: Space, seen: Size) -> dict[str, Any]:
    """The schema of a reply, with the actions that are offered."""
    of = _OF[platform]
    models = [
        _model(name, word.title, word.description, word.parameters, [*word.parameters])
        for name, word in WORDS.items()
        if name in ("wait", "answer") or of.get(name) in offered
    ]
    for kind in OWN[platform]:
        if kind in offered:
            own = of_action(kind, space=space, seen=seen, pointer=platform == "desktop")
            fields, required = own.parameters["properties"], own.parameters["required"]
            models.append(_model(kind, kind, own.description, fields, required))
    refs = [{"$ref": f"#/$defs/{model['title']}"} for model in models]
    return {
        "$defs": {model["title"]: model for model in models},
        "additionalProperties": False,
        "description": "Output of the Web navigation agent.",
        "properties": {
            "thought": {
                "default": "",
                "description": "Brief thoughts, summarizing the reasoning steps that will help answer the task.",
                "title": "Thought",
                "type": "string",
            },
            "notes": {
                "default": "",
                "description": "Information extracted (i.e. captionned) from the screenshots relevant to the task",
                "title": "Notes",
                "type": "string",
            },
            "action": {"anyOf": refs, "description": "The action to perform", "title": "Action"},
        },
        "required": ["thought", "notes", "action"],
        "title": "AbsWebAgentNavigate",
        "type": "object",
    }


def _model(
    name: str, title: str, description: str, parameters: Mapping[str, Any], required: Sequence[str]
) -> dict[str, Any]:
    action = {"const": name, "default": name, "title": "Action", "type": "string"}
    return {
        "additionalProperties": False,
        "description": description,
        "properties": {"action": action, **{k: {**said, "title": k.capitalize()} for k, said in parameters.items()}},
        "required": ["action", *required],
        "title": title,
        "type": "object",
    }


_CLICK_ABSOLUTE = {
    "description": "Click at absolute coordinates.",
    "properties": {
        "action": {"const": "click_absolute", "default": "click_absolute", "title": "Action", "type": "string"},
        "x": {**_XY["x"], "title": "X"},
        "y": {**_XY["y"], "title": "Y"},
    },
    "required": ["x", "y"],
    "title": "ClickAbsoluteAction",
    "type": "object",
}
GROUNDING = f"""Localize an element on the GUI image according to the provided target and output a click position.
 * You must output a valid JSON following the format: {_CLICK_ABSOLUTE}
 Your target is:

"""
