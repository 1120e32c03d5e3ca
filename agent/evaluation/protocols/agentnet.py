"""`agentnet` and `agentnet_first`: AgentNetBench, the desktop benchmark of OpenCUA.

Source: xlang-ai/OpenCUA, evaluation/agentnetbench/eval.py (`ActionEvaluator`); paper: arXiv 2508.09123. The score is
the mean over the recording's kinds of action of the mean score of that kind's actions, compared one by one in order;
the best of the recording's alternatives counts. `agentnet` is the evaluator as it is since commit 60da8b9;
`agentnet_first` is the one before, as forks still have it: any scroll is right, keys have no order, and actions too
many cost nothing.

Known faults of both: one action more or less in front puts all that follow out of step; a text's last line end is
stripped before it is looked at, so Enter after a text is never missed; waiting is never right. An exact match is a
score of 1. Several keys are a `hotkey` here and one is a `press`, whichever the recording calls them.

Our `Scroll` carries a place, which pyautogui gives in a `moveTo` before: a predicted scroll is taken for both where
the recording has both. Amounts are compared as shares of the screen of at most 1, since ours are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from actions.geometry import Point, distance
from actions.types import Action, Click, Drag, Finish, Move, PressKeys, Scroll, TypeText, Wait
from agent.evaluation.areas import any_contains
from agent.evaluation.protocols.verdict import OTHER, Verdict
from agent.evaluation.step import Prediction, Recorded, Truth
from agent.evaluation.texts import levenshtein

NEAR = 0.01 * 2**0.5
DECAY = 120
ALIKE = 0.8


@dataclass(frozen=True, slots=True)
class Edition:
    """In what the two evaluators differ."""

    scrolls_have_amounts: bool
    keys_have_order: bool
    surplus_costs: bool


NOW = Edition(scrolls_have_amounts=True, keys_have_order=True, surplus_costs=True)
FIRST = Edition(scrolls_have_amounts=False, keys_have_order=False, surplus_costs=False)


def agentnet(truth: Truth, prediction: Prediction) -> Verdict:
    return _judge(truth, prediction, NOW)


def agentnet_first(truth: Truth, prediction: Prediction) -> Verdict:
    return _judge(truth, prediction, FIRST)


def _judge(truth: Truth, prediction: Prediction, edition: Edition) -> Verdict:
    kind = _kind(truth.recorded.action)
    if prediction.action is None:
        return Verdict(kind, None, False, False, 0.0)
    verdicts = (_option(_merged(option), prediction.actions, edition) for option in truth.options)
    best, type_match = max(verdicts)
    return Verdict(kind, _kind(prediction.action), type_match, best >= 1, best)


def _option(option: Sequence[Recorded], said: tuple[Action, ...], edition: Edition) -> tuple[float, bool]:
    """The score, and whether the first predicted kind occurs in the recording at all."""
    kinds = [_kind(r.action) for r in option]
    actions = [r.action for r in _merged([Recorded(a) for a in _spelled_out(said, kinds)])]
    cost = min(1.0, len(option) / len(actions)) if edition.surplus_costs else 1.0
    if isinstance(end := option[0].action, Finish):
        said_end = actions[0]
        same = isinstance(said_end, Finish)
        return cost * (isinstance(said_end, Finish) and said_end.success == end.success), same
    if _kind(actions[0]) not in kinds:
        return 0.0, False
    scores: dict[str, list[float]] = {}
    for i, recorded in enumerate(option):
        alike = i < len(actions) and _kind(actions[i]) == kinds[i]
        score = _score(recorded, actions[i], edition) if alike else 0.0
        if score is not None:
            scores.setdefault(kinds[i], []).append(score)
    return (cost * sum(sum(s) / kinds.count(k) for k, s in scores.items()) / len(scores) if scores else 0.0), True


def _kind(action: Action) -> str:
    match action:
        case Click(button="right"):
            return "rightclick"
        case Click(button="left"):
            return {1: "click", 2: "doubleclick", 3: "tripleclick"}[action.count]
        case Move():
            return "moveto"
        case Drag():
            return "dragto"
        case TypeText():
            return "write"
        case PressKeys():
            return "press" if len(action.keys) == 1 else "hotkey"
        case Scroll():
            return "scroll"
        case Finish():
            return "terminate"
        case Wait():
            return "wait"
        case _:
            return OTHER


def _spelled_out(said: Sequence[Action], kinds: Sequence[str]) -> list[Action]:
    """As pyautogui's calls: what our actions carry along stands before them there, where the recording has it so."""
    calls: list[Action] = []
    for action in said:
        moves = "moveto" in kinds and not (calls and isinstance(calls[-1], Move))
        match action:
            case Scroll() if moves:
                calls += [Move(point=action.point), action]
            case Drag(start=Point() as start) if moves:
                calls += [Move(point=start), action]
            case TypeText(submit=True):
                calls += [TypeText(text=action.text), PressKeys(keys=("enter",))]
            case _:
                calls.append(action)
    return calls


def _merged(actions: Sequence[Recorded]) -> list[Recorded]:
    """A text and the Enter after it are one action."""
    merged: list[Recorded] = []
    for recorded in actions:
        enter = isinstance(recorded.action, PressKeys) and recorded.action.keys == ("enter",)
        last = merged[-1].action if merged else None
        if enter and isinstance(last, TypeText) and not last.submit:
            merged[-1] = replace(merged[-1], action=TypeText(text=last.text, submit=True))
        else:
            merged.append(recorded)
    return merged


def _score(recorded: Recorded, said: Action, edition: Edition) -> float | None:
    """None for kinds that the evaluator has no rule for, which it then leaves out: a wait is never right alone."""
    was = recorded.action
    match was, said:
        case (Click(), Click()) | (Move(), Move()):
            return _near(recorded, was.point, said.point)
        case Drag(), Drag():
            return _near(recorded, was.end, said.end)
        case TypeText(), TypeText():
            return _written(was.text.lower().strip(), said.text.lower().strip())
        case PressKeys(), PressKeys():
            ordered = edition.keys_have_order
            return float(was.keys == said.keys if ordered else set(was.keys) == set(said.keys))
        case Scroll(), Scroll() if edition.scrolls_have_amounts:
            same = was.direction == said.direction
            return same * min(was.amount, said.amount) / max(was.amount, said.amount)
        case Scroll(), Scroll():
            return 1.0
        case _:
            return None


def _near(recorded: Recorded, was: Point, said: Point) -> float:
    """1 in a box or nearby, and falling steeply with the distance from there on."""
    if any_contains(recorded.areas, said):
        return 1.0
    return math.exp(-DECAY * max(0.0, distance(was, said) - NEAR))


def _written(was: str, said: str) -> float:
    longer = max(len(was), len(said))
    alike = 1 - levenshtein(was, said) / longer if longer else 1.0
    return 1.0 if alike >= ALIKE else alike / ALIKE
