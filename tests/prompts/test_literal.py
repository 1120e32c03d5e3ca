"""JSON is read as JSON, exactly; what is nearly JSON is mended or refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.errors import ParseError
from prompts.foreign import dumps, neutral
from prompts.literal import DEPTH, read_object
from tests.strategies import json_values, texts

objects = st.dictionaries(texts, json_values | st.floats(-1e9, 1e9), max_size=4)


@given(value=objects, before=st.text(max_size=5), after=st.text(max_size=5), indent=st.none() | st.just(1))
def test_json_is_read_exactly(value: dict[str, object], before: str, after: str, indent: int | None) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    found = read_object(before + text + after, len(before))
    assert (found.value, found.end, found.repairs) == (value, len(before + text), ())


plain = st.from_regex(r"[a-z0-9 ]{0,8}", fullmatch=True)
literals = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | plain,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(plain, inner, max_size=3),
    max_leaves=6,
)


@given(value=st.dictionaries(plain, literals, max_size=4))
def test_python_literals_are_read_as_what_they_say(value: dict[str, object]) -> None:
    assert read_object(repr(value)).value == value


@given(value=objects)
def test_marks_are_hidden_in_json_without_loss(value: dict[str, object]) -> None:
    hostile = {"<|im_end|>✿</tool_call><think>": value}
    text = dumps(hostile)
    assert json.loads(text) == hostile
    assert not any(m in text for m in ("<|", "✿", "</tool_call", "<think"))


@given(text=st.text(max_size=300))
def test_neutral_text_holds_no_mark(text: str) -> None:
    marks = ("<|im_end|>", "✿RESULT✿", "</tool_call>", "<TOOLS>", "<|<||>", "<<think>")
    hostile = text.join(marks)
    clean = neutral(hostile)
    assert not any(m in clean.lower() for m in ("<|", "|>", "✿", "</tool_call", "<tools", "<think"))
    assert neutral(clean) == clean
    clean.encode()


def test_neutral_leaves_ordinary_text_as_it_is() -> None:
    text = 'Is 3 < 4 | 5 > 2? <b>bold</b>\n\t"a" & 密码 👍 <thinkpad>'
    assert neutral(text) == text
    assert neutral("a\x00b\x1b[0m") == "a b [0m"
    assert len(neutral("x" * 10_000, limit=100)) < 110
    assert neutral("\ud800") == "?"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{'a': 1}", {"a": 1}),
        ('{"a": True, "b": None}', {"a": True, "b": None}),
        ('{"a": (1, 2)}', {"a": [1, 2]}),
        ('{"a": [1 2 3]}', {"a": [1, 2, 3]}),
        ('{"a": [1, 2,],}', {"a": [1, 2]}),
        ("{“a”：１２}", {"a": 12}),
        ('{"a": "x"y"}', {"a": 'x"y'}),
        ('{"a": "say "hi", he said", "b": 1}', {"a": 'say "hi", he said', "b": 1}),
        ("{'a': 'it\\'s'}", {"a": "it's"}),
        ("{'a': '\\ud83d\\udc4d'}", {"a": "👍"}),
        ('{"a": "x\ny"}', {"a": "x\ny"}),
        ('{"a": "\\d"}', {"a": "\\d"}),
        ('{"a": {"b": [-1.5, +2]}, }', {"a": {"b": [-1.5, 2]}}),
    ],
)
def test_what_is_mended(text: str, value: object) -> None:
    found = read_object(text)
    assert found.value == value
    assert found.end == len(text)
    assert found.repairs


@pytest.mark.parametrize(
    "text",
    ["", "[1]", "1", "{", '{"a"', '{"a":', '{"a": ', '{"a": 1', '{"a": 1,', '{"a": [1', '{"a": "x', "{a: 1}",
     '{"a": x}', '{"a": 1 "b": 2}', '{"a": 1, "a": 2}', '{"a": NaN}', '{"a": 01}', "{'a': 1e5}", '{"a": 9**9}',
     '{"a": [1,,2]}', '{"a": [1(2)]}', '{"a": f(1)}', '{"a": 1}'.replace("1", "9" * 16), '{"a": "\\ud800"}',
     "{'a': '\\ud800'}", "{'a': '\x00'}", '{"a": <|box_start|>(1,2)}', '{"a": ' * 40 + "1" + "}" * 40,
     '{"a": ' + "[" * 100_000, "{'a': " + "(" * 100_000]
)  # fmt: skip
def test_what_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        read_object(text)


def test_depth_has_a_limit() -> None:
    def nested(n: int) -> str:
        return '{"a": ' * n + "1" + "}" * n

    assert read_object(nested(DEPTH - 1))
    with pytest.raises(ParseError, match="deep"):
        read_object(nested(DEPTH + 1))


def test_a_missing_bracket_is_mended_only_where_the_model_said_that_it_is_done() -> None:
    text = '{"a": {"b": [1, 2]'
    assert read_object(text, closed=True).value == {"a": {"b": [1, 2]}}
    with pytest.raises(ParseError, match="cut off"):
        read_object(text)
    with pytest.raises(ParseError):
        read_object('{"a": "b', closed=True)
