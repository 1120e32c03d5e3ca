"""How a run ends that does not just finish: stopped, out of time, broken; and what it leaves behind."""

import itertools
import threading
import time
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from actions.errors import DeviceLost, StorageError
from actions.geometry import Point, Size
from actions.tools import Tool
from actions.types import Action, Button, CallTool, Click, Finish, Kind, Wait
from agent.core import Agent, Limits
from agent.journal import Journal
from agent.models.scripted import ScriptedModel
from agent.run_folder import read_run
from environments.base import DONE, Environment, Observation, Outcome
from prompts.dialect import Decision
from prompts.dialects.qwen2_vl import Qwen2VL
from prompts.messages import transcript
from tests.agent_files.runs import picture

DIALECT = Qwen2VL("mobile")
SIZE = Size(100, 200)


class Screen(Environment):
    """A screen that shows another picture after each action, and notes what was done on it."""

    name = "screen"
    platform = "mobile"
    supports: frozenset[Kind] = frozenset({"click", "button"})

    def __init__(self, size: Size = SIZE, *, moves: bool = True) -> None:
        self.size = size
        self.moves = moves
        self.done: list[Action] = []
        self.changed: bool | None = None

    def reset(self, task: str) -> None:
        pass

    def observe(self) -> Observation:
        shown = picture(len(self.done) if self.moves else 0, self.size)
        return Observation(shown, time=0.0, changed=self.changed)

    def perform(self, action: Action) -> Outcome:
        self.done.append(action)
        self.changed = self.moves
        return DONE


def says(*actions: Action) -> str:
    return DIALECT.write(Decision("", actions), SIZE)


def tap(i: int = 0) -> Click:
    return Click(point=Point(0.5, 0.05 + 0.1 * (i % 9)))


def ends(agent: Agent) -> tuple[str | None, str]:
    """How the run folder says that the latest run ended."""
    assert agent.folder is not None
    episode = read_run(agent.folder).episode
    return episode.end, episode.message


def stops_meanwhile(text: str) -> tuple[Agent, Screen]:
    """An agent that is told to stop while its model writes `text`."""

    def reply(_messages: Sequence[Any]) -> str:
        agent.stop()
        return text

    screen = Screen()
    agent = Agent(ScriptedModel(reply), screen)
    return agent, screen


def test_what_was_decided_when_the_stop_came_is_not_done() -> None:
    agent, screen = stops_meanwhile(says(tap()))
    episode = agent.run("Tap")
    assert screen.done == []
    assert (episode.end, episode.exit_code) == ("interrupted", 130)
    assert episode.steps[0].outcome == Outcome("failed", "withheld: the run was stopped")


def test_an_unreadable_reply_is_not_asked_again_after_a_stop() -> None:
    agent, _ = stops_meanwhile("nonsense")
    episode = agent.run("Tap")
    assert (episode.end, len(episode.steps[0].attempts)) == ("interrupted", 1)


def test_a_finish_counts_though_the_stop_came() -> None:
    agent, _ = stops_meanwhile(says(Finish()))
    assert agent.run("Tap").end == "done"


def test_time_that_runs_out_while_the_model_writes_is_a_limit() -> None:
    def slowly(_messages: Sequence[Any]) -> str:
        time.sleep(0.3)
        return "nonsense"

    agent = Agent(ScriptedModel(slowly), Screen(), limits=Limits(seconds=0.5, attempts=10))
    episode = agent.run("Tap")
    assert (episode.end, episode.exit_code, len(episode.steps[0].attempts)) == ("limit", 7, 2)
    assert "0.5 seconds" in episode.message


def test_a_consumer_that_leaves_after_the_last_step_changes_nothing(tmp_path: Path) -> None:
    agent = Agent(ScriptedModel([says(Finish(message="all set"))]), Screen(), runs=tmp_path)
    for step in agent.iter("Finish"):
        if step.action is not None and step.action.kind == "finish":
            break
    assert ends(agent) == ("done", "all set")


class Broken(Screen):
    def __init__(self, error: BaseException, meanwhile: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self.error = error
        self.meanwhile = meanwhile

    def perform(self, action: Action) -> Outcome:
        self.meanwhile()
        raise self.error


@pytest.mark.parametrize(
    ("error", "end"),
    [
        (DeviceLost("gone", remedy="handeye devices"), ("device", "gone")),
        (StorageError("full"), ("error", "full")),
        (ZeroDivisionError("by zero"), ("error", "ZeroDivisionError: by zero")),
        (SystemExit(143), ("interrupted", "")),
    ],
)
def test_whatever_breaks_a_run_is_recorded_and_raised(
    error: BaseException, end: tuple[str, str], tmp_path: Path
) -> None:
    agent = Agent(ScriptedModel([says(tap())]), Broken(error), runs=tmp_path)
    with pytest.raises(type(error)):
        agent.run("Tap")
    assert ends(agent) == end


def test_the_first_error_is_the_one_that_is_raised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise StorageError("no space is left")

    broken = Broken(DeviceLost("gone"), lambda: monkeypatch.setattr(Journal, "end", full))
    with pytest.raises(DeviceLost, match="gone"):
        Agent(ScriptedModel([says(tap())]), broken, runs=tmp_path).run("Tap")


def test_a_run_that_gets_no_folder_names_none(tmp_path: Path) -> None:
    agent = Agent(ScriptedModel([says(Finish())]), Screen(), runs=tmp_path)
    agent.run("one")
    (tmp_path / "file").touch()
    agent.runs = tmp_path / "file" / "runs"
    with pytest.raises(StorageError):
        agent.run("two")
    assert agent.folder is None


def fragile() -> str:
    """Fails in its own way."""
    raise LookupError("no such thing")


def test_what_a_tool_raises_is_told(tmp_path: Path) -> None:
    model = ScriptedModel([says(CallTool(name="fragile")), says(Finish())])
    assert Agent(model, Screen(), tools=[Tool(fragile)]).run("Call").end == "done"
    assert "fragile raised LookupError: no such thing" in transcript(model.calls[1])


def test_the_same_call_three_times_goes_round_in_circles() -> None:
    model = ScriptedModel(says(CallTool(name="fragile")) for _ in itertools.count())
    episode = Agent(model, Screen(), tools=[Tool(fragile)]).run("Call")
    assert (episode.end, len(episode.steps)) == ("limit", 3)


@pytest.mark.parametrize(("moves", "done"), [(False, [tap(1), tap(2)]), (True, [tap(1)])])
def test_a_second_tap_is_only_done_on_the_screen_it_was_decided_on(moves: bool, done: list[Action]) -> None:
    screen = Screen(moves=moves)

    class Both(Qwen2VL):
        """A family whose replies may hold several calls."""

        def parse(self, text: str, seen: Size) -> Decision:
            return Decision("", (tap(1), tap(2))) if text == "both" else super().parse(text, seen)

    model = ScriptedModel(["both", says(Finish())])
    assert Agent(model, screen, dialect=Both("mobile")).run("Tap twice").end == "done"
    assert screen.done == done
    assert len(model.calls) == 2


def test_keys_after_a_tap_are_pressed_though_the_screen_changed() -> None:
    screen = Screen()

    class Both(Qwen2VL):
        def parse(self, text: str, seen: Size) -> Decision:
            return Decision("", (tap(1), Button(name="back"), Finish()))

    assert Agent(ScriptedModel(["both"]), screen, dialect=Both("mobile")).run("Tap").end == "done"
    assert screen.done == [tap(1), Button(name="back")]


@pytest.mark.parametrize("recorded", [True, False])
def test_memory_stays_bounded(recorded: bool, tmp_path: Path) -> None:
    """An episode keeps all of its screens, and only the newest unpacked."""
    size = Size(1000, 1000)
    model = ScriptedModel([*(says(tap(i)) for i in range(12)), says(Finish())])
    agent = Agent(model, Screen(size), runs=tmp_path if recorded else None)
    steps = agent.iter("Tap")
    next(steps)
    tracemalloc.start()
    try:
        kept = list(steps)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(kept) == 12
    assert held < 2.5 * size.area * 3
    assert np.array_equal(kept[4].observation.picture.array, picture(5, size).array)


def test_a_stop_wakes_a_wait_from_another_thread() -> None:
    agent = Agent(ScriptedModel([says(Wait(seconds=60)), says(Finish())]), Screen())
    threading.Timer(0.1, agent.stop, ["terminated"]).start()
    assert agent.run("Wait").exit_code == 143
