"""GELab-Zero: fields between tabs, the model's own summary as its memory."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.errors import ParseError
from actions.geometry import Point, Size
from actions.types import (
    Action,
    Answer,
    AskUser,
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
from environments.episode import Attempt
from prompts.dialect import Decision, Moment
from prompts.dialects.gelab_zero import GELabZero
from prompts.messages import transcript
from tests.prompts.moments import NOW, SEEN, attacks, moment, past, same, step
from tests.prompts.test_round_trip import hostile, sayable, sizes, thoughts
from tests.prompts.timing import assert_linear

DIALECT = GELabZero()
SIZE = Size(1000, 1000)
MIDDLE = Click(point=Point(0.5, 0.3))
TAP = "explain:点击\taction:CLICK\tpoint:500,300\tsummary:点了按钮"
REPLY = f"<THINK> 想一想 </THINK>\n{TAP}"


@settings(max_examples=60)
@given(data=st.data())
def test_every_action_is_read_back(data: st.DataObject) -> None:
    action, seen = data.draw(sayable.filter(lambda a: a.kind in DIALECT.kinds())), data.draw(sizes)
    decision = DIALECT.parse(DIALECT.write(Decision("", (action,)), seen), seen)
    assert same(decision.actions[0], action, DIALECT, seen)
    assert (decision.thought, decision.repairs) == ("", ())
    again = DIALECT.parse(DIALECT.write(decision, seen), seen)
    assert same(again.actions[0], decision.actions[0], DIALECT, seen)


@settings(max_examples=100)
@given(text=hostile | st.text(st.sampled_from('\t\n "\\:a\u3000<'), max_size=8), kind=st.sampled_from(range(5)))
def test_any_text_is_read_back(text: str, kind: int) -> None:
    action: Action = [
        TypeText(text=text, submit=True),
        AskUser(question=text),
        Answer(text=text),
        Finish(message=text),
        Finish(success=False, message=text),
    ][kind]
    written = DIALECT.write(Decision("I see.", (action,)), SIZE)
    assert "<|" not in written
    assert DIALECT.parse(written, SIZE) == Decision("I see.", (action,))


@given(thought=thoughts, evil=hostile)
def test_thoughts_are_read_back_and_do_no_harm(thought: str, evil: str) -> None:
    decision = Decision(thought, (MIDDLE,))
    assert DIALECT.parse(DIALECT.write(decision, SIZE), SIZE) == decision
    assert DIALECT.parse(DIALECT.write(Decision(evil, (MIDDLE,)), SIZE), SIZE).actions == (MIDDLE,)


def test_it_writes_what_its_model_writes() -> None:
    decision = Decision("想一想\n点击\n点了按钮", (MIDDLE,))
    assert DIALECT.write(decision, SIZE) == REPLY
    assert DIALECT.parse(REPLY, SIZE) == decision


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        (LongPress(point=Point(0.5, 0.3)), "action:LONGPRESS\tpoint:500,300"),
        (TypeText(text="北京 南站"), "action:TYPE\tvalue:北京 南站"),
        (TypeText(text="a\tb"), 'action:TYPE\tvalue:"a\\tb"'),
        (TypeText(text=" a", submit=True), 'action:TYPE\tvalue:"\\u0020a"\tsubmit:true'),
        (OpenApp(name="微信"), "action:AWAKE\tvalue:微信"),
        (Wait(), "action:WAIT\tvalue:1.0"),
        (AskUser(question="哪一个?"), "action:INFO\tvalue:哪一个?"),
        (Finish(message="好了"), "action:COMPLETE\treturn:好了"),
        (Finish(success=False, message="不行"), "action:ABORT\tvalue:不行"),
        (Scroll(direction="down"), "action:SLIDE\tpoint1:500,750\tpoint2:500,250"),
        (Drag(start=Point(0, 0), end=Point(1, 0.5)), "action:SLIDE\tpoint1:0,0\tpoint2:1000,500"),
        (Drag(start=None, end=Point(1, 0.5)), "action:DRAG\tstart:null\tend:1000,500"),
        (Click(point=Point(0, 0), count=2), "action:CLICK\tpoint:0,0\tcount:2"),
    ],
)
def test_words(action: Action, fields: str) -> None:
    written = DIALECT.write(Decision("", (action,)), SIZE)
    assert written == f"<THINK>  </THINK>\nexplain:\t{fields}\tsummary:"
    assert DIALECT.parse(written, SIZE).actions == (action,)


@pytest.mark.parametrize(
    ("text", "expected", "repairs"),
    [
        (TAP, MIDDLE, ()),
        (f"<think>a</think><THINK> b </THINK>\n{TAP}", MIDDLE, ()),
        (f"a</THINK>{TAP}", MIDDLE, ()),
        (f"<TINK>a</TINK>{TAP}", MIDDLE, ("misspelt tag",)),
        (f"<THINK>{TAP.replace('500', '9')}</THINK>{TAP}", MIDDLE, ()),
        (TAP.replace("500,300", "500 300"), MIDDLE, ()),
        (TAP.replace("500,300", "[500, 300]"), MIDDLE, ()),
        (TAP.replace("500,300", "５００，３００"), MIDDLE, ("full-width punctuation",)),
        (TAP.replace("500,300", "400,300,600,300"), MIDDLE, ("box for a point",)),
        (TAP.replace("500,300", "500,300\tvalue:").replace("CLICK", "TYPE"), TypeText(text=""), ()),
        (TAP.replace("CLICK", "click"), MIDDLE, ("action 'click' read as 'CLICK'",)),
        (TAP.replace("CLICK", "Tap"), MIDDLE, ("action 'Tap' read as 'CLICK'",)),
        (TAP.replace("action:", "Action："), MIDDLE, ("full-width punctuation",)),
        (TAP.replace("\t", "\\t"), MIDDLE, ("tabs written out",)),
        (TAP.replace("\t", "\n"), MIDDLE, ("fields on lines",)),
        (TAP.replace("点击", "点\t击"), MIDDLE, ("field in pieces",)),
        (f"{TAP.replace('500', '9')}\n{TAP}", MIDDLE, ("several actions, the last one taken",)),
        (TAP.replace("CLICK\tpoint:500,300", "COMPLETE\tvalue:ok"), Finish(message="ok"), ()),
    ],
)
def test_what_is_read(text: str, expected: Action, repairs: tuple[str, ...]) -> None:
    decision = DIALECT.parse(text, SIZE)
    assert (decision.actions, decision.repairs) == ((expected,), repairs)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "任务完成了。",
        "COMPLETE",
        "action:COMPLETE\treturn:完成",
        TAP[: TAP.index("00,300")],
        TAP[: TAP.index("\tsummary")],
        f"<THINK> {TAP}",
        f"<THINK> {TAP} </THINK>",
        TAP.replace("500,300", "1200,300"),
        TAP.replace("500,300", "0.5,0.3"),
        TAP.replace("500,300", "__import__('os')"),
        TAP.replace("point:500,300", ""),
        TAP.replace("\tpoint", "\tconfirmed:true\tpoint"),
        TAP.replace("\tpoint", "\tpoint:1,1\tpoint"),
        TAP.replace("CLICK", "EXPLODE"),
        TAP.replace("CLICK\tpoint:500,300", "SLIDE\tpoint1:1,1"),
        TAP.replace("CLICK\tpoint:500,300", "WAIT\tvalue:3600"),
        TAP.replace("CLICK\tpoint:500,300", 'TYPE\tvalue:"\\ud800"'),
        "\t".join(f"k{i}:1" for i in range(40)),
    ],
)
def test_what_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        DIALECT.parse(text, SIZE)


def test_what_it_has_no_word_for_is_not_written() -> None:
    with pytest.raises(ValueError, match="no word for press_keys"):
        DIALECT.write(Decision("", (PressKeys(keys=("a",)),)), SIZE)


@pytest.mark.parametrize("case", attacks())
def test_attacks_are_refused(case: str) -> None:
    attack = attacks()[case]
    for text in (attack, f"explain:\taction:{attack}\tsummary:", TAP.replace("500,300", attack)):
        with pytest.raises(ParseError):
            DIALECT.parse(text, SIZE)
        assert_linear(lambda t: DIALECT.parse(t, SIZE), text)


@pytest.mark.parametrize(
    "piece", ["\t", "a:", "\ta:b", "\\ta:", "explain:\n", "<THINK>", "</THINK>", '"', "\\", " ", "\n"]
)
def test_long_replies_take_bounded_time(piece: str) -> None:
    for start in ("", "explain:\taction:TYPE\tvalue:", 'explain:\taction:TYPE\tvalue:"'):
        text = (start + piece * 100_000)[:100_000]
        with pytest.raises(ParseError):
            DIALECT.parse(text, SIZE)
        assert_linear(lambda t: DIALECT.parse(t, SIZE), text)


@given(text=st.text(max_size=80) | st.lists(st.sampled_from(
    ["explain:", "\t", "action:", "CLICK", "TYPE", "COMPLETE", "point:", "5,5", "value:", "summary:", "\n", "<THINK>",
     "</THINK>", '"', "\\t"]) | st.text(max_size=3), max_size=16).map("".join))  # fmt: skip
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        assert len(DIALECT.parse(text, SEEN).actions) == 1
    except ParseError:
        return


@settings(max_examples=30)
@given(action=sayable | st.none(), evil=hostile)
def test_any_past_can_be_told(action: Action | None, evil: str) -> None:
    text = transcript(DIALECT.render(moment("mobile", [step(0, action, thought=evil, result=evil)])))
    assert "<|" not in text
    text.encode()


def test_the_model_is_reminded_of_its_own_summary() -> None:
    steps = past("mobile")
    said = [*steps[:4], step(4, MIDDLE, thought="想\n点击\n打开了设置", changed=False)]
    text = transcript(DIALECT.render(moment("mobile", said)))
    assert "历史动作如下：打开了设置 (nothing visible changed)\n" in text
    assert "历史动作如下：暂无历史操作\n" in transcript(DIALECT.render(moment("mobile")))
    silent = transcript(DIALECT.render(moment("mobile", steps[:5])))
    assert "历史动作如下：\n1. action:AWAKE value:Settings\n2. action:CLICK point:500,250" in silent
    assert '提出的问题：Which network?\n\n用户对你的指示：the "❀green❀" one' in silent


def test_only_what_is_supported_is_offered() -> None:
    text = transcript(DIALECT.render(Moment("t", [], NOW, SEEN, frozenset({"click"}), (), (Attempt("x", "no"),))))
    assert "包含以下5类操作" in text.replace("五", "5")
    assert "\n1. CLICK：" in text
    assert "AWAKE" not in text
    assert "explain:…\taction:CLICK" in text
