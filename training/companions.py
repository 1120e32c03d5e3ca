"""What other tasks would do on the same screens.

Which row is tapped, what is typed and whether a switch is right already follow from the task as much as from the
screen, and an episode has one task: of most screens it teaches one of many steps that could be right there, and hardly
ever that something is right before it was touched. So other tasks, that aren't set up, go along for as long as they
would do the same; where they would do something else, that is taught too, and their way ends. (A goal that is put in
the place of another's in what was done already: Andrychowicz et al., Hindsight Experience Replay, arXiv 1707.01495.)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from actions.types import Answer, Button, Drag, Scroll
from environments.episode import Step
from environments.phone.nodes import Node
from environments.phone.oracle import Oracle
from environments.phone.phone import Phone
from environments.phone.tasks import TEMPLATES, PhoneTask, Template
from environments.phone.tasks.eyes import Move

OF_SAME, OF_APP = 24, 2
"""So many of the task's template, first those that are nearly the same task, and of each other one that begins in the
same app."""
NOT_HERE = LookupError, ValueError, AttributeError, AssertionError
"""What a template says of a phone that has nothing of what it is about: it was to be set up, and isn't."""


@dataclass(slots=True)
class Companion:
    """wanted: what the phone keeps once it is done. was_done: whether it keeps that already, though nobody has seen it,
    and the phone may be locked yet."""

    oracle: Oracle
    wanted: dict[str, Any]
    was_done: bool
    steps: list[Step] = field(default_factory=list[Step])
    move: Move | None = None
    """What it would do on this screen."""

    @property
    def goal(self) -> Template:
        return self.oracle.task.goal

    def look(self, nodes: Sequence[Node], data: dict[str, Any]) -> None:
        oracle = self.oracle
        goal, phone = self.goal, oracle.phone
        try:
            # What it has answered is right, since it saw it; only a task that is set up would know.
            has_answered = any(isinstance(step.action, Answer) for step in self.steps)
            is_done = data == self.wanted and goal.holds(phone) and (has_answered or goal.answered(None))
            move = oracle.on(nodes, is_done=is_done)
            if is_done and not has_answered and self.was_done and not goal.seen_done(oracle.eyes):
                move = oracle.on(nodes, is_done=False)
        except NOT_HERE:
            move = None
        self.move = move


class Companions:
    def __init__(self, task: PhoneTask, phone: Phone, random: Random) -> None:
        """The task is set up, and its names are those that tasks are made of now."""
        self._phone, self._random = phone, random
        self._all = list(_along_with(task, phone, random))

    def look(self) -> None:
        """See the screen as it is now."""
        nodes, data = self._phone.nodes(), self._phone.data()
        for one in self._all:
            one.look(nodes, data)
        self._all = [one for one in self._all if one.move is not None]

    def others(self, right: Move, count: int) -> list[tuple[Companion, Move]]:
        """Up to `count` that would do something else than what is right for the task, or think so; one of them at most
        only goes somewhere else."""
        found: dict[Move, Companion] = {}
        for one in self._random.sample(self._all, len(self._all)):
            if one.move is not None and one.move[0] != right[0]:
                found.setdefault(one.move, one)
        away = [move for move in found if isinstance(move[1], Scroll | Drag | Button)]
        here = [move for move in found if move not in away]
        return [(found[move], move) for move in [*away[:1], *here][:count]]

    def go_on(self, right: Move, step: Step) -> None:
        """With those that would have done what was right for the task; `step` is what became of it."""
        self._all = [one for one in self._all if one.move is not None and one.move[1] == right[1]]
        for one in self._all:
            assert one.move is not None
            one.steps.append(replace(step, thought=one.move[0]))


def _along_with(task: PhoneTask, phone: Phone, random: Random) -> Iterator[Companion]:
    texts = {task.text}
    data = phone.data()
    for name, kind in TEMPLATES.items():
        is_same = name == task.template
        if not is_same and kind.package != task.goal.package:
            continue
        nearly = task.goal.nearly(random) if is_same else ()
        for number in range(OF_SAME if is_same else OF_APP):
            goal = nearly[number] if number < len(nearly) else kind(random)
            if bool(goal.pin) is not bool(task.goal.pin):
                continue
            if goal.pin:  # with another it would go another way at once
                goal.text = goal.text.replace(f"PIN is {goal.pin}", f"PIN is {task.goal.pin}")
                goal.pin = task.goal.pin
            if goal.text in texts:
                continue
            texts.add(goal.text)
            try:
                wanted = goal.wanted(phone.data())
            except NOT_HERE:
                continue
            yield Companion(Oracle(PhoneTask(name, number, goal), phone), wanted, data == wanted)
