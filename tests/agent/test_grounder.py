"""A planner and a grounder: whole tasks on the simulated phone, and what happens where the grounder finds nothing."""

from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from actions.errors import UsageError
from actions.geometry import Box, Point, Size
from actions.tools import Tool
from actions.types import Action, Button, CallTool, Click, Finish
from agent.core import Agent
from agent.grounder import Grounder
from agent.models.base import Budget
from agent.models.scripted import ScriptedModel
from agent.models.transformers import TransformersModel
from agent.run_folder import read_run
from agent.viewer.page import write_page
from environments.phone.environment import PhoneEnvironment
from environments.phone.oracle import Oracle
from environments.phone.phone import Phone
from environments.phone.tasks import sample
from prompts.dialect import Decision
from prompts.dialects import BUILT_IN, GROUNDING
from prompts.dialects.os_atlas import OSAtlasPro
from prompts.dialects.qwen2_vl import Qwen2VL
from prompts.dialects.uground import UGround
from prompts.messages import Message, transcript
from prompts.planning import PlanningDialect, describing
from tests.models.tiny import tiny_checkpoint

PLANNERS = [name for name, d in sorted(BUILT_IN.items()) if issubclass(d, PlanningDialect)]
DIALECT = describing(Qwen2VL())
SEEN = Size(1080, 2400)
NOWHERE = '✿FUNCTION✿: Tap\n✿ARGS✿: {"element": "the purple door"}'


def says(*actions: Action) -> str:
    return DIALECT.write(Decision("", actions), SEEN)


def grounder(*replies: str) -> Grounder:
    return Grounder(ScriptedModel(replies, name="pointer"), dialect=UGround())


@pytest.fixture
def phone() -> Phone:
    return Phone(3)


@pytest.fixture
def screen(phone: Phone) -> Iterator[PhoneEnvironment]:
    with PhoneEnvironment(phone) as environment:
        yield environment


@pytest.mark.parametrize("pointing", sorted(GROUNDING))
@pytest.mark.parametrize("planning", PLANNERS)
def test_a_whole_task(planning: str, pointing: str, tmp_path: Path) -> None:
    """The planner writes the phone's own solution without its points; the grounder, asked for each, knows them."""
    if planning != "qwen2_vl" and pointing != "uground":
        return  # each planner and each grounder once
    now = [0.0]
    phone = Phone(3, clock=lambda: now[0])
    task = sample("create_note", 3)
    task.setup(phone)
    oracle = Oracle(task, phone)
    planner = describing(BUILT_IN[planning]())
    look = GROUNDING[pointing]()
    points: deque[Point] = deque()

    def plan(_messages: Sequence[Message]) -> str:
        thought, action = oracle.next()
        text = planner.write(Decision(thought, (action,)), SEEN)
        points.extend(getattr(action, argument) for argument in planner.plan(text).places)
        return text

    def point(messages: Sequence[Message]) -> str:
        assert "the place " in transcript(messages)
        p = points.popleft()
        return look.write(Box(p.x, p.y, p.x, p.y), SEEN)

    second = Grounder(ScriptedModel(point, dialect=pointing))
    with PhoneEnvironment(phone) as environment:
        agent = Agent(ScriptedModel(plan), environment, dialect=planner, grounder=second, runs=tmp_path)
        for _ in agent.iter(task.text):
            now[0] += 1.0
    assert agent.episode is not None
    assert task.check(phone, agent.episode.answer)
    assert agent.episode.end == "done"
    assert not points
    tapped = [s for s in agent.episode.steps if isinstance(s.action, Click)]
    assert tapped
    for step in tapped:
        (attempt,) = step.attempts
        (grounding,) = attempt.groundings
        assert step.action == Click(point=grounding.point or Point(0, 0))
        assert grounding.description in attempt.text
        assert grounding.seconds == step.seconds["ground"] > 0
        assert step.usage.calls == 2
    assert agent.folder is not None
    run = read_run(agent.folder)
    assert [s.attempts for s in run.episode.steps] == [s.attempts for s in agent.episode.steps]
    assert run.about["grounder"] == "scripted"
    page = write_page(agent.folder).read_text("utf-8")
    assert page.count("looked for: the place") == sum(len(s.attempts[0].groundings) for s in run.episode.steps)


@pytest.mark.parametrize(
    ("reply", "words"),
    [("", "empty"), ("I see no door.", "no place"), ("(0, 0), (1000, 1000)", "whole screen"), ("(2000, 5)", "outside")],
)
def test_what_is_not_found_is_told_and_never_made_up(
    screen: PhoneEnvironment, phone: Phone, reply: str, words: str
) -> None:
    before = len(phone.log.events())
    model = ScriptedModel([NOWHERE, says(Finish(success=False))])
    agent = Agent(model, screen, grounder=grounder(reply))
    episode = agent.run("Open the door")
    assert (episode.end, len(episode.steps)) == ("not_done", 1)
    first, second = episode.steps[0].attempts
    assert first.problem is not None
    assert words in first.problem
    assert "the purple door" in first.problem
    assert first.groundings[0].point is None
    assert first.groundings[0].text == reply
    assert second.groundings == ()
    assert first.problem[:40] in transcript(model.calls[1])
    assert len(phone.log.events()) == before, "nothing was touched"


def test_never_found_ends_as_unreadable(screen: PhoneEnvironment) -> None:
    episode = Agent(ScriptedModel([NOWHERE] * 3), screen, grounder=grounder("no", "no", "no")).run("Open the door")
    assert (episode.end, episode.exit_code) == ("unreadable", 5)
    assert "the purple door" in episode.message
    assert episode.usage.calls == 6


def test_a_planner_that_gives_numbers_is_told_to_describe(screen: PhoneEnvironment) -> None:
    numbers = '✿FUNCTION✿: Tap\n✿ARGS✿: {"point": (500,500)}'
    pointer = grounder()
    episode = Agent(ScriptedModel([numbers, says(Finish())]), screen, grounder=pointer).run("Tap")
    problem = episode.steps[0].attempts[0].problem
    assert problem is not None
    assert "describe the element in words" in problem


def test_what_points_nowhere_asks_no_grounder(screen: PhoneEnvironment) -> None:
    def look_up(element: str) -> str:
        """Look up a chemical element."""
        return f"{element} is heavy"

    calls = [says(Button(name="home")), says(CallTool(name="look_up", arguments={"element": "gold"})), says(Finish())]
    episode = Agent(ScriptedModel(calls), screen, grounder=grounder(), tools=[Tool(look_up)]).run("Look it up")
    assert episode.end == "done"
    assert episode.steps[1].result == "gold is heavy"
    assert all("ground" not in s.seconds for s in episode.steps)


def test_who_can_t_describe_or_point_is_refused_in_one_line(screen: PhoneEnvironment) -> None:
    with pytest.raises(UsageError, match="os_atlas_pro has no place for an element in words"):
        Agent(ScriptedModel([], dialect="os_atlas_pro"), screen, dialect=OSAtlasPro(), grounder=grounder())
    with pytest.raises(UsageError, match="'os_atlas_pro' point is not known"):
        Grounder(ScriptedModel([], dialect="os_atlas_pro"))
    with pytest.raises(UsageError, match="only says where something is"):
        Agent(ScriptedModel([], dialect="uground"), screen)


def test_a_checkpoint_that_knows_nothing_finds_nothing(screen: PhoneEnvironment, tmp_path: Path) -> None:
    """Real processor, real generate: what a random checkpoint writes is no point, and nothing is tapped."""
    checkpoint = tiny_checkpoint(tmp_path / "tiny", family="qwen2_vl")
    with TransformersModel.load(str(checkpoint), max_pixels=28 * 28 * 64) as model:
        pointer = Grounder(model, budget=Budget(tokens=16))
        agent = Agent(ScriptedModel([NOWHERE] * 3), screen, grounder=pointer)
        episode = agent.run("Open the door")
    assert episode.exit_code == 5
    for attempt in episode.steps[0].attempts:
        (grounding,) = attempt.groundings
        assert grounding.point is None
        assert grounding.usage.completion_tokens > 0
