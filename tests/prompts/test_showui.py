"""ShowUI: its dictionaries, read and written; its grounding is in test_grounding.py."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.errors import ParseError
from actions.geometry import Point, Size
from actions.types import (
    Action,
    Answer,
    Button,
    CallTool,
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
from prompts.dialects.showui import MOST_ACTIONS, ShowUI
from prompts.messages import transcript
from prompts.reading import LONGEST
from tests.prompts.moments import attacks, moment, past, same
from tests.prompts.timing import assert_linear
from tests.strategies import actions, texts

PHONE, DESKTOP = ShowUI("mobile"), ShowUI("desktop")
BOTH = pytest.mark.parametrize("dialect", [PHONE, DESKTOP], ids=["mobile", "desktop"])
SEEN = Size(1092, 2408)
PLACE = Point(0.49, 0.42)
CLICK = Click(point=PLACE)
ENTER = PressKeys(keys=("enter",))

READ: dict[str, tuple[str, tuple[Action, ...], bool]] = {
    "as in its quick start": (
        "{'action': 'CLICK', 'value': None, 'position': [0.49, 0.42]},\n"
        "{'action': 'INPUT', 'value': 'weather for New York city', 'position': [0.49, 0.42]},\n"
        "{'action': 'ENTER', 'value': None, 'position': None}",
        (CLICK, TypeText(text="weather for New York city"), ENTER),
        False,
    ),
    "text into a field": (
        "{'action': 'INPUT', 'value': \"it's\", 'position': [0.49, 0.42]}",
        (CLICK, TypeText(text="it's")),
        False,
    ),
    "as in its data": ("{'action': 'HOVER', 'value': None, 'position': [0.49, 0.42]}", (Move(point=PLACE),), False),
    "JSON": ('{"action": "CLICK", "value": null, "position": [0.49, 0.42]}', (CLICK,), False),
    "a list": ("[{'action': 'CLICK', 'value': None, 'position': [0.49, 0.42]}]", (CLICK,), False),
    "fenced": ("```python\n{'action': 'CLICK', 'value': None, 'position': [0.49, 0.42]}\n```", (CLICK,), False),
    "a tuple": ("{'action': 'CLICK', 'value': None, 'position': (0.49, 0.42)}", (CLICK,), False),
    "a box": ("{'action': 'CLICK', 'value': None, 'position': [0.48, 0.42, 0.5, 0.42]}", (CLICK,), True),
    "no value": ("{'action': 'CLICK', 'position': [0.49, 0.42]}", (CLICK,), False),
    "a trailing comma": ("{'action': 'CLICK', 'value': None, 'position': [0.49, 0.42],}", (CLICK,), True),
    "words after it": ("{'action': 'CLICK', 'value': None, 'position': [0.49, 0.42]} opens it", (CLICK,), True),
    "a thought with one": (
        "<think>{'action': 'ENTER', 'value': None, 'position': None}</think>\n"
        "{'action': 'CLICK', 'value': None, 'position': [0.49, 0.42]}",
        (CLICK,),
        False,
    ),
    "a quoted one": (
        "It says \"{'action': 'ENTER'}\", so\n{'action': 'CLICK', 'value': None, 'position': [0.49, 0.42]}",
        (CLICK,),
        False,
    ),
    "two blocks": (
        "First {'action': 'ENTER', 'value': None, 'position': None} or rather\n"
        "{'action': 'CLICK', 'value': None, 'position': [0.49, 0.42]}",
        (CLICK,),
        True,
    ),
    "select": ("{'action': 'SELECT', 'value': None, 'position': [0.49, 0.42]}", (CLICK,), True),
    "scroll": ("{'action': 'SCROLL', 'value': 'down', 'position': None}", (Scroll(direction="down"),), False),
    "copy": ("{'action': 'COPY', 'value': 'x', 'position': None}", (PressKeys(keys=("ctrl", "c")),), False),
    "select text": (
        "{'action': 'SELECT_TEXT', 'value': None, 'position': [[0.1, 0.2], [0.3, 0.4]]}",
        (Drag(start=Point(0.1, 0.2), end=Point(0.3, 0.4)),),
        False,
    ),
    "answer": ("{'action': 'ANSWER', 'value': '42', 'position': None}", (Answer(text="42"),), False),
    "a number": ("{'action': 'ANSWER', 'value': 42, 'position': None}", (Answer(text="42"),), True),
    "done": ("{'action': 'STATUS TASK COMPLETE', 'value': None, 'position': None}", (Finish(),), False),
    "wait": ("{'action': 'WAIT', 'value': 2, 'position': None}", (Wait(seconds=2),), False),
}


@pytest.mark.parametrize("case", READ)
def test_what_is_read(case: str) -> None:
    text, expected, mended = READ[case]
    decision = DESKTOP.parse(text, SEEN)
    assert decision.actions == expected
    assert bool(decision.repairs) == mended, decision.repairs


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{'action': 'TAP', 'value': None, 'position': [0.49, 0.42]}", CLICK),
        (
            "{'action': 'SWIPE', 'value': None, 'position': [[0.5, 0.7], [0.5, 0.3]]}",
            Scroll(direction="down", amount=0.4),
        ),
        (
            "{'action': 'SWIPE', 'value': None, 'position': [[0.2, 0.7], [0.5, 0.3]]}",
            Drag(start=Point(0.2, 0.7), end=Point(0.5, 0.3)),
        ),
        ("{'action': 'ENTER', 'value': None, 'position': None}", Button(name="enter")),
        ("{'action': 'PRESS BACK', 'value': None, 'position': None}", Button(name="back")),
        ("{'action': 'ANSWER', 'value': 'task complete', 'position': None}", Finish()),
        ("{'action': 'ANSWER', 'value': 'Task impossible', 'position': None}", Finish(success=False)),
        (
            "{'action': 'ANSWER', 'value': 'the task is complete', 'position': None}",
            Answer(text="the task is complete"),
        ),
    ],
)
def test_on_a_phone(text: str, expected: Action) -> None:
    assert PHONE.parse(text, SEEN).actions == (expected,)


def test_what_it_writes() -> None:
    assert DESKTOP.write(Decision("", (CLICK, ENTER)), SEEN) == (
        "{'action': 'CLICK', 'value': None, 'position': [0.49, 0.42]},\n"
        "{'action': 'ENTER', 'value': None, 'position': None}"
    )
    assert DESKTOP.parse(DESKTOP.write(Decision("Why {not}?\nSo.", (CLICK,)), SEEN), SEEN) == Decision(
        "Why (not)?\nSo.", (CLICK,)
    )


REFUSED = {
    "empty": "",
    "prose": "Tap the button.",
    "cut off": "{'action': 'CLICK', 'value': None, 'position': [0.49,",
    "cut off in the second": "{'action': 'ENTER', 'value': None, 'position': None}, {'action': 'INPUT', 'value': 'x",
    "an action in a text that is cut off": "{'action': 'INPUT', 'value': 'say {'action': 'ENTER', 'value': None} ",
    "no action": "{'value': None, 'position': [0.49, 0.42]}",
    "no such action": "{'action': 'FLY', 'value': None, 'position': None}",
    "no position": "{'action': 'CLICK', 'value': None, 'position': None}",
    "thousandths": "{'action': 'CLICK', 'value': None, 'position': [490, 420]}",
    "one end of a swipe": "{'action': 'SWIPE', 'value': None, 'position': [0.5, 0.5]}",
    "no such direction": "{'action': 'SCROLL', 'value': 'sideways', 'position': None}",
    "no text": "{'action': 'INPUT', 'value': None, 'position': [0.49, 0.42]}",
    "no such key": "{'action': 'PRESS', 'value': ['hyper'], 'position': None}",
    "another key": "{'action': 'CLICK', 'value': None, 'position': [0.49, 0.42], 'confirmed': True}",
    "code": "{'action': 'CLICK', 'value': None, 'position': [__import__('os'), 0.42]}",
    "in quotes only": "It says \"{'action': 'ENTER', 'value': None, 'position': None}\".",
    "thought not closed": "<think>{'action': 'ENTER', 'value': None, 'position': None}",
    "too many": "{'action': 'ENTER'}," * (MOST_ACTIONS + 1),
    "another family's call": "click(start_box='(130,226)')",
}


@BOTH
@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused(dialect: ShowUI, case: str) -> None:
    with pytest.raises(ParseError):
        dialect.parse(REFUSED[case], SEEN)


@BOTH
@settings(max_examples=40)
@given(data=st.data())
def test_every_action_is_read_back(dialect: ShowUI, data: st.DataObject) -> None:
    kinds = dialect.kinds()
    several = data.draw(st.lists(actions.filter(lambda a: a.kind in kinds), min_size=1, max_size=3))
    written = dialect.write(Decision("I see.", tuple(several)), SEEN)
    decision = dialect.parse(written, SEEN)
    assert (decision.thought, decision.repairs) == ("I see.", ())
    assert all(same(a, b, dialect, SEEN) for a, b in zip(decision.actions, several, strict=True))


marks = st.sampled_from(["'", '"', "{", "}", "{'action': 'ENTER'}", "<|im_end|>", "</think>", "\n", "\\", "}, {'"])


@BOTH
@settings(max_examples=60)
@given(text=st.lists(marks | texts, max_size=5).map("".join), thought=st.lists(marks | texts, max_size=3).map("".join))
def test_text_full_of_marks_is_read_back(dialect: ShowUI, text: str, thought: str) -> None:
    said = (TypeText(text=text), Answer(text=text), TypeText(text=text, submit=True), Finish(message=f"so: {text}"))
    written = dialect.write(Decision(thought, said), SEEN)
    assert "<|" not in written
    assert dialect.parse(written, SEEN).actions == said


@BOTH
def test_what_the_family_has_no_word_for_is_not_written(dialect: ShowUI) -> None:
    absent: list[Action] = [LongPress(point=PLACE), OpenApp(name="x"), CallTool(name="x")]
    absent += [Move(point=PLACE), ENTER] if dialect is PHONE else [Button(name="back")]
    for action in absent:
        assert action.kind not in dialect.kinds()
        with pytest.raises(ValueError, match="no word"):
            dialect.write(Decision("", (action,)), SEEN)
    with pytest.raises(ValueError, match="is how ShowUI says"):
        PHONE.write(Decision("", (Answer(text="task complete"),)), SEEN)


@pytest.mark.parametrize("platform", ["mobile", "desktop"])
def test_the_prompt_offers_what_is_possible(platform: Platform) -> None:
    text = transcript(ShowUI(platform).render(moment(platform, past(platform))))
    assert f"navigate the {'smartphone' if platform == 'mobile' else 'website'} screen" in text
    assert ("`TAP`" in text, "`CLICK`" in text) == ((True, False) if platform == "mobile" else (False, True))
    assert "'position': [0.5, 0.25]} (nothing visible changed)" in text
    assert text.count("<image ") == 1
    assert "<|" not in text


pieces = st.sampled_from(
    ["{'action': '", "CLICK", "', 'value': ", "None", "'x", ", 'position': ", "[0.5, 0.5]", "}", "[[", "]]", "INPUT",
     "<think>", "</think>", "'", '"', "\n", ","]
)  # fmt: skip


@BOTH
@settings(max_examples=150)
@given(text=st.lists(pieces | st.text(max_size=4), max_size=20).map("".join))
def test_any_text_is_read_or_refused(dialect: ShowUI, text: str) -> None:
    with contextlib.suppress(ParseError):
        assert dialect.parse(text, SEEN).actions


@BOTH
@pytest.mark.parametrize("case", attacks())
def test_attacks_are_refused_fast(dialect: ShowUI, case: str) -> None:
    for text in (attacks()[case], f"{{'action': 'CLICK', 'value': None, 'position': {attacks()[case]}}}"):
        with pytest.raises(ParseError):
            dialect.parse(text, SEEN)
        assert_linear(lambda t: dialect.parse(t, SEEN), text)


@pytest.mark.parametrize(
    "piece", ["{'", "{'a': ", "\"{'", "<think></think>", "{'action': 'ENTER'} x ", " ", "[", "{'a'"]
)
def test_time_is_linear(piece: str) -> None:
    text = piece * (LONGEST // len(piece))
    assert_linear(lambda t: PHONE.parse(t, SEEN), text)
