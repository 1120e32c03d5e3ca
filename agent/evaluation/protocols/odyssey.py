"""`odyssey`: the action matching of GUI-Odyssey.

Source: OpenGVLab/GUI-Odyssey, src/eval_mm/GUIOdyssey_action_matching.py (`action_matching`) and
data/format_converter.py (`decode_action`); paper: arXiv 2406.08451. A key press is a kind of its own.
Known faults: an empty text is always right; text is compared with its case; the repository's own figure for the random
split (AMS) is the mean over six categories and not over steps: group by the tag `category` for it.
"""

from __future__ import annotations

from actions.geometry import distance
from actions.types import Action, Button, Click, Drag, Finish, LongPress, Scroll, TypeText
from agent.evaluation.areas import any_contains
from agent.evaluation.gestures import finger_heading, heading
from agent.evaluation.protocols.verdict import OTHER, Verdict
from agent.evaluation.step import Prediction, Truth
from agent.evaluation.texts import either_in_other, levenshtein

NEAR = 0.14
ALIKE = 0.5


def odyssey(truth: Truth, prediction: Prediction) -> Verdict:
    recorded, action = truth.recorded, prediction.action
    was = recorded.action
    kind = _kind(was)
    if action is None:
        return Verdict.of(kind, None, False)
    match was, action:
        case (Click(), Click()) | (LongPress(), LongPress()):
            exact = any_contains(recorded.areas, action.point) or distance(was.point, action.point) <= NEAR
        case ((Scroll() | Drag()), (Scroll() | Drag())):
            exact = finger_heading(action) == (heading(*recorded.finger) if recorded.finger else finger_heading(was))
        case TypeText(), TypeText():
            exact = _same(was.text.strip(), action.text.strip())
        case _:
            exact = True
    return Verdict.of(kind, _kind(action), exact)


def _kind(action: Action) -> str:
    match action:
        case Click():
            return "CLICK"
        case LongPress():
            return "LONG_PRESS"
        case Scroll() | Drag():
            return "SCROLL"
        case TypeText():
            return "TYPE"
        case Button(name="home" | "back" as name):
            return f"PRESS_{name.upper()}"
        case Button(name="recents"):
            return "PRESS_RECENT"
        case Finish():
            return "COMPLETE" if action.success else "IMPOSSIBLE"
        case _:
            return OTHER


def _same(one: str, two: str) -> bool:
    if either_in_other(one, two):
        return True
    longer = max(len(one), len(two))
    if abs(len(one) - len(two)) > (1 - ALIKE) * longer:  # at least so many characters differ
        return False
    return 1 - levenshtein(one, two) / longer >= ALIKE
