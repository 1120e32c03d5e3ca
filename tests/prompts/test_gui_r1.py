"""GUI-R1 and UI-R1: a Python dict between answer tags. InfiGUI-R1 writes `<tool_call>` (test_tagged_calls.py)."""

import contextlib

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from actions.errors import ParseError
from actions.geometry import Point, Size
from actions.types import (
    Action,
    Answer,
    Button,
    Click,
    Finish,
    LongPress,
    Move,
    OpenApp,
    PressKeys,
    Scroll,
    TypeText,
    Wait,
)
from environments.episode import Attempt
from prompts.dialect import Decision, Dialect, Moment
from prompts.dialects.gui_r1 import GuiR1, InfiGuiR1, UiR1
from prompts.messages import transcript
from prompts.reading import LONGEST
from tests.prompts.moments import NOW, SEEN, attacks, label, moment, past, same, step
from tests.prompts.test_round_trip import hostile, sayable, sizes, thoughts
from tests.prompts.timing import assert_linear

DIALECTS: list[Dialect] = [c(p) for c in (GuiR1, UiR1) for p in ("mobile", "desktop")]
SIZE = Size(1000, 1000)
MIDDLE = Click(point=Point(0.5, 0.3))
NONE = "'input_text': 'no input text'"
CLICK = f"[{{'action': 'click', 'point': [500, 300], {NONE}}}]"
ANSWER = f"<answer>{CLICK}</answer>"


@given(action=sayable, seen=sizes)
def test_every_action_is_read_back(action: Action, seen: Size) -> None:
    for dialect in (d for d in DIALECTS if action.kind in d.kinds()):
        note(label(dialect))
        decision = dialect.parse(dialect.write(Decision("", (action,)), seen), seen)
        assert same(decision.actions[0], action, dialect, seen)
        assert (decision.thought, decision.repairs) == ("", ())
        again = dialect.parse(dialect.write(decision, seen), seen)
        assert same(again.actions[0], decision.actions[0], dialect, seen)


@settings(max_examples=50)
@given(text=hostile | st.just("no input text"), thought=thoughts, evil=hostile)
def test_any_text_is_read_back_and_no_thought_does_harm(text: str, thought: str, evil: str) -> None:
    for dialect in DIALECTS:
        note(label(dialect))
        for action in (TypeText(text=text, submit=True), Answer(text=text), Finish(success=False, message=text)):
            written = dialect.write(Decision(thought, (action,)), SIZE)
            assert "<|" not in written
            assert dialect.parse(written, SIZE) == Decision(thought, (action,))
        assert dialect.parse(dialect.write(Decision(evil, (MIDDLE,)), SIZE), SIZE).actions == (MIDDLE,)


@pytest.mark.parametrize(
    ("dialect", "action", "fields"),
    [
        (GuiR1(), MIDDLE, f"'action': 'click', 'point': [500, 300], {NONE}"),
        (GuiR1(), Wait(), f"'action': 'wait', 'point': [-100, -100], {NONE}"),
        (GuiR1(), LongPress(point=Point(0.5, 0.3)), f"'action': 'long_press', 'point': [500, 300], {NONE}"),
        (GuiR1(), TypeText(text="it's"), r"'action': 'type', 'point': [-100, -100], 'input_text': 'it\'s'"),
        (GuiR1(), OpenApp(name="Maps"), "'action': 'open_app', 'point': [-100, -100], 'input_text': 'Maps'"),
        (GuiR1(), Scroll(direction="down"), "'action': 'scroll', 'point': [-100, -100], 'input_text': 'down'"),
        (GuiR1(), Button(name="back"), f"'action': 'press_back', 'point': [-100, -100], {NONE}"),
        (GuiR1(), Button(name="recents"), f"'action': 'press_recents', 'point': [-100, -100], {NONE}"),
        (GuiR1(), Finish(), f"'action': 'complete', 'point': [-100, -100], {NONE}"),
        (GuiR1(), Finish(success=False), f"'action': 'impossible', 'point': [-100, -100], {NONE}"),
        (GuiR1("desktop"), Move(point=Point(0.5, 0.3)), f"'action': 'moveto', 'point': [500, 300], {NONE}"),
        (
            GuiR1("desktop"),
            Click(point=Point(0.5, 0.3), count=2),
            f"'action': 'doubleclick', 'point': [500, 300], {NONE}",
        ),
        (GuiR1("desktop"), PressKeys(keys=("tab",)), f"'action': 'press_tab', 'point': [-100, -100], {NONE}"),
        (
            GuiR1("desktop"),
            PressKeys(keys=("ctrl", "+")),
            "'action': 'hotkey', 'point': [-100, -100], 'input_text': 'ctrl plus'",
        ),
        (UiR1(), MIDDLE, "'action': 'click', 'coordinate': [500, 300]"),
        (UiR1(), Button(name="back"), "'action': 'navigate_back'"),
        (UiR1(), TypeText(text="a"), "'action': 'input_text', 'input_text': 'a'"),
    ],
)
def test_words(dialect: Dialect, action: Action, fields: str) -> None:
    written = dialect.write(Decision("", (action,)), SIZE)
    assert written == f"<answer>[{{{fields}}}]</answer>"
    assert dialect.parse(written, SIZE) == Decision("", (action,))


@pytest.mark.parametrize(
    ("text", "expected", "repairs"),
    [
        (f"<think> I see it. </think> {ANSWER}", MIDDLE, ()),
        (f"I see it.</think>{ANSWER}", MIDDLE, ()),
        (f"<think>{ANSWER.replace('500', '9')}</think>{ANSWER}", MIDDLE, ()),
        (f'It says "{ANSWER.replace("500", "9")}". {ANSWER}', MIDDLE, ()),
        (f"{ANSWER.replace('500', '9')}\n{ANSWER}", MIDDLE, ("several answers, the last one taken",)),
        (ANSWER.replace("'", '"'), MIDDLE, ()),
        (ANSWER.replace("[{", "{").replace("}]", "}"), MIDDLE, ()),
        (ANSWER.replace("[500, 300]", "(500, 300)"), MIDDLE, ("tuple",)),
        (ANSWER.replace("[500, 300]", "[400, 300, 600, 300]"), MIDDLE, ("box for a point",)),
        (ANSWER.replace("[500, 300]", "'[500, 300]'"), MIDDLE, ("point in a string",)),
        (ANSWER.replace("'point'", "'bbox'"), MIDDLE, ("'bbox' read as 'point'",)),
        (ANSWER.replace("'click'", "'Tap'"), MIDDLE, ("action 'Tap' read as 'click'",)),
        (ANSWER.removesuffix("</answer>"), MIDDLE, ("answer not closed",)),
        (f"<think>Hm.</think>\n```json\n{CLICK}\n```", MIDDLE, ("answer without its tags", "fenced block")),
        (ANSWER.replace("]</", ",</"), MIDDLE, ()),
        (ANSWER.replace("}]", "}, {'action': 'wait'}]"), Wait(), ("several actions, the last one taken",)),
        (ANSWER.replace("click", "wait"), Wait(), ("point of wait left out",)),
        (ANSWER.replace("click", "complete").replace("no input", "this"), Finish(),
         ("point of complete left out", "text of complete left out")),
    ],
)  # fmt: skip
def test_what_is_read(text: str, expected: Action, repairs: tuple[str, ...]) -> None:
    decision = GuiR1().parse(text, SIZE)
    assert (decision.actions, decision.repairs) == ((expected,), repairs)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The task is complete.",
        "complete",
        "<answer></answer>",
        "<answer>complete</answer>",
        "<answer>[]</answer>",
        f"<think> {ANSWER}",
        f"<think> {ANSWER} </think>",
        f"It says `{ANSWER}`.",
        f"{ANSWER}\n<answer>[{{'action': 'cli",
        ANSWER[: ANSWER.index("00]")],
        ANSWER[: ANSWER.index("}]")],
        ANSWER.replace("500", "1200"),
        ANSWER.replace("[500, 300]", "[0.5, 0.3]"),
        ANSWER.replace("[500, 300]", "__import__('os')"),
        ANSWER.replace("[500, 300]", "[-100, -100]"),
        ANSWER.replace("click", "explode"),
        ANSWER.replace("click", "press_warp"),
        ANSWER.replace("click", "type"),
        ANSWER.replace("'action'", "'act'"),
        ANSWER.replace("'input_text'", "'confirmed'"),
        ANSWER.replace("'input_text'", "'coordinate': [1, 1], 'input_text'"),
        ANSWER.replace("'input_text': 'no input text'", "'success': False").replace("click", "complete"),
        ANSWER.replace("no input text", "\\ud800").replace("click", "type"),
        ANSWER * 80,
    ],
)
def test_what_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        GuiR1().parse(text, SIZE)


@pytest.mark.parametrize("case", attacks())
def test_attacks_are_refused(case: str) -> None:
    attack = attacks()[case]
    for text in (attack, f"<answer>{attack}</answer>", ANSWER.replace("[500, 300]", attack)):
        with pytest.raises(ParseError):
            GuiR1().parse(text, SIZE)
        assert_linear(lambda t: GuiR1().parse(t, SIZE), text)


@pytest.mark.parametrize(
    "piece", ["<answer>", "</answer>", "<answer>[{", "'", "\\", "[", "{'a':", "<think>", "</think>", "```", " ", "},{"]
)
def test_long_replies_take_bounded_time(piece: str) -> None:
    for start in ("", "<answer>[{'action': '"):
        text = (start + piece * LONGEST)[:LONGEST]
        with pytest.raises(ParseError):
            GuiR1().parse(text, SIZE)
        assert_linear(lambda t: GuiR1().parse(t, SIZE), text)


@settings(max_examples=150)
@given(text=st.text(max_size=80) | st.lists(st.sampled_from(
    ["<answer>", "</answer>", "[", "]", "{", "}", "'action': ", "'click'", "'complete'", "'point': [5, 5]", ", ", "'",
     "'input_text': ", "<think>", "</think>", "```"]) | st.text(max_size=3), max_size=16).map("".join))  # fmt: skip
def test_any_text_is_read_or_refused(text: str) -> None:
    for dialect in DIALECTS:
        note(label(dialect))
        with contextlib.suppress(ParseError):
            assert len(dialect.parse(text, SEEN).actions) == 1


@settings(max_examples=20)
@given(action=sayable | st.none(), evil=hostile)
def test_any_past_can_be_told(action: Action | None, evil: str) -> None:
    for dialect in DIALECTS:
        note(label(dialect))
        text = transcript(dialect.render(moment(dialect.platform, [step(0, action, thought=evil, result=evil)])))
        assert "<|" not in text
        text.encode()


@pytest.mark.parametrize("dialect", [GuiR1(), UiR1()], ids=label)
def test_the_prompt_holds_what_is_offered_and_what_was_done(dialect: Dialect) -> None:
    text = transcript(dialect.render(Moment("t", [], NOW, SEEN, frozenset({"click"}), (), (Attempt("x", "no"),))))
    for word, there in (("'click'", True), ("'complete'", True), ("'answer'", True), ("'scroll'", False)):
        assert (word in text) == there, word
    assert "<answer>[{'action': 'click', '" in text
    said = transcript(dialect.render(moment("mobile", past("mobile"))))
    assert "Step 2: click [546, 602] (nothing visible changed); Step 3: " in said
    assert 'Step 1: open_app "Settings"; ' in said


def test_infigui_r1_thinks_in_its_own_tags() -> None:
    assert InfiGuiR1().write(Decision("Why.", (MIDDLE,)), SIZE).startswith("<think>\nWhy.\n</think>\n<tool_call>\n")
    assert "You FIRST think" in InfiGuiR1().render(moment("mobile"))[0].text
