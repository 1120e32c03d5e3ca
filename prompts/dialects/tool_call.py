"""The `<tool_call>` form that Qwen2.5-VL and Qwen3-VL share: functions in `<tools>`, calls as JSON between tags.

Sources: QwenLM/Qwen-Agent, qwen_agent/llm/fncall_prompts/nous_fncall_prompt.py (the frame of the system prompt and the
tags); QwenLM/Qwen3-VL at 8cdcb85, cookbooks/mobile_agent.ipynb (the user's turn: query, "Task progress", screenshot).
What the calls mean is in device_use.py. The frame is English in both languages, as trained; what became of past steps
is told in the dialect's language.

Reading: the last call of a reply counts, and it must be complete. Calls before the end of a thought (`</think>`, a line
that begins with "Action:") and calls in quotes are talked about and not made. A call that is begun and broken off is
never replaced by an earlier one: what stands there first may be something the model quoted from the screen.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from typing import Any, ClassVar, NamedTuple

from actions.errors import ParseError, UsageError
from actions.geometry import Size
from actions.types import KINDS, Action, CallTool, Kind
from environments.base import Observation
from environments.episode import Step
from prompts import telling
from prompts.dialect import ALWAYS, Decision, Dialect, Moment
from prompts.dialects.device_use import Device
from prompts.dialects.device_words import TOOLS, taken
from prompts.foreign import LONGEST_TASK, dumps, neutral
from prompts.literal import read_object
from prompts.messages import ImagePart, Message, Part, TextPart
from prompts.reading import Notes, check_length, is_name, joined, open_thought, quoted_at
from prompts.schema import Function, of_action, of_tool

OPEN, CLOSE = "<tool_call>", "</tool_call>"
MOST_CALLS = 64
"""More calls than this in one reply are a model that runs on."""

_FRAME = """# Tools

You may call one or more functions to assist with the user query.

You are provided with function signatures within <tools></tools> XML tags:
<tools>
{}
</tools>

For each function call, return a json object with function name and arguments within <tool_call></tool_call> XML tags:
<tool_call>
{{"name": <function-name>, "arguments": <args-json-object>}}
</tool_call>"""
_PROGRESS = "Task progress (You have done the following operation on the current device): "

_TAG = re.compile(r"</?(?:think|thinking|gui_think|thought)>", re.IGNORECASE)
_MARK = re.compile(
    r"</?(?:think|thinking|gui_think|thought)>|<tool_call>|<conclusion>|^[ \t]*Action[ \t]*[:：]",
    re.IGNORECASE | re.MULTILINE,
)
_LEFT_OVER = re.compile(r"<\|[a-z_]{1,20}\|>|</tool_call>|⚗|[\s}\]`]", re.IGNORECASE)


class Call(NamedTuple):
    """One call in a reply, from `start` to `end`; `problem` where it can't be read."""

    start: int
    end: int
    value: dict[str, Any]
    repairs: tuple[str, ...] = ()
    problem: ParseError | None = None


class ToolCallDialect(Dialect):
    """What the families differ in is below; all else is shared."""

    named_for_people: ClassVar[bool]
    """Whether a signature also holds `name_for_human` and `args_format`."""

    @abstractmethod
    def system(self, tools: str) -> str:
        """The system prompt around the frame."""

    @abstractmethod
    def query(self, task: str) -> str:
        """The first line of the user's turn."""

    @abstractmethod
    def write_thought(self, thought: str) -> str:
        """A thought as it stands before the call, with its line end."""

    def read_thought(self, text: str) -> str:
        """The thought in the text before the call."""
        return text

    def summary(self, step: Step) -> str:  # noqa: ARG002  a family may have its own words for a step
        """What the model itself said it did, in a sentence; empty where the family says no such thing."""
        return ""

    def kinds(self) -> frozenset[Kind]:
        return frozenset(KINDS)

    def resolution(self, seen: Size) -> str:
        """The screen's resolution as the tool's description states it."""
        return str(seen) if self.space == "absolute" else "999x999" if self.space == "thousand" else "1x1"

    # ------------------------------------------------------------ render

    def render(self, moment: Moment) -> list[Message]:
        past = self.history.past(moment.steps)
        shown = self.history.with_picture(moment.steps)
        turns = [s for s in past if s.index in shown]
        signatures = "\n".join(self._signature(f) for f in self.functions(moment))
        told = "".join(f"Step {s.index + 1}: {self._told(s)}; " for s in past if s.index not in shown)
        first = turns[0].observation if turns else moment.now
        messages = [
            Message.of("system", self.system(_FRAME.format(signatures))),
            Message.of(
                "user",
                f"{self.query(neutral(moment.task, limit=LONGEST_TASK))}\n{_PROGRESS}{told}",
                *self._screen(first),
            ),
        ]
        for i, step in enumerate(turns):
            following = turns[i + 1].observation if i + 1 < len(turns) else moment.now
            outcome = telling.outcome(step, self.language)
            response = f"<tool_response>\n{outcome}\n</tool_response>\n" if outcome else ""
            messages.append(Message.of("assistant", self._said(step)))
            messages.append(Message.of("user", *([response] if response else []), *self._screen(following)))
        corrections = telling.corrections(moment.attempts, self._form(), self.language)
        if corrections:
            last = messages.pop()
            messages.append(Message(last.role, (*last.parts, TextPart(f"\n{corrections}"))))
        return messages

    def functions(self, moment: Moment) -> list[Function]:
        """The device's tool, functions for kinds that it has no word for, and the user's tools.

        Waiting, answering and finishing are always offered. `UsageError` for a tool whose name the dialect reads as its
        own.
        """
        offered = moment.supports | ALWAYS
        tool = TOOLS[self.platform]
        functions = [tool.function(offered, self.resolution(moment.seen))]
        functions += (
            of_action(kind, space=self.space, seen=moment.seen, pointer=self.platform == "desktop")
            for kind in KINDS
            if kind in offered and kind not in tool.kinds and kind != "call_tool"
        )
        for user_tool in moment.tools:
            if taken(user_tool.name):
                raise UsageError(
                    f"no tool may be called {user_tool.name!r}: the dialect {self.name} has an action of that name",
                    remedy="pass another name= to Tool",
                )
            function = of_tool(user_tool)
            functions.append(Function(function.name, neutral(function.description), function.parameters))
        return functions

    def _signature(self, function: Function) -> str:
        described: dict[str, Any] = {"name_for_human": function.name} if self.named_for_people else {}
        described |= {
            "name": function.name,
            "description": function.description,
            "parameters": function.parameters,
        }
        if self.named_for_people:
            described["args_format"] = "Format the arguments as a JSON object."
        return dumps({"type": "function", "function": described})

    def _screen(self, now: Observation) -> list[Part]:
        """A screenshot, after what there is to say of it."""
        note = telling.screen(now, self.language)
        return [*([TextPart(f"\n{note}\n")] if note else []), ImagePart(now.picture)]

    def _told(self, step: Step) -> str:
        """A past step in the text history: the model's own sentence, the call, and what became of it."""
        if step.action is None:
            call = telling.words(self.language)["none"]
        else:
            name, arguments = self._device(step.seen or step.observation.size).write(step.action)
            call = dumps({"name": name, "arguments": arguments})
        outcome = telling.outcome(step, self.language)
        said = telling.line(self.summary(step), limit=200)
        return " ".join([*([said] if said else []), call, *([f"({outcome})"] if outcome else [])])

    def _said(self, step: Step) -> str:
        """A past step as the assistant's turn."""
        if step.action is None:
            return joined(neutral(step.thought), telling.words(self.language)["none"])
        return self.write(Decision(step.thought, (step.action,)), step.seen or step.observation.size)

    def _form(self) -> str:
        tool = TOOLS[self.platform]
        click = "click" if self.platform == "mobile" else "left_click"
        x, y = (0.5, 0.5) if self.space == "unit" else (500, 500)
        return _tagged(tool.name, {"action": click, "coordinate": [x, y]})

    def _device(self, seen: Size) -> Device:
        return Device(self.platform, self.space, seen)

    # ------------------------------------------------------------ write

    def write(self, decision: Decision, seen: Size) -> str:
        thought = neutral(decision.thought.strip())
        calls: list[str] = []
        for action in decision.actions:
            name, arguments = self._device(seen).write(action)
            if isinstance(action, CallTool) and (not is_name(name) or taken(name)):
                raise ValueError(f"a tool of this dialect can't be called {name!r}")
            calls.append(_tagged(name, arguments))
        return "".join([self.write_thought(thought) if thought else "", "\n".join(calls)])

    # ------------------------------------------------------------ parse

    def parse(self, text: str, seen: Size) -> Decision:
        check_length(text)
        notes = Notes()
        calls, conclusions = _scan(text)
        if not calls and (bare := _bare(text)) is not None:
            notes.add("call without its tags")
            calls = [bare]
        if not calls:
            raise ParseError(f"it holds no call: expected {OPEN}…{CLOSE} (words alone do nothing and end nothing)")
        last = calls[-1]
        if last.problem is not None:
            raise ParseError(f"the call can't be read: {last.problem.message}") from last.problem
        if len(calls) > 1:
            notes.add("several calls, the last one taken")
        notes.add(*last.repairs)
        action = self._action(last.value, seen, notes)
        before = _TAG.sub("\n", text[: calls[0].start])
        thought = joined(self.read_thought(before.strip()), *conclusions)
        return Decision(thought, (action,), notes.all)

    def _action(self, call: dict[str, Any], seen: Size, notes: Notes) -> Action:
        name, arguments = _unpacked(call, TOOLS[self.platform].name, notes)
        action = self._device(seen).read(name, arguments, notes)
        if action is not None:
            return action
        if not is_name(name):
            raise ParseError(f"{name[:40]!r} is no name of a function")
        return CallTool(name=name, arguments=arguments)


def _tagged(name: str, arguments: dict[str, Any]) -> str:
    return f"{OPEN}\n{dumps({'name': name, 'arguments': arguments})}\n{CLOSE}"


def _scan(text: str) -> tuple[list[Call], list[str]]:
    """The calls after the thought, and the conclusions, in one pass."""
    calls: list[Call] = []
    conclusions: list[str] = []
    position = 0
    count = 0
    while mark := _MARK.search(text, position):
        said = mark.group().strip().lower()
        position = mark.end()
        if said == OPEN:
            if quoted_at(text, mark.start()):
                continue
            count += 1
            if count > MOST_CALLS:
                raise ParseError(f"the reply holds more than {MOST_CALLS} calls")
            call = _call(text, mark.start(), mark.end())
            calls.append(call)
            position = call.end
        elif said == "<conclusion>":
            end = text.find("</conclusion>", position)
            end = len(text) if end < 0 else end
            conclusions.append(text[position:end])
            position = end
        elif said.startswith(("</", "action")):
            calls.clear()
            conclusions.clear()
        elif (thought := open_thought(text, mark.start())) is not None:
            position = thought.end
    return calls, conclusions


def _call(text: str, start: int, after: int) -> Call:
    """The call whose tag ends at `after`."""
    repairs: list[str] = []
    at = _past_space(text, after)
    for fence in ("```json", "```"):
        if text.startswith(fence, at):
            repairs.append("fenced block")
            at = _past_space(text, at + len(fence))
            break
    close = text.find(CLOSE, at)
    again = text.find(OPEN, at)
    ends = [i for i in (close, again) if i >= 0]
    stop = min(ends, default=len(text))
    closed = close >= 0 and close == stop
    try:
        found = read_object(text, at, stop, closed=closed)
    except ParseError as e:
        return Call(start, stop, {}, problem=e)
    repairs += found.repairs
    end, rest = found.end, text[found.end : max(found.end, stop)]
    if not closed or end > stop:
        close = text.find(CLOSE, end)
        if close < 0 or text[end:close].strip():
            repairs.append("call not closed")
    if extra := _LEFT_OVER.sub("", rest):
        if closed:
            return Call(start, stop, {}, problem=ParseError(f"after the object stands {extra[:20]!r}"))
        repairs.append("text after the call left out")
    elif any(c in rest for c in "}]"):
        repairs.append("extra bracket")
    return Call(start, end, found.value, tuple(repairs))


def _bare(text: str) -> Call | None:
    """A call without its tags: an object that is all there is after the thought, fenced or not."""
    start = 0
    for mark in _MARK.finditer(text):
        start = mark.end()
    at = _past_space(text, start)
    if not text.startswith(("{", "```"), at):
        line = text.find("\n{", start)
        fence = text.find("```", start)
        found = [i for i in (line + 1 if line >= 0 else -1, fence) if i >= 0]
        if not found:
            return None
        at = min(found)
    call = _call(text, at, at)
    if call.problem is None and not {"name", "action"} & set(call.value):
        return None
    rest = _LEFT_OVER.sub("", text[call.end :])
    return None if rest.strip() and call.problem is None else call


def _past_space(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _unpacked(call: dict[str, Any], tool: str, notes: Notes) -> tuple[str, dict[str, Any]]:
    """Name and arguments of a call, from the shapes in which models give them."""
    name = call.get("name")
    if name is None and "action" in call:
        notes.add("call without a name")
        return tool, call
    if not isinstance(name, str):
        raise ParseError('the call has no name: expected {"name": …, "arguments": {…}}')
    keys = set(call) - {"name"}
    if "arguments" in keys:
        arguments = call["arguments"]
    elif "parameters" in keys:
        notes.add("'parameters' read as 'arguments'")
        arguments = call["parameters"]
    elif keys:
        notes.add("arguments beside the name")
        arguments = {k: v for k, v in call.items() if k != "name"}
    else:
        raise ParseError("the call has no arguments")
    if isinstance(arguments, str):
        notes.add("arguments in a string")
        found = read_object(arguments, _past_space(arguments, 0))
        if arguments[found.end :].strip():
            raise ParseError("the arguments are followed by something else")
        notes.add(*found.repairs)
        arguments = found.value
    if not isinstance(arguments, dict):
        raise ParseError("the arguments are no object")
    return name, arguments  # pyright: ignore[reportUnknownVariableType]
