"""The loop on the simulated phone, in-process: what is fed back, what ends a run, and what is never done."""

import itertools
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from actions.errors import CaptureError, DeviceLost, ModelError, UsageError
from actions.geometry import Point, Size
from actions.tools import Tool
from actions.types import Action, Answer, AskUser, Button, CallTool, Click, Finish, OpenApp, Wait
from agent.core import Agent, Limits
from agent.models.scripted import ScriptedModel
from agent.returns import TaskFailed
from agent.run_folder import read_run
from environments.base import Observation, Outcome
from environments.episode import End
from environments.phone.environment import PhoneEnvironment
from environments.phone.phone import Phone
from prompts.dialect import Decision
from prompts.dialects.qwen2_vl import Qwen2VL
from prompts.messages import transcript

DIALECT = Qwen2VL("mobile")
SEEN = Size(1080, 2400)
CORNER = Click(point=Point(0.01, 0.5))


def says(*actions: Action, thought: str = "") -> str:
    return DIALECT.write(Decision(thought, actions), SEEN)


def script(*replies: Action | str) -> ScriptedModel:
    return ScriptedModel([r if isinstance(r, str) else says(r) for r in replies])


@pytest.fixture
def phone() -> Phone:
    return Phone(3)


@pytest.fixture
def screen(phone: Phone) -> Iterator[PhoneEnvironment]:
    with PhoneEnvironment(phone) as environment:
        yield environment


def shown(model: ScriptedModel, call: int) -> str:
    """What the model was shown in a call, as text."""
    return transcript(model.calls[call])


def test_a_task_is_done_and_recorded(screen: PhoneEnvironment, phone: Phone, tmp_path: Path) -> None:
    model = script(OpenApp(name="Notes"), Answer(text="42"), Finish(message="Notes is open."))
    agent = Agent(model, screen, runs=tmp_path)
    episode = agent.run("Open Notes")
    assert (episode.end, episode.exit_code, episode.answer, episode.message) == ("done", 0, "42", "Notes is open.")
    assert phone.foreground.label == "Notes"
    assert [s.action.kind for s in episode.steps if s.action] == ["open_app", "answer", "finish"]
    assert episode.steps[0].changed is True
    assert agent.folder is not None
    run = read_run(agent.folder)
    assert run.episode.end == "done"
    assert [s.action for s in run.episode.steps] == [s.action for s in episode.steps]
    assert run.episode.steps[1].observation.picture.digest == episode.steps[1].observation.picture.digest


def test_an_unreadable_reply_is_shown_and_asked_again(screen: PhoneEnvironment) -> None:
    model = script("✿FUNCTION✿: click\n✿ARGS✿: {", Button(name="home"), Finish())
    agent = Agent(model, screen)
    episode = agent.run("Go home")
    first = episode.steps[0]
    assert episode.end == "done"
    assert [a.problem is None for a in first.attempts] == [False, True]
    assert first.attempts[0].problem is not None
    assert first.attempts[0].problem in shown(model, 1)


def test_unreadable_to_the_end_is_exit_5_and_no_success(screen: PhoneEnvironment, tmp_path: Path) -> None:
    agent = Agent(script("", "✿FUNCTION✿:", "✿ARGS✿: nothing"), screen, runs=tmp_path)
    episode = agent.run("Go home")
    assert (episode.end, episode.exit_code, episode.success) == ("unreadable", 5, False)
    assert len(episode.steps) == 1
    assert episode.steps[0].action is None
    assert agent.folder is not None
    assert len(read_run(agent.folder).episode.steps[0].attempts) == 3


def test_a_failed_action_is_told(screen: PhoneEnvironment) -> None:
    model = script(OpenApp(name="No such app"), Finish(success=False))
    episode = Agent(model, screen).run("Open it")
    outcome = episode.steps[0].outcome
    assert outcome is not None
    assert outcome.status == "failed"
    assert outcome.detail in shown(model, 1)
    assert (episode.end, episode.exit_code) == ("not_done", 1)


def test_nothing_visible_changed_is_told(screen: PhoneEnvironment) -> None:
    model = script(CORNER, Finish())
    episode = Agent(model, screen).run("Tap")
    assert episode.steps[0].changed is False
    assert "nothing visible changed" in shown(model, 1).lower()


def test_what_the_device_cannot_do_is_told_and_not_done(screen: PhoneEnvironment) -> None:
    model = script(AskUser(question="Which?"), CallTool(name="missing"), Finish())
    episode = Agent(model, screen).run("Ask")
    problems = [a.problem for a in episode.steps[0].attempts]
    assert problems[0] is not None
    assert problems[1] is not None
    assert "no function 'missing'" in problems[1]
    assert episode.end == "done"


def test_three_times_the_same_stops(screen: PhoneEnvironment) -> None:
    episode = Agent(script(*[CORNER] * 9), screen).run("Tap")
    assert (episode.end, episode.exit_code, len(episode.steps)) == ("limit", 7, 3)
    assert "circles" in episode.message


def test_what_would_go_round_is_asked_for_anew(screen: PhoneEnvironment) -> None:
    model = script(CORNER, CORNER, CORNER, Finish())
    episode = Agent(model, screen).run("Tap")
    assert (episode.end, [s.action for s in episode.steps]) == ("done", [CORNER, CORNER, Finish()])
    refused, done = episode.steps[-1].attempts
    assert (refused.text, done.text, done.problem) == (says(CORNER), says(Finish()), None)
    assert refused.problem is not None
    assert refused.problem in shown(model, 3)
    assert episode.steps[-1].usage.calls == 2


def test_an_answer_that_is_given_again_and_again_is_not_asked_for_anew(screen: PhoneEnvironment) -> None:
    episode = Agent(script(*[Answer(text="42")] * 3, Answer(text="43"), Finish()), screen).run("How many?")
    assert (episode.end, episode.answer, len(episode.steps)) == ("limit", "42", 3)
    assert "the same answer 3 times on the same screen" in episode.message


def test_an_answer_that_does_not_fit_is_none_however_often_it_is_given(screen: PhoneEnvironment) -> None:
    agent = Agent(script(*[Answer(text="many")] * 3), screen)
    with pytest.raises(TaskFailed):
        agent.run("How many?", returns=int)
    assert agent.episode is not None
    assert (agent.episode.end, agent.episode.answer) == ("limit", None)


def test_an_unreadable_reply_to_that_leaves_the_first(screen: PhoneEnvironment) -> None:
    episode = Agent(script(CORNER, CORNER, CORNER, *[""] * 3), screen).run("Tap")
    assert (episode.end, [s.action for s in episode.steps]) == ("limit", [CORNER] * 3)
    assert len(episode.steps[-1].attempts) == 4


def test_it_is_not_asked_for_other_ways_for_ever(screen: PhoneEnvironment) -> None:
    others = [Click(point=Point(0.01, 0.6 + 0.1 * i)) for i in range(3)]
    replies = [action for other in others for action in (CORNER, CORNER, CORNER, other)]
    episode = Agent(script(*replies), screen).run("Tap")
    assert episode.end == "limit"
    assert [s.action for s in episode.steps] == [CORNER, CORNER, others[0], CORNER, CORNER, others[1], *[CORNER] * 3]


def test_to_and_fro_stops(screen: PhoneEnvironment) -> None:
    there, back = OpenApp(name="Notes"), Button(name="home")
    episode = Agent(script(there, back, there, back, back), screen).run("Wander")
    assert (episode.end, len(episode.steps)) == ("limit", 4)


def test_other_actions_on_a_still_screen_are_no_circle(screen: PhoneEnvironment) -> None:
    places = [Click(point=Point(0.005, 0.1 + 0.1 * i)) for i in range(5)]
    assert Agent(script(*places, Finish()), screen).run("Tap").end == "done"


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (Limits(steps=2), "2 steps"),
        (Limits(seconds=0.5, steps=10_000), "0.5 seconds"),
    ],
)
def test_limits_stop(screen: PhoneEnvironment, limits: Limits, message: str) -> None:
    places = (says(Click(point=Point(0.005, 0.05 + 0.05 * (i % 18)))) for i in itertools.count())
    episode = Agent(ScriptedModel(places), screen, limits=limits).run("Tap")
    assert (episode.end, episode.exit_code) == ("limit", 7)
    assert message in episode.message


def test_stop_ends_after_the_step(screen: PhoneEnvironment) -> None:
    agent = Agent(script(Wait(seconds=60), Finish()), screen)
    threading.Timer(0.2, agent.stop).start()
    episode = agent.run("Wait")
    assert (episode.end, episode.exit_code, len(episode.steps)) == ("interrupted", 130, 1)


def test_a_consumer_that_leaves_ends_the_run(screen: PhoneEnvironment, tmp_path: Path) -> None:
    agent = Agent(script(Button(name="home"), Finish()), screen, runs=tmp_path)
    steps = agent.iter("Go home")
    next(steps)
    steps.close()
    assert agent.folder is not None
    assert read_run(agent.folder).episode.end == "interrupted"


class Fragile(PhoneEnvironment):
    """The real simulated phone, with a cable that can be pulled."""

    def __init__(self, phone: Phone, pull: Callable[[], Outcome]) -> None:
        super().__init__(phone)
        self.pull = pull

    def perform(self, action: Action) -> Outcome:
        return self.pull() if isinstance(action, Button) else super().perform(action)


def lose() -> Outcome:
    raise DeviceLost("the phone is gone")


def test_a_lost_device_ends_the_run_with_its_folder_whole(phone: Phone, tmp_path: Path) -> None:
    agent = Agent(script(OpenApp(name="Notes"), Button(name="back")), Fragile(phone, lose), runs=tmp_path)
    with pytest.raises(DeviceLost):
        agent.run("Go back")
    assert agent.episode is not None
    assert agent.episode.exit_code == 4
    assert agent.folder is not None
    run = read_run(agent.folder)
    assert (run.episode.end, len(run.episode.steps)) == ("device", 2)
    last = run.episode.steps[-1]
    assert last.action == Button(name="back")  # written down before it was tried
    assert last.outcome is not None
    assert last.outcome.status == "unknown"


def test_an_unknown_outcome_is_told_and_not_repeated(phone: Phone) -> None:
    model = script(Button(name="back"), Finish())
    environment = Fragile(phone, lambda: Outcome("unknown", "the connection dropped meanwhile"))
    episode = Agent(model, environment).run("Go back")
    assert episode.steps[0].outcome == Outcome("unknown", "the connection dropped meanwhile")
    assert "the connection dropped meanwhile" in shown(model, 1)
    assert len(model.calls) == 2


def test_a_model_that_fails_ends_the_run(screen: PhoneEnvironment, tmp_path: Path) -> None:
    agent = Agent(script(), screen, runs=tmp_path)
    with pytest.raises(ModelError, match="script ran out"):
        agent.run("Go")
    assert agent.folder is not None
    assert read_run(agent.folder).episode.end == "model"


def test_a_screen_that_moved_withholds_the_tap(phone: Phone) -> None:
    def crash_then_point(_messages: Sequence[Any]) -> str:
        if not phone.log.events("crash_seen"):
            phone.log.add("crash_seen")
            phone.crash()
            return says(CORNER)
        return says(Finish())

    model = ScriptedModel(crash_then_point)
    with PhoneEnvironment(phone) as environment:
        episode = Agent(model, environment).run("Tap")
    outcome = episode.steps[0].outcome
    assert outcome is not None
    assert outcome.status == "failed"
    assert "withheld" in outcome.detail
    assert not phone.log.events("tap")


def test_a_secret_screen_is_not_pointed_at(phone: Phone) -> None:
    class Secret(PhoneEnvironment):
        def observe(self) -> Observation:
            from dataclasses import replace

            return replace(super().observe(), secure=True)

    episode = Agent(script(CORNER, Finish()), Secret(phone)).run("Tap")
    assert episode.steps[0].outcome is not None
    assert "forbids pictures" in episode.steps[0].outcome.detail
    assert not phone.log.events("tap")


def test_a_picture_that_cannot_be_had_is_an_error(phone: Phone) -> None:
    class Blind(PhoneEnvironment):
        def observe(self) -> Observation:
            raise CaptureError("no picture")

    with pytest.raises(CaptureError):
        Agent(script(Finish()), Blind(phone)).run("Look")


def lucky(number: int) -> dict[str, int]:
    """Double a number."""
    return {"doubled": 2 * number}


def broken() -> str:
    """Always fails."""
    raise UsageError("out of order")


def test_tools_are_offered_called_and_told(screen: PhoneEnvironment) -> None:
    model = script(
        CallTool(name="lucky", arguments={"number": 4}),
        CallTool(name="lucky", arguments={"number": "x"}),
        CallTool(name="broken"),
        Finish(),
    )
    episode = Agent(model, screen, tools=[Tool(lucky), Tool(broken)]).run("Compute")
    assert "Double a number." in shown(model, 0)
    assert episode.steps[0].result == '{"doubled": 8}'
    assert "doubled" in shown(model, 1)
    outcomes = [s.outcome for s in episode.steps]
    assert outcomes[1] is not None
    assert "wrong arguments" in outcomes[1].detail
    assert outcomes[2] == Outcome("failed", "out of order")


def test_two_tools_of_one_name_are_refused(screen: PhoneEnvironment) -> None:
    with pytest.raises(UsageError, match="same name"):
        Agent(script(), screen, tools=[Tool(lucky), Tool(lucky)])


def test_a_person_is_asked(screen: PhoneEnvironment) -> None:
    model = script(AskUser(question="Which one?"), Finish())
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return "the blue one"

    episode = Agent(model, screen, ask=answer).run("Choose")
    assert asked == ["Which one?"]
    assert episode.steps[0].result == "the blue one"
    assert "the blue one" in shown(model, 1)


class Price(BaseModel):
    amount: float
    currency: str


def test_a_typed_answer_is_validated(screen: PhoneEnvironment) -> None:
    model = script(
        Finish(),
        Answer(text="about 3 euros"),
        Answer(text='{"amount": 3, "currency": "EUR"}'),
        Finish(),
    )
    price = Agent(model, screen).run("What does it cost?", returns=Price)
    assert price == Price(amount=3, currency="EUR")
    assert "amount" in shown(model, 0)
    assert "answer is still missing" in shown(model, 1)
    assert "does not fit" in shown(model, 2)


def test_plain_text_is_an_answer_too(screen: PhoneEnvironment) -> None:
    assert Agent(script(Answer(text="three"), Finish()), screen).run("How many?", returns=str) == "three"


def test_without_an_answer_the_task_failed(screen: PhoneEnvironment) -> None:
    with pytest.raises(TaskFailed) as failed:
        Agent(script(Finish(success=False, message="no price")), screen).run("Cost?", returns=Price)
    assert failed.value.exit_code == 1
    assert failed.value.episode.message == "no price"


def test_an_agent_does_one_task_after_another(screen: PhoneEnvironment, tmp_path: Path) -> None:
    agent = Agent(script(Finish(), Finish(success=False)), screen, runs=tmp_path)
    ends: list[End | None] = [agent.run(task).end for task in ("one", "two")]
    assert ends == ["done", "not_done"]
    assert len(list(tmp_path.iterdir())) == 2


def test_decide_touches_no_device(screen: PhoneEnvironment, phone: Phone) -> None:
    agent = Agent(script(CORNER), screen)
    now = screen.observe()
    before = len(phone.log.events())
    choice = agent.decide("Tap", [], now)
    assert choice.decision is not None
    assert isinstance(choice.decision.actions[0], Click)
    assert choice.seen == SEEN
    assert len(phone.log.events()) == before
