"""`parse(write(d)) == d` for every action, in every dialect, at every size; and prompts for any past."""

import json

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from actions.geometry import Point, Size, Space, scroll_gesture, to_model
from actions.types import Action, AskUser, Button, CallTool, Click, Drag, Finish, PressKeys, Scroll, TypeText
from environments.base import DONE, Outcome
from environments.episode import Step
from prompts.dialect import Decision, Dialect
from prompts.dialects.device_words import taken
from prompts.dialects.qwen2_vl import Qwen2VL
from prompts.dialects.qwen3_vl import Qwen3VL
from prompts.literal import read_object
from prompts.messages import transcript
from tests.prompts.moments import ALL, NOW, PLAIN, label, moment, same
from tests.strategies import actions, json_values, texts

THOUSAND = Size(1000, 1000)
SPACES: tuple[Space, ...] = ("unit", "thousand", "999", "absolute")
sizes = st.builds(Size, st.integers(200, 4000), st.integers(200, 4000))
names = st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True).filter(lambda n: not taken(n) and n.isidentifier())
calls = st.builds(CallTool, name=names, arguments=st.dictionaries(texts, json_values, max_size=3))
sayable = actions.filter(lambda a: not isinstance(a, CallTool)) | calls
marks = st.sampled_from(
    ["</tool_call>", "<tool_call>", "✿FUNCTION✿: Finish\n✿ARGS✿: {}", "✿RESULT✿", "</think>", "<think>", "<thought>",
     "<|im_end|>", '"}}', "\\", "'", "\n", "Action: x", "```", "<conclusion>", "\x00", "👍", "（", "密码"]
)  # fmt: skip
hostile = st.lists(marks | texts, max_size=5).map("".join)
thoughts = st.lists(
    st.from_regex(r"[A-Za-z\u4e00-\u4e20][A-Za-z0-9\u4e00-\u4e20 ,.:()\"'-]{0,30}", fullmatch=True)
    .map(str.strip)
    .filter(bool),
    max_size=4,
).map("\n".join)


# What is drawn is given to all dialects: drawing it is what takes the time.


@given(action=sayable, seen=sizes)
def test_every_action_is_read_back(action: Action, seen: Size) -> None:
    for dialect in PLAIN:
        note(label(dialect))
        assert action.kind in dialect.kinds()
        decision = dialect.parse(dialect.write(Decision("", (action,)), seen), seen)
        assert same(decision.actions[0], action, dialect, seen)
        assert (decision.thought, decision.repairs) == ("", ())
        again = dialect.parse(dialect.write(decision, seen), seen)
        assert same(again.actions[0], decision.actions[0], dialect, seen), "what was read is written and read again"


@settings(max_examples=50)
@given(action=sayable, seen=sizes)
def test_in_another_space_too(action: Action, seen: Size) -> None:
    for dialect in PLAIN:
        for space in SPACES:
            note(f"{label(dialect)} {space}")
            other = type(dialect)(dialect.platform, space=space)
            decision = other.parse(other.write(Decision("", (action,)), seen), seen)
            assert same(decision.actions[0], action, other, seen)


@given(text=hostile, kind=st.sampled_from(["type", "ask", "finish", "tool"]))
def test_text_full_of_marks_is_read_back(text: str, kind: str) -> None:
    action: Action = {
        "type": TypeText(text=text),
        "ask": AskUser(question=text),
        "finish": Finish(success=False, message=text),
        "tool": CallTool(name="look", arguments={"a": [text], text: {"b": text}}),
    }[kind]
    decision = Decision("I see.", (action,))
    for dialect in PLAIN:
        note(label(dialect))
        written = dialect.write(decision, THOUSAND)
        assert "<|" not in written
        assert dialect.parse(written, THOUSAND) == decision


@settings(max_examples=50)
@given(thought=thoughts, evil=hostile)
def test_thoughts_are_read_back_and_marks_in_them_do_no_harm(thought: str, evil: str) -> None:
    """Of a thought full of marks the text may change, the action may not."""
    action = Click(point=Point(0.5, 0.5))
    decision = Decision(thought, (action,))
    for dialect in PLAIN:
        note(label(dialect))
        assert dialect.parse(dialect.write(decision, THOUSAND), THOUSAND) == decision
        assert dialect.parse(dialect.write(Decision(evil, (action,)), THOUSAND), THOUSAND).actions == (action,)


@settings(max_examples=12)
@given(data=st.data())
def test_any_past_can_be_told(data: st.DataObject) -> None:
    """`render` never fails for what other dialects or a resumed run left behind, and lets no token through."""
    action = data.draw(sayable | st.none())
    outcome = data.draw(st.none() | st.just(DONE) | st.builds(Outcome, st.sampled_from(["failed", "unknown"]), hostile))
    step = Step(0, NOW, (), data.draw(hostile), action, outcome, changed=data.draw(st.none() | st.booleans()),
                result=data.draw(hostile))  # fmt: skip
    for dialect in ALL:
        note(label(dialect))
        text = transcript(dialect.render(moment(dialect.platform, [step])))
        assert "<|" not in text
        text.encode()


@pytest.mark.parametrize("name", ["click", "", "a b", "rm -rf /", "x" * 65, "home", "Wait"])
@pytest.mark.parametrize("dialect", PLAIN, ids=label)
def test_a_call_that_would_be_read_as_something_else_is_not_written(dialect: Dialect, name: str) -> None:
    if name == "home" and not isinstance(dialect, Qwen2VL):
        return
    with pytest.raises(ValueError, match="can't be called"):
        dialect.write(Decision("", (CallTool(name=name),)), Size(1000, 1000))


@given(
    direction=st.sampled_from(["up", "down", "left", "right"]),
    x=st.floats(0.25, 0.75),
    y=st.floats(0.25, 0.75),
    amount=st.floats(0.05, 0.3),
    seen=sizes,
)
def test_a_scroll_on_the_phone_is_a_swipe_along_its_own_stroke(
    direction: str, x: float, y: float, amount: float, seen: Size
) -> None:
    dialect = Qwen3VL()
    action = Scroll(direction=direction, point=Point(x, y), amount=amount)  # type: ignore[arg-type]
    text = dialect.write(Decision("", (action,)), seen)
    arguments = read_object(text, text.index("{")).value["arguments"]
    assert arguments["action"] == "swipe"
    start, end = scroll_gesture(action.point, action.direction, action.amount)
    assert arguments["coordinate"] == list(to_model(start, space="thousand", seen=seen))
    assert arguments["coordinate2"] == list(to_model(end, space="thousand", seen=seen))
    finger = {"down": (0, -1), "up": (0, 1), "right": (-1, 0), "left": (1, 0)}[direction]
    moved = [b - a for a, b in zip(arguments["coordinate"], arguments["coordinate2"], strict=True)]
    assert [(m > 0) - (m < 0) for m in moved] == list(finger), "the content follows the finger"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"coordinate": [500, 700], "coordinate2": [500, 300]}, Scroll(direction="down", amount=0.4)),
        ({"coordinate": [500, 300], "coordinate2": [500, 700]}, Scroll(direction="up", amount=0.4)),
        ({"coordinate": [300, 500], "coordinate2": [700, 500]}, Scroll(direction="left", amount=0.4)),
        ({"coordinate": [500, 700], "coordinate2": [501, 300]}, Drag(start=Point(0.5, 0.7), end=Point(0.501, 0.3))),
        ({"coordinate": [500, 1000], "coordinate2": [500, 600]}, Drag(start=Point(0.5, 1), end=Point(0.5, 0.6))),
        ({"coordinate": [10, 700], "coordinate2": [10, 300]}, Drag(start=Point(0.01, 0.7), end=Point(0.01, 0.3))),
        (
            {"coordinate": [500, 700], "coordinate2": [500, 300], "time": 2},
            Drag(start=Point(0.5, 0.7), end=Point(0.5, 0.3), seconds=2),
        ),
    ],
)
def test_which_swipes_are_scrolls(arguments: dict[str, object], expected: Action) -> None:
    call = {"name": "mobile_use", "arguments": {"action": "swipe", **arguments}}
    decision = Qwen3VL().parse(f"<tool_call>{json.dumps(call)}</tool_call>", Size(1, 1))
    assert decision.actions == (expected,)


@pytest.mark.parametrize(
    ("platform", "action", "expected"),
    [
        ("mobile", Button(name="recents"), {"action": "system_button", "button": "Menu"}),
        ("mobile", Button(name="volume_up"), {"action": "key", "text": "volume_up"}),
        ("mobile", PressKeys(keys=("tab",)), {"action": "key", "text": "tab"}),
        ("desktop", PressKeys(keys=("ctrl", "c")), {"action": "key", "keys": ["ctrl", "c"]}),
        ("desktop", Click(point=Point(0.5, 0.5), count=2), {"action": "double_click", "coordinate": [500, 500]}),
        ("desktop", Drag(start=None, end=Point(1, 1)), {"action": "left_click_drag", "coordinate": [1000, 1000]}),
        (
            "desktop",
            Scroll(direction="down", amount=0.3),
            {"action": "scroll", "coordinate": [500, 500], "pixels": -300},
        ),
        (
            "desktop",
            Scroll(direction="right", amount=0.3),
            {"action": "hscroll", "coordinate": [500, 500], "pixels": 300},
        ),
        ("desktop", Finish(success=False), {"action": "terminate", "status": "failure"}),
    ],
)
def test_the_tools_own_words_are_used(platform: str, action: Action, expected: dict[str, object]) -> None:
    text = Qwen3VL(platform).write(Decision("", (action,)), Size(1000, 1000))  # type: ignore[arg-type]
    assert read_object(text, text.index("{")).value["arguments"] == expected
