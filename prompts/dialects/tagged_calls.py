"""Calls between `<tool_call>` tags, after a thought: how they are written and read, whatever prompt asks for them.

How calls are found in a reply is in tool_call_reading.py, what they mean in device_use.py.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from actions.describe import in_words
from actions.errors import ParseError
from actions.geometry import Size
from actions.types import KINDS, Action, CallTool, Kind
from environments.base import Observation, Platform
from environments.episode import Step
from prompts import telling
from prompts.dialect import Decision, Dialect
from prompts.dialects.device_use import Device
from prompts.dialects.device_words import TOOLS, DeviceTool, taken
from prompts.dialects.tool_call_reading import CLOSE, IN_JSON, OPEN, RESPONSE, bare_call, find_calls, unpacked
from prompts.foreign import dumps, neutral
from prompts.messages import ImagePart, Part, TextPart
from prompts.reading import THOUGHT_TAG, Notes, check_length, is_name, joined


class TaggedCallDialect(Dialect):
    """A family that writes such calls."""

    stop: ClassVar[tuple[str, ...]] = (RESPONSE,)
    tools: ClassVar[Mapping[Platform, DeviceTool]] = TOOLS
    form: ClassVar[str] = IN_JSON
    """The form of a call that is no repair."""

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

    def kinds(self) -> frozenset[Kind]:
        return frozenset(KINDS)

    def _screen(self, now: Observation) -> list[Part]:
        """A screenshot, after what there is to say of it."""
        note = telling.screen(now, self.language)
        return [*([TextPart(f"\n{note}\n")] if note else []), ImagePart(now.picture)]

    def _said(self, step: Step) -> str:
        """A past step as the assistant's turn."""
        if step.action is None:
            return joined(neutral(step.thought), telling.words(self.language)["none"])
        try:
            return self._reply(step.thought, [self._call(step.action, step.seen or step.observation.size, step)])
        except ValueError:  # done by another dialect
            return joined(neutral(step.thought), neutral(in_words(step.action)))

    def _form(self) -> str:
        click = "click" if self.platform == "mobile" else "left_click"
        x, y = (0.5, 0.5) if self.space == "unit" else (500, 500)
        return self.tagged(self.tools[self.platform].name, {"action": click, "coordinate": [x, y]})

    def device(self, seen: Size) -> Device:
        return Device(self.platform, self.space, seen)

    # ------------------------------------------------------------ write

    def write(self, decision: Decision, seen: Size) -> str:
        return self._reply(decision.thought, [self._call(action, seen) for action in decision.actions])

    def _reply(self, thought: str, calls: Sequence[tuple[str, dict[str, Any]]]) -> str:
        written = "\n".join(self.tagged(name, arguments) for name, arguments in calls)
        thought = neutral(thought.strip())
        return self.reply(thought, written) if thought else written

    def _call(self, action: Action, seen: Size, step: Step | None = None) -> tuple[str, dict[str, Any]]:  # noqa: ARG002
        """The function and the arguments for an action; `step`: that of the past in which it was done."""
        if action.kind not in self.kinds():
            raise ValueError(f"the dialect {self.name} has no word for {action.kind}")
        name, arguments = self.device(seen).write(action)
        if isinstance(action, CallTool) and (not is_name(name) or taken(name)):
            raise ValueError(f"a tool of this dialect can't be called {name!r}")
        return name, arguments

    # ------------------------------------------------------------ parse

    def parse(self, text: str, seen: Size) -> Decision:
        notes = Notes()
        thought, call = self._last_call(text, notes)
        return Decision(thought, (self._action(call, seen, notes),), notes.all)

    def _last_call(self, text: str, notes: Notes) -> tuple[str, dict[str, Any]]:
        """The thought of a reply, and its last call."""
        check_length(text)
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
        notes.drop(self.form)
        before = THOUGHT_TAG.sub("\n", text[: calls[0].start])
        return joined(self.read_thought(before.strip()), *conclusions), last.value

    def _action(self, call: dict[str, Any], seen: Size, notes: Notes) -> Action:
        name, arguments = self._unpacked(call, notes)
        return self._meant(name, arguments, seen, notes)

    def _unpacked(self, call: dict[str, Any], notes: Notes) -> tuple[str, dict[str, Any]]:
        return unpacked(call, self.tools[self.platform].name, notes)

    def _meant(self, name: str, arguments: dict[str, Any], seen: Size, notes: Notes) -> Action:
        action = self.device(seen).read(name, arguments, notes)
        if action is not None:
            return action
        if not is_name(name):
            raise ParseError(f"{name[:40]!r} is no name of a function")
        return CallTool(name=name, arguments=arguments)
