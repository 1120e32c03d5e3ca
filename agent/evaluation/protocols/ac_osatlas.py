"""`ac_osatlas`: AndroidControl as OS-Atlas scores it.

Source: OS-Copilot/OS-Atlas, eval/eval_scripts/android_control/evaluation_unify.py, by its rule as other repositories
quote it (its own file could not be read); paper: arXiv 2410.23218. A point may be 0.14 of the screen away, on a scale
of 1000 by 1000 whatever the screen's shape; a text is right where the F1 of its sets of words is above 0.5. Known
faults: no box is looked at; a half-right text is right.
"""

from __future__ import annotations

from actions.geometry import distance
from actions.types import Action, Button, Click, Drag, Finish, LongPress, OpenApp, Scroll, TypeText, Wait
from agent.evaluation.gestures import finger_heading
from agent.evaluation.protocols.verdict import OTHER, Verdict
from agent.evaluation.step import Prediction, Truth
from agent.evaluation.texts import token_f1

NEAR = 0.14
ALIKE = 0.5


def ac_osatlas(truth: Truth, prediction: Prediction) -> Verdict:
    was, action = truth.recorded.action, prediction.action
    kind = _kind(was)
    if action is None:
        return Verdict.of(kind, None, False)
    match was, action:
        case (Click(), Click()) | (LongPress(), LongPress()):
            exact = distance(was.point, action.point) <= NEAR
        case ((Scroll() | Drag()), (Scroll() | Drag())):
            exact = finger_heading(was) == finger_heading(action)
        case TypeText(), TypeText():
            exact = was.text == action.text or token_f1(was.text, action.text) > ALIKE
        case OpenApp(), OpenApp():
            exact = was.name == action.name or token_f1(was.name, action.name) > ALIKE
        case _:
            exact = True  # a kind with nothing to compare; each button is a kind
    return Verdict.of(kind, _kind(action), exact)


def _kind(action: Action) -> str:
    match action:
        case Click() | LongPress() | TypeText() | OpenApp() | Wait():
            return action.kind
        case Scroll() | Drag():
            return "scroll"
        case Button(name="back" | "home" as name):
            return name
        case Finish(success=True):
            return "complete"
        case _:
            return OTHER
