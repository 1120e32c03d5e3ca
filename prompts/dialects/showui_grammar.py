"""The dictionaries of ShowUI as a grammar: for each word what may be its value and its position.

What the words mean is in showui.py. `SELECT` and `COPY` name what they are done to, as the model is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import NamedTuple, get_args

from actions.types import ButtonName, Kind
from environments.base import Platform
from prompts.dialects.code_grammar import CLOSERS, MOST_IN_A_ROW, TEXT, Code, decimal, one_of
from prompts.grammar import Grammar, call_after_thought, quoted

_NONE = '"None"'
_DETAILED: Sequence[Kind] = ("click", "scroll", "drag", "type_text", "finish")
"""Kinds that can say more than their words, in a dictionary as the value."""


class _Said(NamedTuple):
    word: str
    value: str = _NONE
    position: str = _NONE


def dictionaries(code: Code, offered: Set[Kind], platform: Platform) -> Grammar:
    """A thought, and a dictionary for each action."""
    at = code.point()
    somewhere, pair, named = f"({at} | {_NONE})", f'"[" {at} ", " {at} "]"', f"({TEXT} | {_NONE})"
    pressed = (name.upper().replace("_", " ") for name in get_args(ButtonName) if name != "enter")
    both: Mapping[Kind, Sequence[_Said]] = {
        "type_text": [_Said("INPUT", TEXT, somewhere if "click" in offered else _NONE)],
        "wait": [_Said("WAIT", f"({decimal(60, zero=False)} | {_NONE})")],
        "answer": [_Said("ANSWER", TEXT)],
    }
    phone: Mapping[Kind, Sequence[_Said]] = {
        "click": [_Said("TAP", position=at)],
        "scroll": [_Said("SWIPE", position=pair)],
        "drag": [_Said("SWIPE", position=pair)],
        "button": [_Said("ENTER"), *(_Said(f"PRESS {name}") for name in pressed)],
    }
    desktop: Mapping[Kind, Sequence[_Said]] = {
        "click": [_Said("CLICK", position=at), _Said("SELECT", named, at)],
        "move": [_Said("HOVER", position=at)],
        "scroll": [_Said("SCROLL", code.direction, somewhere)],
        "drag": [_Said("SELECT_TEXT", position=pair)],
        "press_keys": [_Said("ENTER"), _Said("PRESS", code.keys), _Said("COPY", named)],
        "finish": [_Said("STATUS TASK COMPLETE"), _Said("STATUS TASK IMPOSSIBLE")],
    }
    own = {**both, **(phone if platform == "mobile" else desktop)}
    detailed = [_Said(kind.upper(), code.dictionary(*code.fields(kind))) for kind in _DETAILED if kind in offered]
    said = one_of(
        f"""{code.said(one.word)} ", 'value': " {one.value} ", 'position': " {one.position} "}}\""""
        for one in (*(one for kind in sorted(offered) for one in own.get(kind, ())), *detailed)
    )
    opening = "{'action': "
    return call_after_thought(
        opening,
        f'said (",\\n" {quoted(opening)} said){{0,{MOST_IN_A_ROW - 1}}}\nsaid: {said}\n{code.texts}',
        never=r"""\{\s{0,8}['"‘“]""",
        closers=CLOSERS,
    )
