"""Objects as models write them: JSON, and what is nearly JSON.

`read_object` takes exact JSON first. Only where that fails does it read again and mend what public issue logs show
models get wrong: Python dicts and tuples, trailing commas, raw line ends and unescaped quotes in strings, full-width
punctuation, numbers without commas, a last bracket left out. Every mending is named. What is ambiguous is refused; text
is never evaluated. Time and memory are linear in the length of the text, depth is bounded.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, Literal, NamedTuple

from actions.errors import ParseError

DEPTH = 32
"""How deep values may be nested."""
DIGITS = 15
"""How many digits a number may have: as many as a float holds."""

Repair = Literal[
    "python literal",
    "tuple",
    "trailing comma",
    "missing comma",
    "missing bracket",
    "raw control character in a string",
    "stray backslash in a string",
    "unescaped quote in a string",
    "full-width punctuation",
    "box for a point",
    "point without quotes",
]


Role = Literal["key", "value", "item", "argument"]
"""What a string is: a key, the value of a key, an item of a list, or an argument of a call (prompts/calls.py)."""


class Found(NamedTuple):
    """An object, the position after it, and what was mended."""

    value: dict[str, Any]
    end: int
    repairs: tuple[Repair, ...] = ()


def read_object(text: str, start: int = 0, stop: int | None = None, *, closed: bool = False) -> Found:
    """The object that begins with the bracket at `start`.

    Exact JSON may reach beyond `stop` (a string may hold a closing tag); mended text may not. `closed`: the model said
    that the object ends at `stop`, so that a last bracket may be missing there; without it the text was cut off.
    Raises `ParseError`.
    """
    try:
        value, end = _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        reader = Reader(text[start : len(text) if stop is None else stop], closed)
        value, length = reader.whole()
        end, repairs = start + length, tuple(sorted(reader.repairs))
    else:
        repairs = ()
    if not isinstance(value, dict):
        raise ParseError("expected an object in curly brackets")
    check(value)
    return Found(value, end, repairs)  # pyright: ignore[reportUnknownArgumentType]


def check(value: Any) -> None:
    """Depth, and that each string is valid text."""
    todo: list[tuple[Any, int]] = [(value, 1)]
    while todo:
        item, depth = todo.pop()
        if depth > DEPTH:
            raise ParseError(f"values are nested more than {DEPTH} deep")
        if isinstance(item, str):
            if not item.isascii() and any("\ud800" <= c <= "\udfff" for c in item):
                raise ParseError("a string holds half a surrogate pair")
        elif isinstance(item, dict):
            for key, inner in item.items():  # pyright: ignore[reportUnknownVariableType]
                todo += ((key, depth), (inner, depth + 1))
        elif isinstance(item, list):
            todo += ((inner, depth + 1) for inner in item)  # pyright: ignore[reportUnknownVariableType]


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        raise ValueError("a key is given twice")
    return result


def _integer(digits: str) -> int:
    if len(digits.lstrip("-")) > DIGITS:
        raise ValueError(f"a number of more than {DIGITS} digits")
    return int(digits)


def _real(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError("a number out of range")
    return value


def _constant(name: str) -> float:
    raise ValueError(f"{name} is no number")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_int=_integer, parse_float=_real, parse_constant=_constant, strict=True
)

_WIDE = "（），：｛｝［］－．、" + "０１２３４５６７８９" + "＂＇"
_NARROW = str.maketrans(_WIDE, "(),:{}[]-.," + "0123456789" + "\"'")
_SPACE = " \t\r\n\u00a0\u3000"
_QUOTES = {'"': '"', "'": "'", "“": "”", "‘": "’"}
_NUMBER = re.compile(rf"[+-]?(?:0|[1-9][0-9]{{0,{DIGITS - 1}}})(?:\.[0-9]{{1,30}})?(?![0-9A-Za-z_.])")
_WORDS = {"true": True, "false": False, "null": None, "True": True, "False": False, "None": None}
_WORD = re.compile(r"[A-Za-z]{4,5}(?![0-9A-Za-z_])")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "/": "/", "\\": "\\", '"': '"', "'": "'"}
_HEX4 = re.compile(r"[0-9A-Fa-f]{4}")
_BOX_OPEN, _BOX_CLOSE = "<|box_start|>", "<|box_end|>"


class Reader:
    """Recursive descent over `text`. Structure is read from a copy with full-width punctuation made narrow, which has
    the same length; strings keep their own characters."""

    def __init__(self, text: str, closed: bool) -> None:
        self.text = text
        self.narrow = text.translate(_NARROW)
        self.closed = closed
        self.i = 0
        self.repairs: set[Repair] = set()

    def whole(self) -> tuple[Any, int]:
        self.skip()
        if self.peek() != "{":
            raise ParseError("expected an object in curly brackets")
        value = self.dict(1)
        return value, self.i

    def peek(self) -> str:
        return self.narrow[self.i : self.i + 1]

    def take(self) -> str:
        """The next character of structure."""
        if self.narrow[self.i] != self.text[self.i]:
            self.repairs.add("full-width punctuation")
        self.i += 1
        return self.narrow[self.i - 1]

    def skip(self) -> None:
        self.i = self.after_space(self.i)

    def after_space(self, i: int) -> int:
        while i < len(self.narrow) and self.narrow[i] in _SPACE:
            i += 1
        return i

    def wrong(self, expected: str) -> ParseError:
        if self.i >= len(self.text):
            return ParseError(f"the text is cut off: expected {expected}")
        return ParseError(f"expected {expected}, not {self.text[self.i : self.i + 12]!r}")

    def at_end(self) -> bool:
        """At the end of an object that the model said is complete: its bracket is missing."""
        if self.i >= len(self.text) and self.closed:
            self.repairs.add("missing bracket")
            return True
        return False

    def value(self, depth: int, within: Role = "value") -> Any:
        if depth > DEPTH:
            raise ParseError(f"values are nested more than {DEPTH} deep")
        self.skip()
        c = self.peek()
        if c == "{":
            return self.dict(depth)
        if c and c in "[(":
            return self.list(depth)
        if c and c in _QUOTES:
            return self.string(within)
        if self.narrow.startswith(_BOX_OPEN, self.i):
            return self.box(depth)
        if match := _NUMBER.match(self.narrow, self.i):
            if match.group() != self.text[match.start() : match.end()]:
                self.repairs.add("full-width punctuation")
            self.i = match.end()
            digits = match.group()
            return float(digits) if "." in digits else int(digits)
        if (match := _WORD.match(self.narrow, self.i)) and match.group() in _WORDS:
            self.i = match.end()
            if match.group()[0].isupper():
                self.repairs.add("python literal")
            return _WORDS[match.group()]
        raise self.wrong("a value")

    def dict(self, depth: int) -> dict[str, Any]:
        self.take()
        result: dict[str, Any] = {}
        comma = False
        while True:
            self.skip()
            if self.at_end():
                return result
            c = self.peek()
            if c == "}":
                if comma:
                    self.repairs.add("trailing comma")
                self.take()
                return result
            if not c or c not in _QUOTES:
                raise self.wrong("a key in quotes")
            key = self.string("key")
            self.skip()
            if self.peek() != ":":
                raise self.wrong("a colon")
            self.take()
            value = self.value(depth + 1)
            if key in result:
                raise ParseError(f"the key {key[:40]!r} is given twice")
            result[key] = self.second_corner(value, depth)
            self.skip()
            if self.at_end():
                return result
            comma = self.peek() == ","
            if comma:
                self.take()
            elif self.peek() != "}":
                raise self.wrong("a comma or a closing bracket")

    def list(self, depth: int) -> list[Any]:
        opener = self.take()
        closer = {"[": "]", "(": ")"}[opener]
        if opener == "(":
            self.repairs.add("tuple")
        result: list[Any] = []
        comma = True
        while True:
            self.skip()
            if self.at_end():
                return result
            if self.peek() == closer:
                if result and comma:
                    self.repairs.add("trailing comma")
                self.take()
                return result
            if not comma:
                self.repairs.add("missing comma")
            result.append(self.value(depth + 1, "item"))
            before = self.i
            self.skip()
            comma = self.peek() == ","
            if comma:
                self.take()
            elif self.i == before and self.peek() != closer and not self.at_end():
                raise self.wrong("a comma or a closing bracket")

    def box(self, depth: int) -> list[Any]:
        """Corners between the box tokens of Qwen2-VL."""
        self.repairs.add("box for a point")
        self.i += len(_BOX_OPEN)
        corners: list[Any] = []
        while True:
            self.skip()
            if self.narrow.startswith(_BOX_CLOSE, self.i):
                self.i += len(_BOX_CLOSE)
                return corners
            if len(corners) == 2 or self.peek() != "(":
                raise self.wrong("a corner or the end of the box")
            corners.append(self.list(depth + 1))
            self.skip()
            if self.peek() == ",":
                self.take()

    def second_corner(self, value: Any, depth: int) -> Any:
        """`"point": (1,2),(3,4)`: a box whose tokens were left out when the text was decoded."""
        if isinstance(value, list) and len(value) == 2 and self.peek() == ",":  # pyright: ignore[reportUnknownArgumentType]
            following = self.after_space(self.i + 1)
            if self.narrow[following : following + 1] == "(":
                self.i = following
                self.repairs.add("box for a point")
                return [value, self.list(depth + 1)]
        return value  # pyright: ignore[reportUnknownVariableType]

    def string(self, role: Role) -> str:
        opener = self.text[self.i]
        closer = _QUOTES.get(opener, opener)
        if opener == "'":
            self.repairs.add("python literal")
        elif opener != '"':
            self.repairs.add("full-width punctuation")
        self.i += 1
        stops = re.compile(rf"[{re.escape(closer)}\\\x00-\x1f]")
        pieces: list[str] = []
        while match := stops.search(self.text, self.i):
            pieces.append(self.text[self.i : match.start()])
            self.i = match.end()
            c = match.group()
            if c == closer:
                if self.ends_string(self.i, role):
                    return "".join(pieces)
                self.repairs.add("unescaped quote in a string")
                pieces.append(c)
            elif c == "\\":
                pieces.append(self.escape())
            elif c in "\n\t\r":
                self.repairs.add("raw control character in a string")
                pieces.append(c)
            else:
                raise ParseError(f"a string holds the control character {c!r}")
        self.i = len(self.text)
        raise self.wrong("the end of a string")

    def ends_string(self, i: int, role: Role) -> bool:
        """Whether a quote before `i` can be the string's end: what follows must be structure, not more of its text."""
        i = self.after_space(i)
        c = self.narrow[i : i + 1]
        if role == "key":
            return c == ":"
        closers = "}" if role == "value" else "])"
        if c == ",":
            i = self.after_space(i + 1)
            c = self.narrow[i : i + 1]
            if not c or c in closers or c in _QUOTES:
                return True
            word = _WORD.match(self.narrow, i)
            return role == "item" and (c in "([{+-0123456789" or (word is not None and word.group() in _WORDS))
        return not c or c in closers

    def escape(self) -> str:
        c = self.text[self.i : self.i + 1]
        self.i += 1
        if c in _ESCAPES and c:
            return _ESCAPES[c]
        if c == "u" and (match := _HEX4.match(self.text, self.i)):
            self.i = match.end()
            code = int(match.group(), 16)
            low = self.text[self.i + 2 : self.i + 6]
            if 0xD800 <= code < 0xDC00 and self.text.startswith("\\u", self.i) and _HEX4.fullmatch(low):
                second = int(low, 16)
                if 0xDC00 <= second < 0xE000:
                    self.i += 6
                    return chr(0x10000 + (code - 0xD800) * 1024 + (second - 0xDC00))
            return chr(code)
        self.repairs.add("stray backslash in a string")
        self.i -= 1
        return "\\"
