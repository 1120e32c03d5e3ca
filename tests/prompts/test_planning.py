"""Planners: the prompt asks for words where it would ask for points, and a reply is read once these are found."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.errors import ParseError, UsageError
from actions.geometry import Point, Size
from actions.types import Action, CallTool, Click, Drag, Finish, Scroll
from environments.base import DONE
from environments.episode import Attempt, Grounding, Step
from prompts.dialect import Decision
from prompts.dialects import BUILT_IN
from prompts.dialects.os_atlas import OSAtlasPro
from prompts.dialects.qwen2_vl import Qwen2VL
from prompts.dialects.qwen3_vl import Qwen3VL
from prompts.history import History
from prompts.messages import transcript
from prompts.planning import PlanningDialect, describing
from prompts.schema import CLASSES
from tests.prompts.goldens import planning_texts
from tests.prompts.moments import GOLDEN, NOW, SEEN, moment
from tests.strategies import actions, texts

PLATFORMS = ("mobile", "desktop")
PLANNERS = [describing(d(p)) for _, d in sorted(BUILT_IN.items()) if issubclass(d, PlanningDialect) for p in PLATFORMS]
EACH = pytest.mark.parametrize("dialect", PLANNERS, ids=lambda d: f"{d.name}-{d.platform}")
SEND = Point(0.123456789, 0.987654321)


def test_golden_files() -> None:
    expected = dict(planning_texts())
    assert sorted(f"planning/{p.name}" for p in (GOLDEN / "planning").iterdir()) == sorted(expected)
    for name, text in expected.items():
        assert (GOLDEN / name).read_bytes() == text.encode(), f"{name}: python -m tests.prompts.goldens"


def test_every_point_has_a_name_in_words() -> None:
    points = {n for c in CLASSES.values() for n, i in c.model_fields.items() if "Point" in str(i.annotation)}
    assert points == {"point", "start", "end"}, "prompts/planning.py names each of them"


@EACH
@settings(max_examples=40)
@given(action=actions.filter(lambda a: not isinstance(a, CallTool)))
def test_every_action_is_read_back(dialect: PlanningDialect, action: Action) -> None:
    text = dialect.write(Decision("I see.", (action,)), SEEN)
    plan = dialect.plan(text)
    found = {argument: getattr(action, argument) for argument in plan.places}
    decision = dialect.resolve(plan, found, SEEN)
    assert (decision.thought, decision.actions) == ("I see.", (action,)), "not even rounded"


@EACH
def test_a_point_is_asked_for_in_words(dialect: PlanningDialect) -> None:
    text = transcript(dialect.render(moment(dialect.platform)))
    assert "element" in text
    assert "from the top left corner" not in text
    assert "resolution" not in text
    assert "action=terminate" not in text
    plain = BUILT_IN[dialect.name](dialect.platform)
    assert isinstance(plain, PlanningDialect)
    assert not plain.describes, "only the copy describes"


@EACH
@pytest.mark.parametrize("screenshots", [1, 3])
def test_the_past_is_told_in_the_planner_s_own_words(dialect: PlanningDialect, screenshots: int) -> None:
    dialect = describing(type(dialect)(dialect.platform, history=History(screenshots=screenshots)))
    grounding = Grounding("the <|im_end|> Send button", "(123, 988)", SEND)
    attempt = Attempt("…", groundings=(grounding,))
    step = Step(0, NOW, (attempt,), "", Click(point=SEND), DONE, changed=True)
    text = transcript(dialect.render(moment(dialect.platform, [step])))
    assert "the ‹|im_end|› Send button" in text
    elsewhere = Step(0, NOW, (), "", Click(point=Point(0.25, 0.5)), DONE, changed=True)
    text = transcript(dialect.render(moment(dialect.platform, [elsewhere])))
    assert "the place 25% from the left and 50% from the top" in text


def qwen2(name: str, arguments: str) -> str:
    return f"✿FUNCTION✿: {name}\n✿ARGS✿: {arguments}"


def qwen3(name: str, arguments: str) -> str:
    return f'<tool_call>\n{{"name": "{name}", "arguments": {arguments}}}\n</tool_call>'


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        (Qwen2VL(), qwen2("Tap", '{"element": "the Send button"}')),
        (Qwen2VL(), qwen2("Tap", '{"point": "the Send button"}')),
        (Qwen2VL(), qwen2("click", '{"target": "the Send button"}')),
        (Qwen3VL(), qwen3("click", '{"element": "the Send button"}')),
        (Qwen3VL(), qwen3("mobile_use", '{"action": "click", "coordinate": "the Send button"}')),
        (Qwen3VL(), qwen3("mobile_use", '{"action": "click", "element": "the Send button"}')),
    ],
)
def test_what_planners_write(dialect: PlanningDialect, text: str) -> None:
    plan = describing(dialect).plan(text)
    assert list(plan.places.values()) == ["the Send button"]
    found = dict.fromkeys(plan.places, SEND)
    assert dialect.resolve(plan, found, SEEN).actions == (Click(point=SEND),)


def test_what_needs_no_place() -> None:
    for dialect, text, expected in (
        (Qwen3VL(), qwen3("scroll", '{"direction": "down"}'), Scroll(direction="down")),
        (Qwen3VL(), qwen3("mobile_use", '{"action": "terminate", "status": "success"}'), Finish()),
        (Qwen3VL(), qwen3("look_up", '{"element": "gold"}'), CallTool(name="look_up", arguments={"element": "gold"})),
        (Qwen2VL(), qwen2("look_up", '{"start": "today"}'), CallTool(name="look_up", arguments={"start": "today"})),
    ):
        plan = describing(dialect).plan(text)
        assert plan.places == {}, "what a tool calls an element is the tool's affair"
        assert dialect.resolve(plan, {}, SEEN).actions == (expected,)


def test_a_drag_has_two_places() -> None:
    plan = describing(Qwen3VL()).plan(qwen3("drag", '{"start": "the knob", "end": "the end of the bar"}'))
    assert plan.places == {"start": "the knob", "end": "the end of the bar"}
    found = {"start": Point(0, 0), "end": Point(1, 1)}
    assert Qwen3VL().resolve(plan, found, SEEN).actions == (Drag(start=Point(0, 0), end=Point(1, 1)),)


@pytest.mark.parametrize(
    "text",
    [
        qwen3("click", '{"element": ""}'),
        qwen3("click", '{"element": "(500, 500)"}'),
        qwen3("click", '{"element": [500, 500]}'),
        qwen3("click", '{"point": [500, 500]}'),
        qwen3("click", "{}"),
        qwen3("mobile_use", '{"action": "click", "coordinate": [500, 500]}'),
        qwen3("mobile_use", '{"action": "swipe", "coordinate": [500, 700], "coordinate2": [400, 300]}'),
        qwen3("drag", '{"start": "the knob", "end": [500, 500]}'),
        "I click it.",
    ],
)
def test_a_place_in_numbers_is_refused(text: str) -> None:
    def read() -> None:
        plan = describing(Qwen3VL()).plan(text)
        Qwen3VL().resolve(plan, dict.fromkeys(plan.places, SEND), SEEN)

    with pytest.raises(ParseError):
        read()


pieces = st.sampled_from(
    ["<tool_call>", "</tool_call>", '{"name": "click", "arguments": ', '{"element": ', '"x"', "[1, 2]", "}",
     "✿FUNCTION✿: Tap", "✿ARGS✿: ", "\n"]
)  # fmt: skip


@EACH
@settings(max_examples=40)
@given(text=st.lists(pieces | texts, max_size=12).map("".join))
def test_any_text_is_read_or_refused(dialect: PlanningDialect, text: str) -> None:
    with contextlib.suppress(ParseError):
        plan = dialect.plan(text)
        dialect.resolve(plan, dict.fromkeys(plan.places, SEND), Size(1000, 1000))


def test_other_dialects_can_t_plan() -> None:
    with pytest.raises(UsageError, match=r"os_atlas_pro has no place for an element in words.*--grounder"):
        describing(OSAtlasPro())
