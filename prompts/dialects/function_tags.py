"""Calls as tags: `<function=name>` with a `<parameter=key>` for each argument, the form of Qwen3-Coder and Qwen3.5.

Source: the chat template of Qwen3.5, as public inference engines quote it (its own repository could not be read): a
value stands on lines of its own; objects and lists are JSON, anything else is bare text. So the text "7" and the number
7 look the same. Here a value is text, but where it is a list or an object, or a number of the device's own tool.
`write_function` gives up where a value would not be read back as it was; such a call is written as JSON, which these
models also write.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from actions.errors import ParseError
from prompts.dialects.device_words import taken
from prompts.foreign import dumps, neutral
from prompts.literal import read_object
from prompts.reading import LONGEST, LONGEST_NAME

MOST_PARAMETERS = 32
START = "<function="
_FUNCTION = re.compile(rf"<function=[ \t\"']?([^<>\n\"']{{1,{LONGEST_NAME}}})[\"']?>")
_PARAMETER = re.compile(rf"\s*<parameter=[ \t\"']?([^<>\n\"']{{1,{LONGEST_NAME}}})[\"']?>")
_END, _VALUE_END = "</function>", "</parameter>"
_TEXTS = frozenset({"text", "question", "name", "message"})
"""Arguments of the device's functions that hold any text, be it digits or brackets."""
_NUMBERS = frozenset({"pixels", "time"})


class Tagged(NamedTuple):
    """A call as it stands in tags, and the position after it."""

    name: str
    arguments: dict[str, Any]
    end: int
    repairs: tuple[str, ...] = ()


def _value(name: str, key: str, text: str) -> Any:
    """A value from its own text, which may stand on lines of its own."""
    text = text.removeprefix("\n").removesuffix("\n")
    own = taken(name)
    if (own and key in _TEXTS) or not (text.lstrip().startswith(("[", "{")) or (own and key in _NUMBERS)):
        return text
    try:
        found = read_object(f'{{"": {text}}}')
    except ParseError:
        return text
    return found.value[""] if not found.repairs and len(found.value) == 1 else text


def read_function(
    text: str, start: int, stop: int, *, closed: bool, value: Callable[[str, str, str], Any] = _value
) -> Tagged:
    """The call whose tag begins at `start`. `closed`: the model said that it ends at `stop`. `value`: what a text means
    as an argument, from the function's name, the argument's and the text. Raises `ParseError`."""
    function = _FUNCTION.match(text, start, stop)
    if function is None:
        raise ParseError(f"expected {START}name>")
    name = function.group(1).strip()
    repairs: list[str] = []
    arguments: dict[str, Any] = {}
    at = function.end()
    while parameter := _PARAMETER.match(text, at, stop):
        key = parameter.group(1).strip()
        if key in arguments or len(arguments) == MOST_PARAMETERS:
            raise ParseError(f"the parameter {key!r} is one too many")
        end = text.find(_VALUE_END, parameter.end(), stop)
        following = _first(text, parameter.end(), stop)
        if end < 0 and following < stop:
            repairs.append("parameter not closed")
            end, at = following, following
        elif 0 <= end < following:
            at = end + len(_VALUE_END)
        else:
            raise ParseError(f"the parameter {key!r} is not closed by {_VALUE_END}")
        arguments[key] = value(name, key, text[parameter.end() : end])
    rest = len(text[at:stop]) - len(text[at:stop].lstrip())
    if text.startswith(_END, at + rest):
        return Tagged(name, arguments, at + rest + len(_END), tuple(repairs))
    if not closed or at + rest < stop:
        raise ParseError(f"the call is cut off: expected <parameter=…> or {_END}")
    return Tagged(name, arguments, stop, (*repairs, "function not closed"))


def _first(text: str, start: int, stop: int) -> int:
    """Where the next parameter begins or the function ends."""
    found = (text.find(mark, start, stop) for mark in ("<parameter=", _END))
    return min((i for i in found if i >= 0), default=stop)


def write_function(name: str, arguments: Mapping[str, Any]) -> str | None:
    """The call in tags; None where it would not be read back exactly, or hold a mark."""
    lines = [f"{START}{name}>"]
    for key, value in arguments.items():
        written = value if isinstance(value, str) else dumps(value)
        if neutral(key + written, limit=LONGEST) != key + written:
            return None
        lines.append(f"<parameter={key}>\n{written}\n{_VALUE_END}")
    text = "\n".join([*lines, _END])
    try:
        read = read_function(text, 0, len(text), closed=False)
    except ParseError:
        return None
    exact = (read.name, read.end, read.repairs) == (name, len(text), ()) and _same(read.arguments, dict(arguments))
    return text if exact else None


def _same(a: Any, b: Any) -> bool:
    """Equal, and of the same types: True is not 1."""
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return list(a) == list(b) and all(_same(a[k], b[k]) for k in a)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if isinstance(a, list):
        return len(a) == len(b) and all(_same(x, y) for x, y in zip(a, b, strict=True))  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    return a == b
