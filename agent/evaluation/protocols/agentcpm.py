"""`aitz_qwen`, `odyssey_agentcpm` and `ac_agentcpm`: the evaluator of AgentCPM-GUI, after that of Qwen2.5-VL.

Source: OpenBMB/AgentCPM-GUI, eval/utils/evaluator.py (`ActionEvaluator`), which names QwenLM/Qwen2.5-VL issue 904 as
its model; paper: arXiv 2506.01391. Known faults: an empty text is always right; wait, a question to the
user and every kind of end count as the same; for AndroidControl (`ac_agentcpm`) any of the five boxes nearest to the
true place will do, whether they hold it or not.
"""

from __future__ import annotations

from actions.geometry import Point, distance
from actions.types import Action, AskUser, Button, Click, Drag, Finish, LongPress, PressKeys, Scroll, TypeText, Wait
from agent.evaluation.areas import any_contains, center, contains, grown_on_screen
from agent.evaluation.gestures import finger_heading, heading
from agent.evaluation.protocols.verdict import OTHER, Verdict
from agent.evaluation.step import Prediction, Recorded, Truth
from agent.evaluation.texts import either_in_other

GROWTH = 1.2
NEAR = 0.14
NEAR_ANDROID_CONTROL = 0.04
NEAREST = 5


def aitz_qwen(truth: Truth, prediction: Prediction) -> Verdict:
    return _judge(truth, prediction, nearest=False)


def odyssey_agentcpm(truth: Truth, prediction: Prediction) -> Verdict:
    return _judge(truth, prediction, nearest=False)


def ac_agentcpm(truth: Truth, prediction: Prediction) -> Verdict:
    return _judge(truth, prediction, nearest=True)


def _judge(truth: Truth, prediction: Prediction, *, nearest: bool) -> Verdict:
    recorded, action = truth.recorded, prediction.action
    was = recorded.action
    kind = _kind(was)
    if action is None:
        return Verdict.of(kind, None, False)
    match was, action:
        case (Click(), Click()) | (LongPress(), LongPress()):
            exact = _hits(truth, was.point, action.point, nearest=nearest)
        case ((Scroll() | Drag()), (Scroll() | Drag())):
            exact = finger_heading(action) == _heading(recorded)
        case TypeText(), TypeText():
            exact = either_in_other(was.text.lower().strip(), action.text.lower().strip())
        case _:
            exact = _button(was) == _button(action)
    return Verdict.of(kind, _kind(action), exact)


def _kind(action: Action) -> str:
    match action:
        case Click():
            return "click"
        case LongPress():
            return "long_point"
        case Scroll() | Drag():
            return "scroll"
        case TypeText():
            return "type"
        case Finish() | Wait() | AskUser():
            return "stop"
        case _:
            return "press" if _button(action) else OTHER


def _button(action: Action) -> str | None:
    match action:
        case Button():
            return action.name
        case PressKeys(keys=("enter",)):
            return "enter"
        case _:
            return None


def _heading(recorded: Recorded) -> str | None:
    return heading(*recorded.finger) if recorded.finger else finger_heading(recorded.action)


def _hits(truth: Truth, was: Point, said: Point, *, nearest: bool) -> bool:
    boxes = [grown_on_screen(e, GROWTH) for e in truth.elements]
    if nearest:
        boxes = sorted(boxes, key=lambda box: distance(center(box), was))[:NEAREST]
    else:
        boxes = [box for box in boxes if contains(box, was)]
    return any_contains(boxes, said) or distance(was, said) <= (NEAR_ANDROID_CONTROL if nearest else NEAR)
