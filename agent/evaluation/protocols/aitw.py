"""`aitw`: the action matching of Android in the Wild.

Source: google-research/google-research, android_in_the_wild/action_matching.py (`check_actions_match`) and
action_type.py. Paper: arXiv 2307.10088. Known faults: typed text is not compared; a swipe up equals one down; a box
counts 2.4 times as long and as wide as what it surrounds.
"""

from __future__ import annotations

from actions.geometry import Point, distance
from actions.types import Action, Button, Finish, PressKeys, TypeText
from agent.evaluation.areas import contains, grown_on_screen
from agent.evaluation.gestures import TAP_REACH, finger
from agent.evaluation.protocols.verdict import OTHER, Verdict
from agent.evaluation.step import Prediction, Truth

NEAR = 0.14
GROWTH = 2.4
"""`ANNOTATION_WIDTH_AUGMENT_FRACTION` of 1.4 is what is added."""


def aitw(truth: Truth, prediction: Prediction) -> Verdict:
    recorded = truth.recorded
    touch = recorded.finger or finger(recorded.action)
    kind = _kind(recorded.action, touch)
    action = prediction.action
    if action is None:
        return Verdict.of(kind, None, False)
    said_touch = finger(action)
    exact = touch is None or said_touch is None or _same_touch(truth, touch, said_touch)
    return Verdict.of(kind, _kind(action, said_touch), exact)


def _kind(action: Action, touch: tuple[Point, Point] | None) -> str:
    if touch is not None:
        return "tap" if distance(*touch) <= TAP_REACH else "swipe"
    match action:
        case TypeText():
            return "type"
        case Button(name="back" | "home" | "enter" as name):
            return name
        case PressKeys(keys=("enter",)):
            return "enter"
        case Finish():
            return "complete" if action.success else "impossible"
        case _:
            return OTHER


def _same_touch(truth: Truth, one: tuple[Point, Point], two: tuple[Point, Point]) -> bool:
    """Of two taps or two swipes; a tap and a swipe are of different kinds."""
    if distance(*one) <= TAP_REACH:
        return _same_tap(truth, one[0], two[0])
    return _vertical(*one) == _vertical(*two)


def _same_tap(truth: Truth, one: Point, two: Point) -> bool:
    """In the same grown box, or near each other."""
    boxes = (grown_on_screen(e, GROWTH) for e in truth.elements)
    return any(contains(b, one) and contains(b, two) for b in boxes) or distance(one, two) <= NEAR


def _vertical(touch: Point, lift: Point) -> bool:
    return abs(lift.y - touch.y) >= abs(lift.x - touch.x)
