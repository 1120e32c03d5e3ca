"""Holo: what it says is read back, its words for a page, its state, and how it points."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from actions.errors import ParseError
from actions.geometry import Point, Size
from actions.types import (
    Action,
    Answer,
    AskUser,
    Button,
    CallTool,
    Click,
    Finish,
    LongPress,
    PressKeys,
    Scroll,
    TypeText,
    Wait,
)
from environments.base import Observation, Platform
from prompts.dialect import ALWAYS, Decision, Moment
from prompts.dialects.holo import Holo, HoloGrounding
from prompts.messages import TextPart, pictures, transcript
from prompts.reading import LONGEST
from tests.prompts.moments import NOW, PICTURE, SEEN, attacks, label, moment, past, same, step
from tests.prompts.test_round_trip import hostile, sayable, sizes, thoughts
from tests.prompts.timing import assert_linear

SIZE = Size(1000, 1000)
HERE = Point(0.352, 0.348)
PLATFORMS: tuple[Platform, ...] = ("mobile", "desktop")
DIALECTS = [Holo(p) for p in PLATFORMS]


def reply(**action: object) -> str:
    return json.dumps({"thought": "", "notes": "", "action": action})


@given(action=sayable, seen=sizes)
def test_every_action_is_read_back(action: Action, seen: Size) -> None:
    for dialect in (d for d in DIALECTS if action.kind in d.kinds()):
        note(label(dialect))
        decision = dialect.parse(dialect.write(Decision("", (action,)), seen), seen)
        assert same(decision.actions[0], action, dialect, seen)
        assert (decision.thought, decision.repairs, len(decision.actions)) == ("", (), 1)
        again = dialect.parse(dialect.write(decision, seen), seen)
        assert same(again.actions[0], decision.actions[0], dialect, seen)


@settings(max_examples=60)
@given(text=hostile, thought=thoughts | hostile.map(str.strip))
def test_texts_and_thoughts_full_of_marks_are_read_back(text: str, thought: str) -> None:
    for action in (TypeText(text=text), AskUser(question=text), Answer(text=text), Finish(success=False, message=text)):
        written = Holo().write(Decision(thought, (action,)), SIZE)
        assert "<|" not in written
        assert Holo().parse(written, SIZE) == Decision(thought, (action,))


@pytest.mark.parametrize(
    ("platform", "action", "said"),
    [
        ("mobile", Click(point=HERE), {"action": "click_element", "element": "", "x": 352, "y": 348}),
        ("mobile", Scroll(direction="down"), {"action": "scroll", "direction": "down"}),
        ("mobile", Button(name="back"), {"action": "go_back"}),
        ("mobile", Button(name="home"), {"action": "button", "name": "home"}),
        ("mobile", Wait(seconds=2), {"action": "wait"}),
        ("mobile", LongPress(point=HERE), {"action": "long_press", "point": [352, 348]}),
        ("mobile", Finish(success=False), {"action": "finish", "success": False}),
        ("desktop", PressKeys(keys=("alt", "left")), {"action": "go_back"}),
        ("desktop", PressKeys(keys=("f5",)), {"action": "refresh"}),
        ("desktop", Click(point=HERE, button="right"), {"action": "click", "point": [352, 348], "button": "right"}),
    ],
)
def test_words(platform: Platform, action: Action, said: dict[str, Any]) -> None:
    written = Holo(platform).write(Decision("", (action,)), SIZE)
    assert json.loads(written)["action"] == said
    assert Holo(platform).parse(written, SIZE) == Decision("", (action,))


@pytest.mark.parametrize(
    ("said", "actions"),
    [
        (
            {"action": "write_element", "content": "cats", "element": "the search bar", "x": 352, "y": 348},
            (Click(point=HERE), TypeText(text="cats", submit=True, replace=True)),
        ),
        ({"action": "answer", "content": "42"}, (Answer(text="42"), Finish())),
    ],
)
def test_a_word_that_means_two_actions(said: dict[str, Any], actions: tuple[Action, ...]) -> None:
    decision = Holo().parse(reply(**said), SIZE)
    assert decision == Decision("", actions)
    assert Holo().parse(Holo().write(decision, SIZE), SIZE) == decision


@pytest.mark.parametrize(
    ("text", "action"),
    [
        (reply(action="write_element_abs", content="a", element="it", x=352, y=348), Click(point=HERE)),
        (reply(action="wait", seconds=5), Wait(seconds=5)),
        (reply(action="long_press", x=352, y=348), LongPress(point=HERE)),
        (reply(action="Click Element", x=352, y=348), Click(point=HERE)),
        (f"<think>{reply(action='go_back')}</think>\n{reply(action='wait')}", Wait(seconds=2)),
        (f"It says '{reply(action='go_back')}'.\n{reply(action='wait')}", Wait(seconds=2)),
    ],
)
def test_what_the_models_write(text: str, action: Action) -> None:
    assert Holo().parse(text, SIZE).actions[0] == action


def test_the_thought_and_the_notes() -> None:
    said = {"thought": "It is there.", "notes": "It costs 5.", "action": {"action": "wait"}}
    assert Holo().parse(json.dumps(said), SIZE).thought == "It is there.\nIt costs 5."


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        '{"thought": "x"}',
        '{"thought": 1, "action": {"action": "wait"}}',
        '{"thought": "x", "action": {"action": "wait"}, "more": 1}',
        reply(action="goto", url="https://example.com"),
        reply(action="refresh"),
        reply(action="go_back", times=2),
        reply(action="answer"),
        reply(action="click_element", element="it"),
        reply(action="click_element", x=1),
        reply(action="click_element", x=1, y=2, button="left"),
        reply(action="write_element", x=1, y=2),
        reply(action="scroll", direction="inwards"),
        reply(action=["wait"]),
        f"<think>{reply(action='wait')}",
        reply(action="wait") * 17,
        f"{reply(action='wait')}\n{reply(action='wait')[:-3]}",
    ],
)
def test_what_is_unreadable_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        Holo().parse(text, SIZE)


def test_what_it_has_no_word_for_is_not_written() -> None:
    assert Holo().kinds() >= ALWAYS
    with pytest.raises(ValueError, match="no word for call_tool"):
        Holo().write(Decision("", (CallTool(name="look"),)), SIZE)
    with pytest.raises(ValueError, match="one action at a time"):
        Holo().write(Decision("", (Wait(), Wait())), SIZE)


@settings(max_examples=150)
@given(text=st.text(max_size=60) | st.lists(st.sampled_from(
    ['{"thought": "', '"', '", ', '"notes": ""', '"action": {', '"action": "click_element"', '"x": 1', '"y": 2', "}",
     "{", "'", "[", "<think>", "</think>", "```json", "\\", reply(action="wait")]) | st.text(max_size=3), max_size=14)
    .map("".join))  # fmt: skip
def test_any_text_is_read_or_refused(text: str) -> None:
    for dialect in DIALECTS:
        with contextlib.suppress(ParseError):
            decision = dialect.parse(text, SIZE)
            dialect.write(decision, SIZE)


@pytest.mark.parametrize(
    "piece", ['{"', "{'a': ", '{"action": {"', "<think></think>", "<think>", "```json\n{", "\\", "'\""]
)
def test_time_is_linear(piece: str) -> None:
    assert_linear(lambda t: Holo().parse(t, SIZE), (piece * LONGEST)[:LONGEST])


@pytest.mark.parametrize("case", sorted(attacks()))
def test_attacks_are_no_success(case: str) -> None:
    with contextlib.suppress(ParseError):
        assert all(a.kind not in ("finish", "answer") for a in Holo().parse(attacks()[case], SIZE).actions)
    assert_linear(lambda t: Holo().parse(t, SIZE), attacks()[case])


# ---------------------------------------------------------------- the prompt


@settings(max_examples=20)
@given(action=sayable | st.none(), evil=hostile)
def test_any_past_can_be_told(action: Action | None, evil: str) -> None:
    for dialect in DIALECTS:
        note(label(dialect))
        text = transcript(dialect.render(moment(dialect.platform, [step(0, action, thought=evil, result=evil)])))
        assert "<|" not in text
        text.encode()


def test_the_state_is_json_with_past_replies() -> None:
    _, user = Holo().render(moment("mobile", past("mobile")[:3]))
    assert isinstance(user.parts[0], TextPart)
    state = json.loads(user.parts[0].text)
    assert [*state] == ["task", "previous_actions", "step", "notes"]
    assert (
        "{'thought': 'Wi-Fi is in the list.', 'notes': '', 'action': {'action': 'click_element', 'element': '', "
        "'x': 546, 'y': 602}} (nothing visible changed), "
    ) in state["previous_actions"]


def test_the_schema_names_what_is_offered() -> None:
    def offered(platform: Platform, *kinds: str) -> list[str]:
        (system, _) = Holo(platform).render(Moment("t", [], NOW, SEEN, frozenset(kinds)))  # type: ignore[arg-type]
        answer = json.loads(system.text)["answer_format"]
        assert [ref["$ref"].removeprefix("#/$defs/") for ref in answer["properties"]["action"]["anyOf"]] == [
            *answer["$defs"]
        ]
        return [model["properties"]["action"]["const"] for model in answer["$defs"].values()]

    assert offered("mobile") == ["wait", "answer", "finish"]
    assert offered("mobile", "click", "button") == ["click_element", "go_back", "wait", "answer", "button", "finish"]
    assert offered("desktop", "press_keys") == ["go_back", "refresh", "wait", "answer", "press_keys", "finish"]


def test_the_date_is_told_where_the_screen_has_one() -> None:
    dated = Observation(PICTURE, 1_750_000_000.0)
    for now, there in ((NOW, False), (dated, True)):
        system = Holo().render(moment("mobile", now=now))[0].text
        assert ("The current date is" in system) == there


def test_the_last_three_screenshots_are_shown() -> None:
    tap = Click(point=Point(0.5, 0.5))
    for n, shown in ((0, 1), (2, 3), (3, 1)):
        assert len(pictures(Holo().render(moment("mobile", [step(i, tap) for i in range(n)])))) == shown


# ---------------------------------------------------------------- as a grounder


@pytest.mark.parametrize(
    "text",
    [
        '{"action": "click_absolute", "x": 352, "y": 348}',
        "```json\n{'action': 'click_absolute', 'x': 352, 'y': 348}\n```",
        "Click(352, 348)",
        "(352, 348)",
    ],
)
def test_how_it_points(text: str) -> None:
    assert HoloGrounding().parse(text, SIZE) == HERE


@pytest.mark.parametrize(
    "text", ['{"action": "click_absolute", "x": -1, "y": -1}', '{"x": 1, "y": 2}, {"x": 3, "y": 4}', '{"x": 5}']
)
def test_what_is_no_place(text: str) -> None:
    with pytest.raises(ParseError):
        HoloGrounding().parse(text, SIZE)
