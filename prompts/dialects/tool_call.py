"""The `<tool_call>` form that Qwen2.5-VL and Qwen3-VL share: functions in `<tools>`, calls as JSON between tags.

Sources: QwenLM/Qwen-Agent, qwen_agent/llm/fncall_prompts/nous_fncall_prompt.py (the frame of the system prompt and the
tags); QwenLM/Qwen3-VL at 8cdcb85, cookbooks/mobile_agent.ipynb (the user's turn: query, "Task progress", screenshot).
How calls are found in a reply is in tool_call_reading.py, what they mean in device_use.py. The frame is English in both
languages, as trained; what became of past steps is told in the dialect's language.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from actions.errors import ParseError
from actions.geometry import Size
from actions.types import KINDS, Action, CallTool, Kind
from environments.base import Observation, Platform
from environments.episode import Step
from prompts import telling
from prompts.dialect import ALWAYS, Decision, Dialect, Moment
from prompts.dialects.device_use import Device
from prompts.dialects.device_words import TOOLS, DeviceTool, taken
from prompts.dialects.tool_call_reading import CLOSE, OPEN, RESPONSE, bare_call, find_calls, unpacked
from prompts.foreign import LONGEST_TASK, dumps, neutral
from prompts.messages import ImagePart, Message, Part, TextPart
from prompts.reading import THOUGHT_TAG, Notes, check_length, is_name, joined
from prompts.schema import Function, of_action, of_tools

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


class ToolCallDialect(Dialect):
    """What the families differ in is below; all else is shared."""

    stop: ClassVar[tuple[str, ...]] = (RESPONSE,)
    tools: ClassVar[Mapping[Platform, DeviceTool]] = TOOLS
    frame: ClassVar[str] = _FRAME
    """What tells of the functions, with a place for their signatures."""
    named_for_people: ClassVar[frozenset[Platform]] = frozenset()
    """Where a signature also holds `name_for_human` and `args_format`."""
    progress_end: ClassVar[str] = ""
    """What stands between the past and the screenshot."""

    @abstractmethod
    def system(self, tools: str) -> str:
        """The system prompt around the frame."""

    @abstractmethod
    def query(self, task: str) -> str:
        """The first line of the user's turn."""

    def opening(self, task: str, told: Sequence[str]) -> str:
        """The user's first turn up to the screenshot: the task, and a line for each past step that is told."""
        return f"{self.query(task)}\n{_PROGRESS}{''.join(f'{line}; ' for line in told)}{self.progress_end}"

    @abstractmethod
    def write_thought(self, thought: str) -> str:
        """A thought as it stands before the call, with its line end."""

    def reply(self, thought: str, calls: str) -> str:
        """A whole reply; the thought is not empty."""
        return f"{self.write_thought(thought)}{calls}"

    def tagged(self, name: str, arguments: dict[str, Any]) -> str:
        """A call in its tags."""
        return f"{OPEN}\n{dumps({'name': name, 'arguments': arguments})}\n{CLOSE}"

    def read_thought(self, text: str) -> str:
        """The thought in the text before the call."""
        return text

    def summary(self, step: Step) -> str:  # noqa: ARG002  a family may have its own words for a step
        """What the model itself said it did, in a sentence; empty where it said no such thing."""
        return ""

    def kinds(self) -> frozenset[Kind]:
        return frozenset(KINDS)

    def resolution(self, seen: Size) -> str:
        """The screen's resolution as the tool's description states it."""
        stated = {"thousand": "999x999", "999": "999x999", "unit": "1x1"}
        return stated.get(self.space, str(seen))

    # ------------------------------------------------------------ render

    def render(self, moment: Moment) -> list[Message]:
        past = self.history.past(moment.steps)
        shown = self.history.with_picture(moment.steps)
        turns = [s for s in past if s.index in shown]
        signatures = "\n".join(self._signature(f) for f in self.functions(moment))
        told = [f"Step {s.index + 1}: {self._told(s)}" for s in past if s.index not in shown]
        first = turns[0].observation if turns else moment.now
        messages = [
            Message.of("system", self.system(self.frame.format(signatures))),
            Message.of(
                "user",
                self.opening(neutral(moment.task, limit=LONGEST_TASK), told),
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
        tool = self.tools[self.platform]
        functions = [tool.function(offered, self.resolution(moment.seen))]
        functions += (
            of_action(kind, space=self.space, seen=moment.seen, pointer=self.platform == "desktop")
            for kind in KINDS
            if kind in offered and kind not in tool.kinds and kind != "call_tool"
        )
        return functions + of_tools(moment.tools, taken=taken, dialect=self.name)

    def _signature(self, function: Function) -> str:
        described: dict[str, Any] = {"name_for_human": function.name} if self.platform in self.named_for_people else {}
        described |= {
            "name": function.name,
            "description": function.description,
            "parameters": function.parameters,
        }
        if self.platform in self.named_for_people:
            described["args_format"] = "Format the arguments as a JSON object."
        return dumps({"type": "function", "function": described})

    def _screen(self, now: Observation) -> list[Part]:
        """A screenshot, after what there is to say of it."""
        note = telling.screen(now, self.language)
        return [*([TextPart(f"\n{note}\n")] if note else []), ImagePart(now.picture)]

    def _told(self, step: Step) -> str:
        """A past step in the text history: the model's own sentence, or else the call; and what became of it."""
        said = telling.line(self.summary(step), limit=200)
        if step.action is None:
            said = telling.words(self.language)["none"]
        elif not said:
            name, arguments = self.device(step.seen or step.observation.size).write(step.action)
            said = dumps({"name": name, "arguments": arguments})
        outcome = telling.outcome(step, self.language)
        return f"{said} ({outcome})" if outcome else said

    def _said(self, step: Step) -> str:
        """A past step as the assistant's turn."""
        if step.action is None:
            return joined(neutral(step.thought), telling.words(self.language)["none"])
        return self.write(Decision(step.thought, (step.action,)), step.seen or step.observation.size)

    def _form(self) -> str:
        click = "click" if self.platform == "mobile" else "left_click"
        x, y = (0.5, 0.5) if self.space == "unit" else (500, 500)
        return self.tagged(self.tools[self.platform].name, {"action": click, "coordinate": [x, y]})

    def device(self, seen: Size) -> Device:
        return Device(self.platform, self.space, seen)

    # ------------------------------------------------------------ write

    def write(self, decision: Decision, seen: Size) -> str:
        thought = neutral(decision.thought.strip())
        calls: list[str] = []
        for action in decision.actions:
            name, arguments = self.device(seen).write(action)
            if isinstance(action, CallTool) and (not is_name(name) or taken(name)):
                raise ValueError(f"a tool of this dialect can't be called {name!r}")
            calls.append(self.tagged(name, arguments))
        written = "\n".join(calls)
        return self.reply(thought, written) if thought else written

    # ------------------------------------------------------------ parse

    def parse(self, text: str, seen: Size) -> Decision:
        check_length(text)
        notes = Notes()
        calls, conclusions = find_calls(text, notes)
        if not calls and (bare := bare_call(text)) is not None:
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
        before = THOUGHT_TAG.sub("\n", text[: calls[0].start])
        thought = joined(self.read_thought(before.strip()), *conclusions)
        return Decision(thought, (action,), notes.all)

    def _action(self, call: dict[str, Any], seen: Size, notes: Notes) -> Action:
        name, arguments = unpacked(call, self.tools[self.platform].name, notes)
        action = self.device(seen).read(name, arguments, notes)
        if action is not None:
            return action
        if not is_name(name):
            raise ParseError(f"{name[:40]!r} is no name of a function")
        return CallTool(name=name, arguments=arguments)
