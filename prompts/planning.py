"""Planning for a grounder: where a dialect would ask for a point, it asks for the element in words.

A dialect that is made from function schemas can do this: each kind of action is a function of its own, its points are
texts. A reply is read in two steps, since between them stands another model: `plan` tells which elements it names,
`resolve` makes the decision once a grounder has found them. agent/grounder.py does what lies between.
"""

from __future__ import annotations

import copy
from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

from actions.errors import ParseError, UsageError
from actions.geometry import Point, Size
from actions.types import Action
from environments.episode import Step
from prompts.dialect import Decision, Dialect
from prompts.foreign import neutral
from prompts.reading import Notes
from prompts.schema import POINT_NAMES, Function, arguments_of

ELEMENT = "element"
"""What the field `point` is called for a planner; `start` and `end` keep their names."""
WORDS = "the element in words that fit nothing else on this screen: what it is, what it says, where it is"
MIDDLE = "what to do it on, in words; by default the middle of the screen"

_FIELDS = frozenset({"point", "start", "end"})
_PLACES = frozenset({ELEMENT, *_FIELDS, "coordinate2", "start_coordinate", "end_coordinate", *POINT_NAMES})
_EXAMPLE = f'{{"{ELEMENT}": "the blue Send button at the bottom right"}}'


class Call(NamedTuple):
    """The last call of a reply, and the thought before it."""

    thought: str
    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a planner asks for. `places`: the arguments that name an element in words, and these words."""

    call: Call
    places: Mapping[str, str]
    repairs: tuple[str, ...]


class PlanningDialect(Dialect):
    """A dialect that can ask for words where it would ask for points, and does so where it `describes`."""

    describes: bool = False

    def describing(self) -> Self:
        """This dialect, which asks for words."""
        dialect = copy.copy(self)
        dialect.describes = True
        return dialect

    @abstractmethod
    def read_call(self, text: str, notes: Notes) -> Call:
        """Raises `ParseError`, as `parse` does."""

    @abstractmethod
    def is_own(self, name: str) -> bool:
        """Whether a call by this name is an action, and not a tool of the user's."""

    @abstractmethod
    def act(self, call: Call, seen: Size, notes: Notes) -> Action:
        """What a call means. Raises `ParseError`."""

    def plan(self, text: str) -> Plan:
        """What a reply asks for. Raises `ParseError`."""
        notes = Notes()
        call = self.read_call(text, notes)
        if not self.is_own(call.name):
            return Plan(call, {}, notes.all)
        arguments = {("point" if key == ELEMENT else key): value for key, value in call.arguments.items()}
        places = {key: value for key, value in arguments.items() if key in _PLACES and isinstance(value, str)}
        for key, words in places.items():
            if not any(c.isalpha() for c in words):
                raise ParseError(f"{key} is {words[:40]!r}: describe the element in words, as in {_EXAMPLE}")
        return Plan(call._replace(arguments=arguments), places, notes.all)

    def resolve(self, plan: Plan, found: Mapping[str, Point], seen: Size) -> Decision:
        """The decision, once each of the plan's `places` is found. Raises `ParseError`, also for a place in numbers."""
        notes = Notes()
        notes.add(*plan.repairs)
        action = self.act(plan.call._replace(arguments={**plan.call.arguments, **found}), seen, notes)
        for field, info in type(action).model_fields.items():
            value = getattr(action, field)
            if isinstance(value, Point) and value != info.default and value not in found.values():
                raise ParseError(f"{field} is given in numbers: describe the element in words, as in {_EXAMPLE}")
        return Decision(plan.call.thought, (action,), notes.all)


def describing(dialect: Dialect) -> PlanningDialect:
    """The dialect for a planner beside a grounder. `UsageError` where it has no place for words."""
    if not isinstance(dialect, PlanningDialect):
        raise UsageError(
            f"the dialect {dialect.name} has no place for an element in words, so its models can't plan for a grounder",
            remedy="leave --grounder out, or take a Qwen-VL as --model",
        )
    return dialect.describing()


# ---------------------------------------------------------------- functions and calls


def in_words(function: Function, translate: Callable[[str], str] = str) -> Function:
    """The function with texts in place of its points."""
    properties: dict[str, Any] = {}
    for name, schema in function.parameters["properties"].items():
        if name not in _FIELDS:
            properties[name] = schema
            continue
        text: dict[str, Any] = {"type": "string", "description": translate(MIDDLE if "default" in schema else WORDS)}
        if "anyOf" in schema:
            text = {"anyOf": [text, {"type": "null"}]} | {k: v for k, v in schema.items() if k == "description"}
        properties[_said(name)] = text
    required = [_said(name) for name in function.parameters["required"]]
    return Function(
        function.name, function.description, {**function.parameters, "properties": properties, "required": required}
    )


def arguments_in_words(action: Action, step: Step | None = None) -> dict[str, Any]:
    """What a planner would write for an action: as it said where, in `step`, or else by where on the screen it is."""
    groundings = step.attempts[-1].groundings if step is not None and step.attempts else ()
    said = {g.point: neutral(g.description) for g in groundings if g.point is not None}
    arguments = arguments_of(action, space="unit", seen=Size(1, 1))
    for field in _FIELDS & arguments.keys():
        point = getattr(action, field)
        if isinstance(point, Point):
            arguments[field] = said.get(point, f"the place {point.x:.0%} from the left and {point.y:.0%} from the top")
    return {_said(field): value for field, value in arguments.items()}


def _said(field: str) -> str:
    return ELEMENT if field == "point" else field
