"""Notice a run that goes round in circles: the same action three times on the same screen, or A-B-A-B."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from actions.geometry import near
from actions.types import Action, Click, Drag, LongPress, Move, Scroll
from environments.base import Observation
from environments.picture import Array
from environments.settle import left_trace, thin


@dataclass(frozen=True, slots=True)
class _Turn:
    action: Action
    screen: Array


class Repetition:
    """Fed with each action and the screen it was decided on; `add` tells what goes round, if anything does."""

    def __init__(self, repeats: int = 3) -> None:
        self.repeats = repeats
        self._turns: deque[_Turn] = deque(maxlen=max(4, repeats))

    def add(self, action: Action, observation: Observation) -> str | None:
        self._turns.append(_Turn(action, thin(observation.picture.array)))
        turns = list(self._turns)
        last = turns[-self.repeats :]
        if len(last) == self.repeats and all(_alike(last[-1], t) for t in last[:-1]):
            return f"the same {action.kind} {self.repeats} times on the same screen"
        if len(turns) >= 4 and _alike(turns[-1], turns[-3]) and _alike(turns[-2], turns[-4]):
            return f"{turns[-2].action.kind} and {action.kind} in turn on the same two screens"
        return None


def _alike(a: _Turn, b: _Turn) -> bool:
    return same_action(a.action, b.action) and not left_trace(a.screen, b.screen)


def same_action(a: Action, b: Action) -> bool:
    """Equal but for where exactly they point: models that are stuck often miss by a little."""
    match a, b:
        case (Click(), Click()) | (LongPress(), LongPress()) | (Move(), Move()) | (Scroll(), Scroll()):
            return near(a.point, b.point) and a == b.model_copy(update={"point": a.point})
        case Drag(), Drag():
            starts = a.start == b.start or (a.start is not None and b.start is not None and near(a.start, b.start))
            return starts and near(a.end, b.end)
        case _:
            return a == b
