"""The prompt of UI-TARS-2: its frame, and the functions that it lists.

Source: an example of the authors' for their API, read in two copies that agree (trycua/cua, libs/python/agent/agent/
loops/uitars2.py at 7cf9eee, which names it as examples/seed_16_gui.ipynb, and a script on top of the package
ui-tars 0.3.4): three system messages, here one. `infeasible` is of the later agent in OSWorld (mm_agents/seed_agent.py,
in its copy at YangYzzzz/OSSymphony-Selfuse, 4147cf5), without its rules. No prompt for phones was found: `long_press`,
`open_app`, `press_home` and `press_back` are the words of UI-TARS-1.5. Left out: what no action stands for (holding a
key or a button, opening the computer, taking a screenshot). Added: `answer`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from actions.types import Kind
from environments.base import Platform

THINK = "think_never_used_51bce0c785ca2f68081bfa7d91973934"
"""The family's tag for a thought of its own; the digits are those of its tokenizer."""


class Function(NamedTuple):
    """`parameters`: what each is; those in `optional` may be left out."""

    kind: Kind
    description: str
    parameters: Mapping[str, Mapping[str, Any]] = MappingProxyType({})
    optional: frozenset[str] = frozenset()


def _text(said: str) -> Mapping[str, Any]:
    return {"type": "string", "description": said}


def _point(said: str) -> Mapping[str, Any]:
    return _text(f"{said} The format is: <point>x y</point>")


_CLICK = {"point": _point("Click coordinates.")}
_CONTENT = frozenset({"content"})
_BOTH: Mapping[str, Function] = {
    "answer": Function(
        "answer", "Give the answer that the task asked for, then finish.", {"text": _text("The answer.")}
    ),
    "call_user": Function(
        "ask_user",
        "This function is used to interact with the user by displaying a message and requesting their input, feedback, "
        "or guidance.",
        {
            "content": _text(
                "Message or information displayed to the user to request their input, feedback, or guidance."
            )
        },
        _CONTENT,
    ),
    "click": Function("click", "Mouse left single click action.", _CLICK),
    "drag": Function(
        "drag",
        "Mouse left button drag action.",
        {"start_point": _point("Drag start point."), "end_point": _point("Drag end point.")},
    ),
    "finished": Function(
        "finish",
        "This function is used to indicate the completion of a task by providing the final answer or response.",
        {"content": _text("Provide the final answer or response to complete the task.")},
        _CONTENT,
    ),
    "infeasible": Function(
        "finish",
        "This function is used to indicate that the current task is infeasible thus agent ends the task.",
        {
            "content": _text(
                "Message or information displayed to the user to explain why the current task is infeasible."
            )
        },
    ),
    "scroll": Function(
        "scroll",
        "Scroll action.",
        {
            "point": _point(
                "Scroll start position. If not specified, default to execute on the current mouse position."
            ),
            "direction": {**_text("Scroll direction."), "enum": ["up", "down", "left", "right"]},
        },
        frozenset({"point"}),
    ),
    "type": Function(
        "type_text",
        "Type content.",
        {"content": _text("Type content. If you want to submit your input, use \\n at the end of content.")},
    ),
    "wait": Function(
        "wait",
        "Wait for a while.",
        {"time": {"type": "integer", "description": "Wait time in seconds."}},
        frozenset({"time"}),
    ),
}
_MOBILE: Mapping[str, Function] = {
    "long_press": Function("long_press", "Long press action.", {"point": _point("Press coordinates.")}),
    "open_app": Function("open_app", "Open an app.", {"app_name": _text("Name of the app.")}),
    "press_back": Function("button", "Press the back button."),
    "press_home": Function("button", "Press the home button."),
}
_DESKTOP: Mapping[str, Function] = {
    "hotkey": Function(
        "press_keys",
        "Press hotkey.",
        {"key": _text("Hotkeys you want to press. Split keys with a space and use lowercase.")},
    ),
    "left_double": Function("click", "Mouse left double click action.", _CLICK),
    "move_to": Function("move", "Mouse move action.", {"point": _point("Target coordinates.")}),
    "press": Function(
        "press_keys",
        "Press key.",
        {"key": _text("Key you want to press. Only one key can be pressed at one time.")},
    ),
    "right_single": Function("click", "Mouse right single click action.", _CLICK),
}
FUNCTIONS: Mapping[Platform, Mapping[str, Function]] = MappingProxyType(
    {
        "mobile": MappingProxyType(dict(sorted({**_BOTH, **_MOBILE}.items()))),
        "desktop": MappingProxyType(dict(sorted({**_BOTH, **_DESKTOP}.items()))),
    }
)

_CALL = (
    "<function=example_function_1><parameter=example_parameter_1>value_1</parameter><parameter=example_parameter_2>\n"
    "This is the value for the second parameter\nthat can span\nmultiple lines\n</parameter></function>"
)
FRAME = (
    f"""You should begin by detailing the internal reasoning process, and then present the answer to the user. The \
reasoning process should be enclosed within <{THINK}> </{THINK}> tags, as follows:
<{THINK}> reasoning process here </{THINK}> answer here. \n
You have different modes of thinking:
Unrestricted think mode: Engage in an internal thinking process with thorough reasoning and reflections. You have an \
unlimited budget for thinking tokens and can continue thinking until you fully solve the problem.
Efficient think mode: Provide a concise internal thinking process with efficient reasoning and reflections. You don't \
have a strict token budget but be less verbose and more direct in your thinking. \n\
No think mode: Respond directly to the question without any internal reasoning process or extra thinking tokens. Still \
follow the template with the minimum required thinking tokens to justify the answer. \n\
Budgeted think mode: Limit your internal reasoning and reflections to stay within the specified token budget

Based on the complexity of the problem, select the appropriate mode for reasoning among the provided options listed \
below.
 \n\
Provided Mode(s):
Efficient think.

You are provided with a task description, a history of previous actions, and corresponding screenshots. Your goal is \
to perform the next action to complete the task. Please note that if performing the same action multiple times results \
in a static screen with no changes, you should attempt a modified or alternative action.

## Function Definition

- You have access to the following functions:
""",
    f"""

- To call a function, use the following structure without any suffix:

<gui_think> reasoning process </gui_think>
<seed:tool_call>{_CALL.replace("function_1", "function_name")}</seed:tool_call>

## Important Notes
- Function calls must begin with <function= and end with </function>.
- All required parameters must be explicitly provided.

## Additional Notes
- You can execute multiple actions within a single tool call. For example:
<seed:tool_call>{_CALL}<function=example_function_2><parameter=example_parameter_3>value_4</parameter></function>\
</seed:tool_call>""",
)
"""What stands before the functions, and after them."""
