"""Code-like calls and dictionaries as grammars, in the form that prompts/calls.py writes: `click(point=(495, 30))`.

A value's schema is turned into Lark, since llguidance's own JSON has other quotes. A family's words are listed with
their arguments in its own file; the calls that are named after their kind are made from the actions' classes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, NamedTuple, get_args

from actions.geometry import Direction, Size, Space
from actions.keys import ALIASES, NAMED
from actions.types import Kind
from prompts.grammar import as_json, quoted, regex
from prompts.schema import of_action, point_schema

MOST_IN_A_ROW = 16
"""Actions of one reply, where the family means that."""
TEXT, LONGER_TEXT = "TEXT", "LONGER_TEXT"
"""Any text in quotes, and one that is not empty."""
CLOSERS = ("''\"", "''", "'", ")")
"""What leads towards the end of a call, beside what leads to that of JSON: the end of a text in double quotes, in which
the others are more of the text; a text where one is due; the end of one in single quotes."""
KEY_NAMES = "|".join(sorted({*NAMED, *(a for a in ALIASES if a.isalnum())}))
_RAW = r"\\\x00-\x1f"
"""What stands in a text by an escape alone."""
_CODE = "00[01][0-9a-f]|007f|003[ce]|273f"
"""What is escaped by its number in code: control characters and marks."""
_ANY_CODE = r"[0-9a-ce-f][0-9a-f]{3}|d[0-7][0-9a-f]{2}|d[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}"
"""What is escaped so in JSON: any character, those beyond 16 bits as a pair."""
_PLACES = 20
"""Digits after the point: as many as a float of some hundredths is written with."""


class Entry(NamedTuple):
    """A key, and Lark for its value."""

    key: str
    value: str
    needed: bool = True


@dataclass(frozen=True, slots=True)
class Code:
    """How a family writes values. `json`: as JSON, not as Python. `never`: what no text may hold as it is."""

    space: Space
    seen: Size
    pointer: bool
    """Whether the screen has a mouse pointer."""
    json: bool = False
    never: str = ""

    @property
    def quote(self) -> str:
        return '"' if self.json else "'"

    # ------------------------------------------------------------ values

    @property
    def texts(self) -> str:
        """The definitions of TEXT and LONGER_TEXT."""
        quotes = '"' if self.json else "'\""
        escape = rf"\\(?:[{quotes}\\nrtbf/]|u(?:{_ANY_CODE if self.json else _CODE}))"
        held = " & ~" + regex(f"(?s:.*)(?i:{self.never})(?s:.*)") if self.never else ""
        return "".join(
            f"{name}: {regex('|'.join(rf'{q}(?:[^{q}{_RAW}]|{escape}){many}{q}' for q in quotes))}{held}\n"
            for name, many in ((TEXT, "*"), (LONGER_TEXT, "+"))
        )

    @property
    def key(self) -> str:
        """A key's name as a regular expression: what stands in the quotes."""
        other = "'" if self.json else '"'
        return rf"{KEY_NAMES}|[!#-&(-\[\]-~{other}]|\\[{self.quote}\\]"

    def axes(self) -> tuple[str, str]:
        """A place's two numbers."""
        point = point_schema(self.space, self.seen)
        x, y = point.get("prefixItems") or [point["items"]] * 2
        return self.value(x), self.value(y)

    def point(self, opening: str = "[") -> str:
        x, y = self.axes()
        return f"{quoted(opening)} {x} /, ?/ {y} {quoted('])'['[('.index(opening)])}"

    def said(self, *values: str) -> str:
        """One of these texts."""
        q = self.quote
        return f"({' | '.join(quoted(q + v + q) for v in values)})"

    @property
    def keys(self) -> str:
        """A list of keys' names."""
        key = regex(f"{self.quote}({self.key}){self.quote}")
        return f'"[" {key} (", " {key}){{0,5}} "]"'

    @property
    def hotkey(self) -> str:
        """Keys' names in one text, with spaces between them."""
        return regex(f"{self.quote}({self.key})( ({self.key})){{0,5}}{self.quote}")

    @property
    def direction(self) -> str:
        return self.said(*get_args(Direction))

    def value(self, schema: Mapping[str, Any]) -> str:
        """A value of this schema, one of a field of an action's class."""
        if "anyOf" in schema:
            return f"({' | '.join(self.value(s) for s in schema['anyOf'])})"
        if "enum" in schema:
            return self.said(*schema["enum"])
        match schema["type"]:
            case "string":
                return LONGER_TEXT if schema.get("minLength") else TEXT
            case "integer":
                return as_json({k: v for k, v in schema.items() if k in ("type", "minimum", "maximum")})
            case "number":
                return decimal(schema["maximum"], zero="minimum" in schema)
            case "boolean":
                return '("true" | "false")' if self.json else '("True" | "False")'
            case "null":
                return '"null"' if self.json else '"None"'
            case _ if "prefixItems" not in schema and schema["items"]["type"] == "string":
                return self.keys
            case _:
                return self.point("[" if self.json else "(")

    def fields(self, kind: Kind, *, without: Collection[str] = ()) -> list[Entry]:
        """The fields of an action's class, but for these."""
        schema = of_action(kind, space=self.space, seen=self.seen, pointer=self.pointer).parameters
        needed = schema["required"]
        return [Entry(k, self.value(v), k in needed) for k, v in schema["properties"].items() if k not in without]

    # ------------------------------------------------------------ calls and dictionaries

    def dictionary(self, *entries: Entry) -> str:
        q = self.quote
        return f'"{{" {_listed([(f"{q}{e.key}{q}: ", e) for e in entries])} "}}"'


def call(name: str, *arguments: Entry) -> str:
    listed = _listed([(f"{e.key}=", e) for e in arguments])
    return f'{quoted(name + "(")} {listed} ")"'


def calls(code: Code, offered: Set[Kind], own: Mapping[Kind, Sequence[str]]) -> str:
    """The rule `call`: for each kind that is offered the family's own calls, and the one that is named after it."""
    each = (lark for kind in sorted(offered) for lark in (*own.get(kind, ()), call(kind, *code.fields(kind))))
    return f"call: {one_of(each)}\n{code.texts}"


def one_of(alternatives: Iterable[str]) -> str:
    """The body of a rule: one of these, each once."""
    return "\n  | ".join(dict.fromkeys(alternatives))


def decimal(most: int, *, zero: bool) -> str:
    """A number up to `most`; `zero`: from 0, and not only above it."""
    below = rf"0\.[0-9]{{0,{_PLACES - 1}}}[1-9]"
    more = rf"(?:\.[0-9]{{1,{_PLACES}}})?"
    whole = f"(?:{'|'.join(map(str, range(1, most)))}){more}|" if most > 1 else ""
    return regex(rf"{most}(?:\.0)?|{whole}{f'0{more}' if zero else below}")


def _listed(entries: Sequence[tuple[str, Entry]], separator: str = "") -> str:
    """These in their order, with commas between them; those that aren't needed may be left out."""
    if not entries:
        return ""
    (label, first), *rest = entries
    this = f"{quoted(separator + label)} {first.value} {_listed(rest, ', ')}"
    if first.needed:
        return this
    if separator:
        return f"({quoted(separator + label)} {first.value})? {_listed(rest, ', ')}"
    without = _listed(rest)
    return f"({this} | {without})?" if without else f"({this})?"
