"""The calls of `mobile_use` and `computer_use` as JSON schemas, for a grammar: for each word its own arguments.

The tool's description leaves open which arguments a word takes ("Required only by …"). Here each word has all of its
arguments in the order in which device_use.py writes them, and no others.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any, NamedTuple

from actions.geometry import Size, Space
from actions.types import Kind
from prompts.dialects.device_words import DeviceTool
from prompts.dialects.tool_call_reading import CLOSE, OPEN
from prompts.grammar import (
    ANY_CHARACTER,
    KEY,
    KEYS,
    Grammar,
    an_object,
    as_json,
    call_after_thought,
    fitted,
    quoted,
    without,
)
from prompts.schema import Function, point_schema

MOST_PIXELS = 10_000
"""How far a scroll may go at most; a screen has fewer."""
_TEXT: Mapping[str, Any] = {"type": "string"}
_SECONDS: Mapping[str, int] = {"wait": 60, "long_press": 10}
_NEVER = f"{OPEN}|<conclusion>"
"""What in a thought would be read as a call, or would hide the one that follows."""
_VALUE_END = "\n</parameter>\n"
_FLAG: Mapping[str, Any] = {"enum": [0, 1]}


class GrammarCall(NamedTuple):
    """A function's name and the schema of its arguments."""

    name: str
    arguments: Mapping[str, Any]


def word(name: str, arguments: Mapping[str, Any], *, optional: Sequence[str] = ()) -> dict[str, Any]:
    """The arguments of a call whose action has this name."""
    required = ["action", *(a for a in arguments if a not in optional)]
    return an_object({"action": {"const": name}, **arguments}, required)


def words(
    tool: DeviceTool, offered: Set[Kind], *, space: Space, seen: Size, most_pixels: int = MOST_PIXELS
) -> list[Any]:
    """The arguments of the tool's calls, for each word of a kind that is offered. most_pixels: what a scroll may
    count."""
    point = point_schema(space, seen)
    schemas: Mapping[str, Any] = {
        "coordinate": point,
        "coordinate2": point,
        "keys": KEYS,
        "text": _TEXT,
        "clear": _FLAG,
        "enter": _FLAG,
        "pixels": {
            "anyOf": [
                {"type": "integer", "minimum": 1, "maximum": most_pixels},
                {"type": "integer", "minimum": -most_pixels, "maximum": -1},
            ]
        },
        **{k: {"enum": tool.properties[k]["enum"]} for k in ("button", "status") if k in tool.properties},
    }
    result: list[Any] = []
    for name, found in tool.words.items():
        if not offered & set(found.kinds):
            continue
        arguments = {a: schemas[a] for a in found.arguments if a != "time"}
        optional: tuple[str, ...] = ()
        match name:
            case "key" if "text" in arguments:
                arguments["text"] = KEY
            case "open":
                arguments["text"] = {**_TEXT, "minLength": 1}
            case "wait" | "long_press":
                arguments["time"] = {"type": "number", "exclusiveMinimum": 0, "maximum": _SECONDS[name]}
            case "scroll" | "hscroll":
                arguments, optional = {"coordinate": point, **arguments}, ("coordinate",)
            case _:
                pass
        result.append(word(name, arguments, optional=optional))
    return result


def of_function(function: Function) -> GrammarCall:
    """A call of one of the other functions, which is the user's or made from an action's class."""
    parameters = fitted(function.parameters)
    if function.name == "press_keys":
        parameters["properties"]["keys"] = KEYS
    return GrammarCall(function.name, parameters)


def in_json(calls: Iterable[GrammarCall]) -> Grammar:
    """A thought, one of these calls as JSON in its tags, and a conclusion where the model gives one."""
    objects = [an_object({"name": {"const": name}, "arguments": arguments}) for name, arguments in calls]
    call = f"""one "\\n{CLOSE}" CONCLUSION?
CONCLUSION: "\\n<conclusion>" SAID "</conclusion>"
SAID: {without(f"</conclusion>|{OPEN}")}
one: {as_json({"anyOf": objects})}"""
    return call_after_thought(f"{OPEN}\n", call, never=_NEVER, closers=("\n</conclusion>",))


def in_tags(calls: Iterable[GrammarCall]) -> Grammar:
    """A thought, and one of these calls with a tag for each argument."""
    rules: dict[str, str] = {}
    names: list[str] = []
    for i, (name, arguments) in enumerate(calls):
        parts = [quoted(f"<function={name}>\n")]
        for j, (key, schema) in enumerate(arguments["properties"].items()):
            value = f"value_{i}_{j}"
            rules[value] = _bare(schema)
            opening = quoted(f"<parameter={key}>\n")
            parameter = f"{opening} {value}"
            parts.append(parameter if key in arguments.get("required", ()) else f"({parameter})?")
        names.append(f"call_{i}")
        rules[names[-1]] = " ".join(parts)
    rules["one"] = " | ".join(names)
    rules["WITHIN"] = without("</?(parameter|function|tool_call)")
    rules["TEXT"] = f"WITHIN {quoted(_VALUE_END)}"
    rules["LONGER_TEXT"] = "/[^<\\n]/ TEXT"
    ending = quoted(f"</function>\n{CLOSE}")
    lark = "\n".join(f"{rule}: {body}" for rule, body in rules.items())
    closers = ("</function>", _VALUE_END)
    return call_after_thought(f"{OPEN}\n", f"one {ending}\n{lark}", never=_NEVER, closers=closers)


def _bare(schema: Mapping[str, Any]) -> str:
    """Lark for a value that stands in tags, with its end: texts without quotes, all else as JSON; what may be null is
    not. A text and its end are one terminal, since only what follows tells where it ends."""
    if "anyOf" in schema:
        return " | ".join(_bare(s) for s in schema["anyOf"] if s.get("type") != "null")
    if "const" in schema or "enum" in schema:
        values = schema.get("enum", [schema.get("const")])
        return " | ".join(quoted(f"{v if isinstance(v, str) else json.dumps(v)}{_VALUE_END}") for v in values)
    if schema == ANY_CHARACTER:
        return f"/[!-~]/ {quoted(_VALUE_END)}"
    if schema.get("type") == "string":
        return "TEXT" if "minLength" not in schema else "LONGER_TEXT"
    return f"{as_json(schema)} {quoted(_VALUE_END)}"
