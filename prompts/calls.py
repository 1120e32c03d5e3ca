"""Calls in code-like text, as models write them: `click(start_box='(495,30)')`, `mobile.swipe(from_coord=[0.5, 0.8])`.

Names may be dotted; arguments are positional or named, and hold what prompts/literal.py reads: strings, numbers, lists,
tuples, objects, True and None. Nothing is evaluated: an expression is no value. Read once from left to right.

Models forget to escape quotes: in `type(content='it's')` a quote ends the string only where structure follows it. Where
`')` may be either, and a later one may be the end as well, the call is refused: half a text is worse than none.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from actions.errors import ParseError
from prompts.foreign import escaped
from prompts.literal import Reader, Role, check
from prompts.reading import LONGEST_NAME, quoted_at

MOST_CALLS = 64
"""More calls than this in one reply are a model that runs on."""
MOST_ARGUMENTS = 16

_WORD = rf"[A-Za-z_]\w{{0,{LONGEST_NAME - 1}}}"
_NAME = re.compile(rf"(?<![A-Za-z0-9_.])({_WORD}(?:\.{_WORD}){{0,3}})[ \t]{{0,4}}(?=[(（])", re.ASCII)
_KEYWORD = re.compile(rf"({_WORD})[ \t]{{0,4}}=(?!=)[ \t]{{0,4}}", re.ASCII)
_BARE_POINT = re.compile(r"<(point|bbox)>[^<>\n]{1,100}</\1>")
_GLUED = re.compile(r"\.?\w")
_STRICTLY_AFTER = re.compile(r"\Z|[<`;#]|(?:Thought|Action|Observation)\b")
_CLOSING = re.compile(r"([\"'”’])\s*\)")


class Call(NamedTuple):
    """One call, from `start` to `end`; `problem` where it can't be read."""

    name: str
    positional: Sequence[Any]
    named: Mapping[str, Any]
    start: int
    end: int
    repairs: tuple[str, ...] = ()
    problem: ParseError | None = None


def find_calls(
    text: str, known: Callable[[str], bool], start: int = 0, stop: int | None = None, *, closed: bool = False
) -> list[Call]:
    """The calls of `known` names between `start` and `stop`, in order, but for those in quotes: they are talked about.

    One that can't be read is the last of the list: what follows it may be the inside of its text. `closed`: the model
    said that it ends at `stop`, so that a last bracket may be missing there. `ParseError` for too many.
    """
    reader = CallReader(text[: len(text) if stop is None else stop], known, closed=closed)
    calls: list[Call] = []
    while call := reader.next(start):
        calls.append(call)
        if call.problem is not None:
            break
        start = call.end
    return calls


class Verbatim(NamedTuple):
    """What stands in a call as it is: a point in a family's own form."""

    text: str


def write_call(
    name: str, positional: Sequence[Any] = (), named: Mapping[str, Any] | None = None, *, quote: str = "'"
) -> str:
    """A call that `find_calls` reads back exactly; no string in it holds a mark, and all is on one line."""
    words = [f"{key}={write_value(value, quote=quote)}" for key, value in (named or {}).items()]
    return f"{name}({', '.join([*(write_value(v, quote=quote) for v in positional), *words])})"


def write_value(value: Any, *, quote: str = "'") -> str:
    """A value as it stands in a call; `ValueError` for what has no form there."""
    match value:
        case Verbatim(text):
            return text
        case str():
            return f"{quote}{_escaped(value, quote)}{quote}"
        case list() | tuple():
            inner = ", ".join(write_value(v, quote=quote) for v in value)  # pyright: ignore[reportUnknownVariableType]
            return f"[{inner}]" if isinstance(value, list) else f"({inner})"
        case float() if math.isfinite(value):
            return format(Decimal(repr(value)), "f")  # not 1e-05: no exponents are read
        case bool() | int() | None:
            return str(value)
        case _:
            raise ValueError(f"{value!r} has no form in a call")


_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_TO_ESCAPE = {c: f"\\u{c:04x}" for c in (*range(32), 127)}


def _escaped(text: str, quote: str) -> str:
    table = str.maketrans({**_TO_ESCAPE, **_ESCAPES, quote: f"\\{quote}"})
    return escaped(text.encode("utf-8", "replace").decode().translate(table))


class CallReader(Reader):
    """Reads calls of `known` names one after another from the same text. `find_calls` has the words for its rules."""

    def __init__(self, text: str, known: Callable[[str], bool], *, closed: bool = False) -> None:
        super().__init__(text, closed)
        self.known = known
        self.count = 0
        self.last_ends: dict[str, int] | None = None

    def next(self, start: int, stop: int | None = None) -> Call | None:
        """The first call that begins between `start` and `stop` and is not in quotes; it may end beyond `stop`."""
        stop = len(self.text) if stop is None else stop
        while match := _NAME.search(self.text, start, stop):
            if self.known(match.group(1)) and not quoted_at(self.text, match.start()):
                return self.call(match)
            start = match.end()
        return None

    def at(self, start: int) -> Call | None:
        """The call that begins right at `start`, of whatever name, and though it is in quotes."""
        match = _NAME.match(self.text, start)
        return self.call(match) if match else None

    def call(self, name: re.Match[str]) -> Call:
        self.count += 1
        if self.count > MOST_CALLS:
            raise ParseError(f"the reply holds more than {MOST_CALLS} calls")
        self.i = name.end()
        self.repairs = set()
        try:
            positional, named = self.arguments()
            check([*positional, named])
        except ParseError as e:
            return Call(name.group(1), (), {}, name.start(), self.i, problem=e)
        repairs = tuple(sorted(self.repairs - {"python literal", "tuple"}))
        return Call(name.group(1), positional, named, name.start(), self.i, repairs)

    def arguments(self) -> tuple[list[Any], dict[str, Any]]:
        self.take()
        positional: list[Any] = []
        named: dict[str, Any] = {}
        comma = False
        while True:
            self.skip()
            if self.at_end():
                return positional, named
            if self.peek() == ")":
                if comma:
                    self.repairs.add("trailing comma")
                self.take()
                return positional, named
            if len(positional) + len(named) == MOST_ARGUMENTS:
                raise ParseError(f"a call has more than {MOST_ARGUMENTS} arguments")
            if keyword := _KEYWORD.match(self.narrow, self.i):
                self.i = keyword.end()
                if keyword.group(1) in named:
                    raise ParseError(f"the argument {keyword.group(1)!r} is given twice")
                named[keyword.group(1)] = self.argument()
            elif named:
                raise self.wrong("a named argument")
            else:
                positional.append(self.argument())
            self.skip()
            comma = self.peek() == ","
            if comma:
                self.take()
            elif self.peek() != ")" and not self.at_end():
                raise self.wrong("a comma or a closing bracket")

    def argument(self) -> Any:
        if point := _BARE_POINT.match(self.text, self.i):
            self.i = point.end()
            self.repairs.add("point without quotes")
            return point.group()
        return self.value(2, "argument")

    def ends_string(self, i: int, role: Role) -> bool:
        if role != "argument":
            return super().ends_string(i, role)
        closer = self.text[i - 1]
        i = self.after_space(i)
        match self.narrow[i : i + 1]:
            case ",":
                following = self.after_space(i + 1)
                return super().ends_string(i, "item") or _KEYWORD.match(self.narrow, following) is not None
            case ")":
                return self.ends_call(i + 1, closer)
            case c:
                return not c

    def ends_call(self, i: int, closer: str) -> bool:
        """Whether a bracket before `i`, with a quote before it, is the end of the call and not of its text."""
        if self.ends_strictly(i):
            return True
        if _GLUED.match(self.narrow, i) or self.last_end(closer) == self.after_space(i):
            return False
        if self.last_end(closer) > i:
            raise ParseError(f"where the text ends is ambiguous: expected \\{closer} for each quote within it")
        return True

    def ends_strictly(self, i: int) -> bool:
        """Whether nothing follows at `i`, or what can only follow a whole call."""
        while i < len(self.narrow) and self.narrow[i].isspace():
            i += 1
        if _STRICTLY_AFTER.match(self.narrow, i):
            return True
        name = _NAME.match(self.narrow, i)
        return name is not None and self.known(name.group(1))

    def last_end(self, closer: str) -> int:
        """Where the last quote of this kind stands that must be the end of a call; -1 where none does."""
        if self.last_ends is None:
            ends = (m for m in _CLOSING.finditer(self.narrow) if self.ends_strictly(m.end()))
            self.last_ends = {m.group(1): m.start() for m in ends}
        return self.last_ends.get(closer, -1)
