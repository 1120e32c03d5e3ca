"""What goes wrong on the way, so that a model learns the way back: a lost or a wrong tap, the last step once more, what
was there overlooked, a crash, the screen turned off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from actions.geometry import Size, from_pixel
from actions.types import Action, Answer, Button, Click, Finish
from environments.episode import Step
from environments.phone.nodes import Node
from environments.phone.phone import Phone
from environments.phone.tasks.eyes import NOT_HERE_YET, SOUGHT, STILL_NEEDS, Move, scrolled

SHARE = 0.12
"""Of steps that are disturbed, and of finished tasks that are gone on with."""
ONCE_MORE = 0.5
"""How often what was done once more is done so again: what was said stands in the prompt then, and is said too easily
again whatever the screen shows."""
OVERLOOKED_AGAIN = 0.8
"""How often what was overlooked is so on the next screen too, so that it may have to be gone back for."""
POWER = 223
"""Android's key code that turns the screen off."""


@dataclass(slots=True)
class Disturbed:
    """The steps of one task. `share`: of them, are disturbed."""

    phone: Phone
    random: Random
    share: float
    overlooked: Move | None = None
    """What was done instead of what was found, where it still isn't seen."""
    is_again: bool = False
    """Whether what was done last was only done once more."""

    def instead(self, right: Move, steps: Sequence[Step]) -> tuple[Move, bool]:
        """What is done after these steps, and whether it reaches the phone. A wrong tap has the right thought, as one
        that misses has. What is done once more has its own, as if the screen hadn't been looked at."""
        scroll, again = overlooking(right, self.phone.nodes(), self.phone.size), _last(steps)
        still = self.overlooked if scroll == self.overlooked else None
        if still is not None and steps[-1].changed and self.random.random() < OVERLOOKED_AGAIN:
            return still, True
        self.overlooked = None
        self.is_again = self.is_again and self.random.random() < ONCE_MORE
        if self.is_again and again is not None:
            return again, True
        if self.random.random() >= self.share:
            return right, True
        wrong = [n for n in self.phone.nodes() if n.clickable]
        match self.random.choice(_ways(right[1])):
            case "again" if again is not None:
                self.is_again = True
                return again, True
            case "overlooked" if scroll is not None:
                self.overlooked = scroll
                return scroll, True
            case "wrong" if wrong:
                place = self.random.choice(wrong).rect.center
                return (right[0], Click(point=from_pixel(*place, self.phone.size))), True
            case "back":
                return (right[0], Button(name="back")), True
            case "lost":
                return right, False
            case _:
                return right, True

    def between_steps(self) -> None:
        """What no action brings about."""
        if self.random.random() < self.share / 6:
            if self.random.random() < 0.6:
                self.phone.crash()
            else:
                self.phone.key(POWER)


def overlooking(right: Move, nodes: Sequence[Node], size: Size) -> Move | None:
    """What is done where that what a thought finds isn't seen, though it is there: the list is scrolled on, past it."""
    sought, area = SOUGHT.search(right[0]), next((n for n in nodes if n.scrollable), None)
    if sought is None or area is None:
        return None
    return f"I look for {sought['name']}; it {NOT_HERE_YET.format('down')}", scrolled("down", area, size)


def _last(steps: Sequence[Step]) -> Move | None:
    """What was done last, but for keys: those that were tapped can't be told apart."""
    last = steps[-1] if steps else None
    if last is None or last.action is None or STILL_NEEDS in last.thought:
        return None
    return last.thought, last.action


def _ways(right: Action) -> Sequence[str]:
    """What may become of an action."""
    match right:
        case Finish():
            return ("again",)
        case Answer():
            return "again", "overlooked"
        case _:
            return "lost", "wrong", "wrong", "back", "overlooked", "overlooked", "again", "again"
