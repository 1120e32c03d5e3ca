"""UI-Venus: its words on a phone and in its browser, the past that it is told of, and how it points."""

import pytest

from actions.errors import ParseError
from actions.geometry import Point, Size
from actions.types import (
    Action,
    Answer,
    AskUser,
    Button,
    Click,
    Drag,
    Finish,
    LongPress,
    Move,
    OpenApp,
    PressKeys,
    Scroll,
    TypeText,
    Wait,
)
from prompts.dialect import Decision, Moment
from prompts.dialects.ui_venus import UIVenus, UIVenus15, UIVenus15Grounding
from prompts.messages import TextPart, transcript
from tests.prompts.moments import NOW, SEEN, moment, past, step

SIZE = Size(1000, 1000)
HERE = Point(0.868, 0.487)


@pytest.mark.parametrize(
    ("call", "action"),
    [
        ("Click(box=(868,487))", Click(point=HERE)),
        ("LongPress(box=(868, 487))", LongPress(point=HERE)),
        ("Drag(start=(868,487), end=(0,0))", Drag(start=HERE, end=Point(0, 0))),
        ("Scroll(start=(500,700), end=(500,300), direction='up')", Scroll(direction="down", amount=0.4)),
        ("Scroll(start=(500,700), end=(400,300))", Drag(start=Point(0.5, 0.7), end=Point(0.4, 0.3))),
        ("Scroll(direction='down')", Scroll(direction="down")),
        ("Type(content='it's')", TypeText(text="it's")),
        ("Launch(app='Maps')", OpenApp(name="Maps")),
        ("Wait()", Wait()),
        ("PressRecent()", Button(name="recents")),
        ("CallUser(content='42')", Answer(text="42")),
        ("ask_user(question='Which?')", AskUser(question="Which?")),
        ("Finished()", Finish()),
        ("Finished(content='Done.')", Finish(message="Done.")),
    ],
)
def test_what_the_models_write_for_a_phone(call: str, action: Action) -> None:
    for dialect in (UIVenus(), UIVenus("desktop"), UIVenus15()):
        text = f"<think>\nWhy.\n</think>\n<action>\n{call}\n</action>\n<conclusion>\nWhat.\n</conclusion>"
        decision = dialect.parse(text, SIZE)
        assert (decision.thought, decision.actions) == ("Why.\nWhat.", (action,))


@pytest.mark.parametrize(
    ("call", "action"),
    [
        ("Type(content='cats')", TypeText(text="cats", submit=True)),
        ("type_text(text='cats')", TypeText(text="cats")),
        ("Hover(box=(868,487))", Move(point=HERE)),
        ("DoubleClick(box=(868,487))", Click(point=HERE, count=2)),
        ("Hotkey(keys=['ctrl', 'c'])", PressKeys(keys=("ctrl", "c"))),
        ("PressEnter()", PressKeys(keys=("enter",))),
        ("PressBack()", PressKeys(keys=("alt", "left"))),
        ("Scroll(direction='up')", Scroll(direction="up")),
        ("click(point=(868, 487), button='right')", Click(point=HERE, button="right")),
    ],
)
def test_the_browsers_words_are_those_of_a_desktop(call: str, action: Action) -> None:
    dialect = UIVenus15("desktop")
    assert dialect.parse(f"<action>{call}</action>", SIZE).actions == (action,)
    assert dialect.write(Decision("", (action,)), SIZE) == f"<action>{call}</action>"


@pytest.mark.parametrize(
    "call", ["PressHome()", "PressRecent(now=True)", "Click(box=())", "Scroll()", "Fly(box=(1,2))"]
)
def test_what_is_unreadable_is_refused(call: str) -> None:
    with pytest.raises(ParseError):
        UIVenus15("desktop").parse(f"<action>{call}</action>", SIZE)


def test_pixels_are_those_of_the_picture_that_was_seen() -> None:
    text = "<action>Click(box=(546,1204))</action>"
    assert UIVenus().parse(text, Size(1092, 2408)).actions == (Click(point=Point(0.5, 0.5)),)
    with pytest.raises(ParseError, match="outside the picture"):
        UIVenus15().parse(text, Size(1092, 2408))


def test_the_last_line_of_a_thought_is_its_conclusion() -> None:
    written = UIVenus15().write(Decision("It is there.\nSo\nI clicked it.", (Click(point=HERE),)), SIZE)
    assert written == (
        "<think>It is there.\nSo</think><action>Click(box=(868,487))</action><conclusion>I clicked it.</conclusion>"
    )


def test_the_past() -> None:
    tap = Click(point=Point(0.5, 0.5))
    steps = [step(i, tap, thought=f"No. {i}", changed=True) for i in range(7)]
    five = UIVenus().render(moment("mobile", steps))[0].text
    assert "Step 0: <think>No. 2</think><action>Click(box=(546,1204))</action>\nStep 1: " in five
    assert "Step 5" not in five
    assert "Step 6: <think>No. 6</think>" in UIVenus15().render(moment("mobile", steps))[0].text


def test_the_prompt_comes_before_the_picture_and_in_chinese_for_a_phone() -> None:
    (message,) = UIVenus15(language="zh").render(moment("mobile", past("mobile")[:2]))
    assert isinstance(message.parts[0], TextPart)
    for said in (
        "**你是一个手机图形界面智能体代理**",
        "'ADB Keyboard {ON}'",
        "- PressRecent()\n>>",
        "屏幕没有可见变化",
    ):
        assert said in message.text
    assert "- ask_user(question='')" in message.text


def test_only_what_is_supported_is_offered() -> None:
    asked = Moment("t", [], NOW, SEEN, frozenset({"click"}))
    for dialect in (UIVenus(), UIVenus15(), UIVenus15("desktop"), UIVenus15(language="zh")):
        text = transcript(dialect.render(asked))
        for word, there in (("Click(", True), ("CallUser(", True), ("Launch(", False), ("ask_user(", False)):
            assert (word in text) == there, word


def test_a_grounder_may_see_no_such_thing() -> None:
    dialect = UIVenus15Grounding()
    assert dialect.parse("[868, 487]", SIZE) == HERE
    for text in ("[-1,-1]", "[-1, -1]", "The output is [-1,-1]."):
        with pytest.raises(ParseError, match="no such thing"):
            dialect.parse(text, SIZE)
