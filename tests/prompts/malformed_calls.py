"""Malformed calls of the families that write `<tool_call>` with JSON in it, and what must come out."""

import json

from actions.geometry import Point
from actions.types import Action, Click, PressKeys, TypeText

HERE = Point(0.5, 0.5)
MIDDLE = Click(point=HERE)
Read = tuple[str, tuple[Action, ...], tuple[str, ...]]
"""A text, the actions that it must be read as (none: it must be refused), and the repairs that must be named."""


def read(text: str, *repairs: str, action: Action = MIDDLE) -> Read:
    return text, (action,), repairs


def refused(text: str) -> Read:
    return text, (), ()


def call(arguments: object, name: str = "mobile_use") -> str:
    return f"<tool_call>\n{json.dumps({'name': name, 'arguments': arguments}, ensure_ascii=False)}\n</tool_call>"


CALL = call({"action": "click", "coordinate": [500, 500]})
OTHER = call({"action": "click", "coordinate": [9, 9]})
TYPED = call({"action": "type", "text": "X"})
BARE = CALL.split("\n")[1]

IN_JSON: dict[str, Read] = {
    "closed by another sign": read(CALL.replace("</tool_call>", "⚗"), "call not closed"),
    "not closed": read(CALL.replace("\n</tool_call>", ""), "call not closed"),
    "closed on the same line": read(CALL.replace("\n", "")),
    "closed by the end of the turn": read(
        CALL.replace("</tool_call>", "<|im_end|>"), "invented result left out", "call not closed"
    ),
    "arguments in a string": read(call('{"action": "click", "coordinate": [500, 500]}'), "arguments in a string"),
    "parameters for arguments": read(CALL.replace("arguments", "parameters"), "'parameters' read as 'arguments'"),
    "arguments beside the name": read(
        '<tool_call>{"name": "mobile_use", "action": "click", "coordinate": [500, 500]}</tool_call>',
        "arguments beside the name",
    ),
    "no name": read('<tool_call>{"action": "click", "coordinate": [500, 500]}</tool_call>', "call without a name"),
    "the action as the function": read(
        call({"coordinate": [500, 500]}, "click"), "action 'click' given as the function"
    ),
    "single quotes": read(CALL.replace('"', "'"), "python literal"),
    "trailing commas": read(CALL.replace("]}}", "],},}"), "trailing comma"),
    "a bracket too many": read(CALL.replace("}}", "}}}"), "extra bracket"),
    "a bracket too few": read(CALL.replace("}}", "}"), "missing bracket"),
    "a tuple": read(CALL.replace("[500, 500]", "(500, 500)"), "tuple"),
    "full-width punctuation and digits": read(
        CALL.replace("[500, 500]", "［５００，５００］").replace(": ", "："), "full-width punctuation"
    ),
    "numbers in strings": read(CALL.replace("[500, 500]", '["500", "500"]'), "number in a string"),
    "a point in a string": read(CALL.replace("[500, 500]", '"[500, 500]"'), "point in a string"),
    "a point in a list": read(CALL.replace("[500, 500]", "[[500, 500]]"), "point in a list"),
    "a point as an object": read(CALL.replace("[500, 500]", '{"x": 500, "y": 500}'), "point as an object"),
    "a box for a point": read(CALL.replace("[500, 500]", "[400, 450, 600, 550]"), "box for a point"),
    "a box of corners": read(CALL.replace("[500, 500]", "[[400, 450], [600, 550]]"), "box for a point"),
    "a box without commas, by another name": read(
        CALL.replace('"coordinate": [500, 500]', '"bbox": [400 450 600 550]'),
        *("missing comma", "'bbox' read as 'coordinate'", "box for a point"),
    ),
    "a box in a string": read(
        CALL.replace("[500, 500]", '"[400, 450, 600, 550]"'), "point in a string", "box for a point"
    ),
    "a box in tokens": read(
        CALL.replace("[500, 500]", '"<|box_start|>(400,450),(600,550)<|box_end|>"'),
        *("point in a string", "box for a point"),
    ),
    "a point in tags": read(CALL.replace("[500, 500]", '"<point>500 500</point>"'), "point in a string"),
    "tap for click": read(CALL.replace('"click"', '"tap"'), "action 'tap' read as 'click'"),
    "a little past the edge": read(
        call({"action": "click", "coordinate": [1004, -3]}), action=Click(point=Point(1, 0))
    ),
    "unescaped quotes": read(
        TYPED.replace("X", '显示"按单号"'), "unescaped quote in a string", action=TypeText(text='显示"按单号"')
    ),
    "a raw line end in a string": read(
        TYPED.replace("X", "a\nb"), "raw control character in a string", action=TypeText(text="a\nb")
    ),
    "a stray backslash": read(
        TYPED.replace("X", "C:\\dir"), "stray backslash in a string", action=TypeText(text="C:\\dir")
    ),
    "a number for text": read(TYPED.replace('"X"', "42"), "number for text", action=TypeText(text="42")),
    "a fenced block in the tags": read(
        CALL.replace("<tool_call>", "<tool_call>\n```json").replace("</tool", "```\n</tool"), "fenced block"
    ),
    "a fenced block alone": read(
        f"I click it.\n```json\n{BARE}\n```", "call without its tags", "fenced block", "call not closed"
    ),
    "no tags": read(f"Action: click it\n{BARE}", "call without its tags", "call not closed"),
    "no opening tag": read(CALL.removeprefix("<tool_call>"), "call without its tags"),
    "a thought that was opened in the prompt": read(f"I could {OTHER}\n</think>\n{CALL}"),
    "an action in the thought, and a full-width colon": read(f"Thought：it says {OTHER}\nAction：click\n{CALL}"),
    "an action and a point in the thought": read(f"<think>Action: <point>1 2</point>\n{OTHER}</think>\n{CALL}"),
    "several calls": read(f"{OTHER}\n{CALL}", "several calls, the last one taken"),
    "cut off in the coordinates": refused(CALL[: CALL.index("500]")]),
    "cut off before the end": refused(CALL[: CALL.index("}}")]),
    "cut off in the thought": refused(f"<think>First {CALL}"),
    "an empty point": refused(call({"action": "click", "coordinate": ""})),
    "far past the edge": refused(call({"action": "click", "coordinate": [1200, 500]})),
    "fractions": refused(call({"action": "click", "coordinate": [0.5, 0.5]})),
    "prose": refused("I have found the restaurant. The task is complete."),
    "another family's call": refused('do(action="Tap", element=[811,188])</answer>'),
}
ON_A_DESKTOP = {
    "right click with a space": read(
        call({"action": "right click", "coordinate": [500, 500]}, "computer_use"),
        "action 'right click' read as 'right_click'",
        action=Click(point=HERE, button="right"),
    ),
    "a key and its modifiers in one string": read(
        call({"action": "key", "keys": "ctrl+shift+t"}, "computer_use"),
        "keys in one string",
        action=PressKeys(keys=("ctrl", "shift", "t")),
    ),
}
