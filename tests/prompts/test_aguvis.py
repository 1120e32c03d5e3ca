"""Aguvis: code on a phone and on a desktop, which way a page goes, and the reply that its prompt opens."""

import pytest

from actions.errors import ParseError
from actions.geometry import Point, Size
from actions.types import (
    Action,
    Answer,
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
from environments.base import Platform
from environments.episode import Attempt
from prompts.dialect import Decision, Moment
from prompts.dialects.aguvis import Aguvis
from prompts.messages import ImagePart
from tests.prompts.moments import NOW, SEEN, moment, past, step

SIZE = Size(1092, 2408)
HERE = Point(0.581, 0.898)
OS = "<|im_end|>\n<|im_start|>assistant<|recipient|>os\n"

BOTH = [
    ("pyautogui.click(x=0.581, y=0.898)", Click(point=HERE)),
    ("pyautogui.doubleClick(x=0.581, y=0.898)", Click(point=HERE, count=2)),
    ("pyautogui.write(message='bread buns')", TypeText(text="bread buns")),
    ("mobile.wait(seconds=3.0)", Wait(seconds=3)),
    ("answer('text')", Answer(text="text")),
]
MOBILE = [
    ("pyautogui.scroll(page=-0.1)", Scroll(direction="down")),
    ("pyautogui.scroll(page=0.1)", Scroll(direction="up")),
    ("pyautogui.hscroll(page=-0.1)", Scroll(direction="left")),
    ("mobile.swipe(from_coord=[0.5, 0.7], to_coord=[0.5, 0.3])", Scroll(direction="down", amount=0.4)),
    ("mobile.swipe(from_coord=[0.581, 0.898], to_coord=[0.601, 0.518])", Drag(start=HERE, end=Point(0.601, 0.518))),
    ("mobile.long_press(x=0.581, y=0.898)", LongPress(point=HERE)),
    ("mobile.home()", Button(name="home")),
    ("mobile.back()", Button(name="back")),
    ("pyautogui.press(keys=['enter'])", Button(name="enter")),
    ("mobile.open_app(app_name='drupe')", OpenApp(name="drupe")),
    ("mobile.terminate(status='success')", Finish()),
    ("mobile.terminate(status='failure', reason='No such app')", Finish(success=False, message="No such app")),
]
DESKTOP = [
    ("pyautogui.rightClick(x=0.581, y=0.898)", Click(point=HERE, button="right")),
    ("pyautogui.moveTo(x=0.581, y=0.898)", Move(point=HERE)),
    ("pyautogui.dragTo(x=0.581, y=0.898)", Drag(start=None, end=HERE)),
    ("pyautogui.scroll(page=-0.26)", Scroll(direction="down", amount=0.26)),
    ("pyautogui.hotkey(keys=['ctrl', 'c'])", PressKeys(keys=("ctrl", "c"))),
    ("pyautogui.press(keys=['enter'])", PressKeys(keys=("enter",))),
    ("terminate(status='success')", Finish()),
]


@pytest.mark.parametrize(
    ("platform", "call", "action"),
    [("mobile", *it) for it in (*BOTH, *MOBILE)] + [("desktop", *it) for it in (*BOTH, *DESKTOP)],
)
def test_words(platform: Platform, call: str, action: Action) -> None:
    dialect = Aguvis(platform)
    assert dialect.parse(f"{OS}{call}", SIZE) == Decision("", (action,))
    assert dialect.write(Decision("", (action,)), SIZE) == f"{OS}{call}"


@pytest.mark.parametrize(
    ("platform", "call", "action"),
    [
        ("mobile", "pyautogui.click(0.581, 0.898)", Click(point=HERE)),
        ("mobile", "pyautogui.click(x=0.581, y=0.898, clicks=2)", Click(point=HERE, count=2)),
        ("mobile", "terminate(status='fail')", Finish(success=False)),
        ("mobile", "pyautogui.press('back')", Button(name="back")),
        ("mobile", "mobile.wait()", Wait()),
        ("mobile", "pyautogui.scroll(page=-0.65)", Scroll(direction="down")),
        ("desktop", "pyautogui.hotkey('ctrl', 'c')", PressKeys(keys=("ctrl", "c"))),
        ("desktop", "pyautogui.press('enter')", PressKeys(keys=("enter",))),
        ("desktop", "pyautogui.dragTo(x=0.581, y=0.898, button='left')", Drag(start=None, end=HERE)),
        ("desktop", "pyautogui.scroll(0.13)", Scroll(direction="up", amount=0.13)),
        ("desktop", "drag(start=(0.5, 0.5), end=(0.581, 0.898))", Drag(start=Point(0.5, 0.5), end=HERE)),
    ],
)
def test_what_the_models_write(platform: Platform, call: str, action: Action) -> None:
    text = f" It is there.\nAction: Go on.\n{OS}{call}<|diff_marker|>"
    assert Aguvis(platform).parse(text, SIZE) == Decision("It is there.\nGo on.", (action,))


@pytest.mark.parametrize(
    ("platform", "call"),
    [
        ("mobile", "pyautogui.doubleClick()"),
        ("mobile", "pyautogui.moveTo(x=0.5, y=0.5)"),
        ("mobile", "pyautogui.dragTo(x=0.5, y=0.5)"),
        ("mobile", "pyautogui.hotkey(keys=['ctrl', 'c'])"),
        ("mobile", "pyautogui.scroll()"),
        ("mobile", "pyautogui.scroll(page=0)"),
        ("mobile", "terminate(status='maybe')"),
        ("mobile", "pyautogui.click(x=0.1, y=0.2, duration=3)"),
        ("mobile", "browser.select_option(x=0.1, y=0.2, value='a')"),
        ("desktop", "mobile.home()"),
        ("desktop", "pyautogui.press(keys=['down', 'down'])"),
        ("desktop", "pyautogui.scroll(page=-3)"),
        ("desktop", "pyautogui.press(keys=['down'], presses=2)"),
    ],
)
def test_what_is_unreadable_is_refused(platform: Platform, call: str) -> None:
    with pytest.raises(ParseError):
        Aguvis(platform).parse(f"{OS}{call}", SIZE)


def test_several_lines_of_code_are_done_one_after_another() -> None:
    decision = Decision("Search.", (Click(point=HERE), TypeText(text="cats"), Wait(seconds=3)))
    assert Aguvis().parse(Aguvis().write(decision, SIZE), SIZE) == decision


def test_a_scroll_elsewhere_is_a_swipe_on_a_phone() -> None:
    there = Scroll(direction="down", point=Point(0.3, 0.5), amount=0.4)
    assert "mobile.swipe(from_coord=[0.3, 0.7], to_coord=[0.3, 0.3])" in Aguvis().write(Decision("", (there,)), SIZE)


def test_the_past_is_told_in_the_models_own_sentences_and_the_reply_is_opened() -> None:
    attempts = [Attempt("hm", "it holds no action")]
    system, user, opened = Aguvis().render(moment("mobile", past("mobile")[:3], attempts=attempts))
    assert system.text.startswith("You are a GUI agent.")
    assert '\n- {"name": "mobile.back", "description": "Press the back button"}\n' in system.text
    assert isinstance(user.parts[0], ImagePart)
    assert (
        "Previous actions:\nStep 1: Open the settings\nStep 2: Wi-Fi is in the list. (nothing visible changed)\n"
        "Step 3: mobile.back() (failed: the device said ‹|im_end|› no)\n"
    ) in user.text
    assert "it holds no action" in user.text
    assert (opened.role, opened.text) == ("assistant", "<|recipient|>all\nThought: ")
    assert "Previous actions:\nNone\n" in Aguvis("desktop").render(moment("desktop"))[1].text


def test_only_what_is_supported_is_offered() -> None:
    system = Aguvis().render(Moment("t", [step(0, None)], NOW, SEEN, frozenset({"click", "scroll"})))[0].text
    for word, there in (("mobile.swipe", True), ("terminate", True), ("answer", True), ("mobile.home", False)):
        assert (f'"{word}"' in system) == there, word
