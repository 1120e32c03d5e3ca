"""`ac_qwen` and `ac_qwen_finger`: AndroidControl as Qwen2.5-VL scores it, for goals and for low-level instructions.

Source: the evaluation code given in QwenLM/Qwen2.5-VL issue 904 (`evaluate_android_control_action`), as public
repositories hold it; which level was asked for stands beside the score. A point is right in a candidate's box of 1.2
times its sides, or within 0.04 of the longer side. Opening an app is also met by a click on its icon, where the screen
shows one. Copies differ: some measure the distance in shares of each side, and some take every swipe for right.

AndroidControl names the direction in which content is shown (android_control/README.md); the code compares that word
with the way that the finger goes, which is the opposite (OpenBMB/AgentCPM-GUI issue 77). `ac_qwen` compares like with
like, `ac_qwen_finger` does as the code does. Known faults of both: an empty text is always right; candidates include
containers as large as the screen; the end of a task is not scored at all.
"""

from __future__ import annotations

from actions.geometry import Point, distance
from actions.types import Action, Button, Click, Drag, LongPress, OpenApp, Scroll, TypeText, Wait
from agent.evaluation.areas import any_contains, center, grown
from agent.evaluation.gestures import OPPOSITE, finger_heading
from agent.evaluation.protocols.verdict import OTHER, Verdict
from agent.evaluation.step import Prediction, Truth
from agent.evaluation.texts import either_in_other

GROWTH = 1.2
NEAR = 0.04


def ac_qwen(truth: Truth, prediction: Prediction) -> Verdict:
    return _judge(truth, prediction, like_with_like=True)


def ac_qwen_finger(truth: Truth, prediction: Prediction) -> Verdict:
    return _judge(truth, prediction, like_with_like=False)


def _judge(truth: Truth, prediction: Prediction, *, like_with_like: bool) -> Verdict:
    recorded, action = truth.recorded, prediction.action
    was = recorded.action
    kind = _kind(was)
    if action is None:
        return Verdict.of(kind, None, False)
    type_match = None
    match was, action:
        case (Click(), Click()) | (LongPress(), LongPress()):
            exact = _hits(truth, was.point, action.point)
        case OpenApp(), Click() if recorded.areas:
            type_match, exact = True, _hits(truth, center(recorded.areas[0]), action.point)
        case OpenApp(), OpenApp():
            exact = _same(was.name, action.name)
        case TypeText(), TypeText():
            exact = _same(was.text, action.text)
        case ((Scroll() | Drag()), (Scroll() | Drag())):
            heading, said = finger_heading(was), finger_heading(action)
            exact = said == (heading if like_with_like or heading is None else OPPOSITE[heading])
        case Button(), Button():
            exact = was.name == action.name
        case _:
            exact = True
    return Verdict.of(kind, _kind(action), exact, type_match=type_match)


def _kind(action: Action) -> str:
    match action:
        case Click() | LongPress() | Wait():
            return action.kind
        case TypeText():
            return "type"
        case OpenApp():
            return "open"
        case Scroll() | Drag():
            return "swipe"
        case Button():
            return "system_button"
        case _:
            return OTHER


def _same(one: str, two: str) -> bool:
    return either_in_other(one.lower().strip(), two.lower().strip())


def _hits(truth: Truth, was: Point, said: Point) -> bool:
    boxes = (grown(a, GROWTH) for a in truth.recorded.areas)
    return any_contains(boxes, said) or distance(was, said, truth.size) <= NEAR
