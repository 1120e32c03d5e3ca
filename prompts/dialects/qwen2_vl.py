"""Qwen2-VL: function calls between ✿ marks, points in thousandths (boxes: qwen_grounding.py).

Sources: the agent example in section 2.2 of the Qwen2-VL paper (arXiv 2409.12191) for the English sentences of the
system prompt, the order of the user's turn (task, then screenshot) and points as Python tuples; QwenLM/Qwen-Agent,
qwen_agent/llm/fncall_prompts/qwen_fncall_prompt.py at bb52139 for the marks, the blank lines, the Chinese sentences,
the stop words, and for leaving out ": " after the last ✿RETURN✿ (it may be one token with what follows). What can be
called, and how it is described: qwen2_vl_functions.py.

Prose without a call is **not** read as the end of the task, although the paper's example ends so. The text alone can't
tell a last word from a plan whose call was forgotten, a refusal, a reply that was cut off or plain nonsense, and taking
any of these for success would be a lie. The offered functions have an explicit `Finish`; a model that ends in
prose is told to call it, which costs one more short reply.

The past is text (`History(screenshots=1)`), a line for each step, its thought before its call, as Aguvis and UI-TARS
keep theirs: what was read on a screen that is gone stands nowhere else. With more screenshots it has the form of the
paper: calls, results and screenshots add up in one assistant turn which the model goes on writing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, ClassVar

from actions.errors import ParseError
from actions.geometry import Point, Size, Space, to_model
from actions.types import KINDS, Action, Button, CallTool, Kind
from environments.base import Observation
from environments.episode import Step
from prompts import telling
from prompts.chinese import to_chinese
from prompts.dialect import ALWAYS, Decision, Moment
from prompts.dialects.qwen2_vl_functions import (
    BUTTON_BY_NAME,
    BUTTONS,
    KIND_BY_NAME,
    NAMES,
    described,
    described_tool,
    of_actions,
    taken,
)
from prompts.dialects.qwen2_vl_grammar import one_of
from prompts.foreign import LONGEST_TASK, dumps, neutral
from prompts.grammar import Grammar
from prompts.literal import read_object
from prompts.messages import ImagePart, Message, Part, TextPart
from prompts.planning import ELEMENT, WORDS, Call, PlanningDialect, arguments_in_words, in_words
from prompts.reading import (
    LONGEST_NAME,
    THOUGHT_TAG,
    Notes,
    check_length,
    is_name,
    joined,
    open_thought,
    plain_name,
    quoted_at,
)
from prompts.schema import Function, arguments_of, of_tools, read_action

NAME, ARGS, RESULT, EXIT = "✿FUNCTION✿", "✿ARGS✿", "✿RESULT✿", "✿RETURN✿"

_FRAME = {
    "en": (
        "# Actions\n\n## You have the following actions.\n\n{functions}\n\n"
        "## Continuously take action until the task is completed.\n\n"
        f"{NAME}: The action to take, should be one of [{{names}}].\n"
        f"{ARGS}: The input of the action.\n{RESULT}: Action results.\n{EXIT}: Reply based on action results."
    ),
    "zh": (
        "# 工具\n\n## 你拥有如下工具：\n\n{functions}\n\n"
        "## 你可以在回复中插入零次、一次或多次以下命令以调用工具：\n\n"
        f"{NAME}: 工具名称，必须是[{{names}}]之一。\n"
        f"{ARGS}: 工具输入\n{RESULT}: 工具结果\n{EXIT}: 根据工具结果进行回复"
    ),
}
_ASSISTANT = "You are a helpful assistant."
_PAST = {"en": "Actions taken so far:", "zh": "已执行的操作："}
_PROSE = f"it holds no call: expected {NAME} and {ARGS} (if the task is over, call Finish; words alone end nothing)"

_MARK = re.compile(rf"{NAME}|{THOUGHT_TAG.pattern}", re.IGNORECASE)


class Qwen2VL(PlanningDialect):
    """The dialect of Qwen2-VL 2B, 7B and 72B."""

    name: ClassVar[str] = "qwen2_vl"
    model_types: ClassVar[frozenset[str]] = frozenset({"qwen2_vl"})
    space: Space = "thousand"
    stop: ClassVar[tuple[str, ...]] = (RESULT, EXIT)

    def kinds(self) -> frozenset[Kind]:
        return frozenset(KINDS)

    # ------------------------------------------------------------ render

    def render(self, moment: Moment) -> list[Message]:
        past = self.history.past(moment.steps)
        shown = self.history.with_picture(moment.steps)
        turns = [s for s in past if s.index in shown]
        told = "".join(self._told(s) for s in past if s.index not in shown)
        system = Message.of("system", f"{_ASSISTANT}\n\n{self._functions(moment)}")
        text = f"{neutral(moment.task, limit=LONGEST_TASK)}\n{_PAST[self.language]}\n{told}"
        form = f"{NAME}: {NAMES['click']}\n{ARGS}: {self._example()}"
        corrections = telling.corrections(moment.attempts, form, self.language)
        now = self._screen(moment.now)
        if not turns:
            return [system, Message.of("user", text, *now, *([f"\n{corrections}"] if corrections else []))]
        messages = [
            system,
            Message.of("user", text, *self._screen(turns[0].observation)),
            Message("assistant", tuple(self._turns(turns, now, moment.seen))),
        ]
        return [*messages, Message.of("user", corrections)] if corrections else messages

    def _screen(self, now: Observation) -> list[Part]:
        """A screenshot, after what there is to say of it."""
        note = telling.screen(now, self.language)
        return [*([TextPart(f"{note}\n")] if note else []), ImagePart(now.picture)]

    def _functions(self, moment: Moment) -> str:
        """What the model may call: the kinds that the moment supports, and the user's tools.

        Waiting, answering and finishing are always there. `UsageError` for a tool with the name of an action.
        """
        actions, tools = self._actions(moment), of_tools(moment.tools, taken=taken, dialect=self.name)
        if self.describes:
            actions = [in_words(f, to_chinese if self.language == "zh" else str) for f in actions]
        texts = [described(f, self.language) for f in actions] + [described_tool(f, self.language) for f in tools]
        names = ",".join(f.name for f in [*actions, *tools])
        return _FRAME[self.language].format(functions="\n\n".join(texts), names=names)

    def _actions(self, moment: Moment) -> list[Function]:
        return of_actions(
            moment.supports | ALWAYS,
            platform=self.platform,
            space=self.space,
            seen=moment.seen,
            language=self.language,
        )

    def grammar(self, moment: Moment) -> Grammar | None:
        """None for a planner: whether words describe an element is nothing that a grammar can tell."""
        if self.describes:
            return None
        tools = of_tools(moment.tools, taken=taken, dialect=self.name)
        return one_of(self._actions(moment), tools, name=NAME, args=ARGS)

    def _told(self, step: Step) -> str:
        """A past step on one line."""
        call = self._call(step.action, step) if step.action is not None else telling.words(self.language)["none"]
        outcome = telling.outcome(step, self.language)
        thought = telling.line(step.thought, limit=300)
        return f"{step.index + 1}. {f'{thought} ' if thought else ''}{call}{f' ({outcome})' if outcome else ''}\n"

    def _call(self, action: Action, step: Step) -> str:
        name, arguments = self._named(action, step.seen or step.observation.size, step)
        return f"{name} {arguments}"

    def _turns(self, steps: Sequence[Step], now: Sequence[Part], seen: Size) -> list[Part]:
        """One assistant turn: calls, results and screenshots, up to where the model goes on."""
        parts: list[Part] = []
        for i, step in enumerate(steps):
            if step.action is None:
                call = joined(neutral(step.thought), telling.words(self.language)["none"])
            else:
                call = self._written(step.thought, [self._named(step.action, step.seen or seen, step)])
            outcome = telling.outcome(step, self.language)
            parts.append(TextPart(f"{f'{EXIT}: ' if i else ''}{call}\n{RESULT}: {f'{outcome} ' if outcome else ''}"))
            parts += self._screen(steps[i + 1].observation) if i + 1 < len(steps) else now
            parts.append(TextPart("\n"))
        return [*parts, TextPart(EXIT)]

    def _example(self) -> str:
        if self.describes:
            return dumps({ELEMENT: WORDS})
        x, y = to_model(Point(0.5, 0.5), space=self.space, seen=Size(1000, 1000))
        return f'{{"point": ({x},{y})}}'

    # ------------------------------------------------------------ write

    def write(self, decision: Decision, seen: Size) -> str:
        return self._written(decision.thought, [self._named(action, seen) for action in decision.actions])

    def _written(self, thought: str, calls: Sequence[tuple[str, str]]) -> str:
        thought = neutral(thought.strip())
        return "\n".join([*([thought] if thought else []), *(f"{NAME}: {n}\n{ARGS}: {a}" for n, a in calls)])

    def _named(self, action: Action, seen: Size, step: Step | None = None) -> tuple[str, str]:
        """The function and its arguments as text; points are tuples, as the model writes them. `step`: that of the past
        in which it was done."""
        if isinstance(action, CallTool):
            if not is_name(action.name) or taken(action.name):
                raise ValueError(f"a tool of this dialect can't be called {action.name!r}")
            return action.name, dumps(action.arguments)
        if isinstance(action, Button):
            return BUTTONS[action.name][0], "{}"
        if self.describes:
            return NAMES[action.kind], dumps(arguments_in_words(action, step))
        pairs = arguments_of(action, space=self.space, seen=seen).items()
        written = (
            f"{dumps(k)}: ({v[0]},{v[1]})" if isinstance(v, tuple) else f"{dumps(k)}: {dumps(v)}" for k, v in pairs
        )
        return NAMES[action.kind], f"{{{', '.join(written)}}}"

    # ------------------------------------------------------------ parse

    def parse(self, text: str, seen: Size) -> Decision:
        """The last call of a reply; it must be complete. Everything before the first call is the thought.

        What follows a stop word is the model's own invention of a result and is left out, with a repair noted.
        """
        notes = Notes()
        call = self.read_call(text, notes)
        return Decision(call.thought, (self.act(call, seen, notes),), notes.all)

    def read_call(self, text: str, notes: Notes) -> Call:
        check_length(text)
        start = len(text) - len(text.lstrip())
        if text.startswith((":", "："), start):
            start += 1
        start += len(text[start:]) - len(text[start:].lstrip())
        thoughts: list[str] = []
        while found := open_thought(text, start):
            thoughts.append(found.text)
            start = found.end + len(text[found.end :]) - len(text[found.end :].lstrip())
        stop = min((i for mark in self.stop if (i := text.find(mark, start)) >= 0), default=len(text))
        if stop < len(text):
            notes.add("invented result left out")
        calls = _calls(text, start, stop, notes)
        if not calls:
            raise ParseError(_PROSE)
        first, last = calls[0], calls[-1]
        if first != last:
            notes.add("several calls, the last one taken")
        thought = THOUGHT_TAG.sub("\n", text[start:first])
        name, at = self._function_name(text, last + len(NAME), stop)
        arguments = self._arguments(text, at, stop, notes)
        notes.drop("tuple")
        return Call(joined(*thoughts, thought), name, arguments)

    def _function_name(self, text: str, start: int, stop: int) -> tuple[str, int]:
        """The name after ✿FUNCTION✿, and where its arguments begin."""
        args = text.find(ARGS, start, stop)
        if args < 0:
            raise ParseError(f"the call has no {ARGS}: it is cut off, or they were left out")
        if args - start > 2 * LONGEST_NAME:
            raise ParseError("the call has no readable name")
        return text[start:args].strip(" \t\r\n:：`*"), args + len(ARGS)

    def _arguments(self, text: str, at: int, stop: int, notes: Notes) -> dict[str, Any]:
        start = at
        while start < stop and text[start] in " \t\r\n:：":
            start += 1
        for fence in ("```json", "```"):
            if text.startswith(fence, start):
                notes.add("fenced block")
                start += len(fence)
                while start < stop and text[start] in " \t\r\n":
                    start += 1
                break
        found = read_object(text[:stop], start)
        notes.add(*found.repairs)
        if text[found.end : stop].strip(" \t\r\n`"):
            notes.add("text after the call left out")
        return found.value

    def is_own(self, name: str) -> bool:
        return taken(name)

    def act(self, call: Call, seen: Size, notes: Notes) -> Action:
        name, arguments = call.name, call.arguments
        plain = plain_name(name)
        if (button := BUTTON_BY_NAME.get(plain)) is not None:
            own, _ = BUTTONS[button]
            if name != own:
                notes.add(f"{name!r} read as {own!r}")
            if arguments:
                raise ParseError(f"{own} takes no arguments")
            return Button(name=button)
        if (kind := KIND_BY_NAME.get(plain)) is not None:
            if name != NAMES[kind]:
                notes.add(f"{name!r} read as {NAMES[kind]!r}")
            return read_action(kind, arguments, space=self.space, seen=seen, notes=notes)
        if not is_name(name):
            raise ParseError(f"{name[:40]!r} is no name of a function")
        return CallTool(name=name, arguments=dict(arguments))


def _calls(text: str, start: int, stop: int, notes: Notes) -> list[int]:
    """Where the calls begin that are made: after the end of the last thought, and not in quotes."""
    calls: list[int] = []
    while mark := _MARK.search(text, start, stop):
        start = mark.end()
        if mark.group() == NAME:
            if not quoted_at(text, mark.start()):
                calls.append(mark.start())
        elif (thought := open_thought(text, mark.start())) is not None:
            start = thought.end
        else:
            notes.add("thought closed but not opened")
            calls.clear()
    return calls
