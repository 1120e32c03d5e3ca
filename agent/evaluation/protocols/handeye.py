"""`handeye`: our own, strict. Nothing passes that does not do what the recording did.

No empty text is right, and no text that merely holds the true one; a box may not cover more than a tenth of the screen
and must have its centre in the target; a click must hit what was clicked. The target is the smallest of what the data
set names as such, else of the elements, that holds the true place. What covers more than a quarter of the screen is no
target; where there is none, 0.04 of the longer side is allowed.
Buttons, counts, directions, keys, names and ends must be the recorded ones. How far or how long is not compared.
The best of the recording's options counts, and all its actions must be there, in order. Case, spaces at the ends and
compatibility forms of letters (NFKC) make no difference in what is typed and none in an app's name.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import assert_never

from actions.geometry import Box, Direction, Point, distance
from actions.types import (
    Action,
    Answer,
    AskUser,
    Button,
    CallTool,
    Click,
    Drag,
    Finish,
    LongPress,
    Move,
    OpenApp,
    PressKeys,
    Scroll,
    TypeText,
    Wait,
)
from agent.evaluation.areas import any_contains, contains, extent, outline_contains
from agent.evaluation.gestures import OPPOSITE, finger_heading
from agent.evaluation.protocols.verdict import Verdict
from agent.evaluation.step import Prediction, Recorded, Truth

NEAR = 0.04
LARGEST_BOX = 0.1
LARGEST_TARGET = 0.25


def handeye(truth: Truth, prediction: Prediction) -> Verdict:
    recorded, action = truth.recorded.action, prediction.action
    kind = recorded.kind
    if action is None:
        return Verdict.of(kind, None, False)
    said = action.kind
    type_match = any(said == option[0].action.kind for option in truth.options)
    exact = _small(prediction.box) and any(_same_all(truth, option, prediction) for option in truth.options)
    return Verdict.of(kind, said, exact, type_match=type_match or exact)


def _small(box: Box | None) -> bool:
    return box is None or extent((box.left, box.top, box.right, box.bottom)) <= LARGEST_BOX


def _same_all(truth: Truth, option: Sequence[Recorded], prediction: Prediction) -> bool:
    said = list(prediction.actions)
    if prediction.box and isinstance(said[0], Click | LongPress | Move):
        said[0] = said[0].model_copy(update={"point": prediction.box.center})
    wanted = _folded(option, said)
    return len(wanted) == len(said) and all(_same(truth, w, s) for w, s in zip(wanted, said, strict=True))


def _folded(option: Sequence[Recorded], said: Sequence[Action]) -> list[Recorded]:
    """Without the moves before a scroll or a drag, unless the prediction has them too: our actions say where."""
    if any(isinstance(a, Move) for a in said):
        return list(option)
    wanted: list[Recorded] = []
    for recorded, after in zip(option, (*option[1:], None), strict=True):
        if isinstance(recorded.action, Move) and after is not None and isinstance(after.action, Scroll | Drag):
            continue
        wanted.append(recorded)
    return wanted


def _same(truth: Truth, recorded: Recorded, said: Action) -> bool:
    was = recorded.action
    if _shown(was) is not None and _shown(said) is not None and not (isinstance(was, Drag) and isinstance(said, Drag)):
        return _shown(was) == _shown(said)
    match was:
        case Click():
            return (
                isinstance(said, Click)
                and (was.button, was.count) == (said.button, said.count)
                and _hits(truth, recorded, was.point, said.point)
            )
        case LongPress():
            return isinstance(said, LongPress) and _hits(truth, recorded, was.point, said.point)
        case Move():
            return isinstance(said, Move) and _hits(truth, recorded, was.point, said.point)
        case Drag():
            return isinstance(said, Drag) and _same_drag(truth, was, said)
        case TypeText():
            return isinstance(said, TypeText) and was.submit == said.submit and _same_text(was.text, said.text)
        case OpenApp():
            return isinstance(said, OpenApp) and _same_text(was.name, said.name)
        case Answer():
            return isinstance(said, Answer) and _same_text(was.text, said.text)
        case Button(name="enter") | PressKeys(keys=("enter",)):
            return said in (Button(name="enter"), PressKeys(keys=("enter",)))
        case Finish():
            return isinstance(said, Finish) and was.success == said.success
        case Wait() | AskUser():
            return was.kind == said.kind
        case Button() | PressKeys() | CallTool():
            return was == said
        case Scroll():
            return False
        case _:
            assert_never(was)


def _shown(action: Action) -> Direction | None:
    heading = finger_heading(action)
    return None if heading is None else OPPOSITE[heading]


def _same_drag(truth: Truth, was: Drag, said: Drag) -> bool:
    begun = was.start is None or said.start is None or _near(truth, was.start, said.start)
    return begun and _near(truth, was.end, said.end)


def _same_text(was: str, said: str) -> bool:
    return _plain(was) == _plain(said) != ""


def _hits(truth: Truth, recorded: Recorded, was: Point, said: Point) -> bool:
    if recorded.outline:
        return outline_contains(recorded.outline, said)
    if named := [a for a in recorded.areas if extent(a) <= LARGEST_TARGET]:
        within = [a for a in named if contains(a, was)]
        return contains(min(within, key=extent), said) if within else any_contains(named, said)
    if holding := [e for e in truth.elements if contains(e, was) and extent(e) <= LARGEST_TARGET]:
        return contains(min(holding, key=extent), said)
    return _near(truth, was, said)


def _near(truth: Truth, was: Point, said: Point) -> bool:
    return distance(was, said, truth.size) <= NEAR


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()
