"""What a reply may look like, so that no other can be written: a thought that is free, then one call that is not.

Grammars are in llguidance's dialect of Lark (docs/syntax.md of guidance-ai/llguidance), calls in JSON schemas within
them. They promise what the dialect's `parse` reads: no mark of a call stands in the thought, a thought's tags are
closed, each argument is of its type and within its bounds. What no grammar can say stays with the reader: that a swipe
ends where it began.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from actions.keys import ALIASES, NAMED
from prompts.foreign import THOUGHT_TAGS
from prompts.literal import DIGITS

DECIMALS = 1e-6
"""What numbers are multiples of: a small model that has begun to write 0.4978571428571… may go on until its tokens run
out."""
_HEAD = "\nHEAD: "
"""The rule for a thought and what opens the call."""
_WITHIN = 3
"""How deep a definition is put within itself."""


@dataclass(frozen=True, slots=True)
class Grammar:
    """`lark`: the grammar. `closers`: what leads towards the end of a reply from wherever it is, to be written as soon
    as a reply has to end: the first of them that the grammar allows there. `opening`: what the call begins with after
    the thought; empty where the thought is a part of it."""

    lark: str
    closers: tuple[str, ...]
    opening: str = ""

    def unlike(self, replies: Iterable[str]) -> Grammar | None:
        """The same without the thoughts of these replies, each to the letter; None where a thought is a part of the
        call, and of grammars that `call_after_thought` didn't make."""
        if not self.opening or _HEAD not in self.lark:
            return None
        heads = dict.fromkeys(r.partition(self.opening)[0] + self.opening for r in replies if self.opening in r)
        if not heads:
            return None
        others = "".join(f" & ~{spelt(head)}" for head in heads)
        return replace(self, lark=self.lark.replace(_HEAD, "\nANY_HEAD: ") + f"HEAD: ANY_HEAD{others}\n")


def call_after_thought(
    opening: str, call: str, *, never: str = "", never_first: str = "", after: str = "\\n", closers: Sequence[str] = ()
) -> Grammar:
    """A thought, `opening` at the start of a line, and `call`, which is Lark.

    never: a regular expression for what may not stand in a thought, because the reader would take it for more than
    words. never_first: for what may not begin a line of it, as `opening` does. after: what may stand between the words
    and `opening`, as a class of characters with the line end among them. closers: those of the call, beside JSON's.
    """
    tags = "|".join(map(re.escape, THOUGHT_TAGS))
    also = f"{never}|" if never else ""
    words = f"WORDS /[{after}]/"
    before = f"((WORDS TAGGED)* {words})?" if never_first else f"(WORDS TAGGED)* ({words})?"
    lark = f"""%llguidance {{"no_forcing": true}}
start: HEAD {call}{_HEAD}{before} {quoted(opening)}
TAGGED: /(?i:<({tags})>)/ INNER /(?i:<\\/({tags})>)/
WORDS: {without(f"{also}<({tags})>", first=never_first)}
INNER: {without(f"{also}</({tags})>", first=never_first)}
"""
    first = (f"\n{opening}", f"</{THOUGHT_TAGS[0]}>\n{opening}")  # with a line end, which no text in quotes holds
    return Grammar(lark, (*first, *closers, '"', "}", "]"), opening)


def without(pattern: str, *, first: str = "") -> str:
    """Lark for any text in which the pattern is not found, in whatever case; `first`: nor this at a line's start."""
    found = [rf"(?s:.*)(?i:{pattern})", *([rf"(?s:(.*\n)?)(?i:{first})"] if first else [])]
    return "/(?s:.*)/" + "".join(f" & ~{regex(f'{p}(?s:.*)')}" for p in found)


def regex(pattern: str) -> str:
    """Lark for what this regular expression matches."""
    return "/" + pattern.replace("/", "\\/") + "/"


def quoted(text: str) -> str:
    """Lark for this very text."""
    return json.dumps(text, ensure_ascii=False)


def spelt(text: str) -> str:
    """Lark for this very text, whatever is in it: in quotes control characters can't be written."""
    return "/" + "".join(c if c.isascii() and c.isalnum() else f"\\x{{{ord(c):x}}}" for c in text) + "/"


def as_json(schema: Mapping[str, Any]) -> str:
    """Lark for JSON of this schema, written as `json.dumps` writes it.

    No `\\u…`, of which half a pair could be written. Of a user's schema, what llguidance does not know is let be.
    """
    settings = {
        "whitespace_flexible": False,
        "item_separator": ", ",
        "key_separator": ": ",
        "json_allowed_escapes": 'nrbtf\\"',
        "lenient": True,
    }
    return f"%json {json.dumps({**schema, 'x-guidance': settings}, ensure_ascii=False)}"


def an_object(properties: Mapping[str, Any], required: Sequence[str] | None = None) -> dict[str, Any]:
    """The schema of an object that has these properties, in this order, and no others; by default all of them."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties if required is None else required),
        "additionalProperties": False,
    }


def fitted(schema: Mapping[str, Any], *, text: str | None = None) -> dict[str, Any]:
    """A function's parameters with what the reader demands besides: numbers of so many digits and decimals, only known
    arguments. It may stand within another schema: definitions are put where they are named, a few times within
    themselves. text: a pattern for all texts that have none."""
    return {"additionalProperties": False, **_fitted(schema, schema.get("$defs", {}), text, _WITHIN)}


def _fitted(found: Any, definitions: Mapping[str, Any], text: str | None, depth: int) -> Any:
    if isinstance(found, list):
        return [_fitted(item, definitions, text, depth) for item in cast("list[Any]", found)]
    if not isinstance(found, Mapping):
        return found
    given = cast("Mapping[str, Any]", found)
    if isinstance(name := given.get("$ref"), str):
        within = definitions.get(name.removeprefix("#/$defs/"), False)
        return _fitted(within, definitions, text, depth - 1) if depth else False
    node = {k: _fitted(v, definitions, text, depth) for k, v in given.items() if k != "$defs"}
    if node.get("type") in ("integer", "number"):
        if not node.keys() & {"minimum", "exclusiveMinimum"}:
            node["minimum"] = 1 - 10**DIGITS
        if not node.keys() & {"maximum", "exclusiveMaximum"}:
            node["maximum"] = 10**DIGITS - 1
        if node["type"] == "number":
            node.setdefault("multipleOf", DECIMALS)
    elif text is not None and node.get("type") == "string" and not node.keys() & {"enum", "const", "pattern"}:
        node["pattern"] = text
    return node


ANY_CHARACTER: Mapping[str, Any] = {"type": "string", "pattern": "^[!-~]$"}
KEY: Mapping[str, Any] = {
    "anyOf": [
        {"enum": sorted({*NAMED, *(a for a in ALIASES if a.isalnum())})},
        ANY_CHARACTER,
    ]
}
"""The schema of a key's name."""
KEYS: Mapping[str, Any] = {"type": "array", "items": KEY, "minItems": 1, "maxItems": 6}
