"""MAI-UI 2B to 235B (on Qwen3-VL): `<thinking>` and a `<tool_call>` of `mobile_use`, points from 0 to 999.

Sources: Tongyi-MAI/MAI-UI, src/prompt.py and src/mai_naivigation_agent.py at 25a4155 and 42a5509 (the output format,
the action space, three screenshots, MCP tools by name; AWAKE and INFO, which that version adds for its own web page,
are left out, and so is its list of apps); Tongyi-MAI/MobileWorld, src/mobile_world/agents/implementations/
mai_ui_agent.py and utils/action_translation.py at d42de47 (SCALE_FACTOR 999, "Tool call result: …"),
runtime/controller.py at 34e6a58: a swipe "up" moves the *finger* up, so it shows what is further down.

Phones only. What an action can say beyond these words (a scroll by another amount, text that ends with Enter) is said
by a function named after its kind, as in device_use.py. The task stands alone in the first turn, then come
screenshots and replies by turns; of older steps the replies stay and the screenshots go.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from actions.errors import ParseError
from actions.geometry import Direction, Point, Size, Space
from actions.types import Action, Button, Click, Drag, Kind, LongPress, Scroll, Wait
from prompts import telling
from prompts.dialect import ALWAYS, Moment
from prompts.dialects.device_grammar import GrammarCall, in_json, of_function, word
from prompts.dialects.device_use import Device
from prompts.dialects.device_words import taken
from prompts.dialects.tagged_calls import TaggedCallDialect
from prompts.foreign import LONGEST_TASK, dumps, neutral
from prompts.grammar import Grammar
from prompts.history import History
from prompts.messages import Message
from prompts.reading import Notes, plain_name
from prompts.schema import of_tools, point_schema

_HEAD = """You are a GUI agent. You are given a task and your action history, with screenshots. You need to perform \
the next action to complete the task.

## Output Format
For each function call, return the thinking process in <thinking> </thinking> tags, and a json object with function \
name and arguments within <tool_call></tool_call> XML tags:
```
<thinking>
...
</thinking>
<tool_call>
{"name": "mobile_use", "arguments": <args-json-object>}
</tool_call>
```

## Action Space
"""
_TOOLS = (
    """
## MCP Tools
You are also provided with MCP tools, you can use them to complete the task.""",
    """
If you want to use MCP tools, you must output as the following format:
```
<thinking>
...
</thinking>
<tool_call>
{"name": <function-name>, "arguments": <args-json-object>}
</tool_call>
```""",
)
_NOTE = """## Note
- Write a small plan and finally summarize your next action (with its target element) in one sentence in \
<thinking></thinking> part."""
_OPEN = (
    "- You should use the `open` action to open the app as possible as you can, because it is the fast way to open "
    "the app."
)
_STRICTLY = (
    "- You must follow the Action Space strictly, and return the correct json object within <thinking> </thinking> and "
    "<tool_call></tool_call> XML tags."
)
_DOUBLE = '{"action": "double_click", "coordinate": [x, y]}'
_ACTIONS: Mapping[str, Kind] = MappingProxyType(
    {
        '{"action": "click", "coordinate": [x, y]}': "click",
        '{"action": "long_press", "coordinate": [x, y]}': "long_press",
        '{"action": "type", "text": ""}': "type_text",
        '{"action": "swipe", "direction": "up or down or left or right", "coordinate": [x, y]} # "coordinate" is '
        'optional. Use the "coordinate" if you want to swipe a specific UI element.': "scroll",
        '{"action": "open", "text": "app_name"}': "open_app",
        '{"action": "drag", "start_coordinate": [x1, y1], "end_coordinate": [x2, y2]}': "drag",
        '{"action": "system_button", "button": "button_name"} # Options: back, home, menu, enter ': "button",
        '{"action": "wait"}': "wait",
        '{"action": "terminate", "status": "success or fail"} ': "finish",
        '{"action": "answer", "text": "xxx"} # Use escape characters \\\', \\", and \\n in text part to ensure we can '
        "parse the text in normal python string format.": "answer",
        '{"action": "ask_user", "text": "xxx"} # you can ask user for more information to complete the '
        "task.": "ask_user",
        _DOUBLE: "click",
    }
)
_BUTTONS = MappingProxyType({"back": "back", "home": "home", "recents": "menu", "enter": "enter"})
_REVEALED: Mapping[str, Direction] = MappingProxyType({"up": "down", "down": "up", "left": "right", "right": "left"})
"""What comes into view when the finger moves so."""


class MaiDevice(Device):
    """Calls of its `mobile_use`, and back."""

    __slots__ = ()

    def write(self, action: Action) -> tuple[str, dict[str, Any]]:
        if isinstance(action, Wait) and action == Wait():
            return "mobile_use", {"action": "wait"}
        name, said = super().write(action)
        if name == "mobile_use" and said.get("status") == "failure":
            said = {**said, "status": "fail"}
        return name, said

    def _mobile(self, action: Action) -> dict[str, Any] | None:
        match action:
            case Click(point=point, button="left", count=2):
                return {"action": "double_click", "coordinate": self._xy(point)}
            case LongPress(point=point) if action == LongPress(point=point):
                return {"action": "long_press", "coordinate": self._xy(point)}
            case Drag(start=Point() as start, end=end, seconds=0.5):
                return {"action": "drag", "start_coordinate": self._xy(start), "end_coordinate": self._xy(end)}
            case Scroll(direction=direction, point=point) if action == Scroll(direction=direction, point=point):
                said: dict[str, Any] = {"action": "swipe", "direction": _REVEALED[direction]}
                return said if point == Scroll(direction=direction).point else {**said, "coordinate": self._xy(point)}
            case Button(name=name):
                return {"action": "system_button", "button": _BUTTONS[name]} if name in _BUTTONS else None
            case Drag() | Scroll() | LongPress():
                return None
            case _:
                return super()._mobile(action)

    def _word(self, said: Any, arguments: dict[str, Any], notes: Notes) -> Action:
        if arguments.get("status") == "fail":
            arguments = {**arguments, "status": "failure"}
        if "direction" not in arguments:
            action = super()._word(said, arguments, notes)
            notes.drop("action 'drag' read as 'left_click_drag'")
            return action
        direction = _REVEALED.get(str(arguments["direction"]).strip().lower())
        if not isinstance(said, str) or plain_name(said) not in ("swipe", "scroll") or direction is None:
            raise ParseError(f"no swipe goes {str(arguments['direction'])[:20]!r}: expected up, down, left or right")
        args = self._known({k: v for k, v in arguments.items() if k != "direction"}, notes)
        if "coordinate" not in args:
            return Scroll(direction=direction)
        return Scroll(direction=direction, point=self._point(args, "swipe", notes))


class MaiUI(TaggedCallDialect):
    """The dialect of MAI-UI."""

    name: ClassVar[str] = "mai_ui"
    space: Space = "999"
    history: History = History(screenshots=3)

    def kinds(self) -> frozenset[Kind]:
        return frozenset({*_ACTIONS.values(), "call_tool"})

    def device(self, seen: Size) -> Device:
        return MaiDevice("mobile", self.space, seen, ask="ask_user")

    def write_thought(self, thought: str) -> str:
        return f"<thinking>\n{thought}\n</thinking>\n"

    def render(self, moment: Moment) -> list[Message]:
        shown = self.history.with_picture(moment.steps)
        messages = [
            Message.of("system", self._system(moment)),
            Message.of("user", neutral(moment.task, limit=LONGEST_TASK)),
        ]
        result: list[str] = []
        for step in self.history.past(moment.steps):
            turn = [*result, *(self._screen(step.observation) if step.index in shown else [])]
            messages += [Message.of("user", *turn)] if turn else []
            messages.append(Message.of("assistant", self._said(step)))
            outcome = telling.outcome(step, self.language)
            result = [f"Tool call result: {outcome}\n"] if outcome else []
        corrections = telling.corrections(moment.attempts, self._form(), self.language)
        return [
            *messages,
            Message.of("user", *result, *self._screen(moment.now), *([f"\n{corrections}"] if corrections else [])),
        ]

    def grammar(self, moment: Moment) -> Grammar:
        """The actions that are listed, and the user's tools."""
        offered = moment.supports | ALWAYS
        point = point_schema(self.space, moment.seen)
        text = {"type": "string"}
        buttons, directions = {"enum": [*_BUTTONS.values()]}, {"enum": [*_REVEALED]}
        said: Mapping[Kind, list[dict[str, Any]]] = {
            "click": [word(name, {"coordinate": point}) for name in ("click", "double_click")],
            "long_press": [word("long_press", {"coordinate": point})],
            "type_text": [word("type", {"text": text})],
            "scroll": [word("swipe", {"direction": directions, "coordinate": point}, optional=("coordinate",))],
            "open_app": [word("open", {"text": {**text, "minLength": 1}})],
            "drag": [word("drag", {"start_coordinate": point, "end_coordinate": point})],
            "button": [word("system_button", {"button": buttons})],
            "wait": [word("wait", {})],
            "finish": [word("terminate", {"status": {"enum": ["success", "fail"]}})],
            "answer": [word("answer", {"text": text})],
            "ask_user": [word("ask_user", {"text": text})],
        }
        calls = [GrammarCall("mobile_use", a) for kind, words in said.items() if kind in offered for a in words]
        return in_json([*calls, *map(of_function, of_tools(moment.tools, taken=taken, dialect=self.name))])

    def _system(self, moment: Moment) -> str:
        offered = moment.supports | ALWAYS
        extended = "ask_user" in offered or bool(moment.tools)
        actions = [a for a, kind in _ACTIONS.items() if kind in offered and (extended or a != _DOUBLE)]
        functions = of_tools(moment.tools, taken=taken, dialect=self.name)
        tools = [dumps({"name": f.name, "description": f.description, "parameters": f.parameters}) for f in functions]
        return "\n".join(
            [
                _HEAD,
                *actions,
                *((_TOOLS[0], *tools, _TOOLS[1]) if tools else ("", "")),
                _NOTE,
                *([_OPEN] if "open_app" in offered else []),
                _STRICTLY,
            ]
        )
