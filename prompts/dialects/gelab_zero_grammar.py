"""The fields of GELab-Zero as a grammar: for each word its own, between tabs; how they are read is in gelab_zero.py.

Texts stand as they are, or as JSON; none holds a tag, since the last one in a reply ends the thought.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

from actions.types import Kind
from prompts.dialects.code_grammar import LONGER_TEXT, TEXT, Code, one_of
from prompts.dialects.gelab_zero_words import WORDS, Word
from prompts.foreign import THOUGHT_TAGS
from prompts.grammar import Grammar, call_after_thought, quoted, without
from prompts.schema import of_action

TAG = f"</?({'|'.join(THOUGHT_TAGS)}|tink)>"
_LINE = r"[^\x00-\x1f\x7f]*"


def fields(code: Code, offered: Set[Kind]) -> Grammar:
    """A thought, and the fields of one action. code: how numbers are written, and texts as JSON."""
    words = (
        f"{quoted(name)} {_of(code, name, word)}"
        for name, word in WORDS.items()
        if word.kind in offered or (name == "SLIDE" and "scroll" in offered)
    )
    return call_after_thought(
        "explain:",
        f"""LINE "\\taction:" word "\\tsummary:" LINE
word: {one_of(words)}
LINE: /{_LINE}/ & {without(TAG)}
PLAIN: /[^"\\s\\x00-\\x1f\\x7f]{_LINE}/ & {without(TAG)}
{code.texts}""",
        never="</?tink>",
        never_first=r" {0,4}explain {0,4}[:：]",
        closers=("\tsummary:", "\taction:"),
    )


def _of(code: Code, name: str, word: Word) -> str:
    """The fields of a word: those of its action's class."""
    schema = of_action(word.kind, space=code.space, seen=code.seen, pointer=code.pointer).parameters
    said = {
        f: s for f, s in schema["properties"].items() if f in word.names or name not in ("COMPLETE", "ABORT", "SLIDE")
    }
    needed = {*schema["required"], "seconds"} if name == "WAIT" else {*schema["required"]}
    written = {f: f"{quoted(f'{chr(9)}{word.names.get(f, f)}:')} {_value(code, s)}" for f, s in said.items()}
    point = f'("\\tpoint:" {_point(code)})?' if name == "TYPE" else ""
    return " ".join([*(lark if f in needed else f"({lark})?" for f, lark in written.items()), point])


def _value(code: Code, schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return f"({' | '.join(map(quoted, schema['enum']))})"
    match schema["type"]:
        case "string":
            return f"(PLAIN | {LONGER_TEXT})" if schema.get("minLength") else f"(PLAIN | {TEXT})?"
        case "array":
            return _point(code)
        case _:
            return code.value(schema)


def _point(code: Code) -> str:
    x, y = code.axes()
    return f'{x} "," {y}'
