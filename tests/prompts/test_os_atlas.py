"""OS-Atlas-Pro: its lines of actions, read and written; Base's boxes are in test_grounding.py."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
from environments.base import Platform
from prompts.dialect import Decision
from prompts.dialects.os_atlas import MOST_ACTIONS, OSAtlasPro
from prompts.messages import transcript
from prompts.reading import LONGEST
from tests.prompts.moments import attacks, moment, past, same
from tests.prompts.timing import assert_linear
from tests.strategies import actions, texts

PHONE, DESKTOP = OSAtlasPro("mobile"), OSAtlasPro("desktop")
BOTH = pytest.mark.parametrize("dialect", [PHONE, DESKTOP], ids=["mobile", "desktop"])
SEEN = Size(1092, 2408)
CLICK = Click(point=Point(0.101, 0.872))

READ: dict[str, tuple[str, tuple[Action, ...], bool]] = {
    "as in its data": ("thoughts:\nopen it\nactions:\nCLICK <point>[[101,872]]</point>", (CLICK,), False),
    "as in its prompt": ("Thoughts: open it\nActions: CLICK <point>[[101, 872]]</point>", (CLICK,), False),
    "without thoughts": ("actions:\nCLICK <point>[[101,872]]</point>", (CLICK,), False),
    "without a label": ("CLICK <point>[[101,872]]</point>", (CLICK,), True),
    "in bold, with a full-width colon": ("**Actions**：\nCLICK <point>[[101,872]]</point>", (CLICK,), False),
    "a point in other brackets": ("actions:\nCLICK [[101,872]]", (CLICK,), True),
    "a box": ("actions:\nCLICK <point>[[100,870,102,874]]</point>", (CLICK,), True),
    "box tokens": ("actions:\nCLICK <|box_start|>(101,872)<|box_end|>", (CLICK,), True),
    "full-width digits": ("actions:\nCLICK <point>[[１０１，８７２]]</point>", (CLICK,), True),
    "a little outside": ("actions:\nCLICK <point>[[1004,-3]]</point>", (Click(point=Point(1, 0)),), False),
    "in lower case": ("actions:\nclick <point>[[101,872]]</point>", (CLICK,), True),
    "tap": ("actions:\ntap <point>[[101,872]]</point>", (CLICK,), True),
    "fenced": ("actions:\n```\nCLICK <point>[[101,872]]</point>\n```", (CLICK,), False),
    "words after it": ("actions:\nCLICK <point>[[101,872]]</point>\nThat opens it.", (CLICK,), True),
    "an action in the thought": (
        "<think>actions:\nCLICK <point>[[1,1]]</point></think>\nactions:\nCLICK <point>[[101,872]]</point>",
        (CLICK,),
        False,
    ),
    "a label in the thoughts": (
        "thoughts:\nit says\nactions:\nCLICK <point>[[1,1]]</point>\nactions:\nCLICK <point>[[101,872]]</point>",
        (CLICK,),
        False,
    ),
    "several, in order": (
        "actions:\nDOUBLECLICK <point>[[101,872]]</point>\nTYPE [a [b] c]\nHOTKEY [CTRL_A]\nPRESS_PGDN",
        (
            Click(point=CLICK.point, count=2),
            TypeText(text="a [b] c"),
            PressKeys(keys=("ctrl", "a")),
            PressKeys(keys=("pagedown",)),
        ),
        False,
    ),
    "text on two lines": ("actions:\nTYPE [one\ntwo]", (TypeText(text="one\ntwo"),), False),
    "text that looks like JSON": ('actions:\nANSWER [{"percent": 34}]', (Answer(text='{"percent": 34}'),), False),
    "other separators of keys": ("actions:\nHOTKEY [ctrl+shift+t]", (PressKeys(keys=("ctrl", "shift", "t")),), False),
    "scroll": ("actions:\nSCROLL [DOWN]", (Scroll(direction="down"),), False),
    "open an app": ("actions:\nOPEN_APP [Google Chrome]", (OpenApp(name="Google Chrome"),), False),
    "wait": ("actions:\nWAIT", (Wait(),), False),
    "done": ("actions:\nCOMPLETE", (Finish(),), False),
    "impossible, and why": ("actions:\nIMPOSSIBLE [no network]", (Finish(success=False, message="no network"),), False),
    "ask": ("actions:\nASK [Which account?]", (AskUser(question="Which account?"),), False),
}


@pytest.mark.parametrize("case", READ)
def test_what_is_read(case: str) -> None:
    text, expected, mended = READ[case]
    decision = DESKTOP.parse(text, SEEN)
    assert decision.actions == expected
    assert bool(decision.repairs) == mended, decision.repairs


def test_buttons_and_keys() -> None:
    for word, name in (("PRESS_BACK", "back"), ("PRESS_HOME", "home"), ("PRESS_RECENT", "recents"), ("ENTER", "enter")):
        assert PHONE.parse(f"actions:\n{word}", SEEN).actions == (Button(name=name),)  # type: ignore[arg-type]
    assert PHONE.parse("actions:\nPRESS_ENTER", SEEN).actions == (Button(name="enter"),)
    assert DESKTOP.parse("actions:\nPRESS_ENTER", SEEN).actions == (PressKeys(keys=("enter",)),)
    assert DESKTOP.parse("actions:\nPRESS_ESC", SEEN).actions == (PressKeys(keys=("escape",)),)


def test_thoughts() -> None:
    text = "thoughts:\nopen the app.\nIt is there.\nactions:\nOPEN_APP [PocketBook]"
    assert PHONE.parse(text, SEEN) == Decision("open the app.\nIt is there.", (OpenApp(name="PocketBook"),))
    assert PHONE.write(PHONE.parse(text, SEEN), SEEN) == text, "as in its data"


REFUSED = {
    "empty": " ",
    "prose": "I will click the button.",
    "an action in prose": "actions:\nI will CLICK <point>[[101,872]]</point>",
    "a label and nothing": "thoughts:\nopen it\nactions:\n",
    "no action after the last label": "actions:\nCLICK <point>[[1,1]]</point>\nactions:\n",
    "cut off in the point": "actions:\nCLICK <point>[[101,",
    "cut off in the text": "actions:\nTYPE [hello",
    "cut off in the second": "actions:\nCLICK <point>[[1,1]]</point>\nTYPE [hel",
    "no point": "actions:\nCLICK",
    "no text": "actions:\nTYPE",
    "far outside": "actions:\nCLICK <point>[[1200,500]]</point>",
    "fractions": "actions:\nCLICK <point>[[0.5,0.5]]</point>",
    "three numbers": "actions:\nCLICK <point>[[1,2,3]]</point>",
    "no such action": "actions:\nFLY <point>[[1,2]]</point>",
    "no such button": "actions:\nPRESS_NOTHING",
    "no such direction": "actions:\nSCROLL [SIDEWAYS]",
    "no such key": "actions:\nHOTKEY [CTRL_NOTHING]",
    "code": "actions:\nCLICK <point>[[__import__('os'),2]]</point>",
    "thought not closed": "<think>actions:\nCLICK <point>[[101,872]]</point>",
    "too many": "actions:\n" + "WAIT\n" * (MOST_ACTIONS + 1),
    "another family's call": "Action: click(start_box='(130,226)')",
    "an unknown field": 'actions:\nSCROLL [{"direction": "down", "confirmed": true}]',
}


@BOTH
@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused(dialect: OSAtlasPro, case: str) -> None:
    with pytest.raises(ParseError):
        dialect.parse(REFUSED[case], SEEN)


@BOTH
@settings(max_examples=40)
@given(data=st.data())
def test_every_action_is_read_back(dialect: OSAtlasPro, data: st.DataObject) -> None:
    kinds = dialect.kinds()
    several = data.draw(st.lists(actions.filter(lambda a: a.kind in kinds), min_size=1, max_size=3))
    written = dialect.write(Decision("I see.", tuple(several)), SEEN)
    decision = dialect.parse(written, SEEN)
    assert (decision.thought, decision.repairs) == ("I see.", ())
    assert all(same(a, b, dialect, SEEN) for a, b in zip(decision.actions, several, strict=True))


marks = st.sampled_from(
    [
        "]",
        "[",
        "\n",
        "actions:\nCLICK <point>[[1,1]]</point>",
        "<|im_end|>",
        "</think>",
        '"',
        "{",
        "thoughts:",
        "\r",
        "\\",
    ]
)


@BOTH
@settings(max_examples=60)
@given(text=st.lists(marks | texts, max_size=5).map("".join), thought=st.lists(marks | texts, max_size=3).map("".join))
def test_text_full_of_marks_is_read_back(dialect: OSAtlasPro, text: str, thought: str) -> None:
    said: tuple[Action, ...] = (
        TypeText(text=text),
        Answer(text=text),
        AskUser(question=text),
        TypeText(text=text, submit=True),
        Finish(message=text),
    )
    written = dialect.write(Decision(thought, said), SEEN)
    assert "<|" not in written
    assert dialect.parse(written, SEEN).actions == said


@BOTH
def test_what_the_family_has_no_word_for_is_not_written(dialect: OSAtlasPro) -> None:
    absent: list[Action] = [Drag(start=Point(0, 0), end=Point(1, 1))]
    absent += [Move(point=Point(0, 0)), PressKeys(keys=("tab",))] if dialect is PHONE else []
    absent += [LongPress(point=Point(0, 0)), Button(name="back"), OpenApp(name="x")] if dialect is DESKTOP else []
    for action in absent:
        assert action.kind not in dialect.kinds()
        with pytest.raises(ValueError, match="no word"):
            dialect.write(Decision("", (action,)), SEEN)


@pytest.mark.parametrize("platform", ["mobile", "desktop"])
def test_the_prompt_offers_what_is_possible(platform: Platform) -> None:
    text = transcript(OSAtlasPro(platform).render(moment(platform, past(platform))))
    assert "Custom Action 1: " in text
    assert ("PRESS_BACK" in text) == (platform == "mobile")
    assert ("MOVETO" in text) == (platform == "desktop")
    assert "Step 2: Wi-Fi is in the list. (nothing visible changed)" in text
    assert text.count("<image ") == 1
    assert "<|" not in text


pieces = st.sampled_from(
    ["actions:", "thoughts:", "\n", "CLICK ", "TYPE [", "]", "<point>", "[[", "1", ",", "</point>", "HOTKEY [", "WAIT",
     '{"', "SCROLL [DOWN]", "</think>", "<think>", "`", " "]
)  # fmt: skip


@BOTH
@settings(max_examples=150)
@given(text=st.lists(pieces | st.text(max_size=4), max_size=20).map("".join))
def test_any_text_is_read_or_refused(dialect: OSAtlasPro, text: str) -> None:
    with contextlib.suppress(ParseError):
        assert dialect.parse(text, SEEN).actions


@BOTH
@pytest.mark.parametrize("case", attacks())
def test_attacks_are_refused_fast(dialect: OSAtlasPro, case: str) -> None:
    for text in (attacks()[case], f"actions:\n{attacks()[case]}", f"actions:\nCLICK {attacks()[case]}"):
        with pytest.raises(ParseError):
            dialect.parse(text, SEEN)
        assert_linear(lambda t: dialect.parse(t, SEEN), text)


@pytest.mark.parametrize(
    "piece", ["actions:\n", "TYPE [", "] ", "]`\n", "CLICK <point>", "<think></think>", "WAIT\n", " ", "\n`", "[["]
)
def test_time_is_linear(piece: str) -> None:
    text = "actions:\nTYPE [" + piece * (LONGEST // len(piece))
    assert_linear(lambda t: PHONE.parse(t, SEEN), text[:LONGEST])
