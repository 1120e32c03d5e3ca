"""The `<tool_call>` prompt that Qwen2.5-VL and Qwen3-VL share: functions in `<tools>`, the past in the user's turn.

Sources: QwenLM/Qwen-Agent, qwen_agent/llm/fncall_prompts/nous_fncall_prompt.py (the frame of the system prompt and the
tags); QwenLM/Qwen3-VL at 8cdcb85, cookbooks/mobile_agent.ipynb (the user's turn: query, "Task progress", screenshot).
How calls are written and read is in tagged_calls.py. The frame is English in both languages, as trained; what became
of past steps is told in the dialect's language.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

from actions.geometry import Size
from actions.types import KINDS, Action, CallTool
from environments.base import Platform
from environments.episode import Step
from prompts import telling
from prompts.dialect import ALWAYS, Moment
from prompts.dialects.device_grammar import MOST_PIXELS, GrammarCall, in_json, of_function, words
from prompts.dialects.device_words import taken
from prompts.dialects.tagged_calls import TaggedCallDialect
from prompts.foreign import LONGEST_TASK, dumps, neutral
from prompts.grammar import Grammar
from prompts.messages import Message, TextPart
from prompts.planning import ELEMENT, WORDS, Call, PlanningDialect, arguments_in_words, in_words
from prompts.reading import Notes
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
_ENDINGS = ("use action=terminate in the tool call", "call finish")
"""How the families' own words say that a task ends, and what a planner has for it."""
_PROGRESS = "Task progress (You have done the following operation on the current device): "


class ToolCallDialect(TaggedCallDialect, PlanningDialect):
    """What the families differ in is below; all else is shared.

    A planner is offered the functions made from the action classes alone: the device's tool is trained on numbers.
    """

    frame: ClassVar[str] = _FRAME
    """What tells of the functions, with a place for their signatures."""
    named_for_people: ClassVar[frozenset[Platform]] = frozenset()
    """Where a signature also holds `name_for_human` and `args_format`."""
    most_pixels: ClassVar[int] = MOST_PIXELS
    """What a call may scroll by at most."""
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

    def summary(self, step: Step) -> str:  # noqa: ARG002  a family may have its own words for a step
        """What the model itself said it did, in a sentence; empty where it said no such thing."""
        return ""

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
        system = self.system(self.frame.format(signatures))
        messages = [
            Message.of("system", system.replace(*_ENDINGS) if self.describes else system),
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
        pointer = self.platform == "desktop"
        tools = of_tools(moment.tools, taken=taken, dialect=self.name)
        if self.describes:
            own = (
                of_action(kind, space=self.space, seen=moment.seen, pointer=pointer)
                for kind in KINDS
                if kind in offered and kind != "call_tool"
            )
            return [*map(in_words, own), *tools]
        tool = self.tools[self.platform]
        functions = [tool.function(offered, self.resolution(moment.seen))]
        functions += (
            of_action(kind, space=self.space, seen=moment.seen, pointer=pointer)
            for kind in KINDS
            if kind in offered and kind not in tool.kinds and kind != "call_tool"
        )
        return functions + tools

    def grammar(self, moment: Moment) -> Grammar | None:
        """None for a planner: whether words describe an element is nothing that a grammar can tell."""
        if self.describes:
            return None
        device, *others = self.functions(moment)
        said = words(
            self.tools[self.platform],
            moment.supports | ALWAYS,
            space=self.space,
            seen=moment.seen,
            most_pixels=self.most_pixels,
        )
        return self.one_of([*(GrammarCall(device.name, arguments) for arguments in said), *map(of_function, others)])

    def one_of(self, calls: Sequence[GrammarCall]) -> Grammar:
        """A reply with one of these calls, in the family's form."""
        return in_json(calls)

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

    def _told(self, step: Step) -> str:
        """A past step in the text history: the model's own sentence, or else the call; and what became of it."""
        said = telling.line(self.summary(step), limit=200)
        if step.action is None:
            said = telling.words(self.language)["none"]
        elif not said:
            name, arguments = self._call(step.action, step.seen or step.observation.size, step)
            said = dumps({"name": name, "arguments": arguments})
        outcome = telling.outcome(step, self.language)
        return f"{said} ({outcome})" if outcome else said

    # ------------------------------------------------------------ plan

    def read_call(self, text: str, notes: Notes) -> Call:
        thought, call = self._last_call(text, notes)
        return Call(thought, *self._unpacked(call, notes))

    def is_own(self, name: str) -> bool:
        return taken(name)

    def act(self, call: Call, seen: Size, notes: Notes) -> Action:
        return self._meant(call.name, dict(call.arguments), seen, notes)

    def _call(self, action: Action, seen: Size, step: Step | None = None) -> tuple[str, dict[str, Any]]:
        if not self.describes or isinstance(action, CallTool):
            return super()._call(action, seen, step)
        return action.kind, arguments_in_words(action, step)

    def _form(self) -> str:
        return self.tagged("click", {ELEMENT: WORDS}) if self.describes else super()._form()
