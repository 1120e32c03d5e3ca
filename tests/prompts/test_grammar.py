"""Grammars: whatever is written under one is read, what a dialect writes itself can be written, bounds hold."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import product

import pytest
from llguidance import LLMatcher, LLTokenizer, TokenizerWrapper

from actions.errors import ParseError
from actions.geometry import Point, Size
from actions.tools import Tool
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
    PressKeys,
    Scroll,
    TypeText,
    Wait,
)
from environments.base import Platform
from prompts.dialect import Decision, Dialect, Moment
from prompts.dialects import BUILT_IN
from prompts.dialects.device_grammar import in_json, of_function
from prompts.grammar import Grammar
from prompts.planning import describing
from prompts.schema import Function
from tests.prompts.moments import NOW, SEEN, SUPPORTS, balance, moment

PLATFORMS: tuple[Platform, ...] = ("mobile", "desktop")
DIALECTS = [
    BUILT_IN[name](platform)
    for name in (
        *("qwen2_vl", "qwen2_5_vl", "qwen3_vl", "qwen3_5", "gui_owl", "gui_owl_1_5", "mai_ui", "infigui_r1"),
        *("ui_tars_1_0", "ui_tars_1_5", "ui_venus", "ui_venus_1_5", "gui_r1", "ui_r1", "holo", "os_atlas_pro"),
        *("showui", "gelab_zero"),
    )
    for platform in PLATFORMS
    if platform == "mobile" or name not in ("mai_ui", "gelab_zero")  # phones only
]
MARKS = (
    "<tool_call>",
    "</tool_call>",
    "✿FUNCTION✿",
    "</parameter>\n",
    '"}}',
    '", "',
    "<think>",
    "</think>",
    "<conclusion>",
    "Action:",
    "<action>",
    "')",
    "', ",
    "\\'",
)
SAME_PLACE = "a swipe needs two different places"


class Letters:
    """A tokenizer whose tokens are bytes, and some that span what a grammar keeps apart."""

    eos_token_id = 0
    bos_token_id = None
    tokens = [b"<eos>", *(bytes([b]) for b in range(256)), *(m.encode() for m in MARKS)]
    special_token_ids = [0]

    def __call__(self, text: str) -> list[int]:
        raise AssertionError("nothing is forced, so nothing is tokenised")


TOKENS = LLTokenizer(TokenizerWrapper(Letters()))


def spelled(text: str) -> list[int]:
    return [b + 1 for b in text.encode()]


def matcher(grammar: Grammar) -> LLMatcher:
    found = LLMatcher(TOKENS, grammar.lark, log_level=0)
    assert not found.is_error(), found.get_error()
    return found


def of(dialect: Dialect, at: Moment | None = None) -> Grammar:
    grammar = dialect.grammar(at or moment(dialect.platform))
    assert grammar is not None
    return grammar


def label(dialect: Dialect) -> str:
    return f"{dialect.name}-{dialect.platform}"


def babble(state: LLMatcher, grammar: Grammar, seed: int, *, free: int = 40) -> str:
    """Tokens drawn by lot, `free` of them; from then on the reply is closed as a model's is. Every other time the call
    is opened first, so that what is drawn stands in it."""
    draw = random.Random(seed)
    written = spelled(grammar.closers[0]) if seed % 2 else []
    assert state.try_consume_tokens(written) == len(written)
    free += len(written)
    while len(written) < 400:
        allowed = [i for i, bias in enumerate(state.compute_logit_bias()) if bias]
        assert allowed, state.get_error()
        if allowed == [0] or (0 in allowed and len(written) >= free):
            return TOKENS.decode_bytes(written).decode("utf-8", "replace")
        if len(written) >= free:
            texts = (spelled(closer) for closer in grammar.closers)
            chosen = next((t for t in texts if state.validate_tokens(t) == len(t)), None)
        else:
            chosen = None
        for token in chosen or [draw.choice([i for i in allowed if i])]:
            assert state.consume_token(token), state.get_error()
            written.append(token)
    raise AssertionError(f"no end: {TOKENS.decode_str(written)}")


@pytest.mark.parametrize("dialect", DIALECTS, ids=label)
def test_whatever_is_written_is_read(dialect: Dialect) -> None:
    grammar = of(dialect)
    fresh = matcher(grammar)
    for seed in range(24):
        text = babble(fresh.deep_copy(), grammar, seed)
        try:
            decision = dialect.parse(text, SEEN)
        except ParseError as e:
            assert e.message == SAME_PLACE, text  # noqa: PT017  which no grammar can say
        else:
            kinds = SUPPORTS[dialect.platform] | {"wait", "answer", "finish", "call_tool"}
            assert {a.kind for a in decision.actions} <= kinds, text


def said(platform: Platform) -> Iterator[Action]:
    """What models do: each kind, as they say it."""
    yield from (Click(point=Point(0, 0)), Click(point=Point(1, 1)), TypeText(text='Grüße "密码" \\ \n<b>'))
    yield from (Wait(), Answer(text="42"), Finish(), Finish(success=False))
    yield CallTool(name="balance", arguments={"account": "a"})
    yield Scroll(direction="down", amount=0.5)
    if platform == "mobile":
        yield from (LongPress(point=Point(0.25, 0.75)), Button(name="back"), OpenApp(name="Settings"))
        yield from (Drag(start=Point(0.1, 0.9), end=Point(0.5, 0.5)), AskUser(question="Which one?"))
    else:
        yield from (Click(point=Point(0.5, 0.5), button="right"), Click(point=Point(0.5, 0.5), count=2))
        yield PressKeys(keys=("ctrl", "a"))


@pytest.mark.parametrize("dialect", DIALECTS, ids=label)
def test_what_the_dialect_writes_can_be_written(dialect: Dialect) -> None:
    fresh = matcher(of(dialect))
    for action in said(dialect.platform):
        if action.kind not in dialect.kinds() or (isinstance(action, Scroll) and dialect.name == "gui_owl"):
            continue  # gui_owl's wheel turns at most five notches, and this is not a number of them
        for thought in ("", 'It says "Wi-Fi <on>".\nTap the switch', "…\n\n密码, `x = {1: 2}`"):
            text = dialect.write(Decision(thought, (action,)), SEEN)
            state = fresh.deep_copy()
            tokens = spelled(text)
            done = state.try_consume_tokens(tokens)
            assert done == len(tokens), f"{TOKENS.decode_str(tokens[:done])}|{TOKENS.decode_str(tokens[done:])}"
            assert state.is_accepting()


@pytest.mark.parametrize(
    ("name", "before", "good", "bad"),
    [
        (
            "qwen2_vl",
            '✿FUNCTION✿: Tap\n✿ARGS✿: {"point": (',
            ["0,0)}", "1000,1000)}"],
            ["1001,0)}", "0,1001)}", "-1,0)}"],
        ),
        (
            "qwen2_5_vl",
            '<tool_call>\n{"name": "mobile_use", "arguments": {"action": "click", "coordinate": [',
            ["0, 0]", "1092, 2408]"],
            ["1093, 0]", "0, 2409]", "0.5, 0]", "-1, 0]", "1, 2, 3]"],
        ),
        (
            "mai_ui",
            '<tool_call>\n{"name": "mobile_use", "arguments": {"action": "click", "coordinate": [',
            ["999, 999]"],
            ["1000, 0]"],
        ),
        (
            "qwen3_5",
            "<tool_call>\n<function=mobile_use>\n<parameter=action>\nwait\n</parameter>\n<parameter=time>\n",
            ["60\n</parameter>\n", "0.5\n</parameter>\n"],
            ["61\n", "0\n"],
        ),
        (
            "qwen2_vl",
            '✿FUNCTION✿: Scroll\n✿ARGS✿: {"direction": "down", "point": (500,500), "amount": ',
            ["0.5}", "0.497857}"],
            ["0.4978571"],
        ),
        ("ui_tars_1_5", "Action: click(start_box='(", ["0,0)')", "1092,2408)')"], ["1093,", "0,2409", "-1", "0.5"]),
        ("ui_tars_1_0", "Action: wait(seconds=", ["60)", "0.25)", "59.9)"], ["61", "0)", "0.0)", "60.5", "1e"]),
        ("ui_venus_1_5", "<action>Click(box=(", ["1000,1000))", "0, 0))"], ["1001", "01", "5,5]"]),
        (
            "gui_r1",
            "<answer>[{'action': 'type', 'point': [-100, -100], 'input_text': ",
            ["''", '"it\'s"'],
            ["'no input text'"],
        ),
        (
            "holo",
            '{"thought": "", "notes": "", "action": {"action": "click_element", "element": "", "x": ',
            ["9, "],
            ["1093"],
        ),
        ("os_atlas_pro", "actions:\nCLICK <point>[[", ["1000,0]]</point>\nWAIT"], ["1001", "1]", "5,5]]</point> "]),
        (
            "showui",
            "{'action': 'TAP', 'value': None, 'position': [",
            ["1.0, 0.25]}", "0, 1]}"],
            ["1.5", "1.01", "2", "-0"],
        ),
        ("gelab_zero", "explain:\taction:CLICK\tpoint:", ["1000,0\tsummary:"], ["1001", "1 ,", "1,1\n"]),
    ],
)
def test_bounds(name: str, before: str, good: list[str], bad: list[str]) -> None:
    fresh = matcher(of(BUILT_IN[name]("mobile")))
    for text in good:
        assert fresh.validate_tokens(spelled(before + text)) == len((before + text).encode())
    for text in bad:
        assert len(before) <= fresh.validate_tokens(spelled(before + text)) < len((before + text).encode())


@pytest.mark.parametrize(
    ("thought", "whole"),
    [
        ("Any text at all: {\"a\": [1]} ``` \x07 'x' 密码 </tool_call> < tool_call >", True),
        ("<think>a < b <tool></think>", True),
        ("half way </think>", True),
        ("<think>never closed", False),
        ('he said "<TOOL_CALL>"', False),
        ("<conclusion>done", False),
    ],
)
def test_thoughts_are_free_but_for_the_marks_of_a_call(thought: str, whole: bool) -> None:
    dialect = BUILT_IN["qwen2_5_vl"]("mobile")
    text = f"{thought}\n{dialect.write(Decision('', (Wait(),)), SEEN)}"
    state = matcher(of(dialect))
    assert (state.try_consume_tokens(spelled(text)) == len(spelled(text))) is whole
    if whole:
        assert dialect.parse(text, SEEN).actions == (Wait(),)


@pytest.mark.parametrize(
    ("name", "thought", "whole"),
    [
        ("ui_tars_1_5", "Thought: the Action: it names\n", True),
        ("ui_tars_1_5", "Action: tap it\n", False),
        ("ui_tars_1_5", "<think>\nno action</think>\n", True),
        ("ui_tars_1_5", "<think>…</think>", False),  # an action's label stands at the start of a line
        ("ui_venus_1_5", "<think>click(box=(1,2))</think>", True),
        ("ui_venus_1_5", "<think>an <action> here</think>", False),
        ("gui_r1", "<think> [{'action': 'click'}] </think> ", True),
        ("gui_r1", "it is <answer>\n", False),
        ("os_atlas_pro", "Thoughts:\nthe actions: are few\n", True),
        ("os_atlas_pro", "**Actions:** none\n", False),
        ("showui", "it says {x}\n", True),
        ("showui", "it says {'x': 1}\n", False),
        ("gelab_zero", "<THINK> I explain: x </THINK>\n", True),
        ("gelab_zero", "<TINK> x\n", False),
    ],
)
def test_thoughts_hold_what_is_no_action(name: str, thought: str, whole: bool) -> None:
    dialect = BUILT_IN[name]("mobile")
    state = matcher(of(dialect))
    call = dialect.write(Decision("", (Wait(),)), SEEN).removeprefix("<THINK>  </THINK>\n")
    tokens = spelled(thought + call)
    assert (state.try_consume_tokens(tokens) == len(tokens)) is whole
    if whole:
        text = TOKENS.decode_str(tokens)
        assert dialect.parse(text, SEEN).actions == (Wait(),)
        assert not dialect.parse(text, SEEN).repairs


def test_only_what_is_offered_can_be_called() -> None:
    dialect = BUILT_IN["qwen3_vl"]("mobile")
    few = Moment("…", (), NOW, Size(100, 100), frozenset({"click"}), (Tool(balance),))
    state = matcher(of(dialect, few))
    for action, offered in ((Click(point=Point(0, 0)), True), (Finish(), True), (OpenApp(name="x"), False)):
        tokens = spelled(dialect.write(Decision("", (action,)), SEEN))
        assert (state.validate_tokens(tokens) == len(tokens)) is offered


def test_a_tool_keeps_to_its_own_schema() -> None:
    schema = {
        "type": "object",
        "properties": {"to": {"$ref": "#/$defs/Person"}, "count": {"type": "integer"}},
        "required": ["to"],
        "$defs": {
            "Person": {
                "type": "object",
                "properties": {
                    "name": {"type": "string"},
                    "friends": {"type": "array", "items": {"$ref": "#/$defs/Person"}},
                },
                "required": ["name"],
                "additionalProperties": False,
            }
        },
    }
    state = matcher(in_json([of_function(Function("greet", "", schema))]))
    start = '<tool_call>\n{"name": "greet", "arguments": {"to": {"name": "Li"'
    good = (', "friends": [{"name": "Bo"}]}}', f'}}, "count": {"9" * 15}}}', "}}")
    bad = (', "age": 3', f'}}, "count": {"9" * 16}', '}, "count": 1.5', ', "friends": [1')
    for rest in good:
        assert state.validate_tokens(spelled(start + rest)) == len(start + rest)
    for rest in bad:
        assert len(start) <= state.validate_tokens(spelled(start + rest)) < len(start + rest)


@pytest.mark.parametrize("dialect", DIALECTS, ids=label)
def test_a_thought_can_be_ruled_out(dialect: Dialect) -> None:
    grammar, tap = of(dialect), Click(point=Point(0.5, 0.5))
    first, second, third = (dialect.write(Decision(thought, (tap,)), SEEN) for thought in ("A", "B", "AB"))
    others = grammar.unlike([first, second, first, "without a call"])
    assert grammar.unlike(["without a call"]) is None
    if not grammar.opening:
        assert others is None
        return
    assert others is not None
    state = matcher(others)
    for text, allowed in ((first, False), (second, False), (third, True)):
        assert (state.validate_tokens(spelled(text)) == len(spelled(text))) is allowed


def test_any_thought_can_be_ruled_out() -> None:
    dialect = BUILT_IN["qwen2_vl"]("mobile")
    grammar, fresh = of(dialect), matcher(of(dialect))
    draw, call = random.Random(1), dialect.write(Decision("", (Wait(),)), SEEN)
    for _ in range(60):
        letters = draw.choices('aZ"\\/\n\r\t\x00\x07\x1f\x7f é密😀\u2028&~|${}[]()*+?.^-#', k=draw.choice((1, 3, 300)))
        first, second = (f"{''.join(letters)}{end}\n{call}" for end in ("", "b"))
        others = grammar.unlike([first])
        assert others is not None
        state = matcher(others)
        for text, allowed in ((first, False), (second, True)):
            assert fresh.validate_tokens(spelled(text)) == len(spelled(text)), text
            assert (state.validate_tokens(spelled(text)) == len(spelled(text))) is allowed, text


def test_in_a_grammar_of_another_kind_no_thought_can_be_ruled_out() -> None:
    assert Grammar('start: /[a-z]*/ "#x"', ("#",), "#").unlike(["a#x"]) is None


def test_a_planner_has_none() -> None:
    for name in ("qwen2_vl", "qwen2_5_vl"):
        dialect = describing(BUILT_IN[name]("mobile"))
        assert dialect.grammar(moment("mobile")) is None


def test_a_dialect_has_its_own_or_none() -> None:
    """None that it was given by the dialect it grew from, whose calls it may not read."""
    others = BUILT_IN.keys() - {dialect.name for dialect in DIALECTS}
    assert {"autoglm_phone", "ui_tars_2"} <= others
    for name, platform in product(others, PLATFORMS):
        assert BUILT_IN[name](platform).grammar(moment(platform)) is None
