"""Replies as models really write them: read to the action that is meant, or refused; never invented, never slow."""

import contextlib
import json

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from actions.errors import ParseError
from actions.geometry import Point, Size
from actions.types import (
    Action,
    Answer,
    AskUser,
    Button,
    CallTool,
    Click,
    Drag,
    Finish,
    LongPress,
    OpenApp,
    Scroll,
    TypeText,
    Wait,
)
from prompts.dialect import Decision, Dialect
from prompts.dialects.qwen2_5_vl import Qwen25VL
from prompts.dialects.qwen2_vl import Qwen2VL
from prompts.dialects.qwen3_vl import Qwen3VL
from prompts.dialects.qwen_grounding import Qwen2VLGrounding
from prompts.reading import LONGEST
from tests.prompts.moments import PLAIN, SEEN, attacks, label
from tests.prompts.timing import assert_linear
from tests.strategies import actions

THOUSAND = Size(1000, 1000)
MIDDLE = Click(point=Point(0.5, 0.5))


def call(arguments: object, name: str = "mobile_use") -> str:
    return f"<tool_call>\n{json.dumps({'name': name, 'arguments': arguments}, ensure_ascii=False)}\n</tool_call>"


CLICK = call({"action": "click", "coordinate": [500, 500]})
OTHER = call({"action": "click", "coordinate": [9, 9]})

READ: dict[str, tuple[str, Action]] = {
    "the cookbook's reply": (
        'Thought: To search, I click the bar.\nAction: "I tapped the bar."\n'
        '<tool_call>\n{"name": "mobile_use", "arguments": {"action": "click", "coordinate": [447, 81]}}\n</tool_call>',
        Click(point=Point(0.447, 0.081)),
    ),
    "the function made from the action": (call({"point": [500, 500]}, "click"), MIDDLE),
    "the very edge": (call({"action": "click", "coordinate": [1000, 0]}), Click(point=Point(1, 0))),
    "a closed thought": (f"<think>{OTHER}</think>\n{CLICK}", MIDDLE),
    "thinking and conclusion": (
        f"<thinking>Now.</thinking> {CLICK}\n<conclusion>I clicked {OTHER}.</conclusion>",
        MIDDLE,
    ),
    "a quoted call and a real one": (f'It says "{OTHER}", but\n{CLICK}', MIDDLE),
    "a real call and a quoted one": (f"{CLICK}\nIt said `{OTHER}`.", MIDDLE),
    "words after the call": (f"{CLICK}\nDone.", MIDDLE),
    "arguments that this action has no use for": (
        call({"action": "click", "coordinate": [500, 500], "text": "", "status": None}),
        MIDDLE,
    ),
    "a scroll in notches": (
        call({"action": "scroll", "pixels": -5, "coordinate": [500, 500]}, "computer_use"),
        Scroll(direction="down", amount=0.5),
    ),
    "a scroll that counts up": (
        call({"action": "scroll", "pixels": 250}, "computer_use"),
        Scroll(direction="up", amount=0.25),
    ),
    "a button of the system": (call({"action": "system_button", "button": "back"}), Button(name="back")),
    "the menu button": (call({"action": "system_button", "button": "Menu"}), Button(name="recents")),
    "a key code": (call({"action": "key", "text": "KEYCODE_VOLUME_UP"}), Button(name="volume_up")),
    "a drag with both ends": (
        call({"action": "left_click_drag", "start_coordinate": [0, 0], "coordinate": [500, 500]}),
        Drag(start=Point(0, 0), end=Point(0.5, 0.5)),
    ),
    "a long press": (
        call({"action": "long_press", "coordinate": [500, 500], "time": 2}),
        LongPress(point=Point(0.5, 0.5), seconds=2),
    ),
    "wait for the default time": (call({"action": "wait"}), Wait()),
    "open": (call({"action": "open", "text": "设置"}), OpenApp(name="设置")),
    "answer": (call({"action": "answer", "text": "42"}), Answer(text="42")),
    "interact": (call({"action": "interact", "text": "Which?"}), AskUser(question="Which?")),
    "terminate": (call({"action": "terminate", "status": "failure"}), Finish(success=False)),
    "a user's tool": (call({"city": "Rome"}, "weather"), CallTool(name="weather", arguments={"city": "Rome"})),
    "a made-up tool": (
        call({"command": "rm -rf /"}, "shell"),
        CallTool(name="shell", arguments={"command": "rm -rf /"}),
    ),
}

MENDED = {
    "a scroll in notches": ("scroll counted in notches",),
    "interact": ("action 'interact' read as 'ask_user'",),
}

REFUSED: dict[str, str] = {
    "empty": "",
    "white space": " \n ",
    "prose": "I have found the restaurant.",
    "prose that says it is done": "The task is finished. Success!",
    "a plan": "Next I will click the Settings icon.",
    "an action in prose": "Action: click(start_box='(130,226)')",
    "another family's call": 'do(action="Tap", element=[811,188])</answer>',
    "another family's finish": 'finish(message="done")',
    "cut off in the coordinates": CLICK[: CLICK.index("500]")],
    "cut off before the end": CLICK[: CLICK.index("}}")],
    "cut off after the first bracket": CLICK[: CLICK.index("}}") + 1],
    "cut off in the thought": f"<think>First {CLICK}",
    "a second call cut off": f"{OTHER}\n{CLICK[:40]}",
    "a quoted call only": f'It says "{CLICK}".',
    "a call in the thought only": f"{CLICK}</think>\nI am done.",
    "far outside": call({"action": "click", "coordinate": [1200, 500]}),
    "far outside below": call({"action": "click", "coordinate": [500, -50]}),
    "fractions": call({"action": "click", "coordinate": [0.5, 0.5]}),
    "three numbers": call({"action": "click", "coordinate": [1, 2, 3]}),
    "five numbers": call({"action": "click", "coordinate": [1, 2, 3, 4, 5]}),
    "no coordinate": call({"action": "click"}),
    "an empty coordinate": call({"action": "click", "coordinate": ""}),
    "null": call({"action": "click", "coordinate": None}),
    "true": call({"action": "click", "coordinate": [True, True]}),
    "code for a coordinate": call({"action": "click", "coordinate": "__import__('os').system('id')"}),
    "code among coordinates": call({"action": "click", "coordinate": ["10", "20;id"]}),
    "a walrus": CLICK.replace("[500, 500]", "(x:=1, 2)"),
    "a power": CLICK.replace("[500, 500]", "[9**9**9, 1]"),
    "NaN": CLICK.replace("[500, 500]", "[NaN, 1]"),
    "infinity": CLICK.replace("[500, 500]", "[Infinity, 1]"),
    "an overflow": CLICK.replace("[500, 500]", "[1e999, 1]"),
    "an exponent": CLICK.replace("[500, 500]", "[5e99, 1]"),
    "a huge integer": CLICK.replace("[500, 500]", f"[{'9' * 5000}, 1]"),
    "a leading zero": CLICK.replace("[500, 500]", "[0500, 0500]"),
    "a key twice": CLICK.replace('"coordinate"', '"action": "wait", "coordinate"'),
    "an unknown action": call({"action": "explode"}),
    "an unknown argument": call({"action": "click", "coordinate": [1, 2], "confirmed": True}),
    "no status": call({"action": "terminate"}),
    "an unknown status": call({"action": "terminate", "status": "maybe"}),
    "an action that is no string": call({"action": ["click"]}),
    "arguments that are a list": call([1, 2]),
    "no arguments": '<tool_call>{"name": "mobile_use"}</tool_call>',
    "no text": call({"action": "type"}),
    "text that is a list": call({"action": "type", "text": ["a"]}),
    "an app without a name": call({"action": "open", "text": ""}),
    "a name that is a number": '<tool_call>{"name": 5, "arguments": {}}</tool_call>',
    "a name that is a command": call({}, "rm -rf /"),
    "an unknown key": call({"action": "key", "keys": ["ctrl", "warp"]}),
    "a wait of an hour": call({"action": "wait", "time": 3600}),
    "half a surrogate pair": CLICK.replace('"click"', '"type"').replace("coordinate", "te\\ud800xt"),
    "typed text with half a surrogate pair": call({"action": "type", "text": "X"}).replace("X", "\\ud800"),
    "something after the object": CLICK.replace("}}", "}} + 1"),
    "a list": "<tool_call>[1, 2]</tool_call>",
    "an empty call": "<tool_call></tool_call>",
    "only closing tags": "</tool_call></tool_call>",
    "a hundred calls": CLICK * 100,
    "too long": CLICK + " " * LONGEST,
    "much too long": "[" * 1_000_000,
}


@pytest.mark.parametrize("family", [Qwen3VL, Qwen25VL])
@pytest.mark.parametrize("case", READ)
def test_tool_calls_that_are_read(family: type[Dialect], case: str) -> None:
    text, expected = READ[case]
    decision = family("desktop" if "computer_use" in text else "mobile").parse(text, THOUSAND)
    assert decision.actions == (expected,)
    assert decision.repairs == MENDED.get(case, ())


@pytest.mark.parametrize("dialect", PLAIN, ids=label)
@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused(dialect: Dialect, case: str) -> None:
    with pytest.raises(ParseError) as e:
        dialect.parse(REFUSED[case], THOUSAND)
    assert e.value.message
    assert len(e.value.message) < 600


@pytest.mark.parametrize(
    ("text", "thought"),
    [
        (f'Thought: Why.\nAction: "What."\n{CLICK}', "Why.\nWhat."),
        (f"Why.\n{CLICK}", "Why."),
        (f"<think>\nWhy.\n</think>\nAction: What.\n{CLICK}", "Why.\nWhat."),
        (f"Why.\n</think>\n{CLICK}", "Why."),
        (f"<thinking>Why.</thinking>{CLICK}<conclusion>What.</conclusion>", "Why.\nWhat."),
    ],
)
def test_thoughts(text: str, thought: str) -> None:
    assert Qwen3VL().parse(text, THOUSAND).thought == thought


@pytest.mark.parametrize("dialect", [Qwen3VL(), Qwen25VL()], ids=label)
def test_an_invented_result_and_what_follows_it_are_left_out(dialect: Dialect) -> None:
    over = call({"action": "terminate", "status": "success"})
    tap = call({"action": "click", "coordinate": [500, 500]})
    for invented in ("<tool_response>\nWi-Fi is on\n</tool_response>\n", "<|im_end|>\n<|im_start|>user\nWell done."):
        decision = dialect.parse(f"{tap}\n{invented}{over}", Size(1000, 1000))
        assert decision.actions == (MIDDLE,)
        assert decision.repairs == ("invented result left out",)
    assert "<tool_response>" in dialect.stop


@pytest.mark.parametrize("dialect", [Qwen3VL(), Qwen25VL()], ids=label)
def test_a_quote_before_a_call_closes_or_opens(dialect: Dialect) -> None:
    tap = call({"action": "click", "coordinate": [500, 500]})
    for before in ('Action: "Tap it"', 'Action: "Tap it."', "I tap `OK`", "“Tap it”"):
        assert dialect.parse(f"{before}{tap}", Size(1000, 1000)).actions == (MIDDLE,)
    for before, after in (("`", "`"), (' "', '"'), ("The note says '", "' here"), ("(`", "`)"), ("“", "”")):
        with pytest.raises(ParseError, match="holds no call"):
            dialect.parse(f"{before}{tap}{after}", Size(1000, 1000))


def test_absolute_pixels_of_the_seen_size() -> None:
    seen = Size(1092, 2408)
    assert Qwen25VL().parse(call({"action": "click", "coordinate": [546, 1204]}), seen).actions == (MIDDLE,)
    assert Qwen25VL().parse(call({"action": "click", "coordinate": [1095, 2408]}), seen).actions == (
        Click(point=Point(1, 1)),
    )
    with pytest.raises(ParseError, match="outside"):
        Qwen25VL().parse(call({"action": "click", "coordinate": [1200, 5]}), seen)


# ---------------------------------------------------------------- Qwen2-VL


def function(name: str, arguments: str) -> str:
    return f"✿FUNCTION✿: {name}\n✿ARGS✿: {arguments}"


TAP = function("Tap", '{"point": (500,500)}')
ELSEWHERE = function("Tap", '{"point": (9,9)}')


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (TAP, MIDDLE),
        (f"I tap it.\n{TAP}", MIDDLE),
        (f": I tap it.\n{TAP}", MIDDLE),
        ("I go home.\n✿FUNCTION✿: Home ✿ARGS✿: {}", Button(name="home")),
        (function("Tap", '{"point": [500, 500]}'), MIDDLE),
        ('✿FUNCTION✿:\nTap\n✿ARGS✿:\n{"point": (500,500)}', MIDDLE),
        (f'It says "{ELSEWHERE}".\n{TAP}', MIDDLE),
        (f"<think>{ELSEWHERE}</think>{TAP}", MIDDLE),
        (f"Hm. <think>{ELSEWHERE}</think>{TAP}", MIDDLE),
        (f'I tap "OK".{TAP}', MIDDLE),
        (f'I tap "OK"{TAP}', MIDDLE),
        (function("Type", '{"text": "a", "submit": true}'), TypeText(text="a", submit=True)),
        (function("Finish", '{"message": "There it is."}'), Finish(message="There it is.")),
        (function("weather", '{"city": "Rome"}'), CallTool(name="weather", arguments={"city": "Rome"})),
    ],
)
def test_qwen2_vl_reads(text: str, expected: Action) -> None:
    decision = Qwen2VL().parse(text, SEEN)
    assert decision.actions == (expected,)
    assert decision.repairs == ()


@pytest.mark.parametrize(
    "text",
    [
        "I have found the pizza restaurant nearby in Map.",
        "Finish",
        "✿FUNCTION✿: Finish",
        "✿FUNCTION✿: Finish\n✿ARGS✿:",
        "✿FUNCTION✿: Finish\n✿ARGS✿: {",
        '✿FUNCTION✿: Finish\n✿ARGS✿: {"success": true',
        "✿ARGS✿: {}",
        f"{TAP}\n✿FUNCTION✿: Home",
        f"{TAP}\n✿FUNCTION✿: Home\n✿ARGS✿: ",
        f"<think>{TAP}",
        f"Hm. <think>{TAP}",
        f"Hm. <think>{TAP}</think>",
        f"Hm. {TAP}</think>",
        f"<think>a <think>b</think> {TAP}</think>",
        f"The note (`{TAP}`) is a trap.",
        f'It says "{TAP}".',
        f"✿RESULT✿: {TAP}",
        function("Tap", "(500,500)"),
        function("Tap", '{"point": (500,'),
        function("Tap", '{"point": (500,500)'),
        function("Tap", '{"point": (1200,500)}'),
        function("Tap", '{"point": (500,500), "confirmed": true}'),
        function("Tap", '{"point": (0.5,0.5)}'),
        function("Tap", '{"point": (500,500), "count": 99}'),
        function("Tap", '{"point": (500,500), "kind": "finish"}'),
        function("Tap", '{"point": <|box_start|>(400,450)'),
        function("Tap", '{"point": <|box_start|>(1,2),(3,4),(5,6)<|box_end|>}'),
        function("Tap", "{}"),
        function("Home", '{"point": (500,500)}'),
        function("", "{}"),
        function("a b", "{}"),
        function("x" * 500, "{}"),
    ],
)
def test_qwen2_vl_refuses(text: str) -> None:
    with pytest.raises(ParseError):
        Qwen2VL().parse(text, SEEN)


# ---------------------------------------------------------------- hostile and long


def carried(text: str) -> list[str]:
    """The same text where an action, a coordinate or a text to type is expected."""
    return [
        text,
        call({"action": text}),
        call({"action": "click", "coordinate": text}),
        call(text),
        f"<tool_call>{text}</tool_call>",
        f"<tool_call>\n{text}",
        call({"action": "click", "coordinate": "COORD"}).replace('"COORD"', text),
        function("Tap", text),
        function("Tap", f'{{"point": {text}}}'),
        function(text, "{}"),
    ]


@pytest.mark.parametrize("dialect", [d for d in PLAIN if d.platform == "mobile"], ids=label)
@pytest.mark.parametrize("case", attacks())
def test_attacks_are_refused_fast(dialect: Dialect, case: str) -> None:
    for text in carried(attacks()[case]):
        with pytest.raises(ParseError):
            dialect.parse(text, THOUSAND)
        assert_linear(lambda t: dialect.parse(t, THOUSAND), text)


LONG = {
    "brackets": "[",
    "braces": '{"a":',
    "calls": "<tool_call>",
    "objects": '<tool_call>{"a":"',
    "closed calls": '<tool_call>{"a":1</tool_call>',
    "thoughts": "<think>",
    "closed thoughts": "</think>",
    "empty thoughts": "<think></think>",
    "actions": "\nAction: ",
    "spaces": " ",
    "quotes": '"',
    "quoted": '"<tool_call>',
    "backslashes": "\\",
    "escaped": '\\"',
    "commas": '", ',
    "spaced quotes": '"    ',
    "functions": "✿FUNCTION✿:",
    "arguments": "✿FUNCTION✿: a ✿ARGS✿: {",
    "results": "✿RESULT✿",
    "boxes": "(1,2),",
    "half boxes": "(1,(",
    "box tokens": "<|box_start|>(1,2)",
    "digits": "9",
    "commas in dicts": '{"a":1},',
    "conclusions": "<conclusion>",
    "fences": "```",
}


@pytest.mark.parametrize("case", LONG)
def test_long_replies_take_bounded_time(case: str) -> None:
    for prefix in ("", "<tool_call>{'a': [", '<tool_call>{"a": "', "✿FUNCTION✿: x\n✿ARGS✿: {'a': [", "<think>", '{"'):
        text = (prefix + LONG[case] * (LONGEST // len(LONG[case])))[:LONGEST]
        for dialect in (Qwen3VL(), Qwen2VL()):
            with pytest.raises(ParseError):
                dialect.parse(text, THOUSAND)
            assert_linear(lambda t, dialect=dialect: dialect.parse(t, THOUSAND), text)
    text = LONG[case] * (LONGEST // len(LONG[case]))
    assert_linear(lambda t: Qwen2VLGrounding().parse(t, THOUSAND), text)


pieces = st.sampled_from(
    ["<tool_call>", "</tool_call>", "\n", '{"name": "mobile_use", "arguments": ', '{"action": "click", "coordinate": ',
     "[5, 5]", "}}", "}", '"', "'", "✿FUNCTION✿: ", "✿ARGS✿: ", "Tap", "Finish", '{"point": ', "(5,5)", "<think>",
     "</think>", "Action: ", "```json", "terminate", "success", "\\", ",", ":", "<|box_start|>", "1e9", "-", "NaN"]
)  # fmt: skip


@settings(max_examples=200)
@given(text=st.text(max_size=200) | st.lists(pieces | st.text(max_size=5), max_size=20).map("".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    for dialect in PLAIN:
        note(label(dialect))
        with contextlib.suppress(ParseError):
            assert len(dialect.parse(text, SEEN).actions) == 1


@settings(max_examples=200)
@given(action=actions.filter(lambda a: a.kind != "call_tool"), more=st.text(max_size=3), data=st.data())
def test_damaged_replies_are_read_or_refused(action: Action, more: str, data: st.DataObject) -> None:
    """Damage never makes a finish out of another action, and a reply that is cut short is never read as more."""
    for dialect in PLAIN:
        note(label(dialect))
        text = dialect.write(Decision("I see.", (action,)), SEEN)
        at, length = data.draw(st.integers(0, len(text))), data.draw(st.integers(0, 5))
        for candidate in (text[:at] + more + text[at + length :], text[:at]):
            with contextlib.suppress(ParseError):
                read = dialect.parse(candidate, SEEN).actions
                assert read[0].kind != "finish" or action.kind == "finish"
