"""The words of GUI-R1, as its training prompt and its evaluations enumerate them, and what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from actions.types import Kind
from environments.base import Platform
from prompts.reading import plain_name
from prompts.schema import POINT_NAMES

NO_TEXT, NO_POINT = "no input text", [-100, -100]


class Word(NamedTuple):
    """What a word takes, and the kind of action that it stands for; `fields` are those of the class that it says."""

    takes: Literal["nothing", "point", "text", "app", "keys", "direction"]
    kind: Kind
    fields: Mapping[str, Any] = MappingProxyType({})


WORDS: Mapping[Platform, Mapping[str, Word]] = MappingProxyType(
    {
        "mobile": MappingProxyType(
            {
                "complete": Word("nothing", "finish", {"success": True}),
                "impossible": Word("nothing", "finish", {"success": False}),
                "wait": Word("nothing", "wait"),
                "press_home": Word("nothing", "button", {"name": "home"}),
                "press_back": Word("nothing", "button", {"name": "back"}),
                "enter": Word("nothing", "button", {"name": "enter"}),
                "click": Word("point", "click"),
                "long_press": Word("point", "long_press"),
                "type": Word("text", "type_text"),
                "answer": Word("text", "answer"),
                "open_app": Word("app", "open_app"),
                "scroll": Word("direction", "scroll"),
            }
        ),
        "desktop": MappingProxyType(
            {
                "complete": Word("nothing", "finish", {"success": True}),
                "impossible": Word("nothing", "finish", {"success": False}),
                "wait": Word("nothing", "wait"),
                **{
                    f"press_{key}": Word("nothing", "press_keys", {"keys": [key]})
                    for key in ("tab", "enter", "down", "space")
                },
                "moveto": Word("point", "move"),
                "rightclick": Word("point", "click", {"button": "right"}),
                "doubleclick": Word("point", "click", {"count": 2}),
                "click": Word("point", "click"),
                "type": Word("text", "type_text"),
                "answer": Word("text", "answer"),
                "hotkey": Word("keys", "press_keys"),
                "scroll": Word("direction", "scroll"),
            }
        ),
    }
)
TEXT_FIELD: Mapping[Kind, str] = MappingProxyType({"open_app": "name", "scroll": "direction", "press_keys": "keys"})
_EXAMPLES = MappingProxyType({"text": "'shanghai shopping mall'", "app": "'outlook'", "keys": "'ctrl c'"})
_DIRECTIONS = "enum['up', 'left', 'right', 'down']"
TEXTS = ("input_text", "text", "content", "value", "app", "app_name", "direction", "keys")
POINTS = ("point", *sorted(POINT_NAMES))
SPELLINGS: Mapping[str, str] = MappingProxyType(
    {
        **{plain_name(w): w for words in WORDS.values() for w in words},
        **dict.fromkeys(("tap", "leftclick"), "click"),
        **dict.fromkeys(("longclick",), "long_press"),
        **dict.fromkeys(("inputtext", "typetext"), "type"),
        **dict.fromkeys(("navigateback", "back"), "press_back"),
        **dict.fromkeys(("navigatehome", "home"), "press_home"),
        **dict.fromkeys(("finish", "finished", "completed"), "complete"),
        **dict.fromkeys(("move", "mousemove"), "moveto"),
    }
)


def examples(words: Mapping[str, Word]) -> list[str]:
    """An example for each thing that words take, as in the source."""

    def line(takes: str, point: list[int], text: str) -> list[str]:
        names = [name for name, word in words.items() if word.takes == takes]
        return [f"[{{'action': enum{names}, 'point': {point}, 'input_text': {text}}}]"] if names else []

    return [
        *line("nothing", NO_POINT, f"'{NO_TEXT}'"),
        *line("point", [123, 300], f"'{NO_TEXT}'"),
        *(one for takes, text in _EXAMPLES.items() for one in line(takes, NO_POINT, text)),
        *line("direction", NO_POINT, _DIRECTIONS),
    ]
