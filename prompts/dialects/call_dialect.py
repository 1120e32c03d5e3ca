"""What the families share that write an action as a call in code-like text: `click(start_box='(495,30)')`.

A subclass says what its words are (`say`) and what they mean (`hear`). What an action can say beyond a family's words
(a double tap, a time) is said by a call that is named after its kind, with the fields of its class as arguments: so
every action of a kind that the family knows is read back as it was written. The model is told of two such calls, since
without them it could neither answer nor give up: `answer(text='…')` and `finish(success=False, message='…')`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Set
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

from actions.describe import in_words
from actions.errors import ParseError
from actions.geometry import Point, Size, to_model
from actions.types import Action, Kind
from environments.episode import Step
from prompts import telling
from prompts.calls import Call, Verbatim, write_call
from prompts.dialect import ALWAYS, Decision, Dialect
from prompts.dialects.call_reading import Form, read_said
from prompts.dialects.device_use import Device
from prompts.foreign import neutral
from prompts.reading import Notes, plain_name, read_point
from prompts.schema import CLASSES, arguments_of, read_action, validated

ANSWER = "answer(text='xxx') # Give the answer that the task asked for, then finish."
GIVE_UP = "finish(success=False, message='xxx') # Give the task up, and say why it can't be done."


class Reply(NamedTuple):
    """What a call stands in."""

    thought: str
    seen: Size
    notes: Notes


class CallDialect(Dialect):
    form: ClassVar[Form]
    sequence: ClassVar[bool] = False
    """Whether several calls in a reply mean all of them, one after another."""
    words: ClassVar[frozenset[str]]
    """The names of the family's calls, on any platform."""
    quote: ClassVar[str] = "'"
    quoted_points: ClassVar[bool] = False
    """Whether the family puts points in quotes."""

    @abstractmethod
    def say(self, action: Action, seen: Size) -> str | None:
        """The call for an action in the family's own words; None where they don't say exactly this."""

    @abstractmethod
    def hear(self, call: Call, reply: Reply) -> Action:
        """The action that a call in the family's own words means. Raises `ParseError`."""

    def write_thought(self, thought: str) -> str:
        """A thought as it stands before the label, with its line end."""
        return f"{thought}\n"

    @abstractmethod
    def write_calls(self, calls: str) -> str:
        """Calls, one to a line, with the label before them."""

    def read_thought(self, text: str) -> str:
        return text

    # ------------------------------------------------------------ write

    def write(self, decision: Decision, seen: Size) -> str:
        thought = neutral(decision.thought.strip())
        calls = "\n".join(self.call(action, seen) for action in decision.actions)
        return f"{self.write_thought(thought) if thought else ''}{self.write_calls(calls)}"

    def call(self, action: Action, seen: Size) -> str:
        if action.kind not in self.kinds():
            raise ValueError(f"the dialect {self.name} has no word for {action.kind}")
        if (said := self.say(action, seen)) is not None:
            return said
        arguments = arguments_of(action, space=self.space, seen=seen)
        return write_call(action.kind, (), arguments, quote=self.quote)

    def place(self, point: Point, seen: Size) -> Verbatim:
        """A point as the family writes it."""
        x, y = to_model(point, space=self.space, seen=seen)
        return Verbatim(f"({x},{y})")

    def said(self, step: Step) -> str:
        """A past step's call, or the nearest there is to it."""
        if step.action is None:
            return telling.words(self.language)["none"]
        if step.action.kind in self.kinds():
            return self.call(step.action, step.seen or step.observation.size)
        return telling.line(in_words(step.action), limit=300)  # a resumed run of another dialect

    def told(self, step: Step) -> str:
        """A past step's call and what became of it, on one line."""
        outcome = telling.outcome(step, self.language)
        return f"{self.said(step)} ({outcome})" if outcome else self.said(step)

    # ------------------------------------------------------------ parse

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(plain_name(n) for n in (*self.words, *self.kinds()))

    def known(self, name: str) -> bool:
        return plain_name(name) in self._names

    def parse(self, text: str, seen: Size) -> Decision:
        notes = Notes()
        said = read_said(text, self.form, self.known, notes)
        calls = said.calls if self.sequence else said.calls[-1:]
        if len(calls) < len(said.calls):
            notes.add("several actions, the last one taken")
        reply = Reply(self.read_thought(said.thought), seen, notes)
        actions = tuple(self._action(call, reply) for call in calls)
        if self.quoted_points:
            notes.drop("point in a string")
        return Decision(reply.thought, actions, notes.all)

    def _action(self, call: Call, reply: Reply) -> Action:
        reply.notes.add(*call.repairs)
        kind: Kind | None = next((k for k in self.kinds() if plain_name(k) == plain_name(call.name)), None)
        own = kind is not None and not call.positional and set(call.named) <= set(CLASSES[kind].model_fields)
        if kind is not None and own and (call.named or call.name not in self.words):
            return read_action(kind, call.named, space=self.space, seen=reply.seen, notes=reply.notes)
        return self.hear(call, reply)

    def point(self, value: Any, reply: Reply) -> Point:
        return read_point(value, space=self.space, seen=reply.seen, notes=reply.notes)

    def device(self, seen: Size) -> Device:
        """Swipes are read and written as those of a device."""
        return Device(self.platform, self.space, seen)


def lines(space: Iterable[tuple[str, Set[Kind]]], offered: Set[Kind]) -> str:
    """The lines of an action space for the kinds that are offered; those of `ALWAYS` are."""
    return "\n".join(line for line, kinds in space if kinds & (offered | ALWAYS))


def arguments(call: Call, *parameters: str, needed: int | None = None) -> dict[str, Any]:
    """The arguments of a call by their names, positional ones in the order of `parameters`.

    A parameter is one name or several ("start_box|point"), of which the first is used. The first `needed` (all, where
    it isn't given) must be there. Unknown arguments are a `ParseError`.
    """
    names = {name: p.split("|")[0] for p in parameters for name in p.split("|")}
    first = [p.split("|")[0] for p in parameters]
    if len(call.positional) > len(first):
        raise ParseError(f"{call.name} has {len(call.positional)} arguments, expected at most {len(first)}")
    result = dict(zip(first, call.positional, strict=False))
    for key, value in call.named.items():
        if key not in names or names[key] in result:
            raise ParseError(f"{call.name} takes no {key[:40]!r}, or twice; it takes {', '.join(first) or 'nothing'}")
        result[names[key]] = value
    for name in first[: len(first) if needed is None else needed]:
        if name not in result:
            raise ParseError(f"{call.name} needs {name}")
    return result


def action(kind: Kind, **fields: Any) -> Action:
    """An action; `ParseError` where a field is not what it must be."""
    return validated({"kind": kind, **fields})
