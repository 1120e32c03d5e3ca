"""What a model is taught by a recorded step: what it is shown, and what it is to write, in one dialect.

A recorded action is in no dialect, so a run of one family teaches any other. Prompts are those of a live run: made by
the same `render`, with the past as that family would have seen it. What is written is read back before it is taught.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, replace

from actions.errors import ParseError
from actions.geometry import Point, Size, to_model
from actions.types import LOOP_KINDS, Action, Kind
from environments.episode import Episode, Step
from prompts.dialect import Decision, Dialect, Moment
from prompts.messages import Message, TextPart

STILL: frozenset[Kind] = frozenset({"wait", "ask_user", "answer", "finish"})
"""Kinds that are right though nothing on the screen changes."""

MANNER = frozenset({"seconds", "amount"})
"""Fields that say how far or how long, for which some families have no word: they teach what is done all the same."""


@dataclass(frozen=True, slots=True)
class Example:
    """One step. `messages` end with the assistant's turn, which ends with `target`. `approximate`: the fields of the
    action that the dialect can't say, each of `MANNER`. `seen`: the size at which the family sees this screen."""

    step: int
    messages: tuple[Message, ...]
    target: str
    seen: Size
    approximate: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A step that teaches nothing, and why."""

    step: int
    reason: str


def examples(
    episode: Episode, dialect: Dialect, *, resize: Callable[[Size], Size], supports: Set[Kind]
) -> Iterator[Example | LeftOut]:
    """Each step of an episode. `resize`: at which size the family sees a picture; `supports`: the kinds of action that
    the environment has."""
    asked: set[Kind] = {"ask_user"} if any(s.action and s.action.kind == "ask_user" for s in episode.steps) else set()
    offered = ((supports | LOOP_KINDS) - {"ask_user", "call_tool"} | asked) & dialect.kinds()
    past: list[Step] = []
    for step in episode.steps:
        seen = resize(step.observation.size)
        moment = Moment(episode.task, tuple(past), step.observation, seen, offered)
        past.append(replace(step, seen=seen))
        try:
            yield _example(moment, step, dialect)
        except _Unfit as e:
            yield LeftOut(step.index, str(e))


class _Unfit(Exception):
    """Why a step is left out; never leaves this module."""


def _example(moment: Moment, step: Step, dialect: Dialect) -> Example:
    action = _worth_teaching(step)
    try:
        target = dialect.write(Decision(step.thought, (action,)), moment.seen)
        read = dialect.parse(target, moment.seen).actions
    except (ValueError, ParseError) as e:
        raise _Unfit(f"{dialect.name} can't say this {action.kind}: {e}") from e
    if len(read) != 1 or (lost := _lost(action, read[0], dialect, moment.seen)) is None:
        raise _Unfit(f"{dialect.name} reads another action than this {action.kind}")
    return Example(step.index, _answered(dialect.render(moment), target), target, moment.seen, lost)


def _worth_teaching(step: Step) -> Action:
    action = step.action
    if action is None:
        raise _Unfit("no readable action")
    if action.kind == "call_tool":
        raise _Unfit("calls a tool, whose description is not recorded")
    if step.outcome is None or step.outcome.status != "done":
        raise _Unfit(f"outcome {step.outcome.status if step.outcome else 'unknown'}")
    if step.changed is False and action.kind not in STILL:
        raise _Unfit("nothing visible changed")
    return action


def _lost(recorded: Action, read: Action, dialect: Dialect, seen: Size) -> tuple[str, ...] | None:
    """The fields of `MANNER` that were not read back as recorded; None where it is another action altogether."""
    if type(recorded) is not type(read):
        return None
    lost: list[str] = []
    for name in type(recorded).model_fields:
        one, two = (_on_grid(getattr(a, name), dialect, seen) for a in (recorded, read))
        if one == two:
            continue
        if name not in MANNER:
            return None
        lost.append(f"{recorded.kind}.{name}")
    return tuple(lost)


def _on_grid(value: object, dialect: Dialect, seen: Size) -> object:
    """A point in the dialect's own numbers, of which one step is all that rounding may cost."""
    return to_model(value, space=dialect.space, seen=seen) if isinstance(value, Point) else value


def _answered(messages: Sequence[Message], target: str) -> tuple[Message, ...]:
    """The prompt with the reply; where it ends in the assistant's own turn, the model goes on writing that."""
    last = messages[-1]
    if last.role != "assistant":
        return (*messages, Message.of("assistant", target))
    return (*messages[:-1], Message("assistant", (*last.parts, TextPart(target))))
