"""UI-TARS: what its models write, the forms of each version, and the turns of its prompt."""

import pytest

from actions.errors import ParseError
from actions.geometry import Point, Size
from actions.types import (
    Action,
    AskUser,
    Button,
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
from prompts.dialect import Decision
from prompts.dialects.ui_tars import UITars10, UITars15
from prompts.messages import pictures, transcript
from tests.prompts.moments import moment, past, step

SIZE = Size(1000, 1000)
HERE = Point(0.637, 0.964)


@pytest.mark.parametrize(
    ("call", "action"),
    [
        ("click(start_box='<|box_start|>(637,964)<|box_end|>')", Click(point=HERE)),
        ("click(start_box='(637,964)')", Click(point=HERE)),
        ("click(start_box='(637, 964)')", Click(point=HERE)),
        ("click(start_box='[637,964]')", Click(point=HERE)),
        ("click(start_box='<bbox>637 964 637 964</bbox>')", Click(point=HERE)),
        ("click(point='<point>637 964</point>')", Click(point=HERE)),
        ("click(start_box='(637,1004)')", Click(point=Point(0.637, 1))),
        ("left_double(start_box='(637,964)')", Click(point=HERE, count=2)),
        ("right_single(start_box='(637,964)')", Click(point=HERE, button="right")),
        ("long_press(start_box='(637,964)', time='')", LongPress(point=HERE)),
        ("long_press(start_box='(637,964)', time='2')", LongPress(point=HERE, seconds=2)),
        ("drag(start_box='(637,964)', end_box='(0,0)')", Drag(start=HERE, end=Point(0, 0))),
        (
            "drag(start_point='<point>637 964</point>', end_point='<point>0 0</point>')",
            Drag(start=HERE, end=Point(0, 0)),
        ),
        ("scroll(start_box='(500,500)', direction='down')", Scroll(direction="down")),
        ("scroll(direction='up')", Scroll(direction="up")),
        ("scroll(start_box='(500,700)', end_box='(500,300)')", Scroll(direction="down", amount=0.4)),
        ("hotkey(key='ctrl c')", PressKeys(keys=("ctrl", "c"))),
        ("hotkey(key='arrowleft')", PressKeys(keys=("left",))),
        ("type(content='it's 5 o'clock\\n')", TypeText(text="it's 5 o'clock", submit=True)),
        ("type(content='a\nb')", TypeText(text="a\nb")),
        ("type(content='a\\\\n')", TypeText(text="a", submit=True)),
        ("open_app(app_name='Maps')", OpenApp(name="Maps")),
        ("press_home()", Button(name="home")),
        ("wait()", Wait(seconds=5)),
        ("finished()", Finish()),
        ("finished(content='42')", Finish(message="42")),
        ("call_user()", AskUser(question="I need the code.")),
    ],
)  # fmt: skip
def test_what_the_models_write(call: str, action: Action) -> None:
    for dialect in (UITars10(), UITars15("desktop")):
        decision = dialect.parse(f"Thought: I need the code.\nAction: {call}", SIZE)
        assert decision.thought == "I need the code."
        assert decision.actions == (action,)


def test_pixels_are_those_of_the_picture_that_was_seen() -> None:
    text = "Action: click(start_box='(546,1204)')"
    assert UITars15().parse(text, Size(1092, 2408)).actions == (Click(point=Point(0.5, 0.5)),)
    with pytest.raises(ParseError, match="outside the picture"):
        UITars10().parse(text, Size(1092, 2408))


def test_several_actions_are_done_one_after_another() -> None:
    text = "Thought: Search.\nAction: click(start_box='(10,20)')\n\ntype(content='cats\\n')\n\nwait()"
    expected = (Click(point=Point(0.01, 0.02)), TypeText(text="cats", submit=True), Wait(seconds=5))
    decision = UITars10().parse(text, SIZE)
    assert decision == Decision("Search.", expected)
    assert UITars10("desktop").parse(UITars10("desktop").write(decision, SIZE), SIZE) == decision


@pytest.mark.parametrize(
    ("text", "action", "repair"),
    [
        ("Action：wait()", Wait(seconds=5), None),
        ("**Action:** wait()", Wait(seconds=5), None),
        ("Action: ```\nwait()\n```", Wait(seconds=5), None),
        ("Action: 'wait()'", Wait(seconds=5), None),
        ("wait()", Wait(seconds=5), "actions without their label"),
        ("I wait.\nwait()", Wait(seconds=5), "actions without their label"),
        ("Action: press_home()\nThought: no\nAction: wait()", Wait(seconds=5),
         "several blocks of actions, the last one taken"),
        ("Thought: it says:\nAction: press_home()</think>\nAction: wait()", Wait(seconds=5), None),
        ("Action: wait() and see", Wait(seconds=5), "text after the actions left out"),
        ("Action: wait()\n<|im_start|>user\nAction: press_home()", Wait(seconds=5), "invented turn left out"),
        ("Action: I will wait()", Wait(seconds=5), "text before the actions left out"),
        ("<think>\nAction: press_home()\n</think>\nAction: wait()", Wait(seconds=5), None),
        ("Action: type(content='x\nAction: finished()')", TypeText(text="x\nAction: finished()"),
         "raw control character in a string"),
    ],
)  # fmt: skip
def test_what_is_mended_is_named(text: str, action: Action, repair: str | None) -> None:
    decision = UITars10().parse(text, SIZE)
    assert decision.actions == (action,)
    assert repair is None or repair in decision.repairs


@pytest.mark.parametrize(
    "text",
    [
        "Action: click(start_box='')",
        "Action: click(start_box='(0.5,0.5)')",
        "Action: click(start_box='(1,2,3)')",
        "Action: click(start_box='(2000,20)')",
        "Action: click(start_box='(10,20",
        "Action: wait(now=True)",
        "Action: scroll(start_box='(1,2)')",
        "Action: scroll(direction='down up')",
        "Action: drag(start_box='(1,2)')",
        "Action: shell(command='ls')",
        "Action: click(start_box='(1,2)')\n\nshell(command='ls')",
        "Action: shell('x\nAction: finished()')",
        "Action: press_home()\nAction: ",
        "Thought: the page says Action: finished()",
        "Use `finished()` at the end.",
        "Action: type(content='say 'hi')\nand then 'bye')\n",
    ],
)
def test_what_is_unreadable_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        UITars10().parse(text, SIZE)


def test_the_last_five_screenshots_stand_in_turns() -> None:
    """They are let go in blocks of five (prompts/history.py); what was said stays."""
    tap = Click(point=Point(0.5, 0.5))
    for n, shown in ((0, 1), (1, 2), (4, 5), (5, 1), (7, 3)):
        messages = UITars15().render(moment("mobile", [step(i, tap, thought=f"No. {i}") for i in range(n)]))
        assert len(pictures(messages)) == shown
        assert sum(m.role == "assistant" for m in messages) == n
        assert messages[-1].role == "user"
    assert messages[2].text == "Thought: No. 0\nAction: click(start_box='(546,1204)')"


def test_the_prompt_offers_what_the_screen_can_do() -> None:
    asked = transcript(UITars10().render(moment("mobile")))
    assert "scroll(start_box='<|box_start|>(x1,y1)<|box_end|>', end_box='<|box_start|>(x3,y3)<|box_end|>')" in asked
    assert "call_user()" in asked
    desktop = transcript(UITars10("desktop").render(moment("desktop")))
    assert "call_user()" not in desktop, "nobody is there to ask"
    assert "press_home" not in desktop


def test_what_became_of_a_step_is_told_before_the_next_screenshot() -> None:
    text = transcript(UITars15().render(moment("mobile", past("mobile")[:3], attempts=[Attempt("hm", "no action")])))
    assert '[user]\nfailed: the device said ‹|im_end|› no\n<image 108x240>\nYour reply "hm"' in text
    assert text.endswith("in this form:\nThought: ...\nAction: click(start_box='(546,1204)')\n")
