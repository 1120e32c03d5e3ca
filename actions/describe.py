"""An action in a few words, for people."""

from __future__ import annotations

from typing import assert_never

from actions.geometry import Point
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


def in_words(action: Action) -> str:
    """Points are given in percent of the screen. Text is quoted with `repr`, so no control character gets through."""
    match action:
        case Click():
            verb = {1: "tap", 2: "double tap", 3: "triple tap"}[action.count]
            return f"{verb if action.button == 'left' else action.button + ' click'} at {_place(action.point)}"
        case LongPress():
            return f"press {_place(action.point)} for {action.seconds:g} s"
        case Move():
            return f"move to {_place(action.point)}"
        case Drag():
            origin = "the pointer" if action.start is None else _place(action.start)
            return f"drag from {origin} to {_place(action.end)}"
        case Scroll():
            return f"scroll {action.direction} by {action.amount:.0%} at {_place(action.point)}"
        case TypeText():
            after = ", replacing what is there" if action.replace else ""
            return f"type {action.text!r}{after}{', then Enter' if action.submit else ''}"
        case PressKeys():
            return f"press {'+'.join(action.keys)}"
        case Button():
            return f"button {action.name}"
        case OpenApp():
            return f"open {action.name!r}"
        case Wait():
            return f"wait {action.seconds:g} s"
        case AskUser():
            return f"ask {action.question!r}"
        case CallTool():
            return f"call {action.name}({', '.join(f'{k}={v!r}' for k, v in action.arguments.items())})"
        case Answer():
            return f"answer {action.text!r}"
        case Finish():
            said = f": {action.message!r}" if action.message else ""
            return f"{'finish' if action.success else 'give up'}{said}"
        case _:
            assert_never(action)


def _place(point: Point) -> str:
    return f"{point.x:.1%}, {point.y:.1%}"
