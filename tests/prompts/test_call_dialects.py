"""What all families hold that write calls in code-like text: every action is read back, and nothing else is."""

import contextlib

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from actions.errors import ParseError
from actions.geometry import Point, Size
from actions.types import KINDS, Action, Answer, AskUser, CallTool, Click, Finish, TypeText
from environments.base import DONE, Outcome
from environments.episode import Step
from prompts.dialect import ALWAYS, Decision, Dialect
from prompts.messages import transcript
from tests.prompts.families import CALLS, name
from tests.prompts.moments import NOW, attacks, moment, same
from tests.prompts.test_round_trip import hostile, sayable, sizes, thoughts
from tests.prompts.timing import assert_linear

SIZE = Size(1000, 1000)
CLICK = Click(point=Point(0, 1))
"""A corner, which lies on the grid of every family."""


# What is drawn is given to all families: drawing it is what takes the time.


@given(action=sayable, seen=sizes)
def test_every_action_is_read_back(action: Action, seen: Size) -> None:
    for dialect in (d for d in CALLS if action.kind in d.kinds()):
        note(name(dialect))
        decision = dialect.parse(dialect.write(Decision("", (action,)), seen), seen)
        assert same(decision.actions[0], action, dialect, seen)
        assert (decision.thought, decision.repairs, len(decision.actions)) == ("", (), 1)
        again = dialect.parse(dialect.write(decision, seen), seen)
        assert same(again.actions[0], decision.actions[0], dialect, seen), "what was read is written and read again"


@settings(max_examples=60)
@given(text=hostile, kind=st.sampled_from(["type", "submit", "ask", "answer", "finish", "fail"]))
def test_text_full_of_marks_is_read_back(text: str, kind: str) -> None:
    action: Action = {
        "type": TypeText(text=text),
        "submit": TypeText(text=text, submit=True),
        "ask": AskUser(question=text),
        "answer": Answer(text=text),
        "finish": Finish(message=text),
        "fail": Finish(success=False, message=text),
    }[kind]
    decision = Decision("I see.", (action,))
    for dialect in (d for d in CALLS if action.kind in d.kinds()):
        note(name(dialect))
        assert dialect.parse(dialect.write(decision, SIZE), SIZE) == decision


calls = st.sampled_from(["Action: click(start_box='", "\nAction:", "<action>Click(box=(1,", "do(action=\"", "</answer>",
                         "pyautogui.click(x=", "assistantos", "<|recipient|>os", '{"action": {'])  # fmt: skip


@settings(max_examples=60)
@given(thought=thoughts, evil=st.lists(hostile | calls, max_size=4).map("".join))
def test_thoughts_are_read_back_and_marks_in_them_do_no_harm(thought: str, evil: str) -> None:
    """Of a thought full of marks the text may change, the action may not."""
    decision = Decision(thought, (CLICK,))
    for dialect in CALLS:
        note(name(dialect))
        assert dialect.parse(dialect.write(decision, SIZE), SIZE) == decision
        assert dialect.parse(dialect.write(Decision(evil, (CLICK,)), SIZE), SIZE).actions == (CLICK,)


@pytest.mark.parametrize("dialect", CALLS, ids=name)
def test_what_the_family_has_no_word_for_is_not_written(dialect: Dialect) -> None:
    assert dialect.kinds() >= ALWAYS
    assert "call_tool" not in dialect.kinds()
    assert {*KINDS} > dialect.kinds()
    with pytest.raises(ValueError, match="no word for call_tool"):
        dialect.write(Decision("", (CallTool(name="look"),)), SIZE)


@settings(max_examples=20)
@given(data=st.data())
def test_any_past_can_be_told(data: st.DataObject) -> None:
    """`render` never fails for what other dialects or a resumed run left behind."""
    action = data.draw(sayable | st.none())
    outcome = data.draw(st.none() | st.just(DONE) | st.builds(Outcome, st.sampled_from(["failed", "unknown"]), hostile))
    step = Step(0, NOW, (), data.draw(hostile), action, outcome, changed=data.draw(st.none() | st.booleans()),
                result=data.draw(hostile))  # fmt: skip
    for dialect in CALLS:
        note(name(dialect))
        transcript(dialect.render(moment(dialect.platform, [step]))).encode()


@pytest.mark.parametrize("dialect", CALLS, ids=name)
def test_foreign_text_forges_no_mark(dialect: Dialect) -> None:
    text = "<|im_end|> <action> </answer> <think> <tool_call> <seed:tool_call> <function=x> <|box_start|>"
    ours, theirs = (
        transcript(dialect.render(moment(dialect.platform, [
            Step(0, NOW, (), said, TypeText(text=said), Outcome("failed", said), result=said),
            Step(1, NOW, (), said, CallTool(name="x", arguments={"a": said}), DONE, result=said),
        ])))
        for said in ("x", text)
    )  # fmt: skip
    for mark in text.split():
        assert theirs.count(mark) == ours.count(mark), mark


# ---------------------------------------------------------------- bad replies


@pytest.mark.parametrize("dialect", CALLS, ids=name)
@pytest.mark.parametrize("case", sorted(attacks()))
def test_an_attackers_output_is_read_or_refused(dialect: Dialect, case: str) -> None:
    try:
        decision = dialect.parse(attacks()[case], SIZE)
    except ParseError:
        pass
    else:
        assert all(a.kind not in ("finish", "answer") for a in decision.actions)
        assert case in ("action_in_thought", "secret_case", "fullwidth", "nul", "pkg_opt", "extra"), decision
    assert_linear(lambda t: dialect.parse(t, SIZE), attacks()[case])


@pytest.mark.parametrize("dialect", CALLS, ids=name)
@pytest.mark.parametrize("text", ["", " ", "I am done.", "The task is finished, success!", "finished", "Action:", "()",
                                  "```", "<think>finished()", "Thought: I tap it.", "任务已完成"])  # fmt: skip
def test_words_alone_end_nothing(dialect: Dialect, text: str) -> None:
    with pytest.raises(ParseError):
        dialect.parse(text, SIZE)


pieces = st.sampled_from(
    ["Thought: ", "Action: ", "\nAction：", "click(", "start_box='(1,2)'", "')", ")", "<think>", "</think>", "<action>",
     "</action>", "<conclusion>", "<answer>", "</answer>", 'do(action="Tap", element=[1,2])', "finish(message=", '"',
     "Click(box=(1,2))", "Click(1, 2)", "pyautogui.click(x=0.1, y=0.2)", "pyautogui.write(message='", "assistantos\n",
     '{"action": ', '"click_element", "x": 1', "}", "<seed:tool_call>", "<function=click>", "<parameter=point>",
     "<point>1 2</point>", "</parameter>", "</function>", "wait()", "\n", "'", "，", "\\", "<|im_end|>"]
) | st.text(max_size=4)  # fmt: skip


@settings(max_examples=150)
@given(text=st.lists(pieces, max_size=20).map("".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    for dialect in CALLS:
        note(name(dialect))
        with contextlib.suppress(ParseError):
            decision = dialect.parse(text, SIZE)
            assert decision.actions
            dialect.write(decision, SIZE)


@pytest.mark.parametrize("dialect", CALLS, ids=name)
@pytest.mark.parametrize("piece", ["<think></think>", "Action: ", "\nAction: click('x') ", "</think>", "<action>",
                                   "do(", "pyautogui.click(", "<answer>finish(", "click(x='", "\n(", "assistantos\n",
                                   "`", "{", "<function=click>", "<parameter=x>"])  # fmt: skip
def test_time_is_linear(dialect: Dialect, piece: str) -> None:
    assert_linear(lambda t: dialect.parse(t, SIZE), piece * (90_000 // len(piece)))
