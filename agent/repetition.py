"""Notice a run that goes round in circles: the same action three times on the same screen, or A-B-A-B, or twice the
same three or four."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from actions.geometry import near
from actions.types import Action, Click, Drag, LongPress, Move, Scroll
from environments.base import Observation
from environments.picture import Array
from environments.settle import close_to, left_mark, left_trace, thin

LONGEST = 4
"""Steps of a circle, at most."""
_COUNTS = {2: "two", 3: "three", 4: "four"}


@dataclass(frozen=True, slots=True)
class _Turn:
    """surroundings: of the place that was pointed at, if one was. again: whether it was the same as the turn before it,
    as the one before that, and so on."""

    action: Action
    screen: Array
    surroundings: Array | None
    again: Sequence[bool]


class Repetition:
    """Fed with each action and the screen it was decided on; `add` tells what goes round, if anything does, and
    `would` what would."""

    def __init__(self, repeats: int = 3) -> None:
        self.repeats = repeats
        self._turns: deque[_Turn] = deque(maxlen=max(2 * LONGEST, repeats) - 1)

    def add(self, action: Action, observation: Observation) -> str | None:
        turn = self._turn(action, observation)
        circle = self._circle(turn)
        self._turns.append(turn)
        return circle

    def would(self, action: Action, observation: Observation) -> str | None:
        """What `add` would tell, which has to be told all the same."""
        return self._circle(self._turn(action, observation))

    def _turn(self, action: Action, observation: Observation) -> _Turn:
        frame = observation.picture.array
        small = thin(frame)
        again = [
            same_action(turn.action, action) and not left_trace(turn.screen, small) and not _marked(turn, frame)
            for turn in reversed(self._turns)
        ]
        surroundings = close_to(frame, action.point).copy() if isinstance(action, Click | LongPress) else None
        return _Turn(action, small, surroundings, again)

    def _circle(self, turn: _Turn) -> str | None:
        if len(turn.again) >= self.repeats - 1 and all(turn.again[: self.repeats - 1]):
            return f"the same {turn.action.kind} {self.repeats} times on the same screen"
        for steps in range(2, LONGEST + 1):
            lap = [*self._turns, turn][-steps:]
            if all(len(one.again) >= steps and one.again[steps - 1] for one in lap):
                kinds = " and ".join(one.action.kind for one in lap)
                return f"{kinds} in turn on the same {_COUNTS[steps]} screens"
        return None


def _marked(turn: _Turn, frame: Array) -> bool:
    """Whether something small has changed since where that turn pointed: the number between a plus and a minus."""
    pointed = turn.action
    if turn.surroundings is None or not isinstance(pointed, Click | LongPress):
        return False
    return left_mark(turn.surroundings, close_to(frame, pointed.point))


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
