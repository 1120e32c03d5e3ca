"""Truths and predictions in a line each, for the tests of protocols."""

from __future__ import annotations

from actions.geometry import Area, Box, Direction, Point, Size
from actions.types import Action, Click, Scroll
from agent.evaluation.step import Prediction, Recorded, Truth

SCREEN = Size(1000, 2000)


def at(x: float, y: float) -> Click:
    return Click(point=Point(x, y))


def scroll(direction: Direction) -> Scroll:
    return Scroll(direction=direction)


def finger(x1: float, y1: float, x2: float, y2: float) -> tuple[Point, Point]:
    return Point(x1, y1), Point(x2, y2)


def truth(
    action: Action,
    *,
    areas: tuple[Area, ...] = (),
    elements: tuple[Area, ...] = (),
    touch: tuple[Point, Point] | None = None,
    size: Size = SCREEN,
    tags: dict[str, str] | None = None,
) -> Truth:
    """One recorded action. A click's touch is at its point, as data sets of phones record it."""
    if touch is None and isinstance(action, Click):
        touch = (action.point, action.point)
    return Truth(size, ((Recorded(action, areas, finger=touch),),), elements, tags or {})


def sequence(*options: tuple[Recorded, ...]) -> Truth:
    return Truth(SCREEN, options)


def said(*actions: Action, box: tuple[float, float, float, float] | None = None) -> Prediction:
    return Prediction(actions, None if box is None else Box(*box))


UNREADABLE = Prediction(problem="no action in it")
