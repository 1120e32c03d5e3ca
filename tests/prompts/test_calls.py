"""Calls in code-like text: what models write is read, what is ambiguous is refused, and any text takes bounded time."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.errors import ParseError
from prompts.calls import MOST_CALLS, Call, find_calls, write_call
from tests.prompts.timing import assert_linear
from tests.strategies import texts

KNOWN = {"click", "type", "tap", "swipe", "scroll", "wait", "do", "Click", "hotkey", "mobile.swipe", "pyautogui.click"}


def found(text: str, **more: Any) -> list[Call]:
    return find_calls(text, KNOWN.__contains__, **more)


def only(text: str, **more: Any) -> Call:
    (call,) = found(text, **more)
    if call.problem is not None:
        raise call.problem
    return call


@pytest.mark.parametrize(
    ("text", "positional", "named"),
    [
        (
            "click(start_box='<|box_start|>(495,30)<|box_end|>')",
            [],
            {"start_box": "<|box_start|>(495,30)<|box_end|>"},
        ),
        ("click(point='<point>510 150</point>')", [], {"point": "<point>510 150</point>"}),
        ("click(start_box='<bbox>637 964 637 964</bbox>')", [], {"start_box": "<bbox>637 964 637 964</bbox>"}),
        ("click(start_box='[130,226]')", [], {"start_box": "[130,226]"}),
        ("click(start_box='')", [], {"start_box": ""}),
        ("wait()", [], {}),
        ("Click(352, 348)", [352, 348], {}),
        ("Click(box=(868,487))", [], {"box": [868, 487]}),
        ("pyautogui.click(x=0.123, y=0.456)", [], {"x": 0.123, "y": 0.456}),
        (
            "mobile.swipe(from_coord=[0.5, 0.8], to_coord=[0.5, 0.2])",
            [],
            {"from_coord": [0.5, 0.8], "to_coord": [0.5, 0.2]},
        ),
        ('do(action="Tap", element=[811,188])', [], {"action": "Tap", "element": [811, 188]}),
        ("hotkey('ctrl', 'c')", ["ctrl", "c"], {}),
        ("hotkey(['ctrl', 'c'], None, True, -1, {'a': 1})", [["ctrl", "c"], None, True, -1, {"a": 1}], {}),
        (r"type(content='it\'s \"so\" \\ and\n')", [], {"content": 'it\'s "so" \\ and\n'}),
        ("type (content = 'a', x = 1)", [], {"content": "a", "x": 1}),
        ("type(content='a, b = c (d), [e]')", [], {"content": "a, b = c (d), [e]"}),
    ],
)
def test_what_models_write(text: str, positional: list[Any], named: dict[str, Any]) -> None:
    assert only(text) == Call(text.partition("(")[0].strip(), positional, named, 0, len(text))
    assert only(f"Action: {text}\n").end == len(f"Action: {text}")


@pytest.mark.parametrize(
    ("text", "content", "repair"),
    [
        ("type(content='it's')", "it's", "unescaped quote in a string"),
        ("type(content='print('hello')')", "print('hello')", "unescaped quote in a string"),
        ("type(content='f('a').upper()')", "f('a').upper()", "unescaped quote in a string"),
        ("type(content='I'm John', he said')", "I'm John', he said", "unescaped quote in a string"),
        ("type(content='a\nb')", "a\nb", "raw control character in a string"),
        ('type(content="显示"按单号"")', '显示"按单号"', "unescaped quote in a string"),
        ("type(content=‘你好’)", "你好", "full-width punctuation"),
        ("type（content='你好'）", "你好", "full-width punctuation"),
        ("type(content='a' + 'b')", "a' + 'b", "unescaped quote in a string"),
        (r"type(content='C:\dir')", r"C:\dir", "stray backslash in a string"),
        ("type(content='a',)", "a", "trailing comma"),
        ("type(content=<point>1 2</point>)", "<point>1 2</point>", "point without quotes"),
        ("type(content=<|box_start|>(1,2)<|box_end|>)", [[1, 2]], "box for a point"),
    ],
)
def test_what_is_mended_is_named(text: str, content: object, repair: str) -> None:
    call = only(text)
    assert call.named == {"content": content}
    assert call.repairs == (repair,)


def test_a_missing_bracket_is_mended_only_where_the_model_said_that_the_call_is_over() -> None:
    text = 'do(action="Tap", element=[811,188]'
    assert only(text, closed=True).repairs == ("missing bracket",)
    with pytest.raises(ParseError, match="cut off"):
        only(text)


@pytest.mark.parametrize(
    "text",
    [
        "click(__import__('os').system('x'))",
        "click(start_box='(1,2)",
        "click((1).__class__, 2)",
        "tap(x:=1, 2)",
        "tap(9**9**9, 1)",
        "tap(x==1)",
        "tap(1 2)",
        "tap(x=1, x=2)",
        "tap(x=1, 2)",
        "tap(lambda: 0)",
        "tap(f'{x}')",
        "tap(1e5)",
        "tap(" + "1," * 17 + ")",
        "tap(" + "[" * 5000,
        "tap('\\ud800')",
        "tap('\x00')",
        "type(content='a') and then type(content='b')",
        "type(content='print('a')\nprint('b')')",
    ],
)
def test_what_is_no_value_or_ambiguous_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        only(text)


def test_several_calls_in_order() -> None:
    names = [c.name for c in found("click(start_box='(1,2)')\n\ntype(content='x') wait(); do(a='b') scroll (1)")]
    assert names == ["click", "type", "wait", "do", "scroll"]


def test_a_call_within_the_text_of_a_broken_one_is_not_made() -> None:
    calls = found("type(content='say click(1, 2) and \nclick(3, 4)\n")
    assert [c.name for c in calls] == ["type"]
    assert calls[0].problem is not None


@pytest.mark.parametrize("text", ["`click(1, 2)`", "use “click(1, 2)”", "myclick(1, 2)", "x.click(1, 2)", "click", ""])
def test_what_is_no_call(text: str) -> None:
    assert found(text) == []


def test_a_model_that_runs_on_is_refused() -> None:
    assert len(found("wait()\n" * MOST_CALLS)) == MOST_CALLS
    with pytest.raises(ParseError, match="more than"):
        found("wait()\n" * (MOST_CALLS + 1))


numbers = st.integers(-(10**9), 10**9) | st.floats(1e-6, 1e6) | st.floats(-1e6, -1e-6)
hostile = st.lists(
    st.sampled_from(
        ["'", '"', "')", "', x='", "\\", "\n", "<|im_end|>", "✿", "\nAction: click(1)", "type('", "(", "）"]
    )
    | texts,
    max_size=6,
).map("".join)
leaves = hostile | numbers | st.booleans() | st.none()
values = leaves | st.lists(leaves, max_size=3)
keys = st.from_regex(r"[a-z_][a-z0-9_]{0,10}", fullmatch=True)


@given(positional=st.lists(values, max_size=3), named=st.dictionaries(keys, values, max_size=3), data=st.data())
def test_what_is_written_is_read_back(positional: list[Any], named: dict[str, Any], data: st.DataObject) -> None:
    text = write_call("do", positional, named, quote=data.draw(st.sampled_from("'\"")))
    assert "<|" not in text
    assert "\n" not in text
    around = data.draw(st.sampled_from([("", ""), ("Action: ", "\n"), ("<answer>", "</answer>"), ("", "\nclick(1)")]))
    call = found(text.join(around))[0]
    assert (call.positional, call.named, call.repairs, call.problem) == (positional, named, (), None)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1}, b"x"])
def test_what_has_no_form_is_not_written(value: object) -> None:
    with pytest.raises(ValueError, match="no form"):
        write_call("do", [value])


pieces = st.sampled_from(
    [*"'\"()[]{}<>,=\\ \n（，）’”", "click(", "type(content='", "')", "', ", "x=", "1", "<point>", "</point>", "None",
     "<|box_start|>", "<|box_end|>", "Action: ", "\\u", "```"]
) | st.text(max_size=3)  # fmt: skip


@settings(max_examples=300)
@given(st.lists(pieces, max_size=30).map("".join), st.booleans())
def test_any_text_is_read_or_refused(text: str, closed: bool) -> None:
    for call in found(text, closed=closed):
        assert text[call.start :].startswith(call.name)
        assert call.start < call.end <= len(text)


@pytest.mark.parametrize(
    "piece",
    ["click(", "click('", "type(content='", "')", "('a'", "' )", "',", "a.", "[", "<point>", "\\", " ", "’)", "' ) \n",
     "click('x')y", "wait() "],
)  # fmt: skip
@pytest.mark.parametrize("opening", ["", "click(", "type(content='"])
def test_time_is_linear(opening: str, piece: str) -> None:
    assert_linear(found, opening + piece * (100_000 // len(piece)))
