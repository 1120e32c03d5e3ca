"""The calls of Qwen2-VL as a grammar: between marks, points as Python tuples, all else as JSON.

What is called, and with which arguments, is in qwen2_vl_functions.py; how calls are read, in qwen2_vl.py.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from prompts.dialects.qwen2_vl_functions import NAMES
from prompts.grammar import KEYS, Grammar, as_json, call_after_thought, fitted, quoted
from prompts.schema import Function

_POINTS = frozenset({"point", "start", "end"})
_NO_MARK = "^[^✿]*$"
"""In a text a mark would be read as the beginning of another call."""


def one_of(actions: Sequence[Function], tools: Sequence[Function], *, name: str, args: str) -> Grammar:
    """A thought and one call. name, args: the marks before a function's name and before its arguments."""
    rules: dict[str, str] = {}
    calls: list[str] = []
    for i, function in enumerate([*actions, *tools]):
        call = f"call_{i}"
        parameters = fitted(function.parameters, text=_NO_MARK)
        if function.name == NAMES["press_keys"]:
            parameters["properties"]["keys"] = KEYS
        if i < len(actions) and _POINTS & parameters["properties"].keys():
            arguments = _with_points(call, parameters, rules)
        else:
            arguments = f"{call}_all"
            rules[arguments] = as_json(parameters)
        opening = quoted(f"{function.name}\n{args}: ")
        rules[call] = f"{opening} {arguments}"
        calls.append(call)
    rules["one"] = " | ".join(calls)
    lark = "\n".join(f"{rule}: {body}" for rule, body in rules.items())
    return call_after_thought(f"{name}: ", f"one\n{lark}", never="✿")


def _with_points(call: str, parameters: Mapping[str, Any], rules: dict[str, str]) -> str:
    """Lark for the arguments of a function that takes a point. Its first argument is one that it needs."""
    parts: list[str] = []
    for i, (key, schema) in enumerate(parameters["properties"].items()):
        value = f"{call}_{i}"
        rules[value] = _point(value, schema, rules) if key in _POINTS else as_json(schema)
        before = "{" if i == 0 else ", "
        pair = f"{quoted(f'{before}{json.dumps(key)}: ')} {value}"
        parts.append(pair if key in parameters["required"] else f"({pair})?")
    return " ".join([*parts, quoted("}")])


def _point(rule: str, schema: Mapping[str, Any], rules: dict[str, str]) -> str:
    """Lark for a tuple, or for null where the point may be left out."""
    if "anyOf" in schema:
        return f'{_point(rule, schema["anyOf"][0], rules)} | "null"'
    x, y = schema.get("prefixItems") or [schema["items"]] * 2
    rules[f"{rule}_x"], rules[f"{rule}_y"] = as_json(x), as_json(y)
    return f'"(" {rule}_x "," {rule}_y ")"'
