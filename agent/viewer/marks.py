"""Where on its screenshot an action took place, as shapes to draw; positions are percents of the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from actions.geometry import Point, scroll_gesture
from actions.types import (
    Action,
    Answer,
    AskUser,
    Button,
    CallTool,
    Click,
    Drag,
    Finish,
    LongPress,
    Move,
    OpenApp,
    PressKeys,
    Scroll,
    TypeText,
    Wait,
)
from agent.viewer.words import shown


@dataclass(frozen=True, slots=True)
class Ring:
    """A finger or pointer at a place. `rings` circles around it; `held`: pressed for a while."""

    x: str
    y: str
    rings: int = 1
    held: bool = False


@dataclass(frozen=True, slots=True)
class Arrow:
    """A drag: the way of the finger. A scroll: towards what comes into view, which is against the finger's way."""

    x1: str
    y1: str
    x2: str
    y2: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """`label` is a line at the foot of the picture, for what has no place on it, such as typed text."""

    ring: Ring | None = None
    arrow: Arrow | None = None
    label: str = ""


def drawing(action: Action | None) -> Drawing:
    match action:
        case None | AskUser() | CallTool() | Answer() | Finish() | Wait():
            return Drawing()
        case Click():
            return Drawing(
                _ring(action.point, rings=action.count), label="" if action.button == "left" else action.button
            )
        case LongPress():
            return Drawing(_ring(action.point, held=True), label=f"hold {action.seconds:g} s")
        case Move():
            return Drawing(_ring(action.point, rings=0))
        case Drag():
            if action.start is None:
                return Drawing(_ring(action.end))
            return Drawing(_ring(action.start, rings=0), _arrow(action.start, action.end))
        case Scroll():
            first, last = scroll_gesture(action.point, action.direction, action.amount)
            return Drawing(arrow=_arrow(last, first), label=f"scroll {action.direction}")
        case TypeText():
            return Drawing(label=shown(action.text, limit=80).replace("\n", "⏎ ") + (" ⏎" if action.submit else ""))
        case PressKeys():
            return Drawing(label=" + ".join(action.keys))
        case Button():
            return Drawing(label=action.name.replace("_", " "))
        case OpenApp():
            return Drawing(label=f"open {shown(action.name, limit=80)}")
        case _:
            assert_never(action)


def _ring(point: Point, *, rings: int = 1, held: bool = False) -> Ring:
    return Ring(f"{point.x:.2%}", f"{point.y:.2%}", rings, held)


def _arrow(start: Point, end: Point) -> Arrow:
    return Arrow(f"{start.x:.2%}", f"{start.y:.2%}", f"{end.x:.2%}", f"{end.y:.2%}")
