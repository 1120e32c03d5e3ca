"""The lines of OS-Atlas-Pro as a grammar: a word, and what it is done to or with.

What stands in brackets ends with its line, so it is one terminal with its bracket; how it is read is in os_atlas.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from actions.keys import NAMED
from actions.types import Kind
from prompts.dialects.code_grammar import KEY_NAMES, MOST_IN_A_ROW, Code, one_of
from prompts.dialects.os_atlas_words import BUTTONS, CLICKS, DETAILED, KEYS
from prompts.grammar import Grammar, call_after_thought, quoted, regex

_LABEL = r"[ \t*#]{0,8}actions?[ \t*]{0,8}[:：]"
_NOT = r"\x00-\x08\x0a-\x1f\x7f"


def lines(code: Code, offered: Set[Kind]) -> Grammar:
    """A thought, and a line for each action. code: how the objects in brackets are written."""
    x, y = code.axes()
    point = f'" <point>[[" {x} /, ?/ {y} "]]</point>"'
    directions = one_of(quoted(f" [{d}]") for d in ("UP", "DOWN", "LEFT", "RIGHT"))
    key = f"{KEY_NAMES.upper()}|[A-Z0-9]"
    hotkey = regex(rf" \[({key})(_({key})){{0,5}}\]")
    pressed = "|".join(KEYS.get(name, name.upper()) for name in NAMED)
    own: Mapping[Kind, Sequence[str]] = {
        "click": [f"{quoted(word)} {point}" for word in CLICKS.values()],
        "long_press": [f'"LONG_PRESS" {point}'],
        "move": [f'"MOVETO" {point}'],
        "scroll": [f'"SCROLL" ({directions})'],
        "type_text": ['"TYPE" SAID'],
        "press_keys": [regex(f"PRESS_({pressed})"), f'"HOTKEY" {hotkey}'],
        "button": [quoted(word) for word in BUTTONS.values()],
        "open_app": ['"OPEN_APP" NAMED'],
        "wait": ['"WAIT"'],
        "answer": ['"ANSWER" SAID'],
        "ask_user": ['"ASK" SAID'],
        "finish": [f'"{word}" SAID?' for word in ("COMPLETE", "IMPOSSIBLE")],
    }
    detailed = (
        f'{quoted(word)} " [" {code.dictionary(*code.fields(kind))} "]"'
        for kind, word in DETAILED.items()
        if kind in offered
    )
    each = one_of([*(line for kind in sorted(offered) for line in own.get(kind, ())), *detailed])
    return call_after_thought(
        "actions:\n",
        f"""line ("\\n" line){{0,{MOST_IN_A_ROW - 1}}}
line: {each}
{code.texts}
NAMED: " [" ({regex(f'[^"{{{_NOT}][^{_NOT}]*')} | LONGER_TEXT) "]"
SAID: NAMED | " [" TEXT? "]\"""",
        never_first=_LABEL,
        closers=('"]',),
    )
