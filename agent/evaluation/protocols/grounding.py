"""`screenspot` and `osworld_g`: a description, and a point that must lie in its element.

Sources: njucckevin/SeeClick, pretrain/screenspot_test.py (ScreenSpot; v2 alike), and
likaixin2000/ScreenSpot-Pro-GUI-Grounding, eval_screenspot_pro.py: edges belong to the box, a predicted box counts by
its centre, unreadable output is wrong. xlang-ai/OSWorld-G, evaluation/eval.py (as other repositories quote it): boxes
alike, polygons by a ray's crossings, and where nothing on the screen is meant only a refusal is right. There a refusal
is a point of negative coordinates; here it is `Finish(success=False)`.
"""

from __future__ import annotations

from actions.geometry import Point
from actions.types import Action, Click, Finish, LongPress, Move
from agent.evaluation.areas import any_contains, outline_contains
from agent.evaluation.protocols.verdict import OTHER, Verdict
from agent.evaluation.step import Prediction, Truth

POINT, REFUSAL = "point", "refusal"


def screenspot(truth: Truth, prediction: Prediction) -> Verdict:
    return _judge(truth, prediction)


def osworld_g(truth: Truth, prediction: Prediction) -> Verdict:
    return _judge(truth, prediction)


def _judge(truth: Truth, prediction: Prediction) -> Verdict:
    recorded, action = truth.recorded, prediction.action
    kind = _kind(recorded.action)
    if action is None:
        return Verdict.of(kind, None, False)
    place = prediction.box.center if prediction.box else _place(action)
    exact = kind == REFUSAL or (
        place is not None and (any_contains(recorded.areas, place) or outline_contains(recorded.outline, place))
    )
    return Verdict.of(kind, _kind(action), exact)


def _place(action: Action) -> Point | None:
    return action.point if isinstance(action, Click | LongPress | Move) else None


def _kind(action: Action) -> str:
    match action:
        case Click() | LongPress() | Move():
            return POINT
        case Finish(success=False):
            return REFUSAL
        case _:
            return OTHER
