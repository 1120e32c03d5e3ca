"""`mind2web`: Multimodal-Mind2Web by a point on the screenshot.

Source: njucckevin/SeeClick, agent_tasks/mind2web_test.py, which follows OSU-NLP-Group/Mind2Web (paper: arXiv
2306.06070) and takes an element for found where the point lies in its box. The operation is written as
`type value` and compared by the F1 of its set of words; a step is right where both are. An own figure for operations
stands in `parts`: `element` and `operation_f1`; the paper's averages are those over tasks. Known faults of the code,
not repeated here: it leaves steps without an element or a picture out of the count, and rounds boxes to 0.001.

A model that selects says so by calling a tool `select` with a `value`, after the click.
"""

from __future__ import annotations

from actions.types import Action, CallTool, Click, LongPress, Move, TypeText
from agent.evaluation.areas import any_contains
from agent.evaluation.protocols.verdict import Verdict
from agent.evaluation.step import Prediction, Truth
from agent.evaluation.texts import token_f1

OPERATIONS = {"TYPE": "TYPE", "SELECT": "SELECT"}
"""Every other operation (CLICK, HOVER, ENTER) is a click."""


def mind2web(truth: Truth, prediction: Prediction) -> Verdict:
    kind = OPERATIONS.get(truth.tags.get("operation", ""), "CLICK")
    wanted = kind if kind == "CLICK" else f"{kind} {truth.tags.get('value', '')}"
    if not prediction.actions:
        return Verdict(kind, None, False, False, 0.0, {"element": 0.0, "operation_f1": 0.0})
    said, value = _operation(prediction.actions)
    f1 = token_f1(wanted, f"{said} {value}")
    places = (a.point for a in prediction.actions if isinstance(a, Click | LongPress | Move))
    place = next(places, None)
    element = place is not None and any_contains(truth.recorded.areas, place)
    right = element and f1 == 1
    parts = {"element": float(element), "operation_f1": f1}
    return Verdict(kind, said, said == kind, right, float(right), parts)


def _operation(actions: tuple[Action, ...]) -> tuple[str, str]:
    for action in actions:
        match action:
            case TypeText():
                return "TYPE", action.text
            case CallTool(name="select"):
                return "SELECT", str(action.arguments.get("value", ""))
            case _:
                pass
    return "CLICK", ""
