"""UI-TARS-2, through an endpoint: `<gui_think>…</gui_think>` and calls in tags, 0 to 1000 on each side.

    <seed:tool_call><function=click><parameter=point><point>17 58</point></parameter></function></seed:tool_call>

Sources: trycua/cua, libs/python/agent/agent/loops/uitars2.py at 7cf9eee (points in thousandths, several functions in a
block one after another, the past as blocks of the assistant's); the authors' agent in xlang-ai/OSWorld,
mm_agents/seed_agent.py, in its copy at YangYzzzz/OSSymphony-Selfuse, 4147cf5 (turns: the task, then each screenshot and
each reply; tags that end with `_never_used_` and digits; `infeasible`). The authors' own example could not be read in
the original: ui_tars_2_words.py.

A value in tags is bare text, with a line end before and after it or without. What that can't say exactly, or what an
action can say beyond the family's words, is said by a function that is named after its kind, with JSON as values. Its
`wait` without a time is that of UI-TARS, five seconds. Functions of a user are not offered: how their values would be
written is not known.
"""

from __future__ import annotations

import json
import re
from typing import Any, ClassVar, assert_never

from actions.errors import ParseError
from actions.geometry import Point, Size, Space, to_model
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
from prompts.calls import Call
from prompts.dialect import ALWAYS, Decision, Moment
from prompts.dialects.answer_tags import find_block
from prompts.dialects.call_dialect import Reply, action, arguments
from prompts.dialects.function_tags import START, Tagged, read_function
from prompts.dialects.ui_tars import PAUSE, UITars15
from prompts.dialects.ui_tars_2_words import FRAME, FUNCTIONS, Function
from prompts.foreign import LONGEST_TASK, dumps, neutral
from prompts.grammar import Grammar
from prompts.literal import read_object
from prompts.messages import Message
from prompts.reading import LONGEST, Notes, check_length, joined, plain_name, quoted_at
from prompts.schema import CLASSES, arguments_of

MOST_FUNCTIONS = 16
_BLOCK = "seed:tool_call"
_NEVER_USED = re.compile(rf"<(/?)(think|{_BLOCK}|function|parameter)_never_used_[0-9a-f]{{8,64}}", re.IGNORECASE)
_NAMED = re.compile(r"<(function|parameter) name=\"([^<>\n\"]{1,64})\"(?: string=\"(?:true|false)\")?>")
_BETWEEN = re.compile(r"\s*")
_LEFT_OVER = re.compile(rf"<\|[a-z_]{{1,20}}\|>|</{_BLOCK}>|\[EOS\]|[\s`]", re.IGNORECASE)
_SECONDS = re.compile(r"\d{1,2}(?:\.\d{1,3})?")


class UITars2(UITars15):
    """UI-TARS-2 and the GUI modes of Seed 1.6 and 1.8."""

    name: ClassVar[str] = "ui_tars_2"
    space: Space = "thousand"
    words: ClassVar[frozenset[str]] = UITars15.words | {"move_to", "infeasible"}

    # ------------------------------------------------------------ render

    def opening(self, moment: Moment) -> list[Message]:
        offered = moment.supports | ALWAYS
        functions = [_schema(n, f) for n, f in FUNCTIONS[self.platform].items() if f.kind in offered]
        return [
            Message.of("system", "\n".join(functions).join(FRAME)),
            Message.of("user", neutral(moment.task, limit=LONGEST_TASK)),
        ]

    def grammar(self, moment: Moment) -> Grammar | None:  # noqa: ARG002
        """None: its calls stand in tags, not as the words of the models before it."""
        return None

    # ------------------------------------------------------------ write

    def write_thought(self, thought: str) -> str:
        return f"<gui_think>{thought}</gui_think>\n"

    def write_calls(self, calls: str) -> str:
        return f"<{_BLOCK}>{calls}</{_BLOCK}>"

    def call(self, action: Action, seen: Size) -> str:
        if action.kind not in self.kinds():
            raise ValueError(f"the dialect {self.name} has no word for {action.kind}")
        if (said := self.say(action, seen)) is not None:
            return said
        fields = arguments_of(action, space=self.space, seen=seen)
        return _tags(action.kind, {key: dumps(value) for key, value in fields.items()})

    def say(self, action: Action, seen: Size) -> str | None:
        mobile = self.platform == "mobile"
        match action:
            case Click(point=point, button="left", count=1):
                return self._said("click", point=self._xy(point, seen))
            case Click(point=point, button="left", count=2) if not mobile:
                return self._said("left_double", point=self._xy(point, seen))
            case Click(point=point, button="right", count=1) if not mobile:
                return self._said("right_single", point=self._xy(point, seen))
            case LongPress(point=point, seconds=0.8):
                return self._said("long_press", point=self._xy(point, seen))
            case Move(point=point):
                return self._said("move_to", point=self._xy(point, seen))
            case Drag(start=Point() as start, end=end, seconds=0.5):
                return self._said("drag", start_point=self._xy(start, seen), end_point=self._xy(end, seen))
            case Scroll(point=point, direction=direction, amount=0.5):
                return self._said("scroll", point=self._xy(point, seen), direction=direction)
            case TypeText(text=text, submit=submit, replace=False) if submit or not text.endswith(("\n", "\\n")):
                return self._said("type", content=f"{text}\n" if submit else text)
            case PressKeys(keys=keys):
                return self._said("press" if len(keys) == 1 else "hotkey", key=" ".join(keys))
            case Button(name="home" | "back" as name):
                return self._said(f"press_{name}")
            case OpenApp(name=name):
                return self._said("open_app", app_name=name)
            case Wait(seconds=seconds):
                return self._said("wait", time=f"{seconds:g}") if seconds in range(1, 61) else None
            case AskUser(question=question):
                return self._said("call_user", content=question)
            case Finish(success=success, message=message):
                return self._said("finished" if success else "infeasible", content=message)
            case Click() | LongPress() | Drag() | Scroll() | TypeText() | Button() | Answer() | CallTool():
                return None
            case _:
                assert_never(action)

    def _said(self, word: str, **given: str) -> str | None:
        """None where a value would not be read back as it is."""
        return _tags(word, given) if all(_is_plain(value) for value in given.values()) else None

    def _xy(self, point: Point, seen: Size) -> str:
        x, y = to_model(point, space=self.space, seen=seen)
        return f"<point>{x} {y}</point>"

    # ------------------------------------------------------------ parse

    def parse(self, text: str, seen: Size) -> Decision:
        notes = Notes()
        thought, functions = self._functions(text, notes)
        reply = Reply(thought, seen, notes)
        calls = [Call(f.name, (), f.arguments, 0, f.end, f.repairs) for f in functions]
        actions = tuple(self._action(call, reply) for call in calls)
        notes.drop("point in a string")
        return Decision(thought, actions, notes.all)

    def _functions(self, text: str, notes: Notes) -> tuple[str, list[Tagged]]:
        """The thought of a reply, and the functions of its last block, each of them whole."""
        check_length(text)
        text = _canonical(text)
        block = find_block(text, _BLOCK, notes)
        at, thought = block.start, block.thought
        if not block.tagged:
            at = text.find(START, at)
            if at < 0 or quoted_at(text, at):
                raise ParseError(f"it holds no call: expected <{_BLOCK}>{START}…> (words alone do nothing)")
            thought = joined(thought, text[block.start : at])
            notes.add("call without its tags")
        functions: list[Tagged] = []
        while text.startswith(START, at := _past(text, at, block.stop)):
            if len(functions) == MOST_FUNCTIONS:
                raise ParseError(f"the reply holds more than {MOST_FUNCTIONS} calls")
            functions.append(read_function(text, at, block.stop, closed=block.closed, value=self._value))
            if not self.known(functions[-1].name):
                raise ParseError(f"no function is called {functions[-1].name[:40]!r}")
            at = functions[-1].end
        if not functions:
            raise ParseError(f"the block holds no call: expected {START}name>")
        if _LEFT_OVER.sub("", text[at : block.stop]):
            if block.closed:
                raise ParseError(f"after the call stands {text[at : block.stop].strip()[:20]!r}")
            notes.add("text after the call left out")
        return thought, functions

    def _value(self, name: str, key: str, text: str) -> Any:
        """Bare text, but JSON where it is that of a field of the action's own class."""
        if text.startswith("\n"):
            text = text[1:].removesuffix("\n")
        kind: Kind | None = next((k for k in self.kinds() if plain_name(k) == plain_name(name)), None)
        field = CLASSES[kind].model_fields.get(key) if kind is not None else None
        if field is None:
            return text
        try:
            found = read_object(f'{{"": {text}}}').value
        except ParseError:
            return text
        value = found.get("")
        return text if len(found) > 1 or (field.annotation is str and not isinstance(value, str)) else value

    def hear(self, call: Call, reply: Reply) -> Action:
        match plain_name(call.name):
            case "moveto":
                return Move(point=self.point(arguments(call, "point")["point"], reply))
            case "wait":
                time = arguments(call, "time", needed=0).get("time", f"{PAUSE:g}").strip()
                if not _SECONDS.fullmatch(time):
                    raise ParseError(f"{time[:20]!r} is no number of seconds")
                return action("wait", seconds=float(time))
            case "infeasible":
                message = arguments(call, "content", needed=0).get("content", "")
                return Finish(success=False, message=message)
            case _:
                return super().hear(call, reply)


def _schema(name: str, function: Function) -> str:
    """A function as a line of the prompt."""
    parameters = {
        "type": "object",
        "properties": {key: dict(said) for key, said in function.parameters.items()},
        "required": [key for key in function.parameters if key not in function.optional],
    }
    listed = parameters if function.parameters else {}
    return json.dumps(
        {"type": "function", "name": name, "parameters": listed, "description": function.description},
        ensure_ascii=False,
    )


def _tags(name: str, values: dict[str, str]) -> str:
    parameters = "".join(
        f"<parameter={key}>{f'{chr(10)}{value}{chr(10)}' if value.startswith(chr(10)) else value}</parameter>"
        for key, value in values.items()
    )
    return f"{START}{name}>{parameters}</function>"


def _is_plain(value: str) -> bool:
    """Whether a text may stand in tags as it is: it holds nothing that is a tag or a mark."""
    return neutral(value, limit=LONGEST) == value == _canonical(value)


def _canonical(text: str) -> str:
    """All ways in which these models spell their tags, as one: `<function=click>`."""
    return _NAMED.sub(r"<\1=\2>", _NEVER_USED.sub(r"<\1\2", text))


def _past(text: str, at: int, stop: int) -> int:
    space = _BETWEEN.match(text, at, stop)
    return space.end() if space is not None else at
