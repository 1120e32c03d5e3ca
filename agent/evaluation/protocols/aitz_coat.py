"""`aitz_coat` and `aitz_coat_fixed`: the evaluator that came with Android in the Zoo.

Source: IMNearth/CoAT, coat/evaluate.py (`ActionEvaluator`) and coat/screen_utils.py. Paper: arXiv 2403.02713.
The paper compares a click with the true place. The code as published sets the true place for scrolls only, so a click
is compared with the upper left corner of the screen; `aitz_coat_fixed` sets it for clicks as well and changes nothing
else. Known faults of both: a box that covers the screen is always right; an empty text is always right; text is
compared with its case, and spaces count; a family that points without a box is held to the very pixel (`aitz_qwen` is
for those).
"""

from __future__ import annotations

from actions.geometry import Area, Point, Size, in_pixels
from actions.types import Action, Button, Click, Drag, Finish, PressKeys, Scroll, TypeText
from agent.evaluation.areas import grown, overlap
from agent.evaluation.gestures import finger_heading
from agent.evaluation.protocols.verdict import OTHER, Verdict
from agent.evaluation.step import Prediction, Truth
from agent.evaluation.texts import common_ratio, either_in_other

GROWTH = 1.2
ALIKE = 0.8
SHARED = 0.5


def aitz_coat(truth: Truth, prediction: Prediction) -> Verdict:
    return _judge(truth, prediction, at=(0, 0))


def aitz_coat_fixed(truth: Truth, prediction: Prediction) -> Verdict:
    touch = truth.recorded.finger
    if touch is None:
        return _judge(truth, prediction, at=(0, 0))  # no gesture: nothing is compared with it
    x, y = in_pixels(touch[0].x, touch[0].y, truth.size)
    return _judge(truth, prediction, at=(int(x), int(y)))


def _judge(truth: Truth, prediction: Prediction, *, at: tuple[int, int]) -> Verdict:
    was, action = truth.recorded.action, prediction.action
    kind = _kind(was)
    if action is None:
        return Verdict.of(kind, None, False)
    match was, action:
        case Click(), Click():
            exact = _hits(_box(prediction, action.point), at, truth)
        case ((Scroll() | Drag()), (Scroll() | Drag())):
            exact = finger_heading(action) == finger_heading(was)
        case TypeText(), TypeText():
            exact = either_in_other(was.text, action.text) or common_ratio(was.text, action.text) > ALIKE
        case _:
            exact = _button(was) == _button(action)
    return Verdict.of(kind, _kind(action), exact)


def _kind(action: Action) -> str:
    match action:
        case Click():
            return "click"
        case Scroll() | Drag():
            return "scroll"
        case TypeText():
            return "type"
        case Finish():
            return "stop"
        case _:
            return "press" if _button(action) else OTHER


def _button(action: Action) -> str | None:
    match action:
        case Button(name="back" | "home" | "enter" as name):
            return name
        case PressKeys(keys=("enter",)):
            return "enter"
        case _:
            return None


def _hits(box: Area, at: tuple[int, int], truth: Truth) -> bool:
    """In whole pixels, as the evaluator counts: the grown box holds the place, or shares more than half with a grown
    element that holds it."""
    corners = (*in_pixels(box[0], box[1], truth.size), *in_pixels(box[2], box[3], truth.size))
    grown_box = grown((round(corners[0]), round(corners[1]), round(corners[2]), round(corners[3])), GROWTH)
    if _holds(grown_box, at):
        return True
    holding = (e for e in (_element(e, truth.size) for e in truth.elements) if _holds(e, at))
    return any(overlap(grown_box, e, least=1) > SHARED for e in holding)


def _element(area: Area, size: Size) -> Area:
    return grown((*in_pixels(area[0], area[1], size), *in_pixels(area[2], area[3], size)), GROWTH)


def _holds(area: Area, at: tuple[int, int]) -> bool:
    return area[0] <= at[0] <= area[2] and area[1] <= at[1] <= area[3]


def _box(prediction: Prediction, point: Point) -> Area:
    box = prediction.box
    return (point.x, point.y, point.x, point.y) if box is None else (box.left, box.top, box.right, box.bottom)
