"""What a finger does when it carries out an action: rules for phones compare fingers, our actions say what is shown."""

from __future__ import annotations

from actions.geometry import Direction, Point, scroll_gesture
from actions.types import Action, Click, Drag, LongPress, Scroll

OPPOSITE: dict[Direction, Direction] = {"up": "down", "down": "up", "left": "right", "right": "left"}

TAP_REACH = 0.04
"""A touch that ends no further than this from where it began is a tap: AITW's `_SWIPE_DISTANCE_THRESHOLD`
(google-research/google-research, android_in_the_wild/action_matching.py)."""


def finger(action: Action) -> tuple[Point, Point] | None:
    """Where it touches and where it lifts; None for what is no gesture, or starts at an unknown place."""
    match action:
        case Click() | LongPress():
            return action.point, action.point
        case Drag(start=Point() as start):
            return start, action.end
        case Scroll():
            return scroll_gesture(action.point, action.direction, action.amount)
        case _:
            return None


def heading(start: Point, end: Point) -> Direction | None:
    """Which way a finger went, by the longer way; up or down where both are equally long. None: it didn't move."""
    x, y = end.x - start.x, end.y - start.y
    if abs(x) > abs(y):
        return "left" if x < 0 else "right"
    return "up" if y < 0 else "down" if y > 0 else None


def finger_heading(action: Action) -> Direction | None:
    """Which way the finger goes that carries out a scroll or a drag."""
    match action:
        case Scroll():
            return OPPOSITE[action.direction]
        case Drag(start=Point() as start):
            return heading(start, action.end)
        case _:
            return None
